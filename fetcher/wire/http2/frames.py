"""HTTP/2 frames as bytes: cut them out of what was read, build those we send (RFC 9113 4 and 6).

Knows sizes, flags and padding, nothing of streams. Whatever cannot be read safely is a ``ConnectionFault``: the
connection's end, carrying the error code for GOAWAY and the error for the caller.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum

from fetcher.errors import FetcherError, LimitExceeded, RemoteProtocolError

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
FRAME_NAMES = (
    *("DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS"),
    *("PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE", "CONTINUATION"),
)
ON_OPENED_STREAM = frozenset({DATA, HEADERS, RST_STREAM, PUSH_PROMISE, WINDOW_UPDATE, CONTINUATION})
"""What may only come for a stream that a request has opened, when it comes for a stream at all."""

END_STREAM = ACK = 0x1
END_HEADERS = 0x4
PADDED = 0x8
WITH_PRIORITY = 0x20

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = (
    range(1, 7)
)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME_SIZE = 16_384
"""What either side may send until told otherwise; we never tell otherwise."""
LARGEST_WINDOW = 2**31 - 1
BLOCK_FRAMES = 128
"""Frames that one field block may be cut into."""

_HEAD = struct.Struct(">HBBBL")
_SETTING = struct.Struct(">HL")


class ErrorCode(IntEnum):
    """RFC 9113 7."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2
    FLOW_CONTROL_ERROR = 3
    SETTINGS_TIMEOUT = 4
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    CANCEL = 8
    COMPRESSION_ERROR = 9
    CONNECT_ERROR = 10
    ENHANCE_YOUR_CALM = 11
    INADEQUATE_SECURITY = 12
    HTTP_1_1_REQUIRED = 13


class ConnectionFault(Exception):
    """The connection cannot go on: ``code`` goes into our GOAWAY, ``error`` to the caller."""

    def __init__(self, code: ErrorCode, error: FetcherError | str) -> None:
        super().__init__(str(error))
        self.code = code
        self.error = RemoteProtocolError(error) if isinstance(error, str) else error


def code_name(code: int) -> str:
    """``REFUSED_STREAM``, or the number for a code the standard does not name."""
    try:
        return ErrorCode(code).name
    except ValueError:
        return f"error {code:#x}"


def frame(kind: int, flags: int, stream_id: int, payload: bytes = b"") -> bytes:
    size = len(payload)
    return _HEAD.pack(size >> 8, size & 0xFF, kind, flags, stream_id) + payload


def settings_frame(values: dict[int, int]) -> bytes:
    return frame(SETTINGS, 0, 0, b"".join(_SETTING.pack(*item) for item in values.items()))


def window_update(stream_id: int, increment: int) -> bytes:
    return frame(WINDOW_UPDATE, 0, stream_id, increment.to_bytes(4, "big"))


def rst_stream(stream_id: int, code: int) -> bytes:
    return frame(RST_STREAM, 0, stream_id, code.to_bytes(4, "big"))


def goaway(last_stream_id: int, code: int, debug: str = "") -> bytes:
    return frame(GOAWAY, 0, 0, struct.pack(">LL", last_stream_id, code) + debug.encode("utf-8", "replace"))


def headers_frames(stream_id: int, block: bytes, *, end: bool, size: int, priority: bytes = b"") -> bytes:
    """HEADERS, and CONTINUATION as often as frames of ``size`` bytes make necessary. ``priority`` are the deprecated
    fields that stand before the block, as ``priority_fields`` reads them."""
    flags = (END_STREAM if end else 0) | (WITH_PRIORITY if priority else 0)
    block = priority + block
    if len(block) <= size:
        return frame(HEADERS, flags | END_HEADERS, stream_id, block)
    parts = [frame(HEADERS, flags, stream_id, block[:size])]
    for start in range(size, len(block), size):
        last = start + size >= len(block)
        parts.append(frame(CONTINUATION, END_HEADERS if last else 0, stream_id, block[start : start + size]))
    return b"".join(parts)


