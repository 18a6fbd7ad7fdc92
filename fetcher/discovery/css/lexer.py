"""CSS tokens from text that arrives in pieces (CSS Syntax 3, 4.3): comments, names, escapes, strings and urls.

``CssLexer`` reads and remembers; what a token means is the subclass's to say, through the methods at the end. Its state
is the method that reads next: (buffer, index) in, the index it got to out. What is not whole at the end of a buffer is
either remembered in the state or, a few bytes at most, kept to be read again in front of the next one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from fetcher.discovery.candidates import Candidate
from fetcher.discovery.css import tokens
from fetcher.discovery.position import Position

DATA_KEPT = 96
"""Bytes of a data: url that are kept, so that its type and first bytes can be told."""
_LIMIT = 1_048_576  # of one string or url
_VALUE_LIMIT = 65_536
NAME_LIMIT = 256  # names are cut here: none that means anything is longer

Place = tuple[int, int]  # line, offset


class CssLexer(ABC):
    """``line`` and ``offset`` place the first byte, or with ``fixed`` every byte; ``encoding`` is a Python codec."""

    def __init__(self, *, line: int, offset: int, fixed: bool, encoding: str) -> None:
        self.overflows = 0
        self._fixed = (line, offset) if fixed else None
        self._encoding = encoding
        self._place = Position(line=line, offset=offset)
        self._found: list[Candidate] = []
        self._kept = b""
        self._closing = False
        self._read: Callable[[bytes, int], int] = self._item
        self._after_comment: Callable[[bytes, int], int] = self._item
        self._word = bytearray()  # the name an item begins with
        self._last = b""  # the name that ends the text read so far
        self._text = bytearray()  # the inside of the string or url at hand
        self._text_place: Place = (0, 0)
        self._text_whole = True
        self._quote = 0
        self._value: bytearray | None = None  # the item's text, where it is wanted

    def feed(self, data: bytes) -> list[Candidate]:
        """The candidates that became certain with ``data``, in order."""
        buffer = self._kept + data if self._kept else data
        self._kept = b""
        found: list[Candidate] = []
        self._found = found
        index = 0
        end = len(buffer)
        while index < end:
            index = self._read(buffer, index)
        self._place.advance(buffer, end - len(self._kept))
        return found

    def _finish(self) -> list[Candidate]:
        """The end of the text: it ends names and escapes, and closes an open string or url."""
        self._closing = True
        found = self.feed(b"")
        if self._read == self._string:
            self._end_string()
        elif self._read in (self._url, self._url_end):
            self._end_url()
        return found

    def _keep(self, buffer: bytes, index: int) -> int:
        if self._closing:
            return len(buffer)
        self._kept = buffer[index:]
        return len(buffer)

    def _at(self, buffer: bytes, index: int) -> Place:
        return self._fixed or (self._place.line_at(buffer, index), self._place.base + index)

    def _decoded(self, raw: bytes | bytearray) -> str:
        try:
            return raw.decode(self._encoding, "replace")
        except (LookupError, UnicodeError):
            return raw.decode("utf-8", "replace")

    def _collect(self, text: bytes) -> None:
        """Remember ``text`` as part of the item's value, if that is wanted."""
        value = self._value
        if value is None:
            return
        value += text
        if len(value) > _VALUE_LIMIT:
            self.overflows += 1
            self._value = None
            self._spoil(rule=True)

    def _escape(self, buffer: bytes, index: int, *, in_string: bool = False) -> int:
        """Where the escape at ``index`` ends; ``index`` when it is none, -1 when more bytes decide."""
        match = (tokens.STRING_ESCAPE if in_string else tokens.ESCAPE).match(buffer, index)
        end = match.end() if match else index
        if not self._closing and (end == len(buffer) or (match is None and index + 1 == len(buffer))):
            return -1
        return end if match or index + 1 < len(buffer) else len(buffer)

    def _slash(self, buffer: bytes, index: int) -> int | None:
        """What a "/" leads to: the index to go on at, or None when it is only a slash."""
        after = buffer[index + 1 : index + 2]
        if not after and not self._closing:
            return self._keep(buffer, index)
        if after != b"*":
            return None
        self._after_comment = self._read
        self._read = self._comment
        self._last = b""
        self._collect(b" ")
        return index + 2

    def _comment(self, buffer: bytes, index: int) -> int:
        end = buffer.find(b"*/", index)
        if end < 0:
            return self._keep(buffer, len(buffer) - 1) if buffer.endswith(b"*", index) else len(buffer)
        self._read = self._after_comment
        return end + 2

    def _read_word(self, buffer: bytes, index: int) -> int:
        """The name at an item's beginning, into ``_word``; the end of the buffer when it may go on."""
        while True:
            end = tokens.NAME.match(buffer, index).end()  # type: ignore[union-attr]
            if end < len(buffer) and buffer[end] == 0x5C:
                after = self._escape(buffer, end)
                if after > end:
                    self._word += buffer[index:after][: NAME_LIMIT - len(self._word)]
                    index = after
                    continue
                if after < 0:
                    self._word += buffer[index:end][: NAME_LIMIT - len(self._word)]
                    return self._keep(buffer, end)
            self._word += buffer[index:end][: NAME_LIMIT - len(self._word)]
            return end

    def _body(self, buffer: bytes, index: int) -> int:
        """Tokens of a prelude or value, up to and including the next one that opens, closes or quotes."""
        end = tokens.PLAIN.match(buffer, index).end()  # type: ignore[union-attr]
        if end > index:
            self._plain(buffer[index:end])
            if end == len(buffer):
                return end
        byte = buffer[end]
        if byte == 0x5C:  # "\\"
            after = self._escape(buffer, end)
            if after < 0:
                return self._keep(buffer, end)
            if after > end:
                self._last = (self._last + buffer[end:after])[-NAME_LIMIT - 1 :]
                self._collect(buffer[end:after])
                self._spoil(rule=False)
                return after
        elif byte == 0x2F:
            after_slash = self._slash(buffer, end)
            if after_slash is not None:
                return after_slash
        elif byte in b"\"'":
            self._quote = byte
            self._begin_text(buffer, end)
            self._read = self._string
            return end + 1
        elif byte == 0x28:
            if self._open_function():
                self._read = self._url_start
            self._last = b""
            return end + 1
        else:
            self._structure(byte)
            self._last = b""
            return end + 1
        self._plain(buffer[end : end + 1])  # a slash or backslash that is only itself
        return end + 1

    def _plain(self, run: bytes) -> None:
        stem = run.rstrip(tokens.NAME_BYTES)
        self._last = (run[len(stem) :] if stem else self._last + run)[-NAME_LIMIT - 1 :]
        if self._value is not None:
            self._collect(run)
        if run.strip(tokens.SPACE):
            self._spoil(rule=False)

    def _begin_text(self, buffer: bytes, index: int) -> None:
        self._text = bytearray()
        self._text_whole = True
        self._text_place = self._at(buffer, index)

    def _more_text(self, part: bytes) -> None:
        """Grow the string or url at hand; of a data: url only the beginning is kept, past the limit nothing."""
        text = self._text
        room = 5 - len(text)
        if room > 0:
            text += part[:room]
            part = part[room:]
        if part and self._text_whole and text[:5].lower() == b"data:":
            text += part[: max(0, DATA_KEPT - len(text))]
        elif part and self._text_whole:
            text += part
            if len(text) > _LIMIT:
                self._text_whole = False
                self.overflows += 1
                del text[5:]

    def _string(self, buffer: bytes, index: int) -> int:
        end = tokens.QUOTED[self._quote].match(buffer, index).end()  # type: ignore[union-attr]
        self._more_text(buffer[index:end])
        if end == len(buffer):
            return end
        byte = buffer[end]
        if byte == self._quote:
            self._read = self._body
            self._last = b""
            self._end_string()
            return end + 1
        if byte == 0x5C:
            after = self._escape(buffer, end, in_string=True)
            if after < 0:
                return self._keep(buffer, end)
            self._more_text(buffer[end:after])
            return after
        self._spoil(rule=True)  # a bad string: the newline stands outside it
        self._read = self._body
        return end

    def _url_start(self, buffer: bytes, index: int) -> int:
        """After "url(": a quote makes it a function with a string, anything else an unquoted url (4.3.4)."""
        index = tokens.SPACES.match(buffer, index).end()  # type: ignore[union-attr]
        if index == len(buffer):
            return index
        self._collect(b"(")
        if buffer[index] in b"\"'":
            self._open_url()
            self._read = self._body
        else:
            self._begin_text(buffer, index)
            self._read = self._url
        return index

    def _url(self, buffer: bytes, index: int) -> int:
        end = tokens.UNQUOTED.match(buffer, index).end()  # type: ignore[union-attr]
        self._more_text(buffer[index:end])
        if end == len(buffer):
            return end
        byte = buffer[end]
        if byte == 0x29:
            self._read = self._body
            self._end_url()
            return end + 1
        if byte in tokens.SPACE:
            self._read = self._url_end
            return end + 1
        if byte == 0x5C:
            after = self._escape(buffer, end)
            if after < 0:
                return self._keep(buffer, end)
            if after > end:
                self._more_text(buffer[end:after])
                return after
        self._read = self._bad_url
        return end

    def _url_end(self, buffer: bytes, index: int) -> int:
        index = tokens.SPACES.match(buffer, index).end()  # type: ignore[union-attr]
        if index == len(buffer):
            return index
        if buffer[index] == 0x29:
            self._read = self._body
            self._end_url()
            return index + 1
        self._read = self._bad_url
        return index

    def _bad_url(self, buffer: bytes, index: int) -> int:
        end = tokens.BAD_URL.match(buffer, index).end()  # type: ignore[union-attr]
        if end == len(buffer):
            return end
        if buffer[end] == 0x5C:
            return self._keep(buffer, end)
        self._spoil(rule=True)
        self._read = self._body
        return end + 1

    # --- what a subclass says ---------------------------------------------------------------------------------------

    @abstractmethod
    def _item(self, buffer: bytes, index: int) -> int:
        """The state at the beginning of a rule or declaration."""

    @abstractmethod
    def _open_function(self) -> bool:
        """A "(" after ``_last``: True when an url's text follows."""

    @abstractmethod
    def _open_url(self) -> None:
        """A string follows "url("."""

    @abstractmethod
    def _structure(self, byte: int) -> None:
        """One of { } ) [ ] ;"""

    @abstractmethod
    def _end_string(self) -> None:
        """``_text`` is a whole string."""

    @abstractmethod
    def _end_url(self) -> None:
        """``_text`` is a whole unquoted url."""

    @abstractmethod
    def _spoil(self, *, rule: bool) -> None:
        """Something stands here that no url("...") may hold; with ``rule``, that no @import or
        declaration may hold either."""
