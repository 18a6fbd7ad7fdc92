"""The rules of early-hints.md by number, and those that no load in a browser can show with the test that holds them.

Every rule has a case that names it in ``Case.rules``, or stands here with the reason and a test of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass

_COUNTS = {1: 12, 2: 11, 3: 8, 4: 10, 5: 6, 6: 5, 7: 3, 8: 8, 9: 7, 10: 6, 11: 4, 12: 2, 13: 10}

RULES = tuple(f"EH {chapter}.{number}" for chapter, count in _COUNTS.items() for number in range(1, count + 1))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """``rule`` cannot be seen from a server that Chromium loads from, because of ``why``; ``test`` is a file and a
    function of it."""

    rule: str
    why: str
    test: str
