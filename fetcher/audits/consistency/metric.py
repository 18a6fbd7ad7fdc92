"""Figures from the field: which of the two clocks a TTFB is read from."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.links import early_hints_of
from fetcher.audits.consistency.final_link import FAMILY
from fetcher.audits.finding import Cost, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.record.page_load import PageLoad
from fetcher.terms import ProfileName

GOOD_MS = 800.0
POOR_MS = 1800.0
"""web.dev's thresholds of time to first byte."""


@rule(
    "ttfb-metric-skew",
    title="Time to first byte says the same with and without the 103",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Watch finalResponseHeadersStart beside responseStart; the 103 makes the page no sooner ready by itself.",
    source="w3c/navigation-timing#181; w3c/resource-timing#345; web.dev, Time to First Byte; EH 1.11",
)
def ttfb_metric_skew(page: Page) -> Iterator[Finding]:
    """Since Chrome 133 responseStart is the 103's where one came. Where that moves the page from one rating to a better
    one while the response itself is as slow as before, dashboards tell of a gain that visitors do not have."""
    firsts, finals = page.median(_first), page.median(_final)
    if not any(early_hints_of(load) for load in page.judged):
        raise NotApplicable(page.nothing_came)
    if firsts is None or finals is None:
        raise NotApplicable("the record does not say when the 103 and the final response came")
    if _rating(firsts) == _rating(finals):
        return
    yield Finding(
        f"responseStart is the 103's, {firsts:.0f} ms ({_rating(firsts)}), and the response itself begins at "
        f"{finals:.0f} ms ({_rating(finals)}): a TTFB read from it looks {finals - firsts:.0f} ms better than it is",
        subject="TTFB",
        browsers=(
            (ProfileName.CHROMIUM, "responseStart is the 103's since 133; from 115 to 132 it was the document's"),
        ),
        cost=Cost(ms=round(finals - firsts, 3)),
        seen=page.seen(_differs),
        runs=page.runs,
    )


def _first(load: PageLoad) -> float | None:
    heads = early_hints_of(load)
    return heads[0].at if heads else None


def _final(load: PageLoad) -> float | None:
    return load.final_response_headers_start if early_hints_of(load) else None


def _differs(load: PageLoad) -> bool:
    first, final = _first(load), _final(load)
    return first is not None and final is not None and _rating(first) != _rating(final)


def _rating(ms: float) -> str:
    if ms <= GOOD_MS:
        return "good"
    return "needs improvement" if ms <= POOR_MS else "poor"
