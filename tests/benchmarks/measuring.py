"""What a measurement is: interleaved rounds, a median with its spread, and a target that is reached or not.

The sides take turns within each round (and the one that begins changes), so a machine that grows slow for a while is
slow for all. The ratio is the median of the rounds' own ratios. Times are milliseconds.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fetcher import clock

WARM_UP = 2
"""Rounds that are run and not counted."""

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``theirs`` is empty without a peer, else as long as ``ours``. ``at_most`` bounds our
    median, ``ratio_at_most`` the ratio to the peer; None is no target. ``detail`` rows explain the row above them."""

    what: str
    ours: list[float]
    peer: str = ""
    theirs: list[float] = field(default_factory=list)
    at_most: float | None = None
    ratio_at_most: float | None = None
    unit: str = "ms"
    note: str = ""
    detail: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.ours)

    @property
    def ratio(self) -> float | None:
        if not self.theirs:
            return None
        return statistics.median(ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True))

    @property
    def reached(self) -> bool | None:
        """None where there is no target."""
        verdicts = []
        if self.at_most is not None:
            verdicts.append(self.median <= self.at_most)
        if self.ratio_at_most is not None:
            assert self.ratio is not None
            verdicts.append(self.ratio <= self.ratio_at_most)
        return all(verdicts) if verdicts else None


def spread(values: list[float]) -> tuple[float, float]:
    """The quartiles."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


async def timed(work: Work) -> float:
    """Milliseconds that ``work`` takes, with the garbage of others collected before."""
    gc.collect()
    start = clock.now()
    await work()
    return clock.now() - start


async def interleaved(rounds: int, *sides: Work) -> list[list[float]]:
    """The times of ``rounds`` rounds for each side, warm-up dropped. Another side begins each round."""
    times: list[list[float]] = [[] for _ in sides]
    for number in range(rounds + WARM_UP):
        for turn in range(len(sides)):
            side = (number + turn) % len(sides)
            took = await timed(sides[side])
            if number >= WARM_UP:
                times[side].append(took)
    return times
