"""Which cache answered, read from a response's own fields: Cache-Status (RFC 9211), CDNs' words, Server-Timing, Age.

A small derived value, never stored: the fields are in the record. Where several speak, the nearest cache to the
client decides, because that is the one whose state the visitor felt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fetcher.terms import Fields, field_value, field_values

_HIT = re.compile(r"\bhit\b|_hit\b|\bstale\b|\brevalidated\b|\bupdating\b", re.IGNORECASE)
_MISS = re.compile(r"\bmiss\b|_miss\b|\bexpired\b|\bdynamic\b|\bbypass\b|\bpass\b|\bprerender\b|\bfwd\b", re.IGNORECASE)
# RFC 9211 names the nearest cache last; X-Cache lists (Fastly, several Squids) do too.
_LISTS = ("cache-status", "x-cache")
_WORDS = ("cf-cache-status", "x-vercel-cache", "x-cache-status", "x-proxy-cache", "x-nf-cache", "x-litespeed-cache")
_TIMING = re.compile(r"""\b(?:cdn-cache|cache|cfcachestatus)\s*;[^,]*?desc="?([^",;]*)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CacheStatus:
    """``hit`` is whether the nearest cache had it (None: it did not say clearly), ``said`` the words, ``field`` where
    they stand, ``age`` the Age field in seconds."""

    hit: bool | None
    said: str
    field: str
    age: int | None

    def __str__(self) -> str:
        verdict = {True: "hit", False: "miss", None: "unclear"}[self.hit]
        return verdict if self.age is None else f"{verdict}, {self.age} s old"


def cache_status_of(fields: Fields) -> CacheStatus | None:
    """What ``fields`` of a response say of caches; None when they say nothing. An Age above 0 alone is a hit."""
    age = _age(fields)
    for name in _LISTS:
        members = [part.strip() for value in field_values(fields, name) for part in value.split(",") if part.strip()]
        if members:
            return CacheStatus(_verdict(members[-1]), members[-1], name, age)
    for name in _WORDS:
        said = field_value(fields, name)
        if said:
            return CacheStatus(_verdict(said), said, name, age)
    for value in field_values(fields, "server-timing"):
        if found := _TIMING.search(value):
            return CacheStatus(_verdict(found[1]), found[1], "server-timing", age)
    if age is None:
        return None
    return CacheStatus(True if age > 0 else None, str(age), "age", age)


def _verdict(said: str) -> bool | None:
    # "hit" first: RFC 9211 has "hit" or "fwd=miss" in one member, never both.
    if re.search(r"\bfwd\b", said) is None and _HIT.search(said):
        return True
    return False if _MISS.search(said) else None


def _age(fields: Fields) -> int | None:
    value = (field_value(fields, "age") or "").partition(",")[0].strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 10 else None
