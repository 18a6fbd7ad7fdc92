"""Does ``compare`` tell the truth? Effects of known size are measured, and pages are compared with themselves.

    python -m tests.benchmarks.compare_truth                    # in virtual time, jitter drawn from a seed
    python -m tests.benchmarks.compare_truth --over netem       # real sockets over an emulated link (root)
    python -m tests.benchmarks.compare_truth --over netem --in chromium    # first contentful paint, in a Chromium

The page's style sheet takes ``SHEET_MS`` to be answered and its think time covers the hint, so that acting on the 103
makes rendering start exactly that and one round trip sooner (a Chromium paints up to a frame later). Asked for: the
known effect lies in the interval in at least 19 of 20 comparisons, and of 20 comparisons of two equal arms at most one
claims a difference. An interval that holds the truth 95 times of a hundred meets the first only in three of four such
runs of 20; the counts are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from fetcher.load import load_page
from fetcher.net import NetOptions
from fetcher.origin import Origin, Site, throw_away
from fetcher.origin.script import Answer, RequestSeen, asset, page
from fetcher.record.page_load import PageLoad
from fetcher.runs.chromium import ChromiumOptions
from fetcher.runs.chromium.measuring import measuring
from fetcher.runs.compare import Comparing, Load, Way, off_and_on
from tests.benchmarks.children import ENVIRONMENT, ROOT
from tests.benchmarks.load.run import Link, first_line, network, process, why_not_emulated
from tests.support.noisy_pages import HINT, NoisyPage
from tests.support.servers import free_ports

THINK_MS, SHEET_MS, JITTER, RTT = 260.0, 80.0, 0.15, 40.0
FIGURES = {"fetcher": "render-start", "chromium": "fcp"}


@dataclass(frozen=True, slots=True)
class Told:
    """One comparison: whether its arms differed, what it found of the start of rendering, and what was claimed."""

    differs: bool
    value: float
    low: float
    high: float
    shown: bool

    def holds(self, truth: float) -> bool:
        return self.low <= truth <= self.high


def site(seed: int) -> Site:
    """The page on a real server: each answer's delay is drawn anew."""
    dice = random.Random(seed)

    def about(value: float) -> float:
        return value * (1 + JITTER * (2 * dice.random() - 1))

    def document(_: RequestSeen) -> Answer:
        html = "<!doctype html><link rel=stylesheet href=/site.css><p>x"
        return page(html, hints=[HINT], think_ms=about(THINK_MS), interim_delay_ms=5)

    def sheet(_: RequestSeen) -> Answer:
        return asset(b"p{}", "text/css", delay_ms=about(SHEET_MS))

    return Site({"/": document, "/site.css": sheet})


def ways(url: str, options: dict[str, Any], *, differs: bool) -> tuple[Way, Way]:
    if differs:
        return off_and_on(url, options)
    return Way("first", url, options), Way("second", url, options)


async def told_by(comparing: Comparing, *, differs: bool, figure: str = "render-start") -> Told:
    found = (await comparing.run()).of(figure)
    assert found is not None
    shift = found.shift
    assert shift.value is not None
    assert shift.low is not None
    assert shift.high is not None
    return Told(differs, round(shift.value, 2), round(shift.low, 2), round(shift.high, 2), shift.is_shown)


async def in_virtual_time(comparisons: int, pairs: int, seed: int) -> list[Told]:
    found = []
    for number in range(2 * comparisons):
        differs = number < comparisons
        make = NoisyPage(seed=seed * 1000 + number, think_ms=THINK_MS, sheet_ms=SHEET_MS, rtt=RTT, jitter=JITTER)

        async def load(url: str, options: dict[str, Any], make: NoisyPage = make) -> PageLoad:
            return make(url, options)

        arms = ways("https://a.test/", {"browser": "chromium"}, differs=differs)
        comparing = Comparing(arms, wanted=pairs, pause=0, seed=number, load=load)
        found.append(await told_by(comparing, differs=differs))
    return found


