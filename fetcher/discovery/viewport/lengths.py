"""CSS lengths and resolutions outside any element, with calc(), min(), max() and clamp() (CSS Values 4, 6 and 10).

In media queries and sizes nothing is known of an element's font or box: em and rem are the initial 16 px, and all
viewport units (small, large, dynamic, of a container) are the viewport, as in Chromium. What depends on the metrics of
the default font (ex, ch, cap, lh and theirs of the root) is a usual serif's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fetcher.discovery.viewport.component_values import Kind, Value, split, stripped

FONT_SIZE = 16.0


@dataclass(frozen=True, slots=True)
class Screen:
    """What lengths and media queries are asked of: a viewport in CSS pixels, device pixels each, and whether it is a
    phone's (touched, not pointed at)."""

    width: float = 1350.0
    height: float = 940.0
    dpr: float = 1.0
    mobile: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """``size`` in px, dppx or, for a plain number, one."""

    size: float
    kind: Literal["number", "length", "resolution"] = "number"


_PIXELS = {
    "px": 1.0,
    "cm": 96 / 2.54,
    "mm": 9.6 / 2.54,
    "q": 2.4 / 2.54,
    "in": 96.0,
    "pt": 96 / 72,
    "pc": 16.0,
    "em": FONT_SIZE,
    "rem": FONT_SIZE,
    "ex": FONT_SIZE / 2,
    "rex": FONT_SIZE / 2,
    "ch": FONT_SIZE / 2,
    "rch": FONT_SIZE / 2,
    "ic": FONT_SIZE,
    "ric": FONT_SIZE,
    "cap": FONT_SIZE * 0.66,
    "rcap": FONT_SIZE * 0.66,
    "lh": FONT_SIZE * 1.15,
    "rlh": FONT_SIZE * 1.15,
}
_DPPX = {"dppx": 1.0, "x": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96}
_VIEWPORT = {"vw": "w", "vi": "w", "vh": "h", "vb": "h", "vmin": "min", "vmax": "max"}


def length(value: Value, screen: Screen) -> float | None:
    """``value`` in CSS pixels; None when it is no length."""
    found = quantity(value, screen)
    if found is None:
        return None
    if found.kind == "length":
        return found.size
    # Zero needs no unit where it is written as such.
    return 0.0 if value.kind is Kind.NUMBER and value.number == 0 else None


def resolution(value: Value, screen: Screen) -> float | None:
    """``value`` in dots per CSS pixel; None when it is no resolution."""
    found = quantity(value, screen)
    return found.size if found is not None and found.kind == "resolution" else None


def quantity(value: Value, screen: Screen) -> Quantity | None:
    """A number, length or resolution, computed if it is a math function; None for anything else."""
    match value.kind:
        case Kind.NUMBER:
            return Quantity(value.number)
        case Kind.DIMENSION:
            return _dimension(value, screen)
        case Kind.FUNCTION:
            return _function(value, screen)
        case _:
            return None


def _dimension(value: Value, screen: Screen) -> Quantity | None:
    unit = value.text
    if unit in _PIXELS:
        return Quantity(value.number * _PIXELS[unit], "length")
    if unit in _DPPX:
        return Quantity(value.number * _DPPX[unit], "resolution")
    if unit.startswith("cq"):
        unit = f"v{unit[2:]}"
    side = _VIEWPORT.get(unit) or (_VIEWPORT.get(unit[1:]) if unit[:1] in "sld" else None)
    match side:
        case "w":
            whole = screen.width
        case "h":
            whole = screen.height
        case "min":
            whole = min(screen.width, screen.height)
        case "max":
            whole = max(screen.width, screen.height)
        case _:
            return None
    return Quantity(value.number * whole / 100, "length")


def _function(value: Value, screen: Screen) -> Quantity | None:
    parts = [_sum(part, screen) for part in split(value.inside)]
    arguments = [part for part in parts if part is not None]
    if len(arguments) < len(parts) or len({each.kind for each in arguments}) != 1:
        return None
    sizes = [each.size for each in arguments]
    match value.text:
        case "calc" if len(sizes) == 1:
            size = sizes[0]
        case "min":
            size = min(sizes)
        case "max":
            size = max(sizes)
        case "clamp" if len(sizes) == 3:
            size = max(sizes[0], min(sizes[1], sizes[2]))
        case _:
            return None
    return Quantity(size, arguments[0].kind)


def _sum(values: Sequence[Value], screen: Screen) -> Quantity | None:
    """<calc-sum>: spaces are needed around + and -."""
    values = stripped(values)
    total: Quantity | None = None
    sign = 1.0
    start = 0
    for index in range(len(values) + 1):
        ends = index == len(values)
        if not ends:
            if not (values[index].is_mark("+") or values[index].is_mark("-")):
                continue
            if not 0 < index < len(values) - 1:
                return None
            if values[index - 1].kind is not Kind.SPACE or values[index + 1].kind is not Kind.SPACE:
                return None
        product = _product(values[start:index], screen)
        if product is None or (total is not None and total.kind != product.kind):
            return None
        total = product if total is None else Quantity(total.size + sign * product.size, total.kind)
        if not ends:
            sign = 1.0 if values[index].is_mark("+") else -1.0
            start = index + 1
    return total


def _product(values: Sequence[Value], screen: Screen) -> Quantity | None:
    """<calc-product>, where one factor at most and no divisor has a unit."""
    total: Quantity | None = None
    operator = ""
    for value in values:
        if value.kind is Kind.SPACE:
            continue
        if value.is_mark("*") or value.is_mark("/"):
            if total is None or operator:
                return None
            operator = value.text
            continue
        operand = _sum(value.inside, screen) if value.kind is Kind.PARENS else quantity(value, screen)
        if operand is None:
            return None
        if total is None:
            total = operand
        elif operator == "/" and operand.kind == "number" and operand.size:
            total = Quantity(total.size / operand.size, total.kind)
        elif operator == "*" and "number" in (operand.kind, total.kind):
            kind = operand.kind if total.kind == "number" else total.kind
            total = Quantity(total.size * operand.size, kind)
        else:
            return None
        operator = ""
    return None if operator else total
