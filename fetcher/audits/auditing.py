"""Applies rules to a page: every rule gives one result, a crash in one is that rule's own, the others go on.

Pure: the same page and the same rules give the same audit, in the order of the rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from fetcher.audits.finding import Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Rule, Unknown
from fetcher.terms import ProfileName


class Outcome(StrEnum):
    PASSED = "passed"
    FINDINGS = "findings"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """``reason``: why it does not apply, why it is unknown, or what crashed."""

    rule: Rule
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """What the rules said of one page. ``blocked`` is why it was not judged at all (a wall in front of it), None when
    it was; ``runs`` counts the loads it was judged by."""

    url: str
    profile: ProfileName
    runs: int
    results: tuple[RuleResult, ...] = ()
    blocked: str | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, the gravest first, else in the order of the rules."""
        found = [finding for result in self.results for finding in result.findings]
        return tuple(sorted(found, key=lambda finding: -(finding.severity or Severity.WARNING).rank))

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.findings)


def audit_page(page: Page, rules: Iterable[Rule]) -> Audit:
    """Every rule's result on ``page``."""
    if page.blocked is not None:
        return Audit(page.url, page.profile, page.runs, blocked=page.blocked)
    return Audit(page.url, page.profile, page.runs, tuple(apply(rule, page) for rule in rules))


def apply(rule: Rule, page: Page) -> RuleResult:
    """One rule's result; whatever it raises is in it."""
    try:
        found = tuple(_settled(finding, rule, page) for finding in rule.check(page) or ())
    except NotApplicable as reason:
        return RuleResult(rule, Outcome.NOT_APPLICABLE, reason=str(reason))
    except Unknown as reason:
        return RuleResult(rule, Outcome.UNKNOWN, reason=str(reason))
    except Exception as error:
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return RuleResult(rule, Outcome.CRASHED, reason=told)
    return RuleResult(rule, Outcome.FINDINGS if found else Outcome.PASSED, found)


def _settled(finding: Finding, rule: Rule, page: Page) -> Finding:
    """With what the rule and the page say where the check left it out."""
    return replace(
        finding,
        rule=rule.id,
        severity=finding.severity or rule.severity,
        fix=finding.fix or rule.fix,
        page=finding.page or page.url,
        runs=max(finding.runs, finding.seen),
    )
