"""What a candidate carries besides its kind and url: attributes, place, head or body; and when it is given."""

from __future__ import annotations

import pytest

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import HtmlScanner
from tests.support.scans import scan_in_every_cut, told


def only(html: str | bytes, encoding: str = "utf-8") -> Candidate:
    data = html if isinstance(html, bytes) else html.encode()
    found = scan_in_every_cut(lambda: HtmlScanner(encoding=encoding), data)
    (candidate,) = [each for each in found if each.kind is not CandidateKind.INLINE_SCRIPT]
    return candidate


def test_all_attributes_are_kept_in_order() -> None:
    """Names in lower case, first of duplicates, "" for a bare name."""
    candidate = only("<IMG src=a SrcSet='b 1x' sizes=100vw LOADING=lazy src=no hidden alt='&lt;'>")
    assert candidate == Candidate(
        CandidateKind.IMAGE,
        "a",
        "img",
        (("src", "a"), ("srcset", "b 1x"), ("sizes", "100vw"), ("loading", "lazy"), ("hidden", ""), ("alt", "<")),
        line=1,
        offset=0,
    )


def test_an_image_with_only_srcset_has_no_url() -> None:
    """The srcset is chosen from elsewhere; the candidate says it is there."""
    candidate = only("<img srcset='a 1x, b 2x' sizes=auto>")
    assert (candidate.url, candidate.attribute("srcset")) == ("", "a 1x, b 2x")


def test_image_start_tags_are_told_as_img() -> None:
    """The tree builder renames <image> outside SVG, and keeps it inside."""
    assert only("<image src=a>").element == "img"
    assert only("<svg><image href=a></svg>").element == "image"


PLACES = [
    ("<img src=a>", 1, 0),
    ("\n\n  <img src=a>", 3, 4),
    ("\r\n\r\n<img src=a>", 3, 4),
    ("\r\r<img src=a>", 3, 2),
    ("\n\r<img src=a>", 3, 2),
    ("\r\n\n\r<img src=a>", 4, 4),
    ("<!--\n--><p\n>\n<img\nsrc=a>", 4, 13),
    ("é\n<img src=a>", 2, 3),
    ("<title>\n</title>\n<img src=a>", 3, 17),
    ("<script>\r\n</script>\r\n<img src=a>", 3, 21),
    ("<style>\n\n@import 'a'", 3, 17),
    ("<style>\r\na{\r\nb:url( a)}</style>", 3, 20),
    ("<style>\n@font-face{\nsrc:\n'';src:url(a)}</style>", 4, 36),
    ("<svg>\n<style>\n<![CDATA[\na{b:url(a)}]]>", 4, 32),
    ("<p\nx>\n<p\ny style='\n\nb:url(a)'>", 3, 6),
    ("\ufeff<img src=a>", 1, 3),
]


@pytest.mark.parametrize(("html", "line", "offset"), PLACES)
def test_place(html: str, line: int, offset: int) -> None:
    """The line counts LF, CR and CRLF; the offset is in bytes: of the "<", in a sheet of the url or its quote."""
    candidate = only(html)
    assert (candidate.line, candidate.offset) == (line, offset)


def test_inline_css_says_where_it_stood() -> None:
    """CSS in a document is inline, with the element's name, the head, and the <style>'s media."""
    html = "<style media=print>@import 'a' screen; b{c:url(d)}</style><p style='b:url(e)'>"
    imported, image, attribute = scan_in_every_cut(HtmlScanner, html.encode())
    assert (imported.element, imported.inline, imported.in_head) == ("style", True, True)
    assert imported.attributes == (("prelude", "screen"), ("media", "print"))
    assert image.attributes == (("property", "c"), ("selector", "b"), ("media", "print"))
    assert (attribute.element, attribute.inline, attribute.in_head) == ("p", True, False)


@pytest.mark.parametrize(
    "html",
    [
        "<img src=a>",
        "<img src='a'>",
        "<link rel=icon href=a />",
        "<p style='b:url(a)'>",
        "<script src=a>",
        "<base href=a>",
        "<svg><image href=a />",
        "<style>@import 'a';",
        "<style>b{c:url(a)",
        "<style>@font-face{src:url(a)}",
    ],
)
def test_candidates_are_given_with_the_last_byte(html: str) -> None:
    """Nothing is held back: the byte that completes a candidate brings it, and none before."""
    scanner = HtmlScanner()
    data = html.encode()
    assert scanner.feed(data[:-1]) == []
    assert told(scanner.feed(data[-1:]))[0].endswith(" a")


ENCODINGS = [
    ("windows-1252", "<img src=caf\xe9 alt='\x80'>".encode("latin-1"), "café"),
    ("shift_jis", "<img src='\u8868.png' alt=x>".encode("shift_jis"), "\u8868.png"),
    ("gb18030", "<img src='\u4e00\U0001f600'>".encode("gb18030"), "\u4e00\U0001f600"),
    ("utf-8", b"<img src='a\xff\xc3'>", "a\ufffd\ufffd"),
    ("no-such-encoding", "<img src=é>".encode(), "é"),
    ("rot13", "<img src=é>".encode(), "é"),
    ("utf-8", b"\xef\xbb\xbf<img src=a>", "a"),
]


@pytest.mark.parametrize(("encoding", "data", "url"), ENCODINGS)
def test_encoding(encoding: str, data: bytes, url: str) -> None:
    """Attribute values are decoded in the document's encoding; an unknown one is read as UTF-8."""
    assert only(data, encoding).url == url


def test_element_names_are_decoded() -> None:
    """A custom element's name outside ASCII comes out as text."""
    assert only("<x-é style='b:url(a)'>").element == "x-é"


def test_the_end_of_the_document_ends_the_scan() -> None:
    """After close nothing more is heard, and closing again gives nothing."""
    scanner = HtmlScanner()
    assert told(scanner.feed(b"<style>a{b:url(c)}")) == ["css-image c"]
    assert scanner.close() == []
    assert scanner.feed(b"</style><img src=a>") == []
    assert scanner.close() == []


def test_data_urls_in_css_are_counted() -> None:
    """They are no candidates; in an element's own attribute they are, for its other attributes tell more."""
    scanner = HtmlScanner()
    found = scanner.feed(b"<style>a{b:url(data:x)}</style><p style='b:url(data:y)'><img src=data:z srcset='a 1x'>")
    assert told(found) == ["image data:z"]
    assert scanner.data_urls == 2
