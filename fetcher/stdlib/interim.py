"""Reading past interim responses inside http.client, whatever its version (EH 1.1-1.6; CPython bpo-28570).

http.client's ``begin`` skips 100 and takes every other 1xx for the final response. Its ``_read_status`` is the one
seam that all versions, the proxy tunnel and urllib3 share: ``read_final_status`` stands in for it and comes back with
the status line of the final response, having read, limited and reported the interim heads before it. Everything after
the status line (fields, framing, reuse) stays http.client's own work, which never sees an interim field.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from fetcher import clock
from fetcher.errors import FetcherError, LimitExceeded, RemoteProtocolError
from fetcher.terms import Limits
from fetcher.wire.events import InterimResponse
from fetcher.wire.http1.head import parse_head

LIMITS = Limits()
_LONGEST_LINE = 65_536  # http.client's own limit for a line of a head

StatusLine = tuple[str, int, str]
OnInterim = Callable[[InterimResponse], object]


class InterimError(RemoteProtocolError, http.client.HTTPException):
    """An interim response that cannot be read, or a 101 nobody asked for; also an http.client error, so that
    programs written for http.client catch it. The connection has been closed."""


class InterimLimitExceeded(LimitExceeded, http.client.HTTPException):
    """More interim heads, or more bytes of them, than ``Limits`` allows before one final response; also an
    http.client error. The connection has been closed."""


@dataclass(slots=True)
class Exchange:
    """One ``getresponse`` under way. ``broken`` says that what follows on the connection cannot be trusted."""

    connection: http.client.HTTPConnection
    on_interim: OnInterim | None
    upgrade_asked: bool
    broken: bool = False


# Which exchange a response object belongs to: http.client does not tell it, and a context is per thread and greenlet.
_current: ContextVar[Exchange | None] = ContextVar("fetcher_stdlib_exchange", default=None)


def note_header(connection: http.client.HTTPConnection, header: str | bytes) -> None:
    """Remember on the connection that the request being written asks for an upgrade (EH 1.4)."""
    name = header.encode("latin-1", "replace") if isinstance(header, str) else bytes(header)
    if name.lower() == b"upgrade":
        connection.__dict__["_fetcher_upgrade_asked"] = True


def run_exchange(
    connection: http.client.HTTPConnection, on_interim: OnInterim | None, getresponse: Callable[[], Any]
) -> Any:
    """``getresponse()`` with its interim responses going to ``on_interim``; closes the connection when it breaks."""
    outer = _current.get()
    if outer is not None and outer.connection is connection:
        return getresponse()  # our class over a patched http.client: the outer call is already in charge
    exchange = Exchange(connection, on_interim, connection.__dict__.pop("_fetcher_upgrade_asked", False))
    token = _current.set(exchange)
    try:
        response = getresponse()
    except BaseException:
        if exchange.broken:
            connection.close()
        raise
    finally:
        _current.reset(token)
    return response


def read_final_status(
    response: Any,
    read_status: Callable[[], StatusLine],
    report: Callable[[InterimResponse, Exchange | None], object] | None = None,
) -> StatusLine:
    """The final response's status line; the heads before it go to ``response.interim`` and the callbacks.

    ``read_status`` is http.client's own. A 101 is final when the exchange asked for an upgrade. Raises InterimError,
    InterimLimitExceeded, and what http.client raises for a status line or a line that is too long.
    """
    exchange = _current.get()
    size = 0
    while True:
        recorder = _Recorder(response.fp)
        response.fp = recorder
        try:
            line = read_status()
        finally:
            if response.fp is recorder:  # read_status closes it on nonsense
                response.fp = recorder.fp
        status = line[1]
        if not 100 <= status < 200 or (status == 101 and exchange is not None and exchange.upgrade_asked):
            return line
        if exchange is not None:
            exchange.broken = True  # until this head has been read and everyone told
        if status == 101:
            response.close()
            raise InterimError("The server answered 101 Switching Protocols to a request that asked for no upgrade.")
        _read_head(recorder, LIMITS.interim_bytes - size, response)
        size += len(recorder.taken)
        if len(response.interim) == LIMITS.interim_heads:
            response.close()
            text = f"The server sent more than {LIMITS.interim_heads} interim responses before the final one."
            raise InterimLimitExceeded(text, "interim_heads")
        interim = _parse(bytes(recorder.taken), response)
        response.interim = (*response.interim, interim)
        token = _current.set(None)  # a callback may use other connections; they are not this exchange
        try:
            if exchange is not None and exchange.on_interim is not None:
                exchange.on_interim(interim)
            if report is not None:
                report(interim, exchange)
        finally:
            _current.reset(token)
        if exchange is not None:
            exchange.broken = False


class _Recorder:
    """The response's file for as long as one head is read, keeping the bytes as they stood on the wire."""

    __slots__ = ("fp", "taken")

    def __init__(self, fp: Any) -> None:
        self.fp = fp
        self.taken = bytearray()

    def readline(self, size: int = -1) -> bytes:
        line: bytes = self.fp.readline(size)
        self.taken += line
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self.fp, name)


def _read_head(recorder: _Recorder, allowed: int, response: Any) -> None:
    """Read on to the empty line. Its fields are not acted on: Content-Length here frames nothing (EH 1.3)."""
    while True:
        line = recorder.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            response.close()
            raise http.client.LineTooLong("header line")
        if len(recorder.taken) > allowed:
            response.close()
            text = f"The interim responses before the final one are larger than {LIMITS.interim_bytes} bytes."
            raise InterimLimitExceeded(text, "interim_bytes")
        if not line:
            response.close()
            raise http.client.RemoteDisconnected("Remote end closed connection inside an interim response")
        if line in (b"\r\n", b"\n"):
            return


def _parse(raw: bytes, response: Any) -> InterimResponse:
    try:
        head = parse_head(raw, LIMITS)
    except FetcherError as error:
        response.close()
        raise InterimError(f"An interim response cannot be read: {error}") from error
    return InterimResponse(1, clock.now(), head.status, head.reason, head.fields, raw)
