"""Events straight to their sinks, one write per flush, back-pressure, deadlines and ends, over real sockets."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from fetcher.errors import ConnectionLost, DeadlineExceeded, LimitExceeded, LocalProtocolError, RemoteProtocolError
from fetcher.net import Connection, NetOptions, open_connection
from fetcher.net.connection import UNREAD_LIMIT
from fetcher.terms import Limits
from fetcher.wire.events import (
    BodyData,
    ConnectionEnded,
    ConnectionEvent,
    GoAwayReceived,
    InterimResponse,
    RequestHead,
    ResponseEnd,
    ResponseFailed,
    ResponseHead,
    StreamEvent,
    StreamLimitChanged,
)
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

GET = RequestHead("GET", "http", HOST, "/")


class Listener:
    """A sink that keeps every event; ``over`` is set by the last one. It acknowledges content unless told not to."""

    def __init__(self, connection: Connection, *, acknowledges: bool = True) -> None:
        self.connection = connection
        self.acknowledges = acknowledges
        self.events: list[StreamEvent] = []
        self.over = asyncio.Event()

    def __call__(self, event: StreamEvent) -> None:
        self.events.append(event)
        if isinstance(event, BodyData) and self.acknowledges:
            self.connection.acknowledge(event.stream_id, event.flow)
        if isinstance(event, ResponseEnd | ResponseFailed):
            self.over.set()

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    async def last(self) -> Any:
        await asyncio.wait_for(self.over.wait(), 5)
        return self.events[-1]


@asynccontextmanager
async def connected(handler: Handler, limits: Limits = Limits()) -> AsyncIterator[Connection]:  # noqa: B008 - frozen
    """A cleartext HTTP/1.1 connection to ``handler``."""
    async with serving(handler) as port:
        connection = await open_connection("http", "127.0.0.1", port, NetOptions(limits=limits))
        try:
            yield connection
        finally:
            connection.abort()
            await connection.wait_closed()


@asynccontextmanager
async def connected2(
    answer: Callable[[Http2Peer, int, str], None],
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> AsyncIterator[tuple[Connection, Http2Server]]:
    """An HTTP/2 connection to a server that answers with ``answer``, past the exchange of SETTINGS."""
    server = Http2Server(answer)
    async with serving(server, tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file(), limits=limits)
        connection = await open_connection("https", HOST, port, options)
        try:
            yield connection, server
        finally:
            connection.abort()
            await connection.wait_closed()


def ask(connection: Connection, **kwargs: Any) -> Listener:
    listener = Listener(connection, acknowledges=kwargs.pop("acknowledges", True))
    connection.send_request(GET, listener, **kwargs)
    connection.flush()
    return listener


async def test_interim_final_and_keep_alive() -> None:
    """A 103 and a 200 in one write are told apart; the connection is free exactly when the content is complete."""
    async with connected(answering(EARLY + EARLY + OK, OK)) as connection:
        assert connection.free_streams == 1
        first = ask(connection)
        assert connection.free_streams == 0
        await first.last()
        assert first.kinds == ["InterimResponse", "InterimResponse", "ResponseHead", "BodyData", "ResponseEnd"]
        assert connection.free_streams == 1
        second = ask(connection)
        await second.last()
        assert second.kinds == ["ResponseHead", "BodyData", "ResponseEnd"]


async def test_the_sink_is_called_before_anything_else_runs() -> None:
    """Between reading a 103 and its sink no other step of the loop runs, and on_batch comes once after all events."""
    async with connected(answering(EARLY + OK)) as connection:
        steps: list[str] = []
        turn = 0

        async def turns() -> None:
            nonlocal turn
            while True:
                turn += 1
                await asyncio.sleep(0)

        listener = Listener(connection)

        def sink(event: StreamEvent) -> None:
            steps.append(f"{type(event).__name__} {turn}")
            listener(event)

        connection.on_batch = lambda: steps.append(f"batch {turn}")
        connection.send_request(GET, sink)
        connection.flush()
        ticking = asyncio.create_task(turns())
        await listener.last()
        ticking.cancel()
        numbers = {step.split()[1] for step in steps[:5]}
        assert [step.split()[0] for step in steps][:5] == [
            "InterimResponse", "ResponseHead", "BodyData", "ResponseEnd", "batch",
        ]  # fmt: skip
        assert len(numbers) == 1


async def test_requests_queued_in_sinks_leave_in_one_write() -> None:
    """What sinks send while a batch is delivered goes out together after it."""

    def answer(peer: Http2Peer, stream_id: int, path: str) -> None:
        peer.respond(stream_id, path.encode())

    async with connected2(answer) as (connection, server):
        writes: list[bytes] = []
        write = connection._stream.write
        connection._stream.write = lambda data: (writes.append(data), write(data))[1]  # type: ignore[method-assign, func-returns-value]
        nested = [Listener(connection) for _ in range(3)]

        def sink(event: StreamEvent) -> None:
            if isinstance(event, ResponseHead):
                writes.clear()
                for listener in nested:
                    connection.send_request(RequestHead("GET", "https", HOST, "/nested"), listener)

        connection.send_request(GET, sink)
        connection.flush()
        for listener in nested:
            await listener.last()
        assert sum(len(data) > 30 for data in writes) == 1
        assert server.peers[0].paths == ["/", "/nested", "/nested", "/nested"]


async def test_sending_on_from_the_end_of_the_one_before() -> None:
    """A sink may send the next HTTP/1.1 request from within ResponseEnd."""
    async with connected(answering(OK, EARLY + OK)) as connection:
        second = Listener(connection)

        def sink(event: StreamEvent) -> None:
            if isinstance(event, ResponseEnd):
                connection.send_request(GET, second)

        connection.send_request(GET, sink)
        connection.flush()
        assert isinstance(await second.last(), ResponseEnd)
        assert second.kinds[0] == "InterimResponse"


async def test_a_failing_sink_costs_nobody_else_anything() -> None:
    """What a sink raises goes to the loop's exception handler; the other events still arrive."""
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context))
    async with connected(answering(EARLY + OK)) as connection:
        listener = Listener(connection)

        def sink(event: StreamEvent) -> None:
            listener(event)
            if isinstance(event, InterimResponse):
                raise ZeroDivisionError

        connection.send_request(GET, sink)
        connection.flush()
        assert isinstance(await listener.last(), ResponseEnd)
    assert [type(fault["exception"]) for fault in faults] == [ZeroDivisionError]


