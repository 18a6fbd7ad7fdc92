"""What a browser remembers from one load to the next: one frozen value that goes into a load and comes out of it.

Each member is a working part's memory as values (``cookies`` the jar's, ``stored`` the HTTP
cache's), so that a state can be kept, compared,
saved and given to several loads at once. No I/O and no clock: who keeps it on disk is ``load.storage``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fetcher.browser.storage.cookies import Cookie
from fetcher.browser.storage.hsts import SecureHost
from fetcher.browser.storage.http_cache import StoredResponse


@dataclass(frozen=True, slots=True)
class BrowserState:
    """An empty one is a browser that was never used."""

    cookies: tuple[Cookie, ...] = ()
    secure_hosts: tuple[SecureHost, ...] = ()
    stored: tuple[StoredResponse, ...] = field(default=(), repr=False)
    client_hints: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Which client hints each origin asked for (Accept-CH), for as long as the browser runs."""
