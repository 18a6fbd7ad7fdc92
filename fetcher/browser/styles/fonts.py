"""Faces of style sheets: which are asked for, once a rule that can apply uses their family (CSS Fonts 4, 4.3, 5.2).

An estimate, for documents that are too much for the cascade (``styles``). A face waits until a rule whose names all
occur in the markup, and whose media hold, uses its family (or a custom property with "font" in its name lists it), and
until a character of its unicode-range has occurred anywhere in the document; ASCII is taken to occur always. All
weights and styles of a family are asked for, where a browser asks for those that text is set in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from fetcher.discovery.candidates import Candidate
from fetcher.discovery.html.markup import EVERYTHING

NOT_USED = "no rule seen uses this font family"
NO_CHARACTER = "no character of its unicode-range occurs in the document"
WAITING = 512
"""Faces of one document that wait for characters; further ones are asked for as if theirs had occurred."""
RANGES = 512
"""Ranges of one face; one of more is taken to cover everything."""
_RANGE = re.compile(r"\s*u\+(?:([0-9a-f]{1,6})-([0-9a-f]{1,6})|([0-9a-f]{0,6})(\?{0,6}))\s*", re.I)
_ASCII = 0x7F

Face = tuple[int, Candidate, float]
Ranges = list[tuple[int, int]]


def ranges(text: str) -> Ranges | None:
    """A unicode-range descriptor's code points; None where it is absent or not valid, and so covers everything."""
    found: Ranges = []
    parts = text.split(",") if text else []
    if len(parts) > RANGES:
        return None
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match is None:
            return None
        low, high, start, wild = match.groups()
        if low is None:
            low, high = start + wild.replace("?", "0"), start + wild.replace("?", "F")
        if not low or len(low) > 6 or int(low, 16) > int(high, 16):
            return None
        if int(high, 16) > 0x10FFFF:
            return None
        found.append((int(low, 16), int(high, 16)))
    return found or None


@dataclass(slots=True, eq=False)
class Fonts:
    """The faces of one document. ``face``, ``used`` and ``seen`` give those to be asked for now."""

    families: set[str] = field(default_factory=set)
    _unused: dict[str, list[Face]] = field(default_factory=dict)
    _waiting: list[tuple[Face, Ranges]] = field(default_factory=list)
    _characters: list[int] = field(default_factory=list)
    _any: bool = False

    def face(self, source: int, candidate: Candidate, at: float) -> list[Face]:
        """A face was met."""
        family = candidate.attribute("family") or ""
        if family in self.families:
            return self._due((source, candidate, at))
        self._unused.setdefault(family, []).append((source, candidate, at))
        return []

    def used(self, family: str) -> list[Face]:
        """A rule that can apply uses ``family``."""
        if family in self.families:
            return []
        self.families.add(family)
        return [due for face in self._unused.pop(family, ()) for due in self._due(face)]

    def seen(self, characters: str) -> list[Face]:
        """These characters beyond ASCII have occurred."""
        self._any = self._any or EVERYTHING in characters
        self._characters = sorted({*self._characters, *map(ord, characters)})
        due = [face for face, wanted in self._waiting if self._covers(wanted)]
        if due:
            self._waiting = [each for each in self._waiting if not self._covers(each[1])]
        return due

    def unused(self) -> list[tuple[Face, str]]:
        """What was never asked for, and why."""
        faces = [(face, NOT_USED) for faces in self._unused.values() for face in faces]
        return faces + [(face, NO_CHARACTER) for face, _ in self._waiting]

    def _due(self, face: Face) -> list[Face]:
        wanted = ranges(face[1].attribute("unicode-range") or "")
        if wanted is None or self._covers(wanted) or len(self._waiting) >= WAITING:
            return [face]
        self._waiting.append((face, wanted))
        return []

    def _covers(self, wanted: Ranges) -> bool:
        if self._any:
            return True
        for low, high in wanted:
            if low < _ASCII and high >= 0x20:
                return True
            index = bisect_left(self._characters, low)
            if index < len(self._characters) and self._characters[index] <= high:
                return True
        return False
