"""The final response's Link field, as candidates (EH 8): read leniently, prepended to what the markup asks for."""

from __future__ import annotations

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.fields.link import Finding, parse
from fetcher.fields.link_preload import filter_final_link
from fetcher.terms import Fields
from fetcher.urls import URL

_KINDS = {
    "preload": CandidateKind.PRELOAD,
    "modulepreload": CandidateKind.MODULEPRELOAD,
    "preconnect": CandidateKind.PRECONNECT,
    "dns-prefetch": CandidateKind.DNS_PREFETCH,
}


def candidates_of(fields: Fields, url: URL) -> list[Candidate]:
    """One candidate per link that survives; ``element`` is "Link", ``offset`` its place in the joined field value."""
    candidates = []
    for link in parse([value for name, value in fields if name == "link"]).links:
        final = filter_final_link(link, url.href)
        if isinstance(final, Finding) or final.rel not in _KINDS:
            continue
        attributes = tuple((name, value or "") for name, value in link.params)
        candidates.append(Candidate(_KINDS[final.rel], link.target, "Link", attributes, 0, link.offset, in_head=True))
    return candidates
