"""Load a page in two ways, again and again, so that the two can be told apart: pairs, in random order, one at a time.

Within a pair the order is drawn from a seed, so that what drifts (a server that warms up, a network that fills) meets
both arms alike; the first pairs are dropped as warm-up; every load has fresh connections. A load that fails or is
blocked drops its pair and is told; a wall at any time, or two failed pairs from the start, end it.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fetcher.analysis.check.survey import RunOutcome, run_of
from fetcher.analysis.compare.comparison import HINTS, Comparison, Pair, judged_by
from fetcher.analysis.compare.comparison import compare as judge
from fetcher.analysis.compare.measured import FIRST_ASKED
from fetcher.analysis.compare.paired import FEWEST
from fetcher.errors import FetcherError, Interrupted, UsageError
from fetcher.load import load_page
from fetcher.record.page_load import PageLoad

if TYPE_CHECKING:
    from fetcher.runs.chromium.arms import Arm

PAUSE_MS = 100.0

Load = Callable[[str, dict[str, Any]], Awaitable[PageLoad]]


@dataclass(frozen=True, slots=True)
class Way:
    """One arm: what is loaded, and how. ``options`` are ``load_page``'s; ``words`` say them in a report. ``load`` loads
    it where that is not for the comparison's to do."""

    name: str
    url: str
    options: dict[str, Any] = field(default_factory=dict)
    words: str = ""
    load: Load | None = None


async def _by_us(url: str, options: dict[str, Any]) -> PageLoad:
    return await load_page(url, **options)


@dataclass(slots=True)
class Comparing:
    """A comparison being made; ``pairs`` are those made so far, so that an interruption loses none."""

    ways: tuple[Way, Way]
    wanted: int = 10
    until: float | None = None
    seed: int = 103
    warm_up: int = 1
    pause: float = PAUSE_MS
    text: str | None = None
    load: Load = _by_us
    by: str = "fetcher"
    notes: tuple[str, ...] = ()
    on_load: Callable[[], None] | None = None
    pairs: list[Pair] = field(default_factory=list)
    ended: str = ""
    _walled: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.pause) and self.pause >= 0):
            raise UsageError(f"--pause (pause) between two loads is a finite time, 0 or more, not {self.pause:g}")
        if self.wanted < 1:
            raise UsageError(f"-n (pairs) is how many pairs of loads are made, 1 or more, not {self.wanted}")
        if self.until is not None and not (math.isfinite(self.until) and self.until > 0):
            raise UsageError(f"--until (until) is the width of an interval in ms, more than 0, not {self.until:g}")

    async def run(self) -> Comparison:
        """Make the pairs, and judge them. Raises UsageError for what can never be loaded."""
        dice = random.Random(self.seed)
        for number in range(1 - self.warm_up, self.wanted + 1):
            pair = await self._pair(number, second_first=dice.random() < 0.5)
            if number < 1 and not self._walled:
                continue
            self.pairs.append(pair)
            if not pair.counts and (self._is_hopeless() or self._walled):
                self.ended = f"it was given up: {pair.why}"
                break
            if self.until is not None and self._is_narrow():
                self.ended = f"the interval is at most {self.until:g} ms wide"
                break
        else:
            self.ended = f"{self.wanted} pair{'s were' if self.wanted > 1 else ' was'} asked for"
        return self.result()

    def result(self) -> Comparison:
        """What the pairs made so far show."""
        first, second = self.ways
        found = judge(
            first.url if first.url == second.url else f"{first.url} and {second.url}",
            self.pairs,
            names=(first.name, second.name),
            options=(first.words, second.words),
            by=self.by,
            seed=self.seed,
            asked=self.wanted,
            warm_up=self.warm_up,
            ended=self.ended or "it was interrupted",
        )
        return replace(found, notes=(*found.notes, *self.notes))

    async def _pair(self, number: int, *, second_first: bool) -> Pair:
        order = (1, 0) if second_first else (0, 1)
        found: dict[int, PageLoad | None] = {}
        why = None
        for place in order:
            if self._walled:
                break  # asking again is no way to learn more
            if self.pause and (self.pairs or found or number > 1 - self.warm_up):
                await asyncio.sleep(self.pause / 1000)
            way = self.ways[place]
            load, wrong = await self._one(way)
            found[place] = load
            if self.on_load is not None:
                self.on_load()
            if wrong is not None and why is None:
                why = f"{way.name}: {wrong}"
        return Pair(number, second_first, found.get(0), found.get(1), why)

    async def _one(self, way: Way) -> tuple[PageLoad | None, str | None]:
        options = dict(way.options)
        if self.text is not None:
            options["find_text"] = self.text
        try:
            load = await (way.load or self.load)(way.url, options)
        except (UsageError, Interrupted):
            raise
        except FetcherError as error:
            return None, str(error)
        run = run_of(1, load, wants_text=self.text is not None)
        if run.outcome is not RunOutcome.BLOCKED:
            return load, None
        self._walled = True
        return load, f"blocked: {run.why}"

    def _is_hopeless(self) -> bool:
        """Two pairs failed from the start: the page cannot be loaded."""
        return len(self.pairs) >= 2 and not any(pair.counts for pair in self.pairs)

    def _is_narrow(self) -> bool:
        if sum(pair.counts for pair in self.pairs) < FEWEST:
            return False
        widths = (judged_by(self.pairs, name).width for name in FIRST_ASKED)
        width = next((width for width in widths if width is not None), None)
        return width is not None and self.until is not None and width <= self.until


