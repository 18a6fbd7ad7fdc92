"""Whether a 103 comes at all, and whether it comes every time."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.check.edge import EdgeState, edge_state
from fetcher.analysis.links import early_hints_of
from fetcher.analysis.links.early import protocol_of
from fetcher.audits.delivery.navigation import FAMILY
from fetcher.audits.finding import Basis, Cost, Finding, Quote, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Unknown, rule
from fetcher.audits.telling import counted
from fetcher.record.page_load import PageLoad
from fetcher.terms import HttpVersion

OFTEN = 0.8
"""The share of runs below which a 103 that comes and goes is more than a note."""


@rule(
    "interim-missing",
    title="A 103 comes where one is expected",
    severity=Severity.NOTE,
    also={"error": "where a 103 is expected (--expect-hints, --delivery, fetcher.toml)"},
    family=FAMILY,
    fix="Find out who should send it, and why not: the protocol of that hop, the edge's rules, those for bots, or its "
    "memory of the page's Link field, purged a moment ago.",
    source="Cloudflare, early hints: none until the edge has learnt the final response's Link; the rest is ours",
)
def interim_missing(page: Page) -> Iterator[Finding]:
    """No 103 came although hints are expected of the page (--expect-hints, --delivery, a budget or a baseline), or
    although its final response names preloads that a 103 could have carried a think time earlier."""
    _must_tell(page)
    wanted = page.expected
    is_expected = bool(wanted.hints or wanted.globs or wanted.delivery)
    came = page.seen(_has)
    share = came / page.runs
    preloads = [link for link in page.final_links if (link.rel or "").lower() in ("preload", "modulepreload")]
    if not is_expected and not preloads:
        raise NotApplicable("no 103 is expected, and the final response preloads nothing")
    if not is_expected:
        page.must_be_there()
    if not is_expected and _over_http1(page.load):
        raise NotApplicable("the page came over HTTP/1.1, where of the browsers only Firefox heeds a 103")
    if came and (wanted.delivery is None or share >= wanted.delivery - 1e-9):
        return
    reason = "hints are expected of it" if is_expected else "its final response preloads"
    where = f" in {page.runs - came} of {page.runs} runs" if page.runs > 1 else ""
    told = f"no 103 came{where}, and {reason}"
    if not is_expected:
        told += f" {counted(len(preloads), 'resource')} that could have been requested before it"
    gap = page.median(_think) if not came else None
    if gap is not None:
        told += f"; the answer took {gap:.0f} ms, which hints could have filled"
    yield Finding(
        f"{told}{_by_edge(page)}",
        severity=Severity.ERROR if is_expected else Severity.NOTE,
        quote=page.quote(preloads[0]) if preloads else None,
        url=preloads[0].url if preloads else None,
        subject="103",
        cost=Cost(ms=round(gap, 3), basis=Basis.ESTIMATED) if gap is not None else None,
        seen=page.runs - came,
        runs=page.runs,
    )


@rule(
    "interim-intermittent",
    title="The 103 comes every time",
    severity=Severity.NOTE,
    also={"warning": "where it came in less than 80 % of the runs, the edge's cache aside"},
    family=FAMILY,
    fix="See whether it goes with the edge's cache: a page served from there is quick without hints. If it does not, "
    "look for servers or routes that do not send it.",
    source="Cloudflare, early hints; nginx/nginx#884; below 80 % of runs it is a warning: ours",
)
def interim_intermittent(page: Page) -> Iterator[Finding]:
    """Some runs brought a 103 and some did not: part of the visitors go without hints, and a comparison of figures
    from the field mixes both."""
    _must_tell(page)
    if page.runs < 2:
        raise NotApplicable("one run says nothing about how often it comes (-n 5)")
    came = page.seen(_has)
    if not came:
        raise NotApplicable("no run brought a 103")
    if came == page.runs:
        return
    without = [_edge(load) for load in page.judged if not _has(load)]
    from_cache = all(state is EdgeState.HIT for state in without)
    told = f"no 103 came in {page.runs - came} of {page.runs} runs, and one in the others"
    if from_cache:
        told += ": without one they came from the edge's cache, which needs none"
    severe = came / page.runs < OFTEN and not from_cache
    yield Finding(
        f"{told}{'' if from_cache else _by_edge(page)}",
        severity=Severity.WARNING if severe else Severity.NOTE,
        subject="103",
        seen=page.runs - came,
        runs=page.runs,
    )


def _must_tell(page: Page) -> None:
    """Raise where the record could not show a 103: browsers' own HAR files leave every one of them out."""
    if not page.tells_of_interims:
        raise Unknown(page.nothing_came)


def _has(load: PageLoad) -> bool:
    return bool(early_hints_of(load))


def _over_http1(load: PageLoad) -> bool:
    return load.document is not None and protocol_of(load, load.document) is HttpVersion.HTTP_1_1


def _think(load: PageLoad) -> float | None:
    """From the last hop's request to its final head."""
    sent = load.requests[load.navigations[-1]].times.request_start if load.navigations else None
    head = load.final_response_headers_start
    return head - sent if head is not None and sent is not None else None


def _edge(load: PageLoad) -> EdgeState:
    document = load.document_request
    return edge_state(document.response_fields).state if document else EdgeState.UNKNOWN


def _by_edge(page: Page) -> str:
    """How it went with the state of the edge's cache, where that is known."""
    states = [(state, _has(load)) for load in page.judged if (state := _edge(load)) is not EdgeState.UNKNOWN]
    if not states:
        return ""
    parts = []
    for state in (EdgeState.HIT, EdgeState.MISS):
        brought = [has for each, has in states if each is state]
        if brought:
            parts.append(f"{sum(brought)} of {len(brought)} with one on a cache {state.value}")
    learning = all(state is EdgeState.MISS and not has for state, has in states)
    more = "; an edge that learns hints sends none until it has served the page once" if learning else ""
    return f" (by the edge's cache: {', '.join(parts)}{more})"


def edge_quote(load: PageLoad) -> Quote | None:
    """The first field that tells the edge's cache state."""
    document = load.document_request
    fields = edge_state(document.response_fields).fields if document else ()
    return Quote(fields[0][1], fields[0][0], 0, "final response") if fields else None
