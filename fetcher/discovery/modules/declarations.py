"""Import and export declarations as written (ECMA-262 16.2.2, 16.2.3; import attributes), and dynamic imports: what
stands at words that are known to be code. What begins like a declaration and is none makes its module ``Unreadable``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fetcher.discovery.modules import tokens as t

Mark = tuple[int, bytes, int]
"""A word in code: its offset, itself, and how many brackets are open there."""
_ESCAPE = re.compile(r"\\(?:\r\n|u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0", "\n": "", "\r": "",
           "\u2028": "", "\u2029": ""}  # fmt: skip


class Unreadable(Exception):
    """Why a browser's parser refuses the module: then it asks for none of its imports."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.offset = offset


class ImportKind(StrEnum):
    IMPORT = "import"
    EXPORT = "export"
    DYNAMIC = "import()"
    RESOLVE = "import.meta.resolve()"


@dataclass(frozen=True, slots=True)
class Import:
    """``specifier`` as the string's value, None where a dynamic one is no string literal; ``offset`` (bytes) of its
    opening quote, or of the word import; ``attributes`` as written, escapes resolved."""

    kind: ImportKind
    specifier: str | None
    offset: int
    attributes: tuple[tuple[str, str], ...] = ()


def declared(text: bytearray, marks: Sequence[Mark], limit: int) -> tuple[list[Import], bool]:
    """What the words at ``marks`` declare, ``limit`` at most, and whether that left any out. Raises Unreadable."""
    found: list[Import] = []
    covered = 0
    for place, mark, depth in marks:
        if place < covered:
            continue  # "import" as a name within a clause
        one = _export(text, place, depth) if mark == b"export" else _import(text, place, depth)
        if one is None:
            continue
        each, covered = one
        if len(found) >= limit:
            return found, True
        found.append(each)
    return found, False


def _export(text: bytearray, place: int, depth: int) -> tuple[Import, int] | None:
    if depth:
        return None
    match = t.EXPORT_CLAUSE.match(text, place)
    if match is None:
        if t.EXPORT_STAR.match(text, place):
            raise Unreadable("an export declaration that is none", place)
        return None
    return _declared(text, ImportKind.EXPORT, match, 1), match.end()


def _import(text: bytearray, place: int, depth: int) -> tuple[Import, int] | None:
    if resolving := t.RESOLVE.match(text, place):
        return _dynamic(ImportKind.RESOLVE, resolving), resolving.end()
    if dynamic := t.DYNAMIC.match(text, place):
        return None if t.METHOD.match(text, place) else (_dynamic(ImportKind.DYNAMIC, dynamic), dynamic.end())
    if t.META.match(text, place):
        return None
    if t.PHASE.match(text, place):
        raise Unreadable("an import in a phase, which Chromium 156 does not know", place)
    match = t.IMPORT_CLAUSE.match(text, place)
    if depth:
        named = match is not None and match[1] is None
        if named or (match is not None and not t.LINE_END.search(text, place, match.start(1))):  # no class fields
            raise Unreadable("an import declaration that is not at the top level", place)
        return None
    if match is None:
        raise Unreadable("an import declaration that is none", place)
    return _declared(text, ImportKind.IMPORT, match, 1 if match[1] is not None else 3), match.end()


def _dynamic(kind: ImportKind, match: re.Match[bytes]) -> Import:
    literal = match[1] is not None
    return Import(kind, string_value(match[1]) if literal else None, match.start(1) if literal else match.start())


def _declared(text: bytearray, kind: ImportKind, match: re.Match[bytes], group: int) -> Import:
    after = t.GAPS.match(text, match.end()).end()  # type: ignore[union-attr]  # it may be empty
    if after < len(text) and text[after] not in b";}" and not t.LINE_END.search(text, match.end(), after):
        raise Unreadable("an import declaration that does not end", match.start())
    attributes = match[group + 1]
    pairs = () if attributes is None else _attributes(attributes, match.start(group + 1))
    return Import(kind, string_value(match[group]), match.start(group), pairs)


def _attributes(written: bytes, offset: int) -> tuple[tuple[str, str], ...]:
    pairs: dict[str, str] = {}
    index = t.GAPS.match(written, 1).end()  # type: ignore[union-attr]  # it may be empty
    while written[index] != 0x7D:
        pair = t.PAIR.match(written, index)
        if pair is None:
            raise Unreadable("import attributes that are none", offset + index)
        key = pair[1].decode("utf-8", "replace") if pair[1] is not None else string_value(pair[2])
        if key in pairs:
            raise Unreadable(f"the import attribute {key[:64]!r} twice", offset + index)
        pairs[key] = string_value(pair[3])
        index = pair.end()
    return tuple(pairs.items())


def string_value(literal: bytes) -> str:
    """The value of a string literal, quotes included (ECMA-262 12.9.4); what is no escape stands for itself."""
    text = bytes(literal[1:-1]).decode("utf-8", "replace")
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    braced, four, two, one = match.groups()
    digits = braced or four or two
    if digits is not None:
        number = int(digits[-7:], 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    return _SIMPLE.get(one, one) if one is not None else ""
