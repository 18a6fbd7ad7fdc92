"""Two saved audits: findings new, fixed and known of each page, and what its loads differ in.

A finding is known again as a baseline knows it: by its rule and what it is about, content hashes left out. What the
later audit did not decide (a page that was blocked, a rule left out, unknown or crashed) is not fixed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fetcher.analysis.changes.loads import PageView, how, notes_of, of_page, same_pages
from fetcher.analysis.changes.values import Change, Difference, PageDifference, Side, Trend, What
from fetcher.analysis.check.survey import run_of
from fetcher.audits.baseline import DECIDED
from fetcher.audits.finding import Severity, stable
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, Reported, severity_of
from fetcher.record.page_load import PageLoad


def of_audits(before: AuditResult, after: AuditResult, sources: tuple[str, str]) -> Difference:
    """``sources`` are the files' names. A new note is not worse; a new warning and a new error are."""
    loads = _loads(before), _loads(after)
    sides = [
        Side(source, _how(result, own), own[0].started_at if own else None)
        for source, result, own in zip(sources, (before, after), loads, strict=True)
    ]
    pairs = same_pages(before.pages, after.pages, lambda page: page.url)
    return Difference("audit", sides[0], sides[1], tuple(_page(*pair) for pair in pairs), tuple(notes_of(*loads)))


def _loads(result: AuditResult) -> list[PageLoad]:
    return [load for page in result.pages for load in page.loads]


def _how(result: AuditResult, loads: Sequence[PageLoad]) -> str:
    pages = len(result.pages)
    text = f"{pages} page{'' if pages == 1 else 's'}, fetcher {result.version}"
    return f"{text}, {how(loads)}" if loads else text


def _page(old: AuditedPage | None, new: AuditedPage | None) -> PageDifference:
    if old is None or new is None:
        return of_page(_view(old), _view(new))
    why = "; ".join(
        f"{side}: {page.outcome.value}: {page.why or 'no run was made'}"
        for side, page in (("before", old), ("after", new))
        if page.outcome is not PageOutcome.JUDGED
    )
    runs = old.runs, new.runs
    if why:
        return PageDifference(old.url, new.url, runs, why)
    made = of_page(_view(old), _view(new)) if old.loads and new.loads else PageDifference(old.url, new.url, runs)
    notes = list(made.notes)
    if not (old.loads and new.loads):
        notes.append("an audit of many pages keeps no loads: of this page the findings alone are compared")
    changes, known = _findings(old, new)
    if known:
        notes.append(f"{known} finding{'' if known == 1 else 's'} of before still there")
    return replace(made, changes=(*changes, *made.changes), notes=tuple(notes), runs=runs)


def _view(page: AuditedPage | None) -> PageView | None:
    if page is None:
        return None
    return PageView(page.url, tuple(run_of(number, load) for number, load in enumerate(page.loads, 1)))


def _findings(old: AuditedPage, new: AuditedPage) -> tuple[list[Change], int]:
    """What is new and what is fixed, and how many findings stay."""
    waiting: defaultdict[tuple[str, str], list[Reported]] = defaultdict(list)
    for one in old.reported:
        waiting[_identity(one)].append(one)
    fresh, known = [], 0
    for one in new.reported:
        same = waiting[_identity(one)]
        if same:
            same.pop(0)
            known += 1
        else:
            fresh.append(_change(one, is_new=True))
    decided = {result.rule for result in new.of(*DECIDED)}
    gone = [one for left in waiting.values() for one in left]
    return fresh + list(_gone(gone, decided)), known


def _gone(left: Sequence[Reported], decided: set[str]) -> Iterator[Change]:
    for one in left:
        if one.finding.rule in decided:
            yield _change(one, is_new=False)


def _identity(one: Reported) -> tuple[str, str]:
    return one.finding.rule, stable(one.finding.subject or one.finding.url or "")


def _change(one: Reported, *, is_new: bool) -> Change:
    severity, message = severity_of(one), one.finding.message
    counts = severity is not Severity.NOTE
    trend = (Trend.WORSE if is_new else Trend.BETTER) if counts else Trend.OTHER
    before, after = (None, message) if is_new else (message, None)
    return Change(What.FINDING, one.finding.rule, before, after, severity.value, trend)
