"""How long a final response's content is, and whether the connection outlives it (RFC 9112 6.3 and 9.3).

Only final heads come here: Content-Length, Transfer-Encoding and Connection in an interim response say nothing about
anything (RFC 9110 15.2; EH 1.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from fetcher.errors import RemoteProtocolError
from fetcher.terms import Fields
from fetcher.wire.http1.head import Deviation, ParsedHead, excerpt


class Content(Enum):
    """What tells the content's end."""

    NONE = auto()
    LENGTH = auto()
    CHUNKED = auto()
    CLOSE = auto()
    TUNNEL = auto()


@dataclass(frozen=True, slots=True)
class Framing:
    """``length`` is set for Content.LENGTH; ``persistent`` whether another request may follow on the connection."""

    content: Content
    length: int
    persistent: bool
    deviations: tuple[str, ...]


MAX_LENGTH = 2**63 - 1
"""Chromium's and everybody's: a longer length is an overflow waiting in some other program."""


def frame(head: ParsedHead, method: str) -> Framing:
    """Decide, for a final response to ``method``. Raises ``RemoteProtocolError`` on lengths that contradict each other
    and on transfer codings nobody can undo."""
    lengths: list[str] = []
    codings: list[str] | None = None
    options: list[str] = []
    for name, value in head.fields:
        if name == "content-length":
            lengths += value.split(",")
        elif name == "transfer-encoding":
            codings = (codings or []) + _members(value)
        elif name == "connection":
            options += _members(value)
    deviations: list[str] = list(head.deviations)
    length = _length(lengths, codings is not None, deviations)
    # RFC 9112 9.3: "close" always ends it; HTTP/1.1 persists, HTTP/1.0 only when it says so.
    persistent = "close" not in options and (head.version == "HTTP/1.1" or "keep-alive" in options)
    if method == "CONNECT" and 200 <= head.status < 300:
        return Framing(Content.TUNNEL, 0, False, tuple(deviations))  # RFC 9112 6.3 rule 2: any framing field is ignored
    if method == "HEAD" or head.status in (204, 304):
        return Framing(Content.NONE, 0, persistent, tuple(deviations))  # rule 1
    if codings is not None and head.version == "HTTP/1.0":
        # RFC 9112 6.1: the framing is faulty; close after it. Chromium does not unchunk such a response either.
        deviations.append(Deviation.TRANSFER_CODING_HTTP_1_0)
        codings, persistent = None, False
    if codings is not None and _is_chunked(codings, deviations):
        if length is not None:
            # Rule 3: Transfer-Encoding wins, and as this may be an attempt at smuggling nothing more is read after it.
            deviations.append(Deviation.LENGTH_AND_CHUNKED)
        persistent = persistent and deviations == list(head.deviations)
        return Framing(Content.CHUNKED, 0, persistent, tuple(deviations))
    if length is not None:
        return Framing(Content.LENGTH, length, persistent and codings is None, tuple(deviations))
    if head.version == "HTTP/1.1":
        deviations.append(Deviation.UNTIL_CLOSE)  # rule 8; a SHOULD NOT, since a cut cannot be told from the end
    return Framing(Content.CLOSE, 0, False, tuple(deviations))


def connection_options(fields: Fields) -> list[str]:
    """The members of every Connection field, lower case."""
    return [option for name, value in fields if name.lower() == "connection" for option in _members(value)]


def _members(value: str) -> list[str]:
    return [token for member in value.split(",") if (token := member.strip(" \t").lower())]


def _length(values: list[str], chunked: bool, deviations: list[str]) -> int | None:
    """One length from all Content-Length values: RFC 9112 6.3 rule 5 lets identical ones pass and nothing else."""
    if not values:
        return None
    distinct = {value.strip(" \t") for value in values}
    if len(distinct) > 1:
        first, second = sorted(distinct)[:2]
        raise RemoteProtocolError(
            f"The response has more than one Content-Length ({excerpt(first)} and {excerpt(second)}), "
            "so where its content ends is not certain."
        )
    if len(values) > 1:
        deviations.append(Deviation.REPEATED_CONTENT_LENGTH)
    text = distinct.pop()
    # int() takes signs, underscores and other scripts' digits; the grammar is 1*DIGIT (RFC 9110 8.6).
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > MAX_LENGTH:
        if chunked:
            return 0  # never used: it only has to be known that there was one
        raise RemoteProtocolError(f"The Content-Length {excerpt(text)} is not a number of bytes.")
    return int(text)


def _is_chunked(codings: list[str], deviations: list[str]) -> bool:
    """Whether the content is chunked. We never ask for other transfer codings (no TE), so any other is refused."""
    distinct = set(codings)
    if distinct == {"chunked"}:
        if len(codings) > 1:  # two proxies wrote the same line; it was still chunked once, and Chromium reads it so
            deviations.append(Deviation.REPEATED_CHUNKED)
        return True
    if distinct == {"identity"}:  # withdrawn in RFC 7230, still sent; it meant "none"
        deviations.append(Deviation.TRANSFER_CODING_IDENTITY)
        return False
    raise RemoteProtocolError(f"The Transfer-Encoding {excerpt(', '.join(codings))} is not one that can be undone.")
