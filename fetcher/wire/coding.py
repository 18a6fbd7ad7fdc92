"""Undoing Content-Encoding while the content arrives (RFC 9110 8.4): gzip, deflate, br, zstd, and lists of them.

Memory is bounded whatever a server sends: ``feed`` is a generator of pieces of at most about ``PIECE`` bytes, each
decoded only when asked for, so a bomb stops where its reader stops or where the limit on decoded bytes is, never after
having been blown up in one go. Tolerant as browsers are: x-gzip, deflate with or without its zlib wrapper, bytes after
the end of a stream (but not of br), an empty body under any coding; a coding nobody knows leaves the content as it came
and is named in ``unknown``. Truncated or corrupt content is a ``ContentError``, too much of it ``LimitExceeded``.
"""

from __future__ import annotations

import sys
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Final, Protocol

from fetcher.errors import ContentError, LimitExceeded
from fetcher.terms import Fields, field_value

PIECE: Final = 131_072
"""Decoded bytes handed out at a time. brotli may pass it once by its ring buffer's rest, by less than another piece."""

_BLOCK = (
    16_384  # encoded bytes given to a decompressor at a time: what it hands back unread is copied, so keep it small
)
MAX_CODINGS: Final = 5
"""More layers than this serve nobody but somebody who wants the decoding to be expensive."""

SMALL_STREAM: Final = 4_096
SMALL_STREAMS: Final = 5_000
"""gzip and zstd content may be many streams in a row, and beginning one costs as much as decoding kilobytes: 4 MB of
empty zstd frames would take 13 s. At most so many of one body may hold less than SMALL_STREAM bytes."""


def decoder_for(fields: Fields, limit: int | None) -> Decoder | None:
    """A decoder for a response head's fields, or None when there is nothing to undo. ``limit`` as in ``Decoder``."""
    codings = field_value(fields, "content-encoding")
    if codings is None:
        return None
    decoder = Decoder(codings, limit)
    return decoder if decoder.codings else None


