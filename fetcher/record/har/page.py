"""The entries of one page of somebody else's HAR, put together as a PageLoad.

Times that follow from each other are built so that no order is impossible: what a file contradicts becomes unknown and
is counted in a note. Requests whose answer came from a cache keep only the instant they were asked for
(``RequestRecord.timing_is_cache_read``): Chromium shows each hinted resource by its later cache read, so that neither
start nor duration of the hinted fetch can be had from such a file.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fetcher.errors import RecordError
from fetcher.record.har.entry import Entry
from fetcher.record.har.hints import hints_of
from fetcher.record.notes import notes_of
from fetcher.record.page_load import ConnectionRecord, PageLoad, RequestRecord, Times
from fetcher.terms import Destination, FetchPriority, Initiator, InitiatorKind, ProfileName
from fetcher.urls import resolve

ODD = {
    "negative": "have a phase of negative length; it is taken as unknown",
    "ssl": "have a TLS handshake longer than the connecting it is part of; it is taken as unknown",
    "total": "state a time that is not the sum of their phases; the phases are used",
    "early": "begin before their page does; times count from the first of them",
    "other": "are no http or https requests and were left out",
}
_DAY = 86_400_000.0
_ROUNDING = 5.0  # ms by which a page may begin after its first entry without a word: clocks are read one by one


@dataclass(frozen=True, slots=True)
class Page:
    """What a HAR says of one page; ``start`` is milliseconds since the epoch, None where there is no page object.
    ``repeat_view`` is WebPageTest's ``_cached``."""

    id: str | None
    start: float | None
    timings: tuple[tuple[str, float], ...] = ()
    repeat_view: bool = False


def load_of(page: Page, entries: list[Entry], recorded_by: str, odd: Counter[str]) -> PageLoad:
    """The load. ``odd`` counts what was already met (keys of ``ODD``). Raises ``RecordError`` for a page without
    entries, or with times that cannot be of one load."""
    if not entries:
        what = f"its page {page.id!a}" if page.id is not None else "it"
        raise RecordError(f"This HAR file cannot be used: {what} has no http request")
    odd = odd + Counter(one for entry in entries for one in entry.odd)
    entries = sorted((_webpagetest(page, entry) for entry in entries), key=_asked)
    first, last_at = min(entry.at for entry in entries), max(entry.at for entry in entries)
    start = page.start if page.start is not None else first
    if first < start - _DAY or last_at > start + _DAY:
        raise RecordError("This HAR file contradicts itself: a request lies more than a day from the start of its page")
    odd["early"] += sum(entry.at < start - _ROUNDING for entry in entries)
    start = min(start, first)

    redirects = _redirects(entries)
    navigations = _navigations(entries, redirects)
    lines, on = _connections(entries, start)
    initiators = _initiators(entries, redirects, navigations)
    requests = [
        _request(entry, number, start, initiators[number], on.get(number), redirects.get(number), navigations)
        for number, entry in enumerate(entries)
    ]
    interim, hints = hints_of([(number, entries[number]) for number in navigations], requests)
    for hint in hints:
        if hint.request is not None:
            linked = replace(requests[hint.request].initiator, hint=hint.id)
            requests[hint.request] = replace(requests[hint.request], hint=hint.id, initiator=linked)
    last = requests[navigations[-1]]
    document = last.id if last.status is not None and not 300 <= last.status < 400 else None
    ended = [at for one in requests for at in (one.times.response_end, one.times.failed_at) if at is not None]
    acted = any(one.initiator.kind is InitiatorKind.EARLY_HINT for one in requests)
    load = PageLoad(
        url=requests[navigations[0]].url,
        final_url=last.url,
        started_at=datetime.fromtimestamp(start / 1000, UTC).isoformat(timespec="milliseconds"),
        profile=_profile(recorded_by),
        early_hints=True if acted else None,
        outcome="loaded" if document is not None else "unknown" if last.error is None else "error",
        error=last.error if document is None else None,
        document=document,
        finished_at=max(ended, default=None),
        interim=interim,
        hints=hints,
        requests=tuple(requests),
        connections=lines,
        discoveries=(),
        navigations=navigations,
        scripts=sum(one.destination is Destination.SCRIPT for one in requests),
        recorded_by=recorded_by,
        page_timings=page.timings,
        repeat_view=page.repeat_view,
    )
    return replace(load, notes=(*notes_of(load), *_notes(load, odd)))


def _asked(entry: Entry) -> float:
    """When it was decided on: what chrome-har calls queued lies before the entry's start. Ties keep their order."""
    return entry.at - (entry.phases.queued or 0.0)


