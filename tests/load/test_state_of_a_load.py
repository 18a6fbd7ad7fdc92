"""State over real connections: cookies in and out, credentials, devices, client certificates, loads through proxies."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

import pytest

import fetcher
from fetcher.browser.requests.device import device
from fetcher.browser.storage.cookies import Cookie
from fetcher.browser.storage.state import BrowserState
from fetcher.errors import ConnectFailed, TLSFailed, UsageError
from fetcher.net import NetOptions
from fetcher.net.proxy import Proxies, parse_proxy
from fetcher.origin.script import Answer, Body, Head, Interim, RequestSeen, Wait, page, text
from fetcher.origin.server import Origin
from fetcher.record import dumps, loads
from fetcher.terms import field_value
from tests.support.loopback import answering, authority, ca_file, server_context, serving
from tests.support.proxies import ESTABLISHED, ScriptedProxy

DOCUMENT = '<!doctype html><link rel="stylesheet" href="/a.css"><p>text'


def sets_a_cookie(request: RequestSeen) -> Answer:
    """A 103 that tries to set a cookie, then a page that sets one."""
    fields = (("content-type", "text/html"), ("set-cookie", "session=s3cret; HttpOnly"))
    hints = (("link", "</h.js>; rel=preload; as=script"), ("set-cookie", "early=1"))
    return (Interim(103, hints), Wait(60), Head(200, fields), Body(DOCUMENT.encode()))


def shows_its_request(request: RequestSeen) -> Answer:
    return text(200, "ok")


def site(**options: object) -> Origin:
    routes = {"/": sets_a_cookie, "/a.css": shows_its_request, "/h.js": shows_its_request, "/plain": page(DOCUMENT)}
    return Origin(routes, **options)  # type: ignore[arg-type]


async def test_cookies_come_in_are_kept_and_come_out() -> None:
    """The hint leaves with what was known before, the sheet with what the page set; nothing of a 103 is kept, and no
    cookie is in the saved record."""
    kept: list[BrowserState] = []
    async with site() as server:
        begin = BrowserState((Cookie("old", "v1", "127.0.0.1"),))
        load = await fetcher.load_page(server.url + "/", state=begin, on_state=kept.append)
        again = await fetcher.load_page(server.url + "/plain", state=kept[0])
    sent = {request.url.rpartition("/")[2]: field_value(request.fields, "cookie") for request in load.requests}
    assert sent == {"": "old=v1", "h.js": "old=v1", "a.css": "old=v1; session=s3cret"}
    assert [cookie.name for cookie in kept[0].cookies] == ["old", "session"]
    assert field_value(again.requests[0].fields, "cookie") == "old=v1; session=s3cret"
    assert "s3cret" not in dumps(load)
    assert "v1" not in dumps(load)


async def test_the_state_comes_out_of_a_failed_load_too() -> None:
    """What was learnt before the failure is kept: a redirect that sets a cookie and leads nowhere."""
    kept: list[BrowserState] = []

    def leads_nowhere(_request: RequestSeen) -> Answer:
        return (Head(302, (("location", "ftp://nowhere.test/"), ("set-cookie", "seen=1"))),)

    async with Origin({"/": leads_nowhere}) as server:
        with pytest.raises(fetcher.FetcherError):
            await fetcher.load_page(server.url + "/", on_state=kept.append)
    assert [cookie.name for cookie in kept[0].cookies] == ["seen"]


async def test_credentials_go_to_the_server_and_not_into_the_record() -> None:
    """auth as Basic, UTF-8; redacted when saved."""
    async with site() as server:
        load = await fetcher.load_page(server.url + "/plain", auth=("user", "p\u00e4ss"))
    assert field_value(load.requests[0].fields, "authorization") == "Basic dXNlcjpww6Rzcw=="
    assert "dXNlcjpww6Rzcw==" not in dumps(load)


async def test_the_device_is_in_the_record() -> None:
    """By name or as a value; none is none."""
    async with site() as server:
        phone = await fetcher.load_page(server.url + "/plain", device="mobile")
        wide = await fetcher.load_page(server.url + "/plain", device=device("desktop", (1920, 1080), 2))
        plain = await fetcher.load_page(server.url + "/plain")
        with pytest.raises(UsageError, match="no device 'tv'"):
            await fetcher.load_page(server.url + "/plain", device="tv")
    assert phone.device == device("mobile")
    assert wide.device is not None
    assert (wide.device.name, wide.device.width, wide.device.dpr) == ("desktop", 1920, 2.0)
    assert plain.device is None
    assert loads(dumps(phone)).device == phone.device
    assert "Mobile" in (field_value(phone.requests[0].fields, "user-agent") or "")


def through(port: int, server: Origin, userinfo: str = "") -> NetOptions:
    proxy = parse_proxy(f"http://{userinfo}127.0.0.1:{port}")
    return NetOptions(ca_file=str(server.ca_file) if server.tls else None, proxies=Proxies(proxy, proxy))


@pytest.mark.parametrize("http", [("http/1.1",), ("h2", "http/1.1")])
async def test_a_page_through_a_tunnel(http: tuple[str, ...]) -> None:
    """The proxy's own 103 to the CONNECT is on the connection's record; the page has the origin's alone."""
    own = b"HTTP/1.1 103 Early Hints\r\nLink: </not-of-the-page.css>; rel=preload; as=style\r\n\r\n"
    proxy = ScriptedProxy((b"HTTP/1.1 100 Continue\r\n\r\n" + own, ESTABLISHED))
    async with site(tls=True, http=http) as server, serving(proxy) as port:
        load = await fetcher.load_page(server.url + "/", options=through(port, server, "u:secret@"))
        assert server.log.multiset() == {"/": 1, "/a.css": 1, "/h.js": 1}
    assert load.outcome == "loaded"
    assert [one.status for one in load.interim] == [103]
    assert [hint.href for hint in load.hints] == ["/h.js"]
    for connection in load.connections:
        proxied = connection.proxy
        if connection.protocol is None:  # opened, and not needed any more before it stood
            continue
        assert proxied is not None
        assert (proxied.url, proxied.tunnel) == (f"http://127.0.0.1:{port}", True)
        assert [one.status for one in proxied.interim] == [100, 103]
        assert connection.opened_at <= proxied.interim[0].at <= (connection.connect_end or 0)
    text_of_record = dumps(load)
    assert loads(text_of_record) == loads(dumps(loads(text_of_record)))
    assert "secret" not in dumps(load, redact=False)


