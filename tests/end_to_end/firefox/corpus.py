"""The cases with a 103 in a real Firefox, and what fetcher says of them as firefox: one line per difference, a total.

    python -m tests.end_to_end.firefox.corpus [--only PATTERN] [--renew] [--virtual] [-v]

Firefox runs headless in a network namespace of its own (``namespace``), so nothing it sends leaves this machine; its
loads are judged by the server's log. Ours are made in virtual time by the machine users run. ``--only`` takes a pattern
as in a shell, held against ids, subjects (file names) and rules. ``--renew`` keeps what Firefox asked for in
``recorded/``, which the fast test holds our loads against. ``--virtual`` starts no Firefox and takes what was recorded.
``-v`` says what became of each hint. Ends with 1 where a difference is unexplained.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end.chromium import recorded
from tests.end_to_end.chromium.browsers import Seats
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.comparing import Heard
from tests.end_to_end.chromium.network import Network
from tests.end_to_end.firefox import fates, namespace
from tests.end_to_end.firefox.collected import by_subject, chosen
from tests.end_to_end.firefox.kept import why_kept
from tests.end_to_end.firefox.marionette import FirefoxFailed
from tests.end_to_end.firefox.process import running
from tests.end_to_end.firefox.windows import Windows
from tests.support.servers import Missing

FOLDER = Path(__file__).parent / "recorded"
MODULE = "tests.end_to_end.firefox.corpus"
WINDOWS = 3
CHANCES = 3  # how often a surprise is loaded again: a busy machine reads a 103 too late, or a connection fails
AT_FIRST, STRETCH = 2.0, 5.0  # a busy machine reads a 103 too late that comes 150 ms before the final head
WHOLE_PAGES = "whole_pages"


@dataclass(slots=True)
class Outcome:
    """One case: what Firefox asked for, what we say, and where that differs. ``retried``: it differed at first."""

    subject: str
    case: Case
    theirs: Heard
    ours: fates.Told
    lines: list[str] = field(default_factory=list)
    moves: bool = False
    retried: bool = False

    def __post_init__(self) -> None:
        self.compare(self.theirs)

    def compare(self, theirs: Heard) -> None:
        """Firefox did ``theirs``. What a whole page asks for besides its hints is not what this is about."""
        self.theirs = theirs
        about = {"others": self.subject != WHOLE_PAGES}
        self.lines = fates.differences(self.case, theirs, self.ours, **about)
        self.moves = bool(fates.differences(self.case, theirs, self.ours, dressed=False, **about))

    @property
    def kept(self) -> str:
        return why_kept(self.case.id)

    @property
    def surprises(self) -> bool:
        """It differs where none is known, or does not where one is kept: worth another look. What a request's fields
        say does not change from load to load."""
        return self.moves is not bool(self.kept)


@dataclass(slots=True)
class Result:
    """``unasked``: cases that are new or were changed since Firefox was asked, of which nothing can be said."""

    version: str
    outcomes: list[Outcome]
    seconds: float
    unasked: list[Case] = field(default_factory=list)

    @property
    def unexplained(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.lines and not each.kept]

    @property
    def stale(self) -> list[Outcome]:
        """Cases that say a difference is kept where there is none."""
        return [each for each in self.outcomes if each.kept and not each.lines]


async def run(cases: Sequence[tuple[str, Case]]) -> Result:
    """Load every case in Firefox and compare; one that surprises is loaded again, slower. Raises ``Missing``."""
    async with Network() as network:
        with running(network.ca_file) as browser:
            windows = Windows(browser, Seats(network), WINDOWS)
            await windows.load(Case("warm-up", (), "<img src=a.png>", ["</a.css>; rel=preload; as=style"]))
            start = time.monotonic()
            heard = await _each(windows, [case for _, case in cases], AT_FIRST)
            seconds = time.monotonic() - start
            outcomes = [
                Outcome(subject, case, each, fates.told(case))
                for (subject, case), each in zip(cases, heard, strict=True)
            ]
            for _ in range(CHANCES):
                surprising = [each for each in outcomes if each.surprises]
                again = await _each(windows, [each.case for each in surprising], STRETCH)
                for each, theirs in zip(surprising, again, strict=True):
                    each.compare(theirs)
                    each.retried = not each.surprises and not each.kept
            return Result(browser.version, outcomes, seconds)


async def _each(windows: Windows, cases: Sequence[Case], stretch: float) -> list[Heard]:
    room = asyncio.Semaphore(WINDOWS)
    done = 0

    async def one(case: Case) -> Heard:
        nonlocal done
        async with room:
            heard = await windows.load(case, stretch)
        done += 1
        if done % 100 == 0:
            print(f"Firefox: {done} of {len(cases)}", file=sys.stderr, flush=True)
        return heard

    return list(await asyncio.gather(*(one(case) for case in cases)))


def run_recorded(cases: Sequence[tuple[str, Case]]) -> Result:
    """Compare with what was recorded of Firefox. Who adds a case to Chromium's corpus may have no Firefox at hand."""
    outcomes, versions, unasked, start = [], set(), [], time.monotonic()
    for subject in dict.fromkeys(subject for subject, _ in cases):
        only = [case for each, case in cases if each == subject]
        known = recorded.read(subject, {case.id for case in only}, folder=FOLDER, browser="firefox")
        for case in only:
            kept = known.get(case.id)
            if kept is None or kept.digest != recorded.digest(case):
                unasked.append(case)
                continue
            outcomes.append(Outcome(subject, case, kept.heard, fates.told(case)))
            versions.add(kept.version)
    return Result(", ".join(sorted(versions)), outcomes, time.monotonic() - start, unasked)


