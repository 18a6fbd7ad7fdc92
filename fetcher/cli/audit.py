"""``fetcher audit``: a page, a saved record or a HAR against every rule, in the form a person or a pipeline reads.

Results are written before the exit code is decided, also when a page could not be loaded or the command was
interrupted: what was seen until then is judged.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

import fetcher
from fetcher.cli import options as o
from fetcher.cli.streams import check_writable, is_terminal, report_stream, run, write_text
from fetcher.errors import FetcherError, UsageError

if TYPE_CHECKING:
    from fetcher.analysis import Expectations, Run
    from fetcher.audits.result import AuditedPage, AuditResult
    from fetcher.audits.rule import Rule

FINDINGS, NOT_JUDGED, SOME_NOT_JUDGED, OUR_FAULT = 1, 3, 4, 70

EPILOG = """\b
Examples:
  fetcher audit https://example.com/
  fetcher audit --browser firefox -n 9 https://example.com/
  fetcher audit load.json page.har                     what fetcher or a browser loaded
  fetcher audit --fail-on warning --json audit.json https://example.com/
  fetcher audit --list                                 every rule
  fetcher audit --explain interim-repeated             one of them

\b
Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 usage; 3 nothing could be judged
(not loaded, or blocked: 403, 429, 503, a bot check, the expected text missing);
4 some pages could not be judged, the others passed; 70 a rule of ours crashed, no page failed.

A rule that scripts keep from an answer is "unknown" and never fails an audit."""


class FailOn(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


Sources = Annotated[
    list[str] | None,
    typer.Argument(metavar="URL|RECORD|HAR...", help="Pages to load, or files with loads.", show_default=False),
]
Runs = Annotated[int, typer.Option("-n", "--runs", metavar="N", min=1, max=1000, help="How often each URL is loaded.")]
Pause = Annotated[float, typer.Option("--pause", metavar="SECONDS", min=0, help="How long to wait between two runs.")]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="The least severity that makes the exit code 1.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="RULE", help="Ask this rule; repeatable.")]
Skip = Annotated[list[str] | None, typer.Option("--skip", metavar="RULE", help="Leave this rule out; repeatable.")]
List = Annotated[bool, typer.Option("--list", help="List every rule and stop.")]
Explain = Annotated[str | None, typer.Option("--explain", metavar="RULE", help="Say what one rule is about and stop.")]
ExpectText = Annotated[
    str | None,
    typer.Option("--expect-text", metavar="TEXT", help="The document must hold this, else it is not the page meant."),
]
Delivery = Annotated[
    str | None, typer.Option("--delivery", metavar="SHARE", help="A 103 is expected in this share of runs, as 80%.")
]
ExpectHints = Annotated[
    int | None, typer.Option("--expect-hints", metavar="N", min=0, help="At least N hints are expected.")
]
ExpectHint = Annotated[
    list[str] | None,
    typer.Option("--expect-hint", metavar="GLOB", help="A hint with this URL or path is expected; repeatable."),
]


def audit(
    sources: Sources = None,
    runs: Runs = 5,
    pause: Pause = 0.1,
    fail_on: FailOnOption = FailOn.ERROR,
    only: Only = None,
    skip: Skip = None,
    list_rules: List = False,
    explain: Explain = None,
    expect_hints: ExpectHints = None,
    expect_hint: ExpectHint = None,
    delivery: Delivery = None,
    expect_text: ExpectText = None,
    browser: o.Browser = "chromium",
    http: o.Http = o.HttpVersions.AUTO,
    cacert: o.CaFile = None,
    insecure: o.Insecure = False,
    resolve: o.Resolve = None,
    connect_to: o.ConnectTo = None,
    header: o.Header = None,
    header_scope: o.HeaderScope = o.HeaderScopes.SITE,
    user_agent: o.UserAgent = None,
    cookie: o.Cookie = None,
    user: o.User = None,
    cert: o.Cert = None,
    key: o.Key = None,
    proxy: o.Proxy = None,
    noproxy: o.NoProxy = None,
    device: o.Device = None,
    max_time: o.MaxTime = None,
    json: o.JsonFile = None,
    output: o.Report = None,
    no_redact: o.NoRedact = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Judge a page, a saved record or a HAR by every rule: what is wrong, where, what it costs, what to do."""
    colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
    if list_rules or explain is not None:
        _tell_rules(explain, output, colour)
        return
    if not sources:
        raise UsageError("name a URL, a saved record or a HAR file; --list lists the rules")
    for name in (json, output):
        check_writable(name)
    if json == output == "-":
        raise UsageError("--json - and -o - both want standard output; give one of them a file")
    o.distinct({"--json": json, "-o": output})
    from fetcher.audits.auditing import chosen

    rules = chosen((), only or (), skip or ())
    auditing = _Auditing(
        rules, browser, runs, _expectations(expect_hints, expect_hint, delivery, expect_text),
        progress=not quiet and is_terminal(sys.stderr),
    )  # fmt: skip
    net = o.net_options(
        http=http, cacert=cacert, insecure=insecure, resolve=resolve, connect_to=connect_to, cert=cert, key=key,
        proxy=proxy, noproxy=noproxy,
    )  # fmt: skip
    live = {"pause": pause * 1000, "headers": o.header_fields(header), "user_agent": user_agent, "options": net,
            "timeout": max_time}  # fmt: skip
    asked = {"cookie": cookie, "user": user, "header_scope": header_scope, "device": device}
    failure = auditing.all(sources, live, asked)
    result = auditing.result(fail_on.value)
    if result.pages:
        _write(result, json, output, quiet=quiet, verbose=verbose, colour=colour, redact=not no_redact)
    if failure is not None:
        raise failure
    code = _exit_code(result)
    if code:
        raise typer.Exit(code)


