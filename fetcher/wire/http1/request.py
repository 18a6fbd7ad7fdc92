"""The sending half of an HTTP/1.1 exchange: one request's head and content as bytes (RFC 9112 3, 6, 7.1).

Nothing a caller passes can break the framing: names, values, target and content are checked against what was announced
and refused with ``LocalProtocolError``.
"""

from __future__ import annotations

import re

from fetcher.errors import LocalProtocolError
from fetcher.wire.events import RequestHead
from fetcher.wire.http1.framing import connection_options
from fetcher.wire.http1.names import TOKEN, request_name

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_BREAKS_A_LINE = re.compile(r"[\0\r\n]")


class RequestWriter:
    """One request. ``head`` is its bytes; ``data`` frames content. ``done`` once nothing more may be sent;
    ``upgrade`` when it asks for another protocol, ``persistent`` unless it says close."""

    __slots__ = ("_left", "done", "head", "method", "persistent", "upgrade")

    def __init__(self, request: RequestHead, *, end: bool) -> None:
        for word, text, pattern in (
            ("method", request.method, TOKEN),
            ("target", request.target, _VISIBLE),
            ("authority", request.authority, _VISIBLE),
        ):
            if not pattern.fullmatch(text):
                raise LocalProtocolError(f"The request's {word} {text!r} has characters that cannot be sent.")
        self.method = request.method
        self.done = end
        host, lines, length, chunked = _lines(request)
        if length is not None and chunked:
            raise LocalProtocolError("The request has both Content-Length and Transfer-Encoding; send one of them.")
        if end and (chunked or length):
            raise LocalProtocolError("The request announces content and has none; pass end=False and send it.")
        self._left = length  # None: chunked
        if not end and length is None and not chunked:
            lines.append("Transfer-Encoding: chunked")
        elif end and length is None and request.method in ("POST", "PUT", "PATCH"):
            lines.append("Content-Length: 0")  # RFC 9110 8.6: these methods are expected to carry content
        # RFC 9110 7.2: Host comes first.
        text = "\r\n".join((f"{request.method} {request.target} HTTP/1.1", f"Host: {host}", *lines, "", ""))
        try:
            self.head = text.encode("latin-1")
        except UnicodeEncodeError as error:
            raise LocalProtocolError("A field value has a character above U+00FF; encode it first.") from error
        options = connection_options(request.fields)
        self.persistent = "close" not in options
        self.upgrade = "upgrade" in options and any(name.lower() == "upgrade" for name, _ in request.fields)

    def data(self, data: bytes, *, end: bool) -> list[bytes]:
        """What to send for a piece of content, in order."""
        if self.done:
            raise LocalProtocolError("The request has already been sent whole; its content cannot go on.")
        if self._left is not None:
            if len(data) > self._left or (end and len(data) < self._left):
                raise LocalProtocolError(
                    f"The request's content does not have the length it announced: {self._left} bytes were still due."
                )
            self._left -= len(data)
            self.done = end
            return [data] if data else []
        self.done = end
        pieces = [b"%x\r\n" % len(data), data, b"\r\n"] if data else []  # a chunk of size 0 would be the last
        if end:
            pieces.append(b"0\r\n\r\n")
        return pieces


def _lines(request: RequestHead) -> tuple[str, list[str], int | None, bool]:
    """Host, the other field lines in order, the announced length, and whether chunked was announced."""
    host: str | None = None
    length: int | None = None
    chunked = False
    lines: list[str] = []
    for name, value in request.fields:
        if _BREAKS_A_LINE.search(value):
            raise LocalProtocolError(f"The value of the request field {name!r} contains a line end or NUL.")
        spelling = request_name(name)
        lower = name.lower()
        if lower == "host":  # a caller may name another host than the URL's, once
            if host is not None:
                raise LocalProtocolError("The request has more than one Host field.")
            host = value
            continue
        if lower == "content-length":
            if length is not None or not (value.isascii() and value.isdigit()):
                raise LocalProtocolError(f"The request's Content-Length {value!r} is not one number.")
            length = int(value)
        elif lower == "transfer-encoding":
            if chunked or value.lower() != "chunked":
                raise LocalProtocolError(f"The request's Transfer-Encoding {value!r} is not chunked, once.")
            chunked = True
        lines.append(f"{spelling}: {value}")
    return (request.authority if host is None else host), lines, length, chunked
