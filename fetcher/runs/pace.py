"""How fast a server may be asked: a load counts with the requests it made, and the next waits until they are paid for.

With 20 requests a second, a load of 40 requests that took half a second is followed by a wait of a second and a half.
Loads follow one another anyway: a server never has two of ours at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fetcher.errors import UsageError
from fetcher.record.page_load import PageLoad
from fetcher.urls import resolve

Sleep = Callable[[float], Awaitable[object]]


class Pace:
    """``rps`` requests a second to each host, on average; None does not wait. Times are of the running loop."""

    def __init__(self, rps: float | None, *, sleep: Sleep = asyncio.sleep) -> None:
        if rps is not None and not 0 < rps < float("inf"):
            raise UsageError(f"--rps is a number of requests a second, more than 0, not {rps:g}")
        self.rps = rps
        self._sleep = sleep
        self._free: dict[str, float] = {}

    async def turn(self, url: str) -> None:
        """Waits until the host of ``url`` may be asked again; the load begins then."""
        if self.rps is None:
            return
        loop = asyncio.get_running_loop()
        host = _host(url)
        wait = self._free.get(host, 0.0) - loop.time()
        if wait > 0:
            await self._sleep(wait)
        self._free[host] = max(self._free.get(host, 0.0), loop.time())

    def asked(self, url: str) -> None:
        """One request of ``url`` is made."""
        if self.rps is not None:
            host = _host(url)
            self._free[host] = self._free.get(host, 0.0) + 1 / self.rps

    def made(self, load: PageLoad | None) -> None:
        """Each host that ``load`` asked pays for what it was asked."""
        if self.rps is None or load is None:
            return
        for request in load.requests:
            if request.times.request_start is not None:
                host = _host(request.url)
                self._free[host] = self._free.get(host, 0.0) + 1 / self.rps


def _host(url: str) -> str:
    parsed = resolve(url)
    return parsed.host if parsed is not None else ""
