"""The session transport: the same page through an aiohttp session, the caller's or ours, with an equal request set."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aioresponses import aioresponses

import fetcher
from fetcher.net import NetOptions
from fetcher.origin.sample import CASES, sample_site
from fetcher.origin.script import HTML, Body, Close, Head, Route, Silence, asset, page
from fetcher.origin.server import Origin
from fetcher.record import PageLoad
from fetcher.terms import Limits
from tests.support.aioresponses_shim import shimmed

HINTS = ["</app.css>; rel=preload; as=style", "</app.js>; rel=preload; as=script", "<//127.0.0.1>; rel=preconnect"]
DOCUMENT = """<!doctype html><link rel=stylesheet href=/app.css><script src=/app.js></script>
<img src=/a.svg><img src=/moved.svg>"""
ROUTES: dict[str, Route] = {
    "/": page(DOCUMENT, hints=HINTS, think_ms=80),
    "/app.css": asset(b"@import '/more.css';", "text/css"),
    "/more.css": asset(b"p{}", "text/css"),
    "/app.js": asset(b"1", "text/javascript"),
    "/a.svg": asset(b"<svg/>", "image/svg+xml"),
    "/moved.svg": (Head(302, (("location", "/a2.svg"),)), Body(b"")),
    "/a2.svg": asset(b"<svg/>", "image/svg+xml"),
}


def outcomes(load: PageLoad) -> list[tuple[str, int | None, str]]:
    return sorted((request.url, request.status, request.outcome) for request in load.requests)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
async def test_both_transports_request_the_same(tls: bool) -> None:
    """The decisions are the machine's; only who carries them out differs. Hints leave before the final head too."""
    routes = {**ROUTES, "/": page(DOCUMENT, hints=HINTS, think_ms=300)}
    async with Origin(routes, tls=tls) as server:
        net = NetOptions(ca_file=str(server.ca_file)) if tls else NetOptions()
        ours = await fetcher.load_page(server.url + "/", options=net)
        theirs = await fetcher.load_page(server.url + "/", options=net, transport="aiohttp")
        assert {"/app.css", "/app.js"} <= set(server.log.before_head("/", -1))
    assert outcomes(ours) == outcomes(theirs)
    assert [hint.used for hint in theirs.hints[:2]] == [True, True]


async def test_what_a_session_hides_is_none_and_said() -> None:
    """No phases, no address, no request start; and a preconnect cannot be had."""
    async with Origin(ROUTES) as server:
        load = await fetcher.load_page(server.url + "/", transport="aiohttp")
    sheet = next(request for request in load.requests if request.url.endswith("/app.css"))
    assert sheet.times.request_start is None
    assert sheet.times.final_response_headers_start is not None
    assert sheet.connection is not None
    assert load.connections[sheet.connection].address is None
    assert load.hints[2].rule == "transport"
    assert any("aiohttp session" in note for note in load.notes)


async def test_the_callers_session_is_used_and_left_open() -> None:
    """Its own header fields go along, and it is the caller's to close."""
    async with Origin(ROUTES) as server, aiohttp.ClientSession(headers={"x-mine": "1"}) as session:
        await fetcher.load_page(server.url + "/", session=session)
        assert not session.closed
        assert dict(server.log.requests("/app.js")[0].fields)["x-mine"] == "1"
        assert "x-mine" not in dict(server.log.requests("/")[0].fields)


async def test_mocks_of_a_session_answer_subresources() -> None:
    """aioresponses: the document is real, the rest is mocked."""
    async with Origin({"/": ROUTES["/"]}) as server, aiohttp.ClientSession() as session:
        fresh = {"cache-control": "max-age=600"}
        with shimmed(aioresponses(passthrough=[])) as mocked:
            for name, kind in (("app.css", "text/css"), ("app.js", "text/javascript"), ("a.svg", "image/svg+xml")):
                mocked.get(f"{server.url}/{name}", body=b"x", content_type=kind, headers=fresh)
            mocked.get(f"{server.url}/moved.svg", status=404)
            load = await fetcher.load_page(server.url + "/", session=session)
        assert len(server.log.requests()) == 1
    assert [request.error for request in load.requests if request.error] == []
    assert {request.status for request in load.requests} == {200, 404}


FAULTS: list[tuple[Route, str]] = [
    ((Close(),), "connection-lost"),
    ((Head(200, (*HTML, ("content-length", "9"))), Body(b"x"), Close()), "connection-lost"),
    ((Silence(),), "deadline"),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=["closed", "truncated", "silent"])
async def test_a_failed_subresource_is_an_outcome(fault: Route, kind: str) -> None:
    """aiohttp's exceptions come out as ours."""
    async with Origin({**ROUTES, "/a.svg": fault}) as server:
        load = await fetcher.load_page(
            server.url + "/", transport="aiohttp", limits=Limits(response_ms=200, idle_ms=200)
        )
    broken = [request for request in load.requests if request.outcome != "complete"]
    assert [(request.url, request.outcome) for request in broken] == [(server.url + "/a.svg", kind)]
    assert load.outcome == "loaded"


async def test_an_unknown_transport_is_a_usage_error() -> None:
    """One sentence that names the choices."""
    with pytest.raises(fetcher.UsageError, match="connections or aiohttp"):
        await fetcher.load_page("http://127.0.0.1:1/", transport="pigeon")


LOADED = [case.path for case in CASES if case.path not in ("/silent", "/cut", "/garbage", "/flood", "/huge-field")]


async def requests_of(path: str, transport: str) -> list[tuple[str, int | None]]:
    """What one load of a sample page asked its own server for, as the server saw it."""
    async with Origin(sample_site(think_ms=30, interim_delay_ms=5), tls=True) as server:
        net = NetOptions(ca_file=str(server.ca_file))
        load = await fetcher.load_page(server.url + path, options=net, transport=transport)
        seen = sorted(server.log.multiset().items())
    assert all(request.outcome == "complete" for request in load.requests), path
    return seen


@pytest.mark.parametrize("path", LOADED)
async def test_every_sample_page_makes_the_same_requests_over_both_transports(path: str) -> None:
    """Counted at the server: hints acted on, refused, unused, fetched twice, redirected."""
    ours, theirs = await asyncio.gather(requests_of(path, "connections"), requests_of(path, "aiohttp"))
    assert ours == theirs
