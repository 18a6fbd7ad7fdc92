"""What waits meets what has room: requests leave, dressed for the protocol of the connection that takes them.

The pool says which request goes where (``connections.pool``). Only now is it known whether one would go from a public
page into a local network, which is forbidden (EH 10.2), and which cookies and ``Priority`` it goes with.
"""

from __future__ import annotations

from fetcher.browser.commands import BlockFetch, CloseConnection, Command, OpenConnection, ResolveName, StartFetch
from fetcher.browser.connections.pool import Line
from fetcher.browser.endings import Endings
from fetcher.browser.fetches import Fetch, FetchState
from fetcher.browser.policies import local_network
from fetcher.browser.policies.blocked import Blocked
from fetcher.browser.requests.dressing import with_conditions
from fetcher.browser.requests.given import dressed
from fetcher.browser.requests.making import request_of
from fetcher.browser.state import LoadState
from fetcher.terms import HttpVersion


class Sending:
    """Keeps nothing of its own."""

    def __init__(self, state: LoadState, endings: Endings) -> None:
        self.state, self._endings = state, endings

    def dispatch(self, at: float) -> list[Command]:
        """Let waiting requests take what connections have room for. What may not leave after all makes room for
        others, so they are looked at once more."""
        state = self.state
        commands: list[Command] = []
        line: Line | None = None
        made_room = True
        while made_room and not state.finished:
            made_room = False
            commands += state.holding.released()
            for step in state.pool.dispatch():
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
        asker = consumer.document.fetch if consumer is not None else self.state.navigation
        if fetch.is_navigation or asker is None or asker.connection is None or asker.connection == line.id:
            return None
        facts = self.state.facts
        return local_network.judge(facts.get(asker.connection), facts.get(line.id), hinted=fetch.is_hinted)

    def _keep_in(self, fetch: Fetch, blocked: Blocked) -> list[Command]:
        self.state.pool.forget(fetch)
        fetch.connection = None
        blocking = BlockFetch(fetch.id, blocked.rule, blocked.reason)
        return [*self._endings.drop(fetch, "blocked", blocked.reason), blocking]

    def _start(self, fetch: Fetch, line: Line, at: float) -> StartFetch:
        state = self.state
        fetch.state = FetchState.STARTED
        fetch.asked = state.epoch + at / 1000
        fields = dressed(state, fetch, at, line.protocol or HttpVersion.HTTP_1_1, hinted=fetch.is_hinted)
        fetch.sent = with_conditions(fields, fetch.conditions)
        return StartFetch(fetch.id, request_of(fetch), line.id, coalesced=line.key.host != fetch.key.host)
