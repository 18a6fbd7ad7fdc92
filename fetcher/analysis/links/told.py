"""Whether a record would show a 103 if one had come: a load of ours does; browsers' own HAR files leave every one out.

What is unknown there is "no" to nobody: audits, differences and reports ask here before they say that none came.
"""

from __future__ import annotations

from collections.abc import Sequence

from fetcher.record.page_load import PageLoad
from fetcher.terms import InitiatorKind


def tells_of_interims(load: PageLoad) -> bool:
    """Whether one load by itself does: it is ours, or has an interim response."""
    by = load.recorded_by
    return by is None or by.lower().startswith("fetcher") or bool(load.interim)


def telling(loads: Sequence[PageLoad]) -> list[PageLoad]:
    """Those of ``loads`` that do: a program that kept a 103 of one of them would have kept those of the others."""
    keep = {load.recorded_by for load in loads if tells_of_interims(load)}
    return [load for load in loads if load.recorded_by in keep]


def untold(load: PageLoad) -> str:
    """What is known of the 103 of a load that does not tell, a clause."""
    said = f"what {load.recorded_by} recorded has no 103 in it"
    return said + (", but requests that one started" if is_shown_by_requests(load) else ", whether one came or not")


def is_shown_by_requests(load: PageLoad) -> bool:
    """Whether requests say that a 103 started them, so that one came, told of or not."""
    return any(one.initiator.kind is InitiatorKind.EARLY_HINT for one in load.requests)
