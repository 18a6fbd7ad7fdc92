"""A comparison on the terminal and in the page: the answer first, claims only where shown, servers' text inert."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fetcher.analysis.comparison import Comparison
from fetcher.report.comparison.text import comparison_lines
from fetcher.report.escape import cells
from fetcher.report.html.comparison import comparison_section
from tests.support.comparisons import noisy


@pytest.fixture(scope="module")
def result() -> Comparison:
    """Ten pairs of a page whose hint makes rendering start 100 ms sooner."""
    return noisy()


def words(result: Comparison, width: int, **options: Any) -> list[str]:
    return ["".join(text for text, _ in line) for line in comparison_lines(result, width=width, **options)]


@pytest.mark.parametrize("width", [60, 80, 100, 110, 120, 200])
def test_it_fits_and_answers_first(result: Comparison, width: int) -> None:
    """No line is wider than the terminal; the third says what counts."""
    lines = words(result, width)
    assert max(map(cells, lines)) <= width
    assert lines[2].startswith("rendering can start (estimated): −")
    told = " ".join(lines)
    assert "sooner" in told
    assert "no difference shown" in told


def test_ascii(result: Comparison) -> None:
    """Every glyph has a stand-in."""
    assert all(line.isascii() for line in words(result, 100, unicode=False))


def test_each_hinted_resource_on_demand(result: Comparison) -> None:
    """Counted, or shown with all rows."""
    assert any("and 1 hinted resource" in line for line in words(result, 120))
    assert any("/site.css" in line for line in words(result, 120, all_rows=True))


def test_server_text_is_only_text(result: Comparison) -> None:
    """In the page as on the terminal."""
    hostile = "<script>alert(1)</script>\x1b[2J\u202e"
    spoiled = replace(result, url=hostile, notes=(hostile,), ended=hostile)
    section = comparison_section(spoiled)
    assert "<script" not in section
    assert "\x1b" not in section
    assert "\x1b" not in "".join(words(spoiled, 80))
    assert "<circle" in section


def test_too_few_pairs_are_said_once() -> None:
    """Figures stand by themselves then, in narrow and in wide."""
    for width in (60, 120):
        text = " ".join(" ".join(words(noisy(2), width)).split())
        assert text.count("too few") == 1
        assert "rendering can start (estimated): 2 pairs, too few to say; 6 at least" in text


def test_the_verdict_says_what_it_lacks() -> None:
    """An interval that leaves 0 out beside "no difference shown" is explained, in every form; the rule is told."""
    result = noisy()
    measure = result.of("render-start")
    assert measure is not None
    short = replace(measure, shift=replace(measure.shift, low=-197.4, high=-7.5, p=0.0625))
    result = replace(result, measures=tuple(short if one is measure else one for one in result.measures))
    for width in (60, 80, 200):
        told = " ".join(" ".join(words(result, width)).split())
        assert "no difference shown: p is above 0.05" in told
        assert "where the interval leaves out 0 and p is at most 0.05" in told
    assert "no difference shown: p is above 0.05" in comparison_section(result)
    assert "where the interval leaves out 0 and p is at most 0.05" in comparison_section(result)


def test_five_pairs_of_an_older_file_show_nothing_either() -> None:
    """Whatever interval it holds: no difference of so few can be shown, so none "would have been"."""
    result = noisy()
    measure = result.of("render-start")
    assert measure is not None
    few = replace(measure, shift=replace(measure.shift, pairs=5, p=0.0625))
    text = " ".join(words(replace(result, measures=(few,)), 120))
    assert "rendering can start (estimated): 5 pairs, too few to say; 6 at least" in text
    assert "four times in five" not in text
