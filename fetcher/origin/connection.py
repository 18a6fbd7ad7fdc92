"""One client's connection: stamps what arrives, finds each request's answer and has it performed.

``Connection`` is asyncio's end of the socket; a speaker says HTTP/1.1 on it, or HTTP/2 (``speaker_http2``). An end of
file from the client counts as the client gone: its answers stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from fetcher import clock
from fetcher.origin.http1 import (
    BadRequest,
    Content,
    Framing,
    RequestEnded,
    RequestReader,
    RequestStarted,
    chunk,
    framing,
    head_bytes,
    last_chunk,
)
from fetcher.origin.log import ConnectionClosed, ConnectionOpened, Log, RequestArrived
from fetcher.origin.perform import Exchange, perform
from fetcher.origin.script import Answer, RequestSeen, Site, text
from fetcher.terms import Fields


class Host(Protocol):
    """What a connection needs of the origin it belongs to. ``site`` is read at each request, so it may be changed."""

    site: Site
    log: Log
    http: tuple[str, ...]

    def opened(self, connection: Connection) -> None: ...

    def gone(self, connection: Connection) -> None: ...


class Speaker(Protocol):
    """A protocol on a connection."""

    def start(self) -> None: ...

    def receive(self, data: bytes, now: float) -> None: ...

    def flush(self) -> None:
        """The socket takes more: write what was held back."""


class Connection(asyncio.Protocol):
    """Reads, writes, back-pressure and the tasks of one socket. ``number`` is its name in the log."""

    def __init__(self, host: Host, number: int) -> None:
        self.host = host
        self.number = number
        self.protocol = ""
        self.scheme = "http"
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._speaker: Speaker | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._progress: asyncio.Future[None] | None = None
        self.paused = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.host.opened(self)
        tls = transport.get_extra_info("ssl_object")
        if isinstance(tls, ssl.SSLObject | ssl.SSLSocket):
            self.scheme = "https"
            self._speak(tls.selected_alpn_protocol() or "http/1.1")
        else:
            # In cleartext nothing is negotiated: HTTP/2 is spoken only where it alone is (prior knowledge).
            self._speak("h2" if self.host.http == ("h2",) else "http/1.1")

    def data_received(self, data: bytes) -> None:
        now = clock.now()
        if self._speaker is not None:
            self._speaker.receive(data, now)
        self._wake()

    def eof_received(self) -> None:
        self._stop_tasks()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_tasks()
        self.host.log.add(ConnectionClosed(clock.now(), self.number, self.protocol, str(exc) if exc else None))
        self.host.gone(self)
        if not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        if self._speaker is not None:
            self._speaker.flush()
        self._wake()

    # What speakers and the origin call.

    def write(self, data: bytes) -> float:
        """Hand ``data`` to the socket; the time just before."""
        at = clock.now()
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
        return at

    def close(self) -> None:
        """Close once everything written has left."""
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        """Close with a TCP reset, dropping what has not left."""
        if self._transport is None:
            return
        end = self._transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def ended(self) -> None:
        """Until the socket is closed and every task of this connection is over."""
        await self._lost
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run ``work`` until it ends or the client goes."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def writable(self) -> None:
        while self.paused:
            await self.progress()

    async def progress(self) -> None:
        """Until something was read, or the socket takes more."""
        if self._progress is None:
            self._progress = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._progress)

    def answer(self, request: RequestSeen) -> Answer:
        """The site's answer; a 500 that shows the error when the script itself fails."""
        try:
            return self.host.site.answer(request)
        except Exception as error:
            return text(500, f"the script for {request.target} failed: {type(error).__name__}: {error}\n")

    def arrived(self, request: RequestSeen) -> None:
        entry = RequestArrived(
            request.at,
            self.number,
            request.stream,
            request.protocol,
            request.method,
            request.authority,
            request.target,
            request.fields,
        )
        self.host.log.add(entry)

    def _speak(self, protocol: str) -> None:
        if protocol not in self.host.http:
            self.abort()
            return
        self.protocol = protocol
        self.host.log.add(ConnectionOpened(clock.now(), self.number, protocol))
        if protocol == "h2":
            from fetcher.origin.speaker_http2 import Http2Speaker

            self._speaker = Http2Speaker(self)
        else:
            self._speaker = Http1Speaker(self)
        self._speaker.start()

    def _wake(self) -> None:
        if self._progress is not None:
            self._progress.set_result(None)
            self._progress = None

    def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()


@dataclass(slots=True)
class _Pending:
    """An HTTP/1.1 request whose content is arriving, or whose turn has not come."""

    head: RequestStarted
    seen: RequestSeen
    content: bytearray = field(default_factory=bytearray)
    complete: bool = False


