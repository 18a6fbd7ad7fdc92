"""Load a page several times and judge it by the rules, or judge what was loaded before.

A live page is loaded whole, each time over fresh connections, one run after the other; a wall ends it, and only runs
that reached the page count. A saved record or a HAR is judged by the same rules, from the same facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from fetcher.analysis.expectations import Expectations
from fetcher.analysis.survey import Run, RunOutcome, run_of
from fetcher.audits.auditing import audit_page
from fetcher.audits.page import Answers, Page
from fetcher.audits.result import AuditedPage, NamedLoad, PageOutcome, page_of
from fetcher.audits.rule import Rule
from fetcher.record.page_load import PageLoad
from fetcher.runs.check import PAUSE_MS, repeat
from fetcher.terms import ProfileName
from fetcher.urls import parse


async def load_runs(
    url: str,
    *,
    runs: int = 5,
    pause: float = PAUSE_MS,
    browser: str = "chromium",
    expected: Expectations | None = None,
    on_run: Callable[[Run], None] | None = None,
    **options: Any,
) -> list[Run]:
    """``runs`` loads of the whole page; ``options`` are ``load_page``'s, all else as ``runs.check.repeat`` has it."""
    text = expected.text if expected is not None else None
    return await repeat(
        url, runs=runs, pause=pause, browser=browser, text=text, on_run=on_run, only_hints=False, **options
    )


def runs_of(loads: Iterable[PageLoad]) -> list[Run]:
    """Saved ``loads`` of one page as runs."""
    return [run_of(number, load, wants_text=_was_looked_for(load)) for number, load in enumerate(loads, 1)]


def _was_looked_for(load: PageLoad) -> bool:
    document = load.document_request
    return document is not None and document.has_text is not None


def judged(
    source: str,
    made: Sequence[Run],
    *,
    rules: Iterable[Rule],
    profile: ProfileName,
    asked: int | None = None,
    expected: Expectations | None = None,
    template: str | None = None,
    file: str | None = None,
    line: int | None = None,
    answers: Answers | None = None,
) -> AuditedPage:
    """The page that ``made`` are runs of, judged by those that count. ``source`` is the URL that was asked for, or the
    file they were read from; ``file`` and ``line`` are where a file names the page, ``answers`` what
    probes of it brought."""
    loads = [run.load for run in made if run.outcome is RunOutcome.COUNTED and run.load is not None]
    left_out = [run for run in made if run.outcome is not RunOutcome.COUNTED]
    why = left_out[0].why if left_out else None
    wanted = asked if asked is not None else len(made)
    if not loads:
        blocked = any(run.outcome is RunOutcome.BLOCKED for run in left_out)
        outcome = PageOutcome.BLOCKED if blocked else PageOutcome.FAILED
        url = _url_of(source, made)
        return AuditedPage(url, source, outcome, profile, 0, wanted, why, template, file, line)
    extra = answers or Answers()
    page = Page(tuple(loads), profile, expected or Expectations(), probes=extra.probes, repeat=extra.repeat)
    found = page_of(
        audit_page(page, rules), source, asked=wanted, why=why, template=template, loads=loads,
        probes=[NamedLoad(probe.name, probe.load) for probe in extra.probes.values()], repeat=extra.repeat,
    )  # fmt: skip
    return replace(found, file=file, line=line)


def _url_of(source: str, made: Sequence[Run]) -> str:
    for run in made:
        if run.load is not None:
            return run.load.final_url or run.load.url
    return parse(source).href
