"""The text of a <script> in SVG, which the tokenizer reads as any text in foreign content: with character references
and CDATA sections (HTML 13.2.5). Only its own text counts, not that of elements in it; it ends with its end tag.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html.inline_script import LARGEST, InlineScript


class SvgScript:
    """``feed`` gets its text as written, ``raw`` that of CDATA sections; ``close`` gives what it names."""

    def __init__(
        self,
        kind: CandidateKind,
        attributes: Mapping[str, str],
        line: int,
        offset: int,
        *,
        in_head: bool,
        digested: bool,
    ) -> None:
        self._script = InlineScript(kind, attributes, line, offset, in_head=in_head, digested=digested)
        self._text = bytearray()
        self._depth = 0  # of elements in it

    @property
    def overflowed(self) -> bool:
        return len(self._text) > LARGEST

    def feed(self, text: bytes) -> None:
        if not self._depth and not self.overflowed:
            self._text += text

    def raw(self, text: bytes) -> None:
        self.feed(text.replace(b"&", b"&amp;"))

    def tag(self, name: str, *, ends: bool, self_closing: bool) -> bool:
        """A tag in it; whether it ends with that."""
        if ends and name == "script" and not self._depth:
            return True
        if not self_closing:
            self._depth = max(0, self._depth + (-1 if ends else 1))
        return False

    def close(self, encoding: str) -> list[Candidate]:
        if self.overflowed:
            return []
        text = bytes(self._text)
        if b"&" in text:
            text = unescape(text.decode(encoding, "replace")).encode(encoding, "replace")
        self._script.feed(text)
        return self._script.close()
