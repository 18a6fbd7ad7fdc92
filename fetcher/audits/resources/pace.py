"""Whether a hinted resource was there when the page asked for it, and whether it had to be fetched at all."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.links import early_hints_of
from fetcher.audits.each_run import in_each_run
from fetcher.audits.finding import Basis, Cost, Finding, Quote, Severity
from fetcher.audits.page import Page
from fetcher.audits.resources.told import FAMILY, asked_at, fetched, is_broken, is_moved
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import about, by_browser, ms, sized
from fetcher.terms import field_values

SLACK_MS = 10.0
"""So little later than the page asked is no fault of anybody's."""


@rule(
    "hint-slow",
    title="Hinted resources are there when the page asks for them",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Cache it at the edge, compress it, or hint something smaller first.",
    source="ours",
)
@in_each_run
def hint_slow(page: Page) -> Iterator[Finding]:
    """A hinted resource was still on its way when the document asked for it, though there were two round trips and
    more: its server is slow, or it is too large for the time that the hint gains."""
    for one in fetched(page):
        times = one.request.times
        start, head, end = times.request_start, times.final_response_headers_start, times.response_end
        asked = [at for each in one.uses if (at := asked_at(page, each)) is not None]
        used_at = min(asked, default=None)
        if is_broken(one.request) or is_moved(one.request) or one.request.timing_is_cache_read:
            continue
        if start is None or head is None or end is None or used_at is None or end <= used_at + SLACK_MS:
            continue
        rtt = page.rtt or 0.0
        if used_at - start < 2 * rtt + SLACK_MS:
            continue  # the time gained was too short for anything: interim-too-late
        wait, content = head - start, end - head
        what = "its server took" if wait >= content else f"its content ({sized(one.request.sizes.transferred)}) took"
        yield about(
            page,
            one.facts,
            f"{one.url} was hinted {ms(used_at - start)} before the page asked for it, and still came "
            f"{ms(end - used_at)} after that: {what} {ms(max(wait, content))}",
            use=one.use,
            browsers=by_browser(
                one.facts,
                chromium="waits for the hint's response and takes it from there",
                firefox="waits for the hint's response",
                safari="opens the connection",
            ),
            cost=Cost(round(end - used_at, 1), one.request.sizes.transferred),
            fix="Answer it from the edge's cache." if wait >= content else "",
        )


@rule(
    "hint-already-cached",
    title="Hints bring what is not there yet",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Nothing needs doing: a hint for what is cached costs the bytes of its link alone.",
    source="developer.chrome.com early-hints, on second navigations; EH 4.9",
)
def hint_already_cached(page: Page) -> Iterator[Finding]:
    """On a second view everything hinted is in the cache and fresh: the 103 has nothing left to win there."""
    repeat = page.repeat
    if repeat is None:
        raise NotApplicable("no second view was loaded (give --probe repeat)")
    heads = early_hints_of(repeat)
    if not heads:
        raise NotApplicable("no 103 came on the second view")
    acted = [hint for hint in repeat.hints if hint.interim == heads[0].id and hint.acted and hint.rel != "preconnect"]
    if not acted:
        raise NotApplicable("no preload of the second view's 103 was acted on")
    requests = [repeat.requests[hint.request] for hint in acted if hint.request is not None]
    network = [one for one in requests if not (one.timing_is_cache_read and one.cache is not None)]
    if not requests:
        raise NotApplicable("no hint of the second view made a request")
    if network:
        return
    line = ", ".join(field_values(heads[0].fields, "link"))
    yield Finding(
        f"on a second view none of the {len(acted)} hinted resources had to be fetched: all were fresh in the cache",
        subject="second view",
        quote=Quote(line, "link", 0, "103 of the second view"),
        cost=Cost(0.0, len(line), Basis.MEASURED),
    )
