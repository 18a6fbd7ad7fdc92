"""Whether a copy fetched earlier in this load can serve a second request for its URL (EH 9.3, 9.5).

In Chromium the body of a hinted response goes to the HTTP cache only, so destination, mode and integrity are not
compared: cacheability is what matters. Where it cannot serve, the reason is worded for the person who sent the hint.
"""

from __future__ import annotations

from fetcher.browser.fetches import Fetch, FetchState
from fetcher.browser.storage.http_cache import REDIRECTS, Cause, NotServed, why_stale, why_varies
from fetcher.fields.cache_control import initial_age, lifetime, why_not_stored
from fetcher.terms import Fields
from fetcher.urls import in_field


def why_not_served(copy: Fetch, wanted: Fields, now: float | None = None) -> NotServed | None:
    """Why ``copy`` cannot answer a request that would go out with the fields ``wanted`` at ``now`` (seconds since the
    epoch; None: the moment it came); None when it can."""
    if copy.state is FetchState.FAILED or copy.state is FetchState.CANCELED or copy.status is None:
        return NotServed(Cause.INCOMPLETE, "the earlier request did not complete")
    unstored = why_not_stored(copy.fields, copy.status)
    if unstored is not None:
        return NotServed(Cause.NOT_STORED, f"its response may not be stored ({unstored})")
    differs = why_varies(copy.fields, copy.sent, wanted)
    if differs is not None:
        return differs
    granted = lifetime(copy.fields, copy.status, copy.received)
    age = initial_age(copy.fields, copy.received, copy.asked)
    if now is not None and copy.received is not None:
        age += now - copy.received
    return None if granted.fresh is not None and granted.fresh > age else why_stale(granted.fresh, granted.why, age)


def redirect_target(status: int | None, fields: Fields) -> str | None:
    """The Location of a redirect response, or None."""
    if status not in REDIRECTS:
        return None
    location = next((value for name, value in fields if name == "location"), None)
    return location if location is None else in_field(location)