def _webpagetest(page: Page, entry: Entry) -> Entry:
    """WebPageTest starts an entry at the request itself; its look-up and connect lie before. Moved to where HAR has
    the start, with the gap between them as ``blocked``."""
    lead = entry.webpagetest_lead
    if lead is None or not entry.phases.opening or page.start is None:
        return entry
    opening = (entry.phases.dns or 0.0) + (entry.phases.connect or 0.0)
    return replace(entry, at=entry.at - lead, phases=replace(entry.phases, blocked=max(lead - opening, 0.0)))


def _redirects(entries: Sequence[Entry]) -> dict[int, int]:
    """Which entry each 3xx led to: the first later one of that URL which no other led to."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for number, entry in enumerate(entries):
        waiting[entry.url.href].append(number)
    found: dict[int, int] = {}
    for number, entry in enumerate(entries):
        if entry.status is None or not 300 <= entry.status < 400 or entry.location is None:
            continue
        target = resolve(entry.location, entry.url.href)
        later = waiting.get(target.href, deque()) if target is not None else deque()
        while later and later[0] <= number:
            later.popleft()
        if later:
            found[number] = later.popleft()
    return found


def _navigations(entries: Sequence[Entry], redirects: dict[int, int]) -> tuple[int, ...]:
    """The hops that led to the document: the first one asked for as a document, or else the first request."""
    hop: int | None = next((n for n, entry in enumerate(entries) if entry.destination is Destination.DOCUMENT), 0)
    before = {later: earlier for earlier, later in redirects.items()}
    while hop in before:  # a hop whose answer had no type of its own
        hop = before[hop]
    hops = []
    while hop is not None:
        hops.append(hop)
        hop = redirects.get(hop)
    return tuple(hops)


def _initiators(entries: Sequence[Entry], redirects: dict[int, int], navigations: tuple[int, ...]) -> list[Initiator]:
    led = {later: earlier for earlier, later in redirects.items()}
    latest: dict[str, int] = {}
    made = []
    for number, entry in enumerate(entries):
        parent = resolve(entry.initiator_url) if entry.initiator_url is not None else None
        source = latest.get(parent.href) if parent is not None else None
        if number in led:
            made.append(Initiator(InitiatorKind.REDIRECT, led[number]))
        elif number == navigations[0]:
            made.append(Initiator(InitiatorKind.NAVIGATION))
        elif entry.hinted:
            made.append(Initiator(InitiatorKind.EARLY_HINT, navigations[-1]))
        else:
            kind = _kind(entry.initiator_type, entries[source] if source is not None else None)
            made.append(Initiator(kind, source, line=entry.line))
        latest[entry.url.href] = number
    return made


def _kind(told: str | None, source: Entry | None) -> InitiatorKind:
    """What DevTools calls "parser" is the HTML parser's or the CSS parser's, by what was being parsed."""
    if told == "script" or (told is None and source is not None and source.destination is Destination.SCRIPT):
        return InitiatorKind.SCRIPT
    if told == "parser" or (told is None and source is not None):
        by_sheet = source is not None and source.destination is Destination.STYLE
        return InitiatorKind.CSS if by_sheet else InitiatorKind.PRELOAD_SCAN
    return InitiatorKind.UNKNOWN


def _request(
    entry: Entry,
    number: int,
    start: float,
    initiator: Initiator,
    on: tuple[int, bool, bool] | None,
    redirect_to: int | None,
    navigations: tuple[int, ...],
) -> RequestRecord:
    destination = entry.destination
    if destination is Destination.DOCUMENT and number not in navigations:
        destination = Destination.FRAME
    elif number in navigations:
        destination = Destination.DOCUMENT
    answered = entry.status is not None
    cached = entry.cache_source is not None
    return RequestRecord(
        id=number,
        url=entry.url.href,
        method=entry.method,
        destination=destination,
        mode=entry.mode,
        credentials=None,
        priority=entry.priority,
        fetch_priority=FetchPriority.AUTO,
        initiator=initiator,
        fields=entry.fields,
        times=_times(entry, start),
        connection=on[0] if on is not None else None,
        reused_connection=on[1] if on is not None else None,
        coalesced=on is not None and on[2],
        status=entry.status,
        reason_phrase=entry.reason,
        version=entry.version,
        response_fields=entry.response_fields,
        sizes=replace(entry.sizes, transferred=None) if cached else entry.sizes,
        outcome="error" if entry.error is not None else "complete" if answered else "unknown",
        error=entry.error if entry.error is not None or answered else "The file states no status for it.",
        redirect_to=redirect_to,
        cache_source=entry.cache_source,
    )


def _times(entry: Entry, start: float) -> Times:
    """On one line from the page's start; each member only where the file measured it and the network made it."""
    begin, phases = entry.at - start, entry.phases
    discovered = _ms(_asked(entry) - start)
    if entry.cache_source is not None or entry.internal:
        return Times(discovered)
    total = phases.total
    if phases.wait is None:
        end = _ms(begin + total) if total else None
        return Times(discovered, None, None, None, end if entry.error is None else None, end if entry.error else None)
    sent = begin + phases.opening
    head = sent + (phases.send or 0.0) + phases.wait
    if entry.status is None or entry.error is not None:
        never = not phases.wait and not phases.send
        failed = max(begin + (total or 0.0), head)
        known = _ms(head) if entry.status is not None else None
        return Times(discovered, None if never else _ms(sent), None, known, None, _ms(failed))
    end = head + phases.receive if phases.receive is not None else None
    return Times(discovered, _ms(sent), None, _ms(head), None if end is None else _ms(end))


