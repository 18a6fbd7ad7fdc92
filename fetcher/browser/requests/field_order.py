"""The order in which Chromium 156 words a renderer's own fields: that of the hash table it keeps them in.

What a renderer adds to a request (Origin, User-Agent, client hints, Sec-Purpose) lives in an open-addressed table of 8
places at first, doubled when half full, and is written to the wire from the first place to the last. So the order
follows from a number for each name and from which others are there. The numbers were settled against a real Chromium
(tests/end_to_end/chromium/test_dressing.py asks it again); a name without one goes last. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

# Where a table of 64 places would put each name (in a smaller one, the remainder), in the order they are put in.
_PLACES = {
    "sec-ch-ua-arch": 19,
    "sec-ch-viewport-width": 27,
    "device-memory": 9,
    "sec-ch-ua": 9,
    "ect": 38,
    "sec-ch-ua-full-version": 24,
    "sec-ch-prefers-color-scheme": 56,
    "sec-ch-ua-platform": 3,
    "origin": 2,
    "sec-ch-viewport-height": 35,
    "sec-ch-dpr": 10,
    "sec-ch-ua-model": 12,
    "sec-ch-ua-full-version-list": 2,
    "sec-ch-ua-form-factors": 14,
    "sec-ch-prefers-reduced-transparency": 20,
    "sec-ch-ua-bitness": 9,
    "rtt": 61,
    "dpr": 52,
    "sec-ch-device-memory": 45,
    "user-agent": 56,
    "sec-ch-ua-mobile": 13,
    "viewport-width": 3,
    "sec-ch-ua-platform-version": 63,
    "sec-purpose": 10,
    "sec-ch-ua-wow64": 12,
    "sec-ch-prefers-reduced-motion": 50,
    "downlink": 31,
}
_SMALLEST = 8


@lru_cache(maxsize=512)
def wire_order(names: frozenset[str]) -> tuple[str, ...]:
    """``names`` (lower case) in the order they are sent."""
    known = [name for name in _PLACES if name in names]
    table: list[str | None] = [None] * _SMALLEST
    for count, name in enumerate(known, 1):
        _put(table, name)
        if 2 * count >= len(table):
            table = _grown(table)
    return (*(name for name in table if name is not None), *sorted(names - set(known)))


def _grown(table: Iterable[str | None]) -> list[str | None]:
    members = list(table)
    larger: list[str | None] = [None] * (2 * len(members))
    for name in members:
        if name is not None:
            _put(larger, name)
    return larger


def _put(table: list[str | None], name: str) -> None:
    """In the first free place from its own, looked for in steps of 1, 2, 3..."""
    last = len(table) - 1
    place, step = _PLACES[name] & last, 0
    while table[place] is not None:
        step += 1
        place = (place + step) & last
    table[place] = name
