"""From a 103's departure to the arrival of the requests it asks for, on the server's own clock.

``fetcher.load_page`` loads a page whose 103 names 14 files; our origin, in a process of its own, stamps the 103 just
before writing it and each request just after reading it (one monotonic clock serves every process of a machine). So
this is two crossings of the loopback, the server's and the client's event loops waking up, TLS, and all we do between
reading the 103 and writing the requests. The detail rows say which of them takes how long.

Peer: jh2 by hand on a blocking socket, which sends 14 requests as soon as it reads a 103, whatever it says: no links
parsed, nothing judged, nothing recorded. HTTP/1.1 (profile eager) is shown for information: there the first hinted
request waits for a connection to be opened, and the last for others to end.
"""

from __future__ import annotations

import gc
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jh2.events import InformationalResponseReceived

import fetcher
from fetcher.browser.commands import Command
from fetcher.browser.events import Event, Interim, RequestSent
from fetcher.net import NetOptions
from fetcher.origin import Log, RequestArrived, Sent
from tests.benchmarks.children import Child
from tests.benchmarks.measuring import WARM_UP, Row
from tests.benchmarks.peers.by_jh2 import ByHand, context_for
from tests.benchmarks.peers.hinted_site import PATHS

ROUNDS = 41


class Load:
    """What the client saw of one load: when the 103 was read, and when what it hints at went to the socket."""

    def __init__(self) -> None:
        self.read = self.written = 0.0

    def watch(self, event: Event, _commands: list[Command]) -> None:
        match event:
            case Interim():
                self.read = event.at
            case RequestSent() if self.read and not self.written:
                self.written = event.at


class Served:
    """What the server's log says of one visit."""

    def __init__(self) -> None:
        self.interim = 0.0
        self.arrivals: list[float] = []

    @property
    def first(self) -> float:
        return min(self.arrivals) - self.interim

    @property
    def last(self) -> float:
        return max(self.arrivals) - self.interim


async def measure(rounds: int | None) -> list[Row]:
    rounds = rounds or ROUNDS
    with tempfile.TemporaryDirectory(prefix="fetcher-bench-") as directory:
        log = Path(directory, "log")
        site = ("--port", "0", "--json", "--log", str(log), "--site", "tests.benchmarks.peers.hinted_site:site")
        with Child("fetcher.origin", *site) as origin:
            http, https, ca_file = (origin.ready[name] for name in ("http", "https", "ca_file"))
            options = NetOptions(ca_file=ca_file)
            context = context_for(ca_file)
            loads: list[Load] = []
            for number in range(rounds + WARM_UP):
                for side in ("chromium", "jh2") if number % 2 else ("jh2", "chromium"):
                    if side == "jh2":
                        by_hand(f"{https}/?jh2-{number}", context)
                    else:
                        loads.append(await load(f"{https}/?chromium-{number}", "chromium", options))
            for number in range(rounds // 2 + WARM_UP):
                await load(f"{http}/?eager-{number}", "eager", options)
        visits = visits_of(log)
    return rows_of(loads, visits, rounds)


async def load(url: str, browser: str, options: NetOptions) -> Load:
    seen = Load()
    gc.collect()
    page = await fetcher.load_page(url, browser=browser, options=options, watch=seen.watch)
    if sum(hint.used is True for hint in page.hints) != len(PATHS) or len(page.requests) != len(PATHS) + 1:
        raise RuntimeError(f"{len(PATHS)} hints were to act and be used: {page.notes}")
    return seen


def by_hand(url: str, context: ssl.SSLContext) -> None:
    query = url.partition("?")[2]
    gc.collect()
    with ByHand(url, context) as connection:
        waiting = {connection.request(f"/?{query}")}
        connection.flush()

        def on_event(event: Any) -> None:
            if isinstance(event, InformationalResponseReceived):
                waiting.update(connection.request(f"{path}?{query}") for path, _, _ in PATHS)

        connection.read(waiting, None, on_event)


def visits_of(file: Path) -> dict[str, list[Served]]:
    """The visits in order, by the document's query."""
    with file.open(encoding="utf-8") as lines:
        log = Log.read(lines)
    visits: dict[str, list[Served]] = {}
    current = Served()
    for entry in log:
        match entry:
            case RequestArrived(target=target) if target.startswith("/?"):
                current = Served()
                visits.setdefault(target[2:].partition("-")[0], []).append(current)
            case RequestArrived():
                current.arrivals.append(entry.at)
            case Sent(what="interim"):
                current.interim = entry.at
    return visits


def rows_of(loads: list[Load], visits: dict[str, list[Served]], rounds: int) -> list[Row]:
    ours, hand, eager = (visits[name][WARM_UP:] for name in ("chromium", "jh2", "eager"))
    pairs = list(zip(loads[WARM_UP:], ours, strict=True))

    def both(what: str, of: Callable[[Served], float], bound: float) -> Row:
        return Row(what, [of(visit) for visit in ours], "jh2 by hand", [of(visit) for visit in hand], at_most=bound)

    def part(what: str, of: Callable[[Load, Served], float]) -> Row:
        return Row(f"  {what}", [of(seen, visit) for seen, visit in pairs], detail=True)

    return [
        both("103 to 1st of 14 requests, HTTP/2", lambda visit: visit.first, 1.0),
        both("103 to 14th of 14 requests, HTTP/2", lambda visit: visit.last, 2.0),
        part("server's write to our read", lambda seen, visit: seen.read - visit.interim),
        part("our read to our write, all decided", lambda seen, _: seen.written - seen.read),
        part("our write to the server's first read", lambda seen, visit: min(visit.arrivals) - seen.written),
        Row("103 to 1st of 14 requests, HTTP/1.1", [visit.first for visit in eager], note="opens 5 connections first"),
        Row("103 to 14th of 14 requests, HTTP/1.1", [visit.last for visit in eager], note="8 wait for others to end"),
    ]
