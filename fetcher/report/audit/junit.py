"""An audit as JUnit XML, which every CI shows: a suite for each page, a case for each rule.

A rule whose findings fail the audit is a failure, one that crashed an error, one that does not apply or cannot tell is
skipped with the reason; findings that do not fail are in the case's output. A page that was not judged is an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.auditing import Outcome
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, RuleOutcome, severity_of
from fetcher.report.audit.words import amounts, evidence, home_of, readable, verdict
from fetcher.report.escape import safe


def junit(result: AuditResult, *, redact: bool = True) -> str:
    """The document, ending in a newline."""
    result = readable(result, redact=redact)
    suites = [_Suite(result, page) for page in result.pages]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {_attributes(name='fetcher audit', **_sum(suites))}>",
    ]
    for suite in suites:
        lines += suite.lines
    return "\n".join([*lines, "</testsuites>"]) + "\n"


class _Suite:
    """One page's suite: its lines, and how many cases ended how."""

    def __init__(self, result: AuditResult, page: AuditedPage) -> None:
        self.result = result
        self.page = page
        self.counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        cases = list(self._cases())
        about = _attributes(name=page.url, **{key: str(value) for key, value in self.counts.items()})
        self.lines = [f" <testsuite {about}>", *self._properties(), *cases, " </testsuite>"]

    def _properties(self) -> Iterator[str]:
        yield "  <properties>"
        facts = {"profile": self.page.profile.value, "runs": f"{self.page.runs} of {self.page.asked}"}
        if self.page.template is not None:
            facts["template"] = self.page.template
        for name, value in facts.items():
            yield f"   <property {_attributes(name=name, value=value)}/>"
        yield "  </properties>"

    def _cases(self) -> Iterator[str]:
        if self.page.outcome is not PageOutcome.JUDGED:
            said = verdict(self.result, self.page)
            yield from self._case(
                "page", "errors", f"<error {_attributes(message=said, type=self.page.outcome.value)}/>"
            )
            return
        for one in self.page.results:
            yield from self._rule(one)

    def _rule(self, one: RuleOutcome) -> Iterator[str]:
        match one.outcome:
            case Outcome.CRASHED:
                inside = f"<error {_attributes(message=one.reason, type='crashed')}/>"
                yield from self._case(one.rule, "errors", inside)
            case Outcome.NOT_APPLICABLE | Outcome.UNKNOWN:
                inside = f"<skipped {_attributes(message=f'{one.outcome.value}: {one.reason}')}/>"
                yield from self._case(one.rule, "skipped", inside)
            case Outcome.FINDINGS if any(map(self.result.fails, one.findings)):
                first = next(each for each in one.findings if self.result.fails(each))
                more = len(one.findings) - 1
                said = first.finding.message + (f" (and {more} more)" if more else "")
                about = _attributes(message=said, type=severity_of(first).value)
                yield from self._case(one.rule, "failures", f"<failure {about}>{_escaped(self._told(one))}</failure>")
            case Outcome.FINDINGS:
                said = f"{amounts(one.findings)}\n{self._told(one)}"
                yield from self._case(one.rule, "", f"<system-out>{_escaped(said)}</system-out>")
            case Outcome.PASSED:
                yield from self._case(one.rule, "", "")

    def _told(self, one: RuleOutcome) -> str:
        """Every finding of the rule with its evidence and its fix, a line each."""
        lines: list[str] = []
        for each in one.findings:
            standing = f"{each.standing.value} " if each.standing else ""
            lines.append(f"{standing}{severity_of(each).value}: {each.finding.message}")
            lines += [f"  {what}: {text}" for what, text in evidence(each.finding, home_of(self.page))]
            lines += [f"  fix: {line}" for line in each.finding.fix.split("\n") if line]
        return "\n".join(lines)

    def _case(self, name: str, kind: str, inside: str) -> Iterator[str]:
        self.counts["tests"] += 1
        if kind:
            self.counts[kind] += 1
        where = {"file": self.page.file} if self.page.file is not None else {}
        at = {"line": str(self.page.line)} if self.page.line is not None else {}
        about = _attributes(classname=self.page.url, name=name, **where, **at)
        yield f"  <testcase {about}>{inside}</testcase>" if inside else f"  <testcase {about}/>"


def _sum(suites: list[_Suite]) -> dict[str, str]:
    return {
        name: str(sum(suite.counts[name] for suite in suites)) for name in ("tests", "failures", "errors", "skipped")
    }


def _attributes(**values: str) -> str:
    return " ".join(f'{name}="{_escaped(safe(value))}"' for name, value in values.items())


def _escaped(text: str) -> str:
    """``text``, whose characters are all printable but for our own line breaks, as XML character data."""
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(letter, entity)
    return text
