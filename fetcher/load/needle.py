"""Whether a text stands in content that streams by: what tells the page that was meant from a wall in front of it.

Bytes are compared, so nothing is kept but the last few of them: the text is looked for in UTF-8, in the charset of
the Content-Type field and in windows-1252, which between them cover what pages are written in.
"""

from __future__ import annotations

from fetcher.fields.mime import charset
from fetcher.terms import Fields, field_value


class Needle:
    """Give it the decoded content piece by piece; ``found`` turns True once, wherever the pieces were cut."""

    __slots__ = ("_forms", "_tail", "_tail_bytes", "found")

    def __init__(self, text: str, fields: Fields) -> None:
        self._forms = _encoded(text, charset(field_value(fields, "content-type")))
        self._tail_bytes = max(map(len, self._forms)) - 1
        self._tail = b""
        self.found = not text

    def feed(self, piece: bytes) -> None:
        if self.found:
            return
        window = self._tail + piece
        self.found = any(form in window for form in self._forms)
        self._tail = window[-self._tail_bytes :] if self._tail_bytes else b""


def _encoded(text: str, charset: str | None) -> set[bytes]:
    forms = {text.encode("utf-8", "replace")}
    labelled = "utf-16-le" if charset in ("utf-16", "utf-16le") else charset or "utf-8"
    for name in (labelled, "windows-1252"):
        try:
            forms.add(text.encode(name))
        except (LookupError, ValueError):  # a charset nobody knows, or one without these letters
            continue
    return forms
