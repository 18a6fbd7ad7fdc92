"""Frames of a document: which are asked for, and which are looked into (HTML 4.8.5, 7.4.2).

A frame is a navigation of its own that never acts on a 103 (EH 4.1). What its document asks for is requested only when
``BrowserOptions.frames`` says so, ``DEPTH`` frames deep at most.
"""

from __future__ import annotations

from fetcher.browser.commands import ScanKind
from fetcher.browser.document import embedded
from fetcher.browser.fetches import Consumer, Document, Fetch
from fetcher.browser.hints.policy import referrer_policy_of
from fetcher.browser.policies.embedding import required_of
from fetcher.browser.requests.client_hints import inherited
from fetcher.discovery.candidates import Candidate, Holder
from fetcher.discovery.sniffing import STATES_NOTHING
from fetcher.fields.mime import extract, is_html, is_nosniff, is_xhtml
from fetcher.terms import Destination, field_value, field_values
from fetcher.urls import URL

DEPTH = 3
NEVER_NEAR = "loading=lazy in a frame that is not shown: it is never near the viewport"
DESTINATIONS = {"iframe": Destination.FRAME, "frame": Destination.FRAMESET_FRAME}


def why_not_asked_for(candidate: Candidate) -> str | None:
    """Why an element with these attributes asks for nothing."""
    if candidate.attribute("srcdoc") is not None and not isinstance(candidate, Holder):
        return "srcdoc: the frame's document stands in the attribute"
    lazy = candidate.element == "iframe" and (candidate.attribute("loading") or "").lower() == "lazy"
    if lazy and embedded.is_hidden(candidate):
        return "loading=lazy and not shown: it is never near the viewport"
    return None


def is_credentialless(consumer: Consumer | None) -> bool:
    """Whether ``consumer`` asks from within an <iframe credentialless>, or is one."""
    if consumer is None:
        return False
    own = consumer.candidate.element == "iframe" and consumer.candidate.attribute("credentialless") is not None
    return own or consumer.document.policies.is_credentialless


def frames_itself(document: Document, url: URL) -> bool:
    """Whether ``url`` is what it would stand in: browsers end that recursion (HTML 4.8.5), Chromium one level late."""
    above: Document | None = document
    seen = 0
    while above is not None:
        seen += above.url.href == url.href and above.fetch.id >= 0
        above = above.parent
    return seen > 1


def why_not_looked_into(document: Document, *, frames: bool) -> str:
    """Why what a frame in ``document`` asks for will not be requested, "" when it will."""
    if not frames:
        return "what the frame asks for is not requested: frames are not looked into"
    if document.depth >= DEPTH:
        return f"what the frame asks for is not requested: it is more than {DEPTH} frames deep"
    return ""


def kind_of(fetch: Fetch) -> ScanKind | None:
    """How the document that ``fetch`` brought is scanned; None for what is looked into by nobody."""
    content_type = field_value(fetch.fields, "content-type")
    if is_html(content_type):
        return ScanKind.XHTML if is_xhtml(content_type) else ScanKind.HTML
    stated = extract(field_values(fetch.fields, "content-type"))
    if (stated is not None and stated.essence not in STATES_NOTHING) or is_nosniff(fetch.fields):
        return None
    return ScanKind.UNKNOWN


def document_of(fetch: Fetch, parent: Document) -> Document | None:
    """The document that the answered ``fetch`` puts into a frame of ``parent``; None when it is nothing to scan.
    Whether it may stand there at all is judged before (``policies.framing``)."""
    if kind_of(fetch) is None:
        return None
    document = Document(fetch, fetch.url, referrer_policy_of(fetch.fields), parent, parent.depth + 1)
    document.hints_asked = inherited(fetch.sent, fetch.fields)
    element = fetch.consumer.candidate if fetch.consumer is not None else None
    document.is_hidden = parent.is_hidden or (element is not None and embedded.is_hidden(element))
    document.required_csp = required_of(fetch.consumer)
    return document
