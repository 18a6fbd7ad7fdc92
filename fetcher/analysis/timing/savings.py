"""What hints would gain, estimated from a load that went without them (page-load-model, section 2).

A hinted request starts when the 103 comes instead of when the page asks; its own time stays as it was, so what comes
out is the most that hints can win: nothing is taken for bandwidth they share. The gain is told in two parts: what only
a 103 can win (``from_think_time``, up to the final head) and what an earlier mention in the document would win as well
(``from_discovery``). For the page it counts only where rendering waited.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fetcher.analysis.timing.critical_path import Cause, causes_of
from fetcher.analysis.timing.milestones import Milestone, end_of, milestones
from fetcher.analysis.timing.rendering import lcp_ready
from fetcher.record.page_load import PageLoad


@dataclass(frozen=True, slots=True)
class Saving:
    """How much earlier ``request`` would start, ms."""

    request: int
    from_think_time: float
    from_discovery: float

    @property
    def start(self) -> float:
        return round(self.from_think_time + self.from_discovery, 3)


def saving(load: PageLoad, request: int, at: float) -> Saving:
    """With a hint for it in a 103 that comes ``at``."""
    discovered = load.requests[request].times.discovered
    head = load.final_response_headers_start
    start = max(0.0, discovered - at)
    thought = start if head is None else max(0.0, min(start, head - at))
    return Saving(request, round(thought, 3), round(start - thought, 3))


def render_gain(load: PageLoad, hinted: Collection[int], at: float) -> float | None:
    """How much earlier rendering could start, ms, with ``hinted`` requests in a 103 that comes ``at``; None where the
    record does not say when it started."""
    told = milestones(load)
    return _gain(load, told.render_start, hinted, at) if told is not None else None


def lcp_gain(load: PageLoad, hinted: Collection[int], at: float) -> float | None:
    """The same for the largest thing on the screen, as far as that can be guessed (``lcp_ready``)."""
    ready = lcp_ready(load)
    return _gain(load, ready, hinted, at) if ready is not None else None


def _gain(load: PageLoad, milestone: Milestone, hinted: Collection[int], at: float) -> float | None:
    if milestone.at is None:
        return None
    causes = causes_of(load)
    ends: dict[int, float] = {}
    latest = milestone.markup_at or 0.0
    for number in milestone.waited_for:
        latest = max(latest, _end(load, number, frozenset(hinted), at, causes, ends))
    return round(max(0.0, milestone.at - latest), 3)


def _end(
    load: PageLoad,
    number: int,
    hinted: frozenset[int],
    at: float,
    causes: tuple[tuple[Cause, ...], ...],
    ends: dict[int, float],
) -> float:
    """When ``number`` would end. A chain of causes is as long as imports are deep, and ids grow along it."""
    chain = [number]
    while chain:
        one = load.requests[chain[-1]]
        if one.id in ends:
            chain.pop()
            continue
        end = end_of(one)
        if end is None:
            ends[one.id] = float("inf")
            continue
        if one.id in hinted:
            ends[one.id] = end - max(0.0, one.times.discovered - at)
            continue
        waits = [cause for cause in causes[one.id] if _is_end(load, cause)]
        missing = [cause.request for cause in waits if cause.request not in ends and cause.request not in chain]
        if missing:
            chain += missing
            continue
        moved = []
        for cause in causes[one.id]:
            if cause in waits and cause.request in ends:
                claimed = load.requests[cause.request].times.discovered if cause.request in hinted else 0.0
                moved.append(min(cause.at, max(ends[cause.request], claimed)))
            else:
                moved.append(cause.at)
        ends[one.id] = end - (max((cause.at for cause in causes[one.id]), default=0.0) - max(moved, default=0.0))
    return ends[number]


def _is_end(load: PageLoad, cause: Cause) -> bool:
    """Whether it is the end of a subresource, which moves with that; what the document says comes when it comes."""
    one = load.requests[cause.request]
    return cause.request not in load.navigations and end_of(one) == cause.at
