"""One client's connection: stamps what arrives, finds each request's answer and has it performed.

``Connection`` is asyncio's end of the socket; a speaker says HTTP/1.1 on it (``speaker_http1``) or HTTP/2
(``speaker_http2``). An end of file from the client counts as the client gone: its answers stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Coroutine
from typing import Any, Protocol

from fetcher import clock
from fetcher.origin.log import ConnectionClosed, ConnectionOpened, Log, RequestArrived
from fetcher.origin.script import Answer, RequestSeen, Site, text


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
        reason = None if exc is None else str(exc) or type(exc).__name__
        self.host.log.add(ConnectionClosed(clock.now(), self.number, self.protocol, reason))
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
        # Here, for the speakers know connections; and cleartext alone has no use for jh2.
        if protocol == "h2":
            from fetcher.origin.speaker_http2 import Http2Speaker

            self._speaker = Http2Speaker(self)
        else:
            from fetcher.origin.speaker_http1 import Http1Speaker

            self._speaker = Http1Speaker(self)
        self._speaker.start()

    def _wake(self) -> None:
        if self._progress is not None:
            self._progress.set_result(None)
            self._progress = None

    def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
