"""Which thing of the one result is which of the other, though a deployment gave it another version or another host."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from fetcher.analysis.versions import version_free
from fetcher.urls import resolve

Thing = TypeVar("Thing")
Key = Callable[[Thing], Hashable]


def matched(
    before: Sequence[Thing], after: Sequence[Thing], *keys: Key[Thing]
) -> list[tuple[Thing | None, Thing | None]]:
    """Pairs of things that share a key: the first of ``keys`` counts most, equals pair up in their order, and a thing
    without a partner stands alone. A key of None matches nothing. In the order of ``after``, what is gone last."""
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for key in keys:
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for at, one in enumerate(before):
            if at not in taken and key(one) is not None:
                waiting[key(one)].append(at)
        for at, one in enumerate(after):
            same = waiting.get(key(one)) if at not in partner else None
            if same:
                partner[at] = same.popleft()
                taken.add(partner[at])
    found: list[tuple[Thing | None, Thing | None]] = [
        (before[partner[at]] if at in partner else None, one) for at, one in enumerate(after)
    ]
    return found + [(one, None) for at, one in enumerate(before) if at not in taken]


def placed(url: str, home: str | None) -> str:
    """``url`` as it is named in a page of the origin ``home``: its path and query there, whole elsewhere. So the same
    page is compared whether it stands on a staging host or in production."""
    parsed = resolve(url)
    if parsed is None or home is None or parsed.origin != home:
        return url
    return parsed.target


def without_version(url: str) -> str:
    """``url``, whole or from its path on, with "*" for content hashes and version numbers."""
    start, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/") if mark else ("", "", url)
    path, question, query = path.partition("?")
    return f"{start + mark + host + slash if mark else ''}{version_free(path)}{question}{query}"


def origin_of(url: str | None) -> str | None:
    parsed = resolve(url) if url is not None else None
    return parsed.origin if parsed is not None else None
