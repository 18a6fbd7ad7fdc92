"""A page load in virtual time: the real machine, driver, recorder and engines against a real ``Site``, with no socket
and no waiting.

    visit = virtual_load("https://a.test/", site)     # a Site, or a dict of routes: what ``Origin`` serves
    visit.load                                        # the PageLoad, as ``load_page`` gives it
    visit.log.requests("/a.css")[0].fields            # what the site was asked, as the origin's own log has it

Everything above the sockets is the code that runs for users: ``load_page`` and the origin's connections run on an event
loop whose clock jumps to the next thing that is due, over a path of one fixed round trip: TCP takes one, TLS one more,
a request or an answer half of one. Bandwidth is not modelled. The same arguments give the same load, to the last byte
and the last instant; a page that takes a minute takes milliseconds.
"""

from __future__ import annotations

import asyncio
import selectors
from asyncio import events
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import heappush
from typing import Any
from unittest.mock import patch

from fetcher import clock
from fetcher.errors import ConnectFailed, FetcherError, LookupFailed
from fetcher.load import driver, page
from fetcher.net import Connection, NetOptions
from fetcher.net.lookup import Found
from fetcher.net.stream import Stream
from fetcher.origin import Log, Route, Site
from fetcher.origin.connection import Connection as ServerConnection
from fetcher.record import PageLoad
from fetcher.terms import ConnectionFacts, ConnectionTimes, HttpVersion, TlsFacts
from fetcher.wire.engine import Engine
from fetcher.wire.http1 import Http1Engine
from fetcher.wire.http2 import Http2Engine

WALL = 1_800_000_000.0
IN_FLIGHT = 1_048_576
"""Bytes one direction holds before whoever writes is asked to pause, as a socket's buffers would ask."""

BUSY_TURNS = 200
"""After so many turns of the loop at one instant (a script that writes without end) each further one takes 0.1 ms."""


@dataclass(frozen=True, slots=True)
class Path:
    """The network and who is at its end. ``rtt`` is milliseconds. ``http1``: the host names that speak HTTP/1.1 only
    over TLS, or True for all. ``unknown`` names resolve to nothing, ``refused`` ones refuse every connection.
    ``addresses``: host to address, for those that are not at ``address``. ``names`` are the certificate's, or tell
    them for the host asked for, None for every host of the site and that one."""

    rtt: float = 20.0
    http1: Collection[str] | bool = ()
    unknown: Collection[str] = ()
    refused: Collection[str] = ()
    address: str = "127.0.0.1"
    addresses: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] | Callable[[str], tuple[str, ...]] | None = None

    def speaks(self, scheme: str, host: str, asked: str) -> HttpVersion:
        only_1 = self.http1 if isinstance(self.http1, bool) else host in self.http1
        return HttpVersion.HTTP_1_1 if scheme == "http" or only_1 or asked == "1.1" else HttpVersion.HTTP_2


@dataclass(frozen=True, slots=True)
class VirtualLoad:
    """One load: its record, the origin's log of it, and the error it ended with if the navigation failed."""

    load: PageLoad
    log: Log
    error: FetcherError | None = None


def virtual_load(
    url: str, site: Site | Mapping[str, Route], *, browser: str = "chromium", path: Path | None = None, **options: Any
) -> VirtualLoad:
    """Load ``url`` from ``site``; ``options`` are ``load_page``'s. A failed navigation is in ``error``, its record in
    ``load``. Raises RuntimeError when nothing is left that could ever happen and the load is not over."""
    network = _Network(site if isinstance(site, Site) else Site(site), path or Path())
    error: FetcherError | None = None

    async def visit() -> PageLoad:
        nonlocal error
        try:
            return await page.load_page(url, browser=browser, **options)
        except FetcherError as failed:
            error = failed
            if failed.record is None:
                raise
            record: PageLoad = failed.record
            return record
        finally:
            await network.close()

    with _virtual(network):
        load = _run(visit)
    return VirtualLoad(load, network.log, error)