async def against(url: str, comparisons: int, pairs: int, within: str) -> list[Told]:
    """Real loads of ``url``; equal and differing arms take turns, so that what drifts meets both."""
    net = NetOptions(insecure=True)
    options = {"browser": "chromium", "options": net} if within == "fetcher" else {}

    async def ours(address: str, given: dict[str, Any]) -> PageLoad:
        return await load_page(address, **given)

    async with contextlib.AsyncExitStack() as stack:
        load: Load = ours
        if within == "chromium":
            load = (await stack.enter_async_context(measuring(ChromiumOptions(), net))).load
        found = []
        for number in range(2 * comparisons):
            differs = number % 2 == 0
            arms = ways(url, options, differs=differs)
            comparing = Comparing(arms, wanted=pairs, pause=0, seed=number, load=load)
            found.append(await told_by(comparing, differs=differs, figure=FIGURES[within]))
        return found


async def serve(address: str, port: int, seed: int) -> None:
    done = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, done.set)
    async with Origin(site(seed), host=address, port=port, tls=True, certificate=throw_away((address,))):
        print("ready", flush=True)
        await done.wait()


def over_netem(comparisons: int, pairs: int, seed: int, within: str) -> list[Told]:
    here = [sys.executable, "-m", "tests.benchmarks.compare_truth"]
    with network(Link("truth", RTT, 10, 0, 0)) as (at_server, at_client, address):
        port = free_ports(1)
        server = [*at_server, *here, "--serve", address, "--port", str(port), "--seed", str(seed)]
        with process(*server) as child:
            first_line(child)
            asked = ["--against", f"https://{address}:{port}/", "-n", str(comparisons), "--pairs", str(pairs)]
            asked += ["--in", within]
            done = subprocess.run(
                [*at_client, *here, *asked], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=ROOT, check=True
            )
    return [Told(**one) for one in json.loads(done.stdout)]


def report(found: list[Told], pairs: int) -> bool:
    truth = -(SHEET_MS + RTT)
    differing, equal = [one for one in found if one.differs], [one for one in found if not one.differs]
    held = sum(one.holds(truth) for one in differing)
    shown = sum(one.shown for one in differing)
    claimed = sum(one.shown for one in equal)
    width = sorted(one.high - one.low for one in differing)[len(differing) // 2]
    for one in found:
        kind = f"true effect {truth:g} ms" if one.differs else "equal arms"
        print(f"  {kind:24} {one.value:8.1f} ms ({one.low:.1f} to {one.high:.1f}){'  claimed' if one.shown else ''}")
    print(f"{pairs} pairs each; the interval is {width:.1f} ms wide at the median")
    print(f"the known effect lies in the interval in {held} of {len(differing)}, claimed in {shown}")
    print(f"a difference is claimed in {claimed} of {len(equal)} comparisons of equal arms")
    good = held >= 0.95 * len(differing) and claimed <= 0.05 * len(equal)
    print("reached" if good else "NOT REACHED")
    return good


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.compare_truth")
    options.add_argument("--over", choices=("virtual", "netem"), default="virtual")
    options.add_argument("-n", "--comparisons", type=int, default=20, help="of each kind (default 20)")
    options.add_argument("--pairs", type=int, default=10)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--in", dest="within", choices=tuple(FIGURES), default="fetcher", help="with --over netem")
    options.add_argument("--serve", metavar="ADDRESS", help=argparse.SUPPRESS)
    options.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options.add_argument("--against", metavar="URL", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve is not None:
        asyncio.run(serve(given.serve, given.port, given.seed))
        return 0
    if given.against is not None:
        made = asyncio.run(against(given.against, given.comparisons, given.pairs, given.within))
        print(json.dumps([{name: getattr(one, name) for name in Told.__slots__} for one in made]))
        return 0
    if given.over == "netem":
        missing = why_not_emulated()
        if missing is not None:
            print(f"no emulated link here: {missing}")
            return 0
        found = over_netem(given.comparisons, given.pairs, given.seed, given.within)
    else:
        found = asyncio.run(in_virtual_time(given.comparisons, given.pairs, given.seed))
    return 0 if report(found, given.pairs) else 1


if __name__ == "__main__":
    sys.exit(main())
