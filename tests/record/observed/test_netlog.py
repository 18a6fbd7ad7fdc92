"""Chromium NetLogs read: four of Chromium 156's, in each capture mode (trimmed to what concerns requests, ports taken
out), in every form a browser leaves behind, cut off anywhere, and files that are hostile or no such log.

netlog-hints: two 103s over HTTP/2 with hints of every fate. netlog-repeat: the same page by a redirect, another page,
and the page again from its cache. netlog-http1: the same over HTTP/1.1, where Chromium reads 103s and acts on none.
netlog-http3: a page over HTTP/3, told to be used from the start, whose 103 names two other hosts, one of them at the
page's own address.
"""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from fetcher.analysis.hints_in_chromium import Agreement, Fate, hints_in_chromium
from fetcher.errors import RecordError
from fetcher.origin import Site
from fetcher.origin.script import page as document
from fetcher.record import json_stream
from fetcher.record.in_chromium import ChromiumRequest, InChromium
from fetcher.record.observed import Observed, ObservedRequest, for_page, read_observed
from fetcher.record.observed.netlog import netlog_pages, sources
from fetcher.record.observed.netlog.events import Event
from fetcher.record.observed.netlog.pages import _sorted
from fetcher.record.observed.netlog.words import annotation
from fetcher.terms import Destination, Mode
from tests.support.virtual_time import virtual_load

DATA = Path(__file__).parent.parent / "data"
HINTS = DATA / "netlog-hints.json"
PAGE = "https://a.test/"


def page_of(name: str, url: str = PAGE) -> Observed:
    found = for_page(read_observed(str(DATA / name)), url)
    assert found is not None
    return found


def seen_in(name: str) -> InChromium:
    seen = page_of(name).in_chromium
    assert seen is not None
    return seen


def paths(requests: tuple[ChromiumRequest, ...], *, hinted: bool) -> list[str]:
    return [one.url.removeprefix(PAGE) for one in requests if one.hinted is hinted]


def test_what_a_103_asked_for_is_told_from_what_the_page_did() -> None:
    """When the 103s and the final head were read, what was sent between them, and what the page asked for later."""
    seen = seen_in("netlog-hints.json")
    first, second = seen.early_hints
    assert (first.url, len(first.links), first.links[0]) == (PAGE, 13, "</a.css>; rel=preload; as=style")
    assert second.links == ("</second.css>; rel=preload; as=style",)
    assert seen.head_at is not None
    assert first.at < second.at < seen.head_at
    assert paths(seen.requests, hinted=True) == [
        "a.css", "app.js", "unused.png", "font.woff2", "data.json", "nostore.css", "mod.js", "gone.png", "moved.png",
        "slow.css",
    ]  # fmt: skip
    for one in seen.requests:
        assert one.sent_at is None or (first.at <= one.sent_at < seen.head_at) is one.hinted, one
    begun = seen.preconnects[0]
    assert begun.origin == "https://c.test"
    assert first.at <= begun.at < seen.head_at
    assert not seen.cut_off
    assert not seen.shares_time
    assert seen.left_out == 3  # two favicons and an update check


def test_each_request_says_how_it_was_answered() -> None:
    """By the network, by the HTTP cache (also one still filled), after a failed look into the cache alone."""
    seen = seen_in("netlog-hints.json")
    by = {(one.url.removeprefix(PAGE), one.hinted): one for one in seen.requests}
    assert [by["gone.png", True].status, by["moved.png", True].status] == [404, 302]
    style, again = by["a.css", True], by["a.css", False]
    assert (style.from_cache, style.status, style.destination) == (False, 200, Destination.STYLE)
    assert (again.from_cache, again.sent_at, again.destination) == (True, None, Destination.STYLE)
    slow, late = by["slow.css", True], by["slow.css", False]
    assert slow.head_at is not None
    assert late.from_cache
    assert late.asked_at < slow.head_at
    assert by["nostore.css", False].sent_at is not None
    assert style.connection == by["nostore.css", False].connection is not None
    assert (style.priority, by["mod.js", True].priority) == ("HIGHEST", "IDLE")


