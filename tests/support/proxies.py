"""Proxies on loopback: they answer CONNECT with scripted bytes, then relay; and forward absolute-form requests."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.support.loopback import read_request

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass
class ScriptedProxy:
    """A handler for ``loopback.serving``. CONNECT is answered with ``answers``, one write each, then bytes go to
    and from 127.0.0.1 at the port asked for (``then`` False: nothing more happens). ``heads``: what it was asked."""

    answers: tuple[bytes, ...] = (ESTABLISHED,)
    then: bool = True
    heads: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_request(reader)
        self.heads.append(head)
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        if method == "CONNECT":
            for answer in self.answers:
                writer.write(answer)
                await writer.drain()
            port = int(target.rpartition(":")[2])
            first = b""
        else:
            parts = urlsplit(target)
            port = parts.port or 80
            first = head.replace(target.encode(), target.partition(parts.netloc)[2].encode() or b"/", 1)
        if self.then:
            upstream = await asyncio.open_connection("127.0.0.1", port)
            upstream[1].write(first)
            await relay(reader, writer, *upstream)

    def fields(self, number: int = 0) -> dict[str, str]:
        """The field lines of one request, names in lower case."""
        lines = self.heads[number].decode().split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}


async def relay(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    up_reader: asyncio.StreamReader,
    up_writer: asyncio.StreamWriter,
) -> None:
    """Both ways until either side closes; the upstream connection is closed at the end."""

    async def one_way(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()

    ways = [asyncio.ensure_future(one_way(*way)) for way in ((reader, up_writer), (up_reader, writer))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        up_writer.close()  # before anything is awaited: the handler itself may be cancelled a second time
        await asyncio.wait(ways)
        with suppress(ConnectionError):
            await up_writer.wait_closed()
