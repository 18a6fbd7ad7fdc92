"""``fetcher check``: is the 103 there, how soon and how often, and is each of its links any good.

The document and what its 103 hints at are loaded, nothing else, several times over fresh connections. The result is
printed even when runs failed or the command was interrupted: what was seen until then is judged.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fetcher.cli import options as o
from fetcher.cli.auditing.audit_options import MarkdownFile
from fetcher.cli.forms import MOST_SIDE_BY_SIDE, Forms, HtmlFile
from fetcher.cli.streams import is_terminal, of_nothing, put_down, report_stream, run, tell, write_text
from fetcher.errors import FetcherError, Interrupted, UsageError

if TYPE_CHECKING:
    from fetcher.analysis import Checked, Expectations, Run
    from fetcher.browser.storage.state import BrowserState
    from fetcher.cli.progress import Line
    from fetcher.record import PageLoad
    from fetcher.record.observed import Observed

FINDINGS, NOT_LOADED, SOME_NOT_LOADED = 1, 3, 4

EPILOG = """\b
Examples:
  fetcher check https://example.com/
  fetcher check -n 20 --pause 1 https://example.com/ \\
                https://example.com/product/42
  fetcher check --browser eager http://localhost:8000/     it speaks HTTP/1.1
  fetcher check -v --json check.json https://example.com/  all of every run
  fetcher check --html check.html --md check.md https://example.com/
  fetcher check --discoveries net.json https://example.com/   and in Chromium

\b
In a pipeline, so that a lost 103 stops the release:
  fetcher check --delivery 80% --expect-hint '/styles/*.css' \\
                --expect-text '</html>' https://example.com/

Exit codes: 0 passed; 1 an expectation was not met, or the page (4xx, 5xx) or
a hinted resource failed; 2 usage; 3 could not be loaded, or blocked (403, 429,
503, a bot check, the expected text missing); 4 some of the URLs or runs could
not be loaded or were blocked, the others passed.

Hints that a browser refuses are shown with the rule and the mending; they do not fail the check unless you expect
them (--expect-hints, --expect-hint)."""

Urls = Annotated[list[str], typer.Argument(metavar="URL...", help="Http or https URLs.", show_default=False)]
Runs = Annotated[int, typer.Option("-n", "--runs", metavar="N", min=1, max=1000, help="How often each URL is loaded.")]
Pause = Annotated[float, typer.Option("--pause", metavar="SECONDS", min=0, help="How long to wait between two runs.")]
ExpectHints = Annotated[
    int | None,
    typer.Option("--expect-hints", metavar="N", min=0, help="At least N hints acted on in each run with a 103."),
]
ExpectHint = Annotated[
    list[str] | None,
    typer.Option("--expect-hint", metavar="GLOB", help="One hint acted on has this URL or path; repeatable."),
]
Discoveries = Annotated[
    list[str] | None,
    typer.Option(
        "--discoveries",
        metavar="FILE",
        help="A NetLog of Chromium: say when it read the 103 and fetched and used each hint. Repeatable.",
    ),
]
Delivery = Annotated[
    str | None, typer.Option("--delivery", metavar="SHARE", help="At least this share of runs with a 103, as 80%.")
]
MaxTime = Annotated[
    float | None,
    typer.Option("--max-time", metavar="SECONDS", min=0.001, help="Give up on a run after so many seconds."),
]


def check(
    urls: Urls,
    runs: Runs = 5,
    pause: Pause = 0.1,
    expect_hints: ExpectHints = None,
    expect_hint: ExpectHint = None,
    delivery: Delivery = None,
    expect_text: o.ExpectText = None,
    expect_status: o.ExpectStatus = None,
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
    storage: o.StorageRead = None,
    user: o.User = None,
    cert: o.Cert = None,
    key: o.Key = None,
    proxy: o.Proxy = None,
    noproxy: o.NoProxy = None,
    device: o.Device = None,
    max_time: MaxTime = None,
    discoveries: Discoveries = None,
    json: o.JsonFile = None,
    html: HtmlFile = None,
    markdown: MarkdownFile = None,
    output: o.Report = None,
    no_redact: o.NoRedact = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Is there a 103, how soon and how often, and what does each browser do with each of its links."""
    forms = Forms(html=html, others=(("--json", json), ("--md", markdown), ("-o", output)))
    forms.check()
    net = o.net_options(
        http=http, cacert=cacert, insecure=insecure, resolve=resolve, connect_to=connect_to, cert=cert, key=key,
        proxy=proxy, noproxy=noproxy,
    )  # fmt: skip
    headers = o.header_fields(header)
    expected = _expectations(expect_hints, expect_hint, delivery, expect_text, expect_status)
    checking = _Checking(
        browser, runs, expected, progress=None if quiet else is_terminal(sys.stderr), quiet=quiet,
        observed=_observed(discoveries or ()),
    )  # fmt: skip
    from fetcher.urls import parse

    for url in urls:
        parse(url)  # what is none is said before others are loaded
    failure: FetcherError | None = None
    for url in urls:
        try:
            asked = o.page_options(url, cookie=cookie, user=user, header_scope=header_scope, device=device)
            if storage is not None:
                asked["state"] = _begins_with(storage, asked.get("state"))
            checking.one(
                url, pause=pause * 1000, headers=headers, user_agent=user_agent, options=net, timeout=max_time, **asked
            )  # fmt: skip
        except UsageError:
            raise
        except FetcherError as error:
            failure = error
            break
        except KeyboardInterrupt:  # between two URLs: what was made before it is shown all the same
            failure = Interrupted("interrupted")
            break
    _say_unmatched(checking)
    faults: list[FetcherError] = []
    if json is not None and checking.checked:  # where nothing was seen, an earlier file is worth more
        with put_down(faults):
            write_text(_json(checking.checked, several=len(urls) > 1, redact=not no_redact), json)
    if checking.checked:
        _write_forms(checking.checked, forms, markdown, redact=not no_redact)
    if (output is not None or not (forms.takes_stdout or quiet)) and checking.checked:
        from fetcher.report.terminal import print_check

        colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
        with put_down(faults), report_stream(output) as stream:
            print_check(checking.checked, file=stream, color=colour, all_rows=verbose, redact=not no_redact)
    if output not in (None, "-") or (output is None and forms.takes_stdout) or quiet:
        _say_what_failed(checking.checked)
    if faults:
        raise faults[0]
    if failure is not None:
        raise failure if checking.checked else of_nothing(failure)
    code = _exit_code(checking.checked)
    if code:
        raise typer.Exit(code)


