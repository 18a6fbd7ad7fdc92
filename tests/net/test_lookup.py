"""From host to addresses, without any name ever leaving this machine."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from fetcher.errors import DeadlineExceeded, LookupFailed
from fetcher.net import NetOptions
from fetcher.net.lookup import look_up
from fetcher.terms import Limits


def answer_with(monkeypatch: pytest.MonkeyPatch, result: Any) -> None:
    """Make the loop's getaddrinfo give ``result``, or raise it."""

    async def getaddrinfo(*_args: Any, **_kwargs: Any) -> Any:
        if isinstance(result, BaseException):
            raise result
        return result

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_literals_need_no_look_up(host: str) -> None:
    """An IP literal is its own address and has no look-up times."""
    found = await look_up(host, 80, NetOptions())
    assert (found.addresses, found.start, found.end) == ((host,), None, None)


async def test_overrides_need_no_look_up() -> None:
    """--resolve answers in place of the resolver."""
    found = await look_up("shop.test", 443, NetOptions(resolve=(("shop.test", 443, "127.0.0.9"),)))
    assert (found.addresses, found.start) == (("127.0.0.9",), None)


@pytest.mark.parametrize("host", ["localhost", "shop.localhost"])
async def test_localhost_never_leaves_the_machine(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """RFC 6761 6.3: names under localhost are loopback."""
    answer_with(monkeypatch, AssertionError("asked the resolver"))
    assert set((await look_up(host, 80, NetOptions())).addresses) == {"127.0.0.1", "::1"}


async def test_the_resolvers_order_is_kept_and_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses come in getaddrinfo's order without duplicates, with both times."""
    rows = [(0, 0, 0, "", (address, 80)) for address in ("10.0.0.2", "::2", "10.0.0.1", "10.0.0.2")]
    answer_with(monkeypatch, rows)
    found = await look_up("a.test", 80, NetOptions())
    assert found.addresses == ("10.0.0.2", "::2", "10.0.0.1")
    assert found.start is not None
    assert found.end is not None
    assert found.start <= found.end


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            socket.gaierror(-2, "Name or service not known"),
            r"^no such host: nope\.invalid \(Name or service not known\)$",
        ),
        (UnicodeError("label too long"), r"^no such host: nope\.invalid \(a label is"),
        ([], r"^no such host: nope\.invalid \(it has no address\)$"),
        (OSError(24, "Too many open files"), r"^cannot look up nope\.invalid: Too many open files$"),
    ],
)
async def test_failed_look_ups_say_why(monkeypatch: pytest.MonkeyPatch, fault: Any, sentence: str) -> None:
    """Each way a look-up fails is one sentence."""
    answer_with(monkeypatch, fault)
    with pytest.raises(LookupFailed, match=sentence):
        await look_up("nope.invalid", 80, NetOptions())


async def test_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that does not answer ends with phase "lookup"."""

    async def never(*_args: Any, **_kwargs: Any) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
    with pytest.raises(DeadlineExceeded, match=r"slow\.test took longer than 5 ms") as caught:
        await look_up("slow.test", 80, NetOptions(limits=Limits(lookup_ms=5)))
    assert caught.value.phase == "lookup"
