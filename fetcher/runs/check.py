"""Load a page's document and its hinted resources several times, each time over fresh connections, and judge the runs.

Runs follow one another: two at once would change what is measured. A run that fails or is blocked is data; but a first
run that fails, and a wall at any time, end it: asking a page again that says 429 is no way to learn more.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from fetcher.analysis.check.expectations import Expectations
from fetcher.analysis.check.survey import Run, RunOutcome, run_of
from fetcher.errors import FetcherError, Interrupted, UsageError
from fetcher.load import load_page
from fetcher.terms import ProfileName

if TYPE_CHECKING:
    from fetcher.analysis.check.judgement import Checked

PAUSE_MS = 100.0


async def repeat(
    url: str,
    *,
    runs: int = 5,
    pause: float = PAUSE_MS,
    browser: str = "chromium",
    text: str | None = None,
    on_run: Callable[[Run], None] | None = None,
    only_hints: bool = True,
    turn: Callable[[], Awaitable[None]] | None = None,
    **options: Any,
) -> list[Run]:
    """``runs`` loads of the document and its hints (of the whole page without ``only_hints``), ``pause`` milliseconds
    apart. ``text`` must stand in the document, else the run is blocked. ``options`` are ``load_page``'s. ``on_run`` is
    told each run when it is over, so that those before an interruption are not lost; what the interrupted one had seen
    is told too, as a failed run. ``turn`` is waited for before each load.

    Raises UsageError for what can never be loaded; any other failure is a run's outcome.
    """
    if not (math.isfinite(pause) and pause >= 0):
        raise UsageError(f"--pause (pause) between two runs is a finite time, 0 or more, not {pause:g}")
    done: list[Run] = []
    for number in range(1, runs + 1):
        if number > 1:
            await asyncio.sleep(pause / 1000)
        if turn is not None:
            await turn()
        try:
            load = await load_page(url, browser=browser, only_hints=only_hints, find_text=text, **options)
        except (UsageError, Interrupted):
            raise
        except FetcherError as error:
            run = Run(number, RunOutcome.FAILED, str(error), error.record)
        except asyncio.CancelledError as error:
            seen = getattr(error, "record", None)
            if seen is not None and on_run is not None:
                on_run(Run(number, RunOutcome.FAILED, "it was interrupted", seen))
            raise
        else:
            run = run_of(number, load, wants_text=text is not None)
        done.append(run)
        if on_run is not None:
            on_run(run)
        if run.outcome is RunOutcome.BLOCKED or (run.outcome is RunOutcome.FAILED and number == 1):
            break
    return done


async def check(
    url: str,
    *,
    runs: int = 5,
    pause: float = PAUSE_MS,
    browser: str = "chromium",
    expected: Expectations | None = None,
    **options: Any,
) -> Checked:
    """``repeat`` and ``judge`` in one: what ``fetcher check URL`` says, as a value."""
    wanted = expected or Expectations()
    made = await repeat(url, runs=runs, pause=pause, browser=browser, text=wanted.text, **options)
    from fetcher.analysis.check.judgement import judge  # no load waits for it

    return judge(url, made, profile=ProfileName(browser), asked=runs, expected=wanted)
