"""Deadlines hold to the end: on a connection that is going away, and whatever one of its listeners does."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Any

from fetcher.errors import DeadlineExceeded
from fetcher.net import NetOptions, open_connection
from fetcher.terms import Limits
from fetcher.wire.events import RequestHead, ResponseFailed, ResponseHead, StreamEvent
from fetcher.wire.http2.frames import GOAWAY, frame
from tests.support.loopback import HOST, Http2Peer, Http2Server, ca_file, server_context, serving, settled

GET = RequestHead("GET", "https", HOST, "/")
Answer = Callable[[Http2Peer, int, str], None]


async def failures(answer: Answer, limits: Limits, *sinks: Callable[[StreamEvent], None]) -> list[DeadlineExceeded]:
    """The deadline each of as many requests as there are ``sinks`` runs into, in order."""
    found: list[DeadlineExceeded] = []

    def listen(sink: Callable[[StreamEvent], None]) -> Callable[[StreamEvent], None]:
        def heard(event: StreamEvent) -> None:
            if isinstance(event, ResponseFailed):
                assert isinstance(event.error, DeadlineExceeded)
                found.append(event.error)
            sink(event)

        return heard

    async with serving(Http2Server(answer), tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file(), limits=limits)
        connection = await open_connection("https", HOST, port, options)
        try:
            for sink in sinks:
                connection.send_request(GET, listen(sink))
            connection.flush()
            await settled(lambda: len(found) == len(sinks), steps=1_000)
        finally:
            connection.abort()
            await connection.wait_closed()
    return found


async def test_silence_after_goaway_ends_with_a_deadline() -> None:
    """A server that says goodbye, sends the head and then nothing is not waited for for ever: the timer that was set
    for the response is set again for the content."""
    heads: list[ResponseHead] = []

    def answer(peer: Http2Peer, stream_id: int, _path: str) -> None:
        peer.flush()
        peer.writer.write(frame(GOAWAY, 0, 0, struct.pack(">LL", 2**31 - 1, 0)))
        peer.h2.send_headers(stream_id, [(":status", "200")])

    def sink(event: StreamEvent) -> None:
        if isinstance(event, ResponseHead):
            heads.append(event)

    found = await failures(answer, Limits(response_ms=60, idle_ms=80), sink)
    assert [error.phase for error in found] == ["body"]
    assert len(heads) == 1


async def test_a_listener_that_fails_at_its_deadline_costs_nobody_else_theirs() -> None:
    """What a sink raises on its deadline goes to the loop's exception handler; the others still hear of theirs."""
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context))

    def fails(event: StreamEvent) -> None:
        raise ZeroDivisionError

    found = await failures(lambda *_: None, Limits(response_ms=20), fails, lambda _: None, fails, lambda _: None)
    assert [error.phase for error in found] == ["response"] * 4
    assert [type(fault["exception"]) for fault in faults] == [ZeroDivisionError] * 2
