"""The rules of a document's style sheets, filed by what their selectors end in: an element is asked about few of them.

Rules whose @media or @supports does not hold are left out; each of the others has its place in the cascade (CSS Cascade
5, 6): layer, specificity, order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fetcher.discovery.css.import_rule import supports
from fetcher.discovery.css.rules import Declaration, Rule, Sheet
from fetcher.discovery.css.selectors import matching, selector_text
from fetcher.discovery.css.selectors.matching import Context, Selector
from fetcher.discovery.tree import Element
from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.media import matches as media_hold

UNLAYERED = (10**9,)
_SELECTORS = 65_536

Key = tuple[int, tuple[int, ...], int, matching.Specificity, int]


@dataclass(slots=True)
class Applied:
    """A sheet as it applies: ``base`` names where its urls are relative to; ``layer`` what its import puts it in.
    ``owner``: the element it stands in, if any."""

    sheet: Sheet
    base: str
    layer: str = ""
    owner: Element | None = None


@dataclass(slots=True)
class Entry:
    """One selector of a rule; ``conditions``: what is left to be judged for each element."""

    selector: Selector
    rule: Rule
    key: Key
    base: str
    owner: Element | None
    conditions: tuple[tuple[str, str], ...]


class Filed:
    """``initial``: what @property gives custom properties; ``keyframes`` by name. Raises Spent where selectors are too
    many."""

    def __init__(self, sheets: Iterable[Applied], screen: Screen, context: Context) -> None:
        self.initial: dict[str, str] = {}
        self.keyframes: dict[str, tuple[list[Declaration], str]] = {}
        self._screen, self._context = screen, context
        self._by_id: dict[str, list[Entry]] = {}
        self._by_class: dict[str, list[Entry]] = {}
        self._by_tag: dict[str, list[Entry]] = {}
        self._others: list[Entry] = []
        self._order = 0
        self._parsed: dict[tuple[str, ...], list[Selector] | None] = {}
        sheets = list(sheets)
        layers = _ranks(sheets)
        for applied in sheets:
            self._add(applied, layers)

    def candidates(self, element: Element) -> Iterator[Entry]:
        """Those that may match ``element``."""
        if element.id:
            yield from self._by_id.get(element.id, ())
        for name in element.classes:
            yield from self._by_class.get(name, ())
        yield from self._by_tag.get(element.tag.lower(), ())
        yield from self._others

    def _add(self, applied: Applied, layers: Mapping[str, tuple[int, ...]]) -> None:
        sheet = applied.sheet
        self.initial.update(sheet.initial)
        for name, frames in sheet.keyframes.items():
            self.keyframes[name.strip("\"'").lower()] = frames, applied.base
        if sheet.namespace:
            return  # a default namespace that is not HTML's: nothing of HTML matches
        for rule in sheet.rules:
            rest = self._conditions(rule)
            if rest is None:
                continue
            selectors = self._selectors(rule.selectors)
            layer = layers.get(_in_layer(applied.layer, rule.layer), UNLAYERED)
            for selector in selectors or ():
                self._order += 1
                if self._order > _SELECTORS:
                    raise matching.Spent
                key = (0, layer, 0, selector.specificity, self._order)
                self._file(Entry(selector, rule, key, applied.base, applied.owner, rest))

    def _file(self, entry: Entry) -> None:
        last = entry.selector.compounds[0][0]
        if last.id:
            self._by_id.setdefault(last.id, []).append(entry)
        elif last.classes:
            self._by_class.setdefault(last.classes[0], []).append(entry)
        elif last.tag:
            self._by_tag.setdefault(last.tag, []).append(entry)
        else:
            self._others.append(entry)

    def _conditions(self, rule: Rule) -> tuple[tuple[str, str], ...] | None:
        """What is left to be judged for each element; None when the rule applies to none."""
        left: list[tuple[str, str]] = []
        for name, prelude in rule.conditions:
            if name == "media":
                if not media_hold(prelude, self._screen):
                    return None
            elif name == "supports":
                if not self._supports(prelude):
                    return None
            elif name == "starting-style":
                pass  # what a transition would begin with is fetched too
            else:
                left.append((name, prelude))
        return tuple(left)

    def _supports(self, prelude: str) -> bool:
        match = re.fullmatch(r"selector\(([\s\S]*)\)", prelude)
        if match is not None:
            return selector_text.parse(match[1], self._context) is not None
        return supports(prelude)

    def _selectors(self, lists: tuple[str, ...]) -> list[Selector] | None:
        if not lists:
            return None
        if lists not in self._parsed:
            outer = self._selectors(lists[:-1]) if len(lists) > 1 else None
            if len(lists) > 1 and outer is None:
                found = None
            else:
                context = (
                    self._context
                    if outer is None
                    else Context(self._context.quirks, self._context.budget, tuple(outer))
                )
                found = selector_text.parse(lists[-1], context, relative=outer is not None)
            self._parsed[lists] = found
        return self._parsed[lists]


def _ranks(sheets: Iterable[Applied]) -> dict[str, tuple[int, ...]]:
    """Where each layer stands among those before and after it; what is in a layer itself comes after its own layers."""
    number: dict[str, int] = {}
    for applied in sheets:
        for name in [applied.layer, *(_in_layer(applied.layer, each) for each in applied.sheet.layers)]:
            parts = name.split(".")
            for count in range(1, len(parts) + 1):
                number.setdefault(".".join(parts[:count]), len(number))
    ranks = {}
    for name in number:
        parts = name.split(".")
        ranks[name] = (*(number[".".join(parts[: n + 1])] for n in range(len(parts))), *UNLAYERED)
    ranks.pop("", None)
    return ranks


def _in_layer(outer: str, inner: str) -> str:
    return f"{outer}.{inner}" if outer and inner else outer or inner
