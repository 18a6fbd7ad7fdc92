"""Every page of the proof site in virtual time: its rule finds it, no other rule of the family does, and the page that
has nothing wrong yields nothing of any family."""

from __future__ import annotations

from typing import Any

import pytest

from fetcher.audits import Audit, audit_page
from fetcher.audits.catalogue import FAMILIES, built_in
from fetcher.record import PageLoad
from fetcher.urls import resolve
from tests.audits.one_page import assert_listed
from tests.audits.site.every import CLEAN, EVERY, PAGES, crashes, faults, hosts
from tests.audits.site.proof import Proof, page_of
from tests.support.virtual_time import Path, virtual_load

# What rules of other families are right to say of a page, such as that a font which is not hinted is late. A new page
# that such a rule is right about has its line here.
ELSEWHERE = {
    "interim-repeated.test": ["final-link-not-hinted"],
    "link-header-too-large.test": ["over-hinting"],
    "hint-content-type-mismatch.test": ["hint-not-found"],
    "hint-self.test": ["interim-on-subresource", "hint-uncacheable"],
    "hint-stale-version.test": ["critical-not-hinted"],
    "hint-unused.test": ["lcp-not-hinted"],
    "hint-fetched-twice.test": ["hint-credentials-mismatch"],
    "preconnect-unused.test": ["lcp-not-hinted"],
    "preconnect-to-resource.test": ["lcp-not-hinted"],
    "final-link-not-hinted.test": ["lcp-not-hinted"],
}


EVERYWHERE = {"early-hints-opportunity"}
"""Said of each page that takes its time and sends no 103."""


async def _audited(proof: Proof) -> Audit:
    async def load(url: str, **options: Any) -> PageLoad:
        return virtual_load(url, proof.site, path=Path(rtt=proof.rtt, http1=proof.http1), **options).load

    audit = audit_page(await page_of(proof, load), built_in())
    for result in audit.results:
        assert_listed(result.rule, result)
    return audit


@pytest.mark.parametrize(("family", "proof"), EVERY, ids=[proof.host for _, proof in EVERY])
async def test_each_rule_finds_its_page(family: str, proof: Proof) -> None:
    """And it alone, of its family; of the others only what is true of the page, too."""
    audit = await _audited(proof)
    assert faults(family, proof, audit) == []
    others = {rule.id for rule in built_in() if rule.family != family} - EVERYWHERE
    assert {finding.rule for finding in audit.findings} & others == set(ELSEWHERE.get(proof.host, ()))


NAMELESS = {"link-header-too-large", "preconnect-excess"}
"""Of the 103 as a whole."""


@pytest.mark.parametrize("proof", PAGES["hints"], ids=[proof.host for proof in PAGES["hints"]])
async def test_each_finding_about_a_hint_names_it(proof: Proof) -> None:
    """A message may stand alone: a heading of a page whose rest is folded, an annotation, a line of a log."""
    found = [one for one in (await _audited(proof)).findings if one.rule == proof.rule and one.url is not None]
    nameless = [one.message for one in found if resolve(one.url or "").path not in one.message]  # type: ignore[union-attr]
    assert nameless == [] or proof.rule in NAMELESS


async def test_a_clean_page_yields_nothing() -> None:
    """Of any family, over several runs."""
    audit = await _audited(CLEAN)
    assert audit.blocked is None
    assert [f"{each.rule}: {each.message}" for each in audit.findings] == []
    assert crashes(audit) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_each_rule_has_a_page(family: str) -> None:
    """A rule without a page of its own is not shown to work."""
    assert {proof.rule for proof in PAGES[family]} == {rule.id for rule in built_in() if rule.family == family}


def test_each_page_has_hosts_of_its_own() -> None:
    """So that all of them can be served at once."""
    assert len(hosts()) > len(EVERY)
