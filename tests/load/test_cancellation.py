"""``load_page`` cancelled after any number of turns of the event loop leaves nothing behind, on each protocol.

The loop of these tests counts its turns; a turn is what happens between two waits for input, so there are as many
places to be cancelled at as the load has steps, from before its first to while it is closing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import fetcher
from fetcher.net import NetOptions
from fetcher.origin.script import HTML, Body, Head, Interim, Route, Wait, asset, links
from fetcher.origin.server import Origin
from fetcher.record import PageLoad
from tests.support.faults import WIRES, Wire
from tests.support.invariants import sound

DOCUMENT = b"<!doctype html><link rel=stylesheet href=/a.css><script src=/a.js></script>"
ROUTES: dict[str, Route] = {
    "/": (
        Interim(103, links("</a.css>; rel=preload; as=style")),
        Wait(1),
        Head(200, HTML),
        Body(DOCUMENT, chunk=50, every_ms=1),
    ),
    "/a.css": asset(b"body{background:url(b.svg)}", "text/css"),
    "/a.js": asset(b"1", "text/javascript"),
    "/b.svg": asset(b"<svg/>", "image/svg+xml"),
}
FOLDERS = (os.path.join("fetcher", "load"), os.path.join("fetcher", "net"))


class CountingLoop(asyncio.SelectorEventLoop):
    """Calls ``on_turn`` with the number of the turn that ended."""

    turns = 0
    on_turn: Callable[[int], None] | None = None

    def _run_once(self) -> None:
        super()._run_once()  # type: ignore[misc]
        self.turns += 1
        if self.on_turn is not None:
            self.on_turn(self.turns)


async def load_cancelled(server: Origin, loop: CountingLoop, at: frozenset[int]) -> tuple[PageLoad | None, bool]:
    """Load, cancelled at the end of each turn in ``at``; its record, and whether it was over before any of them."""
    net = NetOptions(ca_file=str(server.ca_file)) if server.tls else NetOptions()
    task = loop.create_task(fetcher.load_page(server.url + "/", options=net))
    start = loop.turns

    def on_turn(number: int) -> None:
        if number - start in at:
            task.cancel()

    loop.on_turn = on_turn
    try:
        return await task, True
    except asyncio.CancelledError as error:
        return getattr(error, "record", None), False
    finally:
        loop.on_turn = None


def ours() -> list[str]:
    """The tasks of a load that are still there."""
    codes = [getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()]
    return [
        code.co_qualname for code in codes if code is not None and any(each in code.co_filename for each in FOLDERS)
    ]


def sockets() -> int:
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.is_dir() else 0


async def nobody_connected(server: Origin) -> None:
    """Until the origin has noticed that its clients are gone."""
    while server._connections or server._handshakes:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)


@pytest.mark.parametrize("again", [(), (1,), (1, 2)], ids=["once", "twice", "thrice"])
@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
def test_cancelled_at_any_turn_nothing_is_left(wire: Wire, again: tuple[int, ...]) -> None:
    """No task, no socket, and a record of what was seen until then; also when cancelled again while it closes."""

    async def every_turn() -> int:
        async with Origin(ROUTES, tls=wire.tls, http=wire.http) as server:
            _, done = await load_cancelled(server, loop, frozenset())  # what the first load of all leaves for good
            assert done
            await nobody_connected(server)
            before = sockets()
            turn, done = 1, False
            while not done:
                record, done = await load_cancelled(server, loop, frozenset({turn, *(turn + each for each in again)}))
                assert ours() == [], f"tasks were left, cancelled after {turn} turns"
                await asyncio.wait_for(nobody_connected(server), 5)
                assert sockets() <= before, f"sockets were left, cancelled after {turn} turns"
                if record is not None:
                    sound(record)
                    assert record.outcome == "loaded" if done else record.outcome in ("interrupted", "loaded")
                else:
                    assert turn <= 1, f"no record, cancelled after {turn} turns"
                turn += 1 if not again else 3
        return turn

    loop = CountingLoop()
    try:
        assert loop.run_until_complete(asyncio.wait_for(every_turn(), 60)) > 20
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
