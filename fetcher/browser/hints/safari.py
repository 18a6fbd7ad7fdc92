"""Safari's reading of a 103's links (EH 12.2), from WebKit's EarlyHintsResourceLoader.

Known from reading, not from runs: preconnect only, on https pages, subject to connect-src of the 103's policy.
"""

from __future__ import annotations

from fetcher.browser.hints.reading import Early, Read, Refusal, as_html, asked, dropped, each_link, enforced
from fetcher.fields import content_security_policy as csp
from fetcher.fields.link import Link
from fetcher.terms import Destination


def read(early: Early) -> list[Read]:
    """Every link of a 103 as Safari reads it."""
    policies = enforced(early)

    def one(link: Link) -> Read:
        refused = _refuse(link, early)
        if refused is not None:
            return dropped(link, refused, early)
        found = as_html(link, early.base)
        if isinstance(found, Refusal):
            return dropped(link, found, early)
        hint, url = found
        directive = csp.forbids(policies, Destination.EMPTY, url, early.base) if policies else None
        if directive is not None:
            text = f"{directive} of the 103 forbids it; allow the origin there"
            return dropped(link, Refusal("EH 12.2", text, "policy"), early)
        return asked(hint, url)

    return each_link(early, one)


def _refuse(link: Link, early: Early) -> Refusal | None:
    if "preconnect" not in (link.param("rel") or "").lower().split():
        return Refusal("EH 12.2", "Safari acts on rel=preconnect only", "safari-rel")
    if early.base.scheme != "https":
        return Refusal("EH 12.2", "Safari acts on hints of https pages only; serve the page over https", "safari-https")
    if link.has("media") or link.has("imagesrcset"):
        text = "Safari skips what depends on the viewport; remove media and imagesrcset"
        return Refusal("EH 12.2", text, "safari-viewport")
    return None
