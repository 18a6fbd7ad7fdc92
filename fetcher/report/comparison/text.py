"""A comparison for the terminal: the answer in a line, a row per figure, a plot of both arms, what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence

from fetcher.analysis.compare.comparison import Comparison, Measure
from fetcher.analysis.compare.paired import Shift
from fetcher.record.redaction import redacted
from fetcher.report.comparison.words import (
    METHOD,
    beside,
    claim,
    detectable,
    difference,
    is_too_few,
    key,
    made,
    middle,
    named,
    probability,
    summary,
    title,
)
from fetcher.report.escape import cells, pad, safe_load, shorten
from fetcher.report.lines import Line, Segment, Style, milliseconds, paragraph, split, to_ascii, trimmed

READABLE = 140
MOST_PLOTTED = 3
_PLOTTED = ("lcp", "fcp", "render-start", "load")


def comparison_lines(
    comparison: Comparison, *, width: int, unicode: bool = True, all_rows: bool = False, redact: bool = True
) -> list[Line]:
    """The whole comparison in ``width`` cells. Rows of hinted resources are shown with ``all_rows``, else counted."""
    shown = safe_load(redacted(comparison) if redact else comparison, unicode=unicode)
    width = min(width, READABLE)
    home = split(shown.url)[0] or None
    short = named(shown)
    lines: list[Line] = [((shorten(shown.url, width), Style.STRONG),)]
    lines += paragraph(f"{key(shown)}, {shown.by}", width)
    lines += paragraph(summary(shown), width, _tone(shown))
    lines.append(())
    rows = [one for one in shown.measures if one.url is None]
    resources = [one for one in shown.measures if one.url is not None]
    lines += _table([*rows, *(resources if all_rows else ())], short, home, width)
    if resources and not all_rows:
        lines.append(((f"and {len(resources)} hinted resources; -v shows them", Style.DIM),))
    lines.append(())
    for measure in [one for name in _PLOTTED if (one := shown.of(name))][:MOST_PLOTTED]:
        lines += _plot(measure, short, width, unicode=unicode)
    lines += paragraph(made(shown), width, Style.DIM)
    for arm, name in zip(shown.arms, short, strict=True):
        told = beside(arm, shown.counted)
        lines += paragraph(told, width, Style.DIM, lead=((f"{name}  ", Style.PLAIN),), indent=2)
    for note in shown.notes:
        lines += paragraph(note, width, Style.WARNING, lead=(("! ", Style.WARNING),), indent=2)
    lines += paragraph(
        f"{METHOD} − is sooner or less with {short[1]}.",
        width,
        Style.DIM,
    )
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def _tone(comparison: Comparison) -> Style:
    decisive = comparison.measured.decisive
    if decisive is None or not decisive[1].is_shown:
        return Style.STRONG
    return Style.GOOD if (decisive[1].value or 0) < 0 else Style.BAD


_COLUMNS = ((0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4, 6), (0, 1, 2, 3, 6))
LEAST_NAME = 20
"""Cells of a figure's name beside its numbers; where fewer are left the numbers stand below it."""


def _table(measures: Sequence[Measure], arms: tuple[str, str], home: str | None, width: int) -> list[Line]:
    """As many columns as the width has room for; then, of what may be said, a mark at what was shown."""
    head = ["", arms[0], arms[1], "difference (95 % interval)", "p", "could see", ""]
    table = [
        [
            title(one, home), middle(one, one.first), middle(one, one.second), difference(one), probability(one),
            detectable(one), claim(one),
        ]
        for one in measures
    ]  # fmt: skip
    names = max((cells(title(one, home)) for one in measures if one.url is None), default=LEAST_NAME)
    for columns in _COLUMNS:
        sizes = [max(cells(row[at]) for row in [head, *table]) for at in columns]
        room = width - sum(sizes[1:]) - 2 * (len(sizes) - 1)
        if room >= names:
            sizes[0] = min(sizes[0], room)
            lines = [_row([head[at] for at in columns], sizes, Style.DIM, None)]
            for row, measure in zip(table, measures, strict=True):
                lines.append(_row([row[at] for at in columns], sizes, Style.PLAIN, measure.shift))
            return lines
    return _marked(measures, [head, *table], width) or _narrow(measures, arms, home, width)


