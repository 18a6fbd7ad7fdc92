"""What the page's policies refused, in a line for each reason: requests that were never made, gathered where many share
rule and sentence. Responses that were blocked stand with their request in the waterfall.
"""

from __future__ import annotations

from fetcher.record.page_load import Discovery, PageLoad
from fetcher.report.escape import shorten
from fetcher.report.lines import Line, Style, count, paragraph, place
from fetcher.report.rows import home_of


def refused(load: PageLoad, width: int) -> list[list[Line]]:
    """One entry for each rule and reason, in the order they were met: its URLs by the first of them, and how many."""
    alike: dict[tuple[str, str], list[Discovery]] = {}
    for one in load.discoveries:
        if one.rule is not None and one.outcome != "no-request":  # as an inline script, which asks for nothing
            alike.setdefault((one.rule, one.reason), []).append(one)
    return [_entry(load, rule, reason, several, width) for (rule, reason), several in alike.items()]


def _entry(load: PageLoad, rule: str, reason: str, several: list[Discovery], width: int) -> list[Line]:
    first = several[0]
    what = place(first.url, home_of(load)) if first.url is not None else f"<{first.candidate.element}>"
    text = shorten(what, max(width // 2 - 6, 24))
    others = len({one.url for one in several}) - 1
    if others > 0:
        text += f" and {count(others, 'other')}"
    return paragraph(f"{text}  {rule}: {reason}", width, lead=(("  ✗ ", Style.WARNING),), indent=4)
