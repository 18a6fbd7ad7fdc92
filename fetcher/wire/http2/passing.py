"""An HTTP/2 connection passed on frame by frame between a browser and a server, its interim heads withheld or not.

The bytes go through as they came but for two things: the browser's SETTINGS ask the server to compress without a table
of earlier fields (HEADER_TABLE_SIZE 0, RFC 9113 6.5.2), whether heads are withheld or not, so that every field block
can be read alone; and where ``withheld``, blocks with a status of 100 to 199 (but for 101) are left out, which no flow
control counts (RFC 9113 6.9). What was asked and answered is in ``exchanges``, with the time its bytes were read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from jh2.connection import Decoder, HPACKError, OversizedHeaderListError

from fetcher.errors import LimitExceeded, RemoteProtocolError
from fetcher.terms import Fields
from fetcher.wire.http2 import frames
from fetcher.wire.http2.frames import ConnectionFault

LARGEST_BLOCK = 262_144
TABLE_SIZE = 65_536
MOST_EXCHANGES, MOST_INTERIM, MOST_KEPT = 10_000, 100, 4_000_000
"""Requests of one connection, interim heads of one request, and characters of URLs and fields of one connection that
are kept: what is more passes, or is withheld, all the same."""

_SETTING = struct.Struct(">HL")


@dataclass(slots=True)
class Head:
    """An interim or final head: when it was read, its status and fields (names in lower case, pseudo-fields left out).
    ``withheld``: it was not passed on."""

    at: float
    status: int
    fields: Fields
    withheld: bool = False


@dataclass(slots=True)
class Exchange:
    """One request as it passed: ``url`` as its pseudo-fields say ("" once too much is kept), its heads, and what its
    Sec-Fetch-Dest says that it is for."""

    stream: int
    at: float
    method: str
    url: str
    interim: list[Head] = field(default_factory=list)
    final: Head | None = None
    destination: str = ""


class Passing:
    """``from_browser`` and ``from_server`` take what was read and give what is to be written to the other side. Raises
    ``RemoteProtocolError`` or ``LimitExceeded`` for what cannot be passed on; the connection ends then."""

    def __init__(self, *, withheld: bool) -> None:
        self.withheld = withheld
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
            yield frames.frame(kind, flags, stream, payload)
            block = self._browser.block(kind, flags, stream, payload)
            if block is not None and len(self.exchanges) < MOST_EXCHANGES and stream not in self._by_stream:
                self._by_stream[stream] = self._request(stream, now, block)
                self.exchanges.append(self._by_stream[stream])

    def _answered(self, data: bytes, now: float) -> Iterator[bytes]:
        for kind, flags, stream, payload in self._server.frames(data):
            piece = frames.frame(kind, flags, stream, payload)
            if kind not in (frames.HEADERS, frames.CONTINUATION):
                if kind == frames.PUSH_PROMISE:
                    raise RemoteProtocolError("The server pushed, which the browser did not allow.")
                yield piece
                continue
            self._server.held.append(piece)
            block = self._server.block(kind, flags, stream, payload)
            if block is None:
                continue
            pieces, self._server.held = self._server.held, []
            if not self._is_withheld(stream, block, now):
                yield from pieces

    def _is_withheld(self, stream: int, block: list[tuple[str, str]], now: float) -> bool:
        status = dict(block).get(":status", "")
        if not (len(status) == 3 and status.isascii() and status.isdigit()):
            return False  # trailers, or what the browser is to refuse itself
        is_interim = status[0] == "1" and status != "101"
        withheld = is_interim and self.withheld
        exchange = self._by_stream.get(stream)
        if exchange is not None and is_interim and len(exchange.interim) < MOST_INTERIM:
            exchange.interim.append(Head(now, int(status), self._fields(block), withheld))
        elif exchange is not None and not is_interim and exchange.final is None:
            exchange.final = Head(now, int(status), self._fields(block))
        return withheld

    def _fields(self, block: list[tuple[str, str]]) -> Fields:
        """Those of a head that is kept; none once too many are."""
        fields = tuple(pair for pair in block if pair[0][:1] != ":")
        return fields if self._fits(sum(len(name) + len(value) for name, value in fields)) else ()

    def _request(self, stream: int, now: float, block: list[tuple[str, str]]) -> Exchange:
        said = dict(block)
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
        self._decoder = Decoder()
        self._decoder.max_allowed_table_size = TABLE_SIZE
        self._decoder.max_header_list_size = LARGEST_BLOCK
        self._block: frames.FieldBlock | None = None
        self.held: list[bytes] = []

    def frames(self, data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
        try:
            yield from self._reader.feed(data)
        except ConnectionFault as fault:
            raise fault.error from fault

    def block(self, kind: int, flags: int, stream: int, payload: bytes) -> list[tuple[str, str]] | None:
        """The section that this frame completes; None for every other frame."""
        try:
            if kind == frames.HEADERS:
                self._block = frames.FieldBlock(stream, end=bool(flags & frames.END_STREAM))
                fragment = frames.header_block(flags, payload)
            elif kind == frames.CONTINUATION and self._block is not None:
                fragment = payload
            else:
                return None
            whole = self._block.add(flags, fragment, len(payload), LARGEST_BLOCK)
        except ConnectionFault as fault:
            raise fault.error from fault
        if whole is None:
            return None
        self._block = None
        return self._decoded(whole)

    def _decoded(self, block: bytes) -> list[tuple[str, str]]:
        if not frames.is_whole(block):
            raise RemoteProtocolError("A field block is cut off.")
        try:
            pairs = self._decoder.decode(block, raw=True)
        except OversizedHeaderListError as error:
            raise LimitExceeded(f"A head has more than {LARGEST_BLOCK} bytes.", "head_bytes") from error
        except (HPACKError, ValueError) as error:
            raise RemoteProtocolError(f"A field block cannot be read: {error}") from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # the compiled decoder's; no Exception
                raise
            raise RemoteProtocolError("A field block cannot be read.") from error
        return [(str(pair[0], "latin-1"), str(pair[1], "latin-1")) for pair in pairs]


def _without_table(payload: bytes) -> bytes:
    """A SETTINGS payload that asks for a compression table of no size, all else as it was."""
    kept = payload[: len(payload) - len(payload) % 6]
    settings = [pair for pair in _SETTING.iter_unpack(kept) if pair[0] != frames.HEADER_TABLE_SIZE]
    return b"".join(_SETTING.pack(*pair) for pair in ((frames.HEADER_TABLE_SIZE, 0), *settings)) + payload[len(kept) :]
