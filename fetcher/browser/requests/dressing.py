"""Dresses a request as the driving browser does (EH 5): field by field, in its order, by who asks for what and how.

Chromium words a request in one of three places, and each has an order of its own: the browser process for navigations
(client hints first), a renderer for what a document asks for (``field_order``), and the network service alone for what
a 103 hinted at, which carries no client hints (EH 5.3). Done at dispatch, when the protocol of the connection is known:
``priority`` goes on HTTP/2 only, ``connection`` on HTTP/1.1 only. No I/O, no clock.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

from fetcher.browser.profiles import DRIVING, Profile
from fetcher.browser.requests.client_hints import in_order
from fetcher.browser.requests.device import client_hints
from fetcher.browser.requests.device import user_agent as user_agent_of
from fetcher.browser.requests.field_order import wire_order
from fetcher.browser.requests.priorities import is_incremental, priority_field
from fetcher.fields.referrer_policy import ReferrerPolicy, referrer_for
from fetcher.terms import Credentials, Destination, Fields, HttpVersion, Mode, NetPriority, ProfileName
from fetcher.urls import URL, is_loopback, same_site, sec_fetch_site

_MEDIA = (Destination.VIDEO, Destination.AUDIO)
_ANY_EXCHANGE = "application/signed-exchange;v=b3;q=0.7,*/*;q=0.8"  # of a prefetch with crossorigin
_FAR = {"none": 0, "same-origin": 1, "same-site": 2, "cross-site": 3}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, as far as a request shows it. ``client``: the URL of the document (or of the hinting response) that
    asks, None for a navigation a person began. ``page``: that of the top-level document, None for its own navigation.
    ``apart``: a frame of another site than the page stands between the two. ``hops``: the URLs that redirected here,
    in order. ``hints``: client hints beyond the three that go everywhere, as the page and its delegations allow them,
    ``withheld`` those of the three that it does not let go.
    ``restarted``: the navigation begins again for a Critical-CH. ``credentialless``: from within such a frame."""

    client: URL | None = None
    page: URL | None = None
    apart: bool = False
    hops: tuple[URL, ...] = ()
    hints: Fields = ()
    withheld: frozenset[str] = frozenset()
    restarted: bool = False
    credentialless: bool = False


NOBODY = Asking()


def dress(
    profile: Profile,
    url: URL,
    *,
    destination: Destination,
    mode: Mode,
    priority: NetPriority,
    hinted: bool,
    referrer: URL | None,
    referrer_policy: ReferrerPolicy,
    protocol: HttpVersion,
    asking: Asking = NOBODY,
    credentials: Credentials = Credentials.INCLUDE,
    prefetch: bool = False,
    extra: Fields = (),
    user_agent: str | None = None,
    mobile: bool = False,
    cookie: str | None = None,
    origin: str | None = None,
    without: frozenset[str] = frozenset(),
    dictionary: bool = False,
    background: bool = False,
) -> Fields:
    """All header fields but Host and the pseudo-fields, in order. ``referrer`` is what named the URL, a style sheet's
    own for what the sheet asks for; ``extra`` is added, or replaces ours of its names; ``cookie`` is the jar's;
    ``origin`` stands in for the client's own in Origin ("null" of a sandboxed page); ours named in ``without`` are left
    out. ``dictionary``: a compression dictionary's; ``background``: it only renews what was used stale."""
    navigates = mode is Mode.NAVIGATE
    secure = url.is_trustworthy
    fields: list[tuple[str, str]] = []
    if protocol is HttpVersion.HTTP_1_1:
        fields.append(("connection", "keep-alive"))
    bare = mode is Mode.NO_CORS and credentials is Credentials.OMIT  # COEP credentialless goes past the HTTP cache
    if bare:
        fields += (("pragma", "no-cache"), ("cache-control", "no-cache"))
    if mode is not Mode.CORS:
        origin = None
    elif origin is None:
        origin = _origin(url, asking, everywhere=not (hinted or dictionary or destination in _MEDIA))
    late = origin is not None and (hinted or destination in _MEDIA)  # the network service says it, not the renderer
    agent = ("user-agent", user_agent or user_agent_of(profile, mobile))
    own = _own_hints(profile.name, mobile, asking.hints, asking.withheld) if secure and not hinted else ()
    if navigates:
        if not asking.hops and not asking.restarted:
            fields += own
        fields += (("upgrade-insecure-requests", "1"), agent)
    elif not hinted:
        # A redirect drops hints that may not go on, and never adds any.
        began = asking.hops[0].is_trustworthy if asking.hops else True
        fields += _renderers(agent, own if began else (), None if late else origin, prefetch=prefetch)
    document = navigates or prefetch
    if prefetch and mode is Mode.CORS:
        fields.append(("accept", _ANY_EXCHANGE))
    else:
        kind = Destination.DOCUMENT if document else destination
        used = None if hinted else profile.used_accept.get(kind)
        fields.append(("accept", used or profile.accept.get(kind, "*/*")))
    if late and origin is not None:
        fields.append(("origin", origin))
    if navigates and asking.restarted:
        fields += own
    if secure:
        fields += _fetch_metadata(_site(url, asking), mode, destination)
        if _is_third_party(url, asking) and (bare or _includes(credentials, url, asking.client)):
            fields += _storage_access(url, asking, origin)
    if navigates and asking.hops and not asking.restarted:
        fields += own
    if referrer is not None:
        referer = referrer_for(referrer_policy, referrer, url)
        if referer is not None:
            fields.append(("referer", referer))
    if hinted:
        fields.append(agent)
    fields.append(("accept-encoding", _encodings(url, destination)))
    fields.append(("accept-language", profile.accept_language))
    if cookie is not None:
        fields.append(("cookie", cookie))
    if destination in _MEDIA:
        fields.append(("range", "bytes=0-"))
    if hinted:
        fields += profile.marks_hints
    if protocol is not HttpVersion.HTTP_1_1:
        fields += profile.marks
    if protocol is not HttpVersion.HTTP_1_1 and (profile.hints_have_priority or not hinted):
        told = priority_field(priority, is_incremental(destination, hinted=hinted, background=background))
        if told is not None:
            fields.append(("priority", told))
    if without:
        fields = [field for field in fields if field[0] not in without]
    return _with(fields, extra) if extra else tuple(fields)


