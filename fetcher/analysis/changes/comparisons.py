"""Two saved comparisons: what each measured of every milestone, and whether the effect is still the same.

Two intervals that have no value in common are of different effects. Of two that overlap nothing is claimed: to measure
how an effect changed, both would have to be compared at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from fetcher.analysis.changes.loads import PageView, notes_of, of_page
from fetcher.analysis.changes.values import Change, Difference, Effect, Side, Trend, What
from fetcher.analysis.check.survey import run_of
from fetcher.analysis.compare.comparison import HINTS, Comparison, Measure
from fetcher.analysis.compare.paired import FEWEST, Shift
from fetcher.errors import UsageError
from fetcher.record.page_load import PageLoad

Ways = Callable[[Measure, Measure], tuple[str, str]]


def of_comparisons(before: Comparison, after: Comparison, sources: tuple[str, str]) -> Difference:
    """``sources`` are the files' names. Raises ``UsageError`` where one compares hints and the other something else."""
    arms = [tuple(arm.name for arm in one.arms) for one in (before, after)]
    if (arms[0] == HINTS) is not (arms[1] == HINTS):
        told = [f"{source} compares {' with '.join(names)}" for source, names in zip(sources, arms, strict=True)]
        raise UsageError(f"{told[0]}, and {told[1]}: the effect of one thing cannot be set beside that of another")
    loads = _second(before), _second(after)
    page = of_page(_view(before, loads[0]), _view(after, loads[1]))
    effects = tuple(_effects(before, after, _ways(before, after, loads)))
    notes = [f"the arms differ: {' with '.join(arms[0])} before, {' with '.join(arms[1])} after"] * (arms[0] != arms[1])
    apart = _are_measured_differently(*loads)
    if apart:
        notes.append(
            f"they were measured differently, by {before.by} before and by {after.by} after: "
            "figures of one name are not the same figure, and no interval is set against the other"
        )
    elif before.by != after.by:
        notes.append(f"who loaded it differs: {before.by} before, {after.by} after")
    notes += [note for note in after.notes if note in before.notes]
    notes += [f"before: {note}" for note in before.notes if note not in after.notes]
    notes += [f"after: {note}" for note in after.notes if note not in before.notes]
    implied = ("who loaded", "the profile", "what was loaded") if apart else ("who loaded",)
    notes += (note for note in notes_of(*loads) if not note.startswith(implied))
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


def _are_measured_differently(before: list[PageLoad], after: list[PageLoad]) -> bool:
    """Whether a browser measured one side and ``fetcher`` the other."""
    sides = [any(load.is_measured_in_browser for load in loads) for loads in (before, after)]
    return bool(before and after) and sides[0] is not sides[1]


def _ways(before: Comparison, after: Comparison, loads: tuple[list[PageLoad], list[PageLoad]]) -> Ways | None:
    if not _are_measured_differently(*loads):
        return None

    def way(comparison: Comparison, measure: Measure) -> str:
        return f"{'estimated' if measure.estimated else 'measured'} by {comparison.by}"

    return lambda was, now: (way(before, was), way(after, now))


def _view(comparison: Comparison, loads: list[PageLoad]) -> PageView:
    return PageView(comparison.url, tuple(run_of(number, load) for number, load in enumerate(loads, 1)))


def _effects(before: Comparison, after: Comparison, ways: Ways | None) -> Iterator[Effect]:
    """Milestones in the order of the later comparison, then those that only the earlier one has."""
    old, new = ({one.name: one for one in each.measures if one.url is None} for each in (before, after))
    for name in dict.fromkeys([*new, *old]):
        was, now = old.get(name), new.get(name)
        told = now or was
        assert told is not None
        both = ways(was, now) if ways is not None and was is not None and now is not None else None
        yield Effect(
            name, told.title, told.unit, told.estimated, _shift(was), _shift(now),
            None if both is not None else _overlap(was, now), both,
        )  # fmt: skip


def _shift(measure: Measure | None) -> Shift | None:
    return measure.shift if measure is not None else None


def _overlap(was: Measure | None, now: Measure | None) -> bool | None:
    if was is None or now is None:
        return None
    ends = was.shift.low, was.shift.high, now.shift.low, now.shift.high
    if None in (*ends, was.shift.value, now.shift.value):
        return None
    if min(was.shift.pairs, now.shift.pairs) < FEWEST:
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
