"""The recorder: folds the log of events and commands into a PageLoad. Nobody writes a record by another road.

Both drivers call ``observe(event, commands)`` for every event, in order; ``load()`` may be asked at any time, also for
the partial record of a load that failed or was interrupted. Clock times become milliseconds from navigation start.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.record.notes import notes_of
from fetcher.record.page_load import (
    Discovery,
    PageLoad,
)
from fetcher.record.seen import SeenConnection, SeenFetch, SeenLookup
from fetcher.record.written import Written
from fetcher.terms import Destination, Device, InitiatorKind, ProfileName
from fetcher.urls import split


class Recorder:
    """One load's record in the making."""

    def __init__(
        self, profile: ProfileName, *, early_hints: bool, only_hints: bool = False, device: Device | None = None
    ) -> None:
        self._profile = profile
        self._early_hints = early_hints
        self._only_hints = only_hints
        self._device = device
        self._url = ""
        self._start = 0.0
        self._wall = 0.0
        self._fetches: list[SeenFetch] = []
        self._connections: list[SeenConnection] = []
        self._lookups: dict[tuple[str, int], SeenLookup] = {}
        self._interims: list[tuple[e.Interim, c.InterimJudged]] = []
        self._hints: list[c.HintJudged] = []
        self._discoveries: list[c.DiscoveryResolved] = []
        self._navigations: list[int] = []
        self._inline_scripts = 0
        self._finish: tuple[float, c.Finish] | None = None

    def observe(self, event: e.Event, commands: list[c.Command]) -> None:
        """Take in one event and what was decided on it."""
        self._event(event)
        for command in commands:
            self._command(event, command)

    def _event(self, event: e.Event) -> None:
        match event:
            case e.BodyProgress():
                fetch = self._fetches[event.fetch]
                fetch.transferred, fetch.decoded = event.transferred, event.decoded
                if fetch.request.destination is Destination.DOCUMENT:
                    fetch.chunks.add(event.at, event.decoded)
            case e.RequestSent():
                self._fetches[event.fetch].sent = event.at
            case e.Interim():
                fetch = self._fetches[event.fetch]
                if fetch.interim is None:
                    fetch.interim = event.at
            case e.Head():
                self._fetches[event.fetch].head = event
            case e.FetchEnded():
                fetch = self._fetches[event.fetch]
                fetch.end, fetch.outcome = event.at, "complete"
                fetch.transferred, fetch.decoded, fetch.trailers = event.transferred, event.decoded, event.trailers
                fetch.has_text = event.has_text
            case e.FetchFailed():
                fetch = self._fetches[event.fetch]
                fetch.outcome, fetch.error, fetch.failed = event.kind, event.error, event.at
                if not event.sent and fetch.connection is not None:
                    self._connections[fetch.connection].requests.remove(event.fetch)
                    fetch.connection = fetch.reused = None
            case e.ConnectionReady():
                self._connections[event.connection].facts = event.facts
            case e.NameResolved():
                self._lookups[event.host, event.port].answer = event
            case e.ConnectionLost():
                lost = self._connections[event.connection]
                lost.closed_at, lost.error = event.at, event.error
            case e.NavigationStarted():
                self._url, self._start, self._wall = event.url, event.at, event.wall
            case e.CharsetSettled() if event.fetch < 0:
                pass  # of a document that stands in another
            case e.CharsetSettled():
                self._fetches[event.fetch].charset = event
            case e.TypeSniffed():
                self._fetches[event.fetch].sniffed = event.essence
            case e.ScanDrained():
                self._inline_scripts += event.inline_scripts
            case (
                e.Discovered()
                | e.IntegrityChecked()
                | e.StreamLimitChanged()
                | e.GoAway()
                | e.TimerFired()
                | e.Stopped()
            ):
                pass

    def _command(self, event: e.Event, command: c.Command) -> None:
        match command:
            case c.QueueFetch():
                self._queued(event.at, command)
            case c.StartFetch():
                fetch = self._fetches[command.fetch]
                connection = self._connections[command.connection]
                if fetch.connection is not None:
                    fetch.retries += 1
                    fetch.retry_reason = fetch.error
                    fetch.head = fetch.interim = None  # of the try before
                fetch.coalesced = command.coalesced
                if command.coalesced:
                    self._served_by_another(command)
                fetch.request, fetch.connection = command.request, command.connection
                fetch.reused = bool(connection.requests)
                fetch.outcome, fetch.error, fetch.failed, fetch.sent = "pending", None, None, None
                connection.requests.append(command.fetch)
            case c.ServeStored():
                fetch = self._fetches[command.fetch]
                fetch.served, fetch.served_at = command, event.at
            case c.HoldFetch():
                fetch = self._fetches[command.fetch]
                fetch.held = command.reason if fetch.held is None else f"{fetch.held}; then {command.reason}"
            case c.ReleaseFetch():
                self._fetches[command.fetch].released = event.at
            case c.HintJudged():  # said again of one that waited
                self._hints[command.hint : command.hint + 1] = [command]
            case c.InterimJudged():
                assert isinstance(event, e.Interim)
                self._interims.append((event, command))
            case c.DiscoveryResolved():
                self._discoveries.append(command)
                if command.fetch is not None and command.earlier is not None:
                    again = self._fetches[command.fetch]
                    again.earlier, again.earlier_reason = command.earlier, command.reason
            case c.ResolveName():
                self._lookups[command.host, command.port] = SeenLookup(event.at)
            case c.OpenConnection():
                assert command.connection == len(self._connections)
                self._connections.append(SeenConnection(command, event.at))
            case c.CancelFetch():
                fetch = self._fetches[command.fetch]
                fetch.outcome, fetch.error, fetch.failed = "canceled", command.reason, event.at
            case c.DropFetch():
                fetch = self._fetches[command.fetch]
                fetch.outcome, fetch.error, fetch.failed = command.kind, command.error, event.at
            case c.BlockFetch():
                self._fetches[command.fetch].blocked = command
            case c.RedirectInside():
                self._fetches[command.fetch].inside = command
            case c.Finish():
                self._finish = (event.at, command)
            case c.CloseConnection() | c.SetTimer() | c.Scan() | c.CheckIntegrity() | c.KeepContent():
                pass

    def _served_by_another(self, command: c.StartFetch) -> None:
        url = split(command.request.url)
        lookup = self._lookups.get((url.host, url.port))
        if lookup is not None and lookup.connection is None:
            lookup.connection = command.connection

    def _queued(self, at: float, command: c.QueueFetch) -> None:
        fetch = SeenFetch(command.request, at, command.hint)
        assert command.fetch == len(self._fetches)
        self._fetches.append(fetch)
        initiator = command.request.initiator
        if initiator.kind is InitiatorKind.REDIRECT and initiator.request is not None:
            self._fetches[initiator.request].redirect_to = command.fetch
        if command.request.destination is Destination.DOCUMENT:
            self._navigations.append(command.fetch)

    # -- the record

    def load(self) -> PageLoad:
        """The record as of now. ``outcome`` is "pending" until a Finish was observed."""
        written = Written(self._start)
        requests = tuple(written.request(number, fetch) for number, fetch in enumerate(self._fetches))
        last = requests[self._navigations[-1]] if self._navigations else None
        document = last.id if last and last.status is not None and last.redirect_to is None else None
        outcome, error, finished = "pending", None, None
        if self._finish is not None:
            at, finish = self._finish
            outcome, error, finished = finish.kind or "loaded", finish.error, written.since(at)
        scripts = self._inline_scripts + sum(
            d.candidate.element == "script" and d.outcome is not c.DiscoveryOutcome.NO_REQUEST
            for d in self._discoveries
        )
        load = PageLoad(
            url=self._url,
            final_url=last.url if last else None,
            started_at=datetime.fromtimestamp(self._wall, UTC).isoformat(timespec="milliseconds"),
            profile=self._profile,
            early_hints=self._early_hints,
            outcome=outcome,
            error=error,
            document=document,
            finished_at=finished,
            interim=tuple(written.interim(event, verdict) for event, verdict in self._interims),
            hints=written.hints(
                self._hints,
                self._discoveries,
                self._connections,
                requests,
                is_over=outcome == "loaded" and not self._only_hints,
            ),
            requests=requests,
            connections=tuple(written.connection(number, line) for number, line in enumerate(self._connections)),
            discoveries=tuple(
                Discovery(
                    written.since(d.found_at),
                    d.source,
                    d.candidate,
                    d.url,
                    d.outcome.value,
                    d.reason,
                    d.fetch,
                    d.rule or None,
                )
                for d in self._discoveries
            ),
            navigations=tuple(self._navigations),
            scripts=scripts,
            only_hints=self._only_hints,
            device=self._device,
            lookups=tuple(written.lookup(*place, each) for place, each in self._lookups.items()),
        )
        return replace(load, notes=notes_of(load))
