"""``fetch``: one exchange on its own connection, from URL to content, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import gzip
import zlib
from itertools import count

import pytest

import fetcher
from fetcher.client import Response
from fetcher.errors import (
    ConnectFailed,
    ConnectionLost,
    ContentError,
    DeadlineExceeded,
    FetcherError,
    InvalidURL,
    LimitExceeded,
    LocalProtocolError,
    RemoteProtocolError,
    UsageError,
)
from fetcher.net import NetOptions
from fetcher.terms import Limits
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


def response(body: bytes, *fields: bytes) -> bytes:
    """A complete 200 with Content-Length."""
    head = b"\r\n".join((b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *fields))
    return head + b"\r\n\r\n" + body


async def test_a_response_and_all_it_knows() -> None:
    """Status, fields, interim responses, both clocks, the connection's facts, and the content."""
    answer = EARLY + response(b"<h1>", b"Content-Type: text/html", b"Set-Cookie: a=1", b"Set-Cookie: b=2")
    async with serving(answering(answer)) as port:
        got = await fetcher.fetch(f"http://127.0.0.1:{port}/page?q=1#part")
        assert (got.status, got.reason, got.http_version) == (200, "OK", "HTTP/1.1")
        assert got.url == f"http://127.0.0.1:{port}/page?q=1"
        assert got.headers["Content-Type"] == "text/html"
        assert got.headers.all_of("set-cookie") == ("a=1", "b=2")
        assert len(got.headers) == 3
        assert ("set-cookie", "b=2") in got.fields
        assert [interim.status for interim in got.interim] == [103]
        assert got.connection_facts.address == "127.0.0.1"
        assert await got.read() == b"<h1>"
        assert await got.text() == "<h1>"
        times = got.times
        assert times.request_start is not None
        assert times.first_interim_response_start is not None
        assert times.response_end is not None
        assert (
            times.start
            <= times.request_start
            <= times.first_interim_response_start
            <= times.final_response_headers_start
            <= times.response_end
        )
        assert got.is_complete
        assert repr(got).startswith("<Response 200 http://")


async def test_what_is_sent() -> None:
    """Host first, our defaults, the caller's fields over ours, content with its length."""
    heads: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await read_request(reader))
        writer.write(OK)

    async with serving(handler) as port:
        url = f"http://127.0.0.1:{port}/a"
        await (await fetcher.fetch(url)).read()
        await (await fetcher.fetch(url, headers={"Accept": "text/css", "Host": "other.test", "X-A": "1"})).read()
        await (await fetcher.fetch(url, method="POST", body="é", headers=[("x-a", "1"), ("x-a", "2")])).read()
    first, second, third = (head.decode().lower().split("\r\n") for head in heads)
    assert first[0] == "get /a http/1.1"
    assert first[1] == f"host: 127.0.0.1:{port}"
    assert "accept-encoding: gzip, deflate, br, zstd" in first
    assert second[1] == "host: other.test"
    assert [line for line in second if line.startswith("accept:")] == ["accept: text/css"]
    assert "content-length: 2" in third
    assert [line for line in third if line.startswith("x-a")] == ["x-a: 1", "x-a: 2"]


@pytest.mark.parametrize(
    ("coding", "coded"),
    [
        (b"gzip", gzip.compress(b"hello " * 100, mtime=0)),
        (b"deflate", zlib.compress(b"hello " * 100)),
        (b"identity", b"hello " * 100),
    ],
)
async def test_content_is_decoded(coding: bytes, coded: bytes) -> None:
    """Content-Encoding is undone whichever way the content is read; decode=False keeps it as transferred."""
    answer = response(coded, b"Content-Encoding: " + coding)
    async with serving(answering(answer)) as port:
        url = f"http://127.0.0.1:{port}/"
        whole = await fetcher.fetch(url)
        assert await whole.read() == b"hello " * 100
        assert whole.transferred == len(coded)
        assert b"".join([piece async for piece in await fetcher.fetch(url)]) == b"hello " * 100
        assert await (await fetcher.fetch(url, decode=False)).read() == coded


@pytest.mark.parametrize("iterate", [False, True])
async def test_content_that_does_not_decode(iterate: bool) -> None:
    """Cut or wrong coding is ContentError each time it is asked for, and the connection is closed."""
    before = open_descriptors()
    async with serving(answering(response(b"no gzip", b"Content-Encoding: gzip"))) as port:
        got = await fetcher.fetch(f"http://127.0.0.1:{port}/")
        for _ in range(2):
            with pytest.raises(ContentError):
                b"".join([piece async for piece in got]) if iterate else await got.read()
    assert await settled(lambda: open_descriptors() <= before)


