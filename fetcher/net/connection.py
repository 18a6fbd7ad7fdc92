"""One HTTP connection: a stream and an engine, events straight to their sinks, and the deadlines of each exchange.

Nothing is awaited between reading bytes and calling the sink of the exchange they belong to, so a 103 is acted on in
the same step of the loop that read it. Everything here is synchronous but ``drain`` and ``wait_closed``; a sink may
send, flush, cancel or close on this and other connections while it is being called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from math import inf

from fetcher import clock
from fetcher.errors import ConnectionLost, DeadlineExceeded, FetcherError, LocalProtocolError
from fetcher.net.stream import Stream
from fetcher.terms import ConnectionFacts, Fields, HttpVersion, Limits
from fetcher.wire.engine import Engine
from fetcher.wire.events import (
    BodyData,
    ConnectionEnded,
    ConnectionEvent,
    GoAwayReceived,
    InterimResponse,
    RequestHead,
    ResponseEnd,
    ResponseFailed,
    ResponseHead,
    StreamEvent,
    StreamLimitChanged,
    WireEvent,
)

UNREAD_LIMIT = 262_144
"""Bytes of HTTP/1.1 content that may wait unacknowledged before reading pauses."""

UNSENT_LIMIT = 65_536
"""Bytes of an exchange's HTTP/2 request content that may wait for the peer's window before ``drain`` does."""

Sink = Callable[[StreamEvent], None]


class _Exchange:
    """What the connection knows of one request: who listens, how much they have yet to consume, when it is too late.
    ``deadline`` is the next moment of interest (clock ms), never later than ``total``."""

    __slots__ = ("deadline", "headed", "interims", "sink", "total", "unread")

    def __init__(self, sink: Sink, total: float) -> None:
        self.sink = sink
        self.total = total
        self.deadline = total
        self.unread = 0
        self.interims = 0
        self.headed = False


def _ignore_event(_event: ConnectionEvent) -> None: ...


def _ignore_batch() -> None: ...


class Connection:
    """``on_event`` gets GOAWAY, stream limit and end of the connection; ``on_batch`` is called once after the events
    of one read (or of one expired deadline) have all been delivered, so that whoever queued requests can flush each
    connection once. ``name`` is "host:port", for sentences. ``forward``, where the peer is a proxy that forwards: the
    origin that every target is made absolute with (RFC 9112 3.2.2), and the fields that are for the proxy alone."""

    def __init__(self, stream: Stream, engine: Engine, facts: ConnectionFacts, name: str, limits: Limits) -> None:
        self.facts = facts
        self.engine = engine
        self.name = name
        self.on_event: Callable[[ConnectionEvent], None] = _ignore_event
        self.on_batch: Callable[[], None] = _ignore_batch
        self.forward: tuple[str, Fields] | None = None
        self._stream = stream
        self.limits = limits
        self._pauses = facts.protocol is HttpVersion.HTTP_1_1  # no flow control of its own: reading pauses instead
        self._exchanges: dict[int, _Exchange] = {}
        self._unflushed: list[_Exchange] = []
        self._unread = 0
        self._paused = False
        self._delivering = 0
        self._ended = False
        self._closed_here = False
        self._batch: asyncio.Future[None] | None = None  # until the next read has been dealt with
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf
        self._loop = asyncio.get_running_loop()
        stream.attach(self._received, self._lost)

    # --- the face ---

    @property
    def protocol(self) -> HttpVersion:
        return self.facts.protocol

    @property
    def free_streams(self) -> int:
        """How many requests may be sent right now."""
        return 0 if self.is_closed else self.engine.free_streams

    @property
    def is_closed(self) -> bool:
        """No request can be sent here ever again; open exchanges may still be finishing."""
        return self._ended or self._closed_here or self._stream.is_closing or self.engine.is_closed

    def send_request(self, head: RequestHead, sink: Sink, *, end: bool = True, deadline: float = inf) -> int:
        """Queue a request (``flush`` sends it) and return its stream id; ``sink`` gets its events. ``deadline`` is the
        clock time in ms at which the whole exchange fails with phase "total". Raises ``LocalProtocolError``."""
        if self._ended or self._closed_here or self._stream.is_closing:
            raise LocalProtocolError(f"the connection to {self.name} is closed; open another one")
        if self.forward is not None:
            origin, fields = self.forward
            target = "" if head.target == "*" else head.target
            head = replace(head, target=origin + target, fields=head.fields + fields)
        stream_id = self.engine.send_request(head, end=end)
        exchange = self._exchanges[stream_id] = _Exchange(sink, deadline)
        self._unflushed.append(exchange)
        return stream_id

    def send_data(self, stream_id: int, data: bytes, *, end: bool) -> None:
        """Queue request content. Nothing when the exchange is already over."""
        exchange = self._exchanges.get(stream_id)
        if exchange is not None:
            self.engine.send_data(stream_id, data, end=end)
            self._unflushed.append(exchange)

    def flush(self) -> float:
        """Hand everything queued to the transport in one write and return the clock time of it. The response deadline
        of each exchange that sent something begins here."""
        at = clock.now()
        data = self.engine.data_to_send()
        if data:
            self._stream.write(data)
        if self._unflushed:
            response_ms = self.limits.response_ms
            for exchange in self._unflushed:
                if not exchange.headed:
                    exchange.deadline = min(at + response_ms, exchange.total)
                    self._arm(exchange.deadline)
            self._unflushed.clear()
        return at

    async def drain(self, stream_id: int) -> None:
        """Wait until the peer's window takes more of this exchange's content, and the socket more of what was
        flushed. Returns when the exchange is over."""
        while stream_id in self._exchanges and self.engine.unsent(stream_id) > UNSENT_LIMIT:
            if self._batch is None:
                self._batch = self._loop.create_future()
            await asyncio.shield(self._batch)
        await self._stream.drain()

    def acknowledge(self, stream_id: int, size: int) -> None:
        """``size`` bytes of ``BodyData.flow`` were consumed: the peer may send as many again. What an exchange left
        unacknowledged when it ended needs no acknowledgement."""
        exchange = self._exchanges.get(stream_id)
        if exchange is None:
            return
        size = min(size, exchange.unread)
        exchange.unread -= size
        if exchange.unread <= 0:
            exchange.deadline = min(clock.now() + self.limits.idle_ms, exchange.total)
            if exchange.deadline < self._timer_at:
                self._arm(exchange.deadline)
        if self._pauses:
            self._release(size)
        else:
            self.engine.acknowledge(stream_id, size)
            if not self._delivering:
                self.flush()

    def cancel(self, stream_id: int) -> None:
        """Give up one exchange; its sink hears nothing more. An HTTP/1.1 connection ends with it."""
        exchange = self._exchanges.pop(stream_id, None)
        if exchange is None or self._ended:
            return
        if exchange.unread > 0:
            if self._pauses:
                self._release(exchange.unread)
            else:
                self.engine.acknowledge(stream_id, exchange.unread)
        self._deliver(self.engine.cancel(stream_id, clock.now()))

    def close(self) -> None:
        """Say goodbye and close. Exchanges still open fail with ``ConnectionLost``."""
        if self._closed_here or self._ended:
            self._stream.close()
            return
        self._closed_here = True
        self.engine.close()
        self.flush()
        self._stop_timer()
        self._stream.close()

    def abort(self) -> None:
        """Close at once, dropping what was queued."""
        self._closed_here = True
        self._stop_timer()
        self._stream.abort()

    async def wait_closed(self) -> None:
        """Until the socket is closed and the last event has been delivered."""
        await self._stream.wait_closed()

    # --- what the stream calls ---

    def _received(self, data: bytes, at: float) -> None:
        if not self._ended:
            self._deliver(self.engine.receive(data, at))
            if self._pauses and self._unread > UNREAD_LIMIT and not self._paused:
                self._paused = True
                self._stream.pause_reading()

    def _lost(self, error: FetcherError | None, at: float) -> None:
        self._stop_timer()
        if self._ended:
            return
        events = self.engine.receive_eof(at)
        if self._closed_here:
            here = ConnectionLost(f"the connection to {self.name} was closed on this side")
            events = [_broken(event, here, None) for event in events]
        elif error is not None:  # a broken connection ends no content, whatever the framing says
            events = [_broken(event, error, error) for event in events]
        elif self.facts.tls is None and self.forward is None and not self._stream.has_read:
            events = [self._perhaps_https(event) for event in events]
        elif self._stream.cut_short:
            events = [_cut_short(event) for event in events]
        self._deliver(events)
        if not self._ended:
            lost = error or ConnectionLost(f"the connection to {self.name} was closed")
            leftovers: list[WireEvent] = [ResponseFailed(number, at, lost) for number in self._exchanges]
            self._deliver([*leftovers, ConnectionEnded(at, None if self._closed_here else error)])

    def _deliver(self, events: list[WireEvent]) -> None:
        """Hand each event to its sink, then let ``on_batch`` and the engine send what they have."""
        self._delivering += 1
        try:
            for event in events:
                try:
                    self._hand_over(event)
                except Exception as error:
                    self._sink_failed(event, error)
        finally:
            self._delivering -= 1
            if not self._delivering:
                self._settle()

    def _sink_failed(self, event: WireEvent, error: Exception) -> None:
        """A fault of whoever listens must not cost the other exchanges theirs."""
        self._loop.call_exception_handler({"message": f"a sink failed on {event!r:.200}", "exception": error})

    def _hand_over(self, event: WireEvent) -> None:
        match event:
            case BodyData():
                exchange = self._exchanges.get(event.stream_id)
                if exchange is None:  # given up in the meantime: the connection's window still wants its bytes back
                    self.engine.acknowledge(event.stream_id, event.flow)
                    return
                exchange.unread += event.flow
                exchange.deadline = exchange.total  # while content waits for its consumer the peer owes nothing
                if self._pauses:
                    self._unread += event.flow
                exchange.sink(event)
            case ResponseHead():
                exchange = self._exchanges.get(event.stream_id)
                if exchange is not None:
                    exchange.headed = True
                    exchange.deadline = min(event.at + self.limits.idle_ms, exchange.total)
                    self._arm(exchange.deadline)
                    exchange.sink(event)
            case InterimResponse():
                exchange = self._exchanges.get(event.stream_id)
                if exchange is not None:
                    exchange.interims += 1
                    exchange.sink(event)
            case ResponseEnd() | ResponseFailed():
                exchange = self._exchanges.pop(event.stream_id, None)
                if exchange is not None:
                    if exchange.unread > 0:
                        if self._pauses:
                            self._release(exchange.unread)
                        else:
                            self.engine.acknowledge(event.stream_id, exchange.unread)
                    exchange.sink(event)
            case ConnectionEnded():
                self._ended = True
                self.on_event(event)
            case GoAwayReceived() | StreamLimitChanged():
                self.on_event(event)

    def _settle(self) -> None:
        if self._batch is not None:
            self._batch.set_result(None)
            self._batch = None
        self.on_batch()
        if not self._stream.is_closing:
            self.flush()
            if self._ended or (self.engine.is_closed and not self._exchanges):
                self._stop_timer()
                self._stream.close()

    def _release(self, size: int) -> None:
        self._unread -= size
        if self._paused and self._unread <= UNREAD_LIMIT // 2:
            self._paused = False
            self._stream.resume_reading()

    def _perhaps_https(self, event: WireEvent) -> WireEvent:
        """A server that closed on a cleartext request without a byte may have expected TLS."""
        if isinstance(event, ResponseFailed) and isinstance(event.error, ConnectionLost):
            asked = ConnectionLost(f"{str(event.error).rstrip('.')}; is this port https?")
            return replace(event, error=asked)
        return event

    # --- deadlines: one timer for all exchanges, set for the earliest, looked at again when it fires ---

    def _arm(self, deadline: float) -> None:
        if deadline < self._timer_at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = deadline
            delay = max(0.0, deadline - clock.now()) / 1000
            self._timer = self._loop.call_later(delay, self._expire)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timer_at = inf

    def _expire(self) -> None:
        self._timer = None
        self._timer_at = inf
        now = clock.now() + 0.5  # a loop's timer may fire a hair early
        late = [number for number, exchange in self._exchanges.items() if exchange.deadline <= now]
        self._delivering += 1
        try:
            for number in late:
                exchange = self._exchanges.get(number)
                if exchange is not None:
                    error = self._too_late(exchange, now)
                    self.cancel(number)
                    failed = ResponseFailed(number, clock.now(), error)
                    try:
                        exchange.sink(failed)
                    except Exception as fault:
                        self._sink_failed(failed, fault)
        finally:
            self._delivering -= 1
        if late and not self._delivering:
            self._settle()
        # Also where no new request may go, after GOAWAY: what is open can still be late.
        if self._exchanges and not (self._ended or self._stream.is_closing):
            self._arm(min(exchange.deadline for exchange in self._exchanges.values()))

    def _too_late(self, exchange: _Exchange, now: float) -> DeadlineExceeded:
        if exchange.total <= now:
            return DeadlineExceeded(f"the exchange with {self.name} was not over in the time allowed in all", "total")
        if exchange.headed:
            return DeadlineExceeded(f"{self.name} sent no content for {self.limits.idle_ms:g} ms", "body")
        seen = f" (after {exchange.interims} interim responses)" if exchange.interims else ""
        return DeadlineExceeded(
            f"{self.name} sent no final response within {self.limits.response_ms:g} ms{seen}", "response"
        )


def _cut_short(event: WireEvent) -> WireEvent:
    """RFC 9112 9.8 calls content that ends with the connection complete only after TLS's close_notify. Many servers
    never send one, and Chromium takes the end for one: so do we, and name it."""
    if isinstance(event, ResponseEnd):
        return replace(event, deviations=(*event.deviations, "no-close-notify"))
    return event


def _broken(event: WireEvent, error: FetcherError, ended: FetcherError | None) -> WireEvent:
    """``event`` of an end of input as it reads when the connection broke (``error``) rather than ended."""
    match event:
        case ResponseEnd():
            return ResponseFailed(event.stream_id, event.at, error)
        case ResponseFailed():
            return ResponseFailed(event.stream_id, event.at, error, event.processed)
        case ConnectionEnded():
            return ConnectionEnded(event.at, ended)
    return event
