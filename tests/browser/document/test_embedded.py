"""Media, tracks, objects and embeds: which ask, which wait for another to fail, and why the rest ask for nothing.

Every row was asked of Chromium 156 (tests/end_to_end/chromium/); here the same decisions without a network.
"""

from __future__ import annotations

import pytest

from fetcher.browser.document.embedded import MEDIA_BYTES, Embedded, may_play, why_not_asked_for
from fetcher.browser.document.modes import destination_of, mode_of
from fetcher.browser.events import BodyProgress, FetchEnded
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.viewport.lengths import Screen
from fetcher.terms import Destination
from fetcher.urls import URL, parse, resolve
from tests.support.playbook import HTML, Playbook

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
    ("<object data=o classid='clsid:D27CDB6E'></object><object data=p classid=java:x></object>", ""),
    ("<object data=o.png classid=x></object><object data=p classid></object>", "o.png p"),
    ("<object data=o classid=x><object data=p></object></object>", "p"),
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


def asking(html: str) -> Playbook:
    """A machine that has met what ``html`` names."""
    play = Playbook()
    play.opens()
    play.head(0)
    scanner = HtmlScanner()
    play.finds(*scanner.feed(html.encode()), *scanner.close())
    return play


def test_the_next_source_is_asked_for_when_one_fails() -> None:
    """Through the machine: an error status or no response at all; the rest say that another serves."""
    play = asking("<video><source src=v><source src=w><source src=x><source src=y></video>")
    assert [line for line in play.head(1, 404, ()) if line.startswith("start")] == [
        "start 2 https://a.test/w on 0 video no-cors"
    ]
    assert [line for line in play.fails(2, "protocol") if line.startswith("start")] == [
        "start 3 https://a.test/x on 0 video no-cors"
    ]
    play.head(3, 206, ())
    play.ends(1)
    play.ends(3)
    play.drains()
    assert "found media no-request" in play.ends(0)  # y was never needed


def test_what_stands_in_an_object_is_asked_for_when_it_fails() -> None:
    """A picture that is missing brings its fallback."""
    play = asking("<object data=o.png><object data=p.html></object></object>")
    assert [line for line in play.head(1, 404, (("content-type", "image/png"),)) if line.startswith("start")] == [
        "start 2 https://a.test/p.html on 0 object navigate"
    ]


@pytest.mark.parametrize("url", ["https://other.test/v", "https://[", "foo:v"])
def test_a_source_that_is_refused_is_followed_by_the_next(url: str) -> None:
    """By a policy, or because its URL leads nowhere."""
    play = Playbook(PAGE)
    play.opens()
    play.head(0, 200, (*HTML, ("content-security-policy", "media-src 'self'")))
    scanner = HtmlScanner()
    html = f"<video><source src='{url}'><source src=w><source src=x></video>".encode()
    lines = play.finds(*scanner.feed(html), *scanner.close())
    assert [line for line in lines if line.startswith("start")] == ["start 1 https://a.test/w on 0 video no-cors"]


def test_a_source_whose_redirect_is_refused_is_followed_by_the_next() -> None:
    """The policy is asked about every hop."""
    play = Playbook(PAGE)
    play.opens()
    play.head(0, 200, (*HTML, ("content-security-policy", "media-src 'self'")))
    scanner = HtmlScanner()
    play.finds(*scanner.feed(b"<video><source src=v><source src=w></video>"), *scanner.close())
    lines = play.head(1, 302, (("location", "https://other.test/v"),))
    assert "start 2 https://a.test/w on 0 video no-cors" in lines


BEGINNINGS = [
    ("<video><source src=v><source src=w></video>", b"<!doctype html>", True),
    ("<video><source src=v><source src=w></video>", b"", True),
    ("<video><source src=v><source src=w></video>", b"\x1aE\xdf\xa3....", False),
    ("<video><source src=v><source src=w></video>", b"\0\0\0\x18ftypmp42", False),
    ("<video><source src=v><source src=w></video>", None, False),
    ("<object data=v.png><object data=w></object></object>", b"x", True),
    ("<object data=v.png><object data=w></object></object>", b"GIF89a", False),
]


@pytest.mark.parametrize(("html", "first", "fails"), BEGINNINGS)
def test_content_that_cannot_be_used_is_followed_by_the_next(html: str, first: bytes | None, fails: bool) -> None:
    """Told by its first bytes; None: nobody saw them."""
    play = asking(html)
    play.head(1, 200, (("content-type", "image/png"),))
    lines = play.event(FetchEnded(play.at, 1, 9, 9, first=first))
    assert any(line.startswith("start 2 https://a.test/w ") for line in lines) is fails


def test_an_object_that_is_no_picture_is_asked_for_as_a_frame() -> None:
    """Chromium 156 asks twice, and the fallback is next only where the frame fails too; octets are shown nowhere."""
    play = asking("<object data=o.png><object data=p.png></object></object>")
    lines = play.head(1, 404, HTML)
    assert "start 2 https://a.test/o.png on 0 object navigate" in lines
    assert "no picture but text/html" in play.recorder.load().discoveries[-1].reason
    assert "start 3 https://a.test/p.png on 0 object no-cors" in play.head(2, 404, HTML)
    other = asking("<object data=o.png><object data=p.png></object></object>")
    lines = other.head(1, 404, (("content-type", "application/octet-stream"),))
    assert "start 2 https://a.test/p.png on 0 object no-cors" in lines


def test_a_film_is_not_read_to_its_end() -> None:
    """A film of gigabytes costs a megabyte; other content is read whole."""
    play = asking("<video src=v></video><img src=i>")
    films = {each.destination: each.id for each in play.browser.state.fetches}
    film, picture = films[Destination.VIDEO], films[Destination.IMAGE]
    for fetch in (film, picture):
        play.head(fetch, 200, ())
    assert play.event(BodyProgress(play.at, film, MEDIA_BYTES - 1, MEDIA_BYTES - 1)) == []
    assert f"cancel {film}" in play.event(BodyProgress(play.at, film, MEDIA_BYTES, MEDIA_BYTES))
    assert play.event(BodyProgress(play.at, picture, 9 * MEDIA_BYTES, 9 * MEDIA_BYTES)) == []


SETS = [
    ("<link rel=stylesheet title=a href=a><link rel=stylesheet title=b href=b>", "a"),
    ("<link rel=stylesheet title=a href=a media=print><link rel=stylesheet title=b href=b>", ""),
    ("<meta http-equiv=default-style content=b><link rel=stylesheet title=a href=a>"
     "<link rel='alternate stylesheet' title=b href=b>", "b"),
    ("<link rel='alternate stylesheet' title=a href=a><link rel=stylesheet title=b href=b>", "b"),
    ("<style title=a></style><link rel=stylesheet title=b href=b>", ""),
    ("<link rel=stylesheet title=a href=a><link rel='alternate stylesheet' title=a href=b><link rel=stylesheet href=c>",
     "a b c"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "applied"), SETS)
def test_the_sheets_that_apply_have_one_title(html: str, applied: str) -> None:
    """All are fetched; those of another title than the first one's are not applied (CSSOM 6.2)."""
    play = asking(html)
    used = [each for each in play.browser.state.fetches if each.consumer is not None]
    assert len(used) == html.count("<link")
    assert " ".join(each.url.path[1:] for each in used if each.consumer and each.consumer.applies) == applied
