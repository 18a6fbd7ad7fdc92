"""What several loads of one page say together about its 103: how often, how soon, which links, and what they fetched.

Only runs that reached the page that was meant count; a wall in front of it says nothing about the page (``run_of``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fetcher.analysis.check.edge import Edge, EdgeState, edge_state
from fetcher.analysis.links import JudgedLink, Stretch, Verdict, early_hints_of, verdicts
from fetcher.analysis.spreads import Spread, spread
from fetcher.fields import mime
from fetcher.fields.cache_control import freshness
from fetcher.record.page_load import Hint, InterimResponse, PageLoad, RequestRecord
from fetcher.terms import Destination, Fields, field_value, field_values

BLOCKING = frozenset({403, 429, 503})
STILL_OPENING = "still opening when the load was over"
"""A connection slower than the document; nothing is wrong with it."""


class RunOutcome(StrEnum):
    COUNTED = "counted"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One load (``number`` from 1): ``why`` is the sentence for a run that does not count."""

    number: int
    outcome: RunOutcome
    why: str | None
    load: PageLoad | None


@dataclass(frozen=True, slots=True)
class EdgeCount:
    """How many runs found the document's cache in ``state``, how many of those brought a 103, and the fields that told
    so in the first of them."""

    state: EdgeState
    runs: int
    with_hints: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class HintFetch:
    """What a hinted request brought in one run. ``type_fits``: whether a browser takes such a type for the hint's
    ``as``, None where there is nothing to compare. ``reusable``: the page's own request would find it in the HTTP
    cache (EH 9.3), ``cache`` the phrase that says why. Bytes; milliseconds from its start to its end."""

    run: int
    outcome: str
    status: int | None
    type: str | None
    type_fits: bool | None
    transferred: int | None
    decoded: int | None
    reusable: bool | None
    cache: str | None
    start: float | None
    duration: float | None
    redirects_to: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class HintSurvey:
    """One link over all runs. ``number`` (from 1) names it in a report; ``position`` is which 103 it stood in, from 0;
    ``runs`` lists where it came, ``acted`` where the driving profile acted on it; ``rule`` and ``reason`` are that
    profile's own, as recorded. A preconnect has no ``fetches`` but ``connections``: "open", STILL_OPENING, or the
    error, by run. ``place`` is where its bytes were in the first of ``runs``."""

    number: int
    position: int
    raw: str
    href: str
    url: str | None
    rel: str | None
    destination: Destination | None
    verdicts: tuple[Verdict, ...]
    runs: tuple[int, ...]
    acted: tuple[int, ...]
    rule: str
    reason: str
    fetches: tuple[HintFetch, ...]
    connections: tuple[tuple[int, str], ...]
    duration: Spread | None
    place: Stretch


@dataclass(frozen=True, slots=True)
class Survey:
    """``runs`` that counted; ``with_hints`` of them brought a 103, ``acted_on`` had one that was acted on, ``later``
    had more than one. Times are milliseconds from navigation start; ``window`` is from the 103 to the final head.
    ``stable``: every 103 carried the same links in the same order. ``request_start`` and the final head are those of
    the last hop. Where a 103 came on a hop before it, ``early_hops`` lists which (from 1) and
    ``early_request_start`` is when the requests that brought it were sent."""

    runs: int
    with_hints: int
    acted_on: int
    later: int
    protocols: tuple[str, ...]
    statuses: tuple[int, ...]
    edges: tuple[EdgeCount, ...]
    request_start: Spread | None
    first_interim_response_start: Spread | None
    final_response_headers_start: Spread | None
    window: Spread | None
    stable: bool
    link_sets: int
    ignored: tuple[tuple[str, str], ...]
    hints: tuple[HintSurvey, ...]
    early_hops: tuple[int, ...] = ()
    early_request_start: Spread | None = None

    @property
    def delivery(self) -> float:
        """The share of counted runs that brought a 103, 0 to 1."""
        return self.with_hints / self.runs if self.runs else 0.0


def run_of(number: int, load: PageLoad, *, wants_text: bool = False) -> Run:
    """``load`` as a run: blocked where a wall answered for the page, else counted."""
    why = _blocked(load, wants_text)
    return Run(number, RunOutcome.BLOCKED if why else RunOutcome.COUNTED, why, load)


def _blocked(load: PageLoad, wants_text: bool) -> str | None:
    document = load.document_request
    if document is None:
        return "no document came"
    if wall := wall_of(document.status, field_value(document.response_fields, "cf-mitigated")):
        return wall
    if wants_text and not document.has_text:
        return f"it answered {document.status}, but the text that was expected (--expect-text) is not in its document"
    return None


def wall_of(status: int | None, mitigated: str | None) -> str | None:
    """Why an answer with ``status`` and that cf-mitigated field is a wall's and not the page's, else None."""
    if mitigated is not None:
        return f"it answered {status} with cf-mitigated: {mitigated}, a bot check and not the page"
    return f"it answered {status}" if status in BLOCKING else None


