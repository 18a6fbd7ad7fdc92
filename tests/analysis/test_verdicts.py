"""What each browser does with each link of a 103, rule by rule (EH 3, 4, 6, 10, 11, 12)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fetcher.analysis.links import early, early_hints_of, verdicts
from fetcher.browser.hints import reading
from fetcher.record import PageLoad
from fetcher.terms import Fields, HttpVersion, ProfileName
from tests.support.playbook import HTML, Playbook

LINK_CASES = json.loads((Path(__file__).parents[1] / "fields" / "link-header-cases.json").read_text(encoding="utf-8"))


def load_of(
    *links: str, http: HttpVersion = HttpVersion.HTTP_2, url: str = "https://a.test/", fields: Fields = ()
) -> PageLoad:
    """A page with one 103 of ``links``."""
    play = Playbook(url, only_hints=True)
    play.opens(http)
    play.interim(*links, fields=fields)
    play.head(0, fields=HTML)
    return play.recorder.load()


def answers(load: PageLoad, which: int = 0) -> str:
    """One word for each profile, in order: "+" where it acts, else the rule without "EH"."""
    return " ".join("+" if one.acts else one.rule.removeprefix("EH ") for one in verdicts(load)[which].verdicts)


# link, then chromium, firefox, safari, standard, eager
OVER_HTTP2 = [
    ("</a.css>; rel=preload; as=style", "+ + 12.2 + +"),
    ("</a.js>; rel=preload; as=script; nopush", "3.2 + 12.2 + 3.2"),
    ("</a.css>; rel=preload; as=style; media=print", "3.2 + 12.2 + 3.2"),
    ("</a.css>; rel=preload; as=style; referrerpolicy=origin", "3.2 + 12.2 + 3.2"),
    ("</f.woff2>; rel=preload; as=font", "+ 12.1 12.2 + +"),
    ("</f.woff2>; rel=preload; as=font; crossorigin", "+ + 12.2 + +"),
    ("</f.json>; rel=preload; as=fetch", "+ 12.1 12.2 + +"),
    ("</f.json>; rel=preload; as=fetch; crossorigin=use-credentials", "+ + 12.2 + +"),
    ("</a.css>; rel=preload; as=style; crossorigin=whatever", "3.5 + 12.2 + 3.5"),
    ("</m.js>; rel=modulepreload", "+ + 12.2 + +"),
    ("</m.js>; rel=modulepreload; as=font", "+ 8.4 12.2 8.4 +"),
    ("</a>; rel=preload", "4.3 4.3 12.2 4.3 4.3"),
    ("</a>; rel=preload; as=cart", "3.3 8.4 12.2 8.4 3.3"),
    ("</a.vtt>; rel=preload; as=track", "3.3 12.1 12.2 + 3.3"),
    ("</a.js>; rel=preload; as=script; type=text/css", "+ + 12.2 3.8 +"),
    ("</a.js>; rel=preload; as=script; type=module", "3.6 + 12.2 3.8 3.6"),
    ('</a.css>; rel="preload stylesheet"; as=style', "3.1 12.1 12.2 + 3.1"),
    ("</a.css>; rel=stylesheet", "3.1 12.1 12.2 8.8 3.1"),
    ("</a.css>; as=style", "3.1 12.1 12.2 4.5 3.1"),
    ('</a.css>; rel=preload; as=style; anchor="/other"', "3.2 2.11 12.2 2.11 3.2"),
    ('</a.css>; rel=preload; as=style; anchor=""', "3.2 + 12.2 + 3.2"),
    ("<https://cdn.test>; rel=preconnect", "+ + + + +"),
    ("<https://cdn.test>; rel=preconnect; media=print", "3.2 + 12.2 + 3.2"),
    ("<https://cdn.test>; rel=dns-prefetch", "4.5 12.1 12.2 4.5 4.5"),
    ("<http://cdn.test/a.js>; rel=preload; as=script", "10.1 10.1 12.2 10.1 10.1"),
    ("<http://cdn.test>; rel=preconnect", "10.1 10.1 10.1 10.1 10.1"),
    ("<data:,x>; rel=preload; as=script", "4.7 4.7 12.2 4.7 4.7"),
    ("<https://[>; rel=preload; as=script", "2.10 2.10 12.2 2.10 2.10"),
    ("<a.css; rel=preload", "2.3 2.3 2.3 2.3 2.3"),
    ("</a.css>; rel=preload; as=", "2.5 4.3 2.5 2.5 2.5"),
    ("</a.js>; rel=preload; as=script; title*=UTF-8''A", "2.6 + 2.6 2.6 2.6"),
    ('</a.jpg>; rel=preload; as=image; imagesrcset="/b.jpg 1x"', "3.2 12.1 12.2 + 3.2"),
    ("</w.js>; rel=modulepreload; as=worker", "3.3 + 12.2 8.4 3.3"),
    ("<https://cdn.test/w.js>; rel=modulepreload; as=worker", "3.3 12.1 12.2 8.4 3.3"),
    ('<https://cdn.test>; rel=preconnect; anchor="/other"', "3.2 + 2.11 2.11 3.2"),
]


@pytest.mark.parametrize(("link", "expected"), OVER_HTTP2)
def test_one_link_over_http2(link: str, expected: str) -> None:
    """chromium, firefox, safari, standard, eager: acts, or by which rule not."""
    assert answers(load_of(link)) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("</a.css>; rel=preload; as=style", "4.4 + 12.2 + +"),
        ("</a.css>; rel=preload; as=style; nopush", "3.2 + 12.2 + 3.2"),
        ("<https://cdn.test>; rel=preconnect", "4.4 + 4.4 + +"),
    ],
)
def test_over_http1_of_the_browsers_firefox_alone_acts(link: str, expected: str) -> None:
    """EH 4.4; the link's own fault is named first, since HTTP/2 would not mend it. The standards do not ask by which
    protocol a 103 came, and ``eager`` does not either."""
    assert answers(load_of(link, http=HttpVersion.HTTP_1_1)) == expected


def test_firefox_wants_a_secure_page() -> None:
    """EH 4.4: over HTTP/1.1 it acts, and in clear it does not."""
    load = load_of("<https://cdn.test>; rel=preconnect", http=HttpVersion.HTTP_1_1, url="http://a.test/")
    assert answers(load) == "4.4 4.4 12.2 + +"


def test_safari_wants_an_https_page() -> None:
    """EH 12.2: a record may hold HTTP/2 on a page that is not https."""
    load = load_of("<https://cdn.test>; rel=preconnect", url="http://localhost/")
    assert answers(load) == "+ + 12.2 + +"


@pytest.mark.parametrize(
    ("policy", "link", "expected"),
    [
        ("style-src 'none'", "</a.css>; rel=preload; as=style", "6.1 6.1 12.2 6.1 6.1"),
        ("img-src 'none'", "</a.css>; rel=preload; as=style", "+ + 12.2 + +"),
        ("connect-src 'none'", "<https://cdn.test>; rel=preconnect", "+ + 12.2 + +"),
        ("script-src 'none'", "</m.js>; rel=modulepreload", "6.1 6.1 12.2 6.1 6.1"),
    ],
)
def test_the_policy_of_the_103(policy: str, link: str, expected: str) -> None:
    """EH 6.1, 6.2: it governs hints; only WebKit asks it about preconnect."""
    assert answers(load_of(link, fields=(("content-security-policy", policy),))) == expected


def test_a_report_only_policy_blocks_in_chromium_alone() -> None:
    """EH 6.3."""
    fields: Fields = (("content-security-policy-report-only", "style-src 'none'"),)
    assert answers(load_of("</a.css>; rel=preload; as=style", fields=fields)) == "6.3 + 12.2 + 6.3"


def test_the_same_request_twice() -> None:
    """EH 4.8: Chromium goes by the URL alone, the others by what makes it another request too."""
    load = load_of(
        "</a.css>; rel=preload; as=style", "</a.css>; rel=preload; as=style", "</a.css>; rel=preload; as=image"
    )
    assert answers(load, 1) == "4.8 4.8 12.2 4.8 4.8"
    assert answers(load, 2) == "4.8 + 12.2 + 4.8"


def test_only_the_first_103_counts() -> None:
    """EH 4.2: even when the first has no links, but for Firefox."""
    play = Playbook(only_hints=True)
    play.opens()
    play.interim()
    play.interim("</a.css>; rel=preload; as=style")
    assert answers(play.recorder.load()) == "4.2 + 12.2 4.2 4.2"


def test_a_redirect_to_another_origin_starts_anew() -> None:
    """EH 7.1, 7.2: within the origin the hop's 103 was the first; from another origin only the target's counts."""
    for location, expected in (("/next", [0, 1]), ("https://b.test/", [1])):
        play = Playbook(only_hints=True)
        play.opens()
        play.interim("</a.css>; rel=preload; as=style")
        play.head(0, 302, (("location", location),))
        document = play.recorder.load().navigations[-1]
        play.opens(connection=len(play.recorder.load().connections) - 1)
        play.interim("</b.css>; rel=preload; as=style", fetch=document)
        load = play.recorder.load()
        assert [one.id for one in early_hints_of(load)] == expected
        assert [link.by(ProfileName.CHROMIUM).acts for link in verdicts(load)] == (
            [True, False] if len(expected) == 2 else [True]
        )


def test_a_public_page_may_not_hint_into_a_private_network() -> None:
    """EH 10.2, where the address of the page's server is known to be public."""
    load = load_of("<https://10.0.0.7/a.js>; rel=preload; as=script")
    assert answers(load) == "+ + 12.2 + +"
    public = replace(load, connections=tuple(replace(one, address="1.1.1.1") for one in load.connections))
    assert answers(public) == "10.2 + 12.2 + 10.2"


