"""One-line cases of the cascade: the sheets of a document, its body, and what it is drawn with."""

from __future__ import annotations

import pytest

from fetcher.browser.styles.styles import Styles
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.viewport.lengths import Screen

ROWS = [
    ("p{background:url(a)}p{background:url(b)}", "b"),
    ("p{background:url(b)}p{background:url(a b c)}", "b"),
    (".x{background:url(a)}p{background:url(b)}", "a"),
    ("p{background:url(a)!important}#i{background:url(b)}", "a"),
    ("@layer l{.x{background:url(a)}}p{background:url(b)}", "b"),
    ("@layer l{p{background:url(a)!important}}.x{background:url(b)!important}", "a"),
    ("@layer a,b;@layer b{p{background:url(b)}}@layer a{.x{background:url(a)}}", "b"),
    ("@layer a{p{background:url(a)}@layer n{.x{background:url(n)}}}", "a"),
    ("p{background:url(a);all:unset}", ""),
    ("p{background:url(a);background:revert-layer}", ""),
    ("body{background:url(a)}p{background:inherit}", "a"),
    ("body{list-style-image:url(a)}", "a"),
    ("body{list-style-image:url(a)}p{list-style:none}", "a"),
    (":root{--x:url(a)}p{background:var(--x)}", "a"),
    (":root{--x:url(a)}p{--x:url(b);background:var(--x)}", "b"),
    ("p{--x:var(--y);--y:var(--x);background:var(--x,url(a))}", "a"),
    ("p{background:url(a);background:var(--none)}", ""),
    ("p{background:url(a)}body{display:none}", ""),
    ("p{background:url(a);display:foo}", "a"),
    ("p{border-image:url(a);border:1px solid red}", ""),
    ("p{background:url(a);background:#12 }", "a"),
    ("p{background:url(a);background:#123}", ""),
    ("p{background:url(a),url(b) red}", "a b"),
    ("p{background:url(a) red,url(b)}", ""),
    ("p::before{content:'';background:url(a)}", "a"),
    ("p::before{content:'';background:url(a)}p::before{content:normal}", ""),
    ("body{p{background:url(a)}&:hover{background:url(b)}}", "a"),
    ("@container (width>1px){p{background:url(a)}}", ""),
    ("body{container-type:inline-size}@container (min-width:1px){p{background:url(a)}}", "a"),
    ("body{container:n/size}@container m (min-width:1px){p{background:url(a)}}", ""),
    ("@scope (body) to (#i){p{background:url(a)}}@scope (body){p{cursor:url(b),auto}}", "b"),
    ("@keyframes k{to{background:url(a)}}p{animation:k 1s}", "a"),
    ("@keyframes k{to{background:url(a)}}p{animation:k 0s}", ""),
    ("p{background:image-set('a' 1x,'b' 2x)}", "a"),
]


def drawn(css: str, document: str = "<!doctype html><style>{}</style><p id=i class=x>x") -> list[str]:
    styles = Styles()
    styles.text(document.replace("{}", css).encode(), "utf-8")
    found = styles.compute(Screen(), "https://a.test/", None, scripting=True)
    assert found is not None
    return sorted(url.removeprefix("https://a.test/") for url in found[0])


@pytest.mark.parametrize(("css", "expected"), ROWS)
def test_drawn(css: str, expected: str) -> None:
    assert drawn(css) == expected.split()


def test_style_attributes_and_presentation() -> None:
    """A style attribute wins over rules, and rules over what attributes present."""
    page = "<!doctype html><style>{}</style><body background=b><p style='background:url(a)'>x"
    assert drawn("p{background:url(c)}", page) == ["a", "b"]
    assert drawn("body{background:none}p{background:none!important}", page) == []


def test_imports_come_before_their_sheet() -> None:
    """And are put in the layer that their import names."""
    for prelude, expected in (("", "https://cdn.test/i"), (" layer(l)", "https://a.test/a")):
        styles = Styles()
        css = f"@import '/i.css'{prelude};p{{background:url(a)}}"
        styles.text(f"<!doctype html><style>{css}</style><p class=x>x".encode(), "utf-8")
        styles.sheet("https://a.test/i.css", "https://cdn.test/i.css", ".x{background:url(i)}", applies=True)
        found = styles.compute(Screen(), "https://a.test/", None, scripting=True)
        assert found is not None
        assert found[0] == {expected}


def face(family: str, url: str, **words: str) -> Candidate:
    pairs = tuple((name.replace("_", "-"), value) for name, value in words.items())
    return Candidate(CandidateKind.CSS_FONT, url, "@font-face", (("family", family), *pairs), 1, 0)


FACES = [
    ("p{font-family:f}", "<p>x", "regular"),
    ("p{font-family:f}", "<p><b>x</b>", "bold regular"),
    ("p{font:bold italic 1em f}", "<p>x", "italic"),
    ("p{font:600 1em f}", "<p>x", "bold"),
    ("p{font-family:f}", "<p>\u0436", "cyrillic regular"),
    ("p{font-family:f}", "<p hidden>x", ""),
    ("p{font-family:f}", "<p> ", ""),
    ("p{font-family:serif,f}", "<p>x", ""),
    ("p{font-family:g,f}", "<p>x", "other"),
    ("p{font-family:g;font-family:1f}", "<p>x", "other"),
]


@pytest.mark.parametrize(("css", "body", "expected"), FACES)
def test_faces(css: str, body: str, expected: str) -> None:
    styles = Styles()
    styles.text(f"<!doctype html><style>{css}</style>{body}".encode(), "utf-8")
    for each in (
        face("f", "regular"), face("f", "cyrillic", unicode_range="U+400-4FF"), face("f", "bold", font_weight="700"),
        face("f", "italic", font_style="italic"), face("g", "other"),
    ):  # fmt: skip
        styles.face(0, each, 0.0)
    found = styles.compute(Screen(), "https://a.test/", None, scripting=True)
    assert found is not None
    assert sorted(each.url for _, each, _ in styles.fonts if id(each) in found[1]) == expected.split()


def test_too_much_is_left_to_names() -> None:
    """Ten thousand elements are the limit, and so many steps of matching."""
    for body in ("<i>" * 10_001, "<i>" * 500):
        styles = Styles()
        styles.text(f"<!doctype html><style>{'p i i i i,' * 500}b{{background:url(a)}}</style>{body}".encode(), "utf-8")
        assert styles.compute(Screen(), "https://a.test/", None, scripting=True) is None
        assert not styles.reads


def test_many_computations_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sheets in the body, each of which has all computed again, end where names decide."""
    monkeypatch.setattr("fetcher.browser.styles.styles.ALL_STEPS", 50_000)
    styles = Styles()
    styles.text(b"<!doctype html><link rel=stylesheet href=s.css>" + b"<p class=x>x" * 100, "utf-8")
    count = 0
    while styles.reads and count < 200:
        count += 1
        styles.sheet("https://a.test/s.css", "https://a.test/s.css", f"p{{background:url({count})}}", applies=True)
        styles.compute(Screen(), "https://a.test/", None, scripting=True)
    assert 5 < count < 50
