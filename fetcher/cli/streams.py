"""Standard output and standard error as the commands use them: results on one, progress and notes on the other.

Says whether a stream is a terminal and takes colour, writes a result where it was asked for, and runs a coroutine so
that Ctrl-C and SIGTERM end it the ordinary way: cancelled, cleaned up, then ``Interrupted`` or ``Terminated``.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, TypeVar

from fetcher.cli.options import Colour
from fetcher.errors import FetcherError, Interrupted, Terminated, UsageError

Result = TypeVar("Result")


def is_terminal(stream: TextIO) -> bool:
    return not stream.closed and stream.isatty()


def takes_colour(choice: Colour, stream: TextIO) -> bool:
    """--color first, then NO_COLOR (https://no-color.org), then whether a terminal that knows colours is there."""
    if choice is not Colour.AUTO:
        return choice is Colour.ALWAYS
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and is_terminal(stream)


def check_writable(target: str | None) -> None:
    """Refuse a result file that cannot be made, before the work whose result it shall hold is done."""
    if target is None or target == "-":
        return
    if Path(target).is_dir():
        raise UsageError(f"cannot write {target}: it is a folder")
    if not Path(target).parent.is_dir():
        raise UsageError(f"cannot write {target}: there is no folder {Path(target).parent}")
    if not os.access(target if Path(target).exists() else Path(target).parent, os.W_OK):
        raise UsageError(f"cannot write {target}: Permission denied")


def write_text(text: str, target: str) -> None:
    """``text`` to the file ``target``, or to standard output for "-". Raises ``UsageError`` naming the file."""
    if target == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        Path(target).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror or error}") from error


@contextmanager
def put_down(faults: list[FetcherError]) -> Iterator[None]:
    """What cannot be written inside is put down in ``faults``, so that the other forms of a result still are."""
    try:
        yield
    except FetcherError as error:
        faults.append(error)


def tell(sentence: str) -> None:
    """``sentence`` on standard error, after the program's name: without secrets, able to do nothing but be read, and no
    command to a CI runner, whatever server or file it quotes."""
    from fetcher.record.redaction import redact_text
    from fetcher.report.escape import safe
    from fetcher.report.runner_commands import inert_text

    print(inert_text(f"fetcher: {safe(redact_text(sentence))}"), file=sys.stderr, flush=True)


@contextmanager
def report_stream(target: str | None) -> Iterator[TextIO]:
    """Where a report goes: the file ``target``, or standard output for "-" and None, flushed when it is written.
    Raises ``UsageError`` naming the file."""
    if target in (None, "-"):
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        with Path(str(target)).open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror or error}") from error


def run(work: Coroutine[Any, Any, Result], about: str = "") -> Result:
    """Runs ``work`` in an event loop of its own. Ctrl-C cancels it, lets it clean up, and raises ``Interrupted``;
    SIGTERM does the same with ``Terminated``. A ``FetcherError`` whose sentence does not say where gets ``about``, the
    URL, in front of it."""
    import asyncio

    terminated: list[int] = []
    whole = _terminable(work, terminated)
    runner = asyncio.Runner()
    try:
        try:
            with _held_back():  # a loop that is only half made cannot be closed
                runner.get_loop()
            result = runner.run(whole)
        finally:
            runner.close()
        if terminated:  # it was over before it could be cancelled: what comes after it must not begin
            raise Terminated("terminated")
        return result
    except asyncio.CancelledError as error:
        if not terminated:
            raise
        raise Terminated("terminated") from error
    except KeyboardInterrupt as error:
        raise Interrupted("interrupted") from error
    except UsageError:
        raise
    except FetcherError as error:
        raise error.placed(about)  # noqa: B904 - its own cause is itself, unplaced
    finally:
        whole.close()  # where it was never begun
        work.close()


@contextmanager
def _held_back() -> Iterator[None]:
    """Ctrl-C comes when this is over, where the system can wait with it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if hasattr(signal, "pthread_sigmask") else None
    try:
        yield
    finally:
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def of_nothing(failure: FetcherError) -> FetcherError:
    """``failure`` of a command that has nothing to show: an interruption says that, or a person waits for a result."""
    if not isinstance(failure, Interrupted):
        return failure
    return type(failure)(f"{failure} before anything was measured; nothing is shown or saved")


async def _terminable(work: Coroutine[Any, Any, Result], terminated: list[int]) -> Result:
    """``work``, cancelled by the first SIGTERM, which is put down in ``terminated``; a second one ends the process."""
    import asyncio

    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        terminated.append(signal.SIGTERM)
        loop.remove_signal_handler(signal.SIGTERM)
        if task is not None:
            task.cancel()

    try:
        loop.add_signal_handler(signal.SIGTERM, stop)
    except (NotImplementedError, RuntimeError, ValueError):
        return await work  # no such signal here, or not the main thread
    try:
        return await work
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
