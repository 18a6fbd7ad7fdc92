"""A difference on the terminal and as Markdown: each line begins with what it is of, servers' text is inert."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from fetcher.analysis.changes import (
    Change,
    Difference,
    PageDifference,
    Side,
    Trend,
    What,
    of_comparisons,
    of_loads,
    saved,
)  # fmt: skip
from fetcher.report.changes.markdown import difference_markdown
from fetcher.report.changes.text import difference_lines
from fetcher.report.escape import cells
from tests.support.comparisons import noisy
from tests.support.deployments import NEW, OLD, deployed, sheet
from tests.support.hostile import TEXTS, infected

FILES = ("before.json", "after.json")


def deployment() -> Difference:
    """The hint was forgotten, another points to nothing, a picture came in."""
    after = deployed(NEW, hints=[sheet(OLD), "</gone.js>; rel=preload; as=script"], markup="<img src=/b.png>")
    return of_loads([deployed()], [after], FILES)


def test_one_page_is_answered_for_once() -> None:
    """What differs stands at the top, and not again below the page's name; of two pages below each."""
    one = deployment()
    assert sum("worse" in line for line in words(one)) == 1
    two = replace(one, pages=one.pages * 2)
    assert sum(bool(re.match(r"\d+ worse", line)) for line in words(two)) == 3


def test_effects_at_80_columns_have_a_line_for_both_sides() -> None:
    """Under one another, below the figure and what is to be said of it."""
    lines = words(of_comparisons(noisy(), noisy(seed=2), FILES), 80)
    told = [line for line in lines if line.startswith("  before ")]
    assert len(told) > 3
    assert len({line.index("after ") for line in told}) == 1
    assert "rendering can start (estimated): intervals overlap" in lines


def words(difference: Difference, width: int = 100, **options: bool) -> list[str]:
    return ["".join(text for text, _ in line) for line in difference_lines(difference, width=width, **options)]


def test_each_line_names_the_thing() -> None:
    """What is worse comes first; the answer is the first line."""
    lines = words(deployment())
    assert lines[0] == "3 worse, 4 other differences"
    assert f"  ✗ hint stale  /site.{OLD}.css  the page uses /site.{NEW}.css instead" in lines
    assert "  ✗ hint answered  /gone.js  404" in lines
    assert "  ✗ hint removed  </a.png>; rel=preload; as=image  the page still uses it" in lines
    assert "  · hint added  </gone.js>; rel=preload; as=script" in lines
    assert "  · request added  /b.png" in lines
    assert "One load each, made at different times: not a measured difference." in " ".join(lines)
    titles = [line.split(" ")[0] for line in lines]
    assert titles.index("Hints") < titles.index("Requests") < titles.index("Figures")


def test_nothing_differs() -> None:
    """Said so, in the first line."""
    same = of_loads([deployed()], [deployed()], FILES)
    assert words(same)[0] == "no difference"
    assert difference_markdown(same).startswith("## fetcher diff: no difference\n")


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
def test_it_fits(width: int) -> None:
    """No line is wider than the terminal; and there is an ASCII stand-in for every glyph."""
    for made in (deployment(), of_comparisons(noisy(), noisy(sheet_ms=20.0), FILES)):
        assert max(map(cells, words(made, width))) <= width
        assert all(line.isascii() for line in words(made, width, unicode=False))


def test_effects() -> None:
    """Both with their intervals, and whether those overlap."""
    moved = of_comparisons(noisy(), noisy(sheet_ms=20.0), FILES)
    told = " ".join(words(moved, 140))
    clause = r"✗ effect {2}rendering can start {2}−10\d\.\d ms, now −\d+\.\d ms; the intervals do not overlap"
    assert re.search(clause, told)
    assert re.search(r"rendering can start \(estimated\) +−\d.*do not overlap: later", told)
    assert re.search(r"final response head +[−+]\d.*intervals overlap", told)
    text = difference_markdown(moved)
    assert "| rendering can start &#40;estimated&#41; | −" in text
    assert "no change of the effect is shown" in text


def test_long_lists_are_counted() -> None:
    """In the terminal unless all are asked for; as Markdown it always fits a comment."""
    many = tuple(Change(What.REQUEST_ADDED, f"/{'x' * 300}/{number}", None, "200") for number in range(500))
    made = deployment()
    made = replace(made, pages=(replace(made.pages[0], changes=many),))
    assert "  … and 488 more; -v shows all" in words(made)
    assert len(words(made, all_rows=True)) > 500
    assert len(difference_markdown(made)) < 60_000
    assert "- and 450 more" in difference_markdown(made)


@pytest.mark.parametrize("hostile", TEXTS)
def test_server_text_is_only_text(hostile: str) -> None:
    """In both forms; no change it is in gets lost."""
    made = infected(deployment(), hostile)
    assert "\x1b" not in "".join(words(made))
    text = difference_markdown(made)
    bare = re.sub(r"(`+).*?\1", "", text)
    assert re.findall(r"<(?!/?(?:details|summary)>)", bare) == []
    assert not re.search(r"!?\[[^]]*\]\(|(?<![\w&])@\w|https?://", bare)
    assert text.count("❌") == deployment().count(Trend.WORSE)


def test_the_saved_form_and_its_schema() -> None:
    """Published, up to date, and true of what is written."""
    published = json.loads(saved.PUBLISHED.read_text(encoding="ascii"))
    assert published == saved.schema()
    Draft202012Validator.check_schema(published)
    for made in (deployment(), of_comparisons(noisy(), noisy(sheet_ms=20.0), FILES)):
        data = json.loads(saved.dumps(made))
        assert [error.message for error in Draft202012Validator(published).iter_errors(data)] == []
        assert saved.dumps(made) == saved.dumps(made)


def test_markdown_of_many_requests_costs_no_more_than_they_are() -> None:
    changes = tuple(Change(What.REQUEST_ADDED, f"/{number}.js", None, "200") for number in range(10_000))
    sides = Side("before.json", "1 load"), Side("after.json", "1 load")
    many = Difference("load", *sides, (PageDifference("https://a.test/", "https://a.test/", (1, 1), None, changes),))
    started = time.process_time()
    assert "and 9950 more" in difference_markdown(many)
    assert time.process_time() - started < 2
