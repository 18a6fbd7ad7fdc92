"""DOMContentLoaded, load and the start of rendering, from loads in virtual time: a round trip of 2 ms, documents at
once, ``/NAME-MS.type`` after that many milliseconds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path as FilePath

import pytest

from fetcher.analysis.timing.milestones import milestones, unused_preloads
from fetcher.origin import Answer, Body, Head, RequestSeen, Site, Wait, asset, page
from fetcher.record import PageLoad, from_har
from fetcher.record.observed import Observed, ObservedRequest
from fetcher.terms import Destination
from tests.support.loads import shop
from tests.support.virtual_time import Path, virtual_load

TYPES = {"css": "text/css", "js": "text/javascript", "png": "image/png", "html": "text/html", "woff2": "font/woff2"}
START = 8.0
"""Both connections' set-up and the answer's way: when the document is there; its requests' answers need 2 ms more."""


def slow(seen: RequestSeen) -> Answer:
    wait = re.search(r"-(\d+)", seen.target)
    return asset(b"", TYPES.get(seen.path.rpartition(".")[2], "text/plain"), delay_ms=float(wait[1]) if wait else 0)


def load(html: str, **routes: Answer) -> PageLoad:
    files = {f"/{name.replace('_', '.')}": answer for name, answer in routes.items()}
    site = Site({"/": page(f"<!doctype html>{html}"), **files}, default=slow)
    return virtual_load("https://a.test/", site, path=Path(rtt=2)).load


# markup: (render start, DOMContentLoaded, load), ms after START; each request takes its own wait and a round trip
CASES = {
    "<p>x": (0, 0, 0),
    "<link rel=stylesheet href=/a-100.css><body><p>x": (100, 0, 100),
    "<link rel=stylesheet href=/a-100.css media=print><body><p>x": (0, 0, 100),
    "<script src=/a-100.js></script><body><img src=/b-50.png>": (100, 100, 100),
    "<script async src=/a-100.js></script><body><img src=/b-50.png>": (0, 0, 100),
    "<script defer src=/a-100.js></script><body><img src=/b-50.png>": (0, 100, 100),
    "<script type=module src=/a-100.js></script><body><img src=/b-50.png>": (0, 100, 100),
    "<script type=module async src=/a-100.js></script><body><img src=/b-50.png>": (0, 0, 100),
    "<script async blocking=render src=/a-100.js></script><body><img src=/b-50.png>": (100, 0, 100),
    "<link rel=stylesheet href=/a-100.css><script src=/b-50.js></script><body><img src=/c-10.png>": (100, 100, 100),
    "<link rel=stylesheet href=/a-100.css><script defer src=/b-50.js></script><body><img src=/c-10.png>":
        (100, 100, 100),
    "<body><img src=/c-10.png><script src=/b-50.js></script>": (0, 50, 50),
    # a style sheet in the body stops Chromium's parser
    "<body><p>x<img src=/c-10.png><link rel=stylesheet href=/a-100.css>": (0, 100, 100),
    "<body><p>x<link rel=stylesheet media=print href=/a-100.css>": (0, 0, 100),
    "<body><p>x<style>@import '/a-100.css';</style>": (0, 100, 100),
    "<style>@import '/a-100.css';</style><body><p>x": (100, 0, 100),
    # inline scripts wait for the style sheets before them
    "<link rel=stylesheet href=/a-100.css><script>x</script><body><p>x": (100, 100, 100),
    "<link rel=stylesheet href=/a-100.css><body><script>x</script>": (100, 100, 100),
    "<link rel=stylesheet href=/a-100.css><body><script></script>": (100, 0, 100),
    "<link rel=stylesheet media=print href=/a-100.css><body><script>x</script>": (0, 0, 100),
    "<script>x</script><link rel=stylesheet href=/a-100.css><body>": (100, 0, 100),
    "<link rel=stylesheet href=/a-100.css><body><script type=module>x</script>": (100, 100, 100),
    "<link rel=stylesheet href=/a-100.css><body><script type=module async>x</script>": (100, 0, 100),
    "<link rel=stylesheet href=/a-100.css><body><script type=module src=/b.js></script>": (100, 100, 100),
    "<script type=module>import '/a-100.js'</script><body><p>x": (0, 100, 100),
    "<script type=module async>import '/a-100.js'</script><body><p>x": (0, 0, 100),
    "<meta http-equiv=content-security-policy content='script-src *'><link rel=stylesheet href=/a-100.css><body>"
    "<script>x</script>": (100, 0, 100),
    # what only the parser meets comes after what stops it
    "<script src=/a-100.js></script><body><iframe src=/f-70.html></iframe>": (100, 100, 170),
    "<body><img src=/a-300.png loading=lazy><img src=/b-20.png>": (0, 0, 20),
    "<link rel=preload as=image href=/a-300.png><body><img src=/b-20.png>": (0, 0, 20),
    "<link rel=preload as=image href=/a-300.png><body><img src=/a-300.png>": (0, 0, 300),
    "<body><iframe src=/f-70.html></iframe>": (0, 0, 70),
}  # fmt: skip


