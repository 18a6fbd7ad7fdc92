"""What differs between two saved results of a page, as before and after a deployment: pure, values in and values out.

``of_loads`` takes the runs of both sides, ``of_checks`` two checks, ``of_comparisons`` two comparisons; audits have
theirs in ``audits.changes``. What was not measured against each other is set side by side and never called slower or
faster. May import what ``analysis`` may.
"""

from fetcher.analysis.changes.checks import of_checks
from fetcher.analysis.changes.comparisons import of_comparisons
from fetcher.analysis.changes.loads import of_loads
from fetcher.analysis.changes.values import (
    Change,
    Difference,
    Effect,
    Figure,
    PageDifference,
    Side,
    Trend,
    What,
)

__all__ = [
    "Change",
    "Difference",
    "Effect",
    "Figure",
    "PageDifference",
    "Side",
    "Trend",
    "What",
    "of_checks",
    "of_comparisons",
    "of_loads",
]
