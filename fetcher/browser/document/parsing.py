"""How far the parser of one document has come, as far as that decides what may be requested.

Chromium's preload scanner runs ahead of its parser. Until the parser has put the body in, requests of low priority are
held back (``connections.holding``), and it does not get there while a script in the head stops it: a classic one,
neither async nor defer, whose content has not come, or that waits for the style sheets before it. What inline scripts
wait for is not known here; that an inert page has none that wait is named in the README.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from fetcher.discovery.candidates import Candidate, CandidateKind

if TYPE_CHECKING:
    from fetcher.browser.fetches import Fetch


class Parsing:
    """``body``: the text read so far goes past the head."""

    __slots__ = ("_after", "_scripts", "_sheets", "body")

    def __init__(self) -> None:
        self.body = False
        self._sheets: dict[int, tuple[Candidate, Fetch]] = {}
        self._scripts: dict[int, tuple[Candidate, Fetch]] = {}
        self._after: list[tuple[int, list[int]]] = []  # scripts in order, each with the sheets before it

    def met(self, candidate: Candidate, fetch: Fetch, *, applies: bool) -> None:
        """``fetch`` serves ``candidate``; called again where another one serves it after all."""
        number = id(candidate)
        if candidate.kind is CandidateKind.CSS_IMPORT or not candidate.in_head:
            if candidate.kind is CandidateKind.CSS_IMPORT and self._sheets:
                self._sheets[number] = candidate, fetch
                for _, sheets in self._after:
                    sheets.append(number)  # of a sheet in the head, as good as always
        elif candidate.kind is CandidateKind.STYLESHEET and applies:
            self._sheets[number] = candidate, fetch
        elif candidate.kind is CandidateKind.SCRIPT and not is_deferred(candidate):
            if number not in self._scripts:
                self._after.append((number, list(self._sheets)))
            self._scripts[number] = candidate, fetch

    def waits_for_sheets(self, scans: Collection[int]) -> bool:
        """Whether a sheet that blocks rendering is still on its way, or among ``scans``."""
        return any(_waits(each) or each[1].id in scans for each in self._sheets.values())

    @property
    def is_in_head(self) -> bool:
        """Whether the body is not there yet."""
        if not self.body:
            return True
        while self._after:
            script, sheets = self._after[0]
            if _waits(self._scripts[script]) or any(_waits(self._sheets[sheet]) for sheet in sheets):
                return True
            self._after.pop(0)
        return False


def is_deferred(candidate: Candidate) -> bool:
    """Whether the parser goes on past this classic script."""
    return any(candidate.attribute(name) is not None for name in ("async", "defer"))


def _waits(asked: tuple[Candidate, Fetch]) -> bool:
    """Still on its way, or on that of where it was redirected to."""
    fetch = asked[1]
    while fetch.hop is not None:
        fetch = fetch.hop
    return fetch.is_pending
