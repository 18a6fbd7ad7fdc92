"""The waterfall of one PageLoad as lines of (text, style): pure, the same record gives the same lines.

Two instants run as guides through all rows: the 103 the hints came in ("┊") and the document's final head ("│"); what
lies between them is the time hints can fill. A hinted request shows where the page asked for it ("◆") and how much
sooner it was sent ("−302 ms"). Phases differ by glyph, so nothing depends on colour; at 80 columns the type and
protocol columns go, the bars stay.
"""

from __future__ import annotations

from itertools import pairwise

from fetcher.record.page_load import PageLoad
from fetcher.report.bars import Phase, Scale, paint
from fetcher.report.escape import cells, pad, safe_load, shorten
from fetcher.report.lines import Line, Segment, Style, milliseconds, paragraph, to_ascii, trimmed
from fetcher.report.rows import OBSERVED, Row, marked_interim, rows

NARROWEST = 60
_WIDEST = 9  # of any column but the resource's: a server may call its protocol anything
_LONGEST = 1e12  # ms; a forged record may claim more, and an axis has an end
_CUT = 4  # a failure may stretch the axis this many times
_GUIDE_103: Segment = ("┊", Style.GUIDE)
_GUIDE_FINAL: Segment = ("│", Style.DIM)

Columns = list[tuple[str, int, bool]]
"""(member of Row, cells, right-aligned)"""
_TITLES = {"number": "#", "found": "from", "what": "resource", "type": "type", "code": "code"} | {
    "protocol": "protocol",
    "connection": "conn",
    "size": "size",
}


def waterfall(load: PageLoad, *, width: int, unicode: bool = True, all_rows: bool = False) -> list[Line]:
    """Axis, one row per request (gathered above ``rows.MOST`` unless ``all_rows``) and legend, in ``width`` cells
    (``NARROWEST`` at least)."""
    load = safe_load(load, unicode=unicode)
    table = rows(load, all_rows=all_rows)
    if not table:
        return [(("No request was made.", Style.DIM),)]
    width = max(width, NARROWEST)
    columns, bar = _layout(table, width)
    scale = Scale(_shown_end(table), bar)
    interim, final = _instants(load)
    guides = _guides(scale, interim, final)
    lines = _axis(columns, scale, interim, final)
    for row in table:
        lines.append(_row(row, columns, scale, guides))
        for text, style in row.below:
            lines += paragraph(text, width, style, lead=(("  └ ", Style.DIM),), indent=4, most=3)
    lines += _legend(lines, table, interim, final, width)
    return lines if unicode else [to_ascii(line) for line in lines]


def _instants(load: PageLoad) -> tuple[float | None, float | None]:
    """When the 103 that counts came (the one acted on, else the first) and when the final head did."""
    hop = load.navigations[-1] if load.navigations else None
    marked = marked_interim(load)
    final = load.requests[hop].times.final_response_headers_start if hop is not None else None
    return marked.at if marked is not None else None, final


def _shown_end(table: list[Row]) -> float:
    """Where the axis ends: with the last row, unless what failed outlasted all else so far that nothing else could be
    seen; then those bars are cut and say when they ended."""
    end = max(row.end for row in table)
    rest = max((row.end for row in table if not row.failed), default=end)
    return min(max(end if end <= _CUT * rest or not rest else rest * 1.4, 0.001), _LONGEST)


def _layout(table: list[Row], width: int) -> tuple[Columns, int]:
    """The columns that fit ``width``, and the cells left for the bars."""
    wanted = ["number", "found", "what"]
    wanted += ["type"] if width >= 100 else []
    wanted += ["code"] if width >= 66 else []
    wanted += ["protocol"] if width >= 110 else []
    wanted += ["connection", "size"] if width >= 76 else []
    needs = {name: max(cells(getattr(row, name)) for row in table) for name in wanted}
    sizes = {name: min(max(needs[name], len(_TITLES[name])), _WIDEST) for name in wanted if name != "what"}
    free = width - sum(sizes.values()) - len(wanted)
    sizes["what"] = max(min(needs["what"], int(free * 0.45), 52), len(_TITLES["what"]))
    return [(name, sizes[name], name in ("number", "size", "code")) for name in wanted], free - sizes["what"]


def _guides(scale: Scale, interim: float | None, final: float | None) -> dict[int, Segment]:
    guides: dict[int, Segment] = {}
    if final is not None:
        guides[scale.column(final)] = _GUIDE_FINAL
    if interim is not None:
        guides[scale.column(interim)] = _GUIDE_103
    return guides


def _axis(columns: Columns, scale: Scale, interim: float | None, final: float | None) -> list[Line]:
    """Titles and round instants; beneath them the rule, with the 103 and the final head named on it."""
    head: list[Segment] = []
    for name, size, right in columns:
        head.append((pad(_TITLES[name], size, right=right) + " ", Style.DIM))
    blank: list[Segment] = [(" " * (sum(size for _, size, _ in columns) + len(columns)), Style.PLAIN)]
    unit, divisor = ("s", 1000.0) if scale.end >= 10_000 else ("ms", 1.0)
    labels, rule = [" "] * scale.width, ["─"] * scale.width
    free = 0
    ticks = scale.ticks()
    for index, at in enumerate(ticks):
        column = scale.column(at)
        text = f"{at / divisor:g}" + (f" {unit}" if index == len(ticks) - 1 else "")
        rule[column] = "┴"
        start = min(column, scale.width - len(text))
        if start >= free:
            labels[start : start + len(text)] = text
            free = start + len(text) + 1
    lines = [trimmed([*head, ("".join(labels), Style.DIM)])]
    named = [("103", interim, Style.HINT), ("final", final, Style.FINAL)]
    for marks in _placed([(name, at, style) for name, at, style in named if at is not None], scale):
        cells_of_rule: list[Segment] = [(glyph, Style.DIM) for glyph in rule]
        for start, text, style in marks:
            cells_of_rule[start : start + len(text)] = [(letter, style) for letter in text]
        lines.append(trimmed([*blank, *cells_of_rule]))
        rule = [" "] * scale.width
    return lines


