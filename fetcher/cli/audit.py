"""``fetcher audit``: a page, a saved record or a HAR against every rule, in the form a person or a pipeline reads.

Results are written before the exit code is decided, also when a page could not be loaded or the command was
interrupted: what was seen until then is judged.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer

from fetcher.cli import options as o
from fetcher.cli.auditing import audit_options as a
from fetcher.cli.auditing.audit_forms import AuditForms
from fetcher.cli.auditing.audit_targets import Settled, config_of, read_budget, read_comparisons, settled, targets_of
from fetcher.cli.auditing.baseline_file import Kept
from fetcher.cli.auditing.judging import Auditing, expectations
from fetcher.cli.auditing.list_source import Asking
from fetcher.cli.streams import is_terminal, of_nothing, report_stream, tell
from fetcher.errors import UsageError

if TYPE_CHECKING:
    from fetcher.analysis import Expectations
    from fetcher.audits.result import AuditResult
    from fetcher.audits.rule import Rule
    from fetcher.runs.targets import Config

FINDINGS, THEIR_RULE, NOT_JUDGED, SOME_NOT_JUDGED, OUR_FAULT = 1, 2, 3, 4, 70

EPILOG = """\b
Examples:
  fetcher audit https://example.com/
  fetcher audit --browser firefox -n 9 https://example.com/
  fetcher audit load.json page.har           what fetcher or a browser loaded
  fetcher audit --fail-on never --json audit.json https://example.com/
  fetcher audit --baseline known.json --write-baseline https://example.com/
  fetcher audit --baseline known.json https://example.com/  new findings fail
  fetcher audit --rules my_rules.py https://example.com/    rules of your own
  fetcher audit --budget budget.toml https://example.com/
  fetcher audit --probe cors --probe http1 https://example.com/
  fetcher audit --discoveries chrome.har https://example.com/
  fetcher audit --urls urls.txt --rps 100 -n 1     findings by template
  fetcher audit --sitemap https://example.com/sitemap.xml -n 1
  fetcher audit                                    the pages of ./fetcher.toml
  fetcher audit --html audit.html https://example.com/
  fetcher audit --junit audit.xml --sarif audit.sarif https://example.com/
  fetcher audit --github --md audit.md https://example.com/
  fetcher audit --list                             every rule
  fetcher audit --explain interim-repeated         one of them
  fetcher audit --explain 3.2                      what is meant by EH 3.2

Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 usage; 3 nothing
could be judged (not loaded, or blocked: 403, 429, 503, a bot check, the
expected text missing); 4 some pages could not be judged, the others passed;
70 a rule of ours crashed, no page failed (2 where it was one of yours).

