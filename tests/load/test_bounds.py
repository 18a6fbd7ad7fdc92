"""A load always ends: by its deadlines, by its limits, or by a fault of our own that is raised at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

import fetcher
from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.browser.document.subresources import Subresources
from fetcher.browser.machine import Browser
from fetcher.browser.options import BrowserOptions
from fetcher.browser.storage.state import BrowserState
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import HtmlScanner
from fetcher.errors import FetcherError
from fetcher.load import driver, exchanges, reading
from fetcher.net import NetOptions
from fetcher.origin.script import HTML, Body, Head, Interim, Route, Silence, Wait, asset, links, page
from fetcher.origin.server import Origin
from fetcher.record import PageLoad
from fetcher.record.recorder import Recorder
from fetcher.terms import ConnectionFacts, ConnectionTimes, HttpVersion, Limits
from tests.support.faults import WIRES, Wire

every_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
IMAGE = asset(b"<svg/>", "image/svg+xml")
LINKED: Route = page("<img src=a.svg>", hints=["</a.svg>; rel=preload; as=image"], think_ms=10)


async def load(server: Origin, **options: Any) -> PageLoad:
    net = NetOptions(ca_file=str(server.ca_file)) if server.tls else NetOptions()
    return await fetcher.load_page(server.url + "/", options=net, **options)


class Fault(Exception):
    """One of ours."""


def broken(*_: object, **__: object) -> None:
    raise Fault("a fault of ours")


def break_at(kind: type[e.Event]) -> Callable[[Browser, e.Event], list[c.Command]]:
    healthy = Browser.handle

    def handle(self: Browser, event: e.Event) -> list[c.Command]:
        if isinstance(event, kind):
            raise Fault("a fault of ours")
        return healthy(self, event)

    return handle


MACHINE = [
    e.NavigationStarted, e.ConnectionReady, e.RequestSent, e.Interim, e.Head, e.Discovered, e.FetchEnded, e.ScanDrained,
]  # fmt: skip


@every_wire
@pytest.mark.parametrize("kind", MACHINE, ids=lambda kind: kind.__name__)
async def test_a_fault_in_the_machine_ends_the_load_at_once(
    wire: Wire, kind: type[e.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is raised as it is, and nothing waits for a deadline."""
    monkeypatch.setattr(Browser, "handle", break_at(kind))
    async with Origin({"/": LINKED, "/a.svg": IMAGE}, tls=wire.tls, http=wire.http) as server:
        with pytest.raises(Fault):
            await asyncio.wait_for(load(server), 5)


OURS = [
    (Recorder, "observe"),
    (Subresources, "found_all"),
    (HtmlScanner, "feed"),
    (driver.Driver, "_flush"),
    (driver, "open_connection"),
    (exchanges, "Content"),
]


