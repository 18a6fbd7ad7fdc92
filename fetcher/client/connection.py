"""A connection for library users: keep-alive on HTTP/1.1, many exchanges at once on HTTP/2.

It is free for the next HTTP/1.1 request exactly when the final content of the one before is complete (an interim
response completes nothing); asking earlier raises rather than waits, because the content may be waiting to be read.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Generator
from math import inf
from types import TracebackType
from typing import Any

from fetcher import clock, net
from fetcher.client.events import Events
from fetcher.client.exchange import Exchange, OnInterim
from fetcher.client.response import Response
from fetcher.client.sending import Content, HeadersLike, content_of, dress, target_of
from fetcher.errors import ConnectionLost, DeadlineExceeded, LocalProtocolError
from fetcher.terms import ConnectionFacts, HttpVersion
from fetcher.urls import URL
from fetcher.wire.events import ConnectionEvent

EXPECT_MS = 1_000.0
"""How long request content is held back for a 100 that does not come (RFC 9110 10.1.1 leaves it to us)."""


class Connection:
    """One connection to one origin. Use it as ``async with fetcher.connect(url) as connection``."""

    def __init__(self, connection: net.Connection, url: URL) -> None:
        self._net = connection
        self._url = url
        self._slots: deque[asyncio.Future[None]] = deque()
        self._unsent: list[Exchange] = []
        self._multiplexed = connection.protocol is not HttpVersion.HTTP_1_1
        connection.on_event = self._changed

    def __repr__(self) -> str:
        return f"<Connection {self._net.protocol} to {self._url.origin}{' closed' if self.is_closed else ''}>"

    @property
    def facts(self) -> ConnectionFacts:
        """Address, protocol, TLS and phase times."""
        return self._net.facts

    @property
    def http_version(self) -> HttpVersion:
        return self._net.protocol

    @property
    def is_closed(self) -> bool:
        """No request can be sent here ever again."""
        return self._net.is_closed

    @property
    def is_free(self) -> bool:
        """A request can be sent right now."""
        return self._net.free_streams > 0

    async def request(
        self,
        method: str = "GET",
        target: str = "/",
        *,
        headers: HeadersLike | None = None,
        body: Content | None = None,
        on_interim: OnInterim | None = None,
        expect_continue: bool = False,
        expect_ms: float = EXPECT_MS,
        decode: bool = True,
        timeout: float | None = None,
    ) -> Response:
        """Send one request and return its final response as soon as the head is in; the content is then streamed.

        ``target`` is a path or a URL of this origin. ``on_interim``, sync or async, gets each ``InterimResponse`` on
        this task, before anything later of this exchange; it may use this connection. With ``expect_continue`` the
        content is held until a 100, a final status (then it is never sent) or ``expect_ms``. ``timeout`` is seconds
        for the whole exchange, content included; the default is ``limits.total_ms``. Redirects are not followed.

        Raises ``LocalProtocolError`` while HTTP/1.1 is busy with the previous content, ``ConnectionLost`` when the
        connection has closed, and what ``Response`` reading raises. On HTTP/2 it waits while the server allows no
        further stream."""
        exchange = await self.begin(method, target, headers, body, expect_continue, expect_ms, timeout)
        head = await exchange.head(on_interim)
        url = self._url.origin + target_of(self._url, target)
        return Response(url, exchange, head, self._net.facts, decode=decode)

    def events(
        self,
        method: str = "GET",
        target: str = "/",
        *,
        headers: HeadersLike | None = None,
        body: Content | None = None,
        expect_continue: bool = False,
        expect_ms: float = EXPECT_MS,
        timeout: float | None = None,
    ) -> Events:
        """The same exchange as an asynchronous iterator of its events: ``InterimResponse``..., ``ResponseHead``,
        ``BodyData``... (as transferred, not decoded), ``ResponseEnd``. The request is sent at the first step."""
        return Events(lambda: self.begin(method, target, headers, body, expect_continue, expect_ms, timeout))

    async def begin(
        self,
        method: str,
        target: str,
        headers: HeadersLike | None,
        body: Content | None,
        expect_continue: bool,
        expect_ms: float,
        timeout: float | None,
        *,
        start: float | None = None,
        owned: bool = False,
    ) -> Exchange:
        """Send a request; for ``request``, ``events`` and ``fetch``."""
        start = clock.now() if start is None else start
        deadline = start + (self._net.limits.total_ms if timeout is None else timeout * 1000)
        content = content_of(body)
        size = len(content) if isinstance(content, bytes) else None
        head, expects = dress(method, self._url, target_of(self._url, target), headers, size, expect_continue)
        try:
            if self._net.free_streams == 0:
                await self._wait_for_slot(deadline)
            exchange = Exchange(self._net, deadline=deadline, owned=owned, start=start)
            exchange.send(head, content, expect_ms if expects else None)
        except BaseException:
            self._free_slot()  # a turn that was given and not taken is the next one's
            raise
        if self._multiplexed:
            exchange.on_over = self._free_slot
            self._unsent.append(exchange)
            if len(self._unsent) == 1:  # requests made in one step of the loop leave in one write
                asyncio.get_running_loop().call_soon(self._flush)
        else:
            exchange.request_start = self._net.flush()
        return exchange

    def _flush(self) -> None:
        at = self._net.flush()
        for exchange in self._unsent:
            exchange.request_start = at
        self._unsent.clear()

    async def _wait_for_slot(self, deadline: float) -> None:
        """HTTP/2: until the server allows another stream. HTTP/1.1: raise, see the top of the file."""
        while self._net.free_streams == 0:
            if self._net.is_closed:
                raise ConnectionLost(f"the connection to {self._url.origin} is closed; nothing was sent; open another")
            if not self._multiplexed:
                raise LocalProtocolError(
                    f"the connection to {self._url.origin} is busy: read the previous response to its end, or close "
                    "it and open another connection"
                )
            slot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._slots.append(slot)
            try:
                async with asyncio.timeout(None if deadline == inf else (deadline - clock.now()) / 1000):
                    await slot
            except TimeoutError as error:
                raise DeadlineExceeded(
                    f"{self._url.origin} allowed no further stream in the time allowed in all", "total"
                ) from error
            finally:
                if slot in self._slots:
                    self._slots.remove(slot)

    def _free_slot(self) -> None:
        """Wake as many waiters as there are streams for; each looks again for itself."""
        free = self._net.free_streams
        woken = 0
        while self._slots and (woken < free or self._net.is_closed):
            slot = self._slots.popleft()
            if not slot.done():
                slot.set_result(None)
                woken += 1

    def _changed(self, _event: ConnectionEvent) -> None:
        self._free_slot()

    def close(self) -> None:
        """Close without waiting; open exchanges fail with ``ConnectionLost``."""
        self._net.close()

    async def aclose(self) -> None:
        """Close and wait until the socket is closed."""
        self._net.close()
        await self._net.wait_closed()

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class Connecting:
    """What ``connect`` returns: ``async with`` it, or ``await`` it and close the connection yourself."""

    def __init__(self, url: URL, options: net.NetOptions) -> None:
        self._url = url
        self._options = options
        self._connection: Connection | None = None

    async def _open(self) -> Connection:
        url = self._url
        return Connection(await net.open_connection(url.scheme, url.host, url.port, self._options), url)

    def __await__(self) -> Generator[Any, None, Connection]:
        return self._open().__await__()

    async def __aenter__(self) -> Connection:
        self._connection = await self._open()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._connection is not None
        await self._connection.aclose()
