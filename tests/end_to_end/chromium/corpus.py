"""The corpus in a real Chromium and in fetcher, against the same servers: do both ask for the same things?

    python -m tests.end_to_end.chromium.corpus [--only PATTERN] [--renew] [--control] [--virtual] [-v]

``--only`` takes a pattern as in a shell, held against ids, subjects (file names) and rules: 'img-*', cookies, 'EH 4.2'.
``--renew`` keeps what Chromium asked for in ``recorded/``, which the fast test holds the virtual loads against.
``--control`` loads each case in Chromium in three further ways and compares: in a browser context of its own, with the
Network domain on, and with no debugging session at all. ``--virtual`` starts no browser: cases are loaded in virtual
time and compared with what Chromium was recorded to ask. ``-v`` says what each case asked for. Ends with 1 where a
difference is unexplained.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.end_to_end.chromium import recorded
from tests.end_to_end.chromium.browsers import Seats, Tabs, Watch, load_ourselves
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.collected import by_subject, chosen
from tests.end_to_end.chromium.comparing import Heard, differences
from tests.end_to_end.chromium.network import Network
from tests.end_to_end.chromium.virtual import load_virtually
from tests.support import chromium
from tests.support.servers import Missing

TABS = 4
LOADS = 6
WARM_UPS = 2
VIRTUALLY = "fetcher in virtual time"
CHANCES = 3  # how often a surprise is loaded again: Chromium itself asks now this, now that on a busy machine
STRETCH = 4.0  # a busy machine misses a 103 that comes soon: when loaded again everything waits longer

Page = TypeVar("Page")
Found = TypeVar("Found")


@dataclass(slots=True)
class Outcome:
    """One case: what both asked for and where that differs. ``retried``: it differed at first. ``virtual``: where the
    load in virtual time differs from Chromium's."""

    subject: str
    case: Case
    theirs: Heard
    ours: Heard
    lines: list[str]
    retried: bool = False
    virtual: list[str] = field(default_factory=list)
    also: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_explained(self) -> bool:
        return self.is_equal or bool(self.case.kept)

    @property
    def only_virtual(self) -> list[str]:
        """Those that our real load does not have."""
        return [line for line in self.virtual if line.replace(VIRTUALLY, "fetcher") not in self.lines]

    @property
    def is_equal(self) -> bool:
        return not (self.lines or self.virtual)

    @property
    def surprises(self) -> bool:
        """It differs where none is known, or does not where one is kept: worth another look."""
        return self.is_equal is bool(self.case.kept)


@dataclass(slots=True)
class Result:
    """A whole run. ``seconds``: Chromium's loads and ours."""

    version: str
    outcomes: list[Outcome]
    seconds: tuple[float, float]

    @property
    def unexplained(self) -> list[Outcome]:
        return [each for each in self.outcomes if not each.is_explained]

    @property
    def stale(self) -> list[Outcome]:
        """Cases that say a difference is kept where there is none."""
        return [each for each in self.outcomes if each.case.kept and each.is_equal]


async def each_of(
    cases: Sequence[Page], load: Callable[[Page], Awaitable[Found]], at_once: int, what: str = ""
) -> list[Found]:
    """What ``load`` finds of each, in their order, ``at_once`` at a time; ``what`` is said of how far it is."""
    room = asyncio.Semaphore(at_once)
    done = 0

    async def one(case: Page) -> Found:
        nonlocal done
        async with room:
            heard = await load(case)
        done += 1
        if what and done % 50 == 0:
            print(f"{what}: {done} of {len(cases)}", file=sys.stderr, flush=True)
        return heard

    return list(await asyncio.gather(*(one(case) for case in cases)))


