"""What follows the url of an @import: fetched and used, fetched and not used, or not fetched, as in Chromium 156."""

from __future__ import annotations

import pytest

from fetcher.discovery.css.import_rule import Import, judge
from fetcher.discovery.viewport.lengths import Screen

USED, UNUSED, DROPPED = Import.USED, Import.UNUSED, Import.DROPPED
# All rows were observed: whether the sheet was requested, and whether the picture it names was.
CASES = [
    ("", USED),
    ("screen", USED),
    ("all, print", USED),
    ("(min-width: 600px)", USED),
    ("print", UNUSED),
    ("not all", UNUSED),
    ("(max-width: 600px)", UNUSED),
    ("foo&", UNUSED),
    (")", UNUSED),
    ("layer", USED),
    ("layer(x)", USED),
    ("layer(x) print", UNUSED),
    ("layer(1)", UNUSED),
    ("scope((a) to (b))", UNUSED),
    ("layer(a) supports(display:grid) screen", USED),
    ("layer supports(foo:bar)", DROPPED),
    ("layer supports(a:b) print", DROPPED),
    ("layer supports(color:red) foo", UNUSED),
    ("layer print", UNUSED),
    ("supports(foo:bar) layer", DROPPED),
    ("supports(display:grid)", USED),
    ("supports(DISPLAY:GRID)", USED),
    ("supports(display:grid !important)", USED),
    ("supports(width:var(--x))", USED),
    ("supports(-webkit-box-orient:vertical)", USED),
    ("supports(--x:1)", USED),
    ("supports(--x:)", USED),
    ("supports((display:grid))", USED),
    ("supports(not (foo:bar))", USED),
    ("supports((display:grid) or (foo:bar))", USED),
    ("supports(selector(a > b))", USED),
    ("supports(font-tech(color-COLRv1))", USED),
    ("supports(font-format(woff2))", USED),
    ("supports(foo:bar)", DROPPED),
    ("supports(-moz-appearance:none)", DROPPED),
    ("supports()", DROPPED),
    ("supports(display:)", DROPPED),
    ("supports(display)", DROPPED),
    ("supports(display:grid; color:red)", DROPPED),
    ("supports((foo:bar))", UNUSED),
    ("supports(not (display:grid))", UNUSED),
    ("supports((display:grid) and (foo:bar))", UNUSED),
    ("supports((foo:bar) and (a:b))", UNUSED),
    ("supports(not (not (foo:bar)))", UNUSED),
    ("supports((display))", UNUSED),
    ("supports(blah(x))", UNUSED),
    ("supports(display:grid) print", UNUSED),
    ("supports(display:grid) supports(foo:bar)", UNUSED),
    ("screen supports(foo:bar)", UNUSED),
]


@pytest.mark.parametrize(("prelude", "expected"), CASES)
def test_row(prelude: str, expected: Import) -> None:
    """The sheet is asked for, and used, where Chromium did."""
    assert judge(prelude, Screen()) is expected


# Where only names are judged: Chromium drops the first and uses neither of the others.
ESTIMATES = [
    ("supports(display:foo)", USED),
    ("supports((display:foo))", USED),
    ("supports(selector(a:foo))", USED),
]


@pytest.mark.parametrize(("prelude", "expected"), ESTIMATES)
def test_values_and_selectors_are_taken_for_known(prelude: str, expected: Import) -> None:
    """The stated limit: a browser knows more."""
    assert judge(prelude, Screen()) is expected


@pytest.mark.parametrize("unit", ["(", "supports(", "not ", "layer(", "supports((a:b) and "])
def test_hostile_ones(unit: str) -> None:
    """However long, it is judged."""
    for size in (60_000, 200_000):
        assert judge(unit * (size // len(unit)), Screen()) in Import
