"""The relay between a Chromium and the servers, with a load of ours in Chromium's place: what passes, what does not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fetcher.errors import FetcherError
from fetcher.load import load_page
from fetcher.net import NetOptions
from fetcher.net.proxy import Proxies, Proxy
from fetcher.origin import Origin, Site
from fetcher.origin.script import asset, page
from fetcher.record.page_load import PageLoad
from fetcher.runs.chromium.relay import Passage, Relay

HINT = "</site.css>; rel=preload; as=style"
SITE = Site(
    {
        "/": page("<!doctype html><link rel=stylesheet href=/site.css><p>x", hints=[HINT], think_ms=80),
        "/site.css": asset(b"p{}", "text/css"),
        "/large": asset(2_000_000, "text/plain"),
    }
)


def through(
    origin: Origin, path: str, *, withheld: bool, **options: Any
) -> tuple[PageLoad | FetcherError, Passage]:  # fmt: skip
    """A load of ours through a relay; any certificate is good to it, as the relay's is to its Chromium."""

    async def visit() -> tuple[PageLoad | FetcherError, Passage]:
        async with origin, Relay(NetOptions(**{"insecure": True, **options})) as relay:
            passage = relay.begin(withheld=withheld)
            proxy = Proxy("http", "127.0.0.1", relay.port)
            net = NetOptions(insecure=True, proxies=Proxies(proxy, proxy))
            try:
                return await load_page(f"https://localhost:{origin.port}{path}", options=net), passage
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


def test_only_tunnels() -> None:
    """Nothing is fetched for who asks it as an open proxy."""

    async def ask(text: bytes) -> bytes:
        async with Relay(NetOptions()) as relay:
            reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
            writer.write(text)
            answer = await reader.read(100)
            writer.close()
            return answer

    for text in (b"GET http://a.test/ HTTP/1.1\r\n\r\n", b"CONNECT a.test HTTP/1.1\r\n\r\n", b"\r\n\r\n"):
        assert asyncio.run(ask(text)).startswith(b"HTTP/1.1 501 ")
