"""What a TLS client offers to speak, read from its first bytes before anybody answers (RFC 8446 4.1.2, RFC 7301 3.1).

For who stands between a client and a server and has to agree with both: a WebSocket's client offers HTTP/1.1 alone.
Nothing of it is checked but its form; more than ``LARGEST`` bytes are no ClientHello.
"""

from __future__ import annotations

from fetcher.errors import RemoteProtocolError

LARGEST = 65_536
_HANDSHAKE, _CLIENT_HELLO, _ALPN = 22, 1, 16
_FIXED = 34  # version and random


def offered(data: bytes) -> tuple[str, ...] | None:
    """The protocols that the ClientHello at the start of ``data`` offers by ALPN, () where it offers none, None while
    more bytes are needed. Raises ``RemoteProtocolError`` for what is none."""
    if data[:1] not in (b"", b"\x16") or len(data) > LARGEST:
        raise RemoteProtocolError("This is no TLS ClientHello.")
    message = _message(data)
    if len(message) < 4:
        return None
    end = 4 + int.from_bytes(message[1:4], "big")
    if message[0] != _CLIENT_HELLO or end > LARGEST:
        raise RemoteProtocolError("This TLS handshake begins with no ClientHello.")
    if len(message) < end:
        return None
    return _protocols(message[4:end])


def _message(data: bytes) -> bytes:
    """What the records hold that are there as a whole."""
    parts = []
    at = 0
    while at + 5 <= len(data):
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if data[at] != _HANDSHAKE:
            raise RemoteProtocolError("This TLS handshake is broken off.")
        if at + 5 + size > len(data):
            break
        parts.append(data[at + 5 : at + 5 + size])
        at += 5 + size
    return b"".join(parts)


def _protocols(hello: bytes) -> tuple[str, ...]:
    at = _FIXED
    for width in (1, 2, 1):  # session id, cipher suites, compression methods
        _, at = _vector(hello, at, width)
    if at == len(hello):
        return ()  # no extensions
    extensions, _ = _vector(hello, at, 2)
    at = 0
    while at < len(extensions):
        kind = int.from_bytes(extensions[at : at + 2], "big")
        content, at = _vector(extensions, at + 2, 2)
        if kind == _ALPN:
            return _names(content)
    return ()


def _names(content: bytes) -> tuple[str, ...]:
    names, at = _vector(content, 0, 2)[0], 0
    found = []
    while at < len(names):
        name, at = _vector(names, at, 1)
        found.append(name.decode("latin-1"))
    return tuple(found)


def _vector(data: bytes, at: int, width: int) -> tuple[bytes, int]:
    """What follows its length, of ``width`` bytes, and where that ends."""
    start = at + width
    end = start + int.from_bytes(data[at:start], "big")
    if len(data) < end or start > len(data):
        raise RemoteProtocolError("This TLS ClientHello is cut off.")
    return data[start:end], end
