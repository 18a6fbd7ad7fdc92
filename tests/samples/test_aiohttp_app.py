"""samples/aiohttp_app.py on a real loopback server, judged by the bytes it sends."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from fetcher import stdlib
from fetcher.fields import link
from fetcher.fields.early_hint import EarlyHint, does_act, filter_early_hint

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "aiohttp_app.py"
NAVIGATE = b"Sec-Fetch-Mode: navigate\r\n"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_aiohttp_app", SAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sample = load()


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[int]:
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def head(reader: asyncio.StreamReader) -> tuple[str, list[tuple[str, str]]]:
    """The next head: its status line and its fields."""
    raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    first, *rest = raw.decode().split("\r\n")[:-2]
    return first, [(name.lower(), value) for name, _, value in (line.partition(": ") for line in rest)]


async def final(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The next head, which must be final, with its content."""
    status, fields = await head(reader)
    return status, await reader.readexactly(int(dict(fields)["content-length"]))


async def test_the_103_comes_first_and_the_connection_stays_usable() -> None:
    """Page, style and page again on one connection: a 103 before each page and none before the style."""
    async with serving(sample.make_app(think_ms=0)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path, hinted in (("/", True), ("/style.css", False), ("/", True)):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n".encode() + NAVIGATE + b"\r\n")
            if hinted:
                status, fields = await head(reader)
                assert status == "HTTP/1.1 103 Early Hints"
                assert fields == [("link", value) for value in sample.LINKS["/"]]
            status, content = await final(reader)
            assert status == "HTTP/1.1 200 OK"
            assert content.decode() == (sample.PAGE if hinted else sample.ASSETS[path][1])
        writer.close()
        await writer.wait_closed()


async def test_the_103_leaves_while_the_page_is_still_being_made() -> None:
    """The handler ends only after the client has read the 103."""
    read = asyncio.Event()

    async def page(request: web.Request) -> web.Response:
        await asyncio.wait_for(read.wait(), 5)
        return web.Response(text="made")

    app = web.Application(middlewares=[sample.early_hints({"/": ["</a>; rel=preload; as=style"]})])
    app.router.add_get("/", page)
    async with serving(app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + NAVIGATE + b"\r\n")
        assert (await head(reader))[0] == "HTTP/1.1 103 Early Hints"
        read.set()
        assert await final(reader) == ("HTTP/1.1 200 OK", b"made")
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nSec-Fetch-Mode: cors\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: x\r\n" + NAVIGATE + b"\r\n",
        b"HEAD / HTTP/1.1\r\nHost: x\r\n" + NAVIGATE + b"\r\n",
    ],
    ids=["no-mode", "cors", "http-1.0", "head"],
)
async def test_nobody_else_is_sent_one(request_bytes: bytes) -> None:
    """Only a navigation over HTTP/1.1 gets a 103."""
    async with serving(sample.make_app(think_ms=0)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_bytes)
        status, _ = await head(reader)
        assert status.endswith(" 200 OK")
        writer.close()
        await writer.wait_closed()


async def test_pipelined_requests_get_whole_answers_in_order() -> None:
    """Three requests in one write: each 103 stands before its own page, never inside another response."""
    async with serving(sample.make_app(think_ms=0)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((b"GET / HTTP/1.1\r\nHost: x\r\n" + NAVIGATE + b"\r\n") * 3)
        for _ in range(3):
            assert (await head(reader))[0] == "HTTP/1.1 103 Early Hints"
            assert await final(reader) == ("HTTP/1.1 200 OK", sample.PAGE.encode())
        writer.close()
        await writer.wait_closed()


async def test_our_own_client_reads_it() -> None:
    """fetcher.stdlib gets the page and the hints from it."""
    async with serving(sample.make_app(think_ms=0)) as port:

        def get() -> tuple[int, str, list[Any]]:
            connection = stdlib.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/", headers={"Sec-Fetch-Mode": "navigate"})
            response = connection.getresponse()
            page = response.read().decode()
            connection.close()
            return response.status, page, [one.status for one in response.interim]

        assert await asyncio.to_thread(get) == (200, sample.PAGE, [103])


def test_its_links_are_ones_browsers_act_on() -> None:
    """What the sample teaches must survive the strict filter, and name files that the page uses."""
    hints = [filter_early_hint(one) for one in link.parse(sample.LINKS["/"]).links]
    assert len(hints) == 2
    for hint in hints:
        assert isinstance(hint, EarlyHint)
        assert does_act(hint) is None
        assert hint.href in sample.PAGE
        assert hint.href in sample.ASSETS


@pytest.mark.parametrize("bad", ["</a>\r\nSet-Cookie: x", "</a>\n", "</a>\0"])
def test_a_link_cannot_break_out_of_its_line(bad: str) -> None:
    """Response splitting is refused before anything is sent."""
    request = make_mocked_request("GET", "/", headers={"Sec-Fetch-Mode": "navigate"})
    with pytest.raises(ValueError, match="line break"):
        sample.send_early_hints(request, [bad])


def test_a_client_that_has_gone_is_not_written_to() -> None:
    """A closing transport: nothing sent, and said so."""
    request = make_mocked_request("GET", "/", headers={"Sec-Fetch-Mode": "navigate"})
    request.transport.is_closing.return_value = True  # type: ignore[union-attr]
    assert sample.send_early_hints(request, ["</a>; rel=preload; as=style"]) is False
    request.transport.write.assert_not_called()  # type: ignore[union-attr]