def survey(runs: Iterable[Run]) -> Survey:
    """The counted ones of ``runs``, together."""
    loads = [(run.number, run.load) for run in runs if run.outcome is RunOutcome.COUNTED and run.load is not None]
    heads = [early_hints_of(load) for _, load in loads]
    documents = [load.document_request for _, load in loads]
    edges = [
        edge_state(document.response_fields) if document else Edge(EdgeState.UNKNOWN, ()) for document in documents
    ]
    finals = [load.final_response_headers_start for _, load in loads]
    firsts = [interims[0].at if interims else None for interims in heads]
    link_sets = {tuple(_link_lines(interims[0])) for interims in heads if interims}
    brought = [bool(interims) for interims in heads]
    early = [
        (load, interims[0].request)
        for (_, load), interims in zip(loads, heads, strict=True)
        if interims and interims[0].request in load.navigations[:-1]
    ]
    ignored = {(one[0].rule, one[0].reason): None for one in heads if one and not one[0].acted}
    return Survey(
        runs=len(loads),
        with_hints=sum(brought),
        acted_on=sum(any(one.acted for one in interims) for interims in heads),
        later=sum(len(interims) > 1 for interims in heads),
        protocols=_distinct(
            load.protocol_of(document) if document is not None else None
            for (_, load), document in zip(loads, documents, strict=True)
        ),
        statuses=tuple(sorted({document.status for document in documents if document and document.status})),
        edges=_edges(edges, brought),
        request_start=spread(_sent(load) for _, load in loads),
        first_interim_response_start=spread(firsts),
        final_response_headers_start=spread(finals),
        window=spread(
            round(final - first, 3)
            for first, final in zip(firsts, finals, strict=True)
            if first is not None and final is not None
        ),
        stable=len(link_sets) <= 1,
        link_sets=len(link_sets),
        ignored=tuple(ignored),
        hints=_hints(loads),
        early_hops=tuple(sorted({load.navigations.index(request) + 1 for load, request in early})),
        early_request_start=spread(load.requests[request].times.request_start for load, request in early),
    )


def _link_lines(interim: InterimResponse) -> Iterable[str]:
    return field_values(interim.fields, "link")


def _distinct(words: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _sent(load: PageLoad) -> float | None:
    return load.requests[load.navigations[-1]].times.request_start if load.navigations else None


def _edges(edges: Sequence[Edge], brought: Sequence[bool]) -> tuple[EdgeCount, ...]:
    runs = Counter(edge.state for edge in edges)
    hinted = Counter(edge.state for edge, came in zip(edges, brought, strict=True) if came)
    said = {edge.state: edge.fields for edge in reversed(edges)}
    return tuple(EdgeCount(state, runs[state], hinted[state], said[state]) for state in EdgeState if runs[state])


# -- the links


def _hints(loads: Sequence[tuple[int, PageLoad]]) -> tuple[HintSurvey, ...]:
    """Each link once however many runs brought it: the same text, the same target, in the same 103 of its run."""
    entries: dict[tuple[int, str, str | None, int], list[tuple[int, PageLoad, JudgedLink]]] = {}
    for number, load in loads:
        place = {interim.id: position for position, interim in enumerate(early_hints_of(load))}
        again: Counter[tuple[int, str, str | None]] = Counter()
        for link in verdicts(load):
            assert link.interim is not None
            key = (place[link.interim], link.raw, link.url)
            entries.setdefault((*key, again[key]), []).append((number, load, link))
            again[key] += 1
    ordered = sorted(entries.items(), key=lambda item: item[0][0])
    return tuple(_one(number, key[0], found) for number, (key, found) in enumerate(ordered, 1))


def _one(number: int, position: int, found: Sequence[tuple[int, PageLoad, JudgedLink]]) -> HintSurvey:
    link = found[0][2]
    records = [(run, load, load.hints[one.hint]) for run, load, one in found if one.hint is not None]
    acted = [(run, load, hint) for run, load, hint in records if hint.acted]
    fetches = [_fetch(run, load.requests[hint.request]) for run, load, hint in acted if hint.request is not None]
    own = records[0][2] if records else None
    return HintSurvey(
        number=number,
        position=position,
        raw=link.raw,
        href=link.href,
        url=link.url,
        rel=link.rel,
        destination=link.destination,
        verdicts=_worst(found),
        runs=tuple(run for run, _, _ in found),
        acted=tuple(run for run, _, _ in acted),
        rule=own.rule if own else "",
        reason=own.reason if own else "",
        fetches=tuple(fetches),
        connections=tuple(
            (run, _opened(load, hint)) for run, load, hint in acted if hint.request is None and hint.rel == "preconnect"
        ),
        duration=spread(fetch.duration for fetch in fetches),
        place=link.place,
    )


def _worst(found: Sequence[tuple[int, PageLoad, JudgedLink]]) -> tuple[Verdict, ...]:
    """Runs may differ (a run over HTTP/1.1 among others): a refusal in any of them is what a person must hear."""
    columns = zip(*(link.verdicts for _, _, link in found), strict=True)
    return tuple(next((verdict for verdict in column if not verdict.acts), column[0]) for column in columns)


def _opened(load: PageLoad, hint: Hint) -> str:
    if hint.connection is None:
        return "a connection to that origin stood already"
    connection = load.connections[hint.connection]
    return "open" if connection.connect_end is not None else connection.error or STILL_OPENING


def _fits(request: RequestRecord, essence: str) -> bool | None:
    """Bare bytes are what many servers call a font or an image, and browsers look inside."""
    if request.status != 200 or essence == "application/octet-stream":
        return None
    return mime.supports(request.destination, essence)


def _fetch(run: int, request: RequestRecord) -> HintFetch:
    fields, times = request.response_fields, request.times
    answered = request.status is not None
    kind = mime.extract(field_values(fields, "content-type"))
    fresh = freshness(fields, status=request.status or 200) if answered else None
    start, end = times.request_start, times.response_end
    moved = request.status in (301, 302, 303, 307, 308)
    return HintFetch(
        run=run,
        outcome=request.outcome,
        status=request.status,
        type=kind.essence if kind else None,
        type_fits=_fits(request, kind.essence) if kind else None,
        transferred=request.sizes.transferred,
        decoded=request.sizes.decoded,
        reusable=fresh.reusable if fresh else None,
        cache=fresh.why if fresh else None,
        start=start,
        duration=round(end - start, 3) if start is not None and end is not None else None,
        redirects_to=field_value(fields, "location") if moved else None,
        error=request.error,
    )
