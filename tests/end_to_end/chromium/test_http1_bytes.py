"""The heads of requests over HTTP/1.1, byte for byte: names, their letter case and their order, ours beside Chromium's.

A server that reads raw bytes serves one page over cleartext, under a name that counts as secure (localhost, so that
Sec-Fetch-* and client hints are sent) and one that does not. What differs by nature is levelled before the comparison:
the product that headless Chromium calls itself, the label of a load in the host, and how Chromium keeps connections.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

import fetcher
from fetcher.net import NetOptions
from tests.support.chromium import running
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

PAGE = b"""<!doctype html><meta charset=utf-8><title>x</title><link rel=stylesheet href=s.css><script src=s.js></script>
<script type=module src=m.js></script><link rel=preload as=fetch crossorigin href=p.json>
<link rel=prefetch href=later.html>
<style>@font-face{font-family:F;src:url(f.woff2)}p{font-family:F;background:url(b.png)}
</style><p>x<img src=i.png><iframe src=f.html></iframe><video src=v.mp4></video><svg><use href=u.svg#x /></svg>"""
ANSWERS = {
    "/": (b"text/html", PAGE),
    "/s.css": (b"text/css", b"@import 'more.css';"),
    "/more.css": (b"text/css", b""),
    "/f.html": (b"text/html", b"<!doctype html><img src=in.png>"),
    "/u.svg": (b"image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
}
TYPES = {"js": b"text/javascript", "png": b"image/png", "woff2": b"font/woff2", "json": b"application/json"}
CHANCES = 3


class Wire:
    """Keeps the head of every request as it came."""

    def __init__(self) -> None:
        self.heads: dict[str, bytes] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                target = head.split(b" ", 2)[1].decode()
                self.heads.setdefault(target, head)
                kind, content = ANSWERS.get(target, (TYPES.get(target.rpartition(".")[2], b"text/plain"), b""))
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\nset-cookie: a=1\r\n"
                    b"cache-control: max-age=60\r\n\r\n%s" % (kind, len(content), content)
                )
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[tuple[Wire, int]]:
    wire = Wire()
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    try:
        yield wire, server.sockets[0].getsockname()[1]
    finally:
        server.close()


def levelled(head: bytes) -> list[str]:
    text = head.decode("latin-1").replace("HeadlessChrome/", "Chrome/").replace('"HeadlessChrome"', '"Chromium"')
    return text.rstrip("\r\n").split("\r\n")


async def heads_of(host: str, browser: str) -> dict[str, list[str]]:
    async with listening() as (wire, port):
        url = f"http://{host}:{port}/"
        if browser == "fetcher":
            options = NetOptions(resolve=(("*", port, "127.0.0.1"),))
            await fetcher.load_page(url, browser="chromium", options=options, frames=True)
        else:
            await asyncio.to_thread(in_chromium, url)
        marks = (f"127.0.0.1:{port}", f"{host}:{port}")
        return {target: levelled(head.replace(marks[1].encode(), b"HOST")) for target, head in wire.heads.items()}


def in_chromium(url: str) -> None:
    with (
        running(resolve="MAP *.test 127.0.0.1, MAP localhost 127.0.0.1, MAP * ~NOTFOUND") as browser,
        browser.tab() as tab,
    ):
        tab.load(url)


@pytest.mark.parametrize("host", ["localhost", "plain.test"])
async def test_every_head_is_chromiums(host: str) -> None:
    """The same lines in the same order for everything that both ask for."""
    different: dict[str, tuple[list[str], list[str]]] = {}
    for _ in range(CHANCES):
        try:
            theirs, ours = await heads_of(host, "chromium"), await heads_of(host, "fetcher")
        except Missing as missing:
            require_or_skip("chromium", missing)
            raise
        both = theirs.keys() & ours.keys()
        assert len(both) >= 12, sorted(both)
        different = {target: (theirs[target], ours[target]) for target in both if theirs[target] != ours[target]}
        if not different:
            break
    assert different == {}