class _Auditing:
    """The sources one after the other; ``pages`` holds what was judged, also of a page that was interrupted."""

    def __init__(
        self, rules: tuple[Rule, ...], browser: str, runs: int, expected: Expectations, *, progress: bool
    ) -> None:
        from fetcher.audits.auditing import profile_named

        self.rules = rules
        self.browser = browser
        self.profile = profile_named(browser)
        self.runs = runs
        self.expected = expected
        self.progress = progress
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

        for loads in read_pages(name):
            made = runs_of(loads)
            self.pages.append(
                judged(name, made, rules=self.rules, profile=self.profile, expected=self.expected)
            )  # fmt: skip

    def _url(self, url: str, options: dict[str, Any]) -> None:
        from fetcher.runs.audit import judged
        from fetcher.urls import parse

        place = parse(url).href
        done: list[Run] = []
        try:
            run(self._load(url, done, options), place)
        finally:
            if done:
                page = judged(
                    url, done, rules=self.rules, profile=self.profile, asked=self.runs, expected=self.expected
                )  # fmt: skip
                self.pages.append(page)

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


def _expectations(hints: int | None, globs: list[str] | None, delivery: str | None, text: str | None) -> Expectations:
    from fetcher.analysis.expectations import Expectations, parse_share

    return Expectations(hints, tuple(globs or ()), None if delivery is None else parse_share(delivery), text)


def _tell_rules(explain: str | None, output: str | None, colour: bool | None) -> None:
    """--list and --explain."""
    from fetcher.audits.catalogue import built_in, named
    from fetcher.audits.result import texts
    from fetcher.report.audit.rules import explain_lines, list_lines
    from fetcher.report.terminal import print_lines

    ours = built_in()
    with report_stream(output) as stream:
        if explain is None:
            rules = texts(ours, ours)
            print_lines(
                lambda width, unicode: list_lines(rules, width=width, unicode=unicode), file=stream, color=colour
            )
        else:
            (one,) = texts([named(explain)], ours)
            print_lines(
                lambda width, unicode: explain_lines(one, width=width, unicode=unicode), file=stream, color=colour
            )  # fmt: skip


def _write(
    result: AuditResult,
    json: str | None,
    output: str | None,
    *,
    quiet: bool,
    verbose: bool,
    colour: bool | None,
    redact: bool,
) -> None:
    """Every form that was asked for, the saved one first."""
    if json is not None:
        from fetcher.audits.saved import dumps

        write_text(dumps(result, redact=redact), json)
    if output is not None or (json != "-" and not quiet):
        from fetcher.report.audit.text import audit_lines
        from fetcher.report.terminal import print_lines

        def lines(width: int, unicode: bool) -> Any:
            return audit_lines(result, width=width, unicode=unicode, all_rows=verbose, redact=redact)

        with report_stream(output) as stream:
            print_lines(lines, file=stream, color=colour)
    if output not in (None, "-") or json == "-" or quiet:
        _say_what_failed(result)


def _say_what_failed(result: AuditResult) -> None:
    """Where no report is printed, the sentences that explain the exit code."""
    from fetcher.audits.result import PageOutcome
    from fetcher.report.audit.words import verdict
    from fetcher.report.escape import safe

    for page in result.pages:
        if page.outcome is not PageOutcome.JUDGED:
            print(f"fetcher: {safe(page.url)}: {safe(verdict(result, page))}", file=sys.stderr)
        for one in page.reported:
            if result.fails(one):
                found = f"{one.finding.severity}: {one.finding.rule}: {one.finding.message}"
                print(f"fetcher: {safe(page.url)}: {safe(found)}", file=sys.stderr)


def _exit_code(result: AuditResult) -> int:
    """A finding weighs most: it is about the page. Then whether nothing, or not everything, could be judged; then
    whether a rule of ours broke."""
    from fetcher.audits.result import PageOutcome

    if result.failing:
        return FINDINGS
    judged = [page.outcome is PageOutcome.JUDGED for page in result.pages]
    if not any(judged):
        return NOT_JUDGED
    if result.crashed:
        return OUR_FAULT
    return 0 if all(judged) else SOME_NOT_JUDGED
