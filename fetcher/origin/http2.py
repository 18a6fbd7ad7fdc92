"""The server side of one HTTP/2 connection, without I/O: what the origin answers with, faults included.

jh2's connection keeps the states and the windows. Responses are not checked, so a script may send fields with NUL, a
101 or names in capitals through the ordinary calls; what jh2's states would refuse (an interim head that ends the
stream, content before a head, frames of any shape) goes out by ``section``, ``frame`` and ``raw``. Content waits in a
queue per stream until ``data_to_send`` takes it: most urgent first (RFC 9218 ``u=``), one frame each in turn.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from jh2.config import H2Configuration
from jh2.connection import H2Connection
from jh2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from jh2.events import (
    RequestReceived as JhRequestReceived,
)
from jh2.exceptions import ProtocolError as JhProtocolError
from jh2.settings import SettingCodes, Settings

from fetcher.errors import LocalProtocolError
from fetcher.terms import Fields
from fetcher.wire.http2 import frames

HEAD_BYTES = 1_048_576
_URGENCY = re.compile(r"(?:^|[,\s])u=([0-7])(?![0-9.])")


@dataclass(frozen=True, slots=True)
class RequestReceived:
    """A request's head. ``end``: it has no content, and no ``RequestEnded`` follows."""

    stream_id: int
    at: float
    method: str
    scheme: str
    authority: str
    target: str
    fields: Fields
    end: bool


@dataclass(frozen=True, slots=True)
class RequestBody:
    """Content of a request; its window is given back at once."""

    stream_id: int
    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class RequestEnded:
    stream_id: int
    at: float
    trailers: Fields = ()


@dataclass(frozen=True, slots=True)
class StreamCancelled:
    """The client no longer wants this answer; what was queued for it is gone."""

    stream_id: int
    at: float
    code: int


@dataclass(frozen=True, slots=True)
class PeerGone:
    """The client said goodbye (GOAWAY), closed, or broke the protocol: nothing more can be answered."""

    at: float
    code: int
    message: str


ServerEvent = RequestReceived | RequestBody | RequestEnded | StreamCancelled | PeerGone


class _Answer:
    """What waits to be sent on one stream."""

    __slots__ = ("end", "queue", "queued", "trailers", "urgency")

    def __init__(self, urgency: int) -> None:
        self.urgency = urgency
        self.queue: deque[memoryview] = deque()
        self.queued = 0
        self.end = False
        self.trailers: Fields | None = None


