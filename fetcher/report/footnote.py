"""What stands under a report on the terminal that names rules of early hints ("EH 3.2"): which command says them.

A page or a comment is sent around without the command, so those have the sentences themselves (``html.early_hints``,
``markdown.early_hints``).
"""

from __future__ import annotations

from collections.abc import Iterable

from fetcher.analysis.early_hint_rules import cited
from fetcher.report.lines import Line, Style, paragraph


def footnote(lines: Iterable[Line], width: int) -> list[Line]:
    """After ``lines``; nothing where they name no rule."""
    numbers = cited(" ".join(" ".join("".join(part for part, _ in line) for line in lines).split()))
    if not numbers:
        return []
    told = (
        f"EH {numbers[0]}: a rule of early hints; fetcher audit --explain {numbers[0]} says it"
        if len(numbers) == 1
        else f"EH {numbers[0]} to {numbers[-1]}: rules of early hints; fetcher audit --explain {numbers[0]} says one"
    )
    return [(), *paragraph(told, width, Style.DIM)]
