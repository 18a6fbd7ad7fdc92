"""HAR in: what each producer's file says, no more than that, and a sentence for what cannot be used."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fetcher.errors import RecordError
from fetcher.record import PageLoad, from_har, loads, pages_from_har, to_har
from fetcher.record.saved import check, dumps
from fetcher.report.terminal import print_load
from fetcher.terms import Destination, HttpVersion, InitiatorKind, Mode, NetPriority, ProfileName
from tests.support.har import check_har, entry, made
from tests.support.loads import shop
from tests.support.schema import validate

DATA = Path(__file__).parent / "data"
FILES = sorted(path.name for path in DATA.glob("*.har"))


def raw(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return data


@pytest.mark.parametrize("name", FILES)
def test_every_producers_file_is_read(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every http entry is there, the record is consistent, saves, satisfies the schema, shows, and is HAR again."""
    found = pages_from_har(DATA / name)
    entries = raw(name)["log"]["entries"]
    assert sum(len(load.requests) for load in found) == len(entries)
    for load in found:
        check(load)
        assert loads(dumps(validate(load), redact=False)) == load
        print_load(load, color=False)
        assert "Scripts did not run" not in capsys.readouterr().out
        again = to_har(load, redact=False)
        check_har(again)
        assert from_har(again) == load


PRODUCERS = [
    # file, page, recorded by, profile, requests, hops, protocol of the document, onLoad
    ("app-h2-no-hints.har", 0, "chrome-har 1.3.1", "chromium", 99, 2, "h2", 1681.099),
    ("portal-no-hints.har", 0, "chrome-har 1.3.1", "chromium", 13, 2, "h2", 1362.634),
    ("portal-no-hints.har", 1, "chrome-har 1.3.1", "chromium", 13, 2, "h2", 484.948),
    ("producer-browsertime1-h2.har", 2, "Browsertime 1.0 with Chrome 56.0.2924.76", "chromium", 15, 1, "h2", 1859.0),
    ("producer-capturehar-redirects.har", 0, "capture-har 0.3.2", None, 11, 11, None, None),
    ("producer-devtools-h1.har", 0, "WebInspector 537.36", "chromium", 65, 2, None, 7167.734999999993),
    ("producer-devtools-h2.har", 0, "WebInspector 537.36", "chromium", 11, 1, None, 803.3169999835081),
    ("producer-firefox54-h2.har", 0, "Firefox 54.0", "firefox", 10, 1, None, None),
    ("producer-webpagetest3-h2.har", 0, "WebPagetest 3.0 with Firefox 54.0.0.6368", "firefox", 20, 1, "h2", 1890.0),
    ("shop-product-early-hints.har", 0, "chrome-har 1.3.1", "chromium", 116, 1, "h2", 2566.835),
]


@pytest.mark.parametrize(("name", "page", "by", "profile", "requests", "hops", "protocol", "loaded"), PRODUCERS)
def test_what_each_file_says(
    name: str, page: int, by: str, profile: str | None, requests: int, hops: int, protocol: str | None, loaded: float
) -> None:
    """Who wrote it, how much, how the document was reached and over what, and when the browser's load event was."""
    load = from_har(DATA / name, page)
    assert (load.recorded_by, load.profile) == (by, profile and ProfileName(profile))
    assert (len(load.requests), len(load.navigations)) == (requests, hops)
    document = load.requests[load.navigations[-1]]
    connection = load.connections[document.connection] if document.connection is not None else None
    assert (connection.protocol if connection else None) == (protocol and HttpVersion(protocol))
    assert dict(load.page_timings).get("onLoad") == loaded


def test_hinted_requests_in_a_browsers_file_are_cache_reads() -> None:
    """The caveat of the reference: eleven hinted entries, each the renderer's read of its cache and not the fetch."""
    load = from_har(DATA / "shop-product-early-hints.har")
    hinted = [one for one in load.requests if one.initiator.kind is InitiatorKind.EARLY_HINT]
    assert len(hinted) == len(load.hints) == 11
    assert all(one.timing_is_cache_read and one.cache_source == "disk" for one in hinted)
    document = load.document_request
    assert document is not None
    head = document.times.final_response_headers_start
    assert head is not None
    for one in hinted:
        times = one.times
        assert times.discovered > head  # when the page asked, which is all the file knows
        known = (times.request_start, times.final_response_headers_start, times.response_end, one.sizes.transferred)
        assert known == (None, None, None, None)
        assert one.connection is None
    assert sum(one.sizes.decoded or 0 for one in hinted) == pytest.approx(2.5e6, rel=0.05)
    assert [one for one in load.requests if one.timing_is_cache_read] == hinted
    assert "11 hinted requests are shown by a later cache read" in " ".join(load.notes)