def _with(fields: list[tuple[str, str]], extra: Fields) -> Fields:
    """``extra`` in the place of ours of the same names, what is new after them."""
    given: dict[str, list[tuple[str, str]]] = {}
    for name, value in extra:
        given.setdefault(name.lower(), []).append((name, value))
    dressed: list[tuple[str, str]] = []
    for field in fields:
        if field[0] not in given:
            dressed.append(field)
        elif given[field[0]]:
            dressed += given[field[0]]
            given[field[0]] = []
    return (*dressed, *(field for each in given.values() for field in each))


@lru_cache(maxsize=64)
def _own_hints(name: ProfileName, mobile: bool, more: Fields, withheld: frozenset[str]) -> Fields:
    """The client hints in the browser process's order; ``more`` is in that order too."""
    return in_order((*(each for each in client_hints(DRIVING[name], mobile) if each[0] not in withheld), *more))


@lru_cache(maxsize=256)
def _renderers(agent: tuple[str, str], hints: Fields, origin: str | None, *, prefetch: bool) -> Fields:
    values = dict((agent, *hints))
    if origin is not None:
        values["origin"] = origin
    if prefetch:
        values["sec-purpose"] = "prefetch"
    return tuple((name, values[name]) for name in wire_order(frozenset(values)))


@lru_cache(maxsize=256)
def _fetch_metadata(site: str, mode: Mode, destination: Destination) -> Fields:
    user = (("sec-fetch-user", "?1"),) if site == "none" else ()
    return (("sec-fetch-site", site), ("sec-fetch-mode", mode.value), *user, ("sec-fetch-dest", destination.value))


def _site(url: URL, asking: Asking) -> str:
    """Sec-Fetch-Site: the farthest the request has been on its way (Fetch Metadata 2.3)."""
    if asking.client is None:
        return "none"
    client = asking.client
    return max((sec_fetch_site(client, each) for each in (*asking.hops, url)), key=_FAR.__getitem__)


def _origin(url: URL, asking: Asking, *, everywhere: bool) -> str | None:
    """The Origin of a CORS request: "null" once it left for another origin from one that was not its own (Fetch,
    "redirect-tainted"). A renderer says it to its own origin too (``everywhere``), the network service does not."""
    client = asking.client
    if client is None:
        return None
    way = (*asking.hops, url)
    if not everywhere and all(each.origin == client.origin for each in way):
        return None
    for before, after in itertools.pairwise(way):
        if after.origin != before.origin and before.origin != client.origin:
            return "null"
    return client.origin


def _includes(credentials: Credentials, url: URL, client: URL | None) -> bool:
    if credentials is Credentials.SAME_ORIGIN:
        return client is None or client.origin == url.origin
    return credentials is Credentials.INCLUDE


def _is_third_party(url: URL, asking: Asking) -> bool:
    return asking.page is not None and (asking.apart or not same_site(asking.page, url))


def _storage_access(url: URL, asking: Asking, origin: str | None) -> list[tuple[str, str]]:
    """Sec-Fetch-Storage-Access: "inactive" where the page's own site is asked from a frame of another, for it could
    have its cookies and has not asked; Origin goes with that in every mode (Storage Access Headers)."""
    assert asking.page is not None
    if asking.credentialless or not same_site(asking.page, url):
        return [("sec-fetch-storage-access", "none")]
    own = [] if origin is not None or asking.client is None else [("origin", asking.client.origin)]
    return [("sec-fetch-storage-access", "inactive"), *own]


def _encodings(url: URL, destination: Destination) -> str:
    if destination in _MEDIA:
        return "identity"  # a part of something is asked for: it must be one of the bytes as they are
    # Chromium offers br and zstd only where no old proxy listens.
    return "gzip, deflate, br, zstd" if url.scheme == "https" or is_loopback(url.host) else "gzip, deflate"


def with_conditions(fields: Fields, conditions: Fields) -> Fields:
    """``fields`` asking whether a stored answer still holds, where Chromium asks: last, but before Priority."""
    if not conditions:
        return fields
    place = next((number for number, (name, _) in enumerate(fields) if name == "priority"), len(fields))
    return (*fields[:place], *conditions, *fields[place:])
