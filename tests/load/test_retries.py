"""What is sent a second time, and what is not: RFC 9110 9.2.2, on real connections, and the record that tells of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

import fetcher
from fetcher.errors import ConnectionLost, FetcherError
from fetcher.net import NetOptions
from fetcher.origin.script import (
    HTML,
    Answer,
    Body,
    Close,
    GoAway,
    Head,
    Interim,
    Raw,
    RequestSeen,
    Reset,
    Route,
    Silence,
    Site,
    Wait,
    asset,
    links,
    page,
)
from fetcher.origin.server import Origin
from fetcher.record import PageLoad
from fetcher.terms import Limits
from tests.support.faults import WIRES, Wire

HTTP_2 = WIRES[2]
IMAGE = asset(b"<svg/>", "image/svg+xml")
every_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
http_1 = pytest.mark.parametrize("wire", WIRES[:2], ids=lambda wire: wire.name)


async def load(server: Origin, path: str = "/") -> PageLoad:
    net = NetOptions(ca_file=str(server.ca_file)) if server.tls else NetOptions()
    return await fetcher.load_page(server.url + path, options=net, limits=Limits(total_ms=10_000))


def serving(wire: Wire, routes: dict[str, Route]) -> Origin:
    return Origin(Site(routes), tls=wire.tls, http=wire.http)


def first(fault: Answer, then: Answer, times: int = 1) -> Callable[[RequestSeen], Answer]:
    """``fault`` for the first request, or the first few, and ``then`` for those after."""
    seen = Counter[str]()

    def answer(request: RequestSeen) -> Answer:
        seen[request.target] += 1
        return fault if seen[request.target] <= times else then

    return answer


@http_1
async def test_a_kept_alive_connection_closed_under_a_request(wire: Wire) -> None:
    """Sent once more on a new connection, complete, and the record says that and why."""
    routes = {"/": page("<img src=a.svg>"), "/a.svg": first((Close(),), IMAGE)}
    async with serving(wire, routes) as server:
        record = await load(server)
        assert server.log.multiset()["/a.svg"] == 2
    image = record.requests[1]
    assert (image.outcome, image.status, image.retries) == ("complete", 200, 1)
    assert image.url in (image.retry_reason or "")
    assert "closed the connection" in (image.retry_reason or "")
    assert [line.requests for line in record.connections] == [(0, 1), (1,)]
    assert image.connection == 1


@http_1
async def test_a_request_is_not_tried_a_third_time(wire: Wire) -> None:
    """RFC 9110 9.2.2: no retry of a retry."""
    routes = {"/": page("<img src=a.svg>"), "/a.svg": (Close(),)}
    async with serving(wire, routes) as server:
        record = await load(server)
        assert server.log.multiset()["/a.svg"] == 2
    assert (record.requests[1].outcome, record.requests[1].retries) == ("connection-lost", 1)
    assert record.outcome == "loaded"


@every_wire
async def test_a_new_connection_that_fails_is_not_tried_again(wire: Wire) -> None:
    """The first request on a connection may be what the server died of."""
    async with serving(wire, {"/": first((Close(),), page("<p>"))}) as server:
        with pytest.raises(ConnectionLost) as caught:
            await load(server)
        assert server.log.multiset()["/"] == 1
    assert caught.value.record.requests[0].retries == 0


@http_1
async def test_an_answer_that_began_is_not_asked_for_again(wire: Wire) -> None:
    """After a head, even on a reused connection."""
    begun = (Head(200, (("content-length", "9"), *IMAGE[1].fields)), Body(b"<sv"), Close())  # type: ignore[union-attr]
    async with serving(wire, {"/": page("<img src=a.svg>"), "/a.svg": begun}) as server:
        record = await load(server)
        assert server.log.multiset()["/a.svg"] == 1
    assert (record.requests[1].outcome, record.requests[1].retries) == ("connection-lost", 0)


@http_1
async def test_a_sweep_of_idle_connections_costs_one_retry(wire: Wire) -> None:
    """Six connections idle, the server closes them all as the next requests arrive: each of these is tried once more,
    on connections that are not of the same age."""
    early = {f"/{number}.svg": asset(b"<svg/>", "image/svg+xml", delay_ms=5) for number in range(6)}
    html = "".join(f"<img src={number}.svg>" for number in range(6)).encode()
    more = "".join(f"<img src={number}.svg>" for number in range(6, 12)).encode()
    for wait in (400, 4000):  # until then all six are idle; a busy machine may need the longer time
        late = {f"/{number}.svg": first((Close(),), IMAGE) for number in range(6, 12)}
        slow = (Head(200, HTML), Body(html), Wait(wait), Body(more))
        async with serving(wire, {"/": slow, **early, **late}) as server:
            record = await load(server)
        if max(request.times.response_end or 0 for request in record.requests[1:7]) < wait:
            break
    assert all(request.outcome == "complete" for request in record.requests)
    assert {request.retries for request in record.requests[7:]} <= {0, 1}
    assert sum(request.retries for request in record.requests) >= 5


@pytest.mark.parametrize("times", [1, 2])
async def test_a_refused_stream_is_asked_for_once_more(times: int) -> None:
    """REFUSED_STREAM says that nothing was done with the request (RFC 9113 8.7)."""
    routes = {"/": page("<img src=a.svg>"), "/a.svg": first((Reset(7),), IMAGE, times)}
    async with serving(HTTP_2, routes) as server:
        record = await load(server)
        assert len(server.log.connections()) == 1
    image = record.requests[1]
    assert (image.outcome, image.retries) == ("complete" if times == 1 else "stream-reset", 1)
    assert "REFUSED_STREAM" in (image.retry_reason or "")


async def test_goaway_moves_the_unprocessed_hints_to_a_new_connection() -> None:
    """GOAWAY while the server thinks: the document was processed and goes on, the hints start again elsewhere."""
    hints = [f"</{number}.js>; rel=preload; as=script" for number in range(4)]
    scripts = "".join(f"<script src={number}.js></script>" for number in range(4))
    goodbye = first((GoAway(0, False), Silence()), asset(b"1", "text/javascript"))
    routes: dict[str, Route] = {f"/{n}.js": asset(b"1", "text/javascript", delay_ms=5) for n in range(4)}
    routes |= {"/0.js": goodbye, "/": page(scripts, hints=hints, think_ms=60)}
    async with serving(HTTP_2, routes) as server:
        record = await load(server)
        assert len(server.log.connections()) == 2
    assert all(request.outcome == "complete" for request in record.requests), record.requests
    assert [request.retries for request in record.requests] == [0, 1, 1, 1, 1]
    assert [hint.used for hint in record.hints] == [True] * 4
    assert record.requests[0].connection == 0


async def test_goaway_in_the_same_read_as_the_document() -> None:
    """The engine knows of it before the machine: what the document names leaves on a new connection, at no cost."""
    leaving = (Head(200, HTML), Body(b"<img src=a.svg>"), GoAway(0), Body(b"<img src=b.svg>"))
    async with serving(HTTP_2, {"/": leaving, "/a.svg": IMAGE, "/b.svg": IMAGE}) as server:
        record = await load(server)
        assert server.log.multiset()["/a.svg"] == 1
    assert [(request.outcome, request.retries) for request in record.requests] == [("complete", 0)] * 3
    assert [request.connection for request in record.requests] == [0, 1, 1]
    assert [line.requests for line in record.connections] == [(0,), (1, 2)]


async def test_fewer_streams_allowed_in_the_same_read_as_the_document() -> None:
    """SETTINGS right behind the content: what does not fit any more waits, and is sent one at a time."""
    one = b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x01"  # MAX_CONCURRENT_STREAMS 1
    images = "".join(f"<img src={number}.svg>" for number in range(5)).encode()
    busy = (Head(200, HTML), Body(images), Raw(one), Body(b"<p>"))
    routes: dict[str, Route] = {f"/{n}.svg": asset(b"<svg/>", "image/svg+xml", delay_ms=2) for n in range(5)}
    async with serving(HTTP_2, {"/": busy, **routes}) as server:
        record = await load(server)
        assert len(server.log.connections()) == 1
    assert [(request.outcome, request.retries) for request in record.requests] == [("complete", 0)] * 6


HINTED = Interim(103, links(*(f"</{number}.js>; rel=preload; as=script" for number in range(3))))


@every_wire
@pytest.mark.parametrize("end", [(Close(),), (Reset(2),)], ids=["close", "reset"])
async def test_the_document_is_lost_after_its_103(wire: Wire, end: Answer) -> None:
    """The navigation fails with what happened to it. Hints that shared its connection say that they were lost with it,
    those on connections of their own, or on one that stands, that they were given up."""
    routes: dict[str, Route] = {f"/{number}.js": (Silence(),) for number in range(3)}
    async with serving(wire, {"/": (HINTED, Wait(200), *end), **routes}) as server:
        with pytest.raises(FetcherError) as caught:
            await load(server)
    record = caught.value.record
    assert record.requests[0].outcome == record.outcome == caught.value.kind
    together = wire.is_http2 and end == (Close(),)
    hinted = record.requests[1:]
    assert [request.outcome for request in hinted] == ["connection-lost" if together else "canceled"] * 3
    assert all((request.url if together else "the navigation failed") in (request.error or "") for request in hinted)
