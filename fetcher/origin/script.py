"""What an origin is told to send: steps, answers, sites. Values only; nothing here touches a socket.

An answer is a tuple of steps, carried out in order for one request over whichever protocol it came by:

    (Wait(20), Interim(103, links("</a.css>; rel=preload; as=style")), Wait(280), Head(200, HTML), Body(b"<p>"))

Field names and values go on the wire as they stand, right or wrong. Only framing is added, and only over HTTP/1.1
where a ``Head`` has none (``http1.framing``). Times are milliseconds, sizes bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count

from fetcher.terms import Fields, field_value

HTML: Fields = (("content-type", "text/html; charset=utf-8"),)
TEXT: Fields = (("content-type", "text/plain; charset=utf-8"),)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is sent for ``ms``; 0 costs nothing."""

    ms: float


@dataclass(frozen=True, slots=True)
class Interim:
    """An interim response (RFC 9110 15.2); leaves at once, in a write of its own."""

    status: int = 103
    fields: Fields = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The final response's head. With a ``Body`` next it leaves in one write with that body's first piece."""

    status: int = 200
    fields: Fields = ()


@dataclass(frozen=True, slots=True)
class Body:
    """Content: bytes, or a number for that many bytes of filler. ``chunk`` cuts it into pieces of that size, each one
    write, ``every_ms`` apart. Left out where HTTP has no content: HEAD, 204, 304."""

    data: bytes | int
    chunk: int | None = None
    every_ms: float = 0

    @property
    def size(self) -> int:
        return self.data if isinstance(self.data, int) else len(self.data)

    def pieces(self) -> Iterator[bytes]:
        data = filler(self.data) if isinstance(self.data, int) else self.data
        step = self.chunk or len(data) or 1
        return (data[start : start + step] for start in range(0, max(len(data), 1), step))


@dataclass(frozen=True, slots=True)
class Trailers:
    """Trailer fields; they end the response. HTTP/1.1 content is then chunked."""

    fields: Fields = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they stand: anything at all on HTTP/1.1, raw bytes between frames on HTTP/2."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection once what was written has left. Ends the answer."""


@dataclass(frozen=True, slots=True)
class Reset:
    """RST_STREAM with ``code`` on HTTP/2 (2 is INTERNAL_ERROR), a TCP reset on HTTP/1.1. Ends the answer."""

    code: int = 2


@dataclass(frozen=True, slots=True)
class GoAway:
    """GOAWAY on HTTP/2; the answer goes on. ``processed`` False leaves this request's own stream above the last
    processed one. On HTTP/1.1 it means: close the connection after this answer."""

    code: int = 0
    processed: bool = True


@dataclass(frozen=True, slots=True)
class Silence:
    """Never anything more, until the client goes."""


@dataclass(frozen=True, slots=True)
class AwaitContent:
    """Wait until the request's content has arrived. Only a request with ``Expect: 100-continue`` is answered before
    its content is in; for any other this step is over at once."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """``steps`` again and again, ``times`` or (None) until the client goes."""

    steps: tuple[Step, ...]
    times: int | None = None


Step = Wait | Interim | Head | Body | Trailers | Raw | Close | Reset | GoAway | Silence | AwaitContent | Repeat
Answer = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """A request as it reached the origin, for an answer that depends on it. ``at`` is when its head was complete
    (clock milliseconds); ``content`` is b"" when the answer is chosen before the content came (Expect)."""

    at: float
    connection: int
    stream: int
    protocol: str
    method: str
    scheme: str
    authority: str
    target: str
    fields: Fields = ()
    content: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def host(self) -> str:
        """The authority without its port, lower case, IPv6 brackets kept."""
        name, colon, port = self.authority.rpartition(":")
        return (name if colon and port.isdecimal() else self.authority).lower()

    def field(self, name: str) -> str | None:
        return field_value(self.fields, name)


Route = Answer | Callable[[RequestSeen], Answer]


def text(status: int, message: str) -> Answer:
    """A short plain-text answer."""
    return (Head(status, TEXT), Body(message.encode()))


def not_found(request: RequestSeen) -> Answer:
    return text(404, f"nothing is scripted for {request.target}\n")


@dataclass(frozen=True, slots=True)
class Site:
    """Which answer a request gets: by the whole target, else by its path, in ``hosts``' own table for the request's
    host name if there is one, else in ``routes``; ``default`` for everything else."""

    routes: Mapping[str, Route]
    hosts: Mapping[str, Mapping[str, Route]] = field(default_factory=dict)
    default: Route = not_found

    def answer(self, request: RequestSeen) -> Answer:
        routes = self.hosts.get(request.host, self.routes)
        route = routes.get(request.target) or routes.get(request.path) or self.default
        return route if isinstance(route, tuple) else route(request)


def links(*values: str) -> Fields:
    """One Link field per value: ``links("</a.css>; rel=preload; as=style")``."""
    return tuple(("link", value) for value in values)


def page(
    html: str | bytes,
    *,
    hints: Fields | list[str] | tuple[str, ...] = (),
    think_ms: float = 0,
    interim_delay_ms: float = 0,
    status: int = 200,
    fields: Fields = (),
) -> Answer:
    """A document whose final head leaves ``think_ms`` after the request. With ``hints`` (Link values, or whole fields)
    a 103 leaves ``interim_delay_ms`` after the request."""
    content = html.encode() if isinstance(html, str) else html
    final = (Head(status, HTML + fields), Body(content))
    if not hints:
        return (Wait(think_ms), *final)
    interim = tuple(("link", each) if isinstance(each, str) else each for each in hints)
    return (Wait(interim_delay_ms), Interim(103, interim), Wait(max(0.0, think_ms - interim_delay_ms)), *final)


def asset(
    data: bytes | int,
    content_type: str,
    *,
    delay_ms: float = 0,
    cache: str | None = "max-age=600",
    fields: Fields = (),
) -> Answer:
    """A subresource with its type and Cache-Control, ``delay_ms`` after the request."""
    head: Fields = (("content-type", content_type),)
    if cache is not None:
        head += (("cache-control", cache),)
    return (Wait(delay_ms), Head(200, head + fields), Body(data))


def walk(answer: Answer) -> Iterator[tuple[Step, Step | None]]:
    """Each step and the one after it (None after the last), repeats unrolled as they are asked for."""
    before: deque[Step] = deque(maxlen=1)
    for step in _unrolled(answer):
        if before:
            yield before[0], step
        before.append(step)
    if before:
        yield before[0], None


def _unrolled(answer: Answer) -> Iterator[Step]:
    for step in answer:
        if isinstance(step, Repeat):
            rounds = count() if step.times is None else range(step.times)
            for _ in rounds if step.steps else ():
                yield from _unrolled(step.steps)
        else:
            yield step


@lru_cache(maxsize=16)
def filler(size: int) -> bytes:
    """``size`` bytes of readable filler, the same every time."""
    line = b"All work and no play makes a fine placeholder. "
    return (line * (size // len(line) + 1))[:size]