def test_a_redirected_page_another_page_and_the_page_again() -> None:
    """Each has what was asked for while it was the last of its site; what an earlier one asked for may be in memory."""
    pages = read_observed(str(DATA / "netlog-repeat.json"))
    assert [(one.url, one.final_url) for one in pages] == [
        ("https://warm.a.test/warm", "https://warm.a.test/warm"), (f"{PAGE}start", PAGE),
        ("https://b.test/other", "https://b.test/other"), (PAGE, PAGE),
    ]  # fmt: skip
    first, other, again = (page.in_chromium for page in pages[1:])
    assert first is not None
    assert again is not None
    assert [one.url for one in first.early_hints] == [PAGE, PAGE]
    assert other is not None
    assert [one.url for one in pages[2].requests] == ["https://b.test/o.png"]
    assert not any(one.asked_before for one in first.requests)
    twice = {one.url.removeprefix(PAGE): one for one in again.requests if one.hinted}
    assert twice["a.css"].from_cache
    assert twice["a.css"].asked_before
    assert twice["font.woff2"].destination is Destination.FONT
    assert for_page(pages, PAGE) is pages[1]


def test_over_http1_the_103_is_read_and_nothing_is_hinted() -> None:
    """And fields that came one a line are read the same. A font's look into the cache alone is no fetch."""
    seen = seen_in("netlog-http1.json")
    assert [len(one.links) for one in seen.early_hints] == [13, 1]
    assert paths(seen.requests, hinted=True) == []
    probe, fetch = (one for one in seen.requests if one.url.endswith("font.woff2"))
    assert (probe.sent_at, probe.from_cache, probe.error) == (None, False, "ERR_CACHE_MISS")
    assert (fetch.status, fetch.from_cache) == (200, False)


def test_over_http3_it_is_the_same() -> None:
    """A 103 is acted on, and a request's connection is its QUIC session. A preconnect that needed none, as the other's
    certificate and address are that host's too, is no connection begun."""
    seen = seen_in("netlog-http3.json")
    assert paths(seen.requests, hinted=True) == ["a.css", "unused.png", "nostore.css"]
    assert seen.early_hints[0].links[3:] == (
        "<https://b.test>; rel=preconnect",
        "<https://c.test>; rel=preconnect",
    )
    assert [one.origin for one in seen.preconnects] == ["https://c.test"]
    by = {(one.url.removeprefix(PAGE), one.hinted): one for one in seen.requests}
    style, again = by["nostore.css", True], by["nostore.css", False]
    assert style.connection == again.connection is not None
    assert style.connection_begun_at is not None
    assert style.connection_begun_at < seen.early_hints[0].at
    assert by["a.css", False].from_cache
    picture = by["https://c.test/c.png", False]
    assert picture.connection != style.connection
    assert picture.connection_begun_at is not None
    asked = [one.url.removeprefix(PAGE) for one in page_of("netlog-http3.json").requests]
    assert asked == ["a.css", "nostore.css", "app.js", "plain.png", "https://c.test/c.png", "data.json"]


def test_what_became_of_hints_over_http3() -> None:
    """Each is told as over HTTP/2, beside our own load of the page; of what is not in the log nothing is claimed."""
    links = ["</a.css>; rel=preload; as=style", "</unused.png>; rel=preload; as=image",
             "</nostore.css>; rel=preload; as=style", "<https://b.test>; rel=preconnect",
             "<https://c.test>; rel=preconnect"]  # fmt: skip
    site = Site({"/": document("<link rel=stylesheet href=/a.css>", hints=links)})
    load = virtual_load(PAGE, site, observed=page_of("netlog-http3.json")).load
    found = hints_in_chromium(load)
    assert [one.fate for one in found] == [
        Fate.USED, Fate.NEVER_USED, Fate.FETCHED_AGAIN, Fate.NOT_FETCHED, Fate.CONNECTED
    ]  # fmt: skip
    assert found[3].agreement is Agreement.UNSEEN
    assert "one may have stood already" in found[3].why