async def test_a_coded_answer_without_content_is_no_fault() -> None:
    """HEAD of a gzip resource has the field and no bytes."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n"
    async with serving(answering(answer)) as port:
        got = await fetcher.fetch(f"http://127.0.0.1:{port}/", method="HEAD")
        assert await got.read() == b""


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        (b"text/html", "é".encode(), "é"),
        (b"text/html; charset=iso-8859-1", b"\xe9", "é"),
        (b'text/html; charset="utf-8"', b"\xff", "\ufffd"),
        (b"text/html; charset=klingon", b"a", "a"),
        (b"text/html; charset=iso-8859-1", b"\xef\xbb\xbf" + "é".encode(), "é"),
    ],
)
async def test_text(content_type: bytes, body: bytes, text: str) -> None:
    """A byte order mark, then the charset parameter, then UTF-8; never an error."""
    async with serving(answering(response(body, b"Content-Type: " + content_type))) as port:
        assert await (await fetcher.fetch(f"http://127.0.0.1:{port}/")).text() == text


async def test_json() -> None:
    """JSON content as Python values."""
    async with serving(answering(response(b'{"a": [1]}'))) as port:
        assert await (await fetcher.fetch(f"http://127.0.0.1:{port}/")).json() == {"a": [1]}


async def test_the_head_comes_before_the_content() -> None:
    """fetch returns with the head; chunks come as they are sent; trailers and the end come last."""
    go_on = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (b"one", b"two"):
            await go_on.wait()
            go_on.clear()
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await go_on.wait()
        writer.write(b"0\r\nX-Trailer: t\r\n\r\n")

    async with serving(handler) as port, await fetcher.fetch(f"http://127.0.0.1:{port}/") as got:
        assert not got.is_complete
        assert got.times.response_end is None
        go_on.set()
        assert await anext(got) == b"one"
        go_on.set()
        assert await anext(got) == b"two"
        assert not got.trailers
        go_on.set()
        assert await got.read() == b""
        assert got.trailers == (("x-trailer", "t"),)


async def test_reading_the_rest_after_some() -> None:
    """read() after iterating gives what is left, and the same again."""
    async with serving(answering(response(b"x" * 300_000))) as port:
        got = await fetcher.fetch(f"http://127.0.0.1:{port}/")
        first = await anext(got)
        assert len(first) + len(await got.read()) == 300_000
        assert await got.read() == await got.read()


async def test_http2_over_tls() -> None:
    """The same over HTTP/2: no reason phrase, decoded alike, and the connection closed afterwards."""
    packed = gzip.compress(b"body" * 1000, mtime=0)

    def answer(peer: Http2Peer, stream_id: int, _path: str) -> None:
        peer.interim(stream_id, 103, ("link", "</a.css>; rel=preload; as=style"))
        peer.respond(stream_id, packed, 200, ("content-encoding", "gzip"))

    async with serving(Http2Server(answer), tls=server_context()) as port:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        got = await fetcher.fetch(f"https://{HOST}:{port}/", options=options, http="2")
        assert (got.status, got.reason, got.http_version) == (200, "", "HTTP/2")
        assert got.interim[0].fields == (("link", "</a.css>; rel=preload; as=style"),)
        assert await got.read() == b"body" * 1000


@pytest.mark.parametrize("how", ["dropped", "closed", "left", "read in part"])
@pytest.mark.parametrize("http", ["1.1", "2"])
async def test_unread_responses_leave_nothing(how: str, http: str) -> None:
    """Dropped, closed or partly read, a response's connection goes away without a warning."""
    body = bytes(2_000_000)

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(response(body))
        await writer.drain()

    handler = plain if http == "1.1" else Http2Server(lambda peer, number, _: peer.respond(number, body))
    async with serving(handler, tls=server_context()) as port:
        before = open_descriptors()
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        got: Response | None = await fetcher.fetch(f"https://{HOST}:{port}/", options=options, http=http)  # type: ignore[arg-type]
        assert got is not None
        if how == "closed":
            await got.aclose()
            await got.aclose()
            with pytest.raises(LocalProtocolError, match="closed before its content was read"):
                await got.read()
        elif how == "left":
            async with got:
                pass
        elif how == "read in part":
            assert await anext(got)
        got = None
        gc.collect()
        assert await settled(lambda: open_descriptors() <= before)


