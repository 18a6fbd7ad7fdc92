"""What an answer does to the HTTP cache: a 304 confirms an entry, anything else takes its place (RFC 9111 3, 4.3.3).

The old entry goes with the head of the new answer, as in Chromium, the new one is there once its content is complete.
"""

from __future__ import annotations

from dataclasses import replace

from fetcher.browser.commands import Command, KeepContent, ServeStored
from fetcher.browser.events import FetchEnded, Head
from fetcher.browser.fetches import Fetch
from fetcher.browser.requests.belonging import cache_key
from fetcher.browser.state import LoadState
from fetcher.browser.storage.http_cache import (
    ENTRY_BYTES,
    Entry,
    Served,
    StoredResponse,
    freshened,
    is_read,
    kept_fields,
    varying,
)
from fetcher.browser.storage.reuse import redirect_target
from fetcher.fields.cache_control import lifetime, why_not_stored
from fetcher.terms import field_values
from fetcher.urls import parse

_NOT_MODIFIED = 304


def answered(state: LoadState, fetch: Fetch, head: Head) -> list[Command]:
    """``fetch`` has its final head: gives it the status and fields it is read with."""
    fetch.status, fetch.fields = head.status, head.fields
    fetch.reason, fetch.version = head.reason, head.version
    if fetch.stored is not None and fetch.is_cached:  # the head is the cache's own
        fetch.asked, fetch.received = fetch.stored.response.asked, fetch.stored.response.received
        return []
    fetch.received = state.wall
    clear_site_data(state, fetch)
    if head.status == _NOT_MODIFIED and fetch.stored is not None:
        return _confirmed(state, fetch, fetch.stored, head)
    fetch.stored = None
    state.cache.drop(cache_key(state, fetch))
    fetch.keeps = not fetch.unwanted and why_not_stored(head.fields, head.status) is None
    if fetch.keeps and redirect_target(head.status, head.fields) is not None:
        fetch.keeps = False
        _store(state, fetch, None, 0, 0)  # at once: it may lead back to its own URL
    elif fetch.keeps and is_read(fetch.destination, head.fields):
        return [KeepContent(fetch.id, ENTRY_BYTES)]
    return []


def _confirmed(state: LoadState, fetch: Fetch, entry: Entry, head: Head) -> list[Command]:
    response = freshened(entry.response, head.fields, fetch.asked or state.wall, state.wall)
    response = replace(response, varying=varying(response.fields, fetch.sent))  # another Vary may be among them
    renewed = Entry(response, entry.content_of)
    if why_not_stored(response.fields, response.status) is None:
        state.cache.store(renewed)
    else:
        state.cache.drop(response.key)
    fetch.status, fetch.fields, fetch.stored = response.status, response.fields, renewed
    if fetch.background:
        return []
    granted = lifetime(response.fields, response.status, response.received)
    age = response.age(state.wall)
    left = None if granted.fresh is None else granted.fresh - age
    return [ServeStored(fetch.id, renewed, Served.REVALIDATED, age, left)]


def complete(state: LoadState, fetch: Fetch, end: FetchEnded) -> None:
    """The content of ``fetch`` is whole: it becomes an entry if it may and can."""
    if not fetch.keeps or (is_read(fetch.destination, fetch.fields) and not end.kept):
        return  # too long
    _store(state, fetch, fetch.id if end.kept else None, end.transferred, end.decoded)


def _store(state: LoadState, fetch: Fetch, content_of: int | None, transferred: int, decoded: int) -> None:
    if fetch.status is None or fetch.received is None:
        return
    response = StoredResponse(
        cache_key(state, fetch),
        fetch.status,
        fetch.reason,
        fetch.version,
        kept_fields(fetch.fields),
        varying(fetch.fields, fetch.sent),
        fetch.asked if fetch.asked is not None else fetch.received,
        fetch.received,
        state.wall,
        transferred,
        decoded,
    )
    state.cache.store(Entry(response, content_of))


def clear_site_data(state: LoadState, fetch: Fetch) -> None:
    """Clear-Site-Data over a trustworthy connection: what is named goes (W3C Clear Site Data 3)."""
    said = {part.strip() for value in field_values(fetch.fields, "clear-site-data") for part in value.split(",")}
    if fetch.url.is_trustworthy and said & {'"cache"', '"*"'}:
        state.cache.clear(fetch.url.origin, lambda url: parse(url).origin)
        for key in [key for key, copy in state.copies.items() if copy.url.origin == fetch.url.origin]:
            if not state.copies[key].is_pending:
                del state.copies[key]
