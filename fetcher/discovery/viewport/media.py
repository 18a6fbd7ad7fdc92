"""Media queries (Media Queries 4 and 5): parsed and answered for a screen, as Chromium 156 answers.

What a ``Screen`` does not say is a plain desktop's (or with ``mobile`` a phone's): light, no preference about motion
or contrast, scripting on, sRGB, 8 bits a colour. What is not understood is false, also when negated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from fetcher.discovery.viewport import conditions
from fetcher.discovery.viewport.component_values import Kind, TooMuch, Value, parse, spaceless, split, stripped
from fetcher.discovery.viewport.conditions import Malformed, Truth
from fetcher.discovery.viewport.lengths import Screen, length, quantity, resolution

_Type = Literal["length", "ratio", "resolution", "number", "integer"]

_RANGES: dict[str, _Type] = {
    "width": "length",
    "height": "length",
    "device-width": "length",
    "device-height": "length",
    "aspect-ratio": "ratio",
    "device-aspect-ratio": "ratio",
    "resolution": "resolution",
    "-webkit-device-pixel-ratio": "number",
    "color": "integer",
    "color-index": "integer",
    "monochrome": "integer",
    "horizontal-viewport-segments": "integer",
    "vertical-viewport-segments": "integer",
}
# Each with the values it takes; those that hold stand first. A value in _NONE makes the bare feature false.
_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "any-hover": (("hover",), ("none",)),
    "any-pointer": (("fine",), ("none", "coarse")),
    "color-gamut": (("srgb",), ("p3", "rec2020")),
    "device-posture": (("continuous",), ("folded",)),
    "display-mode": (
        ("browser",),
        ("fullscreen", "standalone", "minimal-ui", "picture-in-picture", "window-controls-overlay", "borderless"),
    ),
    "dynamic-range": (("standard",), ("high",)),
    "forced-colors": (("none",), ("active",)),
    "hover": (("hover",), ("none",)),
    "overflow-block": (("scroll",), ("none", "paged")),
    "overflow-inline": (("scroll",), ("none",)),
    "pointer": (("fine",), ("none", "coarse")),
    "prefers-color-scheme": (("light",), ("dark",)),
    "prefers-contrast": (("no-preference",), ("more", "less", "custom")),
    "prefers-reduced-motion": (("no-preference",), ("reduce",)),
    "prefers-reduced-transparency": (("no-preference",), ("reduce",)),
    "scripting": (("enabled",), ("none", "initial-only")),
    "update": (("fast",), ("none", "slow")),
}
SPACE = "\t\n\f\r "
_NONE = frozenset({"none", "no-preference"})
_PHONE = {"hover": "none", "any-hover": "none", "pointer": "coarse", "any-pointer": "coarse"}
_NEVER_TYPES = frozenset({"and", "layer", "not", "only", "or"})
_REMEMBERED = 1_024  # the longest text that is kept for the next document
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def matches(media: str, screen: Screen) -> bool:
    """Whether a media query list (a ``media`` attribute) holds on ``screen``; an empty one does."""
    text = media.strip(SPACE)
    if not text or text.lower() in ("all", "screen"):  # nearly every one there is
        return True
    return _matches(text, screen) if len(text) <= _REMEMBERED else _matches.__wrapped__(text, screen)


@lru_cache(maxsize=256)
def _matches(text: str, screen: Screen) -> bool:
    try:
        return list_matches(parse(text), screen)
    except TooMuch:
        return False


def list_matches(values: Sequence[Value], screen: Screen) -> bool:
    """``matches`` of component values, such as an @import's after its url."""
    if not stripped(values):
        return True
    return any(_query(part, screen) for part in split(values))


def condition(values: Sequence[Value], screen: Screen) -> bool:
    """A <media-condition>, which names no media type (sizes); raises Malformed."""
    return conditions.evaluate(values, lambda leaf: _feature(leaf, screen)) is True


def _query(values: Sequence[Value], screen: Screen) -> bool:
    """One query; one that does not parse is "not all"."""
    words = spaceless(values)
    negated = False
    try:
        if words and words[0].is_word("not", "only") and len(words) > 1 and words[1].kind is Kind.IDENT:
            negated = words[0].text == "not"
            words = words[1:]
        elif not words or words[0].kind is not Kind.IDENT or words[0].text == "not":
            return condition(values, screen)
        kind = words[0].text
        if kind in _NEVER_TYPES:
            return False
        holds = kind in ("all", "screen")
        if len(words) > 1:
            if not words[1].is_word("and"):
                return False
            rest = conditions.evaluate(words[2:], lambda leaf: _feature(leaf, screen), or_=False)
            if rest is None and holds:
                return False  # unknown, and it stays so when negated
            holds = holds and rest is True
        return holds is not negated
    except Malformed:
        return False


def _feature(leaf: Value, screen: Screen) -> Truth:
    """What stands in parentheses: bare, with a value, or a range (Media Queries 4, 2.4); None when not understood."""
    if leaf.kind is Kind.FUNCTION:
        return None
    inside = stripped(leaf.inside)
    if not inside:
        return None
    if len(inside) == 1:
        return _bare(inside[0], screen) if inside[0].kind is Kind.IDENT else None
    after = stripped(inside[1:])
    if inside[0].kind is Kind.IDENT and after and after[0].is_mark(":"):
        return _plain(inside[0].text, stripped(after[1:]), screen)
    return _range(inside, screen)