async def test_redirects_are_not_followed() -> None:
    """One exchange: a 302 is the response."""
    async with serving(answering(b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")) as port:
        got = await fetcher.fetch(f"http://127.0.0.1:{port}/a")
        assert (got.status, got.headers["location"]) == (302, "/b")
        assert await got.read() == b""


async def test_the_total_deadline_fires_while_interim_responses_keep_coming() -> None:
    """timeout is for everything, however lively the server is."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        while True:
            writer.write(EARLY)
            await writer.drain()
            await asyncio.sleep(0.005)

    async with serving(handler) as port:
        with pytest.raises(DeadlineExceeded) as caught:
            await fetcher.fetch(f"http://127.0.0.1:{port}/", timeout=0.04)
        assert caught.value.phase == "total"


async def test_the_total_deadline_covers_content_and_callbacks() -> None:
    """It fires in the middle of the content, and in a callback that never returns."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx" if b"/content" in head else EARLY)
        await reader.read()

    async with serving(handler) as port:
        got = await fetcher.fetch(f"http://127.0.0.1:{port}/content", timeout=0.04)
        with pytest.raises(DeadlineExceeded) as caught:
            await got.read()
        assert caught.value.phase == "total"
        never = asyncio.get_running_loop().create_future()
        with pytest.raises(DeadlineExceeded, match="callback") as caught:
            await fetcher.fetch(f"http://127.0.0.1:{port}/", timeout=0.04, on_interim=lambda _: never)
        assert caught.value.phase == "total"


async def test_the_total_deadline_covers_connecting() -> None:
    """A TLS handshake that hangs is ended by timeout too."""

    async def handler(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(handler) as port:
        with pytest.raises(DeadlineExceeded, match="connecting to") as caught:
            await fetcher.fetch(f"https://127.0.0.1:{port}/", timeout=0.03)
        assert caught.value.phase == "total"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", ConnectionLost),
        (EARLY, ConnectionLost),
        (b"nonsense\r\n\r\n", RemoteProtocolError),
        (EARLY * 101, LimitExceeded),
        (b"HTTP/1.1 103 E\r\nLink: " + b"a" * 1_000_000 + b"\r\n\r\n", LimitExceeded),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", ConnectionLost),
    ],
    ids=["nothing", "only a 103", "garbage", "103 flood", "1 MB field", "cut content"],
)
async def test_hostile_servers_are_clear_errors(answer: bytes, error: type[FetcherError]) -> None:
    """Each raises one error of the tree, from fetch or from reading, and leaves no descriptor."""
    async with serving(answering(answer)) as port:
        before = open_descriptors()
        with pytest.raises(error):
            await (await fetcher.fetch(f"http://127.0.0.1:{port}/")).read()
        assert await settled(lambda: open_descriptors() <= before)


async def test_limits_are_the_callers() -> None:
    """limits= reaches engine and decoder: a bomb stops at decoded_bytes, content at body_bytes."""
    bomb = response(gzip.compress(bytes(5_000_000), mtime=0), b"Content-Encoding: gzip")
    async with serving(answering(bomb)) as port:
        for limits in (Limits(decoded_bytes=100_000), Limits(body_bytes=1_000)):
            with pytest.raises(LimitExceeded):
                await (await fetcher.fetch(f"http://127.0.0.1:{port}/", limits=limits)).read()


async def test_what_cannot_be_asked() -> None:
    """Bad URLs, options, bodies and fields fail in our own tree before or without a connection left open."""
    for url in ("nowhere", "ftp://a.test/"):
        with pytest.raises(InvalidURL):
            await fetcher.fetch(url)
    with pytest.raises(UsageError, match="HTTP/2 needs TLS"):
        await fetcher.fetch("http://127.0.0.1:1/", http="2")
    with pytest.raises(ConnectFailed, match=r"127\.0\.0\.1 refused"):
        await fetcher.fetch("http://127.0.0.1:1/")
    async with serving(answering(OK)) as port:
        with pytest.raises(UsageError, match="asynchronous iterable of bytes, not int"):
            await fetcher.fetch(f"http://127.0.0.1:{port}/", body=7)  # type: ignore[arg-type]
        with pytest.raises(LocalProtocolError):
            await fetcher.fetch(f"http://127.0.0.1:{port}/", headers={"x": "a\r\nb"})


@pytest.mark.parametrize("tls", [False, True])
async def test_cancelled_at_every_step(tls: bool) -> None:
    """Cancelled after n turns of the loop, for every n until the content is read: nothing stays open."""

    async def whole(port: int) -> bytes:
        options = NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())
        async with await fetcher.fetch(f"http{'s' * tls}://{HOST}:{port}/", options=options) as got:
            return await got.read()

    handler = Http2Server(lambda peer, number, _: peer.respond(number)) if tls else answering(EARLY + OK)
    async with serving(handler, tls=server_context() if tls else None) as port:
        await settled(lambda: False, steps=4)
        before, tasks = open_descriptors(), len(asyncio.all_tasks())
        for turns in count():
            task = asyncio.create_task(whole(port))
            for _ in range(turns):
                await asyncio.sleep(0)
            if task.done():
                assert task.result() == b"ok"
                break
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await settled(lambda: (open_descriptors(), len(asyncio.all_tasks())) == (before, tasks)), turns
        assert turns > 4
        assert await settled(lambda: open_descriptors() == before)
