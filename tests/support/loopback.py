"""Tiny scripted servers on loopback for the tests of ``net`` and ``client``: raw HTTP/1.1 bytes, and HTTP/2 through
the ``h2`` package, over TLS from a throw-away authority."""

from __future__ import annotations

import asyncio
import atexit
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import gettempdir

import h2.config
import h2.connection
import h2.events
import trustme

HOST = "shop.test"


@cache
def authority() -> trustme.CA:
    return trustme.CA()


@cache
def ca_file() -> str:
    """The authority's certificate as a file (one a process, in the temporary folder)."""
    path = Path(gettempdir()) / f"fetcher-tests-ca-{os.getpid()}.pem"
    authority().cert_pem.write_to_path(str(path))
    atexit.register(path.unlink, missing_ok=True)
    return str(path)


def server_context(*names: str, alpn: tuple[str, ...] = ("h2", "http/1.1"), **kwargs: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(*(names or (HOST, "127.0.0.1")), **kwargs).configure_cert(context)  # type: ignore[arg-type]
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(
    handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[int]:
    """A server running ``handler`` for each connection; gives its port, and ends what it started."""
    running: set[asyncio.Task[None]] = set()
    ending = False

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await handler(reader, writer)
        finally:
            writer.close()
            if ending:
                writer.transport.abort()
            else:
                with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                    await writer.wait_closed()
            running.discard(task)

    server = await asyncio.start_server(handle, host, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        ending = True
        server.close()
        for _ in range(5):  # handlers of connections just accepted start in the next turns
            await asyncio.sleep(0)
            while running:
                for task in running:
                    task.cancel()
                await asyncio.wait(list(running), timeout=0.1)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One request head, without its content."""
    return await reader.readuntil(b"\r\n\r\n")


def answering(*answers: bytes) -> Handler:
    """Each request head gets the next of ``answers``; after the last the connection closes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await read_request(reader)
            writer.write(answer)
            await writer.drain()

    return handler


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n"


@dataclass
class Http2Server:
    """Answers each request with ``answer(server, stream_id, path)`` on the ``h2`` connection; counts connections."""

    answer: Callable[[Http2Peer, int, str], None]
    connections: int = 0
    peers: list[Http2Peer] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        peer = Http2Peer(writer)
        self.peers.append(peer)
        while data := await reader.read(65_536):
            for event in peer.h2.receive_data(data):
                match event:
                    case h2.events.RequestReceived():
                        path = dict(event.headers)[b":path"].decode()
                        peer.paths.append(path)
                        self.answer(peer, event.stream_id, path)
                    case h2.events.DataReceived():
                        peer.content[event.stream_id] = peer.content.get(event.stream_id, b"") + event.data
                        peer.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    case h2.events.StreamReset():
                        peer.resets.append(event.stream_id)
                    case h2.events.StreamEnded():
                        peer.ended.append(event.stream_id)
                        if peer.on_end is not None:
                            peer.on_end(event.stream_id)
                    case h2.events.WindowUpdated():
                        peer.pump()
            peer.flush()
            await writer.drain()


class Http2Peer:
    """One connection of an ``Http2Server``, with the few verbs a script needs."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=None))
        self.h2.initiate_connection()
        self.writer = writer
        self.paths: list[str] = []
        self.content: dict[int, bytes] = {}
        self.resets: list[int] = []
        self.ended: list[int] = []
        self.on_end: Callable[[int], None] | None = None
        self._unsent: dict[int, bytes] = {}
        self.flush()

    def interim(self, stream_id: int, status: int = 103, *fields: tuple[str, str]) -> None:
        self.h2.send_headers(stream_id, [(":status", str(status)), *fields])

    def respond(self, stream_id: int, body: bytes = b"ok", status: int = 200, *fields: tuple[str, str]) -> None:
        self.h2.send_headers(stream_id, [(":status", str(status)), *fields])
        self._unsent[stream_id] = body
        self.pump()

    def pump(self) -> None:
        """Send what the client's windows allow of each content."""
        for stream_id, body in list(self._unsent.items()):
            if stream_id in self.resets:
                del self._unsent[stream_id]
                continue
            while True:
                size = min(self.h2.local_flow_control_window(stream_id), self.h2.max_outbound_frame_size, len(body))
                if body and size <= 0:
                    self._unsent[stream_id] = body
                    break
                piece, body = body[:size], body[size:]
                self.h2.send_data(stream_id, piece, end_stream=not body)
                if not body:
                    del self._unsent[stream_id]
                    break

    def flush(self) -> None:
        if data := self.h2.data_to_send():
            self.writer.write(data)


def open_descriptors() -> int:
    """How many file descriptors this process has open (0 where the system does not say)."""
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.is_dir() else 0


async def settled(check: Callable[[], bool], *, steps: int = 400) -> bool:
    """Turn the loop until ``check`` holds; False when it does not within ``steps`` turns (a quarter of a second)."""
    for step in range(steps):
        if check():
            return True
        await asyncio.sleep(0 if step < steps // 2 else 0.001)
    return check()
