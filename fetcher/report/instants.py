"""DOMContentLoaded, load and the start of rendering, and the preloads nobody had used by then, in sentences.

All are estimates unless a browser measured them, and are called so; ``analysis.milestones`` says what they rest on.
"""

from __future__ import annotations

from fetcher.analysis.timing.milestones import Milestone, milestones, unused_preloads
from fetcher.record.page_load import PageLoad
from fetcher.report.escape import shorten
from fetcher.report.lines import milliseconds, place
from fetcher.report.rows import home_of


def instants(load: PageLoad) -> str | None:
    """One sentence for the three; None where nothing can be said: no document came, or only its hints were loaded."""
    told = None if load.only_hints or load.outcome not in ("loaded", "pending") else milestones(load)
    if told is None:
        return None
    parts = [
        _one(load, "rendering can start", told.render_start),
        _one(load, "DOMContentLoaded", told.dom_content_loaded),
        _one(load, "load", told.load),
    ]
    return " · ".join(parts)


def _one(load: PageLoad, name: str, milestone: Milestone) -> str:
    if milestone.at is None:
        return f"{name} not known"
    about = "" if milestone.estimated else " (measured)"
    after = f" after #{milestone.request}" if milestone.request is not None else ""
    return f"{name} {milliseconds(milestone.at)}{after}{about}"


def unused(load: PageLoad, width: int) -> list[str]:
    """A sentence for each preload of the page itself without a use; those of a 103 stand with their hint."""
    return [
        f"#{each.request} {shorten(place(load.requests[each.request].url, home_of(load)), max(width // 2, 24))}  "
        f"{each.text}"
        for each in unused_preloads(load)
        if each.hint is None
    ]
