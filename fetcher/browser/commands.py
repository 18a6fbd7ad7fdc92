"""What to do, and what was decided: the machine's only answers.

A driver carries out the first group. The second group asks for nothing: it tells the recorder the decisions that
move no byte (a hint refused, a discovery answered by a preload), so that the record is the fold of this log alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from fetcher.browser.storage.http_cache import Entry, Served
from fetcher.discovery.candidates import Candidate
from fetcher.terms import Credentials, Destination, FetchPriority, Mode, ProfileName, Request


@dataclass(frozen=True, slots=True)
class ConnectionKey:
    """Which pool a connection belongs to (``connections.keys``): with credentials or without (EH 11.1), ``third_party``
    where they go to another site than the page's, and the ``partition`` of the top-level site. ``session``: served by a
    session transport, which has connections of its own that nobody sees."""

    scheme: str
    host: str
    port: int
    credentialed: bool = True
    session: bool = False
    third_party: bool = False
    partition: str = ""


class ScanKind(StrEnum):
    HTML = "html"
    XHTML = "xhtml"
    CSS = "css"
    MODULE = "module"
    UNKNOWN = "unknown"
    """A document that does not say what it is: by its first bytes HTML, XHTML or nothing to be scanned."""


@dataclass(frozen=True, slots=True)
class OpenConnection:
    """Open ``connection`` for ``key``; answered by ConnectionReady or ConnectionLost. ``reason`` is navigation,
    fetch or preconnect, ``hint`` the preconnect hint behind it."""

    connection: int
    key: ConnectionKey
    reason: str
    hint: int | None = None


@dataclass(frozen=True, slots=True)
class ResolveName:
    """Look ``host`` up and open nothing yet; answered by NameResolved. Asked only where a standing connection could
    serve it by its certificate (``connections.coalescing``)."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class QueueFetch:
    """A request was decided on and waits for a connection; undressed until StartFetch. Nothing to carry out."""

    fetch: int
    request: Request
    hint: int | None = None


@dataclass(frozen=True, slots=True)
class HoldFetch:
    """``fetch`` is not handed to the connections yet, and why; said again when another reason takes over. Nothing to
    carry out, as for ReleaseFetch."""

    fetch: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReleaseFetch:
    """Nothing holds ``fetch`` any more but the want of a connection."""

    fetch: int


@dataclass(frozen=True, slots=True)
class StartFetch:
    """Send ``request`` on ``connection`` now; every StartFetch of one answer leaves in one write per connection.
    ``coalesced``: that connection is another host's."""

    fetch: int
    request: Request
    connection: int
    coalesced: bool = False


@dataclass(frozen=True, slots=True)
class CancelFetch:
    fetch: int
    reason: str


@dataclass(frozen=True, slots=True)
class CloseConnection:
    connection: int
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """Scan ``fetch``'s content as it arrives (and what has arrived already); without it content is dropped. ``charset``
    is Content-Type's label, ``inherited`` the encoding of what uses it (a sheet) or frames it. Without ``scripting``
    what stands in <noscript> counts; ``digest_styles``: what a <style> names carries the digests of its text.
    ``text``: scan this, of a document that stands in another; ``fetch`` is a number below 0 then."""

    fetch: int
    kind: ScanKind
    charset: str | None = None
    inherited: str | None = None
    scripting: bool = True
    digest_styles: bool = False
    text: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CheckIntegrity:
    """Compare ``fetch``'s decoded content with ``metadata`` (an integrity attribute) once it is all there; answered by
    IntegrityChecked. Content that has arrived is looked at too, as far as it was kept."""

    fetch: int
    metadata: str


@dataclass(frozen=True, slots=True)
class BlockFetch:
    """The response of ``fetch`` is kept from what asked for it, by ``rule``. Nothing to carry out: where its transfer
    ends with this, a CancelFetch says so."""

    fetch: int
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class RedirectInside:
    """``fetch`` was never sent: the browser itself answered it with a redirect to ``location`` (``cause``: "HSTS"), as
    a 307 that no server sent. Nothing to carry out."""

    fetch: int
    location: str
    cause: str


@dataclass(frozen=True, slots=True)
class KeepContent:
    """Hold the content of ``fetch`` as it came, ``most`` bytes of it at most, for ServeStored and for the state that
    the load leaves; FetchEnded says whether that could be done."""

    fetch: int
    most: int


@dataclass(frozen=True, slots=True)
class ServeStored:
    """Answer ``fetch`` out of the HTTP cache: its head, content and end happen as if they came, at once. Where a 304
    has just confirmed the entry (``served`` says so) only the content does. ``age`` and ``fresh_for`` are seconds, the
    latter what was left, None without a lifetime."""

    fetch: int
    entry: Entry
    served: Served
    age: float
    fresh_for: float | None

    @property
    def is_confirmed(self) -> bool:
        """The network said that it still holds."""
        return self.served is Served.REVALIDATED


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Fire TimerFired at ``at`` (clock ms); replaces the timer before it."""

    at: float


@dataclass(frozen=True, slots=True)
class Finish:
    """The load is over. ``kind`` and ``error`` are None when the document loaded."""

    kind: str | None = None
    error: str | None = None


class HintOutcome(StrEnum):
    ACTED = "acted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class HintJudged:
    """One link of an interim response (``interim`` counts from 0 over the navigation), what the driving profile does
    with it, and by which rule. ``fetch`` is the request it started or joined; ``url`` is None if unresolvable."""

    hint: int
    interim: int
    raw: str
    href: str
    url: str | None
    rel: str | None
    destination: Destination | None
    mode: Mode | None
    credentials: Credentials | None
    fetch_priority: FetchPriority
    profile: ProfileName
    outcome: HintOutcome
    rule: str
    reason: str
    fetch: int | None = None


@dataclass(frozen=True, slots=True)
class InterimJudged:
    """Whether the driving profile acts on interim response number ``interim`` of the navigation, and why not."""

    interim: int
    acted: bool
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class DropFetch:
    """``fetch`` will never be sent: its connection could not be had. ``kind`` as in ``errors``."""

    fetch: int
    kind: str
    error: str


class DiscoveryOutcome(StrEnum):
    FETCHED = "fetched"
    FROM_CACHE = "from-cache"
    JOINED = "joined"
    CLAIMED_PRELOAD = "claimed-preload"
    FETCHED_AGAIN = "fetched-again"
    REFUSED = "refused"
    NO_REQUEST = "no-request"


@dataclass(frozen=True, slots=True)
class DiscoveryResolved:
    """What became of ``candidate``, found while scanning ``source``: the request it made or joined, or why none.
    For FETCHED_AGAIN ``reason`` names why the earlier copy (``earlier``) could not serve (EH 9.5). ``found_at`` is
    when the scan met it, which may be before this decision (a consumer waits for an in-flight hint's head)."""

    source: int
    candidate: Candidate
    found_at: float
    url: str | None
    outcome: DiscoveryOutcome
    reason: str = ""
    fetch: int | None = None
    earlier: int | None = None
    rule: str = ""


Command = (
    OpenConnection
    | ResolveName
    | QueueFetch
    | HoldFetch
    | ReleaseFetch
    | StartFetch
    | CancelFetch
    | CloseConnection
    | Scan
    | CheckIntegrity
    | BlockFetch
    | RedirectInside
    | KeepContent
    | ServeStored
    | SetTimer
    | Finish
    | DropFetch
    | HintJudged
    | InterimJudged
    | DiscoveryResolved
)
