"""Two saved comparisons: what each measured of every milestone, and whether the effect is still the same.

Two intervals that have no value in common are of different effects. Of two that overlap nothing is claimed: to measure
how an effect changed, both would have to be compared at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fetcher.analysis.changes.loads import PageView, notes_of, of_page
from fetcher.analysis.changes.values import Change, Difference, Effect, Side, Trend, What
from fetcher.analysis.comparison import HINTS, Comparison, Measure
from fetcher.analysis.paired import Shift
from fetcher.analysis.survey import run_of
from fetcher.errors import UsageError
from fetcher.record.page_load import PageLoad


def of_comparisons(before: Comparison, after: Comparison, sources: tuple[str, str]) -> Difference:
    """``sources`` are the files' names. Raises ``UsageError`` where one compares hints and the other something else."""
    arms = [tuple(arm.name for arm in one.arms) for one in (before, after)]
    if (arms[0] == HINTS) is not (arms[1] == HINTS):
        told = [f"{source} compares {' with '.join(names)}" for source, names in zip(sources, arms, strict=True)]
        raise UsageError(f"{told[0]}, and {told[1]}: the effect of one thing cannot be set beside that of another")
    loads = _second(before), _second(after)
    page = of_page(_view(before, loads[0]), _view(after, loads[1]))
    effects = tuple(_effects(before, after))
    notes = [f"the arms differ: {' with '.join(arms[0])} before, {' with '.join(arms[1])} after"] * (arms[0] != arms[1])
    if before.by != after.by:
        notes.append(f"who loaded it differs: {before.by} before, {after.by} after")
    notes += [note for note in after.notes if note in before.notes]
    notes += [f"before: {note}" for note in before.notes if note not in after.notes]
    notes += [f"after: {note}" for note in after.notes if note not in before.notes]
    notes += (note for note in notes_of(*loads) if not note.startswith("who loaded"))
    if page.why is None:
        page = replace(page, changes=(*page.changes, *_changes(effects)), figures=(), effects=effects)
    sides = [
        Side(source, f"{_pairs(one)}, {one.by}", own[0].started_at if own else None)
        for source, one, own in zip(sources, (before, after), loads, strict=True)
    ]
    return Difference("comparison", sides[0], sides[1], (page,), tuple(notes))


def _pairs(comparison: Comparison) -> str:
    return f"{comparison.counted} pair{'' if comparison.counted == 1 else 's'}"


def _second(comparison: Comparison) -> list[PageLoad]:
    """The second arm's loads: of a comparison of hints, those that acted on them."""
    return [pair.second for pair in comparison.pairs if pair.counts and pair.second is not None]


def _view(comparison: Comparison, loads: list[PageLoad]) -> PageView:
    return PageView(comparison.url, tuple(run_of(number, load) for number, load in enumerate(loads, 1)))


def _effects(before: Comparison, after: Comparison) -> Iterator[Effect]:
    """Milestones in the order of the later comparison, then those that only the earlier one has."""
    old, new = ({one.name: one for one in each.measures if one.url is None} for each in (before, after))
    for name in dict.fromkeys([*new, *old]):
        was, now = old.get(name), new.get(name)
        told = now or was
        assert told is not None
        yield Effect(name, told.title, told.unit, told.estimated, _shift(was), _shift(now), _overlap(was, now))


def _shift(measure: Measure | None) -> Shift | None:
    return measure.shift if measure is not None else None


def _overlap(was: Measure | None, now: Measure | None) -> bool | None:
    if was is None or now is None:
        return None
    ends = was.shift.low, was.shift.high, now.shift.low, now.shift.high
    if None in (*ends, was.shift.value, now.shift.value):
        return None
    low, high, other_low, other_high = (end or 0.0 for end in ends)
    return low <= other_high and other_low <= high


def _changes(effects: tuple[Effect, ...]) -> Iterator[Change]:
    """Where the intervals do not overlap: later is worse, sooner better."""
    for one in effects:
        if one.overlap is not False or one.before is None or one.after is None:
            continue
        later = (one.after.value or 0.0) > (one.before.value or 0.0)
        yield Change(
            What.EFFECT, one.title, f"{one.before.value:.1f}", f"{one.after.value:.1f}", one.unit,
            Trend.WORSE if later else Trend.BETTER,
        )  # fmt: skip
