"""HTTP/2 field sections: what a response's decoded fields must be, and how a request's are laid out (RFC 9113 8).

A section that breaks the rules makes its message malformed, which ends one stream and never the connection. What
browsers forgive is kept and named as a deviation: connection-specific fields (Apache's ``upgrade: h2``) and
white space around a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fetcher.errors import LocalProtocolError
from fetcher.terms import Fields
from fetcher.wire.events import RequestHead

CONNECTION_SPECIFIC = frozenset(
    ("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings")
)
"""RFC 9113 8.2.2: they speak of an HTTP/1.1 connection and mean nothing here."""

_SECRET = frozenset(("authorization", "proxy-authorization"))
"""Kept out of the peer's compression table (RFC 7541 7.1.3)."""
_NOT_KEPT = _SECRET | {"cookie"}

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FORBIDDEN = re.compile(rb"[\0\r\n]")
_FORBIDDEN_TEXT = re.compile(r"[\0\r\n]")
_TARGET_BREAKER = re.compile(r"[\0-\x20\x7f]")

Pairs = Sequence[tuple[bytes, bytes]]


class MalformedSection(Exception):
    """The text completes the sentence "the server sent ..."."""


@dataclass(frozen=True, slots=True)
class Section:
    """A response's field section as read: ``status`` 0 for trailers, ``size`` in bytes without compression."""

    status: int
    fields: Fields
    size: int
    largest: int
    deviations: tuple[str, ...]


@lru_cache(maxsize=1024)
def _response_name(raw: bytes) -> str | None:
    """The name, or None if RFC 9113 8.2.1 does not allow it (upper case included)."""
    name = raw.decode("latin-1")
    return name if _TOKEN.fullmatch(name) and name == name.lower() else None


def read_section(pairs: Sequence[Sequence[bytes]], *, trailers: bool = False) -> Section:
    """Check a decoded section. Raises ``MalformedSection``."""
    if _FORBIDDEN.search(b"".join([pair[1] for pair in pairs])):
        broken = next(pair[0] for pair in pairs if _FORBIDDEN.search(pair[1]))
        raise MalformedSection(f"the field {_shown(broken)} with a NUL, CR or LF in its value")
    status = 0
    fields: list[tuple[str, str]] = []
    deviations: list[str] = []
    size = largest = 0
    for pair in pairs:
        raw, value = pair[0], str(pair[1], "latin-1")
        line = len(raw) + len(value)
        size += line
        largest = max(largest, line)
        # Long names are checked past the cache, which a hostile server could otherwise fill.
        name = _response_name(raw) if len(raw) <= 64 else _response_name.__wrapped__(raw)
        if name is None:
            if raw != b":status":
                raise MalformedSection(f"a field named {_shown(raw)}, which no response may carry over HTTP/2")
            if trailers or fields or status:
                raise MalformedSection(":status in trailers, twice, or after other fields")
            status = _status(value)
            continue
        bare = value.strip(" \t")
        if len(bare) != len(value):
            deviations.append(f"white space around the value of {name}")
        if name in CONNECTION_SPECIFIC:
            deviations.append(f"connection-specific field {name}")
        fields.append((name, bare))
    if not status and not trailers:
        raise MalformedSection("a response head without :status")
    return Section(status, tuple(fields), size, largest, tuple(deviations))


def _status(value: str) -> int:
    if len(value) != 3 or not value.isascii() or not value.isdigit() or value < "100":
        raise MalformedSection(f"the status {value[:20]!r}, which is no number from 100 to 999")
    return int(value)


def _shown(name: bytes) -> str:
    return repr(name[:60].decode("latin-1"))


def content_length(fields: Fields) -> int | None:
    """The length a final head announces, or None. Raises ``MalformedSection`` when the field contradicts itself."""
    values = {item.strip(" \t") for name, value in fields if name == "content-length" for item in value.split(",")}
    if not values:
        return None
    value = values.pop()
    if values or not value.isascii() or not value.isdigit() or len(value) > 18:
        raise MalformedSection("a Content-Length that is no number, or several that differ")
    return int(value)


def request_section(head: RequestHead) -> list[tuple[bytes, bytes, bool]]:
    """The section for a request: pseudo-fields in Chromium's order, then the fields in theirs, names in lower case.

    Left out, as they cannot be sent: Host (:authority says it), the connection-specific fields, and TE unless it is
    "trailers". Raises ``LocalProtocolError`` for names, values or a target that would not be legal.
    """
    if not _TOKEN.fullmatch(head.method):
        raise LocalProtocolError(f"The method {head.method!r} is not a token.")
    for what, text in (("authority", head.authority), ("target", head.target)):
        if _TARGET_BREAKER.search(text) or not text.isascii():
            raise LocalProtocolError(f"The request {what} {text!r} holds characters that must be escaped.")
    section = [(b":method", head.method.encode(), False), (b":authority", head.authority.encode(), False)]
    if head.method != "CONNECT":
        section.append((b":scheme", head.scheme.encode(), False))
        section.append((b":path", head.target.encode(), False))
    for name, value in head.fields:
        # Most fields are the same from one request to the next. Long ones and secrets are not kept.
        kept = len(value) <= 256 and name not in _NOT_KEPT
        field = _request_field(name, value) if kept else _request_field.__wrapped__(name, value)
        if field is not None:
            section.append(field)
    return section


@lru_cache(maxsize=512)
def _request_field(name: str, value: str) -> tuple[bytes, bytes, bool] | None:
    """The field as sent, None for one that is left out."""
    lowered = _request_name(name)
    if lowered is None or (lowered == b"te" and value.strip().lower() != "trailers"):
        return None
    if _FORBIDDEN_TEXT.search(value):
        raise LocalProtocolError(f"The request field {name} holds a NUL, CR or LF and cannot be sent.")
    try:
        raw = value.strip(" \t").encode("latin-1")
    except UnicodeEncodeError:
        raise LocalProtocolError(
            f"The request field {name} holds characters outside latin-1; encode them first."
        ) from None
    return lowered, raw, lowered.decode() in _SECRET


@lru_cache(maxsize=1024)
def _request_name(name: str) -> bytes | None:
    """The name as sent, None for one that is left out."""
    if not _TOKEN.fullmatch(name):
        raise LocalProtocolError(f"The request field name {name!r} is not a token.")
    lowered = name.lower()
    return None if lowered == "host" or lowered in CONNECTION_SPECIFIC else lowered.encode()
