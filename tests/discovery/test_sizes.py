"""sizes: every row as Chromium 156 took it; what auto means; texts no author writes."""

from __future__ import annotations

import time

import pytest
import srcset as oracle
from hypothesis import given
from hypothesis import strategies as st

from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.sizes import source_size
from tests.support.sizes_cases import SIZES

DESKTOP = Screen()


@pytest.mark.parametrize(("sizes", "width"), SIZES)
def test_row(sizes: str, width: float) -> None:
    """The source size is Chromium's, as far as layout's sixty-fourths of a pixel tell."""
    assert source_size(sizes, DESKTOP) == pytest.approx(width, abs=0.02)


AUTO = [
    ("auto", None, 1350),
    ("auto", 300, 300),
    ("AUTO", 300, 300),
    (" auto ", 300, 300),
    ("auto, 200px", None, 1350),
    ("auto, 200px", 300, 300),
    ("auto, (min-width: 1px) 200px", None, 1350),
    ("200px, auto", 300, 200),
    ("(min-width: 1px) auto, 200px", 300, 200),
    ("auto 200px", 300, 1350),
    ("", 300, 1350),
    (None, 300, 1350),
]


@pytest.mark.parametrize(("sizes", "auto", "width"), AUTO)
def test_auto(sizes: str | None, auto: float | None, width: float) -> None:
    """First and alone it is the estimate, or 100vw for an image that is not lazy (observed in Chromium 156)."""
    assert source_size(sizes, DESKTOP, auto=auto) == width


PHONE = [
    ("50vw", 206),
    ("50vh", 411.5),
    ("(max-width: 600px) 480px, 800px", 480),
    ("(orientation: portrait) 10vmax, 1px", 82.3),
    ("(min-resolution: 1.5dppx) 7px, 9px", 7),
]


@pytest.mark.parametrize(("sizes", "width"), PHONE)
def test_on_a_phone(sizes: str, width: float) -> None:
    """Of another viewport the same list says something else."""
    assert source_size(sizes, Screen(412, 823, 1.75, mobile=True)) == pytest.approx(width)


LENGTHS = ["100vw", "50vw", "300px", "20em", "calc(100vw - 40px)", "min(50vw, 400px)", "max(10vw, 200px)"]
CONDITIONS = ["", "(min-width: 600px)", "(max-width: 600px)", "(min-width: 1px) and (max-width: 900px)", "not (width)"]


@given(
    st.lists(st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(LENGTHS)), min_size=1, max_size=5),
    st.integers(200, 3_000),
)
def test_the_same_size_as_another_reader(entries: list[tuple[str, str]], width: int) -> None:
    """Lists of what authors write give the source size of the ``srcset`` package, on every viewport."""
    sizes = ", ".join(f"{condition} {length}" for condition, length in entries)
    expected = oracle.parse_sizes(sizes, oracle.Environment(float(width), 940.0))
    assert source_size(sizes, Screen(float(width))) == pytest.approx(expected)


@given(st.text(max_size=60))
def test_any_text_can_be_read(sizes: str) -> None:
    """No text is a fault, and no size is negative."""
    assert source_size(sizes, DESKTOP) >= 0


@pytest.mark.parametrize("unit", ["(", "calc(", "1px,", "(width) ", "not ", "1px + ", "/*", "'", "\\", "((a) and "])
def test_long_ones_take_no_longer(unit: str) -> None:
    """Linear in the text; beyond what is read it is as if it were not there."""
    start = time.process_time()
    for size in (60_000, 1_000_000):
        assert source_size(unit * (size // len(unit)), DESKTOP) >= 0
    assert time.process_time() - start < 3
