"""Media queries: every row as Chromium 156 answered it, on a desktop and on a phone; ranges of each kind."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.media import matches
from tests.support.media_cases import MEDIA, POINTED

DESKTOP = Screen()
PHONE = Screen(412, 823, 1.75, mobile=True)


@pytest.mark.parametrize(("media", "where"), MEDIA + POINTED)
def test_row(media: str, where: str) -> None:
    """It holds where it held in Chromium."""
    assert (matches(media, DESKTOP), matches(media, PHONE)) == ("d" in where, "p" in where)


@given(st.integers(0, 3_000), st.integers(1, 3_000))
def test_three_ways_to_say_the_same(edge: int, width: int) -> None:
    """min-, a range and its mirror agree, and not is the opposite."""
    screen = Screen(float(width))
    expected = width >= edge
    for media in (f"(min-width: {edge}px)", f"(width >= {edge}px)", f"({edge}px <= width)", f"not (width < {edge}px)"):
        assert matches(media, screen) is expected
    assert matches(f"(max-width: {edge}px)", screen) is (width <= edge)
    assert matches(f"not all and (min-width: {edge}px)", screen) is not expected


CONDITIONS = st.recursive(
    st.sampled_from(["(width)", "(monochrome)", "(min-width: 1px)", "(max-width: 1px)"]),
    lambda inner: st.one_of(
        inner.map(lambda one: f"(not {one})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda all_: f"({' and '.join(all_)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda all_: f"({' or '.join(all_)})"),
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_conditions_are_logic(condition: str) -> None:
    """Nested conditions without unknowns say what Python says of them, and their negation the opposite."""
    known = {"(width)": "True", "(monochrome)": "False", "(min-width: 1px)": "True", "(max-width: 1px)": "False"}
    expression = condition
    for query, value in known.items():
        expression = expression.replace(query, value)
    expected = eval(expression)
    assert matches(condition, DESKTOP) is expected
    assert matches(f"not {condition}", DESKTOP) is not expected


@given(st.text(max_size=60))
def test_any_text_can_be_read(media: str) -> None:
    """No text is a fault."""
    matches(media, DESKTOP)


@pytest.mark.parametrize("unit", ["(", "(not ", "a,", "(width) and ", "not ", "calc(", "/*", "'", "\\", "((a) or "])
def test_long_ones_take_no_longer(unit: str) -> None:
    """Linear in the text; one beyond what is read does not hold."""
    start = time.process_time()
    matches(unit * (60_000 // len(unit)), DESKTOP)
    assert not matches(unit * (1_000_000 // len(unit)), DESKTOP)
    assert time.process_time() - start < 3
