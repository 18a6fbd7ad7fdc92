"""``fetch``: one exchange on a connection of its own. ``connect``: a connection to make several on."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from fetcher import clock
from fetcher.client.connection import EXPECT_MS, Connecting, Connection
from fetcher.client.exchange import OnInterim
from fetcher.client.response import Response
from fetcher.client.sending import Content, HeadersLike
from fetcher.errors import DeadlineExceeded
from fetcher.net import NetOptions, open_connection
from fetcher.net.options import HttpChoice
from fetcher.terms import Limits
from fetcher.urls import parse


async def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: HeadersLike | None = None,
    body: Content | None = None,
    on_interim: OnInterim | None = None,
    expect_continue: bool = False,
    expect_ms: float = EXPECT_MS,
    decode: bool = True,
    timeout: float | None = None,
    http: HttpChoice | None = None,
    limits: Limits | None = None,
    options: NetOptions | None = None,
) -> Response:
    """One request to ``url``; returns when the head of the final response is in, with the content still to be read.

        response = await fetcher.fetch("https://shop.test/", on_interim=print)
        text = await response.text()

    Exactly one exchange: redirects are not followed and nothing is tried again. ``http`` ("auto", "1.1" or "2") and
    ``limits`` replace those of ``options``; ``timeout`` is seconds for everything from look-up to the last byte of
    content, by default ``limits.total_ms``. The other arguments are those of ``Connection.request``. The connection
    closes with the response: when its content has been read, when it is closed, or when it is dropped.

    Raises ``InvalidURL``, ``UsageError``, ``LookupFailed``, ``ConnectFailed``, ``TLSFailed``, ``ConnectionLost``,
    ``StreamReset``, ``ProtocolError``, ``LimitExceeded`` or ``DeadlineExceeded``."""
    start = clock.now()
    where = parse(url)
    chosen = _options(options, http, limits)
    total_ms = chosen.limits.total_ms if timeout is None else timeout * 1000
    try:
        async with asyncio.timeout(total_ms / 1000) as whole:
            opened = await open_connection(where.scheme, where.host, where.port, chosen)
    except TimeoutError as error:
        if not whole.expired():
            raise
        raise DeadlineExceeded(f"connecting to {where.origin} took longer than {total_ms:g} ms", "total") from error
    try:
        exchange = await Connection(opened, where).begin(
            method, where.target, headers, body, expect_continue, expect_ms, timeout, start=start, owned=True
        )
        head = await exchange.head(on_interim)
    except BaseException:
        opened.abort()
        await opened.wait_closed()
        raise
    return Response(where.href, exchange, head, opened.facts, decode=decode)


def connect(
    url: str,
    *,
    http: HttpChoice | None = None,
    limits: Limits | None = None,
    options: NetOptions | None = None,
) -> Connecting:
    """A connection to ``url``'s origin (its path is ignored), for any number of requests:

        async with fetcher.connect("https://shop.test") as connection:
            response = await connection.request("GET", "/")

    Raises ``InvalidURL`` or ``UsageError`` at once, and while connecting what ``fetch`` raises for that."""
    return Connecting(parse(url), _options(options, http, limits))


def _options(options: NetOptions | None, http: HttpChoice | None, limits: Limits | None) -> NetOptions:
    chosen = options or NetOptions()
    if http is not None:
        chosen = replace(chosen, http=http)
    if limits is not None:
        chosen = replace(chosen, limits=limits)
    return chosen
