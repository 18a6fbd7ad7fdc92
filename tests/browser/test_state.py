"""What a load brings along and keeps: cookies, credentials and the caller's fields, dressed when a request leaves."""

from __future__ import annotations

import pytest

from fetcher.browser import events as e
from fetcher.browser.requests.device import DEVICES, device, parse_viewport
from fetcher.browser.storage.cookies import Cookie
from fetcher.browser.storage.state import BrowserState
from fetcher.errors import UsageError
from fetcher.fields.set_cookie import SameSite
from fetcher.terms import Fields, HttpVersion, field_value
from tests.support.playbook import FRESH, HTML, Playbook, image, script, sheet

WALL = 1_800_000_000.0


def cookies(*kept: Cookie) -> BrowserState:
    return BrowserState(kept)


def sets(*values: str, then: Fields = HTML) -> Fields:
    return (*then, *(("set-cookie", value) for value in values))


def cookie_of(play: Playbook, fetch: int) -> str | None:
    return field_value(play.sent(fetch), "cookie")


def test_no_cookies_no_field() -> None:
    """An empty jar leaves every request as it is."""
    play = Playbook()
    play.opens()
    assert cookie_of(play, 0) is None


def test_kept_cookies_go_with_the_navigation() -> None:
    """What the browser remembers from before, SameSite=Strict included: a person typed the address."""
    kept = cookies(
        Cookie("a", "1", "a.test", same_site=SameSite.STRICT),
        Cookie("b", "2", "b.test"),
        Cookie("old", "3", "a.test", expires=WALL - 1),
    )
    play = Playbook(remembered=kept)
    play.opens()
    assert cookie_of(play, 0) == "a=1"
    names = [name for name, _ in play.sent(0)]
    assert names.index("cookie") == names.index("accept-language") + 1
    assert names.index("priority") == names.index("cookie") + 1


def test_a_103_sets_no_cookie_and_a_final_response_does() -> None:
    """EH 10.6: Set-Cookie of an interim response is not stored."""
    play = Playbook()
    play.opens()
    play.interim("</a.css>; rel=preload; as=style", fields=(("set-cookie", "early=1"),))
    assert cookie_of(play, 1) is None
    play.head(0, fields=sets("final=1", "more=2"))
    play.finds(script("/a.js"))
    assert cookie_of(play, 2) == "final=1; more=2"


def test_cookies_are_dressed_when_a_request_leaves_not_when_it_was_decided_on() -> None:
    """A request that waits for a connection carries what arrived in the meantime."""
    play = Playbook("http://a.test/")
    play.opens(HttpVersion.HTTP_1_1)
    play.head(0)
    play.finds(image("/1.png"))
    assert cookie_of(play, 1) is None
    play.event(e.Head(play.at, 0, 200, "", "HTTP/1.1", sets("late=1"), None))
    play.opens(HttpVersion.HTTP_1_1, connection=1)
    assert cookie_of(play, 1) == "late=1"


def test_a_hinted_request_carries_cookies_by_its_credentials_mode() -> None:
    """EH 5.2: with include always, with same-origin only to the hinting response's origin."""
    kept = cookies(
        Cookie("a", "1", "a.test"),
        Cookie("b", "2", "b.test", secure=True, same_site=SameSite.NONE, partition="https://a.test"),
        Cookie("third", "4", "b.test", secure=True, same_site=SameSite.NONE),
        Cookie("lax", "3", "b.test", secure=True),
    )
    play = Playbook(remembered=kept)
    play.opens()
    play.interim(
        "</own.woff2>; rel=preload; as=font; crossorigin",
        "<https://b.test/x.woff2>; rel=preload; as=font; crossorigin",
        "<https://b.test/x.js>; rel=preload; as=script",
        "<https://b.test/y.woff2>; rel=preload; as=font; crossorigin=use-credentials",
    )
    play.opens(connection=1)
    play.opens(connection=2)
    assert [cookie_of(play, fetch) for fetch in (1, 2, 3, 4)] == ["a=1", None, "b=2", "b=2"]


