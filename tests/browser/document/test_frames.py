"""Frames, as the machine decides on them: asked for as navigations, looked into only where that was wanted."""

from __future__ import annotations

import pytest

from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.charset import CharsetSource
from fetcher.terms import Destination, Limits, Mode, NetPriority
from tests.support.playbook import CSS, HTML, Playbook, candidate, image, sheet

PAGE = "https://a.test/"


def frame(url: str, element: str = "iframe", **attributes: str) -> Candidate:
    return candidate(CandidateKind.FRAME, url, element, in_head=False, **attributes)


def loading(**options: object) -> Playbook:
    """The page's document is arriving over HTTP/2."""
    play = Playbook(PAGE, **options)
    play.opens()
    play.head(0)
    return play


def fields(play: Playbook, fetch: int) -> dict[str, str]:
    return dict(play.sent(fetch))


def inherited(play: Playbook) -> str | None:
    """Of the scan that was just ordered."""
    (scan,) = [command for command in play.commands if isinstance(command, c.Scan)]
    return scan.inherited


def test_a_frame_is_asked_for_as_a_navigation() -> None:
    """Fetch's destination iframe, mode navigate, with the page as client: dressed as a document, but no user asked."""
    play = loading()
    assert play.finds(frame("/f")) == [
        "queue 1 https://a.test/f",
        "found frame fetched 1",
        "start 1 https://a.test/f on 0 iframe navigate",
    ]
    sent = fields(play, 1)
    assert sent["sec-fetch-dest"] == "iframe"
    assert sent["sec-fetch-mode"] == "navigate"
    assert sent["sec-fetch-site"] == "same-origin"
    assert sent["upgrade-insecure-requests"] == "1"
    assert sent["accept"].startswith("text/html")
    assert sent["referer"] == PAGE
    assert sent["priority"] == "u=0, i"
    assert "sec-fetch-user" not in sent
    assert play.browser.state.fetches[1].priority is NetPriority.HIGHEST


def test_a_frame_of_a_frameset_says_frame() -> None:
    """Sec-Fetch-Dest tells <frame> from <iframe>."""
    play = loading()
    play.finds(frame("/f", "frame"))
    assert fields(play, 1)["sec-fetch-dest"] == "frame"
    assert play.browser.state.fetches[1].destination is Destination.FRAMESET_FRAME


REFUSED = [
    (frame("/f", srcdoc="<p>"), "srcdoc"),
    (frame("", srcdoc=""), "srcdoc"),
    (frame("/f", loading="LAZY", hidden=""), "loading=lazy"),
    (frame("/f", loading="lazy", style="color: red; display: none"), "loading=lazy"),
    (frame("about:blank"), "about:"),
    (frame("data:text/html,x"), "data:"),
    (frame("javascript:void(0)"), "javascript:"),
]


@pytest.mark.parametrize(("named", "reason"), REFUSED, ids=[f"{c.url} {r}" for c, r in REFUSED])
def test_frames_that_ask_for_nothing_say_why(named: Candidate, reason: str) -> None:
    """No request, and a reason in the record."""
    play = loading()
    assert play.finds(named) == ["found frame no-request"]
    assert reason in play.recorder.load().discoveries[-1].reason


def test_without_frames_their_documents_are_fetched_and_left_alone() -> None:
    """No scan is ordered, and the discovery says so."""
    play = loading()
    play.finds(frame("/f"))
    assert play.head(1) == []
    assert "frames are not looked into" in play.recorder.load().discoveries[-1].reason
    play.ends(1)
    play.ends(0)
    assert play.drains() == ["finish loaded"]


