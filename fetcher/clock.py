"""The only reader of time.

``now()`` is milliseconds on the monotonic clock, one line for everything in a process (and, on Linux, for
every process of the machine, so a local server's log can be compared). ``wall()`` is the calendar time a
record begins at. Everywhere else time is a parameter.
"""

from __future__ import annotations

import time


def now() -> float:
    """Milliseconds on the monotonic clock (CLOCK_MONOTONIC; the line asyncio's loop time is on, in seconds)."""
    return time.monotonic_ns() / 1e6


def wall() -> float:
    """Seconds since the Unix epoch, for the one wall-clock stamp a record carries."""
    return time.time()
