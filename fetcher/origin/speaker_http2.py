"""HTTP/2 on a connection: every stream's answer performed on its own, content sent as windows and socket allow.

What is written at a time is bounded, so that an urgent answer overtakes a long one already under way (RFC 9218).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from fetcher import clock
from fetcher.origin.connection import Connection
from fetcher.origin.http2 import (
    Http2ServerEngine,
    PeerGone,
    RequestBody,
    RequestEnded,
    RequestReceived,
    StreamCancelled,
)
from fetcher.origin.perform import Exchange, perform
from fetcher.origin.script import RequestSeen
from fetcher.terms import Fields

WRITE_BYTES = 65_536
INTERNAL_ERROR = 2


@dataclass(slots=True)
class _Stream:
    """A request whose answer is due or under way."""

    seen: RequestSeen
    complete: bool
    content: bytearray = field(default_factory=bytearray)
    task: asyncio.Task[None] | None = None


class Http2Speaker:
    """The engine's events to tasks, the engine's bytes to the socket."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.engine = Http2ServerEngine()
        self.last_write = 0.0
        self._streams: dict[int, _Stream] = {}

    def start(self) -> None:
        self.flush()

    def receive(self, data: bytes, now: float) -> None:
        for event in self.engine.receive(data, now):
            match event:
                case RequestReceived():
                    self._started(event)
                case RequestBody(stream_id, _, piece):
                    if stream_id in self._streams:
                        self._streams[stream_id].content += piece
                case RequestEnded(stream_id):
                    self._completed(stream_id)
                case StreamCancelled(stream_id):
                    stream = self._streams.pop(stream_id, None)
                    if stream is not None and stream.task is not None:
                        stream.task.cancel()
                case PeerGone():
                    self.flush()
                    self.connection.close()
        self.flush()

    def flush(self) -> None:
        """Write what the engine has, as long as the socket takes it. The rest goes when it takes more."""
        while not self.connection.paused:
            data = self.engine.data_to_send(WRITE_BYTES)
            if not data:
                break
            self.last_write = self.connection.write(data)

    def _started(self, event: RequestReceived) -> None:
        seen = RequestSeen(
            event.at,
            self.connection.number,
            event.stream_id,
            "h2",
            event.method,
            event.scheme,
            event.authority,
            event.target,
            event.fields,
        )
        self.connection.arrived(seen)
        self._streams[event.stream_id] = stream = _Stream(seen, event.end)
        if event.end or (seen.field("expect") or "").lower() == "100-continue":
            self._answer(stream)

    def _completed(self, stream_id: int) -> None:
        stream = self._streams.get(stream_id)
        if stream is None:
            return
        stream.complete = True
        if stream.task is None:
            self._answer(stream)

    def _answer(self, stream: _Stream) -> None:
        stream.task = self.connection.spawn(self._perform(stream))

    async def _perform(self, stream: _Stream) -> None:
        seen = replace(stream.seen, content=bytes(stream.content)) if stream.content else stream.seen
        try:
            await perform(Http2Exchange(self, stream, seen), self.connection.answer(seen))
        finally:
            self._streams.pop(seen.stream, None)


class Http2Exchange(Exchange):
    """One stream's answer."""

    def __init__(self, speaker: Http2Speaker, stream: _Stream, seen: RequestSeen) -> None:
        super().__init__(seen, speaker.connection.host.log)
        self._speaker = speaker
        self._stream = stream
        self._id = seen.stream
        self._contentless = False

    @property
    def _engine(self) -> Http2ServerEngine:
        return self._speaker.engine

    def interim(self, status: int, fields: Fields) -> None:
        at = clock.now()
        self._engine.send_interim(self._id, status, fields)
        self._speaker.flush()
        self.sent(at, "interim", status)

    def head(self, status: int, fields: Fields, *, end: bool, hold: bool) -> None:
        self._contentless = self.bodiless or status in (204, 304)
        at = clock.now()
        if self.headed:
            self._engine.section(self._id, ((":status", str(status)), *fields), end=end)
        else:
            self.ended = end or self._contentless
            self._engine.send_head(self._id, status, fields, end=self.ended)
        self.headed = True
        if self.ended or not hold:
            self._speaker.flush()
        self.sent(at, "head", status)

    def body(self, data: bytes, *, end: bool) -> None:
        if self.ended or self._contentless:
            return
        if self.headed:
            self._engine.send_body(self._id, data, end=end)
            self.ended = end
        else:  # Content before a head: the engine would refuse it, a script may want it.
            self._engine.frame(0, int(end), self._id, data)
        self._speaker.flush()

    def trailers(self, fields: Fields) -> None:
        if not self.ended:
            self._engine.send_trailers(self._id, fields)
            self.ended = True
            self._speaker.flush()

    def raw(self, data: bytes) -> None:
        self.written_raw = True
        at = clock.now()
        self._engine.raw(data)
        self._speaker.flush()
        self.sent(at, "fault", detail="raw")

    def close(self) -> None:
        self._speaker.flush()
        self.sent(clock.now(), "fault", detail="close")
        self._speaker.connection.close()

    def reset(self, code: int) -> None:
        at = clock.now()
        self._engine.reset(self._id, code)
        self._speaker.flush()
        self.sent(at, "fault", detail="reset")

    def go_away(self, code: int, processed: bool) -> None:
        at = clock.now()
        self._engine.goaway(None if processed else max(0, self._id - 2), code)
        self._speaker.flush()
        self.sent(at, "fault", detail="goaway")

    async def writable(self) -> None:
        connection = self._speaker.connection
        while connection.paused or self._engine.queued_bytes(self._id):
            await connection.progress()

    async def content(self) -> None:
        while not self._stream.complete:
            await self._speaker.connection.progress()

    def finish(self) -> None:
        if not self.headed:
            if not self.written_raw:
                # Interim responses and nothing after them: no client may wait on this stream for more.
                self.reset(INTERNAL_ERROR)
            return
        if not self.ended:
            self._engine.send_body(self._id, b"", end=True)
            self._speaker.flush()
        self.sent(self._speaker.last_write, "end")