def _placed(named: list[tuple[str, float, Style]], scale: Scale) -> list[list[tuple[int, str, Style]]]:
    """Where each mark's text starts: on one line with times, exact or whole, else without, else on a line each."""

    def text_at(name: str, at: float, time: str) -> tuple[int, str]:
        words = f"{name} {time}" if time else name
        column = scale.column(at)
        if column + len(words) + 2 <= scale.width:
            return column, f"▼ {words}"
        return column - len(words) - 1, f"{words} ▼"

    for said in (milliseconds, lambda at: f"{at:.0f} ms" if at < 9_999.5 else milliseconds(at), lambda at: ""):
        placed = [(*text_at(name, at, said(at)), style) for name, at, style in named]
        apart = all(a[0] + len(a[1]) < b[0] for a, b in pairwise(placed))
        if apart and all(start >= 0 for start, _, _ in placed):
            return [placed]
    return [[one] for one in placed]


def _row(row: Row, columns: Columns, scale: Scale, guides: dict[int, Segment]) -> Line:
    line: list[Segment] = []
    for name, size, right in columns:
        text = shorten(getattr(row, name), size)
        style = row.code_style if name == "code" else row.style if name in ("found", "what") else Style.DIM
        line += [(pad(text, size, right=right), style), (" ", Style.PLAIN)]
    bar = paint(row.spans, scale, group=row.group)
    for at, mark in row.marks:
        bar[scale.column(at)] = mark
    labels = row.labels
    if row.end > scale.end:
        cut = f" → {milliseconds(row.end)}"
        bar[-len(cut) :] = [(letter, Style.BAD) for letter in cut]
        labels = ()
    _write_labels(bar, labels)
    line += [cell or guides.get(column, (" ", Style.PLAIN)) for column, cell in enumerate(bar)]
    return trimmed(line)


def _write_labels(bar: list[Segment | None], labels: tuple[Segment, ...]) -> None:
    """Put the labels after the bar where they fit, else into the widest free space; what fits nowhere is left out
    (the summary says it too), but of a failure the ✗ stays."""
    short = tuple(("✗", style) for text, style in labels if text.startswith("✗"))
    if not _written(bar, labels):
        _written(bar, short)


def _written(bar: list[Segment | None], labels: tuple[Segment, ...]) -> bool:
    """Whether the labels fitted, with a space on the bar's side."""
    letters: list[Segment] = []
    for text, style in labels:
        letters += [(" ", Style.PLAIN)] if letters else []
        letters += [(letter, style) for letter in text]
    last = max((column for column, cell in enumerate(bar) if cell), default=-1)
    start = last + 2
    if start + len(letters) > len(bar):
        gap, length = _widest_gap(bar)
        if length < len(letters) + (2 if gap else 1):
            return False
        start = gap + (length - len(letters)) // 2 if gap else length - len(letters) - 1
    bar[start : start + len(letters)] = letters
    return True


def _widest_gap(bar: list[Segment | None]) -> tuple[int, int]:
    best, start = (0, 0), 0
    for column, cell in enumerate([*bar, ("", Style.PLAIN)]):
        if cell:
            if column - start > best[1]:
                best = (start, column - start)
            start = column + 1
    return best


def _legend(lines: list[Line], table: list[Row], interim: float | None, final: float | None, width: int) -> list[Line]:
    """What the glyphs that occur mean, in as few lines as fit."""
    styles = {style for line in lines for _, style in line}  # a phase's style is its own
    entries: list[Line] = [(one.segment, (f" {one.word}", Style.DIM)) for one in Phase if one.segment[1] in styles]
    if interim is not None:
        entries.append((_GUIDE_103, (" the 103", Style.DIM)))
    if any(glyph == "▽" for row in table for _, (glyph, _) in row.marks):
        entries.append((("▽", Style.DIM), (" not acted on", Style.DIM)))
    if final is not None:
        entries.append((_GUIDE_FINAL, (" final head", Style.DIM)))
    if any(glyph == "◆" for row in table for _, (glyph, _) in row.marks):
        entries.append((("◆", Style.HINT), (" asked for by the page", Style.DIM)))
    if any(style is Style.HINT for row in table for _, style in row.labels):
        entries.append((("−n ms", Style.HINT), (" head start over that", Style.DIM)))
    if any(row.source for row in table):
        said = ", ".join(sorted({row.source for row in table if row.source}))
        entries.append(((OBSERVED, Style.PLAIN), (f" {said}: seen in a browser", Style.DIM)))
    if any(row.group for row in table):
        entries.append((("+n", Style.STRONG), (" requests in one row; -v shows each", Style.DIM)))
    legend: list[list[Segment]] = [[]]
    used = 0
    for entry in entries:
        length = sum(cells(text) for text, _ in entry)
        if used and used + 2 + length > width:
            legend.append([])
            used = 0
        legend[-1] += [("  " if used else "", Style.PLAIN), *entry]
        used += length + (2 if used else 0)
    return [trimmed(line) for line in legend]
