"""HTTP/1.1: our own engine, lenient as Chromium is and strict where leniency is a hole (RFC 9112; EH 1)."""

from fetcher.wire.http1.engine import Http1Engine

__all__ = ["Http1Engine"]
