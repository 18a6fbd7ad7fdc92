"""Which faces are asked for: a rule that can apply uses the family, and a character of the range occurs."""

from __future__ import annotations

import pytest

from fetcher.browser.styles.fonts import NO_CHARACTER, NOT_USED, WAITING, Fonts, ranges
from fetcher.discovery.candidates import Candidate, CandidateKind

RANGES = [
    ("", None),
    ("U+26", [(0x26, 0x26)]),
    ("u+0-7F, U+100-10ff", [(0, 0x7F), (0x100, 0x10FF)]),
    ("U+4??", [(0x400, 0x4FF)]),
    ("U+??", [(0, 0xFF)]),
    ("foo", None),
    ("U+110000", None),
    ("U+7F-0", None),
    ("U+12345678", None),
]


@pytest.mark.parametrize(("text", "expected"), RANGES)
def test_unicode_range(text: str, expected: list[tuple[int, int]] | None) -> None:
    """CSS Fonts 4, 4.5; one that is not valid covers everything, as in Chromium 156."""
    assert ranges(text) == expected


def face(family: str, url: str, range_: str = "") -> Candidate:
    pairs = (("family", family), *([("unicode-range", range_)] if range_ else []))
    return Candidate(CandidateKind.CSS_FONT, url, "@font-face", pairs, 1, 0)


def urls(faces: list[tuple[int, Candidate, float]]) -> list[str]:
    return [each.url for _, each, _ in faces]


def test_a_face_waits_for_its_family() -> None:
    """Before the use or after it; another family's faces stay."""
    fonts = Fonts()
    assert fonts.face(1, face("f", "a"), 0.0) == []
    assert fonts.face(1, face("g", "b"), 0.0) == []
    assert urls(fonts.used("f")) == ["a"]
    assert fonts.used("f") == []
    assert urls(fonts.face(1, face("f", "c"), 0.0)) == ["c"]
    assert [(each.url, why) for (_, each, _), why in fonts.unused()] == [("b", NOT_USED)]


def test_a_face_waits_for_its_characters() -> None:
    """Those of one subset each, as web fonts are served: only what the document needs is asked for."""
    fonts = Fonts()
    fonts.used("f")
    assert urls(fonts.face(1, face("f", "latin", "U+0000-00FF"), 0.0)) == ["latin"]
    assert fonts.face(1, face("f", "cyrillic", "U+0400-04FF"), 0.0) == []
    assert fonts.face(1, face("f", "greek", "U+370-3FF"), 0.0) == []
    assert fonts.seen("é") == []
    assert urls(fonts.seen("ж")) == ["cyrillic"]
    assert [(each.url, why) for (_, each, _), why in fonts.unused()] == [("greek", NO_CHARACTER)]


def test_how_many_wait_is_limited() -> None:
    """Past the limit a face is asked for as if its characters had occurred; too many characters are all of them."""
    fonts = Fonts()
    fonts.used("f")
    asked = [each for n in range(WAITING + 3) for each in fonts.face(1, face("f", str(n), "U+400"), 0.0)]
    assert urls(asked) == [str(WAITING + n) for n in range(3)]
    assert len(fonts.seen("*")) == WAITING
