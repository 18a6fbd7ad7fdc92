"""A ClientHello's offer, of OpenSSL's own hellos and of broken ones."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import pytest

from fetcher.errors import RemoteProtocolError
from fetcher.wire.client_hello import LARGEST, offered


def hello(protocols: Sequence[str], name: str | None = "a.test") -> bytes:
    """What OpenSSL sends first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if protocols:
        context.set_alpn_protocols(list(protocols))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("protocols", [("h2", "http/1.1"), ("http/1.1",), ()])
def test_what_is_offered(protocols: tuple[str, ...]) -> None:
    """As soon as it is there whole, in one record or in several, and whatever follows."""
    data = hello(protocols)
    assert offered(data) == offered(data + b"\x17\x03\x03") == protocols
    assert {offered(data[:size]) for size in range(len(data))} == {None}
    head, message = data[:3], data[5:]
    pieces = b"".join(
        head + len(message[at : at + 50]).to_bytes(2, "big") + message[at : at + 50]
        for at in range(0, len(message), 50)
    )
    assert offered(pieces) == protocols


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
        b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
        b"\x16\x03\x01\x00\x01\x01\x17\x03\x01\x00\x01x",
        b"\x16" + bytes(LARGEST),
    ],
)
def test_what_is_no_hello(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="This "):
        offered(data)


def test_a_hello_that_lies_of_its_lengths_is_refused_or_offers_nothing() -> None:
    """Never another exception."""
    data = bytearray(hello(("h2",)))
    for at in range(5, len(data)):
        for value in (0, 255):
            odd = bytes(data[:at]) + bytes([value]) + bytes(data[at + 1 :])
            try:
                assert offered(odd) is None or isinstance(offered(odd), tuple)
            except RemoteProtocolError:
                continue
