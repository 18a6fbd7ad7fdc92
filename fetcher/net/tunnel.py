"""The way to an origin through an HTTP proxy: TCP, TLS where the proxy wants it, then CONNECT for a tunnel.

What the proxy answers, interim responses included, is read by our own HTTP/1.1 engine and kept apart from whatever the
origin says later inside the tunnel. Each step has its deadline; failed or cancelled, no socket stays behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from fetcher import clock
from fetcher.errors import (
    ConnectFailed,
    ConnectionLost,
    DeadlineExceeded,
    FetcherError,
    LimitExceeded,
    LookupFailed,
    ProtocolError,
)
from fetcher.net.dial import Dialled, dial
from fetcher.net.lookup import Found, look_up
from fetcher.net.options import NetOptions
from fetcher.net.proxy import Proxy
from fetcher.net.stream import Stream, open_stream
from fetcher.terms import ProxyFacts, ProxyInterim, TlsFacts
from fetcher.wire.events import BodyData, InterimResponse, RequestHead, ResponseFailed, ResponseHead, WireEvent
from fetcher.wire.http1 import Http1Engine

Handshake = Callable[[Stream, str, str, NetOptions], Awaitable[TlsFacts]]
"""``handshake(stream, host, name, options)``: TLS with the proxy itself."""


@dataclass(frozen=True, slots=True)
class Way:
    """A stream on which the origin (or, without a tunnel, the forwarding proxy) is spoken to; it stood at ``end``."""

    stream: Stream
    found: Found
    dialled: Dialled
    facts: ProxyFacts
    end: float


async def reach(proxy: Proxy, host: str, port: int, options: NetOptions, *, tunnel: bool, handshake: Handshake) -> Way:
    """Through ``proxy`` towards ``host`` and ``port``. Raises ``LookupFailed``, ``ConnectFailed``, ``TLSFailed``,
    ``ProtocolError``, ``LimitExceeded`` or ``DeadlineExceeded`` with a sentence that names the proxy."""
    limits = options.limits
    try:
        found = await look_up(proxy.host, proxy.port, options)
    except LookupFailed as error:
        raise LookupFailed(f"the proxy {proxy.url} cannot be found: {error}") from error
    try:
        dialled = await dial(proxy.host, proxy.port, found.addresses, limit_ms=limits.connect_ms)
    except ConnectFailed as error:
        raise ConnectFailed(f"the proxy {proxy.url} cannot be reached: {error}") from error
    except DeadlineExceeded as error:
        raise DeadlineExceeded(f"the proxy {proxy.url} cannot be reached: {error}", error.phase) from error
    stream = await open_stream(dialled.sock)
    try:
        facts = ProxyFacts(proxy.url, tunnel)
        end = dialled.end
        if proxy.scheme == "https":
            tls_start = clock.now()
            settled = await handshake(stream, proxy.host, f"the proxy {proxy.url}", options)
            end = clock.now()
            facts = replace(facts, tls_start=tls_start, tls_end=end, tls=settled)
        if tunnel:
            stream, facts = await _connect(stream, proxy, _authority(host, port), options, facts)
            end = facts.response_start or clock.now()
    except BaseException:
        stream.abort()
        raise
    return Way(stream, found, dialled, facts, end)


async def _connect(
    outer: Stream, proxy: Proxy, authority: str, options: NetOptions, facts: ProxyFacts
) -> tuple[Stream, ProxyFacts]:
    """CONNECT (RFC 9110 9.3.6): the stream inside the tunnel, and what the proxy said."""
    limits = options.limits
    fields = [("proxy-connection", "keep-alive"), ("user-agent", "fetcher")]
    if proxy.authorization is not None:
        fields.append(("proxy-authorization", proxy.authorization))
    answer = _Answer(outer, Http1Engine(limits))
    try:
        async with asyncio.timeout(limits.connect_ms / 1000):
            sent = answer.ask(RequestHead("CONNECT", "http", authority, authority, tuple(fields)))
            head = await answer.head
    except TimeoutError as error:
        seen = f" (after {len(answer.interim)} interim responses)" if answer.interim else ""
        raise DeadlineExceeded(
            f"the proxy {proxy.url} opened no tunnel to {authority} within {limits.connect_ms:g} ms{seen}", "connect"
        ) from error
    except ConnectionLost as error:
        raise ConnectFailed(
            f"the proxy {proxy.url} closed the connection instead of opening a tunnel: {error}"
        ) from error
    except LimitExceeded as error:
        raise LimitExceeded(f"the proxy {proxy.url} answered too much: {error}", error.limit) from error
    except FetcherError as error:
        raise ProtocolError(f"{proxy.url} does not answer as an HTTP proxy does: {error}") from error
    if not 200 <= head.status < 300:
        raise ConnectFailed(_refused(proxy, authority, head))
    facts = replace(
        facts,
        request_start=sent,
        response_start=head.at,
        status=head.status,
        reason=head.reason,
        fields=head.fields,
        interim=tuple(answer.interim),
    )
    inner = TunnelledStream(outer)
    inner.begin(b"".join(answer.rest))
    return inner, facts


def _refused(proxy: Proxy, authority: str, head: ResponseHead) -> str:
    said = f"{head.status} {head.reason}".rstrip()
    if head.status != 407:
        return f"the proxy {proxy.url} refused a tunnel to {authority}: {said}"
    if proxy.authorization is not None:
        return f"the proxy {proxy.url} did not accept the user name and password given ({said})"
    return f"the proxy {proxy.url} wants a user name and password ({said}): --proxy {proxy.scheme}://USER:PASSWORD@..."


class _Answer:
    """What a proxy answers to CONNECT. ``rest`` is what came after the head, which belongs to the tunnel."""

    def __init__(self, stream: Stream, engine: Http1Engine) -> None:
        self.head: asyncio.Future[ResponseHead] = asyncio.get_running_loop().create_future()
        self.head.add_done_callback(_look_at)
        self.interim: list[ProxyInterim] = []
        self.rest: list[bytes] = []
        self._stream = stream
        self._engine = engine

    def ask(self, request: RequestHead) -> float:
        self._engine.send_request(request, end=True)
        self._stream.attach(self._received, self._lost)
        self._stream.write(self._engine.data_to_send())
        return clock.now()

    def _received(self, data: bytes, at: float) -> None:
        self._take(self._engine.receive(data, at))

    def _lost(self, error: FetcherError | None, at: float) -> None:
        events = self._engine.receive_eof(at)
        if error is not None and not self.head.done():
            self.head.set_exception(error)
        self._take(events)

    def _take(self, events: list[WireEvent]) -> None:
        for event in events:
            match event:
                case InterimResponse():
                    self.interim.append(ProxyInterim(event.at, event.status, event.reason, event.fields))
                case ResponseHead() if not self.head.done():
                    self.head.set_result(event)
                case BodyData():
                    self.rest.append(event.data)
                case ResponseFailed() if not self.head.done():
                    self.head.set_exception(event.error)


class TunnelledStream(Stream):
    """A stream whose bytes go through another one. It owns the outer stream: closing it closes both."""

    def __init__(self, outer: Stream) -> None:
        super().__init__()
        self._outer = outer

    def begin(self, rest: bytes) -> None:
        """Take over what the outer stream reads; ``rest`` has been read already."""
        self.connection_made(_OuterTransport(self._outer))
        self._deliver(rest, clock.now())
        self._outer.attach(self._deliver, self._outer_lost)

    async def drain(self) -> None:
        await self._outer.drain()

    def _deliver(self, data: bytes, _at: float) -> None:
        if data and not self._lost:
            self.data_received(data)

    def _outer_lost(self, error: FetcherError | None, at: float) -> None:
        self._error = self._error or error
        self._ended_at = at
        self.connection_lost(None)


class _OuterTransport(asyncio.Transport):
    """An outer stream with a transport's face. It lingers by itself while its last bytes leave."""

    def __init__(self, outer: Stream) -> None:
        super().__init__()
        self._outer = outer

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self._outer.write(bytes(data))

    def close(self) -> None:
        self._outer.close()

    def abort(self) -> None:
        self._outer.abort()

    def is_closing(self) -> bool:
        return self._outer.is_closing

    def pause_reading(self) -> None:
        self._outer.pause_reading()

    def resume_reading(self) -> None:
        self._outer.resume_reading()

    def get_write_buffer_size(self) -> int:
        return 0


def _look_at(head: asyncio.Future[ResponseHead]) -> None:
    """Whoever waited may have been cancelled in the same step: an error nobody fetches is then no fault of ours."""
    if not head.cancelled():
        head.exception()


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
