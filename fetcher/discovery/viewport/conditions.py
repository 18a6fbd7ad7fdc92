"""The grammar that media queries, sizes and supports() share: not, and, or, parentheses (Media Queries 4, 3 and 3.1).

Three-valued, as the standard has it: what is not understood is unknown (None), which stays unknown when negated and
counts as false in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fetcher.discovery.viewport.component_values import Kind, Value, spaceless, stripped


class Malformed(ValueError):
    """It does not follow the grammar."""


Truth = bool | None
Leaf = Callable[[Value], Truth]
"""What stands in parentheses, or a function, where it is not a condition in itself; raises Malformed where it can be
nothing at all."""


def evaluate(values: Sequence[Value], leaf: Leaf, *, or_: bool = True) -> Truth:
    """A condition's truth; raises Malformed. ``or_`` False: the form that may follow a media type."""
    words = spaceless(values)
    if not words:
        raise Malformed("empty")
    if words[0].is_word("not"):
        if len(words) != 2:
            raise Malformed("not takes one condition")
        return _not(_group(words[1], leaf))
    result = _group(words[0], leaf)
    joint = ""
    for index in range(1, len(words), 2):
        word = words[index]
        if not (word.is_word("and") or (or_ and word.is_word("or"))) or joint not in ("", word.text):
            raise Malformed("and and or do not mix, and nothing else joins")
        joint = word.text
        if index + 1 == len(words):
            raise Malformed(f"nothing follows {joint}")
        other = _group(words[index + 1], leaf)
        result = _and(result, other) if joint == "and" else _or(result, other)
    return result


def _group(value: Value, leaf: Leaf) -> Truth:
    if value.kind is Kind.PARENS and _is_condition(value):
        try:
            return evaluate(value.inside, leaf)
        except Malformed:
            return None  # <general-enclosed>
    if value.kind in (Kind.PARENS, Kind.FUNCTION):
        if any(each.kind is Kind.BAD for each in value.inside):
            raise Malformed("a bad token")
        return leaf(value)
    raise Malformed("no condition")


def _is_condition(value: Value) -> bool:
    """Whether the inside begins as a condition does, rather than as a feature or declaration."""
    inside = stripped(value.inside)
    if not inside:
        return False
    first = inside[0]
    if first.kind is Kind.PARENS:
        return True
    if first.is_word("not"):
        return len(inside) > 1 and not inside[1].is_mark(":")
    # A function begins a condition unless it is a value of a range, as in (calc(1px) < width).
    return first.kind is Kind.FUNCTION and not any(each.kind is Kind.DELIM for each in inside)


def _not(one: Truth) -> Truth:
    return None if one is None else not one


def _and(one: Truth, other: Truth) -> Truth:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _or(one: Truth, other: Truth) -> Truth:
    if one or other:
        return True
    return None if one is None or other is None else False