class Http2ServerEngine:
    """Its SETTINGS are in ``data_to_send`` from the start. ``settings`` (identifier to value) adds to or replaces the
    defaults: 100 concurrent streams, no push, 1 MiB windows, heads of up to 1 MiB."""

    def __init__(self, settings: dict[int, int] | None = None) -> None:
        self._connection = H2Connection(
            H2Configuration(
                client_side=False,
                header_encoding=None,
                validate_inbound_headers=False,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
                split_outbound_cookies=False,
            )
        )
        values = {
            frames.HEADER_TABLE_SIZE: 4_096,
            frames.ENABLE_PUSH: 0,
            frames.MAX_CONCURRENT_STREAMS: 100,
            frames.INITIAL_WINDOW_SIZE: 1_048_576,
            frames.MAX_HEADER_LIST_SIZE: HEAD_BYTES,
        } | (settings or {})
        local = Settings(client=False, initial_values={_setting(key): value for key, value in values.items()})
        self._connection.local_settings = local
        self._connection.decoder.max_allowed_table_size = values[frames.HEADER_TABLE_SIZE]
        self._connection.decoder.max_header_list_size = values[frames.MAX_HEADER_LIST_SIZE]
        # jh2 takes Chromium's 6 MiB for a client's window until told; the standard says 65,535 bytes.
        self._connection.remote_settings = Settings(
            client=True,
            initial_values={SettingCodes.INITIAL_WINDOW_SIZE: 65_535, SettingCodes.HEADER_TABLE_SIZE: 4_096},
        )
        self._connection.initiate_connection()
        self._connection.increment_flow_control_window(15 * 1024 * 1024)
        self._answers: dict[int, _Answer] = {}
        self._turns: dict[int, int] = {}  # the stream served last, by urgency
        self._gone = False
        self._out = bytearray()

    @property
    def is_gone(self) -> bool:
        """The client is gone: calls that send do nothing from now on."""
        return self._gone

    @property
    def open_streams(self) -> int:
        return len(self._answers)

    # What the client says

    def receive(self, data: bytes, now: float) -> list[ServerEvent]:
        """Never raises for what a client sent: a broken protocol is ``PeerGone``, with GOAWAY in ``data_to_send``."""
        if self._gone:
            return []
        try:
            received = self._connection.receive_data(data)
        except JhProtocolError as error:
            return [self._lose(now, int(error.error_code), f"The client broke HTTP/2: {error}")]
        found: list[ServerEvent] = []
        told: Event | None = None  # the StreamEnded that a head or trailers have said already
        for event in received:
            if event is told:
                continue
            if isinstance(event, JhRequestReceived | TrailersReceived):
                told = event.stream_ended
            made = self._event(event, now)
            if made is not None:
                found.append(made)
            if self._gone:
                break
        return found

    def receive_eof(self, now: float) -> list[ServerEvent]:
        return [] if self._gone else [self._lose(now, 0, "The client closed the connection.")]

    def _lose(self, now: float, code: int, message: str) -> PeerGone:
        self._gone = True
        self._answers.clear()
        return PeerGone(now, code, message)

    def _event(self, event: Event, now: float) -> ServerEvent | None:
        match event:
            case JhRequestReceived():
                return self._request(event, now)
            case DataReceived():
                if event.flow_controlled_length:
                    self._connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                return RequestBody(event.stream_id, now, bytes(event.data)) if event.data else None
            case TrailersReceived():
                return RequestEnded(event.stream_id, now, _text(event.headers))
            case StreamEnded():
                return RequestEnded(event.stream_id, now)
            case StreamReset():
                self._answers.pop(event.stream_id, None)
                return StreamCancelled(event.stream_id, now, int(event.error_code))
            case ConnectionTerminated():
                message = (event.additional_data or b"").decode("utf-8", "replace")
                return self._lose(now, int(event.error_code), message)
        return None

    def _request(self, event: JhRequestReceived, now: float) -> RequestReceived:
        fields = _text(event.headers)
        pseudo = {name: value for name, value in fields if name.startswith(":")}
        plain = tuple((name, value) for name, value in fields if not name.startswith(":"))
        priority = next((value for name, value in plain if name == "priority"), "")
        urgency = _URGENCY.search(priority)
        self._answers[event.stream_id] = _Answer(int(urgency[1]) if urgency else 3)
        return RequestReceived(
            event.stream_id,
            now,
            pseudo.get(":method", ""),
            pseudo.get(":scheme", ""),
            pseudo.get(":authority", ""),
            pseudo.get(":path", ""),
            plain,
            event.stream_ended is not None,
        )

    # What we answer. Nothing is sent on a stream that is over: the client may cancel at any time.

    def is_open(self, stream_id: int) -> bool:
        """The answer to this request can still be sent."""
        return stream_id in self._answers

    def send_interim(self, stream_id: int, status: int, fields: Fields = (), *, end: bool = False) -> None:
        """An interim response; unchecked. ``end`` puts END_STREAM on it, which is malformed."""
        if self.is_open(stream_id):
            if end or not 100 <= status < 200:
                self.section(stream_id, ((":status", str(status)), *fields), end=end)
            else:
                self._headers(stream_id, ((":status", str(status)), *fields), end=False)

    def send_head(self, stream_id: int, status: int, fields: Fields = (), end: bool = False) -> None:
        """The final head, once. Raises ``LocalProtocolError`` for a second one (use ``section`` to send it anyway)."""
        if self.is_open(stream_id):
            self._headers(stream_id, ((":status", str(status)), *fields), end=end)
            if end:
                self._answers.pop(stream_id, None)

    def send_body(self, stream_id: int, data: bytes, end: bool = False) -> None:
        """Queue content; ``data_to_send`` takes it as the client's windows allow."""
        answer = self._answers.get(stream_id)
        if answer is None:
            return
        if answer.end:
            raise LocalProtocolError(f"The answer on stream {stream_id} has already ended.")
        if data:
            answer.queue.append(memoryview(data))
            answer.queued += len(data)
        answer.end = end

    def send_trailers(self, stream_id: int, fields: Fields) -> None:
        """Trailers, sent after all queued content; they end the stream."""
        answer = self._answers.get(stream_id)
        if answer is not None:
            self.send_body(stream_id, b"", end=True)
            answer.trailers = fields

    def queued_bytes(self, stream_id: int) -> int:
        """Content of this answer that ``data_to_send`` has not taken yet."""
        answer = self._answers.get(stream_id)
        return 0 if answer is None else answer.queued

    def reset(self, stream_id: int, code: int = 0) -> None:
        """RST_STREAM, after the queued content that the windows allow."""
        answer = self._answers.get(stream_id)
        if answer is not None:
            answer.end = False
            while self._send_piece(stream_id, answer):
                pass
            del self._answers[stream_id]
            self._connection.reset_stream(stream_id, code)

    def goaway(self, last_stream_id: int | None = None, code: int = 0, debug: bytes = b"") -> None:
        """GOAWAY, by default naming the highest stream seen. Open streams can still be answered."""
        last = self._connection.highest_inbound_stream_id if last_stream_id is None else last_stream_id
        self.frame(frames.GOAWAY, 0, 0, last.to_bytes(4, "big") + code.to_bytes(4, "big") + debug)

    def section(self, stream_id: int, fields: Iterable[tuple[str, str]], *, end: bool = False) -> None:
        """HEADERS with exactly these fields, pseudo-fields where you put them, past every check and state.

        The encoder is the connection's own, so what follows still decodes. With ``end`` nothing more can be sent on
        the stream but through ``section``, ``frame`` and ``raw``.
        """
        block = self._connection.encoder.encode([(*pair, False) for pair in _raw(fields)])
        self.raw(frames.headers_frames(stream_id, block, end=end, size=self._connection.max_outbound_frame_size))
        if end:
            self._answers.pop(stream_id, None)

    def frame(self, kind: int, flags: int, stream_id: int, payload: bytes = b"") -> None:
        """Any frame, right or wrong."""
        self.raw(frames.frame(kind, flags, stream_id, payload))

    def raw(self, data: bytes) -> None:
        """Any bytes, after everything that can be sent before them."""
        self._collect(None)
        self._out += data

    def data_to_send(self, budget: int | None = None) -> bytes:
        """Take what can be sent now. With ``budget``, at most about that many bytes of content: call again until
        b"" comes back, and let urgent answers overtake meanwhile. Without, all that the windows allow."""
        self._collect(budget)
        data = bytes(self._out)
        self._out.clear()
        return data

    def _headers(self, stream_id: int, fields: Iterable[tuple[str, str]], *, end: bool) -> None:
        try:
            self._connection.send_headers(stream_id, _raw(fields), end_stream=end)
        except JhProtocolError as error:
            raise LocalProtocolError(f"This head cannot be sent on stream {stream_id} now: {error}") from error

    def _collect(self, budget: int | None) -> None:
        """Move control frames and scheduled content to the output."""
        taken = 0
        while self._answers and (budget is None or taken < budget):
            ready = [item for item in self._answers.items() if self._can_send(*item)]
            if not ready:
                break
            # Most urgent first; among equals, whoever's turn comes next by stream id.
            urgency = min(answer.urgency for _, answer in ready)
            equals = [stream_id for stream_id, answer in ready if answer.urgency == urgency]
            last = self._turns.get(urgency, 0)
            turn = self._turns[urgency] = next((stream_id for stream_id in equals if stream_id > last), equals[0])
            taken += self._send_piece(turn, self._answers[turn]) or 1
        self._out += self._connection.data_to_send()

    def _can_send(self, stream_id: int, answer: _Answer) -> bool:
        if answer.queue:
            return bool(self._connection.local_flow_control_window(stream_id) > 0)
        return answer.end

    def _send_piece(self, stream_id: int, answer: _Answer) -> int:
        """One frame of content, or the end; returns the bytes of content sent."""
        connection, size = self._connection, 0
        if answer.queue:
            first = answer.queue[0]
            size = min(len(first), connection.local_flow_control_window(stream_id), connection.max_outbound_frame_size)
            if size <= 0:
                return 0
            piece, rest = bytes(first[:size]), first[size:]
            if rest:
                answer.queue[0] = rest
            else:
                answer.queue.popleft()
            answer.queued -= size
            last = answer.end and not answer.queue
            connection.send_data(stream_id, piece, end_stream=last and answer.trailers is None)
        elif answer.end:
            last = True
            if answer.trailers is None:
                connection.end_stream(stream_id)
        else:
            return 0
        if last:
            if answer.trailers is not None:
                connection.send_headers(stream_id, _raw(answer.trailers), end_stream=True)
            del self._answers[stream_id]
        return size


def _setting(key: int) -> int | SettingCodes:
    try:
        return SettingCodes(key)
    except ValueError:
        return key


def _text(headers: Iterable[tuple[bytes, bytes]]) -> Fields:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _raw(fields: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """As bytes; values that are not latin-1 go out as UTF-8."""
    return [(name.encode(), _value(value)) for name, value in fields]


def _value(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")