class Http1Speaker:
    """HTTP/1.1 on a connection: requests answered in order, kept alive as they ask."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._reader = RequestReader()
        self._waiting: deque[_Pending | BadRequest] = deque()
        self._arriving: _Pending | None = None
        self._count = 0
        self._busy = False

    def start(self) -> None: ...

    def flush(self) -> None: ...

    def receive(self, data: bytes, now: float) -> None:
        for event in self._reader.receive(data):
            match event:
                case RequestStarted():
                    self._arriving = self._started(event, now)
                    if event.expects:
                        self._enqueue(self._arriving)
                case Content(piece):
                    assert self._arriving is not None
                    self._arriving.content += piece
                case RequestEnded():
                    assert self._arriving is not None
                    self._arriving.complete = True
                    if not self._arriving.head.expects:
                        self._enqueue(self._arriving)
                    self._arriving = None
                case BadRequest():
                    self._enqueue(event)

    def _started(self, head: RequestStarted, now: float) -> _Pending:
        self._count += 1
        seen = RequestSeen(
            now,
            self._connection.number,
            self._count,
            "http/1.1",
            head.method,
            head.scheme or self._connection.scheme,
            head.authority,
            head.target,
            head.fields,
        )
        self._connection.arrived(seen)
        return _Pending(head, seen)

    def _enqueue(self, pending: _Pending | BadRequest) -> None:
        self._waiting.append(pending)
        if not self._busy:
            self._busy = True
            self._connection.spawn(self._answer_all())

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                pending = self._waiting.popleft()
                if isinstance(pending, BadRequest):
                    message = f"{pending.message}\n".encode()
                    fields: Fields = (("content-type", "text/plain"), ("content-length", str(len(message))))
                    fields += (("connection", "close"),)
                    self._connection.write(head_bytes(pending.status, fields) + message)
                    self._connection.close()
                    return
                exchange = Http1Exchange(self._connection, pending)
                await perform(exchange, exchange.answer)
                if not exchange.keep_alive:
                    self._connection.close()
                    return
        finally:
            self._busy = False


class Http1Exchange(Exchange):
    """One HTTP/1.1 request and its answer's bytes."""

    def __init__(self, connection: Connection, pending: _Pending) -> None:
        seen = pending.seen
        if pending.content:
            seen = replace(seen, content=bytes(pending.content))
        super().__init__(seen, connection.host.log)
        self.answer = connection.answer(seen)
        self.keep_alive = pending.head.keep_alive
        self._connection = connection
        self._pending = pending
        self._framing = Framing.AS_WRITTEN
        self._held = b""
        self._last = seen.at

    def _write(self, data: bytes) -> float:
        self._last = self._connection.write(self._held + data)
        self._held = b""
        return self._last

    def interim(self, status: int, fields: Fields) -> None:
        self.sent(self._write(head_bytes(status, fields)), "interim", status)

    def head(self, status: int, fields: Fields, *, end: bool, hold: bool) -> None:
        self._framing, framed = framing(self.answer, status, fields, self._pending.head.version)
        if self._framing is Framing.CLOSE:
            self.keep_alive = False
        options = [value.lower() for name, value in fields if name.lower() == "connection"]
        if any("close" in value for value in options):
            self.keep_alive = False
        elif not self.keep_alive and not options:
            framed += (("connection", "close"),)
        data = head_bytes(status, framed)
        self.headed = True
        if hold and not self.bodiless:
            self._held += data
            self.sent(clock.now(), "head", status)
        else:
            self.sent(self._write(data), "head", status)

    def body(self, data: bytes, *, end: bool) -> None:
        if self._framing is Framing.NONE:
            data = b""
        elif self._framing is Framing.CHUNKED:
            data = chunk(data)
            if end:
                data += last_chunk()
                self.ended = True
        self._write(data)

    def trailers(self, fields: Fields) -> None:
        if self._framing is Framing.CHUNKED and not self.bodiless and not self.ended:
            self._write(last_chunk(fields))
        self.ended = True

    def raw(self, data: bytes) -> None:
        self.written_raw = True
        self.sent(self._write(data), "fault", detail="raw")

    def close(self) -> None:
        self.sent(self._write(b""), "fault", detail="close")
        self.keep_alive = False

    def reset(self, code: int) -> None:
        self.sent(clock.now(), "fault", detail="reset")
        self.keep_alive = False
        self._connection.reset()

    def go_away(self, code: int, processed: bool) -> None:
        self.keep_alive = False

    async def writable(self) -> None:
        await self._connection.writable()

    async def content(self) -> None:
        while not self._pending.complete:
            await self._connection.progress()

    def finish(self) -> None:
        if self._framing is Framing.CHUNKED and not self.ended and not self.bodiless:
            self._write(last_chunk())
        elif self._held:
            self._write(b"")
        if self.headed:
            self.sent(self._last, "end")
        elif not self.written_raw:
            # Interim responses and nothing after them: no client may wait on this connection for more.
            self.sent(clock.now(), "fault", detail="close")
            self.keep_alive = False
        if not self._pending.complete:
            # Answered without reading the content it announced: what comes next would be taken for a request.
            self.keep_alive = False