def test_every_refusal_is_a_sentence_with_its_rule() -> None:
    """Whatever the table above refuses."""
    for link, _ in OVER_HTTP2:
        for verdict in verdicts(load_of(link))[0].verdicts:
            assert verdict.rule.startswith("EH ")
            assert len(verdict.reason) > 10


@pytest.mark.parametrize("case", LINK_CASES["cases"], ids=lambda case: case["id"])
def test_every_profile_says_what_the_machine_did_when_it_drove(case: dict[str, Any]) -> None:
    """The verdict worked out from the record is the one the driving machine gave, link by link, on each protocol."""
    values = [case["input"]] if isinstance(case["input"], str) else case["input"]
    for profile in ProfileName:
        for http in (HttpVersion.HTTP_2, HttpVersion.HTTP_1_1):
            play = Playbook("https://a.test/dir/page", profile=profile, only_hints=True)
            play.opens(http)
            play.interim(*values)
            load = play.recorder.load()
            links = verdicts(load)
            assert sorted(link.hint for link in links if link.hint is not None) == [hint.id for hint in load.hints]
            for link in links:
                assert link.hint is not None
                recorded, verdict = load.hints[link.hint], link.by(profile)
                assert (verdict.acts, verdict.acts or verdict.rule) == (recorded.acted, recorded.acted or recorded.rule)
                assert recorded.url in (link.url, None)


def test_a_field_that_firefox_cuts_otherwise_is_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand links each is looked for where it stands, and not among all the others."""
    looked = 0

    def counted(read: reading.Read) -> int:
        nonlocal looked
        looked += 1
        return reading.place(read)

    monkeypatch.setattr(early, "place", counted)
    links = [*(f"</{number}>" for number in range(1_000)), '</a>; x="a" "b,c"']
    found = verdicts(load_of(", ".join(links)))
    assert [link.raw for link in found] == links
    assert looked < 30 * len(links)
