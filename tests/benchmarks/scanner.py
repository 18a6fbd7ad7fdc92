"""How fast the preload scanner reads real pages, beside selectolax's whole parse of the same bytes (which builds a tree
and names nothing): the HTML of Debian's python3-doc and postgresql-doc, in pieces of 64 KiB as they come off the wire.

Pages are taken evenly from each manual, up to ``BYTES``; a manual that is not installed is left out and said so. The
target is 60 MB/s. Measured is the processor's time, for nothing here waits, and a busy machine is then less of a fault.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.html.markup import MarkupNames
from tests.benchmarks.measuring import WARM_UP, Row

ROUNDS = 7
BYTES = 6_000_000
PIECE = 65_536
TARGET = 60.0  # MB/s
MANUALS = {
    "Python's manual": (
        "/usr/share/doc/python3.11/html",
        "/usr/share/doc/python3-doc/html",
        "/usr/share/doc/python3.11-doc",
    ),
    "PostgreSQL's manual": ("/usr/share/doc/postgresql-doc-15/html", "/usr/share/doc/postgresql-doc-15"),
}


def pages(places: tuple[str, ...]) -> list[bytes]:
    """Pages of the first place that is there, evenly over its names, ``BYTES`` at most."""
    for place in places:
        files = sorted(path for path in Path(place).rglob("*.html") if path.is_file()) if Path(place).is_dir() else []
        if files:
            step = max(1, sum(path.stat().st_size for path in files) // BYTES)
            return [path.read_bytes() for path in files[::step]]
    return []


def scan(documents: list[bytes]) -> int:
    found = 0
    for data in documents:
        scanner = HtmlScanner()
        for start in range(0, len(data), PIECE):
            found += len(scanner.feed(data[start : start + PIECE]))
        found += len(scanner.close())
    return found


def names(documents: list[bytes]) -> None:
    for data in documents:
        reader = MarkupNames()
        for start in range(0, len(data), PIECE):
            reader.feed(data[start : start + PIECE])


def parse(documents: list[bytes]) -> None:
    for data in documents:
        LexborHTMLParser(data)


def spent(work: Callable[[list[bytes]], object], documents: list[bytes]) -> float:
    """Milliseconds of processor time."""
    gc.collect()
    start = time.process_time()
    work(documents)
    return (time.process_time() - start) * 1000


async def measure(rounds: int | None) -> list[Row]:
    rows: list[Row] = []
    for what, places in MANUALS.items():
        documents = pages(places)
        if not documents:
            rows.append(Row(f"{what}: not installed here", [0.0], detail=True))
            continue
        size = sum(map(len, documents)) / 1e6
        assert scan(documents) >= len(documents), "a page of a manual names at least its style sheet"
        ours: list[float] = []
        theirs: list[float] = []
        named: list[float] = []
        for number in range((rounds or ROUNDS) + WARM_UP):
            taken, parsed, words = (spent(work, documents) for work in (scan, parse, names))
            if number >= WARM_UP:
                ours.append(taken)
                theirs.append(parsed)
                named.append(words)
        fastest = size / min(ours) * 1000
        note = f"{len(documents)} pages, {size:.1f} MB, {fastest:.0f} MB/s at best"
        target = size / TARGET * 1000
        rows.append(Row(what, ours, "selectolax", theirs, at_most=target, note=note))
        rows.append(Row("  names and characters of the markup", named, detail=True, note="for style sheets' rules"))
    return rows
