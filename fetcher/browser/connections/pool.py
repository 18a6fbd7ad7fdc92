"""Which connection a request uses: a decision like the others, made without a socket.

HTTP/1.1: six per pool key, one request each. HTTP/2: one per key, as many requests as the peer allows. Requests bind
late: they wait by priority, then by order of discovery, and are dressed when a connection takes them. Until ALPN has
told what an https host speaks one connection is opened, not six, so that none is wasted on an HTTP/2 host. Where the
most connections allowed at a time stand, a host without any gets the place of an idle one. A host without one in use
may be served by another's (``coalescing``), which is then among the lines of both keys. Nothing here is looked at again
until something about its key has changed, so that thousands of waiting requests cost nothing per event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from fetcher.browser.commands import CloseConnection, ConnectionKey, OpenConnection, ResolveName
from fetcher.browser.connections.coalescing import Coalescing, Waits
from fetcher.browser.fetches import Fetch
from fetcher.terms import ConnectionFacts, HttpVersion


@dataclass(slots=True, eq=False)
class Line:
    """One connection. ``protocol`` None while it opens; ``room`` how many requests it takes at once. ``others`` are
    the keys it serves beside its own; ``ahead``: a preconnect opened it."""

    id: int
    key: ConnectionKey
    protocol: HttpVersion | None = None
    room: int = 0
    busy: set[int] = field(default_factory=set)
    draining: bool = False
    used: bool = False
    others: list[ConnectionKey] = field(default_factory=list)
    ahead: bool = False

    @property
    def is_opening(self) -> bool:
        return self.protocol is None

    @property
    def is_idle(self) -> bool:
        return not self.busy and not self.draining and self.protocol is not None


class _Queue:
    """The requests that wait for one key: by priority, then in the order they were decided on."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Fetch]] = []
        self._members: set[int] = set()

    def __len__(self) -> int:
        return len(self._members)

    def push(self, fetch: Fetch) -> None:
        self._members.add(fetch.id)
        heappush(self._heap, (-fetch.priority, fetch.id, fetch))

    def first(self) -> Fetch:
        while self._heap[0][1] not in self._members:  # taken out since
            heappop(self._heap)
        return self._heap[0][2]

    def pop(self) -> Fetch:
        fetch = self.first()
        heappop(self._heap)
        self._members.discard(fetch.id)
        return fetch

    def discard(self, fetch: Fetch) -> None:
        self._members.discard(fetch.id)


