"""What a document has already, and whether an element may use it once more: blink's memory cache, within one document.

Asked of Chromium 156: two uses that meet while the response is still under way are one request whatever its fields
say. Once its head is there, one that says no-store serves no second script or style sheet (pictures it does), and
neither does a script or sheet that failed with a status of 400 or more: the HTTP cache is asked then. A script that
holds up the parser is met by it only when the one before is over; any other use is met by the scanner, ahead.
"""

from __future__ import annotations

from fetcher.browser.fetches import Consumer, Fetch
from fetcher.browser.storage.reuse import redirect_target
from fetcher.discovery.candidates import CandidateKind
from fetcher.fields.cache_control import parse
from fetcher.terms import Destination, field_values

_SCANNED = (Destination.SCRIPT, Destination.STYLE)


def waits(have: Fetch, consumer: Consumer) -> bool:
    """Whether it is only decided once ``have`` has its head."""
    candidate = consumer.candidate
    blocks = candidate.kind is CandidateKind.SCRIPT and candidate.element == "script"
    blocks = blocks and all(candidate.attribute(name) is None for name in ("async", "defer"))
    return blocks and have.status is None and have.is_pending


def may_use(have: Fetch, consumer: Consumer) -> bool:
    """Whether ``consumer`` gets what its document has; a preload serves the first that wants it."""
    if have.status is None or consumer.destination not in _SCANNED or _is_unclaimed(have):
        return True
    if redirect_target(have.status, have.fields) is not None:
        return True  # where it led is what the document has
    return have.status < 400 and not parse(field_values(have.fields, "cache-control")).no_store


def _is_unclaimed(have: Fetch) -> bool:
    return have.consumer is None or have.consumer.candidate.kind is CandidateKind.PRELOAD
