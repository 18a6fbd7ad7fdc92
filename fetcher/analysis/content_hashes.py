"""What of a file's name is a content hash, that changes with every release: found alike wherever names are compared."""

from __future__ import annotations

import re
from functools import cache

_TAIL = re.compile(r"(?<=[._-])(?:[A-Za-z0-9_-]{8}|[A-Za-z0-9]{9,32})$")


@cache
def hexadecimal(least: int) -> re.Pattern[str]:
    """Runs of at least so many hex digits, both digits and letters among them, that are no part of a word."""
    return re.compile(
        r"(?<![0-9A-Za-z])(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{%d,64}(?![0-9A-Za-z])" % least  # noqa: UP031
    )


def without_tail(stem: str) -> str:
    """``stem``, a name without its ending, with "*" for what a bundler put behind it: 8 to 32 letters and digits after
    a dot, dash or underscore that no word has (a digit inside, or capitals within)."""
    return _TAIL.sub(lambda match: "*" if _is_random(match.group()) else match.group(), stem)


def _is_random(text: str) -> bool:
    has_digit = any(letter.isdigit() for letter in text) and any(letter.isalpha() for letter in text)
    inner = text[1:]
    return has_digit or (inner != inner.lower() and inner != inner.upper())
