"""The pages that speculation rules list for later: an inline <script type=speculationrules> (HTML, 7.6, "speculative
loading").

Chromium fetches them once the page has settled, where their eagerness asks for no hand of a reader; that serves the
next page and nothing of this one, so they are named and not requested. Rules that choose among the document's links
are named by what they choose, without a URL. Text that is not JSON, or not of that form, lists nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

URLS = 256
"""Pages of one set of rules that are named."""
_ACTIONS = ("prefetch", "prerender", "prerender_until_script")

Pairs = tuple[tuple[str, str], ...]


def speculated(text: bytes) -> list[tuple[str, Pairs]]:
    """(url as written, (("action", ...), ("eagerness", ...))) each; a url of "" for rules over the document's links."""
    try:
        rules = json.loads(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return []
    found = _listed(rules) if isinstance(rules, dict) else iter(())
    return [each for each, _ in zip(found, range(URLS), strict=False)]


def _listed(rules: dict[str, Any]) -> Iterator[tuple[str, Pairs]]:
    for action in _ACTIONS:
        each = rules.get(action)
        for rule in each if isinstance(each, list) else ():
            if not isinstance(rule, dict):
                continue
            urls = rule.get("urls")
            eagerness = rule.get("eagerness")
            if not isinstance(eagerness, str):
                eagerness = "immediate" if urls is not None else "conservative"
            pairs = (("action", action), ("eagerness", eagerness[:64]))
            if isinstance(urls, list):
                yield from ((url.strip("\t\n\f\r "), pairs) for url in urls if isinstance(url, str))
            elif rule.get("source", "document") == "document":
                yield "", pairs
