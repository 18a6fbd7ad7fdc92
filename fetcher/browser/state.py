"""What one load knows so far, shared by the machine's parts; only ``browser`` sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fetcher.browser.commands import Command, ConnectionKey, QueueFetch, RedirectInside, ServeStored
from fetcher.browser.connections.holding import Holding
from fetcher.browser.connections.keys import CREDENTIALLESS, key_for, preconnect_key
from fetcher.browser.connections.pool import Pool
from fetcher.browser.document.frames import is_credentialless
from fetcher.browser.document.modes import is_dictionary
from fetcher.browser.fetches import Consumer, Document, Fetch, FetchState, Preload, ResourceKey, is_credentialed
from fetcher.browser.options import BrowserOptions
from fetcher.browser.policies.container import EmbedderPolicy
from fetcher.browser.policies.mixed_content import secured
from fetcher.browser.profiles import BRANDS, CHROMIUM_VERSION, Profile
from fetcher.browser.requests.client_hints import HintsAsked, accepted, values
from fetcher.browser.requests.dressing import Asking, dress
from fetcher.browser.storage.cookies import CookieJar
from fetcher.browser.storage.hsts import SecureHosts
from fetcher.browser.storage.http_cache import CacheKey, Found, HttpCache, Served, key_of
from fetcher.browser.storage.state import BrowserState
from fetcher.discovery.candidates import CandidateKind
from fetcher.discovery.viewport.lengths import Screen
from fetcher.fields.client_hints import parse_permissions
from fetcher.fields.referrer_policy import ReferrerPolicy
from fetcher.terms import (
    ConnectionFacts,
    Credentials,
    Destination,
    FetchPriority,
    Fields,
    HttpVersion,
    Initiator,
    InitiatorKind,
    Mode,
    NetPriority,
    Request,
    field_values,
)
from fetcher.urls import URL, registrable_domain, same_site

NOWHERE = URL("about:blank", "about", "", 0, "blank", "null", "")
"""What asks from a sandboxed page."""


@dataclass(slots=True, eq=False)
class LoadState:
    """``navigation`` is the page's own request as last sent; ``finished``: the load is over, and nothing is decided any
    more. ``copies``: the latest request of each URL for whom it may serve (the HTTP cache's split); ``cache``: what is
    complete, of this load and of those before. ``preloads``: hinted
    requests kept for the consumer whose request is the same, where the profile keeps them (EH 9.1). ``pending``:
    fetches queued or on the wire. ``scans``: fetches whose content is still being scanned. ``document`` is the page's,
    ``documents`` all of them, frames and those refreshed away too. ``home`` is the URL that was asked for, ``epoch``
    seconds of wall time at clock time 0, ``at`` the clock time of the last event. ``facts``: what is known of each
    connection; ``hint_embedder`` is the COEP of the 103 that was acted on (EH 6.4)."""

    options: BrowserOptions
    profile: Profile
    pool: Pool
    holding: Holding
    fetches: list[Fetch] = field(default_factory=list)
    inner: list[Fetch] = field(default_factory=list)
    preloads: dict[ResourceKey, Preload] = field(default_factory=dict)
    copies: dict[CacheKey, Fetch] = field(default_factory=dict)
    cache: HttpCache = field(default_factory=HttpCache)
    pending: set[int] = field(default_factory=set)
    scans: set[int] = field(default_factory=set)
    navigation: Fetch | None = None
    finished: bool = False
    document: Document | None = None
    documents: list[Document] = field(default_factory=list)
    jar: CookieJar = field(default_factory=CookieJar)
    brief_jar: CookieJar = field(default_factory=lambda: CookieJar(third_parties=True))
    hints_of: dict[str, frozenset[str]] = field(default_factory=dict)
    home: URL | None = None
    epoch: float = 0.0
    at: float = 0.0
    hint_embedder: EmbedderPolicy = EmbedderPolicy.UNSAFE_NONE
    secure_hosts: SecureHosts = field(default_factory=SecureHosts)
    facts: dict[int, ConnectionFacts] = field(default_factory=dict)

    @property
    def wall(self) -> float:
        """Seconds since the epoch."""
        return self.epoch + self.at / 1000

    def keep_cookies(self, fetch: Fetch, fields: Fields, at: float) -> None:
        """Store the Set-Cookie values of a final response's ``fields`` (never those of a 103: EH 10.6)."""
        if is_credentialed(fetch.credentials, fetch.url, fetch.client):
            for name, value in fields:
                if name == "set-cookie":
                    page = self._page_of(fetch)
                    apart = self._is_apart(fetch, page)
                    self._jar_for(fetch).store(value, fetch.url, self.epoch + at / 1000, page, apart=apart)

    def _jar_for(self, asked: Fetch | Consumer) -> CookieJar:
        """``brief_jar`` is that of the page's credentialless frames, which nobody else sees and nothing keeps."""
        consumer = _asker(asked)
        return self.brief_jar if is_credentialless(consumer) else self.jar

    def keep_secure_host(self, fetch: Fetch, fields: Fields) -> None:
        """Heed Strict-Transport-Security, if it came over a connection whose certificate was found good."""
        value = next((value for name, value in fields if name == "strict-transport-security"), None)
        facts = self.facts.get(fetch.connection) if fetch.connection is not None else None
        if value is not None and facts is not None and facts.tls is not None and facts.tls.verified:
            self.secure_hosts.note(value, fetch.url, self.epoch + self.at / 1000)

    def cookie_for(self, asked: Fetch | Consumer, at: float) -> str | None:
        """The Cookie field of a request sent at clock time ``at``."""
        jar = self._jar_for(asked)
        if not jar or not is_credentialed(asked.credentials, asked.url, asked.client):
            return None
        consumer = _asker(asked)
        if consumer is not None and consumer.document.policies.is_opaque:
            return None  # a sandboxed page is of no site, so nothing is same-site with it
        page = self._page_of(asked)
        led_by = asked.client if asked.mode is Mode.NAVIGATE else None
        now = self.epoch + at / 1000
        return jar.field(asked.url, now, page, apart=self._is_apart(asked, page), led_by=led_by)

    def _page_of(self, asked: Fetch | Consumer) -> URL | None:
        """The page a request is a part of, frames or not, whose site decides on cookies; None for its own."""
        if asked.client is None or asked.destination is Destination.DOCUMENT:
            return None
        return self.document.url if self.document is not None else asked.client

    def asking_of(self, asked: Fetch | Consumer) -> Asking:
        """Who asks for it, as the request will show."""
        page = self._page_of(asked)
        hops = asked.hops if isinstance(asked, Fetch) else ()
        restarted = isinstance(asked, Fetch) and asked.restarted
        consumer = _asker(asked)
        withheld: frozenset[str] = frozenset()
        if consumer is not None:
            withheld = consumer.document.hints_asked.withheld(asked.url, consumer.document.url.origin)
        hints = self._hints_for(asked)
        apart = self._is_apart(asked, page)
        credentialless = is_credentialless(consumer)
        return Asking(asked.client, page, apart, hops, hints, withheld, restarted, credentialless)

    def _hints_for(self, asked: Fetch | Consumer) -> Fields:
        """The client hints that the document, or for a navigation the origin asked, may have."""
        url = asked.url
        if not url.is_trustworthy or (isinstance(asked, Fetch) and asked.is_hinted):
            return ()
        if asked.destination is Destination.DOCUMENT:
            names = self.hints_of.get(url.origin, frozenset())
        else:
            consumer = _asker(asked)
            if consumer is None:
                return ()
            document = consumer.document
            if asked.mode is Mode.NAVIGATE:
                names = document.hints_asked.for_frame(url, document.url.origin)
            else:
                names = document.hints_asked.for_request(url, document.url.origin)
        return values(names, self.options.device, BRANDS, CHROMIUM_VERSION) if names else ()

    def keep_client_hints(self, fetch: Fetch, fields: Fields) -> None:
        """Accept-CH of a response to a navigation of the page: the origin's wish until it says otherwise."""
        names = accepted(fields) if fetch.url.is_trustworthy else None
        if names is not None:
            self.hints_of[fetch.url.origin] = names

    def hints_asked(self, fetch: Fetch) -> HintsAsked:
        """What the document that the page's ``fetch`` becomes begins with."""
        permissions = parse_permissions(field_values(fetch.fields, "permissions-policy"))
        return HintsAsked(self.hints_of.get(fetch.url.origin, frozenset()), permissions)

    @staticmethod
    def _is_apart(asked: Fetch | Consumer, page: URL | None) -> bool:
        consumer = _asker(asked)
        return page is not None and consumer is not None and is_apart(consumer.document, page)

    def extra_for(self, url: URL, client: URL | None) -> Fields:
        """The caller's own fields as far as they may go to ``url``: to the site that was asked for (and from http to
        https, never back) unless told otherwise; credentials to and from its origin only."""
        options, home = self.options, self.home
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

    @property
    def screen(self) -> Screen:
        device = self.options.device
        return Screen(device.width, device.height, device.dpr, device.mobile) if device is not None else Screen()

    @property
    def is_mobile(self) -> bool:
        return self.options.device is not None and self.options.device.mobile

    def remembered(self, at: float, contents: Mapping[int, bytes]) -> BrowserState:
        """What the browser knows at clock time ``at``, for another load; ``contents`` are those kept, by fetch."""
        now = self.epoch + at / 1000
        hints = tuple((origin, tuple(sorted(names))) for origin, names in self.hints_of.items() if names)
        return BrowserState(self.jar.cookies(now), self.secure_hosts.values(now), self.cache.stored(contents), hints)

    def cache_key(self, asked: Fetch | Consumer) -> CacheKey:
        """Whose requests may be answered with what answers ``asked``."""
        frame = asked.client or asked.url
        top = self.document.url if self.document is not None else frame
        framed = asked.mode is Mode.NAVIGATE and asked.destination is not Destination.DOCUMENT
        destination = Destination.FRAME if framed else asked.destination  # what an <object> shows is a frame too
        key = key_of(asked.url, destination, top, frame, asked.client)
        consumer = _asker(asked)
        if consumer is None or not is_credentialless(consumer):
            return key
        return replace(key, frame=f"{CREDENTIALLESS} {self.epoch} {consumer.document.fetch.id}")  # never stored

    def dressed(
        self, asked: Fetch | Consumer, at: float, protocol: HttpVersion = HttpVersion.HTTP_2, *, hinted: bool = False
    ) -> Fields:
        """The header fields ``asked`` would be sent with at clock time ``at``, but for conditions of the cache."""
        policy = asked.referrer_policy if isinstance(asked, Fetch) else asked.policy
        consumer = _asker(asked)
        sandboxed = consumer is not None and consumer.document.policies.is_opaque
        opaque = sandboxed or (isinstance(asked, Fetch) and asked.consumer is not None and asked.tainted)
        asking, referrer = self.asking_of(asked), asked.referrer
        if sandboxed:  # such a page is of no origin and no site, and names itself to nobody
            page = NOWHERE if self._is_page_opaque else asking.page
            asking = replace(asking, client=NOWHERE, page=page, apart=True)
            referrer = None if referrer is asked.client else referrer
        later = consumer is not None and consumer.candidate.kind is CandidateKind.PREFETCH
        dictionary = consumer is not None and is_dictionary(consumer.candidate)
        return dress(
            self.profile,
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
            extra=self.extra_for(asked.url, asked.client),
            user_agent=self.options.user_agent,
            mobile=self.is_mobile,
            cookie=self.cookie_for(asked, at),
            origin="null" if opaque else None,
            without=self.options.without,
            background=isinstance(asked, Fetch) and asked.background,
        )

    def source(self, number: int) -> Fetch:
        """What was scanned: a request, or with a number below 0 what stands in a document (``document.inner``)."""
        return self.fetches[number] if number >= 0 else self.inner[-number - 1]

    def add(self, document: Document) -> None:
        document.fetch.document = document
        self.documents.append(document)

    def pool_key(
        self,
        url: URL,
        destination: Destination,
        mode: Mode,
        credentials: Credentials,
        client: URL | None,
        consumer: Consumer | None,
    ) -> ConnectionKey:
        """Which connections a request may use (``connections.keys``). A session fetches all but the page's own."""
        is_page = destination is Destination.DOCUMENT
        if self.options.session and not is_page:
            return ConnectionKey(url.scheme, url.host, url.port, session=True)
        credentialed = is_credentialed(credentials, url, client)
        if is_page or client is None:
            return key_for(url, credentialed=credentialed, top=url, frame=url)
        top = self.document.url if self.document is not None else client
        if consumer is None:
            return key_for(url, credentialed=credentialed, top=top, frame=client)
        document = consumer.document
        # A sandboxed frame has the sockets of frames of other sites; a sandboxed page shares with nobody.
        opaque = document.policies.is_opaque and self._is_page_opaque
        apart = document.policies.is_opaque and not opaque and mode is not Mode.NAVIGATE
        frame = url if mode is Mode.NAVIGATE else document.url
        frame = NOWHERE if apart else frame
        nested = apart or is_apart(document, top)
        return key_for(
            url, credentialed=credentialed, top=top, frame=frame, nested=nested, opaque=opaque,
            credentialless=is_credentialless(consumer),
        )  # fmt: skip

    def preconnect_key(self, url: URL, page: URL, document: Document | None, *, anonymous: bool) -> ConnectionKey:
        """Which connections one that ``page`` opens ahead joins; ``document`` None: before it is there (EH 11.1)."""
        if self.options.session:
            return ConnectionKey(url.scheme, url.host, url.port, session=True)
        top = self.document.url if self.document is not None else page
        opaque = document is not None and document.policies.is_opaque
        frame = NOWHERE if opaque and not self._is_page_opaque else page
        return preconnect_key(url, anonymous=anonymous, top=top, frame=frame, opaque=opaque and self._is_page_opaque)

    @property
    def _is_page_opaque(self) -> bool:
        return self.document is None or self.document.policies.is_opaque

    def new_fetch(
        self,
        url: URL,
        *,
        destination: Destination,
        mode: Mode,
        credentials: Credentials,
        priority: NetPriority,
        fetch_priority: FetchPriority,
        initiator: Initiator,
        client: URL | None,
        referrer: URL | None,
        referrer_policy: ReferrerPolicy,
        hint: int | None = None,
        consumer: Consumer | None = None,
        redirects: int = 0,
        renews: Found | None = None,
    ) -> tuple[Fetch, list[Command]]:
        """Decide on a request: the HTTP cache answers it, or it waits in the pool until a connection takes it. One for
        an http: URL of a host that is only asked over https is answered here, and the request given is the one that
        this leads to. With ``renews`` it asks whether an entry that was used stale still holds."""
        if self.secure_hosts.covers(url, self.epoch + self.at / 1000):
            first = Fetch(
                len(self.fetches), url, destination, mode, credentials, priority, fetch_priority, initiator,
                self.pool_key(url, destination, mode, credentials, client, consumer), client, referrer,
                referrer_policy, hint, consumer,
                FetchState.ENDED, redirects=redirects, status=307,
            )  # fmt: skip
            self.fetches.append(first)
            target = secured(url)
            fetch, commands = self.new_fetch(
                target, destination=destination, mode=mode, credentials=credentials, priority=priority,
                fetch_priority=fetch_priority, initiator=redirected(first), client=client, referrer=referrer,
                referrer_policy=referrer_policy, hint=hint, consumer=consumer, redirects=redirects + 1,
            )  # fmt: skip
            fetch.crossed = fetch.tainted = client is not None and client.origin != url.origin
            inside = RedirectInside(first.id, target.href, "HSTS")
            return fetch, [QueueFetch(first.id, request_of(first), hint), inside, *commands]
        key = self.pool_key(url, destination, mode, credentials, client, consumer)
        fetch = Fetch(
            len(self.fetches), url, destination, mode, credentials, priority, fetch_priority, initiator, key,
            client, referrer, referrer_policy, hint, consumer, redirects=redirects,
        )  # fmt: skip
        self.fetches.append(fetch)
        self.pending.add(fetch.id)
        commands = [QueueFetch(fetch.id, request_of(fetch), hint)]
        if renews is not None:
            fetch.background, fetch.renewed_for, fetch.consumer = True, consumer, None  # its answer is nobody's
            fetch.stored, fetch.conditions = renews.entry, renews.conditions
        else:
            commands += self._from_cache(fetch)
        if fetch.state is FetchState.QUEUED:
            commands += self.holding.admit(fetch)
        return fetch, commands

    def _from_cache(self, fetch: Fetch) -> list[Command]:
        """What the HTTP cache has for ``fetch``: an answer, or conditions to ask the server with."""
        key = self.cache_key(fetch)
        if not fetch.is_navigation:
            self.copies[key] = fetch
        found = self.cache.look_up(
            key, lambda: self.dressed(fetch, self.at, hinted=fetch.is_hinted), self.wall, fetch.destination
        )
        if found is None:
            return []
        if found.why is not None:
            fetch.conditions = found.conditions
            fetch.stored = found.entry if found.conditions else None
            return []
        fetch.state, fetch.stored = FetchState.STARTED, found.entry
        commands: list[Command] = [ServeStored(fetch.id, found.entry, found.served, found.age, found.fresh_for)]
        if found.served is Served.STALE:
            _, renewal = self.new_fetch(
                fetch.url,
                destination=fetch.destination,
                mode=fetch.mode,
                credentials=fetch.credentials,
                priority=NetPriority.IDLE,
                fetch_priority=fetch.fetch_priority,
                initiator=fetch.initiator,
                client=fetch.client,
                referrer=fetch.referrer,
                referrer_policy=fetch.referrer_policy,
                consumer=fetch.consumer,
                renews=found,
            )
            commands += renewal
        return commands

    def settle(self, fetch: Fetch, how: FetchState) -> None:
        """``fetch`` is over."""
        fetch.state = how
        self.pending.discard(fetch.id)
        self.pool.forget(fetch)
        self.holding.settled(fetch)
        if how is not FetchState.ENDED:
            self.scans.discard(fetch.id)

    def is_over_budget(self) -> bool:
        return len(self.fetches) >= self.options.limits.requests


def _asker(asked: Fetch | Consumer) -> Consumer | None:
    """Who ``asked`` is sent for, whose document decides what it may carry."""
    return asked if isinstance(asked, Consumer) else asked.consumer or asked.renewed_for


def is_apart(document: Document | None, page: URL) -> bool:
    """Whether ``document`` is in, or is, a frame of another site than ``page``."""
    while document is not None:
        if not same_site(document.url, page):
            return True
        document = document.parent
    return False


def request_of(fetch: Fetch) -> Request:
    """The request as decided on, dressed with what it was sent with (nothing before it is sent)."""
    return Request(
        fetch.url.href,
        "GET",
        fetch.destination,
        fetch.mode,
        fetch.credentials,
        fetch.priority,
        fetch.fetch_priority,
        fetch.initiator,
        fetch.sent,
    )


def redirected(kind: Fetch) -> Initiator:
    return Initiator(InitiatorKind.REDIRECT, request=kind.id)
