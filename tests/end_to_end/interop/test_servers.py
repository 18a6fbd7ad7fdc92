"""Real servers, as they are: what ``fetch`` surfaces of their interim responses, that connections stay usable, and
that ``load_page`` acts on the hints before the final head. ``servers/README.md`` is the table these cases repeat."""

from __future__ import annotations

import pytest

import fetcher
from fetcher.terms import field_values
from tests.support.servers import Server

pytestmark = pytest.mark.interop

CSS, JS = "</style.css>; rel=preload; as=style", "</app.js>; rel=preload; as=script"
ONE = [(103, 1)]
BOTH = [(103, 2)]
TWO = [(103, 1), (103, 1)]
NONE: list[tuple[int, int]] = []

# server, HTTP version, path -> (status, how many links) of each interim response, in order
PROMISES = [
    ("apache2", "1.1", "/", NONE),
    ("apache2", "2", "/", ONE),
    ("apache2", "2", "/multi", BOTH),
    *(("apache2", http, "/proxied/", BOTH) for http in ("1.1", "2")),
    *(("apache2", http, "/proxied/multi", TWO) for http in ("1.1", "2")),
    *(("apache2", http, "/proxied/processing", [(102, 0), (103, 2)]) for http in ("1.1", "2")),
    ("hypercorn", "1.1", "/", NONE),
    ("hypercorn", "2", "/", BOTH),
    ("hypercorn", "2", "/multi", TWO),
    *((name, http, path, seen) for name in ("haproxy",) for http in ("1.1", "2") for path, seen in (
        ("/", ONE), ("/own2", TWO), ("/relayed", BOTH), ("/multi", TWO), ("/same", [(103, 3)]),
        ("/noreason", BOTH), ("/processing", [(102, 0), (103, 2)]), ("/plain", NONE),
    )),
    *(("node", http, path, seen) for http in ("1.1", "2") for path, seen in (
        ("/", BOTH), ("/multi", TWO), ("/compat", BOTH), ("/processing", [(102, 0), (103, 2)]), ("/plain", NONE),
    )),
    *((name, http, path, seen) for name in ("caddy", "nghttpx") for http in ("1.1", "2") for path, seen in (
        ("/", BOTH), ("/multi", TWO), ("/same", [(103, 3)]), ("/noreason", BOTH),
        ("/processing", [(102, 0), (103, 2)]), ("/plain", NONE),
    )),
    *(("trafficserver", http, path, seen) for http in ("1.1", "2") for path, seen in (
        ("/", BOTH), ("/multi", TWO), ("/same", [(103, 3)]), ("/plain", NONE),
    )),
    *(("h2o", http, path, NONE) for http in ("1.1", "2") for path in ("/", "/multi", "/plain")),
    *(("nginx", http, "/plain", NONE) for http in ("1.1", "2")),
]  # fmt: skip


def links(fields: tuple[tuple[str, str], ...]) -> list[str]:
    """The links of one interim response, whether a server sent one field or several."""
    joined = ", ".join(field_values(fields, "link"))
    return [f"<{part.strip().removesuffix(',')}" for part in joined.split("<")[1:]]


@pytest.mark.parametrize(
    ("server", "http", "path", "promised"),
    PROMISES,
    indirect=["server"],
    ids=[f"{name}-{http}-{path}" for name, http, path, _ in PROMISES],
)
async def test_fetch_surfaces_what_the_server_sends(server: Server, trusting, http, path, promised) -> None:
    """Exactly the interim responses the server is known for, before the one true final response; afterwards the
    connection takes another request, unless the server said that it closes."""
    seen = []
    async with fetcher.connect(server.url("/"), options=trusting(http=http)) as connection:
        response = await connection.request("GET", path, on_interim=seen.append)
        assert [(one.status, len(links(one.fields))) for one in seen] == promised
        assert tuple(seen) == response.interim
        assert response.status == 200
        assert response.http_version == ("HTTP/2" if http == "2" else "HTTP/1.1")
        content = await response.text()
        assert "slow page" in content
        assert response.is_complete
        hinted = [link for one in seen for link in links(one.fields)]
        assert hinted[:2] == [CSS, JS][: len(hinted)]
        if seen:
            assert seen[0].at < response.times.final_response_headers_start - 80  # the server thinks for 200 ms
        if http == "1.1" and "close" in (response.headers.get("connection") or ""):
            assert server.name == "trafficserver"
            return
        assert connection.is_free
        again = await connection.request("GET", "/proxied/style.css" if "/proxied" in path else "/style.css")
        assert (again.status, again.interim) == (200, ())
        assert await again.read()