async def compare(
    url: str,
    other: str | None = None,
    *,
    pairs: int = 10,
    until: float | None = None,
    browser: str = "chromium",
    first: dict[str, Any] | None = None,
    second: dict[str, Any] | None = None,
    seed: int = 103,
    warm_up: int = 1,
    pause: float = PAUSE_MS,
    in_chromium: bool | str = False,
    **options: Any,
) -> Comparison:
    """``url`` with its hints ignored against acted on, in ``pairs`` pairs; or against ``other``, another URL; or with
    ``first`` options against ``second`` ones (``load_page``'s). ``until`` ends it once the interval is that narrow, ms.
    Everything else goes to ``load_page``. What ``fetcher compare`` says, as a value.

    ``in_chromium`` True has the Chromium or Chrome that is installed load the pages, a name or path another one: FCP,
    LCP and load are then measured. It needs the extra ``serve``. Raises ``UsageError`` for options of ``load_page``
    that mean nothing there, ``MissingChromium`` where there is none and ``ChromiumFailed`` where it does not start."""
    shared = {"browser": browser, **options}
    if other is not None:
        ways = Way(url, url, shared), Way(other, other, shared)
    elif first is not None or second is not None:
        ways = Way("first", url, {**shared, **(first or {})}), Way("second", url, {**shared, **(second or {})})
    else:
        ways = off_and_on(url, shared)
    comparing = Comparing(
        ways, wanted=pairs, until=until, seed=seed, warm_up=warm_up, pause=pause, by=f"fetcher as {browser}"
    )
    if in_chromium is not False:
        return await run_in_chromium(comparing, None if in_chromium is True else in_chromium)
    return await comparing.run()


def off_and_on(url: str, options: dict[str, Any]) -> tuple[Way, Way]:
    """The two arms of a comparison of hints: both receive every 103, the first ignores it."""
    return (
        Way(HINTS[0], url, {**options, "early_hints": False}, "every 103 received and ignored"),
        Way(HINTS[1], url, options, "a 103 acted on where one comes"),
    )


WITHHELD, PASSED = "every 103 received and withheld by the relay", "the 103 passed on by the relay"


def arms_in_chromium(ways: tuple[Way, Way], program: str | None = None) -> tuple[Arm, Arm]:
    """``ways`` as a Chromium can load them. Raises ``UsageError``."""
    from fetcher.runs.chromium.arms import arm_of

    first, second = (arm_of(way.url, way.options, program) for way in ways)
    if (ways[0].name, ways[1].name) == HINTS and first.url.startswith("http:"):
        raise UsageError(
            f"{ways[0].url} is plain http, where Chromium acts on no 103, so both arms would be the same; "
            "give its https URL"
        )
    return first, second


async def run_in_chromium(comparing: Comparing, program: str | None = None) -> Comparison:
    """``comparing``, its loads made by the Chromium that is installed, or ``program``: one browser for both arms where
    they differ in nothing that it is started with, else one for each. ``Way.options`` are ``load_page``'s; those that
    mean nothing to it are refused before it starts. Raises ``UsageError``, and as ``chromium.measuring`` does."""
    from fetcher.runs.chromium.measuring import RELAY, RELAYED, measuring

    ways = comparing.ways
    arms = arms_in_chromium(ways, program)
    is_of_hints = (ways[0].name, ways[1].name) == HINTS
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(measuring(arms[0].options, arms[0].net))
        second = first
        if not arms[0].shares_with(arms[1]):
            second = await stack.enter_async_context(measuring(arms[1].options, arms[1].net))
        words = (WITHHELD, PASSED) if is_of_hints else (ways[0].words, ways[1].words)
        one, other = (
            replace(way, url=arm.url, options=dict(arm.load), words=said, load=by.load)
            for way, arm, said, by in zip(ways, arms, words, (first, second), strict=True)
        )
        comparing.ways = one, other
        comparing.by = f"{first.version} (headless)"
        withholds = not all(way.options["early_hints"] for way in comparing.ways)
        relay = RELAY if withholds else RELAYED
        comparing.notes = tuple(dict.fromkeys((*first.notes, *second.notes, relay)))
        return await comparing.run()
