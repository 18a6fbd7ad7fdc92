"""What a selector asks of the markup before it can apply to anything: a necessary condition, not a match.

``needs`` reads a selector list (Selectors 4) into its alternatives, each the names that must all occur somewhere. The
arguments of functional pseudo-classes, attributes and combinators are passed over, so an element the rule does apply
to is never missed; that a rule seems to apply and does not is possible.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fetcher.discovery.css.values import unescape

_NAME = r"(?:[-\w\x80-\U0010ffff]|\\[0-9a-fA-F]{1,6}\s?|\\[^\n])++"
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


@lru_cache(maxsize=512)
def needs(selector: str) -> tuple[frozenset[str], ...]:
    """The alternatives, each with the names it needs, such as {"ul.search", "li"} or {".a", "#b"}, in lower case. An
    empty set needs nothing; no alternatives at all: the rule applies to nothing on a page that is only loaded."""
    found: list[frozenset[str]] = []
    names: set[str] = set()
    possible = True
    depth = 0
    element = ""  # of the compound selector at hand
    for token in _TOKEN.finditer(selector):
        text = token[0]
        match token.lastgroup:
            case "pseudo" if not depth:
                name = unescape(text).lstrip(":").lower()
                if name.startswith(("-moz-", "-ms-")):
                    return ()  # unknown to Chromium, and one such invalidates the whole list
                possible = possible and name not in _DYNAMIC
            case "named" if not depth:
                name = unescape(text).lower()
                if not name.startswith((".", "#")):
                    element = name
                elif element and name.startswith("."):
                    names.discard(element)
                    name = element + name
                names.add(name)
            case "other" if text in "([":
                depth += 1
            case "other" if text in ")]":
                depth = max(0, depth - 1)
            case "other" if text == "," and not depth:
                if possible:
                    found.append(frozenset(names - _ALWAYS))
                names, possible, element = set(), True, ""
            case "other" if not depth and text not in "*|":
                element = ""  # a combinator
            case _:
                pass
    if possible:
        found.append(frozenset(names - _ALWAYS))
    return tuple(found)
