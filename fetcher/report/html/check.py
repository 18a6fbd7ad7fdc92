"""A check as a section of the page: passed or not, the answer, each link with each browser's verdict, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable

from fetcher.analysis.check.judgement import Checked
from fetcher.analysis.check.survey import HintSurvey, Survey
from fetcher.analysis.links import Verdict
from fetcher.record.redaction import redacted
from fetcher.report.check.answer import headline
from fetcher.report.check.links import home_of, in_chromium, result, what
from fetcher.report.check.text import remarks, result_words, run_words
from fetcher.report.escape import safe_load
from fetcher.report.html.markup import table, text
from fetcher.report.html.verdicts import mended, verdict_cells
from fetcher.report.lines import Line, count
from fetcher.terms import ProfileName

UNWRAPPED = 1_000_000
MOST = 200
"""Links shown on one page; the saved check has them all."""
_CLASSES = {True: ' class="yes"', False: ' class="no"', None: ' class="hm"'}
_MARKS = {True: "✓", False: "✗", None: "!"}


def check_section(checked: Checked, *, redact: bool = True) -> str:
    """What ``checked`` found. Secrets are replaced unless ``redact`` is False."""
    shown = safe_load(redacted(checked) if redact else checked)
    passed, said = result_words(shown)
    seen = shown.survey if shown.survey.runs else shown.unfinished
    links = _links(shown, seen) if seen is not None and seen.hints else ""
    told = _listed(remarks(shown, UNWRAPPED, None)) if shown.survey.runs else ""
    runs = "".join(f"<li>run {run.number}: {text(run_words(run))}</li>" for run in shown.runs)
    return (
        f"<h2>Check · {text(shown.url)}</h2>"
        f"<p><strong{_CLASSES[passed]}>{_MARKS[passed]} {text(said)}</strong> · as {text(shown.profile)}</p>"
        f"{_listed(headline(shown, UNWRAPPED))}{links}{told}"
        f"<details><summary>{count(len(shown.runs), 'run')}</summary><ul>{runs}</ul></details>"
    )


def _links(checked: Checked, survey: Survey) -> str:
    home = home_of(checked.url)
    seen = {one.link: one for one in reversed(checked.hints_in_chromium)}
    rows = []
    for hint in survey.hints[:MOST]:
        by = {one.profile: one for one in hint.verdicts}
        beside = in_chromium(seen.get(hint.raw))
        came = text(result(hint, checked)[0]) + (f"<br>{text(beside)}" if beside else "")
        link = _link(hint, what(hint, home), by.get(checked.profile))
        rows.append([str(hint.number), link, came, *verdict_cells(hint.verdicts)])
    head = ["#", "link", "what came of it", *(profile.value for profile in ProfileName)]
    more = (
        f"<p>{len(survey.hints) - MOST} further links are in the saved check.</p>" if len(survey.hints) > MOST else ""
    )
    return table(head, rows, caption="Each link of the 103s, and what browsers do with it") + more


def _link(hint: HintSurvey, name: str, driving: Verdict | None) -> str:
    fix = driving.fix if driving is not None and not driving.acts else None
    return f'{text(name)}<code class="raw">{text(hint.raw)}</code>{mended(fix)}'


def _listed(lines: Iterable[Line]) -> str:
    words = ("".join(part for part, _ in line).strip() for line in lines)
    return "".join(f"<p>{text(each)}</p>" for each in words if each)
