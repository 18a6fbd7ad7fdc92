"""The HTTP/1.1 engine: one connection, client side, bytes in, events out (RFC 9112). The heart of the project.

Why our own: the point is that *every* 1xx is seen, whole, with its bytes and its place on the connection, and that none
is ever taken for the answer. h11 hides the bytes and ends at an unasked 101; httptools fails a ``103`` that says
``Connection: close``; CPython's http.client returned the 103 as the response and left the real one in the buffer for
the next request (bpo-28570).

What happens between requests: the connection is free again exactly when the final content is complete, and
``free_streams`` is 1 again only then. A response after which nothing may follow (``Connection: close``, HTTP/1.0
without keep-alive, content that ends with the connection, framing that needed a leniency, a request not yet sent whole)
is followed at once by ``ConnectionEnded(error=None)``. Bytes that come while no request is outstanding, in the same
read as the end of a response or later, end the connection with a ``RemoteProtocolError`` at that time (RFC 9112 9.2:
they cannot be a response to anything).
"""

from __future__ import annotations

from fetcher.errors import ConnectionLost, FetcherError, LimitExceeded, LocalProtocolError, RemoteProtocolError
from fetcher.terms import HttpVersion, Limits
from fetcher.wire.events import (
    BodyData,
    ConnectionEnded,
    InterimResponse,
    RequestHead,
    ResponseEnd,
    ResponseFailed,
    ResponseHead,
    WireEvent,
)
from fetcher.wire.http1.body import BodyReader, ChunkedBody, LengthBody, UntilCloseBody
from fetcher.wire.http1.framing import Content, Framing, frame
from fetcher.wire.http1.head import HeadReader, ParsedHead, parse_head
from fetcher.wire.http1.request import RequestWriter


