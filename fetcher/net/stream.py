"""A byte stream over TCP or over our own TLS, with a synchronous face: ``write`` down, two callbacks up.

TLS is ``ssl.SSLObject`` between two memory BIOs above the same asyncio transport, so that TCP and TLS are timed apart
and bytes are stamped when they are read, before they are decrypted. One ``write`` is one ``transport.write``.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from fetcher import clock
from fetcher.errors import ConnectionLost, FetcherError, TLSFailed

READ_SIZE = 262_144
_LINGER = 1.0  # seconds a closing stream may take to hand its last bytes to the kernel
_BULK = 16_384  # reads from this size on are bulk transfer, which the kernel acknowledges soon enough by itself
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)

DataReceived = Callable[[bytes, float], None]
Closed = Callable[[FetcherError | None, float], None]


class _Shared(threading.local):
    """One plaintext buffer for every stream of a thread: it is filled and handed over in one step of the loop."""

    def __init__(self) -> None:
        self.plain = memoryview(bytearray(READ_SIZE))


_SHARED = _Shared()


class Stream(asyncio.Protocol):
    """``open_stream`` makes one; ``attach`` then says who gets the bytes. Nothing that arrives before is lost.

    ``cut_short`` once closed: the peer ended TCP without having ended TLS, so what had no other end may lack one.
    Not a ``BufferedProtocol``: what is read goes into events, which keep it, so a buffer would be one more copy."""

    def __init__(self) -> None:
        self._plain = _SHARED.plain
        self._transport: asyncio.Transport | None = None
        self._sock: socket.socket | None = None
        self._tls: ssl.SSLObject | None = None
        self._incoming: ssl.MemoryBIO | None = None
        self._outgoing: ssl.MemoryBIO | None = None
        self._handshake: asyncio.Future[None] | None = None
        self._on_data: DataReceived | None = None
        self._on_closed: Closed | None = None
        self._early: list[tuple[bytes, float]] = []
        self._read_at = 0.0
        self._ended_at: float | None = None  # when the peer's end was read, or the socket closed for another reason
        self._error: FetcherError | None = None
        self._lost = False
        self._closing = False
        self._goodbye = False
        self.cut_short = False
        self._waiters: list[asyncio.Future[None]] = []
        self._writable: asyncio.Future[None] | None = None
        self._linger: asyncio.TimerHandle | None = None

    # --- the face ---

    def attach(self, on_data: DataReceived, on_closed: Closed) -> None:
        """From now on ``on_data(data, at)`` gets what is read and ``on_closed(error, at)`` the end, once; error is None
        after a clean end. What came before is delivered now."""
        self._on_data, self._on_closed = on_data, on_closed
        early, self._early = self._early, []
        for data, at in early:
            on_data(data, at)
        if self._tls is not None:
            self._decrypt()
        if self._lost:
            on_closed(self._error, self._ended_at or clock.now())

    def write(self, data: bytes) -> None:
        """Hand ``data`` over in one piece. Nothing after the stream has closed."""
        transport = self._transport
        if transport is None or self._closing:
            return
        if self._tls is None:
            transport.write(data)
            return
        view = memoryview(data)
        try:
            while view:
                view = view[self._tls.write(view) :]
        except ssl.SSLError as error:
            self._fail(TLSFailed(f"TLS failed while sending: {error.reason or error}"))
            return
        self._send_encrypted()

    async def drain(self) -> None:
        """Wait until the transport's buffer is low enough for more."""
        if self._writable is not None:
            await asyncio.shield(self._writable)

    def pause_reading(self) -> None:
        if self._transport is not None and not self._closing:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._transport is not None and not self._closing:
            self._transport.resume_reading()

    @property
    def has_read(self) -> bool:
        """Whether the peer ever sent a byte."""
        return self._read_at > 0

    @property
    def is_closing(self) -> bool:
        return self._closing or self._lost

    def close(self) -> None:
        """Say goodbye in TLS, let what was written leave (for a second at most), then close."""
        transport = self._transport
        if transport is None or self._closing:
            return
        if self._tls is not None and self._handshake is None:
            with suppress(ssl.SSLError):  # "want read" once the close_notify is queued, which is all we send
                self._tls.unwrap()
            self._send_encrypted()
        self._closing = True
        transport.close()
        if transport.get_write_buffer_size():
            self._linger = asyncio.get_running_loop().call_later(_LINGER, transport.abort)

    def abort(self) -> None:
        """Close at once and drop what was not sent."""
        self._closing = True
        if self._transport is not None:
            self._transport.abort()

    async def wait_closed(self) -> None:
        """Until the socket is closed."""
        if not self._lost and self._transport is not None:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    async def start_tls(self, context: ssl.SSLContext, server_hostname: str) -> ssl.SSLObject:
        """Handshake; raises what ``ssl`` raises, or ``ConnectionLost`` when the peer hangs up in the middle."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        early, self._early = self._early, []
        for data, _ in early:  # whatever came before us is TLS's to judge, never content
            self._incoming.write(data)
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)
        self._handshake = asyncio.get_running_loop().create_future()
        try:
            self._shake()
            if self._lost and not self._handshake.done():
                raise self._error or ConnectionLost(f"{server_hostname} closed the connection before the TLS handshake")
            await self._handshake
        finally:
            self._handshake = None
        return self._tls

    # --- what asyncio calls ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._sock = transport.get_extra_info("socket")
        self._acknowledge_quickly()

    def data_received(self, data: bytes) -> None:
        at = self._read_at = clock.now()
        if len(data) < _BULK:
            self._acknowledge_quickly()
        if self._incoming is not None:
            self._incoming.write(data)
            if self._handshake is not None and not self._handshake.done():
                self._shake()
            elif self._on_data is not None:
                self._decrypt()
        elif self._on_data is not None:
            self._on_data(data, at)
        else:
            self._early.append((data, at))

    def eof_received(self) -> None:
        self._ended_at = clock.now()  # returning None closes the transport: nobody answers on half a connection

    def pause_writing(self) -> None:
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    def connection_lost(self, exc: Exception | None) -> None:
        self.cut_short = exc is None and self._tls is not None and not (self._goodbye or self._closing)
        self._lost = self._closing = True
        if exc is not None or self._ended_at is None:
            self._ended_at = clock.now()
        if exc is not None:
            self._error = self._error or ConnectionLost(f"the connection was lost ({_word(exc)})")
            self._error.__cause__ = exc
        if self._linger is not None:
            self._linger.cancel()
        self.resume_writing()
        if self._handshake is not None and not self._handshake.done():
            lost = self._error or ConnectionLost("the peer closed the connection in the middle of the TLS handshake")
            self._handshake.set_exception(lost)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        if self._on_closed is not None:
            self._on_closed(self._error, self._ended_at)

    # --- TLS ---

    def _shake(self) -> None:
        assert self._tls is not None
        assert self._handshake is not None
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._send_encrypted()
        except (ssl.SSLError, ssl.CertificateError) as error:
            self._send_encrypted()  # the alert that tells the server why
            if not self._handshake.done():
                self._handshake.set_exception(error)
        else:
            self._send_encrypted()
            if not self._handshake.done():
                self._handshake.set_result(None)

    def _decrypt(self) -> None:
        """Hand over every whole record that has come, gathered into as few pieces as the buffer allows."""
        tls, plain = self._tls, self._plain
        assert tls is not None
        more, goodbye = True, False
        error: TLSFailed | None = None
        while more and self._on_data is not None:
            filled = 0
            try:
                while filled < READ_SIZE:
                    size = cast("int", tls.read(READ_SIZE - filled, plain[filled:]))
                    if not size:  # close_notify
                        more, goodbye = False, True
                        break
                    filled += size
            except ssl.SSLWantReadError:
                more = False
            except ssl.SSLZeroReturnError:
                more, goodbye = False, True
            except ssl.SSLError as fault:
                more = False
                error = TLSFailed(_alert(fault))
            if filled:
                self._on_data(bytes(plain[:filled]), self._read_at)
        if goodbye and self._ended_at is None:
            self._ended_at = self._read_at
        if error is not None:
            self._fail(error)
        elif goodbye:
            self._goodbye = True
            self.close()
        if self._outgoing is not None and self._outgoing.pending:
            self._send_encrypted()

    def _send_encrypted(self) -> None:
        if self._outgoing is not None and self._outgoing.pending and self._transport is not None and not self._closing:
            self._transport.write(self._outgoing.read())

    def _fail(self, error: FetcherError) -> None:
        self._error = self._error or error
        self.abort()

    def _acknowledge_quickly(self) -> None:
        """TCP_QUICKACK wears off, so it is set again while heads are awaited: a Node server's 103 came 42 ms late to a
        client that delayed its acknowledgements."""
        if _QUICKACK is not None and self._sock is not None:
            try:
                self._sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            except OSError:
                self._sock = None  # the socket is closed, or is no TCP socket


def _alert(fault: ssl.SSLError) -> str:
    if "CERTIFICATE_REQUIRED" in (fault.reason or ""):  # in TLS 1.3 a server says so after the handshake
        return "the server wants a client certificate (--cert and --key)"
    return f"TLS failed while receiving: {fault.reason or fault}"


def _word(error: Exception) -> str:
    if isinstance(error, ConnectionResetError):
        return "reset by the peer"
    if isinstance(error, BrokenPipeError):
        return "the peer had closed it"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__


async def open_stream(sock: socket.socket) -> Stream:
    """A stream over a connected socket, which it owns from here on, whatever way this ends."""
    stream = Stream()
    try:
        await asyncio.get_running_loop().create_connection(lambda: stream, sock=sock)
    except BaseException:
        stream.abort()
        if stream._transport is None:
            sock.close()
        raise
    return stream
