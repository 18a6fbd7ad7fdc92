"""What matters most and is not hinted where a 103 comes: what blocks rendering, and the largest thing on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from fetcher.analysis.recommended import Hintable
from fetcher.analysis.timing.rendering import LcpGuess, RenderBlocking, lcp_candidate, render_blocking
from fetcher.analysis.timing.savings import render_gain, saving
from fetcher.audits.each_run import in_each_run
from fetcher.audits.finding import Basis, Cost, Finding, Place, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Unknown, rule
from fetcher.audits.telling import ms
from fetcher.audits.value.told import FAMILY, NOTE_WHERE, acted_preloads, hinted_urls, interim_at, why_small
from fetcher.discovery.candidates import CandidateKind
from fetcher.terms import ProfileName

LEAST_MS = 10.0
"""A head start of less is none."""
MOST_ESTIMATED = 10
"""Files whose effect on rendering is worked out: where there are more, no single one has any."""
LATE_MS = 50.0
"""So long after the document's head a picture is found late."""


@rule(
    "critical-not-hinted",
    title="What blocks rendering is hinted",
    severity=Severity.WARNING,
    also={"note": NOTE_WHERE},
    family=FAMILY,
    fix="Add it to the 103, before anything that does not block rendering.",
    source="developer.chrome.com early-hints",
)
def critical_not_hinted(page: Page) -> Iterator[Finding]:
    """The 103 names other things and leaves out a style sheet or script that rendering waits for, so that they come
    before it and it comes no sooner. Files of other sites, and those that no hint could bring, are not asked for. What
    it would win is an estimate of each run, told with the least and the most of them, and a note where that may be
    noise."""
    worth: dict[str, list[float]] = {}
    for one in in_each_run(partial(_not_hinted, worth))(page):
        gain = _gain(one.cost) if one.cost is not None else ""
        known = worth.get(one.subject)
        small = why_small(page, known) if known is not None else ""
        told = f"{one.message}{gain}{f'; {small}' if small else ''}"
        yield replace(one, message=told, severity=Severity.NOTE if small else Severity.WARNING)


def _gain(cost: Cost) -> str:
    if not cost.most and not cost.ms:
        return ""
    least, most = ms(cost.least or 0.0), ms(cost.most or cost.ms or 0.0)
    runs = f"; {least} to {most} by the run" if cost.least is not None and least != most else ""
    return f", and rendering could start up to {most} sooner (estimated{runs})"


def _not_hinted(worth: dict[str, list[float]], page: Page) -> Iterator[Finding]:
    """The findings of one run, without the gain in their messages. ``Cost.ms`` is that of rendering; ``worth`` takes by
    URL what each hint would win for it, alone or beside the others, whichever is more."""
    acted_preloads(page)
    page.must_be_there()
    load, at = page.load, interim_at(page)
    blocking = render_blocking(load)
    told_by_page = bool(load.discoveries)
    if not blocking and told_by_page:
        raise NotApplicable("nothing blocks rendering")
    named = hinted_urls(page)
    hintable = Hintable(load, page.profile)
    left = [
        one
        for one in blocking
        if load.requests[one.request].url not in named
        and load.requests[one.request].hint is None
        and saving(load, one.request, at).start >= LEAST_MS
        and hintable.why_not(one.request) is None
    ]
    ids = [one.request for one in left]
    for one in left:
        request, gained, link = load.requests[one.request], saving(load, one.request, at), hintable.link(one.request)
        whole = render_gain(load, [one.request], at) if len(left) <= MOST_ESTIMATED else None
        if whole is not None:
            together = render_gain(load, ids, at) or 0.0
            without = render_gain(load, [each for each in ids if each != one.request], at) or 0.0
            worth.setdefault(request.url, []).append(max(whole, together - without))
        yield Finding(
            f"{request.url}, {one.why}, is not in the 103, which hints other things; with a hint it would be asked for "
            f"{ms(gained.start)} sooner",
            subject=request.url,
            url=request.url,
            used=_place(page, one),
            browsers=_browsers("asks for it when the document has come so far"),
            cost=Cost(whole, request.sizes.transferred, Basis.ESTIMATED),
            fix=f"Add {link} to the 103." if link else "",
        )
    if not left and not told_by_page:
        raise Unknown(
            "the record does not tell what the page's markup names, so that what rendering waits for is hidden"
        )


