"""Every fault at every point of an exchange, on each protocol, for the document and for what it leads to.

Whatever happens, the load ends by itself within its deadlines, in a record that says what happened and where, with the
rest of the page loaded. Each test loads a whole table of faulty pages at once; conftest holds every record against the
invariants.
"""

from __future__ import annotations

import asyncio

import pytest

import fetcher
from fetcher.errors import FetcherError
from fetcher.net import NetOptions
from fetcher.origin.script import HTML, Answer, Body, Head, Interim, RequestSeen, Site, Wait, asset, links, text
from fetcher.origin.server import Origin
from fetcher.record import PageLoad
from fetcher.record.page_load import RequestRecord
from fetcher.terms import Limits
from tests.support.faults import FAULTS_1, FAULTS_2, PAGE, STALL, WIRES, Case, Fault, FaultyOrigin, Wire, matrix, site
from tests.support.relay import How, Relay
from tests.support.virtual_time import Path, virtual_load

STALL_MS = 1500
PATIENT = Limits(total_ms=20_000)
HASTY = Limits(response_ms=STALL_MS, idle_ms=STALL_MS, total_ms=20_000)
HASTIER = Limits(response_ms=700, idle_ms=700, tls_ms=700, total_ms=20_000)
ROWS = [(wire, fault) for wire in WIRES for fault in (FAULTS_2 if wire.is_http2 else FAULTS_1) if not fault.stalls]
every_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)


async def ending(url: str, server: Origin, limits: Limits = PATIENT) -> PageLoad:
    """The record of a load, whichever way it ends."""
    net = NetOptions(ca_file=str(server.ca_file)) if server.tls else NetOptions()
    try:
        return await fetcher.load_page(url, options=net, limits=limits)
    except FetcherError as error:
        failed = error
    assert isinstance(failed.record, PageLoad)
    assert (failed.record.outcome, failed.record.error) == (failed.kind, str(failed))
    return failed.record


def of(record: PageLoad, name: str) -> list[RequestRecord]:
    """The requests of a page's part."""
    return [request for request in record.requests if request.url.rpartition("/")[2] == name]


@pytest.mark.parametrize(("wire", "fault"), ROWS, ids=[f"{wire.name}-{fault.name}" for wire, fault in ROWS])
async def test_a_fault_at_every_point_of_every_request(wire: Wire, fault: Fault) -> None:
    """The request that met it says so, whoever asked for it gets its second chance, and the others are loaded."""
    cases = list(matrix(wire, fault))
    async with Origin(site(cases), tls=wire.tls, http=wire.http) as server:
        ended = await asyncio.gather(*(ending(f"{server.url}/{case.name}/", server) for case in cases))
    judged = {case.name: judge(wire, case, record) for case, record in zip(cases, ended, strict=True)}
    assert not any(judged.values()), {name: found for name, found in judged.items() if found}


@every_wire
def test_a_stall_at_every_point_of_every_request(wire: Wire) -> None:
    """Only a deadline ends it, so these are loaded where time passes by itself."""
    cases = list(matrix(wire, STALL))
    scheme, path = "https" if wire.tls else "http", Path(http1=not wire.is_http2)
    judged = {}
    for case in cases:
        url = f"{scheme}://a.test/{case.name}/"
        ended = virtual_load(url, site(cases), browser="eager", path=path, limits=HASTY)
        if ended.error is not None:
            assert (ended.load.outcome, ended.load.error) == (ended.error.kind, str(ended.error))
        judged[case.name] = judge(wire, case, ended.load)
    assert judged
    assert not any(judged.values()), {name: found for name, found in judged.items() if found}


def judge(wire: Wire, case: Case, record: PageLoad) -> list[str]:
    """What is not as it should be in the record of one faulty page."""
    fault = case.fault
    found: list[str] = []
    hit = of(record, PAGE[case.target])
    if not hit:
        return ["the faulty request was never made"]
    for request in hit:
        if request.outcome != fault.kind and not (request.outcome == "canceled" and record.outcome != "loaded"):
            found.append(f"{request.url} ended {request.outcome}: {request.error}")
        again = fault.unprocessed and not case.begun and request.outcome == fault.kind
        if again and request.retries != 1 and record.outcome == "loaded":
            found.append(f"{request.url} was not processed and was tried {request.retries} times more")
        if case.begun and request.retries:
            found.append(f"{request.url} was tried again after its answer had begun")
        if request.retries > 1:
            found.append(f"{request.url} was tried again {request.retries} times")
        if (request.status is not None) != case.answered and request.outcome != "canceled":
            found.append(f"{request.url} has the status {request.status}")
    shared = wire.is_http2 and fault.whole
    # Where the document was still due on the connection that ended, it ended with it.
    lost_with_it = shared and case.target == "hinted" and record.requests[0].outcome != "complete"
    if case.target == "document" or lost_with_it:
        if record.outcome != fault.kind:
            found.append(f"the load ended {record.outcome}: {record.error}")
        return found
    if record.outcome != "loaded":
        return [*found, f"the load ended {record.outcome}: {record.error}"]
    for part, name in PAGE.items():
        others = of(record, name)
        if not others and not (part == "css" and shared and of(record, PAGE["sheet"])[-1].outcome != "complete"):
            found.append(f"{part} was never requested")
        if part != case.target:
            bad = [each.outcome for each in others if each.outcome != "complete"]
            if bad and not (shared and set(bad) == {fault.kind}):
                found.append(f"{part} ended {bad}")
    if case.target == "hinted" and not case.answered and [each.earlier for each in hit] != [None, hit[0].id]:
        found.append("the element whose hint failed did not ask again")
    return found


