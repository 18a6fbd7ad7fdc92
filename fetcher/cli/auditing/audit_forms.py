"""Where each form of an audit goes: files, standard output, GitHub's step summary; and what is said where none is read.

``check`` refuses, before anything is loaded, forms that would overwrite each other or could not be written.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fetcher.cli import options as o
from fetcher.cli.forms import MOST_SIDE_BY_SIDE
from fetcher.cli.streams import check_writable, put_down, report_stream, tell, write_text
from fetcher.errors import FetcherError, UsageError

if TYPE_CHECKING:
    from fetcher.audits.result import AuditResult
    from fetcher.record import PageLoad
    from fetcher.report.lines import Line

SUMMARY = "GITHUB_STEP_SUMMARY"
"""The environment's name for the file whose Markdown GitHub shows on a job's page."""


@dataclass(frozen=True, slots=True)
class AuditForms:
    """Files by form, "-" for standard output, None for none; ``github``: annotations on standard output and the step
    summary."""

    json: str | None = None
    junit: str | None = None
    sarif: str | None = None
    markdown: str | None = None
    html: str | None = None
    output: str | None = None
    github: bool = False

    def check(self, **others: str | None) -> None:
        """Raises ``UsageError``; ``others`` are further files of the command, option -> name."""
        files = {
            "--json": self.json, "--junit": self.junit, "--sarif": self.sarif, "--md": self.markdown,
            "--html": self.html, "-o": self.output,
        }  # fmt: skip
        for name in files.values():
            check_writable(name)
        wanting = [f"{option} -" for option, name in files.items() if name == "-"] + ["--github"] * self.github
        if len(wanting) > 1 and (self.output != "-" or len(wanting) > 2 or not self.github):
            raise UsageError(f"{' and '.join(wanting)} all want standard output; give the others a file")
        o.distinct({**files, **others})

    @property
    def takes_output(self) -> bool:
        """Whether a form other than the report is on standard output."""
        return "-" in (self.json, self.junit, self.sarif, self.markdown, self.html)

    def write(self, result: AuditResult, *, quiet: bool, verbose: bool, colour: bool | None, redact: bool) -> None:
        """Every form that was asked for, the saved one first; then, where no report is shown, what fails. One that
        cannot be written costs no other."""
        faults: list[FetcherError] = []
        for text, name in self._texts(result, redact):
            with put_down(faults):
                write_text(text, name)
        shown = self.output is not None or not (self.takes_output or quiet)
        if shown:
            with put_down(faults):
                print_audit(result, self.output, verbose=verbose, colour=colour, redact=redact)
        if self.github:
            with put_down(faults):
                _github(result, redact=redact)
        if self.output not in (None, "-") or not shown:
            _say_what_failed(result)
        if faults:
            raise faults[0]

    @property
    def any(self) -> bool:
        """Whether a file that other tools read is wanted."""
        return any((self.json, self.junit, self.sarif, self.markdown, self.html))

    def write_files(self, result: AuditResult, *, redact: bool) -> None:
        for text, name in self._texts(result, redact):
            write_text(text, name)

    def _texts(self, result: AuditResult, redact: bool) -> Iterator[tuple[str, str]]:
        if self.json is not None:
            from fetcher.audits.saved import dumps

            yield dumps(result, redact=redact), self.json
        if self.junit is not None:
            from fetcher.report.audit.junit import junit

            yield junit(result, redact=redact), self.junit
        if self.sarif is not None:
            from fetcher.report.audit.sarif import sarif

            yield sarif(result, redact=redact), self.sarif
        if self.markdown is not None:
            from fetcher.report.audit.markdown import markdown

            yield markdown(result, redact=redact), self.markdown
        if self.html is not None:
            yield _html(result, redact=redact), self.html


def _html(result: AuditResult, *, redact: bool) -> str:
    """The findings of each page and, of a few pages, the waterfall of the run that the rules speak of."""
    from fetcher.report.html import html_report

    drawn = drawn_of(result)
    few = drawn if len(drawn) <= MOST_SIDE_BY_SIDE else []
    return html_report(
        [load for load, _ in few],
        names=[name for _, name in few],
        sections=audit_sections(result, redact=redact),
        urls=[page.url for page in result.pages],
        redact=redact,
    )


def audit_sections(result: AuditResult, *, redact: bool, after: int = 0) -> list[str]:
    """A section of HTML for each page, and before those of several one that leads to them. ``after`` sections have been
    made of this page already, whose ids these must not have."""
    from fetcher.report.audit.words import readable
    from fetcher.report.html.findings import findings_section, summary_section

    shown = readable(result, redact=redact)
    places = [f"findings-{after + number}" if after + number else "findings" for number in range(len(shown.pages))]
    made = [findings_section(shown, page, place=place) for page, place in zip(shown.pages, places, strict=True)]
    return [summary_section(shown, places), *made] if len(made) > 1 else made


def drawn_of(result: AuditResult) -> list[tuple[PageLoad, str]]:
    """Of each page that was loaded the run that the rules speak of, and which that is."""
    from fetcher.audits.page import Page
    from fetcher.record.redaction import redact_text

    found = []
    for page in result.pages:
        if page.loads:
            load = Page(page.loads, page.profile).load
            number = next(place for place, one in enumerate(page.loads, 1) if one is load)
            of = f" · {redact_text(page.url)}" if len(result.pages) > 1 else ""
            which = f"run {number} of {len(page.loads)}, which" if len(page.loads) > 1 else "the one run, which"
            found.append((load, f"{which} the findings are of{of}"))
    return found


def print_audit(result: AuditResult, output: str | None, *, verbose: bool, colour: bool | None, redact: bool) -> None:
    """The report as text, in the file ``output`` or on standard output."""
    from fetcher.report.audit.text import audit_lines
    from fetcher.report.terminal import print_lines

    def lines(width: int, unicode: bool) -> list[Line]:
        return audit_lines(result, width=width, unicode=unicode, all_rows=verbose, redact=redact)

    with report_stream(output) as stream:
        print_lines(lines, file=stream, color=colour)


def _github(result: AuditResult, *, redact: bool) -> None:
    """Annotations, and the Markdown at the end of the step summary where the environment names one."""
    from fetcher.report.audit.github import workflow_commands

    sys.stdout.write(workflow_commands(result, redact=redact))
    name = os.environ.get(SUMMARY)
    if not name:
        return
    from fetcher.report.audit.markdown import markdown

    try:
        with open(name, "a", encoding="utf-8", newline="\n") as file:
            file.write(markdown(result, redact=redact))
    except OSError as error:
        raise UsageError(f"cannot write {name} ({SUMMARY}): {error.strerror or error}") from error


def _say_what_failed(result: AuditResult) -> None:
    """The sentences that explain the exit code."""
    from fetcher.audits.auditing import Outcome
    from fetcher.audits.result import PageOutcome
    from fetcher.report.audit.words import readable, verdict

    result = readable(result)
    for page in result.pages:
        if page.outcome is not PageOutcome.JUDGED:
            tell(f"{page.url}: {verdict(result, page)}")
        for crash in page.of(Outcome.CRASHED):
            tell(f"{page.url}: rule {crash.rule} crashed: {crash.reason}")
        for one in page.reported:
            if result.fails(one):
                found = f"{one.finding.severity}: {one.finding.rule}: {one.finding.message}"
                tell(f"{page.url}: {found}")
