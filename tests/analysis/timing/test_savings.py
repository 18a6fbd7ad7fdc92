"""What hints would gain, the window they have, and the Link value that comes of it: each estimate is held against the
same page loaded with those hints, in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.analysis.recommended import MOST_BYTES, recommendation
from fetcher.analysis.timing.milestones import milestones
from fetcher.analysis.timing.rendering import lcp_ready
from fetcher.analysis.timing.savings import lcp_gain, render_gain, saving
from fetcher.analysis.timing.window import link_rate, think_time, window_of
from fetcher.origin import Answer, Route, Site, asset, links, page, text
from fetcher.origin.script import Interim
from fetcher.record import PageLoad
from fetcher.terms import ProfileName
from tests.support.loads import failed, shop, shop_without_hints
from tests.support.virtual_time import virtual_load

THINK = 300.0
RTT = 20.0
SENT = 40.0
"""After TCP and TLS."""


def load(html: str, *hints: str, **routes: Route) -> PageLoad:
    """The 103 comes one round trip after the request."""
    files = {f"/{name.replace('_', '.')}": answer for name, answer in routes.items()}
    document = page(f"<!doctype html>{html}", think_ms=THINK)
    if hints:
        document = (Interim(103, links(*hints)), *document)
    return virtual_load("https://a.test/", Site({"/": document, **files})).load


def rendered(one: PageLoad) -> float:
    told = milestones(one)
    assert told is not None
    assert told.render_start.at is not None
    return told.render_start.at


def css(text: bytes = b"p{}", delay: float = 0) -> Answer:
    return asset(text, "text/css", delay_ms=delay)


# markup, what its routes are, the URLs to hint
CASES: dict[str, tuple[str, dict[str, Answer], tuple[str, ...]]] = {
    "one sheet": ("<link rel=stylesheet href=/a.css><body><p>x", {"a_css": css(delay=70)}, ("/a.css",)),
    "longer than the window": ("<link rel=stylesheet href=/a.css><body><p>x", {"a_css": css(delay=900)}, ("/a.css",)),
    "one of two": (
        "<link rel=stylesheet href=/a.css><link rel=stylesheet href=/b.css><body><p>x",
        {"a_css": css(delay=70), "b_css": css(delay=30)},
        ("/a.css",),
    ),
    "an import, its sheet hinted": (
        "<link rel=stylesheet href=/a.css><body><p>x",
        {"a_css": css(b"@import '/b.css';", 50), "b_css": css(delay=40)},
        ("/a.css",),
    ),
    "an import, both hinted": (
        "<link rel=stylesheet href=/a.css><body><p>x",
        {"a_css": css(b"@import '/b.css';", 50), "b_css": css(delay=40)},
        ("/a.css", "/b.css"),
    ),
    "an import, it alone hinted": (
        "<link rel=stylesheet href=/a.css><body><p>x",
        {"a_css": css(b"@import '/b.css';", 50), "b_css": css(delay=40)},
        ("/b.css",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_estimate_is_what_comes_of_it(name: str) -> None:
    """Rendering starts as much sooner as was said, where nothing is shared."""
    html, routes, urls = CASES[name]
    without = load(html, **routes)
    numbers = [one.id for one in without.requests if one.url.removeprefix("https://a.test") in urls]
    gain = render_gain(without, numbers, SENT + RTT)
    after = load(html, *(f"<{url}>; rel=preload; as=style" for url in urls), **routes)
    assert gain == pytest.approx(rendered(without) - rendered(after), abs=0.01)


def test_the_largest_picture_gains_too() -> None:
    """As much as was said, when it is hinted."""
    html = "<body><p>x<img src=/a.png fetchpriority=high>"
    routes = {"a_png": asset(20_000, "image/png", delay_ms=90)}
    without = load(html, **routes)
    after = load(html, "</a.png>; rel=preload; as=image; fetchpriority=high", **routes)
    before, then = lcp_ready(without), lcp_ready(after)
    assert before is not None
    assert then is not None
    assert before.at is not None
    assert then.at is not None
    assert lcp_gain(without, [1], SENT + RTT) == pytest.approx(before.at - then.at)
    assert before.at - then.at == pytest.approx(110)
    assert render_gain(without, [1], SENT + RTT) == 0


def test_a_gain_has_two_parts() -> None:
    """What a sheet names is found a round trip after the document: an earlier mention would win that part too."""
    one = load(
        "<link rel=stylesheet href=/a.css><body><p>x",
        a_css=css(b"@font-face{font-family:A;src:url(/f.woff2)}p{font-family:A}", 50),
        f_woff2=asset(9, "font/woff2"),
    )
    font = next(request.id for request in one.requests if request.url.endswith("woff2"))
    found = saving(one, font, SENT + RTT)
    assert (found.from_think_time, found.from_discovery) == (300, 70)
    assert found.start == 370
    assert saving(one, font, 10_000.0).start == 0


def test_nothing_is_gained_that_is_not_known() -> None:
    """No document, no start of rendering."""
    assert render_gain(failed(), [1], 20.0) is None


# -- the window


def test_the_window() -> None:
    """From the 103 to the final head; what it carries comes a round trip later."""
    window = window_of(shop())
    assert window is not None
    assert (window.opens, window.closes, window.duration) == (21.3, 322.9, 301.6)
    assert window.carries(100.0, rtt=1.6) == 30_000
    assert window.carries(100.0, rtt=400) == 0
    assert window_of(replace(shop(), interim=())) is None


def test_think_time_leaves_the_round_trip_out() -> None:
    assert think_time(shop_without_hints(), 6.0) == pytest.approx(323.1 - 12.9 - 6)
    assert think_time(replace(shop(), document=None), 6.0) is None


def test_the_rate_of_the_fastest_stretch() -> None:
    """455,501 bytes came between 31.0 and 140.9 ms, and a slower stretch after the document.
    What came at once, in virtual time, gives none."""
    assert link_rate(shop()) == pytest.approx(455_501 / (140.9 - 31.0), abs=0.001)
    assert link_rate(load("<img src=/a.png>", a_png=asset(900_000, "image/png"))) is None
    assert link_rate(replace(shop(), requests=shop().requests[:1])) is None


# -- the Link value

PAGE = (
    "<link rel=stylesheet href=/a.css><script src=/a.js></script><script src=/late.js async></script>"
    "<link rel=stylesheet href=https://cdn.example/c.css><body><img src=/a.png fetchpriority=high>"
)
FILES: dict[str, Answer] = {
    "/a.css": css(b"@font-face{font-family:A;src:url(/f.woff2)}p{font-family:A}"),
    "/a.js": asset(b"", "text/javascript", delay_ms=30),
    "/late.js": asset(b"", "text/javascript"),
    "/a.png": asset(20_000, "image/png"),
    "/f.woff2": asset(9, "font/woff2"),
}


def shop_like(**changed: Answer) -> PageLoad:
    files = FILES | {f"/{name.replace('_', '.')}": answer for name, answer in changed.items()}
    site = Site({}, {
        "a.test": {"/": page(f"<!doctype html>{PAGE}<p>x", think_ms=THINK), **files},
        "cdn.example": {"/c.css": css()},
    })  # fmt: skip
    return virtual_load("https://a.test/", site).load


def test_a_value_to_paste() -> None:
    """What blocks rendering from the longest, the picture with its priority, the font, and a connection for what
    another site serves; nothing that can wait."""
    found = recommendation(shop_like(), profile=ProfileName.CHROMIUM, at=SENT + RTT)
    assert [each.text for each in found.links] == [
        "</a.js>; rel=preload; as=script",
        "</a.css>; rel=preload; as=style",
        "</a.png>; rel=preload; as=image; fetchpriority=high",
        "</f.woff2>; rel=preload; as=font; crossorigin",
        "<https://cdn.example>; rel=preconnect",
    ]
    assert dict(found.left_out)["https://cdn.example/c.css"].startswith("it is of another site")
    assert found.gain is not None
    assert len(found.value) <= MOST_BYTES


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (css(b"p{}"), None),
        (asset(b"p{}", "text/css", cache="no-store"), "cannot be reused"),
        (text(404, "gone"), "it answered 404"),
    ],
)
def test_what_is_left_out(changed: Answer, reason: str | None) -> None:
    """With the reason; Firefox takes what may not be stored."""
    one = shop_like(a_css=changed)
    found = recommendation(one, profile=ProfileName.CHROMIUM, at=SENT + RTT)
    told = dict(found.left_out).get("https://a.test/a.css")
    assert (told is None) if reason is None else reason in (told or "")
    if reason == "cannot be reused":
        assert "</a.css>" in recommendation(one, profile=ProfileName.FIREFOX, at=SENT + RTT).value


def test_urls_that_change_are_not_named() -> None:
    """What not every load asked for."""
    one = shop_like()
    other = replace(one, requests=tuple(replace(each, url=each.url.replace("a.js", "b.js")) for each in one.requests))
    found = recommendation(one, profile=ProfileName.CHROMIUM, at=SENT + RTT, others=[other])
    assert "a.js" not in found.value
    assert "may change from load to load" in dict(found.left_out)["https://a.test/a.js"]


def test_the_value_stays_small() -> None:
    """Six preloads at most, and 1 KiB."""
    names = [f"/{'long' * 60}-{number}.css" for number in range(9)]
    html = "".join(f"<link rel=stylesheet href={name}>" for name in names)
    site = Site({"/": page(f"<!doctype html>{html}<body><p>x", think_ms=THINK)}, default=lambda seen: css())
    found = recommendation(virtual_load("https://a.test/", site).load, profile=ProfileName.CHROMIUM, at=60.0)
    assert len(found.value) <= MOST_BYTES
    assert 0 < len(found.links) < 9
    assert any("longer than 1024 bytes" in reason for _, reason in found.left_out)


def test_safari_is_told_of_connections() -> None:
    """It acts on nothing else in a 103."""
    found = recommendation(shop_like(), profile=ProfileName.SAFARI, at=SENT + RTT)
    assert found.value == "<https://cdn.example>; rel=preconnect"


def test_without_a_document_nothing_is_recommended() -> None:
    assert recommendation(failed(), profile=ProfileName.CHROMIUM, at=20.0).links == ()