@rule(
    "lcp-not-hinted",
    title="The largest thing on the screen is hinted where it is found late",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Hint it, if its URL is the same for every visitor.",
    source="Web Almanac 2024; a blog whose largest picture went from the 38th to the 2nd request",
)
@in_each_run
def lcp_not_hinted(page: Page) -> Iterator[Finding]:
    """What is probably the largest picture, or the font of the text where there is none, becomes known late (from a
    style sheet, or far down the document) or is marked as important, and the 103 does not name it. Which picture it is,
    is a guess."""
    acted_preloads(page)
    page.must_be_there()
    load, at = page.load, interim_at(page)
    if not load.discoveries:
        raise NotApplicable("the record does not say where the page names its pictures")
    named = hinted_urls(page)
    guess = lcp_candidate(load)
    if guess is None:
        yield from _font(page, named, at)
        return
    request = load.requests[guess.request]
    if guess.responsive:
        raise NotApplicable(
            "which file the largest picture is hangs on the screen, so that no link can name it for all"
        )
    if request.url in named or request.hint is not None or not _is_late(page, guess):
        return
    gained, hintable = saving(load, guess.request, at), Hintable(load, page.profile)
    if gained.start < LEAST_MS or hintable.why_not(guess.request) is not None:
        return
    link = hintable.link(guess.request)
    late = f"; {ms(gained.from_discovery)} of it because it is found late" if gained.from_discovery >= 1 else ""
    yield Finding(
        f"{request.url} is probably the largest picture ({guess.why}) and not in the 103: with a hint it would be "
        f"asked for {ms(gained.start)} sooner (estimated{late})",
        subject=request.url,
        url=request.url,
        used=_found_at(page, guess.discovery),
        browsers=_browsers("asks for it when a style sheet or the document names it"),
        cost=Cost(gained.start, request.sizes.transferred, Basis.ESTIMATED),
        fix=f"Add {link} to the 103, if its URL is the same for every visitor." if link else "",
    )


def _font(page: Page, named: frozenset[str], at: float) -> Iterator[Finding]:
    """Text is the largest, and its font is known only once the sheet has come."""
    load = page.load
    fonts = [
        (number, found.request)
        for number, found in enumerate(load.discoveries)
        if found.candidate.kind is CandidateKind.CSS_FONT and found.request is not None
    ]
    if not fonts:
        raise NotApplicable("no picture stands out as the largest, and text needs no font of the page's")
    if any(load.requests[one].url in named or load.requests[one].hint is not None for _, one in fonts):
        return
    number, font = fonts[0]
    gained, hintable = saving(load, font, at), Hintable(load, page.profile)
    if gained.start < LEAST_MS or hintable.why_not(font) is not None:
        return
    request = load.requests[font]
    link = hintable.link(font)
    yield Finding(
        f"the largest thing on the screen is probably text, whose font {request.url} is known only once a style sheet "
        f"has come, and is not in the 103: with a hint it would be asked for {ms(gained.start)} sooner (estimated)",
        subject=request.url,
        url=request.url,
        used=_found_at(page, number),
        browsers=_browsers("asks for it when the style sheet is there and text uses it"),
        cost=Cost(gained.start, request.sizes.transferred, Basis.ESTIMATED),
        fix=f"Add {link} to the 103." if link else "",
    )


def _is_late(page: Page, guess: LcpGuess) -> bool:
    head = page.load.final_response_headers_start
    discovered = page.load.requests[guess.request].times.discovered
    marked = guess.why.startswith("its element")
    return guess.in_css or marked or (head is not None and discovered - head > LATE_MS)


def _place(page: Page, one: RenderBlocking) -> Place | None:
    return _found_at(page, one.discovery)


def _found_at(page: Page, discovery: int | None) -> Place | None:
    if discovery is None:
        return None
    found = page.load.discoveries[discovery]
    candidate = found.candidate
    return Place(page.load.requests[found.source].url, candidate.element, candidate.line, candidate.offset)


def _browsers(does: str) -> tuple[tuple[ProfileName, str], ...]:
    return ((ProfileName.CHROMIUM, does), (ProfileName.FIREFOX, does))
