"""What <meta> elements settle for all that the document asks for after them: the referrer policy, client hints, and how
wide a phone lays it out.

Part of what a scan meets, so a request named before the element goes without it, as in a browser.
"""

from __future__ import annotations

from fetcher.browser.fetches import Document
from fetcher.browser.requests.client_hints import accepted
from fetcher.discovery.candidates import Candidate
from fetcher.discovery.viewport import meta
from fetcher.fields.referrer_policy import of_meta


def take(document: Document, candidate: Candidate) -> str | None:
    """Let ``document`` go by ``candidate``; what became of it, None where it settles something else."""
    content = candidate.attribute("content") or ""
    pragma = (candidate.attribute("http-equiv") or "").lower()
    if pragma not in ("accept-ch", "delegate-ch"):
        name = (candidate.attribute("name") or "").lower()
        if name != "referrer":
            _lay_out(document, name, content)
            return None
        policy = of_meta(content)
        if policy is None:
            return "no referrer policy that is known: the one before it stays"
        document.referrer_policy = policy
        return f"referrer policy from here on: {policy.value}"
    if not candidate.in_head:
        return "client hints are asked for in the head only"
    if pragma == "delegate-ch":
        document.hints_asked.delegate(content)
        return "client hints delegated"
    names = accepted((("accept-ch", content),)) or frozenset()
    document.hints_asked.markup |= names
    return f"client hints asked for: {', '.join(sorted(names)) or 'none that is known'}"


def _lay_out(document: Document, name: str, content: str) -> None:
    if name == "viewport":
        document.layout = meta.parse(content)
    elif document.layout == meta.UNSAID and (
        name == "mobileoptimized" or (name == "handheldfriendly" and content.lower() == "true")
    ):
        document.layout = meta.DEVICE_WIDTH
