"""Firefox's reading of a 103's links (EH 12.1), as Firefox 153 was seen to decide (tests/end_to_end/firefox).

Like the standards, but: a grammar of its own (``fields.link_in_firefox``), each relation alone, trustworthy targets
only, and what no consumer could match is ignored: a font or fetch hint without ``crossorigin``, a picture with
``imagesrcset``. ``type`` and ``media`` keep nothing from being requested; the document that comes throws away what
does not fit. The link's ``referrerpolicy`` goes before that of the 103 (EH 5.6).
"""

from __future__ import annotations

from dataclasses import replace

from fetcher.browser.hints.reading import (
    Asked,
    Dropped,
    Early,
    Read,
    Refusal,
    as_html,
    asked,
    dropped,
    enforced,
    forbidden,
    without,
)
from fetcher.fields import content_security_policy as csp
from fetcher.fields import link_in_firefox, mime
from fetcher.fields import referrer_policy as referrer
from fetcher.fields.content_security_policy import Policy
from fetcher.fields.link import Finding, Link
from fetcher.fields.link_preload import FinalLink, filter_final_link
from fetcher.fields.referrer_policy import ReferrerPolicy
from fetcher.terms import Credentials, Destination, Mode, field_values
from fetcher.urls import URL, resolve, same_site

_NO_MODULES = (
    "audio", "document", "embed", "fetch", "font", "frame", "iframe", "image", "json", "manifest", "object", "report",
    "style", "text", "track", "video", "webidentity", "xslt",
)  # fmt: skip
"""What ``as`` may not be for a modulepreload; any other word, known or not, is a script's."""

_WORKERS = ("worker", "sharedworker", "serviceworker")
"""A module for one of these is asked for of the page's own origin only."""

MOST_PRECONNECTS = 10
"""Of one 103 (network.early-hints.preconnect.max_connections)."""

_RELAXED = (
    ReferrerPolicy.UNSAFE_URL,
    ReferrerPolicy.NO_REFERRER_WHEN_DOWNGRADE,
    ReferrerPolicy.ORIGIN_WHEN_CROSS_ORIGIN,
)
"""To another site these say no more than the default does."""


def read(early: Early) -> list[Read]:
    """Every link of a 103 as Firefox reads it."""
    policies = enforced(early)
    # one word, as of an attribute: a list of fallbacks is no policy here
    field = referrer.of_attribute(", ".join(field_values(early.fields, "referrer-policy")))

    opened = 0

    def one(link: Link | Finding) -> Read:
        nonlocal opened
        if isinstance(link, Finding):
            return Dropped(None, link.text, link.offset, Refusal(link.rule, link.message, link.code))
        link = replace(link, target=_utf8(link.target))
        if not early.base.is_trustworthy:
            text = "Firefox acts on a 103 of a secure page only; serve the page over https"
            return dropped(link, Refusal("EH 4.4", text), early)
        rel = (link.param("rel") or "").lower()
        if rel not in ("preload", "modulepreload", "preconnect"):
            text = "Firefox acts on rel=preload, modulepreload and preconnect, each alone"
            return dropped(link, Refusal("EH 12.1", text, "firefox-rel"), early)
        elsewhere = _anchored(link, rel, early)
        if elsewhere is not None:
            return dropped(link, elsewhere, early)
        found = as_html(_as_module(without(without(link, "type"), "anchor")), early.base)
        if isinstance(found, Refusal):
            return dropped(link, found, early)
        hint, url = found
        refused = _refuse(hint, url, link, policies, early)
        if refused is None and rel == "preconnect":
            opened += 1
            if opened > MOST_PRECONNECTS:
                text = f"Firefox opens {MOST_PRECONNECTS} connections for a 103 at most; leave some out"
                refused = Refusal("EH 11.1", text)
        return dropped(link, refused, early) if refused is not None else _asked(hint, url, link, field, early)

    return [one(link) for link in link_in_firefox.parse(field_values(early.fields, "link"))]


def _utf8(target: str) -> str:
    """Firefox takes the bytes of the field for UTF-8, and what is none becomes U+FFFD."""
    if target.isascii():
        return target
    text = target.encode("latin-1", "replace").decode("utf-8", "replace")
    return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in text.encode())


