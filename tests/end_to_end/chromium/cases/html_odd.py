"""Odd markup asked of Chromium: URLs spelled strangely in attributes, XHTML that is not well-formed,
<link> and <base> in SVG, and types that do not fit their preload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.end_to_end.chromium.case import Case, file
from tests.end_to_end.chromium.media import CONTENT

XMLNS = 'xmlns="http://www.w3.org/1999/xhtml"'
XHTML = (("content-type", "application/xhtml+xml"),)

# Spelled as an attribute's value, in double quotes unless it brings its own.
URLS = {
    "tab": "a\tb.png",
    "newline": "a\nb.png",
    "return": "a\rb.png",
    "newlines-around": "\n \t\r a.png \f\n",
    "space": "a b.png",
    "backslash": "\\x\\a.png",
    "nul": "a\0b.png",
    "nul-reference": "a&#0;b.png",
    "tab-reference": "a&#9;b.png",
    "newline-reference": "a&#10;b.png",
    "space-reference": "a&#32;b.png",
    "latin-reference": "a&#128;b.png",
    "surrogate-reference": "a&#xD800;b.png",
    "huge-reference": "a&#x110000;b.png",
    "bare-reference": "a.png?b&copy",
    "bare-reference-letter": "a.png?b&copyx",
    "bare-reference-equals": "a.png?b&copy=1",
    "bare-reference-semicolon": "a.png?b&copy;1",
    "bare-reference-amp": "a.png?b&amp1",
    "bare-reference-long": "a.png?b&notit;x",
    "number-without-semicolon": "&#97.png",
    "hexadecimal-without-semicolon": "&#x61.png",
    "two-characters": "a.png?&NotEqualTilde;",
    "fragment": "a.png#b",
    "empty-query": "a.png?",
    "query-space": "a.png?b c",
    "query-quote": "a.png?'b'",
    "query-beyond": "a.png?é",
    "percent": "a%zz%.png",
    "braces": "a{b}|c^.png",
    "dots": "./x/../%2e%2E/a.png",
    "scheme-without-slashes": "https:a.png",
    "scheme-one-slash": "https:/a.png",
    "unquoted-amp": "=a.png",
    "controls": "\x01a.png\x1f",
    "unicode-space": "\u00a0a.png",
}

KEPT = {
    "odd-svg-base": "Chromium's preload scanner takes a <base> in SVG for one, its parser does not: what follows is asked "
    "for twice, once in vain",
    "odd-url-braces": "Chromium sends | in a path as %7C; here it stays as the URL standard has it",
}
BY_PARSER = (
    "Chromium's preload scanner takes the text of an SVG <title> for no markup, so that its parser asks, unboosted"
)


def _cases() -> Iterator[Case]:
    for name, url in URLS.items():
        yield Case(f"odd-url-{name}", ("html url spelling",), f'<img src="{url}">')
    for name, html in {
        "whole": "<head><title>t</title></head><body><img src='a.png'/></body></html>",
        "unclosed": "<head><title>t</title></head><body><p><img src='a.png'/></body><img src='b.png'/></html>",
        "unclosed-img": "<head><title>t</title></head><body><img src='a.png'></body></html>",
        "unquoted": "<head><title>t</title></head><body><img src='a.png'/><img src=b.png /><img src='c.png'/></body></html>",
        "reference": "<head><title>t</title></head><body><img src='a.png'/>&nosuch;<img src='b.png'/></body></html>",
        "nbsp": "<head><title>t</title></head><body><img src='a.png'/>&nbsp;<img src='b.png'/></body></html>",
        "bare-ampersand": "<head><title>t</title></head><body><img src='a.png'/><img src='b.png?c&amp;d'/><img src='c.png?c&d'/><img src='e.png'/></body></html>",
        "twice": "<head><title>t</title></head><body><img src='a.png' src='b.png'/><img src='c.png'/></body></html>",
        "upper": "<head><title>t</title></head><body><IMG src='a.png'/><img SRC='b.png'/><img src='c.png'/></body></html>",
        "cdata": "<head><title>t</title></head><body><![CDATA[<img src='a.png'/>]]><img src='b.png'/></body></html>",
        "self-closing-script": "<head><title>t</title><script src='a.js'/></head><body><img src='b.png'/></body></html>",
        "self-closing-style": "<head><title>t</title><style/></head><body><img src='b.png'/></body></html>",
        "style-comment": "<head><title>t</title><style><!-- @import 'a.css'; --></style></head><body><img src='b.png'/></body></html>",
        "style-cdata": "<head><title>t</title><style><![CDATA[ @import 'a.css'; ]]></style></head><body></body></html>",
        "markup-in-title": "<head><title><img src='a.png'/></title></head><body></body></html>",
        "noscript": "<head><title>t</title></head><body><noscript><img src='a.png'/></noscript></body></html>",
        "prefix": "<head><title>t</title></head><body xmlns:h='http://www.w3.org/1999/xhtml'><h:img src='a.png'/></body></html>",
        "after-the-end": "<head><title>t</title></head><body></body></html><img src='a.png'/>",
        "less-than": "<head><title>t</title></head><body><img src='a.png'/>1 < 2<img src='b.png'/></body></html>",
        "double-dash": "<head><title>t</title></head><body><!-- a -- b --><img src='a.png'/></body></html>",
    }.items():  # fmt: skip
        yield Case(f"odd-xhtml-{name}", ("html xhtml",), f"<html {XMLNS}>{html}", fields=XHTML)
    yield Case("odd-xhtml-no-namespace", ("html xhtml",), "<html><body><img src='a.png'/></body></html>", fields=XHTML)
    for name, html in {
        "link": "<svg><link rel=stylesheet href=a.css></link></svg>",
        "link-preload": "<svg><link rel=preload as=image href=a.png></link></svg>",
        "base": "<svg><base href=/x/></base></svg><img src=a.png>",
        "title-img": "<svg><title><img src=a.png></title></svg>",
        "title-link": "<svg><title><link rel=stylesheet href=a.css></title></svg>",
        "meta": "<svg><meta http-equiv=refresh content='0;url=n.html'></svg>",
        "iframe": "<svg><iframe src=f.html></iframe></svg>",
        "video": "<svg><video src=v.mp4></video></svg>",
    }.items():
        unscored, why = (("priority",), BY_PARSER) if name == "title-img" else ((), "")
        yield Case(f"odd-svg-{name}", ("html svg",), html, unscored=unscored, unscored_why=why)
    for kind, fits, wrong in (
        ("script", "text/javascript", "text/css"),
        ("style", "text/css", "text/javascript"),
        ("image", "image/png", "text/html"),
        ("font", "font/woff2", "image/png"),
    ):
        for number, what in enumerate((fits, wrong, "x/y", "module", "")):
            extension = {"script": "js", "style": "css", "image": "png", "font": "woff2"}[kind]
            cross = " crossorigin" if kind == "font" else ""
            # The preload holds up no load event; the picture does, and is long in coming.
            html = f'<link rel=preload as={kind} href=a.{extension} type="{what}"{cross}><img src=late.png>'
            files = {"late.png": file(CONTENT["image/png"], "image/png", delay_ms=200)}
            yield Case(f"odd-type-{kind}-{number}", ("EH 8.5",), html, files=files)
            hint = f'</a.{extension}>; rel=preload; as={kind}; type="{what}"' + ("; crossorigin" if cross else "")
            yield Case(f"odd-type-hint-{kind}-{number}", ("EH 3.6",), hints=[hint])


CASES = tuple(replace(each, kept=KEPT.get(each.id, "")) for each in _cases())
