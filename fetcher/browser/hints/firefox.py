"""Firefox's reading of a 103's links (EH 12.1, 4.7), from its sources (EarlyHintsService, EarlyHintPreloader).

Known from reading, not from runs. Like the standards, but: each relation alone, trustworthy targets only, and a font
or fetch hint without ``crossorigin`` is ignored, since no consumer could match it. ``type`` is not looked at.
"""

from __future__ import annotations

from fetcher.browser.hints.reading import (
    Early,
    Read,
    Refusal,
    as_html,
    asked,
    dropped,
    each_link,
    enforced,
    forbidden,
    without,
)
from fetcher.fields.content_security_policy import Policy
from fetcher.fields.link import Link
from fetcher.fields.link_preload import FinalLink
from fetcher.terms import Destination
from fetcher.urls import URL


def read(early: Early) -> list[Read]:
    """Every link of a 103 as Firefox reads it."""
    policies = enforced(early)

    def one(link: Link) -> Read:
        if (link.param("rel") or "").lower() not in ("preload", "modulepreload", "preconnect"):
            text = "Firefox acts on rel=preload, modulepreload and preconnect, each alone"
            return dropped(link, Refusal("EH 12.1", text, "firefox-rel"), early)
        found = as_html(without(link, "type"), early.base)
        if isinstance(found, Refusal):
            return dropped(link, found, early)
        hint, url = found
        refused = _refuse(hint, url, link, policies, early)
        return asked(hint, url) if refused is None else dropped(link, refused, early)

    return each_link(early, one)


def _refuse(hint: FinalLink, url: URL, link: Link, policies: tuple[Policy, ...], early: Early) -> Refusal | None:
    if not url.is_trustworthy:
        return Refusal("EH 4.7", "Firefox wants a potentially trustworthy target; use https", "mixed-content")
    if hint.rel == "preconnect":
        return None
    if hint.destination is Destination.TRACK:
        return Refusal("EH 12.1", "as=track makes no request in a 103; use it in markup", "track")
    wants_cors = hint.destination in (Destination.FONT, Destination.EMPTY) and hint.rel == "preload"
    if wants_cors and not hint.crossorigin:
        text = f"Firefox ignores an as={link.param('as') or ''} hint without crossorigin; add it"
        return Refusal("EH 12.1", text, "needs-crossorigin")
    return forbidden(hint, url, policies, early.base)
