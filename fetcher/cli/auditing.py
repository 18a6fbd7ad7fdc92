"""What ``fetcher audit`` does between its command line and its outputs: judge each source, keep the baseline.

Files are read and pages are loaded one after the other; what was judged until an interruption is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fetcher
from fetcher.cli import options as o
from fetcher.cli.streams import check_writable, run, write_text
from fetcher.errors import FetcherError, UsageError

if TYPE_CHECKING:
    from fetcher.analysis import Expectations, Run
    from fetcher.audits.baseline import Baseline
    from fetcher.audits.page import Answers
    from fetcher.audits.result import AuditedPage, AuditResult
    from fetcher.audits.rule import Rule


class Auditing:
    """The sources one after the other; ``pages`` holds what was judged, also of a page that was interrupted."""

    def __init__(
        self,
        rules: tuple[Rule, ...],
        browser: str,
        runs: int,
        expected: Expectations,
        *,
        probes: Sequence[str] = (),
        progress: bool,
        quiet: bool = False,
    ) -> None:
        from fetcher.audits.auditing import profile_named
        from fetcher.runs.probes import named

        self.rules = rules
        self.browser = browser
        self.profile = profile_named(browser)
        self.runs = runs
        self.expected = expected
        self.probes = named(probes)
        self.progress = progress
        self.quiet = quiet
        self.pages: list[AuditedPage] = []

    def all(self, sources: Sequence[str], live: dict[str, Any], asked: dict[str, Any]) -> FetcherError | None:
        """Judge each source. What cannot be asked for at all is raised before anything is loaded or once it is met;
        another failure, such as an interruption, ends it and is given back."""
        from fetcher.runs.inputs import is_url

        if any(is_url(one) for one in sources):
            from fetcher.browser.profiles import profile

            profile(self.browser)
        ready = [(one, o.page_options(one, **asked) if is_url(one) else None) for one in sources]
        for source, options in ready:
            try:
                if options is None:
                    self._file(source)
                else:
                    self._url(source, {**live, **options})
            except UsageError:
                raise
            except FetcherError as error:
                return error
        return None

    def _file(self, name: str) -> None:
        from fetcher.runs.audit import judged, runs_of
        from fetcher.runs.inputs import read_pages

        for page in read_pages(name):
            made = runs_of(page.loads)
            self.pages.append(
                judged(
                    name, made, rules=self.rules, profile=self.profile, expected=self.expected, file=name,
                    answers=page.answers,
                )
            )  # fmt: skip

    def _url(self, url: str, options: dict[str, Any]) -> None:
        from fetcher.runs.audit import judged
        from fetcher.urls import parse

        place = parse(url).href
        done: list[Run] = []
        answers: Answers | None = None
        try:
            run(self._load(url, done, options), place)
            if self.probes:
                answers = self._probe(place, done, options)
        finally:
            if done:
                page = judged(
                    url, done, rules=self.rules, profile=self.profile, asked=self.runs, expected=self.expected,
                    answers=answers,
                )  # fmt: skip
                self.pages.append(page)

    def _probe(self, place: str, done: Sequence[Run], options: dict[str, Any]) -> Answers | None:
        """The probes of a page that could be loaded, after saying how many requests they are; None of one that a wall
        stands in front of: asking it again would be no way to learn more."""
        from fetcher.analysis import RunOutcome
        from fetcher.runs.probes import make_all, plan

        load = next((one.load for one in done if one.outcome is RunOutcome.COUNTED), None)
        if load is None or any(one.outcome is RunOutcome.BLOCKED for one in done):
            return None
        plans = [plan(name, load) for name in self.probes]
        if not self.quiet:
            from fetcher.report.escape import safe

            print(f"fetcher: probes of {safe(place)}", file=sys.stderr)
            for planned in plans:
                print(f"  {planned}", file=sys.stderr)
        asked = {name: value for name, value in options.items() if name != "pause"}
        answers: list[Answers] = []

        async def make() -> None:
            answers.append(await make_all(plans, browser=self.browser, find_text=self.expected.text, **asked))

        run(make(), place)
        return answers[0]

    async def _load(self, url: str, done: list[Run], options: dict[str, Any]) -> None:
        from fetcher.runs.audit import load_runs

        shown = None
        if self.progress:
            from fetcher.cli.progress import Runs

            shown = Runs(sys.stderr, url, self.runs)
            shown.tick()

        def on_run(made: Run) -> None:
            done.append(made)
            if shown is not None:
                shown.over()

        try:
            await load_runs(
                url, runs=self.runs, browser=self.browser, expected=self.expected, on_run=on_run, **options
            )  # fmt: skip
        finally:
            if shown is not None:
                shown.wipe()

    def result(self, fail_on: str) -> AuditResult:
        from fetcher.audits.catalogue import built_in
        from fetcher.audits.result import AuditResult, texts

        return AuditResult(fetcher.__version__, fail_on, texts(self.rules, built_in()), tuple(self.pages))


class Kept:
    """The --baseline file: read before anything is loaded, compared with, and renewed where that was asked for."""

    def __init__(self, name: str | None, *, write: bool) -> None:
        from fetcher.audits import baseline

        if write and name is None:
            raise UsageError("--write-baseline needs a file to write: --baseline FILE")
        self.name = name
        self.write = write
        self.old: Baseline | None = None
        if name is None:
            return
        check_writable(name if write else None)
        try:
            self.old = baseline.loads(Path(name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            if not write:
                raise UsageError(f"--baseline {name}: there is no such file; --write-baseline makes it") from None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--baseline {name}: the file cannot be read: {error}") from error
        except FetcherError as error:
            raise UsageError(f"--baseline {name}: {error}") from error

    def compared(self, result: AuditResult) -> AuditResult:
        """Against what the file knew; against itself where it is written, so that nothing is new."""
        from fetcher.audits import baseline

        known = baseline.renewed(result, self.old) if self.write else self.old
        if known is None:
            return result
        found = baseline.compared(result, known)
        return replace(found, fixed=baseline.compared(result, self.old).fixed) if self.write and self.old else found

    def written(self, result: AuditResult, *, quiet: bool) -> None:
        if not self.write or self.name is None:
            return
        from fetcher.audits import baseline
        from fetcher.report.escape import safe

        new = baseline.renewed(result, self.old)
        if new is None:
            print(f"fetcher: no page was judged, so {safe(self.name)} is left as it was", file=sys.stderr)
            return
        write_text(baseline.dumps(new), self.name)
        if not quiet:
            known = sum(entry.count for entry in new.findings)
            told = f"{known} finding{'' if known == 1 else 's'}"
            print(f"fetcher: {safe(self.name)} knows {told} now", file=sys.stderr)


def expectations(hints: int | None, globs: list[str] | None, delivery: str | None, text: str | None) -> Expectations:
    from fetcher.analysis.expectations import Expectations, parse_share

    return Expectations(hints, tuple(globs or ()), None if delivery is None else parse_share(delivery), text)
