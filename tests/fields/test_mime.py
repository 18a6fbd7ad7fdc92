"""MIME types as the MIME Sniffing standard reads them, in tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetcher.fields import mime
from fetcher.terms import Destination


@pytest.mark.parametrize(
    ("text", "essence", "parameters"),
    [
        ("text/html", "text/html", {}),
        ("  Text/HTML \r\n", "text/html", {}),
        ("text/html;charset=UTF-8", "text/html", {"charset": "UTF-8"}),
        ("text/html ; charset=utf-8 ; x", "text/html", {"charset": "utf-8"}),
        ('text/html;charset="a;b\\"c"', "text/html", {"charset": 'a;b"c'}),
        ('text/html;charset="utf-8"junk;b=c', "text/html", {"charset": "utf-8", "b": "c"}),
        ('text/html;charset="utf-8', "text/html", {"charset": "utf-8"}),
        ("text/html;charset=a;CHARSET=b", "text/html", {"charset": "a"}),
        ("text/html;=x;;a=", "text/html", {}),
        ("text/html;a b=c", "text/html", {}),
        ("image/svg+xml", "image/svg+xml", {}),
        ("text", None, {}),
        ("text/", None, {}),
        ("/html", None, {}),
        ("text/ht ml", None, {}),
        ("te xt/html", None, {}),
        ("text/html/x", None, {}),
        ("", None, {}),
    ],
)
def test_parse(text: str, essence: str | None, parameters: dict[str, str]) -> None:
    """One type with its parameters, or None."""
    found = mime.parse(text)
    assert (found.essence if found else None) == essence
    assert (dict(found.parameters) if found else {}) == parameters


@pytest.mark.parametrize(
    ("values", "essence", "charset"),
    [
        (["text/html"], "text/html", None),
        (["text/html;charset=gbk, text/html"], "text/html", "gbk"),
        (["text/html;charset=gbk", "text/html;x=y;charset=utf-8"], "text/html", "utf-8"),
        (["text/html;charset=gbk, text/plain"], "text/plain", None),
        (["text/html, */*"], "text/html", None),
        (["text/html, nonsense"], "text/html", None),
        (['text/html;x="a,text/plain"'], "text/html", None),
        ([], None, None),
    ],
)
def test_extract_takes_the_last_valid_type(values: list[str], essence: str | None, charset: str | None) -> None:
    """Fetch "extract a MIME type": last valid wins, a charset outlives a repeat of the same essence."""
    found = mime.extract(values)
    assert (found.essence if found else None) == essence
    assert (found.parameter("charset") if found else None) == charset


@pytest.mark.parametrize(
    ("content_type", "html", "charset"),
    [
        ("text/html; charset=UTF-8", True, "utf-8"),
        ("application/xhtml+xml", True, None),
        ("text/plain; charset=latin1", False, "latin1"),
        ("nonsense", False, None),
        (None, False, None),
    ],
)
def test_documents_and_their_charset(content_type: str | None, html: bool, charset: str | None) -> None:
    """What is scanned as a document, and the label its bytes are decoded with."""
    assert mime.is_html(content_type) is html
    assert mime.charset(content_type) == charset


@pytest.mark.parametrize(
    ("text", "registered"),
    [
        ("font/woff2", True),
        ("x-shader/x-fragment", True),
        ("  text/css ", True),
        ("x-/y", False),
        ("madeup/thing", False),
        ("woff2", False),
        ("text/css; charset=utf-8", False),
        ("", False),
    ],
)
def test_registered_top_level_types(text: str, registered: bool) -> None:
    """EH 3.6: plain token/token under a registered or x- top level."""
    assert mime.is_registered_type(text) is registered


@pytest.mark.parametrize(
    ("destination", "text", "supported"),
    [
        (Destination.SCRIPT, "text/javascript", True),
        (Destination.SCRIPT, "text/javascript; charset=utf-8", True),
        (Destination.SCRIPT, "application/json", False),
        (Destination.STYLE, "TEXT/CSS", True),
        (Destination.STYLE, "text/less", False),
        (Destination.IMAGE, "image/avif", True),
        (Destination.IMAGE, "image/x-made-up", False),
        (Destination.FONT, "font/woff2", True),
        (Destination.TRACK, "text/vtt", True),
        (Destination.EMPTY, "anything/at-all", True),
        (Destination.STYLE, "", True),
    ],
)
def test_supported_types(destination: Destination, text: str, supported: bool) -> None:
    """EH 8.5: the type must suit the destination; fetch takes any."""
    assert mime.supports(destination, text) is supported


@given(st.text(alphabet='text/html;charset="\\, =\t\xe9', max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Nothing raises, and an essence is always two lower-case tokens."""
    found = mime.extract([text])
    assert found is None or found.essence == found.essence.lower()


def test_hostile_content_types_take_linear_time() -> None:
    """A megabyte of quotes, escapes or semicolons is read at once."""
    for unit in ('"', "\\", ";", ";a", ';a="', ',"', "a/b,"):
        mime.extract(["text/html" + unit * (1_000_000 // len(unit))])


@pytest.mark.parametrize(
    ("destination", "text", "in_markup", "in_a_field"),
    [
        (Destination.STYLE, "text/css", True, True),
        (Destination.STYLE, "Text/CSS", True, True),
        (Destination.STYLE, "text/css;x=y", True, False),
        (Destination.SCRIPT, "text/typescript", True, False),
        (Destination.TRACK, "text/srt", True, False),
        (Destination.FONT, "font/collection", False, False),
        (Destination.FONT, "application/font-woff", False, False),
        (Destination.FONT, "font/sfnt", True, True),
        (Destination.EMPTY, "made/up", True, True),
        (Destination.IMAGE, "", True, True),
        (Destination.IMAGE, "nonsense", False, False),
    ],
)
def test_what_chromium_preloads(destination: Destination, text: str, in_markup: bool, in_a_field: bool) -> None:
    """As Chromium 156 answered for every destination and type, in markup and in a Link field."""
    asked = [mime.preloads(destination, text, exactly=exactly) for exactly in (False, True)]
    assert asked == [in_markup, in_a_field]
