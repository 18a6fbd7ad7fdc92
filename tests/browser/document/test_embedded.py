"""Media, tracks, objects and embeds: which ask, which wait for another to fail, and why the rest ask for nothing.

Every row was asked of Chromium 156 (tests/end_to_end/chromium/); here the same decisions without a network.
"""

from __future__ import annotations

import pytest

from fetcher.browser.document.embedded import Embedded, may_play, why_not_asked_for
from fetcher.browser.document.modes import destination_of, mode_of
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.viewport.lengths import Screen
from fetcher.urls import URL, parse, resolve

PAGE = "https://a.test/"


def at(url: str) -> URL:
    found = resolve(url, PAGE)
    assert found is not None
    return found


def named(html: str) -> list[Candidate]:
    scanner = HtmlScanner()
    kinds = (CandidateKind.MEDIA, CandidateKind.TRACK, CandidateKind.EMBEDDED, CandidateKind.SVG_USE)
    return [each for each in scanner.feed(html.encode()) + scanner.close() if each.kind in kinds]


def asked(html: str, fails: str = "") -> str:
    """The URLs asked for, one after the other, where those in ``fails`` are answered with an error."""
    embedded, found = Embedded(), []

    def take(candidate: Candidate) -> None:
        if why_not_asked_for(candidate, at(candidate.url), parse(PAGE), Screen()) is not None:
            for _, other, _ in embedded.failed(candidate):
                take(other)
        elif embedded.take(0, candidate, 0.0):
            embedded.asks(candidate)
            found.append(candidate.url)
            if candidate.url in fails.split():
                for _, other, _ in embedded.failed(candidate):
                    take(other)

    for each in named(html):
        take(each)
    return " ".join(found)


ROWS = [
    ("<video src=v></video>", "v"),
    ("<video src=v preload=none></video>", ""),
    ("<video src=v preload=NONE autoplay></video>", ""),
    ("<video src=v preload=none autoplay muted></video>", "v"),
    ("<audio src=v preload=none autoplay muted></audio>", ""),
    ("<video src=v preload=metadata></video><audio src=w preload=foo></audio>", "v w"),
    ("<video src=v loading=lazy></video>", "v"),
    ("<audio src=v loading=lazy></audio>", ""),
    ("<audio src=v type=audio/midi></audio>", "v"),
    ("<video><source src=v><source src=w></video>", "v"),
    ("<video><source src=v type=video/foo><source src=w type=video/webm></video>", "w"),
    ("<video><source src=v media=print><source src=w></video>", "w"),
    ("<video preload=none><source src=v></video>", ""),
    ("<video src=x><source src=v></video><audio><source src=w></audio>", "x w"),
    ("<video><track src=t></video>", ""),
    ("<video><track src=t default><track src=u default></video>", "t"),
    ("<video><track src=t default kind=captions><track src=u default></video>", "t"),
    ("<video><track src=t default><track src=u default kind=descriptions></video>", "t u"),
    ("<video><track src=t default kind=metadata><track src=u default kind=foo></video>", "t u"),
    ("<video><track src=//b.test/t default></video>", ""),
    ("<video crossorigin><track src=//b.test/t default crossorigin></video>", "//b.test/t"),
    ("<object data=o.html></object><object data=o.png></object><object data=o></object>", "o.html o.png o"),
    ("<object data=o.swf></object><object data=o type=application/x-foo></object>", ""),
    ("<object data=o.pdf></object><object data=o.foo type=text/html></object>", "o.pdf o.foo"),
    ("<object data=o hidden></object><object data=p style='display:none'></object>", ""),
    ("<object data=o classid='clsid:D27CDB6E'></object><object data=p classid=java:x></object>", "p"),
    ("<embed src=e.html hidden><embed src=e.swf><embed src=e.mp4 type=video/mp4>", "e.html e.mp4"),
    ("<object data=o><object data=p></object></object>", "o"),
    ("<object data=o.swf><object data=p></object></object>", "p"),
    ("<object><embed src=e></object>", "e"),
    ("<object data=o.swf><object data=p><embed src=e></object></object>", "p"),
    ("<svg><use href=u.svg#x /><use href='/#y' /><use href=//b.test/u.svg#x /></svg>", "u.svg#x"),
]


@pytest.mark.parametrize(("html", "urls"), ROWS)
def test_what_asks(html: str, urls: str) -> None:
    """Only these ask, in this order, where every request is answered."""
    assert asked(html) == urls


FALLING_BACK = [
    ("<video><source src=v><source src=w><source src=x></video>", "v w", "v w x"),
    ("<video><source src=v><source src=no type=video/foo><source src=x></video>", "v", "v x"),
    ("<object data=o><object data=p></object></object>", "o", "o p"),
    ("<object data=o><object data=p><embed src=e></object></object>", "o", "o p"),
]


@pytest.mark.parametrize(("html", "fails", "urls"), FALLING_BACK)
def test_what_takes_the_place_of_what_fails(html: str, fails: str, urls: str) -> None:
    """Sources come after one another; what stands in an <object> that failed is asked for."""
    found: list[str] = []
    embedded = Embedded()
    for each in named(html):
        if embedded.take(0, each, 0.0):
            embedded.asks(each)
            found.append(each.url)
            queue = embedded.failed(each) if each.url in fails.split() else []
            assert queue == []  # the others come later
    assert asked_late(html, fails) == urls


def asked_late(html: str, fails: str) -> str:
    """As ``asked``, but a failure is only known once the whole document has been read."""
    embedded, found = Embedded(), []
    for each in named(html):
        if why_not_asked_for(each, at(each.url), parse(PAGE), Screen()) is None and embedded.take(0, each, 0.0):
            embedded.asks(each)
            found.append(each)
    for one in found:
        if one.url in fails.split():
            for _, other, _ in embedded.failed(one):
                if embedded.take(0, other, 0.0):
                    embedded.asks(other)
                    found.append(other)
    return " ".join(each.url for each in found)


TYPES = [
    ("", True),
    ("video/mp4", True),
    ('video/mp4; codecs="avc1.42E01E, mp4a.40.2"', True),
    ('video/mp4; codecs="foo"', False),
    ("video/webm; codecs=vp9", True),
    ("video/quicktime", False),
    ("application/octet-stream", False),
    ("application/x-mpegURL", True),
    ("audio/mp3", True),
    ("audio/midi", False),
    ("nonsense", False),
]


@pytest.mark.parametrize(("text", "plays"), TYPES)
def test_types_that_may_play(text: str, plays: bool) -> None:
    """As <source> elements of these types were tried by Chromium 156, or passed over."""
    assert may_play(text) is plays


MODES = [
    ("<object data=o.png>", "object no-cors"),
    ("<object data=o.svg>", "object navigate"),
    ("<embed src=e.html>", "embed navigate"),
    ("<embed src=e type=image/png>", "embed no-cors"),
    ("<video src=v>", "video no-cors"),
    ("<audio><source src=v></audio>", "audio no-cors"),
    ("<video src=v crossorigin>", "video cors"),
    ("<video><track src=t default></video>", "track same-origin"),
    ("<svg><use href=u.svg#x></svg>", "image same-origin"),
]


@pytest.mark.parametrize(("html", "expected"), MODES)
def test_how_it_is_requested(html: str, expected: str) -> None:
    """The destination and mode that Chromium 156 sent in Sec-Fetch fields."""
    (candidate,) = named(html)
    assert f"{destination_of(candidate)} {mode_of(candidate)[0]}" == expected
