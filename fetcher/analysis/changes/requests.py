"""What a page asks for, before and after: added, removed, another version, another answer, another size, twice.

A request is known again by its URL, then by its URL without content hashes and version numbers. The navigation itself
and what its hints fetch are among them; preconnects are not requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from fetcher.analysis.changes.matching import matched, placed, without_version
from fetcher.analysis.changes.values import Change, Trend, What
from fetcher.analysis.fetched_twice import double_fetches
from fetcher.analysis.reuse import Cause
from fetcher.record.page_load import PageLoad, RequestRecord

LEAST_BYTES = 1_000
LEAST_SHARE = 0.05
"""A size that differs by less than both of these is the same file: compression and dates in comments vary."""


@dataclass(frozen=True, slots=True)
class RequestView:
    target: str
    request: RequestRecord


def views(load: PageLoad, home: str | None) -> list[RequestView]:
    """Each URL once, however often it was asked for, documents of the navigation left out."""
    found: dict[str, RequestView] = {}
    for one in load.requests:
        if one.id not in load.navigations:
            found.setdefault(one.url, RequestView(placed(one.url, home), one))
    return sorted(found.values(), key=lambda view: view.target)


def changes_of(
    before: PageLoad, after: PageLoad, homes: tuple[str | None, str | None], told: set[str]
) -> Iterator[Change]:
    """``told`` are the places whose results are told with their hints: they are worse once, there."""
    old, new = views(before, homes[0]), views(after, homes[1])
    for was, now in matched(old, new, lambda one: one.target, lambda one: without_version(one.target)):
        if now is None:
            assert was is not None
            yield Change(What.REQUEST_REMOVED, was.target, _told(was.request), None)
        elif was is None:
            bad = _is_bad(now.request) and now.target not in told
            yield Change(
                What.REQUEST_ADDED, now.target, None, _told(now.request), now.request.error or "",
                Trend.WORSE if bad else Trend.OTHER,
            )  # fmt: skip
        else:
            yield from _same(was, now, told)
    yield from _twice(before, after, homes)


def _same(was: RequestView, now: RequestView, told: set[str]) -> Iterator[Change]:
    if was.target != now.target:
        yield Change(What.REQUEST_VERSION, now.target, was.target, now.target)
    earlier, later = was.request, now.request
    if _told(earlier) != _told(later) and now.target not in told:
        worse, better = _is_bad(later), _is_bad(earlier)
        trend = Trend.OTHER if worse == better else Trend.WORSE if worse else Trend.BETTER
        yield Change(What.REQUEST_RESULT, now.target, _told(earlier), _told(later), later.error or "", trend)
    sizes = earlier.sizes.transferred, later.sizes.transferred
    if None not in sizes and not (earlier.timing_is_cache_read or later.timing_is_cache_read):
        small, large = sorted((sizes[0] or 0, sizes[1] or 0))
        if large - small >= max(LEAST_BYTES, LEAST_SHARE * large):
            yield Change(What.REQUEST_SIZE, now.target, f"{sizes[0]}", f"{sizes[1]}", "bytes transferred")


def _twice(before: PageLoad, after: PageLoad, homes: tuple[str | None, str | None]) -> Iterator[Change]:
    old, new = _doubles(before, homes[0]), _doubles(after, homes[1])
    left = Counter(key for key, _, _ in old)
    for key, target, reason in new:
        if left[key]:
            left[key] -= 1
        else:
            yield Change(What.DOUBLE_FETCH, target, None, "fetched twice", reason, Trend.WORSE)
    for key, target, _ in reversed(old):
        if left[key]:
            left[key] -= 1
            yield Change(What.DOUBLE_FETCH, target, "fetched twice", None, "", Trend.BETTER)


def _doubles(load: PageLoad, home: str | None) -> list[tuple[tuple[str, Cause], str, str]]:
    """(what makes it the same one, the URL, why) of each double fetch. Another version fetched besides the hinted one
    is a stale hint and told there."""
    found = []
    for one in double_fetches(load):
        if one.cause in (Cause.NEAR_MISS, Cause.QUERY_DIFFERS):
            continue
        target = placed(load.requests[one.later].url, home)
        found.append(((without_version(target), one.cause), target, f"{one.reason}; {one.fix}"))
    return sorted(found, key=lambda one: (one[1], one[0]))


def _is_bad(request: RequestRecord) -> bool:
    return (request.status or 0) >= 400 or request.outcome not in ("complete", "pending", "canceled")


def _told(request: RequestRecord) -> str:
    """ "200", or what stopped it."""
    if request.outcome in ("complete", "pending") and request.status is not None:
        return str(request.status)
    return request.outcome
