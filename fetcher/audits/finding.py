"""A finding: one thing a rule found, said so that a person can act on it without looking anything up.

It quotes the field as it was sent and its bytes, names the URL it resolves to, who uses that and where, what differs,
what each browser does, and what it costs; whatever is not known stays None and is not said. Its fingerprint names the
same finding in another run, after another deployment: content hashes in URLs do not count.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from fetcher.analysis.content_hashes import hexadecimal, without_tail
from fetcher.terms import ProfileName


class Severity(StrEnum):
    """SARIF's levels; ``rank`` grows with weight."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return (Severity.NOTE, Severity.WARNING, Severity.ERROR).index(self)


class Basis(StrEnum):
    """How a cost is known."""

    MEASURED = "measured"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Cost:
    """What it costs a visitor: ``ms`` and ``bytes``, each None where unknown; ``basis`` says how both are known.
    ``least`` and ``most`` are the ms of all runs that show the finding, None where one does."""

    ms: float | None = None
    bytes: int | None = None
    basis: Basis = Basis.MEASURED
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Text as a server sent it: ``text`` in full, ``field`` the name of the field it stood in, ``offset`` where in that
    field's joined value (bytes, from 0), ``where`` the response: "103", "final response", or a request's URL."""

    text: str
    field: str | None = None
    offset: int | None = None
    where: str = "103"

    @property
    def size(self) -> int:
        """Bytes on the wire (field values are latin-1)."""
        return len(self.text.encode("latin-1", "replace"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page uses a URL: ``element`` (or CSS construct), ``line`` from 1 and byte ``offset`` from 0 in the text
    of ``url``."""

    url: str
    element: str
    line: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """``part`` of a request (URL, destination, mode, credentials, integrity ...) as hinted and as used."""

    part: str
    hinted: str
    used: str


@dataclass(frozen=True, slots=True)
class Finding:
    """``message`` is one sentence. ``subject`` is what the finding is about within its page (a URL mostly), the part of
    its identity that the rule and the page leave open. ``seen`` of ``runs`` loads showed it. ``rule``, ``severity``,
    ``fix`` and ``page`` are filled in from the rule and the page where the check leaves them out."""

    message: str
    rule: str = ""
    severity: Severity | None = None
    page: str = ""
    subject: str = ""
    quote: Quote | None = None
    url: str | None = None
    used: Place | None = None
    differs: tuple[Difference, ...] = ()
    browsers: tuple[tuple[ProfileName, str], ...] = ()
    cost: Cost | None = None
    fix: str = ""
    seen: int = 1
    runs: int = 1

    @property
    def fingerprint(self) -> str:
        """16 hex digits: the rule, the page's path and the subject, both without content hashes, hosts and versions."""
        parts = (self.rule, stable(self.page), stable(self.subject or self.url or ""))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


_PARTS = re.compile(r"(?:https?://[^/?#]*)?((?:/[^?#]*)?)(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
"""Path and query of an http(s) URL, or of one without scheme and host."""

SHORTEST = 8
"""Hex digits of a content hash, where nothing else says that it is one."""


def stable(url: str) -> str:
    """``url`` as it stays over deployments: its path with content hashes as "*", and the names of its query.

    A hash is 8 hex digits or more, digits and letters among them, or what a bundler puts before a file's ending: 8 to
    32 letters and digits after a dot, dash or underscore that no word has (a digit inside, or capitals within).
    """
    found = _PARTS.fullmatch(url)
    if found is None or not url.startswith(("/", "http:", "https:")):
        return url
    whole, query = found.groups()
    names = sorted({pair.partition("=")[0] for pair in (query or "").split("&") if pair})
    path = "/".join(_without_hash(segment) for segment in whole.split("/"))
    return path + ("?" + "&".join(names) if names else "")


def _without_hash(segment: str) -> str:
    stem, dot, ending = segment.rpartition(".")
    if not dot:
        return hexadecimal(SHORTEST).sub("*", segment)
    return f"{without_tail(hexadecimal(SHORTEST).sub('*', stem))}.{ending}"
