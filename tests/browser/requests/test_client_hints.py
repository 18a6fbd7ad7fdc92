"""Client hints: asked for by Accept-CH, kept for the origin, delegated by policy, sent again where critical."""

from __future__ import annotations

import pytest

from fetcher.browser import events as e
from fetcher.browser.requests.client_hints import ORDER
from fetcher.browser.storage.state import BrowserState
from fetcher.discovery.candidates import CandidateKind
from fetcher.terms import Device, Fields, field_value
from tests.support.playbook import HTML, Playbook, candidate, script

ARCH, MODEL = ("sec-ch-ua-arch", '"x86"'), ("sec-ch-ua-model", '""')


def asks(*names: str, **more: str) -> Fields:
    return (*HTML, ("accept-ch", ", ".join(names)), *((key.replace("_", "-"), value) for key, value in more.items()))


def hints(play: Playbook, fetch: int) -> Fields:
    """Those beyond the three that every request carries."""
    return tuple(each for each in play.sent(fetch) if each[0] in ORDER and each[0] not in EVERYWHERE)


EVERYWHERE = ("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform")

# Permissions-Policy; what of Sec-CH-UA-Arch goes to the page's own origin, to its sub-domain, to another site
POLICIES = [
    ("", "yes", "no", "no"),
    ("ch-ua-arch=*", "yes", "yes", "yes"),
    ("ch-ua-arch=()", "no", "no", "no"),
    ("ch-ua-arch=self", "yes", "no", "no"),
    ('ch-ua-arch=(self "https://b.test")', "yes", "no", "yes"),
    ('ch-ua-arch=("https://b.test")', "no", "no", "yes"),
    ("ch-dpr=*", "yes", "no", "no"),
    ("ch-ua-arch=(self", "yes", "no", "no"),
]


@pytest.mark.parametrize(("policy", "own", "below", "other"), POLICIES)
def test_hints_go_where_the_policy_lets_them(policy: str, own: str, below: str, other: str) -> None:
    """To the document's own origin, elsewhere as Permissions-Policy delegates; a malformed one says nothing."""
    play = Playbook()
    play.opens()
    play.head(0, fields=asks("Sec-CH-UA-Arch", permissions_policy=policy))
    play.finds(script("/a.js"), script("https://s.a.test/a.js"), script("https://b.test/a.js"))
    for connection in (1, 2):
        play.opens(connection=connection)
    assert ["yes" if hints(play, fetch) == (ARCH,) else "no" for fetch in (1, 2, 3)] == [own, below, other]


def test_a_policy_keeps_even_those_that_go_everywhere() -> None:
    """Permissions-Policy ch-ua=() of a page takes Sec-CH-UA from all it asks for."""
    play = Playbook()
    play.opens()
    play.head(0, fields=(*HTML, ("permissions-policy", "ch-ua=(), ch-ua-platform=self")))
    play.finds(script("/a.js"), script("https://b.test/a.js"))
    play.opens(connection=1)
    kept = [[name for name, _ in play.sent(fetch) if name in EVERYWHERE] for fetch in (1, 2)]
    assert kept == [["sec-ch-ua-platform", "sec-ch-ua-mobile"], ["sec-ch-ua-mobile"]]


def test_an_origins_wish_outlives_the_load() -> None:
    """The next navigation to it carries the hints; an empty Accept-CH ends that, a response without one does not."""
    first = Playbook()
    first.opens()
    first.head(0, fields=asks("sec-ch-ua-arch"))
    second = Playbook(remembered=first.browser.remembered(first.at))
    second.opens()
    assert hints(second, 0) == (ARCH,)
    second.head(0)
    assert second.browser.remembered(second.at).client_hints == (("https://a.test", ("sec-ch-ua-arch",)),)
    third = Playbook(remembered=second.browser.remembered(second.at))
    third.opens()
    third.head(0, fields=(*HTML, ("accept-ch", "")))
    assert third.browser.remembered(third.at).client_hints == ()


