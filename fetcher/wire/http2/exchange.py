"""One HTTP/2 exchange: what may follow what on a stream, what is left of its windows, how far it has come.

Judges a response's sections and content (RFC 9113 8.1) and raises ``StreamFault`` for what ends this stream and no
other. Interim responses leave nothing behind but their count, so nothing in them can touch the final one (EH 1.3).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from fetcher.errors import FetcherError, LimitExceeded, RemoteProtocolError
from fetcher.terms import Fields, Limits
from fetcher.wire.engine import field_too_large
from fetcher.wire.events import InterimResponse, ResponseHead
from fetcher.wire.http2.fields import MalformedSection, Section, content_length, read_section
from fetcher.wire.http2.frames import (
    FRAME_SIZE,
    INITIAL_WINDOW_SIZE,
    LARGEST_WINDOW,
    MAX_CONCURRENT_STREAMS,
    MAX_FRAME_SIZE,
    ConnectionFault,
    ErrorCode,
)

STREAM_WINDOW = 6 * 1024 * 1024
"""Chromium's."""
ASSUMED_STREAMS = 100
"""Concurrent requests before the peer's SETTINGS say how many (Chromium's kInitialMaxConcurrentStreams)."""


class StreamFault(Exception):
    """One exchange cannot go on: ``code`` goes into our RST_STREAM, ``error`` to the caller."""

    def __init__(self, code: ErrorCode, error: FetcherError | str) -> None:
        super().__init__(str(error))
        self.code = code
        self.error = RemoteProtocolError(error) if isinstance(error, str) else error


class ReceiveWindow:
    """How many bytes the peer may still send: ``left``. Bytes handed out and not yet consumed are in neither count."""

    __slots__ = ("back", "left", "size")

    def __init__(self, size: int) -> None:
        self.size = self.left = size
        self.back = 0

    def give_back(self, size: int) -> int:
        """``size`` bytes were consumed; returns the increment to announce now, 0 until half the window is worth it."""
        self.back += size
        if self.back * 2 < self.size:
            return 0
        increment, self.back = self.back, 0
        self.left += increment
        return increment


