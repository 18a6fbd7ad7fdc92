"""Each step of an answer, as it arrives over HTTP/1.1 and over HTTP/2, read by clients that know nothing of fetcher."""

from __future__ import annotations

import h2.events
import pytest

from fetcher.origin import (
    Answer,
    AwaitContent,
    Body,
    Close,
    GoAway,
    Head,
    Interim,
    Origin,
    Raw,
    Repeat,
    RequestSeen,
    Reset,
    Silence,
    Site,
    Trailers,
    Wait,
    asset,
    links,
    page,
    text,
)
from fetcher.origin.log import ConnectionClosed, Sent
from fetcher.origin.script import filler
from tests.support.origin_clients import H2Client, answer_to, connected, get, h2_client, said

SHEET = links("</a.css>; rel=preload; as=style")
OK = b"HTTP/1.1 200 OK\r\n"
HINT = b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload; as=style\r\n\r\n"

# name, answer, what HTTP/1.1 says until it closes, what HTTP/2 says on the stream
STEPS: list[tuple[str, Answer, bytes, list[object]]] = [
    ("head alone", (Head(),), OK + b"content-length: 0\r\n\r\n", [200, "end"]),
    ("head and body", (Head(), Body(b"abc")), OK + b"content-length: 3\r\n\r\nabc", [200, b"abc", "end"]),
    ("filler", (Head(), Body(5)), OK + b"content-length: 5\r\n\r\nAll w", [200, b"All w", "end"]),
    ("pieces", (Head(), Body(b"abcde", 2, 1)), OK + b"content-length: 5\r\n\r\nabcde", [200, b"abcde", "end"]),
    ("waits", (Wait(1), Head(), Wait(0), Body(b"a"), Wait(1)), OK + b"content-length: 1\r\n\r\na", [200, b"a", "end"]),
    ("103", (Interim(103, SHEET), Head()), HINT + OK + b"content-length: 0\r\n\r\n", [103, 200, "end"]),
    (
        "three 103s",
        (Repeat((Interim(103, SHEET),), 3), Head()),
        HINT * 3 + OK + b"content-length: 0\r\n\r\n",
        [103, 103, 103, 200, "end"],
    ),
    (
        "trailers",
        (Head(), Body(b"abc"), Trailers((("x-sum", "9"),))),
        OK + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n",
        [200, b"abc", ("x-sum", "9"), "end"],
    ),
    ("no content", (Head(204), Body(b"dropped")), b"HTTP/1.1 204 No Content\r\n\r\n", [204, "end"]),
    ("not modified", (Head(304), Body(b"dropped")), b"HTTP/1.1 304 Not Modified\r\n\r\n", [304, "end"]),
    ("nothing final", (Interim(103, SHEET),), HINT, [103, "reset 2"]),
    ("reset", (Reset(8),), b"", ["reset 8"]),
    ("close after 103", (Interim(103, SHEET), Close()), HINT, [103]),
    ("close ends content", (Head(), Body(b"ab"), Close()), OK + b"\r\nab", [200, b"ab"]),
    (
        "cut short",
        (Head(200, (("content-length", "9"),)), Body(b"ab"), Close()),
        OK + b"content-length: 9\r\n\r\nab",
        [200, b"ab"],
    ),
]


@pytest.mark.parametrize(
    ("answer", "bytes_said", "story"), [case[1:] for case in STEPS], ids=[case[0] for case in STEPS]
)
async def test_a_step_says_its_bytes(answer: Answer, bytes_said: bytes, story: list[object]) -> None:
    """HTTP/1.1 in cleartext to the byte, HTTP/2 over TLS as the h2 package understands it."""
    site = Site({"/": answer})
    async with Origin(site) as plain:
        if bytes_said or not isinstance(answer[0], Reset):
            assert await answer_to(plain, "/") == bytes_said
    async with Origin(site, tls=True) as secure, h2_client(secure) as client:
        assert await client.story("/") == story


async def test_http1_over_tls_says_the_same_as_in_cleartext() -> None:
    """ALPN http/1.1 leads to the same bytes inside TLS."""
    site = Site({"/": page("<p>", hints=SHEET)})
    async with Origin(site) as plain, Origin(site, tls=True) as secure:
        assert await answer_to(plain, "/") == await answer_to(secure, "/")
        assert [c.protocol for c in secure.log.connections()] == ["http/1.1"]


async def test_head_requests_get_the_fields_and_no_content() -> None:
    """HEAD is answered as GET up to the content, on both protocols, chunks and trailers included."""
    site = Site({"/": (Head(), Body(b"abc")), "/t": (Head(), Body(b"abc"), Trailers((("a", "b"),)))})
    async with Origin(site) as plain:
        assert await answer_to(plain, "/", "HEAD") == OK + b"content-length: 3\r\n\r\n"
        assert await answer_to(plain, "/t", "HEAD") == OK + b"transfer-encoding: chunked\r\n\r\n"
    async with Origin(site, tls=True) as secure, h2_client(secure) as client:
        assert await client.story("/", method="HEAD") == [200, "end"]
        assert await client.story("/t", method="HEAD") == [200, "end"]


