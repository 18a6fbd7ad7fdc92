"""Paired differences: the estimator, its interval and its test, held to textbook values, to SciPy and to truth."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import median

import pytest

from fetcher.analysis.compare.paired import FEWEST, pseudo_median, shift_of, signed_rank_p, t_cdf, t_quantile


@pytest.mark.parametrize(
    ("share", "freedom", "value"),
    [
        (0.975, 1, 12.7062047362),
        (0.975, 2, 4.3026527297),
        (0.975, 9, 2.2621571628),
        (0.8, 4, 0.9409645765),
        (0.995, 30, 2.7499956536),
        (0.975, 101, 1.9837310036),
        (0.975, 5_000, 1.959963985),
    ],
)
def test_students_t(share: float, freedom: int, value: float) -> None:
    """Quantiles as printed tables and SciPy have them."""
    assert t_quantile(share, freedom) == pytest.approx(value, abs=1e-8)
    if freedom <= 1_000:
        assert t_cdf(value, freedom) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        ([1, 2, 3, 4, 5], 0.0625),
        ([1, 2, 3, 4, 5, 6], 0.03125),
        ([-1, 2, 3, 4, 5, 6], 0.0625),
        ([1, -2, 3, -4, 5, -6, 7], 0.8125),
        ([0, 0, 0], 1.0),
        ([], 1.0),
        ([1, 1, 1, 1, 1, 1, 1, 1, -1, -1], 0.06578723),  # ties: the normal approximation, corrected
    ],
)
def test_signed_rank(differences: list[float], p: float) -> None:
    """Exact where ranks are distinct; values as SciPy's wilcoxon gives them."""
    assert signed_rank_p(differences) == pytest.approx(p, abs=1e-6)


def test_the_pseudo_median_of_many_is_that_of_all_means() -> None:
    """The counting way above 40 values finds what writing out every mean finds."""
    dice = random.Random(5)
    for count in (41, 60, 101):
        values = [dice.choice((dice.gauss(0, 1), float(dice.randrange(3)))) for _ in range(count)]
        ordered = sorted(values)
        means = sorted((a + b) / 2 for place, a in enumerate(ordered) for b in ordered[place:])
        half = (len(means) + 1) // 2
        assert means[half - 1] - 1e-9 <= pseudo_median(values) <= means[half] + 1e-9
    assert pseudo_median([3.0, 1.0, 100.0]) == median([3, 1, 100, 2, 51.5, 50.5])


def test_one_slow_load_moves_it_little() -> None:
    """A pair that is off by a second does not make a difference of the other nine's 20 ms."""
    pairs = [(100.0 + n, 80.0 + n) for n in range(9)] + [(100.0, 1_100.0)]
    assert shift_of(pairs).value == pytest.approx(-20, abs=1)


def test_few_pairs_claim_nothing() -> None:
    """Five pairs that all agree leave p above 0.05, so five give no interval and no word of what could be seen."""
    assert FEWEST == 6
    few = shift_of([(10.0 + n, 5.0) for n in range(5)])
    assert (few.value, few.low, few.p, few.detectable, few.is_shown) == (-7.0, None, None, None, False)
    assert shift_of([(10.0 + n, 5.0) for n in range(6)]).is_shown


def test_which_of_both_does_not_let_it_be_claimed() -> None:
    """The interval and p must both say so; where one alone does, the other is named."""
    only_interval = shift_of([(0.0, value) for value in (-200.0, -150.0, -90.0, -80.0, -10.0, 5.0)])
    assert only_interval.high is not None
    assert only_interval.high < 0
    assert (only_interval.p, only_interval.is_shown, only_interval.lacks) == (0.0625, False, "p")
    assert shift_of([(10.0 + n, 5.0) for n in range(6)]).lacks == ""
    assert shift_of([(0.0, value) for value in (-3.0, 2.0, -1.0, 4.0, -5.0, 6.0)]).lacks == ""
    assert replace(only_interval, high=1.0, p=0.04).lacks == "interval"


@pytest.mark.parametrize("count", [6, 10])
def test_what_so_many_pairs_show_they_do_show(count: int) -> None:
    """A true shift of the size said to be shown four times in five is."""
    dice = random.Random(count)
    sizes = [shift_of([(0.0, dice.gauss(0, 10)) for _ in range(count)]).detectable or 0.0 for _ in range(20)]
    size = sum(sizes) / len(sizes)
    shown = sum(shift_of([(0.0, dice.gauss(size, 10)) for _ in range(count)]).is_shown for _ in range(40))
    assert shown >= 29, f"{size:.1f}: {shown} of 40"


def test_the_same_numbers_give_the_same_answer() -> None:
    """The bootstrap's seed is fixed."""
    dice = random.Random(2)
    pairs = [(dice.gauss(100, 5), dice.gauss(90, 5)) for _ in range(12)]
    assert shift_of(pairs) == shift_of(pairs)


@pytest.mark.parametrize("count", [6, 10])
def test_95_percent_is_95_percent(count: int) -> None:
    """Of 40 comparisons with a known shift and skewed noise the interval holds it in about 95 of a hundred."""
    dice = random.Random(count)
    held = 0
    for _ in range(40):
        pairs = [
            (dice.gauss(0, 3) + dice.expovariate(0.2), dice.gauss(-40, 3) + dice.expovariate(0.2)) for _ in range(count)
        ]
        shift = shift_of(pairs)
        assert shift.low is not None
        assert shift.high is not None
        held += shift.low <= -40 <= shift.high
    assert held >= 35


def test_more_pairs_see_smaller_shifts() -> None:
    """The smallest detectable shift falls as one over the root of the pairs."""
    dice = random.Random(3)
    noise = [dice.gauss(0, 10) for _ in range(64)]
    small, large = (shift_of([(0.0, value) for value in noise[:count]]) for count in (16, 64))
    assert small.detectable is not None
    assert large.detectable is not None
    assert 1.5 < small.detectable / large.detectable < 3
