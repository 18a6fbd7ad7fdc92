"""Loads in virtual time ask for what loads over real sockets ask for: the same requests, field by field."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable

import pytest

import fetcher
from fetcher.errors import FetcherError
from fetcher.net import NetOptions
from fetcher.origin import (
    Answer,
    Body,
    Close,
    GoAway,
    Head,
    Interim,
    Log,
    Origin,
    Reset,
    Route,
    Site,
    Wait,
    asset,
    page,
)
from fetcher.origin.log import RequestArrived
from fetcher.origin.sample import CASES, sample_site
from tests.support.virtual_time import Path, virtual_load

CSS = asset(b"p{background:url(/bg.png)}@font-face{font-family:f;src:url(/f.woff2)}b{font-family:f}", "text/css")
IMPORTS = asset(b"@import 'deep.css';p{color:red}", "text/css")
JS, PNG = asset(b"0", "text/javascript", delay_ms=5), asset(b"x", "image/png")
ASSETS: dict[str, Route] = {
    "/a.css": CSS,
    "/import.css": IMPORTS,
    "/deep.css": CSS,
    "/latin.css": asset("p{background:url(/h\xe9.png)}".encode("latin-1"), "text/css; charset=iso-8859-1"),
    "/no-store.css": asset(b"p{background:url(/bg.png)}", "text/css", cache="no-store"),
    "/slow.css": asset(b"p{background:url(/bg.png)}", "text/css", delay_ms=40),
    "/cut.css": (Head(200, (("content-type", "text/css"),)), Body(b"p{background:url(/bg.png)}"), Close()),
    "/reset.css": (Head(200, (("content-type", "text/css"),)), Body(b"p{background:url(/bg.png)}"), Reset()),
    "/moved.css": (Head(302, (("location", "/a.css"),)), Body(b"")),
    "/a.js": JS,
    "/b.js": JS,
    "/gone.js": (Head(404), Body(b"no")),
    "/frame": page("<img src=/in-frame.png>"),
}
HINT = ["</a.css>; rel=preload; as=style", "</a.js>; rel=preload; as=script", "<https://{b}>; rel=preconnect"]

# What is served at "/" of a host of its own, ``{b}`` standing for another host's authority.
PAGES: dict[str, str | Answer] = {
    "sheet": "<link rel=stylesheet href=/a.css><p>x",
    "imports": "<link rel=stylesheet href=/import.css><p>x",
    "charset": "<meta charset=utf-8><link rel=stylesheet href=/latin.css><p>x",
    "scripts": "<script src=/a.js></script><script async src=/b.js></script><script defer src=/c.js></script>",
    "modules": "<script type=module src=/a.js></script><link rel=modulepreload href=/b.js>",
    "images": "".join(f"<img src=/{number}.png>" for number in range(30)),
    "srcset": "<img srcset='a.png 1x, b.png 2x'><picture><source srcset=c.png media=print><img src=d.png></picture>",
    "other": "<img src=https://{b}/x.png><link rel=stylesheet href=https://{b}/a.css crossorigin>",
    "fonts": "<style>@font-face{font-family:g;src:url(https://{b}/g.woff2)}p{font-family:g}</style><p>x",
    "preload": "<link rel=preload as=style href=/a.css><link rel=stylesheet href=/a.css>",
    "base": "<base href=https://{b}/deeper/><img src=y.png>",
    "frame": "<iframe src=/frame></iframe><img src=/z.png>",
    "refresh": "<meta http-equiv=refresh content='0;url=/frame'><img src=/z.png>",
    "moved": "<link rel=stylesheet href=/moved.css>",
    "gone": "<script src=/gone.js></script><img src=/not-there.png>",
    "cookies": (Head(200, (("content-type", "text/html"), ("set-cookie", "a=b"))), Body(b"<img src=/cookie.png>")),
    "policy": (
        Head(200, (("content-type", "text/html"), ("referrer-policy", "no-referrer"))),
        Body(b"<img src=/silent.png>"),
    ),
    "no-store": page("<link rel=stylesheet href=/no-store.css>", hints=["</no-store.css>; rel=preload; as=style"]),
    "hinted": page("<link rel=stylesheet href=/a.css><script src=/a.js></script>", hints=HINT, think_ms=60),
    "late": page("<link rel=stylesheet href=/slow.css>", hints=["</slow.css>; rel=preload; as=style"], think_ms=10),
    "refused": page("<link rel=stylesheet href=/a.css>", hints=["</a.css>; rel=preload; as=style; nopush"], think_ms=9),
    "link": page("<p>x", fields=(("link", "</a.css>; rel=preload; as=style"),)),
    "two-103s": (Interim(103), Wait(5), Interim(103, (("link", HINT[0]),)), *page("<link rel=stylesheet href=/a.css>")),
    "cut": "<link rel=stylesheet href=/a.css><link rel=stylesheet href=/reset.css>",
    "pieces": (Head(200, (("content-type", "text/html"),)), Body(b"<img src=/1.png><img src=/2.png>" * 4, 7, 1)),
    "gone-away": (GoAway(), *page("<link rel=stylesheet href=/a.css><img src=/1.png>", think_ms=5)),
    "not-html": asset(b"<img src=/1.png>", "text/plain"),
    "closed": (Head(200, (("content-type", "text/html"),)), Body(b"<img src=/1.png><p>"), Close()),
    "empty": (Head(204),),
    "lazy": "<img loading=lazy src=/l.png><link rel=icon href=/i.png><script nomodule src=/n.js></script>",
    "entities": "<img src='/a?b&amp;c'><img src=' /sp ace.png '><img src='\t/tab.png'><img src=/q?%zz>",
    "svg": "<svg><image href=/i.svg /><use href=/u.svg#a /></svg><video poster=/p.png src=/v.mp4></video>",
}


def site(port: int) -> Site:
    """Every page at "/" of its own two hosts; the second one only serves the files."""
    hosts: dict[str, dict[str, Route]] = {}
    for number, what in enumerate(PAGES.values()):
        other = f"n{number}.b.test:{port}"
        answer = page(what.replace("{b}", other)) if isinstance(what, str) else what
        answer = tuple(
            Interim(step.status, tuple((name, value.replace("{b}", other)) for name, value in step.fields))
            if isinstance(step, Interim)
            else step
            for step in answer
        )
        hosts[f"n{number}.a.test"] = {**ASSETS, "/": answer}
        hosts[f"n{number}.b.test"] = {**ASSETS}
    return Site(
        {}, hosts, default=lambda seen: asset(b"x", "image/png", fields=(("access-control-allow-origin", "*"),))
    )


def asked(log: Log | Iterable[RequestArrived]) -> Counter[object]:
    entries = log.requests() if isinstance(log, Log) else log
    return Counter((each.method, each.authority, each.target, each.fields) for each in entries)


async def real(url: str, origin: Origin, **options: object) -> str:
    """What a load over real sockets came to."""
    net = NetOptions(ca_file=str(origin.ca_file), resolve=(("*", origin.port, "127.0.0.1"),))
    try:
        load = await fetcher.load_page(url, browser="chromium", options=net, **options)  # type: ignore[arg-type]
    except FetcherError as error:
        return error.kind
    return load.outcome


@pytest.mark.parametrize("http", ["h2", "http/1.1"])
async def test_the_same_requests_as_over_sockets(http: str) -> None:
    """Every page, in virtual time and over the real origin, in the same fields and as often."""
    async with Origin(Site({}), tls=True, http=(http,)) as origin:
        origin.site = site(origin.port)
        urls = [origin.url_of(f"n{number}.a.test") + "/" for number in range(len(PAGES))]
        outcomes = await asyncio.gather(*(real(url, origin, frames=True) for url in urls))
        for number, (name, url, outcome) in enumerate(zip(PAGES, urls, outcomes, strict=True)):
            ours = virtual_load(url, origin.site, path=Path(http1=http != "h2"), frames=True)
            theirs = [each for each in origin.log.requests() if each.authority.startswith(f"n{number}.")]
            assert (name, ours.load.outcome, asked(ours.log)) == (name, outcome, asked(theirs))


async def test_the_same_requests_for_the_sample_site() -> None:
    """Each page of the sample site, the broken ones too; a flood of 103s may be cut before its hint is asked for, and
    waiting for the silent one would be waiting. They think long enough for a busy machine."""
    paths = [case.path for case in CASES if case.path not in ("/flood", "/silent")]
    origins = [Origin(sample_site(think_ms=800, interim_delay_ms=5), tls=True) for _ in paths]

    async def both(path: str, origin: Origin) -> None:
        async with origin:
            url = origin.url_of("www.a.test") + path
            outcome = await real(url, origin)
            ours = virtual_load(url, origin.site)
            assert (path, ours.load.outcome, asked(ours.log)) == (path, outcome, asked(origin.log))

    await asyncio.gather(*map(both, paths, origins))


def test_the_sample_site_without_end_and_without_answer() -> None:
    """Its two pages that end at a limit."""
    outcomes = [virtual_load(f"https://a.test/{path}", sample_site()).load.outcome for path in ("flood", "silent")]
    assert outcomes == ["limit", "deadline"]


def test_time_is_the_paths_and_the_scripts() -> None:
    """One round trip for TCP, one for TLS, one for the answer, and what the script waits; nothing else takes time."""
    answer = page("<p>x", hints=["</a.css>; rel=preload; as=style"], think_ms=100, interim_delay_ms=30)
    visit = virtual_load("https://a.test/", {"/": answer}, path=Path(rtt=50))
    document, sheet = visit.load.requests
    assert document.times.request_start == 100
    assert document.times.first_interim_response_start == 180
    assert document.times.final_response_headers_start == 250
    assert sheet.times.request_start == 180
    [interim, head] = [each.at for each in visit.log.sent("/") if each.what in ("interim", "head")]
    assert head - interim == pytest.approx(70)


def test_a_minute_takes_no_time_and_is_the_same_twice() -> None:
    """A page of sixty pieces, one a second: the records of two loads are equal."""
    slow = {"/": (Head(200, (("content-type", "text/html"),)), Body(b"<img src=/1.png>" * 60, 16, 1000))}
    began = time.process_time()  # what else the machine does is not counted
    first, second = (virtual_load("https://a.test/", slow).load for _ in range(2))
    assert time.process_time() - began < 2
    assert first == second
    assert first.finished_at is not None
    assert first.finished_at > 59_000


def test_hosts_that_are_not_there() -> None:
    """An unknown name and a refused connection are outcomes; of the document they are the load's error."""
    routes: dict[str, Route] = {"/": page("<img src=https://lost.test/a.png><img src=https://shut.test/b.png>")}
    visit = virtual_load("https://a.test/", routes, path=Path(unknown={"lost.test"}, refused={"shut.test"}))
    assert [request.outcome for request in visit.load.requests] == ["complete", "lookup-failed", "connect-failed"]
    failed = virtual_load("https://lost.test/", routes, path=Path(unknown={"lost.test"}))
    assert failed.error is not None
    assert failed.load.outcome == "lookup-failed"