def renew(result: Result) -> None:
    """Keep what Firefox asked for; cases that were not run keep theirs, cases that are gone go."""
    subjects = by_subject()
    for subject in {each.subject for each in result.outcomes}:
        known = recorded.read(subject, folder=FOLDER, browser="firefox")
        for each in result.outcomes:
            if each.subject == subject:
                known[each.case.id] = recorded.Recording(result.version, recorded.digest(each.case), each.theirs)
        cases = {case.id: known[case.id] for case in subjects[subject] if case.id in known}
        recorded.write(subject, result.version, cases, folder=FOLDER, browser="firefox")


def report(result: Result, *, verbose: bool = False) -> str:
    lines: list[str] = []
    for each in result.outcomes:
        if verbose:
            lines += _told(each)
        about = f"{each.subject}/{each.case.id} ({', '.join(each.case.rules)})"
        kept = f"   KEPT: {each.kept}" if each.kept else ""
        lines += [f"{about}: {line}{kept}" for line in each.lines]
        if each.retried:
            lines.append(f"{about}: differed at first, not when loaded once more")
    lines += [f"{each.subject}/{each.case.id}: says a difference is kept, and there is none" for each in result.stale]
    lines += [f"{each.id} changed or is new: ask Firefox (--only {each.id} --renew)" for each in result.unasked]
    equal = sum(not each.lines for each in result.outcomes)
    counted: Counter[str] = Counter()
    for each in result.outcomes:
        for url in each.ours.hinted:
            counted["hints"] += 1
            before, later = fates.fate(each.theirs, url)
            if before:
                counted["early"] += 1
                counted["again"] += bool(later)
            elif later:
                counted["later"] += 1
        for origin in each.ours.origins:
            counted["preconnects"] += 1
            counted["connected"] += origin in dict(each.theirs.connections)
    lines.append(
        f"{len(result.outcomes)} cases in {result.version}: {equal} equal, "
        f"{sum(bool(each.lines and each.kept) for each in result.outcomes)} kept, {len(result.unexplained)} "
        f"unexplained; {sum(each.retried for each in result.outcomes)} equal only when loaded again; of "
        f"{counted['hints']} hinted URLs Firefox asked for {counted['early']} before the final head "
        f"({counted['again']} of them again later), for {counted['later']} later only, for "
        f"{counted['hints'] - counted['early'] - counted['later']} never; of {counted['preconnects']} origins it "
        f"connected to {counted['connected']}; {result.seconds:.1f} s"
    )
    return "\n".join(lines)


def _told(outcome: Outcome) -> list[str]:
    """What Firefox asked for, for whoever writes the case."""
    lines = [f"-- {outcome.case.id}" + (f" (Firefox: {outcome.theirs.failed})" if outcome.theirs.failed else "")]
    for each in outcome.theirs.asked:
        when = "before the head" if each.before else ""
        hinted = "hinted" if each.field("x-moz") else ""
        fields = " ".join(f"{name}={each.field(name)}" for name in fates.FIELDS[3:-3] if each.field(name) is not None)
        lines.append(f"   {each.method} {each.url} {fields} {hinted} {when}".rstrip())
    return lines


def main() -> int:
    options = argparse.ArgumentParser(prog=f"python -m {MODULE}")
    options.add_argument("--only", metavar="PATTERN", help="ids, subjects or rules, such as 'reuse-*'")
    options.add_argument("--renew", action="store_true", help="keep what Firefox asked for")
    options.add_argument("--virtual", action="store_true", help="no browser: against what was recorded of Firefox")
    options.add_argument("-v", "--verbose", action="store_true", help="say what each case asked for")
    given = options.parse_args()
    cases = list(chosen(given.only))
    if not cases:
        print(f"no case, subject or rule fits {given.only!r}")
        return 2
    try:
        if not given.virtual:
            namespace.enter(MODULE)
        result = run_recorded(cases) if given.virtual else asyncio.run(run(cases))
    except Missing as missing:
        print(missing)
        return 0
    except FirefoxFailed as failed:
        print(failed)
        return 1
    if given.renew:
        renew(result)
    print(report(result, verbose=given.verbose))
    return 1 if result.unexplained or result.stale else 0


if __name__ == "__main__":
    sys.exit(main())
