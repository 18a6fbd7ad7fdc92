"""The session transport: the same fetch commands, carried out by an ``aiohttp.ClientSession``.

For callers who bring a session of their own (its proxy, auth, connector, or mocks), and for ``--transport aiohttp``.
Only aiohttp's public API: no automatic redirects, no automatic decompression, URLs as they stand. What aiohttp hides
(when the bytes left, which connection, its phases) stays unknown in the record. The document never comes this way,
since aiohttp throws interim responses away.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import ClientSession as ClientSession
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL as EncodedURL

from fetcher import clock
from fetcher.errors import (
    ConnectFailed,
    ConnectionLost,
    DeadlineExceeded,
    FetcherError,
    LookupFailed,
    NetworkError,
    RemoteProtocolError,
    TLSFailed,
)
from fetcher.net.tls import context_for
from fetcher.wire.events import BodyData, RequestHead, ResponseEnd, ResponseFailed, ResponseHead, StreamEvent

if TYPE_CHECKING:
    from fetcher.net import NetOptions
    from fetcher.terms import Fields, Limits

Sink = Callable[[StreamEvent], None]


class SessionTransport:
    """Stands where a connection stands in the driver, for every host at once. ``flush`` knows no time to give."""

    is_closed = False

    def __init__(self, session: aiohttp.ClientSession | None, net: NetOptions, limits: Limits) -> None:
        self._session = session if session is not None else _own_session(net)
        self._owns = session is None
        self._limits = limits
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._next = 0

    def send_request(self, head: RequestHead, sink: Sink) -> int:
        """Start one request; ``sink`` gets its head, content and end, never an interim response."""
        number = self._next
        self._next += 1
        task = asyncio.get_running_loop().create_task(self._exchange(number, head, sink))
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number, None))
        return number

    def flush(self) -> None:
        """Nothing: aiohttp writes when it has a connection."""

    def acknowledge(self, stream_id: int, size: int) -> None:
        """Nothing: aiohttp's own reader pauses."""

    def cancel(self, stream_id: int) -> None:
        task = self._tasks.get(stream_id)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """End what runs, and the session if it is ours. A caller's own session stays open."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._owns:
            await self._session.close()
            await asyncio.sleep(0)  # one turn, in which the transports are closed

    async def _exchange(self, number: int, head: RequestHead, sink: Sink) -> None:
        url = f"{head.scheme}://{head.authority}{head.target}"
        try:
            await self._answer(number, head, url, sink)
        except TimeoutError:
            late = DeadlineExceeded(f"{url} did not answer in the time allowed", "response")
            sink(ResponseFailed(number, clock.now(), late))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            sink(ResponseFailed(number, clock.now(), _mapped(error, url)))

    async def _answer(self, number: int, head: RequestHead, url: str, sink: Sink) -> None:
        limits = self._limits
        fields = [(name, value) for name, value in head.fields if name != "connection"]
        async with asyncio.timeout(limits.response_ms / 1000) as patience:
            async with self._session.request(
                head.method,
                EncodedURL(url, encoded=True),
                headers=fields,
                allow_redirects=False,
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),
                max_line_size=limits.field_bytes,
                max_field_size=limits.field_bytes,
            ) as response:
                loop = asyncio.get_running_loop()
                sink(_head_of(number, response))
                while True:
                    patience.reschedule(loop.time() + limits.idle_ms / 1000)
                    data = await response.content.readany()
                    if not data:
                        break
                    sink(BodyData(number, clock.now(), data, len(data)))
        sink(ResponseEnd(number, clock.now()))


def _head_of(number: int, response: aiohttp.ClientResponse) -> ResponseHead:
    fields: Fields = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.raw_headers
    )
    version = response.version
    named = f"HTTP/{version.major}.{version.minor}" if version is not None else ""
    return ResponseHead(number, clock.now(), response.status, response.reason or "", fields, named)


def _mapped(error: Exception, url: str) -> FetcherError:
    """An aiohttp error as ours, chained."""
    mapped: FetcherError
    match error:
        case aiohttp.ClientConnectorDNSError():
            mapped = LookupFailed(f"no address for the host of {url} ({error})")
        case aiohttp.ClientSSLError() | ssl.SSLError():
            mapped = TLSFailed(f"TLS with the host of {url} failed ({error})")
        case aiohttp.ClientConnectorError():
            mapped = ConnectFailed(f"could not connect for {url} ({error})")
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | aiohttp.ClientOSError():
            mapped = ConnectionLost(f"the connection closed before {url} was complete ({error})")
        case aiohttp.ClientResponseError():
            mapped = RemoteProtocolError(f"{url} did not answer with readable HTTP ({error.message})")
        case _:
            mapped = NetworkError(f"{url} could not be fetched ({error})")
    mapped.__cause__ = error
    return mapped


class _Resolver(AbstractResolver):
    """Look-ups with ``--resolve`` and ``--connect-to`` applied."""

    def __init__(self, net: NetOptions) -> None:
        self._net = net
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        to_host, to_port = self._net.destination(host, port)
        addresses = self._net.overridden(to_host, to_port)
        if not addresses:
            return await self._system.resolve(to_host, to_port, family)
        return [
            {
                "hostname": host,
                "host": address,
                "port": to_port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in addresses
        ]

    async def close(self) -> None:
        await self._system.close()


def _own_session(net: NetOptions) -> aiohttp.ClientSession:
    """A session that adds nothing of its own: no cookies, six connections to a host, our trust and overrides."""
    connector = aiohttp.TCPConnector(
        limit=0,
        limit_per_host=6,
        ssl=context_for(replace(net, http="1.1")),
        resolver=_Resolver(net),
        use_dns_cache=False,
    )
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
