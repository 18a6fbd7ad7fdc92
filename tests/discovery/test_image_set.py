"""image-set(): what its options are and which one a screen takes, as Chromium 156 does."""

from __future__ import annotations

import pytest

from fetcher.discovery.css.image_set import MOST, describe, described, pick, read

# The text in the parentheses, device pixels per CSS pixel, the url asked for: "" for none. All rows were observed.
CASES = [
    ("url(a) 1x, url(b) 2x, 'c' 3x", 0.5, "a"),
    ("url(a) 1x, url(b) 2x, 'c' 3x", 1, "a"),
    ("url(a) 1x, url(b) 2x, 'c' 3x", 1.4, "b"),
    ("url(a) 1x, url(b) 2x, 'c' 3x", 2, "b"),
    ("url(a) 1x, url(b) 2x, 'c' 3x", 3, "c"),
    ("url(c) 3x, url(a) 1x, url(b) 2x", 1, "a"),
    ("url(c) 3x, url(a) 1x, url(b) 2x", 1.5, "b"),
    ("url(a), url(b) 2x", 1, "a"),
    ("url(a), url(b) 2x", 2, "b"),
    ("url(a) type('image/jp2'), url(b) type('image/avif'), url(c) type('image/png')", 1, "b"),
    ("url(a) type('image/jp2')", 1, ""),
    ("url(a) 1x type('image/avif'), url(b) 2x type('image/avif'), url(c) 1x, url(d) 2x", 2, "b"),
    ("url(a) type('image/avif') 2x, url(c) 1x", 2, "a"),
    ("url(a) 1x, url(b) 1x", 1, "a"),
    ("url(a) 96dpi, url(b) 192dpi", 2, "b"),
    ("url(a) 37.8dpcm, url(b) 80dpcm", 2, "b"),
    ("url(a) calc(1x), url(b) calc(1x + 1x)", 2, "b"),
    ("url(a) 0x, url(b) 1x", 1, "b"),
    ("url(a) -1x, url(b) 1x", 1, ""),
    ("url(a) 1x 2x, url(b) 1x", 1, ""),
    ("linear-gradient(red,blue) 1x, url(b) 2x", 1, ""),
    ("linear-gradient(red,blue) 1x, url(b) 2x", 2, "b"),
    ("url(a) 1y, url(b) 2x", 1, ""),
    ("url(a) 1x,", 1, ""),
    ("image-set(url(a) 1x) 1x, url(b) 2x", 1, ""),
    ("url(a) 2, url(b) 1x", 1, ""),
    ("url(a) type(image/png), url(b) 1x", 1, ""),
    ("url(a) type('image/png') type('image/png'), url(b) 2x", 1, ""),
    ("'' 1x, url(b) 2x", 1, ""),
    ("url(b) 2x, url(c) 3x", 1, "b"),
    ("url(a) .5x, url(b) .75x", 1, "b"),
    ("url( 'a' ) 1x, url( b ) 2x", 2, "b"),
    ("URL(a) 1X TYPE('IMAGE/PNG')", 1, "a"),
    ("", 1, ""),
]


@pytest.mark.parametrize(("text", "dpr", "url"), CASES)
def test_row(text: str, dpr: float, url: str) -> None:
    """The option is Chromium's, also when it is told in words and chosen from them."""
    options = read(text)
    index = pick(options, dpr) if options else None
    assert ((options or [])[index].url or "" if index is not None else "") == url
    if options:
        assert pick(described(describe(options)), dpr) == index


def test_odd_types_stay_one_word() -> None:
    """Whatever stands in type(), the words can be taken apart again, and it is no type a browser knows."""
    options = read("'a' type('image/png, 5x type(x)'), 'b' type('')")
    assert options is not None
    assert [each.resolution for each in described(describe(options))] == [1, 1]
    assert pick(options, 1) == pick(described(describe(options)), 1) == 1


def test_more_options_than_are_told_apart() -> None:
    """One too many makes it nothing that can be chosen from."""
    assert len(read(",".join(["'a' 1x"] * MOST)) or []) == MOST
    assert read(",".join(["'a' 1x"] * (MOST + 1))) is None
