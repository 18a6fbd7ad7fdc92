"""What ``fetcher load`` costs as a command: peak memory (the kernel's VmHWM) and processor time of the whole process,
interpreter start and imports included."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.children import ENVIRONMENT, ROOT
from tests.benchmarks.load.page import MAIN

# Asked just before the end, since the kernel forgets with the process. (A parent's rusage of it would do for the time,
# but not for memory: it counts the parent's own, shared until exec.)
ASKING = """
import atexit, sys
answer = sys.argv.pop(1)
def say():
    with open("/proc/self/status") as status, open(answer, "w") as file:
        file.write(next(line for line in status if line.startswith("VmHWM")).split()[1])
atexit.register(say)
from fetcher.cli.app import main
sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Megabytes of 10**6 bytes, milliseconds."""

    peak_mb: float
    cpu_ms: float


def footprint(ports: dict[str, int], address: str, directory: Path) -> Footprint:
    """One run of ``fetcher load`` with all hints, its waterfall to a pipe."""
    answer = directory / "peak"
    command = [sys.executable, "-c", ASKING, str(answer), "load", f"https://{MAIN}:{ports[MAIN]}/all?visit=cli"]
    command += ["--cacert", str(directory / "ca.pem"), "--browser", "chromium"]
    for name, port in ports.items():
        command += ["--resolve", f"{name}:{port}:{address}"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=ROOT)
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stderr.close()
    if child.returncode:
        raise RuntimeError(f"{' '.join(command[3:])} ended with {child.returncode}: {said.decode(errors='replace')}")
    return Footprint(int(answer.read_text()) * 1024 / 1e6, (used.ru_utime + used.ru_stime) * 1000)
