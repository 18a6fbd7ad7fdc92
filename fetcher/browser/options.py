"""What the machine is asked to be: one frozen value, taken once per load."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from fetcher.browser.document.observed import AskedByCode
from fetcher.browser.storage.state import BrowserState
from fetcher.terms import Device, Fields, Limits, ProfileName

HeaderScope = Literal["site", "all"]


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """``early_hints`` False: a 103 is received, reported and ignored (the off arm of a comparison). ``http`` "1.1" lets
    six connections open at once, since no ALPN answer has to be waited for. ``only_hints``: the document and what its
    103 hints at; what the document itself asks for is not even looked for. ``session``: everything but the document is
    fetched by a session transport.
    ``headers`` are added to, or replace, our own on requests to the site that was asked for, with ``header_scope``
    "all" on every one. ``authorization`` is that field's value, for the origin that was asked for alone.
    ``frames``: what the documents in frames ask for is requested too.
    ``without`` names fields of our own (lower case) that no request of the load has, as one by a program that is no
    browser has none of them.
    ``observed`` is what code was seen to ask for in a browser, and is asked for here.
    ``device`` None is the profile's own desktop. ``remembered`` is what the browser knows from earlier loads."""

    profile: ProfileName = ProfileName.EAGER
    early_hints: bool = True
    headers: Fields = ()
    user_agent: str | None = None
    http: str = "auto"
    limits: Limits = field(default_factory=Limits)
    only_hints: bool = False
    session: bool = False
    header_scope: HeaderScope = "site"
    authorization: str | None = field(default=None, repr=False)
    device: Device | None = None
    remembered: BrowserState = field(default_factory=BrowserState, repr=False)
    frames: bool = False
    without: frozenset[str] = frozenset()
    observed: tuple[AskedByCode, ...] = ()
