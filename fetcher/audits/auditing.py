"""Applies rules to a page: every rule gives one result, a crash in one is that rule's own, the others go on.

Pure: the same page and the same rules give the same audit, in the order of the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from types import NoneType

from fetcher.analysis.check.expectations import Expectations
from fetcher.analysis.compare.measured import Measured
from fetcher.audits.catalogue import built_in, named
from fetcher.audits.finding import Cost, Finding, Place, Quote, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Rule, Unknown
from fetcher.errors import UsageError
from fetcher.record.page_load import PageLoad
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


def audit(
    load: PageLoad | Iterable[PageLoad],
    *,
    rules: Iterable[Rule] = (),
    only: Iterable[str] = (),
    skip: Iterable[str] = (),
    browser: str = "chromium",
    expected: Expectations | None = None,
    comparison: Measured | None = None,
) -> Audit:
    """What the rules say of a page: of one load, or of several runs of it. ``load`` may come from ``load_page``,
    ``load_record`` or ``from_har``. ``rules`` are yours, besides ours; ``only`` and ``skip`` name rules. ``browser`` is
    whose view decides what weighs how much: chromium, firefox, safari, standard or eager. ``comparison`` is what
    comparing the page with its hints and without showed (``measured`` of a comparison).

    Raises UsageError for a rule or a browser that does not exist, or where there is no load."""
    loads = (load,) if isinstance(load, PageLoad) else tuple(load)
    page = Page(loads, profile_named(browser), expected or Expectations(), comparison=comparison)
    return audit_page(page, chosen(tuple(rules), only, skip))


def profile_named(browser: str) -> ProfileName:
    """The profile called ``browser``. Raises UsageError with those there are."""
    try:
        return ProfileName(browser)
    except ValueError:
        raise UsageError(f"no browser profile is called {browser!r}; choose {', '.join(ProfileName)}") from None


def chosen(rules: Sequence[Rule] = (), only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[Rule, ...]:
    """Our rules, then ``rules``; those named in ``only``, where it names any, without those in ``skip``. Raises
    UsageError for a name that no rule has, and for two rules of one name."""
    every = (*built_in(), *rules)
    seen: set[str] = set()
    for one in every:
        if one.id in seen:
            raise UsageError(f"two rules are called {one.id!r}; give yours a name of its own")
        seen.add(one.id)
    wanted = {named(name, rules).id for name in only}
    unwanted = {named(name, rules).id for name in skip}
    return tuple(one for one in every if (not wanted or one.id in wanted) and one.id not in unwanted)


def audit_page(page: Page, rules: Iterable[Rule], *, on_rule: Callable[[str, Rule], None] | None = None) -> Audit:
    """Every rule's result on ``page``. ``on_rule`` hears of the page's URL and each rule before it is asked."""
    if page.blocked is not None:
        return Audit(page.url, page.profile, page.runs, blocked=page.blocked)
    results: list[RuleResult] = []
    for rule in rules:
        if on_rule is not None:
            on_rule(page.url, rule)
        results.append(apply(rule, page))
    return Audit(page.url, page.profile, page.runs, tuple(results))


def apply(rule: Rule, page: Page) -> RuleResult:
    """One rule's result; whatever it raises is in it."""
    try:
        found = tuple(_settled(finding, rule, page) for finding in rule.check(page) or ())
    except NotApplicable as reason:
        return RuleResult(rule, Outcome.NOT_APPLICABLE, reason=str(reason))
    except Unknown as reason:
        return RuleResult(rule, Outcome.UNKNOWN, reason=str(reason))
    except (Exception, SystemExit) as error:  # a rule that ends the program would take every other one with it
        return RuleResult(rule, Outcome.CRASHED, reason=_crash(rule, error))
    return RuleResult(rule, Outcome.FINDINGS if found else Outcome.PASSED, found)


def _crash(rule: Rule, error: BaseException) -> str:
    """What went wrong and on which line of the rule's own file: "KeyError: 'x' (my_rules.py, line 12)"."""
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    name, lines = getattr(getattr(rule.check, "__code__", None), "co_filename", ""), []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f"{told} ({name.replace(chr(92), '/').rpartition('/')[2]}, line {lines[-1]})" if lines else told


def _settled(finding: Finding, rule: Rule, page: Page) -> Finding:
    """With what the rule and the page say where the check left it out."""
    if not isinstance(finding, Finding):
        raise TypeError(f"the check yields {type(finding).__name__}, not a Finding")
    severity = Severity(finding.severity) if finding.severity is not None else rule.severity
    settled = replace(
        finding,
        rule=rule.id,
        severity=severity,
        fix=finding.fix or rule.fix,
        page=finding.page or page.url,
        runs=max(finding.runs, finding.seen),
    )
    _check_types(settled)
    return settled


def _check_types(finding: Finding) -> None:
    """Raises TypeError where a member holds what no output can show, so that the rule crashes and not the report."""
    for member in fields(finding):
        value = getattr(finding, member.name)
        kinds = _KINDS[member.name]
        if not isinstance(value, kinds) or isinstance(value, bool):
            names = " or ".join("None" if kind is NoneType else kind.__name__ for kind in kinds)
            raise TypeError(f"{member.name} of a Finding is {names}, not {type(value).__name__}")


_KINDS: Mapping[str, tuple[type, ...]] = {
    "message": (str,), "rule": (str,), "severity": (Severity,), "page": (str,), "subject": (str,),
    "quote": (Quote, NoneType), "url": (str, NoneType), "used": (Place, NoneType), "differs": (tuple,),
    "browsers": (tuple,), "cost": (Cost, NoneType), "fix": (str,), "seen": (int,), "runs": (int,),
}  # fmt: skip
