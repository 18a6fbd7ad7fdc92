"""``fetcher audit``: a page, a saved record or a HAR against every rule, in the form a person or a pipeline reads.

Results are written before the exit code is decided, also when a page could not be loaded or the command was
interrupted: what was seen until then is judged.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from fetcher.cli import options as o
from fetcher.cli.audit_forms import Forms
from fetcher.cli.auditing import Auditing, Kept, expectations
from fetcher.cli.streams import is_terminal, report_stream
from fetcher.errors import UsageError

if TYPE_CHECKING:
    from fetcher.audits.result import AuditResult
    from fetcher.audits.rule import Rule

FINDINGS, THEIR_RULE, NOT_JUDGED, SOME_NOT_JUDGED, OUR_FAULT = 1, 2, 3, 4, 70

EPILOG = """\b
Examples:
  fetcher audit https://example.com/
  fetcher audit --browser firefox -n 9 https://example.com/
  fetcher audit load.json page.har                     what fetcher or a browser loaded
  fetcher audit --fail-on never --json audit.json https://example.com/
  fetcher audit --baseline known.json --write-baseline https://example.com/
  fetcher audit --baseline known.json https://example.com/     fail on new findings only
  fetcher audit --rules my_rules.py https://example.com/       rules of your own besides ours
  fetcher audit --github --junit audit.xml --sarif audit.sarif --md audit.md https://example.com/
  fetcher audit --probe cors --probe http1 https://example.com/     ask it as others do, too
  fetcher audit --list                                 every rule
  fetcher audit --explain interim-repeated             one of them

\b
Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 usage; 3 nothing could be judged
(not loaded, or blocked: 403, 429, 503, a bot check, the expected text missing);
4 some pages could not be judged, the others passed; 70 a rule of ours crashed, no page failed
(2 where it was one of yours).

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
RulesFile = Annotated[
    list[str] | None,
    typer.Option("--rules", metavar="FILE", help="Ask the rules of this Python file, too; it is run. Repeatable."),
]
BaselineFile = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="Fail on findings that are not in this file only."),
]
WriteBaseline = Annotated[
    bool, typer.Option("--write-baseline", help="Put every finding into the --baseline file: all are known then.")
]
JUnitFile = Annotated[
    str | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML, a suite for each page; - is stdout.")
]
SarifFile = Annotated[
    str | None, typer.Option("--sarif", metavar="FILE", help="Write SARIF 2.1.0 for code scanning; - is stdout.")
]
MarkdownFile = Annotated[
    str | None, typer.Option("--md", metavar="FILE", help="Write Markdown for a pull request; - is stdout.")
]
GitHub = Annotated[bool, typer.Option("--github", help="GitHub Actions: print annotations, add to the step summary.")]
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
Probes = Annotated[
    list[str] | None,
    typer.Option(
        "--probe",
        metavar="NAME",
        help="Ask one thing more of each URL: cors, http1, query, no-cookies, crawler or repeat; repeatable.",
    ),
]


def audit(
    sources: Sources = None,
    runs: Runs = 5,
    pause: Pause = 0.1,
    fail_on: FailOnOption = FailOn.ERROR,
    only: Only = None,
    skip: Skip = None,
    rules_file: RulesFile = None,
    baseline: BaselineFile = None,
    write_baseline: WriteBaseline = False,
    list_rules: List = False,
    explain: Explain = None,
    expect_hints: ExpectHints = None,
    expect_hint: ExpectHint = None,
    delivery: Delivery = None,
    expect_text: ExpectText = None,
    probe: Probes = None,
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
    junit: JUnitFile = None,
    sarif: SarifFile = None,
    markdown: MarkdownFile = None,
    github: GitHub = False,
    output: o.Report = None,
    no_redact: o.NoRedact = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Judge a page, a saved record or a HAR by every rule: what is wrong, where, what it costs, what to do."""
    colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
    own = _own_rules(rules_file)
    if list_rules or explain is not None:
        _tell_rules(explain, own, output, colour)
        return
    if not sources:
        raise UsageError("name a URL, a saved record or a HAR file; --list lists the rules")
    forms = Forms(json, junit, sarif, markdown, output, github)
    forms.check(**{"--baseline": baseline})
    from fetcher.audits.auditing import chosen

    rules = chosen(own, only or (), skip or ())
    kept = Kept(baseline, write=write_baseline)
    auditing = Auditing(
        rules, browser, runs, expectations(expect_hints, expect_hint, delivery, expect_text),
        probes=_probes(probe, sources), progress=not quiet and is_terminal(sys.stderr), quiet=quiet,
    )  # fmt: skip
    net = o.net_options(
        http=http, cacert=cacert, insecure=insecure, resolve=resolve, connect_to=connect_to, cert=cert, key=key,
        proxy=proxy, noproxy=noproxy,
    )  # fmt: skip
    live = {"pause": pause * 1000, "headers": o.header_fields(header), "user_agent": user_agent, "options": net,
            "timeout": max_time}  # fmt: skip
    asked = {"cookie": cookie, "user": user, "header_scope": header_scope, "device": device}
    failure = auditing.all(sources, live, asked)
    result = kept.compared(auditing.result(fail_on.value))
    if result.pages:
        forms.write(result, quiet=quiet, verbose=verbose, colour=colour, redact=not no_redact)
    if failure is not None:
        raise failure
    kept.written(result, quiet=quiet)
    code = _exit_code(result)
    if code:
        raise typer.Exit(code)


def _probes(names: list[str] | None, sources: list[str]) -> list[str]:
    """Those asked for; raises UsageError where no source is a page that could be asked."""
    from fetcher.runs.inputs import is_url

    if names and not any(is_url(source) for source in sources):
        raise UsageError("--probe asks a server, and no URL is named; a saved audit holds what its probes brought")
    return names or []


def _own_rules(files: list[str] | None) -> tuple[Rule, ...]:
    if not files:
        return ()
    from fetcher.runs.rules_file import read_rules

    return read_rules(files)


def _tell_rules(explain: str | None, own: tuple[Rule, ...], output: str | None, colour: bool | None) -> None:
    """--list and --explain."""
    from fetcher.audits.catalogue import built_in, named
    from fetcher.audits.result import texts
    from fetcher.report.audit.rules import explain_lines, list_lines
    from fetcher.report.terminal import print_lines

    ours = built_in()
    with report_stream(output) as stream:
        if explain is None:
            rules = texts((*ours, *own), ours)
            print_lines(
                lambda width, unicode: list_lines(rules, width=width, unicode=unicode), file=stream, color=colour
            )
        else:
            (one,) = texts([named(explain, own)], ours)
            print_lines(
                lambda width, unicode: explain_lines(one, width=width, unicode=unicode), file=stream, color=colour
            )  # fmt: skip


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
        ours = any(result.text_of(crash.rule).built_in for _, crash in result.crashed)
        return OUR_FAULT if ours else THEIR_RULE
    return 0 if all(judged) else SOME_NOT_JUDGED
