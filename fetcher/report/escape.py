"""Text from servers, made safe to print on a terminal, and measured in terminal cells.

``safe`` shows what could act on the terminal or hide in it: C0 and C1 controls (so ESC, CSI and newlines), direction
overrides, zero-width and invisible characters, stacked combining marks, unassigned code points. Each becomes visible
ASCII such as ``\\x1b`` or ``\\u202e``. A literal backslash stays as it is: the text is for reading, not for decoding.
``safe_load`` does it to every text of a PageLoad at once, so that no renderer can forget one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import fields, is_dataclass, replace
from functools import cache
from operator import is_
from typing import Any, TypeVar, cast

Record = TypeVar("Record")

ELLIPSIS = "…"

# Letters by category, yet drawn as nothing: Hangul fillers, the Khmer inherent vowels, the blank Braille pattern.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs", "Mc", "Me"))


def safe(text: str, *, unicode: bool = True) -> str:
    """``text`` on one line, able to do nothing but be read. With ``unicode=False`` the result is ASCII."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    base = False  # whether a combining mark would sit on a visible character of this text
    for character in text:
        mark = unicodedata.category(character) == "Mn"
        if _is_plain(character, unicode) and (base or not mark):
            shown.append(character)
            base = not mark and character != " "
        else:
            shown.append(_escape(character))
            base = False
    return "".join(shown)


def _is_plain(character: str, unicode: bool) -> bool:
    if character.isascii():
        return character.isprintable()
    if not unicode or character in _BLANK or "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0100":
        return False  # variation selectors change widths behind our back
    return unicodedata.category(character) not in _HIDDEN_CATEGORIES


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def safe_load(load: Record, *, unicode: bool = True) -> Record:
    """``load`` (a PageLoad, or any frozen value made of texts) with every text in it made ``safe``."""
    return cast(Record, _walk(load, unicode))


def _walk(value: Any, unicode: bool) -> Any:
    kind: Any = type(value)
    if kind is str:  # not its subclasses: an enum member is one of our own words
        return safe(value, unicode=unicode)
    if kind in _WORDLESS:
        return value
    if kind is tuple:
        made = [_walk(item, unicode) for item in value]
        return value if all(map(is_, made, value)) else tuple(made)
    changed = {
        name: made for name in _members(kind) if (made := _walk(was := getattr(value, name), unicode)) is not was
    }
    return replace(value, **changed) if changed else value


_WORDLESS = (float, int, bool, type(None))


@cache
def _members(kind: type) -> tuple[str, ...]:
    """The members of a dataclass; none of anything else."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def cells(text: str) -> int:
    """How many terminal cells ``text`` takes: two for East Asian wide characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Mn":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shorten(text: str, width: int, head: float = 0.35) -> str:
    """``text`` in at most ``width`` cells, the middle left out where it must be; ``head`` is the part kept in front.
    The end of a URL tells more than its middle, so the tail keeps the larger share."""
    if cells(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    front = take(text, max(int((width - 1) * head), 0))
    return front + ELLIPSIS + _take_end(text, width - 1 - cells(front))


def take(text: str, width: int) -> str:
    """The longest beginning of ``text`` within ``width`` cells."""
    used = 0
    for index, character in enumerate(text):
        used += _cells_of(character)
        if used > width:
            return text[:index]
    return text


def _take_end(text: str, width: int) -> str:
    used = 0
    start = len(text)
    for index in range(len(text) - 1, -1, -1):
        used += _cells_of(text[index])
        if used > width:
            break
        start = index
    while start < len(text) and not _cells_of(text[start]):
        start += 1  # a mark without its base would sit on the ellipsis
    return text[start:]


def pad(text: str, width: int, *, right: bool = False) -> str:
    """``text`` filled with spaces to ``width`` cells, on its left when ``right`` aligned."""
    fill = " " * max(0, width - cells(text))
    return fill + text if right else text + fill


def wrap(text: str, width: int, first: int | None = None) -> list[str]:
    """``text`` in lines of at most ``width`` cells, the first of ``first`` ones where that is given, broken at spaces,
    and inside words only where they are longer."""
    lines: list[str] = []
    line = ""
    later, width = width, width if first is None else first
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cells(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
            width = later
        while cells(word) > width:
            part = take(word, width) or word[0]
            lines.append(part)
            word = word[len(part) :]
            width = later
        line = word
    return [*lines, line] if line or not lines else lines
