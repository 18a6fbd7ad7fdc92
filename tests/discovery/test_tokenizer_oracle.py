"""Tags and attributes as turbohtml's tokenizer reads them (WHATWG HTML 13.2.5), over markup made at random.

Pictures alone are made, in text and comments: raw text and foreign content are the tree builder's orders, which a
tokenizer does not have; those are held against selectolax's trees elsewhere.
"""

from __future__ import annotations

import turbohtml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fetcher.discovery.html import HtmlScanner

PIECES = [
    *(
        "<img src=x ",
        "<IMG\tSRC='y'",
        '<img/src="z"',
        "<img",
        "</img ",
        "<imgs src=q ",
        "<p ",
        "</p>",
        "<br/>",
        ">",
        "/>",
    ),
    *(" ", "\t", "\n", "\r", "\r\n", "\f", "/", "=", '"', "'", "<", "&", ";", "\0", "é", "`", "-", "!", "?", "a", "B"),
    *(
        " src=u",
        " SRC = v",
        " srcset='a b'",
        ' alt="c"',
        " a=b/",
        " a=b / ",
        ' a="d"e',
        " =",
        " ==",
        " a= >",
        " 'a'=\"b\"",
    ),
    *("&amp;", "&amp", "&copy", "&copy=", "&copyx", "&notit;", "&notin;", "&#65", "&#65;", "&#x41", "&#0;", "&#128;"),
    *("&#xD800;", "&#x110000;", "&#99999999999;", "&#;", "&#x;", "&", "&NotEqualTilde;", "&#13;", "&;", "&a;"),
    *("<!--", "-->", "--!>", "<!-->", "<!--->", "<!", "<!doctype html>", "<?", "</", "</3", "<3", "</>"),
]


@settings(max_examples=800, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
@example("<img src=x =a==b 'c'=\"d\"e/f=g/>")
@example("<img src='a\rb\r\nc' A=1 a=2 &copy=3>")
@example("<img src=a&#13;&#10;b&copy&copyx&copy;>")
@example("<!--><img src=a>--><img src=b><!---><img src=c>--!><img src=d>")
@example("<a title='<img src=no>'><img src=b")
def test_pictures_are_those_of_the_tokenizer(markup: str) -> None:
    """The same tags, with the same attributes and values, first of duplicates, in order."""
    scanner = HtmlScanner()
    found = [dict(each.attributes) for each in scanner.feed(markup.encode()) + scanner.close() if each.element == "img"]
    told = [dict(each.attrs or ()) for each in turbohtml.tokenize(markup) if each.tag == "img" and each.type.value == 1]
    named = [
        each for each in told if each.get("src", "").strip("\t\n\f\r ") or each.get("srcset", "").strip("\t\n\f\r ")
    ]
    assert found == named
