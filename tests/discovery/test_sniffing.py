"""What a document is by its first bytes; each row was asked of Chromium 156 (cases/sniffing.py beside it)."""

from __future__ import annotations

import pytest

from fetcher.browser.commands import Scan, ScanKind
from fetcher.discovery.sniffing import BYTES, HTML, OTHER, XML, sniffed
from fetcher.load.content import Content
from fetcher.terms import Limits

ROWS = [
    ("<!doctype html>", HTML),
    (" \n<!DOCTYPE HTML PUBLIC", HTML),
    ("<htmlx>", HTML),
    ("<h1>", HTML),
    ("<!-- x -->", HTML),
    ("<p", HTML),
    ("<html>\0\1", HTML),
    ("<?xml version='1.0'?>", XML),
    ("<h2>", OTHER),
    ("<img src=a>", OTHER),
    ("<span>", OTHER),
    ("<meta charset=utf-8>", OTHER),
    ("<svg>", OTHER),
    ("\ufeff<!doctype html>", OTHER),
    ("hello <p>", OTHER),
    ("", OTHER),
    (" " * BYTES + "<p>", OTHER),
]


@pytest.mark.parametrize(("text", "essence"), ROWS)
def test_what_it_is(text: str, essence: str) -> None:
    assert sniffed(text.encode()) == essence


@pytest.mark.parametrize("cut", [1, 5, 16, 17, 600])
@pytest.mark.parametrize(("text", "urls"), [("<p><img src=a>", ["a"]), ("text <img src=a>", []), ("<?xml?><p>", [])])
def test_content_waits_for_enough_of_it(text: str, urls: list[str], cut: int) -> None:
    """However it comes in, what is there is scanned once it is known as what, and all of it."""
    content = Content((), Limits())
    content.scan(Scan(0, ScanKind.UNKNOWN))
    data = text.encode() + b" " * 700
    pieces = [data[at : at + cut] for at in range(0, len(data), cut)]
    found = [each for piece in pieces for each in content.feed(piece)] + content.end()
    assert [each.url for each in found if each.kind.value == "image"] == urls
    assert content.is_scanning
