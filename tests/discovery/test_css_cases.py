"""What the CSS scanner hears: a row is a sheet and the "kind url" of each candidate. Every row is read whole, cut in
two at every byte, and byte by byte; where a row has only urls, tinycss2 must see the same ones."""

from __future__ import annotations

import pytest
import tinycss2

from fetcher.discovery.css.scanner import CssScanner
from tests.support.scans import scan_in_every_cut, told

IMPORTS = [
    ("@import 'a';", "css-import a"),
    ('@import "a";', "css-import a"),
    ("@import url(a);", "css-import a"),
    ("@import url( 'a' );", "css-import a"),
    ("@IMPORT URL(a);", "css-import a"),
    ("@\\69mport 'a';", "css-import a"),
    ("@import'a';", "css-import a"),
    ("@import/**/'a'/**/;", "css-import a"),
    ("@import 'a'", "css-import a"),
    ("@import 'a", "css-import a"),
    ("@import url(a", "css-import a"),
    ("@import url('a'", "css-import a"),
    ("@import 'a';@import 'b';", "css-import a, css-import b"),
    ("@charset 'utf-8';@import 'a';", "css-import a"),
    ("@layer x,y;@import 'a';", "css-import a"),
    ("@import 'a';@layer x;@import 'no';", "css-import a"),
    ("@layer x{}@import 'no';", ""),
    ("a{}@import 'no';", ""),
    ("a{b:c}\n@import 'no';", ""),
    ("@media x{}@import 'no';", ""),
    ("@media x{@import 'no';}", ""),
    ("@namespace url(no);@import 'no';", ""),
    ("@font-face{}@import 'no';", ""),
    ("@unknown x;@import 'a';", "css-import a"),
    ("@unknown{b:url(no)}@import 'a';", "css-import a"),
    ("<!-- @import 'a'; -->", "css-import a"),
    ("--><!--@import 'a';", "css-import a"),
    ("/* @import 'no'; */@import 'a';", "css-import a"),
    (";@import 'no';", ""),
    ("@import x 'no';", ""),
    ("@import x url(no);", ""),
    ("@import x(url(no));", ""),
    ("@import 'no' {}", ""),
    ("@import 'no\n';", ""),
    ("@import url(no no);", ""),
    ("@import;", ""),
    ("@import '';", ""),
    ("@import 'data:text/css,a{}';", ""),
    ("@import 'a' supports(background: url(no)) screen;", "css-import a"),
    ("@imports 'no';", ""),
    ("@ import 'no';", ""),
    ("@import 'a\\\nb';", "css-import ab"),
]

