"""The pipe to a browser: the process started with its ends as descriptors 3 and 4, and the messages that come out of it
(--remote-debugging-pipe: JSON, each ended by a NUL)."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from fetcher.errors import ChromiumFailed


def end(group: int) -> None:
    """End every process of ``group`` at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def started(command: Sequence[str], messages: Path) -> tuple[int, int, int]:
    """The process's id, and our ends of the pipe: to write to it, and to read from it. What it dumps when it crashes is
    left beside ``messages``, not in the home of whoever runs us."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    # Out of the way of 0 to 4, so that the child's dup2 calls cannot overwrite what they read from.
    low = (theirs_in, theirs_out)
    theirs_in, theirs_out = (fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in low)
    for each in low:
        os.close(each)
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(messages), os.O_WRONLY | os.O_CREAT, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
        (os.POSIX_SPAWN_DUP2, theirs_in, 3),
        (os.POSIX_SPAWN_DUP2, theirs_out, 4),
    ]
    environment = {"BREAKPAD_DUMP_LOCATION": str(messages.parent / "crashes"), **os.environ}
    try:
        pid = os.posix_spawnp(command[0], list(command), environment, file_actions=actions, setsid=True)
    except OSError as error:
        os.close(ours_out)
        os.close(ours_in)
        raise ChromiumFailed(f"{command[0]} cannot be started: {error.strerror or error}") from error
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    os.set_blocking(ours_out, False)
    return pid, ours_out, ours_in


def messages_of(source: int, largest: int) -> Iterator[bytes]:
    """Each message as bytes, until the pipe closes. Raises ValueError for one that is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        try:
            data = os.read(source, 1_048_576)
        except OSError:
            return
        if not data:
            return
        first, *rest = data.split(b"\0")
        parts.append(first)
        size += len(first)
        for each in rest:
            yield b"".join(parts)
            parts, size = [each], len(each)
        if size > largest:
            raise ValueError(f"larger than {largest / 2**20:g} MB")
