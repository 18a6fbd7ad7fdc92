"""Redirects of hinted resources (EH 7.3): Fetch follows at once, Chromium only when the page wants the resource."""

from __future__ import annotations

from fetcher.browser.commands import Command
from fetcher.browser.fetches import Fetch
from fetcher.browser.requests.making import new_fetch, redirected
from fetcher.browser.state import LoadState
from fetcher.browser.storage.reuse import redirect_target
from fetcher.fields.referrer_policy import parse
from fetcher.terms import field_values
from fetcher.urls import resolve


def follow_ahead(state: LoadState, fetch: Fetch) -> list[Command]:
    """The next hop of ``fetch``, a hinted request that nobody wants yet, where the driving profile follows. Where that
    cannot be (a target of another scheme, too many hops), the consumer finds out."""
    target = redirect_target(fetch.status, fetch.fields) if state.profile.follows_redirects else None
    url = resolve(target, fetch.url.href) if target is not None else None
    limit = state.options.limits.redirects
    if url is None or not url.is_http or state.is_over_budget() or fetch.redirects >= limit:
        return []
    fetch.hop, commands = new_fetch(
        state,
        url,
        destination=fetch.destination,
        mode=fetch.mode,
        credentials=fetch.credentials,
        priority=fetch.priority,
        fetch_priority=fetch.fetch_priority,
        initiator=redirected(fetch),
        client=fetch.client,
        referrer=fetch.referrer,
        referrer_policy=parse(field_values(fetch.fields, "referrer-policy")) or fetch.referrer_policy,
        hint=fetch.hint,
        redirects=fetch.redirects + 1,
    )
    fetch.hop.hops = (*fetch.hops, fetch.url)
    return commands
