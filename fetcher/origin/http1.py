"""HTTP/1.1 from the server's side: requests read from bytes, response heads and framing written. No I/O.

Reading is strict (RFC 9112): what a well-behaved client would never send is answered with 400 and a close. Writing is
not: fields leave as the script has them, right or wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus

from fetcher.origin.script import Answer, Body, Close, Raw, Repeat, Reset, Silence, Trailers
from fetcher.terms import Fields, field_value

HEAD_BYTES = 262_144
CONTENT_BYTES = 16_777_216
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~\x80-\xff]+) HTTP/(1\.[01])")
_FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*?)[ \t]*")
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\x00\r\n]*)?")


@dataclass(frozen=True, slots=True)
class RequestStarted:
    """A request's head. ``expects`` is True when the client waits for a 100 before its content."""

    method: str
    scheme: str | None
    authority: str
    target: str
    fields: Fields
    version: str
    expects: bool

    @property
    def keep_alive(self) -> bool:
        options = {option.strip().lower() for option in (field_value(self.fields, "connection") or "").split(",")}
        return "close" not in options and (self.version == "1.1" or "keep-alive" in options)


@dataclass(frozen=True, slots=True)
class Content:
    data: bytes


@dataclass(frozen=True, slots=True)
class RequestEnded:
    """The request and its content are in."""


@dataclass(frozen=True, slots=True)
class BadRequest:
    """Not a request that can be read; the connection is of no further use."""

    status: int
    message: str


RequestEvent = RequestStarted | Content | RequestEnded | BadRequest


class _Bad(Exception):
    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class _At(Enum):
    HEAD = auto()
    LENGTH = auto()
    CHUNK_LINE = auto()
    CHUNK_DATA = auto()
    CHUNK_END = auto()
    TRAILERS = auto()
    BROKEN = auto()


class RequestReader:
    """Bytes of one connection in, requests out, pipelined ones too. After ``BadRequest`` it reads nothing more."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = _At.HEAD
        self._left = 0
        self._content = 0

    def receive(self, data: bytes) -> Iterator[RequestEvent]:
        self._buffer += data
        try:
            while (events := self._next()) is not None:
                yield from events
        except _Bad as bad:
            self._at = _At.BROKEN
            self._buffer.clear()
            yield BadRequest(bad.status, str(bad))

    def _next(self) -> list[RequestEvent] | None:
        """What the buffer holds next, or None for "more bytes, please"."""
        match self._at:
            case _At.HEAD:
                return self._head()
            case _At.LENGTH | _At.CHUNK_DATA:
                return self._data()
            case _At.CHUNK_LINE:
                return self._chunk_line()
            case _At.CHUNK_END:
                line = self._line(2)
                if line is None:
                    return None
                if line:
                    raise _Bad("a chunk is longer than it said")
                self._at = _At.CHUNK_LINE
                return []
            case _At.TRAILERS:
                line = self._line(HEAD_BYTES)
                if line is None:
                    return None
                return [] if line else self._ended()
            case _At.BROKEN:
                self._buffer.clear()
                return None

    def _line(self, most: int) -> bytes | None:
        end = self._buffer.find(b"\r\n")
        if end < 0 and len(self._buffer) < most:
            return None
        if not 0 <= end <= most:
            raise _Bad("a line of the request is too long")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _head(self) -> list[RequestEvent] | None:
        if self._buffer.startswith(b"\x16\x03"):  # a TLS record: its client would wait for an answer for ever
            raise _Bad("this port speaks HTTP without TLS; ask it with http://")
        while self._buffer.startswith(b"\r\n"):  # RFC 9112 2.2: empty lines before a request are passed over.
            del self._buffer[:2]
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > HEAD_BYTES:
                raise _Bad(f"the request head is larger than {HEAD_BYTES} bytes", 431)
            return None
        first, *lines = bytes(self._buffer[:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        started, length = _read_head(first, lines)
        self._content = 0
        if length == 0:
            return [started, *self._ended()]
        self._at = _At.CHUNK_LINE if length is None else _At.LENGTH
        self._left = length or 0
        return [started]

    def _data(self) -> list[RequestEvent] | None:
        if not self._buffer:
            return None
        data = bytes(self._buffer[: self._left])
        del self._buffer[: self._left]
        self._left -= len(data)
        self._content += len(data)
        if self._content > CONTENT_BYTES:
            raise _Bad(f"the request content is larger than {CONTENT_BYTES} bytes", 413)
        if self._left:
            return [Content(data)]
        if self._at is _At.LENGTH:
            return [Content(data), *self._ended()]
        self._at = _At.CHUNK_END
        return [Content(data)]

    def _chunk_line(self) -> list[RequestEvent] | None:
        line = self._line(4096)
        if line is None:
            return None
        size = _CHUNK_LINE.fullmatch(line)
        if size is None:
            raise _Bad("a chunk has no size")
        self._left = int(size[1], 16)
        self._at = _At.CHUNK_DATA if self._left else _At.TRAILERS
        return []

    def _ended(self) -> list[RequestEvent]:
        self._at = _At.HEAD
        return [RequestEnded()]


def _read_head(first: bytes, lines: list[bytes]) -> tuple[RequestStarted, int | None]:
    """The head, and its content's length (None: chunked)."""
    request_line = _REQUEST_LINE.fullmatch(first)
    if request_line is None:
        raise _Bad("the request line is not METHOD TARGET HTTP/1.1")
    method, target, version = (part.decode("latin-1") for part in request_line.groups())
    read: list[tuple[str, str]] = []
    for line in lines:
        field_line = _FIELD_LINE.fullmatch(line)
        if field_line is None:
            raise _Bad("a field line of the request is malformed")
        read.append((field_line[1].decode("ascii").lower(), field_line[2].decode("latin-1")))
    fields = tuple(read)
    scheme, authority = None, field_value(fields, "host")
    if target.lower().startswith(("http://", "https://")):  # absolute-form: what a client sends to a proxy.
        scheme, _, rest = target.partition("://")
        authority, slash, path = rest.partition("/")
        target = slash + path or "/"
    if authority is None:
        if version == "1.1":
            raise _Bad("the request has no Host field")
        authority = ""
    expects = (field_value(fields, "expect") or "").lower() == "100-continue"
    started = RequestStarted(method, scheme, authority, target, fields, version, expects)
    return started, _length(fields)


