"""Dresses a request as the driving browser does (EH 5): field by field, per destination, mode and initiator.

Done at dispatch, when the protocol of the connection is known: ``priority`` goes on HTTP/2 only, ``connection`` on
HTTP/1.1 only. Sec-CH-UA and its siblings are left off hinted requests, as Chromium leaves them off (EH 5.3).
"""

from __future__ import annotations

from functools import lru_cache

from fetcher.browser.profiles import DRIVING, Profile
from fetcher.browser.requests.device import client_hints
from fetcher.browser.requests.device import user_agent as user_agent_of
from fetcher.browser.requests.priorities import is_incremental, priority_field
from fetcher.fields.referrer_policy import ReferrerPolicy, referrer_for
from fetcher.terms import Destination, Fields, HttpVersion, Mode, NetPriority, ProfileName
from fetcher.urls import URL, is_loopback, sec_fetch_site

_NAVIGATIONS = (Destination.DOCUMENT, Destination.FRAME, Destination.FRAMESET_FRAME)


@lru_cache(maxsize=256)
def _common(
    name: ProfileName, user_agent: str | None, mobile: bool, destination: Destination, hinted: bool, secure: bool
) -> Fields:
    """The part that depends on nothing but the kind of request, built once."""
    profile: Profile = DRIVING[name]
    fields: list[tuple[str, str]] = []
    if not hinted and secure:
        fields += client_hints(profile, mobile)
    if destination in _NAVIGATIONS:
        fields.append(("upgrade-insecure-requests", "1"))
    fields.append(("user-agent", user_agent or user_agent_of(profile, mobile)))
    fields.append(("accept", profile.accept.get(destination, "*/*")))
    return tuple(fields)


@lru_cache(maxsize=256)
def _fetch_metadata(site: str, mode: Mode, destination: Destination) -> Fields:
    user = (("sec-fetch-user", "?1"),) if site == "none" else ()
    return (("sec-fetch-site", site), ("sec-fetch-mode", mode.value), *user, ("sec-fetch-dest", destination.value))


def dress(
    profile: Profile,
    url: URL,
    *,
    destination: Destination,
    mode: Mode,
    priority: NetPriority,
    hinted: bool,
    client: URL | None,
    referrer: URL | None,
    referrer_policy: ReferrerPolicy,
    protocol: HttpVersion,
    extra: Fields = (),
    user_agent: str | None = None,
    mobile: bool = False,
    cookie: str | None = None,
    origin: str | None = None,
) -> Fields:
    """All header fields but Host and the pseudo-fields, in order. ``client`` is the URL of the document (or of the
    hinting response) that asks, None for the navigation itself; ``referrer`` what named it, a style sheet's own URL
    for what the sheet asks for; ``extra`` is added, or replaces ours of its names; ``cookie`` is the jar's field;
    ``origin`` stands in for the client's own in Origin ("null" of a sandboxed page, or after redirects)."""
    secure = url.is_trustworthy
    fields: list[tuple[str, str]] = []
    if protocol is HttpVersion.HTTP_1_1:
        fields.append(("connection", "keep-alive"))
    fields += _common(profile.name, user_agent, mobile, destination, hinted, secure)
    cors = client is not None and mode is Mode.CORS and client.origin != url.origin
    if mode is Mode.CORS and origin is not None:
        fields.append(("origin", origin))
    elif cors and client is not None:
        fields.append(("origin", client.origin))
    if secure:
        fields += _fetch_metadata("none" if client is None else sec_fetch_site(client, url), mode, destination)
    if referrer is not None:
        referer = referrer_for(referrer_policy, referrer, url)
        if referer is not None:
            fields.append(("referer", referer))
    brotli = url.scheme == "https" or is_loopback(
        url.host
    )  # Chromium offers br and zstd only where no old proxy listens
    fields.append(("accept-encoding", "gzip, deflate, br, zstd" if brotli else "gzip, deflate"))
    fields.append(("accept-language", profile.accept_language))
    if cookie is not None:
        fields.append(("cookie", cookie))
    if protocol is not HttpVersion.HTTP_1_1:
        told = priority_field(priority, is_incremental(destination, hinted=hinted))
        if told is not None:
            fields.append(("priority", told))
    if extra:
        replaced = {name for name, _ in extra}
        fields = [field for field in fields if field[0] not in replaced]
        fields += extra
    return tuple(fields)
