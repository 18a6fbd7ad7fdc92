"""The end of a load: every task and socket it opened is gone when this returns, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from fetcher.net import Connection

if TYPE_CHECKING:
    from fetcher.load.session import SessionTransport

PATIENCE_S = 1.0
"""How long a peer may take to let a connection close before it is dropped."""


async def close_all(
    opening: Collection[asyncio.Task[None]],
    connections: Collection[Connection | SessionTransport],
    session: SessionTransport | None,
) -> None:
    """Close everything and wait until it is closed, a stuck peer included. Cancelled meanwhile (perhaps again), it
    drops what is still to be said, waits until the sockets are gone all the same, and lets itself be cancelled."""
    closing = asyncio.get_running_loop().create_task(_close(opening, connections, session))
    cancelled: asyncio.CancelledError | None = None
    while not closing.done():
        try:
            await asyncio.wait([closing])
        except asyncio.CancelledError as error:
            cancelled = error
            for connection in _ours(connections):
                connection.abort()
    closing.result()
    if cancelled is not None:
        raise cancelled


async def _close(
    opening: Collection[asyncio.Task[None]],
    connections: Collection[Connection | SessionTransport],
    session: SessionTransport | None,
) -> None:
    tasks = list(opening)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.gather(*tasks, return_exceptions=True)
    if session is not None:
        await session.close()
    ours = _ours(connections)
    for connection in ours:
        connection.on_batch = _nothing
        connection.close()
    if ours:
        waits = [asyncio.ensure_future(connection.wait_closed()) for connection in ours]
        _, late = await asyncio.wait(waits, timeout=PATIENCE_S)
        if late:
            for connection in ours:
                connection.abort()
            await asyncio.wait(late)


def _ours(connections: Collection[Connection | SessionTransport]) -> list[Connection]:
    return [each for each in connections if isinstance(each, Connection)]


def _nothing() -> None: ...
