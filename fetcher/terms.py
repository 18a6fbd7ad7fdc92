"""The Fetch standard's words, and the values that many rooms share.

Times are milliseconds (``clock.now()`` while running, from navigation start in records), sizes are bytes,
unknown is None. Any room may import this file; it imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

REDACTED = "[redacted]"
"""What stands where a secret was: in records, and in what a browser was seen to request."""

Fields = tuple[tuple[str, str], ...]
"""A field section: (lower-case name, value) in wire order, duplicates kept, values isomorphic-decoded (latin-1)."""


def field_values(fields: Fields, name: str) -> Iterator[str]:
    """Every value of ``name`` (lower case), in order."""
    return (value for key, value in fields if key == name)


def field_value(fields: Fields, name: str) -> str | None:
    """The values of ``name`` (lower case) joined with ", " as Fetch's "get" does, or None."""
    values = [value for key, value in fields if key == name]
    return ", ".join(values) if values else None


class HttpVersion(StrEnum):
    """Named by ALPN identifier."""

    HTTP_1_1 = "http/1.1"
    HTTP_2 = "h2"
    HTTP_3 = "h3"


class ProfileName(StrEnum):
    """Whose decisions are made; ``eager`` is chromium that also acts on hints over HTTP/1.1."""

    CHROMIUM = "chromium"
    FIREFOX = "firefox"
    SAFARI = "safari"
    STANDARD = "standard"
    EAGER = "eager"


class Destination(StrEnum):
    """Fetch's request destination; EMPTY is Sec-Fetch-Dest's spelling of the empty string. FRAME is that of an
    <iframe>, FRAMESET_FRAME that of a <frame>."""

    DOCUMENT = "document"
    FRAME = "iframe"
    FRAMESET_FRAME = "frame"
    STYLE = "style"
    SCRIPT = "script"
    IMAGE = "image"
    FONT = "font"
    EMPTY = "empty"
    TRACK = "track"
    VIDEO = "video"
    AUDIO = "audio"
    MANIFEST = "manifest"
    OBJECT = "object"
    EMBED = "embed"
    WORKER = "worker"
    JSON = "json"
    TEXT = "text"


class Mode(StrEnum):
    NAVIGATE = "navigate"
    CORS = "cors"
    NO_CORS = "no-cors"
    SAME_ORIGIN = "same-origin"


class Credentials(StrEnum):
    OMIT = "omit"
    SAME_ORIGIN = "same-origin"
    INCLUDE = "include"


class FetchPriority(StrEnum):
    HIGH = "high"
    LOW = "low"
    AUTO = "auto"


class NetPriority(IntEnum):
    """Chromium's net::RequestPriority; RFC 9218 urgency is 5 minus it (EH 5.5)."""

    THROTTLED = 0
    IDLE = 1
    LOWEST = 2
    LOW = 3
    MEDIUM = 4
    HIGHEST = 5

    @property
    def urgency(self) -> int:
        return 5 - self.value


class InitiatorKind(StrEnum):
    """What made a request happen."""

    NAVIGATION = "navigation"
    REDIRECT = "redirect"
    EARLY_HINT = "early-hint"
    LINK_HEADER = "link-header"
    PRELOAD_SCAN = "preload-scan"
    CSS = "css"
    MODULE_GRAPH = "module-graph"
    SCRIPT = "script"
    PRECONNECT = "preconnect"
    UNKNOWN = "unknown"
    """In loads that another program recorded and did not say; in ours what a browser was seen to ask for by a file that
    does not say why (a NetLog)."""


@dataclass(frozen=True, slots=True)
class Initiator:
    """Why a request exists: ``request`` is the id of the document, sheet or redirecting request that named it,
    ``hint`` the id of the hint that did; element, line (from 1) and byte offset (from 0) place it in decoded text."""

    kind: InitiatorKind
    request: int | None = None
    hint: int | None = None
    element: str | None = None
    line: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One dressed HTTP request, ready to be sent: ``fields`` are all of its header fields in order."""

    url: str
    method: str
    destination: Destination
    mode: Mode
    credentials: Credentials
    priority: NetPriority
    fetch_priority: FetchPriority
    initiator: Initiator
    fields: Fields


@dataclass(frozen=True, slots=True)
class Device:
    """What a page is loaded for: the viewport's ``width`` and ``height`` in CSS pixels, ``dpr`` device pixels each."""

    name: str
    mobile: bool
    width: int
    height: int
    dpr: float


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What the handshake settled. ``names`` are the certificate's DNS and IP names; ``not_after`` is its text."""

    version: str
    cipher: str
    alpn: str | None
    verified: bool
    names: tuple[str, ...] = ()
    issuer: str | None = None
    not_after: str | None = None
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionTimes:
    """Milliseconds on the clock line; Resource Timing's phases. TLS members are None on cleartext,
    look-up members are None when an override or an IP literal made a look-up needless."""

    lookup_start: float | None
    lookup_end: float | None
    connect_start: float
    tls_start: float | None
    connect_end: float
    tcp_end: float


@dataclass(frozen=True, slots=True)
class ProxyInterim:
    """A 1xx with which a proxy answered CONNECT: its own, never the origin's."""

    at: float
    status: int
    reason: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class ProxyFacts:
    """The proxy in between; ``url`` without credentials. ``tunnel``: the origin is spoken to through CONNECT, sent at
    ``request_start`` and answered at ``response_start`` (clock ms); else the proxy forwards each request, and its
    interim responses cannot be told from the origin's. ``tls`` is what was settled with an https proxy itself, from
    ``tls_start`` to ``tls_end``. ``Limits.interim_heads`` bounds ``interim``."""

    url: str
    tunnel: bool
    tls_start: float | None = None
    tls_end: float | None = None
    request_start: float | None = None
    response_start: float | None = None
    status: int | None = None
    reason: str = ""
    fields: Fields = ()
    interim: tuple[ProxyInterim, ...] = ()
    tls: TlsFacts | None = None


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """A connection that stands: who answered, how long each phase took, what TLS and ALPN settled.
    ``attempts`` lists every address tried in order with "connected" or why not (RFC 8305). Through a ``proxy`` the
    look-up, address, port, attempts and TCP times are those of the proxy, TLS and protocol those of the origin."""

    protocol: HttpVersion
    address: str
    port: int
    times: ConnectionTimes
    tls: TlsFacts | None
    attempts: tuple[tuple[str, str], ...] = ()
    proxy: ProxyFacts | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a hostile server can grow, and where it stops. Reaching one is a clear outcome (``LimitExceeded``
    or ``DeadlineExceeded``), never a hang. Bytes and milliseconds; None is no limit. ``connections`` is how many may
    stand at a time (further ones wait), ``discoveries`` how many things a page may name."""

    interim_heads: int = 100
    interim_bytes: int = 1_048_576
    head_bytes: int = 262_144
    field_bytes: int = 131_072
    body_bytes: int | None = None
    decoded_bytes: int | None = 1_073_741_824
    redirects: int = 20
    requests: int = 5_000
    connections: int = 256
    discoveries: int = 20_000
    lookup_ms: float = 10_000
    connect_ms: float = 30_000
    tls_ms: float = 20_000
    response_ms: float = 30_000
    idle_ms: float = 30_000
    total_ms: float = 120_000
