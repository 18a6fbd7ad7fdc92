"""Two spellings of one resource: how the URL that was hinted differs from the one that the page uses.

What is asked for by another spelling is another resource to every cache. ``spelled`` is the same for two spellings of
one thing; ``spelling_differs`` names, in words, what differs between them. Content hashes and versions are not
spellings: another version is another thing.
"""

from __future__ import annotations

import re
from html import unescape

from fetcher.urls import URL, resolve

_REFERENCE = re.compile(r"&(?:amp|#38|#x26|lt|gt|quot|#39|apos);", re.I)
_SLASHES = re.compile(r"/{2,}")
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")


def spelled(url: str) -> str | None:
    """What all spellings of ``url`` share; None where it is no http(s) URL."""
    read = _plain(url)
    if read is None:
        return None
    return "\n".join((read.host.removeprefix("www."), _path(read).casefold(), *sorted(_query(read))))


def spelling_differs(hinted: str, used: str) -> tuple[str, ...]:
    """In words, what is written otherwise in ``hinted`` than in ``used``; () where that is nothing, or more than the
    spelling."""
    one, other = _plain(hinted), _plain(used)
    if one is None or other is None or spelled(hinted) != spelled(used):
        return ()
    found = []
    if _REFERENCE.search(hinted) and not _REFERENCE.search(used):
        found.append("character references of HTML, which a field does not decode (&amp; for &)")
    if one.scheme != other.scheme:
        found.append(f"{one.scheme}: for {other.scheme}:")
    if one.host != other.host:
        found.append(f"the host {one.host} for {other.host}")
    if one.port != other.port and one.scheme == other.scheme:
        found.append(f"port {one.port} for {other.port}")
    found += _paths(one, other)
    found += _queries(one, other)
    return tuple(found)


def _plain(url: str) -> URL | None:
    text = unescape(url) if _REFERENCE.search(url) else url
    read = resolve(text)
    return read if read is not None and read.is_http else None


def _decoded(text: str) -> str:
    """Without percent-encoding, a byte as a character: to be compared and not to be read."""
    return _ENCODED.sub(lambda match: chr(int(match[1], 16)), text)


def _path(url: URL) -> str:
    """Decoded, without what a server usually does not tell apart."""
    return _SLASHES.sub("/", _decoded(url.path)).rstrip("/")


def _query(url: URL) -> list[str]:
    return [_decoded(pair) for pair in url.target.partition("?")[2].split("&") if pair]


def _paths(one: URL, other: URL) -> list[str]:
    if one.path == other.path:
        return []
    found = []
    if one.path.endswith("/") != other.path.endswith("/"):
        found.append("a slash at the end" if one.path.endswith("/") else "no slash at the end")
    if ("//" in one.path) != ("//" in other.path):
        found.append("a doubled slash" if "//" in one.path else "no doubled slash")
    if _path(one) != _path(other):
        found.append("upper and lower case of the path")
    if not found:
        found.append("percent-encoding of the path")
    return found


def _queries(one: URL, other: URL) -> list[str]:
    mine, yours = one.target.partition("?")[2], other.target.partition("?")[2]
    if mine == yours:
        return []
    if _query(one) != _query(other):
        return ["the order of the query"]
    return ["percent-encoding of the query" if _decoded(mine) == _decoded(yours) else "empty parts of the query"]
