"""Opening a connection: look-up, dial (or the way through a proxy), TLS, then the engine that ALPN settled. Each phase
has its own deadline.

Cancelled or failed at any point, nothing stays behind: no socket, no task.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fetcher import clock
from fetcher.errors import ConnectionLost, DeadlineExceeded, ProtocolError, TLSFailed, UsageError
from fetcher.net import tls
from fetcher.net.connection import Connection
from fetcher.net.dial import Dialled, dial
from fetcher.net.lookup import Found, look_up
from fetcher.net.options import NetOptions
from fetcher.net.proxy import Proxy
from fetcher.net.stream import Stream, open_stream
from fetcher.terms import ConnectionFacts, ConnectionTimes, HttpVersion, ProxyFacts, TlsFacts
from fetcher.wire.http1 import Http1Engine

if TYPE_CHECKING:
    from fetcher.wire.engine import Engine


def prepare(options: NetOptions) -> None:
    """Read the certificates and load what TLS connections need, so that no clock runs meanwhile: 40 ms in a process's
    first load. Raises ``UsageError`` for files that cannot be used."""
    tls.context_for(options)
    if options.http != "1.1":
        import fetcher.wire.http2
    if options.proxies.is_any:
        import fetcher.net.tunnel  # noqa: F401

        tls.context_for(_towards_proxy(options))


@dataclass(frozen=True, slots=True)
class Reached:
    """A byte stream to a server, past TLS where there is some, and how it came to be."""

    stream: Stream
    facts: ConnectionFacts


async def reach(scheme: str, host: str, port: int, options: NetOptions) -> Reached:
    """A stream to ``host`` and ``port`` for ``scheme`` "http" or "https" (IPv6 literals without brackets), for who
    speaks over it himself. The caller closes it. Raises as ``open_connection`` does."""
    secure = scheme == "https"
    if options.http == "2" and not secure:
        raise UsageError("HTTP/2 needs TLS here; use https or --http 1.1")
    context = tls.context_for(options) if secure else None
    if secure and options.http != "1.1":
        import fetcher.wire.http2  # noqa: F401 - loaded now, so that the load is not counted as network time
    name = _name(host, port)
    proxy = options.proxies.choose(scheme, host)
    stream, found, dialled, end, proxied = await _reach(proxy, scheme, host, port, options)
    try:
        tls_start: float | None = None
        facts: TlsFacts | None = None
        if context is not None:
            tls_start = clock.now()
            facts = await _handshake(stream, context, host, name, options)
            end = clock.now()
        protocol = HttpVersion.HTTP_2 if facts is not None and facts.alpn == "h2" else HttpVersion.HTTP_1_1
        if options.http == "2" and protocol is not HttpVersion.HTTP_2:
            raise ProtocolError(f"{name} did not agree to HTTP/2; use --http auto or --http 1.1")
        times = ConnectionTimes(found.start, found.end, dialled.start, tls_start, end, dialled.end)
        settled = ConnectionFacts(protocol, dialled.address, dialled.port, times, facts, dialled.attempts, proxied)
    except BaseException:
        stream.abort()
        raise
    return Reached(stream, settled)


def _name(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def open_connection(scheme: str, host: str, port: int, options: NetOptions) -> Connection:
    """A connection to ``host`` and ``port`` for ``scheme`` "http" or "https" (IPv6 literals without brackets).

    Raises ``UsageError``, ``LookupFailed``, ``ConnectFailed``, ``TLSFailed``, ``ProtocolError`` when HTTP/2 was
    required and not agreed to, and ``DeadlineExceeded`` with the phase that took too long."""
    reached = await reach(scheme, host, port, options)
    stream, settled, limits, name = reached.stream, reached.facts, options.limits, _name(host, port)
    proxy, proxied = options.proxies.choose(scheme, host), settled.proxy
    try:
        engine: Engine
        if settled.protocol is HttpVersion.HTTP_2:
            from fetcher.wire.http2 import Http2Engine

            engine = Http2Engine(limits)
        else:
            engine = Http1Engine(limits)
        connection = Connection(stream, engine, settled, name, limits)
        if proxied is not None and proxy is not None and not proxied.tunnel:
            fields = (("proxy-authorization", proxy.authorization),) if proxy.authorization else ()
            connection.forward = (f"http://{name.removesuffix(':80')}", fields)
        connection.flush()  # the HTTP/2 preface
    except BaseException:
        stream.abort()
        raise
    return connection


async def _reach(
    proxy: Proxy | None, scheme: str, host: str, port: int, options: NetOptions
) -> tuple[Stream, Found, Dialled, float, ProxyFacts | None]:
    """A stream towards ``host``, directly or through ``proxy``, and when it stood. A proxy forwards http requests.
    For https it opens a tunnel, and as in curl also where --connect-to leads elsewhere: it has to connect there."""
    to_host, to_port = options.destination(host, port)
    if proxy is None:
        found = await look_up(to_host, to_port, options)
        dialled = await dial(to_host, to_port, found.addresses, limit_ms=options.limits.connect_ms)
        return await open_stream(dialled.sock), found, dialled, dialled.end, None
    from fetcher.net.tunnel import reach

    tunnel = scheme == "https" or (to_host, to_port) != (host, port)
    way = await reach(proxy, to_host, to_port, options, tunnel=tunnel, handshake=_proxy_handshake)
    return way.stream, way.found, way.dialled, way.end, way.facts


async def _proxy_handshake(stream: Stream, host: str, name: str, options: NetOptions) -> TlsFacts:
    """TLS with the proxy itself, which gets no client certificate and is spoken to in HTTP/1.1."""
    plain = _towards_proxy(options)
    return await _handshake(stream, tls.context_for(plain), host, name, plain)


def _towards_proxy(options: NetOptions) -> NetOptions:
    return replace(options, http="1.1", cert_file=None, key_file=None)


async def _handshake(stream: Stream, context: ssl.SSLContext, host: str, name: str, options: NetOptions) -> TlsFacts:
    try:
        async with asyncio.timeout(options.limits.tls_ms / 1000):
            return tls.facts_of(await stream.start_tls(context, host.rstrip(".")), options)
    except TimeoutError as error:
        silent = "" if stream.has_read else ", and nothing was answered; does this port speak TLS? try http://"
        raise DeadlineExceeded(
            f"the TLS handshake with {name} took longer than {options.limits.tls_ms:g} ms{silent}", "tls"
        ) from error
    except ConnectionLost as error:
        raise TLSFailed(f"{name} closed the connection during the TLS handshake; {error}") from error
    except OSError as error:  # every ssl error is one
        raise tls.failure(error, name, options) from error
    except ValueError as error:
        raise TLSFailed(f"{host!r} cannot be used as a TLS server name: {error}") from error
