"""The browser: one page load decided, event by event. No I/O, no clock.

``handle(event)`` answers with commands, in the order they are to be carried out. The navigation and its
redirects are here; what its 103s ask for is in ``hinting``, what the document asks for in ``subresources``; which
connection serves is in ``pool``.
"""

from __future__ import annotations

from collections.abc import Mapping

from fetcher.browser.commands import (
    BlockFetch,
    CancelFetch,
    CloseConnection,
    Command,
    DiscoveryResolved,
    DropFetch,
    Finish,
    OpenConnection,
    ResolveName,
    SetTimer,
    StartFetch,
)
from fetcher.browser.connections.holding import Holding
from fetcher.browser.connections.pool import Line, Pool
from fetcher.browser.document import inner, refreshes
from fetcher.browser.document.observed import Agenda
from fetcher.browser.document.subresources import Subresources
from fetcher.browser.events import (
    BodyProgress,
    CharsetSettled,
    ConnectionLost,
    ConnectionReady,
    Discovered,
    Event,
    FetchEnded,
    FetchFailed,
    GoAway,
    Head,
    IntegrityChecked,
    Interim,
    NameResolved,
    NavigationStarted,
    RequestSent,
    ScanDrained,
    Stopped,
    StreamLimitChanged,
    TimerFired,
    TypeSniffed,
)
from fetcher.browser.fetches import Document, Fetch, FetchState
from fetcher.browser.hints.acting import Hints
from fetcher.browser.hints.policy import referrer_policy_of
from fetcher.browser.options import BrowserOptions
from fetcher.browser.policies import local_network
from fetcher.browser.policies.blocked import Blocked
from fetcher.browser.profiles import profile as profile_named
from fetcher.browser.requests.client_hints import missing
from fetcher.browser.requests.dressing import with_conditions
from fetcher.browser.state import LoadState, redirected, request_of
from fetcher.browser.storage.answers import answered, complete
from fetcher.browser.storage.cookies import CookieJar
from fetcher.browser.storage.hsts import SecureHosts
from fetcher.browser.storage.http_cache import HttpCache
from fetcher.browser.storage.reuse import redirect_target
from fetcher.browser.storage.state import BrowserState
from fetcher.fields.cache_control import freshness
from fetcher.fields.referrer_policy import ReferrerPolicy
from fetcher.fields.referrer_policy import parse as parse_referrer_policy
from fetcher.terms import (
    Credentials,
    Destination,
    FetchPriority,
    HttpVersion,
    Initiator,
    InitiatorKind,
    Mode,
    NetPriority,
    field_value,
    field_values,
)
from fetcher.urls import URL, parse, resolve

MISDIRECTED = 421
RETURNS = 3
"""How often a request may come back unsent because its connection ended in the very read that chose it."""


