"""What stands after the url of an @import: layer, supports() and media (CSS Cascade 5, 2), as Chromium 156 acts on it.

Observed: a sheet whose media do not hold is fetched all the same, at full priority, and what it names is not. Likewise
one whose supports() is a condition that is false. Only supports() with a single declaration the browser does not know,
or with nothing it can read, keeps it from being fetched. A layer makes no difference.

Of declarations the property's name is judged and not its value; selector() is taken for true.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from fetcher.discovery.viewport import conditions
from fetcher.discovery.viewport.component_values import Kind, TooMuch, Value, parse, stripped
from fetcher.discovery.viewport.conditions import Malformed, Truth
from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.media import list_matches

_FONT_FORMATS = frozenset(["collection", "opentype", "truetype", "woff", "woff2"])


class Import(Enum):
    """What becomes of the sheet: DROPPED is never asked for, UNUSED is fetched and applies to nothing."""

    DROPPED = "dropped"
    UNUSED = "unused"
    USED = "used"


def judge(prelude: str, screen: Screen) -> Import:
    """``prelude`` is everything between the url and the end of the rule."""
    if not prelude:
        return Import.USED
    try:
        values = stripped(parse(prelude))
    except TooMuch:
        return Import.UNUSED
    if values and (values[0].is_word("layer") or _is_layer(values[0])):
        values = stripped(values[1:])
    holds: Truth = True
    if values and values[0].kind is Kind.FUNCTION and values[0].text == "supports":
        try:
            holds, is_condition = _supports(values[0])
        except Malformed:
            return Import.DROPPED
        if not holds and not is_condition:
            return Import.DROPPED
        values = stripped(values[1:])
    return Import.USED if holds and list_matches(values, screen) else Import.UNUSED


def supports(prelude: str) -> bool:
    """Whether the condition of an @supports rule holds."""
    try:
        return bool(conditions.evaluate(stripped(parse(prelude)), _leaf))
    except (Malformed, TooMuch):
        return False


def _is_layer(value: Value) -> bool:
    """``layer(a.b)``; anything else in it would make it no layer, and no media query either."""
    inside = stripped(value.inside)
    names, dots = inside[::2], inside[1::2]
    named = all(each.kind is Kind.IDENT for each in names) and all(each.is_mark(".") for each in dots)
    return value.kind is Kind.FUNCTION and value.text == "layer" and named and len(names) == len(dots) + 1


def _supports(value: Value) -> tuple[Truth, bool]:
    """The truth, and whether it is a condition rather than a bare declaration; raises Malformed."""
    inside = stripped(value.inside)
    if not inside:
        raise Malformed("empty")
    if inside[0].kind in (Kind.PARENS, Kind.FUNCTION) or inside[0].is_word("not"):
        return conditions.evaluate(inside, _leaf), True
    return _declaration(inside), False


def _leaf(value: Value) -> Truth:
    if value.kind is Kind.PARENS:
        return _declaration(stripped(value.inside))
    inside = stripped(value.inside)
    match value.text:
        case "selector" | "font-tech":
            return bool(inside)
        case "font-format":
            return len(inside) == 1 and inside[0].is_word(*_FONT_FORMATS)
        case _:
            return None


def _declaration(values: Sequence[Value]) -> Truth:
    """Whether ``property: value`` is known; None when it is no declaration."""
    from fetcher.discovery.css.declarations.properties import (
        PROPERTIES,  # few loads meet a supports(): the list is not for all
    )

    if not values or values[0].kind is not Kind.IDENT:
        return None
    name, rest = values[0].text, stripped(values[1:])
    if not rest or not rest[0].is_mark(":"):
        return None
    if name.startswith("--"):
        return True
    given = stripped(rest[1:])
    broken = any(each.kind is Kind.BAD or each.is_mark(";") for each in given)
    return name in PROPERTIES and bool(given) and not broken
