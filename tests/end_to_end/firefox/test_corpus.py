"""Every case with a 103 in a real Firefox: no difference from what fetcher says of it but those kept with a reason.

Firefox runs in a process of its own, on a network of its own (``make firefox``), for its loads must not leave here."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.end_to_end.firefox import namespace
from tests.end_to_end.firefox.process import executable
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.firefox
MOST_SECONDS = 1800


def test_firefox_does_what_is_said_of_it() -> None:
    """The command ends with 0: no unexplained difference, no stale reason."""
    try:
        executable()
        namespace.command()
    except Missing as missing:
        require_or_skip("firefox", missing)
        raise
    command = [sys.executable, "-m", "tests.end_to_end.firefox.corpus"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