def final_link(link: Link, base: URL) -> FinalLink | Refusal:
    """A link of the final head's Link field as Firefox reads it (EH 8)."""
    named = resolve(link.param("anchor") or "", base.href)
    if named is None or (named.href, named.fragment or base.fragment) != (base.href, base.fragment):
        return Refusal(
            "EH 2.11", "its anchor makes it speak of another resource; remove the anchor", "anchor-elsewhere"
        )
    found = filter_final_link(_as_module(without(link, "anchor")), base.href, by_html=True)
    if isinstance(found, Finding):
        return Refusal(found.rule, found.message, found.code)
    if found.destination is Destination.TRACK:
        return Refusal("EH 8.4", "Firefox preloads no as=track", "track")
    if found.rel == "preload" and not _fits(found.destination, found.type):
        text = "its type is not one that Firefox loads for its as; correct or remove it"
        return Refusal("EH 8.5", text, "unsupported-type")
    return found


def _fits(destination: Destination | None, kind: str | None) -> bool:
    if destination is None or not kind:
        return True
    if destination is Destination.FONT:
        return mime.preloads(destination, kind, exactly=False)
    return "image/jxl" not in kind.lower() and mime.supports(destination, kind)


def _as_module(link: Link) -> Link:
    """A modulepreload without an ``as`` that means no more than a script does."""
    is_module = (link.param("rel") or "").lower() == "modulepreload"
    return without(link, "as") if is_module and (link.param("as") or "").lower() not in _NO_MODULES else link


def _asked(hint: FinalLink, url: URL, link: Link, field: ReferrerPolicy | None, early: Early) -> Asked:
    policy = referrer.of_attribute(hint.referrerpolicy or "") or field or referrer.DEFAULT
    if policy in _RELAXED and not same_site(early.base, url):
        policy = referrer.DEFAULT
    read = replace(asked(hint, url), link=link, referrer_policy=policy)
    if hint.rel == "preconnect":
        return read
    read = replace(read, media=hint.media, fits=_fits(hint.destination, link.param("type")))
    if _is_for_a_worker(hint, link):
        read = replace(read, mode=Mode.SAME_ORIGIN)
    if hint.destination is Destination.FONT:  # fonts go without cookies to other origins, whatever crossorigin says
        read = replace(read, credentials=Credentials.SAME_ORIGIN)
    return replace(read, key=(url.href, url.fragment, hint.rel, read.destination, read.mode, read.credentials))


def _anchored(link: Link, rel: str, early: Early) -> Refusal | None:
    """EH 2.11: an anchor is held against the target, where others hold it against the page; a preconnect has none."""
    anchor = link.param("anchor")
    if rel == "preconnect" or not anchor:
        return None
    target = resolve(link.target, early.base.href)
    named = resolve(anchor, target.href) if target is not None else None
    if target is not None and named is not None and named.href == target.href:
        return None
    text = "Firefox acts on a link with an anchor only where that is the target itself; remove the anchor"
    return Refusal("EH 2.11", text, "anchor-elsewhere")


def _is_for_a_worker(hint: FinalLink, link: Link) -> bool:
    return hint.rel == "modulepreload" and (link.param("as") or "").lower() in _WORKERS


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
    if hint.imagesrcset:
        text = "Firefox ignores a picture with imagesrcset in a 103; hint at one URL, or leave it to the document"
        return Refusal("EH 12.1", text, "firefox-srcset")
    if _is_for_a_worker(hint, link) and url.origin != early.base.origin:
        return Refusal("EH 12.1", "a worker's module must be of the page's own origin", "worker-elsewhere")
    return forbidden(hint, url, _asked_of(policies, hint), early.base)


def _asked_of(policies: tuple[Policy, ...], hint: FinalLink) -> tuple[Policy, ...]:
    """'strict-dynamic' lets through what no parser inserted, and so every hinted script."""
    if hint.destination is not Destination.SCRIPT:
        return policies
    kept = []
    for policy in policies:
        found = policy.governing(csp.DIRECTIVES[Destination.SCRIPT])
        if found is None or "'strict-dynamic'" not in map(str.lower, found[1]):
            kept.append(policy)
    return tuple(kept)
