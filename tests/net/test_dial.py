"""Happy Eyeballs on 127.0.0.x: who wins, what is recorded, and that losers leave no socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest

import fetcher.net.dial as net_dial
from fetcher.errors import ConnectFailed, DeadlineExceeded
from fetcher.net.dial import dial, interleave
from tests.support.loopback import open_descriptors, settled


@pytest.fixture
def listening() -> Iterator[tuple[str, int]]:
    """A socket that accepts on 127.0.0.2 only."""
    with socket.create_server(("127.0.0.2", 0)) as server:
        yield "127.0.0.2", server.getsockname()[1]


@pytest.fixture
def silent(listening: tuple[str, int]) -> Iterator[str]:
    """An address where the same port takes no connection and refuses none: its queue is full."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.3", listening[1]))
        full.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.3", listening[1]))
        yield "127.0.0.3"


@pytest.mark.parametrize(
    ("given", "order"),
    [
        (["1.1.1.1"], ["1.1.1.1"]),
        (["::1", "::2", "1.1.1.1"], ["::1", "1.1.1.1", "::2"]),
        (["1.1.1.1", "2.2.2.2", "::1", "::2", "::3"], ["1.1.1.1", "::1", "2.2.2.2", "::2", "::3"]),
        (["1.1.1.1", "::1", "1.1.1.1"], ["1.1.1.1", "::1"]),
    ],
)
def test_families_are_interleaved(given: list[str], order: list[str]) -> None:
    """RFC 8305 4: families alternate, beginning with the first address's."""
    assert interleave(given) == order


async def test_one_address(listening: tuple[str, int]) -> None:
    """The plain case: connected, non-blocking, no delay, times in order."""
    dialled = await dial("shop.test", listening[1], ["127.0.0.2"], limit_ms=1000)
    with dialled.sock:
        assert dialled.attempts == (("127.0.0.2", "connected"),)
        assert dialled.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert dialled.sock.getblocking() is False
        assert dialled.start <= dialled.end


async def test_a_refusal_goes_on_to_the_next_address_at_once(listening: tuple[str, int]) -> None:
    """A failure does not wait out the attempt delay."""
    started = asyncio.get_running_loop().time()
    dialled = await dial("a.test", listening[1], ["127.0.0.1", "127.0.0.2"], limit_ms=5000, attempt_delay_ms=4000)
    dialled.sock.close()
    assert asyncio.get_running_loop().time() - started < 2
    assert dialled.attempts == (("127.0.0.1", "refused"), ("127.0.0.2", "connected"))
    assert dialled.address == "127.0.0.2"


async def test_a_silent_address_loses_to_the_next(listening: tuple[str, int], silent: str) -> None:
    """After the attempt delay the next address is tried beside it; the loser's socket is closed."""
    before = open_descriptors()
    dialled = await dial("a.test", listening[1], [silent, "127.0.0.2"], limit_ms=5000, attempt_delay_ms=10)
    assert dialled.sock.getpeername()[0] == "127.0.0.2"
    dialled.sock.close()
    assert dialled.attempts == ((silent, "not needed"), ("127.0.0.2", "connected"))
    assert open_descriptors() == before


async def test_two_that_connect_in_one_step(listening: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """One wins and can be used; the other, though connected, is closed."""
    together = asyncio.Barrier(2)
    attempt = net_dial._attempt

    async def both(address: str, port: int) -> socket.socket:
        sock = await attempt(address, port)
        await together.wait()
        return sock

    monkeypatch.setattr(net_dial, "_attempt", both)
    with socket.create_server(("127.0.0.4", listening[1])):
        before = open_descriptors()
        dialled = await dial("a.test", listening[1], ["127.0.0.2", "127.0.0.4"], limit_ms=2000, attempt_delay_ms=1)
        assert dialled.sock.getpeername()[0] == dialled.address
        assert open_descriptors() == before + 1
        dialled.sock.close()
    assert sorted(word for _, word in dialled.attempts) == ["connected", "not needed"]


async def test_all_refused(listening: tuple[str, int]) -> None:
    """The sentence names every address and why."""
    with pytest.raises(ConnectFailed, match=r"^cannot connect to a\.test:\d+: 127\.0\.0\.1 refused, ::1 \w+"):
        await dial("a.test", listening[1], ["127.0.0.1", "::1"], limit_ms=1000)
    with pytest.raises(ConnectFailed, match=r"127\.0\.0\.1 refused$"):
        await dial("a.test", listening[1], ["127.0.0.1"], limit_ms=1000)


@pytest.mark.parametrize("others", [[], ["127.0.0.1"]])
async def test_the_deadline(listening: tuple[str, int], silent: str, others: list[str]) -> None:
    """Nobody answering in time is phase "connect", with what became of each address."""
    before = open_descriptors()
    with pytest.raises(DeadlineExceeded, match=rf"longer than 30 ms: {silent} no answer") as caught:
        await dial("a.test", listening[1], [silent, *others], limit_ms=30, attempt_delay_ms=5)
    assert caught.value.phase == "connect"
    assert open_descriptors() == before


async def test_cancelled_at_every_step(listening: tuple[str, int], silent: str) -> None:
    """Cancelling after n turns of the loop leaves no socket, for every n until the dial is done."""
    before = open_descriptors()
    for turns in count():
        task = asyncio.create_task(
            dial("a.test", listening[1], [silent, "127.0.0.1", "127.0.0.2"], limit_ms=5000, attempt_delay_ms=0.1)
        )
        for _ in range(turns):
            await asyncio.sleep(0)
        if task.done():
            task.result().sock.close()
            break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            (await task).sock.close()
        assert await settled(lambda: open_descriptors() == before)
    assert turns > 2