IMAGES = [
    ("a{b:url(c)}", "css-image c"),
    ("a{b:url('c')}", "css-image c"),
    ('a{b:url("c")}', "css-image c"),
    ("a{b:url( c )}", "css-image c"),
    ("a{b:url(\n'c'\t)}", "css-image c"),
    ("a{b:URL(c)}", "css-image c"),
    ("a{b:u\\72l(c)}", "css-image c"),
    ("a{b:u\\52 l(c)}", "css-image c"),
    ("a{b:url(c)", "css-image c"),
    ("a{b:url(c", "css-image c"),
    ("a{b:url('c", "css-image c"),
    ("a{b:url('c'", "css-image c"),
    ("a{b:url(c\\)d)}", "css-image c)d"),
    ("a{b:url(c\\20 d)}", "css-image c d"),
    ("a{b:url('c\\'d')}", "css-image c'd"),
    ("a{b:url('c\\\nd')}", "css-image cd"),
    ("a{b:url('c\\\r\nd')}", "css-image cd"),
    ("a{b:url('c\\64\nd')}", "css-image cdd"),
    ("a{b:url(c\\0 d)}", "css-image c\ufffdd"),
    ("a{b:url(c\\110000 d)}", "css-image c\ufffdd"),
    ("a{b:url(é\\e9)}", "css-image éé"),
    ("a{b:url()}", ""),
    ("a{b:url( )}", ""),
    ("a{b:url('')}", ""),
    ("a{b:url(#no)}", ""),
    ("a{b:url('#no')}", ""),
    ("a{b:url(data:no)}", ""),
    ("a{b:url('DATA:no')}", ""),
    ("a{b:url(no no);c:url(d)}", "css-image d"),
    ("a{b:url(no'no');c:url(d)}", "css-image d"),
    ("a{b:url(no(no);c:url(d)}", "css-image d"),
    ("a{b:url(no\\\nno);c:url(d)}", "css-image d"),
    ("a{b:url(no\\) no);c:url(d)}", "css-image d"),
    ("a{b:url(no no\\);c:url(no);d:url(e)}", "css-image e"),
    ("a{b:url('no' no);c:url(d)}", "css-image d"),
    ("a{b:url('no' 'no');c:url(d)}", "css-image d"),
    ("a{b:url('no\n);c:url(d)}", "css-image d"),
    ("a{b:url/**/(no);c:url(d)}", "css-image d"),
    ("a{b:url (no);c:url(d)}", "css-image d"),
    ("a{b:curl(no);c:url(d)}", "css-image d"),
    ("a{b:url-x(no);c:url(d)}", "css-image d"),
    ("a{b:1url(no);c:url(d)}", "css-image d"),
    ("a{b:#url(no);c:url(d)}", "css-image d"),
    ("a{b:+url(c)}", "css-image c"),
    ("a{b:1%url(c)}", "css-image c"),
    ("a{b:'url(no)';c:url(d)}", "css-image d"),
    ("a{b:/*url(no)*/url(c)}", "css-image c"),
    ("a{b:c/*;*/}/*a{b:url(no)}*/", ""),
    ("a{b:1 / url(c)}", "css-image c"),
    ("a{b:url(c),url(d)}", "css-image c, css-image d"),
    ("a{b:cross-fade(url(c),url(d))}", "css-image c, css-image d"),
    ("a{b:url(c)!important;d:url(e)}", "css-image c, css-image e"),
    ("@media x{a{b:url(c)}}", "css-image c"),
    ("@media x{@supports y{a{b:url(c)}}}", "css-image c"),
    ("@supports (b:url(no)){a{b:url(c)}}", "css-image c"),
    ("@keyframes k{from{b:url(c)}}", "css-image c"),
    ("@layer l{a{b:url(c)}}", "css-image c"),
    ("@page{b:url(c)}", "css-image c"),
    ("@namespace url(no);", ""),
    ("@namespace x 'no';", ""),
    ("@-moz-document url(no){a{b:url(no)}}", ""),
    ("a{b{c:url(d)}e:url(f)}", "css-image d, css-image f"),
    ("a{&:hover{c:url(d)}}", "css-image d"),
    ("a{b:hover{c:url(d)}}", "css-image d"),
    ("a{--b:url(c)}", "css-image c"),
    ("a{--b:{c:url(d)};e:url(f)}", "css-image d, css-image f"),
    ("a[b='{']{c:url(d)}", "css-image d"),
    ("a[b=\"url(no)\"]{c:url(d)}", "css-image d"),
    ("a:not(url(no)){c:url(d)}", "css-image d"),
    ("url(no){c:url(d)}", "css-image d"),
    ("a{url(no)}", ""),
    ("a{b url(no):c}", ""),
    ("a{1b:url(no)}", ""),
    ("a{b:(;});c:url(d)}", "css-image d"),
    ("a{b:foo(;c:url(d)}", "css-image d"),
    ("a{b:c;;;d:url(e)}", "css-image e"),
    ("a{b:c}}d{e:url(f)}", "css-image f"),
    ("a{b:\"c\nd:url(no);e:url(f)}", "css-image f"),
    ("a{b/**/:/**/url(c)}", "css-image c"),
    ("a{b\n:\nurl(c)}", "css-image c"),
    ("a{\\62:url(c)}", "css-image c"),
    ("a{b:image-set('c' 1x, 'd' 2x)}", "css-image c, css-image d"),
    ("a{b:-webkit-image-set(url(c) 1x)}", "css-image c"),
    ("a{b:IMAGE-SET('c' type('image/avif') 1x)}", "css-image c"),
    ("a{content:'no'}", ""),
    ("a{cursor:url(c),auto;list-style:url(d);border-image:url(e) 1;mask:url(f)}",
     "css-image c, css-image d, css-image e, css-image f"),
    ("a{src:url(c)}", "css-image c"),
    ("a{b:url(c)} <!-- d{e:url(f)} -->", "css-image c, css-image f"),
]  # fmt: skip

