"""How requests are worded (EH 5): per destination, mode and initiator, as Chromium 156 words them."""

from __future__ import annotations

import pytest

from fetcher.terms import HttpVersion, field_value
from tests.support.playbook import HTML, Playbook, sheet

# link, then what its request must carry; "-" says the field must be absent
HINTED = [
    (
        "</a.css>; rel=preload; as=style",
        {"accept": "text/css,*/*;q=0.1", "priority": "u=0, i", "sec-fetch-dest": "style"},
    ),
    (
        "</a.js>; rel=preload; as=script",
        {"accept": "*/*", "priority": "u=1, i", "sec-fetch-mode": "no-cors", "origin": "-"},
    ),
    ("</a.png>; rel=preload; as=image", {"priority": "i", "sec-fetch-dest": "image"}),
    ("</a.png>; rel=preload; as=image; fetchpriority=high", {"priority": "u=1, i"}),
    ("</a.js>; rel=preload; as=script; fetchpriority=low", {"priority": "i"}),
    ("</a.woff2>; rel=preload; as=font; crossorigin", {"priority": "u=1, i", "sec-fetch-mode": "cors", "origin": "-"}),
    (
        "<https://b.test/a.woff2>; rel=preload; as=font; crossorigin",
        {"origin": "https://a.test", "sec-fetch-site": "cross-site"},
    ),
    ("<https://s.a.test/a.js>; rel=preload; as=script", {"sec-fetch-site": "same-site"}),
    ("</data>; rel=preload; as=fetch; crossorigin", {"sec-fetch-dest": "empty", "priority": "i"}),
    ("</m.js>; rel=modulepreload", {"sec-fetch-mode": "cors", "priority": "u=4, i", "sec-fetch-dest": "script"}),
    ("</a.css>; rel=preload; as=style", {"sec-ch-ua": "-", "sec-fetch-user": "-", "referer": "https://a.test/"}),
    (
        "</a.css>; rel=preload; as=style",
        {"accept-encoding": "gzip, deflate, br, zstd", "upgrade-insecure-requests": "-"},
    ),
]


@pytest.mark.parametrize(("link", "expected"), HINTED)
def test_a_hinted_request_is_dressed_as_chromium_dresses_it(link: str, expected: dict[str, str]) -> None:
    """EH 5, 5.1-5.6, row by row."""
    play = Playbook()
    play.opens()
    play.interim(link)
    for connection in (1, 2):
        if connection in play.browser.state.pool.lines:
            play.opens(connection=connection)
    fields = play.sent(1)
    for name, value in expected.items():
        assert (field_value(fields, name) or "-") == value, (name, fields)


def test_the_103s_referrer_policy_rules_its_hints() -> None:
    """EH 5.6: the final response's policy would come too late."""
    play = Playbook("https://a.test/page?secret=1")
    play.opens()
    play.interim("<https://b.test/a.js>; rel=preload; as=script", fields=(("referrer-policy", "no-referrer"),))
    play.opens(connection=1)
    assert field_value(play.sent(1), "referer") is None


def test_the_navigation_and_the_pages_own_requests_carry_client_hints() -> None:
    """EH 5.3: Sec-CH-UA goes on the page's own requests, not on hinted ones."""
    play = Playbook()
    play.opens()
    assert field_value(play.sent(0), "sec-ch-ua")
    assert field_value(play.sent(0), "sec-fetch-user") == "?1"
    assert field_value(play.sent(0), "sec-fetch-site") == "none"
    play.head(0)
    play.finds(sheet("/a.css"))
    assert field_value(play.sent(1), "sec-ch-ua")


def test_http1_gets_connection_and_no_priority_field() -> None:
    """RFC 9218's field is sent on HTTP/2 and later only, as Chromium does."""
    play = Playbook("http://a.test/")
    play.opens(HttpVersion.HTTP_1_1)
    fields = play.sent(0)
    assert field_value(fields, "connection") == "keep-alive"
    assert field_value(fields, "priority") is None
    assert field_value(fields, "accept-encoding") == "gzip, deflate"
    assert field_value(fields, "sec-fetch-mode") is None


def test_extra_fields_go_to_the_pages_own_site_only() -> None:
    """-H values are never given to another site."""
    play = Playbook(headers=(("authorization", "Bearer x"), ("accept-language", "de")))
    play.opens()
    play.head(0, fields=HTML)
    play.finds(sheet("/a.css"), sheet("https://b.test/b.css"))
    play.opens(connection=1)
    assert field_value(play.sent(0), "authorization") == "Bearer x"
    assert field_value(play.sent(1), "accept-language") == "de"
    assert field_value(play.sent(2), "authorization") is None
