"""The critical path and the slack beside it, from loads in virtual time: a round trip of 20 ms, so that a connection
takes 40, an answer 20."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fetcher.analysis.timing.critical_path import CriticalPath, Goal, StepKind, critical_path
from fetcher.analysis.timing.milestones import milestones
from fetcher.origin import Answer, Head, Site, asset, page
from fetcher.record import PageLoad, from_har
from tests.support.loads import many, shop
from tests.support.virtual_time import virtual_load

DATA = Path(__file__).parents[2] / "record" / "data"
CSS = "</a.css>; rel=preload; as=style"


def load(html: str, *, hints: tuple[str, ...] = (), think_ms: float = 0, **routes: Answer) -> PageLoad:
    files = {f"/{name.replace('_', '.')}": answer for name, answer in routes.items()}
    document = page(f"<!doctype html>{html}", hints=hints, think_ms=think_ms)
    return virtual_load("https://a.test/", Site({"/": document, **files})).load


def path(record: PageLoad, goal: Goal = Goal.RENDER_START) -> CriticalPath:
    found = critical_path(record, goal)
    assert found is not None
    return found


def told(found: CriticalPath) -> list[tuple[int, str, float, float]]:
    return [(step.request, step.kind.value, step.start, step.end) for step in found.steps]


SHEET = asset(b"body{}", "text/css", delay_ms=100)


def test_a_sheet_the_document_names() -> None:
    """Connection, document, sheet: each step begins where the one before it ended."""
    found = path(load("<link rel=stylesheet href=/a.css><body><p>x", a_css=SHEET))
    assert told(found) == [
        (0, "connect", 0, 40), (0, "wait", 40, 60), (1, "wait", 60, 180)
    ]  # fmt: skip
    assert (found.at, found.requests, found.slack) == (180, (0, 1), (0, 0))


def test_a_hinted_sheet_hangs_on_the_103() -> None:
    """And while the server thinks longer than the sheet takes, the document is what everything waits for."""
    html = "<link rel=stylesheet href=/a.css><body><p>x"
    slow_sheet = path(load(html, hints=(CSS,), think_ms=50, a_css=SHEET))
    assert [(step.request, step.what) for step in slow_sheet.steps] == [
        (0, "connection to a.test"), (0, "waits for the 103"), (1, "waits for the answer")
    ]  # fmt: skip
    slow_page = path(load(html, hints=(CSS,), think_ms=300, a_css=SHEET))
    assert slow_page.requests == (0,)
    assert slow_page.slack == (0, 180)  # the sheet was there at 180, the document at 360


def test_an_import_waits_for_its_sheet() -> None:
    """The chain goes through the sheet that names it."""
    record = load(
        "<link rel=stylesheet href=/a.css><body><p>x",
        a_css=asset(b"@import '/b.css';", "text/css", delay_ms=30),
        b_css=asset(b"p{}", "text/css", delay_ms=40),
    )
    found = path(record)
    assert found.requests == (0, 1, 2)
    assert told(found)[2:] == [(1, "wait", 60, 110), (2, "wait", 110, 170)]


def test_what_a_hinted_sheet_names_waits_for_the_tag() -> None:
    """The sheet is there long before the document claims it: the font's path is the document's, and the sheet has the
    time in between as slack."""
    record = load(
        "<link rel=stylesheet href=/a.css><body><p>x",
        hints=(CSS,),
        think_ms=300,
        a_css=asset(b"@font-face{font-family:A;src:url(/f.woff2)}p{font-family:A}", "text/css"),
        f_woff2=asset(90, "font/woff2", delay_ms=50),
    )
    found = path(record, Goal.LOAD)
    assert record.requests[found.requests[-1]].url.endswith("/f.woff2")
    assert found.requests == (0, 2)
    assert found.slack[1] == pytest.approx(280)  # there at 80, claimed at 360


def test_slack_beside_the_path() -> None:
    """A picture that came early could have come later by the difference; what no goal waits for has none."""
    record = load(
        "<link rel=preload as=image href=/p.png><body><img src=/a.png><img src=/b.png>",
        a_png=asset(9, "image/png", delay_ms=10),
        b_png=asset(9, "image/png", delay_ms=70),
        p_png=asset(9, "image/png", delay_ms=500),
    )
    found = path(record, Goal.LOAD)
    slack = {record.requests[number].url[-6:]: value for number, value in enumerate(found.slack)}
    assert slack == {".test/": 0, "/p.png": None, "/a.png": 60, "/b.png": 0}


def test_a_redirect_is_a_step() -> None:
    """The hop before the document stands on the path."""
    moved = (Head(302, (("location", "/there"), ("content-length", "0"))),)
    site = Site({"/": moved, "/there": page("<!doctype html><p>x")})
    record = virtual_load("https://a.test/", site).load
    assert path(record).requests == (0, 1)


def test_the_way_to_the_largest_picture() -> None:
    """Through the sheet that names it; where rendering starts later than it comes, through what that waits for."""
    sheet = asset(b"p{background:url(/b.png)}", "text/css", delay_ms=30)
    html = "<link rel=stylesheet href=/a.css><body><p>x"
    late = path(load(html, a_css=sheet, b_png=asset(20_000, "image/png", delay_ms=70)), Goal.LARGEST)
    assert (late.requests, late.at) == ((0, 1, 2), 200)
    html = "<script src=/a.js></script><body><img src=/b.png>"
    early = path(
        load(html, a_js=asset(b"", "text/javascript", delay_ms=90), b_png=asset(20_000, "image/png")), Goal.LARGEST
    )
    assert early.requests == (0, 1)
    assert early.slack[2] == 90
    assert path(load("<p>text"), Goal.LARGEST).requests == (0,)


@pytest.mark.parametrize("goal", [each for each in Goal if each is not Goal.LARGEST])
@pytest.mark.parametrize("make", [shop, lambda: many(300)], ids=["shop", "many"])
def test_steps_are_without_a_gap(make: type[PageLoad], goal: Goal) -> None:
    """From the navigation to the instant, whatever the record; the path's requests have no slack."""
    record = make()
    found = critical_path(record, goal)
    if found is None:
        assert getattr(milestones(record), goal.replace("-", "_")).at is None
        return
    ends = [0.0, *(step.end for step in found.steps)]
    assert [step.start for step in found.steps] == ends[:-1]
    assert ends[-1] == found.at
    assert found.steps[0].request == 0
    assert all(step.kind in StepKind for step in found.steps)
    assert all((found.slack[number] or 0) == 0 for number in found.requests if found.slack[number] is not None)


