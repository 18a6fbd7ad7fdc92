"""Loads of the page over loopback and two emulated links, in one table: ``python -m tests.benchmarks.load.run``.

Every row is the median of interleaved rounds, with its quartiles, beside the bound (``bound``) and headless Chromium.
The emulated links need root (network namespaces); without, their rows are left out and it says so. The exit code is 0
either way, since a busy machine proves nothing; ``--json FILE`` keeps every single measurement.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.children import ENVIRONMENT, ROOT
from tests.benchmarks.load.bound import bound
from tests.benchmarks.load.command_line import Footprint, footprint
from tests.benchmarks.load.measured import CHROMIUM, OURS, Measured
from tests.benchmarks.load.page import MAIN, MODES, OTHER
from tests.benchmarks.load.server import write_certificate
from tests.benchmarks.measuring import spread
from tests.support.servers import free_ports

QUEUE_MS = 10_000
NAMESPACE = "fetcherbench"
LEAVE_MS, CPU_MS, PEAK_MB, WHOLE_CPU_MS = 2.0, 60.0, 80.0, 450.0


@dataclass(frozen=True, slots=True)
class Link:
    """``rtt`` in ms and ``mbit`` (0: loopback as it is); ``at_most`` is the target as a multiple of the bound."""

    name: str
    rtt: float
    mbit: float
    at_most: float
    rounds: int

    @property
    def bytes_per_ms(self) -> float | None:
        return self.mbit * 125 if self.mbit else None


LINKS = (
    Link("loopback", 0, 0, 1.05, 15),
    Link("40 ms, 10 Mbit/s", 40, 10, 1.2, 11),
    Link("150 ms, 1.6 Mbit/s", 150, 1.6, 1.15, 7),
)


@contextlib.contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A child that has said its first line (kept as ``first``), ended by its id afterwards."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=ROOT)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        assert child.stdout is not None
        child.stdout.close()


def first_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise RuntimeError(f"{child.args} did not start")
    return line


@contextlib.contextmanager
def network(link: Link) -> Iterator[tuple[list[str], list[str], str]]:
    """The commands that run a server and a client at the ends of ``link``, and the server's address."""
    if not link.mbit:
        yield [], [], "127.0.0.1"
        return
    emulator = [sys.executable, "-m", "tests.benchmarks.netem", "--rtt", str(link.rtt), "--mbit", str(link.mbit)]
    with process(*emulator, "--queue-ms", str(QUEUE_MS), "--name", NAMESPACE) as child:
        first_line(child)
        yield ["ip", "netns", "exec", f"{NAMESPACE}-s"], ["ip", "netns", "exec", f"{NAMESPACE}-c"], "10.77.0.1"


def measure(link: Link, rounds: int, modes: str) -> tuple[list[Measured], dict[str, int], list[Footprint]]:
    python = [sys.executable, "-m"]
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fetcher-bench-"))
        at_server, at_client, address = stack.enter_context(network(link))
        write_certificate(Path(folder))
        base = free_ports(2)
        ports = {MAIN: base, OTHER: base + 1}
        told = ["--ports", json.dumps(ports), "--address", address, "--directory", folder]
        for name in ports:
            server = [*at_server, *python, "tests.benchmarks.load.server", "--name", name, *told]
            first_line(stack.enter_context(process(*server)))
        side = [*python, "tests.benchmarks.load.measured", *told, "--rounds", str(rounds), "--modes", modes]
        done = subprocess.run(
            [*at_client, *side], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=ROOT, check=True
        )
        found = [Measured(**json.loads(line)) for line in done.stdout.splitlines()]
        footprints = [] if link.mbit else [footprint(ports, address, Path(folder)) for _ in range(5)]
    return found, ports, footprints


def why_not_emulated() -> str | None:
    if os.geteuid() != 0:
        return "not root"
    if shutil.which("ip") is None:
        return "no ip command (Debian: apt install iproute2)"
    return None if Path("/dev/net/tun").exists() else "no /dev/net/tun"