@pytest.mark.parametrize(("where", "name"), OURS, ids=[name for _, name in OURS])
async def test_a_fault_anywhere_of_ours_ends_the_load_at_once(
    where: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the recorder, the decisions, a scanner, the driver itself, or while a connection opens."""
    monkeypatch.setattr(where, name, broken)
    async with Origin({"/": LINKED, "/a.svg": IMAGE}) as server:
        with pytest.raises(Fault):
            await asyncio.wait_for(load(server), 5)


async def test_a_watcher_that_fails_ends_the_load_with_its_error() -> None:
    """Whoever watches is called in the middle of it all."""
    async with Origin({"/": LINKED, "/a.svg": IMAGE}) as server:
        with pytest.raises(Fault):
            await asyncio.wait_for(load(server, watch=broken), 5)


@every_wire
async def test_a_stalled_subresource_ends_by_its_own_deadline(wire: Wire) -> None:
    """One never answers, one stops in its content; everything else is loaded meanwhile, also what comes after them."""
    names = ["silent.svg", "half.svg", *(f"{number}.svg" for number in range(12))]
    html = "".join(f"<img src={name}>" for name in names)
    routes: dict[str, Route] = {f"/{name}": IMAGE for name in names}
    routes |= {
        "/": page(html),
        "/silent.svg": (Silence(),),
        "/half.svg": (Head(200, (("content-length", "99"),)), Body(b"x"), Silence()),
    }
    limits = Limits(response_ms=500, idle_ms=500, total_ms=10_000)
    async with Origin(routes, tls=wire.tls, http=wire.http) as server:
        record = await load(server, limits=limits)
    by_name = {request.url.rpartition("/")[2]: request for request in record.requests}
    late = {by_name[name] for name in ("silent.svg", "half.svg")}
    assert {request.outcome for request in late} == {"deadline"}
    rest = [request for request in record.requests if request not in late]
    assert all(request.outcome == "complete" for request in rest)
    assert record.outcome == "loaded"
    ends = [request.times.response_end or 0 for request in rest]
    assert max(ends) < min(request.times.failed_at or 0 for request in late)


@every_wire
async def test_the_total_deadline_says_what_became_of_everything(wire: Wire) -> None:
    """In flight: canceled. Still waiting for a connection: not sent. Complete: complete."""
    names = [f"{number}.svg" for number in range(200)]
    html = "<img src=ok.svg>" + "".join(f"<img src={name}>" for name in names)
    routes: dict[str, Route] = dict.fromkeys((f"/{name}" for name in names), (Silence(),))
    routes |= {"/": page(html), "/ok.svg": IMAGE}
    outcomes: list[str] = []
    for seconds in (0.6, 6):  # a busy machine gets a second try, for it may not come to the picture in the first
        async with Origin(routes, tls=wire.tls, http=wire.http) as server:
            with pytest.raises(FetcherError, match=rf"was not over after {seconds} s") as caught:
                await load(server, timeout=seconds)
        record = caught.value.record
        assert record.outcome == "deadline"
        outcomes = [request.outcome for request in record.requests]
        if outcomes[:2] == ["complete", "complete"]:
            break
    assert outcomes[:2] == ["complete", "complete"]
    assert {"canceled", "not-sent"} == set(outcomes[2:])
    assert all(record.url in (request.error or "") for request in record.requests[2:])


async def test_kept_sheets_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hinted sheets too large to be kept until they are claimed are complete, and nothing in them is looked for."""
    monkeypatch.setattr(reading, "Keeping", lambda: driver_keeping(60_000))
    filler = b"/*" + b"x" * 40_000 + b"*/"
    rule = b"html{background:url(%s.svg)}"
    routes: dict[str, Route] = {f"/{n}.css": asset(filler + rule % n.encode(), "text/css") for n in "abc"}
    routes |= {f"/{name}.svg": IMAGE for name in "abc"}
    hints = links(*(f"</{name}.css>; rel=preload; as=style" for name in "abc"))
    html = "".join(f"<link rel=stylesheet href={name}.css>" for name in "abc").encode()
    routes["/"] = (Interim(103, hints), Wait(80), Head(200, HTML), Body(html))
    async with Origin(routes) as server:
        record = await asyncio.wait_for(load(server), 5)
    assert [request.outcome for request in record.requests[:4]] == ["complete"] * 4
    assert len([request for request in record.requests if request.url.endswith(".svg")]) == 1
    unread = [found.source for found in record.discoveries if found.candidate.kind is CandidateKind.OVERSIZED]
    assert len(unread) == 2
    assert all(record.requests[number].url.endswith(".css") for number in unread)


async def test_what_the_cache_answers_is_not_kept_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sheets out of the HTTP cache take nothing from what waits to be claimed, and all of them are looked into."""
    rule = b"html{background:url(%s.svg)}" + b" " * 40_000
    routes: dict[str, Route] = {f"/{n}.css": asset(rule % n.encode(), "text/css") for n in "abc"}
    routes |= {f"/{name}.svg": IMAGE for name in "abc"}
    hints = links(*(f"</{name}.css>; rel=preload; as=style" for name in "abc"))
    html = "".join(f"<link rel=stylesheet href={name}.css>" for name in "abc").encode()
    routes["/"] = (Interim(103, hints), Wait(80), Head(200, HTML), Body(html))
    kept: list[BrowserState] = []
    async with Origin(routes) as server:
        await asyncio.wait_for(load(server, on_state=kept.append), 5)
        monkeypatch.setattr(reading, "Keeping", lambda: driver_keeping(1))
        record = await asyncio.wait_for(load(server, state=kept[0]), 5)
    assert [request.cache_source for request in record.requests if request.url.endswith(".css")] == ["http-cache"] * 3
    assert not any(found.candidate.kind is CandidateKind.OVERSIZED for found in record.discoveries)
    assert len({found.url for found in record.discoveries if (found.url or "").endswith(".svg")}) == 3


driver_keeping = reading.Keeping


def facts(protocol: HttpVersion) -> ConnectionFacts:
    return ConnectionFacts(protocol, "192.0.2.1", 443, ConnectionTimes(None, None, 0, None, 0, 0), None)


@pytest.mark.parametrize("url", ["/%d.png", "https://h%d.test/a.png"], ids=["one-host", "a-host-each"])
def test_a_hundred_thousand_images(url: str) -> None:
    """Decided in about a second, whatever the page names: requests, connections and discoveries stop at their limits,
    and with them what is remembered. A server that answers at once is played here, so only our own work is measured."""
    browser, recorder = Browser(BrowserOptions()), Recorder(BrowserOptions().profile, early_hints=True)
    at = 0.0
    started: list[int] = []

    def tell(event: e.Event) -> None:
        todo = [event]
        while todo:
            happened = todo.pop(0)
            commands = browser.handle(happened)
            recorder.observe(happened, commands)
            for command in commands:
                match command:
                    case c.OpenConnection():
                        todo.append(e.ConnectionReady(at, command.connection, facts(HttpVersion.HTTP_2), 100))
                    case c.CloseConnection():
                        todo.append(e.ConnectionLost(at, command.connection, None, None))
                    case c.StartFetch() if command.fetch:
                        started.append(command.fetch)

    begin = time.process_time()
    tell(e.NavigationStarted(at, 0.0, "https://a.test/"))
    tell(e.Head(at, 0, 200, "", "HTTP/2", HTML, None))
    for chunk in range(100):
        numbers = range(chunk * 1000, chunk * 1000 + 1000)
        tell(
            e.Discovered(at, 0, tuple(Candidate(CandidateKind.IMAGE, url % n, "img", (), 1, n, False) for n in numbers))
        )
    tell(e.FetchEnded(at, 0, 1, 1))
    tell(e.ScanDrained(at, 0))
    while started:
        fetch = started.pop()
        tell(e.Head(at, fetch, 200, "", "HTTP/2", (), None))
        tell(e.FetchEnded(at, fetch, 1, 1))
    spent = time.process_time() - begin
    record = recorder.load()
    assert browser.finished
    assert len(record.requests) == Limits().requests
    assert len(record.discoveries) == Limits().discoveries + 1
    assert spent < 8, f"{spent:.1f} s of processor time"
