"""Content-Security-Policy as far as it decides whether a request is made (CSP 3; EH 6.1-6.3).

``parse`` reads policies, ``forbids`` asks them about one request. Only what a URL, a nonce and the destination decide
is looked at: hashes, eval, sandboxing and reporting concern a running page. Which policies govern (those of the 103
for hints, report-only ones blocking in Chromium) is the browser's decision: each policy carries its disposition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fetcher.terms import Destination
from fetcher.urls import DEFAULT_PORTS, URL

_WORD = re.compile(r"[^\t\n\f\r ]+")
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_SCHEME_SOURCE = re.compile(r"([A-Za-z][A-Za-z0-9+\-.]*):")
_HOST_SOURCE = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+\-.]*)://)?"
    r"(\*|(?:\*\.)?[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*\.?|\[[0-9A-Fa-f:.]+\])"
    r"(?::([0-9]{1,5}|\*))?"
    r"(/[^?#]*)?"
)
_UPGRADES = {"http": ("http", "https"), "ws": ("ws", "wss", "http", "https"), "wss": ("wss", "https")}

# CSP 6.8.3: the directives asked, the most specific first; the first that stands in a policy decides.
_MEDIA = ("media-src", "default-src")
DIRECTIVES: Mapping[Destination, tuple[str, ...]] = MappingProxyType(
    {
        Destination.SCRIPT: ("script-src-elem", "script-src", "default-src"),
        Destination.STYLE: ("style-src-elem", "style-src", "default-src"),
        Destination.IMAGE: ("img-src", "default-src"),
        Destination.FONT: ("font-src", "default-src"),
        Destination.EMPTY: ("connect-src", "default-src"),
        Destination.TRACK: _MEDIA,
        Destination.VIDEO: _MEDIA,
        Destination.AUDIO: _MEDIA,
        Destination.MANIFEST: ("manifest-src", "default-src"),
        Destination.OBJECT: ("object-src", "default-src"),
        Destination.EMBED: ("object-src", "default-src"),
        Destination.FRAME: ("frame-src", "child-src", "default-src"),
        Destination.FRAMESET_FRAME: ("frame-src", "child-src", "default-src"),
        Destination.WORKER: ("worker-src", "child-src", "script-src", "default-src"),
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: its directives by lower-case name, each with its words; ``report_only`` is its disposition."""

    directives: Mapping[str, tuple[str, ...]]
    report_only: bool = False


def parse(values: Iterable[str], *, report_only: bool = False) -> tuple[Policy, ...]:
    """The policies of the field's lines: commas part policies, semicolons directives, the first of a name counts."""
    policies = []
    for text in ",".join(values).split(","):
        directives: dict[str, tuple[str, ...]] = {}
        for part in text.split(";"):
            words = _WORD.findall(part)
            if words:
                directives.setdefault(words[0].lower(), tuple(words[1:]))
        if directives:
            policies.append(Policy(MappingProxyType(directives), report_only))
    return tuple(policies)


def forbids(
    policies: Iterable[Policy],
    destination: Destination,
    url: URL,
    self_url: URL,
    *,
    nonce: str | None = None,
    parser_inserted: bool = False,
) -> str | None:
    """The directive that forbids requesting ``url`` for ``destination``, by its name in the policy, or None.

    Every policy given must allow it, whatever its disposition; ``self_url`` is the URL of the response that carried
    them. A ``nonce`` that is listed allows scripts and styles. ``parser_inserted`` is for elements of the document:
    under 'strict-dynamic' such a script needs the nonce, its host does not count.
    """
    for policy in policies:
        for name in DIRECTIVES.get(destination, ()):
            sources = policy.directives.get(name)
            if sources is None:
                continue
            if not _allows(sources, destination, url, self_url, nonce, parser_inserted):
                return name
            break
    return None


def _allows(
    sources: tuple[str, ...],
    destination: Destination,
    url: URL,
    self_url: URL,
    nonce: str | None,
    parser_inserted: bool,
) -> bool:
    if nonce and destination in (Destination.SCRIPT, Destination.STYLE) and f"'nonce-{nonce}'" in sources:
        return True
    if parser_inserted and destination is Destination.SCRIPT and "'strict-dynamic'" in map(str.lower, sources):
        return False
    return any(matches(source, url, self_url) for source in sources)


def matches(source: str, url: URL, self_url: URL) -> bool:
    """Whether one source expression matches ``url`` (CSP 6.7.2.8); keywords other than 'self' match no URL."""
    if source == "*":
        return url.is_http or _scheme_allows(self_url.scheme, url.scheme)
    if source.lower() == "'self'":
        return _is_self(url, self_url)
    scheme_only = _SCHEME_SOURCE.fullmatch(source)
    if scheme_only:
        return _scheme_allows(scheme_only[1].lower(), url.scheme)
    parts = _HOST_SOURCE.fullmatch(source)
    if parts is None or not url.host:
        return False
    scheme, host, port, path = parts.groups()
    return (
        _scheme_allows((scheme or self_url.scheme).lower(), url.scheme)
        and _host_allows(host.lower().strip("[]"), url.host)
        and _port_allows(port, (scheme or "").lower(), url)
        and _path_allows(path, url.path)
    )


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
