"""Digests of inline styles: what a policy with hashes asks for, the same for every cutting of the document."""

from __future__ import annotations

import base64
import hashlib

import pytest

from fetcher.discovery.candidates import Candidate
from fetcher.discovery.html import HtmlScanner


def of(text: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text).digest()).decode()


DOCUMENT = (
    b"<style>p{background:url(a)}\r\n</style><style media=print nonce=n>@import 'b';</style>"
    b"<p style='background:url(c&amp;)'>x"
    b"<svg><style>p{background:url(d)}</style></svg><style>p{background:url(e)"
)
TEXTS = {
    "a": b"p{background:url(a)}\n",
    "b": b"@import 'b';",
    "c&": b"background:url(c&)",
    "d": b"p{background:url(d)}",
    "e": b"p{background:url(e)",
}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_each_style_carries_the_digest_of_its_text(size: int) -> None:
    """Line breaks as the parser normalises them, attributes as they were decoded, an unclosed element too."""
    scanner = HtmlScanner(digest_styles=True)
    found: list[Candidate] = []
    for start in range(0, len(DOCUMENT), size):
        found += scanner.feed(DOCUMENT[start : start + size])
    found += scanner.close()
    told = {each.url: (each.attribute("digests") or "").split()[0] for each in found if each.inline and each.url}
    assert told == {url: of(text) for url, text in TEXTS.items()}


def test_nobody_else_pays_for_them() -> None:
    """Without a policy that has hashes nothing carries any; one in a <meta> asks for them from there on."""
    style = b"<style>p{background:url(a)}</style>"
    meta = b"<meta http-equiv=Content-Security-Policy content=\"style-src 'sha256-AAAA'\">"
    found = HtmlScanner().feed(style + meta + style)
    assert [each.attribute("digests") is not None for each in found if each.url == "a"] == [False, True]
