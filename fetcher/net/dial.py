"""Connecting to the first address that answers: Happy Eyeballs version 2 (RFC 8305 4 and 5).

Families are interleaved, attempts start 250 ms apart or as soon as the one before fails, the first to connect wins
and every other socket is closed before ``dial`` returns or raises, cancellation included.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from fetcher import clock
from fetcher.errors import ConnectFailed, DeadlineExceeded

ATTEMPT_DELAY_MS = 250.0

_WORDS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.ETIMEDOUT: "timed out",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETUNREACH: "network unreachable",
    errno.EADDRNOTAVAIL: "address not available",
    errno.EAFNOSUPPORT: "address family not supported",
    errno.EACCES: "not permitted",
    errno.EPERM: "not permitted",
    errno.EMFILE: "too many open files",
    errno.ENFILE: "too many open files",
}


@dataclass(frozen=True, slots=True)
class Dialled:
    """A connected non-blocking socket, the caller's to close. ``attempts`` lists each address tried, in order, with
    "connected", "refused" and the like, or "not needed" when another answered first; times are clock ms."""

    sock: socket.socket
    address: str
    port: int
    attempts: tuple[tuple[str, str], ...]
    start: float
    end: float


async def dial(
    name: str, port: int, addresses: Sequence[str], *, limit_ms: float, attempt_delay_ms: float = ATTEMPT_DELAY_MS
) -> Dialled:
    """Connect to one of ``addresses``. Raises ``ConnectFailed`` naming every address and why, or ``DeadlineExceeded``
    with phase "connect" after ``limit_ms``. ``name`` is the host for sentences."""
    ordered = interleave(addresses)
    outcomes: dict[str, str] = {}
    tasks: dict[asyncio.Task[socket.socket], str] = {}
    start = clock.now()
    winner: socket.socket | None = None
    address = ""
    try:
        async with asyncio.timeout(limit_ms / 1000):
            if len(ordered) == 1:  # the common case needs no task
                address = ordered[0]
                outcomes[address] = "no answer"
                try:
                    winner = await _attempt(address, port)
                except OSError as error:
                    outcomes[address] = why(error)
            else:
                winner, address = await _race(ordered, port, outcomes, tasks, attempt_delay_ms / 1000)
    except TimeoutError as error:
        tried = ", ".join(f"{key} {word}" for key, word in outcomes.items())
        raise DeadlineExceeded(
            f"connecting to {name}:{port} took longer than {limit_ms:g} ms: {tried}", "connect"
        ) from error
    finally:
        try:
            await _give_up(tasks, winner)
        except BaseException:  # cancelled while tidying: the winner has no owner yet
            if winner is not None:
                winner.close()
            raise
    if winner is None:
        tried = ", ".join(f"{key} {word}" for key, word in outcomes.items())
        raise ConnectFailed(f"cannot connect to {name}:{port}: {tried}")
    end = clock.now()
    outcomes = {key: "not needed" if word == "no answer" else word for key, word in outcomes.items()}
    outcomes[address] = "connected"
    return Dialled(winner, address, port, tuple(outcomes.items()), start, end)


async def _race(
    ordered: Sequence[str],
    port: int,
    outcomes: dict[str, str],
    tasks: dict[asyncio.Task[socket.socket], str],
    delay: float,
) -> tuple[socket.socket | None, str]:
    """Start attempts one by one, waiting ``delay`` seconds or for a failure between them. ``tasks`` and ``outcomes``
    are the caller's, who cleans up whatever way this ends."""
    waiting = list(ordered)
    while waiting or tasks:
        if waiting:
            address = waiting.pop(0)
            outcomes[address] = "no answer"
            tasks[asyncio.create_task(_attempt(address, port))] = address
        done, _ = await asyncio.wait(tasks, timeout=delay if waiting else None, return_when=asyncio.FIRST_COMPLETED)
        for task in [task for task in tasks if task in done]:
            error = task.exception()
            if error is None:
                return task.result(), tasks[task]
            address = tasks.pop(task)
            if not isinstance(error, OSError):
                raise error
            outcomes[address] = why(error)
    return None, ""


async def _attempt(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock


async def _give_up(tasks: dict[asyncio.Task[socket.socket], str], winner: socket.socket | None) -> None:
    """End every attempt that was not the winner and close what it holds."""
    for task in tasks:
        task.cancel()
    pending = [task for task in tasks if not task.done()]
    try:
        if pending:
            await asyncio.wait(pending)
    finally:
        for task in tasks:
            if task.done() and not task.cancelled() and task.exception() is None:
                sock = task.result()
                if sock is not winner:
                    sock.close()


def interleave(addresses: Sequence[str]) -> list[str]:
    """``addresses`` without duplicates, families alternating, beginning with the first one's (RFC 8305 4)."""
    unique = list(dict.fromkeys(addresses))
    first = [address for address in unique if (":" in address) == (":" in unique[0])]
    second = [address for address in unique if address not in first]
    mixed: list[str] = []
    while first or second:
        mixed += [queue.pop(0) for queue in (first, second) if queue]
    return mixed


def why(error: OSError) -> str:
    """One or two words for a failed attempt."""
    if error.errno in _WORDS:
        return _WORDS[error.errno]
    return os.strerror(error.errno).lower() if error.errno else str(error) or "failed"
