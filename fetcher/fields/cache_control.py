"""Whether a response may be stored, how long it is fresh and how old it came: what a browser's cache reads from fields.

RFC 9111 as a private cache, and where it leaves room what Chromium 156 does (asked of it row by row in
``tests/end_to_end/chromium/test_http_cache.py``): a directive is known by its exact spelling alone, so that
``max-age="60"``, ``max-age = 60`` and ``no-cache="set-cookie"`` say nothing, and a lifetime that cannot be read is
passed over rather than taken for 0. Nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache

from fetcher.terms import Fields, field_values

_MEMBER = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)++', re.DOTALL)
_MOST = 2**31  # RFC 9111 1.2.2: anything longer means this
_HEURISTIC = frozenset({200, 203, 206})
_FOREVER = frozenset({300, 301, 308, 410})
_UNSTORED = {
    206: "a part of a resource",
    304: "a revalidation of another response",
    401: "a challenge for credentials",
    407: "a proxy's challenge for credentials",
}
FOREVER_MS = _MOST * 1000.0


@dataclass(frozen=True, slots=True)
class CacheControl:
    """The directives a browser's cache obeys. Seconds; None where absent or unreadable."""

    no_store: bool = False
    no_cache: bool = False
    max_age: int | None = None
    must_revalidate: bool = False
    private: bool = False
    immutable: bool = False
    stale_while_revalidate: int | None = None


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Seconds from when the origin made it: ``fresh``, None when nothing gives one, and after that ``stale``, while
    which it may still be used if it is revalidated meanwhile (RFC 5861). ``why`` is one phrase that names the field."""

    fresh: float | None
    stale: float
    why: str


@dataclass(frozen=True, slots=True)
class Freshness:
    """``storable``: a browser may keep it. ``fresh_for``: milliseconds it may still be used without asking, 0 when it
    must be revalidated first, None when nothing in it gives a lifetime. ``why`` is one phrase that names the field.
    ``validators``: an ETag or Last-Modified would let a stale copy be revalidated."""

    storable: bool
    fresh_for: float | None
    why: str
    validators: bool = False

    @property
    def reusable(self) -> bool:
        """The document's own request would find this in the HTTP cache and make none (EH 9.3)."""
        return self.storable and bool(self.fresh_for)


def parse(values: Iterable[str]) -> CacheControl:
    """The directives of a Cache-Control field given as its lines; the first readable one of duplicates counts."""
    members = [member.strip(" \t").lower() for value in values for member in _MEMBER.findall(value)]
    return CacheControl(
        no_store="no-store" in members,
        no_cache="no-cache" in members,
        max_age=_directive(members, "max-age="),
        must_revalidate="must-revalidate" in members,
        private="private" in members,
        immutable="immutable" in members,
        stale_while_revalidate=_directive(members, "stale-while-revalidate="),
    )


def why_not_stored(fields: Fields, status: int) -> str | None:
    """Why a browser keeps nothing of a whole answer to a GET; None when it does."""
    if parse(field_values(fields, "cache-control")).no_store:
        return "Cache-Control: no-store"
    what = _UNSTORED.get(status)
    return None if what is None else f"status {status}, {what}"


def lifetime(fields: Fields, status: int, received: float | None) -> Lifetime:
    """RFC 9111 4.2.1. ``received`` is when it came, in seconds since the epoch, and stands in for a missing Date."""
    control = parse(field_values(fields, "cache-control"))
    for said, why in (
        (control.no_store, "Cache-Control: no-store"),
        (control.no_cache, "Cache-Control: no-cache"),
        (any(value.strip().lower() == "no-cache" for value in _listed(fields, "pragma")), "Pragma: no-cache"),
    ):
        if said:
            return Lifetime(0.0, 0.0, why)
    stale = 0.0 if control.must_revalidate else float(control.stale_while_revalidate or 0)
    if control.max_age is not None:
        return Lifetime(float(control.max_age), stale, f"Cache-Control: max-age={control.max_age}")
    made = _date(next(field_values(fields, "date"), None))
    made = received if made is None else made
    expires = next(field_values(fields, "expires"), None)
    if expires is not None:
        end = _date(expires)
        if end is None:
            return Lifetime(0.0, stale, "Expires is not a date, which means already expired")
        if made is None:
            return Lifetime(0.0, stale, "Expires without a Date to count from")
        return Lifetime(max(0.0, end - made), stale, "Expires")
    changed = _date(next(field_values(fields, "last-modified"), None))
    heuristic = status in _HEURISTIC and not control.must_revalidate
    if heuristic and changed is not None and made is not None and changed <= made:
        return Lifetime((made - changed) * 0.1, stale, "a tenth of its age since Last-Modified")  # RFC 9111 4.2.2
    if status in _FOREVER:
        return Lifetime(float(_MOST), 0.0, f"a {status} is kept until it is evicted")
    return Lifetime(None, stale, "no max-age, Expires or usable Last-Modified")


def initial_age(fields: Fields, received: float | None, asked: float | None = None) -> float:
    """How many seconds old it was when it came (RFC 9111 4.2.3, corrected_initial_age): by its Age or by its Date,
    whichever is older, and the time the exchange took."""
    made = _date(next(field_values(fields, "date"), None))
    apparent = max(0.0, received - made) if received is not None and made is not None else 0.0
    said = _seconds((next(field_values(fields, "age"), None) or "0").split(",")[0].strip())
    took = max(0.0, received - asked) if received is not None and asked is not None else 0.0
    return max(apparent, float(said or 0)) + took


def validators(fields: Fields) -> Fields:
    """What a conditional request asks with: If-None-Match, If-Modified-Since, both or neither (RFC 9111 4.3.1)."""
    asks = (("if-none-match", "etag"), ("if-modified-since", "last-modified"))
    found = ((ask, next(field_values(fields, name), "").strip()) for ask, name in asks)
    return tuple((ask, value) for ask, value in found if value)


def freshness(fields: Fields, *, status: int = 200, now: float | None = None) -> Freshness:
    """How long the response with these fields is fresh from the moment it arrived.

    ``now`` is that moment in seconds since the epoch; without it the server's clock (Date) is taken to agree with
    ours, so only the Age field makes a response old.
    """
    asks = bool(validators(fields))
    unstored = why_not_stored(fields, status)
    if unstored is not None:
        return Freshness(False, None, unstored, asks)
    if any(value.strip() == "*" for value in _listed(fields, "vary")):
        return Freshness(True, 0.0, "Vary: * matches no other request", asks)
    granted = lifetime(fields, status, now)
    if granted.fresh is None:
        return Freshness(True, None, granted.why, asks)
    age = initial_age(fields, now)
    left = max(0.0, granted.fresh - age)
    why = granted.why
    if not left and granted.fresh:
        why = f"{why}, but it is already {age:.0f} s old"
    return Freshness(True, left * 1000.0, why, asks)


def _listed(fields: Fields, name: str) -> Iterator[str]:
    return (member for value in field_values(fields, name) for member in value.split(","))


def _directive(members: list[str], name: str) -> int | None:
    """The value of the first member ``name`` (with its "=") that is digits, spaces around them allowed."""
    for member in members:
        if member.startswith(name):
            found = _seconds(member.removeprefix(name).strip(" "))
            if found is not None:
                return found
    return None


def _seconds(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0")
    return _MOST if len(digits) > 10 else min(int(digits or "0"), _MOST)


@lru_cache(maxsize=256)
def _date(text: str | None) -> float | None:
    """An HTTP-date as seconds since the epoch, or None."""
    if text is None or len(text) > 64:
        return None
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
