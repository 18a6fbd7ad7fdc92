"""When rendering could start, DOMContentLoaded and load, estimated from the record's dependency graph.

No script runs here and nothing is laid out, so these are estimates: each rests on when the bytes came, and takes
parsing, executing and painting for instantaneous. What is taken into account, as Chromium does it:

- a classic script without async or defer stops the parser until it and the style sheets before it are there, an inline
  one until those are; a style sheet in the body stops it by itself;
- deferred scripts and modules (with what they import) run after parsing and those sheets, before DOMContentLoaded;
- style sheets of the head whose media hold, with their imports, ``blocking=render`` and the parser's own stops in the
  head come before rendering, which starts with the first bytes beyond the head, whenever the rest comes;
- the load event waits for everything the document and its frames use but lazy images, preloads nobody took and media;
  of what a browser was seen to ask for, as far as its own load event did.

A HAR that tells its browser's own instants gives those, as measured. Times are milliseconds from navigation start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fetcher.browser.document.observed import AWAITED
from fetcher.browser.document.parsing import is_deferred
from fetcher.browser.document.viewport import ALTERNATE, OTHER_MEDIA
from fetcher.discovery.candidates import CandidateKind
from fetcher.record.page_load import Discovery, PageLoad, RequestRecord
from fetcher.terms import Destination, InitiatorKind, NetPriority

UNUSED_AFTER_MS = 3_000.0
"""How long after load Chromium waits for somebody to use a preload (EH 9.6)."""

_IN_HAR = {"dom_content_loaded": "onContentLoad", "load": "onLoad"}
_NOT_AWAITED = (Destination.EMPTY, Destination.TRACK, Destination.VIDEO, Destination.AUDIO, Destination.MANIFEST)
_SEEN = CandidateKind.OBSERVED
_IDLE = (CandidateKind.PRELOAD, CandidateKind.MODULEPRELOAD)


@dataclass(frozen=True, slots=True)
class Milestone:
    """``at`` is None where what it waits for never ended. ``request`` is what it waited for longest, None where that
    was not a request but the document's own bytes, or is not known. ``estimated`` is False only for what a browser
    measured. ``waited_for`` are all requests it waited for, by id; ``markup_at`` is when the last of the document's own
    bytes that it needed had come."""

    at: float | None
    request: int | None = None
    estimated: bool = True
    waited_for: tuple[int, ...] = ()
    markup_at: float | None = None


@dataclass(frozen=True, slots=True)
class Milestones:
    render_start: Milestone
    dom_content_loaded: Milestone
    load: Milestone


@dataclass(slots=True)
class _Waits:
    """The latest of several ends; one that never came is later than all. ``own`` are the requests it waits for itself,
    ``others`` how many of each other one's it waits for as well: those grow on, and copying them would cost time."""

    at: float | None = 0.0
    request: int | None = None
    markup_at: float = 0.0
    own: list[int] = field(default_factory=list)
    others: dict[int, tuple[_Waits, int]] = field(default_factory=dict)

    def until(self, at: float | None, request: int | None = None) -> None:
        if request is not None:
            self.own.append(request)
        elif at is not None:
            self.markup_at = max(self.markup_at, at)
        self._later(at, request)

    def after(self, other: _Waits) -> None:
        self._later(other.at, other.request)
        self.markup_at = max(self.markup_at, other.markup_at)
        for waits, count in ((other, len(other.own)), *other.others.values()):
            known = self.others.get(id(waits))
            self.others[id(waits)] = (waits, max(count, known[1] if known else 0))

    def _later(self, at: float | None, request: int | None) -> None:
        if self.at is not None and (at is None or at > self.at):
            self.at, self.request = at, request

    def milestone(self) -> Milestone:
        every = {*self.own, *(number for waits, count in self.others.values() for number in waits.own[:count])}
        at = None if self.at is None else round(self.at, 3)
        return Milestone(at, self.request, waited_for=tuple(sorted(every)), markup_at=round(self.markup_at, 3))