async def test_a_page_by_a_forwarding_proxy() -> None:
    """http targets go as absolute requests; the 103 comes through and is acted on (eager)."""
    proxy = ScriptedProxy()
    async with site() as server, serving(proxy) as port:
        load = await fetcher.load_page(server.url + "/", options=through(port, server))
        assert server.log.multiset() == {"/": 1, "/a.css": 1, "/h.js": 1}
    assert load.hints[0].acted
    assert all(connection.proxy is not None and not connection.proxy.tunnel for connection in load.connections)
    assert proxy.heads[0].startswith(f"GET {server.url}/ HTTP/1.1\r\n".encode())


async def test_a_proxy_that_refuses_fails_the_navigation() -> None:
    """One sentence, and a record with the connection that could not be had."""
    refusing = ScriptedProxy((b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",), then=False)
    async with site(tls=True) as server, serving(refusing) as port:
        with pytest.raises(ConnectFailed, match="wants a user name and password") as caught:
            await fetcher.load_page(server.url + "/", options=through(port, server))
    assert caught.value.record.outcome == "connect-failed"
    assert caught.value.record.connections[0].error == str(caught.value)


async def test_the_aiohttp_transport_takes_no_proxy_of_ours() -> None:
    """Rather a sentence than requests that pass the proxy by."""
    proxy = parse_proxy("http://127.0.0.1:1")
    with pytest.raises(UsageError, match="takes no proxy"):
        await fetcher.load_page("http://a.test/", transport="aiohttp", options=NetOptions(proxies=Proxies(proxy)))


async def test_cancelled_while_the_proxy_is_silent() -> None:
    """Nothing is left open (the fixtures look)."""

    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()

    asked = asyncio.Event()
    async with site(tls=True) as server, serving(silent) as port:
        task = asyncio.create_task(fetcher.load_page(server.url + "/", options=through(port, server)))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_server_that_wants_a_client_certificate(tmp_path: object) -> None:
    """It gets the one given and serves the page; without one the sentence says what to give."""
    file = f"{tmp_path}/client.pem"
    authority().issue_cert("client.test").private_key_and_cert_chain_pem.write_to_path(file)
    context = server_context("127.0.0.1", alpn=())
    context.verify_mode = context.verify_mode.__class__.CERT_REQUIRED
    authority().configure_trust(context)
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>"
    async with serving(answering(answer), tls=context) as port:
        url = f"https://127.0.0.1:{port}/"
        load = await fetcher.load_page(url, options=NetOptions(ca_file=ca_file(), cert_file=file))
    assert load.outcome == "loaded"

    async def reads_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The alert, and no reset that could overtake it."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while data := await reader.read(65_536):
            incoming.write(data)
            with suppress(ssl.SSLError):
                tls.do_handshake()
            writer.write(outgoing.read())

    async with serving(reads_on) as port:
        url = f"https://127.0.0.1:{port}/"
        with pytest.raises(TLSFailed, match=r"wants a client certificate \(--cert and --key\)"):
            await fetcher.load_page(url, options=NetOptions(ca_file=ca_file()))
