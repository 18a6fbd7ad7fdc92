"""The rules of early hints that a comment names, with their sentences, folded away."""

from __future__ import annotations

from fetcher.analysis.early_hint_rules import RULES, cited
from fetcher.report.markdown.inert import folded, text


def early_hint_rules(said: str) -> str:
    """A block of those that ``said``, a piece of Markdown, names; "" for none."""
    items = [f"- **EH {number}** {text(RULES[number])}" for number in cited(said)]
    return folded("Rules of early hints named here", items) if items else ""
