"""Documents as they are, loaded from the local origin: every charset, every coding (wrong and cut short ones too),
refreshes, frames, inlined pictures, and 20 MB in bounded memory. What the server was asked for is the proof."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import brotli
import pytest

import fetcher
from fetcher.errors import ContentError, FetcherError, LimitExceeded
from fetcher.net import NetOptions
from fetcher.origin.script import HTML, Body, Head, Interim, Repeat, Route, Site, asset, links, page
from fetcher.origin.server import Origin
from fetcher.record import PageLoad
from fetcher.terms import Fields, Limits
from tests.support.schema import validate

CSS: Fields = (("content-type", "text/css"),)
IMAGE = asset(b"<svg/>", "image/svg+xml")
PLAIN: Fields = (("content-type", "text/html"),)


def origin(document: Route, **routes: Route) -> Origin:
    """An HTTP/1.1 site: "/" is the document, each keyword a path, and any image is there."""
    known = {"/": document, **{f"/{name.replace('_', '.')}": route for name, route in routes.items()}}
    return Origin(Site(known, default=lambda _: IMAGE), tls=False, http=("http/1.1",))


async def load(server: Origin, **options: object) -> PageLoad:
    return validate(await fetcher.load_page(server.url + "/", **options))  # type: ignore[arg-type]


def asked(server: Origin) -> set[str]:
    return set(server.log.multiset()) - {"/"}


def coded(data: bytes, coding: str, fields: Fields = HTML) -> Route:
    return (Head(200, (*fields, ("content-encoding", coding))), Body(data))


MARKUP = '<link rel=stylesheet href="/ス.css?q=ス"><img src=/i.png?q=é>'
XML = f'<html xmlns="http://www.w3.org/1999/xhtml">{MARKUP}</html>'.replace("=stylesheet", '="stylesheet"').replace(
    "><img src=/i.png?q=é>", '/><img src="/i.png?q=é"/>'
)
EUC_JP = b"<meta charset=euc-jp>" + MARKUP.encode("euc_jp", "ignore")
CHARSETS = [
    ("bom", b"\xef\xbb\xbf" + MARKUP.encode(), "text/html; charset=gbk", "utf-8 bom", "%E3%82%B9", "%C3%A9"),
    ("utf-16le", b"\xff\xfe" + MARKUP.encode("utf-16-le"), "text/html", "utf-16le bom", "%E3%82%B9", "%C3%A9"),
    ("utf-16be", b"\xfe\xff" + MARKUP.encode("utf-16-be"), "text/html", "utf-16be bom", "%E3%82%B9", "%C3%A9"),
    ("no bom", MARKUP.encode("utf-16-le"), "text/html; charset=utf-16", "utf-16le content-type", "%E3%82%B9", "%C3%A9"),
    ("field", MARKUP.encode(), "text/html; charset=UTF-8", "utf-8 content-type", "%E3%82%B9", "%C3%A9"),
    (
        "meta",
        b"<meta charset=euc-jp>" + MARKUP.encode("euc_jp", "ignore"),
        "text/html",
        "euc-jp declared",
        "%A5%B9",
        "%26%23233%3B",
    ),
    ("sjis", MARKUP.encode("cp932", "ignore"), "text/html; charset=x-sjis", "shift_jis content-type", "%83X", ""),
    ("xhtml", XML.encode(), "application/xhtml+xml", "utf-8 default", "%E3%82%B9", "%C3%A9"),
]


@pytest.mark.parametrize(
    ("data", "content_type", "told", "query", "accent"), [row[1:] for row in CHARSETS], ids=[r[0] for r in CHARSETS]
)
@pytest.mark.parametrize("chunk", [None, 3])
async def test_a_document_is_read_in_its_charset(
    data: bytes, content_type: str, told: str, query: str, accent: str, chunk: int | None
) -> None:
    """Paths go out in UTF-8 and queries in the document's encoding, whatever the pieces; the record says which."""
    document = (Head(200, (("content-type", content_type),)), Body(data, chunk=chunk))
    async with origin(document) as server:
        record = await load(server)
        assert asked(server) == {f"/%E3%82%B9.css?q={query}", f"/i.png?q={accent}"}
    request = record.document_request
    assert request is not None
    assert f"{request.encoding} {request.encoding_source}" == told
    assert request.transcoded == (request.encoding != "utf-8")


