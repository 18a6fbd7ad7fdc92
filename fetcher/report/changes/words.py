"""What every form of a difference says in the same words. Each change begins with what it is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fetcher.analysis.changes import Change, Difference, Effect, Figure, PageDifference, Trend, What
from fetcher.analysis.compare.paired import FEWEST, Shift
from fetcher.report.lines import count, milliseconds, ranged, signed, size

SINGLE = "One load each, made at different times: not a measured difference. fetcher compare measures one."
SEVERAL = (
    "Medians of loads made at different times: not a measured difference, the network may have changed too. "
    "fetcher compare measures one."
)
OVERLAP = "Intervals that do not overlap are of different effects; of two that do, no change of the effect is shown."

MARKS = {Trend.WORSE: "✗", Trend.BETTER: "✓", Trend.OTHER: "·"}

SECTIONS: tuple[tuple[str, tuple[What, ...]], ...] = (
    ("Findings", (What.FINDING,)),
    ("Measured effects", (What.EFFECT,)),
    ("Page", (What.PAGE, What.EARLY_HINTS)),
    (
        "Hints",
        (
            What.HINT_STALE, What.HINT_RESULT, What.HINT_REMOVED, What.VERDICT, What.HINT_USE, What.HINT_CHANGED,
            What.HINT_ADDED,
        ),
    ),
    (
        "Requests",
        (
            What.DOUBLE_FETCH, What.REQUEST_RESULT, What.REQUEST_ADDED, What.REQUEST_REMOVED, What.REQUEST_VERSION,
            What.REQUEST_SIZE,
        ),
    ),
)  # fmt: skip

_ORDER = (Trend.WORSE, Trend.BETTER, Trend.OTHER)

_NAMES = {
    What.PAGE: "page",
    What.EARLY_HINTS: "103",
    What.HINT_ADDED: "hint added",
    What.HINT_REMOVED: "hint removed",
    What.HINT_CHANGED: "hint changed",
    What.HINT_STALE: "hint stale",
    What.HINT_RESULT: "hint answered",
    What.HINT_USE: "hint",
    What.VERDICT: "verdict",
    What.REQUEST_ADDED: "request added",
    What.REQUEST_REMOVED: "request removed",
    What.REQUEST_VERSION: "another version",
    What.REQUEST_RESULT: "request answered",
    What.REQUEST_SIZE: "request size",
    What.DOUBLE_FETCH: "fetched twice",
    What.FINDING: "finding",
    What.EFFECT: "effect",
}


def name_of(change: Change) -> str:
    """What it is, the first words of its line: "hint stale", "firefox's verdict", "new error"."""
    match change.what:
        case What.HINT_STALE if change.after is None:
            return "hint no longer stale"
        case What.DOUBLE_FETCH if change.after is None:
            return "no longer fetched twice"
        case What.VERDICT:
            return f"verdict of {change.browser}"
        case What.FINDING if change.after is None:
            return "fixed"
        case What.FINDING:
            return "new finding" if change.reason in ("", "new") else f"new {change.reason}"
        case What.EARLY_HINTS:
            return change.about
        case What.PAGE if change.about in ("status", "protocol", "address", "outcome"):
            return f"page's {change.about}"
        case What.PAGE:
            return "page gone" if change.after is None else "page added"
        case _:
            return _NAMES[change.what]


def about(change: Change) -> str:
    """The thing itself; "" where its name says all."""
    match change.what:
        case What.HINT_ADDED:
            return change.after or ""
        case What.HINT_REMOVED:
            return change.before or ""
        case What.EARLY_HINTS:
            return ""
        case What.PAGE if change.about in ("status", "protocol", "address", "outcome"):
            return ""
        case _:
            return change.about


def said(change: Change) -> str:
    """What is with it, in a clause; "" where nothing needs to be added."""
    reason = f": {change.reason}" if change.reason else ""
    match change.what:
        case What.HINT_STALE:
            used = change.after or change.before or "another version"
            return f"the page uses {used} instead" if change.after else f"the page used {used} instead"
        case What.HINT_REMOVED | What.HINT_ADDED:
            return change.reason
        case What.REQUEST_VERSION:
            return f"was {change.before}"
        case What.REQUEST_ADDED | What.REQUEST_REMOVED:
            told = change.after or change.before or ""
            return "" if told == "200" else f"{told}{reason}"
        case What.REQUEST_SIZE:
            return f"{_bytes(change.before)}, now {_bytes(change.after)}"
        case What.DOUBLE_FETCH:
            return change.reason
        case What.FINDING:
            return change.after or change.before or ""
        case What.HINT_RESULT if change.before is None:
            return f"{change.after}{reason}"
        case What.PAGE if change.before is None or change.after is None:
            return ""
        case What.EFFECT:
            before, after = (_value(change.reason, one) for one in (change.before, change.after))
            return f"{before}, now {after}; the intervals do not overlap"
        case _:
            return f"{change.before}, now {change.after}{reason}"


def _bytes(text: str | None) -> str:
    return size(int(text)) if text is not None and text.isdigit() else "?"


def _value(unit: str, text: str | None) -> str:
    return change_of(unit, float(text)) if text is not None else "-"


def sections(page: PageDifference) -> Iterator[tuple[str, list[Change]]]:
    """The changes of a page by section, in each what is worse first; in the order they were found else."""
    for title, kinds in SECTIONS:
        found = [change for trend in _ORDER for kind in kinds for change in page.changes if change.what is kind
                 and change.trend is trend]  # fmt: skip
        if found:
            yield title, found


def summary(difference: Difference) -> str:
    """ "3 worse, 1 better, 5 other differences", or "no difference"."""
    if not difference.compared:
        return "nothing could be compared"
    left_out = len(difference.pages) - difference.compared
    rest = f"; {count(left_out, 'page')} not compared" if left_out else ""
    if len(difference.pages) == 1:
        return answer(difference.pages[0])
    return counted(difference.changes) + rest


def answer(page: PageDifference) -> str:
    """What differs in one page. Of effects that nothing was shown of, or can be, no one says that they are the same."""
    judged = {overlap(one) for one in page.effects}
    if not page.effects:
        return counted(page.changes)
    undecided = next((why for why in ("measured differently", "too few pairs to say") if why in judged), None)
    known = any(one.overlap is not None for one in page.effects)
    if known:
        return counted(page.changes) if page.changes else "no difference shown"
    why = (undecided or "none was measured on both sides").removesuffix(" to say")
    told = f"nothing can be said of the effects: {why}"
    return f"{counted(page.changes)}; {told}" if page.changes else told


def counted(changes: Iterable[Change]) -> str:
    found = [change.trend for change in changes]
    worse, better, other = (found.count(trend) for trend in _ORDER)
    parts = [f"{worse} worse"] * bool(worse) + [f"{better} better"] * bool(better)
    if other:
        parts.append(count(other, "other difference" if parts else "difference"))
    return ", ".join(parts) or "no difference"


def named(difference: Difference, most: int = 3) -> str:
    """What is worse, by name: for one line on standard error."""
    worse = [change for change in difference.changes if change.trend is Trend.WORSE]
    told = [" ".join(filter(None, (name_of(one), about(one)))) for one in worse[:most]]
    return "; ".join(told) + (f"; and {len(worse) - most} more" if len(worse) > most else "")


# -- figures and effects


def amount(unit: str, value: float | None) -> str:
    if value is None:
        return "-"
    if unit == "bytes":
        return size(round(value))
    return milliseconds(value) if unit == "ms" else f"{value:g}"


def change_of(unit: str, value: float | None) -> str:
    """A difference with its sign."""
    if value is None:
        return "-"
    if unit == "ms":
        return signed(value)
    if not round(value, 1):
        return amount(unit, 0)
    return ("−" if value < 0 else "+") + amount(unit, abs(value))


def title_of(one: Figure | Effect) -> str:
    if isinstance(one, Effect) and one.ways is not None:
        return one.title  # each side says it
    return f"{one.title} (estimated)" if one.estimated else one.title


def figure(one: Figure) -> tuple[str, str, str, str]:
    """Title, before, after, and how far apart they are."""
    before, after = (amount(one.unit, side.median if side else None) for side in (one.before, one.after))
    return title_of(one), before, after, change_of(one.unit, one.change)


def basis(page: PageDifference) -> str:
    """What figures of loads are worth."""
    single = all(side is None or side.count == 1 for one in page.figures for side in (one.before, one.after))
    return SINGLE if single else SEVERAL


def effect(one: Effect) -> tuple[str, str, str, str]:
    """Title, the effect before and after with their intervals, and whether those overlap."""
    before, after = shifted(one.unit, one.before), shifted(one.unit, one.after)
    if one.ways is not None:
        before, after = (f"{told}, {way.split(' ')[0]}" for told, way in zip((before, after), one.ways, strict=True))
    return title_of(one), before, after, overlap(one)


def shifted(unit: str, shift: Shift | None) -> str:
    """ "−35.2 ms (−41.0 to −30.1)"."""
    if shift is None or shift.value is None:
        return "-"
    text = change_of(unit, shift.value)
    if shift.low is None or shift.high is None or shift.pairs < FEWEST:
        return f"{text} ({count(shift.pairs, 'pair')}; {FEWEST} at least)"
    return ranged(text, change_of(unit, shift.low), change_of(unit, shift.high))


def overlap(one: Effect) -> str:
    if one.before is None or one.after is None:
        return "measured on one side only"
    if one.ways is not None:
        return "measured differently"
    if one.overlap is None:
        return "too few pairs to say"
    if one.overlap:
        return "intervals overlap"
    later = (one.after.value or 0.0) > (one.before.value or 0.0)
    if one.unit == "bytes":
        return "do not overlap: more" if later else "do not overlap: less"
    return "do not overlap: later" if later else "do not overlap: sooner"


def page_title(page: PageDifference) -> str:
    """The page's address, both where they differ."""
    if page.before == page.after or page.before is None or page.after is None:
        return page.after or page.before or ""
    return f"{page.before} → {page.after}"
