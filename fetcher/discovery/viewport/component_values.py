"""Short CSS texts as component values (CSS Syntax 3, 5.4.7): what media attributes, sizes and preludes are made of.

For attribute values, read whole; style sheets, which arrive in pieces, have ``css.lexer``. A text nested more than
``DEEPEST`` levels, or longer than ``LONGEST`` characters, raises ``TooMuch``: no author writes one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from fetcher.discovery.escapes import unescape

DEEPEST = 32
LONGEST = 65_536
WIDE = frozenset(["inherit", "initial", "unset", "revert", "revert-layer"])
"""The keywords that every property takes (CSS Cascade 5, 7.3)."""
MATHS = frozenset(["calc", "min", "max", "clamp", "round", "mod", "rem", "abs", "sign"])
"""Functions that give a number."""


class TooMuch(ValueError):
    """The text is nested or long beyond what is read."""


class Kind(Enum):
    """IDENT, STRING and DELIM carry text; DIMENSION a unit; FUNCTION a name and, as every BLOCK, what it holds. BAD is
    what no grammar takes: a bad string or url, an unmatched closing bracket."""

    IDENT = "ident"
    NUMBER = "number"
    PERCENTAGE = "percentage"
    DIMENSION = "dimension"
    STRING = "string"
    SPACE = "space"
    DELIM = "delim"
    FUNCTION = "function"
    PARENS = "parens"
    BLOCK = "block"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Value:
    """One component value. ``text`` is the identifier, function name or unit in lower case, the string or the mark."""

    kind: Kind
    text: str = ""
    number: float = 0.0
    inside: tuple[Value, ...] = ()
    integer: bool = False

    def is_mark(self, mark: str) -> bool:
        return self.kind is Kind.DELIM and self.text == mark

    def is_word(self, *words: str) -> bool:
        return self.kind is Kind.IDENT and self.text in words


_ESCAPED = r"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[ \t\n\r\f])?|[^\n\r\f0-9a-fA-F])"
_NAME = rf"(?:[-\w]|[^\x00-\x7f]|{_ESCAPED})"
_IDENT = rf"(?:--|-?(?:[a-zA-Z_]|[^\x00-\x7f]|{_ESCAPED})){_NAME}*+"
_TOKEN = re.compile(
    r"(?P<space>(?:[ \t\n\r\f]++|/\*[\s\S]*?(?:\*/|\Z))++)"
    r"""|(?P<string>"(?:[^"\\\n\r\f]++|\\(?:\r\n|[\s\S]|\Z))*+(?:"|\Z)|'(?:[^'\\\n\r\f]++|\\(?:\r\n|[\s\S]|\Z))*+(?:'|\Z))"""
    rf"|(?P<number>[-+]?(?:[0-9]++(?:\.[0-9]++)?|\.[0-9]++)(?:[eE][-+]?[0-9]++)?)(?P<unit>%|{_IDENT})?"
    r"""|(?P<url>[uU][rR][lL]\((?![ \t\n\r\f]*+["'])(?:[^)\\]++|\\[\s\S])*+(?:\)|\Z))"""
    rf"|(?P<function>{_IDENT})\("
    rf"|(?P<ident>{_IDENT})"
    rf"|(?P<word>[#@]{_NAME}++)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<mark>[\s\S])"
)
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_KINDS = {"(": Kind.PARENS, "[": Kind.BLOCK, "{": Kind.BLOCK}


def parse(text: str) -> tuple[Value, ...]:
    """The component values of ``text``; comments are spaces, what is open at the end is closed. Raises TooMuch."""
    if len(text) > LONGEST:
        raise TooMuch(f"{len(text)} characters are more than the {LONGEST} that are read")
    top: list[Value] = []
    level = top
    # What is open: what it is, its name, the bracket that closes it, and the list it will stand in.
    outer: list[tuple[Kind, str, str, list[Value]]] = []
    for match in _TOKEN.finditer(text.replace("\0", "\ufffd")):
        group = match.lastgroup
        if group == "space":
            level.append(_SPACE)
        elif group in ("number", "unit"):
            level.append(_numeric(match))
        elif group == "ident":
            level.append(Value(Kind.IDENT, _lower(match[0])))
        elif group in ("function", "open"):
            if len(outer) == DEEPEST:
                raise TooMuch(f"it is nested more than {DEEPEST} deep")
            bracket = match[0][-1]
            kind = Kind.FUNCTION if group == "function" else _KINDS[bracket]
            outer.append((kind, _lower(match[0][:-1]) if group == "function" else bracket, _CLOSES[bracket], level))
            level = []
        elif group == "close":
            if outer and outer[-1][2] == match[0]:
                kind, name, _, above = outer.pop()
                above.append(Value(kind, name, inside=tuple(level)))
                level = above
            else:
                level.append(Value(Kind.BAD, match[0]))
        elif group == "string":
            inner = match[0][1:-1] if len(match[0]) > 1 and match[0][-1] == match[0][0] else match[0][1:]
            level.append(Value(Kind.STRING, unescape(inner)))
        elif group == "mark" and match[0] not in "\"'":
            level.append(Value(Kind.DELIM, match[0]))
        else:
            level.append(Value(Kind.BAD, match[0]))
    while outer:
        kind, name, _, above = outer.pop()
        above.append(Value(kind, name, inside=tuple(level)))
        level = above
    return tuple(top)


_SPACE = Value(Kind.SPACE)


def _lower(name: str) -> str:
    name = unescape(name)
    return name.lower() if name.isascii() else "".join(c.lower() if c.isascii() else c for c in name)


def _numeric(match: re.Match[str]) -> Value:
    digits, unit = match["number"], match["unit"]
    number = float(digits)
    integer = not unit and digits.lstrip("+-").isdigit()
    if not unit:
        return Value(Kind.NUMBER, "", number, integer=integer)
    return Value(Kind.PERCENTAGE, "", number) if unit == "%" else Value(Kind.DIMENSION, _lower(unit), number)


def stripped(values: Sequence[Value]) -> tuple[Value, ...]:
    """Without the spaces at both ends."""
    start, end = 0, len(values)
    while start < end and values[start].kind is Kind.SPACE:
        start += 1
    while end > start and values[end - 1].kind is Kind.SPACE:
        end -= 1
    return tuple(values[start:end])


def spaceless(values: Sequence[Value]) -> list[Value]:
    """``values`` without the space between them."""
    return [each for each in values if each.kind is not Kind.SPACE]


def split(values: Sequence[Value], mark: str = ",") -> list[tuple[Value, ...]]:
    """At every ``mark`` of the top level, each part stripped."""
    parts: list[list[Value]] = [[]]
    for value in values:
        if value.is_mark(mark):
            parts.append([])
        else:
            parts[-1].append(value)
    return [stripped(part) for part in parts]
