"""``connect``: keep-alive, many exchanges at once, waiting for streams, and what happens when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import h2.settings
import pytest

import fetcher
from fetcher.client import Connection
from fetcher.errors import ConnectionLost, DeadlineExceeded, LocalProtocolError, StreamReset, UsageError
from fetcher.net import NetOptions
from fetcher.terms import HttpVersion
from tests.support.loopback import (
    EARLY,
    HOST,
    OK,
    Handler,
    Http2Peer,
    Http2Server,
    answering,
    ca_file,
    read_request,
    server_context,
    serving,
    settled,
)


@asynccontextmanager
async def plain(handler: Handler) -> AsyncIterator[Connection]:
    async with serving(handler) as port, fetcher.connect(f"http://127.0.0.1:{port}") as connection:
        yield connection


@asynccontextmanager
async def multiplexed(server: Http2Server) -> AsyncIterator[Connection]:
    async with serving(server, tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        async with fetcher.connect(f"https://{HOST}:{port}/", options=options) as connection:
            yield connection


async def test_keep_alive_after_a_103() -> None:
    """One connection serves request after request, a 103 before each (EH 1.6)."""
    async with plain(answering(*[EARLY + OK] * 3)) as connection:
        for _ in range(3):
            got = await connection.request("GET", "/")
            assert [interim.status for interim in got.interim] == [103]
            assert await got.read() == b"ok"
        assert connection.http_version is HttpVersion.HTTP_1_1
        assert connection.facts.address == "127.0.0.1"
        assert "http/1.1 to http://127.0.0.1" in repr(connection)


async def test_http1_is_busy_until_the_content_is_complete() -> None:
    """A second request on unread content raises; after reading it goes."""
    big = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + bytes(900_000)
    async with plain(answering(big, OK)) as connection:
        first = await connection.request()
        assert not connection.is_free
        with pytest.raises(LocalProtocolError, match="is busy: read the previous response to its end"):
            await connection.request()
        assert len(await first.read()) == 900_000
        assert connection.is_free
        assert await (await connection.request()).read() == b"ok"


async def test_closing_unread_http1_content_ends_the_connection() -> None:
    """HTTP/1.1 cannot skip content, so aclose costs the connection, which then says so."""
    big = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + bytes(900_000)
    async with plain(answering(big, OK)) as connection:
        await (await connection.request()).aclose()
        assert connection.is_closed
        with pytest.raises(ConnectionLost, match="nothing was sent; open another"):
            await connection.request()


async def test_targets() -> None:
    """A path, a URL of this origin, never a URL of another."""
    paths: list[str] = []

    def answer(peer: Http2Peer, stream_id: int, path: str) -> None:
        paths.append(path)
        peer.respond(stream_id)

    async with multiplexed(Http2Server(answer)) as connection:
        got = await connection.request("GET", "/a?b#c")
        assert got.url.endswith("/a?b")
        await got.read()
        await (await connection.request("GET", got.url + "&d")).read()
        with pytest.raises(UsageError, match=r"is not of https://shop\.test"):
            await connection.request("GET", "https://other.test/")
    assert paths == ["/a?b", "/a?b&d"]


async def test_many_at_once_leave_in_one_write() -> None:
    """Sixty concurrent requests share one connection; those made in one step go out together."""
    server = Http2Server(lambda peer, number, path: peer.respond(number, path.encode() * 200))
    async with multiplexed(server) as connection:
        await (await connection.request()).read()
        writes: list[int] = []
        write = connection._net._stream.write
        connection._net._stream.write = lambda data: (writes.append(len(data)), write(data))[1]  # type: ignore[method-assign, func-returns-value]

        async def one(number: int) -> bytes:
            return await (await connection.request("GET", f"/{number:02}")).read()

        contents = await asyncio.gather(*(one(number) for number in range(60)))
        assert contents == [b"/%02d" % number * 200 for number in range(60)]
        assert sum(size > 60 for size in writes) == 1
    assert server.connections == 1


async def test_waiting_for_a_free_stream() -> None:
    """More requests than the server allows at once wait their turn, and a turn that never comes hits the deadline."""
    at_once = 0
    most = 0

    def answer(peer: Http2Peer, stream_id: int, path: str) -> None:
        nonlocal at_once, most
        if stream_id == 1:
            peer.h2.update_settings({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 2})
            peer.respond(stream_id)
            return
        at_once += 1
        most = max(most, at_once)

        def respond() -> None:
            nonlocal at_once
            at_once -= 1
            peer.respond(stream_id)
            peer.flush()

        if path != "/never":
            asyncio.get_running_loop().call_later(0.002, respond)

    async with multiplexed(Http2Server(answer)) as connection:
        await (await connection.request()).read()
        assert await settled(lambda: connection._net.free_streams == 2)

        async def one() -> bytes:
            return await (await connection.request()).read()

        assert await asyncio.gather(*(one() for _ in range(7))) == [b"ok"] * 7
        assert most == 2
        stuck = [asyncio.create_task(connection.request("GET", "/never")) for _ in range(2)]
        await settled(lambda: connection._net.free_streams == 0)
        with pytest.raises(DeadlineExceeded, match="no further stream"):
            await connection.request(timeout=0.01)
        waiting = asyncio.create_task(connection.request())
        await settled(lambda: False, steps=3)
        stuck.pop().cancel()
        assert await (await waiting).read() == b"ok"
        stuck.pop().cancel()
        await settled(lambda: False, steps=3)


@pytest.mark.parametrize("how", ["refused", "cancelled"])
async def test_a_turn_that_is_not_taken_goes_to_the_next(how: str) -> None:
    """Who is woken for a free stream and then sends nothing, a bad field or a cancellation, leaves it to who waits."""
    held_back: list[tuple[Http2Peer, int]] = []

    def answer(peer: Http2Peer, stream_id: int, path: str) -> None:
        if stream_id == 1:
            peer.h2.update_settings({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 1})
        if path == "/held":
            held_back.append((peer, stream_id))
        else:
            peer.respond(stream_id)

    async with multiplexed(Http2Server(answer)) as connection:
        await (await connection.request()).read()
        assert await settled(lambda: connection._net.free_streams == 1)
        if how == "cancelled":  # in the very step that wakes it
            wake = connection._free_slot
            connection._free_slot = lambda: (wake(), first.cancel())[0]  # type: ignore[method-assign]
        held = asyncio.create_task(connection.request("GET", "/held"))
        assert await settled(lambda: bool(held_back))
        headers = {"bad name": "x"} if how == "refused" else None
        first = asyncio.create_task(connection.request("GET", "/first", headers=headers))
        await settled(lambda: len(connection._slots) == 1)
        second = asyncio.create_task(connection.request("GET", "/second"))
        await settled(lambda: len(connection._slots) == 2)
        peer, stream_id = held_back[0]
        peer.respond(stream_id)
        peer.flush()
        assert await (await held).read() == b"ok"
        with pytest.raises(LocalProtocolError if how == "refused" else asyncio.CancelledError):
            await first
        assert await (await asyncio.wait_for(second, 2)).read() == b"ok"


async def test_closing_fails_what_is_open_and_who_waits() -> None:
    """After close every open exchange raises ConnectionLost and nothing hangs."""
    async with multiplexed(Http2Server(lambda *_: None)) as connection:
        asked = asyncio.create_task(connection.request())
        await settled(lambda: False, steps=5)
        connection.close()
        with pytest.raises(ConnectionLost):
            await asked
        with pytest.raises(ConnectionLost):
            await connection.request()


async def test_one_reset_stream_is_its_own_matter() -> None:
    """RST_STREAM fails one exchange; the connection and the others go on."""

    def answer(peer: Http2Peer, stream_id: int, path: str) -> None:
        if path == "/bad":
            peer.h2.reset_stream(stream_id, 2)
        else:
            peer.respond(stream_id)

    async with multiplexed(Http2Server(answer)) as connection:
        bad, good = await asyncio.gather(
            connection.request("GET", "/bad"), connection.request("GET", "/good"), return_exceptions=True
        )
        assert isinstance(bad, StreamReset)
        assert bad.code == 2
        assert isinstance(good, fetcher.Response)
        assert await good.read() == b"ok"


async def test_closing_unread_http2_content_resets_its_stream_only() -> None:
    """aclose on HTTP/2 leaves the connection to the others."""
    server = Http2Server(lambda peer, number, path: peer.respond(number, bytes(9_000_000) if path == "/big" else b"ok"))
    async with multiplexed(server) as connection:
        for _ in range(4):  # more than the connection's window in all
            await (await connection.request("GET", "/big")).aclose()
        assert await (await connection.request()).read() == b"ok"
        assert await settled(lambda: len(server.peers[0].resets) == 4)


async def test_awaiting_connect_gives_a_connection_to_close_oneself() -> None:
    """``await connect(url)`` without ``async with``."""
    async with serving(answering(OK)) as port:
        connection = await fetcher.connect(f"http://127.0.0.1:{port}")
        assert await (await connection.request()).read() == b"ok"
        await connection.aclose()
        assert connection.is_closed


async def test_responses_after_which_the_server_closes() -> None:
    """Connection: close completes the response and closes the connection."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
        await reader.read()

    async with plain(handler) as connection:
        assert await (await connection.request()).read() == b"ok"
        assert connection.is_closed