def _write_forms(checked: Sequence[Checked], forms: Forms, markdown: str | None, *, redact: bool) -> None:
    """The page and the Markdown, where they are wanted."""
    if forms.html is not None:
        from fetcher.report.html.check import check_section

        drawn = [each for one in checked if (each := drawn_of(one, several=len(checked) > 1)) is not None]
        few = drawn if len(drawn) <= MOST_SIDE_BY_SIDE else []
        forms.write(
            [load for load, _ in few], names=[name for _, name in few], urls=[one.url for one in checked],
            sections=[check_section(one, redact=redact) for one in checked], links_above=range(len(few)),
            redact=redact,
        )  # fmt: skip
    if markdown is not None:
        from fetcher.report.check.markdown import check_markdown

        write_text(check_markdown(checked, redact=redact), markdown)


def drawn_of(checked: Checked, *, several: bool) -> tuple[PageLoad, str] | None:
    """The run that a page shows of a check, the first that counts, and which that is; None where none has a record."""
    from fetcher.record.redaction import redact_text

    made = [run for run in checked.runs if run.load is not None]
    if not made:
        return None
    run = next((run for run in made if run.outcome == "counted"), made[0])
    of = f" · {redact_text(checked.url)}" if several else ""
    assert run.load is not None
    return run.load, f"run {run.number} of {len(checked.runs)}{of}"


