"""Loads before and after a deployment: each thing that can differ is found, named, and called worse only if it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from fetcher.analysis.changes import Change, Difference, Trend, What, of_loads
from fetcher.record.page_load import PageLoad
from tests.support.deployments import NEW, OLD, PICTURE, URL, deployed, sheet
from tests.support.loads import shop
from tests.support.virtual_time import Path

FILES = ("before.json", "after.json")
WORSE, BETTER, OTHER = Trend


def changes(before: PageLoad | Sequence[PageLoad], after: PageLoad | Sequence[PageLoad]) -> list[Change]:
    return list(difference(before, after).changes)


def difference(before: PageLoad | Sequence[PageLoad], after: PageLoad | Sequence[PageLoad]) -> Difference:
    sides = [[one] if isinstance(one, PageLoad) else one for one in (before, after)]
    return of_loads(sides[0], sides[1], FILES)


SOUND: dict[str, Any] = {}
STALE: dict[str, Any] = {"version": NEW, "hinted": OLD}
CASES: list[tuple[str, dict[str, Any], dict[str, Any], list[tuple[What, str, Trend]]]] = [
    ("nothing", SOUND, SOUND, []),
    (
        "a new version, hinted",
        SOUND,
        {"version": NEW},
        [
            (What.HINT_CHANGED, f"/site.{NEW}.css", OTHER),
            (What.REQUEST_VERSION, f"/site.{NEW}.css", OTHER),
        ],
    ),
    (
        "a new version, the hint forgotten",
        SOUND,
        STALE,
        [
            (What.HINT_STALE, f"/site.{OLD}.css", WORSE),
            (What.REQUEST_ADDED, f"/site.{NEW}.css", OTHER),
        ],
    ),
    ("the hint mended", STALE, {"version": NEW}, [(What.HINT_STALE, f"/site.{NEW}.css", BETTER)]),
    ("a hint removed that was used", SOUND, {"hints": [sheet()]}, [(What.HINT_REMOVED, "/a.png", WORSE)]),
    ("a hint added", {"hints": [sheet()]}, SOUND, [(What.HINT_ADDED, "/a.png", OTHER)]),
    (
        "a hint to a 404",
        SOUND,
        {"hints": [sheet(), PICTURE, "</gone.js>; rel=preload; as=script"]},
        [(What.HINT_ADDED, "/gone.js", OTHER), (What.HINT_RESULT, "/gone.js", WORSE)],
    ),
    (
        "what is hinted is gone, so that the page asks again",
        SOUND,
        {"gone": ["/a.png"]},
        [(What.HINT_RESULT, "/a.png", WORSE), (What.DOUBLE_FETCH, "/a.png", WORSE)],
    ),
    ("what is hinted is there again", {"gone": ["/a.png"]}, SOUND, [(What.HINT_RESULT, "/a.png", BETTER)]),
    (
        "a word that Chromium refuses",
        SOUND,
        {"hints": [sheet() + "; nopush", PICTURE]},
        [(What.HINT_CHANGED, f"/site.{OLD}.css", OTHER), (What.VERDICT, f"/site.{OLD}.css", WORSE)],
    ),
    ("no 103 any more", SOUND, {"hints": []}, [(What.EARLY_HINTS, "103", WORSE), (What.HINT_REMOVED, "/a.png", WORSE)]),
    ("an image more", SOUND, {"markup": "<img src=/b.png>"}, [(What.REQUEST_ADDED, "/b.png", OTHER)]),
    ("an image less", {"markup": "<img src=/b.png>"}, SOUND, [(What.REQUEST_REMOVED, "/b.png", OTHER)]),
    ("an image that fails", SOUND, {"markup": "<img src=/c.png>"}, [(What.REQUEST_ADDED, "/c.png", WORSE)]),
    ("a larger sheet", SOUND, {"size": 90_000}, [(What.REQUEST_SIZE, f"/site.{OLD}.css", OTHER)]),
    ("a sheet of nearly the same size", SOUND, {"size": 3_300}, []),
    (
        "what may not be stored is fetched twice",
        {"markup": "<script src=/f.js></script>"},
        {"markup": "<script src=/f.js></script>", "hints": [sheet(), PICTURE, "</f.js>; rel=preload; as=script"]},
        [(What.DOUBLE_FETCH, "/f.js", WORSE)],
    ),
    ("the page is gone", SOUND, {"status": 404}, [(What.PAGE, "status", WORSE)]),
    (
        "over HTTP/1.1",
        SOUND,
        {"path": Path(http1=True)},
        [(What.PAGE, "protocol", OTHER), (What.EARLY_HINTS, "103 acted on", WORSE)],
    ),
]


@pytest.mark.parametrize(("before", "after", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_difference(before: dict[str, Any], after: dict[str, Any], wanted: list[tuple[What, str, Trend]]) -> None:
    """What is listed is found; where nothing is, nothing."""
    found = [(one.what, one.about, one.trend) for one in changes(deployed(**before), deployed(**after))]
    assert [one for one in wanted if one not in found] == []
    assert wanted or found == []
    also = (What.VERDICT, What.HINT_REMOVED)  # of the other profiles, of the other hint
    assert [one for one in found if one[2] is WORSE and one not in wanted and one[0] not in also] == []


def test_the_same_page_on_another_host() -> None:
    """Staging against production: places are compared, and the page is the same one."""
    (page,) = difference(deployed(), deployed(url="https://staging.test/")).pages
    assert (page.before, page.after) == (URL, "https://staging.test/")
    assert page.changes == ()


def test_a_hint_that_only_a_script_may_use() -> None:
    """It was seen used; now a script, which did not run, may use it: told, and not called worse."""
    hints = [sheet(), PICTURE, "</b.png>; rel=preload; as=image"]
    before = deployed(hints=hints, markup="<img src=/b.png>")
    (plain,) = [one for one in changes(before, deployed(hints=hints)) if one.what is What.HINT_USE]
    assert (plain.about, plain.trend, plain.reason) == ("/b.png", WORSE, "")
    scripted = deployed(hints=hints, markup="<script>draw()</script>")
    (hidden,) = [one for one in changes(before, scripted) if one.what is What.HINT_USE]
    assert (hidden.trend, hidden.reason) == (OTHER, "a script may ask for it, and scripts did not run")


def test_several_runs_of_a_page() -> None:
    """A 103 that comes less often is told and not called worse; medians stand side by side with their number."""
    with_103, without = deployed(), deployed(hints=[])
    seldom = difference([with_103] * 4, [with_103, without, with_103, with_103])
    assert [(one.what, one.before, one.after, one.trend) for one in seldom.changes] == [
        (What.EARLY_HINTS, "in 4 of 4 loads", "in 3 of 4 loads", OTHER),
        (What.EARLY_HINTS, "in 4 of 4 loads", "in 3 of 4 loads", OTHER),
    ]
    (page,) = seldom.pages
    assert page.runs == (4, 4)
    final = next(one for one in page.figures if one.name == "final-response-headers")
    assert final.before is not None
    assert (final.before.count, final.change) == (4, 0.0)


def test_a_wall_is_no_page() -> None:
    """Nothing is said to be gone; and a run behind one does not count."""
    made = difference(deployed(), deployed(status=503))
    assert (made.compared, list(made.changes)) == (0, [])
    assert made.pages[0].why == "after: blocked: it answered 503"
    (page,) = difference(deployed(), [deployed(), deployed(status=429)]).pages
    assert page.changes == ()
    assert page.notes == ("1 of 2 loads after do not count; the first: it answered 429",)


def test_pages_that_only_one_side_has() -> None:
    """Told as such; the others are compared."""
    made = difference([deployed(), shop()], [deployed(), deployed(url="https://a.test/?x=1")])
    pages = [(one.before, one.after) for one in made.pages]
    assert pages == [(URL, URL), (None, "https://a.test/?x=1"), (shop().url, None)]
    assert [(one.what, one.before, one.after) for one in made.changes] == [
        (What.PAGE, None, "https://a.test/?x=1"),
        (What.PAGE, shop().url, None),
    ]


def test_what_was_loaded_in_another_way_is_noted() -> None:
    """A difference may be of that."""
    made = difference(deployed(), deployed(early_hints=False))
    assert "whether hints were acted on differs: yes before, no after" in made.notes
    made = difference(deployed(), deployed(browser="firefox"))
    assert "the profile differs: chromium before, firefox after" in made.notes
    hidden = difference(deployed(), replace(deployed(), only_hints=True))
    assert "what was loaded differs: the whole page before, the document and its hints after" in hidden.notes
    assert [one.what for one in hidden.changes if one.what.startswith("request")] == []


def of_a_har(load: PageLoad, **told: Any) -> PageLoad:
    """``load`` as another program's file has it, which leaves every 103 out."""
    return replace(load, recorded_by="chrome-har 1.3.1", interim=(), hints=(), **told)


