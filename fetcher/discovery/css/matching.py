"""Selectors matched to elements (Selectors 4), as Chromium 156 takes them.

``parse`` gives None for a list that is invalid, which drops its rule whole. What only somebody does to the page
(:hover) matches nothing. Matching counts its steps in a ``Budget`` and raises ``Spent`` past it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

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

_NEVER = frozenset(
    "active hover focus focus-within focus-visible visited target target-within target-current target-before "  # noqa: SIM905
    "target-after fullscreen -webkit-full-screen -webkit-full-page-media -webkit-full-screen-ancestor "
    "modal popover-open autofill -webkit-autofill playing seeking buffering stalled muted volume-locked user-valid "
    "user-invalid host host-context picture-in-picture xr-overlay active-view-transition future past current "
    "active-view-transition-type state interest-source interest-target -webkit-drag window-inactive "
    "horizontal vertical decrement increment start end double-button single-button no-button corner-present "
    "has-slotted permission-granted invalid out-of-range open -internal-autofill-selected".split()
)
_ELEMENTS = frozenset(
    "before after first-line first-letter marker placeholder selection backdrop file-selector-button cue slotted part "  # noqa: SIM905
    "target-text highlight spelling-error grammar-error search-text details-content picker picker-icon checkmark "
    "view-transition view-transition-group view-transition-image-pair view-transition-old view-transition-new "
    "scroll-marker scroll-marker-group scroll-button column".split()
)
_OLD_ELEMENTS = frozenset({"before", "after", "first-line", "first-letter"})  # one colon will do
_FORM = frozenset("button fieldset input optgroup option select textarea".split())  # noqa: SIM905
_WRITABLE_NOT = frozenset("button checkbox color file hidden image radio range reset submit".split())  # noqa: SIM905
# Attributes of HTML whose values compare without case (HTML 4.16.2).
_ANY_CASE = frozenset(
    "accept accept-charset align alink axis bgcolor charset checked clear codetype color compact declare defer dir "  # noqa: SIM905
    "direction disabled enctype face frame hreflang http-equiv lang language link media method multiple nohref "
    "noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target text type valign valuetype "
    "vlink".split()
)

_REMEMBERED = 1_024
"""The longest text whose parts are kept for the next document: what is hostile is long."""

Test = Callable[[Element], bool]
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
        if name in _NEVER:
            return lambda _: False
        test = _SIMPLE.get(name)
        if test is None:
            raise Invalid
        if name not in _CHEAP:
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
            return lambda element: any(_has(each, element, budget) for each in inner)
        wanted = name != "not"
        return lambda element: any(matches(each, element, budget) for each in inner) is wanted

    def functional(self, name: str, argument: str) -> Test:
        if name in ("nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"):
            formula, _, of = argument.partition(" of ")
            return self.nth(name, formula, of.strip())
        if name == "lang":
            words = [word.strip().strip("\"'").lower() for word in argument.split(",")]
            return lambda element: _language(element, words)
        if name == "dir":
            return lambda element: _direction(element) == argument.lower()
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


def _has(selector: Selector, element: Element, budget: Budget) -> bool:
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


def _language(element: Element | None, words: list[str]) -> bool:
    while element is not None:
        if "lang" in element.attributes:
            has = element.attributes["lang"].lower()
            return any(word == "*" or has == word or has.startswith(f"{word}-") for word in words if has)
        element = element.parent
    return False


def _direction(element: Element | None) -> str:
    while element is not None:
        if element.attributes.get("dir", "").lower() in ("ltr", "rtl"):
            return element.attributes["dir"].lower()
        element = element.parent
    return "ltr"


def _same(element: Element) -> list[Element]:
    return [each for each in element.siblings if each.tag == element.tag]


def _disabled(element: Element) -> bool:
    return element.tag in _FORM and "disabled" in element.attributes


def _writes(element: Element) -> bool:
    if element.tag == "textarea" or (
        element.tag == "input" and element.attributes.get("type", "").lower() not in _WRITABLE_NOT
    ):
        return not {"disabled", "readonly"} & element.attributes.keys()
    return element.attributes.get("contenteditable", "false").lower() != "false"


def _checked(element: Element) -> bool:
    if element.tag == "option":
        return "selected" in element.attributes
    kind = element.attributes.get("type", "").lower()
    return element.tag == "input" and kind in ("checkbox", "radio") and "checked" in element.attributes


def _is_link(element: Element) -> bool:
    return element.tag in ("a", "area") and ("href" in element.attributes or "xlink:href" in element.attributes)


def _required(element: Element) -> bool:
    return element.tag in ("input", "select", "textarea") and "required" in element.attributes


def _placeheld(element: Element) -> bool:
    return (
        element.tag in ("input", "textarea")
        and "placeholder" in element.attributes
        and not element.attributes.get("value")
        and not element.text
    )


_SIMPLE: dict[str, Test] = {
    "root": lambda e: e.parent is None,
    "scope": lambda e: e.parent is None,
    "empty": lambda e: not e.children and not e.text,
    "first-child": lambda e: e.index == 0,
    "last-child": lambda e: e.siblings[-1] is e,
    "only-child": lambda e: len(e.siblings) == 1,
    "first-of-type": lambda e: _same(e)[0] is e,
    "last-of-type": lambda e: _same(e)[-1] is e,
    "only-of-type": lambda e: len(_same(e)) == 1,
    "link": _is_link,
    "any-link": _is_link,
    "-webkit-any-link": _is_link,
    "enabled": lambda e: e.tag in _FORM and not _disabled(e),
    "disabled": _disabled,
    "checked": _checked,
    "default": _checked,
    "indeterminate": lambda e: e.tag == "progress" and "value" not in e.attributes,
    "required": _required,
    "optional": lambda e: e.tag in ("input", "select", "textarea") and not _required(e),
    "valid": lambda e: e.tag in ("input", "select", "textarea", "form") and not _required(e),
    "in-range": lambda e: e.tag == "input" and bool({"min", "max"} & e.attributes.keys()),
    "read-only": lambda e: not _writes(e),
    "read-write": _writes,
    "placeholder-shown": _placeheld,
    "defined": lambda e: "-" not in e.tag or not e.in_html,
    "paused": lambda e: e.tag in ("audio", "video"),
}
_SIMPLE["open"] = lambda e: e.tag in ("details", "dialog") and "open" in e.attributes
_NEVER = _NEVER - {"open"}
_CHEAP = _SIMPLE.keys() - {"first-of-type", "last-of-type", "only-of-type"}
