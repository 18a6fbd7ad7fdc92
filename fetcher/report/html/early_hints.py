"""The rules of early hints that a page names, with their sentences: whoever gets the page has nothing else to ask."""

from __future__ import annotations

from fetcher.analysis.early_hint_rules import ABOUT, RULES, cited
from fetcher.report.html.markup import text


def early_hint_rules(page: str) -> str:
    """A section of those that ``page``, a piece of HTML, names; "" for none."""
    items = "".join(f"<dt>EH {number}</dt><dd>{text(RULES[number])}</dd>" for number in cited(page))
    if not items:
        return ""
    return (
        f'<h2 id="early-hint-rules">Rules of early hints named here</h2><p class="dim">{text(ABOUT.partition(";")[0])}.'
        f'</p><dl class="evidence">{items}</dl>'
    )