@pytest.mark.parametrize("swapped", [False, True])
def test_what_a_har_leaves_out_is_not_called_gone(swapped: bool) -> None:
    """Whether a 103 came, and with which links, is unknown there: no change of either, and so none for the worse."""
    sides = [deployed(), of_a_har(deployed(hints=[]))]
    made = difference(*(sides[::-1] if swapped else sides))
    assert list(made.changes) == []
    (page,) = made.pages
    side = "before" if swapped else "after"
    said = "what chrome-har 1.3.1 recorded has no 103 in it, whether one came or not"
    assert f"103s and hints are not compared: {said} ({side})" in page.notes


def test_a_har_that_shows_what_a_103_started() -> None:
    """One came, and is not in the file all the same: its links are unknown."""
    load = deployed()
    shown = difference(deployed(hints=[]), of_a_har(load))
    assert [one for one in shown.changes if one.what in (What.EARLY_HINTS, What.HINT_ADDED)] == []
    assert any("has no 103 in it, but requests that one started (after)" in note for note in shown.pages[0].notes)


def test_loads_that_cannot_tell_are_not_counted_among_those_that_can() -> None:
    """One of ours without a 103 is gone for certain; a HAR beside it neither adds to that nor takes from it."""
    made = difference(deployed(), [of_a_har(deployed()), deployed(hints=[])])
    (gone,) = [one for one in made.changes if one.what is What.EARLY_HINTS]
    assert "103s and hints are compared without 1 of 2 loads after, which tell of none" in made.pages[0].notes
    assert (gone.about, gone.before, gone.after, gone.trend) == ("103", "yes", "no", WORSE)


def test_a_program_that_keeps_103s_is_believed_where_it_has_none() -> None:
    """What it shows of one load it would show of the other."""
    kept = replace(deployed(), recorded_by="chrome-har 1.4.0")
    none = replace(deployed(hints=[]), recorded_by="chrome-har 1.4.0")
    (fewer,) = [one for one in changes([kept, kept], [kept, none]) if one.what is What.EARLY_HINTS][:1]
    assert (fewer.before, fewer.after, fewer.trend) == ("in 2 of 2 loads", "in 1 of 2 loads", OTHER)


def test_the_same_files_give_the_same() -> None:
    """To the last value."""
    assert difference(deployed(), deployed(**STALE)) == difference(deployed(), deployed(**STALE))