async def test_an_unlabelled_document_is_windows_1252() -> None:
    """As in browsers without a detector, and the sheet inherits it."""
    document = (Head(200, PLAIN), Body(b"<link rel=stylesheet href=/a.css><img src='/\xe9?\xe9'>"))
    async with origin(document, a_css=(Head(200, CSS), Body(b"html{background:url(\xe9?\xe9)}"))) as server:
        record = await load(server)
        assert asked(server) == {"/a.css", "/%C3%A9?%E9", "/%C3%A9?%C3%A9"}
    assert [request.encoding_source for request in record.requests[:2]] == ["default", "inherited"]


SHEETS = [
    (b'@charset "koi8-r";html{background:url(\xd1)}', "text/css", "/%D1%8F"),
    (b"html{background:url(\xd1)}", "text/css; charset=koi8-r", "/%D1%8F"),
    (b"\xef\xbb\xbfhtml{background:url(\xd1\x8f)}", "text/css; charset=koi8-r", "/%D1%8F"),
    (b"\xff\xfe" + "html{background:url(я)}".encode("utf-16-le"), "text/css", "/%D1%8F"),
    (b"html{background:url(\xd1\x8f)}", "text/css", "/%D1%8F"),
]


@pytest.mark.parametrize(("data", "content_type", "url"), SHEETS)
async def test_a_style_sheet_is_read_in_its_own_charset(data: bytes, content_type: str, url: str) -> None:
    """Mark, field, @charset, else the document's."""
    sheet = (Head(200, (("content-type", content_type),)), Body(data))
    async with origin(page("<link rel=stylesheet href=a.css>"), a_css=sheet) as server:
        await load(server)
        assert asked(server) == {"/a.css", url}


BODY = b"<img src=/1.png>" + b"<p>" * 400 + b"<img src=/2.png>"
BOTH = {"/1.png", "/2.png"}
FINE = [
    ("gzip", gzip.compress(BODY, mtime=0)),
    ("x-gzip", gzip.compress(BODY, mtime=0)),
    ("gzip", gzip.compress(BODY[:500], mtime=0) + gzip.compress(BODY[500:], mtime=0)),
    ("gzip", gzip.compress(BODY, mtime=0) + b"trailing garbage"),
    ("deflate", zlib.compress(BODY)),
    ("deflate", zlib.compress(BODY, wbits=-15)),
    ("deflate", zlib.compress(BODY) + b"trailing garbage"),
    ("br", brotli.compress(BODY)),
    ("zstd", None),
    ("gzip, br", brotli.compress(gzip.compress(BODY, mtime=0))),
    (" , GZIP ,", gzip.compress(BODY, mtime=0)),
    ("identity", BODY),
    ("", BODY),
]


def zstd(data: bytes) -> bytes:
    """Compressed by whichever module this Python has."""
    try:
        from compression import zstd as module  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        from backports import zstd as module
    compressed: bytes = module.compress(data)
    return compressed


@pytest.mark.parametrize(("coding", "data"), FINE, ids=[f"{number} {name}" for number, (name, _) in enumerate(FINE)])
async def test_every_coding_is_undone(coding: str, data: bytes | None) -> None:
    """Lists of them, members, bare deflate, and what follows the end."""
    async with origin(coded(zstd(BODY) if data is None else data, coding)) as server:
        record = await load(server)
        assert asked(server) == BOTH
    request = record.document_request
    assert request is not None
    assert request.outcome == "complete"
    assert request.sizes.decoded == len(BODY)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br", "rot13"])
async def test_an_empty_body_is_no_fault(coding: str) -> None:
    """No content is no content under any coding."""
    async with origin(coded(b"", coding)) as server:
        record = await load(server)
    assert record.outcome == "loaded"
    assert "came with an empty body" in record.notes[0]


async def test_an_unknown_coding_leaves_the_content_as_it_came() -> None:
    """As in Chromium; the record says so."""
    async with origin(coded(BODY, "rot13, gzip")) as server:
        record = await load(server)
        assert asked(server) == BOTH
    request = record.document_request
    assert request is not None
    assert request.deviations == ("the content coding 'rot13' is unknown, so the content is read as it came",)


def _spoiled(data: bytes) -> bytes:
    return data[:-8] + bytes(8)


