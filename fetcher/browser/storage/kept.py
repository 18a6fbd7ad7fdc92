"""What a final answer leaves with the browser beside its content: cookies, HSTS, the client hints an origin asked for.

Never what a 103 says (EH 10.6).
"""

from __future__ import annotations

from fetcher.browser.fetches import Fetch, is_credentialed
from fetcher.browser.requests.belonging import is_apart, jar_for, page_of
from fetcher.browser.requests.client_hints import accepted
from fetcher.browser.state import LoadState
from fetcher.terms import (
    Fields,
)


def keep_cookies(state: LoadState, fetch: Fetch, fields: Fields, at: float) -> None:
    """Store the Set-Cookie values of a final response's ``fields`` (never those of a 103: EH 10.6)."""
    if is_credentialed(fetch.credentials, fetch.url, fetch.client):
        for name, value in fields:
            if name == "set-cookie":
                page = page_of(state, fetch)
                apart = is_apart(fetch, page)
                jar_for(state, fetch).store(value, fetch.url, state.epoch + at / 1000, page, apart=apart)


def keep_secure_host(state: LoadState, fetch: Fetch, fields: Fields) -> None:
    """Heed Strict-Transport-Security, if it came over a connection whose certificate was found good."""
    value = next((value for name, value in fields if name == "strict-transport-security"), None)
    facts = state.facts.get(fetch.connection) if fetch.connection is not None else None
    if value is not None and facts is not None and facts.tls is not None and facts.tls.verified:
        state.secure_hosts.note(value, fetch.url, state.wall)


def keep_client_hints(state: LoadState, fetch: Fetch, fields: Fields) -> None:
    """Accept-CH of a response to a navigation of the page: the origin's wish until it says otherwise."""
    names = accepted(fields) if fetch.url.is_trustworthy else None
    if names is not None:
        state.hints_of[fetch.url.origin] = names
