"""The two fixtures of conftest.py do catch what they are there for: leaky tests end in errors, and only those."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LEAKY = """
import asyncio, socket
KEPT = []
async def test_leaves_a_task():
    KEPT.append(asyncio.create_task(asyncio.sleep(60)))
async def test_ends_its_task():
    await asyncio.create_task(asyncio.sleep(0))
def test_leaves_a_socket():
    KEPT.append(socket.socket())
async def test_leaves_a_socket_of_a_loop():
    KEPT.append(socket.socket())
def test_closes_its_socket():
    socket.socket().close()
def test_runs_a_loop_of_its_own():
    asyncio.run(asyncio.to_thread(int))
"""


def test_pending_tasks_and_open_descriptors_are_errors(tmp_path: Path) -> None:
    """A pending task and an open socket are errors at teardown; tests that tidy up pass."""
    (tmp_path / "test_leaky.py").write_text(LEAKY)
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command += ["-c", str(root / "pyproject.toml"), "--rootdir", str(tmp_path), str(tmp_path / "test_leaky.py")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    errors = {line.split("::")[1].split(" ")[0] for line in done.stdout.splitlines() if line.startswith("ERROR")}
    assert errors == {"test_leaves_a_task", "test_leaves_a_socket", "test_leaves_a_socket_of_a_loop"}, done.stdout
    assert "6 passed, 3 errors" in done.stdout
