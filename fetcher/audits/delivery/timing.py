"""When the 103 comes: so soon that Chromium may miss it, so late that nothing is won, or slow in itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fetcher.analysis.check.edge import EdgeState, edge_state
from fetcher.analysis.links import early_hints_of
from fetcher.audits.delivery.navigation import FAMILY
from fetcher.audits.delivery.presence import edge_quote
from fetcher.audits.finding import Cost, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.record.page_load import PageLoad
from fetcher.terms import ProfileName

AT_ONCE_MS = 10.0
"""Beyond the round trip; the 103s that Chromium lost were sent with no delay, those after 30 ms were all heeded."""
HIDING_RTT_MS = 10.0
"""A round trip that gives Chromium the time it needs, whatever the server does."""
LEAST_WINDOW_MS = 10.0
SLOW_MS = 100.0


@dataclass(frozen=True, slots=True)
class _Times:
    """Milliseconds: from the request that brought the 103 to it, and from it to the final head. ``cached``: an edge had
    the page ready."""

    wait: float
    window: float | None
    cached: bool


@rule(
    "interim-immediate",
    title="The 103 is not sent in the same instant as it is asked for",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="When measuring with a browser on the same machine, delay the 103 by some 30 ms; over a real network nothing "
    "has to be done.",
    source="EH 1.12: seen with Chromium 156 on loopback, acted on 2 of 6 without a delay and on 12 of 12 with 30 ms",
)
def interim_immediate(page: Page) -> Iterator[Finding]:
    """Chromium 156 missed some 103s that came with no delay after the request over a path of no length. A round trip
    hides this, so it matters to tests on one machine or one network."""
    times = _times(page)
    rtt = page.rtt
    if rtt is None:
        raise NotApplicable("the round trip is not known")
    if rtt >= HIDING_RTT_MS:
        raise NotApplicable(f"a round trip of {rtt:.0f} ms gives the browser the time it needs")
    soon = [one for one in times if one.wait < rtt + AT_ONCE_MS]
    if len(soon) * 2 > len(times):
        wait = sorted(one.wait for one in soon)[len(soon) // 2]
        yield Finding(
            f"the 103 came {wait:.1f} ms after the request over a round trip of {rtt:.1f} ms: Chromium may miss it on "
            "so short a path",
            subject="103",
            browsers=((ProfileName.CHROMIUM, "missed 4 of 6 such 103s on loopback, none that came 30 ms later"),),
            seen=len(soon),
            runs=page.runs,
        )


@rule(
    "interim-too-late",
    title="The 103 comes well before the final response",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Send the 103 before any work for the page is done (not in the phase that delivers it), or leave it out where "
    "the page is ready at once.",
    source="Fastly, early_hints(): of no use in vcl_deliver; developer.chrome.com, early hints: not useful if the 200 "
    "can be sent right away; the threshold is ours",
)
def interim_too_late(page: Page) -> Iterator[Finding]:
    """What a hint wins is at most the time between the 103 and the final response; below a round trip or 10 ms no
    hinted request can have been answered by then."""
    times = [one for one in _times(page) if one.window is not None]
    if not times:
        raise NotApplicable("no run has both a 103 and a final response")
    times = [one for one in times if not one.cached]
    if not times:
        quote = edge_quote(page.load)
        told = f" ({quote.field}: {quote.text})" if quote else ""
        raise NotApplicable(f"the page came from an edge's cache{told}, ready as soon as any 103")
    least = max(page.rtt or 0.0, LEAST_WINDOW_MS)
    late = [one for one in times if one.window is not None and one.window < least]
    if len(late) * 2 > len(times):
        windows = sorted(one.window or 0.0 for one in late)
        window = windows[len(windows) // 2]
        why = f"less than a round trip ({page.rtt:.0f} ms)" if page.rtt and page.rtt >= window else "too soon to win"
        yield Finding(
            f"the final response came {window:.1f} ms after the 103, {why}: no hinted request can be answered by then",
            subject="103",
            seen=len(late),
            runs=len(times),
        )


@rule(
    "interim-slow",
    title="The 103 comes within 100 ms of the round trip",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Send the 103 from the edge, or in front of the application's own code: what it names must not be computed.",
    source="Cloudflare, early hints: looked up beside the request to the origin; the threshold is ours",
)
def interim_slow(page: Page) -> Iterator[Finding]:
    """The server works before it sends the 103: that time is lost to every hint."""
    times = _times(page)
    rtt = page.rtt
    if rtt is None:
        raise NotApplicable("the round trip is not known")
    slow = [one for one in times if one.wait > rtt + SLOW_MS]
    if len(slow) * 2 > len(times):
        wait = sorted(one.wait for one in slow)[len(slow) // 2]
        yield Finding(
            f"the 103 came {wait:.0f} ms after the request; the round trip is {rtt:.0f} ms, and the other "
            f"{wait - rtt:.0f} ms are the server's",
            subject="103",
            cost=Cost(ms=round(wait - rtt, 3)),
            seen=len(slow),
            runs=page.runs,
        )


def _times(page: Page) -> list[_Times]:
    """Of the runs with a 103 whose time is known. Raises NotApplicable without any."""
    if not page.seen(lambda load: bool(early_hints_of(load))):
        raise NotApplicable(page.nothing_came)
    found = [times for load in page.judged if (times := _of(load)) is not None]
    if not found:
        raise NotApplicable("the record does not say when the 103 came")
    return found


def _of(load: PageLoad) -> _Times | None:
    heads = early_hints_of(load)
    if not heads or heads[0].at is None:
        return None
    sent = load.requests[heads[0].request].times.request_start
    if sent is None:
        return None
    final, document = load.final_response_headers_start, load.document_request
    cached = document is not None and edge_state(document.response_fields).state is EdgeState.HIT
    return _Times(heads[0].at - sent, final - heads[0].at if final is not None else None, cached)
