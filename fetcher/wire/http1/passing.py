"""Requests that pass over HTTP/1.1 on their way to a server, their heads written anew (RFC 9112 3.2, 7.6.1).

``dress`` gives the fields that a request to a server gets besides, in place of its own of the same name, and ``fields``
are further ones; ``forward``: the client takes us for a proxy, so that targets come in absolute form and leave in that
of the origin, and what the client says of its connection to a proxy is left out; ``prefix`` is what a proxy beyond us
wants before each target. Bodies pass as they come, by their Content-Length; after a request
that asks for another protocol (a WebSocket) everything does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fetcher.errors import LimitExceeded, RemoteProtocolError
from fetcher.terms import Fields
from fetcher.wire.http1.names import request_name

LARGEST_HEAD = 262_144
_OF_A_PROXY = frozenset({"proxy-connection", "proxy-authorization"})
Dress = Callable[[str, str], Fields]
"""From a scheme and an authority."""


class Passing:
    """``from_client`` takes what was read and gives what is to be written to the server. Raises
    ``RemoteProtocolError`` or ``LimitExceeded`` for what cannot be passed on; the connection ends then."""

    def __init__(
        self, scheme: str, authority: str, dress: Dress | None, *, forward: bool = False, prefix: str = "",
        fields: Fields = (),
    ) -> None:  # fmt: skip
        self._scheme, self._authority = scheme, authority
        self._prefix, self._fields = prefix, fields
        self._dress = dress
        self._forward = forward
        self._held = b""
        self._body = 0
        self._is_other = False

    def from_client(self, data: bytes) -> bytes:
        parts = []
        while data:
            if self._is_other or self._body:
                size = len(data) if self._is_other else min(self._body, len(data))
                parts.append(data[:size])
                self._body -= 0 if self._is_other else size
                data = data[size:]
                continue
            searched = max(0, len(self._held) - 3)
            self._held += data
            end = self._held.find(b"\r\n\r\n", searched)
            if max(end, 0) > LARGEST_HEAD or (end < 0 and len(self._held) > LARGEST_HEAD):
                raise LimitExceeded(f"A request's head has more than {LARGEST_HEAD} bytes.", "head_bytes")
            if end < 0:
                break
            head, data, self._held = self._held[:end], self._held[end + 4 :], b""
            parts.append(self._head(head))
        return b"".join(parts)

    def _head(self, head: bytes) -> bytes:
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if len(words) != 3:
            raise RemoteProtocolError("What came is no request.")
        method, target, version = words
        extra = (*(self._dress(self._scheme, self._authority) if self._dress is not None else ()), *self._fields)
        replaced = {name for name, _ in extra} | (_OF_A_PROXY if self._forward else frozenset())
        said = {}
        kept = []
        for line in lines:
            name, _, value = line.partition(":")
            said[name.strip().lower()] = value.strip()
            if name.strip().lower() not in replaced:
                kept.append(line)
        self._frame(said)
        kept = [f"{method} {self._prefix}{self._target(target)} {version}", *kept]
        return "\r\n".join((*kept, *(f"{request_name(name)}: {value}" for name, value in extra), "", "")).encode(
            "latin-1", "replace"
        )

    def _frame(self, said: Mapping[str, str]) -> None:
        """What follows the head."""
        if "transfer-encoding" in said:
            raise RemoteProtocolError("A request's content of unknown length cannot be passed on over HTTP/1.1.")
        length = said.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 16):
            raise RemoteProtocolError("A request's Content-Length is no number.")
        self._body = int(length)
        self._is_other = "upgrade" in said

    def _target(self, target: str) -> str:
        if not self._forward:
            return target
        scheme, found, rest = target.partition("://")
        authority, slash, path = rest.partition("/")
        if not found or scheme != self._scheme or authority != self._authority:
            raise RemoteProtocolError("A connection to a server cannot be used for another one.")
        return slash + path if slash else "/"
