"""A hand-made HTTP/2 server for scripts: frames by hyperframe, HPACK by the pure ``hpack``, neither of them ours.

``Script`` writes what the server sends; ``play`` gives it to an engine in any cut; ``told`` says what came out in short
lines that compare and read well.
"""

from __future__ import annotations

from collections.abc import Iterable

from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from fetcher.terms import Limits
from fetcher.wire.events import (
    BodyData,
    ConnectionEnded,
    GoAwayReceived,
    InterimResponse,
    RequestHead,
    ResponseEnd,
    ResponseFailed,
    ResponseHead,
    StreamLimitChanged,
    WireEvent,
)
from fetcher.wire.http2 import Http2Engine

GET = RequestHead("GET", "https", "a.example", "/")
POST = RequestHead("POST", "https", "a.example", "/form")
HEAD = RequestHead("HEAD", "https", "a.example", "/")


class Script:
    """What a server sends, SETTINGS first unless ``bare``; every method returns the script."""

    def __init__(self, *, bare: bool = False) -> None:
        self.encoder = Encoder()
        self.wire = b"" if bare else SettingsFrame(0).serialize()

    def add(self, frame: Frame, *flags: str) -> Script:
        for flag in flags:
            frame.flags.add(flag)
        self.wire += frame.serialize()
        return self

    def raw(self, data: bytes) -> Script:
        self.wire += data
        return self

    def frame(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> Script:
        """Any frame, also one that hyperframe would not build."""
        head = len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
        return self.raw(head + payload)

    def section(
        self, stream: int, fields: Iterable[tuple[str | bytes, str | bytes]], *, end: bool = False, cut: int = 0
    ) -> Script:
        """HEADERS; with ``cut``, in fragments of that many bytes."""
        block = self.encoder.encode(list(fields))
        pieces = [block[at : at + cut] for at in range(0, len(block), cut)] if cut else [block]
        for index, piece in enumerate(pieces):
            frame = ContinuationFrame(stream, piece) if index else HeadersFrame(stream, piece)
            if end and not index:
                frame.flags.add("END_STREAM")
            self.add(frame, *(["END_HEADERS"] if index == len(pieces) - 1 else []))
        return self

    def head(self, stream: int, status: int = 200, *fields: tuple[str, str], end: bool = False) -> Script:
        return self.section(stream, [(":status", str(status)), *fields], end=end)

    def data(self, stream: int, data: bytes = b"", *, end: bool = False, pad: int | None = None) -> Script:
        frame = DataFrame(stream, data, pad_length=pad or 0)
        return self.add(frame, *(["END_STREAM"] if end else []), *(["PADDED"] if pad is not None else []))

    def reset(self, stream: int, code: int) -> Script:
        return self.add(RstStreamFrame(stream, code))

    def goaway(self, last: int, code: int = 0, debug: bytes = b"") -> Script:
        return self.add(GoAwayFrame(0, last, code, debug))

    def settings(self, values: dict[int, int]) -> Script:
        return self.add(SettingsFrame(0, values))

    def ping(self, data: bytes = b"12345678") -> Script:
        return self.add(PingFrame(0, data))

    def window(self, stream: int, increment: int) -> Script:
        return self.add(WindowUpdateFrame(stream, increment))


def engine(*requests: RequestHead, limits: Limits | None = None) -> Http2Engine:
    """An engine that has sent its preface and these requests, bodies announced for POST."""
    made = Http2Engine(limits or Limits())
    for request in requests:
        made.send_request(request, end=request.method != "POST")
    made.data_to_send()
    return made


def play(target: Http2Engine, pieces: Iterable[bytes], *, eof: bool = False) -> list[WireEvent]:
    """Give the pieces to the engine, consuming content at once; then the end of the connection, if asked."""
    events: list[WireEvent] = []
    for piece in pieces:
        for event in target.receive(piece, 5.0):
            events.append(event)
            if isinstance(event, BodyData):
                target.acknowledge(event.stream_id, event.flow)
    return events + (target.receive_eof(6.0) if eof else [])


def told(events: Iterable[WireEvent]) -> list[str]:
    """One line per event: "1 103 link=<a>", "1 200", "1 data 'abc'", "1 end", "1 failed RemoteProtocolError: ..."."""
    return [_line(event) for event in events]


def _line(event: WireEvent) -> str:
    match event:
        case InterimResponse() | ResponseHead():
            final = "" if isinstance(event, InterimResponse) else " final"
            fields = "".join(f" {name}={value}" for name, value in event.fields)
            return f"{event.stream_id} {event.status}{final}{fields}" + "".join(f" ({d})" for d in event.deviations)
        case BodyData():
            return f"{event.stream_id} data {event.data.decode('latin-1')}"
        case ResponseEnd():
            return f"{event.stream_id} end" + "".join(f" {name}={value}" for name, value in event.trailers)
        case ResponseFailed():
            again = " (may be sent again)" if event.processed is False else ""
            return f"{event.stream_id} failed {type(event.error).__name__}: {event.error}{again}"
        case GoAwayReceived():
            return f"goaway {event.last_stream_id} {event.code} {event.message}"
        case StreamLimitChanged():
            return f"streams {event.max_streams}"
        case ConnectionEnded():
            return "ended" if event.error is None else f"ended {type(event.error).__name__}: {event.error}"


def sent_frames(data: bytes) -> list[Frame]:
    """What the engine sent, preface left out, parsed by hyperframe."""
    data = data.removeprefix(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    found = []
    while data:
        frame, size = Frame.parse_frame_header(memoryview(data[:9]))
        frame.parse_body(memoryview(data[9 : 9 + size]))
        found.append(frame)
        data = data[9 + size :]
    return found


def resets(data: bytes) -> list[tuple[int, int]]:
    """The (stream, code) of each RST_STREAM in it."""
    return [(frame.stream_id, frame.error_code) for frame in sent_frames(data) if isinstance(frame, RstStreamFrame)]


def goaway_code(data: bytes) -> int | None:
    """The code of the GOAWAY in it, None if there is none."""
    return next((frame.error_code for frame in sent_frames(data) if isinstance(frame, GoAwayFrame)), None)
