"""Source expressions of Content-Security-Policy, matched against URLs (CSP 3 section 6.7.2).

Keywords other than 'self', nonces and hashes match no URL. Linear time on any input.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fetcher.urls import DEFAULT_PORTS, URL

_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_SCHEME_SOURCE = re.compile(r"([A-Za-z][A-Za-z0-9+\-.]*):")
_HOST_SOURCE = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+\-.]*)://)?"
    r"(\*|(?:\*\.)?[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*\.?|\[[0-9A-Fa-f:.]+\])"
    r"(?::([0-9]{1,5}|\*))?"
    r"(/[^?#]*)?"
)
_HASH = re.compile(r"'sha(?:256|384|512)-[A-Za-z0-9+/_-]+={0,2}'", re.IGNORECASE)
_UPGRADES = {"http": ("http", "https"), "ws": ("ws", "wss", "http", "https"), "wss": ("wss", "https")}


def is_hash(source: str) -> bool:
    return _HASH.fullmatch(source) is not None


def matches(source: str, url: URL, self_url: URL, *, redirected: bool = False) -> bool:
    """Whether one source expression matches ``url`` (CSP 6.7.2.8); after a redirect its path does not count, so that
    pages cannot learn where a redirect led (CSP 7.6)."""
    if source == "*":
        return url.is_http or _scheme_allows(self_url.scheme, url.scheme)
    if source.lower() == "'self'":
        return _is_self(url, self_url)
    scheme_only = _SCHEME_SOURCE.fullmatch(source) if source.endswith(":") else None
    if scheme_only:
        return _scheme_allows(scheme_only[1].lower(), url.scheme)
    parts = _parts(source)
    if parts is None or not url.host:
        return False
    scheme, host, port, path = parts
    return (
        _host_allows(host, url.host)
        and _scheme_allows(scheme or self_url.scheme, url.scheme)
        and _port_allows(port, scheme, url)
        and (redirected or _path_allows(path, url.path))
    )


@lru_cache(maxsize=4_096)
def _parts(source: str) -> tuple[str, str, str | None, str | None] | None:
    """Scheme ("": none), host, port and path of a host source."""
    found = _HOST_SOURCE.fullmatch(source)
    return None if found is None else ((found[1] or "").lower(), found[2].lower().strip("[]"), found[3], found[4])


def _scheme_allows(listed: str, scheme: str) -> bool:
    return scheme in _UPGRADES.get(listed, (listed,))


def _host_allows(pattern: str, host: str) -> bool:
    if pattern == "*":
        return True
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return pattern == host


def _port_allows(listed: str | None, scheme: str, url: URL) -> bool:
    if listed == "*":
        return True
    if listed is None:
        return url.port == DEFAULT_PORTS.get(url.scheme, 0)
    # Port 80 also covers an upgraded 443 (CSP 6.7.2.11).
    return int(listed) == url.port or (int(listed) == 80 and url.port == 443 and scheme in ("", "http"))


def _path_allows(listed: str | None, path: str) -> bool:
    if not listed or listed == "/":
        return True
    wanted, given = _decoded(listed), _decoded(path)
    return given.startswith(wanted) if wanted.endswith(b"/") else given == wanted


def _decoded(path: str) -> bytes:
    return _ESCAPED.sub(lambda match: bytes((int(match[1], 16),)), path.encode())


def _is_self(url: URL, self_url: URL) -> bool:
    if url.origin == self_url.origin:
        return True
    defaults = (DEFAULT_PORTS.get(url.scheme), DEFAULT_PORTS.get(self_url.scheme))
    ports = url.port == self_url.port or (url.port, self_url.port) == defaults
    return url.host == self_url.host and ports and url.scheme in _UPGRADES.get(self_url.scheme, ())
