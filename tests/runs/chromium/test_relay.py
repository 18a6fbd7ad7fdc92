"""The relay between a Chromium and the servers, with a load of ours in Chromium's place: what passes, what does not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest

from fetcher.errors import FetcherError, UsageError
from fetcher.load import load_page
from fetcher.net import NetOptions
from fetcher.net.proxy import Proxies, Proxy
from fetcher.origin import Origin, Site, throw_away
from fetcher.origin.script import asset, page
from fetcher.record.page_load import PageLoad
from fetcher.runs.chromium import ChromiumOptions
from fetcher.runs.chromium.measuring import measuring
from fetcher.runs.chromium.relay.dressing import Dressing
from fetcher.runs.chromium.relay.passage import Passage
from fetcher.runs.chromium.relay.relay import Relay
from fetcher.terms import Fields
from fetcher.urls import parse
from tests.support.fake_chromium import fake

HINT = "</site.css>; rel=preload; as=style"
SITE = Site(
    {
        "/": page("<!doctype html><link rel=stylesheet href=/site.css><p>x", hints=[HINT], think_ms=80),
        "/site.css": asset(b"p{}", "text/css"),
        "/large": asset(2_000_000, "text/plain"),
    }
)


def as_chromium(relay: Relay) -> NetOptions:
    """Which knows the relay's name, and finds it on loopback."""
    proxy = Proxy("https", relay.name, relay.port)
    return NetOptions(
        insecure=True, proxies=Proxies(proxy, proxy), resolve=((relay.name, relay.port, "127.0.0.1"),)
    )  # fmt: skip


def dressing(url: str, dress: tuple[Fields, str | None] | None) -> Dressing | None:
    return None if dress is None else Dressing(parse(url), dress[0], authorization=dress[1])


def through(
    origin: Origin, path: str, *, withheld: bool, dress: tuple[Fields, str | None] | None = None, **options: Any
) -> tuple[PageLoad | FetcherError, Passage]:
    """A load of ours through a relay; any certificate is good to it, as the relay's is to its Chromium."""

    async def visit() -> tuple[PageLoad | FetcherError, Passage]:
        async with origin, Relay(NetOptions(**{"insecure": True, **options})) as relay:
            url = f"{'https' if origin.tls else 'http'}://localhost:{origin.port}{path}"
            passage = relay.begin(withheld=withheld, dressing=dressing(url, dress))
            net = as_chromium(relay)
            try:
                return await load_page(url, options=net), passage
            except FetcherError as error:
                return error, passage

    return asyncio.run(visit())


def test_what_is_not_withheld_arrives() -> None:
    """The 103 and what it starts: seen by who loads, and by the relay."""
    origin = Origin(SITE, tls=True)
    load, passage = through(origin, "/", withheld=False)
    assert isinstance(load, PageLoad)
    assert [one.status for one in load.interim] == [103]
    assert origin.log.before_head("/") == ["/site.css"]
    ((_, document), (_, sheet)) = passage.exchanges
    assert (passage.moved(document), passage.moved(sheet)) == (1, 0)
    assert document.final is not None
    assert document.final.status == 200


def test_a_103_is_withheld() -> None:
    """The origin sent it, the relay received it, and nothing came of it before the final head."""
    origin = Origin(SITE, tls=True)
    load, passage = through(origin, "/", withheld=True)
    assert isinstance(load, PageLoad)
    assert load.interim == ()
    assert [sent.status for sent in origin.log.sent("/") if sent.status == 103] == [103]
    assert origin.log.before_head("/") == []
    assert [one.url.rpartition("/")[2] for one in load.requests] == ["", "site.css"]
    document = next(one for _, one in passage.exchanges)
    assert [head.withheld for head in document.interim] == [True]
    assert passage.moved(document) == 0
    assert passage.links[0].facts is not None


@pytest.mark.parametrize("withheld", [True, False])
def test_content_passes_as_it_is(withheld: bool) -> None:
    """Also more than fits any buffer; over HTTP/1.1, too, which passes unread."""
    for http in (("h2", "http/1.1"), ("http/1.1",)):
        load, passage = through(Origin(SITE, tls=True, http=http), "/large", withheld=withheld)
        assert isinstance(load, PageLoad), load
        assert load.requests[0].sizes.decoded == 2_000_000
        assert (passage.links[0].passing is None) is (http == ("http/1.1",))


def test_a_server_that_cannot_be_reached() -> None:
    """Its tunnel is refused, and the passage knows why."""
    load, passage = through(Origin(SITE, tls=True), "/", withheld=False, insecure=False)
    assert isinstance(load, FetcherError)
    assert "trust its authority with --cacert" in (passage.error_of("localhost") or "")


def through_tls(relay: Relay, name: str | None) -> Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to the relay's own door by ``name``."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return asyncio.open_connection("127.0.0.1", relay.port, ssl=context, server_hostname=name or "")


def test_a_stranger_is_refused() -> None:
    """Whoever does not know the name of the run cannot ask for anything: not in plain text, by no or another name."""

    async def ask(name: str | None) -> bytes:
        async with Relay(NetOptions()) as relay:
            if name is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
            else:
                try:
                    reader, writer = await through_tls(relay, name)
                except OSError:
                    return b"no handshake"
            writer.write(b"CONNECT a.test:443 HTTP/1.1\r\n\r\n")
            try:
                return await reader.read(100)
            except ConnectionResetError:
                return b""
            finally:
                writer.close()

    assert asyncio.run(ask(None)) == b""
    for name in ("", "relay.invalid", f"{'0' * 32}.relay.invalid", "a.test"):
        assert asyncio.run(ask(name)) == b"no handshake", name
    assert Relay(NetOptions()).name != Relay(NetOptions()).name


