"""srcset: every row as Chromium 156 chose, and the same candidates as another parser of it gives for any text."""

from __future__ import annotations

import time

import pytest
import srcset as oracle
from hypothesis import given
from hypothesis import strategies as st

from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.sizes import source_size
from fetcher.discovery.viewport.srcset import MOST, ImageCandidate, parse, pick
from fetcher.urls import resolve
from tests.support.srcset_cases import SRCSETS

BASE = "https://a.test/b/"
PIECES = [
    "a",
    "b.png",
    ",",
    ",,",
    " ",
    "\t",
    "\n",
    "1x",
    "2x",
    "1.5x",
    "100w",
    "0w",
    "50h",
    "-1x",
    "+1x",
    "(",
    ")",
    "x",
]


@pytest.mark.parametrize(("srcset", "src", "sizes", "dpr", "chosen"), SRCSETS)
def test_row(srcset: str, src: str, sizes: str | None, dpr: float, chosen: str) -> None:
    """The image is Chromium's."""
    found = pick(parse(srcset), src, source_size(sizes, Screen(dpr=dpr)), dpr)
    url = found.url if found is not None else ""
    assert resolve(url, BASE) == resolve(chosen, BASE)


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_the_same_candidates_as_another_parser(srcset: str) -> None:
    """Any text made of what srcset is made of gives the candidates of the ``srcset`` package."""
    ours = [(each.url, each.density, each.width) for each in parse(srcset)]
    assert ours == [(each.url, each.density, each.width) for each in oracle.parse(srcset)]


@given(st.text(max_size=60))
def test_any_text_can_be_read(srcset: str) -> None:
    """No text is a fault, and every url found stands in it."""
    for each in parse(srcset):
        assert each.url in srcset
        assert each.url.strip(",\t\n\f\r ") == each.url


@given(
    st.lists(st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0, 4.0]), min_size=1).map(
        lambda densities: [ImageCandidate(str(index), each) for index, each in enumerate(densities)]
    ),
    st.sampled_from([0.75, 1.0, 1.25, 2.0, 2.5, 5.0]),
)
def test_the_least_that_is_enough(candidates: list[ImageCandidate], dpr: float) -> None:
    """No candidate between the screen's density and the chosen one; of equals the first."""
    chosen = pick(candidates, "", 100.0, dpr)
    assert chosen is not None
    assert chosen.density is not None
    densities = [each.density or 0.0 for each in candidates]
    assert not any(dpr <= density < chosen.density for density in densities)
    assert chosen.density >= dpr or chosen.density == max(densities)
    assert int(chosen.url) == densities.index(chosen.density)


def test_a_width_anywhere_leaves_src_out() -> None:
    """HTML 4.8.4.3.7: src is 1x only where no width is given."""
    assert pick([ImageCandidate("w", width=10)], "src", 1000.0, 1.0) == ImageCandidate("w", 0.01, 10)
    assert pick([ImageCandidate("x", 2.0)], "src", 1000.0, 1.0) == ImageCandidate("src", 1.0)
    assert pick([], "", 1000.0, 1.0) is None


@pytest.mark.parametrize("unit", ["a 1x,", "(", ",", " ", "a ", "a (", "a 1x 1x, ", "a,", ") ", "1"])
def test_long_ones_take_no_longer(unit: str) -> None:
    """Linear in the text, and no more candidates than the limit."""
    start = time.process_time()
    found = parse(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 3
    assert len(found) <= MOST