def test_a_preconnect_that_needed_no_connection() -> None:
    """It is the last one to that origin, shortly before; others, and odd events, change nothing."""
    folded = sources.Sources({})
    folded.preconnects = [("https://b.test", 1.0), ("https://b.test", 9_000.0), ("https://c.test", 9_001.0)]

    def found(**params: Any) -> list[float]:
        folded.take(
            Event("QUIC_SESSION_POOL_MATCHING_IP_SESSION_FOUND", 3, "QUIC_SESSION_POOL", False, 9_010.0, params)
        )
        return [at for _, at in folded.preconnects]

    assert found() == found(destination=7) == found(destination="https://d.test") == [1.0, 9_000.0, 9_001.0]
    assert found(destination="https://b.test") == [1.0, 9_001.0]
    assert found(destination="https://b.test") == [1.0, 9_001.0]


def test_what_the_page_asked_for_has_no_initiator() -> None:
    """A NetLog does not say what asked, so that nothing is said to be a script's; hints and favicons are not here."""
    page = page_of("netlog-hints.json")
    by = {one.url.removeprefix(PAGE): one for one in page.requests}
    assert {"late.png", "data.json", "plain.png", "frame.html"} <= by.keys()
    assert not {"unused.png", "favicon.ico", "second.png"} & by.keys()
    assert "in.css" not in by  # the frame's own
    assert all(one.script is None and one.initiator is None for one in page.requests)
    assert by["frame.html"].destination is Destination.FRAME
    assert (by["late.png"].destination, by["late.png"].mode) == (Destination.IMAGE, Mode.NO_CORS)
    late = by["late.png"]
    assert late.delay is not None
    assert late.at is not None
    assert 0 < late.delay < late.at
    assert page.recorded_by == "Chromium NetLog"


def test_a_referrer_tells_of_sheets_and_frames() -> None:
    """What a sheet names is the sheet's; a frame of another site has a key of its own."""

    def sent(source: int, referrer: str) -> dict[str, Any]:
        name = "HTTP_TRANSACTION_SEND_REQUEST_HEADERS"
        return event(name, source, "171", "PHASE_NONE", headers=[f"Referer: {referrer}", "Sec-Fetch-Dest: image", "x"])

    strange = request(4, f"{PAGE}strange.png", "170")
    strange[1]["params"]["network_isolation_key"] = "https://a.test https://b.test"
    made = [
        *request(2, f"{PAGE}a.css", "160"),
        *request(3, f"{PAGE}back.png", "170"),
        sent(3, f"{PAGE}a.css"),
        *strange,
    ]
    (page,) = parsed(log(*DOCUMENT, *made))
    assert [(one.url.removeprefix(PAGE), one.script, one.initiator) for one in page.requests] == [
        ("a.css", None, None), ("back.png", False, f"{PAGE}a.css"),
    ]  # fmt: skip


def test_two_files_of_one_page_are_one() -> None:
    """Who asked is told by the one, what became of hints by the other, in whatever order they are given."""
    told = by_code()
    for pages in ([told, *read_observed(str(HINTS))], [*read_observed(str(HINTS)), told]):
        found = for_page(pages, PAGE)
        assert found is not None
        assert found.requests == told.requests
        assert found.in_chromium == page_of("netlog-hints.json").in_chromium


def by_code() -> Observed:
    asked = ObservedRequest(f"{PAGE}late.png", "GET", Destination.IMAGE, None, True, f"{PAGE}app.js", 400.0, 300.0)
    return Observed(PAGE, PAGE, "a test", (asked,))


# -- forms


def log(*events: dict[str, Any], **constants: Any) -> bytes:
    known: dict[str, Any] = json.loads(HINTS.read_text())["constants"]
    return json.dumps({"constants": {**known, **constants}, "events": list(events)}).encode()


def parsed(data: bytes) -> list[Observed]:
    return netlog_pages(BytesIO(data))


NUMBERS = json.loads(HINTS.read_text())["constants"]


