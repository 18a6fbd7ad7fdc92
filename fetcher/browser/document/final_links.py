"""The final response's Link field, as candidates (EH 8): read leniently, prepended to what the markup asks for."""

from __future__ import annotations

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.fields.link import Finding, Link, parse
from fetcher.fields.link_preload import FinalLink, filter_final_link
from fetcher.terms import Fields
from fetcher.urls import URL

_KINDS = {
    "preload": CandidateKind.PRELOAD,
    "modulepreload": CandidateKind.MODULEPRELOAD,
    "preconnect": CandidateKind.PRECONNECT,
    "dns-prefetch": CandidateKind.DNS_PREFETCH,
    "prefetch": CandidateKind.PREFETCH,
    "compression-dictionary": CandidateKind.PREFETCH,
}


def candidates_of(fields: Fields, url: URL) -> list[Candidate]:
    """One candidate per link that survives; ``element`` is "Link", ``offset`` its place in the joined field value."""
    candidates = []
    for link in parse([value for name, value in fields if name == "link"]).links:
        final = filter_final_link(link, url.href)
        if isinstance(final, Finding) or final.rel not in _KINDS:
            continue
        candidates.append(candidate_of(link, final))
    return candidates


def candidate_of(link: Link, final: FinalLink) -> Candidate:
    """One link that ``filter_final_link`` let through, as a candidate."""
    attributes = tuple((name, value or "") for name, value in link.params)
    return Candidate(_KINDS[final.rel], link.target, "Link", attributes, 0, link.offset, in_head=True)
