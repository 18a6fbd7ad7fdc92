"""Load pages several times and judge them by the rules, or judge what was loaded before.

A live page is loaded whole, each time over fresh connections, one run after the other; a wall ends it, and only runs
that reached the page count. A saved record or a HAR is judged by the same rules, from the same facts. Rules that look
at other pages see those of a small audit, and of a large one those that differ in their query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fetcher.analysis.check.expectations import Expectations
from fetcher.analysis.check.survey import Run, RunOutcome, run_of
from fetcher.analysis.hints_in_chromium import hints_in_chromium
from fetcher.audits.auditing import audit_page
from fetcher.audits.page import Answers, Page
from fetcher.audits.result import AuditedPage, NamedLoad, PageOutcome, page_of
from fetcher.audits.rule import Rule
from fetcher.load import load_page
from fetcher.record.in_chromium import InChromium
from fetcher.record.observed import Observed
from fetcher.record.page_load import PageLoad
from fetcher.runs import probes
from fetcher.runs.check import PAUSE_MS, repeat
from fetcher.runs.inputs import is_url
from fetcher.runs.pace import Pace
from fetcher.terms import ProfileName
from fetcher.urls import parse

FEW = 20
"""Up to so many pages are judged beside each other and keep their loads; of more, each is judged at once."""


async def load_runs(
    url: str,
    *,
    runs: int = 5,
    pause: float = PAUSE_MS,
    browser: str = "chromium",
    expected: Expectations | None = None,
    on_run: Callable[[Run], None] | None = None,
    pace: Pace | None = None,
    **options: Any,
) -> list[Run]:
    """``runs`` loads of the whole page at ``pace``; ``options`` are ``load_page``'s, all else as
    ``runs.check.repeat`` has it."""
    text = expected.text if expected is not None else None
    kept = pace or Pace(None)

    def made(run: Run) -> None:
        kept.made(run.load)
        if on_run is not None:
            on_run(run)

    return await repeat(
        url, runs=runs, pause=pause, browser=browser, text=text, on_run=made, only_hints=False,
        turn=lambda: kept.turn(url), **options,
    )  # fmt: skip


async def load_probes(
    names: Iterable[probes.ProbeName],
    load: PageLoad,
    *,
    on_plan: Callable[[Sequence[probes.Plan]], None] | None = None,
    pace: Pace | None = None,
    **options: Any,
) -> Answers:
    """The probes called ``names`` of the page that ``load`` is a run of. ``on_plan`` is told all of them, with the
    number of their requests, before the first is made."""
    plans = [probes.plan(name, load) for name in names]
    if plans and on_plan is not None:
        on_plan(plans)
    kept = pace or Pace(None)

    async def paced(url: str, **given: Any) -> PageLoad:
        await kept.turn(url)
        made = await load_page(url, **given)
        kept.made(made)
        return made

    return await probes.make_all(plans, load=paced, **options)


def runs_of(loads: Iterable[PageLoad]) -> list[Run]:
    """Saved ``loads`` of one page as runs."""
    return [run_of(number, load, wants_text=_was_looked_for(load)) for number, load in enumerate(loads, 1)]


def _was_looked_for(load: PageLoad) -> bool:
    document = load.document_request
    return document is not None and document.has_text is not None


@dataclass(frozen=True, slots=True)
class Made:
    """What there is to judge of one page. ``source`` is the URL that was asked for, or the file it was read from;
    ``file`` and ``line`` are where a file names it; ``asked`` how many ``runs`` there should have been,
    ``observed`` what a browser was seen to request."""

    source: str
    runs: Sequence[Run]
    asked: int | None = None
    expected: Expectations = field(default_factory=Expectations)
    template: str | None = None
    file: str | None = None
    line: int | None = None
    answers: Answers = field(default_factory=Answers)
    observed: Observed | None = None

    @property
    def url(self) -> str:
        """What was asked for, of a file as its first load says."""
        first = next((run.load for run in self.runs if run.load is not None), None)
        return self.source if is_url(self.source) or first is None else first.url

    @property
    def loads(self) -> tuple[PageLoad, ...]:
        """Those that count."""
        return tuple(run.load for run in self.runs if run.outcome is RunOutcome.COUNTED and run.load is not None)


class Judging:
    """Pages as they are made, judged in groups: ``rules`` as ``profile`` sees them. ``urls`` are all that will be;
    ``keep_loads`` has results keep the loads of many pages too; ``on_rule`` hears of a page's URL and of each rule
    that it is about to be judged by."""

    def __init__(
        self,
        rules: Iterable[Rule],
        profile: ProfileName,
        urls: Sequence[str],
        *,
        keep_loads: bool = False,
        on_rule: Callable[[str, Rule], None] | None = None,
    ) -> None:
        self._rules = tuple(rules)
        self._on_rule = on_rule
        self._profile = profile
        self._few = len(urls) <= FEW
        self._keeps = keep_loads or self._few
        self._left = Counter(map(_path, urls))
        self._held: dict[str, list[tuple[int, Made]]] = {}
        self._judged: dict[int, AuditedPage] = {}
        self._count = 0

    def add(self, made: Made) -> None:
        """Judges ``made``, and what waited for it, where no page of the same path is to come."""
        seen = made.observed.in_chromium if made.observed is not None else None
        if seen is not None:
            made = replace(made, runs=[beside(run, seen) for run in made.runs])
        path = _path(made.url)
        self._held.setdefault(path, []).append((self._count, made))
        self._count += 1
        self._left[path] -= 1
        if not self._few and self._left[path] <= 0:
            self._judge(self._held.pop(path))

    def pages(self) -> tuple[AuditedPage, ...]:
        """All pages in the order in which they were made; what waits is judged now."""
        if self._few:
            self._judge([one for group in self._held.values() for one in group])
        else:
            for group in self._held.values():
                self._judge(group)
        self._held.clear()
        return tuple(self._judged[number] for number in sorted(self._judged))

    def _judge(self, group: Sequence[tuple[int, Made]]) -> None:
        pages = [(number, _page(made, self._profile)) for number, made in group]
        for (number, made), (_, page) in zip(group, pages, strict=True):
            if page is not None:
                page.siblings = [other for at, other in pages if at != number and other is not None]
            self._judged[number] = _judged(
                made, page, self._rules, self._profile, keep=self._keeps, on_rule=self._on_rule
            )


def beside(run: Run, seen: InChromium) -> Run:
    """``run`` whose record holds what a NetLog shows of the page's hints."""
    return run if run.load is None else replace(run, load=replace(run.load, in_chromium=seen))


