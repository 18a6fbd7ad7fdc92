"""An HTTP/2 connection passed on frame by frame between a browser and a server, its interim heads withheld or not.

The bytes go through as they came but for this: the browser's SETTINGS ask the server to compress without a table of
earlier fields (HEADER_TABLE_SIZE 0, RFC 9113 6.5.2), whether heads are withheld or not, so that every field block can
be read alone; where ``withheld``, blocks with a status of 100 to 199 (but for 101) are left out, which no flow control
counts (RFC 9113 6.9); and where ``dress`` is given, every request gets the fields that it gives for a scheme and an
authority, in place of its own of the same name, all blocks of the connection being compressed anew. What was asked and
answered is in ``exchanges``, with the time its bytes were read.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from jh2.connection import Encoder

from fetcher.errors import LimitExceeded, RemoteProtocolError
from fetcher.terms import Fields
from fetcher.wire.http2 import frames
from fetcher.wire.http2.frames import ConnectionFault
from fetcher.wire.http2.hpack import FieldDecoder, Oversized, Undecodable

LARGEST_BLOCK = 262_144
MOST_EXCHANGES, MOST_INTERIM, MOST_KEPT = 10_000, 100, 4_000_000
"""Requests of one connection, interim heads of one request, and characters of URLs and fields of one connection that
are kept: what is more passes, or is withheld, all the same."""

Dress = Callable[[str, str], Fields]
"""From a scheme and an authority."""
Block = list[tuple[str, str, bool]]
"""Name, value, and whether no table may have it (RFC 7541 7.1.3)."""

_SETTING = struct.Struct(">HL")


@dataclass(slots=True)
class Head:
    """An interim or final head: when it was read, its status and fields (names in lower case, pseudo-fields left out).
    ``withheld``: it was not passed on. ``size`` is its bytes as compressed, frames included."""

    at: float
    status: int
    fields: Fields
    withheld: bool = False
    size: int = 0


@dataclass(slots=True)
class Exchange:
    """One request as it passed: ``url`` as its pseudo-fields say ("" once too much is kept), its heads, and what its
    Sec-Fetch-Dest says that it is for. ``ended_at``: its content was complete, of ``content`` bytes as coded; or
    ``reset_at``: either side gave it up."""

    stream: int
    at: float
    method: str
    url: str
    interim: list[Head] = field(default_factory=list)
    final: Head | None = None
    destination: str = ""
    content: int = 0
    ended_at: float | None = None
    reset_at: float | None = None


class Passing:
    """``from_browser`` and ``from_server`` take what was read and give what is to be written to the other side. Raises
    ``RemoteProtocolError`` or ``LimitExceeded`` for what cannot be passed on; the connection ends then."""

    def __init__(self, *, withheld: bool, dress: Dress | None = None) -> None:
        self.withheld = withheld
        self._dress = dress
        self._encoder = Encoder() if dress is not None else None
        self._table = 4_096
        self.exchanges: list[Exchange] = []
        self._by_stream: dict[int, Exchange] = {}
        self._preface = len(frames.PREFACE)
        self._kept = 0
        self._browser, self._server = _Side(), _Side()

    def from_browser(self, data: bytes, now: float) -> bytes:
        kept = b""
        if self._preface:
            kept, data = data[: self._preface], data[self._preface :]
            self._preface -= len(kept)
        return kept + b"".join(self._asked(data, now))

    def from_server(self, data: bytes, now: float) -> bytes:
        return b"".join(self._answered(data, now))

    def _asked(self, data: bytes, now: float) -> Iterator[bytes]:
        for kind, flags, stream, payload in self._browser.frames(data):
            if kind == frames.SETTINGS and not flags & frames.ACK:
                payload = _without_table(payload)
            elif kind == frames.RST_STREAM:
                self._reset(stream, now)
            piece = frames.frame(kind, flags, stream, payload)
            block = self._browser.block(kind, flags, stream, payload)
            if self._encoder is None or kind not in (frames.HEADERS, frames.CONTINUATION):
                yield piece
            elif block is not None:
                block = self._dressed(block)
                yield self._compressed(stream, block, self._encoder)
            if block is not None and len(self.exchanges) < MOST_EXCHANGES and stream not in self._by_stream:
                self._by_stream[stream] = self._request(stream, now, block)
                self.exchanges.append(self._by_stream[stream])

    def _dressed(self, block: Block) -> Block:
        """A request's fields with those that it gets besides; trailers are left alone."""
        said = {name: value for name, value, _ in block if name[:1] == ":"}
        extra = self._dress(said.get(":scheme", ""), said.get(":authority", "")) if said and self._dress else ()
        names = {name for name, _ in extra}
        return [each for each in block if each[0] not in names] + [(name, value, True) for name, value in extra]

    def _compressed(self, stream: int, block: Block, encoder: Encoder) -> bytes:
        fields = [(name.encode("latin-1"), value.encode("latin-1"), sensitive) for name, value, sensitive in block]
        if encoder.header_table_size != self._table:
            encoder.header_table_size = self._table
        ends, priority = self._browser.ends, self._browser.priority
        return frames.headers_frames(
            stream, encoder.encode(fields), end=ends, size=frames.FRAME_SIZE, priority=priority
        )  # fmt: skip

    def _answered(self, data: bytes, now: float) -> Iterator[bytes]:
        for kind, flags, stream, payload in self._server.frames(data):
            piece = frames.frame(kind, flags, stream, payload)
            self._follow(kind, flags, stream, payload, now)
            block = self._server.block(kind, flags, stream, payload)
            if kind not in (frames.HEADERS, frames.CONTINUATION):
                if kind == frames.PUSH_PROMISE:
                    raise RemoteProtocolError("The server pushed, which the browser did not allow.")
                yield piece
                continue
            self._server.held.append(piece)
            if block is None:
                continue
            pieces, self._server.held = self._server.held, []
            if not self._is_withheld(stream, block, now):
                yield from pieces

    def _follow(self, kind: int, flags: int, stream: int, payload: bytes, now: float) -> None:
        """What a frame of the server's says of the content, and of the table that blocks may be compressed with."""
        exchange = self._by_stream.get(stream)
        if kind == frames.SETTINGS and self._encoder is not None and not flags & frames.ACK:
            for setting, value in _SETTING.iter_unpack(payload[: len(payload) - len(payload) % 6]):
                if setting == frames.HEADER_TABLE_SIZE:
                    self._table = min(self._table, value)  # never larger again: a block may say one change only
        elif kind == frames.RST_STREAM:
            self._reset(stream, now)
        elif exchange is not None and kind in (frames.DATA, frames.HEADERS):
            if kind == frames.DATA:
                exchange.content += len(payload) - (payload[0] + 1 if flags & frames.PADDED and payload else 0)
            if flags & frames.END_STREAM and exchange.ended_at is None:
                exchange.ended_at = now

    def _reset(self, stream: int, now: float) -> None:
        exchange = self._by_stream.get(stream)
        if exchange is not None and exchange.ended_at is None and exchange.reset_at is None:
            exchange.reset_at = now

    def _is_withheld(self, stream: int, block: Block, now: float) -> bool:
        status = next((value for name, value, _ in block if name == ":status"), "")
        if not (len(status) == 3 and status.isascii() and status.isdigit()):
            return False  # trailers, or what the browser is to refuse itself
        is_interim = status[0] == "1" and status != "101"
        withheld = is_interim and self.withheld
        exchange = self._by_stream.get(stream)
        if exchange is not None and is_interim and len(exchange.interim) < MOST_INTERIM:
            exchange.interim.append(Head(now, int(status), self._fields(block), withheld))
        elif exchange is not None and not is_interim and exchange.final is None:
            exchange.final = Head(now, int(status), self._fields(block), size=self._server.size)
        return withheld

    def _fields(self, block: Block) -> Fields:
        """Those of a head that is kept; none once too many are."""
        fields = tuple((name, value) for name, value, _ in block if name[:1] != ":")
        return fields if self._fits(sum(len(name) + len(value) for name, value in fields)) else ()

    def _request(self, stream: int, now: float, block: Block) -> Exchange:
        said = {name: value for name, value, _ in block}
        url = f"{said.get(':scheme', '')}://{said.get(':authority', '')}{said.get(':path', '')}"
        made = Exchange(stream, now, said.get(":method", "")[:32], url if self._fits(len(url)) else "")
        made.destination = said.get("sec-fetch-dest", "")[:32]
        return made

    def _fits(self, size: int) -> bool:
        self._kept += size
        return self._kept <= MOST_KEPT


