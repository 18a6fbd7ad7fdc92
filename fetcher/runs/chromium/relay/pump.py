"""Carries bytes between a browser's end of the relay and a server's until either side ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from fetcher import clock
from fetcher.errors import FetcherError
from fetcher.net.stream import Stream
from fetcher.runs.chromium.relay.near import Near
from fetcher.runs.chromium.relay.passage import Link

MOST_BUFFERED = 262_144


class Pump:
    """``asked`` is what becomes of the browser's bytes where the link has no HTTP/2."""

    def __init__(self, link: Link, near: Near, server: Stream, asked: Callable[[bytes], bytes] | None = None) -> None:
        self._link, self._near, self._server = link, near, server
        self._asked = asked
        self._over = asyncio.Event()
        self._waiting: asyncio.Task[None] | None = None

    async def run(self) -> None:
        browser = asyncio.ensure_future(self._from_browser())
        over = asyncio.ensure_future(self._over.wait())
        try:
            self._server.attach(self._from_server, self._closed)
            await asyncio.wait((browser, over), return_when=asyncio.FIRST_COMPLETED)
            if not browser.done():  # the server ended: what it sent is on its way to the browser
                with suppress(OSError):
                    await self._near.drain()
                self._near.close()
        finally:
            for task in filter(None, (browser, over, self._waiting)):
                task.cancel()
            await asyncio.gather(browser, over, return_exceptions=True)

    async def _from_browser(self) -> None:
        with suppress(OSError):
            while data := await self._near.read():
                try:
                    data = self._of_browser(data)
                except FetcherError as error:
                    self._link.error = str(error)
                    return
                self._server.write(data)
                await self._server.drain()

    def _of_browser(self, data: bytes) -> bytes:
        if self._link.passing is not None:
            return self._link.passing.from_browser(data, clock.now())
        return self._asked(data) if self._asked is not None else data

    def _from_server(self, data: bytes, at: float) -> None:
        passing = self._link.passing
        try:
            self._near.write(data if passing is None else passing.from_server(data, at))
        except (FetcherError, OSError) as error:
            self._link.error = str(error) if isinstance(error, FetcherError) else None
            self._over.set()
            return
        if self._waiting is None and self._near.waiting > MOST_BUFFERED:
            self._server.pause_reading()
            self._waiting = asyncio.ensure_future(self._resumed())

    async def _resumed(self) -> None:
        with suppress(OSError):
            await self._near.drain()
        self._waiting = None
        self._server.resume_reading()

    def _closed(self, error: FetcherError | None, at: float) -> None:
        self._over.set()
