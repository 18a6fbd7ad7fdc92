"""Checks, comparisons and audits before and after: findings new and fixed, effects that moved, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fetcher.analysis import Checked, Expectations, judge
from fetcher.analysis.changes import Trend, What, of_checks, of_comparisons
from fetcher.analysis.check.survey import run_of
from fetcher.audits import Page, audit_page
from fetcher.audits.auditing import Outcome
from fetcher.audits.changes import of_audits
from fetcher.audits.result import AuditResult, page_of, texts, without_loads
from fetcher.errors import UsageError
from fetcher.record.page_load import PageLoad
from fetcher.terms import ProfileName
from tests.support.audits import RULES, blocked, page, result
from tests.support.comparisons import noisy
from tests.support.deployments import PICTURE, URL, deployed, sheet

FILES = ("before.json", "after.json")


def checked(*loads: PageLoad) -> Checked:
    runs = [run_of(number, load) for number, load in enumerate(loads, 1)]
    return judge(URL, runs, profile=ProfileName.CHROMIUM, expected=Expectations(hints=2))


def test_two_checks() -> None:
    """What each found wrong is new or fixed, beside what became of the hints."""
    sound = checked(*[deployed(only_hints=True)] * 2)
    broken = checked(*[deployed(only_hints=True, hints=[sheet(), "</gone.js>; rel=preload; as=script"])] * 2)
    made = of_checks([sound], [broken], FILES)
    found = [(one.what, one.about, one.before, one.after, one.trend) for one in made.changes]
    gone = "</gone.js>; rel=preload; as=script"
    assert (
        What.FINDING,
        gone,
        None,
        "answered 404 in 2 of 2 runs; restore it or take it out of the 103",
        Trend.WORSE,
    ) in found
    assert (What.PAGE, "outcome", "passed", "findings", Trend.WORSE) in found
    assert (What.HINT_RESULT, "/gone.js", None, "404", Trend.WORSE) in found
    assert [one[0] for one in found if one[0].startswith("request")] == []
    back = [one.trend for one in of_checks([broken], [sound], FILES).changes if one.what is What.FINDING]
    assert back == [Trend.BETTER]
    (same,) = of_checks([sound], [sound], FILES).pages
    assert (same.changes, same.runs) == ((), (2, 2))
    assert [one.name for one in same.figures if one.estimated] == []


def test_two_checks_of_one_page_in_a_file() -> None:
    """As a URL named twice makes them: each is compared with the one in its place, with that one's findings."""
    sound = checked(*[deployed(only_hints=True)] * 2)
    broken = checked(*[deployed(only_hints=True, hints=[sheet(), "</gone.js>; rel=preload; as=script"])] * 2)
    worse, same = of_checks([sound, broken], [broken, broken], FILES).pages
    assert [one.trend for one in worse.changes if one.what is What.FINDING] == [Trend.WORSE]
    assert same.changes == ()
    unchanged = of_checks([sound, broken], [sound, broken], FILES)
    assert list(unchanged.changes) == []


def test_two_comparisons_of_one_effect() -> None:
    """The same page measured twice: the intervals overlap and nothing is claimed."""
    made = of_comparisons(noisy(), noisy(seed=2), FILES)
    render = next(one for one in made.pages[0].effects if one.name == "render-start")
    assert render.overlap is True
    assert render.before is not None
    assert render.after is not None
    assert render.before.is_shown
    assert list(made.changes) == []
    assert made.pages[0].figures == ()


def test_an_effect_that_shrank() -> None:
    """A sheet that is answered sooner leaves the hint less to win: later than it was, with both intervals."""
    made = of_comparisons(noisy(), noisy(sheet_ms=20.0), FILES)
    render = next(one for one in made.changes if one.about == "rendering can start")
    assert (render.what, render.trend, render.reason) == (What.EFFECT, Trend.WORSE, "ms")
    assert float(render.before or 0) < -90 < float(render.after or 0) < -30
    back = {one.about: one.trend for one in of_comparisons(noisy(sheet_ms=20.0), noisy(), FILES).changes}
    assert back["rendering can start"] is Trend.BETTER


def test_an_interval_without_a_value_is_no_effect() -> None:
    """As only a file that nobody measured has it: nothing is claimed of it."""
    whole = noisy()
    odd = [replace(one, shift=replace(one.shift, value=None, low=9e6, high=9.1e6)) for one in whole.measures]
    made = of_comparisons(whole, replace(whole, measures=tuple(odd)), FILES)
    assert list(made.changes) == []
    assert {one.overlap for one in made.pages[0].effects} == {None}


def test_comparisons_of_different_things_are_refused() -> None:
    """One sentence that says what each compares."""
    first, second = noisy().arms
    other = replace(noisy(), arms=(replace(first, name="--http 1.1"), replace(second, name="--http 2")))
    with pytest.raises(UsageError, match=r"compares hints off with hints on, and after.json compares --http 1"):
        of_comparisons(noisy(), other, FILES)
    third = replace(other, arms=(other.arms[0], replace(second, name="--http 3")))
    assert "the arms differ" in of_comparisons(other, third, FILES).notes[0]


def audited(load: PageLoad, only: Sequence[str] | None = None) -> AuditResult:
    rules = [one for one in RULES if only is None or one.id in only]
    return AuditResult("1", "error", texts(rules), (page_of(audit_page(Page((load,)), rules), URL, loads=(load,)),))


def test_two_audits() -> None:
    """Findings new, fixed and known; a note that is new is not worse; the loads are compared, too."""
    few, many = audited(deployed(), ["no-more-than-six", "clean"]), audited(deployed(hints=[PICTURE]))
    made = of_audits(few, many, FILES)
    found = {(one.about, one.reason): one.trend for one in made.changes if one.what is What.FINDING}
    assert found == {("hero-hinted", "error"): Trend.WORSE, ("hero-hinted", "note"): Trend.OTHER}
    assert "1 finding of before still there" in made.pages[0].notes
    assert What.HINT_REMOVED in [one.what for one in made.changes]
    assert [one.what for one in of_audits(many, many, FILES).changes] == []


def test_what_was_not_decided_is_not_fixed() -> None:
    """A rule that was left out, or is unknown now, fixes nothing; one that passes does."""
    whole, less = audited(deployed()), audited(deployed(), ["no-more-than-six", "clean"])
    assert [one for one in of_audits(whole, less, FILES).changes if one.what is What.FINDING] == []
    passing = replace(
        whole,
        pages=tuple(
            replace(one, results=tuple(replace(each, outcome=Outcome.PASSED, findings=()) for each in one.results))
            for one in whole.pages
        ),
    )
    fixed = [one for one in of_audits(whole, passing, FILES).changes if one.what is What.FINDING]
    assert [(one.after, one.trend) for one in fixed].count((None, Trend.BETTER)) == 2


def test_audits_of_walls_and_of_many_pages() -> None:
    """A blocked page is not compared; pages without loads are compared by their findings, and that is said."""
    made = of_audits(result(page(), blocked()), result(page(), blocked()), FILES)
    assert [one.why is None for one in made.pages] == [True, False]
    assert made.pages[1].why == "before: blocked: it answered 403; after: blocked: it answered 403"
    bare = of_audits(without_loads(result(page())), without_loads(result(page())), FILES)
    assert any("keeps no loads" in note for note in bare.pages[0].notes)
    assert list(bare.changes) == []