@pytest.mark.parametrize("markup", CASES)
def test_what_waits_for_what(markup: str) -> None:
    """Within the few milliseconds of round trips, which differ from case to case."""
    told = milestones(load(markup))
    assert told is not None
    instants = (told.render_start.at, told.dom_content_loaded.at, told.load.at)
    for at, expected in zip(instants, CASES[markup], strict=True):
        assert at == pytest.approx(START + expected, abs=4), (instants, CASES[markup])
    assert told.load.estimated


def test_an_import_belongs_to_its_module() -> None:
    """DOMContentLoaded waits for what a module imports, and what that imports, as Chromium's does."""
    scripts = {
        "m_js": asset(b"import '/n.js';", "text/javascript"),
        "n_js": asset(b"import '/o-80.js';", "text/javascript"),
    }
    record = load("<script type=module src=/m.js></script><body><img src=/b-20.png>", **scripts)
    told = milestones(record)
    assert told is not None
    assert told.dom_content_loaded.at == pytest.approx(START + 84, abs=4)
    assert told.dom_content_loaded.request is not None
    assert record.requests[told.dom_content_loaded.request].url.endswith("/o-80.js")


def test_an_import_belongs_to_its_sheet() -> None:
    """Rendering waits for the sheet that a sheet imports, and says so."""
    record = load("<link rel=stylesheet href=/a.css><body><p>x", a_css=asset(b"@import '/b-80.css';", "text/css"))
    told = milestones(record)
    assert told is not None
    assert told.render_start.at == pytest.approx(START + 82, abs=4)
    assert told.render_start.request is not None
    assert record.requests[told.render_start.request].url.endswith("/b-80.css")


def test_a_document_that_comes_in_pieces() -> None:
    """A script in the second of three pieces stops the parser from when its tag has come; the end comes later still."""
    text = b"<body><p>x".ljust(50) + b"<script src=/s-150.js></script>".ljust(100)
    answer = (Head(200, (("content-type", "text/html; charset=utf-8"),)), Body(text, 50, 100))
    told = milestones(virtual_load("https://a.test/", Site({"/": answer}, default=slow), path=Path(rtt=2)).load)
    assert told is not None
    assert told.dom_content_loaded.at == pytest.approx(START + 100 + 150, abs=4)
    assert told.dom_content_loaded.request == 1


def test_what_never_ended_is_not_known() -> None:
    """No instant is made up for a request that was still under way."""
    record = load("<script src=/a-100.js></script>")
    script = replace(record.requests[1], times=replace(record.requests[1].times, response_end=None))
    told = milestones(replace(record, requests=(record.requests[0], script)))
    assert told is not None
    assert (told.dom_content_loaded.at, told.load.at, told.load.request) == (None, None, 1)


@pytest.mark.parametrize("awaited", [None, True, False])
@pytest.mark.parametrize("script", [True, False])
def test_what_a_browser_was_seen_to_ask_for_late(script: bool, awaited: bool | None) -> None:
    """It holds no parser up; and not the load, where the browser's own did not wait for it, nor does what it brings."""
    url = "https://a.test/"
    late = asset(b"@import '/c-30.css';", "text/css")
    site = Site({"/": page("<!doctype html><body><img src=/b-20.png>"), "/late.css": late}, default=slow)
    asked = (
        ObservedRequest(f"{url}late.png?x=1", "GET", Destination.IMAGE, None, script, url, 1.0, 240.0, awaited=awaited),
        ObservedRequest(f"{url}late.css", "GET", Destination.STYLE, None, True, url, 1.0, 200.0, awaited=awaited),
    )
    record = virtual_load(url, site, path=Path(rtt=2), observed=Observed(url, url, "a test", asked)).load
    assert {"late.png?x=1", "late.css", "c-30.css"} <= {one.url.removeprefix(url) for one in record.requests}
    told = milestones(record)
    assert told is not None
    assert told.dom_content_loaded.at is not None
    assert told.dom_content_loaded.at < 20
    assert told.load.at is not None
    assert (told.load.at < 40) is (awaited is False)
    assert told.render_start.at is not None
    assert told.render_start.at < 20