def failing(name: str) -> Site:
    """The page whose part ``name`` answers 503."""
    well = site(())

    def answer(request: RequestSeen) -> Answer:
        return text(503, "not now") if request.path.rpartition("/")[2] == name else well.answer(request)

    return Site({}, default=answer)


@every_wire
async def test_an_error_status_is_a_complete_answer(wire: Wire) -> None:
    """5xx for each part: recorded with its status; a hint's 503 may not serve, so its element asks again."""
    for part, name in PAGE.items():
        async with Origin(failing(name), tls=wire.tls, http=wire.http) as server:
            record = await ending(f"{server.url}/page/", server)
        assert record.outcome == "loaded"
        assert {request.status for request in of(record, name)} == {503}, part
        assert all(request.outcome == "complete" for request in record.requests), part
        assert len(of(record, "hinted.js")) == (0 if part == "document" else 2 if part == "hinted" else 1)


BEFORE_HTTP = {
    "close": {"connection-lost", "tls-failed"},
    "reset": {"connection-lost", "tls-failed", "connect-failed"},
    "stall": {"deadline"},
    "garbage": {"remote-protocol", "tls-failed", "connection-lost"},
    "cut": {"tls-failed", "remote-protocol", "connection-lost"},
}


@every_wire
@pytest.mark.parametrize("how", BEFORE_HTTP)
async def test_a_connection_that_ends_before_http_begins(wire: Wire, how: str) -> None:
    """As the document's own server, and as the server of a hinted, a scanned and a CSS-found subresource."""
    async with FaultyOrigin(how, wire) as bad:
        away = bad.url.replace("127.0.0.1", "localhost")
        sheet = f"body{{background:url({away}/css.svg)}}".encode()
        html = (
            f"<link rel=stylesheet href=s.css><script src={away}/h.js></script><img src={away}/i.svg><img src=ok.svg>"
        )
        routes = {
            "/": (
                Interim(103, links(f"<{away}/h.js>; rel=preload; as=script")),
                Wait(20),
                Head(200, HTML),
                Body(html.encode()),
            ),
            "/s.css": asset(sheet, "text/css"),
            "/ok.svg": asset(b"<svg/>", "image/svg+xml"),
        }
        async with Origin(routes, tls=wire.tls, http=wire.http) as server:
            itself, beside = await asyncio.gather(
                ending(f"{bad.url}/", server, HASTIER), ending(f"{server.url}/", server, HASTIER)
            )
    assert itself.outcome in BEFORE_HTTP[how], itself.error
    assert beside.outcome == "loaded"
    there = [request for request in beside.requests if request.url.startswith(away)]
    assert {request.outcome for request in there} <= BEFORE_HTTP[how], [request.error for request in there]
    assert [request.url.rpartition("/")[2] for request in there].count("h.js") == 2
    assert {"i.svg", "css.svg"} <= {request.url.rpartition("/")[2] for request in there}
    assert all(request.outcome == "complete" for request in beside.requests if request not in there)


HOWS: tuple[How, ...] = ("close", "reset", "stall", "garbage")
CUT_KINDS = {"loaded", "connection-lost", "tls-failed", "remote-protocol", "deadline", "content"}


@every_wire
@pytest.mark.parametrize("how", HOWS)
async def test_the_first_connection_breaks_after_any_number_of_bytes(wire: Wire, how: How) -> None:
    """In the middle of a TLS record, a handshake, a head or a frame: the load ends, and says so in one sentence."""
    async with Origin(site(()), tls=wire.tls, http=wire.http) as server:
        total = await bytes_of_a_load(server)
        step = max(1, total // 12)
        points = [0, 1, *range(step, total, step), total - 1]
        ended = await asyncio.gather(*(cut_load(server, how, after) for after in points))
    outcomes = {after: record.outcome for after, record in zip(points, ended, strict=True)}
    assert set(outcomes.values()) <= CUT_KINDS, outcomes
    assert outcomes[0] != "loaded"
    assert all((record.finished_at or 0) < 10_000 for record in ended)


async def cut_load(server: Origin, how: How, after: int) -> PageLoad:
    async with Relay(server.port, how, after) as relay:
        return await ending(f"{server.url.rpartition(':')[0]}:{relay.port}/page/", server, HASTIER)


async def bytes_of_a_load(server: Origin) -> int:
    """How many bytes the server sends on the first connection when nothing is wrong."""
    async with Relay(server.port, "close", 1 << 30) as relay:
        record = await ending(f"{server.url.rpartition(':')[0]}:{relay.port}/page/", server)
        assert record.outcome == "loaded"
        return relay.passed
