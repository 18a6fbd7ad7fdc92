"""What the start of rendering waits for, and which picture is taken for the largest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fetcher.analysis.timing.rendering import lcp_candidate, render_blocking
from fetcher.origin import Answer, RequestSeen, Site, asset, page
from fetcher.record import PageLoad, from_har
from fetcher.terms import Destination, InitiatorKind, NetPriority
from tests.support.loads import shop
from tests.support.virtual_time import virtual_load

SHOP = Path(__file__).parents[2] / "record" / "data" / "shop-product-early-hints.har"
TYPES = {"css": "text/css", "js": "text/javascript", "png": "image/png", "woff2": "font/woff2"}


def served(request: RequestSeen) -> Answer:
    """20 kB of a picture, 500 bytes of a small one; sheets name what stands in their file's name."""
    ending = request.path.rpartition(".")[2]
    if request.path == "/bg.css":
        return asset(b"p{background:url(/bg.png)}", "text/css")
    if request.path == "/imports.css":
        return asset(b"@import '/b.css';", "text/css")
    size = 500 if "small" in request.path else 20_000
    return asset(size if ending == "png" else b"", TYPES.get(ending, "text/plain"))


def load(html: str) -> PageLoad:
    return virtual_load("https://a.test/", Site({"/": page(f"<!doctype html>{html}")}, default=served)).load


BLOCKING = {
    "<link rel=stylesheet href=/a.css><body><p>x": {"/a.css": "a style sheet of the head"},
    "<link rel=stylesheet href=/a.css media=print><body><p>x": {},
    "<script src=/a.js></script><body><p>x": {"/a.js": "a script that stops the parser"},
    "<script src=/a.js async></script><script src=/b.js defer></script><body><p>x": {},
    "<script src=/a.js async blocking=render></script><body><p>x": {"/a.js": "a script with blocking=render"},
    "<body><p>x<script src=/a.js></script>": {},
    "<link rel=stylesheet href=/imports.css><body><p>x": {
        "/imports.css": "a style sheet of the head",
        "/b.css": "a style sheet that another one imports",
    },
}


@pytest.mark.parametrize("html", BLOCKING)
def test_render_blocking(html: str) -> None:
    """Each with what it is, and where the page names it."""
    record = load(html)
    found = render_blocking(record)
    assert {record.requests[one.request].url.removeprefix("https://a.test"): one.why for one in found} == BLOCKING[html]
    assert all(one.discovery is not None and not one.guessed for one in found)


def test_a_file_of_a_browser_is_guessed_by_priority() -> None:
    """It names no elements: style sheets that were asked for with the highest priority, and called a guess."""
    base = shop()
    har = replace(base, discoveries=(), recorded_by="Chrome")
    found = render_blocking(har)
    assert [one.request for one in found] == [1, 5]
    assert all(one.guessed for one in found)
    assert render_blocking(replace(base, document=None)) == ()


LARGEST = {
    "<body><img src=/small.png><img src=/a.png><img src=/b.png fetchpriority=high>": ("/b.png", "fetchpriority=high"),
    "<link rel=preload as=image href=/b.png><body><img src=/a.png><img src=/b.png>": ("/b.png", "the page preloads it"),
    "<body><img src=/small.png><img src=/a.png><img src=/b.png>": ("/a.png", "first large picture of the document"),
    "<body><img src=/a.png loading=lazy><img src=/b.png>": ("/b.png", "first large picture"),
    "<body><img src=/a.png width=40 height=40><img src=/b.png>": ("/b.png", "first large picture"),
    "<link rel=stylesheet href=/bg.css><body><p>x": ("/bg.png", "that a style sheet names"),
    "<body><p>x<img src=/small.png>": (None, ""),
}


@pytest.mark.parametrize("html", LARGEST)
def test_the_largest_picture(html: str) -> None:
    """By what the page says, then by what came first; the reason is told, since it is a guess."""
    record = load(html)
    found = lcp_candidate(record)
    url, why = LARGEST[html]
    if url is None:
        assert found is None
        return
    assert found is not None
    assert record.requests[found.request].url == f"https://a.test{url}"
    assert why in found.why
    assert found.in_css is (url == "/bg.png")


def test_a_picture_for_several_screens() -> None:
    """No link can name it for all of them."""
    found = lcp_candidate(load("<body><img src=/a.png srcset='/a.png 1x, /b.png 2x'>"))
    assert found is not None
    assert found.responsive


def test_a_hinted_picture_is_one_that_its_author_thinks_of() -> None:
    """Before the first large one; in a browser's file where it is the only one."""
    html = "<!doctype html><body><img src=/a.png><img src=/b.png>"
    hint = "</b.png>; rel=preload; as=image"
    site = Site({"/": page(html, hints=(hint,), think_ms=50)}, default=served)
    found = lcp_candidate(virtual_load("https://a.test/", site).load)
    assert found is not None
    assert found.why == "the 103 hints it"
    rum = lcp_candidate(from_har(SHOP))
    assert rum is not None
    assert "rumbullion-rum.jpg" in from_har(SHOP).requests[rum.request].url


def test_in_a_browsers_file_by_raised_priority() -> None:
    """Chrome raises pictures on the screen; of those the largest."""
    base = shop()
    requests = tuple(
        replace(one, priority=NetPriority.MEDIUM if one.id in (7, 8) else NetPriority.LOWEST)
        if one.destination is Destination.IMAGE
        else one
        for one in base.requests
    )
    found = lcp_candidate(replace(base, requests=requests, discoveries=(), recorded_by="Chrome"))
    assert found is not None
    assert found.request == 7
    assert base.requests[7].initiator.kind is InitiatorKind.PRELOAD_SCAN
