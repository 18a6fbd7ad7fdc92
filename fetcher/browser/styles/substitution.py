"""What var() and if() in a declaration stand for (CSS Variables 1, 3; CSS Values 5, 8), before it can be parsed.

Bounded: each step is taken from a ``Budget``, and text beyond ``_LONGEST`` characters stands for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fetcher.discovery.css.declarations.longhands import SUBSTITUTED
from fetcher.discovery.css.selectors.matching import Budget
from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.media import matches as media_hold

_DEPTH = 16  # of var() in var()
_LONGEST = 65_536
_VAR = re.compile(r"(?<![-\w])var\(\s*(--(?:[-\w]|[^\x00-\x7f]|\\.)+)\s*", re.I)


def substituted(value: str, custom: Mapping[str, str], screen: Screen, budget: Budget, depth: int = 0) -> str | None:
    """``value`` with what its var() and if() stand for; None where that cannot be told, or is nothing. Raises
    Spent: properties that each name the next one twice and are empty in the end would take for ever."""
    if depth > _DEPTH or len(value) > _LONGEST:
        return None
    while match := _VAR.search(value):
        budget.take(8 + len(value) // 64)
        end = _closing(value, match.end())
        rest = value[match.end() : end]
        given = custom.get(match[1])
        inner = substituted(given, custom, screen, budget, depth + 1) if given is not None else None
        if inner is None and rest.startswith(","):
            inner = substituted(rest[1:], custom, screen, budget, depth + 1)
        if inner is None:
            return None
        value = f"{value[: match.start()]}{inner}{value[end + 1 :]}"
        if len(value) > _LONGEST:
            return None
    match = re.search(r"(?<![-\w])if\(", value, re.I)
    if match is not None:
        end = _closing(value, match.end())
        inner = _branch(value[match.end() : end], screen)
        if inner is None:
            return None
        return substituted(f"{value[: match.start()]}{inner}{value[end + 1 :]}", custom, screen, budget, depth + 1)
    return None if SUBSTITUTED.search(value) else value


def _branch(text: str, screen: Screen) -> str | None:
    for part in text.split(";"):
        condition, _, value = part.partition(":")
        condition = condition.strip().lower()
        if condition == "else" or (
            condition.startswith("media(") and media_hold(condition[6:].rstrip().removesuffix(")"), screen)
        ):
            return value.strip()
    return None


def _closing(text: str, index: int) -> int:
    depth = 1
    for match in re.compile(r"\"[^\"]*\"|'[^']*'|[()]").finditer(text, index):
        depth += (match[0] == "(") - (match[0] == ")")
        if depth == 0:
            return match.start()
    return len(text)
