"""What a check found, for the terminal and as JSON: pure, values in, lines or text out.

One block a URL: a first line that answers at a glance (is there a 103, how often, how soon), the clocks, a row for each
link with what each browser does with it and what it fetched, the reasons of those that do not, then what was expected
and what is wrong. A link is named by its number, so that a reason is said once however many links and browsers it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from fetcher.analysis.check.judgement import Checked, CheckOutcome, Remark
from fetcher.analysis.check.survey import Run, RunOutcome, Survey
from fetcher.analysis.links import early_hints_of
from fetcher.record.redaction import redacted
from fetcher.report.check.answer import answer, headline
from fetcher.report.check.links import link_table
from fetcher.report.check.words import MOST_LISTED, listed, unbroken
from fetcher.report.escape import safe_load, shorten
from fetcher.report.lines import (
    Line,
    Style,
    count,
    milliseconds,
    paragraph,
    to_ascii,
    trimmed,
)
from fetcher.report.rows import hop_of


def check_lines(
    checked: Checked, *, width: int, unicode: bool = True, all_rows: bool = False, redact: bool = True
) -> list[Line]:
    """One URL's block in ``width`` cells; ``all_rows`` adds each run and each link's raw text, and ends no list."""
    checked = safe_load(redacted(checked) if redact else checked, unicode=unicode)
    lines: list[Line] = [((shorten(checked.url, width), Style.STRONG),)]
    lines += headline(checked, width)
    if checked.survey.runs:
        lines += link_table(checked, width, None if all_rows else MOST_LISTED, raw=all_rows)
        lines += remarks(checked, width, None if all_rows else MOST_LISTED)
        if all_rows:
            lines += _runs(checked.runs, width)
        lines += [(), _result_line(checked)]
    elif checked.unfinished is not None:
        lines += _unfinished(checked, checked.unfinished, width, None if all_rows else MOST_LISTED, raw=all_rows)
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def closing_line(several: Sequence[Checked]) -> Line:
    """ "4 URLs: 2 passed, 1 with findings, 1 blocked"."""
    words = {
        CheckOutcome.PASSED: "passed",
        CheckOutcome.FINDINGS: "with findings",
        CheckOutcome.BLOCKED: "blocked",
        CheckOutcome.FAILED: "could not be loaded",
    }
    counted = [(sum(one.outcome is outcome for one in several), word) for outcome, word in words.items()]
    text = ", ".join(f"{number} {word}" for number, word in counted if number)
    return ((f"{count(len(several), 'URL')}: {text}", Style.STRONG),)


def _unfinished(checked: Checked, seen: Survey, width: int, most: int | None, *, raw: bool) -> Iterator[Line]:
    """The 103 of a page whose every run failed: what was seen until then, said to be no more than that."""
    text = f"seen before it failed, and not judged: {answer(seen)}"
    yield from paragraph(text, width, Style.WARNING, lead=(("! ", Style.WARNING),), indent=2)
    yield from link_table(replace(checked, survey=seen), width, most, raw=raw)


def remarks(checked: Checked, width: int, most: int | None) -> Iterator[Line]:
    met = [
        paragraph(f"{one.what}: {one.found}", width, lead=(("✓ ", Style.GOOD),), indent=2)
        for one in checked.expectations
        if one.met
    ]
    warnings = [_remark(one, "!", Style.WARNING, width) for one in checked.warnings]
    findings = [_remark(one, "✗", Style.BAD, width) for one in checked.findings]
    if warnings or met or findings:
        yield ()
    for entries in (warnings, met, findings):  # each with its own end, or many warnings would hide a finding
        yield from listed(entries, most)


def _result_line(checked: Checked) -> Line:
    """ "✗ 2 findings, 1 warning; judged from 3 of 5 runs"."""
    passed, said = result_words(checked)
    mark, style = ("✓ ", Style.GOOD) if passed else ("✗ ", Style.BAD)
    return ((mark, style), (said, style))


def result_words(checked: Checked) -> tuple[bool | None, str]:
    """Whether it passed, None where nothing could be judged, and in words: "2 findings, 1 warning; judged from 3 of 5
    runs", "blocked", "could not be loaded"."""
    if not checked.survey.runs:
        return None, "blocked, not judged" if checked.outcome is CheckOutcome.BLOCKED else "could not be loaded"
    warnings = f", {count(len(checked.warnings), 'warning')}" if checked.warnings else ""
    if not checked.complete:
        warnings += f"; judged from {checked.survey.runs} of {count(checked.asked, 'run')}"
    if checked.findings:
        return False, count(len(checked.findings), "finding") + warnings
    idle = not checked.survey.with_hints and not checked.expectations
    return True, "passed" + (" (no 103 came, and nothing was expected)" if idle else "") + warnings


def _remark(remark: Remark, mark: str, style: Style, width: int) -> list[Line]:
    about = f"{remark.hint}  " if remark.hint is not None else ""
    rule = f" ({unbroken(remark.rule)})" if remark.rule else ""
    return paragraph(remark.text + rule, width, lead=((f"{mark} ", style), (about, Style.DIM)), indent=2)


def _runs(runs: Iterable[Run], width: int) -> Iterator[Line]:
    """-v: one line a run."""
    yield ()
    for run in runs:
        yield from paragraph(run_words(run), width, Style.DIM, lead=((f"run {run.number}  ", Style.DIM),), indent=7)


def run_words(run: Run) -> str:
    load = run.load
    if run.outcome is not RunOutcome.COUNTED or load is None:
        return f"{run.outcome}: {run.why}"
    interims = early_hints_of(load)
    parts = [f"103 at {_at(one.at)} {hop_of(load, one.request)}".rstrip() for one in interims] or ["no 103"]
    parts.append(f"final head at {_at(load.final_response_headers_start)}")
    document = load.document_request
    if document is not None:
        parts.append(f"status {document.status}")
        connection = load.connections[document.connection] if document.connection is not None else None
        if connection is not None and connection.address:
            parts.append(f"from {connection.address}")
    return ", ".join(parts)


def _at(value: float | None) -> str:
    return "an unknown time" if value is None else milliseconds(value)
