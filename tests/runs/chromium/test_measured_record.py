"""What a Chromium told of a load and what passed its relay, as a record: sound, honest about what it does not know."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import process_time
from typing import Any

import pytest

from fetcher.analysis.check.survey import RunOutcome, run_of
from fetcher.analysis.compare.comparison import Pair, compare
from fetcher.errors import ChromiumFailed
from fetcher.record import dumps, loads
from fetcher.record.page_load import PageLoad
from fetcher.record.saved import check
from fetcher.runs.chromium.measured import record_of
from fetcher.runs.chromium.relay.passage import Link, Passage
from fetcher.runs.compare import Comparing, off_and_on
from fetcher.terms import ConnectionFacts, ConnectionTimes, Destination, HttpVersion, InitiatorKind
from fetcher.wire.http2.passing import Exchange, Head, Passing
from tests.support.comparisons import valid

URL = "https://a.test/"
LINK = (("link", "</a.css>; rel=preload; as=style, <https://cdn.test>; rel=preconnect"),)
PAGE = {
    "name": URL, "connectStart": 15.0, "requestStart": 20.0, "firstInterimResponseStart": 70.5,
    "finalResponseHeadersStart": 420.0, "responseEnd": 421.0, "responseStatus": 200, "nextHopProtocol": "h2",
    "domContentLoadedEventStart": 430.0, "loadEventStart": 440.0,
}  # fmt: skip
TOLD: dict[str, Any] = {"page": PAGE, "fcp": 450.0, "lcp": 460.0}


def passed(*, withheld: bool = False, hinted: bool = True, status: int = 200, interim: bool = True) -> Passage:
    """A document asked for at 1,020 on the clock, a 103 at 1,070, a hinted sheet after it, the final head at 1,420."""
    times = ConnectionTimes(None, None, 1_001.0, 1_006.0, 1_015.0, 1_005.0)
    link = Link("a.test", 443, 1_000.5, ConnectionFacts(HttpVersion.HTTP_2, "192.0.2.1", 443, times, None))
    link.passing = Passing(withheld=withheld)
    heads = [Head(1_070.0, 103, LINK, withheld)] if interim else []
    link.passing.exchanges = [
        Exchange(1, 1_020.0, "GET", URL, heads, Head(1_419.5, status, (("age", "9"),)), "document")
    ]
    if hinted and not withheld:
        link.passing.exchanges.append(Exchange(3, 1_071.0, "GET", f"{URL}a.css"))
    return Passage(withheld, [link])


def made(passage: Passage, told: dict[str, Any] = TOLD) -> PageLoad:
    load = replace(record_of(URL, told, passage, has_text=None), recorded_by="Chrome/156", started_at="2026-01-01")
    check(load)
    assert loads(dumps(load)) == load
    return load


def test_what_it_holds() -> None:
    """Both clocks on the page's own line, the paints, the round trip, and that the 103 was acted on."""
    load = made(passed())
    assert dict(load.page_timings) == {"fcp": 450.0, "lcp": 460.0, "onContentLoad": 430.0, "onLoad": 440.0}
    assert (load.first_interim_response_start, load.final_response_headers_start) == (70.0, 420.0)
    assert [(one.status, one.at, one.acted) for one in load.interim] == [(103, 70.0, True)]
    assert load.connections[0].rtt == 4.0
    assert (load.hints, load.only_hints) == ((), True)


def test_a_103_that_nothing_came_of() -> None:
    """Withheld, or passed on in vain; and none."""
    held = made(passed(withheld=True)).interim
    assert [(one.acted, one.reason) for one in held] == [(False, "withheld by the relay")]
    vain = made(passed(hinted=False)).interim
    assert [(one.acted, one.reason) for one in vain] == [(False, "nothing began before the final head")]
    assert made(passed(interim=False)).first_interim_response_start is None