# server, HTTP version, path, whether the origin behind it logs the requests
ACTED_ON = [
    ("apache2", "2", "/", False),
    ("apache2", "2", "/multi", False),
    ("hypercorn", "2", "/", False),
    *((name, http, "/", name not in ("node",)) for name in ("haproxy", "node", "caddy", "nghttpx", "trafficserver")
      for http in ("1.1", "2")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("server", "http", "path", "logged"),
    ACTED_ON,
    indirect=["server"],
    ids=[f"{name}-{http}-{path}" for name, http, path, _ in ACTED_ON],
)
async def test_load_page_acts_on_the_hints(server: Server, trusting, http, path, logged) -> None:
    """The hinted resources are asked for before the final head, used by the page, and fetched once; where the origin
    behind the server keeps a log, it says the same."""
    before = len(server.origin_lines()) if logged else 0
    load = await fetcher.load_page(server.url(path), options=trusting(http=http))
    assert load.outcome == "loaded"
    final = load.final_response_headers_start
    acted = [hint for hint in load.hints if hint.acted]
    assert acted
    for hint in acted:
        request = load.requests[hint.request]
        assert request.times.request_start < final
        assert request.status == 200
        assert hint.used
        assert hint.head_start > 80
    urls = [request.url for request in load.requests]
    assert len(urls) == len(set(urls))
    assert all(request.outcome == "complete" for request in load.requests)
    if logged:
        lines = server.origin_lines()[before:]
        (page_head,) = [at for at, what, name in lines if what == "final" and name in ("/", "/plain")]
        early = {name for at, what, name in lines if what == "request" and at < page_head}
        assert {hint.href for hint in acted} <= early


@pytest.mark.parametrize("http", ["1.1", "2"])
@pytest.mark.parametrize("server", ["h2o"], indirect=True)
async def test_hints_that_a_proxy_drops(server: Server, trusting, http) -> None:
    """h2o keeps the origin's 103 to itself: the page loads as it would without hints."""
    load = await fetcher.load_page(server.url("/"), options=trusting(http=http))
    assert (load.outcome, load.interim, load.hints) == ("loaded", (), ())
    assert {request.status for request in load.requests} == {200}
    assert len(load.requests) == 4


@pytest.mark.parametrize("server", ["varnish"], indirect=True)
async def test_varnish_takes_the_origins_103_for_a_fault(server: Server) -> None:
    """The client gets an honest 503 at once, which is a response like any other."""
    response = await fetcher.fetch(server.url("/"))
    assert (response.status, response.interim) == (503, ())
    assert "Backend fetch failed" in await response.text()
    assert (await fetcher.fetch(server.url("/plain"))).status == 200
    load = await fetcher.load_page(server.url("/"))
    assert (load.outcome, load.document_request.status) == ("loaded", 503)


@pytest.mark.parametrize("http", ["1.1", "2"])
@pytest.mark.parametrize("server", ["nginx"], indirect=True)
async def test_nginx_never_sends_the_final_response(server: Server, trusting, http) -> None:
    """It takes the 103 for the final response and is silent for a minute: our own limit ends the wait, by name."""
    limits = fetcher.Limits(response_ms=1_000)
    with pytest.raises(fetcher.DeadlineExceeded) as caught:
        await fetcher.fetch(server.url("/"), options=trusting(http=http, limits=limits))
    assert caught.value.phase == "response"
    with pytest.raises(fetcher.DeadlineExceeded) as caught:
        await fetcher.load_page(server.url("/"), options=trusting(http=http, limits=limits))
    assert caught.value.record.outcome == "deadline"
    assert caught.value.record.requests[0].outcome == "deadline"
