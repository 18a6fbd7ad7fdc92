"""How requests end: complete, failed, tried a second time, or given up with the whole load.

A request is tried again where the server certainly did not act on it, or where an idle connection closed under it (RFC
9110 9.2.2), and where it came to a server that does not serve its host (15.5.20). A subresource that fails is an
outcome; a navigation that fails ends the load, and everything that is still open is told so.
"""

from __future__ import annotations

from fetcher.browser.commands import CancelFetch, Command, DropFetch, Finish
from fetcher.browser.connections.pool import Line
from fetcher.browser.document.observed import Agenda
from fetcher.browser.document.subresources import Subresources
from fetcher.browser.events import ConnectionLost, FetchEnded, FetchFailed, Stopped
from fetcher.browser.fetches import Fetch, FetchState
from fetcher.browser.hints.acting import Hints
from fetcher.browser.state import LoadState
from fetcher.browser.storage.answers import complete
from fetcher.terms import HttpVersion

RETURNS = 3
"""How often a request may come back unsent because its connection ended in the very read that chose it."""


class Endings:
    """Keeps nothing of its own; sets ``state.finished`` where the load is given up."""

    def __init__(self, state: LoadState, hints: Hints, subresources: Subresources, agenda: Agenda) -> None:
        self.state = state
        self._hints, self._subresources, self._agenda = hints, subresources, agenda

    # -- complete

    def ended(self, event: FetchEnded) -> list[Command]:
        fetch = self.state.fetches[event.fetch]
        if not fetch.is_pending:
            return []  # what kept it from its consumer stopped it
        complete(self.state, fetch, event)
        self.state.settle(fetch, FetchState.ENDED)
        commands = [*self._subresources.ended(fetch), *self._subresources.looked_at(fetch, event.first)]
        if fetch.document is None and fetch.consumer is None:
            return commands  # a hint that nothing claimed: its code did not run
        self.has_come(fetch, event.at)
        return commands

    def has_come(self, fetch: Fetch, at: float) -> None:
        """What ``fetch`` was seen to ask for has a time from now on."""
        url = None if fetch.document is not None and fetch.document is self.state.document else fetch.url.href
        self._agenda.ended(fetch.id, url, at)

    # -- tried again

    def misdirected(self, fetch: Fetch, line: Line) -> list[Command]:
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

    def failed(self, event: FetchFailed) -> list[Command]:
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

    def _may_retry(self, fetch: Fetch, event: FetchFailed) -> bool:
        """RFC 9110 9.2.2: once, when the server certainly did not act on it, or when a kept-alive connection closed
        under a GET before a response came. A session tries again on its own account."""
        if fetch.retried or fetch.status is not None or fetch.interims or fetch.key.session:
            return False
        return event.processed is False or (fetch.reused and event.kind == "connection-lost")

    def _wait_again(self, fetch: Fetch) -> None:
        self.state.pool.forget(fetch)
        fetch.state, fetch.connection = FetchState.QUEUED, None
        self.state.pool.enqueue(fetch)

    # -- failed

    def lost(self, event: ConnectionLost) -> list[Command]:
        """A connection is gone: with it fail those for whom it was the last."""
        commands: list[Command] = []
        for fetch in self.state.pool.lost(event.connection):
            error = event.error or f"{fetch.url.authority} closed the connection before a request was sent"
            commands += self.drop(fetch, event.kind or "connection-lost", error)
            if self.state.finished:
                break
        return commands

    def drop(self, fetch: Fetch, kind: str, error: str) -> list[Command]:
        """``fetch`` fails before it was sent."""
        return [DropFetch(fetch.id, kind, error), *self._fail(fetch, kind, error)]

    def _fail(self, fetch: Fetch, kind: str, error: str) -> list[Command]:
        self.state.settle(fetch, FetchState.FAILED)
        if fetch is self.state.navigation:
            return self.give_up(kind, error)
        return [*self._hints.settled(fetch), *self._subresources.failed(fetch)]

    # -- given up

    def give_up(self, kind: str, error: str) -> list[Command]:
        """The navigation failed, and the load with it."""
        return [*self._cancel_all(f"the navigation failed: {error}"), Finish(kind, error)]

    def stopped(self, event: Stopped) -> list[Command]:
        """The driver ended the load: a limit of time was reached, or it was interrupted."""
        commands = self._cancel_all(event.error)
        waited = self._subresources.undecided()
        return [*commands, *waited, *self._subresources.unused(), Finish(event.kind, event.error)]

    def _cancel_all(self, why: str) -> list[Command]:
        """The load is over for everything that is not."""
        commands: list[Command] = []
        for fetch in self.state.fetches:
            if fetch.state is FetchState.STARTED:
                commands.append(CancelFetch(fetch.id, why))
            elif fetch.state is FetchState.QUEUED and not (fetch.retried or fetch.misdirected):
                # what ended a first try stands already
                commands.append(DropFetch(fetch.id, "not-sent", f"{fetch.url} was never asked for: {why}"))
        self.state.finished = True
        return commands
