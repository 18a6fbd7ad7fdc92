"""Whose a request is: the document that asks, the page it is a part of, and with that whose sockets it may use, whose
cache entries may answer it and whose cookies it knows. ``connections.keys`` says what keeps sockets apart.
"""

from __future__ import annotations

from dataclasses import replace

from fetcher.browser.commands import ConnectionKey
from fetcher.browser.connections import keys
from fetcher.browser.document.frames import is_credentialless
from fetcher.browser.fetches import Consumer, Document, Fetch, is_credentialed
from fetcher.browser.state import LoadState
from fetcher.browser.storage.cookies import CookieJar
from fetcher.browser.storage.http_cache import CacheKey, key_of
from fetcher.terms import (
    Credentials,
    Destination,
    Mode,
)
from fetcher.urls import URL, same_site

NOWHERE = URL("about:blank", "about", "", 0, "blank", "null", "")
"""What asks from a sandboxed page."""


def asker(asked: Fetch | Consumer) -> Consumer | None:
    """Who ``asked`` is sent for, whose document decides what it may carry."""
    return asked if isinstance(asked, Consumer) else asked.consumer or asked.renewed_for


def page_of(state: LoadState, asked: Fetch | Consumer) -> URL | None:
    """The page a request is a part of, frames or not, whose site decides on cookies; None for its own."""
    if asked.client is None or asked.destination is Destination.DOCUMENT:
        return None
    return state.document.url if state.document is not None else asked.client


def is_apart(asked: Fetch | Consumer, page: URL | None) -> bool:
    """Whether the document that asks is in, or is, a frame of another site than ``page``."""
    consumer = asker(asked)
    return page is not None and consumer is not None and _stands_apart(consumer.document, page)


def _stands_apart(document: Document | None, page: URL) -> bool:
    while document is not None:
        if not same_site(document.url, page):
            return True
        document = document.parent
    return False


def jar_for(state: LoadState, asked: Fetch | Consumer) -> CookieJar:
    """Whose cookies it goes with, and adds to."""
    return state.brief_jar if is_credentialless(asker(asked)) else state.jar


def cache_key(state: LoadState, asked: Fetch | Consumer) -> CacheKey:
    """Whose requests may be answered with what answers ``asked``."""
    frame = asked.client or asked.url
    top = state.document.url if state.document is not None else frame
    framed = asked.mode is Mode.NAVIGATE and asked.destination is not Destination.DOCUMENT
    destination = Destination.FRAME if framed else asked.destination  # what an <object> shows is a frame too
    key = entry_of(state, asked.url, destination, top, frame, asked.client, asked.credentials)
    consumer = asker(asked)
    if consumer is None or not is_credentialless(consumer):
        return key
    return replace(key, frame=f"{keys.CREDENTIALLESS} {state.epoch} {consumer.document.fetch.id}")  # never stored


def entry_of(
    state: LoadState,
    url: URL,
    destination: Destination,
    top: URL,
    frame: URL,
    client: URL | None,
    credentials: Credentials,
) -> CacheKey:
    """The entry of the HTTP cache; Firefox keeps what was asked for without credentials apart (EH 12.1)."""
    key = key_of(url, destination, top, frame, client)
    if not state.profile.splits_cache or is_credentialed(credentials, url, client):
        return key
    return replace(key, kind=f"{key.kind} anonymous".strip())


def forget_copy(state: LoadState, fetch: Fetch) -> None:
    """What ``fetch`` brings serves nobody."""
    fetch.unwanted = True
    key = cache_key(state, fetch)
    if state.copies.get(key) is fetch:
        del state.copies[key]
        state.cache.drop(key)


def pool_key(
    state: LoadState,
    url: URL,
    destination: Destination,
    mode: Mode,
    credentials: Credentials,
    client: URL | None,
    consumer: Consumer | None,
) -> ConnectionKey:
    """Which connections a request may use (``connections.keys``). A session fetches all but the page's own."""
    is_page = destination is Destination.DOCUMENT
    if state.options.session and not is_page:
        return ConnectionKey(url.scheme, url.host, url.port, session=True)
    credentialed = is_credentialed(credentials, url, client)
    if is_page or client is None:
        return keys.key_for(url, credentialed=credentialed, top=url, frame=url)
    top = state.document.url if state.document is not None else client
    if consumer is None:
        return keys.key_for(url, credentialed=credentialed, top=top, frame=client)
    document = consumer.document
    # A sandboxed frame has the sockets of frames of other sites; a sandboxed page shares with nobody.
    opaque = document.policies.is_opaque and state.is_page_opaque
    apart = document.policies.is_opaque and not opaque and mode is not Mode.NAVIGATE
    frame = url if mode is Mode.NAVIGATE else document.url
    frame = NOWHERE if apart else frame
    nested = apart or _stands_apart(document, top)
    return keys.key_for(
        url, credentialed=credentialed, top=top, frame=frame, nested=nested, opaque=opaque,
        credentialless=is_credentialless(consumer),
    )  # fmt: skip


def preconnect_key(
    state: LoadState, url: URL, page: URL, document: Document | None, *, anonymous: bool
) -> ConnectionKey:
    """Which connections one that ``page`` opens ahead joins; ``document`` None: before it is there (EH 11.1)."""
    if state.options.session:
        return ConnectionKey(url.scheme, url.host, url.port, session=True)
    top = state.document.url if state.document is not None else page
    opaque = document is not None and document.policies.is_opaque
    frame = NOWHERE if opaque and not state.is_page_opaque else page
    return keys.preconnect_key(url, anonymous=anonymous, top=top, frame=frame, opaque=opaque and state.is_page_opaque)
