"""Refusals that need a real load: digests over decoded content, HSTS over a good certificate, styles by digest."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import replace

import fetcher
from fetcher.browser.storage.state import BrowserState
from fetcher.net import NetOptions
from fetcher.origin.script import Body, Head, Interim, Route, Site, Wait, asset, page
from fetcher.origin.server import Origin
from fetcher.record import PageLoad, dumps, loads
from fetcher.record.har.writer import to_har
from fetcher.terms import Fields

SHEET = b"p{background:url(bg.png)}"


def digest(data: bytes, algorithm: str = "sha384") -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


async def load(routes: dict[str, Route], **options: object) -> PageLoad:
    async with Origin(Site(routes, default=asset(b"x", "image/png"))) as server:
        return await fetcher.load_page(server.url + "/", **options)  # type: ignore[arg-type]


def asked(record: PageLoad) -> dict[str, tuple[str, str | None]]:
    return {each.url.rpartition("/")[2]: (each.outcome, each.rule) for each in record.requests}


async def test_integrity_over_content_as_decoded() -> None:
    """A gzipped sheet in small pieces matches by what it decodes to, and only then is looked into."""
    packed = (
        Head(200, (("content-type", "text/css"), ("content-encoding", "gzip"))),
        Body(gzip.compress(SHEET, mtime=0), chunk=7, every_ms=1),
    )
    html = "".join(
        f"<link rel=stylesheet href={name} integrity={value}>"
        for name, value in (("good.css", digest(SHEET)), ("bad.css", digest(b"no")))
    )
    record = await load({"/": page(html + "<p>x"), "/good.css": packed, "/bad.css": packed})
    assert asked(record) == {
        "": ("complete", None), "good.css": ("complete", None), "bad.css": ("blocked", "SRI"),
        "bg.png": ("complete", None),
    }  # fmt: skip
    bad = next(each for each in record.requests if each.url.endswith("bad.css"))
    assert digest(SHEET) in (bad.error or "")
    assert bad.times.response_end is not None
    assert loads(dumps(record)) == record


async def test_what_a_hint_brought_is_checked_when_it_is_claimed() -> None:
    """The content that came before anybody asked was kept: sheets and scripts both (EH 3.4)."""
    hints = (("link", "</s.css>; rel=preload; as=style"), ("link", "</s.js>; rel=preload; as=script"))
    html = (
        f"<link rel=stylesheet href=s.css integrity={digest(SHEET)}>"
        f"<script src=s.js integrity={digest(b'no')}></script><p>x"
    )
    document = (Interim(103, hints), Wait(150), Head(200, (("content-type", "text/html"),)), Body(html.encode()))
    record = await load({"/": document, "/s.css": asset(SHEET, "text/css"), "/s.js": asset(b"1", "text/javascript")})
    assert asked(record) == {
        "": ("complete", None), "s.css": ("complete", None), "s.js": ("blocked", "SRI"), "bg.png": ("complete", None),
    }  # fmt: skip


async def test_styles_allowed_by_their_digest() -> None:
    """The text of the element decides, wherever the stream was cut."""
    yes = b"p{background:url(yes.png)}"
    policy = (("content-security-policy", f"style-src '{digest(yes, 'sha256')}'"),)
    html = b"<style>" + yes + b"</style><style>p{background:url(no.png)}</style><p>x"
    document = (Head(200, (("content-type", "text/html"), *policy)), Body(html, chunk=3))
    record = await load({"/": document})
    assert set(asked(record)) == {"", "yes.png"}
    refused = [each for each in record.discoveries if each.outcome == "refused"]
    assert [(each.rule, each.url and each.url.rpartition("/")[2]) for each in refused] == [("CSP style-src", "no.png")]
    told = to_har(record)["log"]["pages"][0]["_refused"]
    assert [(each["rule"], each["reason"]) for each in told] == [
        ("CSP style-src", "the page's Content-Security-Policy forbids this style")
    ]


async def test_a_sandboxed_page_shows_what_is_in_noscript() -> None:
    policy = (("content-security-policy", "sandbox"),)
    record = await load({"/": page("<noscript><img src=n.png></noscript><img src=i.png>", fields=policy)})
    assert set(asked(record)) == {"", "n.png", "i.png"}


async def test_hsts_from_one_load_to_the_next() -> None:
    """Kept where the certificate was good, not with --insecure; the next load goes to https by a 307 of its own."""
    hsts: Fields = (("strict-transport-security", "max-age=600"),)
    async with Origin({"/": page("x", fields=hsts)}, tls=True) as server:
        connect = (("b.test", 443, "127.0.0.1", server.port), ("b.test", 80, "127.0.0.1", server.port))
        net = NetOptions(ca_file=str(server.ca_file), connect_to=connect)
        kept: list[BrowserState] = []
        await fetcher.load_page("https://b.test/", options=replace(net, insecure=True), on_state=kept.append)
        assert kept[-1].secure_hosts == ()
        await fetcher.load_page("https://b.test/", options=net, on_state=kept.append)
        assert [each.host for each in kept[-1].secure_hosts] == ["b.test"]
        record = await fetcher.load_page("http://b.test/", options=net, state=kept[-1])
    assert [(each.url, each.status, each.rule) for each in record.requests] == [
        ("http://b.test/", 307, "HSTS"),
        ("https://b.test/", 200, None),
    ]
    assert record.requests[0].redirect_to == 1
