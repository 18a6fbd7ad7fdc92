"""What one load of the page took, and the process that measures: ours and Chromium's in turn, over one network.

``python -m tests.benchmarks.load.measured`` runs where the client is (for an emulated link in its namespace) and
prints one ``Measured`` per line as JSON. Ours ends with the last byte of the last request, Chromium's with the start
of its load event; both count from their own navigation start, with no connection, cookie or file left from before.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import fetcher
from fetcher.net import NetOptions
from fetcher.record import PageLoad
from tests.benchmarks.load.page import MAIN, MODES, OTHER, RESOURCES, hinted
from tests.support import chromium
from tests.support.servers import Missing

OURS, CHROMIUM = "fetcher", "Chromium"
WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds. Of our own loads also: ``cpu`` of the process, ``whole`` until load_page returned, ``first_leave``
    and ``last_leave``: how long after the 103 the first and last request it asked for left, of those that had a
    connection already (None where none did)."""

    who: str
    mode: str
    load: float
    cpu: float | None = None
    whole: float | None = None
    first_leave: float | None = None
    last_leave: float | None = None


def ours(url: str, mode: str, options: NetOptions) -> Measured:
    gc.collect()
    cpu, start = time.process_time(), time.perf_counter()
    load = asyncio.run(fetcher.load_page(url, browser="chromium", options=options))
    whole, spent = time.perf_counter() - start, time.process_time() - cpu
    check(load, mode)
    end = max(request.times.response_end or 0.0 for request in load.requests)
    leaves = [
        request.times.request_start - load.interim[0].at
        for request in load.requests
        if request.hint is not None and request.connection == load.document_request.connection
    ]
    first, last = (min(leaves), max(leaves)) if leaves else (None, None)
    return Measured(OURS, mode, end, spent * 1000, whole * 1000, first, last)


def check(load: PageLoad, mode: str) -> None:
    """A load that left something out would be quick for nothing."""
    asked = {request.url.partition("?")[0].rpartition("/")[2] for request in load.requests[1:]}
    bad = [request.url for request in load.requests if request.status != 200 or request.outcome != "complete"]
    if bad or len(load.requests) != len(RESOURCES) + 1 or asked != {each.path[1:] for each in RESOURCES}:
        raise RuntimeError(f"{len(load.requests)} requests, wrong: {bad}; {load.notes}")
    if sum(hint.acted for hint in load.hints) != len(hinted(mode)):
        raise RuntimeError(f"not all hints were acted on: {[hint.reason for hint in load.hints if not hint.acted]}")


def theirs(url: str, mode: str, browser: chromium.Chromium) -> Measured:
    with browser.tab() as tab:
        return Measured(CHROMIUM, mode, tab.load(url).load_event)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--ports", type=json.loads, required=True)
    options.add_argument("--address", required=True)
    options.add_argument("--directory", type=Path, required=True)
    options.add_argument("--rounds", type=int, required=True)
    options.add_argument("--modes", default=",".join(MODES))
    given = options.parse_args()
    ports = given.ports
    net = NetOptions(
        resolve=tuple((name, port, given.address) for name, port in ports.items()),
        ca_file=str(given.directory / "ca.pem"),
    )
    rules = ", ".join(f"MAP {name} {given.address}" for name in (MAIN, OTHER)) + ", MAP * ~NOTFOUND"
    trust = [chromium.key_hash(given.directory / "server.pem")]
    try:
        with chromium.running(trust=trust, resolve=rules) as browser:
            measure(ports, net, browser, given.modes.split(","), given.rounds)
    except Missing:
        measure(ports, net, None, given.modes.split(","), given.rounds)


def measure(
    ports: dict[str, int], net: NetOptions, browser: chromium.Chromium | None, modes: list[str], rounds: int
) -> None:
    visit = 0
    for number in range(rounds + WARM_UP):
        for mode in modes:
            for side in (OURS, CHROMIUM) if number % 2 else (CHROMIUM, OURS):
                visit += 1
                url = f"https://{MAIN}:{ports[MAIN]}/{mode}?visit={visit}"
                if side == OURS:
                    found = ours(url, mode, net)
                elif browser is not None:
                    found = theirs(url, mode, browser)
                else:
                    continue
                if number >= WARM_UP:
                    print(json.dumps(asdict(found)), flush=True)


if __name__ == "__main__":
    main()
