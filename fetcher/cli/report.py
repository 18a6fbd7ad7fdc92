"""``fetcher report``: what was saved, in another form; nothing is loaded.

A record, a list of records, a HAR of any browser, a saved check, audit or comparison goes in; the terminal's waterfall,
an HTML page, Markdown, a picture, a trace or a HAR comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from fetcher.cli import options as o
from fetcher.cli.audit_forms import AuditForms
from fetcher.cli.audit_options import JUnitFile, MarkdownFile, SarifFile
from fetcher.cli.forms import MOST_SIDE_BY_SIDE, Forms, HtmlFile, SvgFile, TraceFile
from fetcher.cli.streams import report_stream, write_text
from fetcher.errors import RecordError, UsageError

if TYPE_CHECKING:
    from fetcher.report.lines import Line

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
  fetcher report comparison.json                    what a saved comparison showed, again
  fetcher report --md comparison.md comparison.json   the same for a pull request

\b
Files may be records (fetcher load --json), HARs of Chrome, Firefox, WebPageTest or Browsertime,
and saved checks, audits or comparisons. Of several runs of a page the first is shown."""

Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Saved records, HARs, checks, audits, comparisons.")
]


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
    """Turn saved loads, HARs, checks, audits and comparisons into a page, Markdown, a picture, a trace or a HAR, or
    show them here."""
    others = (("--md", markdown), ("--junit", junit), ("--sarif", sarif), ("-o", output))
    forms = Forms(html, svg, trace, har, others)
    forms.check()
    for file in files:
        if file.lower().startswith(("http://", "https://")):
            raise UsageError(
                f"report loads nothing, and {file} is a URL; fetcher load --html FILE URL loads and shows it"
            )
    given = [_Given(file, redact=not no_redact) for file in files]
    side_by_side = [load for one in given for load in one.side_by_side]
    loads = [load for one in given for load in one.loads]
    if html is not None and len(side_by_side) > MOST_SIDE_BY_SIDE:
        raise UsageError(
            f"one page shows {MOST_SIDE_BY_SIDE} loads at the most, and these files have {len(side_by_side)}"
        )
    if not loads and any((svg, trace, har)):
        raise UsageError(
            "--svg, --trace and --har are made of loads, and these files hold none (an audit of many pages)"
        )
    tools = AuditForms(junit=junit, sarif=sarif)
    audits = [one.saved.audit for one in given if one.saved.audit is not None]
    if tools.any and (len(audits) != 1 or len(given) > 1):
        raise UsageError("--junit and --sarif are of one saved audit; name the file of fetcher audit --json")
    if html is not None:
        names = [name for one in given for name in one.names] if len(side_by_side) > 1 else []
        sections = [section for one in given for section in one.sections()]
        Forms(html).write(side_by_side, names=names, sections=sections, redact=not no_redact)
    Forms(None, svg, trace, har).write(loads, redact=not no_redact)
    if tools.any:
        tools.write_files(audits[0], redact=not no_redact)
    if markdown is not None:
        write_text("\n".join(text for one in given for text in one.markdown()), markdown)
    if output is not None or not (forms.any or tools.any or markdown or quiet):
        _show(given, output, verbose=verbose, color=color, redact=not no_redact)


class _Given:
    """One of the files. ``loads`` are its pages, each by the first of its runs; of a comparison the second arm's load
    of the first pair that counts. ``side_by_side`` are those that an HTML page shows, by ``names``."""

    def __init__(self, file: str, *, redact: bool) -> None:
        from fetcher.runs.inputs import pages_of
        from fetcher.runs.saved_files import read_saved

        self.saved = read_saved(file)
        self.redact = redact
        comparison = self.saved.comparison
        if comparison is not None:
            from fetcher.record.redaction import redact_text

            pair = next((each for each in comparison.pairs if each.counts), None)
            both = [load for load in (pair.first, pair.second) if load is not None] if pair is not None else []
            self.loads, self.side_by_side = both[1:], both
            self.names = [redact_text(arm.name) if redact else arm.name for arm in comparison.arms][: len(both)]
            return
        self.loads = [page.loads[0] for page in pages_of(self.saved) if page.loads]
        self.side_by_side = self.loads
        several = len(self.loads) > 1
        self.names = [f"{file} {number}" if several else file for number in range(1, len(self.loads) + 1)]
        if not self.loads and self.saved.audit is None:
            raise RecordError(f"{file} holds no load")

    def sections(self) -> list[str]:
        """What stands above the waterfalls of an HTML page."""
        if self.saved.audit is not None:
            from fetcher.report.audit.words import readable
            from fetcher.report.html.findings import findings_section

            shown = readable(self.saved.audit, redact=self.redact)
            return [findings_section(shown, page) for page in shown.pages]
        if self.saved.comparison is not None:
            from fetcher.report.html.comparison import comparison_section

            return [comparison_section(self.saved.comparison, redact=self.redact)]
        return []

    def markdown(self) -> list[str]:
        if self.saved.audit is not None:
            from fetcher.report.audit.markdown import markdown

            return [markdown(self.saved.audit, redact=self.redact)]
        if self.saved.comparison is not None:
            from fetcher.report.comparison.markdown import comparison_markdown

            return [comparison_markdown(self.saved.comparison, redact=self.redact)]
        from fetcher.report.markdown.load import load_markdown

        return [load_markdown(load, redact=self.redact) for load in self.loads]


def _show(given: list[_Given], output: str | None, *, verbose: bool, color: o.Colour, redact: bool) -> None:
    """Each load's waterfall, then what each audit found and what each comparison showed."""
    from fetcher.report.audit.text import audit_lines
    from fetcher.report.comparison.text import comparison_lines
    from fetcher.report.terminal import print_lines, print_load

    colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
    loads = [load for one in given if one.saved.comparison is None for load in one.loads]

    def results(width: int, unicode: bool) -> Iterator[list[Line]]:
        for one in given:
            if one.saved.audit is not None:
                yield audit_lines(one.saved.audit, width=width, unicode=unicode, all_rows=verbose, redact=redact)
            if one.saved.comparison is not None:
                yield comparison_lines(
                    one.saved.comparison, width=width, unicode=unicode, all_rows=verbose, redact=redact
                )

    def lines(width: int, unicode: bool) -> Iterator[Line]:
        for number, block in enumerate(results(width, unicode)):
            if loads or number:
                yield ()
            yield from block

    with report_stream(output) as stream:
        for number, load in enumerate(loads):
            if number:
                print(file=stream)
            print_load(load, file=stream, color=colour, all_rows=verbose, redact=redact)
        print_lines(lines, file=stream, color=colour)
