"""What passed the relay during one load: the connections that Chromium opened, and the requests read there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fetcher import clock
from fetcher.runs.chromium.relay.dressing import Dressing
from fetcher.terms import ConnectionFacts
from fetcher.urls import resolve
from fetcher.wire.http2.passing import Exchange, Passing

_TARGET = re.compile("<([^>]*)>")


@dataclass(slots=True)
class Link:
    """One connection that Chromium opened: to which host and when, for which ``scheme`` ("http" without TLS), what
    stood at the other end, what passed over it (None over HTTP/1.1, which passes unread)."""

    host: str
    port: int
    at: float
    facts: ConnectionFacts | None = None
    passing: Passing | None = None
    error: str | None = None
    scheme: str = "https"


@dataclass(slots=True)
class Passage:
    """What went through for one load. ``withheld``: its 103s were not passed on; ``dressing`` is what its requests
    got besides."""

    withheld: bool
    links: list[Link] = field(default_factory=list)
    dressing: Dressing | None = None

    @property
    def exchanges(self) -> Iterator[tuple[Link, Exchange]]:
        return ((link, one) for link in self.links if link.passing is not None for one in link.passing.exchanges)

    def moved(self, exchange: Exchange) -> int:
        """How many requests, and connections to other hosts that its 103 names, began between the 103 of ``exchange``
        and its final head: those that the 103 started, as a page that has not come asks for nothing."""
        requests = sum(one is not exchange and self.is_before_head(one.at, exchange) for _, one in self.exchanges)
        return requests + len(self.connected(exchange))

    def is_before_head(self, at: float, exchange: Exchange) -> bool:
        """Whether that is between the first interim head of ``exchange`` and its final one."""
        ended = exchange.final.at if exchange.final is not None else clock.now()
        return bool(exchange.interim) and exchange.interim[0].at <= at < ended

    def connected(self, exchange: Exchange) -> list[Link]:
        """Connections that the 103 of ``exchange`` started: to other hosts, which it names, before the final head."""
        named = _hosts(exchange)
        return [link for link in self.links if self.is_before_head(link.at, exchange) and link.host in named]

    def error_of(self, host: str) -> str | None:
        """Why ``host`` could not be reached, or what ended a connection to it."""
        return next((link.error for link in self.links if link.host == host and link.error is not None), None)


def _hosts(exchange: Exchange) -> set[str]:
    """Those that links of its interim heads name, but for its own."""
    own = resolve(exchange.url)
    lines = [value for head in exchange.interim for name, value in head.fields if name == "link"]
    urls = [resolve(target, exchange.url) for line in lines for target in _TARGET.findall(line)]
    return {url.host for url in urls if url is not None} - {own.host if own is not None else ""}