def event(name: str, source: int, at: object = "100", phase: str = "PHASE_BEGIN", **params: Any) -> dict[str, Any]:
    kind = NUMBERS["logSourceType"]["URL_REQUEST"]
    return {
        "type": NUMBERS["logEventTypes"][name], "phase": NUMBERS["logEventPhase"][phase], "time": at,
        "source": {"id": source, "type": kind}, "params": params,
    }  # fmt: skip


def request(source: int, url: str, at: object = "100", *, main: bool = False, number: int = 0) -> list[dict[str, Any]]:
    told = {"method": "GET", "network_isolation_key": f"{PAGE[:-1]} {PAGE[:-1]}", "url": url, "initiator": PAGE[:-1]}
    return [
        event("REQUEST_ALIVE", source, at, url=url, priority="HIGHEST", traffic_annotation=number),
        event("URL_REQUEST_START_JOB", source, at, request_type="main frame" if main else "other", **told),
    ]


def head(source: int, at: object = "150") -> dict[str, Any]:
    return event("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", source, at, "PHASE_NONE", headers=["HTTP/1.1 200"])


def early(source: int, *lines: object, at: object = "120") -> dict[str, Any]:
    name = "HTTP_TRANSACTION_READ_EARLY_HINTS_RESPONSE_HEADERS"
    return event(name, source, at, "PHASE_NONE", headers=["HTTP/1.1 103", *lines])


DOCUMENT = [*request(1, PAGE, main=True), head(1)]


@pytest.mark.parametrize(
    "write",
    [
        lambda text: text.rstrip().removesuffix('],\n"polledData": []}'),
        lambda text: text.rstrip().removesuffix('],\n"polledData": []}') + ",\n",
        lambda text: json.dumps(json.loads(text), indent=4),
        lambda text: json.dumps(json.loads(text)),
        lambda text: "\ufeff" + text,
        lambda text: text.replace('"polledData": []', '"polledData": {"a": ["' + "x" * 100_000 + '"]}, "more": 1'),
    ],
    ids=["killed", "killed after a comma", "indented", "one line", "with a BOM", "with more members"],
)
def test_each_form_gives_the_same(write: Any) -> None:
    """Also what a killed browser leaves, which is said to be cut off."""
    whole, made = parsed(HINTS.read_bytes()), parsed(write(HINTS.read_text()).encode())
    for one, other in zip(whole, made, strict=True):
        assert one.requests == other.requests
        assert one.in_chromium is not None
        assert other.in_chromium is not None
        assert one.in_chromium.requests == other.in_chromium.requests
    killed = '"polledData"' not in write(HINTS.read_text())
    assert {page.in_chromium.cut_off for page in made if page.in_chromium is not None} == {killed}


def test_a_log_cut_off_anywhere_is_read_until_there_or_refused() -> None:
    """Never another exception, and of what came before the cut nothing changes: its requests are a part of the whole's,
    as far as they had come."""
    text = HINTS.read_bytes()
    whole = {one.url for page in parsed(text) for one in page.requests}
    whole.add(f"{PAGE}in.css")  # whose referrer tells that a frame asked, once that has come
    read = refused = 0
    sizes = range(0, len(text), 1_499)
    for size in sizes:
        try:
            pages = parsed(text[:size])
        except RecordError as error:
            refused += any(word in str(error) for word in ("cut off", "no event", "empty"))
            continue
        read += 1
        assert all(page.in_chromium is not None and page.in_chromium.cut_off for page in pages)
        assert {one.url for page in pages for one in page.requests} <= whole
    assert read + refused == len(sizes)
    assert read > refused


# -- what hostile and odd files hold