async def test_raw_bytes_leave_as_they_stand_and_the_connection_stays() -> None:
    """A whole response written by hand is followed by the next one on the same connection."""
    site = Site({"/raw": (Raw(b"HTTP/1.1 299 By hand\r\nContent-Length: 2\r\n\r\nok"),), "/": text(200, "next")})
    async with Origin(site) as origin:
        data = await said(origin, get("/raw") + get("/", "Connection: close"))
        assert data.startswith(b"HTTP/1.1 299 By hand\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n")


async def test_raw_bytes_between_http2_frames_break_the_connection() -> None:
    """The h2 package refuses what no frame may be, DATA on stream 0, after the 103 that came before it."""
    answer = (Interim(103, SHEET), Wait(5), Raw(b"\0\0\1\0\0\0\0\0\0x"))
    async with Origin(Site({"/": answer}), tls=True) as origin, h2_client(origin) as client:
        assert await client.story("/") == [103]
        assert client.error is not None


async def test_reset_over_http1_is_a_tcp_reset() -> None:
    """The client's read fails rather than ends."""
    async with Origin(Site({"/": (Interim(103, SHEET), Wait(20), Reset())})) as origin:
        with pytest.raises(ConnectionResetError):
            await said(origin, get("/"))


async def test_go_away_lets_the_answer_go_on() -> None:
    """HTTP/2 sends GOAWAY naming this stream, or (processed False) the one before it; HTTP/1.1 closes afterwards."""
    site = Site({"/": (GoAway(), Wait(5), Head()), "/not": (GoAway(1, processed=False), Wait(5), Head())})
    async with Origin(site) as plain:
        assert await said(plain, get("/")) == OK + b"content-length: 0\r\nconnection: close\r\n\r\n"
    for target, last, code in (("/", 1, 0), ("/not", 0, 1)):
        async with Origin(site, tls=True) as secure, h2_client(secure) as client:
            client.request(target)
            while not (found := [e for e in client.events if isinstance(e, h2.events.ConnectionTerminated)]):
                assert await client.read()
            assert (found[0].last_stream_id, found[0].error_code) == (last, code)
            # The h2 package reads nothing after a GOAWAY, so the log says that the answer went on.
            await secure.log.until(lambda entry: isinstance(entry, Sent) and entry.what == "end")


@pytest.mark.parametrize("alpn", ["http/1.1", "h2"])
async def test_silence_lasts_until_the_client_goes(alpn: str) -> None:
    """After the 103 nothing comes; once the client has gone its connection ends in the log."""
    async with Origin(Site({"/": (Interim(103, SHEET), Silence())}), tls=True) as origin:
        async with connected(origin, alpn) as (reader, writer):
            if alpn == "h2":
                client = H2Client(reader, writer)
                await client.until(client.request("/"), h2.events.InformationalResponseReceived)
                assert client.told(1) == [103]
            else:
                writer.write(get("/"))
                assert await reader.readuntil(b"\r\n\r\n") == HINT
        await origin.log.until(lambda entry: isinstance(entry, ConnectionClosed))
        assert [e.what for e in origin.log.sent()] == ["interim"]


async def test_a_cancelled_stream_ends_its_answer_and_no_other() -> None:
    """RST_STREAM stops one performance; the connection answers the next request."""
    site = Site({"/": (Interim(), Silence()), "/b": (Head(), Body(b"b"))})
    async with Origin(site, tls=True) as origin, h2_client(origin) as client:
        stream_id = client.request("/")
        await client.until(stream_id, h2.events.InformationalResponseReceived)
        client.connection.reset_stream(stream_id, 8)
        client.flush()
        assert await client.story("/b") == [200, b"b", "end"]


async def test_an_endless_repeat_stops_when_the_client_goes() -> None:
    """A flood leaves the loop to others, and ends with its reader."""
    async with Origin(Site({"/flood": (Repeat((Interim(103, SHEET),)),), "/": (Head(),)})) as origin:
        async with connected(origin, "http/1.1") as (reader, writer):
            writer.write(get("/flood"))
            await reader.readexactly(len(HINT) * 100)
            assert await answer_to(origin, "/") == OK + b"content-length: 0\r\n\r\n"
        await origin.log.until(lambda entry: isinstance(entry, ConnectionClosed) and entry.connection == 1)


