"""The cascade (CSS Cascade 5) over a document's elements, for what names pictures and fonts, and ``display``.

What a browser does not draw (``display: none`` and all that is in it) asks for nothing. Bounded: matching takes steps
from a ``Budget`` and raises ``Spent`` past it. A container query is judged as if its container were as wide as the
screen, for nothing is laid out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fetcher.browser.styles import initial
from fetcher.browser.styles.filed import UNLAYERED, Applied, Entry, Filed, Key
from fetcher.browser.styles.substitution import substituted
from fetcher.discovery.css.declarations.longhands import (
    INHERITED,
    LONGHANDS,
    PICTURED,
    SUBSTITUTED,
    Computed,
    expand,
)
from fetcher.discovery.css.rules import USES_FONT, Declaration
from fetcher.discovery.css.rules import declarations as read_declarations
from fetcher.discovery.css.selectors import matching, selector_text
from fetcher.discovery.css.selectors.matching import Budget, Context
from fetcher.discovery.tree import Element
from fetcher.discovery.viewport.component_values import WIDE
from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.media import matches as media_hold

_LONGEST_CONDITION = 1_024
_COMPUTING = 30  # steps of matching that computing one element takes as long as
_DRAWN_BESIDE = ("before", "after", "first-line", "first-letter", "marker", "placeholder", "file-selector-button")
_CONTAINER = re.compile(r"(?P<name>(?!not\b|style\b|scroll-state\b)[-\w]+)?\s*(?P<query>[\s\S]*)")
_STYLE_QUERY = re.compile(r"style\(\s*+(--[-\w]++)\s*+(?::([^)]*+))?+\)")


@dataclass(slots=True)
class Style:
    """Computed values by longhand, each with the base of its urls; ``custom``: custom properties."""

    values: dict[str, tuple[Computed, str]]
    custom: Mapping[str, str]
    needs_font: bool = False

    def word(self, name: str) -> str:
        value = self.values.get(name)
        return value[0] if value is not None and isinstance(value[0], str) else ""


@dataclass(slots=True)
class Shown:
    """An element that is drawn, with its style and that of its pseudo-elements that are drawn."""

    element: Element
    style: Style
    pseudo: dict[str, Style] = field(default_factory=dict)


class Cascade:
    """``shown`` gives every element that is drawn, in tree order. Raises Spent."""

    def __init__(self, sheets: Iterable[Applied], screen: Screen, budget: Budget, *, quirks: bool, base: str) -> None:
        self.screen = screen
        self.budget = budget
        self.base = base
        self.context = Context(quirks, budget)
        self.rules = Filed(sheets, screen, self.context)

    def shown(self, root: Element) -> Iterator[Shown]:
        stack: list[tuple[Element, Style | None, tuple[Style, ...]]] = [(root, None, ())]
        while stack:
            element, parent, containers = stack.pop()
            self.budget.take()
            if initial.is_never_drawn(element):
                continue
            one = self._computed(element, parent, containers)
            if one.style.word("display") == "none":
                continue
            yield one
            if initial.has_no_children(element):
                continue
            kind = one.style.word("container-type")
            if (kind and kind != "normal") or one.style.values.get("container-name"):
                containers = (*containers, one.style)
            stack += [(child, one.style, containers) for child in reversed(element.children)]

    def _computed(self, element: Element, parent: Style | None, containers: tuple[Style, ...]) -> Shown:
        main: list[tuple[Key, Declaration, str]] = []
        beside: dict[str, list[tuple[Key, Declaration, str]]] = {}
        for entry in self.rules.candidates(element):
            pseudo = entry.selector.pseudo
            if pseudo and pseudo not in _DRAWN_BESIDE:
                continue
            if not matching.matches(entry.selector, element, self.budget):
                continue
            if entry.conditions and not self._holds(entry, element, containers, parent):
                continue
            into = beside.setdefault(pseudo, []) if pseudo else main
            for each in entry.rule.declarations:
                into.append((_important(entry.key) if each.important else entry.key, each, entry.base))
        main.extend(((-1, (), 0, (0, 0, 0), 0), each, self.base) for each in initial.hints(element))
        text = element.attributes.get("style")
        for each in read_declarations(text) if text else ():
            key: Key = (0, UNLAYERED, 1, (0, 0, 0), 0)
            main.append((_important(key) if each.important else key, each, self.base))
        self.budget.take(_COMPUTING + len(main))
        style = self._style(main, parent)
        made = Shown(element, style)
        for name in _DRAWN_BESIDE:
            found = beside.get(name, [])
            if not found and not (name in ("before", "after") and element.tag == "q"):
                continue
            own = self._style(found, style)
            if initial.draws(element, style, name, own):
                made.pseudo[name] = own
        return made

    def _holds(self, entry: Entry, element: Element, containers: tuple[Style, ...], parent: Style | None) -> bool:
        for name, prelude in entry.conditions:
            if len(prelude) > _LONGEST_CONDITION:
                return False
            self.budget.take(1 + len(prelude) // 8)
            if name == "container" and not self._contained(prelude, containers, parent):
                return False
            if name == "scope" and not self._in_scope(prelude, element, entry.owner):
                return False
        return True

    def _contained(self, prelude: str, containers: tuple[Style, ...], parent: Style | None) -> bool:
        match = _CONTAINER.fullmatch(prelude)
        assert match is not None
        name, query = (match["name"] or "").lower(), match["query"].strip()
        styled = _STYLE_QUERY.fullmatch(query)
        if styled is not None:
            value = parent.custom.get(styled[1]) if parent is not None else None
            return value is not None and (styled[2] is None or value.strip() == styled[2].strip())
        if not any(self._is_container(each, name, sized=bool(query)) for each in containers):
            return False
        return not query or media_hold(query, self.screen)

    def _is_container(self, style: Style, name: str, *, sized: bool) -> bool:
        names = style.values.get("container-name")
        if name and (names is None or name not in (names[0] if isinstance(names[0], tuple) else ())):
            return False
        return not sized or style.word("container-type") in ("size", "inline-size")

    def _in_scope(self, prelude: str, element: Element, owner: Element | None) -> bool:
        match = re.fullmatch(r"(?:\(([\s\S]*?)\))?\s*(?:to\s*\(([\s\S]*)\))?", prelude)
        if match is None:
            return False
        roots = selector_text.parse(match[1], self.context) if match[1] else []
        limits = selector_text.parse(match[2], self.context) if match[2] else []
        if roots is None or limits is None:
            return False
        at: Element | None = element
        while at is not None:
            if any(matching.matches(each, at, self.budget) for each in limits):
                return False
            if at is (owner.parent if owner is not None and not match[1] else None):
                return True
            if any(matching.matches(each, at, self.budget) for each in roots):
                return True
            at = at.parent
        return not match[1] and owner is None

    # --- values -----------------------------------------------------------------------------------------------------

    def _style(self, found: list[tuple[Key, Declaration, str]], parent: Style | None) -> Style:
        found.sort(key=lambda each: each[0])
        declared: dict[str, tuple[Computed, str]] = {}
        deferred: dict[str, tuple[Declaration, str]] = {}
        custom = parent.custom if parent is not None else self.rules.initial
        own: dict[str, str] | None = None
        needs_font = False
        for _, each, base in found:
            if each.name == USES_FONT:
                needs_font = True
            elif each.name.startswith("--"):
                if own is None:
                    own = dict(custom)
                    custom = own
                own[each.name] = each.value
            elif SUBSTITUTED.search(each.value):
                for longhand in LONGHANDS[each.name]:
                    declared.pop(longhand, None)
                    deferred[longhand] = each, base
            else:
                for longhand, value in expand(each.name, each.value, self.screen.dpr) or ():
                    deferred.pop(longhand, None)
                    declared[longhand] = value, base
        for longhand, (each, base) in deferred.items():
            text = substituted(each.value, custom, self.screen, self.budget)
            made = dict(expand(each.name, text, self.screen.dpr) or ()) if text is not None else {}
            declared[longhand] = made.get(longhand, "unset"), base
        return Style(_inherited(declared, parent), custom, needs_font)

    def pictures(self, one: Shown) -> set[tuple[str, str]]:
        """The urls it is drawn with, each with what it is relative to."""
        found: set[tuple[str, str]] = set()
        for style in (one.style, *one.pseudo.values()):
            for name, (value, base) in style.values.items():
                if name in PICTURED and isinstance(value, tuple):
                    found.update((base, url) for url in value if url != "\0")
            names = style.values.get("animation-name")
            lasts = style.values.get("animation-duration")
            if names is None or lasts is None or not lasts[0] or not isinstance(names[0], tuple):
                continue
            for name in names[0]:
                frames, base = self.rules.keyframes.get(name, ((), ""))
                self.budget.take(1 + len(frames))
                for each in frames:
                    text = substituted(each.value, style.custom, self.screen, self.budget)
                    if text is None or each.name not in LONGHANDS:
                        continue
                    for longhand, value in expand(each.name, text, self.screen.dpr) or ():
                        if longhand in PICTURED and isinstance(value, tuple):
                            found.update((base, url) for url in value if url != "\0")
        return found


def _inherited(declared: dict[str, tuple[Computed, str]], parent: Style | None) -> dict[str, tuple[Computed, str]]:
    above = parent.values if parent is not None else {}
    for name, (value, _) in list(declared.items()):
        if isinstance(value, str) and value in WIDE:
            del declared[name]
            takes = value == "inherit" or (value != "initial" and name in INHERITED)
            if takes and name in above:
                declared[name] = above[name]
            elif name in INHERITED and not takes:
                declared[name] = initial.VALUES.get(name, ()), ""
        elif name == "font-weight" and value in ("bolder", "lighter"):
            was = above.get(name, (400.0, ""))[0]
            declared[name] = initial.relative_weight(was if isinstance(was, float) else 400.0, str(value)), ""
    for name in INHERITED:
        if name not in declared and name in above:
            declared[name] = above[name]
    return declared


def _important(key: Key) -> Key:
    return (1, tuple(-rank for rank in key[1]), *key[2:])
