"""Connections through proxies on real sockets: tunnels, forwarding, what the proxy said, and every way it can fail."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from fetcher.errors import (
    ConnectFailed,
    DeadlineExceeded,
    FetcherError,
    LimitExceeded,
    LookupFailed,
    ProtocolError,
    TLSFailed,
)
from fetcher.net import Connection, NetOptions, open_connection
from fetcher.net.proxy import Proxies, parse_proxy
from fetcher.terms import HttpVersion, Limits
from fetcher.wire.events import BodyData, InterimResponse, RequestHead, ResponseEnd, ResponseHead, StreamEvent
from tests.support.loopback import (
    EARLY,
    HOST,
    OK,
    Http2Server,
    answering,
    ca_file,
    open_descriptors,
    server_context,
    serving,
    settled,
)
from tests.support.proxies import ESTABLISHED, ScriptedProxy

EARLY_PROXY = b"HTTP/1.1 103 Early Hints\r\nLink: </proxy.css>; rel=preload; as=style\r\n\r\n"


def via(port: int, *, scheme: str = "http", userinfo: str = "", **kwargs: object) -> NetOptions:
    proxy = parse_proxy(f"{scheme}://{userinfo}127.0.0.1:{port}")
    return NetOptions(ca_file=ca_file(), proxies=Proxies(proxy, proxy), **kwargs)  # type: ignore[arg-type]


async def exchange(connection: Connection, scheme: str, authority: str, target: str = "/") -> list[StreamEvent]:
    """One GET, and everything that came back."""
    events: list[StreamEvent] = []
    over = asyncio.Event()

    def sink(event: StreamEvent) -> None:
        events.append(event)
        if not isinstance(event, InterimResponse | ResponseHead | BodyData):
            over.set()

    connection.send_request(RequestHead("GET", scheme, authority, target), sink)
    connection.flush()
    await asyncio.wait_for(over.wait(), 5)
    return events


async def speaks_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await reader.read(10_000)


async def finish(connection: Connection) -> None:
    connection.close()
    await connection.wait_closed()


async def test_a_tunnel_keeps_the_proxys_interim_responses_apart() -> None:
    """100 and 103 to the CONNECT are the proxy's; the 103 inside the tunnel is the origin's."""
    proxy = ScriptedProxy((b"HTTP/1.1 100 Continue\r\n\r\n", EARLY_PROXY + b"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n"))
    origin = answering(EARLY + OK)
    async with serving(origin, tls=server_context(alpn=("http/1.1",))) as port, serving(proxy) as proxy_port:
        connection = await open_connection("https", HOST, port, via(proxy_port))
        facts = connection.facts
        assert facts.proxy is not None
        assert (facts.proxy.url, facts.proxy.tunnel) == (f"http://127.0.0.1:{proxy_port}", True)
        assert [one.status for one in facts.proxy.interim] == [100, 103]
        assert facts.proxy.interim[1].fields == (("link", "</proxy.css>; rel=preload; as=style"),)
        assert (facts.proxy.status, facts.proxy.fields) == (200, (("via", "x"),))
        events = await exchange(connection, "https", HOST)
        await finish(connection)
    interim = [event for event in events if isinstance(event, InterimResponse)]
    assert [event.fields[0][1] for event in interim] == ["</a.css>; rel=preload; as=style"]
    assert isinstance(events[-1], ResponseEnd)
    assert proxy.heads[0].startswith(f"CONNECT {HOST}:{port} HTTP/1.1\r\nHost: {HOST}:{port}\r\n".encode())
    assert "proxy-authorization" not in proxy.fields()
    times, proxied = facts.times, facts.proxy
    order = [times.connect_start, times.tcp_end, proxied.request_start, proxied.response_start, times.tls_start]
    assert None not in order
    assert order == sorted(order)  # type: ignore[type-var]
    assert (facts.port, facts.tls is not None) == (proxy_port, True)


async def test_http2_through_a_tunnel() -> None:
    """ALPN is between us and the origin; the proxy sees bytes. Much content crosses it."""
    body = bytes(range(256)) * 4096
    server = Http2Server(lambda peer, stream, _path: peer.respond(stream, body))
    async with serving(server, tls=server_context()) as port, serving(ScriptedProxy()) as proxy_port:
        connection = await open_connection("https", HOST, port, via(proxy_port))
        assert connection.protocol is HttpVersion.HTTP_2
        received = bytearray()
        over = asyncio.Event()
        numbers: list[int] = []

        def sink(event: StreamEvent) -> None:
            if isinstance(event, BodyData):
                received.extend(event.data)
                connection.acknowledge(numbers[0], event.flow)
            elif isinstance(event, ResponseEnd):
                over.set()

        numbers.append(connection.send_request(RequestHead("GET", "https", HOST, "/"), sink))
        connection.flush()
        await asyncio.wait_for(over.wait(), 10)
        await finish(connection)
    assert bytes(received) == body


async def test_a_proxy_over_tls() -> None:
    """TLS with the proxy, TLS with the origin inside it; both are recorded and checked against their own names."""
    proxy = ScriptedProxy()
    context = server_context("127.0.0.1", alpn=("h2", "http/1.1"))
    async with (
        serving(answering(EARLY + OK), tls=server_context(alpn=())) as port,
        serving(proxy, tls=context) as proxy_port,
    ):
        connection = await open_connection("https", HOST, port, via(proxy_port, scheme="https", userinfo="u:p@"))
        proxied = connection.facts.proxy
        assert proxied is not None
        assert proxied.tls is not None
        assert (proxied.tls.names, proxied.tls.alpn) == (("127.0.0.1",), "http/1.1")
        assert connection.facts.tls is not None
        assert connection.facts.tls.names == (HOST, "127.0.0.1")
        events = await exchange(connection, "https", HOST)
        assert isinstance(events[-1], ResponseEnd)
        await finish(connection)
    assert proxy.fields()["proxy-authorization"] == "Basic dTpw"


async def test_a_forwarded_request_is_absolute() -> None:
    """RFC 9112 3.2.2, with credentials for the proxy alone; Host stays, and the connection can be used again."""
    proxy = ScriptedProxy()
    async with serving(answering(EARLY + OK, OK)) as port, serving(proxy) as proxy_port:
        connection = await open_connection("http", "shop.test", port, via(proxy_port, userinfo="u:p@"))
        assert connection.facts.proxy is not None
        assert (connection.facts.proxy.tunnel, connection.facts.tls) == (False, None)
        events = await exchange(connection, "http", f"shop.test:{port}", "/x?y")
        assert [type(event) for event in events] == [InterimResponse, ResponseHead, BodyData, ResponseEnd]
        assert isinstance((await exchange(connection, "http", f"shop.test:{port}"))[-1], ResponseEnd)
        await finish(connection)
    assert proxy.heads[0].startswith(f"GET http://shop.test:{port}/x?y HTTP/1.1\r\nHost: shop.test:{port}\r\n".encode())
    assert proxy.fields()["proxy-authorization"] == "Basic dTpw"


async def test_connect_to_makes_a_tunnel_of_an_http_target() -> None:
    """As in curl: only by CONNECT can a proxy be told to go elsewhere than the URL says."""
    proxy = ScriptedProxy()
    async with serving(answering(OK)) as port, serving(proxy) as proxy_port:
        options = via(proxy_port, connect_to=(("shop.test", 80, "else.test", port),))
        connection = await open_connection("http", "shop.test", 80, options)
        events = await exchange(connection, "http", "shop.test")
        assert isinstance(events[-1], ResponseEnd)
        await finish(connection)
    assert proxy.heads[0].startswith(f"CONNECT else.test:{port} ".encode())


async def test_an_address_goes_in_brackets() -> None:
    """CONNECT [::1]:443."""
    proxy = ScriptedProxy((b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",), then=False)
    async with serving(proxy) as proxy_port:
        with pytest.raises(ConnectFailed, match=r"refused a tunnel to \[::1\]:443: 403 No"):
            await open_connection("https", "::1", 443, via(proxy_port))
    assert proxy.heads[0].startswith(b"CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n")


async def test_exempt_hosts_are_reached_directly() -> None:
    """no_proxy: the proxy is not even asked."""
    proxy = parse_proxy("http://127.0.0.1:1")
    async with serving(answering(OK)) as port:
        options = NetOptions(proxies=Proxies(proxy, proxy, "127.0.0.1"))
        connection = await open_connection("http", "127.0.0.1", port, options)
        assert connection.facts.proxy is None
        await finish(connection)


CLOSING = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
# what the proxy answers before it closes; userinfo; the error and its sentence
REFUSALS: list[tuple[bytes, str, type[FetcherError], str]] = [
    (CLOSING, "", ConnectFailed, r"wants a user name and password \(407 Proxy Authentication Required\): --proxy http://USER"),
    (CLOSING, "u:secret@", ConnectFailed, r"did not accept the user name and password given \(407"),
    (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "", ConnectFailed, "refused a tunnel to shop.test:443: 502 Bad Gateway"),
    (b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "", ConnectFailed, "refused a tunnel to shop.test:443: 302"),
    (b"", "", ConnectFailed, "closed the connection instead of opening a tunnel: .*without answering"),
    (EARLY_PROXY, "", ConnectFailed, "closed the connection instead of opening a tunnel: .*after the 103"),
    (b"HTTP/1.1 200", "", ConnectFailed, "closed the connection instead of opening a tunnel: .*in the middle"),
    (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "", ProtocolError, "does not answer as an HTTP proxy does"),
    (EARLY_PROXY * 5, "", LimitExceeded, "answered too much: More than 4 interim"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "userinfo", "error", "sentence"), REFUSALS)
async def test_a_proxy_that_opens_no_tunnel(
    answer: bytes, userinfo: str, error: type[FetcherError], sentence: str
) -> None:
    """Each one sentence that names the proxy and never its password."""
    async with serving(ScriptedProxy((answer,), then=False)) as port:
        options = via(port, userinfo=userinfo, limits=Limits(interim_heads=4))
        with pytest.raises(error, match=sentence) as caught:
            await open_connection("https", HOST, 443, options)
    assert f"http://127.0.0.1:{port}" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("answer", "seen"), [(b"", ""), (EARLY_PROXY, r" \(after 1 interim responses\)")])
async def test_a_silent_proxy(answer: bytes, seen: str) -> None:
    """The connect deadline, whether or not interim responses came."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await reader.read()
        await asyncio.Event().wait()

    async with serving(silent) as port:
        with pytest.raises(
            DeadlineExceeded, match=rf"opened no tunnel to shop\.test:443 within 60 ms{seen}$"
        ) as caught:
            await open_connection("https", HOST, 443, via(port, limits=Limits(connect_ms=60)))
        assert caught.value.phase == "connect"


