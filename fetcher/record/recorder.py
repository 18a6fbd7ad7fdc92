"""The recorder: folds the log of events and commands into a PageLoad. Nobody writes a record by another road.

Both drivers call ``observe(event, commands)`` for every event, in order; ``load()`` may be asked at any time, also for
the partial record of a load that failed or was interrupted. Clock times become milliseconds from navigation start.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.record.chunks import Chunks
from fetcher.record.notes import notes_of
from fetcher.record.page_load import (
    CacheUse,
    ConnectionRecord,
    Discovery,
    Hint,
    InterimResponse,
    NameLookup,
    PageLoad,
    RequestRecord,
    Sizes,
    Times,
)
from fetcher.terms import ConnectionFacts, Destination, Device, Fields, InitiatorKind, ProfileName, ProxyFacts, Request
from fetcher.urls import split


@dataclass(slots=True, eq=False)
class _Fetch:
    """What is known of one request so far; clock times."""

    request: Request
    discovered: float
    hint: int | None
    connection: int | None = None
    reused: bool | None = None
    sent: float | None = None
    interim: float | None = None
    head: e.Head | None = None
    end: float | None = None
    failed: float | None = None
    transferred: int | None = None
    decoded: int | None = None
    trailers: Fields = ()
    outcome: str = "pending"
    error: str | None = None
    redirect_to: int | None = None
    earlier: int | None = None
    earlier_reason: str | None = None
    chunks: Chunks = field(default_factory=Chunks)
    has_text: bool | None = None
    retries: int = 0
    retry_reason: str | None = None
    held: str | None = None
    coalesced: bool = False
    released: float | None = None
    charset: e.CharsetSettled | None = None
    sniffed: str | None = None
    blocked: c.BlockFetch | None = None
    inside: c.RedirectInside | None = None
    served: c.ServeStored | None = None
    served_at: float = 0.0

    @property
    def from_cache(self) -> bool:
        """Answered without the network."""
        return self.served is not None and not self.served.is_confirmed


@dataclass(slots=True, eq=False)
class _Connection:
    command: c.OpenConnection
    opened_at: float
    facts: ConnectionFacts | None = None
    closed_at: float | None = None
    error: str | None = None
    requests: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Lookup:
    asked: float
    answer: e.NameResolved | None = None
    connection: int | None = None


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
        self._fetches: list[_Fetch] = []
        self._connections: list[_Connection] = []
        self._lookups: dict[tuple[str, int], _Lookup] = {}
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
                self._lookups[command.host, command.port] = _Lookup(event.at)
            case c.OpenConnection():
                assert command.connection == len(self._connections)
                self._connections.append(_Connection(command, event.at))
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
        fetch = _Fetch(command.request, at, command.hint)
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
        requests = tuple(self._request(number, fetch) for number, fetch in enumerate(self._fetches))
        last = requests[self._navigations[-1]] if self._navigations else None
        document = last.id if last and last.status is not None and last.redirect_to is None else None
        outcome, error, finished = "pending", None, None
        if self._finish is not None:
            at, finish = self._finish
            outcome, error, finished = finish.kind or "loaded", finish.error, self._since(at)
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
            interim=tuple(self._interim(event, verdict) for event, verdict in self._interims),
            hints=self._hint_records(requests, is_over=outcome == "loaded" and not self._only_hints),
            requests=requests,
            connections=tuple(self._connection(number, line) for number, line in enumerate(self._connections)),
            discoveries=tuple(
                Discovery(
                    self._since(d.found_at),
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
            lookups=tuple(self._lookup(*place, each) for place, each in self._lookups.items()),
        )
        return replace(load, notes=notes_of(load))

    def _since(self, at: float) -> float:
        """Milliseconds from navigation start; microseconds are as fine as the clock is true."""
        return round(at - self._start, 3)

    def _maybe(self, at: float | None) -> float | None:
        return None if at is None else self._since(at)

    def _request(self, number: int, fetch: _Fetch) -> RequestRecord:
        request, head, blocked, inside = fetch.request, fetch.head, fetch.blocked, fetch.inside
        outcome = fetch.outcome if fetch.outcome != "pending" or fetch.connection is not None else "not-sent"
        if inside is not None:
            outcome = "complete"
            fields: Fields = (("location", inside.location), ("non-authoritative-reason", inside.cause))
        return RequestRecord(
            id=number,
            url=request.url,
            method=request.method,
            destination=request.destination,
            mode=request.mode,
            credentials=request.credentials,
            priority=request.priority,
            fetch_priority=request.fetch_priority,
            initiator=request.initiator,
            fields=request.fields,
            times=Times(
                self._since(fetch.discovered),
                self._maybe(fetch.sent),
                self._maybe(fetch.interim),
                self._maybe(head.at) if head else None,
                self._maybe(fetch.discovered if inside else fetch.end),
                self._maybe(fetch.failed),
            ),
            connection=fetch.connection,
            reused_connection=fetch.reused,
            status=head.status if head else 307 if inside else None,
            reason_phrase=head.reason if head else "Internal Redirect" if inside else None,
            version=head.version if head else None,
            response_fields=head.fields if head else fields if inside else (),
            deviations=head.deviations if head else (),
            trailers=fetch.trailers,
            sizes=Sizes(head.size if head else None, fetch.transferred, fetch.decoded),
            outcome="blocked" if blocked else outcome,
            error=f"{request.url} was blocked by {blocked.rule}: {blocked.reason}" if blocked else fetch.error,
            cache_source="http-cache" if fetch.from_cache else None,
            cache=self._cache_use(fetch.served, fetch.served_at) if fetch.served is not None else None,
            hint=fetch.hint,
            redirect_to=fetch.redirect_to,
            earlier=fetch.earlier,
            earlier_reason=fetch.earlier_reason,
            chunks=tuple((self._since(at), size) for at, size in fetch.chunks.points),
            has_text=fetch.has_text,
            retries=fetch.retries,
            retry_reason=fetch.retry_reason,
            held=fetch.held,
            coalesced=fetch.coalesced,
            released_at=self._maybe(fetch.released),
            encoding=fetch.charset.encoding if fetch.charset else None,
            encoding_source=fetch.charset.source.value if fetch.charset else None,
            transcoded=fetch.charset.transcoded if fetch.charset else False,
            sniffed=fetch.sniffed,
            rule=blocked.rule if blocked else inside.cause if inside else None,
        )

    def _cache_use(self, served: c.ServeStored, at: float) -> CacheUse:
        response = served.entry.response
        left = served.fresh_for
        return CacheUse(
            source=served.served.value,
            status=response.status,
            age=round(served.age, 3),
            fresh_for=None if left is None else round(left, 3),
            stored_at=datetime.fromtimestamp(response.received, UTC).isoformat(timespec="milliseconds"),
            saved=response.transferred,
        )

    def _interim(self, event: e.Interim, verdict: c.InterimJudged) -> InterimResponse:
        return InterimResponse(
            id=verdict.interim,
            request=event.fetch,
            at=self._since(event.at),
            status=event.status,
            reason_phrase=event.reason,
            fields=event.fields,
            acted=verdict.acted,
            rule=verdict.rule,
            reason=verdict.reason,
            raw=event.raw.decode("latin-1") if event.raw else None,
            offset=event.offset,
        )

    def _hint_records(self, requests: tuple[RequestRecord, ...], *, is_over: bool) -> tuple[Hint, ...]:
        """Each hint with what came of it: claimed by whom and how much earlier than the document would have asked."""
        served = (c.DiscoveryOutcome.CLAIMED_PRELOAD, c.DiscoveryOutcome.JOINED)
        first: dict[int, c.DiscoveryResolved] = {}
        for found in self._discoveries:
            if found.fetch is not None and found.outcome in served:
                first.setdefault(found.fetch, found)
        preconnects = {
            line.command.hint: number for number, line in enumerate(self._connections) if line.command.hint is not None
        }
        records = []
        for hint in self._hints:
            acted = hint.outcome is c.HintOutcome.ACTED
            connection = preconnects.get(hint.hint)
            claim = first.get(hint.fetch) if acted and hint.fetch is not None else None
            used: bool | None = None
            used_at = head_start = None
            if claim is not None and hint.fetch is not None:
                used, used_at = True, self._since(claim.found_at)
                sent = requests[hint.fetch].times.request_start
                head_start = None if sent is None else round(used_at - sent, 3)
            elif connection is not None:
                used = bool(self._connections[connection].requests) or (False if is_over else None)
            elif acted and hint.fetch is not None and is_over:
                used = False
            records.append(
                Hint(
                    id=hint.hint,
                    interim=hint.interim,
                    raw=hint.raw,
                    href=hint.href,
                    url=hint.url,
                    rel=hint.rel,
                    destination=hint.destination,
                    mode=hint.mode,
                    credentials=hint.credentials,
                    fetch_priority=hint.fetch_priority,
                    acted=acted,
                    rule=hint.rule,
                    reason=hint.reason,
                    request=hint.fetch,
                    connection=connection,
                    used=used,
                    used_at=used_at,
                    head_start=head_start,
                )
            )
        return tuple(records)

    def _connection(self, number: int, line: _Connection) -> ConnectionRecord:
        key, facts = line.command.key, line.facts
        times = facts.times if facts else None
        return ConnectionRecord(
            id=number,
            scheme=key.scheme,
            host=key.host,
            port=key.port,
            credentialed=key.credentialed,
            reason=line.command.reason,
            opened_at=self._since(line.opened_at),
            hint=line.command.hint,
            protocol=facts.protocol if facts else None,
            address=facts.address if facts else None,
            lookup_start=self._maybe(times.lookup_start) if times else None,
            lookup_end=self._maybe(times.lookup_end) if times else None,
            connect_start=self._maybe(times.connect_start) if times else None,
            tcp_end=self._maybe(times.tcp_end) if times else None,
            tls_start=self._maybe(times.tls_start) if times else None,
            connect_end=self._maybe(times.connect_end) if times else None,
            closed_at=self._maybe(line.closed_at),
            tls=facts.tls if facts else None,
            attempts=facts.attempts if facts else (),
            error=line.error,
            requests=tuple(line.requests),
            session=key.session,
            third_party=key.third_party,
            partition=key.partition or None,
            proxy=self._proxy(facts.proxy) if facts else None,
        )

    def _lookup(self, host: str, port: int, lookup: _Lookup) -> NameLookup:
        answer = lookup.answer
        if answer is None:
            return NameLookup(host, port, self._since(lookup.asked))
        return NameLookup(
            host,
            port,
            self._since(lookup.asked),
            self._since(answer.at),
            tuple(f"{address} {number}" for address, number in answer.endpoints),
            self._maybe(answer.start),
            self._maybe(answer.end),
            answer.error,
            lookup.connection,
        )

    def _proxy(self, proxy: ProxyFacts | None) -> ProxyFacts | None:
        if proxy is None:
            return None
        return replace(
            proxy,
            tls_start=self._maybe(proxy.tls_start),
            tls_end=self._maybe(proxy.tls_end),
            request_start=self._maybe(proxy.request_start),
            response_start=self._maybe(proxy.response_start),
            interim=tuple(replace(one, at=self._since(one.at)) for one in proxy.interim),
        )
