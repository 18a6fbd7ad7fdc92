"""How far the parser of one document has come, as far as that decides what may be requested.

Chromium's preload scanner runs ahead of its parser. Until the parser has put the body in, requests of low priority are
held back (``connections.holding``), and it does not get there while a script in the head stops it: a classic one,
neither async nor defer, whose content has not come, or that waits for the style sheets before it. What inline scripts
wait for is not known here; that an inert page has none that wait is named in the README.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import TYPE_CHECKING

from fetcher.discovery.candidates import Candidate, CandidateKind

if TYPE_CHECKING:
    from fetcher.browser.fetches import Fetch


class Parsing:
    """``body``: the text read so far goes past the head."""

    __slots__ = ("_after", "_blocking", "_imports", "_over", "_places", "_scripts", "_sheets", "body")

    def __init__(self) -> None:
        self.body = False
        self._sheets: list[tuple[Candidate, Fetch]] = []  # of the head, in order
        self._places: dict[int, int] = {}  # where each candidate stands there
        self._over = 0  # up to here none is waited for
        self._imports: dict[int, Fetch] = {}  # of a sheet in the head, as good as always
        self._blocking: dict[int, Fetch] = {}  # what rendering may still wait for, by number
        self._scripts: dict[int, tuple[Candidate, Fetch]] = {}
        self._after: deque[tuple[int, int]] = deque()  # scripts in order, each with how many sheets are before it

    def met(self, candidate: Candidate, fetch: Fetch, *, applies: bool) -> None:
        """``fetch`` serves ``candidate``; called again where another one serves it after all."""
        number = id(candidate)
        if candidate.kind is CandidateKind.CSS_IMPORT:
            if self._sheets:
                self._imports[fetch.id] = self._blocking[fetch.id] = fetch
        elif not candidate.in_head:
            return
        elif candidate.kind is CandidateKind.STYLESHEET and applies:
            place = self._places.setdefault(number, len(self._sheets))
            self._sheets[place : place + 1] = [(candidate, fetch)]
            self._over = min(self._over, place)
            self._blocking[fetch.id] = fetch
        elif candidate.kind is CandidateKind.SCRIPT and not is_deferred(candidate):
            if number not in self._scripts:
                self._after.append((number, len(self._sheets)))
            self._scripts[number] = candidate, fetch

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
        if not self.body:
            return True
        while self._after:
            script, sheets = self._after[0]
            while self._over < sheets and not _waits(self._sheets[self._over][1]):
                self._over += 1
            if self._over < sheets or _waits(self._scripts[script][1]):
                return True
            while self._imports:
                number, fetch = next(iter(self._imports.items()))
                if _waits(fetch):
                    return True
                del self._imports[number]
            self._after.popleft()
        return False


def is_deferred(candidate: Candidate) -> bool:
    """Whether the parser goes on past this classic script."""
    return any(candidate.attribute(name) is not None for name in ("async", "defer"))


def _waits(fetch: Fetch) -> bool:
    """Still on its way, or on that of where it was redirected to."""
    while fetch.hop is not None:
        fetch = fetch.hop
    return fetch.is_pending