# -- time


class _Timer(asyncio.TimerHandle):
    """Timers of one instant fire in the order they were set."""

    __slots__ = ("turn",)
    turn: int

    def __lt__(self, other: object) -> bool:
        return isinstance(other, _Timer) and (self.when(), self.turn) < (other.when(), other.turn)


class _Loop(asyncio.BaseEventLoop):
    """An event loop that never waits: where a real one would sleep, its clock jumps."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 1.0
        self._turns = 0
        self._busy = 0
        self._selector = self
        self._scheduled: list[_Timer]

    def time(self) -> float:
        return self._now

    def call_at(self, when: float, callback: Callable[..., object], *args: Any, context: Any = None) -> _Timer:
        timer = _Timer(when, callback, args, self, context)
        self._turns += 1
        timer.turn, timer._scheduled = self._turns, True  # type: ignore[attr-defined]
        heappush(self._scheduled, timer)
        return timer

    def select(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        """What BaseEventLoop asks of its selector."""
        if timeout is None:
            raise RuntimeError("the load is stuck: nothing is left that could happen")
        self._busy = 0 if timeout else self._busy + 1
        self._now += timeout if self._busy < BUSY_TURNS else 1e-4
        return []

    def _process_events(self, event_list: list[Any]) -> None: ...

    def _write_to_self(self) -> None: ...


def _run(work: Callable[[], Awaitable[PageLoad]]) -> PageLoad:
    """On a loop of its own, also where another one is running: nothing of that one happens meanwhile."""
    outer = events._get_running_loop()
    events._set_running_loop(None)
    loop = _Loop()

    async def run() -> PageLoad:
        return await work()

    try:
        with patch.object(clock, "now", lambda: loop.time() * 1000), patch.object(clock, "wall", lambda: WALL):
            return loop.run_until_complete(run())
    finally:
        loop.close()
        events._set_running_loop(outer)


# -- the network


@contextmanager
def _virtual(network: _Network) -> Iterator[None]:
    opens, looks_up = (
        patch.object(driver, "open_connection", network.open),
        patch.object(driver, "look_up", network.find),
    )
    with opens, looks_up, patch.object(page, "prepare", lambda _: None):
        yield


class _Network:
    """Opens connections to the one origin; ``http``, ``site`` and ``log`` are what the origin's connections ask for."""

    http = ("h2", "http/1.1")

    def __init__(self, site: Site, path: Path) -> None:
        self.site = site
        self.log = Log()
        self.path = path
        self._connections: set[ServerConnection] = set()

    def opened(self, connection: ServerConnection) -> None:
        self._connections.add(connection)

    def gone(self, connection: ServerConnection) -> None:
        self._connections.discard(connection)

    async def close(self) -> None:
        """Drop what the client left open, so that no answer goes on."""
        left = list(self._connections)
        for connection in left:
            connection.abort()
        await asyncio.gather(*(connection.ended() for connection in left))

    async def find(self, host: str, port: int, options: NetOptions) -> Found:
        """Names are known at once here, as in ``open``."""
        if host in self.path.unknown:
            raise LookupFailed(f"{host} is not a known name")
        return Found((self.path.addresses.get(host, self.path.address),))

    async def open(self, scheme: str, host: str, port: int, options: NetOptions) -> Connection:
        path, start = self.path, clock.now()
        if host in path.unknown:
            await asyncio.sleep(path.rtt / 1000)
            raise LookupFailed(f"{host} is not a known name")
        await asyncio.sleep(path.rtt / 1000)
        address = path.addresses.get(host, path.address)
        if host in path.refused:
            raise ConnectFailed(f"connecting to {host}:{port} ({address}) was refused")
        protocol, tcp_end, tls = path.speaks(scheme, host, options.http), clock.now(), None
        if scheme == "https":
            await asyncio.sleep(path.rtt / 1000)
            names = path.names(host) if callable(path.names) else path.names
            names = tuple(dict.fromkeys((host, *self.site.hosts))) if names is None else names
            tls = TlsFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256", protocol.value, True, names)
        times = ConnectionTimes(None, None, start, None if tls is None else tcp_end, clock.now(), tcp_end)
        facts = ConnectionFacts(protocol, address, port, times, tls, ((address, "connected"),))
        client, server = Stream(), _Served(self, self.log.number_connection(), scheme, protocol)
        near, far = _Transport(client, path.rtt / 2), _Transport(server, path.rtt / 2)
        near.peer, far.peer = far, near
        server.connection_made(far)
        client.connection_made(near)
        engine: Engine = Http2Engine(options.limits) if protocol is HttpVersion.HTTP_2 else Http1Engine(options.limits)
        connection = Connection(client, engine, facts, f"{host}:{port}", options.limits)
        connection.flush()
        return connection


