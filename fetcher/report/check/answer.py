"""The answer of a check at a glance: is there a 103, how often, how soon, over what, from which cache; and why fewer
runs count than were asked for."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.check.judgement import Checked, CheckOutcome
from fetcher.analysis.check.survey import RunOutcome, Survey
from fetcher.report.check.words import spread_words, whole
from fetcher.report.lines import UNBROKEN, Line, Style, count, paragraph

_SAID = {"http/1.1": "HTTP/1.1", "h2": "h2", "h3": "h3"}


def headline(checked: Checked, width: int) -> Iterator[Line]:
    survey = checked.survey
    if not survey.runs:
        blocked = checked.outcome is CheckOutcome.BLOCKED
        text = f"{checked.why or 'no run was made'}"
        if blocked:
            text = f"blocked: {text}; nothing is judged"
        yield from paragraph(text, width, Style.BAD, lead=(("✗ ", Style.BAD),), indent=2)
        yield from _not_made(checked, width)
        return
    there = survey.with_hints == survey.runs and survey.acted_on == survey.runs
    mark, style = ("✓", Style.GOOD) if there else ("!", Style.WARNING)
    yield from paragraph(answer(survey), width, Style.STRONG, lead=((f"{mark} ", style),), indent=2)
    for text in (_judged(checked), _clocks(survey), _edge(survey)):
        if text:
            yield from paragraph(text, width, lead=(("  ", Style.PLAIN),), indent=2)
    left_out = [run for run in checked.runs if run.outcome is not RunOutcome.COUNTED]
    for run in left_out[:3]:
        text = f"run {run.number} does not count ({run.outcome}): {run.why}"
        yield from paragraph(text, width, Style.WARNING, lead=(("! ", Style.WARNING),), indent=2)
    if checked.unfinished is not None:
        text = f"before they failed, runs that do not count had: {answer(checked.unfinished)}"
        yield from paragraph(text, width, lead=(("  ", Style.PLAIN),), indent=2)
    yield from _not_made(checked, width)


def _not_made(checked: Checked, width: int) -> Iterator[Line]:
    """Why fewer runs were made than asked for: a wall, a first run that failed, or an interruption."""
    made = len(checked.runs)
    if not 0 < made < checked.asked:
        return
    last = checked.runs[-1]
    text = f"stopped after run {last.number} of {checked.asked}"
    if last.outcome is RunOutcome.BLOCKED:
        text += ": a page behind a wall is not asked again"
    yield from paragraph(text, width, Style.WARNING, lead=(("! ", Style.WARNING),), indent=2)


def answer(survey: Survey) -> str:
    """ "103 in 5 of 5 runs over h2, after 22 ms (20-25), 281 ms before the final head"."""
    wire = " and ".join(_SAID.get(word, word) for word in survey.protocols)
    over = f" over {wire}" if wire else ""
    if not survey.with_hints:
        return f"no 103 in {count(survey.runs, 'run')}{over}"
    parts = [f"103 in {survey.with_hints} of {count(survey.runs, 'run')}{over}"]
    if survey.first_interim_response_start is not None:
        parts += _hop(survey)
        parts.append(f"after {spread_words(survey.first_interim_response_start)}")
    if survey.window is not None:
        parts.append(f"{whole(survey.window.median)} ms before the final head")
    return ", ".join(part.replace(" ", UNBROKEN) for part in parts)


def _hop(survey: Survey) -> list[str]:
    """On which hop of a redirected navigation the 103 came, where it was not the last."""
    if not survey.early_hops:
        return []
    if survey.early_request_start is not None and survey.early_request_start.count < survey.with_hints:
        return ["in some runs before a redirect"]
    which = "the first hop" if survey.early_hops == (1,) else "a hop before the last"
    return [f"on {which}"]


def _judged(checked: Checked) -> str:
    survey = checked.survey
    if not survey.with_hints:
        return ""
    first = [hint for hint in survey.hints if hint.position == 0]
    links = count(len(first), "link")
    if survey.ignored:
        rule, reason = survey.ignored[0]
        text = f"{links}, but {checked.profile} ignores the 103 ({rule}): {reason}"
        if rule == "EH 4.4":
            text += "; nothing hinted was requested, --browser eager requests it all the same"
        return text
    acted = sum(bool(hint.acted) for hint in first)
    share = "all" if acted == len(first) > 0 else str(acted)
    same = "; the same links every time" if survey.with_hints > 1 and survey.stable else ""
    return f"{links}, {checked.profile} acts on {share}{same}"


def _clocks(survey: Survey) -> str:
    """The instants round the 103, so that what the network took can be told from what the server did."""
    sent, early, final = survey.request_start, survey.early_request_start, survey.final_response_headers_start
    if early is None:
        named = [("request sent", sent), ("final head", final)]
    else:
        which = "the first hop" if survey.early_hops == (1,) else "a hop before the last"
        named = [(f"request on {which} sent", early), ("on the last", sent), ("its final head", final)]
    return ", ".join(f"{name} after {spread_words(value)}" for name, value in named if value is not None)


def _edge(survey: Survey) -> str:
    """Which cache state the document came from, and with which of them the 103 did."""
    parts = []
    for one in survey.edges:
        if not one.fields:
            continue
        raw = ", ".join(f"{name}: {value}" for name, value in one.fields)
        missing = f", 103 in {one.with_hints}" if one.with_hints != one.runs else ""
        parts.append(f"{one.state} in {count(one.runs, 'run')}{missing} ({raw})")
    return "edge cache " + "; ".join(parts) if parts else ""