class Browser:
    """One load. Feed every event once, in time order; after Finish nothing is answered any more."""

    def __init__(self, options: BrowserOptions) -> None:
        profile = profile_named(options.profile)
        pool = Pool(options.http, profile.connections_per_host, options.limits.connections)
        holding = Holding(pool, active=profile.holds_requests)
        jar, cache = CookieJar(options.remembered.cookies), HttpCache(options.remembered.stored)
        self.state = LoadState(options, profile, pool, holding, jar=jar, cache=cache)
        self.state.secure_hosts = SecureHosts(options.remembered.secure_hosts)
        self.state.hints_of = {origin: frozenset(names) for origin, names in options.remembered.client_hints}
        self.subresources = Subresources(self.state)
        self.hints = Hints(self.state)
        self.agenda = Agenda(options.observed)
        self._timer: float | None = None
        self.finished = False
        self._navigation: Fetch | None = None
        self._waits = False  # for the moment of a refresh

    def handle(self, event: Event) -> list[Command]:
        """What to do now that ``event`` happened."""
        commands = self._decide(event)
        return [inner.as_told(self.state, each) if isinstance(each, DiscoveryResolved) else each for each in commands]

    def _decide(self, event: Event) -> list[Command]:
        if self.finished:
            return []
        self.state.at = event.at
        commands: list[Command]
        match event:
            case Interim():
                commands = self.hints.interim(event, self._navigation)
            case Head():
                commands = self._head(event)
            case RequestSent():
                return []
            case BodyProgress():
                commands = self.subresources.progressed(self.state.fetches[event.fetch], event.decoded)
                if not commands:
                    return []
            case TimerFired():
                commands = self._refresh() if self._waits else []
            case Discovered():
                commands = self.subresources.found_all(self.state.source(event.fetch), event.candidates, event.at)
            case CharsetSettled():
                self.state.source(event.fetch).encoding = event.encoding
                return []
            case TypeSniffed():
                self.subresources.sniffed(self.state.fetches[event.fetch], event.essence)
                return []
            case ScanDrained():
                self.state.scans.discard(event.fetch)
                self._read_through(self.state.source(event.fetch))
                commands = [self.subresources.unread(event.fetch)] if event.is_cut else []
            case IntegrityChecked():
                commands = self.subresources.integrity_checked(event)
            case FetchEnded():
                commands = self._ended(self.state.fetches[event.fetch], event)
            case FetchFailed():
                commands = self._failed(event)
            case ConnectionReady():
                protocol = event.facts.protocol if event.facts else HttpVersion.HTTP_1_1
                self.state.pool.ready(event.connection, protocol, event.max_streams, event.facts)
                if event.facts is not None:
                    self.state.facts[event.connection] = event.facts
                commands = []
            case NameResolved():
                self.state.pool.resolved(event.host, event.port, event.endpoints)
                commands = []
            case StreamLimitChanged():
                self.state.pool.resize(event.connection, event.max_streams)
                commands = []
            case GoAway():
                self.state.pool.drain(event.connection)
                commands = []
            case ConnectionLost():
                commands = self._lost(event)
            case NavigationStarted():
                self.state.home, self.state.epoch = parse(event.url), event.wall - event.at / 1000
                commands = self._navigate(self.state.home, Initiator(InitiatorKind.NAVIGATION), 0)
            case Stopped():
                return self._stop(event)
        commands += self.subresources.due(event.at)
        commands += self._observed(event.at)
        commands += self._dispatch(event.at)
        if not self.finished and self._is_done():
            commands += self._loaded(event.at)
        return commands

    def _observed(self, at: float) -> list[Command]:
        """What code was seen to ask for, as far as its time has come, and a timer for the next."""
        commands: list[Command] = []
        while True:
            for fetch in self.subresources.take_claimed():
                if not fetch.is_pending:  # its code runs from now on, not when the hint was answered
                    self._has_come(fetch, at)
            due = self.agenda.due(at)
            if not due:
                break
            for source, candidate in due:
                commands += self.subresources.found(self.state.fetches[source], candidate, at)
        after = self.agenda.next
        if after is None or after == self._timer:
            return commands
        self._timer = after
        return [*commands, SetTimer(after)]

    def _loaded(self, at: float) -> list[Command]:
        """Nothing is left to do but what a declarative refresh asks for."""
        refresh = self.subresources.refresh
        if refresh is None:
            followed = self._observed(at) if self.agenda.follow_document(at) else []
            if not self._is_done():
                return [*followed, *self._dispatch(at)]
            commands, waits = self._unexplained(at)
            commands = [*followed, *commands]
            if waits or not self._is_done():
                return [*commands, *self._dispatch(at)]
            self.finished = True
            return [*commands, *self.subresources.unused(self.agenda.left(self._asked())), Finish()]
        if self._waits:
            return []
        if refresh.delay:
            self._waits = True
            return [SetTimer(at + refresh.delay)]
        return [*self._refresh(), *self._dispatch(at)]

    def _unexplained(self, at: float) -> tuple[list[Command], bool]:
        """What a browser was seen to ask for, nobody knows why, and nothing here did, now that the page rests; none
        sooner after the document than it was seen: then a timer waits for it. What may itself ask for others, a sheet
        or a script, is let speak first."""
        commands: list[Command] = []
        if not self.agenda.has_unexplained:
            return commands, False
        asked = self._asked()
        while (following := self.agenda.unexplained(asked)) is not None:
            when, source, candidate = following
            if when > at:
                waits = self._is_done()
                return ([*commands, SetTimer(when)] if waits else commands), waits
            self.agenda.take()
            commands += self.subresources.found(self.state.fetches[source], candidate, at)
            if not self._is_done() and candidate.attribute("destination") in ("style", "script"):
                break
        return commands, False

    def _asked(self) -> set[str]:
        """The URLs that the page itself asked for."""
        return {one.url.href for one in self.state.fetches if one.consumer is not None or one.document is not None}

    # -- the navigation

    def _refresh(self) -> list[Command]:
        """The document goes, another comes; the HTTP cache and the cookies stay."""
        refresh, old = self.subresources.refresh, self.state.document
        assert refresh is not None
        assert old is not None
        self._waits, self.subresources.refresh, self.state.document = False, None, None
        self.hints.start_over()
        candidate = refresh.candidate
        initiator = Initiator(
            InitiatorKind.REDIRECT, old.fetch.id, None, candidate.element, candidate.line, candidate.offset
        )
        policy = old.referrer_policy
        commands = self._navigate(refresh.url, initiator, old.fetch.redirects + 1, old.url, policy)
        assert self._navigation is not None
        return [*commands, refresh.resolved(old.fetch.id, self._navigation.id)]

    def _navigate(
        self,
        url: URL,
        initiator: Initiator,
        redirects: int,
        client: URL | None = None,
        policy: ReferrerPolicy = ReferrerPolicy.NO_REFERRER,
    ) -> list[Command]:
        """``client`` is the document that leads there, None for the person."""
        fetch, commands = self.state.new_fetch(
            url,
            destination=Destination.DOCUMENT,
            mode=Mode.NAVIGATE,
            credentials=Credentials.INCLUDE,
            priority=NetPriority.HIGHEST,
            fetch_priority=FetchPriority.AUTO,
            initiator=initiator,
            client=client,
            referrer=client,
            referrer_policy=policy,
            redirects=redirects,
        )
        self._navigation = fetch
        return commands

    def _head(self, event: Head) -> list[Command]:
        fetch = self.state.fetches[event.fetch]
        if event.status == MISDIRECTED and not fetch.misdirected and not fetch.key.session:
            line = self.state.pool.lines.get(fetch.connection) if fetch.connection is not None else None
            if line is not None:
                return self._misdirected(fetch, line)
        kept = answered(self.state, fetch, event)
        self.state.keep_cookies(fetch, event.fields, event.at)
        self.state.keep_secure_host(fetch, event.fields)
        return kept + self._begin(fetch, event.at)

    def _misdirected(self, fetch: Fetch, line: Line) -> list[Command]:
        """RFC 9110 15.5.20: the host is not served over this connection, so it is asked once more. Chromium does so
        after every 421; what matters is where another host's connection was used, which is not done again for it."""
        fetch.misdirected = True
        why = f"{fetch.url} was answered with 421 (Misdirected Request)"
        if line.key != fetch.key:
            self.state.pool.keep_alone(fetch.key)
            why += f" on the connection to {line.key.host}, so it gets one of its own"
        elif line.protocol is HttpVersion.HTTP_1_1:
            self.state.pool.drain(line.id)  # ends with what is left of this answer
        self._wait_again(fetch)
        return [CancelFetch(fetch.id, why)]

    def _begin(self, fetch: Fetch, at: float) -> list[Command]:
        if fetch is not self._navigation:
            if fetch.is_navigation:
                return []
            return [*self.hints.settled(fetch), *self.subresources.head_arrived(fetch, at)]
        state = self.state
        state.keep_client_hints(fetch, fetch.fields)
        location = redirect_target(fetch.status, fetch.fields)
        if location is not None:
            return self._redirect(fetch, location)
        if why := self._why_again(fetch):
            return self._again(fetch, why)
        state.document = Document(fetch, fetch.url, referrer_policy_of(fetch.fields))
        state.document.hints_asked = state.hints_asked(fetch)
        state.add(state.document)
        commands = self.hints.settled(fetch)
        if state.options.only_hints:
            return commands
        refresh = refreshes.candidate_of(fetch.fields)
        commands += self.subresources.found(fetch, refresh, at) if refresh is not None else []
        return commands + self.subresources.begin(fetch, at)

    def _redirect(self, fetch: Fetch, location: str) -> list[Command]:
        url = resolve(location, fetch.url.href)
        limit = self.state.options.limits.redirects
        if url is None or not url.is_http:
            told = location if len(location) <= 100 else f"{location[:100]}..."
            return self._give_up("redirect", f"{fetch.url} redirects to {told!r}, which is not an http(s) URL")
        if fetch.redirects >= limit:
            return self._give_up("limit", f"{fetch.url} is redirect number {limit + 1}: the limit is {limit}")
        commands = self.hints.settled(fetch) if url.origin == fetch.url.origin else self.hints.cancelled()
        if url.origin != fetch.url.origin:  # EH 7.2: what the hints asked for is thrown away
            for other in self.state.fetches:
                if other.is_hinted and other.is_pending:
                    reason = f"the navigation was redirected to another origin, {url.origin} (EH 7.2)"
                    commands.append(CancelFetch(other.id, reason))
                    self._settle(other, FetchState.CANCELED)
            self.hints.start_over()
        policy = parse_referrer_policy(field_values(fetch.fields, "referrer-policy")) or fetch.referrer_policy
        commands += self._navigate(url, redirected(fetch), fetch.redirects + 1, fetch.client, policy)
        assert self._navigation is not None
        self._navigation.hops = (*fetch.hops, fetch.url)
        return commands

    def _why_again(self, fetch: Fetch) -> str:
        """Why the navigation is sent again: a hint that is critical to the server was not there (Client Hints
        Reliability). Where the HTTP cache may answer that request, it does, and nothing is sent."""
        asked = self.state.hints_of.get(fetch.url.origin, frozenset())
        names = missing(fetch.fields, asked, fetch.sent)
        if not names or fetch.restarted:
            return ""
        varies = {each.strip().lower() for each in (field_value(fetch.fields, "vary") or "").split(",")}
        fresh = freshness(fetch.fields, status=fetch.status or 0)
        if fresh.storable and fresh.fresh_for and not (varies & (asked | {"*"})):
            return ""
        return f"sent again with {', '.join(sorted(names))}, which the server says is critical"

    def _again(self, fetch: Fetch, why: str) -> list[Command]:
        commands: list[Command] = [CancelFetch(fetch.id, why)] if fetch.is_pending else []
        self._settle(fetch, FetchState.CANCELED)
        commands += self.hints.settled(fetch)
        commands += self._navigate(
            fetch.url, redirected(fetch), fetch.redirects + 1, fetch.client, fetch.referrer_policy
        )
        assert self._navigation is not None
        self._navigation.hops, self._navigation.restarted = fetch.hops, True
        return commands

    # -- endings

    def _ended(self, fetch: Fetch, event: FetchEnded) -> list[Command]:
        if not fetch.is_pending:
            return []  # what kept it from its consumer stopped it
        complete(self.state, fetch, event)
        self._settle(fetch, FetchState.ENDED)
        commands = [*self.subresources.ended(fetch), *self.subresources.looked_at(fetch, event.first)]
        if fetch.document is None and fetch.consumer is None:
            return commands  # a hint that nothing claimed: its code did not run
        self._has_come(fetch, event.at)
        return commands

    def _has_come(self, fetch: Fetch, at: float) -> None:
        """What ``fetch`` was seen to ask for has a time from now on."""
        url = None if fetch.document is not None and fetch.document is self.state.document else fetch.url.href
        self.agenda.ended(fetch.id, url, at)

    def _read_through(self, fetch: Fetch) -> None:
        """A document that never had a body has one at its end."""
        if fetch.document is not None:
            fetch.document.parsing.body = True

    def _settle(self, fetch: Fetch, how: FetchState) -> None:
        self.state.settle(fetch, how)

    def _failed(self, event: FetchFailed) -> list[Command]:
        fetch = self.state.fetches[event.fetch]
        if not fetch.is_pending:
            return []
        if not event.sent and fetch.returned < RETURNS:
            fetch.returned += 1
            self._wait_again(fetch)
            return []
        if self._may_retry(fetch, event):
            if event.kind == "connection-lost" and fetch.connection is not None:
                self.state.pool.drain(fetch.connection)
            closing = [] if event.processed is False else self.state.pool.distrust(fetch.key)
            fetch.retried = True
            self._wait_again(fetch)
            return [*closing]
        return self._fail(fetch, event.kind, event.error)

    def _wait_again(self, fetch: Fetch) -> None:
        self.state.pool.forget(fetch)
        fetch.state, fetch.connection = FetchState.QUEUED, None
        self.state.pool.enqueue(fetch)

    def _fail(self, fetch: Fetch, kind: str, error: str) -> list[Command]:
        self._settle(fetch, FetchState.FAILED)
        if fetch is self._navigation:
            return self._give_up(kind, error)
        return [*self.hints.settled(fetch), *self.subresources.failed(fetch)]

    def _drop(self, fetch: Fetch, kind: str, error: str) -> list[Command]:
        return [DropFetch(fetch.id, kind, error), *self._fail(fetch, kind, error)]

    def _may_retry(self, fetch: Fetch, event: FetchFailed) -> bool:
        """RFC 9110 9.2.2: once, when the server certainly did not act on it, or when a kept-alive connection closed
        under a GET before a response came. A session tries again on its own account."""
        if fetch.retried or fetch.status is not None or fetch.interims or fetch.key.session:
            return False
        return event.processed is False or (fetch.reused and event.kind == "connection-lost")

    def _lost(self, event: ConnectionLost) -> list[Command]:
        commands: list[Command] = []
        for fetch in self.state.pool.lost(event.connection):
            error = event.error or f"{fetch.url.authority} closed the connection before a request was sent"
            commands += self._drop(fetch, event.kind or "connection-lost", error)
            if self.finished:
                break
        return commands

    def _stop(self, event: Stopped) -> list[Command]:
        commands = self._cancel_all(event.error)
        waited = self.subresources.undecided()
        return [*commands, *waited, *self.subresources.unused(), Finish(event.kind, event.error)]

    def _give_up(self, kind: str, error: str) -> list[Command]:
        return [*self._cancel_all(f"the navigation failed: {error}"), Finish(kind, error)]

    def _cancel_all(self, why: str) -> list[Command]:
        """The load is over for everything that is not."""
        commands: list[Command] = []
        for fetch in self.state.fetches:
            if fetch.state is FetchState.STARTED:
                commands.append(CancelFetch(fetch.id, why))
            elif fetch.state is FetchState.QUEUED and not (fetch.retried or fetch.misdirected):
                # what ended a first try stands already
                commands.append(DropFetch(fetch.id, "not-sent", f"{fetch.url} was never asked for: {why}"))
        self.finished = True
        return commands

    def _is_done(self) -> bool:
        return not self.state.pending and not self.state.scans and self.agenda.next is None

    # -- connections

    def remembered(self, at: float, contents: Mapping[int, bytes] | None = None) -> BrowserState:
        """What this load leaves for the next one, at clock time ``at``; ``contents`` are those the driver kept."""
        return self.state.remembered(at, contents or {})

    def _dispatch(self, at: float) -> list[Command]:
        """Let waiting requests take what connections have room for, dressed for the protocol they meet there. What may
        not leave after all makes room for others, so they are looked at once more."""
        commands: list[Command] = []
        line: Line | None = None
        made_room = True
        while made_room and not self.finished:
            made_room = False
            commands += self.state.holding.released()
            for step in self.state.pool.dispatch():
                match step:
                    case OpenConnection() | CloseConnection() | ResolveName():
                        commands.append(step)
                    case Line():
                        line = step
                    case Fetch():
                        assert line is not None
                        blocked = self._out_of_bounds(step, line)
                        made_room = made_room or blocked is not None
                        commands += [self._start(step, line, at)] if blocked is None else self._keep_in(step, blocked)
        return commands

    def _out_of_bounds(self, fetch: Fetch, line: Line) -> Blocked | None:
        """Whether ``fetch`` would go from a public page into a local network (EH 10.2)."""
        consumer = fetch.consumer or fetch.renewed_for
        asker = consumer.document.fetch if consumer is not None else self._navigation
        if fetch.is_navigation or asker is None or asker.connection is None or asker.connection == line.id:
            return None
        facts = self.state.facts
        return local_network.judge(facts.get(asker.connection), facts.get(line.id), hinted=fetch.is_hinted)

    def _keep_in(self, fetch: Fetch, blocked: Blocked) -> list[Command]:
        self.state.pool.forget(fetch)
        fetch.connection = None
        blocking = BlockFetch(fetch.id, blocked.rule, blocked.reason)
        return [*self._drop(fetch, "blocked", blocked.reason), blocking]

    def _start(self, fetch: Fetch, line: Line, at: float) -> StartFetch:
        state = self.state
        fetch.state = FetchState.STARTED
        fetch.asked = state.epoch + at / 1000
        fields = state.dressed(fetch, at, line.protocol or HttpVersion.HTTP_1_1, hinted=fetch.is_hinted)
        fetch.sent = with_conditions(fields, fetch.conditions)
        return StartFetch(fetch.id, request_of(fetch), line.id, coalesced=line.key.host != fetch.key.host)
