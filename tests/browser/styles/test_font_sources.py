"""One url of a face is fetched: of the last src, the first with a supported format."""

from __future__ import annotations

import pytest

from fetcher.browser.commands import Scan, ScanKind
from fetcher.browser.events import FetchEnded
from fetcher.browser.styles.font_sources import passed_over
from fetcher.discovery.candidates import CandidateKind
from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.html.markup import MarkupNames
from fetcher.load.content import Content
from fetcher.terms import Limits
from tests.support.playbook import CSS, FRESH, HTML, Playbook, sheet

# css, the urls that are asked for
FACES = [
    ("@font-face{font-family:a;src:url(1.woff2)format('woff2'),url(1.woff)format('woff')}", ["1.woff2"]),
    ("@font-face{font-family:a;src:url(1.eot);src:url(2.eot)format('embedded-opentype'),url(1.woff)}", ["1.woff"]),
    ("@font-face{font-family:a;src:local(x),url(1.ttf)}", ["1.ttf"]),
    ("@font-face{font-family:a;src:url(data:font/woff2;base64,d09GMgABAAA),url(1)}", []),
    ("@font-face{font-family:a;src:url(data:font/woff2;base64,AAAAAAAAAAA),url(1)}", ["1"]),
    ("@font-face{font-family:a;src:url('data:font/eot,wOF2')format('embedded-opentype'),url(1)}", ["1"]),
    ("@font-face{font-family:a;src:url(data:,OTTO)format('eot'),url(data:,wO%46%32)format('woff2'),url(1)}", []),
    ("@font-face{font-family:a;src:url(1),url(data:,wOF2),url(2)}", ["1"]),
    ("@font-face{font-family:a;src:url(data:,wOF2);src:url(1)}", ["1"]),
    ("@font-face{font-family:a;src:url(1.svg#x)format('svg')}", []),
    ("@font-face{font-family:a;src:url(1)}@font-face{font-family:a;font-weight:700;src:url(2)}", ["1", "2"]),
    ("@font-face{font-family:a;src:url(1);unicode-range:U+0}@font-face{font-family:a;src:url(2)}", ["1", "2"]),
]  # fmt: skip


@pytest.mark.parametrize(("css", "urls"), FACES)
def test_the_source_of_each_face(css: str, urls: list[str]) -> None:
    """Read by our own scanner, then chosen."""
    scanner = CssScanner()
    found = [*scanner.feed(css.encode()), *scanner.close()]
    reasons = passed_over(found)
    assert [
        each.url for index, each in enumerate(found) if each.kind is CandidateKind.CSS_FONT and index not in reasons
    ] == urls
    assert all(reasons.values())


def test_a_page_asks_for_one_source_of_a_used_face() -> None:
    """Through the machine: the woff is kept in the record with its reason, and no request is made for it."""
    play = Playbook()
    play.opens()
    play.head(0, fields=HTML)
    play.finds(sheet("/a.css"))
    play.head(1, fields=CSS)
    scanner = CssScanner()
    css = b"@font-face{font-family:brand;src:url(f.woff2)format('woff2'),url(f.woff)format('woff')}p{font-family:Brand}"
    play.finds(*scanner.feed(css), *scanner.close(), fetch=1)
    play.finds(*MarkupNames().feed(b"<p>"))
    assert [line for line in play.log if line.startswith("start")][2:] == [
        "start 2 https://a.test/f.woff2 on 0 font cors"
    ]


CSP = ("content-security-policy", "font-src 'self' https://closed.test")
FAILING = ["https://other.test/f", "foo:f", "https://[", "https://closed.test/f"]


@pytest.mark.parametrize("url", FAILING)
def test_a_source_that_is_refused_is_followed_by_the_next(url: str) -> None:
    """By a policy, by CORS, or because its URL leads nowhere; each with its line in the record."""
    play = Playbook()
    play.opens()
    play.head(0, fields=(*HTML, CSP))
    html = f"<style>@font-face{{font-family:F;src:url('{url}'),url(foo:g),url(h),url(i)}}p{{font-family:F}}</style><p>x"
    content = Content(HTML, Limits())
    content.scan(Scan(0, ScanKind.HTML))
    play.finds(*content.feed(html.encode()), *content.end())
    if "closed" in url:
        play.opens(connection=1)
        play.head(1, fields=FRESH)
    assert [line for line in play.log if " font cors" in line][-1].split()[2] == "https://a.test/h"
    play.ends(0)
    told = {each.url: each.outcome for each in play.recorder.load().discoveries}
    assert told["foo:g"] == "no-request"


def test_a_face_of_many_sources_that_all_fail_ends() -> None:
    """Two hundred of them, at once and without going deep."""
    play = Playbook()
    play.opens()
    play.head(0, fields=(*HTML, CSP))
    many = ",".join(f"url(https://other.test/{number})" for number in range(250))
    html = f"<style>@font-face{{font-family:F;src:{many},url(h)}}p{{font-family:F}}</style><p>x"
    content = Content(HTML, Limits())
    content.scan(Scan(0, ScanKind.HTML))
    play.finds(*content.feed(html.encode()), *content.end())
    assert play.log[-1] == "start 1 https://a.test/h on 0 font cors"


def test_a_font_that_is_none_is_followed_by_the_next() -> None:
    """An error page that is called a font."""
    play = Playbook()
    play.opens()
    play.head(0)
    content = Content(HTML, Limits())
    content.scan(Scan(0, ScanKind.HTML))
    html = b"<style>@font-face{font-family:F;src:url(f),url(g)}p{font-family:F}</style><p>x"
    play.finds(*content.feed(html), *content.end())
    play.head(1, fields=FRESH)
    assert "start 2 https://a.test/g on 0 font cors" in play.event(
        FetchEnded(play.at, 1, 9, 9, first=b"<!doctype html>")
    )