A rule that scripts keep from an answer is "unknown" and never fails an audit; --discoveries answers it."""


def audit(
    context: typer.Context,
    sources: a.Sources = None,
    runs: a.Runs = 5,
    pause: a.Pause = 0.1,
    fail_on: a.FailOnOption = a.FailOn.ERROR,
    only: a.Only = None,
    skip: a.Skip = None,
    rules_file: a.RulesFile = None,
    budget: a.Budget = None,
    probe: a.ProbeNames = None,
    comparison: a.ComparisonFile = None,
    discoveries: a.Discoveries = None,
    urls: a.UrlsFile = None,
    sitemap: a.SitemapUrl = None,
    max_pages: a.MaxPages = 100,
    rps: a.Rps = None,
    config: a.Config = None,
    baseline: a.BaselineFile = None,
    write_baseline: a.WriteBaseline = False,
    list_rules: a.List = False,
    explain: a.Explain = None,
    expect_hints: a.ExpectHints = None,
    expect_hint: a.ExpectHint = None,
    delivery: a.Delivery = None,
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
    user: o.User = None,
    cert: o.Cert = None,
    key: o.Key = None,
    proxy: o.Proxy = None,
    noproxy: o.NoProxy = None,
    device: o.Device = None,
    max_time: o.MaxTime = None,
    json: o.JsonFile = None,
    junit: a.JUnitFile = None,
    sarif: a.SarifFile = None,
    markdown: a.MarkdownFile = None,
    html: a.HtmlFile = None,
    github: a.GitHub = False,
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
        _tell_rules(explain, _own_rules(rules_file), output, colour)
        return
    name, settings = config_of(config, wanted=not (sources or urls or sitemap))
    chosen = settled(
        context, settings.settings, name, runs=runs, pause=pause, browser=browser, fail_on=fail_on.value,
        only=only or [], skip=skip or [], rules_file=rules_file or [], probe=probe or [], baseline=baseline, rps=rps,
        cacert=cacert,
    )  # fmt: skip
    forms = AuditForms(json, junit, sarif, markdown, html, output, github)
    forms.check(**{"--baseline": chosen.baseline})
    expected = expectations(expect_hints, expect_hint, delivery, expect_text, expect_status)
    rules = _rules(chosen, settings, name, budget, expected)
    kept = Kept(chosen.baseline, write=write_baseline)
    net = o.net_options(
        http=http, cacert=chosen.cacert, insecure=insecure, resolve=resolve, connect_to=connect_to, cert=cert, key=key,
        proxy=proxy, noproxy=noproxy,
    )  # fmt: skip
    live: dict[str, Any] = {
        "pause": chosen.pause * 1000, "headers": o.header_fields(header), "user_agent": user_agent, "options": net,
        "timeout": max_time,
    }  # fmt: skip
    auditing = Auditing(
        rules, chosen.browser, chosen.runs, expected, live=live,
        probes=chosen.probe, rps=chosen.rps, comparisons=read_comparisons(comparison or ()),
        progress=None if quiet else is_terminal(sys.stderr), quiet=quiet,
        discoveries=discoveries or (),
    )  # fmt: skip
    asked: dict[str, Any] = {"cookie": cookie, "user": user, "header_scope": header_scope, "device": device}
    asking = Asking(
        net, auditing.pace, live["headers"], user_agent, max_time,
        o.page_options(sitemap, **asked) if sitemap is not None else None,
    )  # fmt: skip
    notes: list[str] = []
    files, targets = targets_of(sources or (), urls, sitemap, settings, most=max_pages, asking=asking, notes=notes)
    if not files and not targets:
        raise UsageError("name a URL, a saved record or a HAR file, or write a fetcher.toml; --list lists the rules")
    if probe and not targets:
        raise UsageError("--probe asks a server, and no URL is named; a saved audit holds what its probes brought")
    _say(notes, quiet=quiet)
    failure = auditing.all(files, targets, asked)
    _say(auditing.unmatched(), quiet=quiet)
    result = kept.compared(auditing.result(chosen.fail_on), written=failure is None)
    if result.pages:
        forms.write(result, quiet=quiet, verbose=verbose, colour=colour, redact=not no_redact)
    if failure is not None:
        raise failure if result.pages else of_nothing(failure)
    kept.written(result, quiet=quiet)
    code = _exit_code(result)
    if code:
        raise typer.Exit(code)


def _rules(
    chosen: Settled, settings: Config, name: str | None, budget: str | None, expected: Expectations
) -> tuple[Rule, ...]:
    """Ours, those of files, those of budgets, and where something is expected the rule that it comes."""
    from fetcher.audits.auditing import chosen as rules_chosen
    from fetcher.audits.budget import rules_of

    own = _own_rules(chosen.rules_file)
    if budget is not None:
        own += read_budget(budget)
    elif settings.budget:
        own += rules_of(settings.budget, f"{name}: [budget]")
    if any(
        one.hints is not None or one.globs
        for one in (expected, *(page.expected or expected for page in settings.pages))
    ):
        from fetcher.audits.expected import expected_hints

        own += (expected_hints,)
    return rules_chosen(own, chosen.only, chosen.skip)


def _say(notes: list[str], *, quiet: bool) -> None:
    if not quiet:
        for note in notes:
            tell(f"note: {note}")


def _own_rules(files: list[str] | None) -> tuple[Rule, ...]:
    if not files:
        return ()
    from fetcher.runs.rules_file import read_rules

    return read_rules(files)


def _tell_rules(explain: str | None, own: tuple[Rule, ...], output: str | None, colour: bool | None) -> None:
    """--list and --explain."""
    from fetcher.analysis.early_hint_rules import is_asked
    from fetcher.audits.catalogue import built_in, named
    from fetcher.audits.result import texts
    from fetcher.report.audit.rules import early_hint_lines, explain_lines, list_lines
    from fetcher.report.terminal import print_lines

    ours = built_in()
    with report_stream(output) as stream:
        if explain is None:
            rules = texts((*ours, *own), ours)
            print_lines(
                lambda width, unicode: list_lines(rules, width=width, unicode=unicode), file=stream, color=colour
            )
        elif is_asked(explain):
            print_lines(
                lambda width, unicode: early_hint_lines(explain, width=width, unicode=unicode),
                file=stream,
                color=colour,
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