class _Side:
    """One direction: frames cut from its bytes, field blocks put together from frames and decoded."""

    def __init__(self) -> None:
        self._reader = frames.FrameReader()
        self._decoder = FieldDecoder(LARGEST_BLOCK)
        self._block: frames.FieldBlock | None = None
        self.ends = False
        self.size = 0
        self.priority = b""
        self.held: list[bytes] = []

    def frames(self, data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
        try:
            yield from self._reader.feed(data)
        except ConnectionFault as fault:
            raise fault.error from fault

    def block(self, kind: int, flags: int, stream: int, payload: bytes) -> Block | None:
        """The section that this frame completes, whose first frame said ``ends`` and ``priority``; None for every
        other frame. Nothing comes between the frames of a section (RFC 9113 6.10), or there were no end to what is
        held of them."""
        begun = self._block is not None
        if begun is not (kind == frames.CONTINUATION) or (self._block and self._block.stream_id != stream):
            raise RemoteProtocolError("The frames of an HTTP/2 field block do not follow each other.")
        try:
            if kind == frames.HEADERS:
                self._block = frames.FieldBlock(stream, end=bool(flags & frames.END_STREAM))
                fragment = frames.header_block(flags, payload)
                self.ends = bool(flags & frames.END_STREAM)
                self.priority = frames.priority_fields(flags, payload)
            elif self._block is not None:
                fragment = payload
            else:
                return None
            whole = self._block.add(flags, fragment, len(payload), LARGEST_BLOCK)
        except ConnectionFault as fault:
            raise fault.error from fault
        if whole is None:
            return None
        self.size, self._block = self._block.wire_size, None
        return self._decoded(whole)

    def _decoded(self, block: bytes) -> Block:
        try:
            pairs = self._decoder.decode(block)
        except Oversized as error:
            raise LimitExceeded(f"A head has more than {LARGEST_BLOCK} bytes.", "head_bytes") from error
        except Undecodable as error:
            how = f": {error}" if str(error) else ""
            raise RemoteProtocolError(f"A field block cannot be read{how}.") from error
        return [(str(one[0], "latin-1"), str(one[1], "latin-1"), bool(one[2])) for one in pairs]


def _without_table(payload: bytes) -> bytes:
    """A SETTINGS payload that asks for a compression table of no size, all else as it was."""
    kept = payload[: len(payload) - len(payload) % 6]
    settings = [pair for pair in _SETTING.iter_unpack(kept) if pair[0] != frames.HEADER_TABLE_SIZE]
    return b"".join(_SETTING.pack(*pair) for pair in ((frames.HEADER_TABLE_SIZE, 0), *settings)) + payload[len(kept) :]
