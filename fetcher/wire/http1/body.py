"""Readers of HTTP/1.1 content: by length, in chunks, until the connection closes (RFC 9112 6 and 7).

A reader takes its part of ``data[pos:]``, appends content to ``pieces`` and returns where it stopped. A read that is
content from end to end is appended as the very object it came in: nothing is copied or kept. What is appended before a
fault is raised has been received and counts.
"""

from __future__ import annotations

import re
from typing import Protocol

from fetcher.errors import ConnectionLost, LimitExceeded, RemoteProtocolError
from fetcher.terms import Fields, Limits
from fetcher.wire.http1.head import Deviation, excerpt, parse_trailers


class BodyReader(Protocol):
    done: bool
    trailers: Fields
    deviations: list[str]

    def read(self, data: bytes, pos: int, pieces: list[bytes]) -> int: ...

    def lost(self) -> ConnectionLost | None:
        """What the connection's end here means: None when it is the content's end."""


class LengthBody:
    """Content-Length bytes."""

    __slots__ = ("_left", "_length", "deviations", "done", "trailers")

    def __init__(self, length: int) -> None:
        self._length = self._left = length
        self.done = length == 0
        self.trailers: Fields = ()
        self.deviations: list[str] = []

    def read(self, data: bytes, pos: int, pieces: list[bytes]) -> int:
        size = len(data) - pos
        if size < self._left:
            self._left -= size
            pieces.append(data[pos:])  # the same object when pos is 0
            return len(data)
        end = pos + self._left
        self._left = 0
        self.done = True
        pieces.append(data[pos:end])
        return end

    def lost(self) -> ConnectionLost:
        got = self._length - self._left
        return ConnectionLost(f"The server closed the connection after {got} of {self._length} bytes of content.")


class UntilCloseBody:
    """Everything until the connection ends: no framing (RFC 9112 6.3 rule 8), or a tunnel after 101 or CONNECT."""

    __slots__ = ("deviations", "done", "trailers")

    def __init__(self) -> None:
        self.done = False
        self.trailers: Fields = ()
        self.deviations: list[str] = []

    def read(self, data: bytes, pos: int, pieces: list[bytes]) -> int:
        pieces.append(data[pos:])
        return len(data)

    def lost(self) -> None:
        return None


# Chromium strips spaces after the size and stops at ";"; RFC 9112 7.1.1 has optional white space before the ";".
# Signs, 0x, underscores and an empty size are what int(..., 16) would let through.
_SIZE = re.compile(rb"([0-9A-Fa-f]+)([ \t]*)(;.*)?", re.DOTALL)
_MAX_DIGITS = 15  # after leading zeros: below 2**60


class ChunkedBody:
    """The chunked coding with extensions (skipped) and trailers (RFC 9112 7.1). Size lines, the line end after each
    chunk and trailers may end in a bare LF as in Chromium; what is read as empty must be empty."""

    __slots__ = ("_after_data", "_content", "_extra", "_in_trailers", "_left", "_limits", "_line", "_trailer_lines",
                 "deviations", "done", "trailers")  # fmt: skip

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = 0
        self._after_data = False
        self._in_trailers = False
        self._line = bytearray()  # an unfinished size line, chunk end or trailer line
        self._trailer_lines = bytearray()
        self._extra = 0  # bytes of extensions so far
        self._content = 0
        self.done = False
        self.trailers: Fields = ()
        self.deviations: list[str] = []

    def read(self, data: bytes, pos: int, pieces: list[bytes]) -> int:
        size = len(data)
        while pos < size:
            left = self._left
            if left:
                if size - pos < left:
                    pieces.append(data[pos:] if pos else data)
                    self._left = left - (size - pos)
                    self._content += size - pos
                    return size
                end = pos + left
                pieces.append(data[pos:end])
                self._content += left
                self._left = 0
                self._after_data = True
                pos = end
                if data[pos : pos + 2] == b"\r\n":
                    self._after_data = False
                    pos += 2
                continue
            if self._after_data and not self._line and data[pos] not in b"\r\n":
                raise RemoteProtocolError("A chunk is longer than its size says: no line end after its last byte.")
            end = data.find(b"\n", pos) + 1
            if not end:
                self._line += data[pos:]
                self._bound_line()
                return size
            line = data[pos:end]
            pos = end
            if self._line:
                self._line += line
                line = bytes(self._line)
                self._line.clear()
            self._take(line)
            if self.done:
                return pos
        return pos

    def lost(self) -> ConnectionLost:
        where = "in the trailers" if self._in_trailers else "before the last chunk"
        return ConnectionLost(f"The server closed the connection {where}, after {self._content} bytes of content.")

    def _take(self, line: bytes) -> None:
        self._bound_line(len(line))
        if line[-2:] == b"\r\n":
            text = line[:-2]
        else:
            text = line[:-1]
            self._deviate(Deviation.BARE_LF)
        if self._in_trailers:
            self._trailer(line, text)
        elif self._after_data:
            if text:
                raise RemoteProtocolError("A chunk does not end in a line end.")
            self._after_data = False
        else:
            self._size(text)

    def _size(self, text: bytes) -> None:
        match = _SIZE.fullmatch(text)
        if match is None:
            raise RemoteProtocolError(f"The chunk size {excerpt(text)} cannot be read.")
        digits, spaces, extension = match.groups()
        if len(digits) > _MAX_DIGITS and len(digits.lstrip(b"0")) > _MAX_DIGITS:
            raise RemoteProtocolError(f"The chunk size {excerpt(digits)} is too large to be true.")
        if extension:
            if b"\r" in extension or b"\0" in extension:
                raise RemoteProtocolError("A chunk extension contains a CR or NUL byte.")
            # One byte of content behind each extension would otherwise be an endless body that never grows.
            self._extra += len(extension)
            if self._extra > self._limits.head_bytes:
                raise LimitExceeded(f"Chunk extensions exceed {self._limits.head_bytes} bytes in all.", "head_bytes")
        elif spaces:
            self._deviate(Deviation.CHUNK_SIZE_SPACES)
        self._left = int(digits, 16)
        self._in_trailers = self._left == 0

    def _trailer(self, line: bytes, text: bytes) -> None:
        if text:
            self._trailer_lines += line
            if len(self._trailer_lines) > self._limits.head_bytes:
                raise LimitExceeded(f"The trailers are larger than {self._limits.head_bytes} bytes.", "head_bytes")
            return
        if self._trailer_lines:
            self.trailers = parse_trailers(bytes(self._trailer_lines), self._limits, self.deviations)
            self.deviations = list(dict.fromkeys(self.deviations))
        self.done = True

    def _bound_line(self, size: int = 0) -> None:
        if max(size, len(self._line)) > self._limits.field_bytes:
            what = "trailer line" if self._in_trailers else "chunk-size line"
            raise LimitExceeded(f"A {what} is longer than {self._limits.field_bytes} bytes.", "field_bytes")

    def _deviate(self, kind: Deviation) -> None:
        if kind not in self.deviations:
            self.deviations.append(kind)
