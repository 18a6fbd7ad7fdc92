"""What an audit of one or many pages found, as plain values: what every output shows, ``--json`` saves and reads again.

Rules are their words here, without their checks; each finding has its fingerprint and, where a baseline was given, its
standing. Nothing in a result depends on the clock or on the order in which pages were loaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fetcher.analysis.compare.measured import Measured
from fetcher.analysis.hints_in_chromium import HintInChromium
from fetcher.audits.auditing import Audit, Outcome
from fetcher.audits.finding import Finding, Severity
from fetcher.audits.rule import Rule
from fetcher.record.observed.values import Observed
from fetcher.record.page_load import PageLoad
from fetcher.terms import ProfileName


class Standing(StrEnum):
    """Whether a finding is in the baseline."""

    NEW = "new"
    KNOWN = "known"


class PageOutcome(StrEnum):
    """JUDGED whatever was found; BLOCKED by a wall, FAILED to load: those say nothing about the page."""

    JUDGED = "judged"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule's words, as ``Rule`` has them. ``built_in`` is False for a rule of the user's."""

    id: str
    title: str
    severity: Severity
    fix: str = ""
    about: str = ""
    source: str = ""
    family: str = "custom"
    built_in: bool = False
    also: tuple[tuple[Severity, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding, its fingerprint (16 hex digits), and whether a baseline knows it (None without one)."""

    fingerprint: str
    finding: Finding
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """``rule`` is the id; ``reason`` says why it does not apply, why it is unknown, or what crashed."""

    rule: str
    outcome: Outcome
    reason: str = ""
    findings: tuple[Reported, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedLoad:
    """A probe's load by the probe's ``name``."""

    name: str
    load: PageLoad


@dataclass(frozen=True, slots=True)
class AuditedPage:
    """One page. ``url`` is where it ended, ``source`` what was asked for: a URL, or the file it was read from; ``file``
    and ``line`` (from 1) are where a file names it. ``template`` groups pages made alike. ``runs`` of ``asked`` loads
    count; ``why`` tells of a page that was not judged, or of the first run that does not count. ``loads`` are the runs
    that count (none where many pages were audited), ``probes`` and ``repeat`` what else was loaded, ``comparison`` what
    was measured of its hints, ``hints_in_chromium`` what a NetLog shows of those of the run that is spoken of,
    ``observed`` what a browser was seen to request of it."""

    url: str
    source: str
    outcome: PageOutcome
    profile: ProfileName
    runs: int
    asked: int
    why: str | None = None
    template: str | None = None
    file: str | None = None
    line: int | None = None
    results: tuple[RuleOutcome, ...] = ()
    loads: tuple[PageLoad, ...] = ()
    probes: tuple[NamedLoad, ...] = ()
    repeat: PageLoad | None = None
    comparison: Measured | None = None
    hints_in_chromium: tuple[HintInChromium, ...] = ()
    observed: Observed | None = None

    @property
    def reported(self) -> tuple[Reported, ...]:
        """All findings, the gravest first, else in the order of the rules."""
        found = [one for result in self.results for one in result.findings]
        return tuple(sorted(found, key=lambda one: -severity_of(one).rank))

    def of(self, *outcomes: Outcome) -> tuple[RuleOutcome, ...]:
        return tuple(result for result in self.results if result.outcome in outcomes)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A finding that a baseline knows and no page shows any more."""

    fingerprint: str
    rule: str
    page: str
    message: str


@dataclass(frozen=True, slots=True)
class AuditResult:
    """``version`` is fetcher's; ``fail_on`` the least severity that fails ("never" for none); ``rules`` those that were
    asked; ``baseline`` whether one was compared with, ``fixed`` what it knows and is gone."""

    version: str
    fail_on: str
    rules: tuple[RuleText, ...]
    pages: tuple[AuditedPage, ...]
    baseline: bool = False
    fixed: tuple[Fixed, ...] = ()

    @property
    def reported(self) -> Iterator[tuple[AuditedPage, Reported]]:
        return ((page, one) for page in self.pages for one in page.reported)

    @property
    def failing(self) -> tuple[Reported, ...]:
        """The findings that fail the audit: heavy enough, and not known to the baseline."""
        return tuple(one for _, one in self.reported if self.fails(one))

    def fails(self, one: Reported) -> bool:
        if self.fail_on == NEVER or one.standing is Standing.KNOWN:
            return False
        return severity_of(one).rank >= Severity(self.fail_on).rank

    @property
    def crashed(self) -> tuple[tuple[AuditedPage, RuleOutcome], ...]:
        return tuple((page, result) for page in self.pages for result in page.of(Outcome.CRASHED))

    def text_of(self, rule: str) -> RuleText:
        """The words of the rule called ``rule``."""
        return next((one for one in self.rules if one.id == rule), RuleText(rule, rule, Severity.WARNING))


NEVER = "never"


def severity_of(one: Reported) -> Severity:
    return one.finding.severity or Severity.WARNING


def counted(reported: Iterable[Reported]) -> dict[Severity, int]:
    """How many findings of each severity, the gravest first; none left out."""
    found = Counter(severity_of(one) for one in reported)
    return {severity: found[severity] for severity in sorted(Severity, key=lambda each: -each.rank)}


def texts(rules: Iterable[Rule], built_in: Iterable[Rule] = ()) -> tuple[RuleText, ...]:
    """The words of ``rules``; those among ``built_in`` are ours."""
    ours = {rule.id for rule in built_in}
    return tuple(
        RuleText(one.id, one.title, one.severity, one.fix, one.about, one.source, one.family, one.id in ours, one.also)
        for one in rules
    )


def page_of(
    audit: Audit,
    source: str,
    *,
    asked: int | None = None,
    why: str | None = None,
    template: str | None = None,
    loads: Sequence[PageLoad] = (),
    probes: Sequence[NamedLoad] = (),
    repeat: PageLoad | None = None,
) -> AuditedPage:
    """``audit`` as a page of a result."""
    outcomes = tuple(
        RuleOutcome(
            one.rule.id, one.outcome, one.reason, tuple(Reported(each.fingerprint, each) for each in one.findings)
        )
        for one in audit.results
    )
    return AuditedPage(
        url=audit.url,
        source=source,
        outcome=PageOutcome.JUDGED if audit.blocked is None else PageOutcome.BLOCKED,
        profile=audit.profile,
        runs=audit.runs if audit.blocked is None else 0,
        asked=asked if asked is not None else audit.runs,
        why=audit.blocked or why,
        template=template,
        results=outcomes,
        loads=tuple(loads),
        probes=tuple(probes),
        repeat=repeat,
    )


def without_loads(result: AuditResult) -> AuditResult:
    """``result`` without the loads it was judged by."""
    return replace(
        result, pages=tuple(replace(page, loads=(), probes=(), repeat=None, observed=None) for page in result.pages)
    )
