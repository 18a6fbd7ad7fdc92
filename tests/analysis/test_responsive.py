"""Images that the viewport chooses among, and media that do not hold."""

from __future__ import annotations

import pytest

from fetcher.analysis.responsive import applies, image_choices
from fetcher.analysis.wanted import wanted_of
from fetcher.origin import Route, asset, page
from tests.support.virtual_time import virtual_load

IMAGE = asset(10, "image/png")
PICTURES: dict[str, Route] = {f"/{name}.png": IMAGE for name in "abc"}


@pytest.mark.parametrize(
    ("markup", "chosen", "among", "by"),
    [
        ('<img src="/a.png" srcset="/b.png 400w, /c.png 2000w" sizes="100vw">', "c", "abc", "srcset and sizes"),
        ('<img src="/a.png" srcset="/b.png 2x">', "a", "ab", "srcset"),
        (
            '<picture><source srcset="/b.png" media="(max-width:1px)"><img src="/a.png"></picture>',
            "a", "ab", "media",
        ),
        (
            '<picture><source srcset="/b.png" media="(min-width:1px)"><img src="/a.png"></picture>',
            "b", "ab", "media",
        ),
    ],
)  # fmt: skip
def test_choices(markup: str, chosen: str, among: str, by: str) -> None:
    """What the default screen takes, what others could, and by which words."""
    load = virtual_load("https://a.test/", {"/": page(f"<body>{markup}"), **PICTURES}).load
    (found,) = image_choices(load)
    assert found.chosen == f"https://a.test/{chosen}.png"
    assert set(found.among) == {f"https://a.test/{name}.png" for name in among}
    assert found.by == by


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="/a.png">',
        '<img src="/a.png" srcset="/a.png">',
        '<picture><source srcset="/b.png" type="image/png"><img src="/a.png"></picture>',
        '<style>body{background:url(/a.png)}</style>',
    ],
)  # fmt: skip
def test_what_the_viewport_does_not_choose(markup: str) -> None:
    """One file, or one of several formats, which all of today's browsers choose alike."""
    load = virtual_load("https://a.test/", {"/": page(f"<body>{markup}"), **PICTURES}).load
    assert image_choices(load) == ()


def test_media_that_do_not_hold() -> None:
    """A sheet for print is wanted and does not apply."""
    head = '<link rel="stylesheet" href="/a.css"><link rel="stylesheet" href="/p.css" media="print">'
    sheet = asset(b"p{color:red}", "text/css")
    load = virtual_load("https://a.test/", {"/": page(head), "/a.css": sheet, "/p.css": sheet}).load
    assert [(one.url[-6:], applies(load, one)) for one in wanted_of(load)] == [("/a.css", True), ("/p.css", False)]
