"""Selectors against a small tree: which elements each matches, and which lists are invalid."""

from __future__ import annotations

import pytest

from fetcher.discovery.css.selectors.matching import Budget, Context, Spent, matches
from fetcher.discovery.css.selectors.selector_text import parse
from fetcher.discovery.whole_document import tree_of

HTML = (
    b"<!doctype html><html lang=en-GB><body id=b><h1 id=h class='a b'>x</h1>"
    b"<p id=p class=a><a id=l href=/x>y</a><b id=e></b></p>"
    b"<ul id=u><li id=1></li><li id=2 class=A></li><li id=3></li><li id=4 data-x='v-w z'></li></ul>"
    b"<input id=i type=CHECKBOX checked><svg id=s><path id=t /></svg>"
)
ROWS = [
    ("p", "p"), ("P", "p"), (".a", "h p"), (".A", "2"), (".a.b", "h"), ("#p", "p"), ("#P", ""), ("*", "* "),
    ("body p", "p"), ("p a", "l"),
    ("ul p", ""), ("body > p", "p"), ("body > a", ""), ("h1 + p", "p"), ("h1 + ul", ""),
    ("h1 ~ ul", "u"), ("li:first-child", "1"), ("li:last-child", "4"), ("li:nth-child(odd)", "1 3"),
    ("li:nth-child(2n)", "2 4"), ("li:nth-child(-n + 2)", "1 2"), ("li:nth-last-child(1)", "4"),
    ("li:nth-child(1 of .A)", "2"), ("li:nth-of-type(3)", "3"), ("h1:only-of-type", "h"), ("li:not(.A)", "1 3 4"),
    ("li:not(:first-child, .A)", "3 4"), (":is(h1, ul)", "h u"), (":is(h1, :foo)", "h"), (":where(.A)", "2"),
    ("p:has(> a)", "p"), ("p:has(> i)", ""), ("h1:has(+ p)", "h"), ("ul:has(.A)", "u"), ("b:empty", "e"),
    ("[href]", "l"), ("[href='/x']", "l"), ("[href^='/']", "l"), ("[href$=x]", "l"), ("[href*='']", ""),
    ("[data-x~=z]", "4"), ("[data-x|=v]", "4"), ("[type=checkbox]", "i"), ("[data-x='V-W Z' i]", "4"), ("[id=P]", ""),
    (":link", "l"), (":visited", ""), ("p:hover", ""), (":checked", "i"), ("a:lang(en)", "l"), ("p:dir(ltr)", "p"),
    ("*|p", "p"), ("|p", ""), ("svg path", "t"), ("p, h1", "h p"), (r"\70", "p"), ("#\\31 ", "1"),
]  # fmt: skip
INVALID = [
    "p:foo", "p::foo", "p,", "p..x", "p,b:foo", "x|p", "p > > b", "> p", "p >", "", "p:not(:foo)", "p:has(:foo)", "#1x",
    ".1x", "p:nth-child(x)", "p::before b", "[x", "[x=]", "p:-moz-x", "p!", "a:hover b:c",
]  # fmt: skip


@pytest.mark.parametrize(("selector", "expected"), ROWS)
def test_matches(selector: str, expected: str) -> None:
    root = tree_of(HTML)
    assert root is not None
    budget = Budget(100_000)
    found = parse(selector, Context(quirks=False, budget=budget))
    assert found is not None
    ids = [each.id for each in root.walk() if each.id and any(matches(one, each, budget) for one in found)]
    every = [each.id for each in root.walk() if each.id]
    assert ids == (every if expected == "* " else [each for each in every if each in expected.split()])


@pytest.mark.parametrize("selector", INVALID)
def test_invalid(selector: str) -> None:
    """One such drops the whole rule."""
    assert parse(selector, Context(quirks=False, budget=Budget(1))) is None


def test_quirks() -> None:
    """Without a doctype, classes and ids match whatever their case."""
    root = tree_of(HTML)
    assert root is not None
    budget = Budget(1_000)
    for selector, expected in ((".A", ["h", "p", "2"]), ("#P", ["p"])):
        found = parse(selector, Context(quirks=True, budget=budget))
        assert found is not None
        assert [each.id for each in root.walk() if any(matches(one, each, budget) for one in found)] == expected


def test_specificity() -> None:
    context = Context(quirks=False, budget=Budget(1))
    for selector, expected in (
        ("#a .b c", (1, 1, 1)), (":is(#a, b)", (1, 0, 0)), (":where(#a)", (0, 0, 0)), ("p::before", (0, 0, 2)),
        (":not(.a)", (0, 1, 0)), ("a:hover[b]", (0, 2, 1)),
    ):  # fmt: skip
        found = parse(selector, context)
        assert found is not None
        assert found[0].specificity == expected


def test_steps_are_counted() -> None:
    """Descendant combinators over deep trees end at the budget."""
    root = tree_of(b"<div>" * 300)
    assert root is not None
    budget = Budget(20_000)
    found = parse("div " * 12 + ".none, " + "div " * 12 + "p ~ div", Context(quirks=False, budget=budget))
    hard = parse("p div div div div div", Context(quirks=False, budget=budget))
    assert found is not None
    assert hard is not None
    elements = list(root.walk())
    with pytest.raises(Spent):
        any(matches(hard[0], element, budget) for element in elements)