def test_with_frames_their_documents_ask_for_things_of_their_own() -> None:
    """Client, referrer and base are the frame's; what the page has already does not answer for the frame."""
    play = loading(frames=True)
    play.finds(sheet("https://c.test/s.css"), frame("https://b.test/dir/f"))
    play.opens(connection=1)
    play.opens(connection=2)
    head = play.head(2, fields=(*HTML, ("link", "</l.css>; rel=preload; as=style")))
    assert head == [
        "queue 3 https://b.test/l.css",
        "found preload fetched 3",
        "scan 2 html",
        "start 3 https://b.test/l.css on 2 style no-cors",
    ]
    play.head(1, fields=CSS)
    found = play.finds(image("i.png"), sheet("https://c.test/s.css"), fetch=2)
    assert "start 4 https://b.test/dir/i.png on 2 image no-cors" in found
    assert "queue 5 https://c.test/s.css" in found
    assert "found stylesheet fetched 5" in found, "the cache is split by the site of the frame"
    sent = fields(play, 4)
    assert sent["referer"] == "https://b.test/dir/f"
    assert sent["sec-fetch-site"] == "same-origin"


def test_each_frame_loads_for_itself() -> None:
    """Two frames of one URL are two navigations; only a fresh copy in the HTTP cache serves both."""
    play = loading()
    play.finds(frame("/f"))
    play.head(1)
    assert "queue 2 https://a.test/f" in play.finds(frame("/f"))
    play.head(2, fields=(*HTML, ("cache-control", "max-age=60")))
    assert play.finds(frame("/f")) == [], "it is still being written"
    assert play.ends(2) == ["queue 3 https://a.test/f", "serve 3 http-cache", "found frame from-cache 3"]


def test_frames_have_base_and_fonts_of_their_own() -> None:
    """A <base> or a font family in a frame is none of the page's."""
    play = loading(frames=True)
    play.finds(frame("/dir/f"))
    play.head(1)
    play.finds(candidate(CandidateKind.BASE, "/frame/", "base"), fetch=1)
    face = candidate(CandidateKind.CSS_FONT, "f.woff2", "@font-face", family="F")
    use = candidate(CandidateKind.FONT_USE, "", "style", family="F")
    assert play.finds(face) == []
    assert play.finds(use, fetch=1) == []
    assert "queue 2 https://a.test/x.png" in play.finds(image("x.png"))
    assert "queue 3 https://a.test/frame/x.png" in play.finds(image("x.png"), fetch=1)
    assert "queue 4 https://a.test/f.woff2" in play.finds(use)


def test_frames_in_frames_end_at_three() -> None:
    """The third document in a frame is looked into, a fourth is only fetched."""
    play = loading(frames=True)
    for depth in range(1, 5):
        play.finds(frame(f"/{depth}"), fetch=depth - 1)
        scans = [line for line in play.head(depth) if line.startswith("scan")]
        assert scans == ([f"scan {depth} html"] if depth <= 3 else [])
    assert "more than 3 frames deep" in play.recorder.load().discoveries[-1].reason


def test_a_page_in_itself_ends_one_level_late() -> None:
    """A frame of the page's own URL is asked for, as Chromium does; the one in that frame is not."""
    play = loading(frames=True)
    assert "queue 1 https://a.test/" in play.finds(frame(PAGE))
    play.head(1)
    assert play.finds(frame("/#part"), fetch=1) == ["found frame no-request"]
    assert "recursion" in play.recorder.load().discoveries[-1].reason


FRAMING = [
    ((), "https://b.test/f", True),
    ((("x-frame-options", "DENY"),), "/f", False),
    ((("x-frame-options", "SAMEORIGIN"),), "/f", True),
    ((("x-frame-options", "sameorigin"),), "https://b.test/f", False),
    ((("x-frame-options", "ALLOWALL"),), "https://b.test/f", True),
]


@pytest.mark.parametrize(("more", "url", "entered"), FRAMING)
def test_a_document_that_may_not_be_framed_asks_for_nothing(
    more: tuple[tuple[str, str], ...], url: str, entered: bool
) -> None:
    """X-Frame-Options (HTML 7.4.2.5)."""
    play = loading(frames=True)
    play.finds(frame(url))
    if "b.test" in url:
        play.opens(connection=1)
    assert ("scan 1 html" in play.head(1, fields=(*HTML, *more))) == entered


