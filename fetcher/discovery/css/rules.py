"""A whole style sheet as its rules (CSS Syntax 3, 5; Nesting 1): what the cascade needs.

Only declarations that can change which pictures and fonts are asked for are kept. Time is linear in the text; past
``MOST`` rules ``TooMany`` is raised.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fetcher.discovery.css.declarations.longhands import LONGHANDS
from fetcher.discovery.escapes import unescape

MOST = 20_000
_DEEPEST = 64

_TOKEN = re.compile(
    r"/\*[\s\S]*?(?:\*/|\Z)"
    r"""|"(?:[^"\\\n\r\f]++|\\[\s\S])*+(?:"|(?=[\n\r\f])|\Z)|'(?:[^'\\\n\r\f]++|\\[\s\S])*+(?:'|(?=[\n\r\f])|\Z)"""
    r"""|[uU][rR][lL]\([ \t\n\r\f]*+(?!["'])(?:[^)\\]++|\\[\s\S])*+(?:\)|\Z)"""
    r"|\\[\s\S]|[(){}\[\];]"
)
_COMMENT = re.compile(
    r"""("(?:[^"\\\n]++|\\[\s\S])*+"?|'(?:[^'\\\n]++|\\[\s\S])*+'?|[uU][rR][lL]\([^"')]*+\)?)|/\*[\s\S]*?(?:\*/|\Z)"""
)
_CUSTOM = re.compile(r"(?:\s++|/\*(?:[^*]++|\*(?!/))*+\*/)*+--(?:[-\w]|[^\x00-\x7f]|\\.)*+\s*+:")
_DECLARATION = re.compile(r"((?:[-\w]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\[^\n])++)\s*+:([\s\S]*+)")
_IMPORTANT = re.compile(r"!\s*important\s*\Z", re.I)
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_CONDITIONS = frozenset({"media", "supports", "container", "starting-style", "scope"})
_FONT_UNIT = re.compile(r"[\d.](?:ch|ex|ic|cap)\b", re.I)
USES_FONT = "\0font-unit"
"""Stands in place of a property whose value is in units of the font, so that it is needed even without text."""


class TooMany(ValueError):
    """The sheet has more rules than are looked at."""


@dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    value: str
    important: bool = False


@dataclass(slots=True)
class Rule:
    """``selectors``: outermost first, each one list. ``conditions``: (at-rule, prelude) around it, outermost first.
    ``layer``: its cascade layer, "" for none."""

    selectors: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...]
    layer: str
    declarations: list[Declaration] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """``layers`` in the order in which they were first named. ``keyframes``: the declarations of each animation.
    ``initial``: of registered custom properties. ``imports``: (url, layer) of each @import, when it has a layer."""

    rules: list[Rule] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    keyframes: dict[str, list[Declaration]] = field(default_factory=dict)
    initial: dict[str, str] = field(default_factory=dict)
    namespace: bool = False


@dataclass(slots=True)
class _Block:
    """An open block. ``kind``: "rules", "keyframes" (which hold frames), "frame", "property" or "skip"."""

    kind: str
    selectors: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...]
    layer: str
    name: str = ""
    rule: Rule | None = None


def plain(text: str) -> str:
    """Without comments."""
    return _COMMENT.sub(lambda match: match[1] or "", text).strip() if "/*" in text else text.strip()


def declaration(text: str) -> Declaration | None:
    """One item of a block, where it is a declaration that is kept."""
    match = _DECLARATION.fullmatch(plain(text))
    if match is None:
        return None
    name = unescape(match[1]) if match[1].startswith("--") else unescape(match[1]).lower()
    value = match[2].strip()
    important = False
    if "!" in value and (mark := _IMPORTANT.search(value)) is not None:
        value, important = value[: mark.start()].strip(), True
    if name in LONGHANDS or name.startswith("--"):
        return Declaration(name, value, important)
    return Declaration(USES_FONT, "", important) if _FONT_UNIT.search(value) else None


def declarations(text: str) -> list[Declaration]:
    """What a style attribute says."""
    sheet = _read(text, declarations=True)
    return [each for rule in sheet.rules if rule.selectors == () for each in rule.declarations]


def read(text: str) -> Sheet:
    """The rules of a sheet. Raises TooMany."""
    return _read(text, declarations=False)


