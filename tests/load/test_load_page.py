"""Real loads against the local origin: the same page over each protocol, and every way a server can go wrong."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

import fetcher
from fetcher import sync
from fetcher.browser.events import RequestSent
from fetcher.errors import (
    ConnectFailed,
    ConnectionLost,
    ContentError,
    DeadlineExceeded,
    FetcherError,
    InvalidURL,
    LimitExceeded,
    LookupFailed,
    RemoteProtocolError,
    TLSFailed,
    UsageError,
)
from fetcher.net import NetOptions
from fetcher.origin.script import (
    HTML,
    Body,
    Close,
    GoAway,
    Head,
    Interim,
    Raw,
    Repeat,
    Reset,
    Route,
    Silence,
    Wait,
    asset,
    links,
    page,
)
from fetcher.origin.server import Origin
from fetcher.record import PageLoad, dumps, loads
from fetcher.terms import HttpVersion, Limits
from tests.support.schema import validate

HINTS = [
    "</app.css>; rel=preload; as=style",
    "</app.js>; rel=preload; as=script",
    "</font.woff2>; rel=preload; as=font; crossorigin",
]
DOCUMENT = """<!doctype html><html><head><title>page</title>
<link rel="stylesheet" href="/app.css"><script src="/app.js" defer></script></head>
<body><h1>page</h1><img src="/a.svg"><img src="/b.svg"></body></html>"""
ASSETS: Mapping[str, Route] = {
    "/app.css": asset(
        b"@import 'more.css'; @font-face{font-family:F;src:url(font.woff2) format('woff2')} h1{font-family:F}",
        "text/css",
    ),
    "/more.css": asset(b"h1{background:url(bg.svg)}", "text/css"),
    "/app.js": asset(b"1", "text/javascript"),
    "/font.woff2": asset(2000, "font/woff2"),
    "/a.svg": asset(b"<svg/>", "image/svg+xml"),
    "/b.svg": asset(b"<svg/>", "image/svg+xml"),
    "/bg.svg": asset(b"<svg/>", "image/svg+xml"),
}
EVERYTHING = {"/", *ASSETS}


@dataclass(frozen=True)
class Wire:
    """One way to speak to the origin."""

    name: str
    tls: bool
    http: tuple[str, ...]
    version: HttpVersion


WIRES = [
    Wire("http1", False, ("http/1.1",), HttpVersion.HTTP_1_1),
    Wire("https1", True, ("http/1.1",), HttpVersion.HTTP_1_1),
    Wire("http2", True, ("h2", "http/1.1"), HttpVersion.HTTP_2),
]
every_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)


def origin(wire: Wire, document: Route, **more: Route) -> Origin:
    routes = {**ASSETS, "/": document, **{f"/{name}": route for name, route in more.items()}}
    return Origin(routes, tls=wire.tls, http=wire.http)


async def load(server: Origin, path: str = "/", **options: object) -> PageLoad:
    net = NetOptions(ca_file=str(server.ca_file)) if server.tls else NetOptions()
    return validate(await fetcher.load_page(server.url + path, options=net, **options))  # type: ignore[arg-type]


def requested(record: PageLoad) -> list[str]:
    return sorted("/" + request.url.split("/", 3)[3] for request in record.requests)


@every_wire
async def test_every_hinted_request_reaches_the_server_before_the_final_head_is_sent(wire: Wire) -> None:
    """The main job, proven from the server's log, on each protocol (eager)."""
    async with origin(wire, page(DOCUMENT, hints=HINTS, think_ms=400, interim_delay_ms=5)) as server:
        record = await load(server)
        assert sorted(server.log.before_head("/")) == ["/app.css", "/app.js", "/font.woff2"]
        assert server.log.multiset() == dict.fromkeys(EVERYTHING, 1)
    assert record.outcome == "loaded"
    assert requested(record) == sorted(EVERYTHING)
    assert all(request.outcome == "complete" and request.status == 200 for request in record.requests)
    assert [hint.used for hint in record.hints] == [True, True, True]
    assert all(hint.head_start is not None and hint.head_start > 100 for hint in record.hints)
    assert record.connections[0].protocol is wire.version
    document = record.document_request
    assert document is not None
    times = document.times
    assert times.first_interim_response_start is not None
    assert times.final_response_headers_start is not None
    assert times.final_response_headers_start - times.first_interim_response_start > 100


