"""The HTTP cache at work: pages loaded again over real connections with what the first load left."""

from __future__ import annotations

from collections import Counter

import fetcher
from fetcher.browser.storage.state import BrowserState
from fetcher.origin import Answer, Body, Close, Head, Origin, Site, Step
from fetcher.origin.log import RequestArrived
from fetcher.origin.script import RequestSeen, asset, page
from fetcher.record import PageLoad, dumps, loads

PAGE = page("<link rel=stylesheet href=/s.css><script src=/j.js></script><img src=/i.png><p>words", fields=())
SHEET = "body{background:url(/in-sheet.png)}"


def conditional(content: str, content_type: str) -> object:
    def answer(request: RequestSeen) -> Answer:
        if request.field("if-none-match") == '"v"':
            return (Head(304, (("etag", '"v"'),)),)
        fields = (("content-type", content_type), ("etag", '"v"'), ("cache-control", "no-cache"))
        return (Head(200, fields), Body(content.encode()))

    return answer


async def views(routes: dict[str, object], *paths: str, **options: object) -> tuple[list[PageLoad], list[Counter[str]]]:
    """Each path loaded with what the load before left, and what reached the server for each."""
    found: list[PageLoad] = []
    asked: list[Counter[str]] = []
    state = BrowserState()

    def keep(left: BrowserState) -> None:
        nonlocal state
        state = left

    async with Origin(Site(routes)) as origin:  # type: ignore[arg-type]
        for path in paths:
            before = len(origin.log.entries)
            load = await fetcher.load_page(origin.url + path, state=state, on_state=keep, **options)  # type: ignore[arg-type]
            assert loads(dumps(load, redact=False)) == load
            found.append(load)
            news = origin.log.entries[before:]
            asked.append(Counter(one.target for one in news if isinstance(one, RequestArrived)))
    return found, asked


async def test_a_sheet_out_of_the_cache_is_scanned() -> None:
    """What it names is asked for though it did not come again; what is fresh is not asked for."""
    routes = {
        "/": PAGE,
        "/s.css": asset(SHEET.encode(), "text/css"),
        "/j.js": asset(b"1", "text/javascript"),
        "/i.png": asset(5000, "image/png"),
        "/in-sheet.png": asset(b"x", "image/png", cache="no-store"),
    }
    (first, second), asked = await views(routes, "/", "/")
    assert set(asked[0]) == {"/", "/s.css", "/j.js", "/i.png", "/in-sheet.png"}
    assert asked[1] == Counter({"/": 1, "/in-sheet.png": 1})
    assert len(second.requests) == len(first.requests)
    picture = next(one for one in second.requests if one.url.endswith("i.png"))
    assert (picture.cache_source, picture.sizes.transferred, picture.sizes.decoded) == ("http-cache", 0, 5000)
    assert picture.cache is not None
    assert picture.cache.saved == 5000


async def test_a_304_plays_what_is_stored() -> None:
    """Document and sheet alike: the text looked for, the encoding and what they name come out of the cache."""
    routes = {
        "/": conditional("<link rel=stylesheet href=/s.css><script>1</script>needle", "text/html; charset=koi8-r"),
        "/s.css": conditional(SHEET, "text/css"),
        "/in-sheet.png": asset(b"x", "image/png"),
    }
    (_, second), asked = await views(routes, "/", "/", find_text="needle")
    assert asked[1] == Counter({"/": 1, "/s.css": 1})
    document, sheet = second.requests[:2]
    assert (document.status, document.has_text, document.encoding) == (304, True, "koi8-r")
    assert document.cache is not None
    assert (document.cache.source, document.cache.status, document.cache_source) == ("revalidated", 200, None)
    assert (sheet.status, sheet.sizes.transferred, sheet.sizes.decoded) == (304, 0, len(SHEET))
    assert second.document == 0
    assert second.scripts == 1
    assert [one.url.rpartition("/")[2] for one in second.requests if one.cache_source] == ["in-sheet.png"]


async def test_a_document_out_of_the_cache_asks_nobody() -> None:
    """No connection is opened for it; its redirect is remembered too."""
    routes = {
        "/": (Head(301, (("location", "/page"),)), Body(b"")),
        "/page": page("<img src=/i.png>", fields=(("cache-control", "max-age=60"),)),
        "/i.png": asset(b"x", "image/png"),
    }
    (_, second), asked = await views(routes, "/", "/")
    assert asked == [Counter({"/": 1, "/page": 1, "/i.png": 1}), Counter()]
    assert second.connections == ()
    assert second.outcome == "loaded"
    assert [one.status for one in second.requests] == [301, 200, 200]


async def test_coded_content_is_kept_as_it_came() -> None:
    """Decoded again when it is read; the sizes are those of the first time."""
    import gzip

    coded = gzip.compress(SHEET.encode() * 50, mtime=0)
    routes = {
        "/": page("<link rel=stylesheet href=/s.css>"),
        "/s.css": asset(coded, "text/css", fields=(("content-encoding", "gzip"),)),
        "/in-sheet.png": asset(b"x", "image/png", cache=None),
    }
    (_, second), asked = await views(routes, "/", "/")
    assert asked[1] == Counter({"/": 1, "/in-sheet.png": 1})
    sheet = second.requests[1]
    assert (sheet.cache is not None and sheet.cache.saved, sheet.sizes.decoded) == (len(coded), 50 * len(SHEET))


async def test_a_response_that_is_cut_short_is_not_kept() -> None:
    """Less than its Content-Length: the next load asks again, without conditions."""
    fields = (("content-type", "text/css"), ("content-length", "99"), ("cache-control", "max-age=60"), ("etag", '"v"'))
    cut: tuple[Step, ...] = (Head(200, fields), Body(b"a{}"), Close())
    routes = {"/": page("<link rel=stylesheet href=/s.css>"), "/s.css": cut}
    (_, second), asked = await views(routes, "/", "/")
    assert asked[1]["/s.css"] >= 1
    assert all(name != "if-none-match" for name, _ in second.requests[1].fields)


async def test_integrity_is_checked_of_what_the_cache_gives() -> None:
    """A sheet whose content is not what the page expects is refused whoever gives it."""
    wrong = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    routes = {
        "/": page("<link rel=stylesheet href=/s.css>"),
        "/strict": page(f"<link rel=stylesheet href=/s.css integrity={wrong}>"),
        "/s.css": asset(SHEET.encode(), "text/css"),
        "/in-sheet.png": asset(b"x", "image/png"),
    }
    (_, second), asked = await views(routes, "/", "/strict")
    assert asked[1] == Counter({"/strict": 1})
    assert (second.requests[1].outcome, second.requests[1].rule) == ("blocked", "SRI")
