"""The block of a template in an audit of many pages: each rule once, with the gravest of its findings as an example and
the pages that have it; then the pages that were not judged, and what crashed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.audits.auditing import Outcome
from fetcher.audits.result import AuditResult, severity_of
from fetcher.audits.templates import Gathered, Group
from fetcher.report.audit.blocks import MOST_LISTED, STYLES, finding_lines, fix_lines, known_lines
from fetcher.report.audit.words import MARKS, amounts, ended, is_known, standings, verdict
from fetcher.report.escape import shorten
from fetcher.report.lines import Line, Style, count, paragraph, place, split


def template_block(result: AuditResult, group: Group, width: int, *, all_rows: bool) -> Iterator[Line]:
    """The lines of ``group``."""
    judged = group.judged
    fails = any(result.fails(one) for one in group.reported)
    fresh = [one for one in group.reported if not is_known(one)]
    mark, style = ("✗", Style.BAD) if fails else ("!", Style.WARNING) if fresh else ("✓", Style.GOOD)
    if not judged:
        mark, style = "✗", Style.BAD
    name = f"template {group.template}" if group.template is not None else "pages without a template"
    yield ((f"{name}, {count(len(group.pages), 'page')}", Style.STRONG),)
    yield from _urls(group, width, all_rows=all_rows)
    found = (
        (ended(result, judged) if judged else "")
        + (amounts(group.reported) or "nothing found")
        + standings(result, group.reported)
    )
    missing = f"; {len(group.pages) - len(judged)} not judged" if len(judged) < len(group.pages) else ""
    yield from paragraph(found + missing, width, style, lead=((f"{mark} ", style),), indent=2)
    for one in group.gathered:
        if all_rows or not is_known(one.example):
            yield ()
            yield from _gathered(result, one, len(judged), width, all_rows=all_rows)
    known = [one for one in group.reported if is_known(one)]
    if known and not all_rows:
        yield ()
        yield from known_lines(known, width)
    unjudged = [page for page in group.pages if page not in judged]
    if unjudged:
        yield ()
    shown = unjudged if all_rows or len(unjudged) <= MOST_LISTED + 1 else unjudged[:MOST_LISTED]
    for page in shown:
        said = f"{page.url}: {verdict(result, page)}"
        yield from paragraph(said, width, Style.BAD, lead=(("✗ ", Style.BAD),), indent=2)
    if len(shown) < len(unjudged):
        yield ((f"  … and {len(unjudged) - len(shown)} more; -v shows all", Style.DIM),)
    yield from _unsettled(group, width)


def _urls(group: Group, width: int, *, all_rows: bool) -> Iterator[Line]:
    """Which pages it is of: a template's by its first, pages without one each by itself, as far as a list is read."""
    most = len(group.pages) if all_rows else 1 if group.template is not None else MOST_LISTED
    for page in group.pages[:most]:
        yield ((f"  {shorten(page.url, width - 2)}", Style.DIM),)
    if len(group.pages) > most:
        yield ((f"  … and {len(group.pages) - most} more", Style.DIM),)


def _gathered(result: AuditResult, one: Gathered, judged: int, width: int, *, all_rows: bool) -> Iterator[Line]:
    severity = severity_of(one.example)
    style = STYLES[severity]
    lead: Line = ((f"{MARKS[severity]} ", style), (severity.value, style), ("  ", Style.PLAIN))
    told = f"{one.rule}, on {len(one.pages)} of {count(judged, 'page')}{standings(result, one.findings)}"
    yield from paragraph(told, width, Style.STRONG, lead=lead, indent=2)
    home = split(one.pages[0])[0] or None
    yield from finding_lines(one.example, severity, width, home, all_rows=all_rows)
    lead = (("    pages    ", Style.DIM),)
    yield from paragraph(_listed(one.pages, home, all_rows), width, Style.DIM, lead=lead, indent=13)
    yield from fix_lines(one.example.finding.fix, width)


def _listed(urls: Sequence[str], home: str | None, all_rows: bool) -> str:
    """ "/product/1, /product/2 and 10 more"."""
    shown = urls if all_rows or len(urls) <= MOST_LISTED + 1 else urls[:MOST_LISTED]
    text = ", ".join(place(url, home) for url in shown)
    return text if len(shown) == len(urls) else f"{text} and {len(urls) - len(shown)} more"


def _unsettled(group: Group, width: int) -> Iterator[Line]:
    """What crashed and what is unknown, each reason once, with on how many pages."""
    for outcome, mark, style, word in (
        (Outcome.CRASHED, "✗ ", Style.BAD, "crashed"),
        (Outcome.UNKNOWN, "? ", Style.DIM, "unknown"),
    ):
        reasons: dict[str, dict[str, int]] = {}
        for _, one in group.of(outcome):
            rules = reasons.setdefault(one.reason, {})
            rules[one.rule] = rules.get(one.rule, 0) + 1
        if reasons:
            yield ()
        for reason, rules in reasons.items():
            names = ", ".join(f"{rule} (on {count(number, 'page')})" for rule, number in rules.items())
            yield from paragraph(f"{word}: {names}: {reason}", width, style, lead=((mark, style),), indent=2)
