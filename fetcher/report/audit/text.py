"""An audit for the terminal: lines of styled text, one block a page, what weighs most first.

A block says at a glance what was found, then each rule with findings once, its findings under it with their evidence,
and its fix; then what could not be told and why. Rules that passed are counted; ``all_rows`` names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.audits.auditing import Outcome
from fetcher.audits.finding import Severity
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, Reported, Standing, severity_of
from fetcher.report.audit.github import inert
from fetcher.report.audit.words import MARKS, evidence, home_of, judged_by, readable, standings, verdict
from fetcher.report.escape import shorten
from fetcher.report.lines import Line, Style, count, paragraph, to_ascii, trimmed

MOST_LISTED = 5
"""Findings of one rule on one page that are shown without ``all_rows``."""

READABLE = 140
"""Lines are no longer than this however wide the terminal is: nobody reads lines of 200 letters."""

STYLES = {Severity.ERROR: Style.BAD, Severity.WARNING: Style.WARNING, Severity.NOTE: Style.DIM}


def audit_lines(
    result: AuditResult, *, width: int, unicode: bool = True, all_rows: bool = False, redact: bool = True
) -> list[Line]:
    """The whole audit in ``width`` cells: a block for each page, and a closing line where there are several."""
    result = readable(result, redact=redact, unicode=unicode)
    width = min(width, READABLE)
    lines: list[Line] = []
    for page in result.pages:
        lines += [()] if lines else []
        lines += _page(result, page, width, all_rows=all_rows)
    if result.fixed:
        lines += [(), *_fixed(result, width, all_rows=all_rows)]
    if len(result.pages) > 1:
        lines += [(), closing_line(result)]
    return [trimmed(line) for line in inert(lines if unicode else map(to_ascii, lines))]


def closing_line(result: AuditResult) -> Line:
    """ "4 pages: 2 with findings that fail, 1 passed, 1 blocked"."""
    failing = passed = blocked = failed = 0
    for page in result.pages:
        if page.outcome is PageOutcome.BLOCKED:
            blocked += 1
        elif page.outcome is PageOutcome.FAILED:
            failed += 1
        elif any(result.fails(one) for one in page.reported):
            failing += 1
        else:
            passed += 1
    words = ((passed, "passed"), (failing, "failed"), (blocked, "blocked"), (failed, "could not be loaded"))
    text = ", ".join(f"{number} {word}" for number, word in words if number)
    return ((f"{count(len(result.pages), 'page')}: {text}", Style.STRONG),)


def _page(result: AuditResult, page: AuditedPage, width: int, *, all_rows: bool) -> Iterator[Line]:
    yield ((shorten(page.url, width), Style.STRONG),)
    if page.source != page.url:
        word = "asked for as" if "://" in page.source else "from"
        yield ((shorten(f"{word} {page.source}", width), Style.DIM),)
    mark, style = _mark(result, page)
    if page.outcome is not PageOutcome.JUDGED:
        yield from paragraph(verdict(result, page), width, Style.BAD, lead=((f"{mark} ", style),), indent=2)
        return
    said = f"{verdict(result, page)}; judged {judged_by(page)}"
    yield from paragraph(said, width, style, lead=((f"{mark} ", style),), indent=2)
    if page.why is not None:
        lead: Line = (("! ", Style.WARNING),)
        yield from paragraph(f"not all runs count: {page.why}", width, Style.WARNING, lead=lead, indent=2)
    home = home_of(page)
    for rule, reported in _by_rule(page.reported):
        yield ()
        yield from _rule(result, rule, reported, width, home, all_rows=all_rows)
    yield from _unsettled(page, width, all_rows=all_rows)
    yield from _tally(page, width, all_rows=all_rows)


def _mark(result: AuditResult, page: AuditedPage) -> tuple[str, Style]:
    if page.outcome is not PageOutcome.JUDGED or any(result.fails(one) for one in page.reported):
        return "✗", Style.BAD
    if any(severity_of(one) is not Severity.NOTE for one in page.reported) or page.of(Outcome.CRASHED):
        return "!", Style.WARNING
    return "✓", Style.GOOD


def _by_rule(reported: Sequence[Reported]) -> Iterator[tuple[str, list[Reported]]]:
    found: dict[str, list[Reported]] = {}
    for one in reported:
        found.setdefault(one.finding.rule, []).append(one)
    return iter(found.items())


def _rule(
    result: AuditResult, rule: str, reported: Sequence[Reported], width: int, home: str | None, *, all_rows: bool
) -> Iterator[Line]:
    severity = severity_of(reported[0])
    style = STYLES[severity]
    several = f", {count(len(reported), 'finding')}{standings(result, reported)}" if len(reported) > 1 else ""
    lead: Line = ((f"{MARKS[severity]} ", style), (severity.value, style), ("  ", Style.PLAIN))
    yield from paragraph(f"{rule}{several}", width, Style.STRONG, lead=lead, indent=2)
    shown = reported if all_rows or len(reported) <= MOST_LISTED + 1 else reported[:MOST_LISTED]
    for one in shown:
        yield from _finding(one, severity, width, home, all_rows=all_rows)
    if len(shown) < len(reported):
        yield ((f"  … and {len(reported) - len(shown)} more; -v shows all", Style.DIM),)
    for fix in dict.fromkeys(one.finding.fix for one in reported if one.finding.fix):
        yield from _fix(fix, width)


def _finding(one: Reported, heading: Severity, width: int, home: str | None, *, all_rows: bool) -> Iterator[Line]:
    own = severity_of(one)
    standing = f"{one.standing}: " if one.standing is Standing.NEW else "known: " if one.standing else ""
    less = f"{own}: " if own is not heading else ""
    yield from paragraph(f"{standing}{less}{one.finding.message}", width, lead=(("  ", Style.PLAIN),), indent=2)
    for what, text in evidence(one.finding, home):
        yield from paragraph(text, width, Style.DIM, lead=((f"    {what:<8} ", Style.DIM),), indent=13)
    if all_rows:
        yield ((f"    {'print':<8} {one.fingerprint}"[:width], Style.DIM),)


def _fix(fix: str, width: int) -> Iterator[Line]:
    """``fix`` may have lines of its own: a snippet to paste stays in one piece."""
    first, *rest = fix.split("\n")
    yield from paragraph(first, width, Style.GOOD, lead=(("  → ", Style.DIM),), indent=4)
    for line in rest:
        yield (("    ", Style.PLAIN), (line, Style.GOOD))


def _unsettled(page: AuditedPage, width: int, *, all_rows: bool) -> Iterator[Line]:
    """What crashed, what is hidden and, with ``all_rows``, what does not apply: each reason once."""
    asked = [(Outcome.CRASHED, "✗ ", Style.BAD, "crashed"), (Outcome.UNKNOWN, "? ", Style.DIM, "unknown")]
    if all_rows:
        asked.append((Outcome.NOT_APPLICABLE, "- ", Style.DIM, "not applicable"))
    for outcome, mark, style, word in asked:
        reasons: dict[str, list[str]] = {}
        for one in page.of(outcome):
            reasons.setdefault(one.reason, []).append(one.rule)
        if reasons:
            yield ()
        for reason, rules in reasons.items():
            yield from paragraph(f"{word}: {', '.join(rules)}: {reason}", width, style, lead=((mark, style),), indent=2)


def _tally(page: AuditedPage, width: int, *, all_rows: bool) -> Iterator[Line]:
    """ "56 rules passed, 3 do not apply here, 2 unknown"."""
    passed, idle = page.of(Outcome.PASSED), page.of(Outcome.NOT_APPLICABLE)
    yield ()
    parts = [f"{count(len(passed), 'rule')} passed"]
    parts += [f"{len(idle)} not applicable"] if idle else []
    parts += [f"{len(page.of(Outcome.UNKNOWN))} unknown"] if page.of(Outcome.UNKNOWN) else []
    names = f": {', '.join(one.rule for one in passed)}" if all_rows and passed else ""
    yield from paragraph(", ".join(parts) + names, width, Style.DIM, lead=(("✓ ", Style.DIM),), indent=2)


def _fixed(result: AuditResult, width: int, *, all_rows: bool) -> Iterator[Line]:
    yield ((f"{count(len(result.fixed), 'finding')} of the baseline fixed", Style.GOOD),)
    shown = result.fixed if all_rows or len(result.fixed) <= MOST_LISTED + 1 else result.fixed[:MOST_LISTED]
    for one in shown:
        yield from paragraph(f"{one.rule} on {one.page}: {one.message}", width, lead=(("✓ ", Style.GOOD),), indent=2)
    if len(shown) < len(result.fixed):
        yield ((f"  … and {len(result.fixed) - len(shown)} more; -v shows all", Style.DIM),)
