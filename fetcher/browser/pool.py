"""Which connection a request uses (a decision, so that real and simulated loads share it).

HTTP/1.1: six per pool key, one request each. HTTP/2: one per key, as many requests as the peer allows. Requests bind
late: they wait by priority, then by order of discovery, and are dressed when a connection takes them. Until ALPN has
told what an https host speaks one connection is opened, not six, so that none is wasted on an HTTP/2 host.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fetcher.browser.commands import ConnectionKey, OpenConnection
from fetcher.browser.fetches import Fetch
from fetcher.terms import HttpVersion


@dataclass(slots=True, eq=False)
class Line:
    """One connection. ``protocol`` None while it opens; ``room`` how many requests it takes at once."""

    id: int
    key: ConnectionKey
    protocol: HttpVersion | None = None
    room: int = 0
    busy: set[int] = field(default_factory=set)
    draining: bool = False
    used: bool = False

    @property
    def is_opening(self) -> bool:
        return self.protocol is None


class Pool:
    """Connections by key and the requests that wait for them."""

    def __init__(self, http: str, per_host: int, most: int) -> None:
        self._http = http
        self._per_host = per_host
        self._most = most
        self._opened = 0
        self.lines: dict[int, Line] = {}
        self._by_key: dict[ConnectionKey, list[Line]] = {}
        self._waiting: dict[ConnectionKey, list[Fetch]] = {}
        self._protocols: dict[tuple[str, str, int], HttpVersion] = {}

    def enqueue(self, fetch: Fetch) -> None:
        self._waiting.setdefault(fetch.key, []).append(fetch)

    def forget(self, fetch: Fetch) -> None:
        """Take a waiting or running fetch out."""
        queue = self._waiting.get(fetch.key)
        if queue and fetch in queue:
            queue.remove(fetch)
        if fetch.connection is not None and (line := self.lines.get(fetch.connection)):
            line.busy.discard(fetch.id)

    def has_line(self, key: ConnectionKey) -> bool:
        return any(not line.draining for line in self._by_key.get(key, ()))

    def open(self, key: ConnectionKey, reason: str, hint: int | None = None) -> OpenConnection:
        line = Line(self._opened, key)
        self._opened += 1
        self.lines[line.id] = line
        self._by_key.setdefault(key, []).append(line)
        return OpenConnection(line.id, key, reason, hint)

    def ready(self, connection: int, protocol: HttpVersion, room: int) -> None:
        line = self.lines[connection]
        line.protocol, line.room = protocol, room
        self._protocols[line.key.scheme, line.key.host, line.key.port] = protocol

    def lost(self, connection: int) -> list[Fetch]:
        """Forget a connection; returns the fetches that can now never be sent (its key has no other line)."""
        line = self.lines.pop(connection, None)
        if line is None:
            return []
        lines = self._by_key[line.key]
        lines.remove(line)
        if line.is_opening and not lines:
            return self._waiting.pop(line.key, [])
        return []

    def dispatch(self) -> Iterator[Line | OpenConnection | Fetch]:
        """Bind what can be bound. Yields an OpenConnection to open, a Fetch alone when the limit on connections
        leaves it without any, and for each binding the Line then the Fetch it takes."""
        for key, queue in list(self._waiting.items()):
            if not queue:
                continue
            queue.sort(key=_urgency)
            lines = self._by_key.setdefault(key, [])
            for line in lines:
                while queue and not line.draining and line.room > len(line.busy):
                    fetch = queue.pop(0)
                    line.busy.add(fetch.id)
                    fetch.connection, fetch.reused = line.id, line.used
                    line.used = True
                    yield line
                    yield fetch
            for _ in range(self._missing(key, len(queue), lines)):
                if self._opened >= self._most:
                    break
                yield self.open(key, "navigation" if queue[0].is_navigation else "fetch")
            if queue and self._opened >= self._most and not lines:
                while queue:
                    yield queue.pop(0)

    def _missing(self, key: ConnectionKey, wanted: int, lines: list[Line]) -> int:
        """How many connections to open for ``wanted`` requests that found no room."""
        if not wanted:
            return 0
        live = [line for line in lines if not line.draining]
        protocol = self._protocols.get((key.scheme, key.host, key.port))
        if protocol is None and (key.scheme == "http" or self._http == "1.1"):
            protocol = HttpVersion.HTTP_1_1
        if protocol is not HttpVersion.HTTP_1_1:
            return 0 if live else 1
        opening = sum(line.is_opening for line in live)
        return max(0, min(wanted - opening, self._per_host - len(live)))


def _urgency(fetch: Fetch) -> tuple[int, int]:
    return (-fetch.priority, fetch.id)
