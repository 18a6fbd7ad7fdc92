"""The client side of one HTTP/2 connection: bytes in, events out (RFC 9113; contract in ``fetcher.wire.engine``).

HPACK is jh2's. Frames, streams and windows are ours, because jh2's connection (like h2's) ends everything for what is
wrong with one stream (END_STREAM on an interim head, trailers without it, content before a head), closes at the first
GOAWAY although open streams may finish, loses the events of frames read along with a bad one, takes 101 for an interim
response, and answers each late frame of a cancelled stream with RST_STREAM, which servers count as an attack.
What is promised here:

- Interim responses: any number up to the limits, any 1xx but 101, and nothing in them changes what follows (EH 1.3,
  1.7, 1.10). A malformed one fails its stream only (EH 1.4, 1.9).
- Every complete frame before a fault is reported before it; the events are the same for every split of the input.
- Windows as Chromium's: 6 MiB a stream, 15 MiB a connection, given back once half is consumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from jh2.connection import Encoder

from fetcher.errors import ConnectionLost, FetcherError, LimitExceeded, LocalProtocolError, StreamReset
from fetcher.terms import HttpVersion, Limits
from fetcher.wire.events import (
    BodyData,
    ConnectionEnded,
    GoAwayReceived,
    RequestHead,
    ResponseEnd,
    ResponseFailed,
    StreamLimitChanged,
    WireEvent,
)
from fetcher.wire.http2 import frames
from fetcher.wire.http2.exchange import STREAM_WINDOW, Exchange, PeerAllowance, ReceiveWindow, StreamFault
from fetcher.wire.http2.fields import request_section
from fetcher.wire.http2.frames import ConnectionFault, ErrorCode
from fetcher.wire.http2.hpack import TABLE_SIZE, FieldDecoder, Oversized, Undecodable

CONNECTION_WINDOW = 15 * 1024 * 1024
IDLE_FRAMES = 1_000
"""Frames in a row that bring no exchange forward (PING, SETTINGS, empty DATA...) before they are taken for a flood."""
LAST_STREAM = 2**31 - 1


class Http2Engine:
    """``Engine`` for HTTP/2. The client preface is in ``data_to_send`` from the start; no upgrade, no push."""

    version = HttpVersion.HTTP_2

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen, so safe to share
        self._limits = limits
        self._reader = frames.FrameReader()
        self._encoder = Encoder()
        self._decoder = FieldDecoder(limits.head_bytes)
        self._streams: dict[int, Exchange] = {}
        self._next_id = 1
        self._unsent: set[int] = set()  # requests that have not left data_to_send
        self._window = ReceiveWindow(CONNECTION_WINDOW)
        self._owed: dict[int, int] = {}  # bytes handed to the consumer and not acknowledged, by stream
        self._late = 0  # content that ended streams may still have had under way
        self._peer = PeerAllowance()
        self._block: frames.FieldBlock | None = None  # the one being read, and nothing else may come meanwhile
        self._idle = 0
        self._goaway: GoAwayReceived | None = None
        self._closing = self._ended = False
        self._events: list[WireEvent] = []
        self._now = 0.0
        settings = {
            frames.HEADER_TABLE_SIZE: TABLE_SIZE,
            frames.ENABLE_PUSH: 0,
            frames.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
            frames.MAX_HEADER_LIST_SIZE: limits.head_bytes,
        }
        self._out = [frames.PREFACE, frames.settings_frame(settings)]
        self._out.append(frames.window_update(0, CONNECTION_WINDOW - 65_535))

    @property
    def is_closed(self) -> bool:
        return self._ended or self._closing or self._goaway is not None or self._next_id > LAST_STREAM

    @property
    def open_streams(self) -> int:
        return len(self._streams)

    @property
    def free_streams(self) -> int:
        return 0 if self.is_closed else max(0, self._peer.max_streams - len(self._streams))

    # What we send

    def send_request(self, head: RequestHead, *, end: bool) -> int:
        """See ``Engine``. Host and connection-specific fields are left out; all else goes as given, in order."""
        if self.is_closed:
            raise LocalProtocolError("This HTTP/2 connection takes no new requests; open another.")
        if len(self._streams) >= self._peer.max_streams:
            raise LocalProtocolError(f"All {self._peer.max_streams} requests this HTTP/2 server allows are in use.")
        block: bytes = self._encoder.encode(request_section(head))
        stream_id = self._next_id
        self._next_id += 2
        self._streams[stream_id] = Exchange(stream_id, head.method, self._peer.stream_window, end=end)
        self._unsent.add(stream_id)
        self._out.append(frames.headers_frames(stream_id, block, end=end, size=self._peer.frame_size))
        return stream_id

    def send_data(self, stream_id: int, data: bytes, *, end: bool) -> None:
        """See ``Engine``. Content for a stream that is over (the server may answer early) is dropped silently."""
        if self._is_idle(stream_id):
            raise LocalProtocolError(f"There is no request {stream_id} on this HTTP/2 connection.")
        stream = self._streams.get(stream_id)
        if stream is None:
            return
        if stream.queue is None or stream.queue_end:
            raise LocalProtocolError(f"The content of request {stream_id} has already ended.")
        if data:
            stream.queue.append(memoryview(data))
        stream.queue_end = end
        self._flush(stream)

    def unsent(self, stream_id: int) -> int:
        stream = self._streams.get(stream_id)
        return 0 if stream is None or stream.queue is None else sum(map(len, stream.queue))

    def acknowledge(self, stream_id: int, size: int) -> None:
        owed = self._owed.pop(stream_id, 0)
        size = min(size, owed)
        if size < owed:
            self._owed[stream_id] = owed - size
        if size > 0:
            self._give_back(stream_id, size)

    def cancel(self, stream_id: int, now: float) -> list[WireEvent]:
        if stream_id in self._streams:
            self._drop(stream_id, ErrorCode.CANCEL)
        return []

    def close(self) -> None:
        if not self._closing and not self._ended:
            self._closing = True
            self._out.append(frames.goaway(0, ErrorCode.NO_ERROR))

    def data_to_send(self) -> bytes:
        data = b"".join(self._out)
        self._out.clear()
        self._unsent.clear()
        return data

    def _is_idle(self, stream_id: int) -> bool:
        """No request has opened it, and the peer cannot: push is off."""
        return stream_id >= self._next_id or not stream_id % 2

    def _flush(self, stream: Exchange) -> None:
        """Send as much of the request's content as both windows allow."""
        while (next_piece := stream.next_piece(min(self._peer.window, self._peer.frame_size))) is not None:
            piece, last = next_piece
            self._peer.window -= len(piece)
            self._idle = 0
            self._out.append(frames.frame(frames.DATA, frames.END_STREAM if last else 0, stream.stream_id, piece))

    def _flush_all(self) -> None:
        for stream in self._streams.values():
            self._flush(stream)

    def _give_back(self, stream_id: int, size: int) -> None:
        if increment := self._window.give_back(size):
            self._out.append(frames.window_update(0, increment))
        stream = self._streams.get(stream_id)
        if stream is not None and (increment := stream.window.give_back(size)):
            self._out.append(frames.window_update(stream_id, increment))

    # What we receive

    def receive(self, data: bytes, now: float) -> list[WireEvent]:
        """See ``Engine``: never raises for what a peer sent; [] once the connection has ended."""
        if self._ended:
            return []
        self._events, self._now = [], now
        try:
            for kind, flags, stream_id, payload in self._reader.feed(data):
                try:
                    if kind == frames.DATA and self._block is None:
                        self._data(flags, stream_id, payload)
                    else:
                        self._frame(kind, flags, stream_id, payload)
                except StreamFault as fault:
                    self._fail(stream_id, fault.error, fault.code)
        except ConnectionFault as fault:
            self._out.append(frames.goaway(0, fault.code, str(fault.error)))
            self._owed.clear()
            for stream_id in list(self._streams):
                self._fail(stream_id, fault.error)
            self._end(fault.error)
        return self._events

    def receive_eof(self, now: float) -> list[WireEvent]:
        """The peer closed: each open exchange fails, saying how far it had come."""
        if self._ended:
            return []
        self._events, self._now = [], now
        why = ""
        if self._goaway is not None and self._goaway.code:
            message = f": {self._goaway.message}" if self._goaway.message else ""
            why = f" It had announced {frames.code_name(self._goaway.code)}{message}."
        unclean = bool(self._streams or why or self._reader.held or self._block)
        for stream_id, stream in list(self._streams.items()):
            lost = ConnectionLost(f"The server closed the HTTP/2 connection {stream.progress}.{why}")
            self._fail(stream_id, lost, processed=False if stream_id in self._unsent else None)
        self._end(ConnectionLost(f"The server closed the HTTP/2 connection.{why}") if unclean else None)
        return self._events

    def _frame(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if self._block is not None and (kind != frames.CONTINUATION or stream_id != self._block.stream_id):
            _refuse("The server interrupted an HTTP/2 field block with another frame.")
        frames.check_shape(kind, stream_id, payload)
        if kind in frames.ON_OPENED_STREAM and stream_id and self._is_idle(stream_id):
            _refuse(f"The server sent {frames.FRAME_NAMES[kind]} on stream {stream_id}, which no request has opened.")
        match kind:
            case frames.HEADERS:
                block = self._block = frames.FieldBlock(stream_id, end=bool(flags & frames.END_STREAM))
                self._add_to_block(block, flags, frames.header_block(flags, payload), len(payload))
            case frames.CONTINUATION:
                if self._block is None:
                    _refuse("The server sent CONTINUATION without HEADERS.")
                self._add_to_block(self._block, flags, payload, len(payload))
            case frames.RST_STREAM:
                self._reset_by_peer(stream_id, int.from_bytes(payload, "big"))
            case frames.GOAWAY:
                self._goaway_by_peer(payload)
            case frames.PUSH_PROMISE:
                _refuse("The server pushed a response although push is off.")
            case frames.SETTINGS:
                self._no_progress()
                self._settings(flags, payload)
            case frames.WINDOW_UPDATE:
                self._no_progress()
                self._window_update(stream_id, int.from_bytes(payload, "big") & frames.LARGEST_WINDOW)
            case frames.PING:
                self._no_progress()
                if not flags & frames.ACK:
                    self._out.append(frames.frame(frames.PING, frames.ACK, 0, payload))
            case _:  # PRIORITY, ALTSVC, ORIGIN and what is not invented yet
                self._no_progress()

    def _no_progress(self) -> None:
        self._idle += 1
        if self._idle > IDLE_FRAMES:
            text = f"The server sent more than {IDLE_FRAMES} HTTP/2 frames in a row that bring no response forward."
            raise ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, text)

    def _data(self, flags: int, stream_id: int, payload: bytes) -> None:
        stream = self._streams.get(stream_id)
        if stream is None:
            frames.check_shape(frames.DATA, stream_id, payload)
            if self._is_idle(stream_id):
                _refuse(f"The server sent DATA on stream {stream_id}, which no request has opened.")
        data = frames.without_padding(flags, payload) if flags & frames.PADDED else payload
        flow = len(payload)
        self._window.left -= flow
        if self._window.left < 0:
            text = "The server sent more content than the HTTP/2 connection's window allows."
            raise ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, text)
        if stream is None:
            self._late_data(stream_id, flow)
            return
        # Owed until the consumer acknowledges it, also when the stream fails here: that gives it back.
        if flow:
            self._owed[stream_id] = self._owed.get(stream_id, 0) + flow
        stream.content(len(data), flow, self._limits)
        if data:
            self._idle = 0
            self._events.append(BodyData(stream_id, self._now, data, flow))
        else:
            self.acknowledge(stream_id, flow)
            if not flags & frames.END_STREAM:
                self._no_progress()
        if flags & frames.END_STREAM:
            self._complete(stream)

    def _late_data(self, stream_id: int, flow: int) -> None:
        """Content for a stream that is over, sent before the peer knew: counted, given back, forgotten."""
        self._late -= flow
        if self._late < 0:
            text = f"The server went on sending content on stream {stream_id} after its end."
            raise ConnectionFault(ErrorCode.STREAM_CLOSED, text)
        if flow:
            self._give_back(stream_id, flow)
        else:
            self._no_progress()

    def _add_to_block(self, block: frames.FieldBlock, flags: int, fragment: bytes, payload_size: int) -> None:
        whole = block.add(flags, fragment, payload_size, self._limits.head_bytes)
        if whole is None:
            return
        self._block = None
        pairs = self._decode(whole)
        stream = self._streams.get(block.stream_id)
        if stream is None:
            self._no_progress()  # late: the peer did not know yet that the stream is over
            return
        event = stream.section(pairs, block.end, block.wire_size, self._now, self._limits)
        self._idle = 0
        if event is not None:
            self._events.append(event)
        if block.end:
            self._complete(stream)

    def _decode(self, block: bytes) -> Sequence[Sequence[bytes]]:
        try:
            return self._decoder.decode(block)
        except Oversized:
            text = f"The server sent a head that unpacks to more than {self._limits.head_bytes} bytes."
            raise ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, LimitExceeded(text, "head_bytes")) from None
        except Undecodable as error:
            text = "The server sent a head whose HPACK compression cannot be undone."
            raise ConnectionFault(ErrorCode.COMPRESSION_ERROR, text) from error

    def _settings(self, flags: int, payload: bytes) -> None:
        settings = frames.read_settings(flags, payload)
        if flags & frames.ACK:
            return
        before = self._peer.max_streams
        self._peer.apply(settings, self._streams.values())
        if self._peer.max_streams != before:
            self._events.append(StreamLimitChanged(self._now, self._peer.max_streams))
        for setting, value in settings:
            if setting == frames.HEADER_TABLE_SIZE:
                self._encoder.header_table_size = min(value, TABLE_SIZE)
        self._out.append(frames.frame(frames.SETTINGS, frames.ACK, 0))
        self._flush_all()

    def _window_update(self, stream_id: int, increment: int) -> None:
        stream = self._streams.get(stream_id)
        if stream is not None:
            self._peer.open(increment, stream)
            self._flush(stream)
        elif not stream_id:
            self._peer.open(increment, None)
            self._flush_all()

    # How exchanges end

    def _reset_by_peer(self, stream_id: int, code: int) -> None:
        stream = self._streams.get(stream_id)
        if stream is None:
            self._no_progress()
            return
        text = f"The server reset stream {stream_id} with {frames.code_name(code)} {stream.progress}."
        processed = False if code == ErrorCode.REFUSED_STREAM else None
        self._fail(stream_id, StreamReset(text, code), processed=processed)

    def _goaway_by_peer(self, payload: bytes) -> None:
        last, code = int.from_bytes(payload[:4], "big") & LAST_STREAM, int.from_bytes(payload[4:8], "big")
        if self._goaway is not None:
            self._no_progress()
            last = min(last, self._goaway.last_stream_id)  # it may only go down (RFC 9113 6.8)
        self._goaway = GoAwayReceived(self._now, last, code, payload[8:1032].decode("utf-8", "replace"))
        self._events.append(self._goaway)
        for stream_id in [stream_id for stream_id in self._streams if stream_id > last]:
            text = f"The server said goodbye ({frames.code_name(code)}) without processing request {stream_id}."
            self._fail(stream_id, ConnectionLost(text), processed=False)

    def _complete(self, stream: Exchange) -> None:
        stream.check_complete()
        del self._streams[stream.stream_id]
        self._idle = 0
        if stream.queue is not None:
            # Answered in full before the request's content was sent: the rest is of no use (RFC 9113 8.1).
            self._out.append(frames.rst_stream(stream.stream_id, ErrorCode.CANCEL))
        self._events.append(ResponseEnd(stream.stream_id, self._now, stream.trailers))

    def _fail(
        self, stream_id: int, error: FetcherError, code: ErrorCode | None = None, processed: bool | None = None
    ) -> None:
        """End one exchange with an event, telling the peer ``code`` if it does not know yet."""
        self._drop(stream_id, code)
        self._events.append(ResponseFailed(stream_id, self._now, error, processed))

    def _drop(self, stream_id: int, code: ErrorCode | None) -> None:
        """Forget a stream. What of it was not consumed goes back to the connection's window, or that would shrink."""
        stream = self._streams.pop(stream_id)
        self._late += max(0, stream.window.left)
        if owed := self._owed.pop(stream_id, 0):
            self._give_back(stream_id, owed)
        if code is not None:
            self._out.append(frames.rst_stream(stream_id, code))

    def _end(self, error: FetcherError | None) -> None:
        self._ended = True
        self._events.append(ConnectionEnded(self._now, error))


def _refuse(text: str) -> NoReturn:
    raise ConnectionFault(ErrorCode.PROTOCOL_ERROR, text)
