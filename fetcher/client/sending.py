"""From what a caller says to what the engine sends: header fields with our defaults, and content in its three forms."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping

from fetcher.errors import UsageError
from fetcher.terms import Fields
from fetcher.urls import URL, parse
from fetcher.wire.events import RequestHead

Content = bytes | bytearray | memoryview | str | AsyncIterable[bytes]
"""Request content: bytes, text (sent as UTF-8), or an asynchronous iterable of bytes that is sent as it comes."""

HeadersLike = Mapping[str, str] | Iterable[tuple[str, str]]

_DEFAULTS: Fields = (
    ("accept", "*/*"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("user-agent", "fetcher"),
)


def dress(
    method: str, url: URL, target: str, headers: HeadersLike | None, size: int | None, expect_continue: bool
) -> tuple[RequestHead, bool]:
    """The head to send, and whether it expects 100-continue. ``size`` is the content's length in bytes where known.
    Fields the caller names replace ours of the same name; a Host field becomes the authority."""
    authority = url.authority
    fields = _DEFAULTS
    if headers is not None:
        given: list[tuple[str, str]] = []
        for name, value in headers.items() if isinstance(headers, Mapping) else headers:
            lower = name.lower()
            if lower == "host":
                authority = value.strip()
            else:
                given.append((lower, value))
        names = {name for name, _ in given}
        fields = (*(pair for pair in _DEFAULTS if pair[0] not in names), *given)
        expect_continue = expect_continue or any(
            name == "expect" and value.strip().lower() == "100-continue" for name, value in given
        )
        if size is not None and "content-length" not in names and "transfer-encoding" not in names:
            fields = (*fields, ("content-length", str(size)))
        if expect_continue and "expect" not in names:
            fields = (*fields, ("expect", "100-continue"))
    else:
        if size is not None:
            fields = (*fields, ("content-length", str(size)))
        if expect_continue:
            fields = (*fields, ("expect", "100-continue"))
    return RequestHead(method, url.scheme, authority, target, fields), expect_continue


def content_of(body: Content | None) -> bytes | AsyncIterable[bytes] | None:
    """``body`` as bytes or an asynchronous iterable; raises ``UsageError`` for anything else."""
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    if isinstance(body, AsyncIterable):
        return body
    raise UsageError(f"a request body is bytes, text or an asynchronous iterable of bytes, not {type(body).__name__}")


def target_of(url: URL, target: str) -> str:
    """``target``, a path or a URL of ``url``'s origin, as it goes on the wire."""
    if target.startswith("/") or target == "*":
        path, _, _ = target.partition("#")
        return path
    absolute = parse(target, url.href)
    if absolute.origin != url.origin:
        raise UsageError(f"{target!r} is not of {url.origin}, which this connection leads to; open another one for it")
    return absolute.target
