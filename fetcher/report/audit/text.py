"""An audit for the terminal: lines of styled text, what weighs most first.

A block a page says at a glance what was found, then each rule with findings once, its findings under it with their
evidence, and its fix; then what could not be told and why. Rules that passed are counted; ``all_rows`` names them. Many
pages are shown by template, and each page with ``all_rows`` only.
"""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.result import AuditResult
from fetcher.audits.templates import grouped
from fetcher.report.audit.blocks import MOST_LISTED, READABLE, page_block
from fetcher.report.audit.grouped import template_block
from fetcher.report.audit.words import of_all, readable
from fetcher.report.footnote import footnote
from fetcher.report.lines import Line, Style, count, paragraph, to_ascii, trimmed


def audit_lines(
    result: AuditResult, *, width: int, unicode: bool = True, all_rows: bool = False, redact: bool = True
) -> list[Line]:
    """The whole audit in ``width`` cells: a block for each page, or each template of
    many, and a closing line."""
    result = readable(result, redact=redact, unicode=unicode)
    width = min(width, READABLE)
    lines: list[Line] = []
    by_template = len(result.pages) > 1 and any(page.template is not None for page in result.pages)
    for group in grouped(result.pages) if by_template else ():
        lines += [()] if lines else []
        lines += template_block(result, group, width, all_rows=all_rows)
    for page in result.pages if all_rows or not by_template else ():
        lines += [()] if lines else []
        lines += page_block(result, page, width, all_rows=all_rows)
    if result.fixed:
        lines += [(), *_fixed(result, width, all_rows=all_rows)]
    lines += footnote(lines, width)
    if len(result.pages) > 1:
        lines += [(), closing_line(result)]
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def closing_line(result: AuditResult) -> Line:
    return ((of_all(result), Style.STRONG),)


def _fixed(result: AuditResult, width: int, *, all_rows: bool) -> Iterator[Line]:
    yield ((f"{count(len(result.fixed), 'finding')} of the baseline fixed", Style.GOOD),)
    shown = result.fixed if all_rows or len(result.fixed) <= MOST_LISTED + 1 else result.fixed[:MOST_LISTED]
    for one in shown:
        yield from paragraph(f"{one.rule} on {one.page}: {one.message}", width, lead=(("✓ ", Style.GOOD),), indent=2)
    if len(shown) < len(result.fixed):
        yield ((f"  … and {len(result.fixed) - len(shown)} more; -v shows all", Style.DIM),)
