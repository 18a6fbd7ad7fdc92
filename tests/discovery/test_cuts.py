"""For every cutting of the same bytes the same candidates come out: random soups of HTML and CSS, random cuts.

Nothing is said here about what is right; the tables say that. This looks for a state that forgets across a boundary.
"""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.position import Position
from tests.support.scans import pieces, scan

HTML = [
    *("<img src=a>", '<img src="b> c">', "<link rel=stylesheet href=x>", "<script>", "</script>"),
    *("<style>", "</style>"),
    *("<!--", "-->", "--!>", "<!-->", "<!--->", "<!", ">", "<?", "</", "</3", "<", "<a", "<a\thref=x>", "=", '"', "'"),
    *("/", "&", "&amp;", "&copy=1", "\0", "\r", "\n", "\r\n", "é", "<svg>", "</svg>", "<svg/>", "<image href=q>", "]"),
    *("<title>", "</title>", "<textarea>", "</textarea>", "<template>", "</template>", "<noscript>", "</noscript>"),
    *("<![CDATA[", "]]>", "<foreignObject>", "</foreignObject>", "<desc>", "</desc>", "<math>", "<mi>", "</math>"),
    *('<p style="b:url(s)">', "style=font:1px+Q", "<plaintext", "<xmp>", "</xmp>", "<iframe>", "<body>", "<head>"),
    *("</body>", "<base href=z>", "<div>", "</div>", "url(x)", "a{b:url(y)}", '@import"i";'),
    *("<input type=image src=e>"),
    *("<video poster=v>", "</SCRIPT\t>", "<!--<script>", "<ScRiPt/", "x", " ", "\ufeff", "-", "--", "<path d=x />"),
    *("<p style='color:#fff'>", "<p style='font:1px F'>", "<font", "<use/>", "/*", "*/"),
]  # fmt: skip
CSS = [
    *("url(", ")", "url(x)", 'url("y")', "url('z", "'", '"', "{", "}", "(", "[", "]", ";", ":", ",", "a", "b:", "src:"),
    *("background:", "font:", "font-family:", 'font:12px/1.5 "Foo" Bar,serif', "@import", "@media", "@layer", "@"),
    *("@font-face{", "@font-face", 'format("woff2")', "format(", "image-set(", "/*", "*/", "/", "*", "\\", "\\61"),
    *("\\\n", "\n", "\r", "\r\n", "<", "!", "<!--", "-->", "-", "--", "--x:", "#", "u", "rl"),
    *("url", "\0", "é", "data:"),
    *("url(data:x)", "1", "10url(", "12px", "%", "+", ".", "@charset", "supports(", "screen", "&", ">", "a{b:c}", " "),
    *("a:hover{b:c;d:e}", "a{b:url(q)}", "/*x*/", "\f", "!important", "local(x)", "unicode-range:U+26", "--x:{a{b:c}"),
]  # fmt: skip
offsets = st.lists(st.integers(0, 120), max_size=12)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(HTML), max_size=25).map("".join), offsets, st.booleans())
@example("\ufeff<img src=a>", [1, 2, 4], True)
@example("<svg><style><![CDATA[a{b:url(c)}]]>", [20, 21, 34], True)
def test_html(text: str, cuts: list[int], scripting: bool) -> None:
    """Whole, cut, and byte by byte, candidates and counters are equal."""
    data = text.encode()

    def make() -> HtmlScanner:
        return HtmlScanner(scripting=scripting)

    whole = scan(make, [data])
    assert scan(make, pieces(data, cuts)) == whole
    assert scan(make, [data[i : i + 1] for i in range(len(data))]) == whole


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(CSS), max_size=25).map("".join), offsets, st.booleans())
@example("--x:a:hover{b:c;d:e}\nurl('z url(x)", [3], True)
@example("a{b:url(c\\\r\nd)}", [10, 11], False)
def test_css(text: str, cuts: list[int], declarations: bool) -> None:
    """Whole, cut, and byte by byte, candidates and counters are equal."""
    data = text.encode()

    def make() -> CssScanner:
        return CssScanner(declarations=declarations)

    whole = scan(make, [data])
    assert scan(make, pieces(data, cuts)) == whole
    assert scan(make, [data[i : i + 1] for i in range(len(data))]) == whole


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=60), offsets)
def test_any_bytes(data: bytes, cuts: list[int]) -> None:
    """Bytes that are no text at all are read without an error, the same in every cut."""
    for make in (HtmlScanner, CssScanner):
        assert scan(make, pieces(data, cuts)) == scan(make, [data])


@settings(deadline=None, derandomize=True)
@given(st.text("\r\nx", max_size=20), st.lists(st.integers(0, 20), max_size=6))
def test_lines_are_counted_across_cuts(text: str, cuts: list[int]) -> None:
    """CR, LF and CRLF are one line break each, also when a buffer ends inside a CRLF."""
    place = Position(line=1, offset=0)
    for part in pieces(text.encode(), cuts):
        place.advance(part, len(part))
    # An "x" closes what a last CR left open: whether a LF follows it.
    assert place.line_at(b"x", 0) == 1 + text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert place.base == len(text)
