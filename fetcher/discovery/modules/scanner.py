"""What a module imports, as candidates: offsets in its bytes, lines as JavaScript counts them.

Static imports are one MODULE_IMPORT each; import() and import.meta.resolve() one DYNAMIC_IMPORT, which only running
code would request. A module that a browser's parser would refuse gives one MODULE_IMPORT without a url that says why,
and nothing else: none of its imports is requested then.
"""

from __future__ import annotations

from fetcher.discovery.candidates import Candidate, CandidateKind, holding, shown
from fetcher.discovery.modules.declarations import Import, ImportKind, Unreadable
from fetcher.discovery.modules.lexer import ImportLexer
from fetcher.discovery.position import Position

LARGEST = 50_000_000
"""Bytes of one module that are kept: a larger one is told as unreadable."""
_STATIC = (ImportKind.IMPORT, ImportKind.EXPORT)


class ModuleScanner:
    """One module: ``feed`` its bytes, ``close`` gives its candidates. ``line`` and ``offset`` are where it begins;
    ``attributes`` are those of the <script> element that it is the text of (``inline``), if it is."""

    def __init__(
        self,
        *,
        line: int = 1,
        offset: int = 0,
        limit: int = 20_000,
        inline: bool = False,
        in_head: bool = False,
        attributes: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._lexer = ImportLexer(limit)
        self._place = Position(line=line, offset=offset)
        self._offset = offset
        self._inline = inline
        self._in_head = in_head
        self._attributes = attributes
        self._left = LARGEST

    def feed(self, data: bytes) -> list[Candidate]:
        """Nothing yet: a module's imports are known once all of it has come."""
        self._left -= len(data)
        if self._left >= 0:
            self._lexer.feed(data)
        return []

    def close(self) -> list[Candidate]:
        if self._left < 0:
            return [self._refused(f"the module is larger than {LARGEST:,} bytes: not read", 0)]
        try:
            found = self._lexer.close()
        except Unreadable as error:
            return [self._refused(str(error), error.offset)]
        candidates = [self._candidate(each) for each in found]
        if self._lexer.is_cut:
            candidates.append(self._refused("the module has more imports than are looked for", 0))
        return candidates

    def _candidate(self, found: Import) -> Candidate:
        kind = CandidateKind.MODULE_IMPORT if found.kind in _STATIC else CandidateKind.DYNAMIC_IMPORT
        written = tuple((f"with {key}", value) for key, value in found.attributes)
        return self._made(kind, found.specifier or "", found.kind.value, written, found.offset)

    def _refused(self, reason: str, offset: int) -> Candidate:
        return self._made(CandidateKind.MODULE_IMPORT, "", "module", (("unreadable", reason),), offset)

    def _made(
        self, kind: CandidateKind, url: str, element: str, written: tuple[tuple[str, str], ...], offset: int
    ) -> Candidate:
        text = self._lexer.text
        line = self._place.line_at(text, offset)
        made = Candidate(
            kind, shown(url), element, written + self._attributes, line, self._offset + offset, self._in_head,
            self._inline,
        )  # fmt: skip
        return holding(made, url) if kind is CandidateKind.MODULE_IMPORT and url[:5].lower() == "data:" else made