async def test_unread_content_pauses_http1_and_memory_stays_bounded() -> None:
    """Above 256 KiB unacknowledged nothing more is read; acknowledging lets the rest come."""
    size = 8 * UNREAD_LIMIT

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            await read_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + bytes(size))
            await writer.drain()
        await reader.read()

    async with connected(handler, Limits(idle_ms=40)) as connection:
        listener = ask(connection, acknowledges=False)
        assert await settled(lambda: connection._paused)
        await asyncio.sleep(0.08)  # longer than idle_ms: a slow consumer is not the server's fault
        held = sum(event.flow for event in listener.events if isinstance(event, BodyData))
        assert UNREAD_LIMIT < held <= 3 * UNREAD_LIMIT
        assert not listener.over.is_set()
        listener.acknowledges = True
        connection.acknowledge(1, held)
        assert isinstance(await listener.last(), ResponseEnd)
        unread = ask(connection, acknowledges=False)  # what is never acknowledged must not stop the next exchange
        await settled(lambda: connection._paused)
        connection.acknowledge(2, UNREAD_LIMIT * 9)
        unread.acknowledges = True
        await unread.last()
        assert connection.free_streams == 1


async def test_unread_content_closes_the_window_on_http2() -> None:
    """HTTP/2 content beyond the stream's window waits for acknowledge; another stream goes on meanwhile."""
    big = bytes(7 * 1024 * 1024)

    def answer(peer: Http2Peer, stream_id: int, path: str) -> None:
        peer.respond(stream_id, big if stream_id == 1 else b"small")

    async with connected2(answer) as (connection, _):
        first = ask(connection, acknowledges=False)
        assert await settled(lambda: sum(e.flow for e in first.events if isinstance(e, BodyData)) >= 6 * 1024 * 1024)
        second = ask(connection)
        await second.last()
        assert not first.over.is_set()
        first.acknowledges = True
        connection.acknowledge(1, 6 * 1024 * 1024)
        assert isinstance(await first.last(), ResponseEnd)


