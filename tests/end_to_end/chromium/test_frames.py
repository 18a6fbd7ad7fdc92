"""Which frames about priorities Chromium 156 sends over HTTP/2: no PRIORITY_UPDATE (RFC 9218 7.1).

A page of pictures in view, whose priorities layout raises while their requests wait, is what would have it send some.
It says their first priority in the Priority field, as is done here, and what it raises by the PRIORITY frames that RFC
9113 deprecates; nothing is laid out here, so nothing is raised.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from fetcher.origin import Answer, Origin, RequestSeen, Site, asset, http2, page
from fetcher.origin.certificates import throw_away
from fetcher.terms import Fields
from tests.support.chromium import key_hash, running
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

PREFACE = 24
HEADERS, PRIORITY, PRIORITY_UPDATE = 1, 2, 16
PICTURES = "".join(f"<img src=/{number}.png width=50 height=50>" for number in range(30))


class Frames:
    """The frames of every connection, told from the bytes as they come in."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.types: Counter[int] = Counter()
        self._left: dict[int, bytes] = {}
        receive = http2.Http2ServerEngine.receive

        def counted(engine: http2.Http2ServerEngine, data: bytes, now: float) -> object:
            self._take(id(engine), data)
            return receive(engine, data, now)

        monkeypatch.setattr(http2.Http2ServerEngine, "receive", counted)

    def _take(self, connection: int, data: bytes) -> None:
        begun = connection in self._left
        left = self._left.get(connection, b"") + data
        if not begun:
            left = left[PREFACE:]
        while len(left) >= 9 and len(left) >= (whole := 9 + int.from_bytes(left[:3])):
            self.types[left[3]] += 1
            left = left[whole:]
        self._left[connection] = left


async def test_no_priority_update(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Thirty pictures that wait while they are laid out."""
    frames = Frames(monkeypatch)

    def slow(_: RequestSeen) -> Answer:
        return asset(b"", "image/png", fields=FRESH, delay_ms=1000)

    certificate = throw_away(("a.test",))
    async with Origin(Site({"/": page(PICTURES)}, default=slow), tls=True, certificate=certificate) as origin:
        certificate.write(tmp_path)
        trust = [key_hash(tmp_path / "server.pem")]

        def load() -> None:
            with running(trust=trust, resolve="MAP *.test 127.0.0.1") as browser, browser.tab() as tab:
                tab.load(origin.url_of("a.test"))

        try:
            await asyncio.to_thread(load)
        except Missing as missing:
            require_or_skip("chromium", missing)
    assert frames.types[HEADERS] > 30
    assert frames.types[PRIORITY_UPDATE] == 0


FRESH: Fields = (("cache-control", "max-age=60"),)
