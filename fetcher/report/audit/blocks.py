"""The blocks of an audit's text: one page, and one rule's findings with their evidence and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.audits.auditing import Outcome
from fetcher.audits.finding import Severity
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, Reported, Standing, severity_of
from fetcher.report.audit.words import (
    MARKS,
    ended,
    evidence,
    home_of,
    is_known,
    judged_by,
    known_words,
    standings,
    verdict,
)
from fetcher.report.escape import shorten
from fetcher.report.in_chromium import hint_lines
from fetcher.report.lines import Line, Style, count, paragraph

MOST_LISTED = 5
"""Findings of one rule on one page that are shown without ``all_rows``."""

MOST_QUOTED = 240
"""Cells of what a server sent that are shown without ``all_rows``: enough for a link, not for a field of many."""

READABLE = 140
"""Lines are no longer than this however wide the terminal is: nobody reads lines of 200 letters."""

STYLES = {Severity.ERROR: Style.BAD, Severity.WARNING: Style.WARNING, Severity.NOTE: Style.DIM}


def page_block(result: AuditResult, page: AuditedPage, width: int, *, all_rows: bool) -> Iterator[Line]:
    yield ((shorten(page.url, width), Style.STRONG),)
    if page.source != page.url:
        word = "asked for as" if "://" in page.source else "from"
        yield ((shorten(f"{word} {page.source}", width), Style.DIM),)
    mark, style = mark_of(result, page)
    if page.outcome is not PageOutcome.JUDGED:
        yield from paragraph(verdict(result, page), width, Style.BAD, lead=((f"{mark} ", style),), indent=2)
        return
    said = f"{ended(result, [page])}{verdict(result, page)}; judged {judged_by(page)}"
    yield from paragraph(said, width, style, lead=((f"{mark} ", style),), indent=2)
    if page.why is not None:
        lead: Line = (("! ", Style.WARNING),)
        yield from paragraph(f"not all runs count: {page.why}", width, Style.WARNING, lead=lead, indent=2)
    home = home_of(page)
    known = [one for one in page.reported if is_known(one)]
    for rule, reported in _by_rule(page.reported if all_rows else [one for one in page.reported if not is_known(one)]):
        yield ()
        yield from rule_block(result, rule, reported, width, home, all_rows=all_rows)
    if known and not all_rows:
        yield ()
        yield from known_lines(known, width)
    yield from _in_chromium(page, width, home, all_rows=all_rows)
    yield from _unsettled(page, width, all_rows=all_rows)
    yield from _tally(page, width, all_rows=all_rows)


def _in_chromium(page: AuditedPage, width: int, home: str | None, *, all_rows: bool) -> Iterator[Line]:
    """What a NetLog shows of the hints."""
    if page.hints_in_chromium:
        yield ()
        yield from hint_lines(page.hints_in_chromium, "", width, home, all_rows=all_rows)


def mark_of(result: AuditResult, page: AuditedPage) -> tuple[str, Style]:
    if page.outcome is not PageOutcome.JUDGED or any(result.fails(one) for one in page.reported):
        return "✗", Style.BAD
    fresh = [one for one in page.reported if not is_known(one)]
    if any(severity_of(one) is not Severity.NOTE for one in fresh) or page.of(Outcome.CRASHED):
        return "!", Style.WARNING
    return "✓", Style.GOOD


def _by_rule(reported: Sequence[Reported]) -> Iterator[tuple[str, list[Reported]]]:
    found: dict[str, list[Reported]] = {}
    for one in reported:
        found.setdefault(one.finding.rule, []).append(one)
    return iter(found.items())


def rule_block(
    result: AuditResult, rule: str, reported: Sequence[Reported], width: int, home: str | None, *, all_rows: bool
) -> Iterator[Line]:
    severity = severity_of(reported[0])
    mark, style = MARKS[severity], STYLES[severity]
    if all(map(is_known, reported)):
        mark, style = MARKS[Severity.NOTE], Style.DIM  # accepted: it fails nothing
    several = f", {count(len(reported), 'finding')}{standings(result, reported)}" if len(reported) > 1 else ""
    lead: Line = ((f"{mark} ", style), (severity.value, style), ("  ", Style.PLAIN))
    yield from paragraph(f"{rule}{several}", width, Style.STRONG, lead=lead, indent=2)
    shown = reported if all_rows or len(reported) <= MOST_LISTED + 1 else reported[:MOST_LISTED]
    for one in shown:
        yield from finding_lines(one, severity, width, home, all_rows=all_rows)
    if len(shown) < len(reported):
        yield ((f"  … and {len(reported) - len(shown)} more; -v shows all", Style.DIM),)
    for fix in dict.fromkeys(one.finding.fix for one in reported if one.finding.fix):
        yield from fix_lines(fix, width)


def known_lines(known: Sequence[Reported], width: int) -> Iterator[Line]:
    """What a baseline has accepted, by rule, without its evidence."""
    told = f"{known_words(known)}; -v shows each"
    yield from paragraph(told, width, Style.DIM, lead=((f"{MARKS[Severity.NOTE]} ", Style.DIM),), indent=2)


def finding_lines(one: Reported, heading: Severity, width: int, home: str | None, *, all_rows: bool) -> Iterator[Line]:
    own = severity_of(one)
    standing = f"{one.standing}: " if one.standing is Standing.NEW else "known: " if one.standing else ""
    less = f"{own}: " if own is not heading else ""
    yield from paragraph(f"{standing}{less}{one.finding.message}", width, lead=(("  ", Style.PLAIN),), indent=2)
    for what, text in evidence(one.finding, home, None if all_rows else MOST_QUOTED):
        yield from paragraph(text, width, Style.DIM, lead=((f"    {what:<8} ", Style.DIM),), indent=13)
    if all_rows:
        yield ((f"    {'print':<8} {one.fingerprint}"[:width], Style.DIM),)


def fix_lines(fix: str, width: int) -> Iterator[Line]:
    """``fix`` may have lines of its own: a snippet to paste stays in one piece, what is said of it (further in) does
    not."""
    first, *rest = fix.split("\n")
    yield from paragraph(first, width, Style.GOOD, lead=(("  → ", Style.DIM),), indent=4)
    for line in rest:
        if line.startswith("  "):
            yield from paragraph(line.strip(), width, Style.GOOD, lead=(("      ", Style.PLAIN),), indent=8)
        else:
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
    parts = [f"{count(len(passed), 'rule')} passed"] if passed else []
    parts += [f"{len(idle)} not applicable"] if idle else []
    parts += [f"{len(page.of(Outcome.UNKNOWN))} unknown"] if page.of(Outcome.UNKNOWN) else []
    if not parts:
        return
    names = f": {', '.join(one.rule for one in passed)}" if all_rows and passed else ""
    mark = "✓ " if passed else "  "
    yield ()
    yield from paragraph(", ".join(parts) + names, width, Style.DIM, lead=((mark, Style.DIM),), indent=2)
