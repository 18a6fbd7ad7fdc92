"""What is asked for apart from the rest: credentialless frames, compression dictionaries, URLs with a user."""

from __future__ import annotations

import pytest

from fetcher.browser import commands as c
from fetcher.discovery.candidates import Candidate, CandidateKind
from tests.support.playbook import HTML, Playbook, candidate, image

PAGE = "https://a.test/"
COOKIE = ("set-cookie", "page=1; SameSite=None; Secure")


def loading(url: str = PAGE) -> Playbook:
    """The page's document is arriving over HTTP/2, and has set a cookie."""
    play = Playbook(url, frames=True)
    play.opens()
    play.head(0, fields=(*HTML, COOKIE))
    return play


def framed(**attributes: str) -> Candidate:
    return candidate(CandidateKind.FRAME, "/f", "iframe", in_head=False, **attributes)


def test_a_credentialless_frame_has_cookies_and_sockets_of_its_own() -> None:
    """Chromium 156: no cookie of the page's, another connection, and what the frame sets is for itself."""
    play = loading()
    play.finds(framed(credentialless=""))
    fetches = play.browser.state.fetches
    assert fetches[1].key.partition.endswith("credentialless frames")
    play.opens(connection=1)
    assert "cookie" not in dict(play.sent(1))
    play.head(1, fields=(*HTML, ("set-cookie", "frame=1; SameSite=None; Secure")))
    play.finds(image("i.png"), fetch=1)
    assert dict(play.sent(2))["cookie"] == "frame=1"
    assert fetches[2].key.partition == fetches[1].key.partition
    play.finds(image("j.png"))
    assert dict(play.sent(3))["cookie"] == "page=1"


def test_a_compression_dictionary_is_asked_for_by_nobody() -> None:
    """Without cookies, Referer, Origin and Sec-Purpose, as Chromium 156 does."""
    play = loading()
    play.finds(candidate(CandidateKind.PREFETCH, "/x", "link", rel="compression-dictionary"))
    play.opens(connection=1)
    sent = dict(play.sent(1))
    assert sent["accept"] == "*/*"
    assert sent["priority"] == "u=4, i"
    assert sent.keys().isdisjoint({"cookie", "referer", "origin", "sec-purpose"})


@pytest.mark.parametrize(
    ("page", "url", "asks"),
    [
        (PAGE, "https://user:pass@a.test/i.png", False),
        (PAGE, "https://user@other.test/i.png", False),
        ("https://user@a.test/", "i.png", True),
        ("https://user@a.test/", "https://user@other.test/i.png", False),
    ],
)
def test_a_user_in_a_url_is_the_page_s_own_or_refused(page: str, url: str, asks: bool) -> None:
    """Chromium 156 blocks subresources whose URL has credentials, but for those of the page that asks."""
    play = loading(page)
    play.finds(image(url))
    assert any(isinstance(each, c.QueueFetch) for each in play.commands) is asks
