"""Documents that stand in a page: scanned without a request, under the page's policies, told by what holds them.

What they ask for and how it is dressed was asked of Chromium 156 (cases/inner_documents.py beside the corpus)."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

import pytest

from fetcher.browser import commands as c
from fetcher.browser.document import inner
from fetcher.discovery.html import HtmlScanner
from fetcher.fields.content_security_policy import MOST_WORDS
from fetcher.origin import Answer, Body, Head, Site
from fetcher.record import PageLoad
from fetcher.terms import Fields
from tests.support.invariants import sound
from tests.support.playbook import HTML, Playbook
from tests.support.virtual_time import virtual_load

PAGE = "https://a.test/dir/page"


def load(html: str, *fields: tuple[str, str], frames: bool = True) -> PageLoad:
    document: Answer = (Head(200, (*HTML, *fields)), Body(b"<!doctype html>" + html.encode()))
    picture: Answer = (Head(200, (("content-type", "image/png"), ("cache-control", "max-age=60"))), Body(b"x"))
    visit = virtual_load(
        PAGE, Site({"/dir/page": document}, default=lambda _: picture), browser="chromium", frames=frames
    )
    assert visit.error is None
    return sound(visit.load)


def paths(record: PageLoad) -> list[str]:
    return [request.url.removeprefix("https://a.test") for request in record.requests[1:]]


def srcdoc(text: str, more: str = "") -> str:
    return f'<iframe srcdoc="{escape(text)}" {more}></iframe>'


def data(text: str, kind: str = "text/html") -> str:
    return f'<iframe src="data:{kind},{quote(text)}"></iframe>'


CSP: Fields = (("content-security-policy", "img-src 'none'"),)
ROWS: list[tuple[str, Fields, list[str]]] = [
    (srcdoc("<img src=i.png>"), (), ["/dir/i.png"]),
    (srcdoc("<base href=/b/><img src=i.png>"), (), ["/b/i.png"]),
    (f"<base href=/b/>{srcdoc('<img src=i.png>')}", (), ["/b/i.png"]),
    (srcdoc(srcdoc(srcdoc("<img src=i.png>"))), (), ["/dir/i.png"]),
    (srcdoc(srcdoc(srcdoc(srcdoc("<img src=i.png>")))), (), []),
    (srcdoc("<img src=i.png>"), CSP, []),
    (srcdoc("<img src=i.png><script src=s.js></script>", "csp=\"img-src 'none'\""), (), ["/dir/s.js"]),
    (srcdoc("<iframe src=page></iframe>"), (), ["/dir/page"]),
    (data("<img src=i.png><img src=https://a.test/j.png>"), (), ["/j.png"]),
    (data("<img src=https://a.test/j.png>"), CSP, []),
    (data("<img src=https://a.test/j.png>"), (("content-security-policy", "frame-src 'self'"),), []),
    (data("<img src=https://a.test/j.png>", "text/plain"), (), []),
    (
        f"<object data='data:text/html,{quote('<img src=https://a.test/j.png>')}'><img src=k.png></object>",
        (),
        ["/j.png"],
    ),
]


@pytest.mark.parametrize(("html", "fields", "asked"), ROWS)
def test_what_they_ask_for(html: str, fields: Fields, asked: list[str]) -> None:
    """Bases, policies and depth."""
    found = [each for each in paths(load(html, *fields)) if each != "/dir/k.png"]
    assert found[: len(asked)] == asked
    assert len(found) == len(asked) or "page" in html


def test_they_are_told_by_what_holds_them() -> None:
    """The record has requests only; what such a document names has the line of its frame, and where it stood."""
    record = load(
        f"\n\n<p>{srcdoc('<p>' * 90 + '<link rel=stylesheet href=s.css>' + data('<img src=https://a.test/i.png>'))}"
    )
    frame, sheet, inner, picture = record.discoveries
    assert (frame.outcome, frame.reason) == ("no-request", "the frame's document stands in its srcdoc attribute")
    assert len(frame.candidate.attribute("srcdoc") or "") < 100
    for each, within in ((sheet, "about:srcdoc"), (inner, "about:srcdoc"), (picture, "data:")):
        assert (each.source, each.candidate.line, each.candidate.in_head) == (0, 3, False)
        assert each.candidate.attribute("document") == within
    assert sheet.candidate.url == "https://a.test/dir/s.css"
    assert record.requests[1].initiator.request == 0
    assert dict(record.requests[1].fields)["referer"] == PAGE


def test_without_frames_they_are_not_looked_into() -> None:
    """As documents that are fetched are not, and the record says so."""
    record = load(srcdoc("<img src=i.png>") + data("<img src=https://a.test/i.png>"), frames=False)
    assert paths(record) == []
    assert all("frames are not looked into" in each.reason for each in record.discoveries)


def test_a_sandboxed_one_is_of_no_origin() -> None:
    """No cookie, no Referer; Origin is null where the page's own site is asked."""
    cookie = ("set-cookie", "a=1; SameSite=None; Secure")
    for html in (srcdoc("<img src=https://a.test/i.png>", "sandbox"), data("<img src=https://a.test/i.png>")):
        sent = dict(load(html, cookie).requests[1].fields)
        assert sent["origin"] == "null"
        assert sent.keys().isdisjoint({"cookie", "referer"})
    assert dict(load(srcdoc("<img src=i.png>"), cookie).requests[1].fields)["cookie"] == "a=1"