async def test_silence_after_a_103_ends_with_the_response_deadline() -> None:
    """The response deadline keeps running while interim responses come (EH 1.6), and says how many came."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        while True:
            writer.write(EARLY)
            await writer.drain()
            await asyncio.sleep(0.02)

    async with connected(handler, Limits(response_ms=50)) as connection:
        failed = await ask(connection).last()
        assert isinstance(failed.error, DeadlineExceeded)
        assert failed.error.phase == "response"
        assert "no final response within 50 ms (after " in str(failed.error)
        assert connection.is_closed


async def test_content_that_stops_ends_with_the_idle_deadline() -> None:
    """No bytes for idle_ms in the middle of the content is phase "body"."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
        await reader.read()

    async with connected(handler, Limits(idle_ms=30)) as connection:
        listener = ask(connection)
        failed = await listener.last()
        assert (failed.error.phase, listener.kinds[-2]) == ("body", "BodyData")


async def test_the_total_deadline() -> None:
    """The caller's own deadline is phase "total"; on HTTP/2 the other streams live on."""
    async with connected2(lambda peer, number, _: peer.respond(number) if number > 1 else peer.interim(number)) as (
        connection,
        server,
    ):
        listener = Listener(connection)
        at = connection.flush()
        connection.send_request(GET, listener, deadline=at + 30)
        connection.flush()
        failed = await listener.last()
        assert failed.error.phase == "total"
        assert isinstance(await ask(connection).last(), ResponseEnd)
        assert await settled(lambda: server.peers[0].resets == [1])


async def test_cancel_says_nothing_more() -> None:
    """A cancelled stream is reset and silent, and its unread content does not shrink the connection's window."""
    piece = bytes(200_000)
    async with connected2(lambda peer, number, _: peer.respond(number, piece)) as (connection, _):
        for _ in range(3):
            listener = ask(connection, acknowledges=False)
            assert await settled(lambda: "BodyData" in listener.kinds)  # noqa: B023 - used in this turn only
            seen = len(listener.events)
            connection.cancel(listener.events[0].stream_id)
            connection.cancel(listener.events[0].stream_id)
            await settled(lambda: False, steps=3)
            assert len(listener.events) == seen
        assert isinstance(await ask(connection).last(), ResponseEnd)
        assert connection.engine.open_streams == 0


async def test_cancel_on_http1_ends_the_connection() -> None:
    """HTTP/1.1 cannot skip an answer: the connection closes with the exchange, also from within a sink."""
    async with connected(answering(EARLY + OK)) as connection:
        ended: list[ConnectionEvent] = []
        connection.on_event = ended.append
        seen: list[StreamEvent] = []

        def sink(event: StreamEvent) -> None:
            seen.append(event)
            connection.cancel(event.stream_id)

        connection.send_request(GET, sink)
        connection.flush()
        await connection.wait_closed()
        assert [type(event) for event in seen] == [InterimResponse]
        assert [type(event) for event in ended] == [ConnectionEnded]
        with pytest.raises(LocalProtocolError):
            connection.send_request(GET, sink)


async def test_an_idle_connection_that_closes_says_so() -> None:
    """The peer's close between requests is a clean ConnectionEnded."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(OK)

    async with connected(handler) as connection:
        ended: list[ConnectionEvent] = []
        connection.on_event = ended.append
        await ask(connection).last()
        await connection.wait_closed()
        assert [(type(event), getattr(event, "error", 0)) for event in ended] == [(ConnectionEnded, None)]
        assert connection.free_streams == 0


async def test_a_reset_ends_no_content() -> None:
    """Content that lasts until the connection ends is not complete when the connection is reset."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\npart")
        await writer.drain()
        await reader.readexactly(1)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing sends RST

    async with connected(handler) as connection:
        listener = Listener(connection)
        connection.send_request(RequestHead("POST", "http", HOST, "/", (("content-length", "2"),)), listener, end=False)
        connection.flush()
        assert await settled(lambda: "BodyData" in listener.kinds)
        connection.send_data(1, b"xy", end=True)
        connection.flush()
        failed = await listener.last()
        assert isinstance(failed, ResponseFailed)
        assert isinstance(failed.error, ConnectionLost)
        assert "reset" in str(failed.error)


