"""What selectors and rules ask of the markup, and which names the markup has."""

from __future__ import annotations

import pytest

from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.css.selectors.needs import needs
from fetcher.discovery.html.markup import EVERYTHING, MarkupNames
from tests.support.scans import scan_in_every_cut

NEEDS = [
    ("ul.search li", [{"ul.search", "li"}]),
    ("a, .B > #c", [{"a"}, {".b", "#c"}]),
    ("*", [set()]),
    ("html body::before", [set()]),
    ("a:hover", []),
    ("a:hover, b", [{"b"}]),
    ("li:nth-child(2n+1):not(.x, .y)", [{"li"}]),
    ("a[href^='x,y.z']:first-child", [{"a"}]),
    (":is(.x, .y) z", [{".x", "z"}, {".y", "z"}]),
    (":where(.x) :is(.y, b)", [{".x", ".y"}, {".x", "b"}]),
    (":is(:hover, .x)", [{".x"}]),
    (":is(:hover)", []),
    ("a:not(.x, .y)", [{"a"}]),
    ("p::selection, p::-webkit-scrollbar, p::backdrop", []),
    ("p::before, p::first-line", [{"p"}, {"p"}]),
    ("head, title, x meta", []),
    ("head p", [{"p"}]),
    ("a::-moz-focus-inner, b", []),
    (r".\31 0\:x", [{".10:x"}]),
    ("& .x", [{".x"}]),
    ("ul.a.b#c > .d", [{"ul.a", "ul.b", "#c", ".d"}]),
    ("a[x].b, a .b, a:first-child.b", [{"a.b"}, {"a", ".b"}, {"a.b"}]),
    ("*.x", [{".x"}]),
    ("a:link", [{"a"}]),
    ("", [set()]),
]


@pytest.mark.parametrize(("selector", "expected"), NEEDS)
def test_needs(selector: str, expected: list[set[str]]) -> None:
    """Each alternative with the names that must occur; what only a visitor brings about never applies."""
    assert [set(each) for each in needs(selector)] == expected


RULES = [
    ("ul.x li{b:url(c)}", ["selector ul.x li"]),
    ("@media print{a>b.c{d:url(e)}}", ["media print", "selector a>b.c"]),
    ("@media (max-width: 9px){.a::after{b:url(c)}}.d{e:url(f)}", ["media (max-width: 9px)", "selector .a::after"]),
    ("@supports (a:b){.c , d /* e */ f{g:url(h)}}", ["selector .c , d   f"]),
    (".a{.b &{c:url(d)}}", ["selector .a", "selector .b &"]),
    ("@keyframes a{from{b:url(c)}}", []),
    ("[a='}{']{b:url(c)}", ["selector [a='}{']"]),
    (".a" * 3_000 + "{b:url(c)}", []),
    (r"\41 b.c{d:url(e)}", [r"selector \41 b.c"]),
]


@pytest.mark.parametrize(("css", "expected"), RULES, ids=[css[:40] for css, _ in RULES])
def test_the_rules_a_picture_stands_in(css: str, expected: list[str]) -> None:
    """Outermost first, whatever the cut; what is too long or no selector is left out, so that nothing depends on it."""
    data = css.encode()
    scanned = scan_in_every_cut(CssScanner, data) if len(data) < 500 else CssScanner().feed(data)
    told = [f"{key} {value}" for key, value in scanned[0].attributes if key in ("media", "selector")]
    assert told == expected


MARKUP = [
    ("<p class=a id='b'>", {"p", ".a", "#b", "p.a"}),
    ('<DIV\n CLASS = "x  Y\tz">text</div>', {"div", ".x", ".y", ".z", "div.x", "div.y", "div.z"}),
    ("<my-element data-class='no'>", {"my-element"}),
    ("<a title='x=y' data-class='c' class='ü'", {"a", ".ü", "a.ü"}),
    ("<a title=it's class=b>", {"a", ".b", "*.b"}),
    ("<a><b class=c>", {"a", "b", ".c", "b.c"}),
    ("no markup < at all", set()),
]


@pytest.mark.parametrize(("html", "expected"), MARKUP)
def test_names_of_the_markup(html: str, expected: set[str]) -> None:
    """Elements, classes and ids in lower case, each once, wherever the text is cut."""
    data = html.encode()
    for cut in range(len(data) + 1):
        names = MarkupNames()
        found = names.feed(data[:cut]) + names.feed(data[cut:]) + names.feed(b"", last=True)
        told = [name for candidate in found for key, name in candidate.attributes if key == "name"]
        assert set(told) == expected
        assert len(told) == len(expected)


def test_names_without_end_are_not_kept() -> None:
    """Past a limit anything may occur, and nothing more is remembered."""
    names = MarkupNames()
    pieces = (
        b"".join(b"<x%d>" % number for number in range(start, start + 10_000)) for start in range(0, 90_000, 10_000)
    )
    found = [candidate.attributes for piece in pieces for candidate in names.feed(piece)]
    assert found[-1] == (("name", EVERYTHING),)
    assert len(found) == 6, "fifty thousand names, ten thousand a piece"


CHARACTERS = [
    ("<p>abc &amp; &lt;", "utf-8", ""),
    ("<p>жx<p title=ж>é", "utf-8", "éж"),
    ("<p>&#x436;&hellip;&eacute; &#8212;&nosuch;", "utf-8", "é—…ж"),
    ("<p>é", "latin-1", "é"),
    ("<p>表", "shift_jis", "表"),
]


@pytest.mark.parametrize(("html", "encoding", "expected"), CHARACTERS)
def test_characters_of_the_markup(html: str, encoding: str, expected: str) -> None:
    """What stands beyond ASCII, each once, also as references, wherever the text is cut: faces wait for them."""
    data = html.encode(encoding)
    for cut in range(len(data) + 1):
        names = MarkupNames(encoding)
        found = names.feed(data[:cut]) + names.feed(data[cut:]) + names.feed(b"", last=True)
        told = "".join(value for each in found for key, value in each.attributes if key == "characters")
        assert "".join(sorted(told)) == "".join(sorted(expected))
