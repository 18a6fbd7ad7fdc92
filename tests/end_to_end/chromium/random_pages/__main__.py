"""Random pages in a real Chromium and in fetcher: what does the corpus not hold?

    python -m tests.end_to_end.chromium.random_pages --seed 1 --count 500

A page follows from the seed and its number alone, so ``--only 17`` writes that one again. One that differs is loaded
three times more, slower, by both; what still differs is made as small as it can be (``drafts``), and printed, to be
mended and made a case of the corpus. Two of a kind are made small, the others told. Ends with 1 where any differs.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from random import Random

from tests.end_to_end.chromium.browsers import Seats, Tabs, load_ourselves
from tests.end_to_end.chromium.comparing import differences
from tests.end_to_end.chromium.corpus import CHANCES, STRETCH, TABS, each_of
from tests.end_to_end.chromium.network import Network
from tests.end_to_end.chromium.random_pages.answers import Pages
from tests.end_to_end.chromium.random_pages.drafts import Draft, shrink
from tests.end_to_end.chromium.virtual import load_virtually
from tests.support import chromium
from tests.support.servers import Missing

# What differs from load to load, or is known to differ (README, "Beside a real Chromium" and "What it cannot see").
NOISE = re.compile(
    r"^connections to "
    r"|: (?:device-memory|width): "
    r"|: user-agent: 'Mozilla/5.0 \(X11"  # the tab is told to be a phone, its network service is not always
    r"|: priority: 'u=1, i' / "  # layout found the image in view
    r"|https?://(?!a\.test/)\S*: priority: "  # what waits for a connection is raised meanwhile
)


def page(seed: int, number: int, size: int) -> Draft:
    return Pages(Random(f"{seed} {number}"), size).draft(f"random-{seed}-{number}")


OF_A_KIND = 2
_NAMES = re.compile(r"https?://\S*?(\.[a-z0-9]+)?(?=[?:']|$)[^ ]*")


def kind_of(line: str) -> str:
    """What differences that look alike have in common."""
    return _NAMES.sub(lambda match: match[1] or "", line)


class Hunt:
    """Loads drafts in both and says where they differ."""

    def __init__(self, tabs: Tabs, seats: Seats) -> None:
        self.tabs = tabs
        self.seats = seats

    async def lines(self, draft: Draft, stretch: float = 1.0) -> list[str]:
        case = draft.case()
        theirs = await self.tabs.load(case, stretch=stretch)
        ours = await load_ourselves(self.seats, case, stretch)
        found = [line for line in differences(case, theirs, ours) if not NOISE.search(line)]
        if draft.cuts:  # which of several pieces the preload scanner sees is a matter of milliseconds
            found = [line for line in found if ": priority: " not in line]
        return found

    async def shrunk(self, draft: Draft, line: str) -> Draft:
        async def differs(smaller: Draft) -> bool:
            case = smaller.case()
            theirs = await self.tabs.load(case)
            # Virtual time costs no waiting; a difference that is not in it is asked of real loads.
            ours = load_virtually(case) if virtually else await load_ourselves(self.seats, case)
            return line in differences(case, theirs, ours)

        case = draft.case()
        theirs = await self.tabs.load(case)
        virtually = line in differences(case, theirs, load_virtually(case))
        return await shrink(draft, differs)


async def run(drafts: Sequence[Draft], shrinking: bool, chances: int) -> int:
    async with Network() as network:
        seats = Seats(network)
        with chromium.running(trust=[network.key_hash()], resolve="MAP *.test 127.0.0.1, MAP * ~NOTFOUND") as browser:
            tabs = Tabs(browser, seats)
            hunt = Hunt(tabs, seats)
            for _ in range(2):
                await tabs.load(page(0, 0, 4).case())
            start = time.monotonic()
            found = await each_of(drafts, hunt.lines, TABS, "pages")
            middle = time.monotonic()
            differing = [(draft, lines) for draft, lines in zip(drafts, found, strict=True) if lines]
            at_first = len(differing)
            for _ in range(chances):
                again = await each_of([draft for draft, _ in differing], lambda draft: hunt.lines(draft, STRETCH), TABS)
                differing = [(draft, lines) for (draft, _), lines in zip(differing, again, strict=True) if lines]
            alike: Counter[str] = Counter()
            for draft, lines in differing:
                print(f"== {draft.name}: {len(lines)} differences", flush=True)
                for line in lines:
                    print(f"   {line}")
                line = min(lines, key=lambda line: line.startswith(("GET", "POST")) + ("priority" in line))
                alike[kind_of(line)] += 1
                if shrinking and alike[kind_of(line)] <= OF_A_KIND:
                    small = await hunt.shrunk(draft, line)
                    print(f"  smallest that has {line!r}:\n    {small}", flush=True)
            print(
                f"{len(drafts)} pages in {middle - start:.0f} s: {at_first} differed at first, {len(differing)} still"
            )
            return len(differing)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.end_to_end.chromium.random_pages")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, default=500)
    options.add_argument("--size", type=int, default=12, help="about how many elements a page has")
    options.add_argument("--only", help="numbers of pages, with commas")
    options.add_argument("--show", action="store_true", help="print the pages, load nothing")
    options.add_argument("--chances", type=int, default=CHANCES, help="how often what differs is loaded again")
    options.add_argument("--no-shrink", action="store_true")
    given = options.parse_args()
    numbers = [int(each) for each in given.only.split(",")] if given.only else range(given.count)
    drafts = [page(given.seed, number, given.size) for number in numbers]
    if given.show:
        for draft in drafts:
            print(draft)
        return 0
    try:
        return 1 if asyncio.run(run(drafts, not given.no_shrink, given.chances)) else 0
    except Missing as missing:
        print(missing)
        return 0


if __name__ == "__main__":
    sys.exit(main())