def _connections(
    entries: Sequence[Entry], start: float
) -> tuple[tuple[ConnectionRecord, ...], dict[int, tuple[int, bool, bool]]]:
    """The connections the file tells of, and for each request which one carried it, whether it stood already and was
    another host's. A request that waited for a connection without a name gets one of its own; one that says nothing
    has none."""
    lines: list[ConnectionRecord] = []
    riders: list[list[int]] = []
    by_name: dict[str, int] = {}
    on: dict[int, tuple[int, bool, bool]] = {}
    for number, entry in enumerate(entries):
        if entry.cache_source is not None or entry.internal:
            continue
        opened = entry.phases.connect is not None
        line = by_name.get(entry.connection) if entry.connection is not None else None
        if line is None:
            if entry.connection is None and not opened:
                continue
            line = len(lines)
            lines.append(_connection(entry, line, start))
            riders.append([])
            if entry.connection is not None:
                by_name[entry.connection] = line
            on[number] = (line, not opened, False)
        else:
            on[number] = (line, True, lines[line].host != entry.url.host)
        riders[line].append(number)
    return tuple(replace(line, requests=tuple(riders[line.id])) for line in lines), on


def _connection(entry: Entry, number: int, start: float) -> ConnectionRecord:
    phases = entry.phases
    sent = entry.at - start + phases.opening
    made = ConnectionRecord(
        id=number,
        scheme=entry.url.scheme,
        host=entry.url.host,
        port=entry.url.port,
        credentialed=True,
        reason="fetch" if entry.destination is not Destination.DOCUMENT else "navigation",
        opened_at=_ms(entry.at - start),
        protocol=entry.protocol,
        address=entry.address,
    )
    if phases.connect is None:
        return made
    began = sent - phases.connect
    secured = sent - phases.ssl if phases.ssl is not None else None
    tcp_end = _ms(secured) if secured is not None else None if entry.url.scheme == "https" else _ms(sent)
    if entry.version == "HTTP/3":  # QUIC: one handshake for both
        tcp_end = None
    return replace(
        made,
        lookup_start=_ms(began - phases.dns) if phases.dns is not None else None,
        lookup_end=_ms(began) if phases.dns is not None else None,
        connect_start=_ms(began),
        tcp_end=tcp_end,
        tls_start=_ms(secured) if secured is not None else None,
        connect_end=_ms(sent),
    )


def _profile(recorded_by: str) -> ProfileName | None:
    """Whose decisions the file shows, where the program that wrote it is a browser or names one."""
    name = recorded_by.lower()
    if "firefox" in name:
        return ProfileName.FIREFOX
    if "webkit" in name or "safari" in name:
        return ProfileName.SAFARI
    chromium = ("chrom", "webinspector", "edge", "browsertime")
    return ProfileName.CHROMIUM if any(word in name for word in chromium) else None


def _notes(load: PageLoad, odd: Counter[str]) -> Iterable[str]:
    cached = Counter(one.cache_source for one in load.requests if one.cache_source is not None)
    hinted = sum(one.initiator.kind is InitiatorKind.EARLY_HINT and one.timing_is_cache_read for one in load.requests)
    if hinted:
        yield f"{hinted} hinted requests are shown by a later cache read: their own times are not in the HAR file."
    if hinted and not load.interim:
        yield "The 103 itself is not in the file."
    others = sum(cached.values()) - hinted
    if others:
        yield f"{others} requests were answered by a cache or a push: their times are not the network's, and left out."
    for name, text in ODD.items():
        if odd[name]:
            yield f"{odd[name]} entries of the HAR file {text}."


def _ms(at: float) -> float:
    return round(max(at, 0.0), 3)