@dataclass(slots=True)
class _Page:
    """The page's document read in order: where the parser has come, and what later milestones wait for."""

    load: PageLoad
    children: dict[int, list[Discovery]]
    parser: _Waits = field(default_factory=_Waits)
    sheets: _Waits = field(default_factory=_Waits)
    deferred: _Waits = field(default_factory=_Waits)
    rendering: _Waits = field(default_factory=_Waits)
    begun: bool = False
    head: int = 0

    def met(self, found: Discovery) -> None:
        """One thing its markup names, in order."""
        candidate = found.candidate
        if candidate.in_head:
            self.head = max(self.head, candidate.offset)
        elif not self.begun:
            self.body(found.at)
        self.parser.until(found.at)
        kind = candidate.kind
        if kind is CandidateKind.INLINE_SCRIPT and found.rule is None and candidate.attribute("async") is None:
            (self.deferred if candidate.attribute("type") == "module" else self.parser).after(self.sheets)
        if found.request is None:
            return
        if kind in (CandidateKind.STYLESHEET, CandidateKind.CSS_IMPORT) and applies(found):
            self._whole(found.request, self.sheets)
            if candidate.in_head:
                self._whole(found.request, self.rendering)
            elif candidate.element in ("link", "style"):
                self._whole(found.request, self.parser)
        elif kind is CandidateKind.MODULE_IMPORT and candidate.attribute("async") is None:
            self._whole(found.request, self.deferred)
        elif kind is CandidateKind.MODULE_SCRIPT and candidate.attribute("async") is None:
            self._whole(found.request, self.deferred)
            self.deferred.after(self.sheets)
        elif kind is CandidateKind.SCRIPT and candidate.attribute("async") is None:
            if is_deferred(candidate):
                self._whole(found.request, self.deferred)
                self.deferred.after(self.sheets)
            else:
                self._whole(found.request, self.parser)
                self.parser.after(self.sheets)
        renders = "render" in (candidate.attribute("blocking") or "").lower().split()
        if renders and candidate.in_head:
            self._whole(found.request, self.rendering)

    def body(self, at: float | None) -> None:
        """It begins, at the latest ``at``: rendering had to wait for what stopped the parser until here, and for the
        first bytes beyond the last thing that the head names. Where the body's first word stands is not recorded."""
        self.begun = True
        self.rendering.after(self.parser)
        document = self.load.document_request
        chunks = document.chunks if document is not None else ()
        self.rendering.until(next((came for came, size in chunks if size > self.head), at))

    def _whole(self, number: int, waits: _Waits) -> None:
        """``number`` and what it imports, all the way down."""
        seen = {number}
        todo = [number]
        while todo:
            each = todo.pop()
            last = last_hop(self.load, each)
            waits.until(end_of(last), last.id)
            for found in self.children.get(last.id, ()):
                imports = found.candidate.kind in (CandidateKind.CSS_IMPORT, CandidateKind.MODULE_IMPORT)
                if found.request is not None and imports and found.request not in seen:
                    seen.add(found.request)
                    todo.append(found.request)


def milestones(load: PageLoad) -> Milestones | None:
    """The three instants of ``load``; None where no document came."""
    document = load.document_request
    if document is None:
        return None
    children: dict[int, list[Discovery]] = defaultdict(list)
    for found in load.discoveries:
        children[found.source].append(found)
    page = _Page(load, children)
    page.parser.until(document.times.final_response_headers_start)
    for found in sorted(children.get(document.id, ()), key=_in_markup):
        by_markup = found.candidate.element not in ("Link", "Refresh") and found.candidate.kind is not _SEEN
        if by_markup and not _in_css(found):  # what a browser was seen to ask for holds no parser up
            page.met(found)
    if not page.begun:
        page.body(end_of(document))
    page.parser.until(end_of(document))
    ready = _Waits()
    ready.after(page.parser)
    ready.after(page.deferred)
    done = _Waits()
    done.after(ready)
    for number in _awaited(load):
        done.until(end_of(load.requests[number]), number)
    told = Milestones(page.rendering.milestone(), ready.milestone(), done.milestone())
    if load.recorded_by is None:
        return told
    return _measured(load, told if load.discoveries else _guessed(load, document, told))


def _guessed(load: PageLoad, document: RequestRecord, told: Milestones) -> Milestones:
    """Of another program's record, which names no elements and no bytes of the document: rendering starts, at the
    earliest, with the document's head and the style sheets that rendering waits for, as their priority says. What the
    parser waits for is not known, nor, without priorities, what rendering does."""
    rendering = Milestone(None)
    if any(one.priority is not None for one in load.requests):
        waits = _Waits()
        waits.until(document.times.final_response_headers_start)
        for one in sheets_by_priority(load):
            last = last_hop(load, one.id)
            waits.until(end_of(last), last.id)
        rendering = waits.milestone()
    return Milestones(rendering, Milestone(None), told.load)


def sheets_by_priority(load: PageLoad) -> Iterator[RequestRecord]:
    """The style sheets that a browser asked for with the highest priority, since rendering waits for them."""
    for one in load.requests:
        by_markup = one.initiator.kind in (InitiatorKind.PRELOAD_SCAN, InitiatorKind.EARLY_HINT)
        if one.destination is Destination.STYLE and one.priority is NetPriority.HIGHEST and by_markup:
            yield one


