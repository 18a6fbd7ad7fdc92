"""Whether a copy fetched earlier in this load can serve a second request for its URL (EH 9.3, 9.5).

In Chromium the body of a hinted response goes to the HTTP cache only, so destination, mode and integrity are not
compared: cacheability is what matters. Where it cannot serve, the reason is worded for the person who sent the hint.
"""

from __future__ import annotations

from fetcher.browser.fetches import Fetch, FetchState
from fetcher.fields.cache_control import freshness
from fetcher.terms import Fields, field_value

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def why_not_served(copy: Fetch, wanted: Fields) -> str | None:
    """Why ``copy`` cannot answer a request that would go out with the fields ``wanted``; None when it can."""
    if copy.state is FetchState.FAILED or copy.state is FetchState.CANCELED or copy.status is None:
        return "the earlier request did not complete"
    fresh = freshness(copy.fields, status=copy.status)
    if not fresh.storable:
        return f"its response may not be stored ({fresh.why})"
    if not fresh.fresh_for:
        return f"its response is not fresh ({fresh.why})"
    return _vary(copy, wanted)


def _vary(copy: Fetch, wanted: Fields) -> str | None:
    value = field_value(copy.fields, "vary")
    if value is None:
        return None
    for name in (part.strip().lower() for part in value.split(",")):
        if name == "*":
            return "its response says Vary: *"
        if name and field_value(copy.sent, name) != field_value(wanted, name):
            return f"its response varies on {name}, which differs between the two requests"
    return None


def redirect_target(status: int | None, fields: Fields) -> str | None:
    """The Location of a redirect response, or None."""
    if status not in _REDIRECTS:
        return None
    return next((value for name, value in fields if name == "location"), None)