def _bare(name: Value, screen: Screen) -> Truth:
    kind = _RANGES.get(name.text)
    if kind is not None:
        actual = _actual(name.text, screen)
        return actual != 0
    if name.text == "grid":
        return False
    if name.text in ("orientation", "-webkit-transform-3d"):
        return True
    words = _WORDS.get(name.text)
    if words is None:
        return None
    return _PHONE.get(name.text, words[0][0]) not in _NONE if screen.mobile else words[0][0] not in _NONE


def _plain(name: str, value: Sequence[Value], screen: Screen) -> Truth:
    kind = _RANGES.get(name)
    if kind is not None:
        return _compare(name, "=", value, screen)
    if name == "orientation":
        if len(value) == 1 and value[0].is_word("portrait", "landscape"):
            return (value[0].text == "portrait") == (screen.height >= screen.width)
        return None
    if name in ("grid", "-webkit-transform-3d"):
        if len(value) == 1 and value[0].integer and value[0].number in (0, 1):
            return value[0].number == (name != "grid")
        return None
    words = _WORDS.get(name)
    if words is not None:
        if len(value) != 1 or not value[0].is_word(*words[0], *words[1]):
            return None
        actual = _PHONE.get(name, words[0][0]) if screen.mobile else words[0][0]
        return value[0].text == actual
    for prefix, operator in (("min-", ">="), ("max-", "<=")):
        if name.startswith(prefix) and name[4:] in _RANGES and not name[4:].startswith("-"):
            return _compare(name[4:], operator, value, screen)
        if name == f"-webkit-{prefix}device-pixel-ratio":
            return _compare("-webkit-device-pixel-ratio", operator, value, screen)
    return None


def _range(values: Sequence[Value], screen: Screen) -> Truth:
    """``width >= 400px``, ``400px <= width`` or ``400px <= width < 800px``."""
    parts: list[list[Value]] = [[]]
    operators: list[str] = []
    index = 0
    while index < len(values):
        value = values[index]
        if value.kind is Kind.DELIM and value.text in "<>=":
            operator = value.text
            if operator != "=" and index + 1 < len(values) and values[index + 1].is_mark("="):
                operator += "="
                index += 1
            operators.append(operator)
            parts.append([])
        else:
            parts[-1].append(value)
        index += 1
    sides = [stripped(part) for part in parts]
    names = [side[0].text if len(side) == 1 and side[0].kind is Kind.IDENT else "" for side in sides]
    if len(sides) == 2:
        if names[0] in _RANGES:
            return _compare(names[0], operators[0], sides[1], screen)
        if names[1] in _RANGES:
            return _compare(names[1], _MIRRORED[operators[0]], sides[0], screen)
        return None
    if len(sides) != 3 or names[1] not in _RANGES:
        return None
    if operators[0][0] == "=" or operators[0][0] != operators[1][0]:
        return None
    low = _compare(names[1], _MIRRORED[operators[0]], sides[0], screen)
    high = _compare(names[1], operators[1], sides[2], screen)
    if low is None or high is None:
        return None
    return low and high


def _compare(name: str, operator: str, value: Sequence[Value], screen: Screen) -> Truth:
    wanted = _wanted(_RANGES[name], value, screen)
    if wanted is None:
        return None
    actual = _actual(name, screen)
    # Two ways to say one thing (1.5dppx, 144dpi) meet within what Chromium's own numbers hold.
    same = math.isclose(actual, wanted, rel_tol=1e-5, abs_tol=1e-9)
    match operator:
        case "=":
            return same
        case "<=":
            return same or actual < wanted
        case ">=":
            return same or actual > wanted
        case "<":
            return not same and actual < wanted
        case _:
            return not same and actual > wanted


def _actual(name: str, screen: Screen) -> float:
    match name:
        case "width" | "device-width":
            return screen.width
        case "height" | "device-height":
            return screen.height
        case "aspect-ratio" | "device-aspect-ratio":
            return screen.width / screen.height if screen.height else math.inf
        case "resolution" | "-webkit-device-pixel-ratio":
            return screen.dpr
        case "color":
            return 8
        case "horizontal-viewport-segments" | "vertical-viewport-segments":
            return 1
        case _:
            return 0


def _wanted(kind: _Type, value: Sequence[Value], screen: Screen) -> float | None:
    """The value as a number of the feature's own unit; None when it is of another kind."""
    if kind == "ratio":
        return _ratio(value, screen)
    if len(value) != 1:
        return None
    only = value[0]
    match kind:
        case "length":
            return length(only, screen)
        case "resolution":
            dots = resolution(only, screen)
            return dots if dots is not None and dots >= 0 else None
        case "number":
            return _number(only, screen)
        case "integer":
            number = _number(only, screen)
            if number is None or (only.kind is Kind.NUMBER and not only.integer):
                return None
            return math.floor(number + 0.5) if math.isfinite(number) else number


def _number(value: Value, screen: Screen) -> float | None:
    found = quantity(value, screen)
    return found.size if found is not None and found.kind == "number" else None


def _ratio(value: Sequence[Value], screen: Screen) -> float | None:
    sides = split(value, "/")
    if len(sides) > 2 or any(len(side) != 1 for side in sides):
        return None
    numbers = [_number(side[0], screen) for side in sides]
    first = numbers[0]
    second = numbers[1] if len(numbers) == 2 else 1.0
    if first is None or second is None or first < 0 or second < 0:
        return None
    if not second:
        return math.inf if first else math.nan
    return first / second