# Stored blocks, so that all but the end decodes. None seen: how much comes before the fault is the library's affair.
STORED = gzip.compress(BODY, compresslevel=0, mtime=0)
FAULTY = [
    ("gzip label on text", "gzip", BODY, "does not decode as gzip", set()),
    ("br label on text", "br", b"<html>" + BODY, "does not decode as br", set()),
    ("zstd label on text", "zstd", BODY, "does not decode as zstd", set()),
    ("gzip cut", "gzip", STORED[:-40], "ends too early", {"/1.png"}),
    ("gzip cut in its trailer", "gzip", gzip.compress(BODY, mtime=0)[:-4], "ends too early", BOTH),
    ("gzip cut in its header", "gzip", gzip.compress(BODY, mtime=0)[:5], "ends too early", set()),
    ("gzip with a wrong sum", "gzip", _spoiled(gzip.compress(BODY, mtime=0)), "does not decode as gzip", None),
    ("deflate cut", "deflate", zlib.compress(BODY, level=0)[:-40], "ends too early", {"/1.png"}),
    ("deflate with a wrong sum", "deflate", zlib.compress(BODY)[:-4] + b"\0\0\0\0", "does not decode as deflate", None),
    ("br cut", "br", brotli.compress(BODY)[:-1], "ends too early", None),
    ("br goes on", "br", brotli.compress(BODY) + b"garbage", "br", None),
    ("zstd cut", "zstd", zstd(BODY)[:-1], "ends too early", None),
    ("gzip under br, cut", "gzip, br", brotli.compress(gzip.compress(BODY, mtime=0)[:-4]), "ends too early", BOTH),
    ("only one of two", "gzip, br", gzip.compress(BODY, mtime=0), "br", set()),
    ("six of them", ", ".join(["gzip"] * 6), STORED, "encoded 6 times", set()),
]


@pytest.mark.parametrize(
    ("coding", "data", "sentence", "seen"), [row[1:] for row in FAULTY], ids=[row[0] for row in FAULTY]
)
async def test_a_faulty_coding_is_an_outcome_and_what_came_before_is_scanned(
    coding: str, data: bytes, sentence: str, seen: set[str] | None
) -> None:
    """The navigation fails with kind "content" and a sentence; its record holds what the good part named."""
    async with origin(coded(data, coding)) as server:
        with pytest.raises(ContentError, match=sentence) as raised:
            await load(server)
    record = raised.value.record
    assert isinstance(record, PageLoad)
    assert record.outcome == "content"
    assert record.requests[0].outcome == "content"
    assert sentence in (record.requests[0].error or "")
    found = {discovery.candidate.url for discovery in record.discoveries}
    assert found == seen or (seen is None and found <= BOTH)


async def test_a_faulty_sheet_is_the_sheets_outcome_alone() -> None:
    """The page loads, and what the good part of the sheet names is fetched."""
    sheet = gzip.compress(b"html{background:url(1.png)}" + b" " * 99, compresslevel=0, mtime=0)[:-40]
    async with origin(page("<link rel=stylesheet href=a.css>"), a_css=coded(sheet, "gzip", CSS)) as server:
        record = await load(server)
        assert asked(server) == {"/a.css", "/1.png"}
    assert record.outcome == "loaded"
    assert [request.outcome for request in record.requests] == ["complete", "content", "complete"]


async def test_a_bomb_ends_at_the_limit_on_decoded_bytes() -> None:
    """10 MB of zeros from 10 kB, with 100 kB allowed: what came before them was scanned."""
    bomb = gzip.compress(BODY + bytes(10_000_000), mtime=0)
    async with origin(coded(bomb, "gzip")) as server:
        with pytest.raises(LimitExceeded, match="100000 bytes") as raised:
            await load(server, limits=Limits(decoded_bytes=100_000))
    record = raised.value.record
    assert isinstance(record, PageLoad)
    assert {discovery.candidate.url for discovery in record.discoveries} == BOTH


async def test_a_refresh_of_a_second_takes_a_second() -> None:
    """The only real wait: Refresh field, then a meta refresh at once, then the document that stays."""
    first = page("<img src=/1.png>", fields=(("refresh", "1; url=/second"),))
    second = page("<meta http-equiv=refresh content='0; /third'><img src=/2.png>")
    async with origin(first, second=second, third=page("<img src=/3.png>")) as server:
        record = await load(server)
        assert asked(server) == {"/1.png", "/second", "/2.png", "/third", "/3.png"}
    times = [record.requests[number].times for number in record.navigations]
    waited = times[1].discovered - (times[0].response_end or 0)
    assert 990 < waited < 1500
    assert record.final_url == server.url + "/third"
    assert [record.requests[number].initiator.element for number in record.navigations] == [None, "Refresh", "meta"]


