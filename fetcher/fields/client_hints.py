"""Accept-CH, Critical-CH and what Permissions-Policy and <meta http-equiv=delegate-ch> say of client hints (RFC 8942,
Client Hints Infrastructure): text in, lower-case hint names and the origins they may go to out.

Structured fields are all or nothing (RFC 9651 4.2): one malformed member and the field says nothing. Never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fetcher.urls import resolve

_LONGEST = 16_384
_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+.^_`|~:/0-9A-Za-z-]*")
_PARAMETERS = r"(?:\s*;\s*[a-z*][a-z0-9_.*-]*(?:=(?:\"[^\"]*\"|[^;,()\s]+))?)*"
_MEMBER = re.compile(rf"({_TOKEN.pattern}){_PARAMETERS}\s*")
_DIRECTIVE = re.compile(rf"\s*([a-z*][a-z0-9_.*-]*)\s*=\s*(\*|[A-Za-z*]+|\"[^\"]*\"|\([^()]*\)){_PARAMETERS}\s*(?:,|$)")
_ALLOWED = re.compile(r"\s*(?:\"([^\"]*)\"|([A-Za-z*]+))")


@dataclass(frozen=True, slots=True)
class Allowlist:
    """Which origins may have a feature. ``everyone``: "*". ``own``: "self"."""

    everyone: bool = False
    own: bool = False
    origins: frozenset[str] = frozenset()

    def allows(self, origin: str, own: str) -> bool:
        return self.everyone or (self.own and origin == own) or origin in self.origins


def parse_names(values: Iterable[str]) -> frozenset[str] | None:
    """Accept-CH or Critical-CH: its names, lower case; None when the field is absent or malformed."""
    listed = list(values)
    text = ", ".join(listed)[:_LONGEST]
    if not listed:
        return None
    if not text.strip():
        return frozenset()
    names = set()
    for member in text.split(","):
        match = _MEMBER.fullmatch(member.strip())
        if match is None:
            return None
        names.add(match[1].lower())
    return frozenset(names)


def parse_permissions(values: Iterable[str]) -> dict[str, Allowlist]:
    """Permissions-Policy: the allowlists of its client-hint features, by feature ("ch-dpr"); the last one counts."""
    text = ", ".join(values)[:_LONGEST]
    found: dict[str, Allowlist] = {}
    at = 0
    while at < len(text):
        match = _DIRECTIVE.match(text, at)
        if match is None:
            return {}
        at = match.end()
        if match[1].startswith("ch-"):
            found[match[1]] = _allowlist(match[2])
    return found


def _allowlist(text: str) -> Allowlist:
    words = [match[1] or match[2] for match in _ALLOWED.finditer(text)]
    origins = {url.origin for word in words if (url := resolve(word)) is not None}
    return Allowlist("*" in words, "self" in words, frozenset(origins))


def parse_delegation(content: str) -> dict[str, Allowlist]:
    """<meta http-equiv=delegate-ch>: "sec-ch-dpr https://a.test https://b.test; sec-ch-ua-arch", by hint. The document
    itself is always among those that may have it."""
    found: dict[str, Allowlist] = {}
    for part in content[:_LONGEST].split(";"):
        words = part.split()
        if words:
            origins = {url.origin for word in words[1:] if (url := resolve(word)) is not None}
            found[words[0].lower()] = Allowlist("*" in words[1:], own=True, origins=frozenset(origins))
    return found
