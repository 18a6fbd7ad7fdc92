"""Thousands of loads of the sample page in one process: ``python -m tests.benchmarks.soak --loads 5000``.

HTTP/1.1 with and without TLS and HTTP/2 mixed, several at once, some of them with a random fault of the server or
cancelled half way, against an origin in a process of its own. Every load carries an id in its query that the origin
echoes into each URL it names and into a field of each answer, so that nothing lost or mixed up goes unnoticed. Every
500 loads everything is quiet for a moment, and memory, descriptors and tasks are counted. The exit code is 1 when
memory grew after the first 500, something was left open, or a load was not what it should be. Every URL being new, the
caches of split and resolved URLs (8,192 entries) are full only after some 600 loads: that much growth is allowed, and
next to none from 1,500 on. The same seed makes the same loads again.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import fetcher
from fetcher import clock
from fetcher.errors import FetcherError
from fetcher.net import NetOptions
from fetcher.origin.sample import sample_site
from fetcher.origin.script import (
    Answer,
    Body,
    Close,
    GoAway,
    Head,
    Interim,
    Raw,
    RequestSeen,
    Reset,
    Silence,
    Site,
    Step,
    text,
)
from fetcher.record import PageLoad
from fetcher.terms import Limits
from tests.benchmarks.children import Child
from tests.support.invariants import faults

THINK_MS = 5.0
STALL_MS = 1_500.0
ROUND = 500
SETTLED = 1500
GROWTH_MB = 4.0
SETTLED_MB = 2.5
TARGETS = ("/", "/styles/site.css", "/scripts/shop.js", "/images/weave.svg", "/fonts/lowtide.woff2")
ENDS: dict[str, Answer] = {
    "close": (Close(),),
    "reset": (Reset(),),
    "refused": (Reset(7),),
    "goaway": (GoAway(0, False), Close()),
    "garbage": (Raw(b"\xff\x00garbage\r\n\r\n" * 4), Close()),
    "stall": (Silence(),),
    "503": text(503, "not now"),
}
WIRES = ("http1", "https1", "http2")


# -- the origin: the sample site, with the document's query on everything it names


def site() -> Site:
    sample = sample_site(THINK_MS, 1.0)

    def answer(request: RequestSeen) -> Answer:
        query = request.target.partition("?")[2]
        load, _, fault = query.partition("&")
        steps = tuple(_echoed(step, query, load) for step in sample.answer(replace(request, target=request.path)))
        kind, _, target = fault.removeprefix("fault=").partition("@")
        kind, _, point = kind.partition("-")
        if not kind or target != request.path:
            return steps
        before = [step for step in steps if not isinstance(step, Body)]
        body = next(step for step in steps if isinstance(step, Body))
        match point:
            case "first":
                before = []
            case "head":
                before.append(Body(_bytes(body)[:-1]))
            case _:
                before = [step for step in before if not isinstance(step, Head)]
        return (*before, *ENDS[kind])

    return Site({}, default=answer)


def _bytes(body: Body) -> bytes:
    return b"".join(body.pieces())


def _echoed(step: Step, query: str, load: str) -> Step:
    match step:
        case Interim(status, fields):
            return Interim(
                status, tuple((name, re.sub(r"<(/[^>]*)>", rf"<\1?{query}>", value)) for name, value in fields)
            )
        case Head(status, fields):
            return Head(status, (*fields, ("x-load", load)))
        case Body(bytes() as data):
            data = re.sub(rb'(?:src|href)="(?:https?://[^/"]+)?/[^"]*', rb"\g<0>?" + query.encode(), data)
            return replace(step, data=re.sub(rb'url\("[^"]*', rb"\g<0>?" + query.encode(), data))
    return step


# -- the loads


@dataclass
class Tally:
    """What is counted over all loads."""

    outcomes: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    faulty: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    """One load to make: ``fault`` is part of its query, ``cancel_ms`` after how long it is cancelled."""

    number: int
    wire: str
    fault: str | None
    cancel_ms: float | None


def orders(count: int, seed: int, share: float) -> Iterator[Order]:
    """The same for the same seed."""
    dice = random.Random(seed)
    for number in range(count):
        wire = dice.choice(WIRES)
        fault = cancel = None
        if dice.random() < share:
            kind = dice.choice((*ENDS, "cancel"))
            if kind == "cancel":
                cancel = dice.uniform(0, 25)
            else:
                point = "first" if kind == "503" else dice.choice(("first", "interim", "head"))
                fault = f"{kind}-{point}@{dice.choice(TARGETS)}"
        yield Order(number, wire, fault, cancel)


async def one(order: Order, ready: dict[str, str], tally: Tally, expected: frozenset[str]) -> None:
    url = f"{ready['http' if order.wire == 'http1' else 'https']}/?load{order.number}"
    if order.fault is not None:
        url += f"&fault={order.fault}"
    limits = Limits(response_ms=STALL_MS, idle_ms=STALL_MS, total_ms=20_000)
    net = NetOptions(ca_file=ready["ca_file"], http="1.1" if order.wire == "https1" else "auto", limits=limits)
    record: PageLoad | None = None
    try:
        if order.cancel_ms is None:
            record = await fetcher.load_page(url, options=net)
        else:
            async with asyncio.timeout(order.cancel_ms / 1000):
                record = await fetcher.load_page(url, options=net)
    except FetcherError as error:
        record = error.record
    except TimeoutError as error:  # the load's own CancelledError is its cause
        record = getattr(error.__cause__, "record", None)
    judge(order, record, tally, expected)


def judge(order: Order, record: PageLoad | None, tally: Tally, expected: frozenset[str]) -> None:
    tally.faulty += order.fault is not None or order.cancel_ms is not None
    if record is None:
        tally.outcomes["no record"] += 1
        if order.cancel_ms is None:
            tally.wrong.append(f"load {order.number} left no record")
        return
    tally.outcomes[record.outcome] += 1
    tally.requests.update(request.outcome for request in record.requests)
    tally.retries += sum(request.retries for request in record.requests)
    mine = f"load{order.number}"
    for request in record.requests:
        query = request.url.partition("?")[2].partition("&")[0]
        fields = [value for name, value in request.response_fields if name == "x-load"]
        if query != mine or (fields and fields != [mine]):
            tally.wrong.append(f"load {order.number} has {request.url}, answered as {fields}")
    if order.fault is None and order.cancel_ms is None:
        names = frozenset(
            request.url.partition("?")[0].partition("://")[2].partition("/")[2] for request in record.requests
        )
        bad = [request.outcome for request in record.requests if request.outcome != "complete"]
        if record.outcome != "loaded" or bad or names != expected:
            tally.wrong.append(
                f"load {order.number} ({order.wire}): {record.outcome} {record.error} {bad} {sorted(names)}"
            )
    if order.number % 10 == 0 or order.fault is not None or order.cancel_ms is not None:
        tally.wrong += [f"load {order.number}: {fault}" for fault in faults(record)]


# -- what must not grow


def resident_mb() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.is_dir() else 0


@dataclass(frozen=True)
class Quiet:
    """The process between two rounds."""

    loads: int
    memory: float
    descriptors: int
    tasks: int
    objects: int


def look(loads: int) -> Quiet:
    gc.collect()
    return Quiet(loads, resident_mb(), descriptors(), len(asyncio.all_tasks()), len(gc.get_objects()))


async def soak(given: argparse.Namespace, ready: dict[str, str]) -> int:
    tally = Tally()
    net = NetOptions(ca_file=ready["ca_file"])
    pattern = await fetcher.load_page(f"{ready['https']}/?pattern", options=net)
    expected = frozenset(
        request.url.partition("?")[0].partition("://")[2].partition("/")[2] for request in pattern.requests
    )
    print(f"{given.loads} loads of {len(expected)} requests, {given.at_once} at once, seed {given.seed}\n")
    print(" loads  memory MB  descriptors  tasks  objects  loads/s  CPU ms each")
    todo = orders(given.loads, given.seed, given.faults)
    looks: list[Quiet] = []
    done = 0
    while done < given.loads:
        begin, used = clock.now(), _cpu_ms()
        batch = list(islice(todo, ROUND))
        waiting = iter(batch)

        async def worker(waiting: Iterator[Order] = waiting) -> None:
            for order in waiting:
                await one(order, ready, tally, expected)

        await asyncio.gather(*(worker() for _ in range(given.at_once)))
        done += len(batch)
        spent, busy = clock.now() - begin, _cpu_ms() - used
        looks.append(look(done))
        now = looks[-1]
        print(
            f"{done:>6} {now.memory:>10.1f} {now.descriptors:>12} {now.tasks:>6} {now.objects:>8} "
            f"{len(batch) / spent * 1000:>8.1f} {busy / len(batch):>12.1f}",
            flush=True,
        )
    return verdict(tally, looks, given.loads)


def _cpu_ms() -> float:
    times = os.times()
    return (times.user + times.system) * 1000


def verdict(tally: Tally, looks: list[Quiet], loads: int) -> int:
    first, last = looks[0], looks[-1]
    growth = max(each.memory for each in looks) - first.memory
    settled = [each.memory for each in looks if each.loads >= SETTLED] or [last.memory]
    late = max(settled) - settled[0]
    print(f"\n{tally.faulty} loads with a fault or cancelled; loads ended: {dict(tally.outcomes)}")
    print(f"requests ended: {dict(tally.requests)}; sent again: {tally.retries}")
    print(
        f"memory after the first {first.loads} loads grew by {growth:.1f} MB at most, after {SETTLED} by {late:.1f} MB"
    )
    wrong = list(tally.wrong)
    if sum(tally.outcomes.values()) != loads:
        wrong.append(f"{loads} loads were asked for and {sum(tally.outcomes.values())} ended")
    if growth > GROWTH_MB:
        wrong.append(f"memory grew by {growth:.1f} MB ({GROWTH_MB:g} are allowed)")
    if late > SETTLED_MB:
        wrong.append(f"memory grew by {late:.1f} MB after {SETTLED} loads ({SETTLED_MB:g} are allowed)")
    if any((each.descriptors, each.tasks) != (first.descriptors, first.tasks) for each in looks):
        wrong.append(f"descriptors or tasks were left: {first} and {last}")
    for line in wrong[:20]:
        print(f"WRONG: {line}")
    print("as it should be" if not wrong else f"{len(wrong)} things wrong")
    return 1 if wrong else 0


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__.splitlines()[0])
    options.add_argument("--loads", type=int, default=5000)
    options.add_argument("--at-once", type=int, default=4, metavar="N")
    options.add_argument("--faults", type=float, default=0.05, metavar="SHARE", help="of loads with one (0.05)")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with Child("fetcher.origin", "--json", "--port", "0", "--site", "tests.benchmarks.soak:site") as origin:
        return asyncio.run(soak(given, origin.ready))


if __name__ == "__main__":
    sys.exit(main())
