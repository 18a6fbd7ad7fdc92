"""The three instants in a sentence, called estimates; and preloads of the page that nothing used."""

from __future__ import annotations

from dataclasses import replace

from fetcher.analysis.timing.milestones import milestones
from fetcher.origin import asset, page
from fetcher.report.instants import instants, unused
from fetcher.report.summary import details
from tests.support.loads import shop
from tests.support.virtual_time import Path, virtual_load

HTML = (
    "<!doctype html><link rel=preload as=image href=/p.png><link rel=stylesheet href=/a.css><script src=/a.js></script>"
)


def test_a_page() -> None:
    """Each with the request it waited for; the preload that nothing used has a line of its own."""
    files = {"/a.css": asset(b"", "text/css", delay_ms=40), "/a.js": asset(b"", "text/javascript", delay_ms=60)}
    pictures = {"/p.png": asset(b"", "image/png")}
    load = virtual_load("https://a.test/", {"/": page(HTML), **files, **pictures}, path=Path(rtt=2)).load
    after = "68.0 ms after #3"
    assert instants(load) == f"rendering can start {after} · DOMContentLoaded {after} · load {after}"
    assert len(unused(load, 80)) == 1
    text = "\n".join("".join(part for part, _ in line) for line in details(load, width=100))
    assert "Estimated  rendering can start" in text
    assert "Preloaded for nothing" in text


def test_where_nothing_can_be_said() -> None:
    """Only its hints were loaded, or there is no document."""
    assert instants(replace(shop(), only_hints=True)) is None
    assert instants(replace(shop(), document=None)) is None


def test_what_a_browser_measured_says_so() -> None:
    """A HAR's own load event is no estimate."""
    har = replace(shop(), recorded_by="Chrome", page_timings=(("onLoad", 512.0),))
    assert "load 512.0 ms (measured)" in (instants(har) or "")
    assert milestones(har) is not None
