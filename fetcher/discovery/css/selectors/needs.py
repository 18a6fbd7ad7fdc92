"""What a selector asks of the markup before it can apply to anything: a necessary condition, not a match.

``needs`` reads a selector list (Selectors 4) into its alternatives, each the names that must all occur somewhere. The
arguments of functional pseudo-classes, attributes and combinators are passed over, so an element the rule does apply
to is never missed; that a rule seems to apply and does not is possible.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fetcher.discovery.escapes import unescape

# The characters of a name by those of ASCII that are none: compiling a set that counts all of Unicode takes 4 ms.
_NAME = r"(?:[^\x00-,./:-@\[-^`{-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\[^\n])++"
_TOKEN = re.compile(
    rf"(?P<string>\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+')|(?P<pseudo>::?{_NAME})|(?P<named>[.#]?{_NAME})|(?P<other>.)",
    re.DOTALL,
)
# Only what somebody does to a page makes these apply.
_DYNAMIC = frozenset(
    "hover active focus focus-within focus-visible visited target target-within target-current fullscreen modal "  # noqa: SIM905
    "popover-open autofill -webkit-autofill playing seeking user-valid user-invalid".split()
)
_ALWAYS = frozenset({"html", "head", "body", "tbody", "colgroup"})  # there whether written or not
_UNSEEN = frozenset("head title meta link script style base noscript template".split())  # noqa: SIM905  # never rendered
_FORGIVING = frozenset({"is", "where", "matches", "-webkit-any"})
# Pseudo-elements that a page that is only loaded does not draw, or without pictures.
_UNDRAWN = re.compile(
    r"selection|target-text|highlight|spelling-error|grammar-error|search-text|backdrop|cue.*|view-transition.*"
    r"|-webkit-scrollbar.*|-webkit-resizer|-webkit-calendar.*|-webkit-inner-spin-button|-webkit-outer-spin-button"
    r"|-webkit-credentials.*|-webkit-contacts.*|-webkit-validation.*"
)
_REMEMBERED = 1_024  # the longest selector that is kept for the next document
_MOST = 32  # alternatives of one selector that are told apart


def needs(selector: str) -> tuple[frozenset[str], ...]:
    """The alternatives, each with the names it needs, such as {"ul.search", "li"} or {".a", "#b"}, in lower case. An
    empty set needs nothing; no alternatives at all: the rule applies to nothing on a page that is only loaded."""
    return _needs_and_kept(selector) if len(selector) <= _REMEMBERED else _needs(selector, 0)


@lru_cache(maxsize=512)
def _needs_and_kept(selector: str) -> tuple[frozenset[str], ...]:
    return _needs(selector, 0)


def _needs(selector: str, depth: int) -> tuple[frozenset[str], ...]:
    found: list[frozenset[str]] = []
    names: set[str] = set()
    chosen: list[frozenset[str]] = [frozenset()]  # of what :is() and :where() offer
    possible = True
    element = ""  # of the compound selector at hand
    index = 0

    def end() -> None:
        if possible and element not in _UNSEEN:
            found.extend(frozenset((names | each) - _ALWAYS) for each in chosen)

    while index < len(selector):
        token = _TOKEN.match(selector, index)
        assert token is not None
        text = token[0]
        index = token.end()
        match token.lastgroup:
            case "pseudo":
                name = unescape(text).lstrip(":").lower()
                if name.startswith(("-moz-", "-ms-")):
                    return ()  # unknown to Chromium, and one such invalidates the whole list
                possible = possible and name not in _DYNAMIC
                if text.startswith("::") and _UNDRAWN.fullmatch(name):
                    possible = False
                if selector[index : index + 1] == "(":
                    close = _close(selector, index)
                    if name in _FORGIVING and depth < 8:
                        inside = _needs(selector[index + 1 : close], depth + 1)
                        if len(chosen) * len(inside) <= _MOST:
                            chosen = [one | other for one in chosen for other in inside]
                        possible = possible and bool(inside)
                    index = close + 1
            case "named":
                name = unescape(text).lower()
                if not name.startswith((".", "#")):
                    element = name
                elif element and name.startswith("."):
                    names.discard(element)
                    name = element + name
                names.add(name)
            case "other" if text in "([":
                index = _close(selector, index - 1) + 1
            case "other" if text == ",":
                end()
                names, chosen, possible, element = set(), [frozenset()], True, ""
            case "other" if text not in "*|":
                element = ""  # a combinator
            case _:
                pass
    end()
    return tuple(found[:_MOST]) if len(found) <= _MOST else (frozenset(),)


def _close(selector: str, index: int) -> int:
    """Where the bracket that opens at ``index`` is closed; the end when it is not."""
    depth = 0
    for token in _TOKEN.finditer(selector, index):
        if token.lastgroup == "other":
            depth += (token[0] in "([") - (token[0] in ")]")
            if not depth:
                return token.start()
    return len(selector)
