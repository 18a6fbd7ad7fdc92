"""The text of an inline <script> that names something: a module's imports, an import map, or speculation rules.

All are told when the end tag comes: a script that is never closed never counts (HTML 13.2.6.4.8).
"""

from __future__ import annotations

from collections.abc import Mapping

from fetcher.discovery.candidates import Candidate, CandidateKind, shown
from fetcher.discovery.html.digests import of_text
from fetcher.discovery.html.speculation import speculated
from fetcher.discovery.modules.scanner import ModuleScanner

LARGEST = 4_194_304
_INHERITED = ("crossorigin", "nonce", "referrerpolicy")


class InlineScript:
    """``line`` and ``offset``: of the text's first byte. ``overflowed`` says that it was too large to keep."""

    def __init__(
        self, kind: CandidateKind, attributes: Mapping[str, str], line: int, offset: int, *, in_head: bool
    ) -> None:
        self.overflowed = False
        self._kind, self._line, self._offset, self._in_head = kind, line, offset, in_head
        self._inherited = tuple((name, attributes[name]) for name in _INHERITED if name in attributes)
        self._text = bytearray()
        self._left = LARGEST

    def feed(self, text: bytes) -> None:
        self._left -= len(text)
        if self._left < 0:
            self.overflowed = True
            self._text.clear()
        else:
            self._text += text

    def close(self) -> list[Candidate]:
        """What the text names, each with the digests by which a policy may allow it."""
        if self.overflowed:
            return []
        text = bytes(self._text)
        if self._kind is CandidateKind.SPECULATION:
            return [
                Candidate(self._kind, shown(url), "script", pairs, self._line, self._offset, self._in_head, True)
                for url, pairs in speculated(text)
            ]
        if self._kind is CandidateKind.IMPORT_MAP:
            pairs = (*self._inherited, ("text", text.decode("utf-8", "replace")))
            found = [Candidate(self._kind, "", "script", pairs, self._line, self._offset, self._in_head, True)]
        else:
            module = ModuleScanner(
                line=self._line,
                offset=self._offset,
                inline=True,
                in_head=self._in_head,
                attributes=(*self._inherited, ("script", str(self._offset))),
            )
            module.feed(text)
            found = module.close()
        return of_text(text, found) if found else found
