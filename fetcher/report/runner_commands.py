"""Text that a CI runner takes for no command of its own.

GitHub's, Azure's and TeamCity's runners read commands from any line that a program prints (``::error ::``,
``##vso[...]``): whatever a server sent, and wherever a line was broken, must not be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fetcher.report.lines import Line

_MARKED = re.compile(r"##(?=\w*\[)")
"""``##[command]``, ``##vso[...]``, ``##teamcity[...]``."""


def inert_text(text: str) -> str:
    """One line."""
    if text.lstrip().startswith("::"):
        text = text.replace(":", ": ", 1)
    return unmarked(text)


def unmarked(text: str) -> str:
    """Without what begins a command within a line."""
    return _MARKED.sub("# #", text) if "##" in text else text


def inert(lines: Iterable[Line]) -> Iterator[Line]:
    """Each of ``lines``."""
    for line in lines:
        text = "".join(part for part, _ in line)
        if text.lstrip().startswith("::"):
            at = next(number for number, (part, _) in enumerate(line) if part.strip())
            part, style = line[at]
            line = (*line[:at], (part.replace(":", ": ", 1), style), *line[at + 1 :])
        if "##" in text:
            line = tuple((unmarked(part), style) for part, style in line)
        yield line
