"""Request content in its three forms, and holding it back for 100-continue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import h2.events
import pytest

import fetcher
from fetcher.client.sending import Content
from fetcher.errors import NetworkError
from fetcher.net import NetOptions
from tests.support.loopback import (
    HOST,
    OK,
    Http2Peer,
    Http2Server,
    ca_file,
    read_request,
    server_context,
    serving,
    settled,
)


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        await asyncio.sleep(0)
        yield piece


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers with the request's framing and content."""
    head = (await read_request(reader)).lower()
    if b"chunked" in head:
        content = b""
        while size := int(await reader.readline(), 16):
            content += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
        content = b"chunked " + content
    else:
        size = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        content = b"%d %s" % (size, await reader.readexactly(size))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content))


@pytest.mark.parametrize(
    ("body", "arrived"),
    [
        (b"bytes", b"5 bytes"),
        (bytearray(b"array"), b"5 array"),
        ("täxt", b"5 t\xc3\xa4xt"),
        (b"", b"0 "),
    ],
)
async def test_whole_content(body: Content, arrived: bytes) -> None:
    """Bytes and text go out with their length, empty content with length 0."""
    async with serving(echo) as port:
        assert await (await fetcher.fetch(f"http://127.0.0.1:{port}/", method="POST", body=body)).read() == arrived


async def test_iterated_content() -> None:
    """An asynchronous iterable is sent chunked, or by the Content-Length the caller gives."""
    async with serving(echo) as port:
        url = f"http://127.0.0.1:{port}/"
        got = await fetcher.fetch(url, method="POST", body=pieces(b"one", b"", b"two"))
        assert await got.read() == b"chunked onetwo"
        got = await fetcher.fetch(url, method="PUT", body=pieces(b"one", b"two"), headers={"Content-Length": "6"})
        assert await got.read() == b"6 onetwo"


