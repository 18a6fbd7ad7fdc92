"""What holds for every test: when it ends, no asyncio task is left pending and no file descriptor is left open.

A load that forgets a reader task or a socket passes its own assertions; these two fixtures are what catches it.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

DESCRIPTORS = Path("/proc/self/fd")
CLOSING_SECONDS = 2.0


def open_descriptors() -> dict[int, str]:
    """Descriptor number to what it names; empty where the system does not say (outside Linux)."""
    found: dict[int, str] = {}
    if not DESCRIPTORS.is_dir():
        return found
    for name in os.listdir(DESCRIPTORS):
        try:
            found[int(name)] = os.readlink(DESCRIPTORS / name)
        except OSError:  # the descriptor that listed the directory itself is gone again
            continue
    return found


@pytest.fixture(autouse=True)
def no_descriptor_left() -> Iterator[None]:
    """Fails the test that leaves more descriptors open than it found; set up first, so it looks last."""
    before = open_descriptors()
    yield
    if len(open_descriptors()) > len(before):
        gc.collect()  # a closed-over socket in a reference cycle is untidy, but not a leak
        deadline = time.monotonic() + CLOSING_SECONDS  # nor is what a server's thread is about to close
        while len(after := open_descriptors()) > len(before) and time.monotonic() < deadline:
            time.sleep(0.02)
        extra = {number: name for number, name in after.items() if before.get(number) != name}
        assert len(after) <= len(before), f"the test left {len(after) - len(before)} descriptors open: {extra}"


@pytest.fixture(autouse=True)
def no_task_left(no_descriptor_left: None, request: pytest.FixtureRequest) -> None:
    """For an asynchronous test, looks at its loop before the loop's own clean-up would cancel what is left."""
    if request.node.get_closest_marker("asyncio") is not None:
        request.getfixturevalue("_looks_for_tasks")


@pytest.fixture
async def _looks_for_tasks() -> AsyncIterator[None]:
    yield
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        await asyncio.sleep(0)  # one turn for tasks that are already cancelled or about to return
        left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"the test left asyncio tasks pending: {[task.get_coro() for task in left]}"