async def run(cases: Sequence[tuple[str, Case]], *, control: bool = False) -> Result:
    """Load every case with both and compare; one that differs is loaded once more by both. Raises ``Missing``."""
    async with Network() as network:
        seats = Seats(network)
        with chromium.running(trust=[network.key_hash()], resolve="MAP *.test 127.0.0.1, MAP * ~NOTFOUND") as browser:
            tabs = Tabs(browser, seats)
            warm = Case(
                "warm-up", (), "<link rel=stylesheet href=a.css><img src=a.png>", ["</a.css>; rel=preload; as=style"]
            )
            for _ in range(WARM_UPS):
                await tabs.load(warm)
            only = [case for _, case in cases]
            start = time.monotonic()
            theirs = await each_of(only, tabs.load, TABS, "Chromium")
            middle = time.monotonic()
            ours = await each_of(only, lambda case: load_ourselves(seats, case), LOADS, "fetcher")
            end = time.monotonic()
            outcomes = [
                Outcome(subject, case, one, other, differences(case, one, other))
                for (subject, case), one, other in zip(cases, theirs, ours, strict=True)
            ]
            for each in outcomes:
                each.virtual = differences(each.case, each.theirs, load_virtually(each.case), VIRTUALLY)
            for _ in range(CHANCES):
                surprising = [each for each in outcomes if each.surprises]
                again = [each.case for each in surprising]
                slowly = await each_of(again, lambda case: tabs.load(case, stretch=STRETCH), TABS, "again")
                for each, one in zip(surprising, slowly, strict=True):
                    each.theirs, each.ours = one, await load_ourselves(seats, each.case, STRETCH)
                    each.lines = differences(each.case, each.theirs, each.ours)
                    each.virtual = differences(each.case, each.theirs, load_virtually(each.case), VIRTUALLY)
                    each.retried = not each.surprises and not each.case.kept
            if control:
                for watch in (Watch.APART, Watch.NETWORK, Watch.NOTHING):
                    await _control(tabs, outcomes, watch)
            return Result(browser.version, outcomes, (middle - start, end - middle))


async def _control(tabs: Tabs, outcomes: Sequence[Outcome], watch: Watch) -> None:
    """Load everything in Chromium once more in another way, and note where it then asks for something else. With
    nothing attached Chromium cannot be told that it is a phone, so pages on one are left out."""
    if watch is Watch.NOTHING:
        outcomes = [each for each in outcomes if not each.case.emulates]

    async def load(case: Case) -> Heard:
        return await tabs.load(case, watch)

    for each, heard in zip(outcomes, await each_of([each.case for each in outcomes], load, TABS), strict=True):
        lines = differences(each.case, each.theirs, heard, f"Chromium with {watch.value}")
        if lines:  # once more, as above
            lines = differences(each.case, each.theirs, await load(each.case), f"Chromium with {watch.value}")
        each.also[watch.value] = lines


def run_virtually(cases: Sequence[tuple[str, Case]]) -> Result:
    """Load every case in virtual time and compare with what was recorded of Chromium. Raises ``Missing`` where nothing
    is recorded of a case, or of the case as it was before."""
    outcomes, versions, start = [], set(), time.monotonic()
    for subject in dict.fromkeys(subject for subject, _ in cases):
        known = recorded.read(subject, {case.id for each, case in cases if each == subject})
        for each, case in cases:
            if each == subject:
                kept = known.get(case.id)
                if kept is None or kept.digest != recorded.digest(case):
                    raise Missing(
                        f"{case.id} changed or is new: renew what Chromium asks for (--only {case.id} --renew)"
                    )
                ours = load_virtually(case)
                found = differences(case, kept.heard, ours, VIRTUALLY)
                outcomes.append(Outcome(subject, case, kept.heard, ours, [], virtual=found))
                versions.add(kept.version)
    return Result(", ".join(sorted(versions)), outcomes, (0.0, time.monotonic() - start))


def renew(result: Result) -> None:
    """Keep what Chromium asked for; cases that were not run keep theirs, cases that are gone go."""
    subjects = by_subject()
    for subject in {each.subject for each in result.outcomes}:
        known = recorded.read(subject)
        for each in result.outcomes:
            if each.subject == subject:
                known[each.case.id] = recorded.Recording(result.version, recorded.digest(each.case), each.theirs)
        recorded.write(
            subject, result.version, {case.id: known[case.id] for case in subjects[subject] if case.id in known}
        )


