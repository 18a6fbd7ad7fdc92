"""What the estimates say, for the page: the instants to mark in a waterfall, and the critical path in words."""

from __future__ import annotations

from fetcher.analysis.timing.critical_path import CriticalPath, Goal, critical_path
from fetcher.analysis.timing.milestones import milestones
from fetcher.record.page_load import PageLoad
from fetcher.report.html.markup import table, text
from fetcher.report.lines import milliseconds, place
from fetcher.report.rows import home_of

MEASURED = {
    "fcp": "first contentful paint",
    "lcp": "largest contentful paint",
    "onContentLoad": "DOMContentLoaded",
    "onLoad": "load",
}
"""What a browser measures of itself, by the names of ``PageLoad.page_timings``."""


def marks(load: PageLoad) -> dict[str, float]:
    """Instants by label; an estimate is called one."""
    if load.is_measured_in_browser:
        return {f"{title} (measured)": at for name, at in load.page_timings if (title := MEASURED.get(name))}
    told = None if load.only_hints or load.outcome != "loaded" else milestones(load)
    if told is None:
        return {}
    named = (
        ("rendering can start", told.render_start),
        ("DOMContentLoaded", told.dom_content_loaded),
        ("load", told.load),
    )
    return {
        f"{name} ({'estimated' if each.estimated else 'measured'})": each.at
        for name, each in named
        if each.at is not None
    }


def path_to_rendering(load: PageLoad) -> CriticalPath | None:
    """What rendering waits for, None where nothing can be said."""
    if load.only_hints or load.outcome != "loaded":
        return None
    return critical_path(load, Goal.RENDER_START)


def path_table(load: PageLoad, path: CriticalPath | None, title: str = "") -> str:
    """The steps to the start of rendering, longest bars first to the eye by their figures; "" without a path."""
    if path is None or not path.steps:
        return ""
    home = home_of(load)
    rows = [
        [
            f"#{step.request}",
            text(place(load.requests[step.request].url, home)),
            text(f"{step.kind.value}: {step.what}"),
            text(milliseconds(step.start)),
            text(milliseconds(step.duration)),
        ]
        for step in path.steps
        if step.duration > 0
    ]
    kind = "estimated" if path.estimated else "measured"
    head = f"<h2>What rendering waits for{f' · {text(title)}' if title else ''}</h2>"
    told = text(f"The critical path: rendering can start at {milliseconds(path.at)} ({kind})")
    label = told + (f" · {text(title)}" if title else "")
    return head + table(["request", "resource", "step", "from", "takes"], rows, caption=told, label=label)
