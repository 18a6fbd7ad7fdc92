"""Selectors matched to elements (Selectors 4), as Chromium 156 takes them. ``selector_text`` reads them.

Matching counts its steps in a ``Budget`` and raises ``Spent`` past it.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.discovery.css.selectors.element_states import Test
from fetcher.discovery.tree import Element

Specificity = tuple[int, int, int]


class Spent(Exception):
    """More steps than were allowed."""


class Budget:
    """``left`` steps."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise Spent


@dataclass(slots=True)
class Compound:
    """``tests`` all hold; the keys say where to look: an element without them cannot match."""

    tests: list[Test]
    tag: str = ""
    id: str = ""
    classes: tuple[str, ...] = ()


@dataclass(slots=True)
class Selector:
    """``compounds`` from the right, each with the combinator that leads left from it. ``pseudo``: its pseudo-element,
    "" for none; ``specificity`` (a, b, c)."""

    compounds: list[tuple[Compound, str]]
    pseudo: str
    specificity: Specificity


@dataclass(frozen=True, slots=True)
class Context:
    """``quirks``: ids and classes match without case. ``nesting``: what & stands for. ``namespaced``: a default
    namespace is declared."""

    quirks: bool
    budget: Budget
    nesting: tuple[Selector, ...] | None = None


def matches(selector: Selector, element: Element, budget: Budget) -> bool:
    """Whether ``element`` (or its pseudo-element) is what the selector says."""
    return _matches(selector.compounds, 0, element, budget)


def _fits(compound: Compound, element: Element) -> bool:
    if compound.tag and compound.tag != element.tag.lower():
        return False
    for name in compound.classes:
        if name not in element.classes:
            return False
    if compound.id and compound.id != element.id:
        return False
    return all(test(element) for test in compound.tests)


def _matches(compounds: list[tuple[Compound, str]], index: int, element: Element, budget: Budget) -> bool:
    budget.take()
    compound, combinator = compounds[index]
    if not _fits(compound, element):
        return False
    if index + 1 == len(compounds):
        return True
    index += 1
    match combinator:
        case ">":
            return element.parent is not None and _matches(compounds, index, element.parent, budget)
        case "+":
            return bool(element.index) and _matches(compounds, index, element.siblings[element.index - 1], budget)
        case "~":
            around = element.siblings
            return any(_matches(compounds, index, around[at], budget) for at in range(element.index - 1, -1, -1))
        case _:
            above = element.parent
            while above is not None:
                if _matches(compounds, index, above, budget):
                    return True
                above = above.parent
            return False


def has(selector: Selector, element: Element, budget: Budget) -> bool:
    """:has(): something below (or after) ``element``, reached from it."""
    lead = selector.compounds[-1][1]
    anchored = [*selector.compounds, (Compound([lambda each: each is element]), "")]
    anchored[-2] = (anchored[-2][0], lead or " ")
    starts = element.siblings[element.index + 1 :] if lead in ("+", "~") else element.children
    for start in starts:
        for each in start.walk():
            if _matches(anchored, 0, each, budget):
                return True
    return False
