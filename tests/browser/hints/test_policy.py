"""The early-hint policy: which 103 acts and which of its links, rule by rule (EH 3, 4, 5, 6, 7, 10, 11)."""

from __future__ import annotations

import pytest

from fetcher.terms import Fields, HttpVersion, ProfileName
from tests.support.playbook import FRESH, Playbook

STYLE = "</app.css>; rel=preload; as=style"
SCRIPT = "</app.js>; rel=preload; as=script"


def ready(**options: object) -> Playbook:
    """A navigation to https://a.test/ whose request is on an HTTP/2 connection."""
    play = Playbook(**options)  # type: ignore[arg-type]
    play.opens()
    return play


def test_hints_of_the_first_103_are_requested_at_once_on_the_documents_connection() -> None:
    """EH 4.6: every hint starts in the answer to the 103, by priority (EH 13.8), on the connection that stands."""
    play = ready()
    image = "</hero.png>; rel=preload; as=image"
    assert play.interim(f"{image}, {SCRIPT}, {STYLE}") == [
        "interim 0 acted EH 4.2",
        "hint 0 acted EH 4.6 fetch 1",
        "queue 1 https://a.test/hero.png",
        "hint 1 acted EH 4.6 fetch 2",
        "queue 2 https://a.test/app.js",
        "hint 2 acted EH 4.6 fetch 3",
        "queue 3 https://a.test/app.css",
        "start 3 https://a.test/app.css on 0 style no-cors",
        "start 2 https://a.test/app.js on 0 script no-cors",
        "start 1 https://a.test/hero.png on 0 image no-cors",
    ]


def test_only_the_first_103_acts_even_when_it_has_no_link() -> None:
    """EH 4.2."""
    play = ready()
    assert play.interim() == ["interim 0 acted EH 4.2"]
    assert play.interim(STYLE) == ["interim 1 ignored EH 4.2", "hint 0 refused EH 4.2"]


@pytest.mark.parametrize("status", [100, 102, 104, 150, 199])
def test_other_interim_responses_carry_no_hints(status: int) -> None:
    """EH 1.2: read and skipped, and they do not use up the first 103."""
    play = ready()
    assert play.interim(STYLE, status=status) == ["interim 0 ignored EH 1.2"]
    assert "start 1 https://a.test/app.css on 0 style no-cors" in play.interim(STYLE)


def test_chromium_reads_and_reports_a_103_over_http1_but_does_not_act() -> None:
    """EH 4.4."""
    play = Playbook()
    play.opens(HttpVersion.HTTP_1_1)
    assert play.interim(STYLE) == ["interim 0 ignored EH 4.4", "hint 0 refused EH 4.4"]


def test_eager_acts_over_http1_on_connections_of_their_own_six_to_a_host() -> None:
    """design.md: hinted requests of an HTTP/1.1 page open their own connections, six per origin in all."""
    play = Playbook("http://a.test/", profile=ProfileName.EAGER)
    play.opens(HttpVersion.HTTP_1_1)
    links = [f"</{number}.js>; rel=preload; as=script" for number in range(8)]
    opened = [line for line in play.interim(*links) if line.startswith("open")]
    assert opened == [f"open {number} http://a.test:80 fetch" for number in range(1, 6)]
    assert play.opens(HttpVersion.HTTP_1_1, 1) == ["start 1 http://a.test/0.js on 1 script no-cors"]
    play.head(1, fields=FRESH)
    assert play.ends(1) == ["start 2 http://a.test/1.js on 1 script no-cors"]


def test_switched_off_hints_are_received_and_ignored() -> None:
    """The off arm of a comparison: no request, and the record says why."""
    play = ready(early_hints=False)
    assert play.interim(STYLE) == ["interim 0 ignored option", "hint 0 refused option"]
    assert "switched off" in play.recorder.load().hints[0].reason


REFUSED = [
    ("</a.css>; rel=preload", "EH 4.3"),
    ("<//b.test>; rel=dns-prefetch", "EH 4.5"),
    ("</a.css>; rel=preload; as=style; nopush", "EH 3.2"),
    ('</a.css>; rel=preload; as=style; media="print"', "EH 3.2"),
    ("</a.mp4>; rel=preload; as=video", "EH 3.3"),
    ('</a.css>; rel=preload; as=style; crossorigin=""', "EH 3.5"),
    ("</a.css>; rel=preload; as=style; type=nonsense", "EH 3.6"),
    ("</a.css>; rel=stylesheet", "EH 3.1"),
    ("</a.css; rel=preload; as=style", "EH 2.3"),
    ("<data:text/css,a>; rel=preload; as=style", "EH 4.7"),
    ("<http://b.test/a.css>; rel=preload; as=style", "EH 10.1"),
    ("<http://[>; rel=preload; as=style", "EH 2.10"),
]