def report(result: Result, *, verbose: bool = False) -> str:
    lines: list[str] = []
    for each in result.outcomes:
        if verbose:
            lines += _told(each)
        about = f"{each.subject}/{each.case.id} ({', '.join(each.case.rules)})"
        kept = f"   KEPT: {each.case.kept}" if each.case.kept else ""
        lines += [f"{about}: {line}{kept}" for line in (*each.lines, *each.only_virtual)]
        if each.retried:
            lines.append(f"{about}: differed at first, not when loaded once more")
        for watch, found in each.also.items():
            lines += [f"{about}: control run ({watch}): {line}" for line in found]
    lines += [f"{each.subject}/{each.case.id}: says a difference is kept, and there is none" for each in result.stale]
    total, equal = len(result.outcomes), sum(each.is_equal for each in result.outcomes)
    kept = sum(bool(not each.is_equal and each.case.kept) for each in result.outcomes)
    share = 100 * equal / total if total else 0.0
    again = sum(each.retried for each in result.outcomes)
    theirs, ours = (sum(len(heard.asked) for heard in side) for side in zip(*_sides(result), strict=True))
    lines.append(
        f"{total} cases in {result.version}: {equal} equal ({share:.1f} %), {kept} kept, "
        f"{len(result.unexplained)} unexplained; {again} equal only when loaded again; requests: "
        f"Chromium {theirs} in {result.seconds[0]:.1f} s, fetcher {ours} in {result.seconds[1]:.1f} s"
    )
    for watch in sorted({watch for each in result.outcomes for watch in each.also}):
        found = [each.also[watch] for each in result.outcomes if watch in each.also]
        lines.append(f"control run ({watch}): {sum(not each for each in found)} of {len(found)} cases as without")
    return "\n".join(lines)


def _sides(result: Result) -> list[tuple[Heard, Heard]]:
    return [(each.theirs, each.ours) for each in result.outcomes]


def _told(outcome: Outcome) -> list[str]:
    """What Chromium asked for, for whoever writes the case."""
    lines = [f"-- {outcome.case.id}" + (f" (Chromium: {outcome.theirs.failed})" if outcome.theirs.failed else "")]
    for each in outcome.theirs.asked:
        when = "before the head" if each.before else ""
        told = ("sec-fetch-dest", "sec-fetch-mode", "priority", "referer", "cookie", "origin")
        fields = " ".join(f"{name}={each.field(name)}" for name in told if each.field(name) is not None)
        lines.append(f"   {each.method} {each.url} {fields} {when}".rstrip())
    if outcome.ours.failed:
        lines.append(f"   fetcher: {outcome.ours.failed}")
    return lines


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.end_to_end.chromium.corpus")
    options.add_argument("--only", metavar="PATTERN", help="ids, subjects or rules, such as 'img-*'")
    options.add_argument("--renew", action="store_true", help="keep what Chromium asked for")
    options.add_argument("--control", action="store_true", help="compare Chromium with itself, watched and unwatched")
    options.add_argument("--virtual", action="store_true", help="no browser: against what was recorded of Chromium")
    options.add_argument("-v", "--verbose", action="store_true", help="say what each case asked for")
    given = options.parse_args()
    cases = chosen(given.only)
    if not cases:
        print(f"no case, subject or rule fits {given.only!r}")
        return 2
    try:
        result = run_virtually(cases) if given.virtual else asyncio.run(run(cases, control=given.control))
    except Missing as missing:
        print(missing)
        return 1 if given.virtual else 0
    if given.renew:
        renew(result)
    print(report(result, verbose=given.verbose))
    return 1 if result.unexplained or result.stale else 0


if __name__ == "__main__":
    sys.exit(main())