def test_odd_events_are_passed_over() -> None:
    """Wrong types, negative and endless times, unknown numbers, ids used twice, and ends without a beginning."""
    odd: list[Any] = [
        1, None, [], {}, {"type": 2}, event("REQUEST_ALIVE", 7, "-5", url=f"{PAGE}x"),
        event("REQUEST_ALIVE", 7, "1e400", url=f"{PAGE}x"), event("REQUEST_ALIVE", 7, "never", url=f"{PAGE}x"),
        event("REQUEST_ALIVE", 7, None, url=f"{PAGE}x"), event("REQUEST_ALIVE", 7, ["1"], url=f"{PAGE}x"),
        {**event("REQUEST_ALIVE", 7), "source": {"id": "7", "type": 1}}, {**event("REQUEST_ALIVE", 7), "source": 3},
        {**event("REQUEST_ALIVE", 7), "type": [2]}, {**event("REQUEST_ALIVE", 7), "phase": {"a": 1}},
        {**event("REQUEST_ALIVE", 7), "params": [1]}, event("REQUEST_ALIVE", 7, url=3),
        event("REQUEST_ALIVE", 9, url="data:,x"), event("URL_REQUEST_START_JOB", 9, url=f"{PAGE}x"),
        event("REQUEST_ALIVE", 99, "1", "PHASE_END", net_error=-3), head(99),
    ]  # fmt: skip
    bad_fields = [
        early(1, 5, None, "link", "LINK: </b.css>; rel=preload; as=style\0</c.css>"),
        event("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", 1, "150", "PHASE_NONE", headers={"a": 1}),
        event("REQUEST_ALIVE", 1, "160", "PHASE_END", net_error="no"),
    ]
    twice = [*request(2, f"{PAGE}one"), event("REQUEST_ALIVE", 2, "120", "PHASE_END"), *request(2, f"{PAGE}two", "170")]
    (page,) = parsed(log(*DOCUMENT, *odd, *bad_fields, *twice, *odd))  # type: ignore[arg-type]
    assert [one.url for one in page.requests] == [f"{PAGE}one", f"{PAGE}two"]
    assert page.in_chromium is not None
    assert page.in_chromium.early_hints[0].links == ("</b.css>; rel=preload; as=style", "</c.css>")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"[1]", "not a JSON object"),
        (b'{"events": []}', "its events come before the constants"),
        (b'{"constants": {}, "events": []}', "its constants do not name REQUEST_ALIVE"),
        (b'{"constants": 3, "events": []}', "its constants do not name REQUEST_ALIVE"),
        (b'{"other": 1}', 'no "constants"'),
        (b'{"constants": {"logEventTypes": {"REQUEST_ALIVE": "2"}}', "its constants do not name"),
        (b'{"constants": {"a', "was cut off"),
        (b'{"constants": \xff}', "not UTF-8"),
        (log(), "it has no event of a request"),
        (log(*request(1, PAGE)), "no page was navigated to"),
        (log()[:-2], "it was cut off before one was"),
        (log().replace(b'"events": []', b'"events": {}'), "are not an array"),
        (log().replace(b'"events": []', b'"events": [' + b"[" * 200_000), "nested too deeply"),
        (log().replace(b'"events": []', b'"events": [1 2]'), "is not JSON"),
        (log().replace(b'"events": []', b'"events": [' + b"1" * 5_000 + b"]"), "cannot be read"),
    ],
)
def test_what_is_no_log_is_said_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(RecordError, match=said) as raised:
        parsed(data)
    assert "\n" not in str(raised.value)


def test_numbers_are_names_by_the_files_own_constants() -> None:
    """Another version's numbers mean the same."""
    data = json.loads(HINTS.read_text())
    for group in ("logEventTypes", "logSourceType", "logEventPhase"):
        data["constants"][group] = {name: 5_000 - number for name, number in data["constants"][group].items()}
    for one in data["events"]:
        one["type"], one["phase"] = 5_000 - one["type"], 5_000 - one["phase"]
        one["source"]["type"] = 5_000 - one["source"]["type"]
    whole = parsed(HINTS.read_bytes())
    assert parsed(json.dumps(data).encode()) == whole
    assert annotation("early_hints_preload") == 35_266_994


