"""What the start of rendering waits for, and which picture is probably the largest on the first screen.

The first is what ``milestones`` waits for, told by its elements. The second is a guess and says by what it was made:
nothing is laid out here, and only a browser knows. In another program's record, which names no elements, both are
guesses by the priority that Chrome gave the request.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.analysis.timing.milestones import Milestone, end_of, last_hop, milestones, sheets_by_priority
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.record.page_load import Discovery, PageLoad, RequestRecord
from fetcher.terms import Destination, NetPriority

BIG = 10_000
"""Bytes from which a picture may be more than an icon."""
SMALL_AREA = 10_000
"""CSS pixels (width x height as the element says) below which it is none that counts."""

_NAMES = {
    CandidateKind.STYLESHEET: "a style sheet of the head",
    CandidateKind.CSS_IMPORT: "a style sheet that another one imports",
    CandidateKind.SCRIPT: "a script that stops the parser",
    CandidateKind.MODULE_SCRIPT: "a module with blocking=render",
    CandidateKind.MODULE_IMPORT: "a module that another one imports",
}


@dataclass(frozen=True, slots=True)
class RenderBlocking:
    """``request`` must have ended before rendering starts; ``discovery`` is where the page names it (the record's
    index), None where nobody told; ``why`` is a noun phrase; ``guessed`` where it rests on priority alone."""

    request: int
    discovery: int | None
    why: str
    guessed: bool = False


def render_blocking(load: PageLoad) -> tuple[RenderBlocking, ...]:
    """All of it, in the order of the requests; () where no document came."""
    told = milestones(load)
    if told is None:
        return ()
    if not load.discoveries:
        return tuple(_guessed(load))
    waited = set(told.render_start.waited_for)
    named: dict[int, int] = {}
    for number, found in enumerate(load.discoveries):
        if found.request is not None and found.candidate.kind in _NAMES:
            named.setdefault(last_hop(load, found.request).id, number)
    return tuple(
        RenderBlocking(one, named.get(one), _why(load, named.get(one)))
        for one in sorted(waited)
        if load.requests[one].destination is not Destination.DOCUMENT
    )


def _why(load: PageLoad, discovery: int | None) -> str:
    if discovery is None:
        return "something that rendering waits for"
    candidate = load.discoveries[discovery].candidate
    renders = "render" in (candidate.attribute("blocking") or "").lower().split()
    stops = candidate.attribute("async") is None and candidate.attribute("defer") is None
    if candidate.kind is CandidateKind.SCRIPT and renders and not stops:
        return "a script with blocking=render"
    return _NAMES[candidate.kind]


def _guessed(load: PageLoad) -> list[RenderBlocking]:
    why = "a style sheet that the browser asked for with the highest priority"
    return [RenderBlocking(one.id, None, why, True) for one in sheets_by_priority(load)]


@dataclass(frozen=True, slots=True)
class LcpGuess:
    """``request`` is the picture's; ``discovery`` where the page names it, None where nobody told. ``why`` says by what
    it was guessed. ``responsive``: which file it is hangs on the screen, so that no link can name it for all."""

    request: int
    discovery: int | None
    why: str
    in_css: bool = False
    responsive: bool = False


def lcp_candidate(load: PageLoad) -> LcpGuess | None:
    """The picture, None where there is none that could be: text is largest then, which waits for what blocks it."""
    if load.document is None:
        return None
    if not load.discoveries:
        return _by_priority(load)
    images = [
        (number, found, load.requests[found.request])
        for number, found in enumerate(load.discoveries)
        if found.request is not None and found.candidate.kind in (CandidateKind.IMAGE, CandidateKind.CSS_IMAGE)
    ]
    of_markup = [each for each in images if each[1].candidate.kind is CandidateKind.IMAGE and _may_be(load, each[1])]
    preloaded = {
        found.request for found in load.discoveries
        if found.request is not None and found.candidate.kind is CandidateKind.PRELOAD
    }  # fmt: skip
    for number, found, one in of_markup:
        if (found.candidate.attribute("fetchpriority") or "").lower() == "high":
            return _guess(number, found, one, "its element has fetchpriority=high")
    for number, found, one in of_markup:
        if one.id in preloaded:
            return _guess(number, found, one, "the page preloads it")
    for number, found, one in of_markup:
        if one.hint is not None:
            return _guess(number, found, one, "the 103 hints it")
    for number, found, one in of_markup:
        if _is_big(one) and not _is_small(found.candidate):
            return _guess(number, found, one, "it is the first large picture of the document")
    for number, found, one in images:
        if found.candidate.kind is CandidateKind.CSS_IMAGE and _is_big(one):
            return _guess(number, found, one, "it is the first large picture that a style sheet names")
    return None


def lcp_ready(load: PageLoad) -> Milestone | None:
    """When the largest thing on the screen could be there: once rendering has started and the guessed picture has come,
    or with the start of rendering where that is text. None where no document came."""
    told = milestones(load)
    if told is None:
        return None
    start, guess = told.render_start, lcp_candidate(load)
    if guess is None:
        return start
    end = end_of(load.requests[guess.request])
    waited_for = tuple(sorted({*start.waited_for, guess.request}))
    if end is None or start.at is None:
        return Milestone(None, guess.request, waited_for=waited_for, markup_at=start.markup_at)
    last = guess.request if end > start.at else start.request
    return Milestone(round(max(end, start.at), 3), last, waited_for=waited_for, markup_at=start.markup_at)


def _guess(number: int, found: Discovery, one: RequestRecord, why: str) -> LcpGuess:
    candidate = found.candidate
    in_css = candidate.kind is CandidateKind.CSS_IMAGE
    responsive = candidate.attribute("srcset") is not None or bool(candidate.sources)
    return LcpGuess(one.id, number, why, in_css, responsive)


def _may_be(load: PageLoad, found: Discovery) -> bool:
    """In the document itself and not put off."""
    return found.source == load.document and (found.candidate.attribute("loading") or "").lower() != "lazy"


def _is_big(one: RequestRecord) -> bool:
    size = one.sizes.transferred if one.sizes.transferred is not None else one.sizes.decoded
    return size is not None and size >= BIG and (one.status or 0) < 400


def _is_small(candidate: Candidate) -> bool:
    width, height = (candidate.attribute(name) or "" for name in ("width", "height"))
    return width.isascii() and width.isdigit() and height.isascii() and height.isdigit() and (
        int(width[:9]) * int(height[:9]) < SMALL_AREA
    )  # fmt: skip


def _by_priority(load: PageLoad) -> LcpGuess | None:
    """Chrome raises the priority of pictures that lie on the screen."""
    images = [
        one
        for one in load.requests
        if one.destination is Destination.IMAGE and (one.priority or 0) >= NetPriority.MEDIUM and _is_big(one)
    ]
    largest = max(images, key=lambda one: one.sizes.decoded or one.sizes.transferred or 0, default=None)
    if largest is not None:
        why = "it is the largest of the pictures that the browser asked for with a raised priority"
        return LcpGuess(largest.id, None, why)
    hinted = [one for one in load.requests if one.destination is Destination.IMAGE and one.hint is not None]
    return LcpGuess(hinted[0].id, None, "it is the only picture that the 103 hints") if len(hinted) == 1 else None
