"""What every profile's reading of a 103's links shares: the values, and the reading that HTML describes (EH 3.8).

``chromium``, ``standard``, ``firefox`` and ``safari`` are one file each beside this one. Each turns the links of a 103
into ``Asked`` or ``Dropped`` by what the field, the URLs and the 103 say; nothing here knows of time or connections.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fetcher.fields import content_security_policy as csp
from fetcher.fields.early_hint import CrossOrigin
from fetcher.fields.link import Finding, Link, parse
from fetcher.fields.link_preload import FinalLink, filter_final_link
from fetcher.fields.referrer_policy import ReferrerPolicy
from fetcher.terms import Credentials, Destination, FetchPriority, Fields, Mode, field_values
from fetcher.urls import URL, in_field, is_ip, is_loopback, resolve


@dataclass(frozen=True, slots=True)
class Refusal:
    """``reason`` is one sentence for the page's author; ``code`` a stable word that says which mending fits."""

    rule: str
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Early:
    """The 103 that links stand in: ``base`` is the URL it answers, ``address`` that of its server, None if unknown."""

    base: URL
    fields: Fields
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One link that may act: where, as what, and how it would be requested (EH 5.1). A later one with the same ``key``
    asks for nothing new (EH 4.8); a preconnect has none. ``bare_module``: a modulepreload without ``as``.
    ``referrer_policy``: its own, None for that of the 103. A document takes what was asked for only where its ``media``
    matches (None: always) and it ``fits``, where the profile lets documents choose."""

    link: Link
    rel: str
    url: URL
    destination: Destination
    mode: Mode
    credentials: Credentials
    fetch_priority: FetchPriority
    integrity: str | None
    key: object
    bare_module: bool = False
    referrer_policy: ReferrerPolicy | None = None
    media: str | None = None
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Dropped:
    """One link that will not act, with what could be read of it; ``link`` is None where its text is no link at all.
    ``offset`` is its place in the joined field."""

    link: Link | None
    raw: str
    offset: int
    refusal: Refusal
    rel: str | None = None
    destination: Destination | None = None
    url: URL | None = None
    fetch_priority: FetchPriority = FetchPriority.AUTO


Read = Asked | Dropped
Reading = Callable[[Early], list[Read]]
"""A profile's reading of a 103: every link of it, in the order of the field."""


def each_link(early: Early, read: Callable[[Link], Read]) -> list[Read]:
    """Every member of the 103's Link field in order: what is no link is dropped for all, the others are ``read``."""
    parsed = parse(field_values(early.fields, "link"))
    judged = [read(link) for link in parsed.links]
    if parsed.findings:
        judged += [
            Dropped(None, one.text, one.offset, Refusal(one.rule, one.message, one.code)) for one in parsed.findings
        ]
        judged.sort(key=place)
    return judged


def place(read: Read) -> int:
    """Where it stands in the joined field."""
    return read.offset if isinstance(read, Dropped) else read.link.offset


def mode_and_credentials(rel: str, crossorigin: CrossOrigin | None) -> tuple[Mode, Credentials]:
    """EH 5.1."""
    if crossorigin is CrossOrigin.USE_CREDENTIALS:
        return Mode.CORS, Credentials.INCLUDE
    if crossorigin is CrossOrigin.ANONYMOUS or rel == "modulepreload":
        return Mode.CORS, Credentials.SAME_ORIGIN
    return Mode.NO_CORS, Credentials.INCLUDE


# -- as HTML reads a link of a 103

# EH 3.8: HTML drops no link for a parameter; what its own rules refuse is worded for a 103 here.
_WORDED: dict[str, tuple[str, str]] = {
    "stylesheet": ("EH 8.8", "rel=stylesheet does nothing in a 103; use rel=preload with as=style"),
    "unsupported-rel": ("EH 4.5", "no relation of it acts in a 103; use preload, modulepreload or preconnect"),
    "empty-target": ("EH 13.2", "its target is empty; name what to fetch"),
    "anchor-elsewhere": ("EH 2.11", "its anchor makes it speak of another resource; remove the anchor"),
    "unusable-as": ("EH 8.4", "its as names nothing that is preloaded; use script, style, font, image or fetch"),
    "preload-without-as": ("EH 4.3", "a preload without as fetches nothing; add as"),
    "unsupported-type": ("EH 3.8", "its type is not one a browser loads for its as; correct or remove it"),
}


