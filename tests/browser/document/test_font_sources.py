"""One url of a face is fetched: of the last src, the first with a supported format."""

from __future__ import annotations

import pytest

from fetcher.browser.document.font_sources import passed_over
from fetcher.discovery.candidates import CandidateKind
from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.html.markup import MarkupNames
from tests.support.playbook import CSS, HTML, Playbook, sheet

# css, the urls that are asked for
FACES = [
    ("@font-face{font-family:a;src:url(1.woff2)format('woff2'),url(1.woff)format('woff')}", ["1.woff2"]),
    ("@font-face{font-family:a;src:url(1.eot);src:url(2.eot)format('embedded-opentype'),url(1.woff)}", ["1.woff"]),
    ("@font-face{font-family:a;src:local(x),url(1.ttf)}", ["1.ttf"]),
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
