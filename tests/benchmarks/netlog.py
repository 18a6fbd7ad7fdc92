"""A NetLog of 200 MB and a million events, read to what its one page's hints became of: time, and memory it adds.

The file is made while it is read, of Chromium's own events (``tests/record/data``), nearly all of them of requests that
are nobody's. Memory is that of a process of its own: its highest resident size, less its size just before.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from fetcher import clock
from fetcher.record.observed.netlog import netlog_pages
from tests.benchmarks.children import ENVIRONMENT, ROOT
from tests.benchmarks.measuring import Row
from tests.benchmarks.read_once import forget_peak, resident

ROUNDS = 3
SIZE = 200_000_000
FILE = ROOT / "tests/record/data/netlog-hints.json"
MEMORY_MB = 64.0


async def measure(rounds: int | None) -> list[Row]:
    made = [_one() for _ in range(min(rounds or ROUNDS, ROUNDS))]
    events = int(made[0]["events"])
    return [
        Row(f"200 MB, {events:,} events", [one["ms"] for one in made]),
        Row("  memory it adds", [one["mb"] for one in made], at_most=MEMORY_MB, unit="MB", detail=True),
    ]


def _one() -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.netlog"]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


class _Made:
    """The file's own text, then its events again and again as those of other sources."""

    def __init__(self) -> None:
        self.events = 0
        self._parts = self._made()

    def read(self, size: int) -> bytes:
        return next(self._parts, b"")

    def _made(self) -> Iterator[bytes]:
        text = FILE.read_text()
        data = json.loads(text)
        socket = data["constants"]["logSourceType"]["SOCKET"]
        others = [{**one, "source": {**one["source"], "type": socket}} for one in data["events"]]
        block = b"".join(b",\n" + json.dumps(one, separators=(",", ":")).encode() for one in others)
        yield text[: text.rindex("],")].encode()
        self.events = len(others)
        for _ in range(SIZE // len(block)):
            self.events += len(others)
            yield block
        yield b"]}"


def main() -> None:
    source = _Made()
    forget_peak()
    before, start = resident("VmRSS"), clock.now()
    pages = netlog_pages(source)  # type: ignore[arg-type]
    took, after = clock.now() - start, resident("VmHWM")
    assert len(pages) == 2
    print(json.dumps({"ms": took, "mb": (after - before) / 1_048_576, "events": source.events}))


if __name__ == "__main__":
    main()
