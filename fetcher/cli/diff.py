"""``fetcher diff``: what differs between two saved results of the same kind, as before and after a deployment.

Nothing is loaded. What is worse for certain (a hint gone stale or to 404, a browser that now refuses one, a new error)
can fail a pipeline; instants of loads that were made at different times never do.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from fetcher.cli import options as o
from fetcher.cli.auditing.audit_options import MarkdownFile
from fetcher.cli.streams import check_writable, report_stream, tell, write_text
from fetcher.errors import UsageError

if TYPE_CHECKING:
    from fetcher.analysis.changes import Difference
    from fetcher.runs.saved_files import SavedFile

FAILS, NOT_COMPARED, SOME_NOT_COMPARED = 1, 3, 4

EPILOG = """\b
Examples:
  fetcher diff before.json after.json      loads, checks, audits, comparisons
  fetcher diff --fail-on worse before.json after.json   exit code 1 for worse
  fetcher diff --md diff.md before.json after.json   for a pull request
  fetcher diff --json diff.json page.har chrome.har  HARs of any browser

Worse is what is worse for certain: the 103 is gone or no longer acted on; a
hint names another version of a file than the page uses, its target fails, or
it is gone though the page still uses the file; a browser refuses it; a request
fails or is made twice; an audit's new warning or error, a check's new finding;
an effect whose interval lies wholly later than it did. Instants of loads made
at different times stand side by side and fail nothing: compare measures those.

Exit codes: 0 done, whatever was found; 1 with --fail-on, something is;
2 usage; 3 no page could be compared (a wall, or no load of it); 4 some of many
could not, and nothing failed."""


class FailOn(StrEnum):
    WORSE = "worse"
    ANY = "any"
    NEVER = "never"


Before = Annotated[str, typer.Argument(metavar="BEFORE", help="A saved load, HAR, check, audit or comparison.")]
After = Annotated[str, typer.Argument(metavar="AFTER", help="Another one of the same kind.")]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="What makes the exit code 1: worse, any, or never.")]


def diff(
    before: Before,
    after: After,
    fail_on: FailOnOption = FailOn.NEVER,
    json: o.JsonFile = None,
    markdown: MarkdownFile = None,
    output: o.Report = None,
    no_redact: o.NoRedact = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Say what differs between two saved results of the same kind: hints, verdicts, requests, findings, effects."""
    named = {"--json": json, "--md": markdown, "-o": output}
    for name in named.values():
        check_writable(name)
    wanting = [option for option, name in named.items() if name == "-"]
    if len(wanting) > 1:
        raise UsageError(f"{' and '.join(wanting)} both want standard output; give one of them a file")
    o.distinct(named)
    for name in (before, after):
        if name.lower().startswith(("http://", "https://")):
            raise UsageError(f"diff loads nothing, and {name} is a URL; fetcher load --json FILE URL saves a load")
    from fetcher.runs.saved_files import read_saved

    result = _difference(read_saved(before), read_saved(after))
    if json is not None:
        from fetcher.analysis.changes.saved import dumps

        write_text(dumps(result, redact=not no_redact), json)
    if markdown is not None:
        from fetcher.report.changes.markdown import difference_markdown

        write_text(difference_markdown(result, redact=not no_redact), markdown)
    if output is not None or not (wanting or quiet):
        _show(result, output, verbose=verbose, color=color, redact=not no_redact)
    _end(result, fail_on)


def _difference(old: SavedFile, new: SavedFile) -> Difference:
    from fetcher.analysis.changes import of_checks, of_comparisons, of_loads
    from fetcher.errors import RecordError

    for one in (old, new):
        if one.kind == "load" and not one.loads:
            raise RecordError(f"{one.name} holds no load")
    if old.kind != new.kind:
        raise UsageError(
            f"{old.name} holds a saved {old.kind} and {new.name} a saved {new.kind}; name two of the same kind"
        )
    sources = old.name, new.name
    if old.audit is not None and new.audit is not None:
        from fetcher.audits.changes import of_audits

        return of_audits(old.audit, new.audit, sources)
    if old.comparison is not None and new.comparison is not None:
        return of_comparisons(old.comparison, new.comparison, sources)
    if old.checks:
        return of_checks(old.checks, new.checks, sources)
    return of_loads(old.loads, new.loads, sources)


def _show(result: Difference, output: str | None, *, verbose: bool, color: o.Colour, redact: bool) -> None:
    from fetcher.report.changes.text import difference_lines
    from fetcher.report.terminal import print_lines

    colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
    with report_stream(output) as stream:
        print_lines(
            lambda width, unicode: difference_lines(
                result, width=width, unicode=unicode, all_rows=verbose, redact=redact
            ),
            file=stream,
            color=colour,
        )


def _end(result: Difference, fail_on: FailOn) -> None:
    """The exit code, and the sentence that explains it."""
    from fetcher.analysis.changes import Trend
    from fetcher.record.redaction import redacted
    from fetcher.report.changes.words import named, page_title, summary

    shown = redacted(result)
    for page in shown.pages:
        if page.why is not None:
            tell(f"{page_title(page)}: not compared: {page.why}")
    fails = fail_on is FailOn.ANY and result.differs
    if fail_on is not FailOn.NEVER and result.count(Trend.WORSE):
        fails = True
        tell(f"{summary(shown)}: {named(shown)}")
    elif fails:
        tell(summary(shown))
    if fails:
        raise typer.Exit(FAILS)
    if result.compared < len(result.pages):
        raise typer.Exit(SOME_NOT_COMPARED if result.compared else NOT_COMPARED)
