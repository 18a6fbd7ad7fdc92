"""PageLoad, the narrow waist: everything one load did, as frozen values.

All times are milliseconds from navigation start on one monotonic line, sizes are bytes, unknown is None and never
0 or -1. Ids are indexes: ``requests[i].id == i`` and likewise for hints, connections, interim responses.
Names are Resource Timing's where it has one. Built only by ``recorder``; saved and read by ``saved``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fetcher.discovery.candidates import Candidate
from fetcher.record.cache_status import CacheStatus, cache_status_of
from fetcher.record.in_chromium import InChromium
from fetcher.terms import (
    Credentials,
    Destination,
    Device,
    FetchPriority,
    Fields,
    HttpVersion,
    Initiator,
    Mode,
    NetPriority,
    ProfileName,
    ProxyFacts,
    TlsFacts,
)

SCHEMA_VERSION = 1
OLD_HTTP = "HTTP/1.0"


@dataclass(frozen=True, slots=True)
class InterimResponse:
    """One 1xx of the document's navigation. ``acted`` is the driving profile's decision, ``reason`` why (with its
    rule); ``raw`` is the head as on an HTTP/1.1 wire (latin-1) or None; ``offset`` its place on the connection.
    ``at`` is None only where another program recorded the load and did not say when (HAR)."""

    id: int
    request: int
    at: float | None
    status: int
    reason_phrase: str
    fields: Fields
    acted: bool
    rule: str
    reason: str
    raw: str | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """One link of a 103: raw text, what it resolves to, the driving profile's verdict and what came of it.
    ``used`` is None while unknown; ``head_start`` is how much earlier its request went than the document's own
    discovery of the same URL would have sent it (None without a consumer)."""

    id: int
    interim: int
    raw: str
    href: str
    url: str | None
    rel: str | None
    destination: Destination | None
    mode: Mode | None
    credentials: Credentials | None
    fetch_priority: FetchPriority
    acted: bool
    rule: str
    reason: str
    request: int | None = None
    connection: int | None = None
    used: bool | None = None
    used_at: float | None = None
    head_start: float | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """``discovered``: decided on; ``request_start``: bytes handed to the socket; ``first_interim_response_start`` and
    ``final_response_headers_start``: the two clocks, never merged; ``response_end``: content complete; ``failed_at``:
    when it failed or was canceled instead, so that a report can say how long it was waited for."""

    discovered: float
    request_start: float | None = None
    first_interim_response_start: float | None = None
    final_response_headers_start: float | None = None
    response_end: float | None = None
    failed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """``head`` bytes of the response head on the wire, ``transferred`` content as coded, ``decoded`` after coding."""

    head: int | None = None
    transferred: int | None = None
    decoded: int | None = None


@dataclass(frozen=True, slots=True)
class CacheUse:
    """How the browser's HTTP cache answered. ``source``: "http-cache" (fresh), "http-cache-stale" (used once more while
    it is renewed, stale-while-revalidate) or "revalidated" (a 304 confirmed it). ``status`` is the stored one, ``age``
    its age then and ``fresh_for`` what was left, seconds (below 0: how long it was over; None without a lifetime).
    ``stored_at`` is when it came (ISO 8601), ``saved`` the bytes of content that were not transferred again."""

    source: str
    status: int
    age: float
    fresh_for: float | None
    stored_at: str
    saved: int


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """``outcome`` is "complete", or the kind of what stopped it ("canceled", "connection-lost", "not-sent" ...), with
    ``error`` the sentence. ``redirect_to`` is the id of the request a 3xx led to. ``earlier`` is the id of the request
    of the same URL that could not serve (a double fetch) and ``earlier_reason`` why. ``has_text`` says whether the
    content held the text looked for, None where none was. ``cache_source`` is "http-cache" where ours
    answered and not the network (``cache`` says how, also after a 304), or what another program recorded: "memory",
    "disk", "prefetch", "push", "service-worker". Mode, credentials and priority are None only in a load
    that another program recorded. ``retries`` counts the times it was sent again (RFC 9110 9.2.2) and ``retry_reason``
    is what ended the try before; times and connection are the last try's. ``encoding`` is what a scanned document or
    sheet was read as (the Encoding standard's name) and ``encoding_source`` what settled that: bom, content-type,
    declared, inherited or default; ``transcoded``: the offsets of what it names count in its text as UTF-8.
    ``rule`` names the policy by which the outcome is "blocked" (a response kept from what asked for it: CORS, CORP, SRI
    ...), or "HSTS" of a 307 that no server sent: the browser's own way from http: to https:.
    ``held`` is why the browser did not hand it to its connections at once, ``released_at`` when it did (None: never).
    ``coalesced``: its connection was opened for another host, whose certificate covers this one (RFC 9113 9.1.1).
    ``sniffed``: what a document that does not say what it is was taken for by its first bytes ("other": nothing that is
    looked into).
    ``chunks`` are how a document came in, (ms, decoded bytes so far), 2,000 of them at most."""

    id: int
    url: str
    method: str
    destination: Destination
    mode: Mode | None
    credentials: Credentials | None
    priority: NetPriority | None
    fetch_priority: FetchPriority
    initiator: Initiator
    fields: Fields
    times: Times
    connection: int | None = None
    reused_connection: bool | None = None
    status: int | None = None
    reason_phrase: str | None = None
    version: str | None = None
    response_fields: Fields = ()
    deviations: tuple[str, ...] = ()
    trailers: Fields = ()
    sizes: Sizes = Sizes()
    outcome: str = "pending"
    error: str | None = None
    hint: int | None = None
    redirect_to: int | None = None
    earlier: int | None = None
    earlier_reason: str | None = None
    chunks: tuple[tuple[float, int], ...] = ()
    has_text: bool | None = None
    cache_source: str | None = None
    retries: int = 0
    retry_reason: str | None = None
    encoding: str | None = None
    encoding_source: str | None = None
    transcoded: bool = False
    rule: str | None = None
    cache: CacheUse | None = None
    held: str | None = None
    released_at: float | None = None
    coalesced: bool = False
    sniffed: str | None = None

    @property
    def timing_is_cache_read(self) -> bool:
        """Whether a cache answered, so that its times (all None but ``discovered`` in loads that another program
        recorded) say nothing of the network."""
        return self.cache_source is not None

    @property
    def cache_status(self) -> CacheStatus | None:
        """What the caches on the way say of this response, None where no field speaks of one."""
        return cache_status_of(self.response_fields)

    @property
    def response_start(self) -> float | None:
        """Resource Timing's responseStart since Chrome 133: the first interim response, else the final head."""
        first = self.times.first_interim_response_start
        return first if first is not None else self.times.final_response_headers_start


@dataclass(frozen=True, slots=True)
class ConnectionRecord:
    """``reason`` is what opened it: navigation, fetch or preconnect. Phase members as ``terms.ConnectionTimes``.
    ``proxy`` is what was in between, its times from navigation start too; address and TCP are then the proxy's.
    Only requests of one kind share it: ``credentialed`` or not, ``third_party`` where credentials go to another site
    than the page's, and those of one ``partition``: the top-level site, or its frames of other sites (None: unknown).
    A preconnect to another site without crossorigin is of no kind that the page's own requests are."""

    id: int
    scheme: str
    host: str
    port: int
    credentialed: bool
    reason: str
    opened_at: float
    hint: int | None = None
    protocol: HttpVersion | None = None
    address: str | None = None
    lookup_start: float | None = None
    lookup_end: float | None = None
    connect_start: float | None = None
    tcp_end: float | None = None
    tls_start: float | None = None
    connect_end: float | None = None
    closed_at: float | None = None
    tls: TlsFacts | None = None
    attempts: tuple[tuple[str, str], ...] = ()
    error: str | None = None
    requests: tuple[int, ...] = ()
    session: bool = False
    proxy: ProxyFacts | None = None
    third_party: bool = False
    partition: str | None = None

    @property
    def tcp_time(self) -> float | None:
        """SYN to SYN-ACK, milliseconds: one round trip of the path."""
        return _between(self.connect_start, self.tcp_end)

    @property
    def tls_time(self) -> float | None:
        """The handshake, milliseconds: one round trip with TLS 1.3, two with a full TLS 1.2, and the work of both."""
        return _between(self.tls_start, self.connect_end)

    @property
    def rtt(self) -> float | None:
        """The path's round trip, estimated from opening the connection: TCP's where one address was tried, else TLS's
        time by its round trips. The smaller of the two where both are known, for either can only be too long."""
        estimates = []
        if self.tcp_time is not None and len(self.attempts) <= 1:
            estimates.append(self.tcp_time)
        if self.tls_time is not None and self.tls is not None:
            full = self.tls.version in ("TLSv1.2", "TLSv1.1", "TLSv1") and not self.tls.resumed
            estimates.append(self.tls_time / (2 if full else 1))
        return round(min(estimates), 3) if estimates else None


@dataclass(frozen=True, slots=True)
class NameLookup:
    """A host that was looked up before any connection to it was opened, since the certificate of one that stood covers
    it (RFC 9113 9.1.1). ``endpoints`` are the "address port" that it goes to, ``error`` why none. ``connection`` is the
    other host's that served it, None where it got one of its own. Where ``lookup_start`` is None nothing was asked."""

    host: str
    port: int
    asked_at: float
    answered_at: float | None = None
    endpoints: tuple[str, ...] = ()
    lookup_start: float | None = None
    lookup_end: float | None = None
    error: str | None = None
    connection: int | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """One thing a document or sheet named, when, and what became of it. ``rule`` names the policy that refused it (CSP,
    mixed content ...), None where none did."""

    at: float
    source: int
    candidate: Candidate
    url: str | None
    outcome: str
    reason: str = ""
    request: int | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class PageLoad:
    """One load, whole. ``document`` is the id of the request whose response became the document (after redirects),
    None when none did. ``outcome`` is "loaded", or the kind of error, with ``error`` the sentence. ``scripts`` counts
    the script elements that were fetched or inline: none of them ran (unless a browser recorded the load), so what only
    they request is missing.
    ``only_hints``: by choice nothing that the document itself asks for was requested, so whether it would have used a
    hint is unknown. ``recorded_by`` names the program whose HAR this was read from, None for a load of our own; only
    there may ``profile`` and ``early_hints`` be None (nobody told), and ``page_timings`` hold what its browser measured
    (("onLoad", ms) ...). ``device`` is None where none was chosen. ``repeat_view``: another program says that it loaded
    the page with what an earlier view had left. ``in_chromium`` is what a NetLog shows of the same page's hints in
    Chromium: another load, set beside this one by --discoveries, None where none was."""

    url: str
    final_url: str | None
    started_at: str
    profile: ProfileName | None
    early_hints: bool | None
    outcome: str
    error: str | None
    document: int | None
    finished_at: float | None
    interim: tuple[InterimResponse, ...]
    hints: tuple[Hint, ...]
    requests: tuple[RequestRecord, ...]
    connections: tuple[ConnectionRecord, ...]
    discoveries: tuple[Discovery, ...]
    notes: tuple[str, ...] = ()
    schema: int = SCHEMA_VERSION
    navigations: tuple[int, ...] = ()
    scripts: int = 0
    only_hints: bool = False
    recorded_by: str | None = None
    page_timings: tuple[tuple[str, float], ...] = ()
    device: Device | None = None
    lookups: tuple[NameLookup, ...] = ()
    repeat_view: bool = False
    in_chromium: InChromium | None = None

    @property
    def is_measured_in_browser(self) -> bool:
        """Whether a browser loaded it for ``compare --in chromium``: the milestones are its own, the requests at most
        those that were seen to pass, and what the record does not hold may have happened all the same."""
        return self.only_hints and self.recorded_by is not None

    @property
    def is_navigation_alone(self) -> bool:
        """Whether of such a load no other request is in the record: over HTTP/1.1 they pass unread."""
        return self.is_measured_in_browser and len(self.requests) <= len(self.navigations)

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat dict per request for pandas: ``DataFrame(load.to_rows())``. Columns are listed in ``record.rows``;
        times are milliseconds, sizes bytes, unknown is None. Nothing is redacted."""
        from fetcher.record.rows import rows_of

        return rows_of(self)

    def _repr_html_(self) -> str:
        """The load as a table with a waterfall, for notebooks; secrets redacted, every text escaped."""
        from fetcher.record.html import html_of

        return html_of(self)

    def __repr__(self) -> str:
        """One line: a whole record is a hundred kilobytes, and asyncio.run renders its result twice on its way out."""
        counts = f"{len(self.requests)} requests, {len(self.hints)} hints"
        return f"<PageLoad {self.final_url or self.url} {self.outcome}: {counts}>"

    @property
    def document_request(self) -> RequestRecord | None:
        return None if self.document is None else self.requests[self.document]

    @property
    def first_interim_response_start(self) -> float | None:
        """Milliseconds to the first 1xx of the request that became the document (or of the last hop tried)."""
        request = self._last_hop
        return request.times.first_interim_response_start if request else None

    @property
    def final_response_headers_start(self) -> float | None:
        """Milliseconds to the final response's head of the same request."""
        request = self._last_hop
        return request.times.final_response_headers_start if request else None

    @property
    def rtt(self) -> float | None:
        """The path's round trip to the document's server (``ConnectionRecord.rtt``)."""
        request = self.document_request
        line = self.connections[request.connection] if request and request.connection is not None else None
        return line.rtt if line is not None else None

    def protocol_of(self, request: RequestRecord) -> str | None:
        """What ``request`` was spoken in, "h2": its connection's protocol, else what the answer says. HTTP/1.0 is
        spoken by a server alone, so that no connection is of it."""
        line = self.connections[request.connection] if request.connection is not None else None
        if request.version == OLD_HTTP or line is None or line.protocol is None:
            return request.version
        return line.protocol.value

    @property
    def _last_hop(self) -> RequestRecord | None:
        return self.requests[self.navigations[-1]] if self.navigations else None


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round(end - start, 3)