async def test_http2_hints_ride_the_documents_connection() -> None:
    """One connection carries the document and everything hinted."""
    async with origin(WIRES[2], page(DOCUMENT, hints=HINTS)) as server:
        record = await load(server)
        assert len(server.log.connections()) == 1
    assert {request.connection for request in record.requests} == {0}


async def test_http1_hints_open_connections_of_their_own_up_to_six() -> None:
    """Ten hints over HTTP/1.1: the document's connection and five more."""
    hints = [f"</{number}.js>; rel=preload; as=script" for number in range(10)]
    more = {f"{number}.js": asset(b"1", "text/javascript", delay_ms=10) for number in range(10)}
    async with origin(WIRES[0], page(DOCUMENT, hints=hints, think_ms=500), **more) as server:
        record = await load(server)
        assert len(server.log.before_head("/")) == 10
        assert len(server.log.connections()) == 6
    assert all(request.outcome == "complete" for request in record.requests)


@every_wire
async def test_chromium_acts_on_hints_over_http2_only(wire: Wire) -> None:
    """EH 4.4: over HTTP/1.1 nothing is acted on, and the record says so."""
    async with origin(wire, page(DOCUMENT, hints=HINTS, think_ms=250)) as server:
        record = await load(server, browser="chromium")
        early = server.log.before_head("/")
    acts = wire.version is HttpVersion.HTTP_2
    assert bool(early) is acts
    assert record.interim[0].acted is acts
    assert record.outcome == "loaded"
    if not acts:
        assert {hint.rule for hint in record.hints} == {"EH 4.4"}


@every_wire
async def test_hints_off_receives_and_ignores_the_103(wire: Wire) -> None:
    """The same page, the same requests, none before the final head."""
    async with origin(wire, page(DOCUMENT, hints=HINTS, think_ms=40)) as server:
        record = await load(server, early_hints=False)
        assert server.log.before_head("/") == []
        assert server.log.multiset() == dict.fromkeys(EVERYTHING, 1)
    assert record.first_interim_response_start is not None