@pytest.mark.parametrize(("link", "rule"), REFUSED)
def test_refusals_name_their_rule(link: str, rule: str) -> None:
    """Each link that may not act makes no request and is recorded with the rule that refuses it."""
    play = ready()
    lines = play.interim(link)
    assert lines == ["interim 0 acted EH 4.2", f"hint 0 refused {rule}"]
    hint = play.recorder.load().hints[0]
    assert hint.raw
    assert hint.reason


def test_one_request_per_url() -> None:
    """EH 4.8: the same URL hinted twice is requested once, whatever as says; another query is another resource."""
    play = ready()
    lines = play.interim(f"{STYLE}, </app.css>; rel=preload; as=script, </app.css?v=2>; rel=preload; as=style")
    assert "hint 1 refused EH 4.8 fetch 1" in lines
    assert [line for line in lines if line.startswith("start")] == [
        "start 1 https://a.test/app.css on 0 style no-cors",
        "start 2 https://a.test/app.css?v=2 on 0 style no-cors",
    ]


CSP: list[tuple[Fields, str]] = [
    ((("content-security-policy", "style-src 'none'"),), "EH 6.1"),
    ((("content-security-policy", "default-src https://b.test"),), "EH 6.1"),
    ((("content-security-policy-report-only", "style-src 'none'"),), "EH 6.3"),
    # Chromium 156 asks every directive that could govern a hint, not the most specific one alone.
    ((("content-security-policy", "default-src 'none'; style-src 'self'"),), "EH 6.1"),
    ((("content-security-policy", "style-src 'none'; style-src-elem *"),), "EH 6.1"),
]


@pytest.mark.parametrize(("fields", "rule"), CSP)
def test_the_103s_own_policy_governs_its_hints(fields: Fields, rule: str) -> None:
    """EH 6.1, and EH 6.3: report-only blocks as well in Chromium 156."""
    assert ready().interim(STYLE, fields=fields)[1] == f"hint 0 refused {rule}"


def test_a_hinted_module_is_checked_as_a_script() -> None:
    """EH 6.1 as Chromium 156 does it: also a modulepreload without as."""
    lines = ready().interim("</m.js>; rel=modulepreload", fields=(("content-security-policy", "script-src 'none'"),))
    assert lines[1] == "hint 0 refused EH 6.1"


def test_a_policy_that_allows_it_does_not_refuse() -> None:
    """EH 6.1, the other side: 'self' allows a same-origin style sheet."""
    lines = ready().interim(STYLE, fields=(("content-security-policy", "style-src 'self'"),))
    assert "start 1 https://a.test/app.css on 0 style no-cors" in lines


def test_hints_survive_a_same_origin_redirect_and_the_targets_103_is_the_second() -> None:
    """EH 7.1."""
    play = ready()
    play.interim(STYLE)
    lines = play.head(0, 302, (("location", "/home"),))
    assert lines == ["queue 2 https://a.test/home", "start 2 https://a.test/home on 0 document navigate"]
    assert play.interim(SCRIPT, fetch=2) == ["interim 1 ignored EH 4.2", "hint 1 refused EH 4.2"]


def test_a_cross_origin_redirect_cancels_hints_and_starts_over() -> None:
    """EH 7.2: what was asked for is cancelled, and the new origin's 103 is a first one."""
    play = ready()
    play.interim(STYLE)
    lines = play.head(0, 302, (("location", "https://b.test/"),))
    assert lines == ["cancel 1", "queue 2 https://b.test/", "open 1 https://b.test:443 navigation"]
    play.opens(connection=1)
    assert play.interim(STYLE, fetch=2)[0] == "interim 1 acted EH 4.2"


def test_a_hinted_redirect_is_not_followed() -> None:
    """EH 7.3: Chromium's loader has an empty redirect callback."""
    play = ready()
    play.interim(SCRIPT)
    assert play.head(1, 302, (("location", "/real.js"),)) == []


def test_preconnect_opens_a_connection_and_asks_for_nothing() -> None:
    """EH 11.1, 11.2: one socket per origin and crossorigin value; credentialed ones are a pool of their own."""
    play = ready()
    lines = play.interim("<https://b.test>; rel=preconnect, <https://b.test>; rel=preconnect; crossorigin")
    assert lines[1:] == [
        "hint 0 acted EH 11.1",
        "open 1 https://b.test:443 preconnect",
        "hint 1 acted EH 11.1",
        "open 2 https://b.test:443 preconnect uncredentialed",
    ]


def test_preconnect_to_the_documents_own_origin_opens_nothing() -> None:
    """EH 11.3."""
    assert ready().interim("<https://a.test>; rel=preconnect")[1:] == ["hint 0 acted EH 11.3"]


def test_a_103_on_a_subresource_never_acts() -> None:
    """EH 4.1."""
    play = ready()
    play.interim(STYLE)
    assert play.interim(SCRIPT, fetch=1) == ["interim 1 ignored EH 4.1"]


def test_the_final_status_does_not_matter() -> None:
    """EH 4.10: hints before a 404 were requested and stay."""
    play = ready()
    play.interim(STYLE)
    assert play.head(0, 404) == ["scan 0 html"]
    play.head(1, fields=FRESH)
    play.ends(1)
    play.ends(0)
    assert play.drains(0) == ["finish loaded"]
    assert play.recorder.load().requests[1].outcome == "complete"


