"""The cache state a document's fields tell, in the words of those who send them."""

from __future__ import annotations

import pytest

from fetcher.analysis.check.edge import edge_state
from fetcher.terms import Fields

CASES: list[tuple[Fields, str]] = [
    ((), "unknown"),
    ((("age", "12"),), "hit"),
    ((("age", "0"),), "unknown"),
    ((("age", "soon"),), "unknown"),
    ((("x-cache", "Hit from cloudfront"),), "hit"),
    ((("x-cache", "Miss from cloudfront"), ("age", "0")), "miss"),
    ((("x-cache", "RefreshHit from cloudfront"),), "hit"),
    ((("x-cache", "Error from cloudfront"),), "unknown"),
    ((("x-cache", "TCP_MEM_HIT from a23 (AkamaiGHost)"),), "hit"),
    ((("x-cache", "MISS, HIT"),), "hit"),
    ((("x-cache", "HIT, MISS"),), "miss"),
    ((("x-cache", "HIT"), ("x-cache", "MISS")), "miss"),
    ((("x-cache", "MISS"), ("age", "12")), "miss"),
    ((("cf-cache-status", "HIT"),), "hit"),
    ((("cf-cache-status", "REVALIDATED"), ("age", "1")), "hit"),
    ((("cf-cache-status", "DYNAMIC"),), "miss"),
    ((("cf-cache-status", "EXPIRED"), ("x-cache", "HIT")), "miss"),
    ((("cf-cache-status", "NONE"),), "unknown"),
    ((("cache-status", "ExampleCache; hit; ttl=30"),), "hit"),
    ((("cache-status", "Origin; fwd=uri-miss; stored"),), "miss"),
    ((("cache-status", 'Origin; fwd=uri-miss, "a CDN, inc; hit"; hit=?1'),), "hit"),
    ((("cache-status", '"a CDN; hit, or so"; fwd=bypass'),), "miss"),
    ((("cache-status", "ExampleCache; hit=?0"), ("age", "3")), "hit"),
    ((("cache-status", '"'),), "unknown"),
]


@pytest.mark.parametrize(("fields", "state"), CASES)
def test_edge_state(fields: Fields, state: str) -> None:
    """Cache-Status, then CF-Cache-Status, X-Cache and Age: the first that settles it."""
    assert edge_state(fields).state == state


def test_the_raw_text_is_kept() -> None:
    """Every field that was looked at, as it came, and no other."""
    fields: Fields = (("server", "x"), ("x-cache", "Odd"), ("age", "0"))
    assert edge_state(fields).fields == fields[1:]
