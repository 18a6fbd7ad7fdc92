"""What differs between two results, as plain values: what every form of ``fetcher diff`` shows and ``--json`` saves.

A ``Change`` is a thing that is not as it was; a ``Figure`` stands beside the other's figure, and where both sides are
loads made at different times nothing says that the one is slower than the other; an ``Effect`` is a shift that a
comparison measured, before and after. Nothing here depends on the order in which a server answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fetcher.analysis.compare.paired import Shift
from fetcher.analysis.spreads import Spread


class Trend(StrEnum):
    """WORSE and BETTER only where that is certain from what was seen; all else is OTHER."""

    WORSE = "worse"
    BETTER = "better"
    OTHER = "other"


class What(StrEnum):
    """What kind of thing changed; ``Change.about`` names it."""

    PAGE = "page"
    """The page as a whole: its status, its address, its protocol, whether it could be judged."""
    EARLY_HINTS = "early-hints"
    """The 103 itself: there or not, how often, acted on or not."""
    HINT_ADDED = "hint-added"
    HINT_REMOVED = "hint-removed"
    HINT_CHANGED = "hint-changed"
    """Another text for the same target, or the same file in another version."""
    HINT_STALE = "hint-stale"
    """The hint names another version of a file than the page uses."""
    HINT_RESULT = "hint-result"
    """What the hinted request brought: a status, a failure."""
    HINT_USE = "hint-use"
    """Whether the page uses what is hinted."""
    VERDICT = "verdict"
    """Whether a browser acts on a link."""
    REQUEST_ADDED = "request-added"
    REQUEST_REMOVED = "request-removed"
    REQUEST_VERSION = "request-version"
    """The same file in another version: another content hash, another version number."""
    REQUEST_RESULT = "request-result"
    REQUEST_SIZE = "request-size"
    DOUBLE_FETCH = "double-fetch"
    FINDING = "finding"
    EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class Change:
    """``about`` names the thing: a URL (the page's own origin left out), a link's text, a rule, a figure. ``before``
    and ``after`` are its texts then and now, None where it was not there. ``reason`` is a clause that says more;
    ``browser`` says whose verdict it is."""

    what: What
    about: str
    before: str | None = None
    after: str | None = None
    reason: str = ""
    trend: Trend = Trend.OTHER
    browser: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of both sides in ``unit`` ("ms", "bytes", "count"), None where a side does not have it. ``estimated``:
    worked out, not measured."""

    name: str
    title: str
    unit: str
    estimated: bool
    before: Spread | None
    after: Spread | None

    @property
    def change(self) -> float | None:
        """After minus before, of the medians."""
        return None if self.before is None or self.after is None else round(self.after.median - self.before.median, 3)


@dataclass(frozen=True, slots=True)
class Effect:
    """What each comparison measured of one milestone: the shift of its second arm against its first. ``overlap``:
    whether both intervals have a value in common, None where one is not known. Intervals that do not overlap are of
    different effects; of two that do nothing is claimed."""

    name: str
    title: str
    unit: str
    estimated: bool
    before: Shift | None
    after: Shift | None
    overlap: bool | None = None
    ways: tuple[str, str] | None = None
    """How each side's figure came about, where that differs: such intervals are not set against each other."""


@dataclass(frozen=True, slots=True)
class Side:
    """``source`` is the file, ``how`` says how it came to be ("5 loads as chromium over h2"), ``at`` the first load's
    wall-clock time (ISO 8601), None where there is none."""

    source: str
    how: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class PageDifference:
    """One page of both: its address ``before`` and ``after``, None where a side does not have it. ``why`` says why it
    could not be compared, None for one that was. ``runs`` is how many loads of each side count."""

    before: str | None
    after: str | None
    runs: tuple[int, int] = (0, 0)
    why: str | None = None
    changes: tuple[Change, ...] = ()
    figures: tuple[Figure, ...] = ()
    effects: tuple[Effect, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """``of`` is what both files hold: "load", "check", "audit" or "comparison"."""

    of: str
    before: Side
    after: Side
    pages: tuple[PageDifference, ...]
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> Iterator[Change]:
        return (change for page in self.pages for change in page.changes)

    def count(self, trend: Trend) -> int:
        return sum(change.trend is trend for change in self.changes)

    @property
    def differs(self) -> bool:
        """Whether any thing is not as it was. Figures alone are no difference: no two loads take equally long."""
        return any(True for _ in self.changes)

    @property
    def compared(self) -> int:
        """How many pages could be compared."""
        return sum(page.why is None for page in self.pages)
