"""HTTP/1.1 on a connection: requests answered one after the other, kept alive as they ask, framed as they need."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from fetcher import clock
from fetcher.origin.connection import Connection
from fetcher.origin.http1 import (
    BadRequest,
    Content,
    Framing,
    RequestEnded,
    RequestReader,
    RequestStarted,
    chunk,
    framing,
    head_bytes,
    last_chunk,
)
from fetcher.origin.perform import Exchange, perform
from fetcher.origin.script import RequestSeen
from fetcher.terms import Fields


@dataclass(slots=True)
class _Pending:
    """An HTTP/1.1 request whose content is arriving, or whose turn has not come."""

    head: RequestStarted
    seen: RequestSeen
    content: bytearray = field(default_factory=bytearray)
    complete: bool = False


class Http1Speaker:
    """HTTP/1.1 on a connection: requests answered in order, kept alive as they ask."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._reader = RequestReader()
        self._waiting: deque[_Pending | BadRequest] = deque()
        self._arriving: _Pending | None = None
        self._count = 0
        self._busy = False

    def start(self) -> None: ...

    def flush(self) -> None: ...

    def receive(self, data: bytes, now: float) -> None:
        for event in self._reader.receive(data):
            match event:
                case RequestStarted():
                    self._arriving = self._started(event, now)
                    if event.expects:
                        self._enqueue(self._arriving)
                case Content(piece):
                    assert self._arriving is not None
                    self._arriving.content += piece
                case RequestEnded():
                    assert self._arriving is not None
                    self._arriving.complete = True
                    if not self._arriving.head.expects:
                        self._enqueue(self._arriving)
                    self._arriving = None
                case BadRequest():
                    self._enqueue(event)

    def _started(self, head: RequestStarted, now: float) -> _Pending:
        self._count += 1
        seen = RequestSeen(
            now,
            self._connection.number,
            self._count,
            "http/1.1",
            head.method,
            head.scheme or self._connection.scheme,
            head.authority,
            head.target,
            head.fields,
        )
        self._connection.arrived(seen)
        return _Pending(head, seen)

    def _enqueue(self, pending: _Pending | BadRequest) -> None:
        self._waiting.append(pending)
        if not self._busy:
            self._busy = True
            self._connection.spawn(self._answer_all())

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                pending = self._waiting.popleft()
                if isinstance(pending, BadRequest):
                    message = f"{pending.message}\n".encode()
                    fields: Fields = (("content-type", "text/plain"), ("content-length", str(len(message))))
                    fields += (("connection", "close"),)
                    self._connection.write(head_bytes(pending.status, fields) + message)
                    self._connection.close()
                    return
                exchange = Http1Exchange(self._connection, pending)
                await perform(exchange, exchange.answer)
                if not exchange.keep_alive:
                    self._connection.close()
                    return
        finally:
            self._busy = False


class Http1Exchange(Exchange):
    """One HTTP/1.1 request and its answer's bytes."""

    def __init__(self, connection: Connection, pending: _Pending) -> None:
        seen = pending.seen
        if pending.content:
            seen = replace(seen, content=bytes(pending.content))
        super().__init__(seen, connection.host.log)
        self.answer = connection.answer(seen)
        self.keep_alive = pending.head.keep_alive
        self._connection = connection
        self._pending = pending
        self._framing = Framing.AS_WRITTEN
        self._held = b""
        self._last = seen.at

    def _write(self, data: bytes) -> float:
        self._last = self._connection.write(self._held + data)
        self._held = b""
        return self._last

    def interim(self, status: int, fields: Fields) -> None:
        self.sent(self._write(head_bytes(status, fields)), "interim", status)

    def head(self, status: int, fields: Fields, *, end: bool, hold: bool) -> None:
        self._framing, framed = framing(self.answer, status, fields, self._pending.head.version)
        if self._framing is Framing.CLOSE:
            self.keep_alive = False
        options = [value.lower() for name, value in fields if name.lower() == "connection"]
        if any("close" in value for value in options):
            self.keep_alive = False
        elif not self.keep_alive and not options:
            framed += (("connection", "close"),)
        data = head_bytes(status, framed)
        self.headed = True
        if hold and not self.bodiless:
            self._held += data
            self.sent(clock.now(), "head", status)
        else:
            self.sent(self._write(data), "head", status)

    def body(self, data: bytes, *, end: bool) -> None:
        if self._framing is Framing.NONE:
            data = b""
        elif self._framing is Framing.CHUNKED:
            data = chunk(data)
            if end:
                data += last_chunk()
                self.ended = True
        self._write(data)

    def trailers(self, fields: Fields) -> None:
        if self._framing is Framing.CHUNKED and not self.bodiless and not self.ended:
            self._write(last_chunk(fields))
        self.ended = True

    def raw(self, data: bytes) -> None:
        self.written_raw = True
        self.sent(self._write(data), "fault", detail="raw")

    def close(self) -> None:
        self.sent(self._write(b""), "fault", detail="close")
        self.keep_alive = False

    def reset(self, code: int) -> None:
        self.sent(clock.now(), "fault", detail="reset")
        self.keep_alive = False
        self._connection.reset()

    def go_away(self, code: int, processed: bool) -> None:
        self.keep_alive = False

    async def writable(self) -> None:
        await self._connection.writable()

    async def content(self) -> None:
        while not self._pending.complete:
            await self._connection.progress()

    def finish(self) -> None:
        if self._framing is Framing.CHUNKED and not self.ended and not self.bodiless:
            self._write(last_chunk())
        elif self._held:
            self._write(b"")
        if self.headed:
            self.sent(self._last, "end")
        elif not self.written_raw:
            # Interim responses and nothing after them: no client may wait on this connection for more.
            self.sent(clock.now(), "fault", detail="close")
            self.keep_alive = False
        if not self._pending.complete:
            # Answered without reading the content it announced: what comes next would be taken for a request.
            self.keep_alive = False
