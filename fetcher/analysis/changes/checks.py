"""Two saved checks: their pages as loads are compared, and what each check found wrong, new and gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fetcher.analysis.changes.loads import PageView, how, notes_of, of_page, same_pages
from fetcher.analysis.changes.values import Change, Difference, Side, Trend, What
from fetcher.analysis.check.judgement import Checked, CheckOutcome
from fetcher.record.page_load import PageLoad


def of_checks(before: Sequence[Checked], after: Sequence[Checked], sources: tuple[str, str]) -> Difference:
    """``sources`` are the files' names. A page's findings are compared where both checks judged it."""
    old, new = _loads(before), _loads(after)
    sides = [
        Side(source, how(loads), loads[0].started_at if loads else None)
        for source, loads in zip(sources, (old, new), strict=True)
    ]
    pages = []
    for was, now in same_pages(before, after, lambda one: one.url):  # a URL may have been checked twice
        page = of_page(_view(was), _view(now))
        if was is not None and now is not None and page.why is None:
            page = replace(page, changes=(*page.changes, *_findings(was, now)))
        pages.append(page)
    return Difference("check", sides[0], sides[1], tuple(pages), tuple(notes_of(old, new)))


def _loads(checks: Sequence[Checked]) -> list[PageLoad]:
    return [run.load for one in checks for run in one.runs if run.load is not None]


def _view(checked: Checked | None) -> PageView | None:
    return None if checked is None else PageView(checked.url, checked.runs)


def _findings(before: Checked, after: Checked) -> Iterator[Change]:
    """A finding is known by its words; the number of its hint may differ."""
    if before.outcome is not after.outcome:
        trend = {CheckOutcome.FINDINGS: Trend.WORSE, CheckOutcome.PASSED: Trend.BETTER}.get(after.outcome, Trend.OTHER)
        yield Change(What.PAGE, "outcome", before.outcome.value, after.outcome.value, "", trend)
    old, new = (_told(one) for one in (before, after))
    for (about, text), number in sorted((new - old).items()):
        for _ in range(number):
            yield Change(What.FINDING, about, None, text, "new", Trend.WORSE)
    for (about, text), number in sorted((old - new).items()):
        for _ in range(number):
            yield Change(What.FINDING, about, text, None, "fixed", Trend.BETTER)


def _told(checked: Checked) -> Counter[tuple[str, str]]:
    hints = {hint.number: hint.raw for hint in checked.survey.hints}
    return Counter((hints.get(one.hint or 0, "the page"), one.text) for one in checked.findings)
