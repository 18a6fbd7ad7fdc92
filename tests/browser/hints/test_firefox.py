"""What Firefox 153 was seen to do with hints (EH 12.1), event by event; tests/end_to_end/firefox asks a real one."""

from __future__ import annotations

import pytest

from fetcher.terms import Fields, HttpVersion, ProfileName
from tests.support.playbook import HTML, Playbook, script, sheet

STYLE = "</a.css>; rel=preload; as=style"
SHEET: Fields = (("content-type", "text/css"), ("cache-control", "max-age=600"))


def ready(http: HttpVersion = HttpVersion.HTTP_2) -> Playbook:
    play = Playbook(profile=ProfileName.FIREFOX)
    play.opens(http)
    return play


def test_it_acts_over_http1() -> None:
    """EH 4.4."""
    play = ready(HttpVersion.HTTP_1_1)
    play.interim(STYLE)
    assert [hint.acted for hint in play.recorder.load().hints] == [True]


@pytest.mark.parametrize("first", [(), ("",)])
def test_a_103_without_links_is_not_the_first(first: tuple[str, ...]) -> None:
    """EH 4.2."""
    play = ready()
    play.interim(*first)
    play.interim(STYLE)
    assert [hint.acted for hint in play.recorder.load().hints] == [True]
    play.interim("</b.css>; rel=preload; as=style")
    assert [hint.acted for hint in play.recorder.load().hints] == [True, False]


@pytest.mark.parametrize(
    ("link", "found"),
    [
        (STYLE, "claimed-preload 1"),
        (f"{STYLE}; media=screen", "claimed-preload 1"),
        (f"{STYLE}; media=print", "fetched 2"),
        (f"{STYLE}; type=text/less", "fetched 2"),
    ],
)
def test_a_document_throws_away_what_does_not_fit_it(link: str, found: str) -> None:
    """It was asked for all the same, and may be as fresh as it likes."""
    play = ready()
    play.interim(link)
    play.head(1, fields=SHEET)
    play.ends(1, 0)
    play.head(0)
    assert any(line.startswith(f"found stylesheet {found}") for line in play.finds(sheet("/a.css")))


def test_another_kind_waits_for_the_same_entry_of_the_cache() -> None:
    """EH 4.8: one request where the response may be stored."""
    play = ready()
    told = play.interim(f"{STYLE}, </a.css>; rel=preload; as=script")
    assert [line for line in told if line.startswith("queue")] == ["queue 1 https://a.test/a.css"]
    assert not any(line.startswith("queue") for line in play.head(1, fields=SHEET))


def test_with_and_without_credentials_are_two_entries() -> None:
    """Of another origin: a script asked for with CORS does not get what came with cookies."""
    play = ready()
    play.interim("<https://b.test/b.js>; rel=preload; as=script")
    play.opens(connection=1)
    play.head(1, fields=(("cache-control", "max-age=600"), ("access-control-allow-origin", "*")))
    play.head(0, fields=HTML)
    found = play.finds(script("https://b.test/b.js", crossorigin="", src="https://b.test/b.js"))
    assert any(line.startswith("found script fetched 2") for line in found)


def test_a_redirect_to_another_origin_throws_away_what_came() -> None:
    """EH 7.2: what was complete and fresh too."""
    play = ready()
    play.interim(STYLE)
    play.head(1, fields=SHEET)
    play.ends(1, 0)
    play.head(0, 302, (("location", "https://b.test/"),))
    play.opens(connection=1)
    play.head(2, fields=HTML)
    assert "found stylesheet fetched 3" in play.finds(sheet("https://a.test/a.css"), fetch=2)


def test_ten_preconnects_of_a_103() -> None:
    """EH 11.1."""
    play = ready()
    play.interim(", ".join(f"<https://s{number}.test>; rel=preconnect" for number in range(12)))
    assert [hint.acted for hint in play.recorder.load().hints] == [True] * 10 + [False] * 2


def test_referrers() -> None:
    """EH 5.6: the link's word goes first, a list is none, another site is told an origin at most."""
    for field, link, said in (
        ("no-referrer", "; referrerpolicy=origin", "https://a.test/"),
        ("no-referrer, origin", "", "https://a.test/"),
        ("unsafe-url", "", "https://a.test/"),
        ("no-referrer", "", None),
    ):
        play = Playbook("https://a.test/page", profile=ProfileName.FIREFOX)
        play.opens()
        play.interim(f"<https://b.test/b.js>; rel=preload; as=script{link}", fields=(("referrer-policy", field),))
        play.opens(connection=1)
        sent = dict(play.sent(1))
        assert sent.get("referer") == said
        assert (sent["x-moz"], sent.get("priority")) == ("early hint", None)
