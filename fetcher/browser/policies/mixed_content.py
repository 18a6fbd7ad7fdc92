"""Mixed content (W3C Mixed Content 4, 5) and upgrade-insecure-requests, as Chromium 156 was seen to do.

On an https: page an http: image, audio or video is asked for over https: instead, never in cleartext; everything else
is refused, and so is a picture chosen from a srcset or <picture>, and one at an IP address. Loopback is trustworthy.
``upgrade-insecure-requests`` upgrades every kind before that, also on an http: page.
"""

from __future__ import annotations

from fetcher.browser.policies.blocked import Blocked
from fetcher.terms import Destination
from fetcher.urls import URL, is_ip, resolve

_UPGRADEABLE = (Destination.IMAGE, Destination.AUDIO, Destination.VIDEO)
UPGRADED = "an http: URL on an https page: asked for over https"
UPGRADED_BY_POLICY = "upgrade-insecure-requests: asked for over https"


def judge(
    url: URL, destination: Destination, *, is_secure: bool, upgrades: bool, from_set: bool = False
) -> tuple[URL, str] | Blocked:
    """The URL that a request of a document goes to, with a note where it is another one, or why there is none.
    ``is_secure``: the document, or one above it, is https:. ``from_set``: chosen from a srcset or <picture>."""
    if url.scheme != "http" or url.is_trustworthy:
        return url, ""
    if upgrades:
        return secured(url), UPGRADED_BY_POLICY
    if not is_secure:
        return url, ""
    if destination in _UPGRADEABLE and not from_set and not is_ip(url.host):
        return secured(url), UPGRADED
    if destination is Destination.IMAGE:
        which = "chosen from a srcset or <picture>" if from_set else "at an IP address"
        return Blocked("mixed content", f"an http: image {which} on an https page: browsers do not upgrade such")
    return Blocked("mixed content", "an http: resource on an https page")


def secured(url: URL) -> URL:
    """``url`` over https: port 80 becomes 443, any other stays."""
    found = resolve("https" + url.href[4:] + (f"#{url.fragment}" if url.fragment else ""))
    assert found is not None
    return found
