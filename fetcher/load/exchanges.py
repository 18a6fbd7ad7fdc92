"""One exchange after the other, or at once: what a connection says of a request becomes events for the machine.

Whatever is told of an exchange names its URL: engines know what went wrong, only this file knows where.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from fetcher import clock
from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.errors import ConnectionLost, FetcherError, LimitExceeded
from fetcher.load.content import Content
from fetcher.load.reading import Exchange, Reading
from fetcher.net import Connection
from fetcher.terms import Destination, Fields, InitiatorKind, Limits, Mode, Request, field_value
from fetcher.urls import split
from fetcher.wire.events import (
    BodyData,
    InterimResponse,
    RequestHead,
    ResponseEnd,
    ResponseFailed,
    ResponseHead,
    StreamEvent,
)

if TYPE_CHECKING:
    from fetcher.load.session import SessionTransport


class Exchanges(Reading, ABC):
    """``_depth``: the events of one read are being told, and requests leave at its end. ``scans``: contents may be
    looked into, which a load of hints alone never asks for."""

    def __init__(self, limits: Limits, find_text: str | None, session: SessionTransport | None, *, scans: bool) -> None:
        super().__init__(limits, find_text)
        self._session = session
        self._scans = scans
        self._connections: dict[int, Connection | SessionTransport] = {}
        self._touched: dict[int, list[int]] = {}
        self._last_of_batch: list[e.FetchFailed] = []
        self._errors: dict[str, FetcherError] = {}
        self._latest = 0.0
        self._depth = 0

    @abstractmethod
    def _tell(self, event: e.Event) -> None:
        """Queue one event; the outermost call handles all."""

    @abstractmethod
    def _handle_all(self) -> None:
        """Let the machine decide on what is queued."""

    @abstractmethod
    def _broken(self, error: Exception) -> None:
        """End the load with a fault of ours."""

    def _start(self, command: c.StartFetch) -> None:
        connection = self._connections.get(command.connection)
        request = command.request
        url = split(request.url)
        try:
            if connection is None:
                raise ConnectionLost(f"the connection to {url.authority} was closed before the request was sent")
            exchange = Exchange(command.fetch, request, connection)
            head = RequestHead(request.method, url.scheme, url.authority, url.target, request.fields)
            exchange.stream_id = connection.send_request(head, self._sink_of(exchange))
        except FetcherError as error:
            self._not_sent(command, connection, error)
            return
        self._exchanges[command.fetch] = exchange
        self._touched.setdefault(command.connection, []).append(command.fetch)

    def _sink_of(self, exchange: Exchange) -> Callable[[StreamEvent], None]:
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

    def _on_batch(self) -> None:
        """All events of one read were delivered: what they caused leaves now, one write per connection."""
        for event in self._last_of_batch:
            self._queue.append(replace(event, at=max(event.at, self._latest)))
        self._last_of_batch.clear()
        self._handle_all()

    def _on_stream(self, exchange: Exchange, event: StreamEvent) -> None:
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

    def _head(self, exchange: Exchange, event: ResponseHead) -> None:
        keeps = _may_be_claimed(exchange.request, event.fields)
        wanted = self._find_text if exchange.is_document else None
        keeping = self._keeping if keeps else None
        module = self._scans and _may_be_module(exchange.request)
        exchange.content = Content(event.fields, self._limits, keeping=keeping, find_text=wanted, module=module)
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

    def _data(self, exchange: Exchange, event: BodyData) -> None:
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

    def _ended(self, exchange: Exchange, event: ResponseEnd) -> None:
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

    def _scan_rest(self, exchange: Exchange, at: float) -> None:
        """The content is over, complete or not: what came is scanned to its end."""
        if exchange.content is not None:
            found = exchange.content.end()
            self._tell_charset(exchange.fetch, exchange.content, at)
            if found:
                self._tell(e.Discovered(at, exchange.fetch, tuple(found)))

    def _failed(self, exchange: Exchange, error: FetcherError, at: float, processed: bool | None) -> None:
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

    def _over(self, exchange: Exchange, at: float) -> None:
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
