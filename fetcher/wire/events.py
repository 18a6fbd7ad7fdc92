"""What an HTTP engine says happened: one vocabulary for every version of HTTP.

``InterimResponse`` and ``ResponseHead`` are different classes so that nobody can take one for the other
(CPython bpo-28570 did). ``at`` is when the bytes that completed the event were read, in clock milliseconds.
Order on one stream: InterimResponse*, ResponseHead, BodyData*, then exactly one of ResponseEnd or ResponseFailed.
Remote faults are events, never exceptions, so what came before them is never lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.errors import FetcherError
from fetcher.terms import Fields


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request to send. ``fields`` are complete but for Host, which the HTTP/1.1 engine puts first, and framing,
    which the engine adds when the caller announces a body and gives none."""

    method: str
    scheme: str
    authority: str
    target: str
    fields: Fields = ()


@dataclass(frozen=True, slots=True)
class InterimResponse:
    """Any 1xx (RFC 9110 15.2; EH 1.1): ``raw`` is the head as it stood on an HTTP/1.1 wire (b"" on others) and
    ``offset`` the position of its first byte among all bytes received on the connection; ``deviations`` as in
    ``ResponseHead``."""

    stream_id: int
    at: float
    status: int
    reason: str
    fields: Fields
    raw: bytes = b""
    offset: int | None = None
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """The final response's head. ``version`` is "HTTP/1.0", "HTTP/1.1", "HTTP/2"; ``size`` the bytes the head took
    on the wire where known; ``deviations`` names each leniency that was needed to read it."""

    stream_id: int
    at: float
    status: int
    reason: str
    fields: Fields
    version: str
    size: int | None = None
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyData:
    """Content as transferred (before Content-Encoding is undone). ``flow`` is what to give back to
    ``engine.acknowledge`` once consumed: padding counts on HTTP/2."""

    stream_id: int
    at: float
    data: bytes
    flow: int


@dataclass(frozen=True, slots=True)
class ResponseEnd:
    """The final content is complete. ``deviations`` names each leniency its chunks, its trailers or its end needed."""

    stream_id: int
    at: float
    trailers: Fields = ()
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseFailed:
    """The exchange will not complete. ``processed`` False: the peer certainly did not act on the request
    (REFUSED_STREAM, above GOAWAY's last id, connection never used), so any method may be tried again; None: unknown."""

    stream_id: int
    at: float
    error: FetcherError
    processed: bool | None = None


@dataclass(frozen=True, slots=True)
class GoAwayReceived:
    """No new requests on this connection; streams above ``last_stream_id`` were not processed and have failed."""

    at: float
    last_stream_id: int
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class StreamLimitChanged:
    """The peer now allows ``max_streams`` concurrent requests."""

    at: float
    max_streams: int


@dataclass(frozen=True, slots=True)
class ConnectionEnded:
    """Last event of a connection, after ResponseFailed for each open stream. ``error`` is None after a clean close."""

    at: float
    error: FetcherError | None


StreamEvent = InterimResponse | ResponseHead | BodyData | ResponseEnd | ResponseFailed
ConnectionEvent = GoAwayReceived | StreamLimitChanged | ConnectionEnded
WireEvent = StreamEvent | ConnectionEvent
