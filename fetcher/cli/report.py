"""``fetcher report``: what was saved, in another form; nothing is loaded.

A record, a list of records, a HAR of any browser, a saved check, audit or comparison goes in; the terminal's waterfall,
an HTML page, Markdown, a picture, a trace or a HAR comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from fetcher.cli import options as o
from fetcher.cli.auditing.audit_forms import AuditForms, audit_sections
from fetcher.cli.auditing.audit_forms import drawn_of as drawn_of_audit
from fetcher.cli.auditing.audit_options import JUnitFile, MarkdownFile, SarifFile
from fetcher.cli.check import drawn_of as drawn_of_check
from fetcher.cli.forms import MOST_SIDE_BY_SIDE, Forms, HtmlFile, SvgFile, TraceFile
from fetcher.cli.streams import report_stream, tell, write_text
from fetcher.errors import RecordError, UsageError

if TYPE_CHECKING:
    from fetcher.record import PageLoad

VIEWS = ("first view", "repeat view")

EPILOG = """\b
Examples:
  fetcher report load.json                     the waterfall of a saved load
  fetcher report --html page.html load.json
  fetcher report --html both.html before.json after.json   side by side
  fetcher report --svg waterfall.svg load.json
  fetcher report --trace load.trace.json load.json  open it in ui.perfetto.dev
  fetcher report --html audit.html audit.json       findings and waterfall
  fetcher report --har page.har load.json
  fetcher report --md audit.md --junit audit.xml audit.json
  fetcher report comparison.json                    what it showed, again
  fetcher report --md comparison.md comparison.json   for a pull request

Files may be records (fetcher load --json), HARs of Chrome, Firefox, WebPageTest
or Browsertime, and saved checks, audits or comparisons. Of several runs of a
page the first is shown, and said."""

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
    _check_loads(given, forms)
    tools = AuditForms(junit=junit, sarif=sarif)
    audits = [one.saved.audit for one in given if one.saved.audit is not None]
    if tools.any and (len(audits) != 1 or len(given) > 1):
        raise UsageError("--junit and --sarif are of one saved audit; name the file of fetcher audit --json")
    if html is not None:
        _page(given, html, redact=not no_redact)
    drawn = [each for one in given for each in one.drawn]
    if drawn:
        one = drawn[0]
        views = (one.load,) if one.repeat is None else (one.load, one.repeat)
        Forms(None, svg, trace, har).write(views, redact=not no_redact)
    if tools.any:
        tools.write_files(audits[0], redact=not no_redact)
    if markdown is not None:
        write_text("\n".join(text for one in given for text in one.markdown()), markdown)
    if output is not None or not (forms.any or tools.any or markdown or quiet):
        _show(given, output, verbose=verbose, color=color)
    for note in _left_out(given, forms) if not quiet else ():
        tell(f"note: {note}")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A page's load as it is shown: ``name`` titles it, ``repeat`` is its repeat view. ``which`` says which of several
    loads of the file it is, "" where it is the only one; ``runs`` is how many of them are the page's own runs."""

    load: PageLoad
    name: str = ""
    repeat: PageLoad | None = None
    which: str = ""
    runs: int = 1