class FrameReader:
    """Cuts bytes, however they were split, into frames of at most 16 KiB; holds less than one frame."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._held = 0
        self._needed = 9
        self._begun = False

    @property
    def held(self) -> int:
        """Bytes of a frame that is not complete yet."""
        return self._held

    def feed(self, data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
        """Yield ``(type, flags, stream id, payload)`` for each complete frame; must be run to its end."""
        # Kept in pieces until a frame can be complete, so one-byte reads stay linear.
        self._parts.append(data)
        self._held += len(data)
        if self._held < self._needed:
            return
        data = b"".join(self._parts) if len(self._parts) > 1 else data
        offset, total = 0, len(data)
        while True:
            self._needed = 9
            if total - offset < 9:
                break
            high, low, kind, flags, stream_id = _HEAD.unpack_from(data, offset)
            size = high << 8 | low
            if not self._begun:
                self._check_first(data[offset : offset + 9], kind, flags)
            if size > FRAME_SIZE:
                raise ConnectionFault(
                    ErrorCode.FRAME_SIZE_ERROR,
                    f"The server sent a frame of {size} bytes over HTTP/2, more than the {FRAME_SIZE} it may send.",
                )
            end = offset + 9 + size
            if end > total:
                self._needed = 9 + size
                break
            yield kind, flags, stream_id & 0x7FFFFFFF, data[offset + 9 : end]
            offset = end
        self._parts = [data[offset:]] if offset < total else []
        self._held = total - offset

    def _check_first(self, head: bytes, kind: int, flags: int) -> None:
        if head.startswith(b"HTTP/"):
            text = "The server answered in HTTP/1.x on a connection meant for HTTP/2; ask for HTTP/1.1 instead."
        elif kind != SETTINGS or flags & ACK:
            text = "The server's first HTTP/2 frame is not SETTINGS, so this is not an HTTP/2 connection."
        else:
            self._begun = True
            return
        raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, text)


def without_padding(flags: int, payload: bytes) -> bytes:
    """The payload of a DATA or HEADERS frame without its padding."""
    if not flags & PADDED:
        return payload
    if not payload or payload[0] >= len(payload):
        raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "The server sent an HTTP/2 frame with more padding than frame.")
    return payload[1 : len(payload) - payload[0]]


def header_block(flags: int, payload: bytes) -> bytes:
    """The field block fragment of a HEADERS frame; its deprecated priority fields are skipped."""
    block = without_padding(flags, payload)
    if not flags & WITH_PRIORITY:
        return block
    if len(block) < 5:
        raise ConnectionFault(ErrorCode.FRAME_SIZE_ERROR, "The server sent an HTTP/2 HEADERS frame that is too short.")
    return block[5:]


def priority_fields(flags: int, payload: bytes) -> bytes:
    """The deprecated priority fields of a HEADERS frame, whose form ``header_block`` has checked; b"" without them."""
    return without_padding(flags, payload)[:5] if flags & WITH_PRIORITY else b""


class FieldBlock:
    """A compressed field section, from its HEADERS through its CONTINUATIONs. ``end``: it ends its stream."""

    def __init__(self, stream_id: int, *, end: bool) -> None:
        self.stream_id = stream_id
        self.end = end
        self.wire_size = 0
        self._fragments: list[bytes] = []
        self._size = 0

    def add(self, flags: int, fragment: bytes, payload_size: int, limit: int) -> bytes | None:
        """Take a frame's fragment; the whole block if it was the last. ``limit``: ``Limits.head_bytes``."""
        self._fragments.append(fragment)
        self._size += len(fragment)
        self.wire_size += payload_size + 9
        if self._size > limit or len(self._fragments) > BLOCK_FRAMES:
            text = (
                f"The server sent a head of {self._size} compressed bytes in {len(self._fragments)} frames; at most "
                f"{limit} bytes in {BLOCK_FRAMES} frames are read (head_bytes)."
            )
            raise ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, LimitExceeded(text, "head_bytes"))
        return b"".join(self._fragments) if flags & END_HEADERS else None


def check_shape(kind: int, stream_id: int, payload: bytes) -> None:
    """Refuse the frame if its type does not allow this size, or this stream id (zero is the connection)."""
    size = _SIZES.get(kind)
    if (size is not None and len(payload) != size) or (kind == GOAWAY and len(payload) < 8):
        raise ConnectionFault(
            ErrorCode.FRAME_SIZE_ERROR, f"The server sent an HTTP/2 {FRAME_NAMES[kind]} frame of {len(payload)} bytes."
        )
    if (kind in _ON_CONNECTION and stream_id) or (kind in _ON_STREAM and not stream_id):
        raise ConnectionFault(
            ErrorCode.PROTOCOL_ERROR,
            f"The server sent an HTTP/2 {FRAME_NAMES[kind]} frame on stream {stream_id}, where it cannot be.",
        )


_SIZES = {PRIORITY: 5, RST_STREAM: 4, PING: 8, WINDOW_UPDATE: 4}
_ON_CONNECTION = frozenset({SETTINGS, PING, GOAWAY})
_ON_STREAM = frozenset({DATA, HEADERS, PRIORITY, RST_STREAM, CONTINUATION, PUSH_PROMISE})


def read_settings(flags: int, payload: bytes) -> list[tuple[int, int]]:
    """The settings of a SETTINGS frame in order, each checked against its range (RFC 9113 6.5.2)."""
    if len(payload) % 6 or (flags & ACK and payload):
        raise ConnectionFault(
            ErrorCode.FRAME_SIZE_ERROR, f"The server sent an HTTP/2 SETTINGS frame of {len(payload)} bytes."
        )
    values = list(_SETTING.iter_unpack(payload))
    for setting, value in values:
        if setting == INITIAL_WINDOW_SIZE and value > LARGEST_WINDOW:
            raise ConnectionFault(
                ErrorCode.FLOW_CONTROL_ERROR, f"The server asked for an HTTP/2 window of {value} bytes, over the limit."
            )
        if setting == MAX_FRAME_SIZE and not FRAME_SIZE <= value < 2**24:
            raise ConnectionFault(
                ErrorCode.PROTOCOL_ERROR, f"The server sent an HTTP/2 maximum frame size of {value}, out of range."
            )
        if setting == ENABLE_PUSH and value:
            raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, "The server tried to enable push towards itself.")
    return values