FONTS = [
    ("@font-face{font-family:F;src:url(a)}", "css-font a"),
    ("@font-face{src:url(a);font-family:F}", "css-font a"),
    ("@font-face{src:url(a) format('woff2'),url(b)}", "css-font a, css-font b"),
    ("@font-face{src:url(a);src:url(b),url(c)}", "css-font a, css-font b, css-font c"),
    ("@font-face{src:local(x),url(a)}", "css-font a"),
    ("@font-face{src:local('x')}", ""),
    ("@font-face{src:url(data:x),url(a)}", "css-font a"),
    ("@font-face{b:url(no);src:url(a)}", "css-font a"),
    ("@FONT-FACE {SRC:URL(a)}", "css-font a"),
    ("@font-face{src:url(a)", "css-font a"),
    ("@font-face{src:url(a", "css-font a"),
    ("@font-face{}", ""),
    ("@font-face x;a{b:url(c)}", "css-image c"),
    ("@media x{@font-face{src:url(a)}b{c:url(d)}}", "css-font a, css-image d"),
    ("@font-face{src:url(a)}@font-face{src:url(b)}", "css-font a, css-font b"),
    ("a{font-family:F}", "font-use f"),
    ("a{font-family:F", "font-use f"),
    ("a{font-family:'F G',H,serif}", "font-use f g, font-use h"),
    ("a{font-family:F   G}", "font-use f g"),
    ("a{font-family:F}b{FONT-FAMILY:f}a{font:1px F}", "font-use f, font-use f"),
    ("a{font-family:'serif',serif}", "font-use serif"),
    ("a{font-family:inherit}", ""),
    ("a{font-family:var(--x),F}", "font-use f"),
    ("a{font-family:F!important}", "font-use f"),
    ("a{font-family:F\\20G,'\\48 '}", "font-use f g, font-use h"),
    ("a{font-family:F/**/G}", "font-use f g"),
    ("a{font-family:é}", "font-use é"),
    ("a{font-family:-apple-system,BlinkMacSystemFont}", "font-use -apple-system, font-use blinkmacsystemfont"),
    ("a{font:12px F}", "font-use f"),
    ("a{font:italic bold 12px/1.5 'F G',H}", "font-use f g, font-use h"),
    ("a{font:700 1em/normal F}", "font-use f"),
    ("a{font:oblique 10deg 12px F}", "font-use f"),
    ("a{font:12px / 1.5 F}", "font-use f"),
    ("a{font:small-caps large F}", "font-use f"),
    ("a{font:calc(1px + 1em) F}", "font-use f"),
    ("a{font:0 F}", "font-use f"),
    ("a{font:.5e1px F}", "font-use f"),
    ("a{font:caption}", ""),
    ("a{font:inherit}", ""),
    ("a{font:var(--f)}", ""),
    ("a{font-size:12px;font-weight:700}", ""),
    ("a{--font-family:F;--my-fonts:'G',serif;--x:H;x-font:1px I}", "font-use f, font-use g"),
    ("a{--font:1px F}", "font-use f"),
    ("font:hover{b:url(c)}", "css-image c"),
    ("a{font:hover{b:url(c)}}", "css-image c"),
]

ROWS = IMPORTS + IMAGES + FONTS


@pytest.mark.parametrize(("css", "expected"), ROWS, ids=[css for css, _ in ROWS])
def test_row(css: str, expected: str) -> None:
    """A row's sheet gives exactly its candidates, in every cut."""
    assert ", ".join(told(scan_in_every_cut(CssScanner, css.encode()))) == expected


def urls_of(nodes: list[tinycss2.ast.Node]) -> list[str]:
    """Every url tinycss2 sees in these component values, whatever it means: url tokens, and url() of one string."""
    found = []
    for node in nodes:
        inner = getattr(node, "content", None) or getattr(node, "arguments", None) or []
        said = [part for part in inner if part.type not in ("whitespace", "comment", "error")]
        if node.type == "url" or (node.type == "function" and node.lower_name == "url" and len(said) == 1):
            found.append(node.value if node.type == "url" else getattr(said[0], "value", ""))
        else:
            found += urls_of(inner)
    return [url for url in found if url and not url.startswith("#") and url[:5].lower() != "data:"]


ORACLE = [
    (css, expected)
    for css, expected in IMAGES
    # Not a tokenizer's to say: strings in image-set, what stands outside declarations or in an invalid one.
    if not any(word in css.lower() for word in ("image-set", "@supports", "@namespace", "@-moz", "not(", "url(no){"))
    and css not in ("a{url(no)}", "a{b url(no):c}", "a{1b:url(no)}", 'a{b:"c\nd:url(no);e:url(f)}')
]


@pytest.mark.parametrize(("css", "expected"), ORACLE, ids=[css for css, _ in ORACLE])
def test_tinycss2_sees_the_same_urls(css: str, expected: str) -> None:
    """The rows themselves are right: an independent tokenizer finds the same urls."""
    nodes = tinycss2.parse_component_value_list(css)
    assert ", ".join(f"css-image {url}" for url in urls_of(nodes)) == expected


STYLE_ATTRIBUTES = [
    ("b:url(c)", "css-image c"),
    ("b:url(c);d:url(e);", "css-image c, css-image e"),
    ("b:url(c", "css-image c"),
    ("}b:url(c)", "css-image c"),
    ("@import 'no'", ""),
    ("font-family:F", "font-use f"),
    ("{b:url(c)}", "css-image c"),
    ("b:url(c)}d:url(no)", "css-image c, css-image no"),
]


