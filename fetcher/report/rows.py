"""Which rows a waterfall has, and what stands in each, before any layout.

One row per request, in the order they were decided on; a connection that no request opened (a preconnect hint, or one
never used) has a row of its own. Above ``MOST`` rows the unremarkable ones are gathered by origin and type: what was
hinted, failed, fetched twice or navigated always stands alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fetcher.record.page_load import ConnectionRecord, InterimResponse, PageLoad, RequestRecord
from fetcher.report.bars import Phase, Span, end_of, setup, spans
from fetcher.report.escape import shorten
from fetcher.report.lines import Segment, Style, place, size, split
from fetcher.terms import Destination, InitiatorKind

MOST = 40
_GROUPS = 10

FOUND: dict[InitiatorKind, str] = {
    InitiatorKind.NAVIGATION: "nav",
    InitiatorKind.REDIRECT: "redir",
    InitiatorKind.EARLY_HINT: "103",
    InitiatorKind.LINK_HEADER: "link",
    InitiatorKind.PRELOAD_SCAN: "html",
    InitiatorKind.CSS: "css",
    InitiatorKind.MODULE_GRAPH: "module",
    InitiatorKind.SCRIPT: "script",
    InitiatorKind.PRECONNECT: "link",
    InitiatorKind.UNKNOWN: "?",
}

OBSERVED = "observed"
"""Where a browser was seen to ask (--discoveries); the record's own words for it end so: "script (observed)"."""

THINGS: dict[Destination, str] = {
    Destination.STYLE: "styles",
    Destination.SCRIPT: "scripts",
    Destination.IMAGE: "images",
    Destination.FONT: "fonts",
    Destination.DOCUMENT: "documents",
}


@dataclass(frozen=True, slots=True)
class Row:
    """``source`` says in full what ``found`` says in short, where that needs it. ``labels`` stand in the bar's free
    space, ``below`` on lines of their own, ``marks`` are (ms, segment) drawn over the bar. ``special`` rows stand alone
    first, others may be gathered by ``gather``; a ``failed`` one may be drawn cut off."""

    at: float
    number: str = ""
    found: str = ""
    source: str = ""
    what: str = ""
    type: str = ""
    code: str = ""
    protocol: str = ""
    connection: str = ""
    size: str = ""
    style: Style = Style.PLAIN
    code_style: Style = Style.PLAIN
    spans: tuple[Span, ...] = ()
    marks: tuple[tuple[float, Segment], ...] = ()
    labels: tuple[Segment, ...] = ()
    below: tuple[Segment, ...] = ()
    special: bool = False
    failed: bool = False
    group: bool = False
    gather: tuple[str, Destination] | None = None
    transferred: int = 0

    @property
    def end(self) -> float:
        return max(end_of(self.spans), self.at, *(at for at, _ in self.marks), 0.0)


def label_place(row: Row, end: float) -> tuple[float, bool]:
    """Where the label of ``row`` stands on an axis of ``end`` ms, and whether it ends there instead of beginning: after
    all that is drawn, or where that leaves little room in the widest gap: between its bar and where the page asked, or
    in front of the bar."""
    bar = max([span.end for span in row.spans] + [row.at])
    marks = [at for at, _ in row.marks]
    last = max([*marks, bar])
    if last <= end * 0.75:
        return last, False
    asked = min((at for at in marks if at > bar), default=bar)
    gaps = [(end - last, last, False), (asked - bar, asked, True), (row.at, row.at, True)]
    _, at, left_of = max(gaps, key=lambda gap: gap[0])
    return at, left_of


def home_of(load: PageLoad) -> str | None:
    """The origin whose URLs are shown as paths: the document's, or that of the last hop tried."""
    hop = load.navigations[-1] if load.navigations else None
    url = load.requests[load.document].url if load.document is not None else None
    if url is None:
        url = load.requests[hop].url if hop is not None else load.url
    return split(url)[0]


def marked_interim(load: PageLoad) -> InterimResponse | None:
    """The 103 that counts: the one acted on, else the first. Headline and axis speak of the same one."""
    early = [one for one in load.interim if one.status == 103]
    return next((one for one in early if one.acted), early[0] if early else None)


def hop_of(load: PageLoad, request: int) -> str:
    """Which hop of a redirected navigation ``request`` was, "on the first hop"; "" where there was one hop only."""
    if len(load.navigations) < 2 or request not in load.navigations:
        return ""
    number = load.navigations.index(request)
    if number == len(load.navigations) - 1:
        return "on the last hop"
    return f"on hop {number + 1}" if number else "on the first hop"