def _marked(measures: Sequence[Measure], table: Sequence[Sequence[str]], width: int) -> list[Line]:
    """Without p, and with an asterisk at each difference that was shown; none where even that has no room."""
    table = [[row[0].replace("(estimated)", "(est.)"), *row[1:]] for row in table]
    sizes = [max(cells(row[at]) for row in table) for at in (1, 2, 3)]
    room = width - sum(sizes) - 9  # three gaps, and the mark after another
    if room < LEAST_NAME:
        return []
    longest = max(cells(row[0]) for row in table)
    sizes = [min(longest, room), *sizes]
    lines = [_row([*table[0][:4], ""], [*sizes, 1], Style.DIM, None)]
    for row, measure in zip(table[1:], measures, strict=True):
        name, *rest = [shorten(row[0], sizes[0])] if measure.url is not None else _wrapped(row[0], sizes[0])
        mark = "*" if measure.shift.is_shown else ""
        claims = 2 if mark else 1
        lines.append(_row([name, *row[1:4], mark], [*sizes, 1], Style.PLAIN, measure.shift, claims=claims))
        lines += [((part, Style.PLAIN),) for part in rest]
    for row, measure in zip(table[1:], measures, strict=True):
        if measure.shift.lacks:
            lines += paragraph(f"{row[0]}: {row[6]}", width, Style.DIM)
    if any(not is_too_few(measure.shift) for measure in measures):
        lines += paragraph("* a difference that was shown; without it no difference shown", width, Style.DIM)
    return lines


def _wrapped(name: str, room: int) -> list[str]:
    """``name`` in lines of ``room`` cells, a later one indented."""
    lines = paragraph(name, room, indent=2)
    return ["".join(part for part, _ in line) for line in lines]


def _row(words: Sequence[str], sizes: Sequence[int], style: Style, shift: Shift | None, *, claims: int = 1) -> Line:
    """The last ``claims`` columns have the colour of what may be said of ``shift``."""
    parts: list[Segment] = []
    for place, (word, size) in enumerate(zip(words, sizes, strict=True)):
        last = place == len(words) - 1
        tone = style if shift is None or place < len(words) - claims else _claimed(shift)
        right = 0 < place < len(words) - 1
        parts.append((pad(shorten(word, size), size, right=right) + ("" if last else "  "), tone))
    return trimmed(parts)


def _claimed(shift: Shift) -> Style:
    if not shift.is_shown:
        return Style.DIM
    return Style.GOOD if (shift.value or 0) < 0 else Style.BAD


def _narrow(measures: Sequence[Measure], arms: tuple[str, str], home: str | None, width: int) -> list[Line]:
    """Two lines a figure: both arms, then the difference and what may be said."""
    lines: list[Line] = []
    for one in measures:
        head = f"{arms[0]} {middle(one, one.first)}, {arms[1]} {middle(one, one.second)}"
        name = shorten(title(one, home), width)
        if cells(name) + 2 + cells(head) <= width:
            lines.append(((f"{name}  ", Style.STRONG), (head, Style.PLAIN)))
        else:
            lines += [((name, Style.STRONG),), *paragraph(head, width, lead=(("  ", Style.PLAIN),), indent=2)]
        claimed = claim(one)
        told = f"{difference(one)}, p {probability(one)}: {claimed}" if claimed else difference(one)
        lines += paragraph(told, width, _claimed(one.shift), lead=(("  ", Style.PLAIN),), indent=2)
    return lines


_HEIGHTS = " ▁▂▃▄▅▆▇█"


def _plot(measure: Measure, arms: tuple[str, str], width: int, *, unicode: bool) -> list[Line]:
    """A line for each arm: how many loads fell where, over one axis."""
    values = [value for pair in measure.values for value in pair]
    low, high = min(values), max(values)
    name = max(map(cells, arms))
    room = max(20, min(width - name - 2, 80))
    if high <= low:
        return []
    empty = "·" if unicode else "."
    axis = f"{milliseconds(low)}"
    end = milliseconds(high)
    lines: list[Line] = [((title(measure, None), Style.STRONG),)]
    for arm, style in ((0, Style.WAITING), (1, Style.HINT)):
        counts = [0] * room
        for pair in measure.values:
            counts[min(room - 1, int((pair[arm] - low) / (high - low) * room))] += 1
        most = max(counts)
        bars = "".join(_HEIGHTS[-(-number * 8 // most)] if number else empty for number in counts)
        lines.append(((pad(arms[arm], name) + "  ", Style.PLAIN), (bars, style)))
    lines.append(((" " * (name + 2) + axis + " " * max(1, room - cells(axis) - cells(end)) + end, Style.DIM),))
    return [*lines, ()]
