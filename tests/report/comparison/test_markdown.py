"""A comparison as Markdown: the answer in the heading, a row per milestone, what dropped out, servers' text inert."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fetcher.analysis.compare.comparison import Comparison
from fetcher.report.comparison.markdown import comparison_markdown
from tests.support.comparisons import noisy
from tests.support.hostile import TEXTS, infected


def rows(text: str) -> dict[str, list[str]]:
    """The first table's rows by what they are of."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:2] == "| "]
    return {row[0]: row[1:] for row in found}


def test_it_answers_in_its_heading() -> None:
    """Both medians, the difference with its interval, p, what could have been shown, and what may be said."""
    text = comparison_markdown(noisy())
    assert re.match(r"## fetcher compare: rendering can start &#40;estimated&#41;: −\d+\.\d ms .* sooner with", text)
    head, render = rows(text)[""], rows(text)["rendering can start &#40;estimated&#41;"]
    assert head == ["hints off", "hints on", "difference (95 % interval)", "p", "detectable", "so"]
    assert re.fullmatch(r"−\d+\.\d ms \(−\d+\.\d to −\d+\.\d\)", render[2])
    assert render[-1] == "sooner"
    assert rows(text)["final response head"][-1] == "no difference shown"
    assert "- **hints off**: every 103 received and ignored · edge cache 10 unknown · round trip 19.9 ms" in text
    assert "- **hints on**: a 103 acted on" in text
    assert "10 of 10 pairs count, 1 dropped as warm-up" in text
    assert "<summary>1 hinted resource</summary>" in text


def test_pairs_that_do_not_count_are_named() -> None:
    """With their reason, and none is silently lost."""
    text = comparison_markdown(noisy(pairs=8, fails_at=(6,)))
    assert "<summary>1 pair does not count</summary>" in text
    assert re.search(r"- pair 3: hints o\w+: blocked: it answered 503", text)


def test_nothing_measured() -> None:
    """Said, without a table of nothing."""
    text = comparison_markdown(noisy(pairs=8, fails_at=(0,)))
    assert "no figure that a visitor would notice was measured" in text
    assert "\n| " not in text


@pytest.mark.parametrize("hostile", TEXTS)
def test_server_text_is_only_text(hostile: str) -> None:
    """No link, image, mention, element or row comes of it; and it cannot make the text long."""
    shown: Comparison = replace(
        noisy(pairs=2), url=f"https://a.test/{hostile}", notes=(hostile,), ended=hostile * 2_000,
        measures=tuple(replace(one, url=hostile if one.url else None) for one in noisy(pairs=2).measures),
    )  # fmt: skip
    text = comparison_markdown(shown)
    assert len(text) < 20_000
    bare = re.sub(r"(`+).*?\1", "", text)
    assert re.findall(r"<(?!/?(?:details|summary)>)", bare) == []
    assert not re.search(r"!?\[[^]]*\]\(|(?<![\w&])@\w|https?://", bare)
    assert "\x1b" not in text


def test_any_infected_comparison_is_written() -> None:
    """Every text in it, the loads' too."""
    assert comparison_markdown(infected(noisy(pairs=2), TEXTS[0]))