def test_only_credentialed_responses_set_cookies() -> None:
    """A font fetched without credentials from elsewhere leaves nothing; an image does, as a third party."""
    play = Playbook()
    play.opens()
    play.interim(
        "<https://b.test/x.woff2>; rel=preload; as=font; crossorigin", "<https://b.test/x.png>; rel=preload; as=image"
    )
    play.opens(connection=1)
    play.opens(connection=2)
    third = sets("t=1; SameSite=None; Secure; Partitioned", then=FRESH)
    play.head(1, fields=third)
    assert play.browser.remembered(play.at).cookies == ()
    play.head(2, fields=sets("lax=1; Secure", "t=1; SameSite=None; Secure; Partitioned", then=FRESH))
    assert [cookie.name for cookie in play.browser.remembered(play.at).cookies] == ["t"]


def test_a_redirect_sets_cookies_for_what_follows() -> None:
    """Log-in pages work like this: 302 with Set-Cookie, then the page that needs it; another site gets nothing."""
    play = Playbook()
    play.opens()
    play.head(
        0, 302, (("location", "https://w.a.test/"), ("set-cookie", "s=1; Domain=a.test"), ("set-cookie", "own=1"))
    )
    play.opens(connection=1)
    assert cookie_of(play, 1) == "s=1"
    play.head(1, 302, (("location", "https://b.test/"),))
    play.opens(connection=2)
    assert cookie_of(play, 2) is None


def test_time_passes_between_requests() -> None:
    """A cookie of one second is gone two seconds later; the wall clock is the navigation's plus what passed since."""
    play = Playbook()
    play.opens()
    play.head(0, fields=sets("short=1; Max-Age=1", "long=1; Max-Age=100"))
    play.at += 2000
    play.finds(sheet("/a.css"))
    assert cookie_of(play, 1) == "long=1"


def test_a_copy_that_varies_on_cookie_serves_only_the_same_cookies() -> None:
    """EH 9.5: the hint went without the cookie that the final response set."""
    play = Playbook()
    play.opens()
    play.interim("</a.js>; rel=preload; as=script")
    play.head(1, fields=(*FRESH, ("vary", "Cookie")))
    play.head(0, fields=sets("s=1"))
    assert play.finds(script("/a.js"))[1] == "found script fetched-again 2"
    assert "varies on cookie" in (play.recorder.load().requests[2].earlier_reason or "")


# the navigation's URL; a request of its page (or a redirect of it); whether -H and whether -u go with it
SCOPES = [
    ("https://a.test/", "https://a.test/x.js", True, True),
    ("https://a.test/", "https://w.a.test/x.js", True, False),
    ("https://a.test/", "https://a.test:8443/x.js", True, False),
    ("https://a.test/", "https://b.test/x.js", False, False),
    ("https://a.github.io/", "https://b.github.io/x.js", False, False),
]


@pytest.mark.parametrize(("page", "target", "header", "credentials"), SCOPES)
def test_who_gets_the_callers_own_fields(page: str, target: str, header: bool, credentials: bool) -> None:
    """-H to the site that was asked for, -u to its origin."""
    play = Playbook(page, headers=(("x-team", "blue"),), authorization="Basic eDp5")
    play.opens()
    assert field_value(play.sent(0), "authorization") == "Basic eDp5"
    play.head(0)
    play.finds(script(target))
    if 1 in play.browser.state.pool.lines:
        play.opens(connection=1)
    assert field_value(play.sent(1), "x-team") == ("blue" if header else None)
    assert field_value(play.sent(1), "authorization") == ("Basic eDp5" if credentials else None)


REDIRECTS = [
    ("https://a.test/", "https://w.a.test/", True, False),
    ("http://a.test/", "https://a.test/", True, False),
    ("https://a.test/", "http://a.test/", False, False),
    ("https://a.test/", "https://evil.test/", False, False),
]


@pytest.mark.parametrize(("page", "target", "header", "credentials"), REDIRECTS)
def test_a_redirect_takes_fields_along_only_within_the_site(
    page: str, target: str, header: bool, credentials: bool
) -> None:
    """A page that redirects elsewhere must not pass the caller's secrets on; from http to https is the same site."""
    play = Playbook(page, headers=(("x-team", "blue"),), authorization="Basic eDp5")
    play.opens()
    play.head(0, 302, (("location", target),))
    play.opens(connection=1)
    assert field_value(play.sent(1), "x-team") == ("blue" if header else None)
    assert field_value(play.sent(1), "authorization") == ("Basic eDp5" if credentials else None)


