"""Server text on a terminal: harmless, visible, and measured in cells."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetcher.report.escape import cells, pad, safe, safe_load, shorten, wrap
from tests.support.loads import HOSTILE, hostile, shop

SHOWN = [
    ("plain", "/css/main.css?v=1", "/css/main.css?v=1"),
    ("escape sequence", "\x1b[2J", "\\x1b[2J"),
    ("window title", "\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
    ("C1 CSI", "\x9b31m", "\\x9b31m"),
    ("new lines", "a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
    ("NUL and DEL", "\x00\x7f", "\\x00\\x7f"),
    ("direction override", "\u202egnp.exe", "\\u202egnp.exe"),
    ("isolates and marks", "\u2066\u2069\u200e\u061c", "\\u2066\\u2069\\u200e\\u061c"),
    ("zero width", "a\u200b\u200d\ufeffb", "a\\u200b\\u200d\\ufeffb"),
    ("line separator", "\u2028\u2029", "\\u2028\\u2029"),
    ("tag character", "\U000e0041", "\\U000e0041"),
    ("odd spaces", "a\xa0b\u3000c", "a\\xa0b\\u3000c"),
    ("soft hyphen", "a\xadb", "a\\xadb"),
    ("blank letters", "\u3164\u2800", "\\u3164\\u2800"),
    ("variation selector", "✓\ufe0f", "✓\\ufe0f"),
    ("lone surrogate", "\ud800", "\\ud800"),
    ("private use", "\ue000", "\\ue000"),
    ("one accent", "e\u0301", "e\u0301"),
    ("stacked accents", "e\u0301\u0301", "e\u0301\\u0301"),
    ("accent on nothing", "\u0301 \u0301", "\\u0301 \\u0301"),
    ("letters of the world", "é語ж", "é語ж"),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_what_could_act_or_hide_is_shown(text: str, expected: str) -> None:
    """Each kind of dangerous character becomes visible ASCII; the rest stays."""
    assert safe(text) == expected


def test_ascii_terminals_get_ascii() -> None:
    """Without Unicode every other character is escaped too."""
    assert safe("é語😀", unicode=False) == "\\xe9\\u8a9e\\U0001f600"


@settings(deadline=None, derandomize=True)
@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Mn", "Zs", "Lo"])))
def test_nothing_dangerous_is_left(text: str) -> None:
    """For any text: one line of printable characters, the same when made safe twice."""
    shown = safe(text)
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in shown)
    assert shown.isprintable()
    assert safe(shown) == shown
    assert safe(text, unicode=False).isascii()


def test_every_text_of_a_load_is_made_safe() -> None:
    """No field of the record keeps a raw server text, and a harmless record is unchanged."""
    assert HOSTILE in repr_of(hostile())
    assert not any(character in repr_of(safe_load(hostile())) for character in "\x1b\x9b\u202e\u200b\x00\r\n")
    assert safe_load(shop()) == shop()


def repr_of(value: object) -> str:
    """Every string in ``value``, unescaped: repr() itself would hide what is looked for."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "".join(map(repr_of, value))
    if hasattr(value, "__slots__") and not isinstance(value, int | float):
        return "".join(repr_of(getattr(value, name)) for name in value.__slots__)
    return ""


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("/main.css", 9, "/main.css"),
        ("/assets/images/front.avif", 15, "/ass…front.avif"),
        ("/assets", 1, "…"),
        ("/assets", 0, ""),
        ("語語語語語", 6, "…語語"),
        ("語語語語語", 7, "語…語語"),
        ("ae\u0301b" * 4, 5, "a…ae\u0301b"),
    ],
)
def test_urls_lose_their_middle(text: str, width: int, expected: str) -> None:
    """The end keeps the larger share, and wide or combining characters are counted as the terminal counts."""
    assert shorten(text, width) == expected


@settings(deadline=None, derandomize=True)
@given(st.text(alphabet="ab/語e\u0301"), st.integers(0, 30))
def test_shortened_text_fits(text: str, width: int) -> None:
    """Never more cells than allowed, and padding fills exactly."""
    assert cells(shorten(text, width)) <= width
    assert cells(pad(shorten(text, width), width)) == width


@settings(deadline=None, derandomize=True)
@given(st.text(alphabet="ab 語"), st.integers(2, 30))
def test_wrapped_text_fits_and_loses_nothing(text: str, width: int) -> None:
    """Lines fit, and what is not a space is all there, in order."""
    lines = wrap(text, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
