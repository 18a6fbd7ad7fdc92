"""How far the parser of one document has come, as far as that decides what may be requested.

Chromium's preload scanner runs ahead of its parser, and meets most of what a document asks for; the parser alone meets
the rest (``is_left_to_parser``), once nothing before it stops the parser any more. As seen in Chromium 156, these do:

- a classic script, neither async nor defer, whose content has not come, or that waits for the style sheets before it;
- an inline script that waits for those sheets;
- a style sheet in the body that applies, a <link> or what a <style> imports.

Until the parser has put the body in, requests of low priority are held back too (``connections.holding``).
"""

from __future__ import annotations

from collections.abc import Collection
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from fetcher.discovery.candidates import Candidate, CandidateKind

if TYPE_CHECKING:
    from fetcher.browser.fetches import Consumer, Fetch

_LEFT = frozenset(
    {
        CandidateKind.EMBEDDED,
        CandidateKind.FRAME,
        CandidateKind.MEDIA,
        CandidateKind.MODULE_IMPORT,
        CandidateKind.PREFETCH,
        CandidateKind.SVG_USE,
        CandidateKind.TRACK,
    }
)


class _Stop(NamedTuple):
    """In the order in which they stand. ``number``: of the script or sheet that is waited for, 0 for an inline script;
    ``sheets``: how many stand before it, which it waits for too."""

    offset: int
    number: int
    in_head: bool
    sheets: int


class Parsing:
    """``body``: the text read so far goes past the head."""

    __slots__ = ("_blocking", "_imports", "_over", "_places", "_sheets", "_stopping", "_stops", "_waited_for", "body")

    def __init__(self) -> None:
        self.body = False
        self._sheets: list[tuple[Candidate, Fetch]] = []  # in order, and what a <style> in the head imports
        self._places: dict[int, int] = {}  # where each candidate stands there
        self._over = 0  # up to here none is waited for
        self._imports: dict[int, Fetch] = {}  # of a sheet that was fetched: before, as good as always
        self._blocking: dict[int, Fetch] = {}  # what rendering may still wait for, by number
        self._waited_for: dict[int, tuple[Candidate, Fetch, int]] = {}  # with how many sheets are before it
        self._stops: list[_Stop] = []  # a heap
        self._stopping: set[int] = set()  # the numbers there

    def met(self, candidate: Candidate, fetch: Fetch, *, applies: bool) -> None:
        """``fetch`` serves ``candidate``; called again where another one serves it after all."""
        if candidate.kind is CandidateKind.CSS_IMPORT:
            if candidate.inline and not candidate.in_head:
                if applies:
                    self._stop(candidate, fetch, 0)
            elif candidate.inline:
                self._sheet(candidate, fetch)
                self._blocking[fetch.id] = fetch
            elif self._sheets:
                self._imports[fetch.id] = self._blocking[fetch.id] = fetch
        elif candidate.kind is CandidateKind.STYLESHEET and applies:
            self._sheet(candidate, fetch)
            if candidate.in_head:
                self._blocking[fetch.id] = fetch
            elif candidate.element == "link":
                self._stop(candidate, fetch, 0)
        elif candidate.kind is CandidateKind.SCRIPT and not is_deferred(candidate):
            self._stop(candidate, fetch, len(self._sheets))

    def inline(self, candidate: Candidate) -> None:
        """A script stands in the markup, and runs there."""
        if candidate.attribute("type") != "module" and (self._sheets or self._imports):
            heappush(self._stops, _Stop(candidate.offset, 0, candidate.in_head, len(self._sheets)))

    def _sheet(self, candidate: Candidate, fetch: Fetch) -> None:
        place = self._places.setdefault(id(candidate), len(self._sheets))
        self._sheets[place : place + 1] = [(candidate, fetch)]
        self._over = min(self._over, place)

    def _stop(self, candidate: Candidate, fetch: Fetch, sheets: int) -> None:
        """Where the parser had gone on from it already, since what served it had failed, it stops it once more: for
        what stood before it, as then, or the sheets after it would wait for it, and it for them."""
        number = id(candidate)
        known = self._waited_for.get(number)
        if known is not None:
            sheets = known[2]
        self._waited_for[number] = candidate, fetch, sheets
        if number not in self._stopping:
            self._stopping.add(number)
            heappush(self._stops, _Stop(candidate.offset, number, candidate.in_head, sheets))

    def waits_for_sheets(self, scans: Collection[int]) -> bool:
        """Whether a sheet that blocks rendering is still on its way, or among ``scans``. Each is looked at until it is
        there, and then no more."""
        while self._blocking:
            number, fetch = next(iter(self._blocking.items()))
            if _waits(fetch) or number in scans:
                return True
            del self._blocking[number]
        return False

    @property
    def is_in_head(self) -> bool:
        """Whether the body is not there yet."""
        stop = self._first()
        return not self.body or (stop is not None and stop.in_head)

    @property
    def stands_at(self) -> int | None:
        """The offset of what stops the parser now; None where nothing does."""
        stop = self._first()
        return None if stop is None else stop.offset

    def _first(self) -> _Stop | None:
        while self._stops and not self._is_held(self._stops[0]):
            self._stopping.discard(heappop(self._stops).number)
        return self._stops[0] if self._stops else None

    def _is_held(self, stop: _Stop) -> bool:
        while self._over < stop.sheets and not _waits(self._sheets[self._over][1]):
            self._over += 1
        if self._over < stop.sheets or (stop.number and _waits(self._waited_for[stop.number][1])):
            return True
        while self._imports:
            number, fetch = next(iter(self._imports.items()))
            if _waits(fetch):
                return True
            del self._imports[number]
        return False


def is_deferred(candidate: Candidate) -> bool:
    """Whether the parser goes on past this classic script."""
    return any(candidate.attribute(name) is not None for name in ("async", "defer"))


def is_left_to_parser(consumer: Consumer) -> bool:
    """Whether Chromium's preload scanner leaves this to the parser: what no scanned element names, what is found by
    laying out, a sheet that does not apply; of a document with a policy in its markup, everything. What rules name
    waits for its elements (``styles``)."""
    candidate = consumer.candidate
    document = consumer.document
    if consumer.source != document.fetch.id or candidate.element in ("Link", "Refresh"):
        return False
    kind = candidate.kind
    if kind in _LEFT:
        return True
    if not document.place.scanned:
        return kind not in (CandidateKind.OBSERVED, CandidateKind.CSS_IMAGE, CandidateKind.CSS_FONT)
    if kind is CandidateKind.STYLESHEET:
        return not consumer.applies
    lazy = kind is CandidateKind.IMAGE and (candidate.attribute("loading") or "").lower() == "lazy"
    return lazy or candidate.element == "feimage"


def _waits(fetch: Fetch) -> bool:
    """Still on its way, or on that of where it was redirected to."""
    while fetch.hop is not None:
        fetch = fetch.hop
    return fetch.is_pending
