"""Between a Chromium and the servers: a proxy on this machine that passes HTTP/2 on, and can withhold 103s.

Chromium (156) has no switch by which it would ignore a 103. So both arms of a comparison go through here, and in the
one without hints the 103, received by the relay, is withheld; nothing else differs between the arms. Towards the
servers the relay connects as a load of ours does (``NetOptions``: --resolve, --cacert, --proxy ...), one connection for
each that Chromium opens, so that round trips are as many; towards Chromium it has one throw-away key, which that
browser alone trusts. What passed is in the ``Passage`` of each load.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from fetcher import clock
from fetcher.errors import FetcherError
from fetcher.net.opening import prepare, reach
from fetcher.net.options import NetOptions
from fetcher.net.stream import Stream
from fetcher.origin.certificates import throw_away
from fetcher.runs.chromium.trust import key_hash
from fetcher.terms import ConnectionFacts, HttpVersion
from fetcher.urls import resolve
from fetcher.wire.http2.passing import Exchange, Passing

HEAD_BYTES = 16_384
HEAD_SECONDS = 10.0
READ_BYTES = 65_536
MOST_BUFFERED = 262_144
MOST_CONNECTIONS = 256
_TARGET = re.compile("<([^>]*)>")
_ALPN = {HttpVersion.HTTP_2: "h2", HttpVersion.HTTP_1_1: "http/1.1"}


@dataclass(slots=True)
class Link:
    """One connection that Chromium opened: to which host and when, what stood at the other end, what passed over it
    (None over HTTP/1.1, which passes unread)."""

    host: str
    port: int
    at: float
    facts: ConnectionFacts | None = None
    passing: Passing | None = None
    error: str | None = None


@dataclass(slots=True)
class Passage:
    """What went through for one load. ``withheld``: its 103s were not passed on."""

    withheld: bool
    links: list[Link] = field(default_factory=list)

    @property
    def exchanges(self) -> Iterator[tuple[Link, Exchange]]:
        return ((link, one) for link in self.links if link.passing is not None for one in link.passing.exchanges)

    def moved(self, exchange: Exchange) -> int:
        """How many requests, and connections to other hosts that its 103 names, began between the 103 of ``exchange``
        and its final head: those that the 103 started, as a page that has not come asks for nothing."""
        if not exchange.interim:
            return 0
        began, ended = exchange.interim[0].at, exchange.final.at if exchange.final is not None else clock.now()
        named = _hosts(exchange)
        requests = sum(one is not exchange and began <= one.at < ended for _, one in self.exchanges)
        return requests + sum(began <= link.at < ended and link.host in named for link in self.links)

    def error_of(self, host: str) -> str | None:
        """Why ``host`` could not be reached, or what ended a connection to it."""
        return next((link.error for link in self.links if link.host == host and link.error is not None), None)


class Relay:
    """Listens on loopback while it is entered. ``begin`` says what becomes of connections from then on."""

    def __init__(self, options: NetOptions) -> None:
        self.port = 0
        self._options = options
        self._passage = Passage(withheld=False)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        certificate = throw_away(("relay.invalid",))
        self.key_hash = key_hash(ssl.PEM_cert_to_DER_cert(_first(certificate.chain.decode("ascii"))))
        self._contexts = {version: certificate.server_context([name]) for version, name in _ALPN.items()}

    async def __aenter__(self) -> Self:
        prepare(self._options)
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0, limit=HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def begin(self, *, withheld: bool) -> Passage:
        """A load begins: its connections are in the passage given, and its 103s are ``withheld`` or not."""
        self._passage = Passage(withheld)
        return self._passage

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer, self._passage)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, FetcherError):
            pass  # Chromium tells what it makes of a connection that ended
        except asyncio.CancelledError:
            pass  # a load or the whole is over; the server's task has nobody who would take it
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passage: Passage) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        method, _, rest = head.decode("latin-1").partition(" ")
        host, colon, port = rest.partition(" ")[0].rpartition(":")
        if method != "CONNECT" or not colon or not port.isdigit() or len(passage.links) >= MOST_CONNECTIONS:
            writer.write(b"HTTP/1.1 501 Not Implemented\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            return
        link = Link(host.strip("[]"), int(port), clock.now())
        passage.links.append(link)
        try:
            reached = await reach("https", link.host, link.port, self._options)
        except FetcherError as error:
            link.error = str(error)
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            return
        try:
            link.facts = reached.facts
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await writer.drain()
            async with asyncio.timeout(HEAD_SECONDS):
                await writer.start_tls(self._contexts[reached.facts.protocol])
            if reached.facts.protocol is HttpVersion.HTTP_2:
                link.passing = Passing(withheld=passage.withheld)
            await _Pump(link, reader, writer, reached.stream).run()
        finally:
            reached.stream.abort()


class _Pump:
    """Carries bytes both ways until either side ends."""

    def __init__(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: Stream) -> None:
        self._link, self._reader, self._writer, self._server = link, reader, writer, server
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
                    await self._writer.drain()
                self._writer.close()
        finally:
            for task in filter(None, (browser, over, self._waiting)):
                task.cancel()
            await asyncio.gather(browser, over, return_exceptions=True)

    async def _from_browser(self) -> None:
        with suppress(OSError, FetcherError):
            while data := await self._reader.read(READ_BYTES):
                passing = self._link.passing
                self._server.write(data if passing is None else passing.from_browser(data, clock.now()))
                await self._server.drain()

    def _from_server(self, data: bytes, at: float) -> None:
        passing = self._link.passing
        try:
            self._writer.write(data if passing is None else passing.from_server(data, at))
        except FetcherError as error:
            self._link.error = str(error)
            self._over.set()
            return
        if self._waiting is None and self._writer.transport.get_write_buffer_size() > MOST_BUFFERED:
            self._server.pause_reading()
            self._waiting = asyncio.ensure_future(self._resumed())

    async def _resumed(self) -> None:
        with suppress(OSError):
            await self._writer.drain()
        self._waiting = None
        self._server.resume_reading()

    def _closed(self, error: FetcherError | None, at: float) -> None:
        self._over.set()


def _hosts(exchange: Exchange) -> set[str]:
    """Those that links of its interim heads name, but for its own."""
    own = resolve(exchange.url)
    lines = [value for head in exchange.interim for name, value in head.fields if name == "link"]
    urls = [resolve(target, exchange.url) for line in lines for target in _TARGET.findall(line)]
    return {url.host for url in urls if url is not None} - {own.host if own is not None else ""}


def _first(chain: str) -> str:
    """The first certificate of a PEM chain."""
    end = "-----END CERTIFICATE-----"
    return chain.partition(end)[0] + end + "\n"