def has_scripts(load: PageLoad) -> bool:
    """Whether the page has any; what only a 103 calls a script is none."""
    asked = (one for one in load.requests if one.destination is Destination.SCRIPT)
    return load.scripts > 0 or any(one.initiator.kind is not InitiatorKind.EARLY_HINT for one in asked)


def has_failed(request: RequestRecord) -> bool:
    """Whether something stopped it; a redirect whose content nobody wanted is no failure."""
    return request.outcome not in ("complete", "pending") and request.redirect_to is None


def short_found(row: Row) -> str:
    """``found`` where ``source`` stands beside it in full."""
    if row.found != OBSERVED:
        return row.found
    return "script" if row.source.startswith("script") else "seen"


def is_observed(request: RequestRecord) -> bool:
    """Whether it is here because a browser was seen to make it; what was hinted as well is a hint's."""
    return (request.initiator.element or "").endswith(f"({OBSERVED})") and request.hint is None


def rows(load: PageLoad, *, all_rows: bool = False) -> list[Row]:
    """The rows of ``load`` in order of time; more than ``MOST`` are gathered unless ``all_rows``."""
    home = home_of(load)
    again = {request.earlier: request.id for request in load.requests if request.earlier is not None}
    opener = _openers(load)
    why = _reasons(load)
    made = [_request_row(load, request, home, again, opener, why) for request in load.requests]
    shown = set(opener.values())
    made += [_connection_row(load, one) for one in load.connections if one.id not in shown]
    made.sort(key=lambda row: row.at)  # stable: ids already follow time
    return made if all_rows or len(made) <= MOST else _gathered(made)


def _openers(load: PageLoad) -> dict[int, int]:
    """Request id -> id of the connection that was opened for it: preconnects were opened for none."""
    found: dict[int, int] = {}
    for connection in load.connections:
        first = connection.requests[0] if connection.requests else None
        if first is None:
            first = next((r.id for r in load.requests if r.connection == connection.id), None)
        if first is not None and first not in found and connection.reason != "preconnect":
            found[first] = connection.id
    return found


def _reasons(load: PageLoad) -> dict[int, str]:
    """Request id -> why it failed. A reason that several have is said once, beneath the first of them; the load's own
    stands in the headline."""
    sharing: dict[str, list[int]] = {}
    for request in load.requests:
        if has_failed(request) and request.error != load.error:
            said = f"{request.outcome}: {request.error or 'no reason was given'}"
            if request.outcome == "blocked" and request.error is not None:
                said = request.error.removeprefix(f"{request.url} was ")
            sharing.setdefault(said, []).append(request.id)
    return {ids[0]: f"{numbered(ids)} {said}" for said, ids in sharing.items()}


def numbered(ids: Sequence[int]) -> str:
    """ "#3, #5", eight at most."""
    return ", ".join(f"#{one}" for one in ids[:8]) + (" …" if len(ids) > 8 else "")


def _request_row(
    load: PageLoad,
    request: RequestRecord,
    home: str | None,
    again: dict[int, int],
    opener: dict[int, int],
    why: dict[int, str],
) -> Row:
    hinted = request.initiator.kind is InitiatorKind.EARLY_HINT or request.hint is not None
    failed = has_failed(request)
    opened = load.connections[opener[request.id]] if request.id in opener else None
    connection = load.connections[request.connection] if request.connection is not None else None
    navigated = request.id in load.navigations
    special = navigated or hinted or failed or request.earlier is not None or request.id in again
    seen = is_observed(request)
    method = "" if request.method == "GET" else request.method + " "
    transferred = request.sizes.transferred
    return Row(
        at=request.times.discovered,
        number=str(request.id),
        found="103" if hinted else OBSERVED if seen else FOUND[request.initiator.kind],
        source=request.initiator.element or "" if seen else "",
        what=method + place(request.url, home),
        type=request.destination.value,
        code=str(request.status) if request.status is not None else "✗" if failed else "",
        protocol=load.protocol_of(request) or "",
        connection=_numbered(connection) + "*" * request.coalesced,
        size=_size(request),
        style=Style.HINT if hinted else Style.STRONG if navigated else Style.PLAIN,
        code_style=Style.BAD if failed or (request.status or 0) >= 400 else Style.PLAIN,
        spans=tuple(spans(request, opened, load.finished_at if request.outcome == "pending" else None)),
        marks=_marks(load, request),
        labels=tuple(_labels(load, request, again, failed)),
        below=((why[request.id], Style.BAD),) if request.id in why else (),
        special=special,
        failed=failed,
        gather=None if special else (split(request.url)[0], request.destination),
        transferred=transferred or 0,
    )