def test_the_103_of_a_browsers_file() -> None:
    """One interim response whose time nobody wrote down; its links are matched with their requests."""
    load = from_har(DATA / "shop-product-early-hints.har")
    (interim,) = load.interim
    assert (interim.status, interim.at, interim.acted, interim.request) == (103, None, True, 0)
    assert len(interim.fields[0][1]) == 1142
    assert Counter(hint.destination for hint in load.hints) == {
        Destination.SCRIPT: 7,
        Destination.STYLE: 3,
        Destination.IMAGE: 1,
    }
    assert all(hint.acted and hint.used and hint.head_start is None for hint in load.hints)
    assert load.early_hints is True
    assert load.first_interim_response_start is None


def test_times_of_the_document_in_a_browsers_file() -> None:
    """Queueing before the entry, look-up, TCP, TLS, wait: on one line, as the file has them."""
    load = from_har(DATA / "shop-product-early-hints.har")
    document, line = load.requests[0], load.connections[0]
    times = document.times
    assert times.discovered == 0.0
    # 2 ms page to entry, 17.924 blocked, 0.012 look-up, 54.276 connect of which 30.459 TLS, 0.055 send, 390.66 wait
    assert times.request_start == 74.212
    assert times.final_response_headers_start == 464.927
    assert times.response_end == 474.619
    assert (line.lookup_start, line.lookup_end, line.connect_start) == (19.924, 19.936, 19.936)
    assert (line.tls_start, line.connect_end) == (43.753, 74.212)
    assert line.rtt == 23.817
    assert document.reused_connection is False
    assert document.priority is NetPriority.HIGHEST
    assert document.mode is Mode.NAVIGATE


def test_an_internal_redirect_never_reached_the_network() -> None:
    """HSTS's 307 hop has no times and no connection, and leads to the next hop."""
    load = from_har(DATA / "portal-no-hints.har")
    first, second = load.requests[:2]
    assert (first.status, first.connection, first.times.request_start) == (307, None, None)
    assert (first.redirect_to, second.initiator.kind, second.initiator.request) == (1, InitiatorKind.REDIRECT, 0)
    assert load.document == 1
    assert load.final_url == "https://www.wikipedia.org/"


def test_several_pages() -> None:
    """Without a choice the first, with a note; by index, by id; all of them; one that is not there."""
    name = DATA / "portal-no-hints.har"
    assert "2 pages (page_1, page_2); this is the first" in from_har(name).notes[-1]
    assert from_har(name, 1) == from_har(name, "page_2") == pages_from_har(name)[1]
    with pytest.raises(RecordError, match="has no page 'page_9'; it has page_1, page_2"):
        from_har(name, "page_9")
    with pytest.raises(RecordError, match="has no page 2"):
        from_har(name, 2)


def test_a_redirect_loop_has_a_hop_per_entry_and_no_document() -> None:
    """Each hop led to the next; the last failed, and nothing became the document."""
    load = from_har(DATA / "producer-capturehar-redirects.har")
    assert [one.redirect_to for one in load.requests] == [*range(1, 11), None]
    assert (load.document, load.outcome, load.error) == (None, "error", "Max redirects exceeded")


def test_firefoxs_zeros_and_missing_timings() -> None:
    """0 for connect is not a connection of 0 ms, its "connection" is a port, and no timings are no times."""
    load = from_har(DATA / "producer-firefox54-h2.har")
    assert load.connections == ()
    document, second = load.requests[:2]
    assert (document.times.request_start, document.times.final_response_headers_start) == (0.0, 197.0)
    assert (document.reused_connection, document.version) == (None, "HTTP/2")
    assert second.times.request_start is second.times.response_end is second.status is None
    assert (second.outcome, second.error) == ("unknown", "The file states no status for it.")