@pytest.mark.parametrize(("css", "expected"), STYLE_ATTRIBUTES)
def test_style_attribute(css: str, expected: str) -> None:
    """A style attribute is a list of declarations without a block."""
    candidates = scan_in_every_cut(lambda: CssScanner(declarations=True), css.encode())
    assert ", ".join(told(candidates)) == expected


ATTRIBUTES = [
    ("@import 'a' screen and (min-width: 1px);", {"prelude": "screen and (min-width: 1px)"}),
    ("@import url(a)layer(x)/**/supports(b:url('c;')) ;", {"prelude": "layer(x) supports(b:url('c;'))"}),
    ("@import 'a' layer;", {"prelude": "layer"}),
    ("@import 'a' ;", {}),
    ("a{Background-Image:url(b)}", {"property": "background-image", "selector": "a"}),
    ("a{--x:url(b)}", {"property": "--x", "selector": "a"}),
    (
        "@font-face{src:url(a)format(\"WOFF2\")tech(variations);font-family:'A B';unicode-range:U+0-7F,U+26;"
        "font-weight:400;font-display:swap;ascent-override:90%}",
        {"family": "a b", "format": "woff2", "unicode-range": "U+0-7F,U+26", "font-weight": "400",
         "font-display": "swap", "src": "1", "tech": "variations"},
    ),
    ("@font-face{src:local(x);src:url(a) format(woff)}", {"format": "woff", "src": "2"}),
    ("@font-face{src:url(a) format('woff2', 'woff')}", {"format": "woff2, woff", "src": "1"}),
    ("@font-face{src:url(a), url(data:x) format('woff')}", {"src": "1"}),
    ("a{font:1px 'Q  R'}", {"family": "q  r", "selector": "a"}),
    ("@supports (x:y){@scope (.r){a{b:url(c)}}}", {"property": "b", "supports": "(x:y)", "selector": "a"}),
    ("@media m{@font-face{src:url(a)}}", {"src": "1", "media": "m"}),
]  # fmt: skip


@pytest.mark.parametrize(("css", "attributes"), ATTRIBUTES)
def test_attributes(css: str, attributes: dict[str, str]) -> None:
    """What a rule says about its url goes with it."""
    (candidate,) = scan_in_every_cut(CssScanner, css.encode())
    assert dict(candidate.attributes) == attributes


PLACES = [
    ("a{b:url(c)}", 1, 8),
    ("a{b:url( c)}", 1, 9),
    ("a{b:url( 'c')}", 1, 9),
    ("\n@import\r\n'c'", 3, 10),
    ("a{b:\rimage-set(\n'c')}", 3, 16),
    ("@font-face{\n\nsrc:url(c);x:y}", 3, 21),
    ("a{}\nb{font:\n1px c}", 2, 11),
    ("/*\n*/\\a\n\n{b:url(c)}", 4, 16),
]


@pytest.mark.parametrize(("css", "line", "offset"), PLACES)
def test_place(css: str, line: int, offset: int) -> None:
    """The offset is of the url's first byte or its quote; of a font use, where the value begins."""
    (candidate,) = scan_in_every_cut(lambda: CssScanner(line=11, offset=100), css.encode())
    assert (candidate.line - 10, candidate.offset - 100) == (line, offset)


def test_standing_alone_a_candidate_names_its_rule() -> None:
    """Outside a document the element is the CSS construct."""
    css = b"@import 'a';@font-face{src:url(b)}c{d:url(e);font-family:F}"
    scanner = CssScanner()
    elements = [candidate.element for candidate in scanner.feed(css) + scanner.close()]
    assert elements == ["@import", "@font-face", "url()", "font-family"]


def test_data_urls_are_counted_not_kept() -> None:
    """However long, quoted or not."""
    scanner = CssScanner()
    scanner.feed(b"a{b:url(data:" + b"x" * 2_000_000 + b");c:url('data:" + b"y" * 2_000_000 + b"')}")
    assert (scanner.close(), scanner.data_urls, scanner.overflows) == ([], 2, 0)


def test_the_sheet_is_read_in_its_encoding() -> None:
    """A url's bytes are decoded; an unknown encoding is read as UTF-8."""
    for encoding, raw in (("latin-1", b"\xe9"), ("no-such", "é".encode())):
        scanner = CssScanner(encoding=encoding)
        assert told(scanner.feed(b"a{b:url(" + raw + b")}")) == ["css-image é"]
