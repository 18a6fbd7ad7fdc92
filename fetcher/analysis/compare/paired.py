"""Two arms measured in pairs: by how much does the second differ, how sure is that, and what could have been seen.

The shift is Hodges and Lehmann's: the median of the means of any two differences (1963), which one slow load moves
little. Its interval is a bootstrap over pairs with a fixed seed, percentiles widened for few pairs (Hesterberg 2015,
"expanded percentile": t instead of normal quantiles), so that 95 % means 95 % from about six pairs on. p is
Wilcoxon's signed-rank test, exact up to 50 pairs. A difference is shown where both say so: the interval leaves 0 out
and p is at most 0.05. Pure: the same numbers give the same answer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import NormalDist, median, stdev

FEWEST = 6
"""Pairs below which nothing can be shown, so that no interval is given: p of five that all agree is 0.0625."""
POWER = 0.8
_EXACT = 50
_WORK = 4_000_000  # steps of the bootstrap; resamples become fewer as pairs become many, 400 at least


@dataclass(frozen=True, slots=True)
class Shift:
    """Second arm minus first over ``pairs`` pairs, in the unit given. ``low`` to ``high`` is the interval at
    ``confidence``; ``p`` is two-sided; ``detectable`` the smallest true shift that this many pairs with this scatter
    shows four times in five. All None with fewer than ``FEWEST`` pairs; ``p`` is 1 when every difference is 0."""

    pairs: int
    value: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    detectable: float | None = None
    confidence: float = 0.95

    @property
    def is_shown(self) -> bool:
        """Whether a difference may be claimed: the interval leaves 0 out, and the test agrees."""
        if self.low is None or self.high is None or self.p is None:
            return False
        return (self.low > 0 or self.high < 0) and self.p <= 1 - self.confidence

    @property
    def lacks(self) -> str:
        """Which of both does not let a difference be claimed though the other does: "p" or "interval"; else ""."""
        if self.low is None or self.high is None or self.p is None:
            return ""
        apart, unlikely = self.low > 0 or self.high < 0, self.p <= 1 - self.confidence
        return "" if apart is unlikely else "p" if apart else "interval"

    @property
    def width(self) -> float | None:
        return None if self.low is None or self.high is None else self.high - self.low


def shift_of(pairs: Sequence[tuple[float, float]], *, confidence: float = 0.95, seed: int = 103) -> Shift:
    """The shift of ``pairs`` of (first arm, second arm)."""
    differences = [second - first for first, second in pairs]
    count = len(differences)
    if not differences:
        return Shift(0, None, confidence=confidence)
    value = pseudo_median(differences)
    if count < FEWEST:
        return Shift(count, value, confidence=confidence)
    low, high = _interval(differences, confidence, seed)
    quantiles = t_quantile(0.5 + confidence / 2, count - 1) + t_quantile(POWER, count - 1)
    detectable = _beyond_t(count) * quantiles * stdev(differences) / math.sqrt(count)
    return Shift(count, value, low, high, signed_rank_p(differences), detectable, confidence)


def _beyond_t(pairs: int) -> float:
    """How much larger than by Student's t a shift must be to be shown four times in five: the interval and p must both
    say so, and p goes in steps, which are coarse for few pairs (of six every one must agree). By simulation, with
    normal scatter: 1.33 for 6 pairs, 1.11 to 1.16 for 7 to 9, about 1.1 beyond."""
    return 1.34 if pairs <= 6 else 1.15 if pairs < 10 else 1.11


def pseudo_median(values: Sequence[float]) -> float:
    """The median of the means of all pairs of ``values``, each with itself too (Hodges and Lehmann)."""
    ordered = sorted(values)
    if len(ordered) <= 40:
        return median((a + b) / 2 for place, a in enumerate(ordered) for b in ordered[place:])
    return _pseudo_median_of_many(ordered)


def _pseudo_median_of_many(ordered: Sequence[float]) -> float:
    """By bisection on the value: how many means lie at or below it is counted in one pass over ``ordered``."""
    count = len(ordered)
    half = count * (count + 1) / 4
    low, high = ordered[0], ordered[-1]
    for _ in range(60):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        below, other = 0, count - 1
        for place, value in enumerate(ordered):
            while other >= place and value + ordered[other] > 2 * middle:
                other -= 1
            if other < place:
                break
            below += other - place + 1
        if below < half:
            low = middle
        else:
            high = middle
    return high


def _interval(differences: Sequence[float], confidence: float, seed: int) -> tuple[float, float]:
    count = len(differences)
    dice = random.Random(seed)
    each = count * count / 2 if count <= 40 else count * 120
    resamples = max(400, min(2_000, int(_WORK / each)))
    found = sorted(pseudo_median(dice.choices(differences, k=count)) for _ in range(resamples))
    wider = math.sqrt(count / (count - 1)) * t_quantile(0.5 + confidence / 2, count - 1)
    tail = NormalDist().cdf(-wider)
    return _at(found, tail), _at(found, 1 - tail)


def _at(ordered: Sequence[float], share: float) -> float:
    """The quantile at ``share``, between neighbours by their distance."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def signed_rank_p(differences: Sequence[float]) -> float:
    """Two-sided p of Wilcoxon's signed-rank test; zeros are left out, ties share their rank."""
    kept = sorted((value for value in differences if value), key=abs)
    count = len(kept)
    if not count:
        return 1.0
    positive = 0.0
    ties: list[int] = []
    rank = 0
    for _, group in groupby(kept, key=abs):
        members = list(group)
        shared = rank + (len(members) + 1) / 2
        positive += shared * sum(value > 0 for value in members)
        ties.append(len(members))
        rank += len(members)
    total = count * (count + 1) / 2
    smaller = min(positive, total - positive)
    if count <= _EXACT and max(ties) == 1:
        return min(1.0, 2 * _exact_tail(count, int(smaller)))
    variance = count * (count + 1) * (2 * count + 1) / 24 - sum(size**3 - size for size in ties) / 48
    score = (smaller - total / 2 + 0.5) / math.sqrt(variance)
    return min(1.0, 2 * NormalDist().cdf(min(score, 0.0)))


