"""How one figure spreads over several runs: the middle and both ends, never an average that one slow run moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """In the figure's own unit; ``count`` is how many runs had it."""

    median: float
    least: float
    most: float
    count: int


def spread(values: Iterable[float | None]) -> Spread | None:
    """Of the values that are known; None when none is."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Spread(round(median(known), 3), min(known), max(known), len(known))
