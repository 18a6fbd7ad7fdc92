"""The judgement on one URL that was checked: its survey, what was expected, what was found wrong, and the outcome.

A finding is an expectation that was not met, a document that answered 4xx or 5xx unasked, or a hinted
resource that failed; a warning is a hint that will do less than its author hoped. A page
behind a wall is blocked and never judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fetcher.analysis.check.expectations import Expectations, Met, met
from fetcher.analysis.check.survey import STILL_OPENING, HintFetch, HintSurvey, Run, RunOutcome, Survey, survey
from fetcher.analysis.hints_in_chromium import HintInChromium, hints_in_chromium
from fetcher.analysis.links import early_hints_of
from fetcher.terms import ProfileName
from fetcher.urls import resolve


class CheckOutcome(StrEnum):
    PASSED = "passed"
    FINDINGS = "findings"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Remark:
    """``hint`` is the number of the hint it is about, None for the page as a whole."""

    text: str
    hint: int | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """``complete`` is False when some of the ``asked`` runs failed or were blocked, ``why`` the first one's reason; the
    others are judged all the same. ``url`` is as the standard writes it. ``unfinished`` is what the failed runs with a
    103 showed until they failed, for a person to see: nothing is judged by it, None where there is none."""

    url: str
    outcome: CheckOutcome
    profile: ProfileName
    asked: int
    complete: bool
    why: str | None
    survey: Survey
    expectations: tuple[Met, ...]
    findings: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    runs: tuple[Run, ...]
    unfinished: Survey | None = None
    hints_in_chromium: tuple[HintInChromium, ...] = ()


def judge(
    url: str,
    runs: Sequence[Run],
    *,
    profile: ProfileName,
    asked: int | None = None,
    expected: Expectations | None = None,
) -> Checked:
    """What ``runs`` of ``url`` show; ``asked`` is how many there should have been."""
    found = survey(runs)
    counted = found.runs
    answers = met(expected or Expectations(), found, runs) if counted else ()
    findings = tuple(_findings(found, answers, runs, expected or Expectations()))
    left_out = [run for run in runs if run.outcome is not RunOutcome.COUNTED]
    if counted:
        outcome = CheckOutcome.FINDINGS if findings else CheckOutcome.PASSED
    elif any(run.outcome is RunOutcome.BLOCKED for run in left_out):
        outcome = CheckOutcome.BLOCKED
    else:
        outcome = CheckOutcome.FAILED
    wanted = asked if asked is not None else len(runs)
    return Checked(
        url=parsed.href if (parsed := resolve(url.strip())) is not None else url,
        outcome=outcome,
        profile=profile,
        asked=wanted,
        complete=counted == wanted,
        why=left_out[0].why if left_out else None,
        survey=found,
        expectations=answers,
        findings=findings,
        warnings=tuple(_warnings(found, answers)),
        runs=tuple(runs),
        unfinished=_unfinished(runs),
        hints_in_chromium=next((told for run in runs if run.load and (told := hints_in_chromium(run.load))), ()),
    )


def _unfinished(runs: Sequence[Run]) -> Survey | None:
    hinted = [
        replace(run, outcome=RunOutcome.COUNTED)
        for run in runs
        if run.outcome is RunOutcome.FAILED and run.load is not None and early_hints_of(run.load)
    ]
    return survey(hinted) if hinted else None


def _findings(found: Survey, answers: Sequence[Met], runs: Sequence[Run], expected: Expectations) -> Iterator[Remark]:
    if expected.status is None:
        yield from _about_the_document(found, runs)
    for answer in answers:
        if not answer.met:
            yield Remark(f"{answer.what} is not met: {answer.found}")
    for hint in found.hints:
        bad = [fetch for fetch in hint.fetches if (fetch.status or 0) >= 400]
        if bad:
            text = f"answered {bad[0].status}{_often(bad, hint)}; restore it or take it out of the 103"
            yield Remark(text, hint.number)
        lost = [fetch for fetch in hint.fetches if fetch.outcome != "complete"]
        if lost:
            yield Remark(f"failed ({lost[0].error or lost[0].outcome}){_often(lost, hint)}", hint.number)
        fine = ("open", STILL_OPENING)
        unopened = [error for _, error in hint.connections if error not in fine and "stood already" not in error]
        if unopened:
            yield Remark(f"no connection was opened: {unopened[0]}", hint.number)


def _about_the_document(found: Survey, runs: Sequence[Run]) -> Iterator[Remark]:
    """A page that is down is no page to release, however good its hints are."""
    documents = [run.load.document_request for run in runs if run.outcome is RunOutcome.COUNTED and run.load]
    bad = [one.status for one in documents if one is not None and one.status is not None and one.status >= 400]
    if bad:
        often = f" in {len(bad)} of {found.runs} runs" if found.runs > 1 else ""
        yield Remark(
            f"the document answered {bad[0]}{often}: the page itself is not there; mend it, or correct the URL"
        )


def _warnings(found: Survey, answers: Sequence[Met]) -> Iterator[Remark]:
    yield from _about_the_page(found, any(answer.what.startswith("--delivery") for answer in answers))
    for hint in found.hints:
        good = [fetch for fetch in hint.fetches if fetch.outcome == "complete" and (fetch.status or 0) < 400]
        moved = [fetch for fetch in good if fetch.redirects_to]
        if moved:
            text = f"redirects to {moved[0].redirects_to}; browsers do not follow it for a hint: hint at the final URL"
            yield Remark(text, hint.number, "EH 7.3")
        unfit = [fetch for fetch in good if fetch.type_fits is False]
        if unfit:
            word = hint.destination.value if hint.destination else "such a hint"
            yield Remark(
                f"comes as {unfit[0].type}, which does not go with as={word}: is it what was meant?",
                hint.number,
                "EH 9.5",
            )
        stale = [fetch for fetch in good if fetch.reusable is False and not fetch.redirects_to]
        if stale:
            text = f"cannot be reused ({stale[0].cache}): the page fetches it a second time; give it a lifetime"
            yield Remark(text, hint.number, "EH 9.3")
        if any("stood already" in state for _, state in hint.connections):
            yield Remark("a connection to that origin stands already; the hint does nothing", hint.number, "EH 11.3")


def _about_the_page(found: Survey, delivery_is_judged: bool) -> Iterator[Remark]:
    if 0 < found.with_hints < found.runs and not delivery_is_judged:
        yield Remark(f"the 103 came in {found.with_hints} of {found.runs} runs only")
    if found.later:
        runs = f" in {found.later} of {found.runs} runs" if found.runs > 1 else ""
        yield Remark(f"more than one 103 came{runs}; browsers act on the first only", rule="EH 4.2")
    if not found.stable:
        yield Remark(f"the links differ between runs: {found.link_sets} different sets")
    if found.with_hints and not found.hints:
        yield Remark("the 103 has no Link: there is nothing to act on", rule="EH 4.2")


def _often(fetches: Sequence[HintFetch], hint: HintSurvey) -> str:
    return f" in {len(fetches)} of {len(hint.fetches)} runs" if len(hint.fetches) > 1 else ""
