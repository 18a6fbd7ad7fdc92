"""The names that a document's markup uses: elements, classes and ids, as far as it has arrived.

A rule of a style sheet whose selector asks for a name that never occurs applies to nothing, so the picture it names is
never requested. This looks for names only, in any tag-like text (comments and scripts included): it may report one too
many, which costs a request a browser would not make, but none too few.
"""

from __future__ import annotations

import re

from fetcher.discovery.candidates import Candidate, CandidateKind

_TAG = re.compile(rb"<([a-z][^\s/><]*+)")
_VALUE = re.compile(rb"""[\s"'/](class|id)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")
_MOST = 50_000
_TAIL = 65_536
EVERYTHING = "*"
"""In place of further names, when there are too many to keep: any selector may apply."""


class MarkupNames:
    """``feed`` gives one MARKUP candidate with the names that are new, ("name", "tag" or ".class" or "#id") each, in
    lower case; nothing when none is."""

    def __init__(self) -> None:
        self._kept = b""
        self._raw: set[bytes | tuple[bytes, ...]] = set()
        self._names: set[str] = set()

    def feed(self, text: bytes, *, last: bool = False) -> list[Candidate]:
        text = self._kept + text.lower()
        end = text.rfind(b">") + 1
        if last or len(text) - end > _TAIL:
            end = len(text)
        self._kept = text[end:]
        if EVERYTHING in self._names:
            return []
        new: set[str] = set()
        found: set[bytes | tuple[bytes, ...]] = {*_TAG.findall(text, 0, end), *_VALUE.findall(text, 0, end)}
        for raw in found - self._raw:
            if isinstance(raw, bytes):
                new.add(raw.decode("utf-8", "replace"))
            else:
                mark = "." if raw[0] == b"class" else "#"
                new.update(mark + word for word in b"".join(raw[1:]).decode("utf-8", "replace").split())
        new -= self._names
        self._raw |= found
        if len(self._raw) + len(self._names) + len(new) > _MOST:
            self._raw.clear()
            self._names = new = {EVERYTHING}
        if not new:
            return []
        self._names |= new
        pairs = tuple(("name", name) for name in sorted(new))
        return [Candidate(CandidateKind.MARKUP, "", "", pairs, 0, 0)]
