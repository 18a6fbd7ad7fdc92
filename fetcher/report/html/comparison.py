"""A comparison as a section of the page: the answer, a row per figure, both arms as dots over one axis."""

from __future__ import annotations

from fetcher.analysis.compare.comparison import Comparison, Measure
from fetcher.record.redaction import redacted
from fetcher.report.comparison.words import (
    METHOD,
    beside,
    claim,
    detectable,
    difference,
    key,
    made,
    middle,
    named,
    probability,
    summary,
    title,
)
from fetcher.report.escape import safe_load
from fetcher.report.html.markup import table, text
from fetcher.report.lines import milliseconds, split

_PLOTTED = ("lcp", "fcp", "render-start", "dom-content-loaded", "load", "hinted")
MOST_DOTS = 500


def comparison_section(comparison: Comparison, *, redact: bool = True) -> str:
    """What ``comparison`` shows. Secrets are replaced unless ``redact`` is False."""
    shown = safe_load(redacted(comparison) if redact else comparison)
    home = split(shown.url)[0] or None
    short = named(shown)
    rows = [
        [
            text(title(one, home)), text(middle(one, one.first)), text(middle(one, one.second)),
            text(difference(one)), text(probability(one)), text(detectable(one)), _claim(one),
        ]
        for one in shown.measures
    ]  # fmt: skip
    head = ["figure", *map(text, short), "difference (95 % interval)", "p", "could be seen", "so"]
    # Of few pairs nothing can be claimed, which the summary says; columns of dashes would ask what they mean.
    told = [number for number in range(len(head)) if number < 4 or any(row[number] not in ("", "-") for row in rows)]
    head, rows = [head[number] for number in told], [[row[number] for number in told] for row in rows]
    plots = "".join(_plot(one, short) for name in _PLOTTED if (one := shown.of(name)))
    notes = "".join(f'<p class="hm">{text(note)}</p>' for note in shown.notes)
    drawn = any(load and not load.is_navigation_alone for pair in shown.pairs for load in (pair.first, pair.second))
    below = " The waterfalls below are those of one pair." if drawn else ""
    return (
        f'<h2 id="comparison">Comparison</h2><p><strong>{text(summary(shown))}</strong></p>'
        f"<p>{text(key(shown))}</p><p>{text(made(shown))}; loaded by {text(shown.by)}</p>{notes}"
        + table(head, rows, caption="Medians of both arms, and the shift of pairs")
        + f'<div class="plots" tabindex="0" role="region" aria-label="The loads of both arms">{plots}</div>'
        + "".join(
            f"<p>{text(name)}: {text(beside(arm, shown.counted))}</p>"
            for arm, name in zip(shown.arms, short, strict=True)
        )
        + f'<p class="dim">{text(METHOD)}{below}</p>'
    )


def _claim(measure: Measure) -> str:
    words = claim(measure)
    if not measure.shift.is_shown:
        return text(words)
    return f'<span class="{"yes" if (measure.shift.value or 0) < 0 else "no"}">{text(words)}</span>'


def _plot(measure: Measure, arms: tuple[str, str]) -> str:
    """Each load a dot, an arm a line of them; pairs are joined."""
    values = measure.values[:MOST_DOTS]
    every = [value for pair in values for value in pair]
    low, high = min(every), max(every)
    span = high - low or 1.0

    def x(value: float) -> float:
        return round(110 + (value - low) / span * 470, 1)

    joins = "".join(f'<line x1="{x(a):g}" y1="26" x2="{x(b):g}" y2="58"/>' for a, b in values)
    dots = "".join(f'<circle cx="{x(a):g}" cy="26" r="3"/>' for a, _ in values)
    dots += "".join(f'<circle class="b" cx="{x(b):g}" cy="58" r="3"/>' for _, b in values)
    name = text(title(measure, None))
    return (
        f'<svg class="dots" viewBox="0 0 600 84" width="600" height="84" role="img" aria-label="{name} of both arms">'
        f'<text x="0" y="12" class="s">{name}</text><text x="0" y="30">{text(arms[0])}</text>'
        f'<text x="0" y="62">{text(arms[1])}</text>{joins}{dots}'
        f'<text x="110" y="80">{text(milliseconds(low))}</text>'
        f'<text x="580" y="80" text-anchor="end">{text(milliseconds(high))}</text></svg>'
    )
