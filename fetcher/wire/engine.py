"""The contract every HTTP engine keeps: bytes in, events out, no I/O, no clock, no threads.

For every split of the input the same events come out (``at`` aside). Nothing a peer sends raises: faults arrive as
``ResponseFailed`` and ``ConnectionEnded``. What *we* do wrong raises ``LocalProtocolError`` at the call.
"""

from __future__ import annotations

from typing import Protocol

from fetcher.errors import LimitExceeded
from fetcher.terms import HttpVersion, Limits
from fetcher.wire.events import RequestHead, WireEvent


class Engine(Protocol):
    """Client side of one connection."""

    version: HttpVersion

    @property
    def free_streams(self) -> int:
        """How many requests may be sent right now: 1 or 0 on HTTP/1.1; 0 once closed or going away."""

    @property
    def is_closed(self) -> bool:
        """No request can be sent ever again; open streams may still be finishing."""

    @property
    def open_streams(self) -> int: ...

    def send_request(self, head: RequestHead, *, end: bool) -> int:
        """Queue a request and return its stream id. ``end`` False: a body follows through ``send_data``; without a
        Content-Length field HTTP/1.1 then uses chunked. Raises ``LocalProtocolError`` on a busy or closed engine and
        on fields that would break framing (CR, LF, NUL, bad names)."""

    def send_data(self, stream_id: int, data: bytes, *, end: bool) -> None:
        """Queue request content; HTTP/2 holds back what the peer's window does not allow yet."""

    def unsent(self, stream_id: int) -> int:
        """Bytes of request content that wait for the peer's window; always 0 on HTTP/1.1."""

    def receive(self, data: bytes, now: float) -> list[WireEvent]: ...

    def receive_eof(self, now: float) -> list[WireEvent]: ...

    def acknowledge(self, stream_id: int, size: int) -> None:
        """``size`` bytes of ``BodyData.flow`` were consumed; opens the peer's window again. Nothing on HTTP/1.1."""

    def cancel(self, stream_id: int, now: float) -> list[WireEvent]:
        """Give up one exchange: RST_STREAM(CANCEL) on HTTP/2; on HTTP/1.1 the engine closes. The cancelled stream
        says nothing more, not even ResponseFailed."""

    def close(self) -> None:
        """Say goodbye (GOAWAY on HTTP/2) in ``data_to_send``; afterwards the engine is closed."""

    def data_to_send(self) -> bytes:
        """Take everything queued, in order; b"" when there is nothing."""


def field_too_large(name: str, size: int, limits: Limits) -> LimitExceeded:
    """What every engine says of a field over ``Limits.field_bytes``: whose name and size, and which limit it was."""
    shown = ascii(name.strip()[:80])[1:-1] or "without a name"
    return LimitExceeded(
        f"The server sent the field {shown} with {size:,} bytes; more than {limits.field_bytes:,} are not read of one "
        "(field_bytes of Limits).",
        "field_bytes",
    )