async def test_inlined_pictures_are_told_by_their_length_and_never_asked_for() -> None:
    """data: and blob: URLs are discoveries without a request; a megabyte of one leaves 64 characters."""
    inlined = "data:image/png;base64," + "A" * 500_000
    document = page(
        f"<img src='{inlined}'><link rel=stylesheet href={inlined}><img src=blob:http://a/1><img src=/i.png>"
    )
    async with origin(document) as server:
        record = await load(server)
        assert asked(server) == {"/i.png"}
    assert [discovery.outcome for discovery in record.discoveries] == ["no-request"] * 3 + ["fetched"]
    assert [discovery.reason for discovery in record.discoveries[1:3]] == ["a data: URL", "a blob: URL"]
    assert record.discoveries[0].candidate.url.endswith("... (500022 characters)")
    assert len(fetcher.record.dumps(record)) < 50_000


NESTED = {
    "frame": page(
        "<link rel=stylesheet href=/a.css><iframe src=/inner></iframe>",
        hints=["</x.css>; rel=preload; as=style"],
    ),
    "inner": page("<img src=/in.png>"),
    "a_css": (Head(200, CSS), Body(b"html{background:url(bg.png)}")),
}


@pytest.mark.parametrize("http", [("http/1.1",), ("h2",)])
@pytest.mark.parametrize("transport", ["connections", "aiohttp"])
async def test_frames_are_looked_into_only_when_asked(http: tuple[str, ...], transport: str) -> None:
    """Over each protocol and transport; the 103 of a frame is never acted on."""
    if transport == "aiohttp" and http == ("h2",):
        http = ("h2", "http/1.1")  # a session speaks HTTP/1.1 only
    routes = {"/": page("<iframe src=/frame></iframe>"), **{f"/{k.replace('_', '.')}": v for k, v in NESTED.items()}}
    async with Origin(Site(routes, default=lambda _: IMAGE), tls=True, http=http) as server:
        net = NetOptions(ca_file=str(server.ca_file))
        await load(server, options=net, transport=transport)
        assert asked(server) == {"/frame"}
        server.log.clear()
        record = await load(server, options=net, transport=transport, frames=True)
        assert asked(server) == {"/frame", "/a.css", "/bg.png", "/inner", "/in.png"}
    assert not any(hint.acted for hint in record.hints)
    assert [request.destination.value for request in record.requests[:2]] == ["document", "iframe"]


async def test_twenty_megabytes_pass_through_bounded_memory() -> None:
    """Text, tags and comments in 1,300 pieces: the first and the last thing named are found, the rest is not kept."""
    block = b"<p class='x y z'>Some words of a long page.</p><!-- note -->\n" * 260
    times = 20_000_000 // len(block)
    document = (
        Head(200, HTML),
        Body(b"<img src=/first.png>"),
        Repeat((Body(block),), times),
        Body(b"<img src=/last.png>"),
    )
    async with origin(document) as server:
        await load(server, limits=Limits(body_bytes=50_000_000))  # imports, caches
        tracemalloc.start()
        try:
            record = await load(server)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert asked(server) == {"/first.png", "/last.png"}
    request = record.document_request
    assert request is not None
    assert request.sizes.decoded == 39 + times * len(block)
    assert len(request.chunks) <= 2_000
    assert record.discoveries[-1].candidate.offset == request.sizes.decoded - 19
    assert peak < 8_000_000


async def test_a_page_that_names_too_much_says_where_it_was_left() -> None:
    """Past ``Limits.discoveries`` one refusal and one note, and the load is over."""
    document = page("<img src=/i.png>\n" * 200)
    async with origin(document) as server:
        record = await load(server, limits=Limits(discoveries=100))
    assert len(record.discoveries) == 101
    assert record.discoveries[-1].outcome == "refused"
    assert record.notes[-1].startswith(f"At line 101 of {server.url}/ the limit of 100 discoveries was reached")


async def test_a_103_before_a_faulty_document_leaves_its_hints_in_the_record() -> None:
    """What was hinted was asked for, whatever became of the document."""
    hinted = (
        Interim(103, links("</h.css>; rel=preload; as=style")),
        Head(200, (*HTML, ("content-encoding", "gzip"))),
        Body(b"no"),
    )
    async with origin(hinted) as server:
        with pytest.raises(FetcherError) as raised:
            await load(server)
    record = raised.value.record
    assert isinstance(record, PageLoad)
    assert [hint.request for hint in record.hints] == [1]