def shown(values: Sequence[float], digits: int = 0) -> str:
    low, high = spread(list(values))
    return f"{median(values):.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def verdict(reached: bool) -> str:
    return "reached" if reached else "NOT REACHED"


def lines_of(link: Link, mode: str, found: Sequence[Measured], least: float) -> str:
    ours = [each for each in found if (each.who, each.mode) == (OURS, mode)]
    loads = [each.load for each in ours]
    theirs = [each.load for each in found if (each.who, each.mode) == (CHROMIUM, mode)]
    ratio = median(loads) / least
    cells = [f"{link.name:19} {mode:5} {least:6.0f} {shown(loads):>18} {ratio:5.2f} <= {link.at_most:<4g}"]
    cells.append(f"{verdict(ratio <= link.at_most):12}")
    if theirs:
        against = median(loads) / median(theirs)
        cells.append(f"{shown(theirs):>18} {against:5.2f} <= 1    {verdict(against <= 1):12}")
    return " ".join(cells).rstrip()


def more_of(found: Sequence[Measured], footprints: Sequence[Footprint]) -> list[str]:
    """The other targets, from the loads over loopback."""
    lines = []

    def add(what: str, values: Sequence[float | None], at_most: float, unit: str, digits: int) -> None:
        known = [value for value in values if value is not None]
        if known:
            middle = verdict(median(known) <= at_most)
            lines.append(f"{what:58} {shown(known, digits):>20} {unit} <= {at_most:g}  {middle}")

    for mode in MODES:
        ours = [each for each in found if (each.who, each.mode) == (OURS, mode)]
        add(f"{mode}: 103 to the first hinted request", [each.first_leave for each in ours], LEAVE_MS, "ms", 2)
        add(
            f"{mode}: 103 to the last, on the document's connection",
            [each.last_leave for each in ours],
            LEAVE_MS,
            "ms",
            2,
        )
        add(f"{mode}: CPU of a load in a running process", [each.cpu for each in ours], CPU_MS, "ms", 1)
    add("fetcher load: peak memory", [each.peak_mb for each in footprints], PEAK_MB, "MB", 1)
    add("fetcher load: CPU of the whole process", [each.cpu_ms for each in footprints], WHOLE_CPU_MS, "ms", 0)
    return lines


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.load.run", description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, metavar="N", help="rounds on every link instead of its own number")
    options.add_argument("--links", metavar="N,N", default="0,1,2", help="which: 0 loopback, 1 40 ms, 2 150 ms")
    options.add_argument("--modes", default=",".join(MODES), help="which hints: none, some, all")
    options.add_argument("--json", metavar="FILE")
    given = options.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.")
    print("Milliseconds, medians with quartiles; 40 subresources on two origins, HTTP/2, cold.\n")
    print(f"{'link':19} {'hints':5} {'bound':>6} {'fetcher':>18} {'x bound':>13} {'':12} {'Chromium':>18} {'x it':>10}")
    kept: dict[str, list[dict[str, object]]] = {}
    more: list[str] = []
    for link in [LINKS[int(number)] for number in given.links.split(",")]:
        reason = why_not_emulated() if link.mbit else None
        if reason is not None:
            print(f"{link.name:19} left out: an emulated link needs root and network namespaces ({reason})")
            continue
        found, ports, footprints = measure(link, given.rounds or link.rounds, given.modes)
        for mode in given.modes.split(","):
            least = bound(mode, link.rtt, link.bytes_per_ms, ports, "visit=99")
            print(lines_of(link, mode, found, least), flush=True)
        if not any(each.who == CHROMIUM for each in found):
            print(f"{link.name:19} no Chromium is installed here")
        more += [] if link.mbit else more_of(found, footprints)
        kept[link.name] = [asdict(each) for each in (*found, *footprints)]
    print("", *more, sep="\n")
    if given.json:
        Path(given.json).write_text(json.dumps({"origin": MAIN, "loads": kept}, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