class _Given:
    """One of the files. ``drawn`` are its pages' loads as pictures show them, of a comparison the second arm's load of
    the first pair that counts. ``side_by_side`` are those that an HTML page shows, with their titles."""

    def __init__(self, file: str, *, redact: bool) -> None:
        from fetcher.runs.saved_files import read_saved

        self.file = file
        self.saved = read_saved(file)
        self.redact = redact
        self.drawn = self._drawn()
        if self.saved.kind == "load" and not self.drawn:
            raise RecordError(f"{file} holds no load")

    def _drawn(self) -> list[_Drawn]:
        from fetcher.runs.inputs import pages_of

        saved = self.saved
        if saved.comparison is not None:
            pair = next((each for each in saved.comparison.pairs if each.counts), None)
            if pair is None or pair.second is None:
                return []
            return [_Drawn(pair.second, which=f"pair {pair.number}, {saved.comparison.arms[1].name}")]
        if saved.audit is not None:
            return [_Drawn(load, name, which=name) for load, name in drawn_of_audit(saved.audit)]
        if saved.checks:
            several = len(saved.checks) > 1
            made = [each for one in saved.checks if (each := drawn_of_check(one, several=several)) is not None]
            return [_Drawn(load, name, which=name) for load, name in made]
        pages = pages_of(saved)
        found = []
        for number, page in enumerate(pages, 1):
            name = f"{self.file} {number}" if len(pages) > 1 else self.file
            repeat, runs = page.answers.repeat, len(page.loads)
            which = f"the first of {runs} runs" if runs > 1 else "the repeat view" if repeat is not None else ""
            found.append(_Drawn(page.loads[0], name, repeat, which, runs))
        return found

    @property
    def side_by_side(self) -> list[tuple[PageLoad, str]]:
        comparison = self.saved.comparison
        if comparison is not None:
            from fetcher.record.redaction import redact_text

            pair = next((each for each in comparison.pairs if each.counts), None)
            both = [load for load in (pair.first, pair.second) if load is not None] if pair is not None else []
            names = [redact_text(arm.name) if self.redact else arm.name for arm in comparison.arms]
            return list(zip(both, names, strict=False))
        if self.saved.kind in ("audit", "check") and len(self.drawn) > MOST_SIDE_BY_SIDE:
            return []  # what was found stands in the sections
        found = []
        for one in self.drawn:
            found.append((one.load, f"{one.name}, first view" if one.repeat is not None else one.name))
            if one.repeat is not None:
                found.append((one.repeat, f"{one.name}, repeat view"))
        return found

    @property
    def urls(self) -> list[str]:
        """The pages it is about."""
        if self.saved.audit is not None:
            return [page.url for page in self.saved.audit.pages]
        if self.saved.comparison is not None:
            return [self.saved.comparison.url]
        return [one.url for one in self.saved.checks] or [one.load.final_url or one.load.url for one in self.drawn]

    def sections(self, *, after: int) -> list[str]:
        """What stands above the waterfalls of an HTML page, below ``after`` other sections."""
        if self.saved.audit is not None:
            return audit_sections(self.saved.audit, redact=self.redact, after=after)
        if self.saved.comparison is not None:
            from fetcher.report.html.comparison import comparison_section

            return [comparison_section(self.saved.comparison, redact=self.redact)]
        from fetcher.report.html.check import check_section

        return [check_section(one, redact=self.redact) for one in self.saved.checks]

    def markdown(self) -> list[str]:
        if self.saved.audit is not None:
            from fetcher.report.audit.markdown import markdown

            return [markdown(self.saved.audit, redact=self.redact)]
        if self.saved.comparison is not None:
            from fetcher.report.comparison.markdown import comparison_markdown

            return [comparison_markdown(self.saved.comparison, redact=self.redact)]
        if self.saved.checks:
            from fetcher.report.check.markdown import check_markdown

            return [check_markdown(self.saved.checks, redact=self.redact)]
        from fetcher.report.markdown.load import load_markdown, loads_markdown

        return [
            load_markdown(one.load, redact=self.redact)
            if one.repeat is None
            else loads_markdown([one.load, one.repeat], VIEWS, redact=self.redact)
            for one in self.drawn
        ]

    def show(self, stream: TextIO, *, verbose: bool, colour: bool | None) -> None:
        """As the command that saved it does, of an audit with its waterfalls."""
        from fetcher.report.terminal import print_check, print_lines, print_load, print_repeat_view

        asked: dict[str, Any] = {"all_rows": verbose, "redact": self.redact}
        audit, comparison = self.saved.audit, self.saved.comparison
        if self.saved.checks:
            print_check(self.saved.checks, file=stream, color=colour, **asked)
        elif comparison is not None:
            from fetcher.report.comparison.text import comparison_lines

            print_lines(
                lambda width, unicode: comparison_lines(comparison, width=width, unicode=unicode, **asked),
                file=stream, color=colour,
            )  # fmt: skip
        else:
            for number, one in enumerate(self.drawn):
                if number:
                    print(file=stream)
                if one.repeat is not None:
                    print_repeat_view(one.load, one.repeat, file=stream, color=colour, **asked)
                else:
                    print_load(one.load, file=stream, color=colour, **asked)
        if audit is not None:
            from fetcher.report.audit.text import audit_lines

            if self.drawn:
                print(file=stream)
            print_lines(
                lambda width, unicode: audit_lines(audit, width=width, unicode=unicode, **asked),
                file=stream, color=colour,
            )  # fmt: skip


def _check_loads(given: list[_Given], forms: Forms) -> None:
    """Raises UsageError for a form that cannot hold what the files do, before any is written."""
    drawn = [each for one in given for each in one.drawn]
    side_by_side = sum(len(one.side_by_side) for one in given)
    if forms.html is not None and side_by_side > MOST_SIDE_BY_SIDE:
        raise UsageError(f"one page shows {MOST_SIDE_BY_SIDE} loads at the most, and these files have {side_by_side}")
    wanting = [option for option in ("--svg", "--trace", "--har") if forms.named[option] is not None]
    if not wanting:
        return
    if not drawn:
        raise UsageError(
            "--svg, --trace and --har are made of loads, and these files hold none (an audit of many pages)"
        )
    if len(drawn) > 1:
        raise UsageError(
            f"{' and '.join(wanting)} can hold one page, and these files have {len(drawn)}; name one file of one page, "
            f"or --html for up to {MOST_SIDE_BY_SIDE}"
        )


def _page(given: list[_Given], html: str, *, redact: bool) -> None:
    both = [each for one in given for each in one.side_by_side]
    checks = [bool(one.saved.checks) for one in given for _ in one.side_by_side]
    alone = len(both) == 1 and given[0].saved.kind == "load"
    sections: list[str] = []
    for one in given:
        sections += one.sections(after=len(sections))
    Forms(html).write(
        [load for load, _ in both], names=[] if alone else [name for _, name in both], sections=sections,
        urls=[url for one in given for url in one.urls],
        links_above=[number for number, is_check in enumerate(checks) if is_check], redact=redact,
    )  # fmt: skip


def _left_out(given: list[_Given], forms: Forms) -> Iterator[str]:
    """What the files hold and a form that was asked for does not show."""
    for one in given:
        for each in one.drawn:
            if each.runs > 1:
                yield f"{one.file} holds {each.runs} runs of {each.load.url}; the first is shown"
            elif each.which:
                wanting = [option for option in ("--svg", "--trace") if forms.named[option] is not None]
                if forms.har is not None and each.repeat is None:
                    wanting.append("--har")
                if wanting:
                    verb = "show" if len(wanting) > 1 else "shows"
                    yield f"of {one.file} {' and '.join(wanting)} {verb} {each.which} alone"


def _show(given: list[_Given], output: str | None, *, verbose: bool, color: o.Colour) -> None:
    """Each file as the command that saved it shows it."""
    colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
    with report_stream(output) as stream:
        for number, one in enumerate(given):
            if number:
                print(file=stream)
            one.show(stream, verbose=verbose, colour=colour)