@every_wire
async def test_subresources_are_asked_for_while_the_document_still_arrives(wire: Wire) -> None:
    """The scanner works on the stream: a style sheet in the first chunk is requested before the last chunk leaves."""
    slow = (Head(200, HTML), Body(DOCUMENT.encode(), chunk=len(DOCUMENT) // 2, every_ms=300))
    async with origin(wire, slow) as server:
        await load(server)
        ended = server.log.sent("/", "end")[0].at
        assert server.log.requests("/app.css")[0].at < ended


@every_wire
async def test_an_uncacheable_hint_is_fetched_twice_and_the_record_says_why(wire: Wire) -> None:
    """EH 9.3."""
    twice = asset(b"1", "text/javascript", cache="no-store")
    async with Origin(
        {**ASSETS, "/": page(DOCUMENT, hints=HINTS), "/app.js": twice}, tls=wire.tls, http=wire.http
    ) as server:
        record = await load(server)
        assert server.log.multiset()["/app.js"] == 2
    again = [request for request in record.requests if request.earlier is not None]
    assert len(again) == 1
    assert "no-store" in (again[0].earlier_reason or "")


@every_wire
async def test_an_unused_hint_is_told(wire: Wire) -> None:
    """Hinted, fetched, never asked for by the page."""
    hints = [*HINTS, "</unused.js>; rel=preload; as=script"]
    async with origin(wire, page(DOCUMENT, hints=hints), **{"unused.js": asset(b"1", "text/javascript")}) as server:
        record = await load(server)
    assert [hint.href for hint in record.hints if hint.used is False] == ["/unused.js"]


@every_wire
async def test_compressed_documents_are_decoded_before_they_are_scanned(wire: Wire) -> None:
    """Content-Encoding is undone; both sizes are kept."""
    data = gzip.compress(DOCUMENT.encode(), mtime=0)
    coded = (Head(200, (*HTML, ("content-encoding", "gzip"))), Body(data, chunk=10))
    async with origin(wire, coded) as server:
        record = await load(server)
    assert requested(record) == sorted(EVERYTHING)
    document = record.document_request
    assert document is not None
    assert document.sizes.transferred == len(data)
    assert document.sizes.decoded == len(DOCUMENT)


@every_wire
async def test_redirects_are_followed_and_each_hop_is_kept(wire: Wire) -> None:
    """EH 7.1: hints of the first hop stay for a same-origin target."""
    away = (Interim(103, links(*HINTS)), Wait(30), Head(302, (("location", "/"),)))
    async with origin(wire, page(DOCUMENT, hints=["</late.js>; rel=preload; as=script"]), old=away) as server:
        record = await load(server, "/old")
        assert server.log.multiset()["/app.css"] == 1
        assert server.log.multiset()["/late.js"] == 0
    assert record.final_url == server.url + "/"
    assert [record.requests[number].status for number in record.navigations] == [302, 200]
    assert [hint.used for hint in record.hints[:3]] == [True, True, True]


@every_wire
async def test_a_record_survives_saving(wire: Wire) -> None:
    """Lossless both ways, for a real load."""
    async with origin(wire, page(DOCUMENT, hints=HINTS)) as server:
        record = await load(server)
    assert loads(dumps(record, redact=False)) == record


@every_wire
async def test_an_error_status_is_a_note_and_the_page_is_still_loaded(wire: Wire) -> None:
    """EH 4.10 and design.md: an HTTP error status is a note."""
    async with origin(wire, page(DOCUMENT, hints=HINTS, status=404)) as server:
        record = await load(server)
    assert record.outcome == "loaded"
    assert "404" in record.notes[0]
    assert requested(record) == sorted(EVERYTHING)


NOTED: list[tuple[Route, str]] = [
    (asset(b"\x89PNG", "image/png"), "not HTML"),
    ((Head(200, HTML), Body(b"")), "empty body"),
]


@every_wire
@pytest.mark.parametrize(("document", "note"), NOTED, ids=["not-html", "empty"])
async def test_documents_with_nothing_to_discover(wire: Wire, document: Route, note: str) -> None:
    """Loaded, with one sentence that says what was found instead."""
    async with origin(wire, document) as server:
        record = await load(server)
    assert record.outcome == "loaded"
    assert note in record.notes[0]


SHORT = Limits(response_ms=150, idle_ms=150, total_ms=3000)
HINTED = Interim(103, links(*HINTS))
FAULTS: list[tuple[str, Route, type[FetcherError]]] = [
    ("silent", (HINTED, Silence()), DeadlineExceeded),
    ("cut", (HINTED, Close()), ConnectionLost),
    ("flood", (Repeat((Interim(103, ()),)),), LimitExceeded),
    ("field", (HINTED, Interim(103, (("x-big", "x" * 1_000_000),)), Head(200, HTML), Body(b"")), FetcherError),
    ("body", (HINTED, Head(200, (*HTML, ("content-length", "100"))), Body(b"x"), Silence()), DeadlineExceeded),
    ("truncated", (HINTED, Head(200, (*HTML, ("content-length", "100"))), Body(b"x"), Close()), ConnectionLost),
    ("coding", (Head(200, (*HTML, ("content-encoding", "gzip"))), Body(b"not gzip at all")), ContentError),
]


@every_wire
@pytest.mark.parametrize(("name", "fault", "error"), FAULTS, ids=[name for name, _, _ in FAULTS])
async def test_a_broken_document_ends_in_one_sentence_and_keeps_what_was_seen(
    wire: Wire, name: str, fault: Route, error: type[FetcherError]
) -> None:
    """Each ends within its deadline, with the partial record on the error."""
    # What ends by itself is not raced against a short deadline, which a busy machine would win.
    limits = SHORT if error is DeadlineExceeded else Limits(total_ms=20_000)
    async with origin(wire, fault) as server:
        with pytest.raises(error) as caught:
            await load(server, limits=limits)
    record = caught.value.record
    assert isinstance(record, PageLoad)
    assert record.outcome == caught.value.kind
    assert record.error == str(caught.value)
    assert "\n" not in str(caught.value)
    if HINTED in fault:  # type: ignore[operator]
        assert record.interim[0].acted
        assert record.requests[1].url.endswith("/app.css")


async def test_garbage_instead_of_an_answer_is_a_protocol_error() -> None:
    """HTTP/1.1 bytes that are no status line."""
    async with origin(WIRES[0], (HINTED, Raw(b"\x00\x01garbage\r\n\r\n"), Close())) as server:
        with pytest.raises(RemoteProtocolError) as caught:
            await load(server)
    assert len(caught.value.record.hints) == 3


async def test_a_reset_stream_fails_its_own_request_only() -> None:
    """HTTP/2: the page goes on without the broken image."""
    async with origin(WIRES[2], page(DOCUMENT), **{"a.svg": (Head(200), Reset(2))}) as server:
        record = await load(server)
    broken = [request for request in record.requests if request.outcome != "complete"]
    assert [request.url for request in broken] == [server.url + "/a.svg"]
    assert broken[0].outcome == "stream-reset"
    assert record.outcome == "loaded"


async def test_goaway_in_mid_load_moves_the_rest_to_a_new_connection() -> None:
    """What the server says it did not process is sent again."""
    leaving = (GoAway(0), Head(200, HTML), Body(DOCUMENT.encode()))
    async with origin(WIRES[2], leaving) as server:
        record = await load(server)
        assert len(server.log.connections()) == 2
    assert all(request.outcome == "complete" for request in record.requests)


async def test_connection_close_after_each_answer_still_loads_everything() -> None:
    """HTTP/1.1 without keep-alive: a new connection for each request."""
    closing = (("connection", "close"),)
    routes: dict[str, Route] = {
        path: (Head(200, (*closing, *route[1].fields)), route[2])  # type: ignore[index,union-attr]
        for path, route in ASSETS.items()
    }
    routes["/"] = (HINTED, Wait(20), Head(200, (*HTML, *closing)), Body(DOCUMENT.encode()))
    async with Origin(routes) as server:
        record = await load(server)
    assert all(request.outcome == "complete" for request in record.requests), record.requests
    assert requested(record) == sorted(EVERYTHING)


BAD: list[tuple[str, dict[str, object], type[FetcherError]]] = [
    ("example.test/x", {}, InvalidURL),
    ("ftp://example.test/", {}, InvalidURL),
    ("http://no-such-host.invalid/", {}, LookupFailed),
    ("http://127.0.0.1:1/", {}, ConnectFailed),
    ("http://127.0.0.1:1/", {"http": "2"}, UsageError),
    ("http://127.0.0.1:1/", {"browser": "mosaic"}, UsageError),
]


@pytest.mark.parametrize(("url", "options", "error"), BAD)
async def test_bad_input_is_one_clear_error(url: str, options: dict[str, object], error: type[FetcherError]) -> None:
    """Each names what and where."""
    with pytest.raises(error) as caught:
        await fetcher.load_page(url, **options)  # type: ignore[arg-type]
    assert str(caught.value)


async def test_an_untrusted_certificate_is_refused_with_the_way_out() -> None:
    """The throw-away CA is not trusted unless named."""
    async with origin(WIRES[2], page(DOCUMENT)) as server:
        with pytest.raises(TLSFailed, match="--cacert"):
            await fetcher.load_page(server.url + "/")


async def test_the_total_deadline_ends_a_load_that_trickles() -> None:
    """Bytes that keep coming keep no deadline from running."""
    trickle = (Head(200, HTML), Body(b"<p>" * 1000, chunk=3, every_ms=10))
    async with origin(WIRES[0], trickle) as server:
        with pytest.raises(FetcherError, match="not over after") as caught:
            await load(server, timeout=0.2)
    assert caught.value.kind == "deadline"
    assert caught.value.record.requests[0].sizes.decoded


@every_wire
async def test_cancelling_keeps_the_partial_record_and_leaves_nothing_behind(wire: Wire) -> None:
    """Cancel after the 103: the record is on the exception, tasks and sockets are gone (conftest looks)."""
    hinted = asyncio.Event()

    def watch(event: object, _commands: object) -> None:
        if isinstance(event, RequestSent) and event.fetch == 3:
            hinted.set()

    async with origin(wire, (HINTED, Silence())) as server:
        task = asyncio.ensure_future(load(server, watch=watch))
        await hinted.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
    assert caught.value.record.outcome == "interrupted"  # type: ignore[attr-defined]


async def test_watchers_see_every_event_as_it_happens() -> None:
    """Progress is the same log the record is folded from."""
    seen: list[str] = []
    async with origin(WIRES[2], page(DOCUMENT, hints=HINTS)) as server:
        await load(server, watch=lambda event, commands: seen.append(type(event).__name__))
    assert seen[0] == "NavigationStarted"
    assert {"Interim", "Head", "Discovered", "FetchEnded", "ScanDrained"} <= set(seen)


async def test_the_blocking_twin_works_inside_a_running_loop() -> None:
    """Notebooks have a loop already."""
    with pytest.raises(ConnectFailed):
        sync.load_page("http://127.0.0.1:1/")