@pytest.mark.parametrize("file", sorted(DATA.glob("*.har")), ids=lambda file: file.stem)
def test_files_of_other_programs(file: Path) -> None:
    """The same, by what they tell; the load event's path ends in what came last before it."""
    record = from_har(file)
    for goal in Goal:
        found = critical_path(record, goal)
        if found is None:
            continue
        ends = [0.0, *(step.end for step in found.steps)]
        assert [step.start for step in found.steps] == ends[:-1]
        assert ends[-1] == found.at
        assert len(found.slack) == len(record.requests)


def test_there_is_none_without_an_end() -> None:
    """No document, or a sheet still under way: nothing is made up."""
    assert critical_path(replace(shop(), document=None)) is None
    record = load("<link rel=stylesheet href=/a.css><body><p>x", a_css=SHEET)
    sheet = replace(record.requests[1], times=replace(record.requests[1].times, response_end=None))
    assert critical_path(replace(record, requests=(record.requests[0], sheet))) is None


def test_a_browsers_own_load_event() -> None:
    """Where another program measured it, the path ends in what came last before it, and the rest is said."""
    har = replace(shop(), recorded_by="Chrome", discoveries=(), page_timings=(("onLoad", 500.0),))
    found = path(har, Goal.LOAD)
    assert (found.at, found.estimated) == (500.0, False)
    assert found.steps[-1].kind is StepKind.REST
