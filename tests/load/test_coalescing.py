"""One connection for several hosts, over real sockets: what is looked up, how often, and what is left behind."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

import fetcher
from fetcher.net import NetOptions
from fetcher.origin import Origin, Site, asset, page
from fetcher.origin.certificates import throw_away
from fetcher.record import PageLoad

NAMES = ("wide.test", "*.wide.test")


class Resolver:
    """Stands in for the system's: ``addresses`` by name, ``asked`` in order; a name it does not have hangs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, addresses: dict[str, str]) -> None:
        self.addresses = addresses
        self.asked: list[str] = []
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self.answer)

    async def answer(self, host: str, port: int, **_: Any) -> Any:
        self.asked.append(host)
        if host not in self.addresses:
            await asyncio.Event().wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.addresses[host], port))]


async def load(markup: str, timeout: float = 10, **net: Any) -> PageLoad:
    """https://www.wide.test/ whose body is ``markup``, PORT in it being the origin's."""
    site = Site({}, default=lambda _: asset(b"", "image/png"))
    async with Origin(site, tls=True, certificate=throw_away(NAMES)) as origin:
        origin.site = Site({"/": page(markup.replace("PORT", str(origin.port)))}, default=site.default)
        options = NetOptions(resolve=(("www.wide.test", origin.port, "127.0.0.1"),), ca_file=str(origin.ca_file), **net)
        return await fetcher.load_page(
            origin.url_of("www.wide.test"), browser="chromium", options=options, timeout=timeout
        )


async def test_a_name_is_looked_up_once_whoever_serves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found ahead is what the connection is opened with, where it comes to that."""
    resolver = Resolver(monkeypatch, {"img.wide.test": "127.0.0.1", "far.wide.test": "127.0.0.2"})
    record = await load("<img src=https://img.wide.test:PORT/a.png><img src=https://far.wide.test:PORT/b.png>")
    assert resolver.asked == ["img.wide.test", "far.wide.test"]
    near, far = record.lookups
    assert near.lookup_start is not None
    assert near.lookup_end is not None
    assert near.asked_at <= near.lookup_start <= near.lookup_end <= (near.answered_at or 0)
    assert (near.connection, far.connection) == (0, None)
    assert [each.coalesced for each in record.requests] == [False, True, False]
    assert record.requests[2].outcome == "connect-failed"  # nothing listens there
    assert "127.0.0.2" in (record.requests[2].error or "")


async def test_a_load_without_such_hosts_looks_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate of many names costs a page of one host nothing."""
    resolver = Resolver(monkeypatch, {})
    record = await load("<img src=a.png><script src=b.js></script>")
    assert (resolver.asked, record.lookups) == ([], ())


async def test_a_connection_that_nobody_verified_serves_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver(monkeypatch, {"img.wide.test": "127.0.0.1"})
    record = await load("<img src=https://img.wide.test:PORT/a.png>", insecure=True)
    assert (record.lookups, len(record.connections), resolver.asked) == ((), 2, ["img.wide.test"])


async def test_a_look_up_that_hangs_ends_with_the_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its task too: the suite's own check finds what is left behind."""
    Resolver(monkeypatch, {})
    with pytest.raises(fetcher.FetcherError) as raised:
        await load("<img src=https://img.wide.test:PORT/a.png>", timeout=0.5)
    record = raised.value.record
    assert record is not None
    (lookup,) = record.lookups
    assert (lookup.host, lookup.answered_at, lookup.connection) == ("img.wide.test", None, None)
