"""``fetcher report``: what was saved, in another form; nothing is loaded.

A record, a list of records, a HAR of any browser, a saved check or a saved audit goes in; the terminal's waterfall, an
HTML page, a picture, a trace or a HAR comes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fetcher.cli import options as o
from fetcher.cli.audit_forms import Forms as AuditForms
from fetcher.cli.audit_options import JUnitFile, MarkdownFile, SarifFile
from fetcher.cli.forms import Forms, HtmlFile, SvgFile, TraceFile
from fetcher.cli.streams import report_stream
from fetcher.errors import UsageError

if TYPE_CHECKING:
    from fetcher.audits.result import AuditResult
    from fetcher.record import PageLoad
    from fetcher.report.lines import Line

MOST_SIDE_BY_SIDE = 4

EPILOG = """\b
Examples:
  fetcher report load.json                          the waterfall of a saved load
  fetcher report --html page.html load.json
  fetcher report --html both.html before.json after.json   two loads side by side
  fetcher report --svg waterfall.svg load.json
  fetcher report --trace load.trace.json load.json  open it in ui.perfetto.dev
  fetcher report --html audit.html audit.json       findings and waterfall
  fetcher report --har page.har load.json
  fetcher report --md audit.md --junit audit.xml audit.json   a saved audit for a pull request

\b
Files may be records (fetcher load --json), HARs of Chrome, Firefox, WebPageTest or Browsertime,
and saved checks or audits. Of several runs of a page the first is shown."""

Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Saved records, HARs, checks or audits.")]


def report(
    files: Files,
    html: HtmlFile = None,
    svg: SvgFile = None,
    trace: TraceFile = None,
    har: o.HarFile = None,
    markdown: MarkdownFile = None,
    junit: JUnitFile = None,
    sarif: SarifFile = None,
    output: o.Report = None,
    no_redact: o.NoRedact = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Turn saved loads, HARs, checks and audits into a page, a picture, a trace or a HAR, or show them here."""
    others = (("--md", markdown), ("--junit", junit), ("--sarif", sarif), ("-o", output))
    forms = Forms(html, svg, trace, har, others)
    forms.check()
    audits: list[AuditResult] = []
    sections: list[str] = []
    loads: list[PageLoad] = []
    names: list[str] = []
    for file in files:
        if file.lower().startswith(("http://", "https://")):
            raise UsageError(
                f"report loads nothing, and {file} is a URL; fetcher load --html FILE URL loads and shows it"
            )
    for file in files:
        audit = _audit(file)
        if audit is not None:
            audits.append(audit)
        if audit is not None and html is not None:
            sections += _findings(audit, redact=not no_redact)
        made = _loads(file, audit)
        loads += made
        names += [f"{file} {number}" if len(made) > 1 else file for number in range(1, len(made) + 1)]
    if len(loads) > MOST_SIDE_BY_SIDE and html is not None:
        raise UsageError(f"one page shows {MOST_SIDE_BY_SIDE} loads at the most, and these files have {len(loads)}")
    if not loads and any((svg, trace, har)):
        raise UsageError(
            "--svg, --trace and --har are made of loads, and these files hold none (an audit of many pages)"
        )
    forms.write(loads, names=names if len(loads) > 1 else (), sections=sections, redact=not no_redact)
    tools = AuditForms(junit=junit, sarif=sarif, markdown=markdown)
    if tools.any:
        if len(audits) != 1:
            raise UsageError("--md, --junit and --sarif are of one saved audit; name the file of fetcher audit --json")
        tools.write_files(audits[0], redact=not no_redact)
    shown = output is not None or not (forms.any or tools.any or quiet)
    if shown:
        _show(loads, audits, output, verbose=verbose, color=color, redact=not no_redact)


def _audit(file: str) -> AuditResult | None:
    """The saved audit in ``file``, None where it holds something else."""
    import json
    from pathlib import Path

    from fetcher.audits.saved import from_json, is_audit
    from fetcher.errors import RecordError

    path = Path(file)
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            if b'"kind"' not in stream.read(64):
                return None
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None  # whoever reads it for its loads says what is wrong
    try:
        return from_json(data) if is_audit(data) else None
    except RecordError as error:
        raise RecordError(f"{file}: {error}") from error


def _findings(audit: AuditResult, *, redact: bool) -> list[str]:
    from fetcher.report.audit.words import readable
    from fetcher.report.html.findings import findings_section

    shown = readable(audit, redact=redact)
    return [findings_section(shown, page) for page in shown.pages]


def _loads(file: str, audit: AuditResult | None) -> list[PageLoad]:
    """One load for each page in ``file``: the first of its runs."""
    from fetcher.runs.inputs import read_pages

    if audit is not None and not any(page.loads for page in audit.pages):
        return []
    return [page.loads[0] for page in read_pages(file) if page.loads]


def _show(
    loads: list[PageLoad],
    audits: list[AuditResult],
    output: str | None,
    *,
    verbose: bool,
    color: o.Colour,
    redact: bool,
) -> None:
    """Each load's waterfall, then what each audit found."""
    from fetcher.report.audit.text import audit_lines
    from fetcher.report.terminal import print_lines, print_load

    colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
    with report_stream(output) as stream:
        for number, load in enumerate(loads):
            if number:
                print(file=stream)
            print_load(load, file=stream, color=colour, all_rows=verbose, redact=redact)
        for number, audit in enumerate(audits):
            if loads or number:
                print(file=stream)

            def lines(width: int, unicode: bool, audit: AuditResult = audit) -> list[Line]:
                return audit_lines(audit, width=width, unicode=unicode, all_rows=verbose, redact=redact)

            print_lines(lines, file=stream, color=colour)
