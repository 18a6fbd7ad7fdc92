"""Clients that know nothing of fetcher, to see what an origin puts on the wire: a bare socket, and the h2 package."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from fetcher.origin import Origin


@contextlib.asynccontextmanager
async def connected(origin: Origin, alpn: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A stream to ``origin``, over TLS when it has a certificate; closed at once on leaving."""
    context = None
    if origin.tls:
        assert origin.certificate is not None
        context = origin.certificate.client_context()
        context.set_alpn_protocols([alpn])
    reader, writer = await asyncio.open_connection(origin.host, origin.port, ssl=context)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def get(target: str, *fields: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: a.test", *fields, "", ""]).encode()


async def said(origin: Origin, request: bytes) -> bytes:
    """All that ``origin`` says to ``request`` until it closes."""
    async with connected(origin, "http/1.1") as (reader, writer):
        writer.write(request)
        return await reader.read()


async def answer_to(origin: Origin, target: str, method: str = "GET") -> bytes:
    """The answer to one request that asks for a close, without the field by which the origin agrees."""
    data = await said(origin, get(target, "Connection: close", method=method))
    return data.replace(b"connection: close\r\n", b"")


class H2Client:
    """One HTTP/2 connection of the h2 package; every event it gives is kept in ``events``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.events: list[h2.events.Event] = []
        self.error: h2.exceptions.ProtocolError | None = None
        self.ended = False
        self.connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="latin-1"))
        self._reader, self._writer = reader, writer
        self.connection.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self._writer.write(self.connection.data_to_send())

    def request(self, target: str, *fields: tuple[str, str], method: str = "GET", end: bool = True) -> int:
        stream_id: int = self.connection.get_next_available_stream_id()
        head = [(":method", method), (":scheme", "https"), (":authority", "a.test"), (":path", target), *fields]
        self.connection.send_headers(stream_id, head, end_stream=end)
        self.flush()
        return stream_id

    async def read(self, acknowledge: bool = True) -> bool:
        """One read from the socket; False once there is nothing more to come."""
        data = await self._reader.read(65_536)
        if not data:
            self.ended = True
            return False
        try:
            events = self.connection.receive_data(data)
        except h2.exceptions.ProtocolError as error:
            self.error = error
            return False
        for event in events:
            if acknowledge and isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.events += events
        self.flush()
        return True

    async def until(self, stream_id: int, *kinds: type[h2.events.Event]) -> None:
        """Read until one of ``kinds`` has come for ``stream_id``, or everything is over."""
        while not any(isinstance(e, kinds) and getattr(e, "stream_id", None) == stream_id for e in self.events):
            if not await self.read():
                return

    async def story(self, target: str, *, method: str = "GET") -> list[object]:
        """What came for a request, told shortly: 103, 200, b"content", ("trailer", "value"), "end", "reset 2"..."""
        stream_id = self.request(target, method=method)
        await self.until(stream_id, h2.events.StreamEnded, h2.events.StreamReset)
        return self.told(stream_id)

    def told(self, stream_id: int) -> list[object]:
        told: list[object] = []
        for event in self.events:
            if getattr(event, "stream_id", None) != stream_id:
                continue
            match event:
                case h2.events.InformationalResponseReceived() | h2.events.ResponseReceived():
                    told.append(int(event.headers[0][1]))  # :status, which nothing may come before
                case h2.events.DataReceived():
                    if told and isinstance(told[-1], bytes):
                        told[-1] += event.data
                    elif event.data:
                        told.append(event.data)
                case h2.events.TrailersReceived():
                    told += [*event.headers]
                case h2.events.StreamEnded():
                    told.append("end")
                case h2.events.StreamReset():
                    told.append(f"reset {int(event.error_code)}")
        return told


@contextlib.asynccontextmanager
async def h2_client(origin: Origin) -> AsyncIterator[H2Client]:
    async with connected(origin, "h2") as (reader, writer):
        yield H2Client(reader, writer)
