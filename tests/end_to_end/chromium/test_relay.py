"""What a page needs besides HTTP passes the relay of ``compare --in chromium``, and each arm is what it says: judged
from the servers' logs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import hypercorn.asyncio
import pytest
from hypercorn.config import Config

from fetcher.net import NetOptions
from fetcher.origin import Body, Head, Origin, Site, throw_away
from fetcher.origin.script import asset, page
from fetcher.runs.chromium import ChromiumOptions
from fetcher.runs.chromium.measuring import measuring
from fetcher.runs.compare import compare
from tests.support.chromium import executable
from tests.support.servers import Missing

pytestmark = pytest.mark.chromium

SOCKET = b"""<!doctype html><h1>x</h1><script>
const ws = new WebSocket(`wss://${location.host}/ws`)
ws.onopen = () => ws.send('hi')
ws.onmessage = said => fetch('/got?' + said.data)
ws.onerror = () => fetch('/failed')
</script>"""
PATIENCE = 30


@pytest.fixture(autouse=True)
def _needs_chromium() -> None:
    try:
        executable()
    except Missing as missing:
        pytest.skip(str(missing))


class Shouting:
    """An ASGI application: a page whose WebSocket answers louder. ``asked`` has what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.got = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        query = scope.get("query_string", b"").decode()
        self.asked.append((scope["http_version"], f"{scope['type']} {scope['path']}{query and '?' + query}"))
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (said := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "text": said["text"].upper()})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": SOCKET if scope["path"] == "/" else b""})
        if scope["path"] in ("/got", "/failed"):
            self.got.set()


@contextlib.asynccontextmanager
async def served(app: Shouting, folder: Path) -> AsyncIterator[str]:
    throw_away().write(folder)
    listening = socket.socket()  # the server's to close
    listening.bind(("127.0.0.1", 0))
    url = f"https://localhost:{listening.getsockname()[1]}/"
    config = Config()
    config.bind = [f"fd://{listening.detach()}"]
    config.certfile, config.keyfile = str(folder / "server.pem"), str(folder / "server.key")
    config.errorlog = config.accesslog = None
    over = asyncio.Event()
    running = asyncio.ensure_future(hypercorn.asyncio.serve(app, config, shutdown_trigger=over.wait))  # type: ignore[arg-type]
    try:
        yield url
    finally:
        over.set()
        await running


@pytest.mark.parametrize("http", ["auto", "1.1"])
def test_a_page_with_a_websocket_works_in_both_arms(http: Any, tmp_path: Path) -> None:
    """Over the page's own HTTP/2 connection (RFC 8441), and over HTTP/1.1."""

    async def run() -> None:
        net = NetOptions(insecure=True, http=http)
        async with served(app := Shouting(), tmp_path) as url, measuring(ChromiumOptions(), net) as measured:
            for early_hints in (True, False):
                app.asked.clear()
                app.got.clear()
                loading = measured.load(url, {"early_hints": early_hints})
                await asyncio.gather(loading, asyncio.wait_for(app.got.wait(), PATIENCE))
                version = "1.1" if http == "1.1" else "2"
                assert {(version, "http /"), (version, "websocket /ws"), (version, "http /got?HI")} <= {*app.asked}

    asyncio.run(run())


def site() -> Site:
    hint = "</site.css>; rel=preload; as=style"
    document = page("<!doctype html><link rel=stylesheet href=/site.css><h1>x</h1>", hints=[hint], interim_delay_ms=50)
    return Site({"/": document, "/site.css": asset(b"h1 { color: green }", "text/css")})


def test_two_sets_of_options() -> None:
    """A browser for each: fields, credentials, cookies and the device of each arm are on its own requests alone, also
    on those that a 103 asks for."""

    async def run() -> None:
        async with Origin(site(), tls=True) as origin:
            found = await compare(
                f"https://localhost:{origin.port}/", pairs=1, warm_up=0, pause=0, in_chromium=True,
                options=NetOptions(insecure=True), first={"device": "mobile", "headers": [("x-team", "blue")]},
                second={"auth": ("ann", "s3cret"), "http": "1.1"},
            )  # fmt: skip
            assert (found.counted, [arm.name for arm in found.arms]) == (1, ["first", "second"])
            (pair,) = found.pairs
            assert pair.first is not None
            assert pair.first.device is not None
            told = [(one.protocol, one.target, dict(one.fields)) for one in origin.log.requests()]
            pages = [one for one in told if one[1] in ("/", "/site.css")]
            assert len(pages) == 4
            for protocol, _, fields in pages:
                fields = {name.lower(): value for name, value in fields.items()}
                first = protocol == "h2"
                assert (fields.get("x-team"), fields.get("authorization")) == (
                    ("blue", None) if first else (None, "Basic YW5uOnMzY3JldA==")
                )
                assert ("Mobile" in fields["user-agent"]) is first

    asyncio.run(run())


def test_two_pages_over_plain_http() -> None:
    """Which are as good to compare as others."""

    async def run() -> None:
        async with Origin(site()) as origin:
            url = f"http://localhost:{origin.port}/"
            found = await compare(url, url + "?b", pairs=2, warm_up=0, pause=0, in_chromium=True)
            assert found.counted == 2
            assert {one.name for one in found.measures} >= {"fcp", "lcp", "load"}

    asyncio.run(run())


def test_a_page_that_downloads_leaves_nothing_in_the_home_of_who_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file, no folder for it, nothing of a crash that may come."""
    monkeypatch.setenv("HOME", str(tmp_path))
    fields = (("content-type", "application/octet-stream"), ("content-disposition", "attachment; filename=x.bin"))
    routes = {"/": page("<h1>x</h1><iframe src=/file></iframe>"), "/file": (Head(200, fields), Body(b"x" * 1_000))}

    async def run() -> None:
        async with Origin(Site(routes)) as origin, measuring(ChromiumOptions(), NetOptions()) as measured:
            for _ in range(2):
                await measured.load(f"http://localhost:{origin.port}/", {})
            assert "/file" in [one.target for one in origin.log.requests()]

    asyncio.run(run())
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert {one for one in left if not one.startswith(".cache")} == set()