def test_another_fragment_is_another_hint_that_waits_for_the_first() -> None:
    """EH 4.8, as Chromium 156 does: the fragment is a part of the key, and the cache lets one write an entry at a time:
    what may not be stored is asked for again, what may be is read."""
    links = ("</a.css#1>; rel=preload; as=style", "</a.css#2>; rel=preload; as=style")
    for cache, after in (
        ("no-store", ["hint 1 acted EH 4.6 fetch 2", "queue 2 https://a.test/a.css"]),
        ("max-age=60", ["hint 1 acted EH 4.9"]),
    ):
        play = ready()
        lines = play.interim(*links)
        assert [line for line in lines if line.startswith("hint")] == [
            "hint 0 acted EH 4.6 fetch 1",
            "hint 1 acted EH 13.2",
        ]
        assert play.head(1, fields=(("cache-control", cache),))[:2] == after
        hints = play.recorder.load().hints
        assert [hint.id for hint in hints] == [0, 1]
        assert hints[1].rule == after[0].split(" fetch")[0].removeprefix("hint 1 acted ")


def test_a_hint_at_the_page_itself_waits_for_the_page() -> None:
    """EH 13.2: an empty target is the document's URL, which is on its way."""
    for cache, asks in (("no-store", True), ("max-age=60", False)):
        play = ready()
        assert play.interim("<>; rel=preload; as=fetch")[1:] == ["hint 0 acted EH 13.2"]
        lines = play.head(0, fields=(("content-type", "text/html"), ("cache-control", cache)))
        assert ("start 1 https://a.test/ on 0 empty no-cors" in lines) is asks


def test_a_hint_that_waits_asks_when_the_first_request_fails() -> None:
    """EH 4.8: nobody waits for ever."""
    play = ready()
    play.interim("</a.css#1>; rel=preload; as=style", "</a.css#2>; rel=preload; as=style")
    assert "start 2 https://a.test/a.css on 0 style no-cors" in play.fails(1, "reset")


def test_a_redirect_elsewhere_forgets_the_hints_that_wait() -> None:
    """EH 7.2."""
    play = ready()
    play.interim("<>; rel=preload; as=fetch")
    lines = play.head(0, 302, (("location", "https://b.test/"),))
    assert [line for line in lines if line.startswith("queue")] == ["queue 1 https://b.test/"]
    assert play.recorder.load().hints[0].rule == "EH 7.2"
    assert not play.recorder.load().hints[0].acted


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (302, (("location", "/next"),)),
        (200, (("content-type", "text/html"), ("accept-ch", "sec-ch-ua-model"), ("critical-ch", "sec-ch-ua-model"))),
    ],
)
def test_a_hint_at_a_page_that_leads_on_is_settled_by_that_answer(status: int, fields: Fields) -> None:
    """EH 13.2 with 7.1, and a page that is asked for again with a critical client hint: Chromium 156 asks for its URL
    for the hint too, and the record says so."""
    play = ready()
    play.interim("<>; rel=preload; as=fetch")
    lines = play.head(0, status, fields)
    assert lines.count("start 1 https://a.test/ on 0 empty no-cors") == 1
    assert play.recorder.load().hints[0].request == 1


def test_a_bare_module_is_asked_of_the_policy_too() -> None:
    """EH 6.1: Chromium 156 takes a modulepreload without as for a script there."""
    play = ready()
    fields: Fields = (("content-security-policy", "script-src 'none'"),)
    assert play.interim("</m.js>; rel=modulepreload", fields=fields)[1] == "hint 0 refused EH 6.1"


@pytest.mark.parametrize(
    ("address", "target", "acts"),
    [
        ("93.184.215.14", "https://10.0.0.1/a.css", False),
        ("93.184.215.14", "https://[::1]/a.css", False),
        ("93.184.215.14", "https://localhost/a.css", False),
        ("93.184.215.14", "https://1.1.1.1/a.css", True),
        ("93.184.215.14", "https://b.test/a.css", True),  # its address is judged once a connection stands
        ("10.0.0.2", "https://10.0.0.1/a.css", True),
        ("127.0.0.1", "https://localhost/a.css", True),
    ],
)
def test_a_public_page_may_not_hint_at_private_addresses(address: str, target: str, acts: bool) -> None:
    """EH 10.2: refused before anything is opened, by the address that the 103 came from."""
    play = Playbook()
    play.opens(address=address)
    lines = play.interim(f"<{target}>; rel=preload; as=style", f"<{target}>; rel=preconnect")
    hints = [line.split(" fetch ")[0] for line in lines if line.startswith("hint")]
    expected = "acted EH 4.6" if acts else "refused EH 10.2"
    assert hints[0] == f"hint 0 {expected}"
    assert (" refused EH 10.2" in hints[1]) is not acts
    assert any(line.startswith("open 1") for line in lines) is acts