class Pool:
    """Connections by key and the requests that wait for them."""

    def __init__(self, http: str, per_host: int, most: int) -> None:
        self._http = http
        self._per_host = per_host
        self._most = most
        self._opened = 0
        self.lines: dict[int, Line] = {}
        self._by_key: dict[ConnectionKey, list[Line]] = {}
        self._waiting: dict[ConnectionKey, _Queue] = {}
        self._changed: dict[ConnectionKey, None] = {}
        self._starved: dict[ConnectionKey, None] = {}
        self._freed = False
        self._hidden = 0
        self._protocols: dict[tuple[str, str, int], HttpVersion] = {}
        self._coalescing = Coalescing()

    @property
    def is_full(self) -> bool:
        """As many connections stand as may at a time; those of a session are its own affair."""
        return len(self.lines) - self._hidden >= self._most

    def enqueue(self, fetch: Fetch) -> None:
        if (queue := self._waiting.get(fetch.key)) is None:
            queue = self._waiting[fetch.key] = _Queue()
        queue.push(fetch)
        self._changed[fetch.key] = None

    def forget(self, fetch: Fetch) -> None:
        """Take a waiting or running fetch out."""
        if (queue := self._waiting.get(fetch.key)) is not None:
            queue.discard(fetch)
        if fetch.connection is not None and (line := self.lines.get(fetch.connection)):
            line.busy.discard(fetch.id)
            self._has_changed(line)

    def resize(self, connection: int, room: int) -> None:
        """The peer allows ``room`` requests at once."""
        if line := self.lines.get(connection):
            line.room = room
            self._has_changed(line)

    def drain(self, connection: int) -> None:
        """No further request on it."""
        if line := self.lines.get(connection):
            line.draining = True
            self._has_changed(line)

    def distrust(self, key: ConnectionKey) -> list[CloseConnection]:
        """A kept-alive HTTP/1.1 connection of ``key`` was closed under a request: the idle ones go too, since the
        server will have closed them in the same sweep and a second try must not meet the same end."""
        found = [line for line in self._by_key.get(key, ()) if line.is_idle and line.used]
        return [self._close(line) for line in found if line.protocol is HttpVersion.HTTP_1_1]

    def _close(self, line: Line, why: str = "another connection to this host was closed while idle") -> CloseConnection:
        line.draining = True
        return CloseConnection(line.id, why)

    def _has_changed(self, line: Line) -> None:
        self._freed = self._freed or not line.busy
        for key in (line.key, *line.others):
            if key in self._waiting:
                self._changed[key] = None

    def protocol_of(self, key: ConnectionKey) -> HttpVersion | None:
        """What this host speaks, None before a connection has told."""
        if self._http == "1.1" or key.scheme == "http":
            return HttpVersion.HTTP_1_1
        return self._protocols.get((key.scheme, key.host, key.port))

    def has_line(self, key: ConnectionKey) -> bool:
        return any(not line.draining for line in self._by_key.get(key, ()))

    def open(self, key: ConnectionKey, reason: str, hint: int | None = None) -> OpenConnection:
        line = Line(self._opened, key, ahead=reason == "preconnect")
        self._opened += 1
        self.lines[line.id] = line
        self._hidden += key.session
        self._by_key.setdefault(key, []).append(line)
        return OpenConnection(line.id, key, reason, hint)

    def ready(self, connection: int, protocol: HttpVersion, room: int, facts: ConnectionFacts | None = None) -> None:
        line = self.lines[connection]
        if facts is not None and protocol is HttpVersion.HTTP_2 and not line.key.session:
            self._coalescing.stands(connection, line.key, facts)
        line.protocol, line.room = protocol, room
        self._has_changed(line)
        if not line.key.session:
            self._protocols[line.key.scheme, line.key.host, line.key.port] = protocol

    def resolved(self, host: str, port: int, endpoints: tuple[tuple[str, int], ...]) -> None:
        """A name was looked up, as ``dispatch`` had asked: who waits for it is served."""
        self._coalescing.resolved(host, port, endpoints)
        for key in self._waiting:
            if (key.host, key.port) == (host, port):
                self._changed[key] = None

    def keep_alone(self, key: ConnectionKey) -> None:
        """What is asked of this host goes over connections of its own from now on (421)."""
        self._coalescing.alone.add((key.host, key.port))
        for line in list(self._by_key.get(key, ())):
            if key in line.others:
                self._part(line, key)

    def _part(self, line: Line, key: ConnectionKey) -> None:
        """``line`` no longer serves ``key``, another host's."""
        line.others.remove(key)
        self._by_key[key].remove(line)
        if not self._by_key[key]:
            del self._by_key[key]
        if key in self._waiting:
            self._changed[key] = None

    def lost(self, connection: int) -> list[Fetch]:
        """Forget a connection; returns the fetches that fail with it. One that never opened fails the most urgent
        request that waits for its key, and all of them when no other connection is left that might serve."""
        line = self.lines.pop(connection, None)
        if line is None:
            return []
        self._hidden -= line.key.session
        self._coalescing.falls(connection, line.key)
        for key in list(line.others):
            self._part(line, key)
        lines = self._by_key[line.key]
        lines.remove(line)
        if not lines:
            del self._by_key[line.key]
        self._has_changed(line)
        self._freed = True
        queue = self._waiting.get(line.key)
        if not line.is_opening or not queue or any(line.key in other.others for other in lines):
            return []
        return [queue.pop() for _ in range(1 if lines else len(queue))]

    def dispatch(self) -> Iterator[Line | OpenConnection | CloseConnection | ResolveName | Fetch]:
        """Bind what can be bound. Yields what to open, to close and to look up, and for each binding the Line then the
        Fetch it takes."""
        while self._changed:
            key = next(iter(self._changed))
            del self._changed[key]
            yield from self._serve(key)
        while self._starved and not self.is_full:
            key = next(iter(self._starved))
            del self._starved[key]
            yield from self._serve(key)
        if self._starved and self._freed:
            yield from self._make_room()
        self._freed = False

    def _serve(self, key: ConnectionKey) -> Iterator[Line | OpenConnection | ResolveName | Fetch]:
        queue = self._waiting.get(key)
        if not queue:
            self._waiting.pop(key, None)
            return
        if self._coalescing.stand and not self._has_its_own(key):
            found = self._coalescing.find(key, self.lines)
            if isinstance(found, ResolveName):
                yield found
            if isinstance(found, ResolveName | Waits):
                return
            if found is not None:
                self.lines[found].others.append(key)
                self._by_key.setdefault(key, []).insert(0, self.lines[found])
        lines = self._by_key.get(key, [])
        for line in lines:
            while queue and not line.draining and line.room > len(line.busy):
                fetch = queue.pop()
                line.busy.add(fetch.id)
                fetch.connection, fetch.reused = line.id, line.used
                line.used = True
                yield line
                yield fetch
        for _ in range(self._missing(key, len(queue), lines)):
            if self.is_full:
                break
            yield self.open(key, "navigation" if queue.first().is_navigation else "fetch")
        if queue and key not in self._by_key:
            self._starved[key] = None

    def _has_its_own(self, key: ConnectionKey) -> bool:
        """Whether a connection serves ``key``, or is being opened for its requests."""
        return any(not each.draining and (each.used or not each.ahead) for each in self._by_key.get(key, ()))

    def _make_room(self) -> Iterator[CloseConnection]:
        """Idle connections make place for hosts that have none, one each; who closed already is on the way out."""
        closing = sum(line.draining and not line.busy for line in self.lines.values())
        idle = [line for line in self.lines.values() if line.is_idle and not self._waiting.get(line.key)]
        for line in idle[: max(0, len(self._starved) - closing)]:
            yield self._close(line, "another host needs its place")

    def _missing(self, key: ConnectionKey, wanted: int, lines: list[Line]) -> int:
        """How many connections to open for ``wanted`` requests that found no room."""
        if not wanted:
            return 0
        live = [line for line in lines if not line.draining]
        if key.session:
            return 0 if live else 1
        protocol = self._protocols.get((key.scheme, key.host, key.port))
        if protocol is None and (key.scheme == "http" or self._http == "1.1"):
            protocol = HttpVersion.HTTP_1_1
        if protocol is not HttpVersion.HTTP_1_1:
            return 0 if live else 1
        opening = sum(line.is_opening for line in live)
        return max(0, min(wanted - opening, self._per_host - len(live)))
