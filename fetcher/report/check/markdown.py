"""A check as Markdown for a pull request: the answer, each link with what every browser does, what is wrong and why.

What a server sent is inert (``markdown.inert``), and long texts are shortened. The same words as on the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fetcher.analysis.check.judgement import Checked
from fetcher.analysis.check.survey import Survey
from fetcher.record.redaction import redacted
from fetcher.report.check.answer import headline
from fetcher.report.check.links import home_of, reasons, result, what
from fetcher.report.check.text import closing_line, remarks, result_words, run_words
from fetcher.report.check.words import MOST_LISTED
from fetcher.report.escape import safe_load, shorten
from fetcher.report.lines import Line, count
from fetcher.report.markdown.early_hints import early_hint_rules
from fetcher.report.markdown.inert import MOST_CHARACTERS, bounded, code, folded, table, text
from fetcher.terms import ProfileName

UNWRAPPED = 1_000_000
LONGEST = 400
MOST_LINKS = 50
_ICONS = {True: "✅", False: "❌", None: "⚠️"}


def check_markdown(checks: Sequence[Checked], *, redact: bool = True, most: int = MOST_CHARACTERS) -> str:
    """The text, ending in a newline. Secrets are replaced unless ``redact`` is False."""
    return bounded(_all([safe_load(redacted(one) if redact else one) for one in checks]), most)


def _all(checks: Sequence[Checked]) -> Iterator[str]:
    blocks = [list(_blocks(one)) for one in checks]
    for each in blocks:
        yield from each
    if rules := early_hint_rules("".join(each for block in blocks for each in block)):
        yield rules
    if len(checks) > 1:
        yield f"**{_said(closing_line(checks))}**"


def _blocks(checked: Checked) -> Iterator[str]:
    passed, said = result_words(checked)
    yield f"## fetcher check of {code(shorten(checked.url, LONGEST))}: {_ICONS[passed]} {text(said)}"
    yield _listed(headline(checked, UNWRAPPED))
    seen = checked.survey if checked.survey.runs else checked.unfinished
    if seen is not None and seen.hints:
        yield "\n".join(_links(checked, seen))
        if why := list(reasons(seen.hints, checked.profile, UNWRAPPED, None)):
            yield folded("Why a browser does not act", [_listed(why)])
    if checked.survey.runs and (told := list(remarks(checked, UNWRAPPED, MOST_LISTED))):
        yield _listed(told)
    yield folded(
        count(len(checked.runs), "run"), [f"- run {run.number}: {_short(run_words(run))}" for run in checked.runs]
    )


def _links(checked: Checked, survey: Survey) -> Iterator[str]:
    home = home_of(checked.url)
    rows = []
    for hint in survey.hints[:MOST_LINKS]:
        acts = {one.profile: one.acts for one in hint.verdicts}
        fix = next((one.fix for one in hint.verdicts if one.profile is checked.profile and not one.acts), None)
        mended = f" → {code(shorten(fix, LONGEST))}".replace("|", "\\|") if fix else ""
        rows.append([
            f"{hint.number}. " + code(shorten(what(hint, home), LONGEST)).replace("|", "\\|") + mended,
            *("✓" if acts.get(profile) else "✗" for profile in ProfileName), text(result(hint, checked)[0]),
        ])  # fmt: skip
    yield from table(["link", *(profile.value for profile in ProfileName), "what came of it"], rows, between=":-:")
    if len(survey.hints) > MOST_LINKS:
        yield f"\nand {len(survey.hints) - MOST_LINKS} more"


def _listed(lines: Iterable[Line]) -> str:
    return "\n".join(f"- {_short(said)}" for line in lines if (said := _said(line)))


def _said(line: Line) -> str:
    return "".join(part for part, _ in line).strip()


def _short(said: str) -> str:
    return text(shorten(said, LONGEST))
