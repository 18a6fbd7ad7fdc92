"""What running code was seen to ask for in a browser, asked for here at the same distance from what asked for it.

No script runs here, so a list from elsewhere stands in for those of the page: each entry waits for the end of its
initiator and its delay after that, then it is a discovery like any other, labelled for what it is. Where the list does
not say what asked (a NetLog), an entry waits until the page has nothing left to ask for by itself, and is asked for
only if nothing here did: what markup and sheets name is theirs. Where a secret is left out of the URL of what asked,
any value may stand in its place; what even so did not come here is stood in for by the document, once the page rests.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import REDACTED, Credentials, Destination, Mode

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
NOT_LOADED = "a frame that code made: its document is not asked for"
MOST_ALIKE = 200
"""URLs that differ in a query alone and are looked through for one that lacks a secret."""
AWAITED = "awaited"
"""The attribute that is "no" where a browser's load event did not wait for it."""
_CORS = (Destination.EMPTY, Destination.FONT, Destination.JSON, Destination.MANIFEST)


@dataclass(frozen=True, slots=True)
class AskedByCode:
    """``initiator`` is the URL of the script, None for the document itself; ``delay`` ms from its end. ``why_not``: it
    is known beforehand that it cannot be asked for. ``script`` False: it may have been markup that asked; None: nobody
    told what asked, so that it is not said to be a script, and it is asked for only if nothing here does. ``sheet``: a
    style sheet did, which is no script either. ``awaited`` False: the browser's load event did not wait for it.
    ``loads`` False: it was no GET of a resource, and no such request is it."""

    url: str
    destination: Destination
    mode: Mode | None
    initiator: str | None
    delay: float
    why_not: str | None = None
    script: bool | None = True
    sheet: bool = False
    awaited: bool = True
    loads: bool = True


def not_get(method: str) -> str:
    return f"sent with {method[:20]}, and only GET is asked for"


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
        self._refused: list[tuple[AskedByCode, str]] = []
        self._document: tuple[int, float] | None = None
        self._blanked: dict[str, list[str]] = {}
        for entry in entries:
            if entry.script is not None:
                if (
                    entry.initiator is not None
                    and entry.initiator not in self._waiting
                    and _is_blanked(entry.initiator)
                ):
                    self._blanked.setdefault(_before_values(entry.initiator), []).append(entry.initiator)
                self._waiting.setdefault(entry.initiator, []).append(entry)
            else:
                self._unexplained.append(entry)
        self._unexplained.sort(key=lambda entry: entry.delay, reverse=True)

    def ended(self, fetch: int, url: str | None, at: float) -> None:
        """The fetch of ``url`` (None: the document) has come: its entries have a time from now on."""
        if url is None:
            self._document = (fetch, at)
        waiting = self._waiting.pop(url, [])
        if url is not None and self._blanked:
            for blanked in self._blanked.get(_before_values(url), ())[:MOST_ALIKE]:
                if _fits(blanked, url):
                    waiting += self._waiting.pop(blanked, [])
        self._from(at, fetch, waiting)

    def _from(self, at: float, fetch: int, entries: Iterable[AskedByCode]) -> None:
        for entry in entries:
            why_not = entry.why_not or (TOO_LATE if entry.delay > LATEST_MS else None)
            if why_not is not None:
                self._refused.append((entry, why_not))
                continue
            self._count += 1
            heappush(self._due, (at + entry.delay, self._count, fetch, entry))

    def follow_document(self, at: float) -> bool:
        """The page rests: what is still asked for by something whose URL lacks a secret, and may be another here, is
        due its delay from now on, as if the document asked. Whether there is any."""
        if self._document is None:
            return False
        found = [blanked for several in self._blanked.values() for blanked in several if blanked in self._waiting]
        for blanked in found:
            self._from(at, self._document[0], self._waiting.pop(blanked))
        self._blanked.clear()
        return bool(found)

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
                self._refused.append((entry, why_not))
            self._unexplained.pop()
        return None

    def take(self) -> None:
        """The next one is being asked for."""
        self._unexplained.pop()

    def left(self, asked: Collection[str]) -> list[tuple[Candidate, str]]:
        """At the end: those that were not asked for, each with why. ``asked`` are the URLs that something here did ask
        for, so that those are not among them."""
        left = [*self._refused, *((each, each.why_not or NOT_HERE) for some in self._waiting.values() for each in some)]
        self._waiting.clear()
        self._refused.clear()
        alike: dict[str, list[str]] = {}
        for url in asked if left else ():
            alike.setdefault(_before_values(url), []).append(url)

        def was_asked(url: str) -> bool:
            urls = alike.get(_before_values(url), [])
            return url in asked or (_is_blanked(url) and any(_fits(url, each) for each in urls[:MOST_ALIKE]))

        return [(candidate_of(entry), why) for entry, why in left if not entry.loads or not was_asked(entry.url)]


def candidate_of(entry: AskedByCode) -> Candidate:
    element = SHEET if entry.sheet else {True: ELEMENT, False: PICTURE, None: UNEXPLAINED}[entry.script]
    attributes = [("destination", entry.destination.value)]
    if entry.mode is not None and entry.mode is not Mode.NAVIGATE:
        attributes.append(("mode", entry.mode.value))
    if not entry.awaited:
        attributes.append((AWAITED, "no"))
    return Candidate(CandidateKind.OBSERVED, entry.url, element, tuple(attributes), 1, 0)


_USER = re.compile(r"(://)[^/?#]*@")


def _is_blanked(url: str) -> bool:
    return REDACTED in url or "%5Bredacted%5D@" in url


def _before_values(url: str) -> str:
    """As much of ``url`` as no secret stands in."""
    return re.split("[?;&#]", _USER.sub(r"\1", url), maxsplit=1)[0]


def _fits(blanked: str, url: str) -> bool:
    """Whether ``url`` is ``blanked`` with some value for each that was left out of it; a value ends at & or #."""
    parts, others = (re.split("([&#])", _USER.sub(r"\1", each)) for each in (blanked, url))
    return len(parts) == len(others) and all(map(_part_fits, parts, others))


def _part_fits(blanked: str, part: str) -> bool:
    before, hole, after = blanked.partition(REDACTED)
    if not hole:
        return blanked == part
    return len(part) > len(before) + len(after) and part.startswith(before) and part.endswith(after)
