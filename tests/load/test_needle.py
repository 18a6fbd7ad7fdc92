"""The text looked for in a document: found wherever the content was cut, in the encodings pages are written in."""

from __future__ import annotations

import pytest

from fetcher.load.needle import Needle
from fetcher.terms import Fields

UTF8: Fields = (("content-type", "text/html; charset=utf-8"),)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_found_wherever_the_pieces_are_cut(size: int) -> None:
    """One byte at a time or all at once."""
    content = "<p>In den Körbchen</p>".encode()
    needle = Needle("Körbchen", UTF8)
    for start in range(0, len(content), size):
        needle.feed(content[start : start + size])
    assert needle.found


@pytest.mark.parametrize(
    ("content", "fields", "found"),
    [
        ("Körbchen".encode("cp1252"), (), True),
        ("Körbchen".encode("utf-16-le"), (("content-type", "text/html; charset=UTF-16"),), True),
        ("корзина".encode("koi8-r"), (("content-type", "text/html; charset=koi8-r"),), False),
        (b"K\xf6rb-chen", UTF8, False),
        (b"Kirbchen", (("content-type", "text/html; charset=no-such-thing"),), False),
        (b"", UTF8, False),
    ],
)
def test_encodings(content: bytes, fields: Fields, found: bool) -> None:
    """The labelled charset, UTF-8 and windows-1252 are tried; a label nobody knows is passed over."""
    needle = Needle("Körbchen", fields)
    needle.feed(content)
    assert needle.found is found


def test_one_letter_and_none() -> None:
    """A text of one byte needs no memory of the piece before; the empty text is everywhere."""
    needle = Needle("x", UTF8)
    needle.feed(b"a")
    assert not needle.found
    needle.feed(b"x")
    assert needle.found
    assert Needle("", UTF8).found
