"""What happened: the only things the browser machine and the recorder are told.

Both drivers (real network, virtual time) speak these. ``at`` is clock milliseconds on one line; ``fetch`` and
``connection`` are the ids the machine gave in its commands. Byte counts are cumulative for their fetch.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.discovery.candidates import Candidate
from fetcher.discovery.charset import CharsetSource
from fetcher.terms import ConnectionFacts, Fields


@dataclass(frozen=True, slots=True)
class NavigationStarted:
    """``wall`` is seconds since the epoch at the same instant as ``at``."""

    at: float
    wall: float
    url: str


@dataclass(frozen=True, slots=True)
class ConnectionReady:
    """``facts`` is None where a session transport hides them."""

    at: float
    connection: int
    facts: ConnectionFacts | None
    max_streams: int


@dataclass(frozen=True, slots=True)
class NameResolved:
    """``host`` was looked up: ``endpoints`` are the (address, port) that a connection to it would try, () where none
    (``error`` says why) or where a proxy would. ``start`` and ``end`` are None where nothing had to be asked."""

    at: float
    host: str
    port: int
    endpoints: tuple[tuple[str, int], ...]
    start: float | None = None
    end: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class StreamLimitChanged:
    at: float
    connection: int
    max_streams: int


@dataclass(frozen=True, slots=True)
class GoAway:
    """No new requests on it; fetches in flight that were not processed fail by their own event."""

    at: float
    connection: int
    message: str


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """It never opened, or it is gone. ``error`` is None after a clean close; ``kind`` as in ``errors``."""

    at: float
    connection: int
    kind: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class RequestSent:
    """Every byte of the request's head was handed to the socket at ``at`` (Resource Timing requestStart)."""

    at: float
    fetch: int


@dataclass(frozen=True, slots=True)
class Interim:
    at: float
    fetch: int
    status: int
    reason: str
    fields: Fields
    raw: bytes
    offset: int | None


@dataclass(frozen=True, slots=True)
class Head:
    at: float
    fetch: int
    status: int
    reason: str
    version: str
    fields: Fields
    size: int | None
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyProgress:
    """``transferred`` as on the wire, ``decoded`` after Content-Encoding."""

    at: float
    fetch: int
    transferred: int
    decoded: int


@dataclass(frozen=True, slots=True)
class Discovered:
    """A scan of ``fetch``'s content met these, in source order."""

    at: float
    fetch: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class CharsetSettled:
    """What ``fetch``'s content is read as, before anything is found in it: ``encoding`` is the Encoding standard's
    name. ``transcoded``: offsets count in the text as UTF-8."""

    at: float
    fetch: int
    encoding: str
    source: CharsetSource
    transcoded: bool = False


@dataclass(frozen=True, slots=True)
class TypeSniffed:
    """``fetch`` is a document that did not say what it is; ``essence`` is what its first bytes say ("other": nothing
    that is looked into)."""

    at: float
    fetch: int
    essence: str


@dataclass(frozen=True, slots=True)
class ScanDrained:
    """The content ended and the scan has said all it will. ``inline_scripts`` counts the inline <script>s met.
    ``is_cut``: it was not there any more when the scan was ordered, so that nothing was looked for."""

    at: float
    fetch: int
    inline_scripts: int = 0
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class IntegrityChecked:
    """The content of ``fetch`` was compared with the metadata asked about: ``found`` is its digest as an integrity
    attribute spells it. ``matches`` None: it was too large to be kept until somebody asked."""

    at: float
    fetch: int
    matches: bool | None
    found: str


@dataclass(frozen=True, slots=True)
class FetchEnded:
    """``has_text``: whether the decoded content held the text looked for; None where none was. ``kept``: the content is
    held as KeepContent asked. ``first``: the first bytes of the decoded content, None where nobody saw them."""

    at: float
    fetch: int
    transferred: int
    decoded: int
    trailers: Fields = ()
    has_text: bool | None = None
    kept: bool = False
    first: bytes | None = None


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """``processed`` False: the server certainly did not act on it, so it may be sent again. ``sent`` False: it never
    left, because the connection had ended or filled up in the same read that made the machine choose it."""

    at: float
    fetch: int
    kind: str
    error: str
    processed: bool | None = None
    sent: bool = True


@dataclass(frozen=True, slots=True)
class TimerFired:
    at: float


@dataclass(frozen=True, slots=True)
class Stopped:
    """The person or the total deadline ended the load; what was seen stays."""

    at: float
    kind: str
    error: str


Event = (
    NavigationStarted
    | ConnectionReady
    | NameResolved
    | StreamLimitChanged
    | GoAway
    | ConnectionLost
    | RequestSent
    | Interim
    | Head
    | BodyProgress
    | CharsetSettled
    | Discovered
    | ScanDrained
    | TypeSniffed
    | IntegrityChecked
    | FetchEnded
    | FetchFailed
    | TimerFired
    | Stopped
)
