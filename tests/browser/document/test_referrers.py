"""The referrer policy of each request: the element's, the sheet's or module's, the document's from where it says so."""

from __future__ import annotations

import pytest

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import field_value
from tests.support.playbook import CSS, HTML, Playbook, candidate, image, script, sheet

PAGE, B = "https://a.test/page?x=1", "https://b.test/"
K = CandidateKind
FULL, ORIGIN = PAGE, "https://a.test/"


def loading(*fields: tuple[str, str]) -> Playbook:
    play = Playbook(PAGE)
    play.opens()
    play.head(0, fields=(*HTML, *fields))
    return play


def referer(play: Playbook, fetch: int) -> str | None:
    return field_value(play.sent(fetch), "referer")


def meta(content: str) -> Candidate:
    return candidate(K.META, "", "meta", name="referrer", content=content)


# what <meta name=referrer> says after a document's no-referrer; the Referer of a request to another site
WORDS = [
    ("unsafe-url", FULL), ("Unsafe-URL", FULL), (" origin ", None),
    ("always", FULL), ("never", None), ("default", ORIGIN),
    ("origin-when-crossorigin", ORIGIN), ("origin", ORIGIN), ("bogus", None), ("", None), ("origin,bogus", None),
    ("no-referrer, unsafe-url", None),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), WORDS)
def test_meta_referrer(content: str, expected: str | None) -> None:
    """One word, the four of old among them; a list, and all else that is unknown, changes nothing."""
    play = loading(("referrer-policy", "no-referrer"))
    play.finds(meta(content), image(B))
    play.opens(connection=1)
    assert referer(play, 1) == expected


def test_meta_referrer_counts_from_where_it_stands() -> None:
    """What was asked for before it keeps the policy of then."""
    play = loading()
    play.finds(image(f"{B}1"), meta("no-referrer"), image(f"{B}2"))
    play.opens(connection=1)
    assert [referer(play, fetch) for fetch in (1, 2)] == [ORIGIN, None]


# an element that says referrerpolicy=unsafe-url in a document of no-referrer; whether it has that attribute
ELEMENTS = [
    (K.IMAGE, "img", True), (K.SCRIPT, "script", True), (K.MODULE_SCRIPT, "script", True), (K.FRAME, "iframe", True),
    (K.STYLESHEET, "link", True), (K.IMAGE, "input", False), (K.IMAGE, "video", False), (K.IMAGE, "image", False),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "element", "has_it"), ELEMENTS)
def test_referrerpolicy_attribute(kind: CandidateKind, element: str, has_it: bool) -> None:
    """It wins on the elements that have it, and is nothing on the others."""
    play = loading(("referrer-policy", "no-referrer"))
    play.finds(candidate(kind, B, element, referrerpolicy="unsafe-url"))
    play.opens(connection=1)
    assert referer(play, 1) == (FULL if has_it else None)


@pytest.mark.parametrize("word", ["always", "never", "", "bogus", "origin, unsafe-url", " origin "])
def test_the_attribute_knows_no_other_words(word: str) -> None:
    """Neither the words of old nor a list: the document's policy stays."""
    play = loading(("referrer-policy", "unsafe-url"))
    play.finds(script(B, referrerpolicy=word))
    play.opens(connection=1)
    assert referer(play, 1) == FULL


@pytest.mark.parametrize(
    ("said", "expected"),
    [("", None), ("unsafe-url", "https://a.test/d/s.css"), ("no-referrer", None)],
)
def test_a_style_sheet_has_a_policy_of_its_own(said: str, expected: str | None) -> None:
    """That of its response; without one an import goes by the document's, never by the link's (Chromium 156; its
    pictures and fonts go by the default then: the corpus has both)."""
    play = loading(("referrer-policy", "no-referrer"))
    play.finds(sheet("/d/s.css", referrerpolicy="unsafe-url"))
    play.head(1, fields=(*CSS, ("referrer-policy", said)))
    play.finds(candidate(K.CSS_IMPORT, B, "@import"), fetch=1)
    play.opens(connection=1)
    assert referer(play, 2) == expected


def test_a_redirect_may_change_the_policy() -> None:
    """Fetch, "set request's referrer policy on redirect": for the hops after it."""
    play = loading()
    play.finds(image("/r"))
    play.head(1, 302, (("location", f"{B}2"), ("referrer-policy", "unsafe-url")))
    play.opens(connection=1)
    play.head(2, 302, (("location", f"{B}3"), ("referrer-policy", "bogus")))
    play.head(3, 302, (("location", f"{B}4"), ("referrer-policy", "no-referrer")))
    assert [referer(play, fetch) for fetch in (1, 2, 3, 4)] == [FULL, FULL, FULL, None]