def as_html(link: Link, base: URL) -> tuple[FinalLink, URL] | Refusal:
    """Unknown parameters pass, crossorigin of any value is anonymous, type must fit (EH 3.8)."""
    read = filter_final_link(link, base.href, by_html=True)
    if isinstance(read, Finding):
        rule, text = _WORDED.get(read.code, (read.rule, read.message))
        return Refusal(rule, text, read.code)
    if read.rel == "dns-prefetch":
        return Refusal("EH 4.5", "dns-prefetch requests nothing; use rel=preconnect", "dns-prefetch-ignored")
    url = resolve(in_field(read.href, in_link=True), base.href)
    wrong = wrong_target(read.href, url, base)
    if wrong is not None or url is None:
        return wrong or Refusal("EH 2.10", "its target does not resolve to a URL; correct it", "unresolvable")
    return read, url


def wrong_target(href: str, url: URL | None, base: URL) -> Refusal | None:
    """EH 2.10, 4.7, 10.1: what no profile fetches for a 103."""
    if url is None:
        return Refusal("EH 2.10", f"its target {_shown(href)} does not resolve to a URL; correct it", "unresolvable")
    if not url.is_http:
        return Refusal("EH 4.7", f"its target is a {url.scheme}: URL; only http and https are fetched", "scheme")
    if base.scheme == "https" and url.scheme == "http" and not url.is_trustworthy:
        text = "mixed content: an http: target hinted by an https page (Chromium would have sent it); use https"
        return Refusal("EH 10.1", text, "mixed-content")
    return None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "...")


def enforced(early: Early) -> tuple[csp.Policy, ...]:
    """The policies of the 103 that are enforced (EH 6.1; report-only ones count in Chromium alone: EH 6.3)."""
    return csp.parse(field_values(early.fields, "content-security-policy"))


def forbidden(found: FinalLink, url: URL, policies: Sequence[csp.Policy], base: URL) -> Refusal | None:
    """CSP as written: policies that are enforced, and only those."""
    directive = csp.forbids(policies, found.destination or Destination.EMPTY, url, base) if policies else None
    if directive is None:
        return None
    text = f"the Content-Security-Policy of the 103 forbids it ({directive}); allow it there"
    return Refusal("EH 6.1", text, "policy")


def dropped(link: Link, refusal: Refusal, early: Early) -> Dropped:
    """``link`` refused, with what a lenient reading finds in it."""
    read = filter_final_link(without(link, "type"), early.base.href, by_html=True)
    known = read if isinstance(read, FinalLink) else None
    rel = known.rel if known is not None else link.param("rel")
    priority = known.fetch_priority if known is not None else FetchPriority.AUTO
    url = resolve(in_field(link.target, in_link=True), early.base.href)
    return Dropped(link, link.raw, link.offset, refusal, rel, known.destination if known else None, url, priority)


def asked(found: FinalLink, url: URL) -> Asked:
    """A link as HTML requests it; another destination or CORS setting is another request."""
    mode, credentials = mode_and_credentials(found.rel, found.crossorigin)
    destination = found.destination or Destination.EMPTY
    key = None if found.rel == "preconnect" else (url.href, destination, mode, credentials)
    bare = found.rel == "modulepreload" and not found.link.has("as")
    return Asked(
        found.link, found.rel, url, destination, mode, credentials, found.fetch_priority, found.integrity, key, bare
    )


def without(link: Link, name: str) -> Link:
    return replace(link, params=tuple(pair for pair in link.params if pair[0] != name)) if link.has(name) else link


# -- address spaces (EH 10.2)


def reaches_in(early: Early, url: URL) -> bool:
    """Whether a public page asks for what is in a private network, as far as the target's name alone tells."""
    return _is_public(early.address) and _is_private(url.host)


def _is_public(address: str | None) -> bool:
    return address is not None and is_ip(address) and ipaddress.ip_address(address).is_global


def _is_private(host: str) -> bool:
    bare = host.strip("[]")
    return is_loopback(host) or (is_ip(bare) and not ipaddress.ip_address(bare).is_global)
