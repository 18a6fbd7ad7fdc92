"""The answer of ``fetcher why`` for the terminal and as JSON: pure, values in, lines or values out.

The first line names the browser and the step at which the hint is lost; each step follows with its evidence, then what
other browsers do, what rules say, and the causes that no load shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fetcher.audits.finding import Severity
from fetcher.audits.why.values import State, Step, StepName, Why
from fetcher.record.codec import encode
from fetcher.record.redaction import redacted
from fetcher.report.audit.blocks import STYLES
from fetcher.report.audit.words import MARKS, quoted
from fetcher.report.escape import safe_load, shorten
from fetcher.report.footnote import footnote
from fetcher.report.lines import Line, Style, paragraph, split, to_ascii, trimmed

SCHEMA_VERSION = 1
READABLE = 140
"""Lines are no longer than this however wide the terminal is."""

_MARKS = {
    State.PASSED: ("✓", Style.GOOD),
    State.FAILED: ("✗", Style.BAD),
    State.UNKNOWN: ("?", Style.WARNING),
    State.NOT_REACHED: ("-", Style.DIM),
}
_NAME = max(len(name) for name in StepName)


def why_json(answers: Sequence[Why], *, redact: bool = True) -> dict[str, Any]:
    """``answers`` as JSON values."""
    made = [encode(redacted(one) if redact else one) for one in answers]
    return {"schema": SCHEMA_VERSION, "kind": "why", "hints": made}


def why_lines(answers: Sequence[Why], *, width: int, unicode: bool = True, redact: bool = True) -> list[Line]:
    """A block for each answer in ``width`` cells."""
    width = min(width, READABLE)
    lines: list[Line] = []
    shown = [safe_load(redacted(one) if redact else one, unicode=unicode) for one in answers]
    for at, one in enumerate(shown):
        lines += [()] if lines else []
        if not at or shown[at - 1].page != one.page:
            lines.append(((shorten(one.page, width), Style.STRONG),))
        lines += _block(one, width)
        if at == len(shown) - 1 or shown[at + 1].page != one.page:
            lines += _unseen([each for each in shown if each.page == one.page], width)
    lines += footnote(lines, width)
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def _block(one: Why, width: int) -> Iterator[Line]:
    yield from paragraph(one.url or one.link or one.asked, width, Style.DIM, lead=(("hint ", Style.DIM),), indent=5)
    mark, style = _verdict_mark(one)
    yield from paragraph(_verdict(one), width, Style.STRONG, lead=((f"{mark} ", style),), indent=2)
    yield ()
    home = split(one.page)[0] or None
    for step in one.steps:
        yield from _step(step, width, home)
    if one.browsers:
        yield ()
        for each in one.browsers:
            mark, style = ("✓", Style.GOOD) if each.failed is None else ("✗", Style.DIM)
            at = f"{each.failed}: " if each.failed is not None else ""
            rule = f" ({each.rule})" if each.rule else ""
            lead: Line = ((f"{mark} ", style), (f"{each.profile:<9} ", Style.PLAIN))
            yield from paragraph(f"{at}{each.reason}{rule}", width, Style.DIM, lead=lead, indent=12)
    if one.findings:
        yield ()
        yield (("What fetcher audit says of it:", Style.STRONG),)
        for finding in one.findings:
            severity = finding.severity or Severity.WARNING
            text = f"{finding.rule}: {finding.message}"
            yield from paragraph(text, width, lead=((f"{MARKS[severity]} ", STYLES[severity]),), indent=2)


def _unseen(answers: Sequence[Why], width: int) -> Iterator[Line]:
    """The causes that no load shows, each once for all hints of a page."""
    causes = dict.fromkeys(text for one in answers for text in one.unseen)
    if causes:
        yield ()
        yield (("What no load shows:", Style.STRONG),)
    for text in causes:
        yield from paragraph(text, width, Style.DIM, lead=(("- ", Style.DIM),), indent=2)


def _verdict_mark(one: Why) -> tuple[str, Style]:
    if one.failed is not None:
        return _MARKS[State.FAILED]
    return _MARKS[State.UNKNOWN if any(step.state is State.UNKNOWN for step in one.steps) else State.PASSED]


def _verdict(one: Why) -> str:
    if one.failed is not None:
        step = one.step(one.failed)
        rule = f" ({step.rule})" if step.rule else ""
        return f"as {one.profile} sees it, it fails at {one.failed}: {step.said}{rule}"
    unknown = [step.name.value for step in one.steps if step.state is State.UNKNOWN]
    if unknown:
        return f"as {one.profile} sees it, nothing fails that could be seen; unknown: {', '.join(unknown)}"
    return f"as {one.profile} sees it, it works from the wire to its use"


def _step(step: Step, width: int, home: str | None) -> Iterator[Line]:
    mark, style = _MARKS[step.state]
    tone = Style.DIM if step.state is State.NOT_REACHED else Style.PLAIN
    lead: Line = ((f"{mark} ", style), (f"{step.name:<{_NAME}}  ", Style.STRONG))
    indent = _NAME + 4
    rule = f" ({step.rule})" if step.rule else ""
    yield from paragraph(f"{step.said}{rule}", width, tone, lead=lead, indent=indent)
    space: Line = ((" " * indent, Style.PLAIN),)
    if step.quote is not None:
        yield from paragraph(f"sent {quoted(step.quote, home)}", width, Style.DIM, lead=space, indent=indent)
    if step.evidence:
        yield from paragraph("; ".join(step.evidence), width, Style.DIM, lead=space, indent=indent)
    if step.fix is not None:
        arrow: Line = ((" " * indent, Style.PLAIN), ("→ ", Style.DIM))
        yield from paragraph(step.fix, width, Style.GOOD, lead=arrow, indent=indent + 2)