def test_a_page_of_nothing_but_them_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as are looked into, each looked into once; policies of thousands of words are not copied into each."""
    monkeypatch.setattr(inner, "MOST", 300)
    record = load(srcdoc("<img src=i.png>") * 400, ("content-security-policy", "img-src * " + "https: " * MOST_WORDS))
    assert paths(record) == ["/dir/i.png"]
    assert sum(each.url == "https://a.test/dir/i.png" for each in record.discoveries) == 300
    assert sum("more than 300 documents" in each.reason for each in record.discoveries) == 100


def test_the_machine_orders_a_scan_of_the_text() -> None:
    """With a number below 0 that no request has; the load is not over before it."""
    play = Playbook(PAGE, frames=True)
    play.opens()
    play.head(0)
    scanner = HtmlScanner()
    lines = play.finds(*scanner.feed(srcdoc("<p>").encode()), *scanner.close())
    assert lines == ["found frame no-request", "scan -1 html"]
    (scan,) = [each for each in play.commands if isinstance(each, c.Scan)]
    assert scan.text == b"<p>"
    play.ends(0)
    assert play.drains(0) == []
    assert play.drains(-1) == ["finish loaded"]


MODULE = "data:text/javascript,import%20%22https://a.test/m.js%22"
MODULES: list[tuple[str, Fields, list[str]]] = [
    (f"<script type=module>import '{MODULE}'</script>", (), ["/m.js"]),
    (f"<script type=module src='{MODULE}'></script>", (), ["/m.js"]),
    (f"<script type=module src='{MODULE}'></script><script type=module>import '{MODULE}'</script>", (), ["/m.js"]),
    ("<script type=module>import 'data:text/javascript,import%20%22./m.js%22'</script>", (), []),
    ("<script type=module>import 'data:text/plain,import%20%22https://a.test/m.js%22'</script>", (), []),
    (f"<script type=module src='{MODULE}'></script>", (("content-security-policy", "script-src 'self'"),), []),
    (srcdoc(f'<script type=module src="{MODULE}"></script>'), (), ["/m.js"]),
]


@pytest.mark.parametrize(("html", "fields", "asked"), MODULES)
def test_what_modules_in_data_urls_import(html: str, fields: Fields, asked: list[str]) -> None:
    """Each is read once; what they ask for is told by the element that holds them."""
    record = load(html, *fields)
    assert paths(record) == asked
    for each in record.discoveries:
        assert each.source == 0
        assert len(each.candidate.url) < 200
    assert ("referer" in dict(record.requests[-1].fields)) is False