def test_a_page_that_asks_for_its_own_url_is_the_one_navigated_to() -> None:
    """As pages do that renew themselves by code; of two navigations to it (a redirect to itself) the last one is."""
    passage = passed()
    (link,) = passage.links
    assert link.passing is not None
    link.passing.exchanges.append(Exchange(5, 1_500.0, "GET", URL, [], Head(1_501.0, 200, ()), "empty"))
    assert made(passage).requests[0] == made(passed()).requests[0]
    first = Exchange(7, 1_000.0, "GET", URL, [], Head(1_001.0, 302, ()), "document")
    link.passing.exchanges.insert(0, first)
    assert made(passage).requests[0] == made(passed()).requests[0]
    assert [one.status for one in made(passage).requests] == [200, 302, None, 200]


def test_the_requests_that_passed() -> None:
    """In order, on the page's line, with what was read of them: when, how much, for what. What a 103 asked for is told
    from what the page did, nothing else is; what was given up, or is still under way, is no complete request."""
    passage = passed()
    link, other = passage.links[0], Link("cdn.test", 443, 1_430.0, error="the connection was refused")
    assert link.passing is not None
    document, hinted = link.passing.exchanges
    document.content, document.ended_at = 900, 1_420.5
    hinted.destination, hinted.final, hinted.content, hinted.ended_at = "style", Head(1_080.0, 200, ()), 3, 1_081.0
    link.passing.exchanges += [
        Exchange(7, 1_460.0, "POST", f"{URL}late", [Head(1_465.0, 103, ())], Head(1_470.0, 204, ()), "odd", 0, 1_470.0),
        Exchange(5, 1_450.0, "GET", f"{URL}b.png", [], None, "image", 0, None, 1_455.0),
        Exchange(9, 1_470.0, "GET", f"{URL}slow", [], None, "script"),
        Exchange(11, 1_470.0, "GET", "", [], None, "script"),
    ]
    passage.links.append(other)
    load = made(passage)
    told = [
        (one.url.removeprefix(URL), one.destination, one.initiator.kind, one.outcome, one.sizes.transferred)
        for one in load.requests
    ]
    unknown = InitiatorKind.UNKNOWN
    assert told == [
        ("", Destination.DOCUMENT, InitiatorKind.NAVIGATION, "complete", 900),
        ("a.css", Destination.STYLE, InitiatorKind.EARLY_HINT, "complete", 3),
        ("b.png", Destination.IMAGE, unknown, "canceled", None),
        ("late", Destination.EMPTY, unknown, "complete", 0),
        ("slow", Destination.SCRIPT, unknown, "pending", None),
    ]
    sheet, picture, late = (load.requests[number].times for number in (1, 2, 3))
    assert (sheet.request_start, sheet.final_response_headers_start, sheet.response_end) == (71.0, 80.0, 81.0)
    assert (picture.request_start, picture.failed_at) == (450.0, 455.0)
    assert (late.first_interim_response_start, late.final_response_headers_start) == (465.0, 470.0)
    assert [(one.host, one.error, one.requests) for one in load.connections] == [
        ("a.test", None, (0, 1, 2, 3, 4)), ("cdn.test", "the connection was refused", ()),
    ]  # fmt: skip
    assert (load.is_measured_in_browser, load.is_navigation_alone) == (True, False)
    assert "passed the relay" in load.notes[0]
    held = made(passed(withheld=True))
    assert (len(held.requests), held.notes, held.is_navigation_alone) == (1, (), True)


def test_a_preconnect_is_acted_on() -> None:
    """By a connection to a host that the 103 names; what Chromium opens for itself is none."""
    passage = passed(hinted=False)
    passage.links.append(Link("update.test", 443, 1_080.0))
    passage.links.append(Link("n.test", 443, 1_080.0))  # the end of a name is another name
    passage.links.append(Link("a.test", 443, 1_080.0))
    assert not made(passage).interim[0].acted
    passage.links.append(Link("cdn.test", 443, 1_080.0))
    assert made(passage).interim[0].acted


def test_what_was_not_painted_is_unknown() -> None:
    """None, and never 0; over HTTP/1.1 what passed is unknown, too."""
    load = made(passed(), {"page": {**PAGE, "loadEventStart": 0}, "fcp": None, "lcp": None})
    assert dict(load.page_timings) == {"onContentLoad": 430.0}
    link = Link("a.test", 443, 1_000.5)
    link.facts = replace(passed().links[0].facts, protocol=HttpVersion.HTTP_1_1)  # type: ignore[type-var]
    plain = made(Passage(False, [link]))
    assert (plain.interim, plain.connections[0].protocol) == ((), HttpVersion.HTTP_1_1)
    assert (plain.connections[0].opened_at, plain.connections[0].rtt) == (15.0, 4.0)  # where Chromium's own begins


