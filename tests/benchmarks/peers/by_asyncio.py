"""asyncio and nothing else: the same bytes to and from the same server, in turn, on one connection."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

REQUEST = (
    b"GET /file/0 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
    b"User-Agent: fetcher\r\n\r\n"
)


class _Counting(asyncio.Protocol):
    """Wakes whoever waits at the end of each read."""

    def __init__(self) -> None:
        self.received = b""
        self.waiter: asyncio.Future[None] | None = None

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)


async def exchange_bytes(url: str, count: int) -> None:
    """``count`` exchanges; an answer is over when as many bytes are in as its Content-Length says."""
    where = urlsplit(url)
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_connection(_Counting, where.hostname, where.port)
    size = 0
    for _ in range(count):
        transport.write(REQUEST)
        while not protocol.received or len(protocol.received) < size:
            protocol.waiter = loop.create_future()
            await protocol.waiter
            if not size:
                head, _, _ = protocol.received.partition(b"\r\n\r\n")
                size = len(head) + 4 + int(head.lower().partition(b"content-length: ")[2].split()[0])
        protocol.received = b""
    transport.close()