def test_a_critical_hint_restarts_the_navigation_once() -> None:
    """Client Hints Reliability: what the server needed goes with the second try; a third there is not."""
    play = Playbook()
    play.opens()
    critical = asks("sec-ch-ua-arch, sec-ch-ua-model", critical_ch="sec-ch-ua-model", cache_control="no-store")
    play.head(0, fields=critical)
    assert hints(play, 1) == (ARCH, MODEL)
    play.head(1, fields=critical)
    assert len(play.browser.state.fetches) == 2
    assert play.browser.state.document is not None


def test_a_critical_hint_whose_answer_is_cached_restarts_nothing() -> None:
    """Chromium's second try is answered by the HTTP cache where the response does not vary on the hint."""
    play = Playbook()
    play.opens()
    play.head(0, fields=asks("sec-ch-ua-model", critical_ch="sec-ch-ua-model", cache_control="max-age=60"))
    assert len(play.browser.state.fetches) == 1


# the markup; which hints its own script, and that of b.test, carries afterwards
METAS = [
    ("accept-ch", "sec-ch-ua-arch", (ARCH,), ()),
    ("accept-ch", "nonsense", (), ()),
    ("delegate-ch", "sec-ch-ua-arch https://b.test", (ARCH,), (ARCH,)),
    ("delegate-ch", "sec-ch-ua-arch; sec-ch-ua-model https://c.test", (ARCH, MODEL), ()),
]


@pytest.mark.parametrize(("pragma", "content", "own", "other"), METAS)
def test_markup_asks_for_hints(pragma: str, content: str, own: Fields, other: Fields) -> None:
    """From where it stands, for this document alone: no later navigation carries them."""
    play = Playbook()
    play.opens()
    play.head(0)
    play.finds(script("/before.js"))
    play.finds(candidate(CandidateKind.META, "", "meta", **{"http-equiv": pragma, "content": content}))
    play.finds(script("/a.js"), script("https://b.test/a.js"))
    play.opens(connection=1)
    assert (hints(play, 1), hints(play, 2), hints(play, 3)) == ((), own, other)
    assert play.browser.remembered(play.at).client_hints == ()


def test_hinted_requests_and_cleartext_carry_none() -> None:
    """EH 5.3; and nothing is asked for, or kept, over a connection that anyone may listen to."""
    play = Playbook(remembered=BrowserState(client_hints=(("https://a.test", ("sec-ch-ua-arch",)),)))
    play.opens()
    play.interim("</a.js>; rel=preload; as=script")
    assert hints(play, 0) == (ARCH,)
    assert field_value(play.sent(1), "sec-ch-ua-arch") is None
    clear = Playbook("http://a.test/")
    clear.opens()
    clear.head(0, fields=asks("sec-ch-ua-arch"))
    assert clear.browser.remembered(clear.at).client_hints == ()


def test_a_device_answers_for_itself() -> None:
    """Width and pixel ratio are those of the device that is emulated, model and platform version a phone's."""
    phone = Device("mobile", mobile=True, width=412, height=823, dpr=1.75)
    play = Playbook(device=phone)
    play.opens()
    play.head(0, fields=asks("dpr", "sec-ch-viewport-width", "sec-ch-ua-model", "sec-ch-ua-form-factors"))
    play.finds(script("/a.js"))
    assert dict(hints(play, 1)) == {
        "dpr": "1.75",
        "sec-ch-viewport-width": "412",
        "sec-ch-ua-model": '"moto g power (2022)"',
        "sec-ch-ua-form-factors": '"Mobile"',
    }


def test_a_redirects_wish_counts_for_its_next_hop() -> None:
    """A response that leads on within the origin may ask too."""
    play = Playbook()
    play.opens()
    play.head(0, 302, (("location", "/2"), ("accept-ch", "sec-ch-ua-arch")))
    assert hints(play, 1) == (ARCH,)
    play.event(e.Head(play.at, 1, 200, "", "HTTP/2", HTML, None))
