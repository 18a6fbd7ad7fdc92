"""What is said of a link: the verdict of each profile, and where the link's bytes are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fetcher.terms import Destination, ProfileName


class LinkSource(StrEnum):
    """Where a link stands: in a 103, in the final response's Link field, or in the document."""

    EARLY_HINT = "early-hint"
    LINK_HEADER = "link-header"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``acts``: the browser would request it, or open the connection. ``reason`` is one sentence with the mending;
    ``fix`` a Link text with which this profile would act, None where none can be worked out from the link alone."""

    profile: ProfileName
    acts: bool
    rule: str
    reason: str
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of a link. ``offset`` in the joined field ("a, b" for two lines; in markup from the document's start) and
    its ``length``; ``line`` is the Link line it begins in, from 0, and ``column`` the place there; ``head`` the place
    in the head as it came, None where the head's bytes are not kept (HTTP/2 and 3, HAR)."""

    offset: int
    length: int | None
    line: int
    column: int | None
    head: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedLink:
    """One link, as the most generous reading sees it, with a verdict for each profile in ProfileName's order.
    ``interim`` is the id of the 103 it stands in, None for a link of the document; ``request`` is that of the response
    it stands in. ``hint`` is the id of the record's own entry for a link of a 103, ``discovery`` the index of that
    for a link of the document; None where there is none."""

    source: LinkSource
    interim: int | None
    request: int
    place: Stretch
    raw: str
    href: str
    url: str | None
    rel: str | None
    destination: Destination | None
    verdicts: tuple[Verdict, ...]
    hint: int | None = None
    discovery: int | None = None

    @property
    def offset(self) -> int:
        return self.place.offset

    def by(self, profile: ProfileName) -> Verdict:
        return next(verdict for verdict in self.verdicts if verdict.profile is profile)
