"""The three views of an interim response: the callback, the event iterator, and the tuple on the response."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

import fetcher
from fetcher.errors import ConnectionLost
from fetcher.net import NetOptions
from fetcher.wire.events import BodyData, InterimResponse, ResponseEnd, ResponseHead
from tests.support.loopback import (
    EARLY,
    HOST,
    OK,
    Http2Peer,
    Http2Server,
    answering,
    ca_file,
    open_descriptors,
    read_request,
    server_context,
    serving,
    settled,
)


async def test_a_sync_callback_sees_each_interim_response() -> None:
    """Every 1xx, in order, before fetch returns; the class is the wire's, exported by fetcher."""
    seen: list[InterimResponse] = []
    answer = b"HTTP/1.1 102 Processing\r\n\r\n" + EARLY + b"HTTP/1.1 199 What\r\nA: b\r\n\r\n" + OK
    async with serving(answering(answer)) as port:
        got = await fetcher.fetch(f"http://127.0.0.1:{port}/", on_interim=seen.append)
        assert [interim.status for interim in seen] == [102, 103, 199]
        assert got.interim == tuple(seen)
        assert all(isinstance(interim, fetcher.InterimResponse) for interim in seen)
        assert seen[1].raw == EARLY
        await got.read()


async def test_an_async_callback_runs_on_the_callers_task_before_later_events() -> None:
    """While the callback waits nothing later of its exchange is delivered, though all of it has been read."""
    order: list[str] = []
    asking = asyncio.current_task()

    async def on_interim(interim: InterimResponse) -> None:
        assert asyncio.current_task() is asking
        order.append("103 in")
        await asyncio.sleep(0.005)
        order.append("103 out")

    async with serving(answering(EARLY + EARLY + OK)) as port:
        got = await fetcher.fetch(f"http://127.0.0.1:{port}/", on_interim=on_interim)
        order.append("head")
        await got.read()
        assert order == ["103 in", "103 out", "103 in", "103 out", "head"]
        assert got.interim[0].at == got.times.final_response_headers_start  # stamped when read, not when told


async def test_a_callback_may_fetch_over_the_same_http2_connection() -> None:
    """The reader is never blocked by a callback, so what the 103 names can be had before the final response."""

    def answer(peer: Http2Peer, stream_id: int, path: str) -> None:
        if path == "/":
            peer.interim(stream_id, 103, ("link", "</a.css>; rel=preload; as=style"))
        else:
            peer.respond(stream_id, b"css")
            peer.respond(1, b"page")

    server = Http2Server(answer)
    async with serving(server, tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        async with fetcher.connect(f"https://{HOST}:{port}", options=options) as connection:
            sheets: list[bytes] = []

            async def on_interim(interim: InterimResponse) -> None:
                sheets.append(await (await connection.request("GET", "/a.css")).read())

            got = await connection.request("GET", "/", on_interim=on_interim)
            assert sheets == [b"css"]
            assert await got.read() == b"page"
    assert server.connections == 1


@pytest.mark.parametrize("error", [ZeroDivisionError, TimeoutError, asyncio.CancelledError])
@pytest.mark.parametrize("is_async", [False, True])
async def test_a_callback_that_raises_gives_the_exchange_up(error: type[BaseException], is_async: bool) -> None:
    """The caller gets its own exception, a TimeoutError too, and no connection stays open."""

    async def raises() -> None:
        raise error

    def on_interim(_: InterimResponse) -> Awaitable[None] | None:
        if is_async:
            return raises()
        raise error

    async with serving(answering(EARLY + OK)) as port:
        before = open_descriptors()
        with pytest.raises(error):
            await fetcher.fetch(f"http://127.0.0.1:{port}/", on_interim=on_interim)
        assert await settled(lambda: open_descriptors() <= before)


async def test_the_event_iterator_tells_the_exchange_as_it_was() -> None:
    """Interim responses, head, content as transferred, end; then the connection is free again."""
    async with serving(answering(EARLY + OK, OK)) as port, fetcher.connect(f"http://127.0.0.1:{port}") as connection:
        events = connection.events("GET", "/")
        told = [event async for event in events]
        assert [type(event) for event in told] == [InterimResponse, ResponseHead, BodyData, ResponseEnd]
        assert events.exchange is not None
        assert events.exchange.request_start is not None
        assert connection.is_free
        assert await (await connection.request()).read() == b"ok"


async def test_the_event_iterator_consumes_as_it_is_asked() -> None:
    """A large body flows through it whole, and failures raise."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + bytes(2_000_000))
        await read_request(reader)
        writer.write(EARLY)

    async with serving(handler) as port, fetcher.connect(f"http://127.0.0.1:{port}") as connection:
        size = 0
        async for event in connection.events():
            size += len(event.data) if isinstance(event, BodyData) else 0
        assert size == 2_000_000
        events = connection.events()
        assert isinstance(await anext(events), InterimResponse)
        with pytest.raises(ConnectionLost, match="103"):
            await anext(events)


@pytest.mark.parametrize("how", ["closed", "left", "dropped"])
async def test_leaving_the_event_iterator_early(how: str) -> None:
    """Leaving after the 103 gives the exchange up; on HTTP/2 only its stream."""
    server = Http2Server(lambda peer, number, path: peer.interim(number) if path == "/" else peer.respond(number))
    async with serving(server, tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        async with fetcher.connect(f"https://{HOST}:{port}", options=options) as connection:
            if how == "left":
                async with connection.events() as told:
                    assert isinstance(await anext(told), InterimResponse)
            else:
                events = connection.events()
                async for event in events:
                    assert isinstance(event, InterimResponse)
                    break
                if how == "closed":
                    await events.aclose()
                    assert [event async for event in events] == []
                del events
            assert await settled(lambda: server.peers[0].resets == [1])
            assert await (await connection.request("GET", "/b")).read() == b"ok"