def _length(fields: Fields) -> int | None:
    coding, length = field_value(fields, "transfer-encoding"), field_value(fields, "content-length")
    if coding is None:
        if length is None:
            return 0
        if not (length.isascii() and length.isdecimal() and len(length) < 16):
            raise _Bad("Content-Length is not a number")
        return int(length)
    if length is not None:
        raise _Bad("the request has both Content-Length and Transfer-Encoding")
    if coding.lower() != "chunked":
        raise _Bad("Transfer-Encoding is not chunked", 501)
    return None


def head_bytes(status: int, fields: Fields) -> bytes:
    """A response head as it goes on the wire: names and values as they stand."""
    lines = [f"HTTP/1.1 {status} {reason(status)}", *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


class Framing(Enum):
    """How HTTP/1.1 content ends (RFC 9112 6.3)."""

    NONE = auto()
    LENGTH = auto()
    CHUNKED = auto()
    CLOSE = auto()
    AS_WRITTEN = auto()


def framing(answer: Answer, status: int, fields: Fields, version: str) -> tuple[Framing, Fields]:
    """How ``answer``'s content is framed, and the fields with what that takes.

    A head's own Content-Length or Transfer-Encoding stands. Without one: nothing beside ``Raw`` bytes, which then are
    the script's own; the connection's close for an answer that closes; chunks for trailers and for content that never
    ends (``Silence``, ``Reset``, an endless ``Repeat``); else the length of all ``Body`` steps.
    """
    if status in (204, 304):
        return Framing.NONE, fields
    names = {name.lower(): value for name, value in fields}
    if "chunked" in names.get("transfer-encoding", "").lower():
        return Framing.CHUNKED, fields
    if "content-length" in names or "transfer-encoding" in names or _has(answer, Raw):
        return Framing.AS_WRITTEN, fields
    size = _size(answer)
    if _has(answer, Close):
        return Framing.CLOSE, fields
    if size is None or _has(answer, Trailers, Silence, Reset):
        if version == "1.0":
            return Framing.CLOSE, fields
        return Framing.CHUNKED, (*fields, ("transfer-encoding", "chunked"))
    return Framing.LENGTH, (*fields, ("content-length", str(size)))


def _has(answer: Answer, *kinds: type) -> bool:
    return any(isinstance(s, kinds) or (isinstance(s, Repeat) and _has(s.steps, *kinds)) for s in answer)


def _size(answer: Answer) -> int | None:
    """The bytes of all content, or None when it never ends."""
    total = 0
    for step in answer:
        if isinstance(step, Body):
            total += step.size
        elif isinstance(step, Repeat):
            inner = _size(step.steps)
            if inner is None or step.times is None:
                return None
            total += inner * step.times
    return total


def chunk(data: bytes) -> bytes:
    """``data`` as one chunk; empty data as nothing, for an empty chunk would end the content."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def last_chunk(trailers: Fields = ()) -> bytes:
    lines = ["0", *(f"{name}: {value}" for name, value in trailers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")