class Exchange:
    """A stream from our HEADERS until either side ends it."""

    __slots__ = (
        "expected",
        "interim_size",
        "interims",
        "last_interim",
        "method",
        "queue",
        "queue_end",
        "received",
        "send_window",
        "status",
        "stream_id",
        "trailers",
        "window",
    )

    def __init__(self, stream_id: int, method: str, send_window: int, *, end: bool) -> None:
        self.stream_id = stream_id
        self.method = method
        self.window = ReceiveWindow(STREAM_WINDOW)
        self.send_window = send_window
        self.queue: deque[memoryview] | None = None if end else deque()  # None: our side has ended
        self.queue_end = False
        self.interims = self.interim_size = self.last_interim = 0
        self.status = 0  # of the final head, 0 before it
        self.expected: int | None = None
        self.received = 0
        self.trailers: Fields = ()

    @property
    def progress(self) -> str:
        """How far it had come, to end a sentence with."""
        if self.status:
            of = "" if self.expected is None else f" of {self.expected}"
            return f"after the {self.status} head and {self.received}{of} bytes of content"
        if self.interims > 1:
            return f"after {self.interims} interim responses, the last a {self.last_interim}, before the final response"
        return f"after the {self.last_interim}, before the final response" if self.interims else "before any response"

    def section(
        self, pairs: Sequence[Sequence[bytes]], end: bool, wire_size: int, now: float, limits: Limits
    ) -> InterimResponse | ResponseHead | None:
        """A complete field section arrived: an interim head, the final head, or trailers (None, kept here)."""
        try:
            section = read_section(pairs, trailers=bool(self.status))
            if section.largest > limits.field_bytes:
                name = max(pairs, key=lambda pair: len(pair[0]) + len(pair[1]))[0].decode("latin-1")
                raise StreamFault(ErrorCode.CANCEL, field_too_large(name, section.largest, limits))
            if self.status:
                if not end:
                    raise MalformedSection("a second head, or trailers that do not end the stream")
                self.trailers = section.fields
                return None
            if section.status < 200:
                return self._interim(section, end, now, limits)
            expected = content_length(section.fields)
        except MalformedSection as malformed:
            text = f"The server sent {malformed}, {self.progress}."
            raise StreamFault(ErrorCode.PROTOCOL_ERROR, text) from None
        self.status = section.status
        if self.method != "HEAD" and self.status != 304:
            self.expected = expected
        return ResponseHead(
            self.stream_id, now, self.status, "", section.fields, "HTTP/2", wire_size, section.deviations
        )

    def _interim(self, section: Section, end: bool, now: float, limits: Limits) -> InterimResponse:
        if section.status == 101:
            raise MalformedSection("101 Switching Protocols, which HTTP/2 does not have")
        if end:
            raise MalformedSection(f"a {section.status} that ends the stream without a final response")
        self.interims += 1
        self.interim_size += section.size
        if self.interims > limits.interim_heads:
            text = f"The server sent more than {limits.interim_heads} interim responses to one request."
            raise StreamFault(ErrorCode.ENHANCE_YOUR_CALM, LimitExceeded(text, "interim_heads"))
        if self.interim_size > limits.interim_bytes:
            text = f"The server sent more than {limits.interim_bytes} bytes of interim responses to one request."
            raise StreamFault(ErrorCode.ENHANCE_YOUR_CALM, LimitExceeded(text, "interim_bytes"))
        self.last_interim = section.status
        return InterimResponse(self.stream_id, now, section.status, "", section.fields, deviations=section.deviations)

    def content(self, size: int, flow: int, limits: Limits) -> None:
        """``size`` bytes of content arrived, ``flow`` with their padding."""
        self.window.left -= flow
        if self.window.left < 0:
            raise StreamFault(
                ErrorCode.FLOW_CONTROL_ERROR, "The server sent more content than this HTTP/2 stream's window allows."
            )
        if not self.status:
            what = "content" if size else "an empty DATA frame"
            raise StreamFault(ErrorCode.PROTOCOL_ERROR, f"The server sent {what} {self.progress}.")
        if size and self.method == "HEAD":
            raise StreamFault(ErrorCode.PROTOCOL_ERROR, "The server sent content in answer to HEAD.")
        self.received += size
        if self.expected is not None and self.received > self.expected:
            text = f"The server sent more content than the {self.expected} bytes its Content-Length announced."
            raise StreamFault(ErrorCode.PROTOCOL_ERROR, text)
        if limits.body_bytes is not None and self.received > limits.body_bytes:
            text = f"The response has more than the {limits.body_bytes} bytes of content allowed."
            raise StreamFault(ErrorCode.CANCEL, LimitExceeded(text, "body_bytes"))

    def check_complete(self) -> None:
        """The peer ended the stream: is the content all that was announced?"""
        if self.expected is not None and self.received != self.expected:
            raise StreamFault(
                ErrorCode.PROTOCOL_ERROR,
                f"The response ended after {self.received} bytes of content; its Content-Length announced "
                f"{self.expected}.",
            )

    def next_piece(self, allowed: int) -> tuple[bytes, bool] | None:
        """Up to ``allowed`` bytes of the request's content to send now and whether they are the last; None if there is
        nothing to send or no window."""
        queue = self.queue
        if queue is None:
            return None
        if not queue:
            if not self.queue_end:
                return None
            self.queue = None
            return b"", True
        size = min(len(queue[0]), allowed, self.send_window)
        if size <= 0:
            return None
        piece, rest = queue[0][:size], queue[0][size:]
        if rest:
            queue[0] = rest
        else:
            queue.popleft()
        self.send_window -= size
        last = self.queue_end and not queue
        if last:
            self.queue = None
        return bytes(piece), last


class PeerAllowance:
    """What the peer lets us send: concurrent requests, frame size, and the window of the connection and of each
    stream."""

    __slots__ = ("frame_size", "max_streams", "stream_window", "window")

    def __init__(self) -> None:
        self.max_streams = ASSUMED_STREAMS
        self.frame_size = FRAME_SIZE
        self.stream_window = self.window = 65_535

    def apply(self, settings: Iterable[tuple[int, int]], streams: Iterable[Exchange]) -> None:
        """New SETTINGS; a new initial window changes the open streams' too (RFC 9113 6.9.2)."""
        for setting, value in settings:
            if setting == MAX_CONCURRENT_STREAMS:
                self.max_streams = value
            elif setting == MAX_FRAME_SIZE:
                self.frame_size = min(value, 65_536)
            elif setting == INITIAL_WINDOW_SIZE:
                change, self.stream_window = value - self.stream_window, value
                for stream in streams:
                    stream.send_window += change
                    if stream.send_window > LARGEST_WINDOW:
                        text = "The server's SETTINGS overflow an HTTP/2 stream's window."
                        raise ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, text)

    def open(self, increment: int, stream: Exchange | None) -> None:
        """A WINDOW_UPDATE for ``stream``, or for the connection. Raises the fault of the one it concerns."""
        window = increment + (self.window if stream is None else stream.send_window)
        if increment and window <= LARGEST_WINDOW:
            if stream is None:
                self.window = window
            else:
                stream.send_window = window
            return
        code = ErrorCode.FLOW_CONTROL_ERROR if increment else ErrorCode.PROTOCOL_ERROR
        text = f"The server opened an HTTP/2 window of ours by {increment} bytes, which is not allowed."
        raise ConnectionFault(code, text) if stream is None else StreamFault(code, text)