async def test_content_beyond_every_window_arrives_whole() -> None:
    """Two megabytes cross socket buffers and HTTP/2 windows, and are logged as ended only then."""
    size = 2_000_003
    site = Site({"/": (Head(), Body(size))})
    async with Origin(site) as plain:
        assert (await answer_to(plain, "/")).endswith(b"\r\n\r\n" + filler(size))
    async with Origin(site, tls=True) as secure, h2_client(secure) as client:
        assert await client.story("/") == [200, filler(size), "end"]
        assert [e.what for e in secure.log.sent("/")] == ["head", "end"]


async def test_an_urgent_answer_overtakes_a_long_one() -> None:
    """A style sheet asked for with u=0 while a large image is on its way arrives before the image is complete."""
    site = Site({"/big": (Head(), Body(4_000_000)), "/a.css": (Head(), Body(b"a"))})
    async with Origin(site, tls=True) as origin, h2_client(origin) as client:
        big = client.request("/big", ("priority", "u=5"))
        await client.until(big, h2.events.DataReceived)
        urgent = client.request("/a.css", ("priority", "u=0"))
        await client.until(urgent, h2.events.StreamEnded)
        assert client.told(urgent) == [200, b"a", "end"]
        assert "end" not in client.told(big)


async def test_request_content_reaches_the_script() -> None:
    """An answer chosen by request sees method, content and fields, on both protocols."""

    def echo(request: RequestSeen) -> Answer:
        return (Head(), Body(f"{request.protocol} {request.method} {request.field('x-a')} ".encode() + request.content))

    site = Site({"/": echo})
    async with Origin(site) as plain:
        data = await said(plain, get("/", "X-A: b", "Connection: close", "Content-Length: 3", method="POST") + b"xyz")
        assert data.endswith(b"\r\n\r\nhttp/1.1 POST b xyz")
    async with Origin(site, tls=True) as secure, h2_client(secure) as client:
        stream_id = client.request("/", ("x-a", "b"), method="POST", end=False)
        client.connection.send_data(stream_id, b"xyz", end_stream=True)
        client.flush()
        await client.until(stream_id, h2.events.StreamEnded)
        assert client.told(stream_id) == [200, b"h2 POST b xyz", "end"]


async def test_expect_100_continue_is_the_scripts_business() -> None:
    """The answer starts before the content: it may send 100 and await the content, or refuse at once."""
    site = Site({"/": (Interim(100), AwaitContent(), Head(), Body(b"got it")), "/no": (Head(417),)})
    ask = ("Expect: 100-continue", "Content-Length: 3")
    async with Origin(site) as origin:
        async with connected(origin, "http/1.1") as (reader, writer):
            writer.write(get("/", *ask, method="PUT"))
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"abc" + get("/", "Connection: close"))
            assert (await reader.read()).count(b"got it") == 2
        assert (await said(origin, get("/no", *ask, method="PUT"))).startswith(b"HTTP/1.1 417 ")


async def test_a_connection_is_kept_and_pipelined_requests_answered_in_order() -> None:
    """Three requests in one write, the first the slowest: three answers in their order, on one connection."""
    site = Site({"/1": asset(b"one", "text/plain", delay_ms=5), "/2": text(200, "two"), "/3": text(200, "three")})
    async with Origin(site) as origin:
        data = await said(origin, get("/1") + get("/2") + get("/3", "Connection: close"))
        assert data.index(b"one") < data.index(b"two") < data.index(b"three")
        assert [(r.connection, r.stream) for r in origin.log.requests()] == [(1, 1), (1, 2), (1, 3)]


async def test_a_bad_request_is_answered_and_closed() -> None:
    """What is no HTTP gets 400 with a sentence, and the connection's end."""
    async with Origin(Site({})) as origin:
        data = await said(origin, b"hello\r\n\r\n")
        assert data.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert data.endswith(b"the request line is not METHOD TARGET HTTP/1.1\n")


async def test_a_script_that_fails_says_so() -> None:
    """An error while choosing an answer is a 500 that names it; one while performing it is a logged fault."""

    def broken(request: RequestSeen) -> Answer:
        raise KeyError("no such thing")

    site = Site({"/choose": broken, "/perform": (Head(), Body("text"))})  # type: ignore[arg-type]
    async with Origin(site, tls=True) as origin, h2_client(origin) as client:
        assert await client.story("/choose") == [
            500,
            b"the script for /choose failed: KeyError: 'no such thing'\n",
            "end",
        ]
        assert (await client.story("/perform"))[-1] == "reset 2"
        faults = [entry.detail for entry in origin.log if isinstance(entry, Sent) and entry.what == "fault"]
        assert faults[0] is not None
        assert faults[0].startswith("the script failed: TypeError")


async def test_http2_in_cleartext_by_prior_knowledge() -> None:
    """An origin that speaks h2 alone speaks it without TLS too."""
    async with Origin(Site({"/": (Interim(), Head())}), http=("h2",)) as origin, h2_client(origin) as client:
        assert await client.story("/") == [103, 200, "end"]