def _measured(load: PageLoad, told: Milestones) -> Milestones:
    """What the browser that recorded it said of itself wins."""
    timings = dict(load.page_timings)
    both = [
        replace(getattr(told, name), at=timings[har], request=None, estimated=False)
        if har in timings
        else getattr(told, name)
        for name, har in _IN_HAR.items()
    ]
    return Milestones(told.render_start, *both)


def _in_markup(found: Discovery) -> tuple[int, float]:
    return found.candidate.offset, found.at


def _in_css(found: Discovery) -> bool:
    """Of a style sheet, or what one in the markup is drawn with: no part of the markup that the parser comes to."""
    kind = found.candidate.kind
    return kind in (CandidateKind.CSS_IMAGE, CandidateKind.CSS_FONT, CandidateKind.FONT_USE)


def applies(found: Discovery) -> bool:
    """Whether a style sheet is used here, now."""
    return OTHER_MEDIA not in found.reason and ALTERNATE not in found.reason


def last_hop(load: PageLoad, number: int) -> RequestRecord:
    """Where the redirects of request ``number`` ended."""
    request = load.requests[number]
    seen = {number}
    while request.redirect_to is not None and request.redirect_to not in seen:
        seen.add(request.redirect_to)
        request = load.requests[request.redirect_to]
    return request


def end_of(request: RequestRecord) -> float | None:
    """When nothing more was to come of it, well or not. What a cache answered took no time."""
    times = request.times
    if request.timing_is_cache_read:
        return times.discovered
    return times.response_end if times.response_end is not None else times.failed_at


def _awaited(load: PageLoad) -> list[int]:
    """The requests that the load event waits for, redirects too: somebody uses them, other than as a lazy image or a
    preload, and they are not of a kind that is not awaited. One that nothing is known to name is taken for used."""
    before = {each.redirect_to: each.id for each in load.requests if each.redirect_to is not None}
    named: dict[int, bool] = {}
    late: set[int] = set()  # what a browser's load did not wait for, and what that asks for in its turn
    for found in load.discoveries:
        if found.request is not None:
            lazy = (found.candidate.attribute("loading") or "").lower() == "lazy"
            after = found.candidate.attribute(AWAITED) == "no" if found.candidate.kind is _SEEN else False
            after = after or _first(found.source, before) in late
            uses = found.candidate.kind not in _IDLE and not lazy and not after
            named[found.request] = named.get(found.request, False) or uses
            if after and not named[found.request]:
                late.add(found.request)
            else:
                late.discard(found.request)
    awaited = []
    for request in load.requests:
        first = _first(request.id, before)
        counts = request.destination not in _NOT_AWAITED and first not in load.navigations
        if counts and named.get(first, load.requests[first].hint is None):
            awaited.append(request.id)
    return awaited


def _first(number: int, before: Mapping[int, int]) -> int:
    """The request that was redirected to ``number``, or that itself."""
    hops = 0
    while number in before and hops <= len(before):
        number, hops = before[number], hops + 1
    return number


@dataclass(frozen=True, slots=True)
class UnusedPreload:
    """A preload that nobody had used by load. ``told_at`` is when Chromium would say so, if still nobody does, which
    only a script could change; ``hint`` is the 103's hint behind it, None for a preload of the page itself."""

    request: int
    hint: int | None
    told_at: float | None

    @property
    def text(self) -> str:
        """What it would say, in our words: it has a text for each of the two kinds (EH 9.6)."""
        how = "a preload in an early hint" if self.hint is not None else "a preload of the page"
        return f"{how} that nothing had used when the page had loaded; Chromium warns of it 3 s later"


def unused_preloads(load: PageLoad) -> tuple[UnusedPreload, ...]:
    """Every preload without a use by load, in order of their requests. A load ends at load and does not wait for the
    three seconds: scripts, which alone could use one later, do not run. Empty where what the document asks for was not
    looked at."""
    if load.only_hints or load.document is None or not load.discoveries:
        return ()
    kinds: dict[int, set[CandidateKind]] = defaultdict(set)
    for found in load.discoveries:
        if found.request is not None:
            kinds[found.request].add(found.candidate.kind)
    told = milestones(load)
    at = told.load.at if told is not None else None
    hinted = {hint.request: hint.id for hint in load.hints if hint.acted and hint.request is not None}
    late = None if at is None else round(at + UNUSED_AFTER_MS, 3)
    return tuple(
        UnusedPreload(request.id, hinted.get(request.id), late)
        for request in load.requests
        if (request.id in hinted or CandidateKind.PRELOAD in kinds[request.id]) and not _uses(kinds[request.id])
    )


def _uses(kinds: Iterable[CandidateKind]) -> bool:
    return any(kind is not CandidateKind.PRELOAD for kind in kinds)
