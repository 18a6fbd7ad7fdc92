"""A TCP relay in front of an origin that breaks one connection after a given number of the server's bytes.

It knows nothing of TLS or HTTP, so it can stop in the middle of a handshake, of a TLS record or of a frame.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from types import TracebackType
from typing import Literal, Self

How = Literal["close", "reset", "stall", "garbage"]


class Relay:
    """``after`` bytes of connection number ``which`` (from 0, in order of arrival) pass from the server, then ``how``
    happens. ``passed`` counts the server's bytes of that connection."""

    def __init__(self, to: int, how: How, after: int, which: int = 0) -> None:
        self.port = 0
        self.passed = 0
        self._to = to
        self._how = how
        self._after = after
        self._which = which
        self._count = 0
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        links = list(self._links)
        for link in links:
            link.end()
        await asyncio.gather(*(link.over for link in links))
        await self._server.wait_closed()

    def _accept(self) -> asyncio.Protocol:
        link = _Link(self, self._to, self._count == self._which)
        self._count += 1
        self._links.add(link)
        link.over.add_done_callback(lambda _: self._links.discard(link))
        return link.client

    def let_through(self, data: bytes) -> tuple[bytes, bool]:
        """What of the server's ``data`` may pass, and whether the fault is due after it."""
        room = self._after - self.passed
        self.passed += min(len(data), room)
        return data[:room], len(data) >= room

    def break_off(self, client: asyncio.Transport) -> None:
        match self._how:
            case "reset":
                end = client.get_extra_info("socket")
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.abort()
            case "garbage":
                client.write(b"\x00\xff garbage \x00\r\n\r\n" * 8)
            case "close":
                client.close()
            case "stall":
                pass


class _End(asyncio.Protocol):
    def __init__(self, link: _Link) -> None:
        self.link = link
        self.other: _End | None = None
        self.transport: asyncio.Transport | None = None
        self.waiting: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.link.joined(self)
        for data in self.waiting:
            transport.write(data)

    def send(self, data: bytes) -> None:
        if self.transport is None:
            self.waiting.append(data)
        elif not self.transport.is_closing():
            self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        self.link.received(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.link.lost(self)


class _Link:
    """One client's connection and the one to the server behind it."""

    def __init__(self, relay: Relay, to: int, is_faulty: bool) -> None:
        self._relay = relay
        self._faulty = is_faulty
        self._broken = False
        self._loop = asyncio.get_running_loop()
        self.over: asyncio.Future[None] = self._loop.create_future()
        self.client, self.server = _End(self), _End(self)
        self._dialling = self._loop.create_task(self._dial(to))

    async def _dial(self, to: int) -> None:
        await self._loop.create_connection(lambda: self.server, "127.0.0.1", to)

    def joined(self, end: _End) -> None:
        if end is self.client and self._faulty and not self._relay.let_through(b"")[1]:
            return
        if end is self.client and self._faulty:
            self._break()

    def received(self, end: _End, data: bytes) -> None:
        if self._broken:
            return
        if end is self.client:
            self.server.send(data)
            return
        due = False
        if self._faulty:
            data, due = self._relay.let_through(data)
        self.client.send(data)
        if due:
            self._break()

    def _break(self) -> None:
        self._broken = True
        if self.client.transport is not None:
            self._relay.break_off(self.client.transport)

    def lost(self, end: _End) -> None:
        """One side is gone: so is the other, except that a stalled client is not told of its server."""
        if end is self.client or not self._broken:
            self.end()
        if self.client.transport is None and self.server.transport is None and not self.over.done():
            self.over.set_result(None)

    def end(self) -> None:
        if not self._dialling.done():
            self._dialling.cancel()
        for end in (self.client, self.server):
            if end.transport is not None:
                end.transport.close()
        if self.client.transport is None and self.server.transport is None and not self.over.done():
            self.over.set_result(None)
