"""Requests are made here, all of them: from the HTTP cache where that may answer, else into the pool's queue.

HSTS and the cache speak before anything is sent (Fetch 4.1, RFC 6797 8.3, RFC 9111 4).
"""

from __future__ import annotations

from fetcher.browser.commands import Command, QueueFetch, RedirectInside, ServeStored
from fetcher.browser.fetches import Consumer, Fetch, FetchState
from fetcher.browser.policies.mixed_content import secured
from fetcher.browser.requests.belonging import cache_key, pool_key
from fetcher.browser.requests.given import dressed
from fetcher.browser.state import LoadState
from fetcher.browser.storage.http_cache import Found, Served
from fetcher.fields.referrer_policy import ReferrerPolicy
from fetcher.terms import (
    Credentials,
    Destination,
    FetchPriority,
    Initiator,
    InitiatorKind,
    Mode,
    NetPriority,
    Request,
)
from fetcher.urls import URL


def new_fetch(
    state: LoadState,
    url: URL,
    *,
    destination: Destination,
    mode: Mode,
    credentials: Credentials,
    priority: NetPriority,
    fetch_priority: FetchPriority,
    initiator: Initiator,
    client: URL | None,
    referrer: URL | None,
    referrer_policy: ReferrerPolicy,
    hint: int | None = None,
    consumer: Consumer | None = None,
    redirects: int = 0,
    renews: Found | None = None,
) -> tuple[Fetch, list[Command]]:
    """Decide on a request: the HTTP cache answers it, or it waits in the pool until a connection takes it. One for
    an http: URL of a host that is only asked over https is answered here, and the request given is the one that
    this leads to. With ``renews`` it asks whether an entry that was used stale still holds."""
    if state.secure_hosts.covers(url, state.wall):
        first = Fetch(
            len(state.fetches), url, destination, mode, credentials, priority, fetch_priority, initiator,
            pool_key(state, url, destination, mode, credentials, client, consumer), client, referrer,
            referrer_policy, hint, consumer,
            FetchState.ENDED, redirects=redirects, status=307,
        )  # fmt: skip
        state.fetches.append(first)
        target = secured(url)
        fetch, commands = new_fetch(
            state, target, destination=destination, mode=mode, credentials=credentials, priority=priority,
            fetch_priority=fetch_priority, initiator=redirected(first), client=client, referrer=referrer,
            referrer_policy=referrer_policy, hint=hint, consumer=consumer, redirects=redirects + 1,
        )  # fmt: skip
        fetch.crossed = fetch.tainted = client is not None and client.origin != url.origin
        inside = RedirectInside(first.id, target.href, "HSTS")
        return fetch, [QueueFetch(first.id, request_of(first), hint), inside, *commands]
    key = pool_key(state, url, destination, mode, credentials, client, consumer)
    fetch = Fetch(
        len(state.fetches), url, destination, mode, credentials, priority, fetch_priority, initiator, key,
        client, referrer, referrer_policy, hint, consumer, redirects=redirects,
    )  # fmt: skip
    state.fetches.append(fetch)
    state.pending.add(fetch.id)
    commands = [QueueFetch(fetch.id, request_of(fetch), hint)]
    if renews is not None:
        fetch.background, fetch.renewed_for, fetch.consumer = True, consumer, None  # its answer is nobody's
        fetch.stored, fetch.conditions = renews.entry, renews.conditions
    else:
        commands += _from_cache(state, fetch)
    if fetch.state is FetchState.QUEUED:
        commands += state.holding.admit(fetch)
    return fetch, commands


def _from_cache(state: LoadState, fetch: Fetch) -> list[Command]:
    """What the HTTP cache has for ``fetch``: an answer, or conditions to ask the server with."""
    key = cache_key(state, fetch)
    if not fetch.is_navigation:
        state.copies[key] = fetch
    found = state.cache.look_up(
        key, lambda: dressed(state, fetch, state.at, hinted=fetch.is_hinted), state.wall, fetch.destination
    )
    if found is None:
        return []
    if found.why is not None:
        fetch.conditions = found.conditions
        fetch.stored = found.entry if found.conditions else None
        return []
    fetch.state, fetch.stored = FetchState.STARTED, found.entry
    commands: list[Command] = [ServeStored(fetch.id, found.entry, found.served, found.age, found.fresh_for)]
    if found.served is Served.STALE:
        _, renewal = new_fetch(
            state,
            fetch.url,
            destination=fetch.destination,
            mode=fetch.mode,
            credentials=fetch.credentials,
            priority=NetPriority.IDLE,
            fetch_priority=fetch.fetch_priority,
            initiator=fetch.initiator,
            client=fetch.client,
            referrer=fetch.referrer,
            referrer_policy=fetch.referrer_policy,
            consumer=fetch.consumer,
            renews=found,
        )
        commands += renewal
    return commands


def request_of(fetch: Fetch) -> Request:
    """The request as decided on, dressed with what it was sent with (nothing before it is sent)."""
    return Request(
        fetch.url.href,
        "GET",
        fetch.destination,
        fetch.mode,
        fetch.credentials,
        fetch.priority,
        fetch.fetch_priority,
        fetch.initiator,
        fetch.sent,
    )


def redirected(kind: Fetch) -> Initiator:
    return Initiator(InitiatorKind.REDIRECT, request=kind.id)
