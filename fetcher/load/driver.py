"""The real driver: carries the browser machine's commands out on real connections, and tells it what happened.

Everything from a read to the writes it causes runs in one step of the event loop: bytes, engine, machine, commands,
and one flush per touched connection. Only opening connections is awaited. No decision is made here.

Two orders are kept on purpose. A document's failure is told last of its read, so that what the same read did to the
other fetches (a lost HTTP/2 connection ends many at once) is on record by its own events before the load is given up.
And whatever is told of an exchange names its URL: engines know what went wrong, only this file knows where.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from fetcher import clock
from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.browser.machine import Browser
from fetcher.browser.storage.http_cache import Entry
from fetcher.errors import ConnectionLost, FetcherError, LimitExceeded
from fetcher.load.closing import close_all
from fetcher.load.content import Content, Keeping
from fetcher.load.kept import KeptContents
from fetcher.net import Connection, NetOptions, open_connection
from fetcher.net.lookup import look_up
from fetcher.record.recorder import Recorder
from fetcher.terms import Destination, Fields, HttpVersion, InitiatorKind, Limits, Mode, Request, field_value
from fetcher.urls import split
from fetcher.wire.events import (
    BodyData,
    ConnectionEnded,
    ConnectionEvent,
    GoAwayReceived,
    InterimResponse,
    RequestHead,
    ResponseEnd,
    ResponseFailed,
    ResponseHead,
    StreamEvent,
    StreamLimitChanged,
)

if TYPE_CHECKING:
    from fetcher.load.session import SessionTransport

Watcher = Callable[[e.Event, list[c.Command]], None]

HTTP_1_ROOM = 1


class _Exchange:
    """One fetch on the wire."""

    __slots__ = ("connection", "content", "fetch", "is_document", "is_watched", "request", "stored", "stream_id")

    def __init__(self, fetch: int, request: Request, connection: Connection | SessionTransport) -> None:
        self.fetch = fetch
        self.request = request
        self.connection = connection
        self.stream_id = 0
        self.content: Content | None = None
        self.stored: tuple[int, bool | None] | None = None  # of what a 304 confirmed: its size, whether it has the text
        self.is_document = request.destination is Destination.DOCUMENT
        # whether the machine is told how it comes in: of what is played it has enough at some point
        self.is_watched = self.is_document or request.destination in (Destination.AUDIO, Destination.VIDEO)


class Driver:
    """One load: ``run`` it once."""

    def __init__(
        self,
        browser: Browser,
        recorder: Recorder,
        net: NetOptions,
        limits: Limits,
        watch: Watcher | None = None,
        find_text: str | None = None,
        session: SessionTransport | None = None,
    ) -> None:
        self._browser = browser
        self._recorder = recorder
        self._net = net
        self._limits = limits
        self._watch = watch
        self._find_text = find_text
        self._session = session
        self._connections: dict[int, Connection | SessionTransport] = {}
        self._opening: dict[int, asyncio.Task[None]] = {}
        self._looking_up: set[asyncio.Task[None]] = set()
        self._exchanges: dict[int, _Exchange] = {}
        self._contents: dict[int, Content] = {}
        self._read_as: set[int] = set()  # fetches whose charset was told
        self._sniffed: set[int] = set()  # fetches whose type was told
        self._documents: set[int] = set()
        self._touched: dict[int, list[int]] = {}
        self._told: list[tuple[e.Event, list[c.Command]]] = []
        self._queue: deque[e.Event] = deque()
        self._last_of_batch: list[e.FetchFailed] = []
        self._keeping = Keeping()
        self._stored = KeptContents()
        self._served: dict[int, Entry] = {}
        self._url = ""
        self._latest = 0.0
        self._telling = False
        self._depth = 0
        self._finish: c.Finish | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._errors: dict[str, FetcherError] = {}
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()

    async def run(self, url: str) -> None:
        """Load ``url``; raises the failed navigation's error. Leaves no task or socket behind, also when cancelled."""
        self._url = url
        deadline = self._loop.call_later(self._limits.total_ms / 1000, self._out_of_time)
        try:
            self._tell(e.NavigationStarted(clock.now(), clock.wall(), url))
            await self._done
        except asyncio.CancelledError:
            self._tell(e.Stopped(clock.now(), "interrupted", f"the load of {url} was interrupted"))
            raise
        finally:
            deadline.cancel()
            if self._timer is not None:
                self._timer.cancel()
            tasks = (*self._opening.values(), *self._looking_up)
            await close_all(tasks, self._connections.values(), self._session)
        finish = self._finish
        if finish is not None and finish.error is not None:
            raise self._error_of(finish)

    def _out_of_time(self) -> None:
        seconds = self._limits.total_ms / 1000
        self._tell(e.Stopped(clock.now(), "deadline", f"the load of {self._url} was not over after {seconds:g} s"))

    def _fire(self) -> None:
        self._tell(e.TimerFired(clock.now()))

    def _error_of(self, finish: c.Finish) -> FetcherError:
        known = self._errors.get(finish.error or "")
        if known is not None:
            return known
        error = FetcherError(finish.error or "the load failed")
        error.kind = finish.kind or error.kind
        return error

    # -- events to the machine, commands from it

    def _tell(self, event: e.Event) -> None:
        """Queue one event; the outermost call handles all, then flushes each touched connection once."""
        self._queue.append(event)
        self._handle_all()

    def _handle_all(self) -> None:
        if self._telling:
            return
        self._telling = True
        try:
            while self._queue or (self._touched and not self._depth):
                while self._queue:
                    happened = self._queue.popleft()
                    self._latest = max(self._latest, happened.at)
                    commands = self._browser.handle(happened)
                    for command in commands:
                        self._carry_out(command)
                    self._told.append((happened, commands))
                if not self._depth:
                    self._flush()
            if not self._depth:
                self._report()  # after the flush: requests are on their way before anybody writes of them
        except Exception as error:
            self._broken(error)
        finally:
            self._telling = False

    def _report(self) -> None:
        """Give the recorder, and whoever watches, what was told since, in order."""
        told, self._told = self._told, []
        for event, commands in told:
            self._recorder.observe(event, commands)
            if self._watch is not None:
                self._watch(event, commands)

    def _broken(self, error: Exception) -> None:
        """A fault of ours, or of whoever watches, ends the load at once instead of leaving it to its deadline."""
        if not self._done.done():
            self._done.set_exception(error)

    def _flush(self) -> None:
        touched, self._touched = self._touched, {}
        for number, fetches in touched.items():
            connection = self._connections.get(number)
            if connection is None:
                continue
            at = connection.flush()
            if at is not None:
                self._queue.extend(e.RequestSent(at, fetch) for fetch in fetches if fetch in self._exchanges)

    def _carry_out(self, command: c.Command) -> None:
        match command:
            case c.StartFetch():
                self._start(command)
            case c.OpenConnection() if command.key.session and self._session is not None:
                self._connections[command.connection] = self._session
                room = self._limits.requests
                self._queue.append(e.ConnectionReady(clock.now(), command.connection, None, room))
            case c.OpenConnection():
                self._opening[command.connection] = self._loop.create_task(self._open(command))
            case c.ResolveName():
                task = self._loop.create_task(self._look_up(command))
                self._looking_up.add(task)
                task.add_done_callback(self._looking_up.discard)
            case c.Scan():
                self._scan(command)
            case c.CheckIntegrity():
                self._check(command)
            case c.KeepContent():
                self._stored.keep(command.fetch, command.most)
            case c.ServeStored():
                self._serve(command)
            case c.CancelFetch():
                self._stored.forget(command.fetch)
                exchange = self._exchanges.pop(command.fetch, None)
                if exchange is not None:
                    exchange.connection.cancel(exchange.stream_id)
            case c.CloseConnection():
                connection = self._connections.get(command.connection)
                if isinstance(connection, Connection):
                    connection.close()
            case c.SetTimer():
                if self._timer is not None:
                    self._timer.cancel()
                self._timer = self._loop.call_later(max(0.0, command.at - clock.now()) / 1000, self._fire)
            case c.Finish():
                self._finish = command
                if not self._done.done():
                    self._done.set_result(None)
            case c.QueueFetch():
                if command.request.destination is Destination.DOCUMENT:
                    self._documents.add(command.fetch)
            case c.DropFetch() | c.HintJudged() | c.InterimJudged() | c.DiscoveryResolved():
                pass
            case c.BlockFetch() | c.RedirectInside() | c.HoldFetch() | c.ReleaseFetch():
                pass

    def _start(self, command: c.StartFetch) -> None:
        connection = self._connections.get(command.connection)
        request = command.request
        url = split(request.url)
        try:
            if connection is None:
                raise ConnectionLost(f"the connection to {url.authority} was closed before the request was sent")
            exchange = _Exchange(command.fetch, request, connection)
            head = RequestHead(request.method, url.scheme, url.authority, url.target, request.fields)
            exchange.stream_id = connection.send_request(head, self._sink_of(exchange))
        except FetcherError as error:
            self._not_sent(command, connection, error)
            return
        self._exchanges[command.fetch] = exchange
        self._touched.setdefault(command.connection, []).append(command.fetch)

    def _sink_of(self, exchange: _Exchange) -> Callable[[StreamEvent], None]:
        def sink(event: StreamEvent) -> None:
            self._on_stream(exchange, event)
            if exchange.connection is self._session:
                self._handle_all()  # a session reads for one request at a time: this was the whole batch

        return sink

    def _not_sent(
        self, command: c.StartFetch, connection: Connection | SessionTransport | None, error: FetcherError
    ) -> None:
        """The connection ended or filled up in the very read that is being decided on. The event that says so comes
        later in that read, so it is told here first, and the request goes back to wait for another one."""
        at, number = clock.now(), command.connection
        if connection is None or connection.is_closed:
            self._queue.append(e.GoAway(at, number, str(error)))
        elif isinstance(connection, Connection) and connection.free_streams == 0:
            self._queue.append(e.StreamLimitChanged(at, number, connection.engine.open_streams))
        else:
            error = error.placed(command.request.url)
            self._note(error)
            self._queue.append(e.FetchFailed(at, command.fetch, error.kind, str(error)))
            return
        lost = ConnectionLost(str(error)).placed(command.request.url)
        self._note(lost)
        self._queue.append(e.FetchFailed(at, command.fetch, lost.kind, str(lost), False, sent=False))

    def _serve(self, command: c.ServeStored) -> None:
        """Play a stored answer; after a 304 its content alone, which takes the place of the 304's own."""
        fetch, response = command.fetch, command.entry.response
        is_document = fetch in self._documents
        self._served[fetch] = command.entry
        has_text = self._has_text(command.entry) if is_document else None
        decoded, at = response.decoded, clock.now()
        if command.is_confirmed:
            self._exchanges[fetch].stored = decoded, has_text
            return
        self._queue.append(e.Head(at, fetch, response.status, response.reason, response.version, response.fields, None))
        if is_document:
            self._queue.append(e.BodyProgress(at, fetch, 0, decoded))
        self._queue.append(e.FetchEnded(at, fetch, 0, decoded, has_text=has_text))

    def _has_text(self, entry: Entry) -> bool | None:
        if self._find_text is None:
            return None
        content = Content(entry.response.fields, self._limits, find_text=self._find_text)
        content.feed(self._stored.content_of(entry))
        return content.has_text

    def contents(self) -> dict[int, bytes]:
        """The content of answers that were kept, as it came, by fetch."""
        return self._stored.contents()

    def _scan(self, command: c.Scan) -> None:
        content, entry, at = self._contents.get(command.fetch), self._served.get(command.fetch), clock.now()
        whole = command.text
        if whole is not None:
            content = Content((), self._limits)
        elif entry is not None:  # read out of the cache where it is wanted, and so not kept twice
            content, whole = Content(entry.response.fields, self._limits), self._stored.content_of(entry)
        elif content is None or content.is_cut:
            self._contents.pop(command.fetch, None)
            self._queue.append(e.ScanDrained(at, command.fetch, is_cut=True))
            return
        found = content.scan(command)
        if whole is not None:
            found += content.feed(whole)
            found += content.end()
        self._tell_charset(command.fetch, content, at)
        if found:
            self._queue.append(e.Discovered(at, command.fetch, tuple(found)))
        if content.ended:
            self._drained(command.fetch, content, at)

    def _check(self, command: c.CheckIntegrity) -> None:
        content, entry = self._contents.get(command.fetch), self._served.get(command.fetch)
        if entry is not None:
            content = Content(entry.response.fields, self._limits)
            if content.check(command.metadata):
                content.feed(self._stored.content_of(entry))
                content.end()
                self._checked(command.fetch, content, clock.now())
                return
        if content is None or not content.check(command.metadata):
            self._queue.append(e.IntegrityChecked(clock.now(), command.fetch, None, ""))
        elif content.ended:
            self._checked(command.fetch, content, clock.now())

    def _checked(self, fetch: int, content: Content, at: float) -> None:
        """The digest of content that is all there."""
        matches, found = content.checked()
        self._queue.append(e.IntegrityChecked(at, fetch, matches, found))

    def _tell_charset(self, fetch: int, content: Content, at: float) -> None:
        """Before the first thing that is found, and once; and what the document is, if it did not say."""
        if content.sniffed is not None and fetch not in self._sniffed:
            self._sniffed.add(fetch)
            self._queue.append(e.TypeSniffed(at, fetch, content.sniffed))
        charset = content.charset
        if charset is not None and fetch not in self._read_as:
            self._read_as.add(fetch)
            name, source = charset.encoding.name, charset.source
            self._queue.append(e.CharsetSettled(at, fetch, name, source, content.is_transcoded))

    def _drained(self, fetch: int, content: Content, at: float) -> None:
        self._contents.pop(fetch, None)
        self._queue.append(e.ScanDrained(at, fetch, content.inline_scripts))

    # -- connections

    async def _open(self, command: c.OpenConnection) -> None:
        number, key = command.connection, command.key
        try:
            connection = await open_connection(key.scheme, key.host, key.port, self._net)
        except FetcherError as error:
            self._note(error)
            self._opening.pop(number, None)
            self._tell(e.ConnectionLost(clock.now(), number, error.kind, str(error)))
            return
        except Exception as error:
            self._broken(error)
            return
        self._opening.pop(number, None)
        self._connections[number] = connection
        connection.on_event = lambda event: self._on_connection(number, event)
        connection.on_batch = self._on_batch
        room = HTTP_1_ROOM if connection.protocol is HttpVersion.HTTP_1_1 else connection.free_streams
        self._tell(e.ConnectionReady(clock.now(), number, connection.facts, room))

    async def _look_up(self, command: c.ResolveName) -> None:
        """Where a connection to that host would go; one that is opened to it afterwards asks for no name again."""
        net, problem = self._net, None
        start = end = None
        endpoints: tuple[tuple[str, int], ...] = ()
        if net.proxies.choose("https", command.host) is None:
            host, port = net.destination(command.host, command.port)
            try:
                found = await look_up(host, port, net)
            except FetcherError as error:
                problem = str(error)
            except Exception as error:
                self._broken(error)
                return
            else:
                start, end = found.start, found.end
                endpoints = tuple((address, port) for address in found.addresses)
                if start is not None:
                    known = (host, port, ",".join(found.addresses))
                    self._net = replace(self._net, resolve=(known, *self._net.resolve))
        self._tell(e.NameResolved(clock.now(), command.host, command.port, endpoints, start, end, problem))

    def _on_connection(self, number: int, event: ConnectionEvent) -> None:
        match event:
            case GoAwayReceived():
                self._tell(e.GoAway(event.at, number, event.message))
            case StreamLimitChanged():
                self._tell(e.StreamLimitChanged(event.at, number, event.max_streams))
            case ConnectionEnded():
                self._connections.pop(number, None)
                error, at = event.error, max(event.at, self._latest)
                self._tell(e.ConnectionLost(at, number, error.kind if error else None, str(error) if error else None))

    def _on_batch(self) -> None:
        """All events of one read were delivered: what they caused leaves now, one write per connection."""
        for event in self._last_of_batch:
            self._queue.append(replace(event, at=max(event.at, self._latest)))
        self._last_of_batch.clear()
        self._handle_all()

    # -- one exchange

    def _on_stream(self, exchange: _Exchange, event: StreamEvent) -> None:
        if self._exchanges.get(exchange.fetch) is not exchange:
            return
        self._depth += 1  # the flush waits for the end of the batch
        try:
            match event:
                case InterimResponse():
                    self._tell(
                        e.Interim(
                            event.at, exchange.fetch, event.status, event.reason, event.fields, event.raw, event.offset
                        )
                    )
                case ResponseHead():
                    self._head(exchange, event)
                case BodyData():
                    self._data(exchange, event)
                case ResponseEnd():
                    self._ended(exchange, event)
                case ResponseFailed():
                    self._failed(exchange, event.error, event.at, event.processed)
        except Exception as error:
            self._broken(error)
        finally:
            self._depth -= 1

    def _head(self, exchange: _Exchange, event: ResponseHead) -> None:
        keeps = _may_be_claimed(exchange.request, event.fields)
        wanted = self._find_text if exchange.is_document else None
        keeping = self._keeping if keeps else None
        exchange.content = Content(
            event.fields, self._limits, keeping=keeping, find_text=wanted, module=_may_be_module(exchange.request)
        )
        self._contents[exchange.fetch] = exchange.content
        deviations = event.deviations
        unknown = exchange.content.unknown_coding
        if unknown is not None:
            deviations += (f"the content coding {unknown[:64]!r} is unknown, so the content is read as it came",)
        self._tell(
            e.Head(
                event.at, exchange.fetch, event.status, event.reason, event.version, event.fields, event.size,
                deviations,
            )
        )  # fmt: skip

    def _data(self, exchange: _Exchange, event: BodyData) -> None:
        content = exchange.content
        assert content is not None
        found = content.feed(event.data)
        self._stored.add(exchange.fetch, event.data)
        fault = content.fault
        limit = self._limits.body_bytes
        if fault is None and limit is not None and content.transferred > limit:
            fault = LimitExceeded(f"{exchange.request.url} is larger than {limit} bytes", "body_bytes")
        exchange.connection.acknowledge(exchange.stream_id, event.flow)
        if exchange.is_watched:
            self._tell(e.BodyProgress(event.at, exchange.fetch, content.transferred, content.decoded))
            if exchange.fetch not in self._exchanges:
                return  # that was enough
        self._tell_charset(exchange.fetch, content, event.at)
        if found:
            self._tell(e.Discovered(event.at, exchange.fetch, tuple(found)))
        if fault is not None:
            exchange.connection.cancel(exchange.stream_id)
            self._failed(exchange, fault, event.at, None)

    def _ended(self, exchange: _Exchange, event: ResponseEnd) -> None:
        content = exchange.content
        assert content is not None
        at = max(event.at, self._latest)  # content that ends with its connection is told some time after it was read
        self._scan_rest(exchange, at)
        at = max(at, self._latest)  # what that named may have come out of the cache by now
        if content.fault is not None:
            self._failed(exchange, content.fault, at, None)
            return
        if content.is_checking:
            self._checked(exchange.fetch, content, at)
        if content.is_scanning:
            self._drained(exchange.fetch, content, at)
        elif not content.keeps and exchange.stored is None:
            self._contents.pop(exchange.fetch, None)
        self._over(exchange, at)
        decoded, has_text = exchange.stored or (content.decoded, content.has_text)
        kept = self._stored.end(exchange.fetch)
        self._tell(
            e.FetchEnded(
                at,
                exchange.fetch,
                content.transferred,
                decoded,
                event.trailers,
                has_text,
                kept,
                None if exchange.stored is not None else content.first,
            )
        )

    def _scan_rest(self, exchange: _Exchange, at: float) -> None:
        """The content is over, complete or not: what came is scanned to its end."""
        if exchange.content is not None:
            found = exchange.content.end()
            self._tell_charset(exchange.fetch, exchange.content, at)
            if found:
                self._tell(e.Discovered(at, exchange.fetch, tuple(found)))

    def _failed(self, exchange: _Exchange, error: FetcherError, at: float, processed: bool | None) -> None:
        at = max(at, self._latest)  # an end is told some time after it was read, and time may not go back
        self._scan_rest(exchange, at)
        at = max(at, self._latest)
        error = error.placed(exchange.request.url)
        self._note(error)
        self._contents.pop(exchange.fetch, None)
        self._stored.forget(exchange.fetch)
        self._over(exchange, at)
        failed = e.FetchFailed(at, exchange.fetch, error.kind, str(error), processed)
        if exchange.is_document:
            self._last_of_batch.append(failed)
        else:
            self._tell(failed)

    def _over(self, exchange: _Exchange, at: float) -> None:
        """An exchange is through; a connection that can take no other says so before the machine hands it one."""
        self._exchanges.pop(exchange.fetch, None)
        if exchange.connection.is_closed:
            for number, connection in self._connections.items():
                if connection is exchange.connection:
                    self._tell(e.GoAway(at, number, "the server closes the connection after this response"))
                    break

    def _note(self, error: FetcherError) -> None:
        self._errors[str(error)] = error


def _may_be_module(request: Request) -> bool:
    return request.destination is Destination.SCRIPT and request.mode is Mode.CORS


def _may_be_claimed(request: Request, fields: Fields) -> bool:
    """Whether the content may be wanted after it came: a sheet to scan (hinted as whatever), a script of a hint or
    preload to check."""
    initiator = request.initiator
    early = initiator.kind in (InitiatorKind.EARLY_HINT, InitiatorKind.LINK_HEADER) or initiator.element == "link"
    kept = early or _may_be_module(request)  # a module may be preloaded alone so far, or be under an integrity check
    if early and (field_value(fields, "content-type") or "").lstrip().lower().startswith("text/css"):
        return True
    return request.destination is Destination.STYLE or (request.destination is Destination.SCRIPT and kept)
