"""What every form of a comparison says in the same words."""

from __future__ import annotations

from collections.abc import Sequence

from fetcher.analysis.compare.comparison import Arm, Comparison, Measure
from fetcher.analysis.compare.paired import FEWEST, Shift
from fetcher.analysis.spreads import Spread
from fetcher.report.escape import cells
from fetcher.report.lines import count, milliseconds, place, ranged, signed, size

METHOD = (
    "Differences are Hodges-Lehmann shifts of pairs with bootstrap 95 % intervals, p is Wilcoxon's. One is shown where "
    "the interval leaves out 0 and p is at most 0.05."
)
_LACKS = {"p": ": p is above 0.05", "interval": ": the interval holds 0"}


def claim(measure: Measure) -> str:
    """What may be said: "−35.2 ms sooner"-like claims only where a difference was shown. Of too few pairs nothing,
    which ``summary`` says once."""
    shift = measure.shift
    if shift.value is None:
        return "not measured"
    if is_too_few(shift):
        return ""
    if not shift.is_shown:
        return f"no difference shown{_LACKS.get(shift.lacks, '')}"
    if measure.unit == "bytes":
        return "more" if shift.value > 0 else "less"
    return "later" if shift.value > 0 else "sooner"


def is_too_few(shift: Shift) -> bool:
    """Whether so many pairs can show nothing; also of a file that holds an interval all the same."""
    return shift.pairs < FEWEST or shift.low is None or shift.p is None


def amount(measure: Measure, value: float) -> str:
    """A value of the measure's unit."""
    return size(round(value)) if measure.unit == "bytes" else milliseconds(value)


def change(measure: Measure, value: float) -> str:
    """A difference with its sign."""
    if measure.unit == "bytes":
        return ("−" if value < 0 else "+") + size(round(abs(value))) if round(value) else "0 B"
    return signed(value)


def middle(measure: Measure, found: Spread | None) -> str:
    return "-" if found is None else amount(measure, found.median)


def difference(measure: Measure) -> str:
    """ "−35.2 ms (−41.0 to −30.1)"."""
    shift = measure.shift
    if shift.value is None:
        return "-"
    text = change(measure, shift.value)
    if shift.low is None or shift.high is None:
        return text
    return ranged(text, change(measure, shift.low), change(measure, shift.high))


def probability(measure: Measure) -> str:
    p = measure.shift.p
    if p is None:
        return "-"
    if 0.05 < p < 0.0505:
        return ">0.050"  # which "0.050" would contradict
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def detectable(measure: Measure) -> str:
    """The smallest difference that so many pairs would show."""
    value = measure.shift.detectable
    return "-" if value is None else amount(measure, value)


def title(measure: Measure, home: str | None) -> str:
    name = place(measure.url, home) if measure.url is not None else measure.title
    return f"{name} (estimated)" if measure.estimated else name


def made(comparison: Comparison) -> str:
    """ "10 of 10 pairs count, 1 dropped as warm-up, order seeded with 103; 10 pairs were asked for"."""
    text = f"{comparison.counted} of {count(len(comparison.pairs) or comparison.counted, 'pair')} count"
    if comparison.warm_up:
        text += f", {comparison.warm_up} dropped as warm-up"
    return f"{text}, order seeded with {comparison.seed}; {comparison.ended}"


SHORT = 18
"""Cells of an arm's name that a row or a plot can hold; longer ones are told once, and called A and B."""


def named(comparison: Comparison) -> tuple[str, str]:
    """What rows and plots call both arms."""
    first, second = (arm.name for arm in comparison.arms)
    return ("A", "B") if max(cells(first), cells(second)) > SHORT else (first, second)


def key(comparison: Comparison) -> str:
    """ "hints off against hints on", with the letters where rows have those."""
    full = [arm.name for arm in comparison.arms]
    short = named(comparison)
    told = [name if name == letter else f"{letter}: {name}" for name, letter in zip(full, short, strict=True)]
    return " against ".join(told)


def beside(arm: Arm, loads: int) -> str:
    """What could explain a difference: "edge 10 hit · round trip 24.1 ms · 103 acted on in 10 of 10 loads"."""
    parts = []
    if arm.options:
        parts.append(arm.options)
    if arm.states:
        parts.append("edge cache " + ", ".join(f"{number} {state.value}" for state, number in arm.states))
    if arm.rtt is not None:
        parts.append(f"round trip {milliseconds(arm.rtt.median)}")
    parts.append(f"103 acted on in {arm.acted or 'none'} of {count(loads, 'load')}")
    return " · ".join(parts)


def summary(comparison: Comparison, names: Sequence[str] = ("lcp", "fcp", "render-start", "load")) -> str:
    """One sentence on what counts most: the first of ``names`` that was measured."""
    measure = next((one for name in names if (one := comparison.of(name)) and one.shift.value is not None), None)
    if measure is None:
        return "no figure that a visitor would notice was measured"
    told = title(measure, None)
    if measure.shift.is_shown:
        return f"{told}: {difference(measure)}, {claim(measure)} with {named(comparison)[1]}"
    if is_too_few(measure.shift):
        return f"{told}: {count(measure.shift.pairs, 'pair')}, too few to say; {FEWEST} at least"
    text = f"{told}: {claim(measure)}"
    if measure.shift.detectable is not None:
        text += f"; so many pairs show one of {detectable(measure)} four times in five"
    return text
