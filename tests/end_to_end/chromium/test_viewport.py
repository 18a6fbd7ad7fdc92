"""What depends on the viewport, asked of a real Chromium: the tables of the unit tests, and what pages request."""

from __future__ import annotations

import asyncio
import json
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import fetcher
from fetcher.browser.requests.device import device
from fetcher.urls import resolve
from tests.end_to_end.chromium.viewport_pages import PAGES, Page, page
from tests.support.chromium import Chromium, ChromiumFailed, Tab, executable, running
from tests.support.media_cases import MEDIA
from tests.support.servers import Missing, require_or_skip
from tests.support.sizes_cases import SIZES
from tests.support.srcset_cases import SRCSETS

pytestmark = pytest.mark.chromium

SETTLED = 0.25
"""Seconds without a request after which a page has asked for all it wants."""
CHANCES = 3
"""How often a page that differs is loaded: on a busy machine Chromium may lay out late, and ask for what it draws."""


def _png(size: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" * (size + 1)) * size)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PICTURE = _png(1_000)


class Site(ThreadingHTTPServer):
    """Serves page number N below /N/ and remembers what was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.last = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def below(self, number: int) -> Counter[str]:
        """What was asked for since the last call, without the page itself and what no page names."""
        start = f"/{number}/"
        found = Counter(path.removeprefix(start) for path in self.asked if path.startswith(start) and path != start)
        self.asked.clear()
        return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.last = time.monotonic()
        _, number, name = self.path.split("/", 2) if self.path.count("/") > 1 else ("", "", self.path)
        one = PAGES[int(number)] if number.isdigit() and int(number) < len(PAGES) else Page("")
        kind, body = "image/png", PICTURE
        if name.endswith(".css"):
            kind, body = "text/css", one.files.get(name, "").encode()
        elif not name or self.path.startswith("/tables/"):
            kind, body = ("text/html", page(one.html)) if not name else ("image/png", PICTURE)
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "max-age=600")
        if one.link and not name:
            self.send_header("link", one.link)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    try:
        executable()
    except Missing as missing:
        require_or_skip("chromium", missing)
    with running() as chromium:
        yield chromium


def _look(tab: Tab, width: int, height: int, dpr: float, *, mobile: bool = False) -> None:
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=dpr, mobile=mobile)


def test_tables(browser: Chromium, site: Site) -> None:
    """Every row of the tables of media queries, sizes and srcset is what this Chromium answers."""
    wrong: list[Any] = []
    with browser.tab() as tab:

        def look(width: int, height: int, dpr: float, *, mobile: bool = False) -> None:
            _look(tab, width, height, dpr, mobile=mobile)
            tab.load(f"{site.url}/tables/")

        def ask(script: str, rows: object) -> Any:
            answer = tab.call(
                "Runtime.evaluate",
                expression=f"({script})({json.dumps(rows)})",
                awaitPromise=True,
                returnByValue=True,
                timeout=60.0,
            )
            return answer["result"]["value"]

        for place, (width, height, dpr, mobile) in {
            "d": (1350, 940, 1.0, False),
            "p": (412, 823, 1.75, True),
        }.items():
            look(width, height, dpr, mobile=mobile)
            held = ask("rows => rows.map(each => matchMedia(each).matches)", [media for media, _ in MEDIA])
            wrong += [
                (media, place, holds) for (media, where), holds in zip(MEDIA, held, strict=True)
                if holds is not (place in where)
            ]  # fmt: skip
        look(1350, 940, 1.0)
        widths = ask(_WIDTHS, [sizes for sizes, _ in SIZES])
        wrong += [
            (sizes, width, taken) for (sizes, width), taken in zip(SIZES, widths, strict=True)
            if abs(taken - width) > 0.03
        ]  # fmt: skip
        for dpr in sorted({row[3] for row in SRCSETS}):
            look(1350, 940, dpr)
            rows = [row for row in SRCSETS if row[3] == dpr]
            for row, taken in zip(rows, ask(_CHOSEN, [row[:3] for row in rows]), strict=True):
                if resolve(row[4], site.url) != resolve(taken, site.url):
                    wrong.append((row, taken))
    assert wrong == []


# The width of an image 1,000 pixels wide said to be 1000w is the source size. Each srcset has a base of its own:
# Chromium prefers a denser image it has already.
_WIDTHS = """async rows => { const taken = []; for (const sizes of rows) {
  const image = new Image(); image.sizes = sizes; image.srcset = '/tables/wide 1000w'; document.body.append(image);
  await image.decode(); taken.push(image.getBoundingClientRect().width); image.remove() } return taken }"""
_CHOSEN = """async rows => { const base = document.createElement('base'); document.head.append(base); const taken = [];
  for (const [index, [srcset, src, sizes]] of rows.entries()) {
    base.href = '/tables/' + index + '/'; const image = new Image();
    if (sizes !== null) image.sizes = sizes; if (src) image.setAttribute('src', src);
    image.setAttribute('srcset', srcset);
    await new Promise(done => { image.onload = image.onerror = done; setTimeout(done, 400) });
    taken.push(image.currentSrc.replace(base.href, '')) } return taken }"""


def _load_in_chromium(browser: Chromium, site: Site, number: int) -> Counter[str]:
    one = PAGES[number]
    for attempt in (1, 2):
        with browser.tab(watch_network=True) as tab:
            _look(tab, *one.viewport, one.dpr)
            try:
                tab.load(f"{site.url}/{number}/", timeout=10)
            except ChromiumFailed:
                if attempt == 2:
                    raise
                site.asked.clear()
                continue
            while time.monotonic() - site.last < SETTLED:  # what is not render-blocking may come after the load event
                time.sleep(0.02)
            break
    return site.below(number)


async def _load_ourselves(site: Site, number: int) -> Counter[str]:
    one = PAGES[number]
    await fetcher.load_page(f"{site.url}/{number}/", browser="chromium", device=device(None, one.viewport, one.dpr))
    return site.below(number)


def test_pages(browser: Chromium, site: Site) -> None:
    """Each page makes Chromium and us ask for the same things, equally often."""
    site.asked.clear()
    with browser.tab() as tab:  # its first load does more than a load
        tab.load(f"{site.url}/0/")
    site.asked.clear()
    theirs = [_load_in_chromium(browser, site, number) for number in range(len(PAGES))]

    async def by_us() -> list[Counter[str]]:
        return [await _load_ourselves(site, number) for number in range(len(PAGES))]

    ours = asyncio.run(by_us())
    for _ in range(CHANCES - 1):
        for number in range(len(PAGES)):
            if theirs[number] != ours[number]:
                theirs[number] = _load_in_chromium(browser, site, number)
    differing = [
        f"{PAGES[number]}: Chromium {sorted(theirs[number].elements())}, we {sorted(ours[number].elements())}"
        for number in range(len(PAGES))
        if theirs[number] != ours[number]
    ]
    print(f"{len(PAGES)} pages, {sum(each.total() for each in theirs)} requests, {len(differing)} differing")
    assert not differing, "\n".join(differing)
