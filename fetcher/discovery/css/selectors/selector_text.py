"""Selectors as written (Selectors 4), as Chromium 156 reads them.

``parse`` gives None for a list that is invalid, which drops its rule whole. What only somebody does to the page
(:hover) matches nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fetcher.discovery.css.selectors.element_states import CHEAP, NEVER, SIMPLE, Test, direction, language
from fetcher.discovery.css.selectors.matching import Budget, Compound, Context, Selector, Specificity, has, matches
from fetcher.discovery.escapes import unescape
from fetcher.discovery.tree import Element

_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}\s?|[^\n0-9a-fA-F])"
_IDENT = rf"(?:--|-?(?:[a-zA-Z_]|[^\x00-\x7f]|{_ESCAPE}))(?:[-\w]|[^\x00-\x7f]|{_ESCAPE})*+"
_STRING = r"\"(?:[^\"\\\n]|\\[\s\S])*\"|'(?:[^'\\\n]|\\[\s\S])*'"
_PART = re.compile(
    rf"(?P<hash>\#(?:[-\w]|[^\x00-\x7f]|{_ESCAPE})+)|\.(?P<class>{_IDENT})"
    rf"|(?P<attribute>\[)|(?P<pseudo>::?)(?P<name>{_IDENT})(?P<open>\()?|(?P<nesting>&)"
)
_TYPE = re.compile(rf"(?:(?P<space>{_IDENT}|\*)?\|(?!=|\|))?(?P<type>{_IDENT}|\*)")
_ATTRIBUTE = re.compile(
    rf"\[\s*(?:(?:\*|{_IDENT})?\|(?!=))?(?P<name>{_IDENT})\s*+(?:(?P<how>[~|^$*]?=)\s*(?P<value>{_STRING}|{_IDENT})"
    r"\s*+(?P<flag>[iIsS])?+\s*+)?+\]"
)
_COMBINATOR = re.compile(r"\s*([>+~])\s*|(\s+)")
_NTH = re.compile(
    r"\s*(?:(?P<word>odd|even)|(?:(?P<a>[-+]?\d*)n(?:\s*(?P<b>[-+]\s*\d+))?)|(?P<only>[-+]?\d+))\s*", re.I
)

_ELEMENTS = frozenset(
    "before after first-line first-letter marker placeholder selection backdrop file-selector-button cue slotted part "  # noqa: SIM905
    "target-text highlight spelling-error grammar-error search-text details-content picker picker-icon checkmark "
    "view-transition view-transition-group view-transition-image-pair view-transition-old view-transition-new "
    "scroll-marker scroll-marker-group scroll-button column".split()
)
_OLD_ELEMENTS = frozenset({"before", "after", "first-line", "first-letter"})  # one colon will do
# Attributes of HTML whose values compare without case (HTML 4.16.2).
_ANY_CASE = frozenset(
    "accept accept-charset align alink axis bgcolor charset checked clear codetype color compact declare defer dir "  # noqa: SIM905
    "direction disabled enctype face frame hreflang http-equiv lang language link media method multiple nohref "
    "noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target text type valign valuetype "
    "vlink".split()
)

_REMEMBERED = 1_024
"""The longest text whose parts are kept for the next document: what is hostile is long."""


class Invalid(ValueError):
    """No selector that Chromium takes."""


def parse(text: str, context: Context, *, relative: bool = False) -> list[Selector] | None:
    """A list; None where any of it is invalid. ``relative``: it may begin with a combinator, as in a nested rule."""
    try:
        return [_Reader(part, context).selector(relative=relative) for part in split(text)]
    except Invalid:
        return None


def split(text: str) -> tuple[str, ...]:
    """At the commas of the top level."""
    return _split(text) if len(text) <= _REMEMBERED else _split.__wrapped__(text)


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[str, ...]:
    parts, depth, start = [], 0, 0
    for match in re.finditer(rf"{_STRING}|\\.|[()\[\],]", text):
        mark = match[0]
        if mark in "([":
            depth += 1
        elif mark in ")]":
            depth -= 1
        elif mark == "," and depth == 0:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return (*parts, text[start:].strip())


class _Reader:
    def __init__(self, text: str, context: Context, depth: int = 0) -> None:
        self.text = text
        self.context = context
        self.depth = depth
        if depth > 8:
            raise Invalid
        self.at = 0
        self.pseudo = ""
        self.a = self.b = self.c = 0
        self.nests = False

    def selector(self, *, relative: bool = False) -> Selector:
        found: list[tuple[Compound, str]] = []
        text = self.text
        lead = ""
        if relative:
            match = re.match(r"\s*([>+~])\s*", text)
            if match:
                lead, self.at = match[1], match.end()
        if not text[self.at :]:
            raise Invalid
        combinator = lead
        while True:
            found.append((self.compound(), combinator))
            if self.at >= len(text):
                break
            if self.pseudo:
                raise Invalid
            match = _COMBINATOR.match(text, self.at)
            if match is None:
                raise Invalid
            combinator, self.at = match[1] or " ", match.end()
            if self.at >= len(text):
                raise Invalid
        if relative and self.context.nesting is not None and (lead or not self.nests):
            found[0] = (found[0][0], lead or " ")
            found.insert(0, (self.nested(), ""))
        return Selector(found[::-1], self.pseudo, (self.a, self.b, self.c))

    def nested(self) -> Compound:
        self.nests = True
        inner = self.context.nesting
        if inner is None:
            return Compound([lambda element: element.parent is None])
        self.add(max((each.specificity for each in inner), default=(0, 0, 0)))
        budget = self.context.budget
        return Compound([lambda element: any(matches(each, element, budget) for each in inner if not each.pseudo)])

    def add(self, other: Specificity) -> None:
        self.a, self.b, self.c = self.a + other[0], self.b + other[1], self.c + other[2]

    def compound(self) -> Compound:
        compound = Compound([])
        start = self.at
        match = _TYPE.match(self.text, self.at)
        if match:
            self.at = match.end()
            space, name = match["space"], unescape(match["type"])
            if "|" in match[0]:
                if space and space != "*":
                    raise Invalid  # no prefix is declared here
                if not space:
                    compound.tests.append(lambda _: False)  # no namespace: nothing of HTML
            if name != "*":
                compound.tag = name.lower()
                self.c += 1
        while match := _PART.match(self.text, self.at):
            if self.pseudo and not match["pseudo"]:
                raise Invalid
            self.at = match.end()
            if match["hash"]:
                name = unescape(match["hash"][1:])
                if re.match(r"-?\d", match["hash"][1:]):
                    raise Invalid
                self.a += 1
                if not compound.id and not self.context.quirks:
                    compound.id = name
                compound.tests.append(self.id_test(name))
            elif match["class"]:
                self.b += 1
                name = unescape(match["class"])
                if self.context.quirks:
                    compound.tests.append(_class_in_any_case(name.lower()))
                else:
                    compound.classes = (*compound.classes, name)
            elif match["attribute"]:
                self.at -= 1
                self.b += 1
                compound.tests.append(self.attribute())
            elif match["nesting"]:
                compound.tests += self.nested().tests
            else:
                self.pseudo_of(match, compound)
        if self.at == start:
            raise Invalid
        return compound

    def id_test(self, name: str) -> Test:
        if self.context.quirks:
            return lambda element: element.id.lower() == name.lower()
        return lambda element: element.id == name

    def attribute(self) -> Test:
        match = _ATTRIBUTE.match(self.text, self.at)
        if match is None:
            raise Invalid
        self.at = match.end()
        name, how, raw = unescape(match["name"]).lower(), match["how"], match["value"]
        if how is None:
            return lambda element: name in element.attributes
        value = unescape(raw[1:-1] if raw[0] in "\"'" else raw)
        flag = (match["flag"] or "").lower()
        fold = flag == "i" or (not flag and name in _ANY_CASE)
        value = value.lower() if fold else value

        def test(element: Element) -> bool:
            has = element.attributes.get(name)
            if has is None:
                return False
            if fold:
                has = has.lower()
            match how:
                case "=":
                    return has == value
                case "~=":
                    return bool(value) and value in has.split()
                case "|=":
                    return has == value or has.startswith(f"{value}-")
                case "^=":
                    return bool(value) and has.startswith(value)
                case "$=":
                    return bool(value) and has.endswith(value)
                case _:
                    return bool(value) and value in has

        return test

    def argument(self) -> str:
        """What stands in the parentheses that are open."""
        depth, begin = 1, self.at
        for match in re.compile(rf"{_STRING}|\\.|[()]").finditer(self.text, self.at):
            depth += (match[0] == "(") - (match[0] == ")")
            if depth == 0:
                self.at = match.end()
                return self.text[begin : match.start()].strip()
        self.at = len(self.text)
        return self.text[begin:].strip()

    def pseudo_of(self, match: re.Match[str], compound: Compound) -> None:
        name = unescape(match["name"]).lower()
        argument = self.argument() if match["open"] else None
        if match["pseudo"] == "::" or (name in _OLD_ELEMENTS and argument is None):
            if name not in _ELEMENTS and not name.startswith(("-webkit-", "-internal-")):
                raise Invalid
            if not (self.pseudo and name == "marker"):
                self.pseudo = name
            else:
                self.pseudo = "nested"
            self.c += 1
            return
        compound.tests.append(self.class_of(name, argument))

    def class_of(self, name: str, argument: str | None) -> Test:
        budget = self.context.budget
        if name in ("is", "where", "not", "has", "matches", "-webkit-any"):
            if argument is None or name == "matches":
                raise Invalid
            return self.logical(name, argument)
        self.b += 1
        if argument is not None:
            return self.functional(name, argument)
        if name in NEVER:
            return lambda _: False
        test = SIMPLE.get(name)
        if test is None:
            raise Invalid
        if name not in CHEAP:
            return _counted(test, budget)
        return test

    def logical(self, name: str, argument: str) -> Test:
        context, budget = self.context, self.context.budget
        inner: list[Selector] = []
        for part in split(argument):
            try:
                inner.append(_Reader(part, context, self.depth + 1).selector(relative=name == "has"))
            except Invalid:
                if name in ("not", "has"):
                    raise
        if any(each.pseudo for each in inner):
            inner = [each for each in inner if not each.pseudo]
            if name in ("not", "has"):
                raise Invalid
        if name != "where" and inner:
            self.add(max(each.specificity for each in inner))
        if name == "has":
            return lambda element: any(has(each, element, budget) for each in inner)
        wanted = name != "not"
        return lambda element: any(matches(each, element, budget) for each in inner) is wanted

    def functional(self, name: str, argument: str) -> Test:
        if name in ("nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"):
            formula, _, of = argument.partition(" of ")
            return self.nth(name, formula, of.strip())
        if name == "lang":
            words = [word.strip().strip("\"'").lower() for word in argument.split(",")]
            return lambda element: language(element, words)
        if name == "dir":
            return lambda element: direction(element) == argument.lower()
        if name in ("host", "host-context", "state", "active-view-transition-type"):
            return lambda _: False
        raise Invalid

    def nth(self, name: str, formula: str, of: str) -> Test:
        match = _NTH.fullmatch(formula)
        if match is None:
            raise Invalid
        if match["word"]:
            step, first = 2, int(match["word"].lower() == "odd")
        elif match["only"]:
            step, first = 0, _number(match["only"])
        else:
            sign = match["a"]
            step = _number(sign) if sign not in ("", "+", "-") else int(f"{sign}1")
            first = _number(re.sub(r"\s", "", match["b"] or "0"))
        budget = self.context.budget
        inner: list[Selector] = []
        if of:
            found = parse(of, self.context)
            if found is None or "type" in name:
                raise Invalid
            inner = found
            self.add(max(each.specificity for each in inner))

        def test(element: Element) -> bool:
            budget.take()
            around = element.siblings
            place = element.index + 1
            if "of-type" in name or inner:
                budget.take(len(around))
                if inner:
                    if not any(matches(each, element, budget) for each in inner):
                        return False
                    around = [each for each in around if any(matches(one, each, budget) for one in inner)]
                else:
                    around = [each for each in around if each.tag == element.tag]
                place = next(n for n, each in enumerate(around, 1) if each is element)
            if "last" in name:
                place = len(around) + 1 - place
            away = place - first
            return away == 0 if step == 0 else away % step == 0 and away // step >= 0

        return test


def _number(digits: str) -> int:
    """No element is the two thousand millionth."""
    return int(digits) if len(digits) < 12 else -(2**31) if digits.startswith("-") else 2**31 - 1


def _counted(test: Test, budget: Budget) -> Test:
    def counted(element: Element) -> bool:
        budget.take(len(element.siblings))
        return test(element)

    return counted


def _class_in_any_case(name: str) -> Test:
    return lambda element: any(name == each.lower() for each in element.classes)
