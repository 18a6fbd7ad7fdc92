"""A page that makes its visitors wait for the server while nothing is fetched: what a 103 would win, and which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fetcher.analysis.links import early_hints_of
from fetcher.analysis.links.early import protocol_of
from fetcher.analysis.recommended import Recommendation, recommendation
from fetcher.analysis.timing.rendering import render_blocking
from fetcher.analysis.timing.savings import lcp_gain, render_gain
from fetcher.analysis.timing.window import think_time
from fetcher.audits.finding import Basis, Cost, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Unknown, rule
from fetcher.audits.telling import counted, ms, sized
from fetcher.audits.value.told import FAMILY, NOTE_WHERE, why_small
from fetcher.terms import HttpVersion, ProfileName

THINK_MS = 100.0
"""DevTools' target for a document's latency; it calls 600 ms poor."""


@rule(
    "early-hints-opportunity",
    title="The server's time is used",
    severity=Severity.WARNING,
    also={"note": NOTE_WHERE},
    family=FAMILY,
    fix="Send a 103 with what blocks rendering as soon as the request has come.",
    source="developer.chrome.com early-hints; GoogleChrome/lighthouse#13773; DevTools' insight on document latency",
)
def early_hints_opportunity(page: Page) -> Iterator[Finding]:
    """The server takes its time for the page, no 103 comes meanwhile, and what blocks rendering is asked for only
    after that. The Link value that would win most is printed, and what it would win is an estimate: the most there
    is."""
    think, rtt = _may_be_judged(page)
    if think <= THINK_MS:
        return
    load = page.load
    blocking = render_blocking(load)
    if not blocking:
        return
    sent = page.document.times.request_start or 0.0
    advice = recommendation(
        load, profile=page.profile, at=sent + rtt, others=[one for one in page.judged if one is not load]
    )
    if not advice.links:
        return
    times = f" (median of {page.runs} runs)" if page.runs > 1 else ""
    message = (
        f"the server takes {ms(think)}{times} until the final response comes, no 103 comes meanwhile, and "
        f"{counted(len(blocking), 'resource')} that rendering waits for {'is' if len(blocking) == 1 else 'are'} asked "
        "for only then"
    )
    gains = [each for each in (advice.gain, advice.lcp_gain) if each is not None]
    gained = _gained(advice)
    by_run = _won(page, advice, rtt)
    if gained:
        least, most = (ms(min(by_run)), ms(max(by_run))) if by_run else ("", "")
        runs = f"; {least} to {most} by the run" if least != most else ""
        message += f"; with a 103 after one round trip {gained} (estimated{runs})"
    small = why_small(page, by_run) if by_run else ""
    if small:
        message += f"; {small}"
    yield Finding(
        message,
        severity=Severity.NOTE if small else Severity.WARNING,
        subject="103",
        browsers=_browsers(advice),
        cost=_cost(gains, by_run),
        fix=_snippet(advice),
        seen=page.seen(lambda one: (think_time(one, rtt) or 0.0) > THINK_MS),
        runs=page.runs,
    )


def _may_be_judged(page: Page) -> tuple[float, float]:
    """Think time and round trip; raises where a 103 came, could not be seen, or would be of no use."""
    if page.seen(lambda load: bool(early_hints_of(load))):
        raise NotApplicable("a 103 comes")
    document = page.document
    if document.status != 200:
        raise NotApplicable(f"the document answered {document.status}")
    if not page.tells_of_interims:
        raise Unknown(f"the file of {page.load.recorded_by} does not tell of interim responses")
    if page.load.is_measured_in_browser:
        raise NotApplicable(f"the record of {page.load.recorded_by} does not tell what the page names")
    if page.load.only_hints:
        raise NotApplicable("only the document and its hints were loaded")
    if protocol_of(page.load, page.document.id) is HttpVersion.HTTP_1_1:
        raise NotApplicable("the page came over HTTP/1.1, where of the browsers only Firefox acts on a 103 (EH 4.4)")
    rtt = page.rtt
    think = page.median(lambda load: think_time(load, rtt)) if rtt is not None else None
    if rtt is None or think is None:
        raise NotApplicable("the round trip to the server is not known, so neither is its own time")
    return think, rtt


def _won(page: Page, advice: Recommendation, rtt: float) -> list[float]:
    """What the recommended links would win in each run (ms), of rendering or of the largest thing on the screen,
    whichever is more; without the runs that do not tell."""
    urls = {each.url for each in advice.links if each.saving is not None}
    won: list[float] = []
    for load in page.judged:
        document = load.document_request
        at = ((document.times.request_start if document is not None else None) or 0.0) + rtt
        asked = {one.url: one.id for one in reversed(load.requests) if one.url in urls}
        told = [gain(load, sorted(asked.values()), at) for gain in (render_gain, lcp_gain)]
        known = [each for each in told if each is not None]
        if known:
            won.append(max(known))
    return won


def _cost(gains: list[float], by_run: list[float]) -> Cost:
    cost = Cost(max(gains, default=None), None, Basis.ESTIMATED)
    return replace(cost, least=min(by_run), most=max(by_run)) if len(by_run) > 1 else cost


def _gained(advice: Recommendation) -> str:
    """What the recommended links would win, as a clause."""
    told = []
    if advice.gain:
        told.append(f"rendering could start up to {ms(advice.gain)} sooner")
    if advice.lcp_gain is not None and advice.lcp_gain > (advice.gain or 0.0) + 1:
        told.append(
            f"what is probably the largest thing on the screen could be there up to {ms(advice.lcp_gain)} sooner"
        )
    savings = [each.saving.start for each in advice.links if each.saving is not None]
    if not told and savings:
        told.append(f"they could start up to {ms(max(savings))} sooner")
    return " and ".join(told)


def _browsers(advice: Recommendation) -> tuple[tuple[ProfileName, str], ...]:
    connections = sum(each.saving is None for each in advice.links)
    fetches = "requests them as soon as the 103 has come, over HTTP/2 and HTTP/3"
    opens = (
        f"opens the {counted(connections, 'connection')} among them" if connections else "does nothing with preloads"
    )
    return (
        (ProfileName.CHROMIUM, fetches),
        (ProfileName.FIREFOX, fetches),
        (ProfileName.SAFARI, f"{opens} (EH 12.2)"),
    )


def _snippet(advice: Recommendation) -> str:
    """The field to paste, then why each link is in it."""
    lines = ["Send this field in a 103 as soon as the request has come:", f"Link: {advice.value}"]
    for each in advice.links:
        told = f"  {each.url}: {each.why}"
        if each.bytes is not None:
            told += f", {sized(each.bytes)}"
        if each.saving is not None and each.saving.start > 0:
            parts = "all of it while the server thinks"
            if each.saving.from_discovery >= 0.5:
                parts = f"{ms(each.saving.from_think_time)} of it while the server thinks"
                parts += f", {ms(each.saving.from_discovery)} until the page itself would ask"
            told += f", asked for {ms(each.saving.start)} sooner ({parts}; estimated)"
        lines.append(told)
    for url, reason in advice.left_out[:5]:
        lines.append(f"  not {url}: {reason}")
    return "\n".join(lines)
