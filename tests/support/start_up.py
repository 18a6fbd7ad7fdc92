"""What starting a command costs in CPU time: unlike the wall's, it says little about who else uses the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def bare_starts(*arguments: str) -> float:
    """How many starts of a bare interpreter ``python ARGUMENTS`` costs: a busy machine slows both."""
    return least_cpu_ms(*arguments) / least_cpu_ms("-c", "pass")


def least_cpu_ms(*arguments: str, tries: int = 5) -> float:
    """Milliseconds of user and system time of ``python ARGUMENTS``, the least of several tries."""
    resource = pytest.importorskip("resource")
    times = []
    for _ in range(tries):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append((after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000)
    return min(times)
