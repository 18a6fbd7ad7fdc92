"""Several interim responses before one final one."""

from __future__ import annotations

import pytest

from fetcher.audits import Page, audit_page
from fetcher.audits.catalogue import named
from tests.audits.cases import SCRIPT, STYLE, load, page, told, with_interims

ONCE, TWICE, AGAIN = load(STYLE), load(STYLE, more=(SCRIPT,)), load(STYLE, more=(STYLE,))
LINK = (("link", STYLE),)
FIRST = "a 103 came 2 times for one navigation, and browsers act on the first alone"


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(ONCE), "passed"),
        (page(TWICE), f"warning: {FIRST}: 1 link only in a later one had no effect (/a.js)"),
        (page(AGAIN), f"note: {FIRST}; the later ones name nothing that the first"),
        (page(ONCE, TWICE, ONCE), "warning: a 103 came 2 times"),
        (page(load(hints=False)), "not-applicable: no 103 came"),
    ],
)  # fmt: skip
def test_repeated(judged: Page, says: str) -> None:
    """What only a later one names is lost; what it says again is a note."""
    assert told("interim-repeated", judged).startswith(says)


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(TWICE), "passed"),
        (page(with_interims(TWICE, LINK, LINK, LINK)), "warning: 3 interim responses came before one final response"),
        (page(with_interims(ONCE, *[LINK] * 6, status=102)), "error: 6 interim responses came before one final "
         "response (5 x 102, 1 x 103): software built on Go"),
        (page(load(hints=False)), "not-applicable: no interim response came"),
    ],
)  # fmt: skip
def test_flood(judged: Page, says: str) -> None:
    """A warning from three on, an error from six on, whatever their status."""
    assert told("interim-flood", judged).startswith(says)


def test_the_lost_link_is_quoted() -> None:
    """With its own text, its URL, what each browser does, the bytes, and in how many runs."""
    (found,) = audit_page(page(ONCE, TWICE), [named("interim-repeated")]).findings
    assert found.quote is not None
    assert (found.quote.text, found.quote.field) == (SCRIPT, "link")
    assert found.url == "https://shop.test/a.js"
    assert found.cost is not None
    assert found.cost.bytes == len("link" + SCRIPT)
    assert (found.seen, found.runs) == (1, 2)
    assert len(found.browsers) == 3
