"""The rows of ``css_pages`` asked of a real Chromium again: what it asks for is what was recorded."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.end_to_end.chromium.css_pages import DOCUMENT, FONTS, ROWS, type_for
from tests.end_to_end.chromium.test_viewport import PICTURE
from tests.support.chromium import Tab, executable, running
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

CHANCES = 3
SETTLED = 0.25
"""Seconds without a request after which a page has asked for all it wants."""
_DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'><rect id='x' width='10' height='10'/></svg>"


class _Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.last = 0.0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.last = time.monotonic()
        _, number, name = self.path.split("/", 2) if self.path.count("/") > 1 else ("", "", self.path)
        if not name and number.isdigit():
            status, kind, body = 200, "text/html", (DOCUMENT + ROWS[int(number)][0]).encode()
        else:
            plain = name.partition("?")[0]
            kind, status = type_for(name), 404 if plain.endswith(FONTS) else 200
            body = PICTURE if kind == "image/png" else _DRAWING if kind == "image/svg+xml" else b""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_rows() -> None:
    """Chromium asks for what the rows say, so the fast test compares us with Chromium."""
    try:
        executable()
    except Missing as missing:
        require_or_skip("chromium", missing)
    site = _Site()
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{site.server_address[1]}"

    def asked(tab: Tab, number: int) -> list[str]:
        site.asked.clear()
        tab.load(f"{url}/{number}/", timeout=10)
        while time.monotonic() - site.last < SETTLED:
            time.sleep(0.02)
        start = f"/{number}/"
        return sorted(path.removeprefix(start) for path in site.asked if path not in (start, "/favicon.ico"))

    found: dict[int, list[str]] = {}
    differing = list(range(len(ROWS)))
    try:
        with running() as browser:
            for _ in range(CHANCES):
                with browser.tab() as tab:  # a fresh one knows no file yet
                    tab.load(f"{url}/{len(ROWS) - 1}/")  # its first load does more than a load
                    time.sleep(SETTLED)
                    for number in differing:
                        found[number] = asked(tab, number)
                differing = [number for number in differing if found[number] != ROWS[number][1]]
                if not differing:
                    break
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
    assert [(*ROWS[number], found[number]) for number in differing] == []
