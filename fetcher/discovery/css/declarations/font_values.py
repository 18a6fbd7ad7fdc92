"""What the values of font properties say (CSS Fonts 4, 2), as far as it decides which faces are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from fetcher.discovery.viewport.component_values import MATHS, WIDE, Kind, Value, spaceless, split, stripped

Computed = str | tuple[str, ...] | float

_SIZES = frozenset("xx-small x-small small medium large x-large xx-large xxx-large smaller larger math".split())  # noqa: SIM905
_STRETCHES = {
    "ultra-condensed": 50.0, "extra-condensed": 62.5, "condensed": 75.0, "semi-condensed": 87.5, "normal": 100.0,
    "semi-expanded": 112.5, "expanded": 125.0, "extra-expanded": 150.0, "ultra-expanded": 200.0,
}  # fmt: skip
GENERIC = frozenset(
    "serif sans-serif monospace cursive fantasy system-ui ui-serif ui-sans-serif ui-monospace ui-rounded math emoji "  # noqa: SIM905
    "fangsong -webkit-body -webkit-standard".split()
)


def families(values: Sequence[Value]) -> tuple[str, ...] | None:
    """Family names in lower case, in order; a generic one with "\\0" before it."""
    found: list[str] = []
    for part in split(values):
        words = spaceless(part)
        if len(words) == 1 and words[0].kind is Kind.STRING:
            found.append(words[0].text.lower())
        elif words and all(each.kind is Kind.IDENT for each in words):
            name = " ".join(each.text for each in words)
            if name in WIDE or name == "default":
                return None
            found.append(f"\0{name}" if name in GENERIC else name)
        else:
            return None
    return tuple(found)


def weight(values: Sequence[Value]) -> Computed | None:
    words = spaceless(values)
    if len(words) != 1:
        return None
    match words[0]:
        case Value(kind=Kind.NUMBER, number=number) if 1 <= number <= 1000:
            return number
        case Value(kind=Kind.IDENT, text="normal"):
            return 400.0
        case Value(kind=Kind.IDENT, text="bold"):
            return 700.0
        case Value(kind=Kind.IDENT, text="bolder" | "lighter" as text):
            return text
        case Value(kind=Kind.FUNCTION, text="calc"):
            return 400.0
    return None


def style(values: Sequence[Value]) -> Computed | None:
    words = spaceless(values)
    ok = words and words[0].is_word("normal", "italic", "oblique")
    return words[0].text if ok and len(words) <= 2 else None


def stretch(values: Sequence[Value]) -> Computed | None:
    words = spaceless(values)
    if len(words) != 1:
        return None
    if words[0].kind is Kind.PERCENTAGE:
        return words[0].number
    return _STRETCHES.get(words[0].text) if words[0].kind is Kind.IDENT else None


def font(values: Sequence[Value]) -> tuple[tuple[str, Computed], ...] | None:
    words = list(values)
    if len(spaceless(words)) == 1 and words[0].is_word(
        "caption", "icon", "menu", "message-box", "small-caption", "status-bar"
    ):
        return (
            ("font-family", ("\0system-ui",)),
            ("font-weight", 400.0),
            ("font-style", "normal"),
            ("font-stretch", 100.0),
        )
    weight, style, stretch = 400.0, "normal", 100.0
    while words:
        value = words.pop(0)
        if value.kind is Kind.SPACE or value.is_word("normal", "small-caps"):
            continue
        if value.kind in (Kind.DIMENSION, Kind.PERCENTAGE) or value.is_word(*_SIZES) or value.text in MATHS or (
            value.kind is Kind.NUMBER and value.number == 0
        ):  # fmt: skip
            break
        if value.is_word("italic", "oblique"):
            style = value.text
        elif value.is_word("bold", "bolder", "lighter") or value.kind is Kind.NUMBER:
            weight = value.number if value.kind is Kind.NUMBER else (300.0 if value.text == "lighter" else 700.0)
        elif value.kind is Kind.IDENT and value.text in _STRETCHES:
            stretch = _STRETCHES[value.text]
        else:
            return None
    rest = list(stripped(words))
    if rest and rest[0].is_mark("/"):
        rest = list(stripped(rest[1:]))[1:]
    names = families(stripped(rest)) if rest else None
    if names is None:
        return None
    return ("font-family", names), ("font-weight", weight), ("font-style", style), ("font-stretch", stretch)
