"""A difference for the terminal: the answer in a line, each change by name, the figures of both sides.

The same two files give the same lines, one for each change where the width allows, so that two such reports diff well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fetcher.analysis.changes import Change, Difference, PageDifference, Trend, What
from fetcher.record.redaction import redacted
from fetcher.report.changes.words import (
    MARKS,
    OVERLAP,
    about,
    answer,
    basis,
    effect,
    figure,
    name_of,
    page_title,
    said,
    sections,
    summary,
)
from fetcher.report.escape import cells, pad, safe_load, shorten
from fetcher.report.lines import Line, Style, moment, paragraph, to_ascii, trimmed

READABLE = 140
MOST_LISTED = 12

_STYLES = {Trend.WORSE: Style.BAD, Trend.BETTER: Style.GOOD, Trend.OTHER: Style.PLAIN}


def difference_lines(
    difference: Difference, *, width: int, unicode: bool = True, all_rows: bool = False, redact: bool = True
) -> list[Line]:
    """The whole in ``width`` cells. Each section ends after ``MOST_LISTED`` changes unless ``all_rows``."""
    shown = safe_load(redacted(difference) if redact else difference, unicode=unicode)
    width = min(width, READABLE)
    most = None if all_rows else MOST_LISTED
    worse, better = shown.count(Trend.WORSE), shown.count(Trend.BETTER)
    tone = Style.BAD if worse else Style.GOOD if better else Style.STRONG
    lines = paragraph(summary(shown), width, tone)
    for word, side in (("before", shown.before), ("after ", shown.after)):
        lines += paragraph(f"{side.source}  {side.how}" + (f", {moment(side.at)}" if side.at else ""), width,
                           lead=((f"{word}  ", Style.DIM),), indent=8)  # fmt: skip
    for note in shown.notes:
        lines += paragraph(note, width, Style.WARNING, lead=(("! ", Style.WARNING),), indent=2)
    for page in shown.pages:
        lines += [(), *_page(page, width, most, alone=len(shown.pages) == 1)]
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def _page(page: PageDifference, width: int, most: int | None, *, alone: bool) -> list[Line]:
    """``alone``: what differs in it has been said of the whole."""
    lines: list[Line] = [((shorten(page_title(page), width), Style.STRONG),)]
    if page.why is not None:
        return lines + paragraph(f"not compared: {page.why}", width, Style.BAD)
    lines += [] if alone else paragraph(answer(page), width)
    for title, changes in sections(page):
        lines += [(), ((title, Style.STRONG),)]
        listed = changes if most is None or len(changes) <= most + 1 else changes[:most]
        for change in listed:
            lines += _change(change, width)
        if len(listed) < len(changes):
            lines.append(((f"  … and {len(changes) - len(listed)} more; -v shows all", Style.DIM),))
    if page.effects:
        lines += [(), *_table(("Effect", "before", "after", ""), map(effect, page.effects), width)]
        lines += paragraph(OVERLAP, width, Style.DIM)
    if page.figures:
        lines += [(), *_table(("Figures", "before", "after", "difference"), map(figure, page.figures), width)]
        lines += paragraph(basis(page), width, Style.DIM)
    for note in page.notes:
        lines += paragraph(note, width, Style.DIM, lead=(("  ", Style.PLAIN),), indent=2)
    return lines


def _change(change: Change, width: int) -> list[Line]:
    style = _STYLES[change.trend]
    lead = ((f"  {MARKS[change.trend]} ", style), (f"{name_of(change)}  ", style))
    what = shorten(about(change), max(width - 24, 40), 0.6)
    lines = paragraph("  ".join(filter(None, (what, _clause(change)))), width, lead=lead, indent=6)
    if change.what is What.HINT_CHANGED:
        for mark, text in (("−", change.before), ("+", change.after)):
            shown = shorten(text or "", max(width - 10, 40), 0.7)
            lines += paragraph(shown, width, lead=((f"      {mark} ", Style.DIM),), indent=8)
    return lines


def _clause(change: Change) -> str:
    """A changed text stands on lines of its own."""
    return "" if change.what is What.HINT_CHANGED else said(change)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]], width: int) -> list[Line]:
    """Columns side by side; where they do not fit, what is to be said beside each title and both figures under it."""
    table = [head, *rows]
    sizes = [max(cells(row[at]) for row in table) for at in range(len(head))]
    if sum(sizes) + 2 * len(sizes) > width:
        return _stacked(table, width)
    lines: list[Line] = []
    for number, row in enumerate(table):
        style = Style.STRONG if not number else Style.PLAIN
        parts = [pad(cell, sizes[at], right=0 < at < len(head) - 1) for at, cell in enumerate(row)]
        if head[-1]:
            parts[-1] = pad(row[-1], sizes[-1], right=True)
        lines.append(trimmed([("  ".join(parts), style)]))
    return lines


def _stacked(table: Sequence[tuple[str, ...]], width: int) -> list[Line]:
    head, *rows = table
    lines: list[Line] = [((head[0], Style.STRONG),)]
    befores, afters = (max(cells(row[at]) for row in rows) for at in (1, 2))
    for title, before, after, rest in rows:
        lines += paragraph(f"{title}: {rest}" if rest else title, width)
        both = f"  before {pad(before, befores, right=True)}  after {pad(after, afters, right=True)}"
        if cells(both) <= width:
            lines.append(((both, Style.PLAIN),))
        else:
            lines += paragraph(f"before {before}, after {after}", width, lead=(("  ", Style.PLAIN),), indent=2)
    return lines
