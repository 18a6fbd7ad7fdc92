"""Documents made to hurt: what is held stays bounded, and the work grows as the bytes do.

Work is counted, not timed: the steps of the scanners' states, and the bytes they were handed. Doubling the input may
double them, no more.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.css.selectors.needs import needs
from fetcher.discovery.css.values import families
from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.html.markup import MarkupNames
from tests.support.scans import Make, Scanner, told

MEGABYTE = 1_048_576


def held(scanner: Scanner) -> int:
    """Bytes remembered between two pieces."""
    sizes = [len(scanner._kept)]
    if isinstance(scanner, HtmlScanner):
        if scanner._tag is not None:
            sizes.append(len(scanner._tag.text))
        if scanner._css is not None:
            sizes.append(held(scanner._css))
        sizes.append(len(scanner._foreign))
    else:
        sizes += [
            len(scanner._text),
            len(scanner._word),
            len(scanner._last),
            len(scanner._open),
            len(scanner._value or b""),
        ]
    return sum(sizes)


def parts(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [4_096, 65_537, 20 * MEGABYTE])
@pytest.mark.parametrize(
    ("data", "overflows"),
    [
        (b"<img " + b"x" * 2 * MEGABYTE, 0),  # never ends, so there is no tag to count
        (b"<img " + b"x" * 2 * MEGABYTE + b"><img src=a>", 1),
        (b"<img src='" + b"x" * 2 * MEGABYTE + b"'><img src=a>", 1),
        (b"<img" + b" a='1'" * (10 * MEGABYTE // 6) + b" src=no><img src=a>", 1),
        (b"<div style='b:url(no)'" + b" x" * MEGABYTE + b"><img src=a>", 0),
        (b"</" + b"x" * 2 * MEGABYTE + b"><img src=a>", 0),
        (b"<script " + b"x" * 2 * MEGABYTE + b"><img src=no></script><img src=a>", 1),
        (b"<template " + b"x" * 2 * MEGABYTE + b"><img src=no></template><img src=a>", 0),
        (b"<!--" + b"-" * 2 * MEGABYTE + b"><img src=a>", 0),
        (b"<!" + b"x" * 2 * MEGABYTE + b"><img src=a>", 0),
        (b"<title>" + b"</titl" * MEGABYTE + b"</title><img src=a>", 0),
        (b"<style>a{b:url(" + b"x" * 2 * MEGABYTE + b")}</style><img src=a>", 1),
        (b"<style>a{font-family:" + b"x" * 2 * MEGABYTE + b"}</style><img src=a>", 1),
        (b"<style>@import 'no' " + b"x" * 2 * MEGABYTE + b";</style><img src=a>", 1),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
def test_what_is_held_is_bounded(data: bytes, overflows: int, size: int) -> None:
    """Past the limit a tag or value is dropped and counted, in every cut; a tag is told of, and the scan goes on."""
    scanner = HtmlScanner()
    found = []
    for part in parts(data, size):
        found += scanner.feed(part)
        assert held(scanner) <= MEGABYTE + 512
    tags = overflows if not data.startswith(b"<style") else 0
    assert told(found) == ["oversized"] * tags + ["image a"] * (b"src=a>" in data)
    assert scanner.overflows == overflows


def test_a_tag_of_exactly_the_limit_passes() -> None:
    """The limit counts the whole tag, "<" and ">" included, however it arrives."""
    tag = b"<img src=a alt='%b'>" % (b"x" * 45)
    for limit, expected in ((len(tag), ["image a"]), (len(tag) - 1, ["oversized"])):
        for size in (1, 7, 1_000):
            scanner = HtmlScanner(limit=limit)
            assert told(c for part in parts(tag, size) for c in scanner.feed(part)) == expected
            assert scanner.overflows == (expected == ["oversized"])


def work(make: Make, data: bytes, size: int) -> int:
    """The states a scanner passes through for ``data``, plus the bytes held over and so read again."""
    scanner = make()
    steps = 0
    for part in parts(data, size):
        steps += len(scanner._kept)
        buffer = scanner._kept + part
        scanner._kept = b""
        scanner._found = []
        index = 0
        while index < len(buffer):
            index = scanner._read(buffer, index)
            steps += 1
        scanner._place.advance(buffer, len(buffer) - len(scanner._kept))
    return steps


HOSTILE_HTML = [
    b"<", b"<a", b"</", b"<!", b"<!--", b"<!---", b"-->", b"<a =", b"<a b='", b"<a b", b"<img src=a>", b"<template>",
    b"</template>", b"<svg>", b"<svg><foreignObject>", b"<math>", b"<script>", b"<script><!--", b"<script><!--<script>",
    b"<style>", b"<title></titl", b"<![CDATA[", b"<svg><![CDATA[]", b"<svg><style>", b"<?", b"&",
    b"<p style='b:url(c)'>",
    b"<noscript><!--", b"<textarea></textare", b"\r", b"<!-- - -- ", b"\xef\xbb\xbf",
]  # fmt: skip
HOSTILE_CSS = [
    b"url(", b"url('", b"url('a'", b"a{b:url(", b"(", b"[", b"{", b"}", b"a{", b"a{b:c;", b"a:b{", b"a{}",
    b"--> ", b"<!-- ",
    b"/**/", b"/*", b"\\", b"'\n", b"@x;", b"@import 'a';", b"@import", b"@font-face{",
    b"@font-face{src:url(a)", b"font:x;",
    b"a{font:1px x}", b"a{b:c}/**/", b"a,'b',", b"image-set(", b"--x:{", b"a{b:(", b";", b"-",
    b"a{b:c d:e ", b"a{font:",
]  # fmt: skip


@pytest.mark.parametrize("size", [1, 4_096])
@pytest.mark.parametrize(
    ("make", "unit"),
    [*((HtmlScanner, unit) for unit in HOSTILE_HTML), *((CssScanner, unit) for unit in HOSTILE_CSS)],
    ids=repr,
)
def test_steps_grow_as_the_input_does(make: Make, unit: bytes, size: int) -> None:
    """Twice the bytes take at most about twice the steps, and no byte takes more than a few."""
    count = (6_000 if size == 1 else 24_000) // len(unit)
    once = work(make, unit * count, size)
    twice = work(make, unit * count * 2, size)
    assert twice <= 2.2 * once + 100
    assert twice <= 24 * len(unit) * count * 2


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<" * 1_000_000 + b"img src=a>", ["image a"]),
        (b"<template>" * 100_000 + b"<img src=no>" + b"</template>" * 100_000 + b"<img src=a>", ["image a"]),
        (b"<svg>" * 100_000 + b"</svg>" * 100_000 + b"<p><img src=a>", ["image a"]),
        (b"<div>" * 200_000 + b"<img src=a>", ["image a"]),
        (b"<p style='b:" + b"url(" * 100_000 + b"'><img src=a>", ["image a"]),
        (b"<style>b{c:" + b"url(" * 100_000 + b"</style><img src=a>", ["image a"]),
        (b"<style>" + b"b{" * 100_000 + b"c:url(no)" + b"}" * 100_000 + b"d{e:url(f)}</style>", ["css-image f"]),
        (b"<style>b{c:" + b"(" * 100_000 + b")" * 100_000 + b"url(f)}</style>", ["css-image f"]),
        (b"<img alt='&#" + b"0" * 100_000 + b"65;" + b"&amp" * 100_000 + b"' src=a>", ["image a"]),
        (b"<style>b{font-family:" + b"f," * 30_000 + b"}</style>", ["font-use f"]),
        (b"<object>" * 10_000 + b"</object>" * 10_000 + b"<img src=a>", ["image a"]),
        (b"<video>" * 10_000 + b"<source src=a>", ["media a"]),
        (b"<div><template shadowrootmode=open>" * 10_000 + b"<img src=a>", ["image a"]),
        (b"<frameset>" * 10_000 + b"</frameset>" * 9_999 + b"<frame src=a>", ["frame a"]),
        (b"<svg>" + b"<path fill='url(#a)' d='u'/>" * 10_000 + b"<image href=a />", ["image a"]),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_much_of_the_same(data: bytes, expected: list[str]) -> None:
    """Great numbers of one thing are gone through, and what follows is heard."""
    scanner = HtmlScanner()
    found = []
    for part in parts(data, 16_384):
        found += scanner.feed(part)
        assert held(scanner) <= 1.5 * MEGABYTE
    assert told(found + scanner.close()) == expected


def test_sources_and_families_are_limited() -> None:
    """A face of a million urls and a sheet of a million families keep a bounded few, and say so."""
    scanner = CssScanner()
    found = scanner.feed(b"@font-face{src:" + b"url(a)," * 1_000 + b"}")
    assert (len(found), scanner.overflows) == (256, 744)
    found = scanner.feed(b"".join(b"a{font-family:f%d}" % number for number in range(10_000)))
    assert len(found) == 4_096


def test_selectors_are_read_in_bounded_time() -> None:
    """Nested and wide :is() lists neither multiply nor recurse without end: what is too much needs nothing."""
    wide = "".join(f":is({','.join(f'.c{n}' for n in range(20))})" for _ in range(20))
    assert all(len(each) <= 20 for each in needs(wide))
    assert len(needs(",".join(f".c{n}" for n in range(4_000)))) == 1
    deep = ":is(" * 1_000 + ".x" + ")" * 1_000
    assert needs(deep)


def test_characters_that_are_kept_are_limited() -> None:
    """A document of every character there is tells at most so many, then that any may occur."""
    names = MarkupNames()
    every = "".join(map(chr, [*range(0xA0, 0xD800), *range(0xE000, 0x20000)]))
    told = [value for each in names.feed(f"<p>{every}<p>".encode()) for key, value in each.attributes if key != "name"]
    assert told == ["*"]
    assert names.feed("<p>é<p>".encode()) == []


def test_a_size_of_a_hundred_thousand_digits_is_looked_at_once() -> None:
    """In a font shorthand, and no size at that; what follows names no family."""
    assert families("1" * 100_000 + "_ f", shorthand=True) == []