def test_webpagetests_entries_begin_at_their_request() -> None:
    """Its look-up and connect lie before startedDateTime: the load ends when WebPageTest says it did."""
    load = from_har(DATA / "producer-webpagetest3-h2.har")
    document = load.requests[0]
    assert document.times.discovered == 30.0  # _all_start
    assert document.times.request_start == 484.0  # _load_start
    assert document.times.final_response_headers_start == 906.0  # _TTFB
    assert load.finished_at == 2228.0  # _fullyLoaded
    assert document.version == "HTTP/2"  # httpVersion says "me:" and "us:", _protocol says what it is


def test_pushed_responses_are_marked() -> None:
    """In Chromium's files of that time a push has the times of its adoption."""
    load = from_har(DATA / "producer-browsertime1-h2.har")
    pushed = [one for one in load.requests if one.cache_source == "push"]
    assert len(pushed) == 11
    assert all(one.times.response_end is None for one in pushed)


def test_initiators_in_both_dialects() -> None:
    """chrome-har's URL and line, by what was being parsed; and DevTools' object, whose lines count from 0."""
    load = from_har(DATA / "shop-product-early-hints.har")
    kinds = Counter(one.initiator.kind for one in load.requests)
    assert kinds[InitiatorKind.NAVIGATION] == 1
    assert min(kinds[kind] for kind in (InitiatorKind.PRELOAD_SCAN, InitiatorKind.CSS, InitiatorKind.SCRIPT)) > 0
    document = "https://a.test/"
    har = made(
        entry(document),
        entry("https://a.test/1", _initiator={"type": "parser", "url": document, "lineNumber": 4}),
        entry("https://a.test/2", _initiator=document, _initiator_line=5, _initiator_type="parser"),
        entry(
            "https://a.test/3",
            _initiator={"type": "script", "stack": {"callFrames": [{"url": document, "lineNumber": 4}]}},
        ),
        entry("https://a.test/4", _initiator={"type": "other"}),
    )
    found = [(one.initiator.kind, one.initiator.request, one.initiator.line) for one in from_har(har).requests[1:]]
    scan = InitiatorKind.PRELOAD_SCAN
    assert found == [(scan, 0, 5), (scan, 0, 5), (InitiatorKind.SCRIPT, 0, 5), (InitiatorKind.UNKNOWN, None, None)]


def test_a_103_with_a_time_and_links_that_a_103_may_not_have() -> None:
    """A time that fits is kept; a dropped link keeps the rule that drops it; nothing shows the others acted on."""
    link = "</a.css>; rel=preload; as=style, </b.js>; rel=preload; as=script; nopush"
    early = [
        {"status": 103, "time": 9.0, "headers": [{"name": "Link", "value": link}]},
        {"status": 103, "time": 8.0, "headers": []},
        {"status": 103, "time": 99.0, "headers": []},
        {"status": 200, "headers": []},
        "x",
    ]
    load = from_har(made(entry(_earlyHints=early), entry("https://a.test/a.css", "00.050")))
    assert [(one.at, one.acted) for one in load.interim] == [(9.0, False), (None, False), (None, False)]
    assert [(hint.acted, hint.rule) for hint in load.hints] == [(False, "HAR"), (False, "EH 3.2")]


UNUSABLE: list[tuple[str, Any, str]] = [
    ("no entries", made(), "has no entries"),
    ("only others", made(entry("data:,x")), "has no entries"),
    ("no log", {}, 'no "log" object'),
    ("an entry that is none", made(entry(), 3), r"log.entries\[1\] is not an object"),
    ("no URL", made(entry(request=None)), r"log.entries\[0\] has no request.url"),
    ("no date", made(entry(startedDateTime=None)), r"log.entries\[0\] has no readable startedDateTime"),
    ("a bad date", made(entry(startedDateTime="\x1b[2Jnow")), r"no readable startedDateTime \('\\x1b"),
    ("a page that is none", made(entry(), pages=["x"]), r"log.pages\[0\] is not an object"),
    (
        "a page's bad date",
        made(entry(), pages=[{"id": "p", "startedDateTime": "x"}]),
        r"log.pages\[0\] has no readable",
    ),
    ("two pages of one name", made(entry(), pages=[{"id": "p"}, {"id": "p"}]), "contradicts itself: .* two pages"),
    (
        "days apart",
        made(entry(startedDateTime="2026-08-01T00:00:00Z"), entry(startedDateTime="2026-08-03T00:00:00Z")),
        "contradicts itself: a request lies more than a day",
    ),
    ("an impossible order of ours", "order", "impossible: response_end 1.0 is before"),
    ("an id that is none", "id", "names the id 99"),
    ("a member of ours that is wrong", "member", r"log.entries\[0\].status, should have an integer"),
    ("an entry of ours that is no more", "mixed", "changed since"),
    ("an interim response of ours that is no more", "interim", "_earlyHints of log.entries"),
]