def _exact_tail(count: int, rank_sum: int) -> float:
    """The share of all sign patterns of ranks 1 to ``count`` whose positive ranks add up to ``rank_sum`` or less."""
    ways = [1] + [0] * (count * (count + 1) // 2)
    for rank in range(1, count + 1):
        for place in range(len(ways) - 1, rank - 1, -1):
            ways[place] += ways[place - rank]
    return float(sum(ways[: rank_sum + 1]) / 2**count)


def t_quantile(share: float, freedom: int) -> float:
    """Student's t at ``share`` (0.5 to 1) with ``freedom`` degrees of freedom."""
    if freedom > 1_000:
        return NormalDist().inv_cdf(share)
    high = 1.0
    while t_cdf(high, freedom) < share:
        high *= 2
    return _root(lambda value: t_cdf(value, freedom) - share, 0.0, high)


def t_cdf(value: float, freedom: int) -> float:
    """Abramowitz and Stegun 26.7.3 and 26.7.4: finite sums for whole degrees of freedom."""
    angle = math.atan2(value, math.sqrt(freedom))
    square = math.cos(angle) ** 2
    term = total = math.cos(angle) if freedom % 2 else 1.0
    for step in range(3 if freedom % 2 else 2, freedom - 1, 2):
        term *= square * (step - 1) / step
        total += term
    if freedom % 2 == 0:
        return 0.5 + math.sin(angle) * total / 2
    inner = angle + (math.sin(angle) * total if freedom > 1 else 0.0)
    return 0.5 + inner / math.pi


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(80):
        middle = (low + high) / 2
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
