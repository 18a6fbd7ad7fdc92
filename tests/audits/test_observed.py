"""Rules that scripts keep from an answer, with what a browser was seen to request: each has one then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Page
from fetcher.audits.why import State, StepName, why
from fetcher.origin import asset
from fetcher.record import PageLoad
from fetcher.record.in_chromium import ChromiumRequest
from fetcher.record.observed import Observed, ObservedRequest, read_observed
from fetcher.terms import Destination
from tests.audits.cases import told
from tests.audits.one_page import page
from tests.audits.site.parts import CACHED, final, html, interim, sound
from tests.support.netlog_site import DATA, with_netlog

PICTURE = "</late.png>; rel=preload; as=image"
SCRIPTED = '<link rel="stylesheet" href="/a.css"><script src="/a.js"></script>'


def scripted(*hints: str, repeated: bool = False) -> Page:
    """A page with a script, whose hints the final response has again only where ``repeated``."""
    routes = {
        **sound(),
        "/": (*interim(*hints), *final(*(hints if repeated else ()), content=html(SCRIPTED))),
        "/late.png": asset(9_000, "image/png", cache=CACHED),
    }
    return page(routes=routes, hosts={"cdn.test": {"/x.js": asset(b"", "text/javascript")}})


def seen(one: Page, *urls: str, destination: Destination = Destination.IMAGE, method: str = "GET") -> Page:
    """``one`` with what a browser requested there: a script of the page asked for each of ``urls``."""
    asked = [ObservedRequest("https://a.test/a.css", "GET", Destination.STYLE, None, False, "https://a.test/", 300.0)]
    asked += [ObservedRequest(url, method, destination, None, True, "https://a.test/a.js", 400.0, 12.0) for url in urls]
    return replace(one, observed=True, seen_asking=tuple(asked))


def test_a_hint_that_a_script_uses() -> None:
    """Unknown without, unused where the browser did not ask, fine where it did; a POST is no use of it."""
    one = scripted(PICTURE)
    assert told("hint-unused", one).startswith("unknown: scripts did not run")
    assert told("hint-unused", seen(one)).startswith("warning: the 103 hints https://a.test/late.png")
    assert told("hint-unused", seen(one, "https://a.test/late.png")) == "passed"
    assert told("hint-unused", seen(one, "https://a.test/late.png", method="POST")).startswith("warning: ")


def test_where_the_page_preloads_it_too_a_browsers_file_does_not_tell() -> None:
    """Chromium's files have no request for what is taken from a document's preload: still unknown."""
    one = scripted(PICTURE, repeated=True)
    assert told("hint-unused", seen(one)).startswith("unknown: the page preloads it too")
    assert told("hint-unused", seen(one, "https://a.test/late.png")) == "passed"
    (answer,) = why(seen(one), "/late.png")
    assert answer.step(StepName.USE).state is State.UNKNOWN


def test_a_hint_used_as_something_else() -> None:
    """The use that was seen is compared as every other is."""
    one = seen(scripted(PICTURE), "https://a.test/late.png", destination=Destination.EMPTY)
    assert any(each.by_key is not None and "used as fetch" in each.by_key.reason for each in one.hints[0].reuses)


def test_an_origin_that_a_script_asks() -> None:
    one = scripted("<https://cdn.test>; rel=preconnect")
    assert told("preconnect-unused", one).startswith("unknown: ")
    assert told("preconnect-unused", seen(one)).startswith("warning: ")
    assert told("preconnect-unused", seen(one, "https://cdn.test/x.js", destination=Destination.SCRIPT)) == "passed"
    (answer,) = why(seen(one, "https://cdn.test/x.js"), "https://cdn.test")
    assert answer.step(StepName.USE).said == "a browser was seen to ask that origin"


def test_the_use_is_shown_as_what_was_observed() -> None:
    (answer,) = why(seen(scripted(PICTURE), "https://a.test/late.png"), "/late.png")
    assert answer.failed is None
    assert answer.step(StepName.USE).said == "the page uses it: script (observed)"


@pytest.mark.parametrize("version", ["/late.1234abcd.png", "/other.png"])
def test_what_the_page_was_seen_to_use_instead(version: str) -> None:
    """A hint of the release before is held against what a script asks for."""
    one = scripted("</late.99ff00aa.png>; rel=preload; as=image")
    said = told("hint-not-found", seen(one, f"https://a.test{version}"))
    assert ("uses https://a.test/late.1234abcd.png instead" in said) == (version != "/other.png")


def test_a_netlog_answers_as_far_as_it_goes() -> None:
    """Unused in a first load; unknown in a later one, whose memory no NetLog shows, and where the log was cut off."""
    (first, again) = (with_netlog("netlog-repeat.json", which) for which in (0, 1))
    pages = [one for one in read_observed(str(DATA / "netlog-repeat.json")) if one.final_url == first.final_url]

    def judged(load: PageLoad, observed: Observed) -> str:
        return told("hint-unused", Page((load,), observed=observed.whole, seen_asking=observed.requests))

    load = replace(first, discoveries=tuple(one for one in first.discoveries if one.candidate.element not in NOT_OURS))
    assert "hints https://a.test/unused.png" in judged(load, pages[0])
    assert pages[0].in_chromium is not None
    used = ChromiumRequest("https://a.test/unused.png", False, 500.0, 501.0)
    by_a_frame = replace(pages[0].in_chromium, requests=(*pages[0].in_chromium.requests, used))
    assert judged(replace(load, in_chromium=by_a_frame), pages[0]) == "passed"
    (answer,) = why(Page((replace(load, in_chromium=by_a_frame),), observed=True), "/unused.png")
    assert answer.step(StepName.USE).said == "a browser was seen to ask for it, in a frame of the page"
    assert judged(replace(load, in_chromium=again.in_chromium), pages[1]).startswith("unknown: an earlier page")
    cut = replace(pages[0], in_chromium=replace(pages[0].in_chromium, cut_off=True))
    assert judged(load, cut).startswith("unknown: scripts did not run")


NOT_OURS = ("initiator unknown (observed)",)