@pytest.mark.parametrize(
    "told",
    [
        None,
        "text",
        {},
        {"page": None},
        {"page": {"name": 7}},
        {"page": {**PAGE, "requestStart": 500.0, "finalResponseHeadersStart": 400.0}, "fcp": 1, "lcp": 1},
    ],
)
def test_what_is_no_timing(told: object) -> None:
    """One sentence, whatever the page told."""
    with pytest.raises(ChromiumFailed, match=r"https://a\.test/ told "):
        record_of(URL, told, Passage(False), has_text=None)


@pytest.mark.parametrize("odd", ["1", True, float("nan"), float("inf"), -1, 10**400, [], {}])
def test_a_figure_that_is_none(odd: object) -> None:
    """It is unknown, and the others count."""
    load = made(passed(), {"page": {**PAGE, "loadEventStart": odd, "responseStatus": odd}, "fcp": odd, "lcp": 460.0})
    assert dict(load.page_timings) == {"lcp": 460.0, "onContentLoad": 430.0}


def test_a_wall_is_blocked() -> None:
    """By its status, as any load."""
    assert run_of(1, made(passed(status=403))).outcome is RunOutcome.BLOCKED


def test_it_is_compared_under_the_names_of_the_browser() -> None:
    """LCP decides; sizes and resources that nobody told are no rows of nothing."""

    async def load(url: str, options: dict[str, Any]) -> PageLoad:
        off = options.get("early_hints") is False
        late = 100.0 if off else 0.0
        told = {**TOLD, "fcp": 450.0 + late, "lcp": 460.0 + late}
        return replace(made(passed(withheld=off), told), early_hints=not off)

    comparing = Comparing(off_and_on(URL, {}), wanted=6, pause=0, load=load, notes=("a note",))
    found = valid(asyncio.run(comparing.run()))
    assert [one.name for one in found.measures] == [
        "first-interim-response", "final-response-headers", "fcp", "lcp", "dom-content-loaded", "load",
    ]  # fmt: skip
    assert found.measured.decisive is not None
    assert found.measured.decisive[0] == "lcp"
    assert (found.arms[0].acted, found.arms[1].acted) == (0, 6)
    assert found.notes == ("a note",)


def test_hints_that_nothing_acted_on_are_said() -> None:
    """A comparison of two arms that did the same says so, and why."""
    loads_of = [made(passed(interim=False)), made(passed(hinted=False))]
    for load, why in zip(loads_of, ("none came", "nothing began before the final head"), strict=True):
        found = compare(URL, [Pair(1, False, load, load)], names=("hints off", "hints on"))
        assert found.notes == (f"no 103 was acted on in any load with hints, so both arms did the same: {why}",)


def test_an_error_page_is_called_one() -> None:
    """Of each arm in which it came, and how often; it is compared all the same."""
    good, bad = made(passed()), made(passed(status=404))
    found = compare(URL, [Pair(1, False, bad, good), Pair(2, False, bad, bad)], names=("A", "B"))
    assert found.counted == 2
    assert found.notes[:2] == (
        "A: the page answered with status 404 in every load", "B: the page answered with status 404 in 1 of 2 loads"
    )  # fmt: skip
    assert compare(URL, [Pair(1, False, good, good)], names=("A", "B")).notes == ()


def test_many_links_and_many_connections() -> None:
    """What a 103 of many links names is read once, not once for each connection."""
    passage = passed()
    (link,) = passage.links
    assert link.passing is not None
    line = ", ".join(f"<https://{number}.test>; rel=preconnect" for number in range(5_000))
    link.passing.exchanges[0].interim = [Head(1_070.0, 103, (("link", line),))]
    passage.links += [
        replace(link, host=f"{number}.test", at=1_072.0, passing=None, facts=None) for number in range(255)
    ]
    began = process_time()
    load = made(passage)
    assert process_time() - began < 1.5
    assert [one.reason for one in load.connections[1:]] == ["preconnect"] * 255