@pytest.mark.parametrize("how", ["close", "abort"])
async def test_closing_here_fails_what_is_open(how: str) -> None:
    """Our own close fails open exchanges with ConnectionLost and ends without an error."""
    async with connected2(lambda *_: None) as (connection, _):
        ended: list[ConnectionEvent] = []
        connection.on_event = lambda event: ended.append(event) if isinstance(event, ConnectionEnded) else None
        listener = ask(connection)
        getattr(connection, how)()
        connection.close()
        failed = await listener.last()
        assert isinstance(failed.error, ConnectionLost)
        assert "closed on this side" in str(failed.error)
        await connection.wait_closed()
        assert [getattr(event, "error", 0) for event in ended] == [None]


async def test_goaway_and_stream_limits_are_told() -> None:
    """SETTINGS and GOAWAY reach on_event; a connection going away closes once its streams are done."""

    def answer(peer: Http2Peer, stream_id: int, _path: str) -> None:
        import h2.settings

        peer.h2.update_settings({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 7})
        peer.respond(stream_id)
        peer.flush()
        peer.h2.close_connection(last_stream_id=stream_id)

    async with connected2(answer) as (connection, _):
        told: list[ConnectionEvent] = []
        connection.on_event = told.append
        assert isinstance(await ask(connection).last(), ResponseEnd)
        await connection.wait_closed()
        kinds = [type(event) for event in told]
        assert StreamLimitChanged in kinds
        assert GoAwayReceived in kinds
        assert kinds[-1] is ConnectionEnded
        assert connection.is_closed


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"\x00\x01 garbage that is no HTTP at all\r\n\r\n", RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n", LimitExceeded),
        (EARLY * 101 + OK, LimitExceeded),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", RemoteProtocolError),
        (EARLY, ConnectionLost),
        (b"", ConnectionLost),
    ],
    ids=["garbage", "1 MB field", "103 flood", "101", "only a 103", "nothing"],
)
async def test_hostile_answers_are_clear_outcomes(answer: bytes, error: type[Exception]) -> None:
    """Each ends the exchange with its own kind of error, and the connection with it."""
    async with connected(answering(answer)) as connection:
        failed = await ask(connection).last()
        assert isinstance(failed, ResponseFailed)
        assert isinstance(failed.error, error)
        await connection.wait_closed()


async def test_large_request_content_over_tls_arrives_whole() -> None:
    """A body larger than every window and buffer goes out as the peer takes it."""
    size = 3_000_000
    done = asyncio.Event()

    def answer(peer: Http2Peer, stream_id: int, _path: str) -> None:
        def ended(number: int) -> None:
            peer.respond(number, str(len(peer.content[number])).encode())
            done.set()

        peer.on_end = ended

    async with connected2(answer) as (connection, _):
        listener = Listener(connection)
        connection.send_request(RequestHead("POST", "https", HOST, "/"), listener, end=False)
        connection.send_data(1, bytes(size), end=True)
        connection.flush()
        await connection.drain(1)
        assert isinstance(await listener.last(), ResponseEnd)
        assert b"".join(e.data for e in listener.events if isinstance(e, BodyData)) == str(size).encode()


async def test_content_over_tls_is_read_in_order() -> None:
    """A large HTTP/1.1 body through our own TLS arrives byte for byte, and close_notify ends it."""
    body = bytes(range(256)) * 8192

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + body)
        await writer.drain()

    async with serving(handler, tls=server_context(alpn=("http/1.1",))) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        connection = await open_connection("https", HOST, port, options)
        listener = ask(connection)
        assert isinstance(await listener.last(), ResponseEnd)
        assert b"".join(event.data for event in listener.events if isinstance(event, BodyData)) == body
        await connection.wait_closed()