async def test_inside_a_running_loop() -> None:
    """It may be called from asynchronous code, whose own loop is as it was afterwards."""
    assert virtual_load("https://a.test/", {"/": page("<p>x")}).load.outcome == "loaded"
    await asyncio.sleep(0)


def test_a_load_that_can_never_end_is_stuck_only_where_no_deadline_is_set() -> None:
    """Silence ends with the response deadline, thirty virtual seconds later."""
    visit = virtual_load("https://a.test/", {"/": (Wait(1e9),)})
    assert visit.load.outcome == "deadline"
    assert visit.load.finished_at == pytest.approx(30_040, abs=1)


@pytest.mark.parametrize("http1", [False, True])
def test_of_a_film_a_megabyte_is_read(http1: bool) -> None:
    """The transfer ends there, which is told with the bytes that came; a picture of that size is read whole."""
    large = b"x" * 4_000_000
    files: dict[str, Route] = {
        "/": page("<video src=/film.mp4></video><img src=/i.png>"),
        "/film.mp4": (Head(200, (("content-type", "video/mp4"),)), Body(large, 100_000, 1)),
        "/i.png": asset(large, "image/png"),
    }
    loaded = virtual_load("https://a.test/", files, path=Path(rtt=2, http1=http1), browser="chromium")
    film, picture = (next(each for each in loaded.load.requests if each.url.endswith(name)) for name in ("mp4", "png"))
    assert (film.outcome, picture.outcome) == ("canceled", "complete")
    assert film.sizes.transferred is not None
    assert 1_048_576 <= film.sizes.transferred < 3_000_000
    assert not film.chunks
