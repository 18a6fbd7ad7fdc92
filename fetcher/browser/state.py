"""What one load knows so far, shared by the machine's parts; only ``browser`` sees it.

What a request is given of it is in ``requests.given``, what an answer adds to it in ``storage``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fetcher.browser.connections.holding import Holding
from fetcher.browser.connections.pool import Pool
from fetcher.browser.fetches import Document, Fetch, FetchState, Preload, ResourceKey
from fetcher.browser.options import BrowserOptions
from fetcher.browser.policies.container import EmbedderPolicy
from fetcher.browser.profiles import Profile
from fetcher.browser.storage.cookies import CookieJar
from fetcher.browser.storage.hsts import SecureHosts
from fetcher.browser.storage.http_cache import CacheKey, HttpCache
from fetcher.browser.storage.state import BrowserState
from fetcher.discovery.viewport.lengths import Screen
from fetcher.terms import (
    ConnectionFacts,
)
from fetcher.urls import URL


@dataclass(slots=True, eq=False)
class LoadState:
    """``navigation`` is the page's own request as last sent; ``finished``: the load is over, and nothing is decided any
    more. ``copies``: the latest request of each URL for whom it may serve (the HTTP cache's split); ``cache``: what is
    complete, of this load and of those before. ``preloads``: hinted requests kept for the consumer whose request is the
    same, where the profile keeps them (EH 9.1). ``pending``: fetches queued or on the wire. ``scans``: fetches whose
    content is still being scanned. ``document`` is the page's, ``documents`` all of them, frames and those refreshed
    away too. ``brief_jar`` is that of the page's credentialless frames, which nobody else sees and nothing keeps;
    ``hints_of``: the client hints that each origin asked for. ``home`` is the URL that was asked for, ``epoch`` seconds
    of wall time at clock time 0, ``at`` the clock time of the last event. ``facts``: what is known of each connection;
    ``hint_embedder`` is the COEP of the 103 that was acted on (EH 6.4)."""

    options: BrowserOptions
    profile: Profile
    pool: Pool
    holding: Holding
    fetches: list[Fetch] = field(default_factory=list)
    inner: list[Fetch] = field(default_factory=list)
    preloads: dict[ResourceKey, Preload] = field(default_factory=dict)
    copies: dict[CacheKey, Fetch] = field(default_factory=dict)
    cache: HttpCache = field(default_factory=HttpCache)
    pending: set[int] = field(default_factory=set)
    scans: set[int] = field(default_factory=set)
    navigation: Fetch | None = None
    finished: bool = False
    document: Document | None = None
    documents: list[Document] = field(default_factory=list)
    jar: CookieJar = field(default_factory=CookieJar)
    brief_jar: CookieJar = field(default_factory=lambda: CookieJar(third_parties=True))
    hints_of: dict[str, frozenset[str]] = field(default_factory=dict)
    home: URL | None = None
    epoch: float = 0.0
    at: float = 0.0
    hint_embedder: EmbedderPolicy = EmbedderPolicy.UNSAFE_NONE
    secure_hosts: SecureHosts = field(default_factory=SecureHosts)
    facts: dict[int, ConnectionFacts] = field(default_factory=dict)

    @property
    def wall(self) -> float:
        """Seconds since the epoch."""
        return self.epoch + self.at / 1000

    @property
    def screen(self) -> Screen:
        device = self.options.device
        return Screen(device.width, device.height, device.dpr, device.mobile) if device is not None else Screen()

    @property
    def is_page_opaque(self) -> bool:
        """The page is sandboxed, or not there yet."""
        return self.document is None or self.document.policies.is_opaque

    def remembered(self, at: float, contents: Mapping[int, bytes]) -> BrowserState:
        """What the browser knows at clock time ``at``, for another load; ``contents`` are those kept, by fetch."""
        now = self.epoch + at / 1000
        hints = tuple((origin, tuple(sorted(names))) for origin, names in self.hints_of.items() if names)
        return BrowserState(self.jar.cookies(now), self.secure_hosts.values(now), self.cache.stored(contents), hints)

    def source(self, number: int) -> Fetch:
        """What was scanned: a request, or with a number below 0 what stands in a document (``document.inner``)."""
        return self.fetches[number] if number >= 0 else self.inner[-number - 1]

    def add(self, document: Document) -> None:
        document.fetch.document = document
        self.documents.append(document)

    def settle(self, fetch: Fetch, how: FetchState) -> None:
        """``fetch`` is over."""
        fetch.state = how
        self.pending.discard(fetch.id)
        self.pool.forget(fetch)
        self.holding.settled(fetch)
        if how is not FetchState.ENDED:
            self.scans.discard(fetch.id)

    def is_over_budget(self) -> bool:
        return len(self.fetches) >= self.options.limits.requests
