"""Pairs of loads: their order, what is dropped, when it ends; and that what is known to be true is found."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fetcher.analysis.compare.comparison import Comparison
from fetcher.analysis.compare.saved_comparison import dumps, loads
from fetcher.errors import ConnectFailed, RecordError, UsageError
from fetcher.record.page_load import PageLoad
from fetcher.runs.compare import Comparing, off_and_on
from tests.support.comparisons import valid
from tests.support.noisy_pages import NoisyPage

URL = "https://a.test/"
CHROMIUM = {"browser": "chromium"}


def comparing(make: NoisyPage, **options: Any) -> Comparing:
    async def load(url: str, given: dict[str, Any]) -> PageLoad:
        return make(url, given)

    return Comparing(off_and_on(URL, CHROMIUM), pause=0, load=load, **options)


def compared(make: NoisyPage, **options: Any) -> Comparison:
    return valid(asyncio.run(comparing(make, **options).run()))


def test_pairs_in_random_order_after_a_warm_up() -> None:
    """Each pair has both arms once; which comes first is drawn from the seed; the first pair is made and dropped."""
    make = NoisyPage()
    result = compared(make, wanted=7, seed=5)
    assert len(make.loads) == 16
    assert all({one, other} == {True, False} for one, other in zip(make.loads[::2], make.loads[1::2], strict=True))
    firsts = [pair.second_first for pair in result.pairs]
    assert True in firsts
    assert False in firsts
    assert firsts == make.loads[2::2]
    assert [pair.second_first for pair in compared(NoisyPage(seed=9), wanted=7, seed=5).pairs] == firsts
    assert [pair.second_first for pair in compared(NoisyPage(seed=9), wanted=7, seed=6).pairs] != firsts


def test_what_the_hint_covers_is_found() -> None:
    """The known gain lies in the interval, is claimed, and nothing is claimed of what the hint cannot change."""
    make = NoisyPage()
    result = compared(make, wanted=12)
    render, final = result.of("render-start"), result.of("final-response-headers")
    assert render is not None
    assert final is not None
    assert render.shift.low is not None
    assert render.shift.high is not None
    assert render.shift.low <= -make.gain <= render.shift.high
    assert render.shift.is_shown
    assert not final.shift.is_shown
    assert result.measured.decisive == ("render-start", render.shift)
    assert result.arms[0].acted == 0
    assert result.arms[1].acted == 12


def test_a_failed_load_drops_its_pair() -> None:
    """Said with the arm and the reason; the others count. A wall ends it."""
    result = compared(NoisyPage(fails_at=(6,)), wanted=8)
    assert (result.counted, len(result.pairs)) == (2, 3)
    assert result.ended.startswith("it was given up: hints o")
    assert "503" in result.ended
    assert any("1 pair does not count" in note for note in result.notes)


def test_a_wall_ends_it_at_once() -> None:
    """In the warm-up too, and within a pair: nothing more is asked of who said no. It is kept and told."""
    make = NoisyPage(fails_at=(0,))
    result = compared(make, wanted=8)
    assert (len(make.loads), result.counted, len(result.pairs)) == (1, 0, 1)
    assert "503" in result.ended


def test_a_failure_that_speaks_of_blocking_is_no_wall() -> None:
    """Neither the name of an arm nor the words of an error make one."""
    made = 0

    async def load(url: str, options: dict[str, Any]) -> PageLoad:
        nonlocal made
        made += 1
        if made == 3:
            raise ConnectFailed("blocked by a firewall")
        return NoisyPage()(url, options)

    result = asyncio.run(Comparing(off_and_on(URL, CHROMIUM), wanted=4, warm_up=0, pause=0, load=load).run())
    assert (len(result.pairs), result.counted) == (4, 3)


def test_a_page_that_cannot_be_loaded_is_not_tried_on_and_on() -> None:
    """Two failed pairs end it, with the sentence."""

    async def refused(url: str, options: dict[str, Any]) -> PageLoad:
        raise ConnectFailed("refused")

    result = asyncio.run(Comparing(off_and_on(URL, {}), wanted=50, pause=0, load=refused).run())
    assert (len(result.pairs), result.counted, result.measures) == (2, 0, ())
    assert "refused" in result.ended


def test_until_the_interval_is_narrow() -> None:
    """It stops once the interval of what decides is narrow enough, and not before six pairs."""
    result = compared(NoisyPage(jitter=0.02), wanted=100, until=30.0)
    assert 6 <= result.counted < 40
    assert "at most 30 ms wide" in result.ended


@pytest.mark.parametrize(
    ("options", "told"),
    [({"wanted": 0}, "-n"), ({"until": -1.0}, "--until"), ({"until": float("nan")}, "--until")],
)
def test_what_cannot_be(options: dict[str, Any], told: str) -> None:
    """One sentence that names the option."""
    with pytest.raises(UsageError, match=told):
        comparing(NoisyPage(), **options)


def test_it_is_saved_without_loss() -> None:
    """Every figure and every load; what is no comparison is refused."""
    result = compared(NoisyPage(), wanted=3)
    assert loads(dumps(result, redact=False)) == result
    for text, told in (("{", "not JSON"), ("{}", "not a saved comparison"), ('{"kind":"comparison"}', "schema None")):
        with pytest.raises(RecordError, match=told):
            loads(text)


def test_equal_arms_claim_nothing() -> None:
    """Five comparisons of a page with itself: a difference of rendering is claimed in one at the most."""
    claimed = 0
    for seed in range(5):
        make = NoisyPage(seed=seed, jitter=0.2)

        async def load(url: str, options: dict[str, Any], make: NoisyPage = make) -> PageLoad:
            return make(url, CHROMIUM)

        result = asyncio.run(Comparing(off_and_on(URL, {}), wanted=8, pause=0, load=load, seed=seed).run())
        render = result.of("render-start")
        assert render is not None
        claimed += render.shift.is_shown
    assert claimed <= 1
