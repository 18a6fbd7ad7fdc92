"""Where a link's bytes are, and what becomes of the links of the final head and of markup (EH 8)."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest

from fetcher.analysis.links import LinkSource, document_links, verdicts
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.record import PageLoad
from fetcher.terms import Device, Fields, ProfileName
from tests.analysis.test_verdicts import load_of
from tests.support.playbook import HTML, Playbook


def page_of(*links: str, markup: tuple[Candidate, ...] = (), url: str = "https://a.test/") -> PageLoad:
    play = Playbook(url)
    play.opens()
    fields: Fields = (*HTML, *(("link", link) for link in links))
    play.head(0, fields=fields)
    if markup:
        play.finds(*markup)
    return play.recorder.load()


def answers(load: PageLoad, which: int = 0) -> str:
    found = document_links(load)[which].verdicts
    return " ".join("+" if one.acts else one.rule.removeprefix("EH ") for one in found)


# link, then chromium, firefox, safari, standard, eager
IN_THE_HEAD = [
    ("</a.css>; rel=preload; as=style", "+ + + + +"),
    ("</a.css>; rel=preload; as=style; nopush", "+ + + + +"),
    ("</a.css>; rel=preload; as=style; media=print", "8.5 8.5 8.5 8.5 8.5"),
    ("</a.css>; rel=preload; as=style; media=screen", "+ + + + +"),
    ("</a.png>; rel=preload; as=image; type=image/nonsense", "8.5 8.5 8.5 8.5 8.5"),
    ("</t.vtt>; rel=preload; as=track", "+ 8.4 + + +"),
    ("</v.mp4>; rel=preload; as=video", "8.4 8.4 8.4 8.4 8.4"),
    ("</a>; rel=preload", "8.4 8.4 8.4 8.4 8.4"),
    ('<>; rel=preload; as=image; imagesrcset="/s.png 1x"', "8.2 8.2 8.2 8.2 8.2"),
    ('</a.png>; rel=preload; as=image; imagesrcset="/s.png 1x"', "+ + + + +"),
    ("</m.js>; rel=modulepreload", "+ + + + +"),
    ("</m.js>; rel=modulepreload; as=font", "8.4 8.4 8.4 8.4 8.4"),
    ("<https://b.test>; rel=preconnect", "+ + + + +"),
    ("<https://b.test>; rel=dns-prefetch", "8.3 8.3 8.3 8.3 8.3"),
    ("</a.css>; rel=stylesheet", "8.8 + 8.8 8.8 8.8"),
    ('</a.css>; rel=preload; as=style; anchor="/other"', "2.11 2.11 2.11 2.11 2.11"),
    ("<http://b.test/a.css>; rel=preload; as=style", "10.1 10.1 10.1 10.1 10.1"),
    ("<a.css; rel=preload", "2.3 2.3 2.3 2.3 2.3"),
]


@pytest.mark.parametrize(("link", "expected"), IN_THE_HEAD)
def test_a_link_of_the_final_head(link: str, expected: str) -> None:
    """EH 8.2 to 8.8, profile by profile."""
    load = page_of(link)
    assert answers(load) == expected
    assert document_links(load)[0].source is LinkSource.LINK_HEADER


@pytest.mark.parametrize(("link", "expected"), IN_THE_HEAD)
def test_chromium_says_what_the_machine_did(link: str, expected: str) -> None:
    """The verdict on a link of the head is what driving the load came to: a request, a connection, or nothing."""
    load = page_of(link)
    made = [one for one in load.requests if one.id] or [one for one in load.connections if one.reason == "preconnect"]
    assert document_links(load)[0].by(ProfileName.CHROMIUM).acts is bool(made)


def test_links_of_markup_are_judged_as_found() -> None:
    """EH 8.1: after those of the head, in source order, each with its discovery and its place in the document."""
    kinds = {"preload": CandidateKind.PRELOAD, "preconnect": CandidateKind.PRECONNECT}
    markup = tuple(
        Candidate(kinds[rel], url, "link", (("rel", rel), ("href", url), *more), 3, 40 + 10 * number, in_head=True)
        for number, (rel, url, more) in enumerate(
            [
                ("preload", "/a.css", (("as", "style"),)),
                ("preload", "/b.css", (("as", "style"), ("media", "print"))),
                ("preload", "/c", ()),
                ("preconnect", "https://b.test/", ()),
            ]
        )
    )
    load = page_of("</h.css>; rel=preload; as=style", markup=markup)
    assert [answers(load, number).split()[0] for number in range(5)] == ["+", "+", "8.5", "8.4", "+"]
    links = document_links(load)
    assert [one.source for one in links[:2]] == [LinkSource.LINK_HEADER, LinkSource.MARKUP]
    assert [load.discoveries[one.discovery].candidate.url for one in links if one.discovery is not None][1:] == [
        "/a.css", "/b.css", "/c", "https://b.test/",
    ]  # fmt: skip
    assert (links[1].place.offset, links[1].place.line, links[1].raw) == (
        40,
        3,
        '<link rel="preload" href="/a.css" as="style">',
    )


def test_the_policy_of_the_page_governs_its_links() -> None:
    """What the final head forbids, its own links may not ask for."""
    load = page_of("</a.css>; rel=preload; as=style")
    page = load.requests[0]
    strict = replace(page, response_fields=(*page.response_fields, ("content-security-policy", "style-src 'none'")))
    (link,) = document_links(replace(load, requests=(strict, *load.requests[1:])))
    assert {(one.acts, one.rule) for one in link.verdicts} == {(False, "CSP style-src")}


def test_media_are_asked_of_the_screen_of_the_load() -> None:
    """EH 8.5: a phone, which lays this page out 980 px wide, takes another preload than a desktop does."""
    load = page_of("</a.css>; rel=preload; as=style; media='(max-width: 1000px)'".replace("'", '"'))
    assert answers(load).startswith("8.5")
    phone = replace(load, device=Device("mobile", mobile=True, width=412, height=823, dpr=1.75))
    assert answers(phone).startswith("+")


def test_no_document_no_links() -> None:
    """A load that failed before its head has none."""
    assert document_links(Playbook().recorder.load()) == ()


def test_where_the_bytes_of_a_link_are() -> None:
    """In the joined field, in the line it stands in, and where its head is kept, in that head."""
    first, second = "</a.css>; rel=preload; as=style", "  ignored, </b.js>; rel=preload; as=script; nopush"
    load = load_of(first, second.strip())
    raw = f"HTTP/1.1 103 Early Hints\r\nLink: {first}\r\nX: y\r\nlink:   {second.strip()}\r\n\r\n"
    load = replace(load, interim=(replace(load.interim[0], raw=raw),))
    joined = f"{first}, {second.strip()}"
    lines = [first, second.strip()]
    found = verdicts(load)
    assert len(found) == 3
    for link in found:
        place = link.place
        assert place.length == len(link.raw)
        assert joined[place.offset :].startswith(link.raw)
        assert lines[place.line][place.column :].startswith(link.raw)
        assert place.head is not None
        assert raw[place.head :].startswith(link.raw)
    assert [one.place.head for one in verdicts(load_of(first))] == [None]


def test_many_lines_take_no_longer_for_being_many() -> None:
    """Eight times as many take eight times as long; the square would be sixty-four times. A busy machine has three
    tries."""

    def seconds(count: int) -> float:
        load = page_of(*(f"<https://b.test/{number}>; rel=dns-prefetch" for number in range(count)))
        began = process_time()
        assert len(document_links(load)) == count
        return process_time() - began

    one = max(seconds(500), 0.02)
    assert any(seconds(4_000) < 25 * one for _ in range(3))
