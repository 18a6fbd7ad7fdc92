"""All benchmarks, one table: ``python -m tests.benchmarks.run [--only a,b] [--rounds N] [--json FILE]``.

Says for each target whether it was reached; the exit code is 0 either way, since a busy machine proves nothing. The
engines alone, without sockets: ``python -m tests.benchmarks.http1_engine`` and ``http2_engine``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
from dataclasses import asdict
from importlib import import_module

from tests.benchmarks.measuring import Row, spread

BENCHMARKS = {
    "after_a_103": "Acting on a 103",
    "small_files": "Many small files",
    "large_body": "One large body",
    "start_up": "Starting",
    "scanner": "Scanning HTML",
    "audits": "Judging a page by every rule",
    "netlog": "Reading a NetLog of Chromium",
}
COLUMNS = (42, 24, 36, 7, 10, 12)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.run", description=__doc__.splitlines()[0])
    options.add_argument("--only", metavar="A,B", help=f"some of {', '.join(BENCHMARKS)}")
    options.add_argument("--rounds", type=int, metavar="N", help="rounds of each instead of its own number")
    options.add_argument("--json", metavar="FILE", help="every single measurement, as JSON")
    given = options.parse_args()
    names = given.only.split(",") if given.only else list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        options.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")

    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, loopback.")
    print("Medians with their quartiles; the ratio is the median of each round's own (below 1: we are faster).\n")
    print(line("", "ours", "peer", "ratio", "target", "").rstrip())
    found: dict[str, list[Row]] = {}
    for name in names:
        rows = asyncio.run(import_module(f"tests.benchmarks.{name}").measure(given.rounds))
        found[name] = rows
        print(f"\n{BENCHMARKS[name]}")
        for row in rows:
            print(shown(row))
        sys.stdout.flush()
    verdicts = [row.reached for rows in found.values() for row in rows if row.reached is not None]
    print(f"\n{sum(verdicts)} of {len(verdicts)} targets reached.")
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump({name: [summary(row) for row in rows] for name, rows in found.items()}, file, indent=1)
    return 0


def line(*cells: str) -> str:
    first, *rest = cells
    width, *widths = COLUMNS
    return first.ljust(width) + "".join(cell.rjust(size) for cell, size in zip(rest, widths, strict=True))


def shown(row: Row) -> str:
    target = ""
    if row.at_most is not None:
        target = f"<= {row.at_most:g} {row.unit}"
    elif row.ratio_at_most is not None:
        target = f"<= {row.ratio_at_most:g} x"
    verdict = {None: "", True: "reached", False: "NOT REACHED"}[row.reached]
    peer = f"{row.peer} {values(row.theirs, row.unit)}" if row.theirs else ""
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
    text = line(row.what, values(row.ours, row.unit), peer, ratio, target, verdict)
    return f"{text}   {row.note}".rstrip()


def values(numbers: list[float], unit: str) -> str:
    """ "1.12 ms (0.97-1.36)"."""
    low, high = spread(numbers)
    middle = statistics.median(numbers)
    digits = 2 if abs(middle) < 10 else 1 if abs(middle) < 100 else 0
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f}-{high:.{digits}f})"


def summary(row: Row) -> dict[str, object]:
    return {**asdict(row), "what": row.what.strip(), "median": row.median, "ratio": row.ratio, "reached": row.reached}


if __name__ == "__main__":
    sys.exit(main())
