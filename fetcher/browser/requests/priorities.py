"""Chromium's request priority by destination and place, and the ``priority`` field that says it (EH 5.5, RFC 9218)."""

from __future__ import annotations

from functools import cache

from fetcher.terms import Destination, FetchPriority, NetPriority

_HIGH, _LOW, _AUTO = FetchPriority.HIGH, FetchPriority.LOW, FetchPriority.AUTO

# EH 5, the table: (auto, high, low) for a hinted request.
_HINTED: dict[Destination, tuple[NetPriority, NetPriority, NetPriority]] = {
    Destination.SCRIPT: (NetPriority.MEDIUM, NetPriority.MEDIUM, NetPriority.LOWEST),
    Destination.STYLE: (NetPriority.HIGHEST, NetPriority.HIGHEST, NetPriority.LOWEST),
    Destination.IMAGE: (NetPriority.LOWEST, NetPriority.MEDIUM, NetPriority.LOWEST),
    Destination.FONT: (NetPriority.MEDIUM, NetPriority.MEDIUM, NetPriority.LOWEST),
    Destination.EMPTY: (NetPriority.LOWEST, NetPriority.MEDIUM, NetPriority.LOWEST),
}
_COLUMN = {_AUTO: 0, _HIGH: 1, _LOW: 2}


def hinted(destination: Destination, fetch_priority: FetchPriority, *, bare_module: bool) -> NetPriority:
    """``bare_module``: a modulepreload without ``as``, which Chromium leaves at IDLE (EH 5, last row)."""
    if bare_module:
        return NetPriority.IDLE
    row = _HINTED.get(destination)
    return row[_COLUMN[fetch_priority]] if row else NetPriority.LOWEST


def found(destination: Destination, fetch_priority: FetchPriority, *, in_head: bool, deferred: bool) -> NetPriority:
    """A request the document itself asks for: ``deferred`` is async, defer or module for a script."""
    match destination:
        case Destination.FRAME | Destination.FRAMESET_FRAME:
            normal = NetPriority.HIGHEST
        case Destination.STYLE:
            normal = NetPriority.HIGHEST
        case Destination.FONT:
            normal = NetPriority.HIGHEST
        case Destination.SCRIPT:
            normal = NetPriority.LOWEST if deferred else NetPriority.MEDIUM if in_head else NetPriority.LOW
        case _:
            normal = NetPriority.LOWEST
    if fetch_priority is _HIGH:
        return max(normal, NetPriority.MEDIUM)
    if fetch_priority is _LOW:
        return NetPriority.LOWEST
    return normal


@cache
def priority_field(priority: NetPriority) -> str:
    """The ``priority`` value: u=3 is the default and left out, incremental is always said (EH 5.5)."""
    return "i" if priority.urgency == 3 else f"u={priority.urgency}, i"
