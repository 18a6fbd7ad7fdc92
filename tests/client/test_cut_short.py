"""Content that ends with the connection, where TLS did not say goodbye (RFC 9112 9.8)."""

from __future__ import annotations

import asyncio
import ssl

import pytest

import fetcher
from fetcher.net import NetOptions
from tests.support.loopback import HOST, ca_file, read_request, server_context, serving
from tests.support.scripted_http1 import CLOSE, scripted

CUT = "no-close-notify"


def options(port: int) -> NetOptions:
    return NetOptions(resolve=((HOST, port, "127.0.0.1"),), ca_file=ca_file())


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nok", True),
        (b"HTTP/1.0 200 OK\r\n\r\nok", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", False),
    ],
    ids=["until close", "HTTP/1.0", "length", "chunked"],
)
async def test_an_end_without_close_notify_is_named(answer: bytes, noted: bool) -> None:
    """Whoever cuts the TCP connection can shorten such content unseen. Browsers take it, as many servers never say
    goodbye; so do we, and name it. Content that knows its own end is not concerned."""
    context: ssl.SSLContext = server_context(alpn=("http/1.1",))
    with scripted((answer, CLOSE), context=context) as server:
        got = await fetcher.fetch(f"https://{HOST}:{server.port}/", options=options(server.port))
        assert await got.read() == b"ok"
        assert (CUT in got.deviations) is noted


@pytest.mark.parametrize("tls", [True, False])
async def test_an_end_that_is_one(tls: bool) -> None:
    """With close_notify, and in cleartext, where there is none, nothing is noted."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nok")

    async with serving(handler, tls=server_context(alpn=("http/1.1",)) if tls else None) as port:
        got = await fetcher.fetch(f"http{'s' * tls}://{HOST}:{port}/", options=options(port))
        assert await got.read() == b"ok"
        assert CUT not in got.deviations