class _Served(ServerConnection):
    """The origin's end of a connection whose TLS was only agreed on."""

    def __init__(self, network: _Network, number: int, scheme: str, protocol: HttpVersion) -> None:
        super().__init__(network, number)
        self._agreed = scheme, protocol.value

    def _speak(self, protocol: str) -> None:
        self.scheme, agreed = self._agreed
        super()._speak(agreed)


class _Transport(asyncio.Transport):
    """One end of a connection; what is written here arrives at the other ``delay`` ms later, in order."""

    def __init__(self, protocol: asyncio.Protocol, delay: float) -> None:
        super().__init__()
        self.peer: _Transport
        self._protocol = protocol
        self._delay = delay / 1000
        self._loop = asyncio.get_running_loop()
        self._coming: deque[Callable[[], None]] = deque()  # what the peer sent and has not arrived, in order
        self._held: deque[Callable[[], None]] | None = None  # while reading is paused
        self._unread = 0
        self._closing = self._lost = self._resets = False

    # What protocols ask for.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._closing and data:
            self.peer._send(bytes(data))

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self.peer._later(self.peer._ended)
            self._loop.call_soon(self._lose, None)

    def abort(self) -> None:
        if not self._lost:
            broken = ConnectionResetError() if self._resets else None
            self._closing = True
            self.peer._later(lambda: self.peer._ended() if broken is None else self.peer._lose(broken))
            self._loop.call_soon(self._lose, None)

    def is_closing(self) -> bool:
        return self._closing

    def pause_reading(self) -> None:
        self._held = deque() if self._held is None else self._held

    def resume_reading(self) -> None:
        held, self._held = self._held or (), None
        for arrival in held:
            self._loop.call_soon(arrival)

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self if name == "socket" and isinstance(self._protocol, _Served) else default

    def setsockopt(self, *_: object) -> None:
        """The origin asks for one option only: to close with a reset."""
        self._resets = True

    # What comes from the other end.

    def _send(self, data: bytes) -> None:
        if self._unread <= IN_FLIGHT < self._unread + len(data):
            self.peer._protocol.pause_writing()
        self._unread += len(data)
        self._later(lambda: self._receive(data))

    def _later(self, arrival: Callable[[], None]) -> None:
        self._coming.append(arrival)
        self._loop.call_later(self._delay, self._arrive)

    def _arrive(self) -> None:
        arrival = self._coming.popleft()
        if self._held is None:
            arrival()
        else:
            self._held.append(arrival)

    def _receive(self, data: bytes) -> None:
        full, self._unread = self._unread > IN_FLIGHT, self._unread - len(data)
        if not self._closing:
            self._protocol.data_received(data)
        if full and self._unread <= IN_FLIGHT and not self.peer._lost:
            self.peer._protocol.resume_writing()

    def _ended(self) -> None:
        if not self._closing:
            self._protocol.eof_received()
            self._closing = True
            self.peer._later(lambda: None)
            self._lose(None)

    def _lose(self, error: Exception | None) -> None:
        if not self._lost:
            self._closing = self._lost = True
            self._protocol.connection_lost(error)
