"""The text of an inline <script>: a module's imports, an import map, speculation rules, or that there is one at all.

All are told when the end tag comes: a script that is never closed never counts (HTML 13.2.6.4.8), nor does an empty
one (4.12.1.1). Style sheets on their way hold an inline script up, and with it the parser, so where it stands matters.
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
    """``line`` and ``offset``: of the text's first byte. ``overflowed`` says that it was too large to keep.
    ``digested``: a policy may allow a classic script by its digest, so that its text is kept."""

    def __init__(
        self,
        kind: CandidateKind,
        attributes: Mapping[str, str],
        line: int,
        offset: int,
        *,
        in_head: bool,
        digested: bool = False,
    ) -> None:
        self.overflowed = False
        self._kind, self._line, self._offset, self._in_head = kind, line, offset, in_head
        self._inherited = tuple((name, attributes[name]) for name in _INHERITED if name in attributes)
        self._keeps = digested or kind is not CandidateKind.INLINE_SCRIPT
        self._is_async = kind is CandidateKind.MODULE_SCRIPT and "async" in attributes
        self._is_empty = True
        self._text = bytearray()
        self._left = LARGEST

    def feed(self, text: bytes) -> None:
        self._is_empty = self._is_empty and not text
        if not self._keeps:
            return
        self._left -= len(text)
        if self._left < 0:
            self.overflowed = True
            self._text.clear()
        else:
            self._text += text

    def close(self) -> list[Candidate]:
        """What the text names, each with the digests by which a policy may allow it."""
        if self._is_empty or (self.overflowed and self._kind is not CandidateKind.INLINE_SCRIPT):
            return []
        text = bytes(self._text)
        if self._kind is CandidateKind.SPECULATION:
            return [
                Candidate(self._kind, shown(url), "script", pairs, self._line, self._offset, self._in_head, True)
                for url, pairs in speculated(text)
            ]
        if self._kind is CandidateKind.IMPORT_MAP:
            found = [self._itself(self._kind, ("text", text.decode("utf-8", "replace")))]
        elif self._kind is CandidateKind.INLINE_SCRIPT:
            found = [self._itself(self._kind)]
        else:
            more = (("async", ""),) if self._is_async else ()
            module = ModuleScanner(
                line=self._line,
                offset=self._offset,
                inline=True,
                in_head=self._in_head,
                attributes=(*self._inherited, ("script", str(self._offset)), *more),
            )
            module.feed(text)
            found = [self._itself(CandidateKind.INLINE_SCRIPT, ("type", "module"), *more), *module.close()]
        return of_text(_newlines(text), found) if self._keeps and not self.overflowed else found

    def _itself(self, kind: CandidateKind, *more: tuple[str, str]) -> Candidate:
        pairs = (*self._inherited, *more)
        return Candidate(kind, "", "script", pairs, self._line, self._offset, self._in_head, True)


def _newlines(text: bytes) -> bytes:
    """As the parser has it, whose text is what a digest is of (HTML 13.2.3.5)."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text