async def test_a_proxy_that_cannot_be_reached() -> None:
    """Refused, unknown, or not speaking TLS: the sentence says that it is the proxy."""
    async with serving(ScriptedProxy()) as port:
        pass
    with pytest.raises(ConnectFailed, match=rf"the proxy http://127.0.0.1:{port} cannot be reached: .*refused"):
        await open_connection("http", HOST, 80, via(port))
    proxy = parse_proxy("http://no-such-proxy.invalid:80")
    with pytest.raises(LookupFailed, match=r"the proxy http://no-such-proxy.invalid:80 cannot be found: no such host"):
        await open_connection("http", HOST, 80, NetOptions(proxies=Proxies(proxy, proxy)))
    async with serving(speaks_first) as port:
        with pytest.raises(TLSFailed, match=rf"the proxy https://127.0.0.1:{port} does not answer with TLS"):
            await open_connection("https", HOST, 443, via(port, scheme="https"))


async def test_the_origins_faults_are_told_as_the_origins() -> None:
    """A wrong certificate, no TLS and hanging up inside the tunnel name the origin, not the proxy."""
    async with serving(answering(OK), tls=server_context("other.test")) as port, serving(ScriptedProxy()) as proxy_port:
        with pytest.raises(TLSFailed, match=rf"another host than {HOST}:{port}"):
            await open_connection("https", HOST, port, via(proxy_port))
    for rest, sentence in (
        (b"HTTP/1.1 400 Bad\r\n\r\n", "does not answer with TLS"),
        (b"", "during the TLS handshake"),
    ):
        async with serving(ScriptedProxy((ESTABLISHED + rest,), then=False)) as proxy_port:
            with pytest.raises(TLSFailed, match=f"{HOST}:443 .*{sentence}"):
                await open_connection("https", HOST, 443, via(proxy_port))


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_cancelled_at_every_step(scheme: str) -> None:
    """Cancelled after n turns of the loop, for every n until it is open: no descriptor and no task stays behind."""
    tls = server_context("127.0.0.1", alpn=()) if scheme == "https" else None
    async with (
        serving(Http2Server(lambda *_: None), tls=server_context()) as port,
        serving(ScriptedProxy(), tls=tls) as proxy_port,
    ):
        options = via(proxy_port, scheme=scheme)
        await settled(lambda: False, steps=4)
        before, tasks = open_descriptors(), len(asyncio.all_tasks())
        for turns in count(0, 2):
            task = asyncio.create_task(open_connection("https", HOST, port, options))
            for _ in range(turns):
                await asyncio.sleep(0)
            if task.done():
                connection = task.result()
                connection.abort()
                await connection.wait_closed()
                break
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await settled(lambda: (open_descriptors(), len(asyncio.all_tasks())) == (before, tasks)), turns
        assert turns > 4