def test_a_page_elsewhere_cannot_spend_the_credentials_of_the_first() -> None:
    """Redirected to b.test, whose page asks for something of a.test: it goes without."""
    play = Playbook(authorization="Basic eDp5")
    play.opens()
    play.head(0, 302, (("location", "https://b.test/"),))
    play.opens(connection=1)
    play.head(1)
    play.finds(script("https://a.test/x.js"), fetch=1)
    assert field_value(play.sent(2), "authorization") is None


def test_header_scope_all_gives_them_to_everyone() -> None:
    """Asked for by name, -H goes everywhere; -u still does not."""
    play = Playbook(headers=(("x-team", "blue"),), header_scope="all", authorization="Basic eDp5")
    play.opens()
    play.head(0)
    play.finds(script("https://b.test/x.js"))
    play.opens(connection=1)
    assert field_value(play.sent(1), "x-team") == "blue"
    assert field_value(play.sent(1), "authorization") is None


def test_an_authorization_header_of_the_callers_own_wins() -> None:
    """As in curl, -H beats -u."""
    play = Playbook(headers=(("authorization", "Bearer t"),), authorization="Basic eDp5")
    play.opens()
    assert [value for name, value in play.sent(0) if name == "authorization"] == ["Bearer t"]


def test_a_phone_words_its_requests_as_one() -> None:
    """User agent and client hints change together; the desktop's stay Chromium's own."""
    play = Playbook(device=DEVICES["mobile"])
    play.opens()
    fields = dict(play.sent(0))
    assert "(Linux; Android 10; K)" in fields["user-agent"]
    assert " Mobile Safari/537.36" in fields["user-agent"]
    assert (fields["sec-ch-ua-mobile"], fields["sec-ch-ua-platform"]) == ("?1", '"Android"')
    desk = Playbook(device=DEVICES["desktop"])
    desk.opens()
    plain = Playbook()
    plain.opens()
    assert desk.sent(0) == plain.sent(0)


def test_a_user_agent_of_the_callers_own_wins_over_the_devices() -> None:
    """-A is what was asked for by name."""
    play = Playbook(device=DEVICES["mobile"], user_agent="tester/1")
    play.opens()
    assert field_value(play.sent(0), "user-agent") == "tester/1"


def test_devices_and_what_is_changed_of_them() -> None:
    """Lighthouse's screens; --viewport and --dpr override, and alone they change the desktop."""
    assert device(None) is None
    phone = device("mobile")
    assert phone is not None
    assert (phone.width, phone.height, phone.dpr, phone.mobile) == (412, 823, 1.75, True)
    changed = device(None, (800, 600), 2)
    assert changed is not None
    assert (changed.name, changed.width, changed.height, changed.dpr, changed.mobile) == (
        "desktop",
        800,
        600,
        2.0,
        False,
    )
    assert parse_viewport("1350X940") == (1350, 940)


@pytest.mark.parametrize("text", ["", "x", "1350", "1350x", "x940", "-1x5", "1.5x2", "1350 x 940", "٣x٣"])
def test_what_is_no_viewport(text: str) -> None:
    """One sentence with the form."""
    with pytest.raises(UsageError, match="WIDTHxHEIGHT"):
        parse_viewport(text)


@pytest.mark.parametrize(
    ("name", "viewport", "dpr", "sentence"),
    [
        ("tablet", None, None, "choose one of mobile, desktop"),
        (None, (0, 5), None, "cannot be"),
        (None, (9_999_999, 5), None, "cannot be"),
        (None, None, 0.0, "from 0.1 to 10"),
        (None, None, float("nan"), "from 0.1 to 10"),
    ],
)
def test_impossible_devices(
    name: str | None, viewport: tuple[int, int] | None, dpr: float | None, sentence: str
) -> None:
    """Each a usage error."""
    with pytest.raises(UsageError, match=sentence):
        device(name, viewport, dpr)
