"""Module graphs over a real connection: scanned as they come, kept until they are claimed, saved and read back."""

from __future__ import annotations

import base64
import gzip
import hashlib

import fetcher
from fetcher.browser.commands import Scan, ScanKind
from fetcher.load.content import Content
from fetcher.origin.script import Body, Head, Route, asset, page
from fetcher.origin.server import Origin
from fetcher.record import PageLoad, dumps, loads
from fetcher.terms import InitiatorKind, Limits
from tests.support.schema import validate

JS = "text/javascript"
ENTRY = b'import "./b.js"; import x from "./x.json" with {type: "json"}; import("./never.js")'
MODULES: dict[str, Route] = {
    "/a.js": (
        Head(200, (("content-type", JS), ("content-encoding", "gzip"), ("cache-control", "max-age=600"))),
        Body(gzip.compress(ENTRY, mtime=0), chunk=7),
    ),
    "/b.js": asset(b'export * from "/c.js"', JS),
    "/c.js": asset(b'import "/a.js"', JS),
    "/x.json": asset(b"{}", "application/json"),
}


async def load(html: str, hints: list[str], **routes: Route) -> tuple[PageLoad, list[str]]:
    site = {"/": page(html, hints=hints), **MODULES, **{f"/{name}.js": route for name, route in routes.items()}}
    async with Origin(site) as origin:
        record = await fetcher.load_page(f"{origin.url}/")
        return record, sorted(each.target for each in origin.log.requests())


async def test_a_graph() -> None:
    """Each module is asked for once, with its place in the importing one; the record keeps it all."""
    record, asked = await load("<script type=module src=/a.js></script>", [])
    assert asked == ["/", "/a.js", "/b.js", "/c.js", "/x.json"]
    child = next(each for each in record.requests if each.url.endswith("/b.js"))
    assert (child.initiator.kind, child.initiator.offset) == (InitiatorKind.MODULE_GRAPH, 7)
    assert loads(dumps(record)) == record
    assert validate(record) == record
    never = next(each for each in record.discoveries if each.candidate.url == "./never.js")
    assert (never.outcome, never.request) == ("no-request", None)


async def test_a_hinted_module_is_kept_until_it_is_claimed() -> None:
    """It came before anybody wanted it; its imports are asked for once the document does. Unclaimed, never."""
    hints = ["</a.js>; rel=modulepreload"]
    _, asked = await load("<script type=module src=/a.js></script>", hints)
    assert asked == ["/", "/a.js", "/b.js", "/c.js", "/x.json"]
    assert (await load("<p>x", hints))[1] == ["/", "/a.js"]
    _, asked = await load("<script type=module src=/a.js></script>", ["</a.js>; rel=preload; as=script"])
    assert asked == ["/", "/a.js", "/b.js", "/c.js", "/x.json"]


async def test_integrity_comes_first() -> None:
    """A module whose content is not what was asked for gives its graph nothing."""
    right = base64.b64encode(hashlib.sha256(ENTRY).digest()).decode()
    for digest, expected in ((right, 5), ("A" * 43 + "=", 2)):
        _, asked = await load(f"<script type=module integrity=sha256-{digest} src=/a.js></script>", [])
        assert len(asked) == expected
        text = f'<script type=importmap>{{"integrity": {{"/a.js": "sha256-{digest}"}}}}</script>'
        _, asked = await load(f"{text}<script type=module src=/a.js></script>", [])
        assert len(asked) == expected


async def test_a_script_that_nobody_kept() -> None:
    """A classic script's content is not kept: a module of the same URL is read out of the HTTP cache."""
    content = Content((), Limits())
    content.feed(b'import "./b.js";')
    assert content.is_cut
    record, asked = await load("<script src=/a.js></script><script type=module src=/a.js></script>", [])
    assert record.outcome == "loaded"
    assert asked == ["/", "/a.js", "/b.js", "/c.js", "/x.json"]


def test_a_module_is_utf_8_whatever_is_said() -> None:
    content = Content((("content-type", "text/javascript; charset=utf-16"),), Limits())
    assert content.scan(Scan(0, ScanKind.MODULE, "utf-16")) == []
    assert content.feed('import "./é.js"'.encode()) == []
    assert [each.url for each in content.end()] == ["./é.js"]


def test_a_module_too_large_is_not_read() -> None:
    """50 MB of imports, and one megabyte more: said, and nothing asked for."""
    content = Content((), Limits())
    content.scan(Scan(0, ScanKind.MODULE))
    piece = b'import "a";' * 100_000
    for _ in range(46):
        content.feed(piece)  # past the limit of imports nothing is kept of it
    found = content.end()
    assert [(each.url, each.attribute("unreadable")) for each in found] == [
        ("", "the module is larger than 50,000,000 bytes: not read")
    ]
