"""``fetcher compare``: does it make a difference? Two ways to load a page, in pairs, judged together.

The result is printed and saved also when the command is interrupted: the pairs made until then are judged.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fetcher.cli import options as o
from fetcher.cli.arms import ALLOWED, arm_options, load_arguments, without_secrets
from fetcher.cli.auditing.audit_options import MarkdownFile
from fetcher.cli.forms import Forms, HtmlFile
from fetcher.cli.streams import is_terminal, of_nothing, put_down, report_stream, run, tell, write_text
from fetcher.errors import FetcherError, UsageError

if TYPE_CHECKING:
    from fetcher.analysis.compare.comparison import Comparison
    from fetcher.runs.compare import Comparing, Way

NOT_MEASURED = 3

EPILOG = """\b
Examples:
  fetcher compare https://example.com/             hints ignored and acted on
  fetcher compare -n 30 --json comparison.json https://example.com/
  fetcher compare --md comparison.md https://example.com/   for a pull request
  fetcher compare --until 20 https://example.com/  until the interval is 20 ms
  fetcher compare https://example.com/ https://staging.example.com/
  fetcher compare --a '--http 1.1' --b '--http 2' https://example.com/
  fetcher compare --b '--device mobile' https://example.com/
  fetcher compare --in chromium https://example.com/   FCP, LCP and load
  fetcher compare --in chromium --b '--device mobile' https://example.com/

Pairs are loaded in random order, each load over fresh connections; the first
pair is dropped. "no difference shown" is not "no difference": see what so many
pairs could have shown. --in chromium starts the Chromium that is installed and
measures paints, too. Chromium has no switch to ignore a 103: both arms go
through a relay on this machine that withholds it in one.

