"""All pages of the proof site, and what is not as it must be in an audit of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from fetcher.audits import Audit, Outcome
from fetcher.audits.catalogue import FAMILIES
from fetcher.origin import Route
from tests.audits.site.parts import sound
from tests.audits.site.proof import Proof

CLEAN = Proof("clean", sound(), runs=3, probes=("cors", "http1", "query", "no-cookies", "crawler"))

PAGES: Mapping[str, tuple[Proof, ...]] = {
    family: import_module(f"tests.audits.site.pages.{family}").PAGES for family in FAMILIES
}
EVERY = tuple((family, proof) for family, proofs in PAGES.items() for proof in proofs)


def hosts() -> dict[str, Mapping[str, Route]]:
    """The whole site: the routes of every host, each of which is one page's alone."""
    found: dict[str, Mapping[str, Route]] = {}
    for proof in (CLEAN, *(proof for _, proof in EVERY)):
        for host, routes in proof.site.hosts.items():
            assert host not in found, f"two pages have the host {host}"
            found[host] = routes
    return found


def faults(family: str, proof: Proof, audit: Audit) -> list[str]:
    """What is not as it must be, one line each: the page's rule silent, another of its family speaking, any crash."""
    must = {proof.rule, *proof.also}
    of_family = {result.rule.id: result for result in audit.results if result.rule.family == family}
    found = {id: result for id, result in of_family.items() if result.findings}
    wrong = [f"{id} speaks too: {result.findings[0].message}" for id, result in found.items() if id not in must]
    for id in sorted(must - set(found)):
        result = of_family.get(id)
        wrong.append(f"{id} is silent: {f'{result.outcome}, {result.reason}' if result else 'there is no such rule'}")
    wrong += crashes(audit)
    return [*wrong, f"it was not judged: {audit.blocked}"] if audit.blocked else wrong


def crashes(audit: Audit) -> list[str]:
    return [f"{one.rule.id} crashed: {one.reason}" for one in audit.results if one.outcome is Outcome.CRASHED]