async def test_iterated_content_over_http2() -> None:
    """The same over HTTP/2, larger than the windows."""

    def answer(peer: Http2Peer, stream_id: int, _path: str) -> None:
        peer.on_end = lambda number: peer.respond(number, b"%d" % len(peer.content[number]))

    async with serving(Http2Server(answer), tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        body = pieces(*[bytes(50_000)] * 20)
        got = await fetcher.fetch(f"https://{HOST}:{port}/", method="POST", body=body, options=options)
        assert await got.read() == b"1000000"


async def test_content_that_fails() -> None:
    """What the iterable raises reaches the caller, chained; too much content for its length is said as such."""

    async def fails() -> AsyncIterator[bytes]:
        yield b"a"
        raise ZeroDivisionError("oops")

    async with serving(echo) as port:
        url = f"http://127.0.0.1:{port}/"
        with pytest.raises(NetworkError, match="the request body failed: oops") as caught:
            await fetcher.fetch(url, method="POST", body=fails())
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
        with pytest.raises(fetcher.ProtocolError, match="length"):
            await fetcher.fetch(url, method="POST", body=pieces(b"abc"), headers={"Content-Length": "2"})
        with pytest.raises(fetcher.ProtocolError, match="length"):
            await fetcher.fetch(url, method="POST", body=b"abc", headers={"Content-Length": "2"})


async def test_an_early_answer_ends_the_upload() -> None:
    """A final response before the content is out ends the iterable, and the HTTP/1.1 connection."""
    closed = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"x" * 1000
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
        await reader.read()

    async with serving(refuses) as port, fetcher.connect(f"http://127.0.0.1:{port}") as connection:
        body = endless()
        got = await connection.request("POST", "/", body=body)
        assert (got.status, await got.read()) == (413, b"no")
        assert connection.is_closed
        await settled(lambda: False, steps=3)
        await body.aclose()
        assert closed.is_set()


class Expecting:
    """An HTTP/1.1 server that answers a head with ``first`` and, if that was a 100, content with a 200."""

    def __init__(self, first: bytes) -> None:
        self.first = first
        self.content_came_early = False
        self.head = b""
        self.content = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head = await read_request(reader)
        await asyncio.sleep(0.005)
        self.content_came_early = bool(reader._buffer)  # type: ignore[attr-defined]
        writer.write(self.first)
        if b" 417 " in self.first:
            self.content = await reader.read()
        else:
            self.content = await reader.readexactly(4)
            writer.write(OK)


@pytest.mark.parametrize("header", [False, True])
async def test_content_waits_for_the_100(header: bool) -> None:
    """With expect_continue, or the field given, nothing is sent before the 100; a 103 before it changes nothing."""
    server = Expecting(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
    async with serving(server) as port:
        got = await fetcher.fetch(
            f"http://127.0.0.1:{port}/",
            method="POST",
            body=b"data",
            expect_continue=not header,
            headers={"Expect": "100-continue"} if header else None,
            expect_ms=60_000,
        )
        assert await got.read() == b"ok"
        assert [interim.status for interim in got.interim] == [103, 100]
    assert not server.content_came_early
    assert b"expect: 100-continue" in server.head.lower()
    assert server.content == b"data"


async def test_a_final_status_in_place_of_the_100() -> None:
    """The content is never sent, and the connection closes after the response (RFC 9110 10.1.1)."""
    server = Expecting(b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno")
    async with serving(server) as port, fetcher.connect(f"http://127.0.0.1:{port}") as connection:
        got = await connection.request("POST", "/", body=b"data", expect_continue=True, expect_ms=60_000)
        assert (got.status, await got.read()) == (417, b"no")
        assert connection.is_closed
    await settled(lambda: False, steps=3)
    assert server.content == b""


async def test_no_100_comes() -> None:
    """After expect_ms the content is sent all the same; an iterable too."""
    for body in (b"data", pieces(b"da", b"ta")):
        server = Expecting(b"")
        async with serving(server) as port:
            headers = {"Content-Length": "4"}
            got = await fetcher.fetch(
                f"http://127.0.0.1:{port}/",
                method="POST",
                body=body,
                headers=headers,
                expect_continue=True,
                expect_ms=250,  # so long that a busy server has read the head before it
            )
            assert await got.read() == b"ok"
        assert not server.content_came_early
        assert server.content == b"data"


async def test_expectations_over_http2() -> None:
    """A 100 on HTTP/2 lets the content go; a final status there resets the stream and keeps the connection."""

    def answer(peer: Http2Peer, stream_id: int, path: str) -> None:
        if path == "/no":
            peer.respond(stream_id, b"no", 417)
        elif path == "/yes":
            peer.interim(stream_id, 100)
            peer.on_end = lambda number: peer.respond(number, peer.content[number])
        else:
            peer.respond(stream_id)

    server = Http2Server(answer)
    async with serving(server, tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        async with fetcher.connect(f"https://{HOST}:{port}", options=options) as connection:
            got = await connection.request("POST", "/no", body=b"data", expect_continue=True, expect_ms=60_000)
            assert (got.status, await got.read()) == (417, b"no")
            got = await connection.request("POST", "/yes", body=b"data", expect_continue=True, expect_ms=60_000)
            assert await got.read() == b"data"
            assert await settled(lambda: server.peers[0].resets == [1])
            assert server.peers[0].content == {3: b"data"}


@pytest.mark.parametrize("interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b""], ids=["100", "no 100"])
async def test_held_back_content_of_another_length_than_announced(interim: bytes) -> None:
    """The fault is the caller's, comes out as such when the content is due, and does not wait for a deadline."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(interim)
        await reader.read()

    async with serving(handler) as port:
        with pytest.raises(fetcher.ProtocolError, match="does not have the length it announced"):
            await fetcher.fetch(
                f"http://127.0.0.1:{port}/",
                method="POST",
                body=b"data",
                headers={"Content-Length": "3"},
                expect_continue=True,
                expect_ms=10 if not interim else 60_000,
                timeout=2,
            )


async def test_iterated_content_goes_no_faster_than_the_http2_windows() -> None:
    """A server that opens no window stops the iterable: an upload is not gathered in memory."""
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield bytes(50_000)

    class Stingy(Http2Server):
        async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.peers.append(Http2Peer(writer))
            while data := await reader.read(65_536):
                events = self.peers[0].h2.receive_data(data)
                received.extend(e.flow_controlled_length for e in events if isinstance(e, h2.events.DataReceived))
                self.peers[0].flush()

    received: list[int] = []
    server = Stingy(lambda *_: None)
    async with serving(server, tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        asked = asyncio.create_task(
            fetcher.fetch(f"https://{HOST}:{port}/", method="POST", body=body(), options=options)
        )
        assert await settled(lambda: sum(received) == 65_535)
        await settled(lambda: taken == 100)
        assert taken < 10
        peer = server.peers[0].h2
        for _ in range(100):
            if sum(received) == 5_000_000:
                break
            size = sum(received)
            peer.increment_flow_control_window(65_535)
            peer.increment_flow_control_window(65_535, 1)
            server.peers[0].flush()
            await settled(lambda size=size: sum(received) > size)  # type: ignore[misc]
        assert (taken, sum(received)) == (100, 5_000_000)
        server.peers[0].respond(1)
        server.peers[0].flush()
        assert await (await asked).read() == b"ok"
