"""Figures of a page's loads, before and after: instants, sizes and counts, each the median of its side's loads.

They stand side by side. Loads that were made at different times met different networks, so no difference of instants
is called slower or faster here; ``fetcher compare`` measures that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fetcher.analysis.changes.values import Figure
from fetcher.analysis.compare.comparison import instants_of
from fetcher.analysis.fetched_twice import double_fetches
from fetcher.analysis.spreads import spread
from fetcher.record.page_load import PageLoad
from fetcher.terms import field_values

Reading = Callable[[PageLoad], float | None]


def figures_of(before: Sequence[PageLoad], after: Sequence[PageLoad]) -> Iterator[Figure]:
    """Each figure that a side has. What a whole load alone has is left out where one is of the document and its hints
    only."""
    every = [*before, *after]
    whole = not any(load.only_hints for load in every)
    for name, title, estimated, reading in instants_of(every):
        if whole or not estimated:
            yield from _figure(name, title, "ms", reading, before, after, estimated=estimated)
    yield from _figure("link-bytes", "Link fields of 103s", "bytes", _link_bytes, before, after)
    yield from _figure("hinted-bytes", "fetched for hints", "bytes", _hinted_bytes, before, after)
    if whole:
        yield from _figure("bytes", "transferred", "bytes", _bytes, before, after)
        yield from _figure("requests", "requests", "count", _requests, before, after)
        yield from _figure("double", "fetched twice", "count", _doubles, before, after)


def _figure(
    name: str,
    title: str,
    unit: str,
    reading: Reading,
    before: Sequence[PageLoad],
    after: Sequence[PageLoad],
    *,
    estimated: bool = False,
) -> Iterator[Figure]:
    old, new = spread(map(reading, before)), spread(map(reading, after))
    if old is not None or new is not None:
        yield Figure(name, title, unit, estimated, old, new)


def _link_bytes(load: PageLoad) -> float | None:
    lines = [line for one in load.interim if one.status == 103 for line in field_values(one.fields, "link")]
    return float(sum(map(len, lines))) if lines else None


def _hinted_bytes(load: PageLoad) -> float | None:
    hinted = {hint.request for hint in load.hints if hint.acted and hint.request is not None}
    sizes = [load.requests[number].sizes.transferred for number in hinted]
    return float(sum(size for size in sizes if size is not None)) if hinted else None


def _requests(load: PageLoad) -> float | None:
    return float(len(load.requests))


def _doubles(load: PageLoad) -> float | None:
    return float(len(double_fetches(load)))


def _bytes(load: PageLoad) -> float | None:
    return float(sum((one.sizes.head or 0) + (one.sizes.transferred or 0) for one in load.requests))