def test_without_an_annotation_the_time_tells() -> None:
    """Before the document's own head has come, a page asks for nothing: a 103 did. Two loads of a site at once share
    their time, and that is said; one that failed is no page where another came."""
    made = [*request(1, PAGE, main=True), early(1, "link: </a.css>; rel=preload; as=style"),
            *request(2, f"{PAGE}a.css", "130"), head(1), *request(3, f"{PAGE}a.css", "170"),
            *request(4, f"{PAGE}other", "180", main=True), head(4, "190"),
            *request(5, f"{PAGE}gone", "195", main=True)]  # fmt: skip
    first, second = parsed(log(*made))
    assert first.in_chromium is not None
    assert [one.hinted for one in first.in_chromium.requests] == [True, False]
    assert first.in_chromium.shares_time
    assert second.final_url == f"{PAGE}other"


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests, what is kept of their texts, and 103s of one request."""
    many = [one for number in range(2, 40) for one in request(number, f"{PAGE}{number}")]
    heads = [early(1, f"link: </{number}>; rel=preload; as=style") for number in range(sources.MOST_HEADS + 30)]
    (page,) = parsed(log(*DOCUMENT[:2], *heads, DOCUMENT[2]))
    assert page.in_chromium is not None
    assert len(page.in_chromium.early_hints) == sources.MOST_HEADS
    monkeypatch.setattr(sources, "MOST", 20)
    with pytest.raises(RecordError, match="more than 20 requests"):
        parsed(log(*DOCUMENT, *many))
    monkeypatch.undo()
    monkeypatch.setattr(sources, "MOST_TEXT", 1_000)
    with pytest.raises(RecordError, match="names URLs of more than"):
        parsed(log(*DOCUMENT, *many))


class Streamed:
    """A log that is made while it is read: a page, then ``count`` events of which nothing is kept."""

    def __init__(self, count: int, size: int) -> None:
        other = {"type": NUMBERS["logEventTypes"]["URL_REQUEST_START_JOB"], "phase": 0, "time": "200",
                 "source": {"id": 10**6, "type": 99}, "params": {"bytes": "x" * size}}  # fmt: skip
        self._parts = self._made(count, json.dumps(other).encode())
        self.given = 0

    def _made(self, count: int, other: bytes) -> Iterator[bytes]:
        yield log(*DOCUMENT)[:-2]
        block = (b",\n" + other) * 100
        for _ in range(count // 100):
            yield block

    def read(self, size: int) -> bytes:
        part = next(self._parts, b"")
        self.given += len(part)
        return part


def test_memory_does_not_grow_with_what_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve megabytes of events that mean nothing, and three of long ones."""
    monkeypatch.setattr(json_stream, "WINDOW", 512 * 1024)
    monkeypatch.setattr(json_stream, "LARGEST", 2 * 1024 * 1024)
    for source in (Streamed(10_000, 1_200), Streamed(100, 30_000)):
        tracemalloc.start()
        try:
            (page,) = netlog_pages(source)  # type: ignore[arg-type]
            assert tracemalloc.get_traced_memory()[1] < 8_000_000
        finally:
            tracemalloc.stop()
        assert page.url == PAGE
        assert page.in_chromium is not None
        assert page.in_chromium.cut_off


def test_many_events_cost_no_more_than_they_are() -> None:
    """Sockets found again and again for one job of one request; connections opened before any of many pages."""
    folded = sources.Sources({})
    bound = Event("HTTP_STREAM_REQUEST_BOUND_TO_JOB", 1, "URL_REQUEST", False, 1.0, {"source_dependency": {"id": 7}})
    over = Event("SOCKET_POOL_BOUND_TO_SOCKET", 7, "HTTP_STREAM_JOB", False, 1.0, {"source_dependency": {"id": 9}})
    started = time.process_time()
    folded.take(Event("REQUEST_ALIVE", 1, "URL_REQUEST", True, 1.0, {"url": PAGE}))
    for one in (bound, over):
        for _ in range(20_000):
            folded.take(one)
    assert folded.all[0].connection == 9
    folded.all = [sources.Source(100.0, [sources.Hop(PAGE, 100.0)], None, None, type="main frame")] * 20_000
    folded.preconnects = [("https://b.test", 99.0)] * 20_000 + [("https://b.test", 101.0)]
    made = _sorted(folded)
    assert [len(page.preconnects) for page in made] == [0] * 19_999 + [1]
    assert time.process_time() - started < 1.5
