"""What became of each request of a NetLog: its events folded into one value, with what connections were opened ahead.

A URL_REQUEST is one request of Chromium's network service with its redirects; a consumer of something that the HTTP
cache has is one, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fetcher.errors import RecordError
from fetcher.fields.link import parse
from fetcher.record.observed.netlog.events import KIND, Event
from fetcher.record.observed.netlog.words import ASKERS, Asker, field_lines, status_of
from fetcher.terms import Destination, Mode
from fetcher.urls import resolve

MOST = 100_000
"""Requests of one log; no load comes near, and a day of browsing hardly."""
MOST_TEXT = 64 * 1024 * 1024
"""Characters of URLs and links that are kept of one log."""
SETTLED_MS = 5_000.0
"""In which a preconnect finds out whether it needs a connection: a name is looked up."""
MOST_HEADS = 100
"""103s kept of one request, as many as a load of ours reads."""

Kept = TypeVar("Kept")

_SENT = (
    "HTTP_TRANSACTION_SEND_REQUEST_HEADERS",
    "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS",
    "HTTP_TRANSACTION_QUIC_SEND_REQUEST_HEADERS",
)
_OVER = (
    "HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION",
    "HTTP2_SESSION_POOL_IMPORTED_SESSION_FROM_SOCKET",
    "SOCKET_POOL_BOUND_TO_SOCKET",
)
WANTED = frozenset(
    (
        *_SENT,
        *_OVER,
        "REQUEST_ALIVE",
        "URL_REQUEST_START_JOB",
        "HTTP_TRANSACTION_READ_EARLY_HINTS_RESPONSE_HEADERS",
        "HTTP_TRANSACTION_READ_RESPONSE_HEADERS",
        "HTTP_CACHE_READ_INFO",
        "HTTP_STREAM_REQUEST_BOUND_TO_JOB",
        "HTTP_STREAM_REQUEST_BOUND_TO_QUIC_SESSION",
        "HTTP_STREAM_JOB_CONTROLLER",
        "HTTP2_SESSION_INITIALIZED",
        "TCP_CONNECT",
        "QUIC_SESSION",
        "QUIC_SESSION_POOL_MATCHING_IP_SESSION_FOUND",
    )
)


@dataclass(slots=True, eq=False)
class Hop:
    """One URL of a request: what was asked for, and what was read of it."""

    url: str
    at: float
    sent_at: float | None = None
    head_at: float | None = None
    status: int | None = None
    read_cache: bool = False
    early: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Source:
    """One request; ``hops`` has an entry more for each redirect. ``site`` is the top-level site it was made for,
    ``own`` whether by a document of that site, ``referrer`` the URL that its Referer names."""

    at: float
    hops: list[Hop]
    number: int | None
    priority: str | None
    method: str = "GET"
    type: str = ""
    initiator: str | None = None
    site: str | None = None
    own: bool = True
    destination: Destination | None = None
    mode: Mode | None = None
    referrer: str | None = None
    connection: int | None = None
    ended_at: float | None = None
    error: str | None = None
    started: bool = False

    @property
    def asker(self) -> Asker:
        if self.type in (Asker.MAIN, Asker.FRAME):
            return Asker(self.type)
        known = ASKERS.get(self.number) if self.number is not None else None
        if known is not None:
            return known
        return Asker.UNKNOWN if self.initiator is not None and self.site is not None else Asker.BROWSER

    @property
    def last(self) -> Hop:
        return self.hops[-1]


class Sources:
    """Every request of a log (``all``, in the order they were made), and the ``preconnects`` (origin, time)."""

    def __init__(self, errors: Mapping[int, str]) -> None:
        self._errors = errors
        self._open: dict[int, Source] = {}
        self._jobs: dict[int, Source] = {}
        self._lines: dict[int, int] = {}
        self._sockets: dict[int, float] = {}
        self._sessions: dict[int, int] = {}
        self._text = 0
        self.all: list[Source] = []
        self.preconnects: list[tuple[str, float]] = []

    def take(self, event: Event) -> None:
        if event.kind == "HTTP_STREAM_JOB":
            self._over(event)
        elif event.type == "HTTP_STREAM_JOB_CONTROLLER":
            self._preconnect(event)
        elif event.type in ("TCP_CONNECT", "QUIC_SESSION") and event.begins:
            _keep(self._sockets, event.source, event.at)
        elif event.type == "QUIC_SESSION_POOL_MATCHING_IP_SESSION_FOUND":
            self._needless(event)
        elif event.type == "HTTP2_SESSION_INITIALIZED" and (socket := _depends(event.params)) is not None:
            _keep(self._sessions, event.source, socket)
        elif event.kind != "URL_REQUEST":
            return
        elif event.type == "REQUEST_ALIVE" and event.begins:
            self._alive(event)
        elif (source := self._open.get(event.source)) is not None:
            self._happened(source, event)

    def _alive(self, event: Event) -> None:
        url = self._url(event.params.get("url"))
        if url is None:
            self._open.pop(event.source, None)  # data:, blob: and the like
            return
        number = event.params.get("traffic_annotation")
        priority = (_word(event.params.get("priority")) or "")[:32] or None
        made = Source(event.at, [Hop(url, event.at)], number if type(number) is int else None, priority)
        self.all.append(made)
        self._open[event.source] = made
        if len(self.all) > MOST:
            raise RecordError(f"this {KIND} has more than {MOST:,} requests; give one of a page or a few")

    def _happened(self, source: Source, event: Event) -> None:
        hop, params = source.last, event.params
        match event.type:
            case "REQUEST_ALIVE":
                source.ended_at = event.at
                source.error = self._error(params.get("net_error"))
                del self._open[event.source]
            case "URL_REQUEST_START_JOB" if event.begins:
                self._started(source, event)
            case "URL_REQUEST_START_JOB":
                source.error = self._error(params.get("net_error"))
            case "HTTP_CACHE_READ_INFO":
                hop.read_cache = True
            case "HTTP_TRANSACTION_READ_EARLY_HINTS_RESPONSE_HEADERS":
                if len(hop.early) < MOST_HEADS:
                    links = tuple(one.raw for one in parse(field_lines(params.get("headers"), "link")).links)
                    hop.early.append((event.at, tuple(map(self._kept, links))))
            case "HTTP_TRANSACTION_READ_RESPONSE_HEADERS":
                hop.head_at, hop.status = event.at, status_of(params.get("headers"))
            case "HTTP_STREAM_REQUEST_BOUND_TO_JOB":
                job = _depends(params)
                if job is not None:
                    source.connection = self._lines.get(job, source.connection)
                    _keep(self._jobs, job, source)  # a job is of one request
            case "HTTP_STREAM_REQUEST_BOUND_TO_QUIC_SESSION":
                source.connection = _depends(params)  # over HTTP/3 the session itself, which no job names
            case name if name in _SENT:
                hop.sent_at = event.at if hop.sent_at is None else hop.sent_at
                self._dressed(source, params)
            case _:
                pass

    def _started(self, source: Source, event: Event) -> None:
        """A job for a URL: the request's first, or that of a redirect."""
        params = event.params
        url = self._url(params.get("url"))
        if url is not None and url != source.last.url and len(source.hops) <= MOST_HEADS:
            source.hops.append(Hop(url, event.at))
        if source.started:
            return
        source.started = True
        source.method = (_word(params.get("method")) or "GET")[:32]
        source.type = (_word(params.get("request_type")) or "")[:32]
        source.initiator = self._origin(params.get("initiator"))
        top, _, frame = (_word(params.get("network_isolation_key")) or "").partition(" ")
        source.site, source.own = self._origin(top), frame in ("", top)

    def _dressed(self, source: Source, params: Mapping[str, Any]) -> None:
        """What the request's own fields say it is for."""
        said = params.get("headers")
        for word in field_lines(said, "sec-fetch-dest"):
            if word in set(Destination):
                source.destination = Destination(word)
        for word in field_lines(said, "referer")[:1]:
            source.referrer = self._url(word) or source.referrer
        for word in field_lines(said, "sec-fetch-mode"):
            if word in set(Mode):
                source.mode = Mode(word)

    def _over(self, event: Event) -> None:
        """Which session or socket a job found, before its request is bound to it or after."""
        if event.type not in _OVER or (line := _depends(event.params)) is None:
            return
        _keep(self._lines, event.source, line)
        if (source := self._jobs.get(event.source)) is not None:
            source.connection = line

    def begun(self, source: Source) -> float | None:
        """When the connection that carried it was begun; None where nothing did or the log does not tell."""
        line = source.connection
        return None if line is None else self._sockets.get(self._sessions.get(line, line))

    def _preconnect(self, event: Event) -> None:
        if event.begins and event.params.get("is_preconnect") is True and len(self.preconnects) < MOST:
            url = resolve(event.params["url"]) if isinstance(event.params.get("url"), str) else None
            if url is not None:
                self.preconnects.append((self._kept(url.origin), event.at))

    def _needless(self, event: Event) -> None:
        """The last preconnect to a place needed no connection over HTTP/3: the certificate of a session that stands, to
        the same address, covers it."""
        url = resolve(event.params["destination"]) if isinstance(event.params.get("destination"), str) else None
        at = len(self.preconnects) - 1
        while url is not None and at >= 0 and event.at - self.preconnects[at][1] <= SETTLED_MS:
            if self.preconnects[at][0] == url.origin:
                del self.preconnects[at]
                return
            at -= 1

    def _url(self, value: object) -> str | None:
        url = resolve(value) if isinstance(value, str) else None
        return self._kept(url.href.partition("#")[0]) if url is not None and url.is_http else None

    def _origin(self, value: object) -> str | None:
        """None for what is opaque: "not an origin", "null"."""
        is_one = isinstance(value, str) and value.startswith(("http://", "https://"))
        return self._kept(str(value)[:2048]) if is_one else None

    def _kept(self, text: str) -> str:
        self._text += len(text)
        if self._text > MOST_TEXT:
            raise RecordError(f"this {KIND} names URLs of more than {MOST_TEXT >> 20} MB; give one of a page or a few")
        return text

    def _error(self, number: object) -> str | None:
        if type(number) is not int or number >= 0:
            return None
        return self._errors.get(number, f"error {number}")


def _word(value: object) -> str | None:
    return value[:2048] if isinstance(value, str) else None


def _depends(params: Mapping[str, Any]) -> int | None:
    found = params.get("source_dependency")
    number = found.get("id") if isinstance(found, dict) else None
    return number if type(number) is int else None


def _keep(numbers: dict[int, Kept], key: int, value: Kept) -> None:
    """A table of a log is no longer than its requests may be."""
    if len(numbers) >= MOST:
        numbers.clear()
    numbers[key] = value
