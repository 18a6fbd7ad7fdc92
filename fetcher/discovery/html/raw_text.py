"""Where the text of <style>, <title>, <script> and their like ends (WHATWG HTML 13.2.5.2 to 13.2.5.31).

One question, asked of each piece in turn: ``end(buffer, start)`` gives the index up to which the bytes are surely
content, and whether the element's own end tag begins there. When it does not, the few bytes from that index on may be
the beginning of something and are wanted again in front of the next piece: never more than eight.
"""

from __future__ import annotations

import re

from fetcher.discovery.html.passing import any_case

_ENDED = r"(?=[\t\n\f\r />])"


def _held(buffer: bytes, start: int, tokens: tuple[bytes, ...]) -> int:
    """The first index from which the rest of the buffer could begin one of ``tokens`` (or be one whole, when what
    follows decides)."""
    for index in range(max(start, len(buffer) - max(map(len, tokens))), len(buffer)):
        rest = buffer[index:].lower()
        if any(token.startswith(rest) for token in tokens):
            return index
    return len(buffer)


class RawText:
    """RCDATA and RAWTEXT: everything up to the end tag of the same name."""

    __slots__ = ("_close", "_search")

    def __init__(self, name: str) -> None:
        self._close = (b"</" + name.encode(),)
        self._search = re.compile(f"</{any_case(name)}{_ENDED}".encode()).search

    def end(self, buffer: bytes, start: int) -> tuple[int, bool]:
        match = self._search(buffer, start)
        return (match.start(), True) if match else (_held(buffer, start, self._close), False)


_OPEN, _CLOSE = (any_case(text) for text in ("script", "/script"))
_PLAIN, _ESCAPED, _DOUBLE = range(3)
_SEARCHES = [
    re.compile(f"<(?:!--|{_CLOSE}{_ENDED})".encode()).search,
    re.compile(f"-->|<(?:{_CLOSE}|{_OPEN}){_ENDED}".encode()).search,
    re.compile(f"-->|<{_CLOSE}{_ENDED}".encode()).search,
]
_TOKENS = [(b"<!--", b"</script"), (b"-->", b"</script", b"<script"), (b"-->", b"</script")]


class ScriptText:
    """Script data: inside "<!--" a "<script" hides the next "</script", and "-->" ends it all."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state = _PLAIN

    def end(self, buffer: bytes, start: int) -> tuple[int, bool]:
        index = start
        while match := _SEARCHES[self._state](buffer, index):
            token = match[0].lower()
            if token == b"<!--":
                # Its dashes may already be those of "-->": "<!-->" opens and closes.
                self._state = _ESCAPED
                index = match.end() - 2
                continue
            index = match.end()
            if token == b"-->":
                self._state = _PLAIN
            elif token == b"<script":
                self._state = _DOUBLE
            elif self._state == _DOUBLE:
                self._state = _ESCAPED
            else:
                return match.start(), True
        return _held(buffer, index, _TOKENS[self._state]), False