def _size(request: RequestRecord) -> str:
    if request.cache_source is not None and request.cache is not None:
        return "cache"
    transferred = request.sizes.transferred
    return size(transferred) if transferred is not None else ""


def _numbered(connection: ConnectionRecord | None) -> str:
    """ "c1"; an entry for a client's own session stands for connections nobody here sees, so it has no number."""
    if connection is None:
        return ""
    return "?" if connection.session else f"c{connection.id}"


def _marks(load: PageLoad, request: RequestRecord) -> tuple[tuple[float, Segment], ...]:
    marks = [
        (one.at, ("▼" if one.acted else "▽", Style.HINT if one.acted else Style.DIM))
        for one in load.interim
        if one.request == request.id and one.at is not None
    ]
    if request.hint is not None:
        used_at = load.hints[request.hint].used_at
        if used_at is not None:
            marks.append((used_at, ("◆", Style.HINT)))
    return tuple(marks)


def _labels(load: PageLoad, request: RequestRecord, again: dict[int, int], failed: bool) -> list[Segment]:
    labels: list[Segment] = []
    if failed:
        labels.append((f"✗ {shorten(request.outcome, 24)}", Style.BAD))
    if request.redirect_to is not None:
        labels.append((f"→ #{request.redirect_to}", Style.DIM))
    if request.earlier is not None:
        labels.append((f"again, see #{request.earlier}", Style.WARNING))
    hint = load.hints[request.hint] if request.hint is not None else None
    if request.id in again:
        labels.append((f"again as #{again[request.id]}", Style.WARNING))
    elif hint is not None and hint.head_start is not None:
        labels.append((f"−{hint.head_start:.0f} ms", Style.HINT))
    elif hint is not None and hint.used is False:
        labels.append(("not seen used" if has_scripts(load) else "not used", Style.WARNING))
    return labels


def _connection_row(load: PageLoad, connection: ConnectionRecord) -> Row:
    hinted = connection.hint is not None
    port = "" if connection.port in (80, 443) else f":{connection.port}"
    labels: list[Segment] = []
    if connection.error is not None:
        labels.append(("✗ not opened", Style.BAD))
    elif not any(request.connection == connection.id for request in load.requests):
        labels.append(("not used", Style.WARNING))
    return Row(
        at=connection.opened_at,
        found="103" if hinted else "",
        what=f"connect {connection.host}{port}",
        protocol=connection.protocol.value if connection.protocol is not None else "",
        connection=_numbered(connection),
        style=Style.HINT if hinted else Style.DIM,
        spans=tuple(setup(connection)),
        labels=tuple(labels),
        below=((f"{_numbered(connection)}: {connection.error}", Style.BAD),) if connection.error is not None else (),
        special=hinted,
        failed=connection.error is not None,
    )


def _gathered(made: list[Row]) -> list[Row]:
    """The remarkable rows (as many as fit), the first of the others, and one row for each gathered group."""
    special = [row for row in made if row.special][: MOST - _GROUPS]
    kept = {id(row) for row in special}
    for row in made:
        if len(kept) >= MOST - _GROUPS:
            break
        kept.add(id(row))
    rest = [row for row in made if id(row) not in kept]
    common = [key for key, _ in Counter(row.gather for row in rest if row.gather).most_common(_GROUPS - 1)]
    groups: dict[tuple[str, Destination] | None, list[Row]] = {}
    for row in rest:
        groups.setdefault(row.gather if row.gather in common else None, []).append(row)
    gathered = [members[0] if len(members) == 1 else _group_row(key, members) for key, members in groups.items()]
    gathered.sort(key=lambda row: (row.group and row.gather is None, row.at))
    return [row for row in made if id(row) in kept] + gathered


def _group_row(key: tuple[str, Destination] | None, members: list[Row]) -> Row:
    if key is None:
        what = "others"
    else:
        origin, destination = key
        what = f"{THINGS.get(destination, 'requests')}, {origin.partition('://')[2]}"
    return Row(
        at=min(row.at for row in members),
        found=f"+{len(members)}",
        what=what,
        type=key[1].value if key else "",
        size=size(sum(row.transferred for row in members)),
        style=Style.DIM,
        spans=tuple(span for row in members for span in row.spans if span.phase is not Phase.QUEUED),
        group=True,
        gather=key,
    )
