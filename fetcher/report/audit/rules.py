"""The catalogue of rules for the terminal: a list by family, one rule explained, and one rule of early hints (EH)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.analysis.early_hint_rules import ABOUT, RULES, cited, section
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
                (f"{one.severity.value + _range(one):<8}  ", STYLES[one.severity]),
            )
            lines += paragraph(one.title, width, lead=lead, indent=longest + 14)
    told = [count(len(rules), "rule")]
    if any(one.also for one in rules):
        told.append("+ graver, - milder, ± either where the rule says so")
    told.append("--explain RULE says more of one, --explain 3.2 what EH 3.2 is")
    lines += [(), *paragraph("; ".join(told), width, Style.DIM)]
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def _range(one: RuleText) -> str:
    """Whether a finding may weigh more or less than the severity that is listed."""
    more = any(severity.rank > one.severity.rank for severity, _ in one.also)
    less = any(severity.rank < one.severity.rank for severity, _ in one.also)
    return "±" if more and less else "+" if more else "-" if less else ""


def early_hint_lines(number: str, *, width: int, unicode: bool = True) -> list[Line]:
    """The rule of early hints called ``number`` ("3.2"), or all of a section ("3"). Raises UsageError."""
    found = section(number)
    width = min(width, 100)
    lines: list[Line] = []
    for name, text in found:
        lines += paragraph(text, width, lead=((f"EH {name}  ", Style.STRONG),), indent=len(name) + 5)
    lines += [(), *paragraph(ABOUT, width, Style.DIM)]
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
    for severity, when in one.also:
        yield from paragraph(f"{severity.value}: {when}", width, STYLES[severity])
    if one.about:
        yield ()
        yield from paragraph(one.about, width)
    if one.fix:
        yield ()
        yield from paragraph(one.fix.split("\n", 1)[0], width, Style.GOOD, lead=(("→ ", Style.DIM),), indent=2)
    if one.source:
        yield ()
        yield from paragraph(f"Source: {one.source}", width, Style.DIM)
    for name in cited(f"{one.about} {one.source}"):
        yield from paragraph(RULES[name], width, Style.DIM, lead=((f"EH {name}  ", Style.DIM),), indent=len(name) + 5)
