"""What a page with a 103 wanted, by every way to name something: each is told of, and none ends the telling."""

from __future__ import annotations

import pytest

from fetcher.analysis.wanted import wanted_of
from fetcher.origin import Answer, Body, Head, Interim, RequestSeen, Site, Wait, asset
from fetcher.report.summary import details
from fetcher.terms import Credentials, Destination, Mode
from tests.support.virtual_time import virtual_load

TYPES = {"css": "text/css", "js": "text/javascript", "html": "text/html"}
HINT = (("link", "</a.css>; rel=preload; as=style"),)

# what names something, and what of it is wanted
NAMED = {
    "<meta http-equiv=refresh content='0;url=/x.html'>": [],
    "<script type=module>import '/x.js'; import('/y.js')</script>": ["/x.js"],
    "<script type=module src=/x.js></script>": ["/x.js"],
    "<script src=/x.js></script><script>var a</script>": ["/x.js"],
    "<object data=/x.html></object>": ["/x.html"],
    "<embed src=/x.png>": ["/x.png"],
    "<video src=/x.mp4 poster=/y.png></video>": ["/x.mp4", "/y.png"],
    "<link rel=manifest href=/x.json><link rel=icon href=/y.png>": [],
    "<link rel=prefetch href=/x.js>": ["/x.js"],
    "<link rel='preload modulepreload' as=script href=/x.js>": ["/x.js"],
    "<iframe src=/x.html></iframe>": ["/x.html"],
    "<iframe srcdoc='<img src=/x.png>'></iframe>": [],
    "<svg><use href='/x.svg#a' /></svg>": ["/x.svg"],
    "<p style='background:url(/x.png)'>text": ["/x.png"],
}


def answer(seen: RequestSeen) -> Answer:
    return asset(b"", TYPES.get(seen.path.rpartition(".")[2], "image/png"))


@pytest.mark.parametrize("markup", NAMED)
def test_what_is_wanted(markup: str) -> None:
    first = (Interim(103, HINT), Wait(50), Head(200, (("content-type", "text/html"),)), Body(markup.encode()))
    load = virtual_load("https://a.test/", Site({"/": first}, default=answer)).load
    assert sorted(one.url.removeprefix("https://a.test") for one in wanted_of(load)) == NAMED[markup]
    assert details(load, width=100)


def test_an_import_is_asked_for_as_its_request_was() -> None:
    markup = b"<script type=module>import '/x.js'</script>"
    first = (Head(200, (("content-type", "text/html"),)), Body(markup))
    (found,) = wanted_of(virtual_load("https://a.test/", Site({"/": first}, default=answer)).load)
    assert (found.destination, found.mode, found.credentials) == (
        Destination.SCRIPT, Mode.CORS, Credentials.SAME_ORIGIN,
    )  # fmt: skip
