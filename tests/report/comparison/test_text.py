"""A comparison on the terminal and in the page: the answer first, claims only where shown, servers' text inert."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from fetcher.analysis.compare.comparison import Comparison
from fetcher.report.comparison.markdown import comparison_markdown
from fetcher.report.comparison.text import comparison_lines
from fetcher.report.escape import cells
from fetcher.report.html.comparison import comparison_section
from fetcher.report.lines import Style, paragraph, ranged
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


def test_a_figure_is_a_line_at_80_columns(result: Comparison) -> None:
    """Under one another, with both arms and the interval; an asterisk is at those that were shown and at no other."""
    shown = {one.title: one.shift.is_shown for one in result.measures if one.url is None}
    assert set(shown.values()) == {True, False}
    lines = words(result, 80)
    for name, is_shown in shown.items():
        row = next(line for line in lines if re.match(rf"{name[:20]}.* ms .* ms .* to |{name} .* B .* B .* to ", line))
        assert row.endswith("  *") is is_shown
    assert "* a difference that was shown; without it no difference shown" in lines


def test_an_interval_has_its_unit_once() -> None:
    """Where all three numbers have it."""
    assert ranged("−35.2 ms", "−41.0 ms", "−30.1 ms") == "−35.2 ms (−41.0 to −30.1)"
    assert ranged("+1.2 kB", "+980 B", "+1.4 kB") == "+1.2 kB (+980 B to +1.4 kB)"


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
    assert re.findall(r'<th scope="col">([^<]*)', comparison_section(noisy(2)))[3:] == ["difference (95 % interval)"]
    assert re.findall(r'<th scope="col">([^<]*)', comparison_section(noisy()))[4:] == ["p", "could be seen", "so"]


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


def test_long_names_of_arms_are_letters_with_a_key(result: Comparison) -> None:
    """Rows and plots keep their width and the rows their own names; the page's dots are told apart."""
    urls = "https://localhost:8443/a/long/path", "https://localhost:8443/another"
    arms = tuple(replace(arm, name=url) for arm, url in zip(result.arms, urls, strict=True))
    made = replace(result, arms=(arms[0], arms[1]))
    for width in (60, 80, 120):
        lines = words(made, width)
        assert max(map(cells, lines)) <= width
        assert f"A: {urls[0]} against B: {urls[1]}" in " ".join(" ".join(lines).split())
        assert any(re.match(r"rendering can start \(estimated\)(  |$)", line) for line in lines)
        assert any(line.startswith("A  ") for line in lines)
        assert "sooner with B" in " ".join(" ".join(lines).split())
    section = comparison_section(made)
    assert '<text x="0" y="30">A</text>' in section
    assert f"A: {urls[0]} against B: {urls[1]}" in section
    assert "| A | B |" in comparison_markdown(made)


def test_empty_places_of_a_plot_are_dots_in_ascii(result: Comparison) -> None:
    """A bar of "|" would look like one full of loads; no height is drawn as the empty place is."""
    plotted = [line for line in words(result, 80, unicode=False) if line.startswith("hints on  ") and " | " not in line]
    assert plotted
    assert all("." in line and "|" not in line for line in plotted)


def test_in_how_many_loads_a_103_was_acted_on(result: Comparison) -> None:
    """Of how many; and the arm is not said to have acted on what never came."""
    text = " ".join(" ".join(words(result, 80)).split())
    assert "103 acted on in 10 of 10 loads" in text
    assert "103 acted on in none of 10 loads" in text
    assert "a 103 acted on where one comes" in text


def test_a_number_keeps_its_unit() -> None:
    """No line ends between them, in any width."""
    for width in range(30, 90):
        lines = paragraph("load 397.2 ms, then 12.1 kB and 3 s more of it, 397.2 ms (381.0 ms to 402.2 ms)", width)
        for line in lines:
            assert not re.search(r"\d$", "".join(part for part, _ in line))


def test_later_lines_use_the_width_that_a_long_lead_leaves_free() -> None:
    lead = (("a very long lead indeed  ", Style.PLAIN),)
    lines = ["".join(part for part, _ in line) for line in paragraph("word " * 30, 60, lead=lead, indent=2)]
    assert max(map(len, lines)) <= 60
    assert len(lines[1]) > 50
