"""What running code was seen to ask for in a browser, asked for here at the same distance from what asked for it.

No script runs here, so a list from elsewhere stands in for those of the page: each entry waits for the end of its
initiator and its delay after that, then it is a discovery like any other, labelled for what it is. Where the list does
not say what asked (a NetLog), an entry waits until the page has nothing left to ask for by itself, and is asked for
only if nothing here did: what markup and sheets name is theirs.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import Credentials, Destination, Mode

ELEMENT = "script (observed)"
PICTURE = "image (observed)"
"""Of a page's own pictures nobody tells whether its markup or its code asked."""
SHEET = "style sheet (observed)"
"""Of a rule that fits nothing in the markup: code made what it fits."""
UNEXPLAINED = "initiator unknown (observed)"
LATEST_MS = 10_000.0
"""What was asked for longer after its initiator is not waited for."""
TOO_LATE = f"a browser asked for it more than {LATEST_MS / 1000:g} s after its initiator: not waited for"
SECRET = "a secret is left out of its URL in the discoveries: not asked for (fetcher discover --no-redact keeps it)"
STREAM = "an event stream, whose answer has no end: not asked for"
NOT_HERE = "a browser was seen to ask for it, but what asked did not come here"
_CORS = (Destination.EMPTY, Destination.FONT, Destination.JSON, Destination.MANIFEST)


@dataclass(frozen=True, slots=True)
class AskedByCode:
    """``initiator`` is the URL of the script, None for the document itself; ``delay`` ms from its end. ``why_not``: it
    is known beforehand that it cannot be asked for. ``script`` False: it may have been markup that asked; None: nobody
    told what asked, so that it is not said to be a script, and it is asked for only if nothing here does. ``sheet``: a
    style sheet did, which is no script either."""

    url: str
    destination: Destination
    mode: Mode | None
    initiator: str | None
    delay: float
    why_not: str | None = None
    script: bool | None = True
    sheet: bool = False


def mode_of(candidate: Candidate) -> tuple[Mode, Credentials]:
    """As was seen, else as code does where it says nothing."""
    known = candidate.attribute("mode")
    if known is not None:
        mode = Mode(known)
    else:
        mode = Mode.CORS if Destination(candidate.attribute("destination") or "empty") in _CORS else Mode.NO_CORS
    return mode, Credentials.INCLUDE if mode is Mode.NO_CORS else Credentials.SAME_ORIGIN


class Agenda:
    """What is still to be asked for: by initiator until that has ended, then by time."""

    def __init__(self, entries: Iterable[AskedByCode]) -> None:
        self._waiting: dict[str | None, list[AskedByCode]] = {}
        self._due: list[tuple[float, int, int, AskedByCode]] = []
        self._count = 0
        self._unexplained: list[AskedByCode] = []
        self._refused: list[tuple[Candidate, str]] = []
        self._document: tuple[int, float] | None = None
        for entry in entries:
            if entry.script is not None:
                self._waiting.setdefault(entry.initiator, []).append(entry)
            else:
                self._unexplained.append(entry)
        self._unexplained.sort(key=lambda entry: entry.delay, reverse=True)

    def ended(self, fetch: int, url: str | None, at: float) -> list[tuple[Candidate, str]]:
        """The fetch of ``url`` (None: the document) has come: its entries have a time from now on. Those that are not
        asked for are given back, with the reason."""
        if url is None:
            self._document = (fetch, at)
        refused = []
        for entry in self._waiting.pop(url, []):
            why_not = entry.why_not or (TOO_LATE if entry.delay > LATEST_MS else None)
            if why_not is not None:
                refused.append((candidate_of(entry), why_not))
                continue
            self._count += 1
            heappush(self._due, (at + entry.delay, self._count, fetch, entry))
        return refused

    def due(self, at: float) -> list[tuple[int, Candidate]]:
        """(the id of its initiator, what it asks for) of each whose time has come."""
        found = []
        while self._due and self._due[0][0] <= at:
            _, _, source, entry = heappop(self._due)
            found.append((source, candidate_of(entry)))
        return found

    @property
    def next(self) -> float | None:
        """When the next one is due."""
        return self._due[0][0] if self._due else None

    @property
    def has_unexplained(self) -> bool:
        return bool(self._unexplained)

    def unexplained(self, asked: Container[str]) -> tuple[float, int, Candidate] | None:
        """The next (when, the document's id, what) that nothing asked for until now; it stays the next until taken."""
        while self._unexplained and self._document is not None:
            entry = self._unexplained[-1]
            why_not = entry.why_not or (TOO_LATE if entry.delay > LATEST_MS else None)
            if entry.url not in asked and why_not is None:
                fetch, at = self._document
                return at + entry.delay, fetch, candidate_of(entry)
            if entry.url not in asked and why_not is not None:
                self._refused.append((candidate_of(entry), why_not))
            self._unexplained.pop()
        return None

    def take(self) -> None:
        """The next one is being asked for."""
        self._unexplained.pop()

    def left(self) -> list[tuple[Candidate, str]]:
        """At the end: those whose initiator never came, and those that nobody told of and are not asked for; each with
        why."""
        found = [(candidate_of(entry), NOT_HERE) for entries in self._waiting.values() for entry in entries]
        found += self._refused
        self._waiting.clear()
        self._refused.clear()
        return found


def candidate_of(entry: AskedByCode) -> Candidate:
    element = SHEET if entry.sheet else {True: ELEMENT, False: PICTURE, None: UNEXPLAINED}[entry.script]
    attributes = [("destination", entry.destination.value)]
    if entry.mode is not None and entry.mode is not Mode.NAVIGATE:
        attributes.append(("mode", entry.mode.value))
    return Candidate(CandidateKind.OBSERVED, entry.url, element, tuple(attributes), 1, 0)