class Decoder:
    """Decodes one body. ``codings`` is the value of Content-Encoding (None for none), ``limit`` the most decoded bytes
    (None for no limit). ``decoded_size`` counts what came out so far, ``unknown`` names the first coding that cannot be
    undone: then no coding of the list is, as in Chromium."""

    def __init__(self, codings: str | None, limit: int | None) -> None:
        names = (name.strip(" \t").lower() for name in (codings or "").split(","))
        self.codings: tuple[str, ...] = tuple(name for name in names if name and name != "identity")
        self.unknown: str | None = next((name for name in self.codings if name not in _STAGES), None)
        self.decoded_size = 0
        self._limit = limit
        self._stages: list[_Stage] = []
        if self.unknown is None:
            # The last coding named was applied last, so it is undone first. One more than allowed is enough to know.
            self._stages = [_STAGES[name](name) for name in self.codings[: -MAX_CODINGS - 2 : -1]]

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The content that ``data`` completes, piece by piece. Exhaust it before the next call. Raises ``ContentError``
        and ``LimitExceeded``, after the pieces that came before the fault."""
        if len(self._stages) > MAX_CODINGS:
            raise ContentError(f"The content is encoded {len(self.codings)} times; at most {MAX_CODINGS} are undone.")
        if data:
            yield from self._through(data, 0)

    def finish(self) -> list[bytes]:
        """Call once all of the body was fed. Nothing is held back, so the list is empty. Raises ``ContentError`` when
        the body ended before its coding did; a body without a single byte is no content, whatever its coding."""
        for stage in self._stages:
            if stage.started and not stage.ended:
                raise ContentError(
                    f"The {stage.name} content ends too early, after {self.decoded_size} bytes that could be decoded."
                )
        return []

    def _through(self, data: bytes, depth: int) -> Iterator[bytes]:
        """``data`` through the stages from ``depth`` on; as deep as there are codings, at most MAX_CODINGS."""
        if depth == len(self._stages):
            yield from self._counted(data)
            return
        stage = self._stages[depth]
        last = depth + 1 == len(self._stages)
        for piece in stage.decode(data):
            if last:
                yield from self._counted(piece)
                continue
            # What one coding decodes to for the next is bounded too: it may be vast and still come to nothing.
            stage.size += len(piece)
            if self._limit is not None and stage.size > self._limit:
                raise self._too_much()
            yield from self._through(piece, depth + 1)

    def _counted(self, piece: bytes) -> Iterator[bytes]:
        limit = self._limit
        if limit is not None and self.decoded_size + len(piece) > limit:
            piece = piece[: limit - self.decoded_size]
            self.decoded_size = limit
            if piece:
                yield piece
            raise self._too_much()
        self.decoded_size += len(piece)
        yield piece

    def _too_much(self) -> LimitExceeded:
        return LimitExceeded(f"The decoded content exceeds {self._limit} bytes.", "decoded_bytes")


class _Decompressor(Protocol):
    """One stream of one coding, made alike: feed a block, take pieces until ``hungry`` or ``ended``."""

    hungry: bool
    ended: bool
    rest: bytes  # what followed the end of the stream in the block that held it

    def take(self, block: bytes | memoryview) -> bytes: ...


class _Zlib:
    """gzip and deflate; zlib checks the sum at the end."""

    def __init__(self, bits: int) -> None:
        self._object = zlib.decompressobj(bits)
        self.hungry = True
        self.ended = False
        self.rest = b""

    def take(self, block: bytes | memoryview) -> bytes:
        inflate = self._object
        try:
            piece = inflate.decompress(block if len(block) else inflate.unconsumed_tail, PIECE)
        except zlib.error as error:
            raise ContentError(_sentence(error)) from error
        self.ended = inflate.eof
        self.rest = inflate.unused_data if self.ended else b""
        # A full piece may have more behind it even when all input was read.
        self.hungry = not inflate.unconsumed_tail and len(piece) < PIECE
        return piece


class _Brotli:
    def __init__(self) -> None:
        import brotli

        self._object = brotli.Decompressor()
        self._error: type[Exception] = brotli.error
        self.hungry = True
        self.ended = False
        self.rest = b""

    def take(self, block: bytes | memoryview) -> bytes:
        try:
            piece: bytes = self._object.process(block, output_buffer_limit=PIECE)
        except self._error as error:
            raise ContentError(_sentence(error)) from error
        self.ended = self._object.is_finished()
        # It can take more as soon as it has read everything, though its window may still be full of output.
        self.hungry = self._object.can_accept_more_data() and len(piece) < PIECE
        return piece


class _Zstd:
    def __init__(self) -> None:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd

        # RFC 9659 3: a window over 8 MB must not be needed; a server that wants more memory is refused, as in Chromium.
        self._object = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 23})
        self._error: type[Exception] = zstd.ZstdError
        self.hungry = True
        self.ended = False
        self.rest = b""

    def take(self, block: bytes | memoryview) -> bytes:
        try:
            piece: bytes = self._object.decompress(block, PIECE)
        except self._error as error:
            raise ContentError(_sentence(error)) from error
        self.ended = self._object.eof
        self.rest = self._object.unused_data if self.ended else b""
        self.hungry = self._object.needs_input
        return piece


def warm_up() -> None:
    """Load the decoders now, so that no content waits for it."""
    _Brotli()
    _Zstd()


def _sentence(error: Exception) -> str:
    return str(error).strip().rstrip(".")


class _Stage(ABC):
    """One coding of the list, over all the streams its content consists of."""

    lookahead = 0  # bytes needed to know what (else) begins here

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        self._made = 0  # bytes of the stream being decoded
        self._small = 0
        self.started = False
        self.ended = False  # at the end of a stream, with nothing begun behind it
        self._held = b""  # too few bytes yet to know what they begin
        self._stream: _Decompressor | None = None
        self._ignoring = False

    @abstractmethod
    def open(self, start: bytes) -> _Decompressor | None:
        """The decompressor for a stream that begins with ``start``, or None when these bytes begin none."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        self.started = True
        view = memoryview(data)
        for at in range(0, len(data), _BLOCK):
            if self._ignoring:
                return
            block: bytes | memoryview = view[at : at + _BLOCK]
            while len(block):
                if self._stream is None:
                    block = self._held + bytes(block)
                    if len(block) < self.lookahead:
                        self._held = block
                        break
                    self._held = b""
                    self._stream = self.open(block[: self.lookahead])
                    if self._stream is None:
                        self._ignoring = True  # bytes after the end: browsers let them be
                        return
                    self.ended = False
                yield from self._pieces(self._stream, block)
                block = self._stream.rest
                if self._stream.ended:
                    self._stream = None
                    self.ended = True
                    self._count()

    def _count(self) -> None:
        self._small += self._made < SMALL_STREAM
        self._made = 0
        if self._small > SMALL_STREAMS:
            raise ContentError(f"The {self.name} content consists of more than {SMALL_STREAMS} tiny parts.")

    def _pieces(self, stream: _Decompressor, block: bytes | memoryview) -> Iterator[bytes]:
        try:
            piece = stream.take(block)
            while True:
                if piece:
                    self._made += len(piece)
                    yield piece
                if stream.ended or stream.hungry:
                    return
                piece = stream.take(b"")
        except ContentError as error:
            if error.__cause__ is None:
                raise
            raise ContentError(f"The content does not decode as {self.name}: {error}.") from error.__cause__


class _Gzip(_Stage):
    """RFC 1952: members follow each other. What follows and is no member is ignored (Chromium, Firefox)."""

    lookahead = 2

    def open(self, start: bytes) -> _Decompressor | None:
        return _Zlib(31) if start == b"\x1f\x8b" or not self.ended else None


class _Deflate(_Stage):
    """RFC 9110 8.4.1.2 means the zlib format (RFC 1950); many servers have always sent bare deflate (RFC 1951). A zlib
    header's first byte would begin a stored block with its padding set, which no compressor writes."""

    lookahead = 2

    def open(self, start: bytes) -> _Decompressor | None:
        if self.ended:
            return None
        wrapped = start[0] & 0x0F == 8 and int.from_bytes(start, "big") % 31 == 0
        return _Zlib(15 if wrapped else -15)


class _Br(_Stage):
    """RFC 7932: one stream and nothing after it. Browsers ignore what follows; brotli's decoder refuses it together
    with the content in the same block, so it is refused wherever it stands rather than by chance."""

    lookahead = 1

    def open(self, start: bytes) -> _Decompressor | None:
        if self.ended:
            raise ContentError("The br content goes on after its end.")
        return _Brotli()


class _Zst(_Stage):
    """RFC 8878 3: frames, skippable ones too, follow each other."""

    lookahead = 4

    def open(self, start: bytes) -> _Decompressor | None:
        frame = start == b"\x28\xb5\x2f\xfd" or (start[1:] == b"\x2a\x4d\x18" and start[0] & 0xF0 == 0x50)
        return _Zstd() if frame or not self.ended else None


_STAGES: dict[str, Any] = {"gzip": _Gzip, "x-gzip": _Gzip, "deflate": _Deflate, "br": _Br, "zstd": _Zst}