def _read(text: str, *, declarations: bool) -> Sheet:
    sheet = Sheet()
    blocks = [_Block("rules", (), (), "")]
    brackets: list[str] = []
    start = 0
    for match in _TOKEN.finditer(text):
        mark = match[0]
        if len(mark) > 1:
            continue
        if brackets:
            if mark in _CLOSES:
                brackets.append(_CLOSES[mark])
            elif mark == brackets[-1]:
                brackets.pop()
            continue
        here = blocks[-1]
        nested = len(blocks) > 1 or declarations
        if mark in "([":
            brackets.append(_CLOSES[mark])
        elif mark == "{":
            if nested and _CUSTOM.match(text, start, match.start()):
                brackets.append("}")
                continue
            blocks.append(_opened(here, _prelude(text[start : match.start()], nested), sheet))
            start = match.end()
        elif mark == ";":
            item = text[start : match.start()]
            if nested or _prelude(item, nested).startswith("@"):
                _item(item, here, sheet, nested)
                start = match.end()
        elif mark == "}" and len(blocks) > 1:
            _item(text[start : match.start()], here, sheet, nested)
            blocks.pop()
            blocks[-1].rule = None  # what follows a nested rule comes after it
            start = match.end()
        if len(sheet.rules) > MOST or len(blocks) > _DEEPEST:
            raise TooMany(f"more than {MOST} rules, or {_DEEPEST} in each other")
    if declarations or len(blocks) > 1:
        _item(text[start:], blocks[-1], sheet, nested=True)
    if not declarations:  # a declaration stands in a rule, or in a scope
        scoped = ("scope" in dict(each.conditions) for each in sheet.rules)
        sheet.rules = [each for each, keeps in zip(sheet.rules, scoped, strict=True) if each.selectors or keeps]
    return sheet


def _prelude(text: str, nested: bool) -> str:
    text = plain(text)
    while not nested and text.startswith(("<!--", "-->")):
        text = text[4 if text[0] == "<" else 3 :].lstrip()
    return text


def _at(text: str) -> tuple[str, str]:
    match = re.match(r"@((?:[-\w]|[^\x00-\x7f]|\\.)+)\s*([\s\S]*)", text)
    return (unescape(match[1]).lower(), match[2].strip()) if match else ("", text)


def _opened(here: _Block, prelude: str, sheet: Sheet) -> _Block:
    if here.kind == "keyframes":
        return _Block("frame", (), (), "", here.name)
    if here.kind != "rules":
        return _Block("skip", (), (), "")
    if not prelude.startswith("@"):
        return _Block("rules", (*here.selectors, prelude), here.conditions, here.layer)
    name, rest = _at(prelude)
    if name in _CONDITIONS:
        return _Block("rules", here.selectors, (*here.conditions, (name, rest)), here.layer)
    if name == "layer" and "," in rest:
        return _Block("skip", (), (), "")  # only a statement names several
    if name == "layer":
        layer = _layer(here.layer, rest or f"({len(sheet.layers)})", sheet)
        return _Block("rules", here.selectors, here.conditions, layer)
    if name.endswith("keyframes") and name in ("keyframes", "-webkit-keyframes"):
        sheet.keyframes[rest] = []
        return _Block("keyframes", (), (), "", rest)
    if name == "property":
        return _Block("property", (), (), "", rest)
    return _Block("skip", (), (), "")


def _layer(outer: str, name: str, sheet: Sheet) -> str:
    path = f"{outer}.{name}" if outer else name
    parts = path.split(".")
    for count in range(1, len(parts) + 1):
        if (each := ".".join(parts[:count])) not in sheet.layers:
            sheet.layers.append(each)
    return path


def _item(text: str, here: _Block, sheet: Sheet, nested: bool) -> None:
    text = _prelude(text, nested)
    if text.startswith("@"):
        name, rest = _at(text)
        if name == "layer" and here.kind == "rules":
            for each in rest.split(","):
                _layer(here.layer, each.strip(), sheet)
        elif name == "namespace" and not rest.split("(")[0].strip().replace("url", "").strip("\"' "):
            sheet.namespace = True
        return
    if here.kind == "skip" or not text:
        return
    if here.kind == "property":
        match = _DECLARATION.fullmatch(text)
        if match is not None and match[1].lower() == "initial-value":
            sheet.initial[here.name] = match[2].strip()
        return
    found = declaration(text)
    if found is None:
        return
    if here.kind == "frame":
        sheet.keyframes[here.name].append(found)
        return
    if here.rule is None:
        here.rule = Rule(here.selectors, here.conditions, here.layer)
        sheet.rules.append(here.rule)
    here.rule.declarations.append(found)
