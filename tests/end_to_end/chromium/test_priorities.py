"""The ``priority`` field of every request of ``priority_pages``, ours beside Chromium's, from the origin's log.

Compared where both ask: what is asked for at all is the business of other tests. Each page has a host of its own, so
one tab loads them all. What Chromium 156 answered is written down in ``browser/requests/priorities.py``.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import fetcher
from fetcher.net import NetOptions
from fetcher.origin import Answer, Origin, RequestSeen, Route, Site, asset, page
from tests.end_to_end.chromium.priority_pages import pages
from tests.support.chromium import Chromium, ChromiumFailed, executable, key_hash, running
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

TYPES = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "mjs": "text/javascript",
    "png": "image/png",
    "svg": "image/svg+xml",
    "vtt": "text/vtt",
    "woff2": "font/woff2",
}
FILES: dict[str, Route] = {
    "/import.css": asset(b"@import '/t.css';", "text/css"),
    "/background.css": asset(b"p{background:url(/t.png)}", "text/css"),
    "/font.css": asset(b"@font-face{font-family:t;src:url(/t.woff2)}p{font-family:t}", "text/css"),
}
FEWEST = 100
"""Pages whose requests must have been compared."""

RAISED = {("i", "u=1, i"), ("u=2, i", "u=1, i")}
"""Images that Chromium held back while it parsed the head, and found in the viewport before it sent them: the one
difference, for nothing is laid out here. It depends on what is ready first, so it is allowed and not expected."""


def empty(seen: RequestSeen) -> Answer:
    kind = TYPES.get(seen.path.rpartition(".")[2], "application/octet-stream")
    return asset(b"", kind, fields=(("access-control-allow-origin", "*"),), delay_ms=20)


@contextmanager
def trusting(origin: Origin) -> Iterator[Chromium]:
    """A Chromium that knows this origin's certificate, and every name as this machine."""
    try:
        executable()
    except Missing as missing:
        require_or_skip("chromium", missing)
    assert origin.certificate is not None
    with tempfile.TemporaryDirectory() as folder:
        origin.certificate.write(folder)
        trust = [key_hash(Path(folder, "server.pem"))]
        with running(trust=trust, resolve="MAP * 127.0.0.1") as chromium:
            yield chromium


def asked(origin: Origin, host: str) -> dict[str, str | None]:
    """The ``priority`` of each target of ``host`` that was asked for, its first time."""
    found: dict[str, str | None] = {}
    for entry in origin.log.requests():
        if entry.authority.startswith(f"{host}:") and entry.target not in ("/", "/favicon.ico"):
            found.setdefault(entry.target, dict(entry.fields).get("priority"))
    return found


def _visit(origin: Origin, urls: list[str]) -> None:
    with trusting(origin) as chromium, chromium.tab() as tab:
        for url in urls:
            for attempt in (1, 2):
                try:
                    tab.load(url)
                    break
                except ChromiumFailed:
                    if attempt == 2:
                        raise
            time.sleep(0.1)  # what comes after the load event, such as images found by layout


async def test_every_page_in_chromium_and_here() -> None:
    every = pages()
    hosts: dict[str, dict[str, Route]] = {}
    for who in "cf":
        hosts |= {f"{who}{number}.a.test": {**FILES, "/": page(html)} for number, html in enumerate(every)}
    async with Origin(Site({}, hosts, default=empty), tls=True) as origin:
        theirs = [origin.url_of(f"c{number}.a.test") + "/" for number in range(len(every))]
        await asyncio.to_thread(_visit, origin, [theirs[0], *theirs])
        net = NetOptions(ca_file=str(origin.ca_file), resolve=(("*", origin.port, "127.0.0.1"),))
        for number in range(len(every)):
            await fetcher.load_page(origin.url_of(f"f{number}.a.test") + "/", browser="chromium", options=net)
        differing, compared, raised = [], 0, 0
        for number, html in enumerate(every):
            chromiums, ours = asked(origin, f"c{number}.a.test"), asked(origin, f"f{number}.a.test")
            both = chromiums.keys() & ours.keys()
            compared += bool(both)
            for target in sorted(both):
                if ours[target] != chromiums[target]:
                    if (ours[target], chromiums[target]) in RAISED and target.endswith(".png"):
                        raised += 1
                        continue
                    differing.append(f"{html}: {target} {ours[target]!r}, in Chromium {chromiums[target]!r}")
    print(f"{compared} of {len(every)} pages compared, {raised} images raised by layout, {len(differing)} differing")
    assert not differing, "\n".join(differing)
    assert compared >= FEWEST