def _path(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]


def _page(made: Made, profile: ProfileName) -> Page | None:
    """None where no run reached the page."""
    if not made.loads:
        return None
    answers = made.answers
    return Page(
        made.loads, profile, made.expected,
        probes=answers.probes, repeat=answers.repeat, comparison=answers.comparison,
        observed=made.observed is not None and made.observed.whole,
        seen_asking=made.observed.requests if made.observed is not None else (),
    )  # fmt: skip


def _judged(
    made: Made,
    page: Page | None,
    rules: Iterable[Rule],
    profile: ProfileName,
    *,
    keep: bool,
    on_rule: Callable[[str, Rule], None] | None,
) -> AuditedPage:
    left_out = [run for run in made.runs if run.outcome is not RunOutcome.COUNTED]
    why = left_out[0].why if left_out else None
    asked = made.asked if made.asked is not None else len(made.runs)
    if page is None:
        blocked = any(run.outcome is RunOutcome.BLOCKED for run in left_out)
        outcome = PageOutcome.BLOCKED if blocked else PageOutcome.FAILED
        return AuditedPage(
            _url_of(made), made.source, outcome, profile, 0, asked, why, made.template, made.file, made.line
        )  # fmt: skip
    found = page_of(audit_page(page, rules, on_rule=on_rule), made.source, asked=asked, why=why, template=made.template)
    shown = page.showing(lambda load: bool(load.hints)) or page.load
    found = replace(found, file=made.file, line=made.line, hints_in_chromium=hints_in_chromium(shown))
    if not keep:
        return found
    named = tuple(NamedLoad(probe.name, probe.load) for probe in made.answers.probes.values())
    return replace(
        found, loads=made.loads, probes=named, repeat=page.repeat, comparison=page.comparison, observed=made.observed
    )


def _url_of(made: Made) -> str:
    for run in made.runs:
        if run.load is not None:
            return run.load.final_url or run.load.url
    return parse(made.source).href