def test_the_name_is_on_no_command_line(tmp_path: Path) -> None:
    """Which everybody on the machine can read, as the environment is not."""
    program = fake(tmp_path)

    async def start() -> str:
        async with measuring(ChromiumOptions(program=program), NetOptions()) as measured:
            await measured.load("https://a.test/", {})
            return measured._relay.name.partition(".")[0]

    name = asyncio.run(start())
    told = (tmp_path / "arguments").read_text()
    assert "MAP *.relay.invalid 127.0.0.1" in told
    assert name not in told
    assert name in (tmp_path / "contexts").read_text()


def test_only_what_a_proxy_is_for() -> None:
    """A request for the relay itself, or for a tunnel to nowhere, is refused."""

    async def ask(text: bytes) -> bytes:
        async with Relay(NetOptions()) as relay:
            reader, writer = await through_tls(relay, relay.name)
            writer.write(text)
            answer = await reader.read(100)
            writer.close()
            return answer

    for text in (b"GET / HTTP/1.1\r\n\r\n", b"CONNECT a.test HTTP/1.1\r\n\r\n", b"\r\n\r\n"):
        assert asyncio.run(ask(text)).startswith(b"HTTP/1.1 501 ")
    for text in (b"GET http:// HTTP/1.1\r\n\r\n", b"GET http://[x/ HTTP/1.1\r\n\r\n"):
        assert asyncio.run(ask(text)) == b""


def test_plain_http_passes() -> None:
    """Forwarded as a proxy does, each request in the form that its server knows; the passage knows the connection."""
    load, passage = through(Origin(SITE), "/", withheld=False)
    assert isinstance(load, PageLoad), load
    assert [one.status for one in load.requests] == [200, 200]
    assert {(link.scheme, link.passing) for link in passage.links} == {("http", None)}
    load, _ = through(Origin(SITE), "/large", withheld=True)
    assert isinstance(load, PageLoad), load
    assert load.requests[0].sizes.decoded == 2_000_000


@pytest.mark.parametrize(("tls", "http"), [(True, ("h2",)), (True, ("http/1.1",)), (False, ("http/1.1",))])
def test_requests_get_what_they_are_dressed_with(tls: bool, http: tuple[str, ...]) -> None:
    """Over every protocol, those that a 103 asks for too, in place of the browser's own fields."""
    origin = Origin(SITE, tls=tls, http=http if tls else ("http/1.1",))
    fields = (("x-team", "blue"), ("accept-language", "de"))
    load, _ = through(origin, "/", withheld=False, dress=(fields, "Basic eDp5"))
    assert isinstance(load, PageLoad), load
    asked = origin.log.requests()
    assert [one.target for one in asked] == ["/", "/site.css"]
    for one in asked:
        said = [pair for pair in one.fields if pair[0].lower() in ("x-team", "accept-language", "authorization")]
        assert [(name.lower(), value) for name, value in said] == [*fields, ("authorization", "Basic eDp5")]


def test_who_gets_what() -> None:
    """Fields go to the page's site, and from http to its https; credentials to its origin; as a load of ours has it."""
    page = parse("http://www.a.test/")
    dressing = Dressing(page, (("x-team", "blue"),), authorization="Basic eDp5")
    team = (("x-team", "blue"),)
    assert dressing("http", "www.a.test") == (*team, ("authorization", "Basic eDp5"))
    assert dressing("https", "www.a.test:443") == dressing("http", "cdn.a.test:8080") == team
    assert dressing("https", "b.test") == dressing("https", "[bad") == ()
    secure = Dressing(parse("https://a.test/"), team)
    assert (secure("https", "x.a.test"), secure("http", "a.test")) == (team, ())
    assert Dressing(page, team, everywhere=True)("https", "b.test") == team
    own = Dressing(page, (("authorization", "mine"),), authorization="Basic eDp5")
    assert own("http", "www.a.test") == (("authorization", "mine"),)
    for name, value in (("x y", "1"), ("x", "1\r\ny: 2"), ("x", "\u2026"), ("host", "b.test"), ("upgrade", "x")):
        with pytest.raises(UsageError, match="-H"):
            Dressing(page, ((name, value),))


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("dress", [None, ((("x-team", "blue"),), None)])
def test_a_websocket_passes(tls: bool, dress: Any) -> None:
    """Its client offers HTTP/1.1 alone, or no TLS; with the server, which would rather speak HTTP/2, that is agreed."""
    heads = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        agreed = writer.get_extra_info("ssl_object")
        heads.append((agreed.selected_alpn_protocol() if tls else None, await reader.readuntil(b"\r\n\r\n")))
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        while data := await reader.read(1_000):
            writer.write(data.upper())
        writer.close()

    async def talk() -> bytes:
        context = throw_away().server_context(["h2", "http/1.1"]) if tls else None
        async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            async with Relay(NetOptions(insecure=True)) as relay:
                relay.begin(withheld=True, dressing=dressing(f"https://localhost:{port}/", dress))
                reader, writer = await through_tls(relay, relay.name)
                writer.write(f"CONNECT localhost:{port} HTTP/1.1\r\n\r\n".encode())
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
                if tls:
                    own = ssl.create_default_context()
                    own.check_hostname, own.verify_mode = False, ssl.CERT_NONE
                    own.set_alpn_protocols(["http/1.1"])
                    await writer.start_tls(own, server_hostname="localhost")
                writer.write(b"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
                writer.write(b"hello \r\n\r\n")
                answer = await reader.readexactly(10)
                writer.close()
                return answer

    assert asyncio.run(talk()) == b"HELLO \r\n\r\n"
    ((agreed, head),) = heads
    assert agreed == ("http/1.1" if tls else None)
    assert (b"X-Team: blue" in head) is (dress is not None and tls)
