"""Declarative refreshes and redirects that lead nowhere, as the machine decides on them."""

from __future__ import annotations

import pytest

from fetcher.browser import events as e
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.fields.refresh import parse
from fetcher.terms import Fields, InitiatorKind, Limits
from tests.support.playbook import HTML, Playbook, candidate, image, sheet

PAGE = "https://a.test/"


def refresh(content: str) -> Candidate:
    said = parse(content)
    assert said is not None
    return candidate(CandidateKind.REFRESH, said.url, "meta", content=content)


def over(play: Playbook, fetch: int = 0) -> list[str]:
    """The document of ``fetch`` has come and was scanned."""
    play.ends(fetch)
    return play.drains(fetch)


def loading(fields: Fields = HTML, **options: object) -> Playbook:
    play = Playbook(PAGE, **options)
    play.opens()
    play.head(0, fields=fields)
    return play


def test_a_refresh_is_followed_once_everything_has_loaded() -> None:
    """After the last subresource, as browsers do after the load event; the record calls it a redirect."""
    play = loading()
    assert play.finds(refresh("0; url=/next"), image("/i.png"))[:1] == ["queue 1 https://a.test/i.png"]
    assert over(play) == []
    assert play.ends(1) == [
        "queue 2 https://a.test/next",
        "found refresh fetched 2",
        "start 2 https://a.test/next on 0 document navigate",
    ]
    sent = dict(play.sent(2))
    assert sent["referer"] == PAGE
    assert sent["sec-fetch-site"] == "same-origin"
    assert "sec-fetch-user" not in sent
    play.head(2)
    assert over(play, 2) == ["finish loaded"]
    load = play.recorder.load()
    assert load.document == 2
    assert load.navigations == (0, 2)
    assert load.final_url == "https://a.test/next"
    assert load.requests[0].redirect_to == 2
    assert load.requests[2].initiator.kind is InitiatorKind.REDIRECT
    assert load.requests[2].initiator.element == "meta"
    assert load.notes == ("https://a.test/ led on to https://a.test/next once it had loaded, by a meta refresh.",)


def test_a_refresh_after_a_second_waits_that_long() -> None:
    """A timer is set once; other events do not hurry it."""
    play = loading()
    play.finds(refresh("1;/next"))
    assert over(play) == ["SetTimer"]
    assert play.event(e.GoAway(play.at, 0, "")) == []
    fired = play.event(e.TimerFired(play.at))
    assert fired[:2] == ["queue 1 https://a.test/next", "found refresh fetched 1"]
    assert play.event(e.TimerFired(play.at)) == []


NOT_FOLLOWED = [
    ("2;/next", "a refresh after 2 s"),
    ("0;javascript:x()", "no http(s) URL"),
    ("0;data:text/html,x", "no http(s) URL"),
    ("0;https://[", "no http(s) URL"),
]


@pytest.mark.parametrize(("content", "reason"), NOT_FOLLOWED)
def test_a_refresh_that_is_not_followed_says_why(content: str, reason: str) -> None:
    """It stays a discovery, and the load is over."""
    play = loading()
    assert play.finds(refresh(content)) == ["found refresh no-request"]
    assert reason in play.recorder.load().discoveries[0].reason
    assert over(play) == ["finish loaded"]


def test_the_refresh_field_comes_first_and_the_first_one_counts() -> None:
    """Also where the first is one that is not followed."""
    play = loading((*HTML, ("refresh", "0; url=/field")))
    assert play.finds(refresh("0;/meta")) == ["found refresh no-request"]
    assert over(play)[0] == "queue 1 https://a.test/field"
    assert play.recorder.load().requests[1].initiator.element == "Refresh"
    late = loading((*HTML, ("refresh", "30")))
    assert late.finds(refresh("0;/meta")) == ["found refresh no-request"]


def test_a_page_that_refreshes_itself_ends_at_the_limit_of_redirects() -> None:
    """A browser would go on for ever; the load is a good one, and says where it stopped."""
    play = loading((*HTML, ("refresh", "0")), limits=Limits(redirects=2))
    assert over(play, 0)[0] == "queue 1 https://a.test/"
    play.head(1, fields=(*HTML, ("refresh", "0")))
    assert over(play, 1)[0] == "queue 2 https://a.test/"
    assert play.head(2, fields=(*HTML, ("refresh", "0"))) == ["found refresh refused", "scan 2 html"]
    assert over(play, 2) == ["finish loaded"]
    assert "2 redirects" in play.recorder.load().discoveries[-1].reason


def test_the_next_document_starts_afresh_but_for_cache_and_cookies() -> None:
    """Its own base, preload map and 103; what is fresh comes from the HTTP cache."""
    play = loading((*HTML, ("set-cookie", "seen=1")))
    play.finds(candidate(CandidateKind.BASE, "/base/", "base"), sheet("/s.css"), refresh("0;/next"))
    play.head(1, fields=(("content-type", "text/css"), ("cache-control", "max-age=60")))
    play.ends(1)
    play.drains(1)
    over(play)
    assert dict(play.sent(2))["cookie"] == "seen=1"
    assert play.interim("</h.js>; rel=preload; as=script", fetch=2)[:2] == [
        "interim 0 acted EH 4.2",
        "hint 0 acted EH 4.6 fetch 3",
    ]
    play.head(2)
    assert "queue 4 https://a.test/i.png" in play.finds(image("i.png"), fetch=2)


def test_only_hints_follows_no_refresh() -> None:
    """A check looks at one document."""
    play = loading((*HTML, ("refresh", "0;/next")), only_hints=True)
    assert play.ends(0) == ["finish loaded"]


def test_a_frame_may_not_lead_the_load_on() -> None:
    """A refresh in a frame moves that frame: noted, not followed."""
    play = loading(frames=True)
    play.finds(candidate(CandidateKind.FRAME, "/f", "iframe"))
    play.head(1)
    assert play.finds(refresh("0;/next"), fetch=1) == ["found refresh no-request"]


DEAD_ENDS = [
    ("data:text/css,a{}", "redirect", "not an http(s) URL"),
    ("data:text/css," + "a" * 5000, "redirect", "..."),
    ("blob:https://a.test/1", "redirect", "not an http(s) URL"),
    ("https://[", "redirect", "not an http(s) URL"),
    ("/again", "limit", "the limit is 0"),
]


@pytest.mark.parametrize(("location", "kind", "reason"), DEAD_ENDS, ids=[text[:20] for text, *_ in DEAD_ENDS])
def test_a_subresource_redirected_to_nowhere_fails(location: str, kind: str, reason: str) -> None:
    """Its request ends with the reason, in a sentence of bounded length, and the load goes on."""
    play = loading(limits=Limits(redirects=0 if kind == "limit" else 20))
    play.finds(sheet("/s.css"))
    assert play.head(1, 302, (("location", location),)) == ["cancel 1", "DropFetch"]
    assert over(play) == ["finish loaded"]
    request = play.recorder.load().requests[1]
    assert request.outcome == kind
    assert request.error is not None
    assert reason in request.error
    assert len(request.error) < 250


def test_a_document_redirected_to_a_data_url_fails_the_load() -> None:
    """The sentence does not repeat all of it."""
    play = Playbook(PAGE)
    play.opens()
    assert play.head(0, 302, (("location", "data:text/html," + "x" * 9000),))[-1] == "finish redirect"
    assert len(play.recorder.load().error or "") < 250
