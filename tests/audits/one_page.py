"""The sound page of the proof site with other hints or routes, as one load in virtual time showed it, and one rule's
judgement of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fetcher.audits import Finding, Outcome, Page, Rule, RuleResult
from fetcher.audits.auditing import apply
from fetcher.origin import Route, Site
from fetcher.terms import ProfileName
from tests.audits.site.parts import BODY, HEAD, document, sound
from tests.support.virtual_time import virtual_load

URL = "https://a.test/"


def page(
    *hints: str,
    routes: Mapping[str, Route] | None = None,
    hosts: Mapping[str, Mapping[str, Route]] | None = None,
    head: str = HEAD,
    body: str = BODY,
    profile: ProfileName = ProfileName.CHROMIUM,
    **options: Any,
) -> Page:
    """The sound page with these hints, as one load showed it."""
    own = {**sound(), "/": document(hints, head=head, body=body), **(routes or {})}
    site = Site({}, {"a.test": own, **(hosts or {})})
    return Page((virtual_load(URL, site, browser=profile.value, **options).load,), profile=profile)


def judged(rules: Mapping[str, Rule], rule: str, one: Page) -> RuleResult:
    result = apply(rules[rule], one)
    assert_listed(rules[rule], result)
    return result


def assert_listed(rule: Rule, result: RuleResult) -> None:
    """Each severity that is found is one that ``audit --list`` and ``--explain`` tell of."""
    told = {rule.severity, *(severity for severity, _ in rule.also)}
    assert {finding.severity for finding in result.findings} <= told, rule.id


def found(rules: Mapping[str, Rule], rule: str, one: Page) -> Finding:
    """The one finding of a rule."""
    result = judged(rules, rule, one)
    assert result.outcome is Outcome.FINDINGS, result
    assert len(result.findings) == 1
    return result.findings[0]
