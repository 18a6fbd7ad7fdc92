"""The waterfall of one load as a static SVG: for a README, a wiki, a slide. No script, no font of its own, no network.

The same rows as on the terminal (many are gathered), the same phases and marks; both first-byte clocks run through as
guides. Light or dark by the reader's preference. Every text is escaped; the same record gives the same picture.
"""

from __future__ import annotations

from fetcher.record.page_load import PageLoad
from fetcher.record.redaction import redacted
from fetcher.report.bars import Phase, Scale, Span
from fetcher.report.escape import safe_load, shorten
from fetcher.report.html.markup import text
from fetcher.report.lines import Style, milliseconds
from fetcher.report.rows import Row, label_place, marked_interim, rows, short_found
from fetcher.report.summary import headline

WIDTH = 1_000
_ROW, _TOP, _LEFT, _RIGHT = 20, 96, 356, 20
_BAR = WIDTH - _LEFT - _RIGHT
_LEGEND = 18

_CLASSES = {
    Phase.QUEUED: "q", Phase.LOOKUP: "l", Phase.CONNECT: "k", Phase.TLS: "t", Phase.WAITING: "w", Phase.RECEIVING: "x",
    Phase.CACHE: "y",
}  # fmt: skip

_STYLE = (
    "text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1b1f24}.d{fill:#57606a}.s{font-weight:600}"
    ".u{fill:#b04d00}.b{fill:#b3261e}.o{fill:#8a5a00}.bg{fill:#fff}.r{stroke:#d0d7de}.q{fill:#c9cfd6}.l{fill:#1a8f8a}"
    ".k{fill:#c77700}.t{fill:#8250b4}.w{fill:#9cc3ea}.x{fill:#2f6fb5}.y{fill:#6a737d}"
    ".h .w{fill:#f2c08a}.h .x{fill:#b04d00}.n .w,.n .x{fill:#b3261e}"
    ".i{stroke:#b04d00;stroke-width:1.5}.f{stroke:#1b1f24;stroke-width:1.5}"
    ".m{fill:#b04d00}.c{fill:#1b1f24}"
    "@media(prefers-color-scheme:dark){text{fill:#e6e9ed}.d{fill:#9aa5b1}.u,.m{fill:#ff9d45}.b{fill:#ff8f87}"
    ".o{fill:#e3b341}.bg{fill:#0f1419}.r{stroke:#343c46}.q{fill:#4a5561}.l{fill:#3cb8b2}.k{fill:#e0a13c}"
    ".t{fill:#b48be0}.w{fill:#31557c}.x{fill:#69a7ea}.h .w{fill:#7a4d1c}.h .x{fill:#ff9d45}.n .w,.n .x{fill:#ff8f87}"
    ".i{stroke:#ff9d45}.f{stroke:#e6e9ed}.c{fill:#e6e9ed}}"
)
_TONES = {
    Style.HINT: "u", Style.BAD: "b", Style.WARNING: "o", Style.DIM: "d", Style.STRONG: "s", Style.PLAIN: "",
}  # fmt: skip


def svg(load: PageLoad, *, all_rows: bool = False, redact: bool = True) -> str:
    """The picture as text, ending in a newline. Secrets are replaced unless ``redact`` is False."""
    load = safe_load(redacted(load) if redact else load)
    table = rows(load, all_rows=all_rows)
    scale = Scale(max([row.end for row in table] + [0.001]), _BAR)
    bottom = _TOP + _ROW * max(len(table), 1) + 8
    legend, lines = _legend(load, table, bottom)
    height = bottom + _LEGEND * lines + 8
    words = [" ".join(segment for segment, _ in line) for line in headline(load, width=140)]
    title = words[0] if words else load.url
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="t d"><title id="t">Waterfall of {text(title)}</title>'
        f'<desc id="d">{text(". ".join(words[1:]))}</desc><style>{_STYLE}</style>',
        f'<rect class="bg" width="{WIDTH}" height="{height}" rx="6"/>',
        _text(14, 22, shorten(title, 120), "s"),
        *(_text(14, 40 + 16 * number, shorten(line, 140), "d") for number, line in enumerate(words[1:3])),
        *_axis(scale, bottom),
        *(_row(row, number, scale) for number, row in enumerate(table)),
        *_guides(load, scale, bottom),
        *legend,
    ]
    return "".join(parts) + "</svg>\n"


def _x(scale: Scale, at: float) -> float:
    return round(_LEFT + max(0.0, min(at, scale.end)) / scale.end * _BAR, 1)


def _text(x: float, y: float, words: str, classes: str = "", *, end: bool = False) -> str:
    named = f' class="{classes}"' if classes else ""
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x:g}" y="{y:g}"{named}{anchor}>{text(words)}</text>'


