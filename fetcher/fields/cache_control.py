"""Whether a response may be stored and for how long it is fresh: what decides if a 103's preload is reused (EH 9.3).

RFC 9111 as a private cache, with Chromium's choice of statuses for heuristics. Directives are read leniently, an
unreadable lifetime counts as stale (RFC 9111 4.2.1), and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from fetcher.terms import Fields, field_value, field_values

_DIRECTIVE = re.compile(
    r'([!#$%&\'*+\-.^_`|~0-9A-Za-z]+)[ \t]*+(?:=[ \t]*+(?:"((?:[^"\\]++|\\.)*+)"?|([^,]*+)))?+[^,]*+', re.DOTALL
)
_MOST = 2**31  # RFC 9111 1.2.2: anything longer means this
_HEURISTIC = frozenset({200, 203, 206})
_FOREVER = frozenset({300, 301, 308, 410})
FOREVER_MS = _MOST * 1000.0


@dataclass(frozen=True, slots=True)
class CacheControl:
    """The directives a browser's cache obeys. ``max_age`` is seconds; a lifetime that cannot be read is 0."""

    no_store: bool = False
    no_cache: bool = False
    max_age: int | None = None
    must_revalidate: bool = False
    private: bool = False
    immutable: bool = False


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
    """The directives of a Cache-Control field given as its lines; the first of duplicates counts."""
    found: dict[str, str] = {}
    for name, quoted, plain in _DIRECTIVE.findall(", ".join(values)):
        found.setdefault(name.lower(), quoted or plain.strip(" \t"))
    # no-cache="field" only forbids reusing that field; browsers take it as the bare word, and so do we.
    return CacheControl(
        no_store="no-store" in found,
        no_cache="no-cache" in found,
        max_age=_seconds(found["max-age"]) if "max-age" in found else None,
        must_revalidate="must-revalidate" in found,
        private="private" in found,
        immutable="immutable" in found,
    )


def freshness(fields: Fields, *, status: int = 200, now: float | None = None) -> Freshness:
    """How long the response with these fields is fresh from the moment it arrived.

    ``now`` is that moment in seconds since the epoch; without it the server's clock (Date) is taken to agree with
    ours, so only the Age field makes a response old.
    """
    control = parse(field_values(fields, "cache-control"))
    validators = any(field_value(fields, name) for name in ("etag", "last-modified"))
    if control.no_store:
        return Freshness(False, None, "Cache-Control: no-store", validators)
    if (field_value(fields, "vary") or "").strip() == "*":
        return Freshness(True, 0.0, "Vary: * matches no other request", validators)
    if control.no_cache:
        return Freshness(True, 0.0, "Cache-Control: no-cache", validators)
    if control.max_age is None and "no-cache" in (field_value(fields, "pragma") or "").lower():
        return Freshness(True, 0.0, "Pragma: no-cache", validators)

    date = _date(field_value(fields, "date"))
    lifetime, why = _lifetime(fields, control, status, date if date is not None else now)
    if lifetime is None:
        return Freshness(True, None, why, validators)
    apparent = max(0.0, now - date) if now is not None and date is not None else 0.0
    age = max(apparent, float(_seconds((field_value(fields, "age") or "0").split(",")[0].strip())))
    left = max(0.0, lifetime - age)
    if not left and lifetime:
        why = f"{why}, but it is already {age:.0f} s old"
    return Freshness(True, left * 1000.0, why, validators)


def _lifetime(fields: Fields, control: CacheControl, status: int, date: float | None) -> tuple[float | None, str]:
    """RFC 9111 4.2.1, in seconds, with the field it comes from."""
    if control.max_age is not None:
        return float(control.max_age), f"Cache-Control: max-age={control.max_age}"
    expires = next(field_values(fields, "expires"), None)
    if expires is not None:
        end = _date(expires)
        if end is None:
            return 0.0, "Expires is not a date, which means already expired"
        if date is None:
            return 0.0, "Expires without a Date to count from"
        return max(0.0, end - date), "Expires"
    if status in _FOREVER and not control.must_revalidate:
        return FOREVER_MS / 1000.0, f"a {status} is kept until it is evicted"
    changed = _date(field_value(fields, "last-modified"))
    if status in _HEURISTIC and not control.must_revalidate and changed is not None and date is not None:
        # RFC 9111 4.2.2: a tenth of the time since it last changed.
        return max(0.0, date - changed) * 0.1, "a tenth of its age since Last-Modified"
    return None, "no max-age, Expires or usable Last-Modified"


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        return 0
    digits = text.lstrip("0")
    return _MOST if len(digits) > 10 else min(int(digits or "0"), _MOST)


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