class Http1Engine:
    """Keeps the contract of ``fetcher.wire.engine.Engine``. Stream ids count requests from 1."""

    version = HttpVersion.HTTP_1_1

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._limits = limits
        self._stream = 0  # the id of the latest request
        self._writer: RequestWriter | None = None  # set exactly while an exchange is going on
        self._head = HeadReader(limits)
        self._body: BodyReader | None = None  # set from the final head to the content's end
        self._tunnel = False  # after an asked 101, or CONNECT: both directions are another protocol's bytes
        self._persistent = True
        self._interims = 0
        self._interim_bytes = 0
        self._last_interim = 0
        self._content = 0
        self._received = 0  # bytes before the current read
        self._queue: list[bytes] = []
        self._going_away = False  # we said close(); what is open may finish
        self._ended = False  # ConnectionEnded was said, or nobody wants to hear it

    @property
    def free_streams(self) -> int:
        return 0 if self._writer is not None or self.is_closed else 1

    @property
    def is_closed(self) -> bool:
        return self._ended or self._going_away

    @property
    def open_streams(self) -> int:
        return 0 if self._writer is None else 1

    def send_request(self, head: RequestHead, *, end: bool) -> int:
        if self.is_closed:
            raise LocalProtocolError("The connection is closed; send the request on another one.")
        if self._writer is not None:
            raise LocalProtocolError("The HTTP/1.1 connection is busy with another request; wait or open a second one.")
        writer = RequestWriter(head, end=end)
        self._writer = writer
        self._queue.append(writer.head)
        self._stream += 1
        self._persistent = writer.persistent
        self._interims = self._interim_bytes = self._last_interim = self._content = 0
        return self._stream

    def send_data(self, stream_id: int, data: bytes, *, end: bool) -> None:
        if self._writer is None or stream_id != self._stream:
            raise LocalProtocolError(f"There is no open exchange {stream_id} to send content on.")
        if self._tunnel:
            self._queue.append(data)
        else:
            self._queue += self._writer.data(data, end=end)

    def unsent(self, stream_id: int) -> int:
        return 0

    def receive(self, data: bytes, now: float) -> list[WireEvent]:
        events: list[WireEvent] = []
        if type(data) is not bytes:  # slices of it go into events, which are values
            data = bytes(data)
        pos = 0
        size = len(data)
        try:
            while pos < size and not self._ended:
                if self._body is not None:
                    pos = self._read_body(self._body, data, pos, now, events)
                elif self._writer is not None:
                    pos = self._read_head(self._writer, data, pos, now, events)
                elif self._going_away:
                    break  # nobody is listening any more
                else:
                    raise RemoteProtocolError("The server sent bytes while no request was outstanding.")
        except (RemoteProtocolError, LimitExceeded) as error:
            self._fail(error, now, events)
        self._received += size
        return events

    def receive_eof(self, now: float) -> list[WireEvent]:
        events: list[WireEvent] = []
        if self._ended:
            return events
        error: ConnectionLost | None = None
        if self._body is not None:
            error = self._body.lost()
            if error is None:
                self._persistent = False
                self._finish(self._body, now, events)
                return events
        elif self._writer is not None:
            error = self._lost_before_head()
        self._fail(error, now, events)
        return events

    def acknowledge(self, stream_id: int, size: int) -> None:
        """Nothing: TCP's window is the only one."""

    def cancel(self, stream_id: int, now: float) -> list[WireEvent]:
        """HTTP/1.1 cannot skip an answer, so the connection ends with the exchange. An exchange that is already over
        is left alone, and so is the connection."""
        if self._ended or self._writer is None or stream_id != self._stream:
            return []
        self._queue.clear()
        self._writer = self._body = None
        self._ended = True
        return [ConnectionEnded(now, None)]

    def close(self) -> None:
        """No further request; an exchange that is open may finish, and then the connection ends."""
        self._going_away = True

    def data_to_send(self) -> bytes:
        if not self._queue:
            return b""
        data = self._queue[0] if len(self._queue) == 1 else b"".join(self._queue)
        self._queue.clear()
        return data

    # Reading: one head or one stretch of content per call; the loop in receive() goes on, nothing recurses.

    def _read_head(self, writer: RequestWriter, data: bytes, pos: int, now: float, events: list[WireEvent]) -> int:
        reader = self._head
        raw, pos = reader.read(data, pos, self._received)
        if raw is None:
            return pos
        self._head = HeadReader(self._limits)
        head = parse_head(raw, self._limits, reader.leading)
        if head.status < 200 and not (head.status == 101 and writer.upgrade):
            self._interim(head, raw, reader.offset, now, events)
            return pos
        # RFC 9110 7.8: after a 101 that was asked for, the connection speaks the other protocol.
        switched = head.status == 101
        framing = Framing(Content.TUNNEL, 0, False, head.deviations) if switched else frame(head, writer.method)
        self._persistent = self._persistent and framing.persistent
        events.append(
            ResponseHead(
                self._stream, now, head.status, head.reason, head.fields, head.version, len(raw), framing.deviations
            )
        )
        body = self._body_reader(framing)
        if body.done:
            self._finish(body, now, events)
        else:
            self._body = body
            self._tunnel = framing.content is Content.TUNNEL
        return pos

    def _body_reader(self, framing: Framing) -> BodyReader:
        match framing.content:
            case Content.CHUNKED:
                return ChunkedBody(self._limits)
            case Content.CLOSE | Content.TUNNEL:
                return UntilCloseBody()
            case _:
                return LengthBody(framing.length)

    def _interim(self, head: ParsedHead, raw: bytes, offset: int, now: float, events: list[WireEvent]) -> None:
        """RFC 9110 15.2: a client reads any number of 1xx, known or not, asked for or not. Their fields are their own:
        no length, no Connection option among them has any effect here (EH 1.1 to 1.3)."""
        if head.status == 101:
            # Fetch skips it; but the peer now believes that the connection speaks another protocol (EH 1.4).
            raise RemoteProtocolError("The server switched protocols (101) although the request did not ask for it.")
        self._interims += 1
        self._interim_bytes += len(raw)
        limits = self._limits
        if self._interims > limits.interim_heads:
            raise LimitExceeded(f"More than {limits.interim_heads} interim responses to one request.", "interim_heads")
        if self._interim_bytes > limits.interim_bytes:
            raise LimitExceeded(
                f"The interim responses to one request exceed {limits.interim_bytes} bytes in all.", "interim_bytes"
            )
        self._last_interim = head.status
        events.append(
            InterimResponse(self._stream, now, head.status, head.reason, head.fields, raw, offset, head.deviations)
        )

    def _read_body(self, body: BodyReader, data: bytes, pos: int, now: float, events: list[WireEvent]) -> int:
        pieces: list[bytes] = []
        try:
            pos = body.read(data, pos, pieces)
        finally:  # what came before a fault in the same read has been received
            if pieces:
                self._deliver(pieces[0] if len(pieces) == 1 else b"".join(pieces), now, events)
        if body.done:
            self._finish(body, now, events)
        return pos

    def _deliver(self, content: bytes, now: float, events: list[WireEvent]) -> None:
        limit = self._limits.body_bytes
        if limit is not None and self._content + len(content) > limit:
            content = content[: limit - self._content]
            if content:
                self._content = limit
                events.append(BodyData(self._stream, now, content, len(content)))
            raise LimitExceeded(f"The content of the response exceeds {limit} bytes.", "body_bytes")
        self._content += len(content)
        events.append(BodyData(self._stream, now, content, len(content)))

    # Ends of exchanges and of the connection.

    def _finish(self, body: BodyReader, now: float, events: list[WireEvent]) -> None:
        events.append(ResponseEnd(self._stream, now, body.trailers, tuple(body.deviations)))
        writer, self._writer, self._body = self._writer, None, None
        # RFC 9112 9.3: a request that was not sent whole leaves the connection in the middle of it.
        if not self._persistent or self._going_away or (writer is not None and not writer.done):
            self._queue.clear()
            self._ended = True
            events.append(ConnectionEnded(now, None))

    def _fail(self, error: FetcherError | None, now: float, events: list[WireEvent]) -> None:
        if self._writer is not None and error is not None:
            # The server cannot have acted on a request that is still here; of any other nothing is known (RFC 9110
            # 9.2.2: whether to try again is the method's question).
            unsent = bool(self._queue) and self._queue[0] is self._writer.head
            events.append(ResponseFailed(self._stream, now, error, False if unsent else None))
        self._writer = self._body = None
        self._queue.clear()
        self._ended = True
        events.append(ConnectionEnded(now, error))

    def _lost_before_head(self) -> ConnectionLost:
        after = f" after the {self._last_interim}" if self._last_interim else ""
        if self._head.partial:
            where = f"in the middle of a response head{after}, {self._head.partial} bytes into it"
        elif after:
            where = f"{after.strip()} without a final response"
        else:
            where = "without answering"
        return ConnectionLost(f"The server closed the connection {where}.")