def _axis(scale: Scale, bottom: int) -> list[str]:
    parts = []
    for at in scale.ticks()[:: max(1, len(scale.ticks()) // 8)]:
        x = _x(scale, at)
        label = f"{at / 1000:g} s" if scale.end >= 10_000 else f"{at:g}"
        parts.append(f'<line class="r" x1="{x:g}" x2="{x:g}" y1="{_TOP - 4}" y2="{bottom}"/>')
        parts.append(_text(x, _TOP - 8, label, "d"))
    return parts


def _guides(load: PageLoad, scale: Scale, bottom: int) -> list[str]:
    """The 103 and the final head, named above the axis."""
    marked = marked_interim(load)
    hop = load.requests[load.navigations[-1]] if load.navigations else None
    final = hop.times.final_response_headers_start if hop is not None else None
    named = [("i", "u", "103", marked.at if marked is not None else None), ("f", "s", "final head", final)]
    parts = []
    for kind, tone, label, at in named:
        if at is None:
            continue
        x = _x(scale, at)
        late = x > WIDTH - 170
        parts.append(f'<line class="{kind}" x1="{x:g}" x2="{x:g}" y1="{_TOP - 22}" y2="{bottom}"/>')
        parts.append(_text(x + (-5 if late else 5), _TOP - 24, f"{label} {milliseconds(at)}", tone, end=late))
    return parts


def _row(row: Row, number: int, scale: Scale) -> str:
    y = _TOP + _ROW * number
    kind = "n" if row.failed else "h" if row.style is Style.HINT else ""
    bars = "".join(_bar(span, y, scale) for span in row.spans)
    marks = "".join(_mark(_x(scale, at), y, glyph) for at, (glyph, _) in row.marks)
    label = " ".join([*(words for words, _ in row.labels), *([row.source] if row.source else [])])
    tone = _TONES.get(row.labels[0][1], "d") if row.labels else "d" if row.source else ""
    place, left_of = label_place(row, scale.end)
    at = _x(scale, place) + (-7 if left_of else 7)
    return (
        f'<g class="{kind}">'
        + _text(34, y + 14, row.number, "d", end=True)
        + _text(40, y + 14, short_found(row), "u" if kind == "h" else "d")
        + _text(78, y + 14, shorten(row.what, 34), _TONES.get(row.style, ""))
        + _text(_LEFT - 8, y + 14, row.code, "b" if row.code_style is Style.BAD else "d", end=True)
        + bars
        + marks
        + (_text(at, y + 14, label, tone, end=left_of) if label else "")
        + "</g>"
    )


def _legend(load: PageLoad, table: list[Row], top: int) -> tuple[list[str], int]:
    """What the marks and colours that occur mean, and how many lines that takes."""
    phases = {span.phase for row in table for span in row.spans if span.end > span.start or span.phase in _POINTS}
    swatches = [(_CLASSES[phase], phase.word) for phase in Phase if phase in phases]
    glyphs = {glyph for row in table for _, (glyph, _) in row.marks}
    entries: list[tuple[str, str, str]] = [("rect", kind, word) for kind, word in swatches]
    if any(row.style is Style.HINT for row in table):
        entries.append(("rect", "hint", "of a hint of the 103"))
    entries += [("▼", "", "an interim response came")] if glyphs & {"▼", "▽"} else []
    entries += [("◆", "", "the page itself asked for it")] if "◆" in glyphs else []
    if any(style is Style.HINT for row in table for _, style in row.labels):
        entries.append(("−n ms", "", "the hint's head start over that"))
    if any(row.group for row in table):
        entries.append(("+n", "", "requests in one row"))
    parts, x, line = [], 14.0, 0
    for mark, kind, word in entries:
        lead = 18.0 if mark in ("rect", "▼", "◆") else 7.0 * len(mark) + 10
        wide = lead + 6.2 * len(word) + 16
        if x + wide > WIDTH - 14 and x > 14:
            x, line = 14.0, line + 1
        parts.append(_legend_entry(mark, kind, word, x, lead, top + _LEGEND * line))
        x += wide
    return parts, line + 1 if entries else 0


_POINTS = (Phase.RECEIVING, Phase.CACHE)
"""Phases that show however short they are."""


def _legend_entry(mark: str, kind: str, word: str, x: float, lead: float, y: int) -> str:
    shown = _text(x, y + 14, mark, "u") if mark not in ("rect", "▼", "◆") else ""
    if mark in ("▼", "◆"):
        shown = _mark(x + 6, y - 1, mark)
    elif mark == "rect" and kind == "hint":
        shown = f'<g class="h">{_swatch("w", x, y, 7)}{_swatch("x", x + 7, y, 5)}</g>'
    elif mark == "rect":
        shown = _swatch(kind, x, y, 12)
    return shown + _text(x + lead, y + 14, word, "d")


def _swatch(kind: str, x: float, y: int, wide: int) -> str:
    top, tall = (y + 9, 2) if kind == "q" else (y + 4, 12)
    return f'<rect class="{kind}" x="{x:g}" y="{top}" width="{wide}" height="{tall}"/>'


def _bar(span: Span, y: int, scale: Scale) -> str:
    x, end = _x(scale, span.start), _x(scale, span.end)
    if span.phase is Phase.QUEUED:
        return f'<rect class="q" x="{x:g}" y="{y + 9}" width="{end - x:.1f}" height="2"/>' if end > x else ""
    least = 1.5 if span.phase in _POINTS else 0.0
    wide = max(end - x, least)
    return (
        f'<rect class="{_CLASSES[span.phase]}" x="{x:g}" y="{y + 4}" width="{wide:.1f}" height="12"/>' if wide else ""
    )


def _mark(x: float, y: int, glyph: str) -> str:
    if glyph == "◆":
        return f'<path class="c" d="M{x:g} {y + 5}l5 5-5 5-5-5z"/>'
    return f'<path class="m" d="M{x - 5:g} {y + 2}h10l-5 8z"/>'
