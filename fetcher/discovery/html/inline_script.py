"""The text of an inline <script> that names something: a module's imports, or an import map.

Both are told when the end tag comes: a script that is never closed never counts (HTML 13.2.6.4.8).
"""

from __future__ import annotations

from collections.abc import Mapping

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.modules.scanner import ModuleScanner

LARGEST_MAP = 4_194_304
_INHERITED = ("crossorigin", "nonce", "referrerpolicy")


class InlineScript:
    """``line`` and ``offset``: of the text's first byte. ``overflowed`` says that a map was too large to keep."""

    def __init__(
        self, kind: CandidateKind, attributes: Mapping[str, str], line: int, offset: int, *, in_head: bool
    ) -> None:
        self.overflowed = False
        self._line, self._offset, self._in_head = line, offset, in_head
        self._map: bytearray | None = bytearray() if kind is CandidateKind.IMPORT_MAP else None
        inherited = tuple((name, attributes[name]) for name in _INHERITED if name in attributes)
        self._module = ModuleScanner(
            line=line,
            offset=offset,
            inline=True,
            in_head=in_head,
            attributes=(*inherited, ("script", str(offset))),
        )

    def feed(self, text: bytes) -> None:
        if self._map is None:
            self._module.feed(text)
        elif len(self._map) + len(text) > LARGEST_MAP:
            self.overflowed = True
        else:
            self._map += text

    def close(self) -> list[Candidate]:
        if self._map is None:
            return self._module.close()
        if self.overflowed:
            return []
        pairs = (("text", self._map.decode("utf-8", "replace")),)
        return [Candidate(CandidateKind.IMPORT_MAP, "", "script", pairs, self._line, self._offset, self._in_head, True)]
