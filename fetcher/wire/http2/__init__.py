"""HTTP/2: our own streams and windows over jh2's HPACK (RFC 9113; EH 1)."""

from fetcher.wire.http2.engine import Http2Engine

__all__ = ["Http2Engine"]
