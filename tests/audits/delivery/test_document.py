"""A page that is down fails its audit, and nothing is to be hinted for it."""

from __future__ import annotations

import pytest

from fetcher.analysis import Expectations
from fetcher.audits import Page
from tests.audits.cases import STYLE, load, page, told

GOOD, LOST, DOWN = load(STYLE), load(STYLE, status=404), load(hints=False, status=500)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (page(GOOD), "passed"),
        (page(LOST), "error: the document answered 404: the page itself is not there"),
        (page(DOWN, GOOD, DOWN), "error: the document answered 500: the page itself is not there"),
        (page(LOST, expected=Expectations(status=404)), "passed"),
        (
            page(DOWN, expected=Expectations(status=404)),
            "error: the document answered 500, and 404 is expected: the page itself is not there",
        ),
        (
            page(GOOD, LOST, expected=Expectations(status=404)),
            "error: the document answered 200, and 404 is expected: that is not the page that was meant",
        ),
    ],
)
def test_a_page_that_is_down(page: Page, says: str) -> None:
    assert told("document-error", page) == says


def test_it_is_told_in_how_many_runs() -> None:
    """One run of three."""
    from fetcher.audits import audit_page
    from fetcher.audits.catalogue import named

    (found,) = audit_page(page(GOOD, LOST, GOOD), [named("document-error")]).findings
    assert (found.seen, found.runs) == (1, 3)


@pytest.mark.parametrize(
    "rule", ["critical-not-hinted", "lcp-not-hinted", "hint-missing-in-final", "final-link-not-hinted"]
)
def test_nothing_is_to_be_hinted_for_an_error(rule: str) -> None:
    """A report that says "send no 103 for it" must not say "add to the 103" too."""
    assert told(rule, page(LOST)) == "not-applicable: the document answered 404, and an error is worth no hint"
    assert not told(rule, page(GOOD)).startswith("not-applicable: the document answered")
