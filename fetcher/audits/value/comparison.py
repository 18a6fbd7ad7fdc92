"""Whether hints help, as measured: a comparison of the page with its hints against without, where one was given."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.compare.measured import Measured
from fetcher.analysis.compare.paired import FEWEST, Shift
from fetcher.audits.finding import Basis, Cost, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Unknown, rule
from fetcher.audits.telling import ms
from fetcher.audits.value.told import FAMILY


@rule(
    "hints-slow-the-page",
    title="Hints do not make the page slower",
    severity=Severity.ERROR,
    family=FAMILY,
    fix="Take hints out one after the other, the largest first, and compare again.",
    source="ours: Hodges-Lehmann shift of paired loads, its interval and Wilcoxon's test",
)
def hints_slow_the_page(page: Page) -> Iterator[Finding]:
    """Loads with the hints and loads without, in pairs, and the interval of the difference lies wholly above 0."""
    measured = _measured(page)
    slower = measured.slower
    if not slower:
        return
    name, shift = next((each for each in slower if each == measured.decisive), slower[0])
    others = [other for other, _ in slower if other != name]
    yield Finding(
        f"with its hints the page's {_titled(name)} came {_interval(shift)} later than without, in {shift.pairs} "
        f"pairs of loads by {measured.by}" + (f" (later too: {', '.join(map(_titled, others))})" if others else ""),
        subject=name,
        cost=Cost(round(shift.value or 0.0, 1), None, Basis.MEASURED),
    )


@rule(
    "hints-no-measured-gain",
    title="Hints are measured to help",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Measure more pairs, or hint what rendering waits for; where nothing is to be won, leave the 103 out.",
    source="ours: Hodges-Lehmann shift of paired loads, its interval and Wilcoxon's test",
)
def hints_no_measured_gain(page: Page) -> Iterator[Finding]:
    """Loads with the hints and loads without, in pairs, show no difference. That does not say there is none: what so
    many pairs would have shown four times in five is told."""
    measured = _measured(page)
    decisive = measured.decisive
    if decisive is None:
        raise Unknown("the comparison has no milestone that a visitor would notice")
    name, shift = decisive
    if shift.is_shown:
        return
    seen = ""
    if shift.detectable is not None:
        seen = f"; a difference of {ms(shift.detectable)} would have been seen four times in five"
    yield Finding(
        f"no difference shown in the page's {_titled(name)} with its hints and without: {_either_way(shift)} in "
        f"{shift.pairs} pairs of loads by {measured.by}{seen}",
        subject=name,
    )


_TITLES = {
    "render-start": "start of rendering",
    "dom-content-loaded": "DOMContentLoaded",
    "fcp": "first contentful paint",
    "lcp": "largest contentful paint",
    "hinted": "last hinted resource",
    "first-interim-response": "103",
    "final-response-headers": "final response",
}


def _titled(name: str) -> str:
    return _TITLES.get(name, name)


def _measured(page: Page) -> Measured:
    """The page's comparison; raises where there is none, or too little of it."""
    if page.comparison is None:
        raise NotApplicable("the page was not compared with and without its hints (fetcher compare does that)")
    known = [shift for _, shift in page.comparison.shifts if shift.low is not None]
    if not known:
        raise Unknown(f"the comparison has fewer than {FEWEST} pairs, too few to judge by")
    return page.comparison


def _interval(shift: Shift) -> str:
    """ "35 ms (95 % interval 28 to 41 ms)"."""
    value = f"{shift.value or 0.0:.0f} ms"
    if shift.low is None or shift.high is None:
        return value
    return f"{value} ({shift.confidence:.0%} interval {shift.low:.0f} to {shift.high:.0f} ms)".replace("%", " %")


def _either_way(shift: Shift) -> str:
    """ "+40 ms, later with its hints (95 % interval -3 to +87 ms)": what is not shown may lie on either side of 0."""
    value = round(shift.value or 0.0)
    way = ", later with its hints" if value > 0 else ", sooner with its hints" if value < 0 else ""
    told = f"{_signed(value)} ms{way}"
    if shift.low is None or shift.high is None:
        return told
    low, high = _signed(round(shift.low)), _signed(round(shift.high))
    return f"{told} ({shift.confidence * 100:.0f} % interval {low} to {high} ms)"


def _signed(value: int) -> str:
    return f"{value:+d}" if value else "0"