Exit codes: 0 done, whatever was found; 2 usage; 3 no pair could be loaded;
130 interrupted, and what was measured until then is printed."""


class Driver(StrEnum):
    FETCHER = "fetcher"
    CHROMIUM = "chromium"


Urls = Annotated[list[str], typer.Argument(metavar="URL [URL]", help="A page, or two to compare with each other.")]
Pairs = Annotated[int, typer.Option("-n", "--pairs", metavar="N", min=1, max=1000, help="How many pairs of loads.")]
Until = Annotated[
    float | None,
    typer.Option("--until", metavar="MS", min=0.001, help="Stop once the interval is so narrow (at most -n pairs)."),
]
FirstArm = Annotated[str | None, typer.Option("--a", metavar="OPTIONS", help="Options of fetcher load, first arm.")]
SecondArm = Annotated[str | None, typer.Option("--b", metavar="OPTIONS", help="Options of fetcher load, second arm.")]
In = Annotated[Driver, typer.Option("--in", help="What loads the page: fetcher, or an installed Chromium.")]
ChromiumFile = Annotated[
    str | None, typer.Option("--chromium", metavar="FILE", help="Which Chromium --in chromium starts.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Draws the order within pairs.")]
WarmUp = Annotated[int, typer.Option("--warm-up", metavar="N", min=0, max=100, help="Pairs dropped at the start.")]
Pause = Annotated[float, typer.Option("--pause", metavar="SECONDS", min=0, help="How long to wait between two loads.")]
ExpectText = Annotated[
    str | None,
    typer.Option("--expect-text", metavar="TEXT", help="The document must hold this, else the load does not count."),
]


def compare(
    context: typer.Context,
    urls: Urls,
    pairs: Pairs = 10,
    until: Until = None,
    a: FirstArm = None,
    b: SecondArm = None,
    seed: Seed = 103,
    warm_up: WarmUp = 1,
    pause: Pause = 0.1,
    expect_text: ExpectText = None,
    within: In = Driver.FETCHER,
    chromium: ChromiumFile = None,
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
    viewport: o.Viewport = None,
    dpr: o.Dpr = None,
    frames: o.Frames = False,
    max_time: o.MaxTime = None,
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
    """Load a page in two ways, in pairs, and say what differs: hints off and on, two URLs, or two sets of options."""
    given = dict(locals())
    del given["context"]
    forms = Forms(html=html, others=(("--json", json), ("--md", markdown), ("-o", output)))
    forms.check()
    common: dict[str, Any] = {name: given.get(name) for name in ALLOWED}
    common |= {"no_early_hints": False, "transport": o.Transports.CONNECTIONS}
    from fetcher.analysis.compare.paired import FEWEST
    from fetcher.report.lines import count
    from fetcher.runs.compare import Comparing, arms_in_chromium

    if within is not Driver.CHROMIUM and chromium is not None:
        raise UsageError("--chromium names the browser of --in chromium; say that, too")
    if within is Driver.CHROMIUM:
        source = context.get_parameter_source("browser")
        if source is not None and source.name != "DEFAULT":
            raise UsageError("--browser says as whom fetcher loads; with --in chromium it is Chromium, so leave it out")
    ways = _ways(urls, a, b, common, redact=not no_redact)
    by = "Chromium" if within is Driver.CHROMIUM else _by(ways)
    if within is Driver.CHROMIUM:
        arms_in_chromium(ways)  # what it cannot be told is refused before anything is said
    comparing = Comparing(
        ways, wanted=pairs, until=until, seed=seed, warm_up=warm_up, pause=pause * 1000, text=expect_text, by=by
    )
    if pairs < FEWEST and not quiet:
        tell(f"note: {count(pairs, 'pair')} can show no difference, whatever is measured; {FEWEST} at least can")
    failure: FetcherError | None = None
    try:
        making = _run(comparing, within, chromium, progress=None if quiet else is_terminal(sys.stderr))
        run(making, urls[0])
    except UsageError:
        raise
    except FetcherError as error:
        failure = error
    result = comparing.result()
    if result.pairs:
        _write(result, forms, json, markdown, output, quiet=quiet, verbose=verbose, color=color, redact=not no_redact)
    if failure is not None:
        raise failure if result.pairs else of_nothing(failure)
    if not result.counted:
        why = next((pair.why for pair in result.pairs if pair.why), "no pair was made")
        tell(f"{urls[0]}: nothing was measured: {why}")
        raise typer.Exit(NOT_MEASURED)


def _ways(
    urls: list[str], a: str | None, b: str | None, common: dict[str, Any], *, redact: bool
) -> tuple[Way, Way]:  # fmt: skip
    from fetcher.runs.compare import Way, off_and_on

    if len(urls) > 2:
        raise UsageError(f"compare takes one URL or two, not {len(urls)}")
    if a is None and b is None and len(urls) == 1:
        return off_and_on(urls[0], load_arguments(urls[0], common))
    asked = ((urls[0], a or "", "--a"), (urls[-1], b or "", "--b"))
    if asked[0][:2] == asked[1][:2]:
        raise UsageError("both arms are the same; give --a or --b other options, or another URL")
    made = []
    for url, text, option in asked:
        words = without_secrets(text, url, option) if redact else text
        name = url if urls[0] != urls[-1] else words or "as given"
        made.append(Way(name, url, arm_options(text, url, option, common), words))
    return made[0], made[1]


def _by(ways: tuple[Way, Way]) -> str:
    """ "fetcher as chromium", or as the browser of each arm."""
    first, second = (way.options["browser"] for way in ways)
    return f"fetcher as {first}" if first == second else f"fetcher as {first} and as {second}"


async def _run(comparing: Comparing, within: Driver, chromium: str | None, *, progress: bool | None) -> None:
    shown = None
    if progress is not None:
        from fetcher.cli.progress import Pairs as Shown
        from fetcher.cli.progress import line_on

        shown = Shown(line_on(sys.stderr, moving=progress), comparing.ways[0].url, comparing.wanted + comparing.warm_up)
        shown.tick()
        comparing.on_load = shown.over
    try:
        if within is Driver.CHROMIUM:
            from fetcher.runs.compare import run_in_chromium

            await run_in_chromium(comparing, chromium)
        else:
            await comparing.run()
    finally:
        if shown is not None:
            shown.wipe()


def _write(
    result: Comparison,
    forms: Forms,
    json: str | None,
    markdown: str | None,
    output: str | None,
    *,
    quiet: bool,
    verbose: bool,
    color: o.Colour,
    redact: bool,
) -> None:
    """Every form that was asked for, the saved one first; one that cannot be written is told of after the others."""
    faults: list[FetcherError] = []
    if json is not None:
        from fetcher.analysis.compare.saved_comparison import dumps

        with put_down(faults):
            write_text(dumps(result, redact=redact), json)
    if forms.html is not None:
        from fetcher.record.redaction import redact_text
        from fetcher.report.html.comparison import comparison_section

        pair = next((each for each in result.pairs if each.counts), None)
        loads = [load for load in (pair.first, pair.second) if load is not None] if pair is not None else []
        section = comparison_section(result, redact=redact)
        names = [redact_text(arm.name) if redact else arm.name for arm in result.arms]
        with put_down(faults):
            forms.write(loads, names=names, sections=[section], redact=redact)
    if markdown is not None:
        from fetcher.report.comparison.markdown import comparison_markdown

        with put_down(faults):
            write_text(comparison_markdown(result, redact=redact), markdown)
    if result.counted and (output is not None or not (forms.takes_stdout or quiet)):
        from fetcher.report.comparison.text import comparison_lines
        from fetcher.report.terminal import print_lines

        colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
        with put_down(faults), report_stream(output) as stream:
            print_lines(
                lambda width, unicode: comparison_lines(
                    result, width=width, unicode=unicode, all_rows=verbose, redact=redact
                ),
                file=stream,
                color=colour,
            )
    if faults:
        raise faults[0]
