"""What ``fetcher audit`` does between its command line and its outputs: read or load each source, and judge it.

Pages are loaded one after the other, never two at a time: two would change what is measured, and a server has the pace
it was promised. What was made until an interruption is judged.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import fetcher
from fetcher.cli import options as o
from fetcher.cli.streams import run, tell
from fetcher.errors import FetcherError, Interrupted, UsageError

if TYPE_CHECKING:
    from fetcher.analysis import Expectations, Run
    from fetcher.analysis.compare.measured import Measured
    from fetcher.audits.page import Answers
    from fetcher.audits.result import AuditResult
    from fetcher.audits.rule import Rule
    from fetcher.cli.progress import Busy, Line
    from fetcher.record import PageLoad
    from fetcher.record.observed import Observed
    from fetcher.runs.audit import Judging
    from fetcher.runs.inputs import SavedPage
    from fetcher.runs.probes import Plan
    from fetcher.runs.targets import Target


OURS = ("budget", "expectations")
"""Families made of what a user asks for, by rules of ours."""


class Auditing:
    """The pages of one command: ``rules`` as ``browser`` sees them, each URL loaded ``runs`` times at ``rps`` requests
    a second with the ``live`` options of a load, then the ``probes``; ``comparisons`` are
    what was measured, by URL. ``quiet`` says nothing while it goes on.
    ``discoveries`` are files of what browsers requested: each page has that of its own URL, before what its target
    names and what a saved audit has.
    ``keep_loads``: the result has them however many pages there are."""

    def __init__(
        self,
        rules: tuple[Rule, ...],
        browser: str,
        runs: int,
        expected: Expectations,
        *,
        live: Mapping[str, Any],
        probes: Sequence[str] = (),
        rps: float | None = None,
        comparisons: Mapping[str, Measured] | None = None,
        progress: bool | None = None,
        quiet: bool = False,
        discoveries: Sequence[str] = (),
        keep_loads: bool = False,
    ) -> None:
        from fetcher.audits.auditing import profile_named
        from fetcher.record.observed import read_observed
        from fetcher.runs.pace import Pace
        from fetcher.runs.probes import named

        self.rules = rules
        self.browser = browser
        self.profile = profile_named(browser)
        self.runs = runs
        self.expected = expected
        self.live = live
        self.probes = named(probes)
        self.pace = Pace(rps)
        self.comparisons = comparisons or {}
        self.progress = progress
        self._line: Line | None = None
        self._at_work: Busy | None = None
        self.quiet = quiet
        self.keep_loads = keep_loads
        self.judging: Judging | None = None
        self._files: list[list[Observed]] = [read_observed(name) for name in discoveries]
        self.observed: list[Observed] = [page for pages in self._files for page in pages]
        self._taken: set[int] = set()

    def all(self, files: Sequence[str], targets: Sequence[Target], asked: Mapping[str, Any]) -> FetcherError | None:
        """Judge each file's pages, then each target, whose options are ``asked`` for besides its own. What cannot be
        asked for is raised before anything is loaded; a failure that is not one page's own ends it and is given back.
        """
        from fetcher.report.escape import safe
        from fetcher.runs.audit import Judging, Made, runs_of
        from fetcher.runs.inputs import read_pages

        if targets:
            from fetcher.browser.profiles import profile

            profile(self.browser)
        ready = [(target, self._options(target, asked)) for target in targets]
        own = [_own_discoveries(target) for target in targets]
        saved: list[tuple[str, SavedPage]] = []
        for name in files:
            with self._busy(f"reading {safe(name)}"):
                saved += [(name, page) for page in read_pages(name)]
        urls = [*(page.loads[0].url for _, page in saved), *(target.url for target in targets)]
        self.judging = Judging(self.rules, self.profile, urls, keep_loads=self.keep_loads, on_rule=self._judges)
        with self._busy("judging what was read") as self._at_work:
            for name, page in saved:
                self.judging.add(
                    Made(
                        name, runs_of(page.loads), expected=self.expected, template=page.template, file=name,
                        answers=self._with_comparison(page.loads[0].url, page.answers),
                        observed=self.seen(*page.loads) or page.observed,
                    )
                )  # fmt: skip
        for number, (target, options) in enumerate(ready):
            about = f"page {number + 1} of {len(ready)}: " if len(ready) > 1 else ""
            try:
                self._one(target, options, about, own[number])
            except UsageError:
                raise
            except FetcherError as error:
                return error
            except KeyboardInterrupt:  # between two pages: what was made before it is judged all the same
                return Interrupted("interrupted")
        return None

    def _busy(self, doing: str) -> Busy:
        """Says now and then, for a ``with``, that this command works and waits for nobody."""
        from fetcher.cli.progress import Busy

        return Busy(self._shown(), doing)

    def _shown(self) -> Line | None:
        """Where it is said what goes on; one line for the whole command."""
        if self.progress is None:
            return None
        from fetcher.cli.progress import line_on

        self._line = self._line or line_on(sys.stderr, moving=self.progress)
        return self._line

    def _judges(self, url: str, rule: Rule) -> None:
        if self._at_work is not None:
            from fetcher.record.redaction import redact_text
            from fetcher.report.escape import safe, shorten

            self._at_work.doing = f"judging {shorten(safe(redact_text(url)), 50)} by {safe(rule.id)}"

    def _with_comparison(self, url: str, answers: Answers) -> Answers:
        """``answers`` with what was measured of the page, unless they hold that already."""
        return answers if answers.comparison is not None else replace(answers, comparison=self.comparisons.get(url))

    def _options(self, target: Target, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Of ``load_page``, and what a target says itself over what the command says."""
        own = dict(asked)
        if target.device is not None:
            own["device"] = o.Devices(target.device)
        options = {**self.live, **o.page_options(target.url, **own)}
        if target.headers:
            fields = o.header_fields(target.headers)
            given = {name for name, _ in fields}
            options["headers"] = (*(one for one in options["headers"] if one[0] not in given), *fields)
        return options

    def _one(self, target: Target, options: dict[str, Any], about: str, own: Observed | None) -> None:
        from fetcher.audits.page import Answers
        from fetcher.runs.audit import Made

        expected = target.expected or self.expected
        done: list[Run] = []
        answers: list[Answers] = []
        try:
            run(self._load(target, expected, done, answers, options, about), target.url)
        finally:
            if done and self.judging is not None:
                self.judging.add(
                    Made(
                        target.url, done, self.runs, expected, target.template, target.file, target.line,
                        self._with_comparison(target.url, answers[0] if answers else Answers()),
                        self.seen(*(made.load for made in done if made.load is not None)) or own,
                    )
                )  # fmt: skip

    async def _load(
        self,
        target: Target,
        expected: Expectations,
        done: list[Run],
        answers: list[Answers],
        options: dict[str, Any],
        about: str,
    ) -> None:
        from fetcher.analysis.check.survey import RunOutcome
        from fetcher.runs.audit import load_probes, load_runs

        shown = None
        line = self._shown()
        if line is not None:
            from fetcher.cli.progress import Runs

            shown = Runs(line, f"{about}{target.url}", self.runs)
            shown.tick()

        def on_run(made: Run) -> None:
            done.append(made)
            if shown is not None:
                shown.over()

        try:
            await load_runs(
                target.url, runs=self.runs, browser=self.browser, expected=expected, on_run=on_run, pace=self.pace,
                **options,
            )  # fmt: skip
        finally:
            if shown is not None:
                shown.wipe()
        reached = next((made.load for made in done if made.outcome is RunOutcome.COUNTED), None)
        walled = any(made.outcome is RunOutcome.BLOCKED for made in done)  # asking again is no way to learn more
        if self.probes and reached is not None and not walled:
            own = {name: value for name, value in options.items() if name != "pause"}
            made = await load_probes(
                self.probes, reached, on_plan=lambda plans: self._say_plans(target.url, plans), pace=self.pace,
                browser=self.browser, find_text=expected.text, **own,
            )  # fmt: skip
            answers.append(made)

    def _say_plans(self, url: str, plans: Sequence[Plan]) -> None:
        if self.quiet:
            return
        tell(f"probes of {url}")
        for planned in plans:
            print(f"  {planned}", file=sys.stderr, flush=True)

    def seen(self, *loads: PageLoad) -> Observed | None:
        """What a browser was seen to request of the page that ``loads`` are of, by the --discoveries."""
        from fetcher.record.observed import all_for_page, for_page

        urls = [url for load in loads for url in (load.final_url, load.url)]
        found = all_for_page(self.observed, *urls)
        self._taken.update(map(id, found))
        return for_page(found, *urls)

    def unmatched(self) -> list[str]:
        """A sentence for each page of --discoveries that nothing was judged by; a NetLog of which one was may tell of
        whatever else its browser did."""
        return [
            f"--discoveries tell of {page.final_url}, which is no page of this audit"
            for pages in self._files
            if all(page.in_chromium is None for page in pages) or not any(id(page) in self._taken for page in pages)
            for page in pages
            if id(page) not in self._taken
        ]

    def result(self, fail_on: str) -> AuditResult:
        """What was made until now, judged."""
        from fetcher.audits.catalogue import built_in
        from fetcher.audits.result import AuditResult, texts

        with self._busy("judging") as self._at_work:
            pages = self.judging.pages() if self.judging is not None else ()
        ours = (*built_in(), *(rule for rule in self.rules if rule.family in OURS))
        return AuditResult(fetcher.__version__, fail_on, texts(self.rules, ours), pages)


def expectations(
    hints: int | None, globs: list[str] | None, delivery: str | None, text: str | None, status: int | None = None
) -> Expectations:
    from fetcher.analysis.check.expectations import Expectations, parse_share

    return Expectations(hints, tuple(globs or ()), None if delivery is None else parse_share(delivery), text, status)


def _own_discoveries(target: Target) -> Observed | None:
    """What the files that ``target`` names tell of it. Raises UsageError where they tell of other pages."""
    from fetcher.record.observed import for_page, read_observed

    pages = [page for name in target.discoveries for page in read_observed(name)]
    found = for_page(pages, target.url)
    if pages and found is None:
        where = f"{target.file}, line {target.line}" if target.line is not None else target.file
        raise UsageError(
            f"{where}: discoveries of {target.url} tell of another page, {pages[0].final_url}; write them anew with "
            "fetcher discover"
        )
    return found
