"""One request and what comes back: the events queue between the connection's reader and the task that asked.

The reader only appends and wakes; everything a caller can observe (callbacks, chunks, errors) happens on the caller's
own task, so a callback may fetch over the same connection. Unread content waits here unacknowledged, which is what
slows the peer down. Request content is sent from here too, after a 100 when one was asked for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable
from math import inf

from fetcher import clock
from fetcher.errors import DeadlineExceeded, FetcherError, NetworkError
from fetcher.net.connection import Connection as NetConnection
from fetcher.terms import Fields
from fetcher.wire.events import (
    BodyData,
    InterimResponse,
    RequestHead,
    ResponseEnd,
    ResponseFailed,
    ResponseHead,
    StreamEvent,
)

OnInterim = Callable[[InterimResponse], Awaitable[object] | object]


class Exchange:
    """``over`` is True once the content is complete or will never be; ``owned`` makes the connection close with it.
    ``on_sent`` and ``on_over`` tell whoever shares the connection out."""

    __slots__ = (
        "_body", "_events", "_gathered", "_loop", "_net", "_upload", "_wait_for_100", "_waiter", "deadline",
        "deviations", "error", "interim", "on_over", "over", "owned", "request_start", "response_end", "start",
        "stream_id", "trailers", "transferred",
    )  # fmt: skip

    def __init__(self, net: NetConnection, *, deadline: float, owned: bool, start: float) -> None:
        self._net = net
        self._loop = asyncio.get_running_loop()
        self._events: deque[StreamEvent] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._gathered: list[bytes] | None = None
        self._body: bytes | AsyncIterable[bytes] | None = None
        self._wait_for_100: asyncio.TimerHandle | None = None
        self._upload: asyncio.Task[None] | None = None
        self.on_over: Callable[[], None] | None = None
        self.over = False
        self.owned = owned
        self.error: FetcherError | None = None
        self.interim: list[InterimResponse] = []
        self.deadline = deadline
        self.start = start
        self.request_start: float | None = None
        self.response_end: float | None = None
        self.trailers: Fields = ()
        self.deviations: tuple[str, ...] = ()
        self.transferred = 0
        self.stream_id = 0

    # --- sending ---

    def send(self, head: RequestHead, body: bytes | AsyncIterable[bytes] | None, expect_ms: float | None) -> None:
        """Queue the request. With ``expect_ms`` the content is held back until a 100 comes, or for that long; after a
        final status it is not sent at all (RFC 9110 10.1.1)."""
        no_body = body is None or body == b""
        self.stream_id = self._net.send_request(head, self.receive, end=no_body, deadline=self.deadline)
        if no_body:
            return
        self._body = body
        if expect_ms is None:
            try:
                self._send_body(flush=False)
            except BaseException:
                self.discard()
                raise
        else:
            self._wait_for_100 = self._loop.call_later(expect_ms / 1000, self._send_body)

    def _send_body(self, *, flush: bool = True) -> None:
        body, self._body = self._body, None
        self._stop_waiting_for_100()
        if body is None or self.over:
            return
        if isinstance(body, bytes):
            try:
                self._net.send_data(self.stream_id, body, end=True)
            except FetcherError as error:
                if not flush:
                    raise
                self._fail(error)  # it was held back, so nobody is here to hear it
                return
            if flush:
                self._net.flush()
        else:
            self._upload = self._loop.create_task(self._send_pieces(body))

    async def _send_pieces(self, pieces: AsyncIterable[bytes]) -> None:
        try:
            async for piece in pieces:
                self._net.send_data(self.stream_id, piece, end=False)
                self._net.flush()
                await self._net.drain(self.stream_id)
            self._net.send_data(self.stream_id, b"", end=True)
            self._net.flush()
        except Exception as error:  # the caller's own iterable failed, or broke its Content-Length
            if not self.over:
                failed = error if isinstance(error, FetcherError) else NetworkError(f"the request body failed: {error}")
                if failed is not error:
                    failed.__cause__ = error
                self._fail(failed)

    def _fail(self, error: FetcherError) -> None:
        """Our own content cannot be sent."""
        self._net.cancel(self.stream_id)
        self.receive(ResponseFailed(self.stream_id, clock.now(), error))

    def _stop_waiting_for_100(self) -> None:
        if self._wait_for_100 is not None:
            self._wait_for_100.cancel()
            self._wait_for_100 = None

    # --- the sink ---

    def receive(self, event: StreamEvent) -> None:
        """Called by the connection while it reads: never runs a caller's code."""
        kind = type(event)
        if kind is BodyData:
            assert isinstance(event, BodyData)
            self.transferred += len(event.data)
            if self._gathered is not None:
                self._gathered.append(event.data)
                self._net.acknowledge(event.stream_id, event.flow)
                return
        elif kind is ResponseEnd or kind is ResponseFailed:
            self._finish(event)
        elif self._body is not None:
            if isinstance(event, InterimResponse):
                if event.status == 100:
                    self._send_body()
            else:  # a final status in place of 100: the content stays here
                self._body = None
                self._stop_waiting_for_100()
        self._events.append(event)
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)

    def _finish(self, event: StreamEvent) -> None:
        self.over = True
        if isinstance(event, ResponseEnd):
            self.response_end = event.at
            self.trailers = event.trailers
            self.deviations = event.deviations
        self._tidy()
        if self.owned:
            self._net.close()
        if self.on_over is not None:
            self.on_over()

    def _tidy(self) -> None:
        self._body = None
        self._stop_waiting_for_100()
        if self._upload is not None and not self._upload.done():
            self._upload.cancel()

    # --- what the caller's task does ---

    @property
    def pending(self) -> bool:
        """Events have come that nobody has taken."""
        return bool(self._events)

    @property
    def decoded_limit(self) -> int | None:
        return self._net.limits.decoded_bytes

    async def next_event(self) -> StreamEvent:
        """The next event in order; raises the error of ``ResponseFailed``, again and again."""
        while not self._events:
            if self.error is not None:
                raise self.error
            await self._wait()
        return self._take()

    def _take(self) -> StreamEvent:
        event = self._events.popleft()
        if isinstance(event, ResponseFailed):
            self.error = event.error
            raise event.error
        return event

    async def _wait(self) -> None:
        waiter = self._waiter = self._loop.create_future()
        try:
            await waiter
        finally:
            self._waiter = None

    async def head(self, on_interim: OnInterim | None) -> ResponseHead:
        """The final head. Interim responses are kept, and given to ``on_interim`` before anything later is looked at;
        an error or a cancellation in it gives the exchange up."""
        try:
            while True:
                event = await self.next_event()
                if isinstance(event, InterimResponse):
                    self.interim.append(event)
                    if on_interim is not None:
                        result = on_interim(event)
                        if isinstance(result, Awaitable):
                            await self._within_deadline(result)
                else:
                    assert isinstance(event, ResponseHead)
                    return event
        except BaseException:
            self.discard()
            raise

    async def _within_deadline(self, awaitable: Awaitable[object]) -> None:
        if self.deadline == inf:
            await awaitable
            return
        try:
            async with asyncio.timeout((self.deadline - clock.now()) / 1000) as timeout:
                await awaitable
        except TimeoutError as error:
            if timeout.expired():
                raise DeadlineExceeded("the time allowed in all ran out in the on_interim callback", "total") from error
            raise

    async def gather(self) -> list[bytes]:
        """All content that is left, as it was transferred. Cancelled, it leaves everything to be read again."""
        pieces: list[bytes] = []
        events = self._events
        while True:
            while events:
                event = self._take()
                if isinstance(event, BodyData):
                    pieces.append(event.data)
                    self.consumed(event)
                else:
                    return pieces
            if self.error is not None:
                raise self.error
            if self.over:
                return pieces
            self._gathered = pieces  # the reader fills it from here, without waking anybody
            try:
                await self._wait()
            except BaseException:
                if pieces:  # it has been acknowledged already: a flow of 0
                    events.appendleft(BodyData(self.stream_id, clock.now(), b"".join(pieces), 0))
                raise
            finally:
                self._gathered = None

    def consumed(self, event: BodyData) -> None:
        """The caller has taken ``event``'s bytes: the peer may send as many again."""
        if not self.over:
            self._net.acknowledge(event.stream_id, event.flow)

    def discard(self) -> None:
        """Give up what has not come yet. On HTTP/1.1 the connection ends with it."""
        if not self.over:
            self.over = True
            self._tidy()
            self._net.cancel(self.stream_id)
            if self.on_over is not None:
                self.on_over()
            if self.owned:
                self._net.abort()

    def discard_later(self) -> None:
        """``discard`` from a finaliser, which may run in the middle of anything and on any thread."""
        if not self.over and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.discard)

    async def aclose(self) -> None:
        """Give up what has not come, and wait until what is ours alone is closed."""
        self.discard()
        if self._upload is not None and not self._upload.done():
            await asyncio.wait([self._upload])
        if self.owned:
            await self._net.wait_closed()
