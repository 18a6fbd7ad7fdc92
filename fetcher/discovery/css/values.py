"""Small pieces of CSS read whole: escapes, strings, and the family names in font declarations.

CSS Syntax 3, 4.3.7 (escapes); CSS Fonts 4, 2.1 (font-family) and 2.7 (the font shorthand).
"""

from __future__ import annotations

import re
from functools import lru_cache

from fetcher.discovery.escapes import unescape

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?)"""
    r"|(?P<function>[-\w]*\()"
    r"|(?P<word>(?:[-\w.%\0]|[^\x00-\x7f]|\\(?:[0-9a-fA-F]{1,6}\s?|[^\n\r\f0-9a-fA-F]))+)"
    r"|(?P<space>\s+)"
    r"|(?P<mark>[\s\S])"
)
_SIZE = re.compile(r"[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:e[-+]?\d++)?(?P<unit>%|[a-z]++)?")
_ANGLES = frozenset(["deg", "grad", "rad", "turn"])
_SIZES = frozenset("xx-small x-small small medium large x-large xx-large xxx-large smaller larger math".split())  # noqa: SIM905
_GENERIC = frozenset(
    "serif sans-serif monospace cursive fantasy system-ui ui-serif ui-sans-serif ui-monospace ui-rounded math emoji "  # noqa: SIM905
    "fangsong inherit initial unset revert revert-layer default".split()
)


def unquote(text: str) -> str:
    """A string token's value, or the names of an unquoted family joined by single spaces."""
    text = text.strip()
    if text[:1] in ('"', "'"):
        return unescape(text[1:-1] if len(text) > 1 and text[-1] == text[0] else text[1:])
    return " ".join(unescape(word) for word in text.split())


def _tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) of each token at the top level; a function stands for everything in its parentheses."""
    found: list[tuple[str, str]] = []
    depth = 0
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "function":
            if not depth:
                found.append((kind, match[0]))
            depth += 1
        elif depth:
            depth -= match[0] == ")"
        else:
            found.append((kind, match[0]))
    return found


def _after_size(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What follows ``size [/ line-height]`` in a font shorthand; nothing when no size stands there."""
    for index, (kind, text) in enumerate(tokens):
        size = _SIZE.fullmatch(text.lower()) if kind == "word" else None
        if size:
            unit = size["unit"]
            is_size = unit not in _ANGLES if unit else float(text) == 0
        else:
            is_size = kind == "function" or (kind == "word" and text.lower() in _SIZES)
        if not is_size:
            continue
        rest = tokens[index + 1 :]
        while rest and rest[0][0] == "space":
            rest.pop(0)
        if rest and rest[0][1] == "/":
            rest.pop(0)
            while rest and rest[0][0] == "space":
                rest.pop(0)
            rest = rest[1:]
        return rest
    return []


def families(value: str, *, shorthand: bool) -> list[str]:
    """The family names, lower case and without quotes, generic keywords left out, that a ``font-family`` (or with
    ``shorthand`` a ``font``) declaration's value names."""
    return list(_cached(value, shorthand) if len(value) < 256 else _families(value, shorthand))


def _families(value: str, shorthand: bool) -> tuple[str, ...]:
    tokens = _tokens(value)
    if shorthand:
        tokens = _after_size(tokens)
    items: list[list[tuple[str, str]]] = [[]]
    for kind, text in tokens:
        if kind == "mark" and text == ",":
            items.append([])
        elif kind == "mark" and text == "!":
            break
        elif kind != "space":
            items[-1].append((kind, text))
    names = []
    for item in items:
        kinds = {kind for kind, _ in item}
        if kinds == {"string"} and len(item) == 1:
            names.append(unquote(item[0][1]).lower())
        elif kinds == {"word"}:
            name = " ".join(unescape(text) for _, text in item).lower()
            if name not in _GENERIC and not name[0].isdigit():
                names.append(name)
    return tuple(name for name in names if name)


_cached = lru_cache(maxsize=256)(_families)  # a sheet says the same few lists over and over