def spoiled(how: Any) -> Any:
    """A file of our own with one thing in it made wrong."""
    if not isinstance(how, str):
        return how
    har = to_har(shop())
    entries, first = har["log"]["entries"], har["log"]["entries"][0]
    match how:
        case "order":
            first["_fetcher"]["times"]["response_end"] = 1.0
        case "id":
            first["_fetcher"]["connection"] = 99
        case "member":
            first["_fetcher"]["status"] = "200"
        case "mixed":
            del entries[3]["_fetcher"]
        case "interim":
            del first["_earlyHints"][0]["_fetcher"]
    return har


@pytest.mark.parametrize(("data", "sentence"), [row[1:] for row in UNUSABLE], ids=[row[0] for row in UNUSABLE])
def test_files_that_cannot_be_used(data: Any, sentence: str) -> None:
    """One clear sentence each, the same from values and from a stream."""
    har = spoiled(data)
    for source in (har, io.BytesIO(json.dumps(har).encode())):
        if source == {}:
            continue
        with pytest.raises(RecordError, match=sentence.replace('no "log" object', '"log"')) as caught:
            from_har(source)
        assert str(caught.value).isprintable()


def test_a_file_is_named_in_its_fault(tmp_path: Path) -> None:
    """The path stands before the sentence."""
    path = tmp_path / "x.har"
    with pytest.raises(RecordError, match=r"x\.har cannot be read: No such file"):
        from_har(path)
    path.write_bytes((DATA / "producer-devtools-h2.har").read_bytes()[:9000])
    with pytest.raises(RecordError, match=r"x\.har: This HAR file was cut off: it ends inside log\.entries\[\d+\]"):
        from_har(path)


def test_pages_may_stand_after_their_entries() -> None:
    """JSON has no order: the same loads either way, from a stream too."""
    data = raw("portal-no-hints.har")
    log = data["log"]
    pages = log.pop("pages")
    data["log"] = {**log, "pages": pages}
    expected = pages_from_har(DATA / "portal-no-hints.har")
    assert pages_from_har(data) == pages_from_har(io.BytesIO(json.dumps(data).encode())) == expected


def test_entries_of_no_page_belong_to_the_first() -> None:
    """No pageref, or one that no page has."""
    page = {"id": "p", "startedDateTime": "2026-08-01T09:30:00.000Z", "title": "", "pageTimings": {"onLoad": 9}}
    stray = entry("https://a.test/2", "00.100", pageref="q")
    load = from_har(made(entry(pageref="p"), entry("https://a.test/1", "00.050"), stray, pages=[page]))
    assert [request.url[-1] for request in load.requests] == ["/", "1", "2"]
    assert load.page_timings == (("onLoad", 9.0),)


@pytest.mark.parametrize(
    "spoil", [lambda v: None, lambda v: [], lambda v: -1, lambda v: "x", lambda v: {}, lambda v: 1e300]
)
def test_any_member_of_the_wrong_kind_is_unknown_or_refused(spoil: Callable[[Any], Any]) -> None:
    """Every member of an entry in turn, at both levels: a load that is consistent, or RecordError; never a crash."""
    full = raw("shop-product-early-hints.har")["log"]["entries"][0]
    places = [(name, None) for name in full]
    places += [(name, inner) for name in full if isinstance(full[name], dict) for inner in full[name]]
    for name, inner in places:
        broken = json.loads(json.dumps(full))
        if inner is None:
            broken[name] = spoil(broken[name])
        else:
            broken[name][inner] = spoil(broken[name][inner])
        try:
            load: PageLoad = from_har(made(broken))
        except RecordError:
            continue
        check(load)
        assert len(load.requests) == 1
