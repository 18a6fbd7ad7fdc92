"""The real driver: carries the browser machine's commands out on real connections, and tells it what happened.

Everything from a read to the writes it causes runs in one step of the event loop: bytes, engine, machine, commands,
and one flush per touched connection. Only opening connections is awaited. No decision is made here.

Two orders are kept on purpose. A document's failure is told last of its read, so that what the same read did to the
other fetches (a lost HTTP/2 connection ends many at once) is on record by its own events before the load is given up.
What is told of one exchange is in ``exchanges``, what is read of its content in ``reading``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from fetcher import clock
from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.browser.machine import Browser
from fetcher.errors import FetcherError
from fetcher.load.closing import close_all
from fetcher.load.exchanges import Exchanges
from fetcher.net import Connection, NetOptions, open_connection
from fetcher.net.lookup import look_up
from fetcher.record.recorder import Recorder
from fetcher.terms import Destination, HttpVersion, Limits
from fetcher.wire.events import (
    ConnectionEnded,
    ConnectionEvent,
    GoAwayReceived,
    StreamLimitChanged,
)

if TYPE_CHECKING:
    from fetcher.load.session import SessionTransport

Watcher = Callable[[e.Event, list[c.Command]], None]

HTTP_1_ROOM = 1


class Driver(Exchanges):
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
        *,
        scans: bool = True,
    ) -> None:
        super().__init__(limits, find_text, session, scans=scans)
        self._browser = browser
        self._recorder = recorder
        self._net = net
        self._watch = watch
        self._opening: dict[int, asyncio.Task[None]] = {}
        self._looking_up: set[asyncio.Task[None]] = set()
        self._told: list[tuple[e.Event, list[c.Command]]] = []
        self._url = ""
        self._telling = False
        self._finish: c.Finish | None = None
        self._timer: asyncio.TimerHandle | None = None
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
