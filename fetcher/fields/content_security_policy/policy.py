"""A policy as written, and which of its directives governs what (CSP 3 section 2.2, 6.8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fetcher.terms import Destination

_WORD = re.compile(r"[^\t\n\f\r ]+")
_EACH = re.compile(r"[^\t\n\f\r ;,]+")
MOST_WORDS = 2_000
"""Directives and sources that are read of the policies of one response, or of one document's <meta> elements: every
one may be asked about everything a page names. The longest policies of real pages have some hundreds."""
_NOT_IN_META = frozenset({"frame-ancestors", "report-uri", "sandbox"})

# CSP 6.8.3: the directives asked, the most specific first; the first that stands in a policy decides.
_MEDIA = ("media-src", "default-src")
_FRAME = ("frame-src", "child-src", "default-src")
_OBJECT = ("object-src", "default-src")
DIRECTIVES: Mapping[Destination, tuple[str, ...]] = MappingProxyType(
    {
        Destination.SCRIPT: ("script-src-elem", "script-src", "default-src"),
        Destination.STYLE: ("style-src-elem", "style-src", "default-src"),
        Destination.IMAGE: ("img-src", "default-src"),
        Destination.FONT: ("font-src", "default-src"),
        Destination.EMPTY: ("connect-src", "default-src"),
        Destination.JSON: ("connect-src", "default-src"),
        Destination.TEXT: ("connect-src", "default-src"),
        Destination.TRACK: _MEDIA,
        Destination.VIDEO: _MEDIA,
        Destination.AUDIO: _MEDIA,
        Destination.MANIFEST: ("manifest-src", "default-src"),
        Destination.OBJECT: _OBJECT,
        Destination.EMBED: _OBJECT,
        Destination.FRAME: _FRAME,
        Destination.FRAMESET_FRAME: _FRAME,
        Destination.WORKER: ("worker-src", "child-src", "script-src", "default-src"),
    }
)
INLINE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "style": ("style-src-elem", "style-src", "default-src"),
        "style attribute": ("style-src-attr", "style-src", "default-src"),
        "script": ("script-src-elem", "script-src", "default-src"),
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: its directives by lower-case name, each with its words; ``report_only`` is its disposition."""

    directives: Mapping[str, tuple[str, ...]]
    report_only: bool = False

    def governing(self, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
        """The first of ``names`` that stands in it, with its words."""
        for name in names:
            sources = self.directives.get(name)
            if sources is not None:
                return name, sources
        return None

    @property
    def upgrades(self) -> bool:
        """Whether http: URLs become https: ones (Upgrade Insecure Requests 3.1)."""
        return "upgrade-insecure-requests" in self.directives

    @property
    def runs_scripts(self) -> bool:
        """False under a ``sandbox`` without allow-scripts."""
        words = self.directives.get("sandbox")
        return words is None or "allow-scripts" in map(str.lower, words)

    @property
    def keeps_origin(self) -> bool:
        """False under a ``sandbox`` without allow-same-origin: the document's origin is then opaque."""
        words = self.directives.get("sandbox")
        return words is None or "allow-same-origin" in map(str.lower, words)


def parse(values: Iterable[str], *, report_only: bool = False) -> tuple[Policy, ...]:
    """The policies of the field's lines: commas part policies, semicolons directives, the first of a name counts.
    What comes after ``MOST_WORDS`` is left out."""
    policies = []
    left = MOST_WORDS
    for text in ",".join(values).split(","):
        directives: dict[str, tuple[str, ...]] = {}
        for part in text.split(";"):
            words = _WORD.findall(part)[: max(0, left)]
            left -= len(words)
            if words:
                directives.setdefault(words[0].lower(), tuple(words[1:]))
        if directives:
            policies.append(Policy(MappingProxyType(directives), report_only))
        if left <= 0:
            break
    return tuple(policies)


def is_cut(values: Iterable[str]) -> bool:
    """Whether ``parse`` leaves something of these lines out."""
    return sum(1 for value in values for _ in _EACH.finditer(value)) > MOST_WORDS


def parse_meta(content: str) -> tuple[Policy, ...]:
    """The policies of a <meta http-equiv=content-security-policy> (HTML 4.2.5.3): without the directives that only a
    field may carry."""
    kept = (
        {name: words for name, words in policy.directives.items() if name not in _NOT_IN_META}
        for policy in parse([content])
    )
    return tuple(Policy(MappingProxyType(each)) for each in kept if each)