def test_without_a_document_there_are_none() -> None:
    assert milestones(replace(shop(), document=None)) is None


def test_a_browsers_own_instants_win() -> None:
    """A HAR that tells them was measured; what it does not tell is estimated."""
    har = replace(shop(), recorded_by="Chrome", page_timings=(("onLoad", 512.0),))
    told = milestones(har)
    assert told is not None
    assert (told.load.at, told.load.estimated) == (512.0, False)
    assert told.dom_content_loaded.estimated


def test_preloads_nobody_used() -> None:
    """Of the page and of a 103, each told 3 s after load; what was used is not among them (EH 9.6)."""
    hints = ["</h.png>; rel=preload; as=image", "</u.png>; rel=preload; as=image"]
    html = "<!doctype html><link rel=preload as=image href=/p.png><body><img src=/u.png><img src=/slow-90.png>"
    site = Site({"/": page(html, hints=hints, think_ms=20)}, default=slow)
    record = virtual_load("https://a.test/", site, path=Path(rtt=2)).load
    told, unused = milestones(record), unused_preloads(record)
    assert told is not None
    assert told.load.at is not None
    assert [record.requests[each.request].url[-6:] for each in unused] == ["/h.png", "/p.png"]
    assert [each.hint for each in unused] == [0, None]
    assert [each.told_at for each in unused] == pytest.approx([told.load.at + 3_000] * 2)
    assert "early hint" in unused[0].text
    assert "of the page" in unused[1].text


def streamed(head: str, rest: str, pieces: int = 10) -> PageLoad:
    """A document whose first bytes are ``head``, and whose ``rest`` comes in pieces 100 ms apart."""
    parts = [part for _ in range(pieces) for part in (Wait(100), Body(rest.encode()))]
    answer = (Head(200, (("content-type", "text/html; charset=utf-8"),)), Body(head.encode()), *parts)
    return virtual_load("https://a.test/", Site({"/": answer}, default=slow), path=Path(rtt=2)).load


STREAMED = {
    # head: when rendering starts, ms after START, of a document that comes in over a second
    "<!doctype html><body><h1>text</h1>": 0,
    "<!doctype html><title>x</title><h1>text</h1>": 0,
    "<!doctype html><link rel=stylesheet href=/a-250.css><body><h1>text</h1>": 250,
    "<!doctype html><script src=/a-250.js></script><body><h1>text</h1>": 250,
}


@pytest.mark.parametrize("head", STREAMED)
def test_rendering_starts_before_the_document_ends(head: str) -> None:
    """With the first bytes of the body, once nothing blocks it: neither the end of the document nor the first thing
    that the body names is waited for, as Chromium's first contentful paint does not."""
    told = milestones(streamed(head, "<p>more<img src=/late-10.png>"))
    assert told is not None
    assert told.render_start.at == pytest.approx(START + STREAMED[head], abs=4)
    assert told.dom_content_loaded.at == pytest.approx(START + 1_000, abs=4)


def test_a_head_that_comes_in_late_is_waited_for() -> None:
    """The last thing it names stands in the last piece."""
    told = milestones(streamed("<!doctype html><title>x</title>", "<meta name=referrer content=origin>", pieces=5))
    assert told is not None
    assert told.render_start.at == pytest.approx(START + 500, abs=4)


HARS = FilePath(__file__).parents[2] / "record" / "data"


def test_another_programs_record_is_estimated_by_priority_or_not_at_all() -> None:
    """A HAR names no elements: rendering waits for the style sheets of the highest priority, DOMContentLoaded is known
    where the browser measured it, and without priorities neither is."""
    load = from_har(HARS / "app-h2-no-hints.har")
    told = milestones(load)
    assert told is not None
    sheets = [one for one in load.requests if one.destination is Destination.STYLE]
    assert told.render_start.at in [one.times.response_end for one in sheets]
    assert told.render_start.estimated
    bare = replace(load, requests=tuple(replace(one, priority=None) for one in load.requests), page_timings=())
    told = milestones(bare)
    assert told is not None
    assert (told.render_start.at, told.dom_content_loaded.at) == (None, None)