class _Checking:
    """The URLs one after the other; ``checked`` holds what was judged, also of a URL that was interrupted."""

    def __init__(
        self,
        browser: str,
        runs: int,
        expected: Expectations,
        *,
        progress: bool | None,
        quiet: bool = False,
        observed: Sequence[Observed] = (),
    ) -> None:
        self.browser = browser
        self.runs = runs
        self.expected = expected
        self.progress = progress
        self._line: Line | None = None
        self.quiet = quiet
        self.observed = observed
        self.checked: list[Checked] = []

    def one(self, url: str, **options: Any) -> None:
        from fetcher.browser.profiles import profile
        from fetcher.urls import parse

        place = parse(url).href
        driving = profile(self.browser).name
        done: list[Run] = []

        try:
            run(self._repeat(url, done, options), place)
        finally:
            if done:
                from fetcher.analysis.check.judgement import judge  # no load waits for it

                self.checked.append(judge(url, done, profile=driving, asked=self.runs, expected=self.expected))

    def _beside(self, made: Run) -> Run:
        """With what a NetLog shows of the page's hints."""
        if not self.observed or made.load is None:
            return made
        from fetcher.record.observed import for_page

        seen = for_page(self.observed, made.load.final_url, made.load.url)
        return made if seen is None else replace(made, load=replace(made.load, in_chromium=seen.in_chromium))

    async def _repeat(self, url: str, done: list[Run], options: dict[str, Any]) -> None:
        from fetcher.runs import repeat

        shown = None
        if self.progress is not None:
            from fetcher.cli.progress import Runs, line_on

            self._line = self._line or line_on(sys.stderr, moving=self.progress)
            shown = Runs(self._line, url, self.runs)
            shown.tick()

        def on_run(made: Run) -> None:
            done.append(self._beside(made))
            if shown is not None:
                shown.over()

        try:
            await repeat(
                url, runs=self.runs, browser=self.browser, text=self.expected.text, on_run=on_run, **options
            )  # fmt: skip
        finally:
            if shown is not None:
                shown.wipe()


def _observed(names: Sequence[str]) -> list[Observed]:
    """The pages of each NetLog. Raises UsageError for a file that tells nothing of hints."""
    if not names:
        return []
    from fetcher.record.observed import read_observed

    found: list[Observed] = []
    for name in names:
        pages = read_observed(name)
        if all(page.in_chromium is None for page in pages):
            raise UsageError(f"{name} does not show what became of hints; check takes a NetLog of Chromium")
        found += pages
    return found


def _say_unmatched(checking: _Checking) -> None:
    """Of pages that no NetLog tells of."""
    if not checking.observed or checking.quiet:
        return
    from fetcher.record.observed import named
    from fetcher.report.escape import safe

    told = named(checking.observed)
    for one in checking.checked:
        loads = [run.load for run in one.runs if run.load is not None]
        if loads and all(load.in_chromium is None for load in loads):
            note = f"--discoveries tell of {told}, not of {one.url}"
            print(f"fetcher: note: {safe(note)}", file=sys.stderr)


def _expectations(
    hints: int | None, globs: list[str] | None, delivery: str | None, text: str | None, status: int | None
) -> Expectations:
    from fetcher.analysis.check.expectations import Expectations, parse_share

    return Expectations(hints, tuple(globs or ()), None if delivery is None else parse_share(delivery), text, status)


def _json(checked: Sequence[Checked], *, several: bool, redact: bool) -> str:
    """One object for one URL, a list for several."""
    import json

    from fetcher.report.check.saved import check_json

    values = [check_json(one, redact=redact) for one in checked]
    return json.dumps(values if several else values[0], indent=1) + "\n"


def _say_what_failed(checked: Sequence[Checked]) -> None:
    """Where no block is printed, the sentence that explains the exit code."""
    for one in checked:
        if one.outcome in ("failed", "blocked"):
            word = "blocked: " if one.outcome == "blocked" else ""
            tell(f"{one.url}: {word}{one.why or ''}")
        for remark in one.findings:
            about = f"hint {remark.hint} " if remark.hint is not None else ""
            tell(f"{one.url}: {about}{remark.text}")


def _exit_code(checked: Sequence[Checked]) -> int:
    """A finding weighs most: it is about the page. Then whether nothing, or not everything, could be judged."""
    outcomes = [one.outcome.value for one in checked]
    if "findings" in outcomes:
        return FINDINGS
    if all(outcome in ("blocked", "failed") for outcome in outcomes):
        return NOT_LOADED
    return 0 if all(one.complete for one in checked) else SOME_NOT_LOADED


def _begins_with(storage: str, given: BrowserState | None) -> BrowserState:
    """What is known of sites in ``storage``, without its responses: each run is of a page that was never seen."""
    from fetcher.load.state_file import StateFile, with_given

    if not Path(storage).exists():
        raise UsageError(f"--storage {storage}: there is no such file; fetcher load --storage makes it")
    with StateFile(storage) as kept:
        return replace(with_given(kept.read(), given), stored=())
