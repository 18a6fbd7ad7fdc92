"""The catalogue of rules for the terminal: a list by family, and one rule explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.audits.result import RuleText
from fetcher.report.audit.blocks import STYLES
from fetcher.report.escape import safe_load
from fetcher.report.lines import Line, Style, count, paragraph, to_ascii, trimmed


def list_lines(rules: Sequence[RuleText], *, width: int, unicode: bool = True) -> list[Line]:
    """Each rule with its severity and title, under its family's name."""
    rules = safe_load(tuple(rules), unicode=unicode)
    lines: list[Line] = []
    longest = max((len(one.id) for one in rules), default=0)
    for family in dict.fromkeys(one.family for one in rules):
        lines += [()] if lines else []
        lines.append(((family, Style.STRONG),))
        for one in rules:
            if one.family != family:
                continue
            lead: Line = (
                (f"  {one.id:<{longest}}  ", Style.PLAIN),
                (f"{one.severity.value:<7}  ", STYLES[one.severity]),
            )
            lines += paragraph(one.title, width, lead=lead, indent=longest + 13)
    lines += [(), ((f"{count(len(rules), 'rule')}; --explain RULE says more of one", Style.DIM),)]
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def explain_lines(one: RuleText, *, width: int, unicode: bool = True) -> list[Line]:
    """What one rule is about, what it weighs, what to do, and where it is from."""
    one = safe_load(one, unicode=unicode)
    lines = list(_explained(one, min(width, 100)))
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def _explained(one: RuleText, width: int) -> Iterator[Line]:
    yield ((one.id, Style.STRONG), (f"  {one.severity.value}", STYLES[one.severity]), (f"  {one.family}", Style.DIM))
    if one.title != one.id:
        yield from paragraph(one.title, width)
    if one.about:
        yield ()
        yield from paragraph(one.about, width)
    if one.fix:
        yield ()
        yield from paragraph(one.fix.split("\n", 1)[0], width, Style.GOOD, lead=(("→ ", Style.DIM),), indent=2)
    if one.source:
        yield ()
        yield from paragraph(f"Source: {one.source}", width, Style.DIM)
