"""Reading content in awkward ways: cancelled half-way, decoded as it is taken, and given up in the middle."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

import fetcher
from fetcher.client import Response
from fetcher.errors import LimitExceeded
from fetcher.net import NetOptions
from fetcher.net.connection import UNREAD_LIMIT
from fetcher.net.options import HttpChoice
from fetcher.terms import Limits
from tests.support.loopback import HOST, Http2Server, ca_file, read_request, server_context, serving, settled


@asynccontextmanager
async def in_two(first: bytes, second: bytes, *fields: bytes) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A server whose content comes in two parts, the second when the event is set; gives its URL and the event."""
    go_on = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        size = b"Content-Length: %d" % len(first + second)
        writer.write(b"\r\n".join((b"HTTP/1.1 200 OK", size, *fields, b"", first)))
        await go_on.wait()
        writer.write(second)
        await reader.read()

    async with serving(handler) as port:
        yield f"http://127.0.0.1:{port}/", go_on


@pytest.mark.parametrize("then", ["read", "iterate"])
@pytest.mark.parametrize("coded", [False, True])
async def test_a_cancelled_read_loses_nothing(then: str, coded: bool) -> None:
    """What a read that was cancelled had taken is there for the next one, which would else end early unnoticed."""
    body = gzip.compress(b"hello world", mtime=0) if coded else b"hello world"
    fields = (b"Content-Encoding: gzip",) if coded else ()
    async with in_two(body[:5], body[5:], *fields) as (url, go_on):
        got = await fetcher.fetch(url)
        reading = asyncio.create_task(got.read())
        await settled(lambda: got.transferred == 5)
        await settled(lambda: False, steps=3)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        go_on.set()
        content = await got.read() if then == "read" else b"".join([piece async for piece in got])
        assert content == b"hello world"


@pytest.mark.parametrize("http", ["1.1", "2"])
async def test_content_that_waited_until_the_server_could_send_no_more(http: HttpChoice) -> None:
    """What had filled every window when ``read`` was called is given back, and the rest comes."""
    body = bytes(9_000_000)

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    handler = plain if http == "1.1" else Http2Server(lambda peer, number, _: peer.respond(number, body))
    full = 6 * 1024 * 1024 if http == "2" else UNREAD_LIMIT
    async with serving(handler, tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        got = await fetcher.fetch(f"https://{HOST}:{port}/", options=options, http=http, timeout=10)
        assert await settled(lambda: got.transferred >= full)
        assert got.transferred < len(body)
        assert await got.read() == body


async def test_coded_content_is_decoded_as_it_is_taken() -> None:
    """A few bytes that unpack to 64 MB cost who iterates over them a piece at a time, and end where they stop."""
    bomb = gzip.compress(bytes(64_000_000), mtime=0)
    async with in_two(bomb, b"", b"Content-Encoding: gzip") as (url, _):
        got = await fetcher.fetch(url)
        await settled(lambda: got.is_complete)
        tracemalloc.start()
        try:
            for _ in range(10):
                assert 0 < len(await anext(got)) <= 262_144
            assert tracemalloc.get_traced_memory()[1] < 4_000_000
        finally:
            tracemalloc.stop()
        rest = await got.read()
        assert 61_000_000 < len(rest) < 64_000_000


async def test_the_limit_on_decoded_bytes_comes_after_the_pieces_before_it() -> None:
    """Who iterates gets what is within the limit, then the error, again and again."""
    bomb = gzip.compress(bytes(1_000_000), mtime=0)
    async with in_two(bomb, b"", b"Content-Encoding: gzip") as (url, _):
        got = await fetcher.fetch(url, limits=Limits(decoded_bytes=300_000))
        assert await _until_it_raises(got) == 300_000
        with pytest.raises(LimitExceeded):
            await got.read()


async def _until_it_raises(got: Response) -> int:
    sizes: list[int] = []

    async def iterate() -> None:
        while True:
            sizes.append(len(await anext(got)))

    with pytest.raises(LimitExceeded, match="300000"):
        await iterate()
    return sum(sizes)
