"""XHTML as XML: what counts, and that nothing counts after the first error, wherever the bytes are cut."""

from __future__ import annotations

import pytest

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html.xhtml import STYLE, XhtmlScanner
from tests.support.scans import told

ROOT = '<html xmlns="http://www.w3.org/1999/xhtml">'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
CASES = [
    ("<img src='a'/>", "image a"),
    ("<img src='a'>", "image a"),
    ("<img src='a'/></p><img src='b'/>", "image a"),
    ("<img src=a /><img src='b'/>", ""),
    ("<img src='a' src='b'/><img src='c'/>", ""),
    ("<img src='a?b&amp;c'/>&nosuch;<img src='b'/>", "image a?b&c"),
    ("<IMG src='a'/><img SRC='b'/><img src='c'/>", "image c"),
    ("<img xmlns='' src='a'/><h:img xmlns:h='http://www.w3.org/1999/xhtml' src='b'/>", "image b"),
    ("<script src='a.js'/><style/><title><img src='b'/></title>", "script a.js, image b"),
    ("<noscript><img src='a'/></noscript>", "image a"),
    ("<style><!-- @import 'a'; -->@import 'b';</style>", "css-import b"),
    ("<style><![CDATA[@import 'a';]]></style>", "css-import a"),
    ("<style media='print'>@import 'a';</style>", "css-import a"),
    ("<p style='background:url(a)'/>", "css-image a"),
    ("<template><img src='a'/><template/></template><img src='b'/>", "image b"),
    ("<template shadowrootmode='open'><img src='a'/></template>", "image a"),
    ("<picture><source srcset='a'/><img/></picture>", "image"),
    ("<video><source src='a'/><p><source src='b'/></p></video>", "media a"),
    (f"{SVG}<image xlink:href='a'/><use href='b#c'/><link rel='icon' href='no'/></svg>", "image a, svg-use b#c"),
    (f"{SVG}<style>@import 'a';</style><rect fill='url(b#c)'/></svg>", "css-import a, css-image b#c"),
    ("<![CDATA[<img src='a'/>]]><img src='b'/>", "image b"),
    ("<!-- a -- b --><img src='a'/>", ""),
    ("<script type='module'>import 'a.js'</script>", "module-import a.js"),
    ("</html><img src='a'/>", ""),
    ("<image src='a'/>", ""),
]


def scan(parts: list[bytes]) -> list[Candidate]:
    scanner = XhtmlScanner()
    return [candidate for part in parts for candidate in scanner.feed(part)] + scanner.close()


def named(found: list[Candidate]) -> list[Candidate]:
    """Without what says that the rest is not read."""
    return [each for each in found if each.kind is not CandidateKind.OVERSIZED]


@pytest.mark.parametrize(("html", "expected"), CASES)
def test_cases(html: str, expected: str) -> None:
    """Whole, cut in two at every byte, and byte by byte the same comes out."""
    data = (ROOT + html).encode()
    whole = scan([data])
    assert ", ".join(told(named(whole))) == expected
    for cut in range(len(data)):
        assert scan([data[:cut], data[cut:]]) == whole
    assert scan([data[at : at + 1] for at in range(len(data))]) == whole


def test_places_and_head() -> None:
    """Lines and byte offsets are those of the tag; the body begins with its own."""
    text = f"\ufeff{ROOT}\n<head><link rel='icon' href='a'/></head>\r\n<body>é<img src='b'/></body></html>"
    data = text.encode()
    scanner = XhtmlScanner()
    found = scanner.feed(data)
    assert [(each.line, each.offset, each.in_head) for each in found] == [
        (2, data.index(b"<link"), True),
        (3, data.index(b"<img"), False),
    ]
    assert scanner.close() == []
    assert not scanner.error


def test_entities_of_a_named_document_type_are_no_error() -> None:
    """What an external document type declares is not looked up: such a reference is passed over."""
    doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/x.dtd">'
    assert told(scan([f"{doctype}{ROOT}<img src='a'/>&nbsp;<img src='b'/>".encode()])) == ["image a", "image b"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx">'
        + b"".join(b'<!ENTITY %c "%s">' % (99 + n, b"&%c;" % (97 if n == 0 else 98 + n) * 10) for n in range(12))
        + b"]><a>&n;</a>",
        ROOT.encode() + b"<p>" * 60_000 + b"<img src='a'/>",
        ROOT.encode() + b"<p " + b"a" * 3_000_000,
        ROOT.encode() + b"".join(b"<p a%d='%s'/>" % (n, b"x" * 40) for n in range(15_000)),
    ],
    ids=["entities", "nesting", "attribute", "attributes"],
)
def test_hostile(data: bytes) -> None:
    """Entities that grow, endless nesting and tags without end stay bounded: each ends here, and soon."""
    scanner = XhtmlScanner()
    for start in range(0, len(data), 65_536):
        scanner.feed(data[start : start + 65_536])
    scanner.close()
    assert scanner.overflows == (b"a" * 2_000_000 in data)


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<p></b><img src='b'/>", "it is not well-formed XML (mismatched tag: line 2, column 5)"),
        ("<img src='a' src='b'/><img src='c'/>", "it is not well-formed XML (duplicate attribute: line 2"),
        ("</html><img src='a'/>", "it is not well-formed XML (junk after document element: line 2"),
    ],
)
def test_what_is_not_read_is_told(html: str, why: str) -> None:
    """With the line where the reading ends; a document that is merely cut off has nothing after that."""
    data = f"{ROOT}\n{html}".encode()
    whole = scan([data])
    assert whole == scan([data[at : at + 1] for at in range(len(data))])
    (unread,) = [each for each in whole if each.kind is CandidateKind.OVERSIZED]
    assert (unread.attribute("unread") or "").startswith(why)
    assert unread.line == 2
    assert told(scan([f"{ROOT}<p><img src='a'/>".encode()])) == ["image a"]


@pytest.mark.parametrize("filling", ["x", "&gt;", ">"])
def test_a_long_tag_may_come_byte_by_byte(filling: str) -> None:
    """It is not read again from its start for each of them, which would take minutes; and ends where it ends."""
    data = (ROOT + "<img title='" + filling * (400_000 // len(filling)) + "' src='a'/>").encode()
    scanner = XhtmlScanner()
    found = [each for at in range(len(data)) for each in scanner.feed(data[at : at + 1])]
    if filling != ">":
        assert told(found) == ["image a"]  # without waiting for more
    assert told(found + scanner.close()) == ["image a"]


def test_a_style_sheet_without_end_is_not_kept() -> None:
    """It is read when it is over, so its size is bounded; what comes after it is found."""
    scanner = XhtmlScanner()
    found = scanner.feed(f"{ROOT}<style>".encode())
    for _ in range(STYLE // 1_000 + 1):
        found += scanner.feed(b"p{background:url(a)}" * 50)
    assert scanner._style is not None
    assert sum(map(len, scanner._style[4])) <= STYLE
    found += scanner.feed(b"</style><img src='b'/></html>") + scanner.close()
    assert told(found) == ["oversized", "image b"]
    assert scanner.overflows == 1
