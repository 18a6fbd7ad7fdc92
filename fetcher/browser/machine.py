"""The browser: one page load decided, event by event. No I/O, no clock.

``handle(event)`` answers with commands, in the order they are to be carried out. Which part answers to which event, and
when the load is done, is here. The page's own request is in ``navigation``, what its 103s ask for in ``hints``, what
the document asks for in ``document.subresources``; how requests leave is in ``sending``, how they end, well or not, in
``endings``.
"""

from __future__ import annotations

from collections.abc import Mapping

from fetcher.browser.commands import Command, DiscoveryResolved, Finish, SetTimer
from fetcher.browser.connections.holding import Holding
from fetcher.browser.connections.pool import Pool
from fetcher.browser.document import inner
from fetcher.browser.document.observed import Agenda
from fetcher.browser.document.subresources import Subresources
from fetcher.browser.endings import Endings
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
from fetcher.browser.fetches import Fetch
from fetcher.browser.hints.acting import Hints
from fetcher.browser.navigation import Navigation
from fetcher.browser.options import BrowserOptions
from fetcher.browser.profiles import profile as profile_named
from fetcher.browser.sending import Sending
from fetcher.browser.state import LoadState
from fetcher.browser.storage import kept
from fetcher.browser.storage.answers import answered
from fetcher.browser.storage.cookies import CookieJar
from fetcher.browser.storage.hsts import SecureHosts
from fetcher.browser.storage.http_cache import HttpCache
from fetcher.browser.storage.state import BrowserState
from fetcher.terms import HttpVersion, Initiator, InitiatorKind
from fetcher.urls import parse

MISDIRECTED = 421


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
        self.endings = Endings(self.state, self.hints, self.subresources, self.agenda)
        self.navigation = Navigation(self.state, self.hints, self.subresources, self.endings)
        self.sending = Sending(self.state, self.endings)
        self._timer: float | None = None
        self._waits = False  # for the moment of a refresh

    @property
    def finished(self) -> bool:
        return self.state.finished

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
                commands = self.hints.interim(event, self.state.navigation)
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
                commands = self.endings.ended(event)
            case FetchFailed():
                commands = self.endings.failed(event)
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
                commands = self.endings.lost(event)
            case NavigationStarted():
                self.state.home, self.state.epoch = parse(event.url), event.wall - event.at / 1000
                _, commands = self.navigation.begin(self.state.home, Initiator(InitiatorKind.NAVIGATION))
            case Stopped():
                return self.endings.stopped(event)
        commands += self.subresources.due(event.at)
        commands += self._observed(event.at)
        commands += self.sending.dispatch(event.at)
        if not self.finished and self._is_done():
            commands += self._loaded(event.at)
        return commands

    def _observed(self, at: float) -> list[Command]:
        """What code was seen to ask for, as far as its time has come, and a timer for the next."""
        commands: list[Command] = []
        while True:
            for fetch in self.subresources.take_claimed():
                if not fetch.is_pending:  # its code runs from now on, not when the hint was answered
                    self.endings.has_come(fetch, at)
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
                return [*followed, *self.sending.dispatch(at)]
            commands, waits = self._unexplained(at)
            commands = [*followed, *commands]
            if waits or not self._is_done():
                return [*commands, *self.sending.dispatch(at)]
            self.state.finished = True
            return [*commands, *self.subresources.unused(self.agenda.left(self._asked())), Finish()]
        if self._waits:
            return []
        if refresh.delay:
            self._waits = True
            return [SetTimer(at + refresh.delay)]
        return [*self._refresh(), *self.sending.dispatch(at)]

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

    def _refresh(self) -> list[Command]:
        self._waits = False
        return self.navigation.refresh()

    def _head(self, event: Head) -> list[Command]:
        state, fetch = self.state, self.state.fetches[event.fetch]
        if event.status == MISDIRECTED and not fetch.misdirected and not fetch.key.session:
            line = state.pool.lines.get(fetch.connection) if fetch.connection is not None else None
            if line is not None:
                return self.endings.misdirected(fetch, line)
        commands = answered(state, fetch, event)
        kept.keep_cookies(state, fetch, event.fields, event.at)
        kept.keep_secure_host(state, fetch, event.fields)
        if fetch is state.navigation:
            return commands + self.navigation.answered(fetch, event.at)
        if fetch.is_navigation:
            return commands
        return [*commands, *self.hints.settled(fetch), *self.subresources.head_arrived(fetch, event.at)]

    def _read_through(self, fetch: Fetch) -> None:
        """A document that never had a body has one at its end."""
        if fetch.document is not None:
            fetch.document.parsing.body = True

    def _is_done(self) -> bool:
        return not self.state.pending and not self.state.scans and self.agenda.next is None

    def remembered(self, at: float, contents: Mapping[int, bytes] | None = None) -> BrowserState:
        """What this load leaves for the next one, at clock time ``at``; ``contents`` are those the driver kept."""
        return self.state.remembered(at, contents or {})
