"""Whether a 103 comes, and whether it comes every time."""

from __future__ import annotations

import pytest

from fetcher.analysis import Expectations
from fetcher.audits import Page
from fetcher.terms import HttpVersion
from tests.audits.cases import STYLE, load, page, recorded, told

WITH, WITHOUT = load(STYLE), load(hints=False)
PRELOADS = load(hints=False, fields=(("link", STYLE),))
HIT = load(hints=False, fields=(("cf-cache-status", "HIT"),))
MISS = load(hints=False, fields=(("cf-cache-status", "MISS"),))
WANTED = Expectations(hints=1)


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(WITH, expected=WANTED), "passed"),
        (page(WITHOUT, expected=WANTED), "error: no 103 came, and hints are expected of it; the answer took"),
        (page(WITHOUT, WITHOUT, expected=WANTED), "error: no 103 came in 2 of 2 runs"),
        (page(WITHOUT, expected=Expectations(globs=("*.css",))), "error: "),
        (page(WITH, WITHOUT, expected=Expectations(delivery=0.5)), "passed"),
        (page(WITH, WITHOUT, expected=Expectations(delivery=0.8)), "error: no 103 came in 1 of 2 runs"),
        (page(PRELOADS), "note: no 103 came, and its final response preloads 1 resource that could"),
        (page(load(STYLE, fields=(("link", STYLE),))), "passed"),
        (page(WITHOUT), "not-applicable: no 103 is expected, and the final response preloads nothing"),
        (page(load(hints=False, http=HttpVersion.HTTP_1_1, fields=(("link", STYLE),))), "not-applicable: the"),
        (page(recorded(WITH, "WebInspector"), expected=WANTED), "unknown: what WebInspector recorded has no 103"),
        (page(recorded(WITH, "fetcher 0.1"), expected=WANTED), "error: no 103 came"),
    ],
)  # fmt: skip
def test_missing(judged: Page, says: str) -> None:
    """An error where hints were expected, a note where the final response has what a 103 could carry."""
    assert told("interim-missing", judged).startswith(says)


def test_missing_by_the_edges_cache() -> None:
    """What the cache was in each run is said, and that an edge has to learn first."""
    said = told("interim-missing", page(MISS, MISS, expected=WANTED))
    assert "(by the edge's cache: 0 of 2 with one on a cache miss; an edge that learns hints sends none until" in said
    assert "0 of 1 with one on a cache hit, 0 of 1 with one on a cache miss)" in told(
        "interim-missing", page(HIT, MISS, expected=WANTED)
    )


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(WITH, WITH, WITH), "passed"),
        (page(WITH, WITH, WITHOUT), "warning: no 103 came in 1 of 3 runs, and one in the others"),
        (page(WITH, WITH, WITH, WITH, WITHOUT), "note: no 103 came in 1 of 5 runs"),
        (page(WITH, HIT, HIT), "note: no 103 came in 2 of 3 runs, and one in the others: without"),
        (page(WITH, MISS), "warning: no 103 came in 1 of 2 runs, and one in the others (by the edge's cache: 0"),
        (page(WITH), "not-applicable: one run says nothing"),
        (page(WITHOUT, WITHOUT), "not-applicable: no run brought a 103"),
        (page(load(STYLE, status=403), WITH, WITH), "passed"),
    ],
)  # fmt: skip
def test_intermittent(judged: Page, says: str) -> None:
    """Below 80 % a warning, unless the edge's cache explains it; a run that met a wall is none."""
    assert told("interim-intermittent", judged).startswith(says)
