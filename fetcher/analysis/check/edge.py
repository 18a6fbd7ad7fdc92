"""From which cache state a document came, by what its response says: Cache-Status (RFC 9211), CF-Cache-Status,
X-Cache, Age.

A 103 is often sent by the edge from what it remembers of an earlier answer, so whether it comes may depend on this.
The first field that settles it counts; the raw text of all of them is kept, since only two of the four are specified.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from fetcher.terms import Fields, field_value, field_values

_MEMBER = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))++', re.DOTALL)
_PARAMETER = re.compile(r'(?:[^;"]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))++', re.DOTALL)
_FIELDS = ("cache-status", "cf-cache-status", "x-cache", "age")

# developers.cloudflare.com: STALE, UPDATING and REVALIDATED are answers from the cache; DYNAMIC was never eligible.
_CLOUDFLARE_HITS = frozenset({"hit", "stale", "updating", "revalidated"})
_CLOUDFLARE_MISSES = frozenset({"miss", "expired", "bypass", "dynamic"})
_MISS_WORDS = ("miss", "pass", "expired", "nocache", "no-cache", "refresh")


class EdgeState(StrEnum):
    HIT = "hit"
    MISS = "miss"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Edge:
    """``fields`` are those that were looked at, as they came."""

    state: EdgeState
    fields: Fields


def edge_state(fields: Fields) -> Edge:
    """The cache state that a response's fields tell."""
    raw = tuple((name, value) for name, value in fields if name in _FIELDS)
    readings = (
        _cache_status(", ".join(field_values(fields, "cache-status"))),
        _cloudflare((field_value(fields, "cf-cache-status") or "").strip().lower()),
        _x_cache(", ".join(field_values(fields, "x-cache"))),
        _age((field_value(fields, "age") or "").strip()),
    )
    return Edge(next((one for one in readings if one is not EdgeState.UNKNOWN), EdgeState.UNKNOWN), raw)


def _cache_status(text: str) -> EdgeState:
    """The member nearest the client stands last; any cache that had it makes the answer a stored one."""
    said = False
    for member in _MEMBER.findall(text):
        names = [part.strip().lower() for part in _PARAMETER.findall(member)[1:]]
        if any(name in ("hit", "hit=?1") for name in names):
            return EdgeState.HIT
        said = said or any(name.startswith("fwd=") for name in names)
    return EdgeState.MISS if said else EdgeState.UNKNOWN


def _cloudflare(word: str) -> EdgeState:
    if word in _CLOUDFLARE_HITS:
        return EdgeState.HIT
    return EdgeState.MISS if word in _CLOUDFLARE_MISSES else EdgeState.UNKNOWN


def _x_cache(text: str) -> EdgeState:
    """ "Hit from cloudfront", "MISS, HIT" (shield, then edge), "TCP_MEM_HIT": the last member is the edge's."""
    last = text.rpartition(",")[2].lower()
    if "hit" in last:
        return EdgeState.HIT
    return EdgeState.MISS if any(word in last for word in _MISS_WORDS) else EdgeState.UNKNOWN


def _age(text: str) -> EdgeState:
    """Some cache held it for that long; an age of 0 says nothing either way."""
    return EdgeState.HIT if text.isascii() and text.isdigit() and text.strip("0") else EdgeState.UNKNOWN
