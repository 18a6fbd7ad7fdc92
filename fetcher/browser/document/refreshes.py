"""Declarative refreshes (HTML 4.2.5.3): which a load follows. The first one of a document counts; it is followed once
everything else is over, as browsers do after the load event, if its delay is at most ``LONGEST`` seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.browser.commands import DiscoveryOutcome, DiscoveryResolved
from fetcher.browser.fetches import Document
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.fields.refresh import parse
from fetcher.terms import Fields, Limits, field_value
from fetcher.urls import URL

LONGEST = 1


@dataclass(frozen=True, slots=True)
class PendingRefresh:
    """Where ``candidate`` will lead, ``delay`` milliseconds after the document has loaded."""

    candidate: Candidate
    found_at: float
    url: URL
    delay: float

    @property
    def kind(self) -> str:
        return "meta refresh" if self.candidate.element == "meta" else "Refresh field"

    def resolved(self, source: int, fetch: int) -> DiscoveryResolved:
        reason = f"{self.kind}, {self.delay / 1000:g} s after the document had loaded"
        return DiscoveryResolved(
            source, self.candidate, self.found_at, self.url.href, DiscoveryOutcome.FETCHED, reason, fetch
        )


def candidate_of(fields: Fields) -> Candidate | None:
    """The Refresh field of a document's response."""
    value = field_value(fields, "refresh")
    found = parse(value) if value is not None else None
    if value is None or found is None:
        return None
    return Candidate(CandidateKind.REFRESH, found.url, "Refresh", (("content", value),), 0, 0, in_head=True)


def judge(
    document: Document, candidate: Candidate, url: URL | None, at: float, limits: Limits
) -> PendingRefresh | DiscoveryResolved:
    """What ``document`` will do about ``candidate``, which leads to ``url``: follow it, or not and why."""
    found = parse(candidate.attribute("content") or "")
    outcome = DiscoveryOutcome.NO_REQUEST
    if document.parent is not None:
        reason = "a frame's refresh is not followed"
    elif document.refreshes:
        reason = "only the first refresh of a document counts"
    elif url is None or not url.is_http or found is None:
        reason = "a refresh to no http(s) URL"
    elif found.delay > LONGEST:
        reason = f"a refresh after {found.delay} s: one later than {LONGEST} s is not followed"
    elif document.fetch.redirects >= limits.redirects:
        outcome, reason = DiscoveryOutcome.REFUSED, f"the limit of {limits.redirects} redirects was reached"
    else:
        return PendingRefresh(candidate, at, url, found.delay * 1000)
    return DiscoveryResolved(document.fetch.id, candidate, at, url.href if url else None, outcome, reason)
