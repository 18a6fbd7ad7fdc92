"""The driving profiles as data: what each browser would act on and how it words its requests.

``chromium`` is Chromium 156 as observed (EH 13). ``eager`` differs in one thing: it acts over HTTP/1.1 too (EH 4.4).
``standard``, ``firefox`` and ``safari`` decide by their own rules which hints act, which copy serves and whether a
hinted redirect is followed; all else (fields, priorities, connections, discovery) is Chromium's. ``firefox`` words a
hinted request as Firefox 153 was seen to, and of other requests User-Agent and Accept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fetcher.browser.hints import chromium, firefox, safari, standard
from fetcher.browser.hints.reading import Reading
from fetcher.errors import UsageError
from fetcher.terms import Destination, Fields, ProfileName

_IMAGE = "image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
_DOCUMENT = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """``acts_over_http1``: EH 4.4. ``accept`` by destination, "*/*" where absent (EH 5). ``read`` is its reading of a
    103's links. ``keeps_preloads``: a hinted response is handed to the consumer whose request is the same, whatever
    its Cache-Control says (EH 9.1), else the HTTP cache decides (EH 9.3). ``follows_redirects`` of a hinted resource at
    once (EH 7.3). ``holds_requests``: low priorities wait as in ``connections.holding``. ``one_writer``: a hint for
    what is being written to the HTTP cache waits for it (EH 4.8, 13.2).

    Firefox's alone: ``waits_for_links``, a 103 without a Link field is not the first one (EH 4.2). ``splits_cache`` by
    whether credentials were sent, ``claims_hints``: the document that comes throws away what does not fit it (EH 12.1).
    ``marks`` are added to every request over HTTP/2, ``marks_hints`` to hinted ones, which say no Priority where
    ``hints_have_priority`` is False (EH 5.4, 5.5). ``used_accept`` goes before ``accept`` where no hint asked;
    ``phone`` is the phone version's user agent."""

    name: ProfileName
    acts_over_http1: bool
    user_agent: str
    client_hints: Fields
    accept: dict[Destination, str]
    accept_language: str = "en-US,en;q=0.9"
    connections_per_host: int = 6
    read: Reading = chromium.read
    keeps_preloads: bool = False
    follows_redirects: bool = False
    holds_requests: bool = True
    one_writer: bool = True
    waits_for_links: bool = False
    splits_cache: bool = False
    claims_hints: bool = False
    marks: Fields = ()
    marks_hints: Fields = ()
    hints_have_priority: bool = True
    used_accept: Mapping[Destination, str] = field(default_factory=dict)
    phone: str = ""


CHROMIUM_VERSION = "156.0.8078.108"
"""The one place that says which Chromium is meant: the major version goes into User-Agent and Sec-CH-UA."""
_MAJOR = CHROMIUM_VERSION.partition(".")[0]
BRANDS = (("Not:A-Brand", "8"), ("Chromium", CHROMIUM_VERSION))
_CHROMIUM_UA = (
    f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{_MAJOR}.0.0.0 Safari/537.36"
)
_CHROMIUM_HINTS: Fields = (
    ("sec-ch-ua", ", ".join(f'"{name}";v="{version.partition(".")[0]}"' for name, version in BRANDS)),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", '"Linux"'),
)
_CHROMIUM_ACCEPT = {
    Destination.DOCUMENT: _DOCUMENT,
    Destination.FRAME: _DOCUMENT,
    Destination.FRAMESET_FRAME: _DOCUMENT,
    Destination.STYLE: "text/css,*/*;q=0.1",
    Destination.IMAGE: _IMAGE,
    Destination.JSON: "application/json,*/*;q=0.5",
    Destination.TEXT: "text/plain,*/*;q=0.5",
}

FIREFOX_VERSION = "153.0"
"""The Firefox that was asked (tests/end_to_end/firefox)."""
_FIREFOX_DOCUMENT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_FIREFOX_ACCEPT = {
    Destination.DOCUMENT: _FIREFOX_DOCUMENT,
    Destination.FRAME: _FIREFOX_DOCUMENT,
    Destination.FRAMESET_FRAME: _FIREFOX_DOCUMENT,
    Destination.STYLE: "text/css,*/*;q=0.1",
    Destination.IMAGE: "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
}

CHROMIUM = Profile(ProfileName.CHROMIUM, False, _CHROMIUM_UA, _CHROMIUM_HINTS, _CHROMIUM_ACCEPT)
EAGER = Profile(ProfileName.EAGER, True, _CHROMIUM_UA, _CHROMIUM_HINTS, _CHROMIUM_ACCEPT)
STANDARD = replace(
    CHROMIUM,
    name=ProfileName.STANDARD,
    acts_over_http1=True,
    read=standard.read,
    keeps_preloads=True,
    follows_redirects=True,
    holds_requests=False,
    one_writer=False,
)
FIREFOX = replace(
    CHROMIUM,
    name=ProfileName.FIREFOX,
    acts_over_http1=True,
    read=firefox.read,
    keeps_preloads=True,
    follows_redirects=True,
    holds_requests=False,
    user_agent=f"Mozilla/5.0 (X11; Linux x86_64; rv:{FIREFOX_VERSION}) Gecko/20100101 Firefox/{FIREFOX_VERSION}",
    phone=f"Mozilla/5.0 (Android 16; Mobile; rv:{FIREFOX_VERSION}) Gecko/{FIREFOX_VERSION} Firefox/{FIREFOX_VERSION}",
    client_hints=(),
    accept=_FIREFOX_ACCEPT,
    used_accept={Destination.FONT: "application/font-woff2;q=1.0,application/font-woff;q=0.9,*/*;q=0.8"},
    marks=(("te", "trailers"),),
    marks_hints=(("x-moz", "early hint"),),
    hints_have_priority=False,
    waits_for_links=True,
    splits_cache=True,
    claims_hints=True,
)
SAFARI = replace(CHROMIUM, name=ProfileName.SAFARI, read=safari.read, holds_requests=False)

DRIVING = {each.name: each for each in (CHROMIUM, FIREFOX, SAFARI, STANDARD, EAGER)}


def profile(name: str) -> Profile:
    """The driving profile called ``name``; raises UsageError naming those there are."""
    try:
        return DRIVING[ProfileName(name)]
    except (ValueError, KeyError):
        known = ", ".join(each.value for each in DRIVING)
        raise UsageError(f"no browser profile {name!r} can drive a load; choose one of {known}") from None
