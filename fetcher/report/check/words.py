"""How figures, rules and lists are written in every part of a check's block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.analysis.spreads import Spread
from fetcher.report.lines import UNBROKEN, Line, Style

MOST_LISTED = 12


def spread_words(value: Spread) -> str:
    """ "22 ms (20-25)"."""
    least, most = whole(value.least), whole(value.most)
    return f"{whole(value.median)} ms" + (f" ({least}-{most})" if value.count > 1 and least != most else "")


def whole(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def unbroken(rule: str) -> str:
    return rule.replace(" ", UNBROKEN)


def listed(entries: Sequence[list[Line]], most: int | None) -> Iterator[Line]:
    shown = entries if most is None or len(entries) <= most + 1 else entries[:most]
    for entry in shown:
        yield from entry
    if len(shown) < len(entries):
        yield ((f"  … and {len(entries) - len(shown)} more; -v shows all", Style.DIM),)
