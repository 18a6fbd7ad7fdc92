"""The rules that come with fetcher, in the order in which a report lists them: by family, then as the family has them.

A family is a package of this room whose ``RULES`` are its rules. A test holds the list against the documentation.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module

from fetcher.audits.rule import Rule
from fetcher.errors import UsageError

FAMILIES: tuple[str, ...] = ("delivery", "hints", "resources", "value", "consistency")


@cache
def built_in() -> tuple[Rule, ...]:
    """Every rule of ours."""
    found: list[Rule] = []
    for family in FAMILIES:
        found += import_module(f"fetcher.audits.{family}").RULES
    return tuple(found)


def named(name: str, rules: Iterable[Rule] = ()) -> Rule:
    """The rule called ``name`` among ours and ``rules``; raises UsageError with the nearest names otherwise."""
    from difflib import get_close_matches

    known = {rule.id: rule for rule in (*built_in(), *rules)}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else "; --list names them all"
    raise UsageError(f"no rule is called {name!r}{hint}")