def test_what_is_no_html_is_not_looked_into() -> None:
    """A picture in a frame is fetched, and that is all."""
    play = loading(frames=True)
    play.finds(frame("/f.png"))
    assert play.head(1, fields=(("content-type", "image/png"),)) == []


def test_a_103_of_a_frame_is_told_and_never_acted_on() -> None:
    """EH 4.1: only the navigation of the top-level document acts."""
    play = loading(frames=True)
    play.finds(frame("/f"))
    assert play.interim("</x.css>; rel=preload; as=style", fetch=1) == ["interim 0 ignored EH 4.1"]


def test_a_redirected_frame_is_followed_and_entered() -> None:
    """The next hop has the same client, and is a frame still."""
    play = loading(frames=True)
    play.finds(frame("/f"))
    assert play.head(1, 302, (("location", "/g"),)) == [
        "queue 2 https://a.test/g",
        "start 2 https://a.test/g on 0 iframe navigate",
    ]
    play.ends(1)
    assert play.head(2) == ["scan 2 html"]
    assert play.recorder.load().requests[1].redirect_to == 2


def test_an_unlabelled_frame_inherits_the_encoding_of_its_origin_only() -> None:
    """HTML 13.2.3.1: the container document's encoding, if it is of the same origin."""
    play = loading(frames=True)
    play.event(e.CharsetSettled(play.at, 0, "koi8-r", CharsetSource.DECLARED))
    play.finds(frame("/f"), frame("https://b.test/f"))
    play.opens(connection=1)
    play.head(1, fields=(("content-type", "text/html"),))
    assert inherited(play) == "koi8-r"
    play.head(2, fields=(("content-type", "text/html"),))
    assert inherited(play) is None


def test_the_request_limit_holds_for_frames() -> None:
    """A frame past it is refused like anything else."""
    play = loading(frames=True, limits=Limits(requests=1))
    assert play.finds(frame("/f")) == ["found frame refused"]


def test_a_foreign_frame_brings_no_lax_cookies() -> None:
    """Whose cookies go along is for the page's site to decide, also inside a frame (RFC 6265bis 5.2.1)."""
    play = Playbook(PAGE, frames=True)
    play.opens()
    play.head(0, fields=(*HTML, ("set-cookie", "own=1")))
    play.finds(frame("https://b.test/f"))
    play.opens(connection=1)
    lax, none = ("set-cookie", "lax=1; Secure"), ("set-cookie", "none=1; Secure; SameSite=None")
    apart = ("set-cookie", "apart=1; Secure; SameSite=None; Partitioned")
    play.head(1, fields=(*HTML, lax, none, apart))
    play.finds(image("/i.png"), image("https://a.test/own.png"), fetch=1)
    assert fields(play, 2)["cookie"] == "apart=1"
    assert fields(play, 2)["sec-fetch-storage-access"] == "none"
    assert "cookie" not in fields(play, 3)  # the page's own, yet asked from below another site


def test_a_query_in_a_frame_is_written_in_the_frames_encoding() -> None:
    """Each document's own, the page's for what stands in the page."""
    play = loading(frames=True)
    play.finds(frame("/f"))
    play.head(1)
    play.event(e.CharsetSettled(play.at, 0, "windows-1252", CharsetSource.DEFAULT))
    play.event(e.CharsetSettled(play.at, 1, "koi8-r", CharsetSource.DECLARED))
    assert "queue 2 https://a.test/i?%D1" in play.finds(image("/i?я"), fetch=1)
    assert "queue 3 https://a.test/i?%26%231103%3B" in play.finds(image("/i?я"))


def test_over_a_session_frames_go_with_the_session() -> None:
    """It fetches everything but the page's own document."""
    play = loading(session=True)
    assert "open 1 https://a.test:443 fetch" in play.finds(frame("/f"))
    assert play.browser.state.fetches[1].key.session
    assert play.browser.state.fetches[1].mode is Mode.NAVIGATE
