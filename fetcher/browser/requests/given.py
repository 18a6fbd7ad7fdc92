"""What a request is given of what the browser keeps: client hints, cookies, the caller's own fields, the word on who
asks. ``dressing`` words all of it as the driving browser does.
"""

from __future__ import annotations

from dataclasses import replace

from fetcher.browser.document.frames import is_credentialless
from fetcher.browser.document.modes import is_dictionary
from fetcher.browser.fetches import Consumer, Fetch, is_credentialed
from fetcher.browser.policies.embedding import required_of
from fetcher.browser.profiles import BRANDS, CHROMIUM_VERSION
from fetcher.browser.requests.belonging import NOWHERE, asker, is_apart, jar_for, page_of
from fetcher.browser.requests.client_hints import values
from fetcher.browser.requests.dressing import Asking, dress
from fetcher.browser.state import LoadState
from fetcher.discovery.candidates import CandidateKind
from fetcher.terms import (
    Destination,
    Fields,
    HttpVersion,
    Mode,
)
from fetcher.urls import URL, registrable_domain


def dressed(
    state: LoadState,
    asked: Fetch | Consumer,
    at: float,
    protocol: HttpVersion = HttpVersion.HTTP_2,
    *,
    hinted: bool = False,
) -> Fields:
    """The header fields ``asked`` would be sent with at clock time ``at``, but for conditions of the cache."""
    policy = asked.referrer_policy if isinstance(asked, Fetch) else asked.policy
    consumer = asker(asked)
    sandboxed = consumer is not None and consumer.document.policies.is_opaque
    opaque = sandboxed or (isinstance(asked, Fetch) and asked.consumer is not None and asked.tainted)
    asking, referrer = _asking_of(state, asked), asked.referrer
    if sandboxed:  # such a page is of no origin and no site, and names itself to nobody
        page = NOWHERE if state.is_page_opaque else asking.page
        asking = replace(asking, client=NOWHERE, page=page, apart=True)
        referrer = None if referrer is asked.client else referrer
    later = consumer is not None and consumer.candidate.kind is CandidateKind.PREFETCH
    dictionary = consumer is not None and is_dictionary(consumer.candidate)
    extra = _extra_for(state, asked.url, asked.client)
    if asked.mode is Mode.NAVIGATE and (required := required_of(consumer)) is not None:
        extra = (*extra, ("sec-required-csp", required))
    return dress(
        state.profile,
        asked.url,
        destination=asked.destination,
        mode=asked.mode,
        priority=asked.priority,
        hinted=hinted,
        asking=asking,
        credentials=asked.credentials,
        prefetch=later and not dictionary,
        dictionary=dictionary,
        referrer=None if dictionary else referrer,
        referrer_policy=policy,
        protocol=protocol,
        extra=extra,
        user_agent=state.options.user_agent,
        mobile=_is_mobile(state),
        cookie=_cookie_for(state, asked, at),
        origin="null" if opaque else None,
        without=state.options.without,
        background=isinstance(asked, Fetch) and asked.background,
    )


def _asking_of(state: LoadState, asked: Fetch | Consumer) -> Asking:
    """Who asks for it, as the request will show."""
    page = page_of(state, asked)
    hops = asked.hops if isinstance(asked, Fetch) else ()
    restarted = isinstance(asked, Fetch) and asked.restarted
    consumer = asker(asked)
    withheld: frozenset[str] = frozenset()
    if consumer is not None:
        withheld = consumer.document.hints_asked.withheld(asked.url, consumer.document.url.origin)
    hints = _hints_for(state, asked)
    apart = is_apart(asked, page)
    credentialless = is_credentialless(consumer)
    return Asking(asked.client, page, apart, hops, hints, withheld, restarted, credentialless)


def _hints_for(state: LoadState, asked: Fetch | Consumer) -> Fields:
    """The client hints that the document, or for a navigation the origin asked, may have."""
    url = asked.url
    if not url.is_trustworthy or (isinstance(asked, Fetch) and asked.is_hinted):
        return ()
    if asked.destination is Destination.DOCUMENT:
        names = state.hints_of.get(url.origin, frozenset())
    else:
        consumer = asker(asked)
        if consumer is None:
            return ()
        document = consumer.document
        if asked.mode is Mode.NAVIGATE:
            names = document.hints_asked.for_frame(url, document.url.origin)
        else:
            names = document.hints_asked.for_request(url, document.url.origin)
    return values(names, state.options.device, BRANDS, CHROMIUM_VERSION) if names else ()


def _cookie_for(state: LoadState, asked: Fetch | Consumer, at: float) -> str | None:
    """The Cookie field of a request sent at clock time ``at``."""
    jar = jar_for(state, asked)
    if not jar or not is_credentialed(asked.credentials, asked.url, asked.client):
        return None
    consumer = asker(asked)
    if consumer is not None and consumer.document.policies.is_opaque:
        return None  # a sandboxed page is of no site, so nothing is same-site with it
    page = page_of(state, asked)
    led_by = asked.client if asked.mode is Mode.NAVIGATE else None
    now = state.epoch + at / 1000
    return jar.field(asked.url, now, page, apart=is_apart(asked, page), led_by=led_by)


def _extra_for(state: LoadState, url: URL, client: URL | None) -> Fields:
    """The caller's own fields as far as they may go to ``url``: to the site that was asked for (and from http to
    https, never back) unless told otherwise; credentials to and from its origin only."""
    options, home = state.options, state.home
    if home is None or not (options.headers or options.authorization):
        return ()
    extra: Fields = ()
    if options.header_scope == "all" or (
        registrable_domain(url.host) == registrable_domain(home.host) and home.scheme in (url.scheme, "http")
    ):
        extra = options.headers
    within = url.origin == home.origin and (client is None or client.origin == home.origin)
    if options.authorization and within and all(name != "authorization" for name, _ in extra):
        extra = (*extra, ("authorization", options.authorization))
    return extra


def _is_mobile(state: LoadState) -> bool:
    return state.options.device is not None and state.options.device.mobile
