"""Which requests may share a connection at all: Chromium keeps sockets apart by whose they are and what they may say.

Three classes never share, seen in Chromium 156 from a server's log: requests with credentials to the page's own site,
those to another site (third-party cookies are blocked, so such a socket may know less), and those without any. And
each top-level site has its own, as have, on each, the frames of other sites and the sandboxed pages.

A preconnect names no request, so Chromium opens it for credentials or for none, never for the second class: one to
another site without ``crossorigin`` serves no request of the page (EH 13.6), one with it serves those without
credentials, such as fonts and CORS scripts.
"""

from __future__ import annotations

from fetcher.browser.commands import ConnectionKey
from fetcher.urls import URL, registrable_domain, same_site

FRAMES = " frames of other sites"
CREDENTIALLESS = " credentialless frames"
OPAQUE = " sandboxed"


def key_for(
    url: URL,
    *,
    credentialed: bool,
    top: URL,
    frame: URL,
    nested: bool = False,
    opaque: bool = False,
    credentialless: bool = False,
) -> ConnectionKey:
    """For a request of the document at ``frame`` (a navigation: ``url`` itself), whose page is ``top``. ``nested``:
    that document is in, or is, a frame of another site; ``opaque``: it is sandboxed; ``credentialless``: in a frame
    of that kind."""
    third_party = credentialed and (nested or opaque or not same_site(url, top))
    return ConnectionKey(
        url.scheme,
        url.host,
        url.port,
        credentialed,
        third_party=third_party,
        partition=partition_of(top, frame, opaque=opaque, credentialless=credentialless),
    )


def preconnect_key(url: URL, *, anonymous: bool, top: URL, frame: URL, opaque: bool = False) -> ConnectionKey:
    """For a connection that is opened ahead of whatever uses it."""
    partition = partition_of(top, frame, opaque=opaque)
    return ConnectionKey(url.scheme, url.host, url.port, not anonymous, partition=partition)


def partition_of(top: URL, frame: URL, *, opaque: bool = False, credentialless: bool = False) -> str:
    """Whose sockets they are: the top-level site, as "https://a.test", and which of its documents'."""
    host = f"[{top.host}]" if ":" in top.host else top.host
    site = f"{top.scheme}://{registrable_domain(host)}"
    if credentialless:
        return site + CREDENTIALLESS
    if opaque:
        return site + OPAQUE
    return site if same_site(frame, top) else site + FRAMES
