"""Two ways to load a page, measured in pairs: what differs, by how much, and how sure that is.

Pure: pairs of records in, figures out. Each figure of a load (an instant, the moment a hinted resource is complete,
how much was transferred) is taken from both loads of a pair and judged by ``paired``; a pair in which either load
lacks it does not count for it. What could explain a difference besides the arms (another state of the edge's cache,
another round trip, a server that slowed down) stands beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fetcher.analysis.check.edge import EdgeState, edge_state
from fetcher.analysis.compare.measured import Measured
from fetcher.analysis.compare.paired import Shift, shift_of
from fetcher.analysis.spreads import Spread, spread
from fetcher.analysis.timing.milestones import milestones
from fetcher.record.page_load import PageLoad
from fetcher.terms import HttpVersion

HINTS = ("hints off", "hints on")
"""The arms of a comparison of hints, by name."""

MOST_RESOURCES = 20
"""Hinted resources that get a row of their own."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Pair ``number`` (from 1). ``second_first``: the second arm's load was made before the first one's. ``why`` says
    why a pair does not count (a load that failed or was blocked), None for one that does."""

    number: int
    second_first: bool
    first: PageLoad | None
    second: PageLoad | None
    why: str | None = None

    @property
    def counts(self) -> bool:
        return self.why is None and self.first is not None and self.second is not None


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the two: ``name`` as a report says it, ``options`` in words; how its counted loads were served (edge cache
    ``states``, with how often), their round trips, and in how many a 103 was acted on."""

    name: str
    options: str = ""
    states: tuple[tuple[EdgeState, int], ...] = ()
    rtt: Spread | None = None
    acted: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: ``name`` as in ``Measured`` or "resource", then ``url`` says which. ``unit`` is "ms" or "bytes".
    ``estimated``: it was estimated, not measured. ``shift`` is the second arm minus the first."""

    name: str
    title: str
    unit: str
    estimated: bool
    first: Spread | None
    second: Spread | None
    shift: Shift
    url: str | None = None
    values: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """``asked`` pairs of which ``counted`` count after ``warm_up`` that were dropped. ``by`` is what loaded the page
    ("fetcher as chromium", "Chromium 156"). ``seed`` ordered the loads within pairs. ``ended`` says why no more pairs
    were made. ``notes`` are what a reader must know. ``pairs`` hold the loads."""

    url: str
    arms: tuple[Arm, Arm]
    by: str
    seed: int
    asked: int
    counted: int
    warm_up: int
    ended: str
    measures: tuple[Measure, ...]
    notes: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()

    @property
    def measured(self) -> Measured:
        """As audits are given it: milestones by name. The first arm must be the one without hints."""
        shifts = tuple((one.name, one.shift) for one in self.measures if one.unit == "ms" and one.url is None)
        return Measured(shifts, self.by)

    def of(self, name: str) -> Measure | None:
        return next((one for one in self.measures if one.name == name), None)


Figure = Callable[[PageLoad], float | None]


def compare(
    url: str,
    pairs: Sequence[Pair],
    *,
    names: tuple[str, str],
    options: tuple[str, str] = ("", ""),
    by: str = "fetcher",
    seed: int = 0,
    asked: int | None = None,
    warm_up: int = 0,
    ended: str = "",
) -> Comparison:
    """What ``pairs`` show; those that do not count are kept and left out of every figure."""
    counted = [(pair.first, pair.second) for pair in pairs if pair.first and pair.second and pair.counts]
    measures = [
        _measure(counted, name, title, "ms", figure, estimated=estimated)
        for name, title, estimated, figure in instants_of([load for pair in counted for load in pair])
    ]
    measures += [
        _measure(counted, "resource", address, "ms", _complete(address), url=address)
        for address in _hinted(counted)[:MOST_RESOURCES]
    ]
    measures.append(_measure(counted, "bytes", "transferred", "bytes", _transferred))
    kept = tuple(one for one in measures if one.values)
    second = [pair[1] for pair in counted]
    arms = tuple(
        _arm(name, said, [pair[place] for pair in counted])
        for place, (name, said) in enumerate(zip(names, options, strict=True))
    )
    return Comparison(
        url, (arms[0], arms[1]), by, seed, len(pairs) if asked is None else asked, len(counted), warm_up, ended,
        kept, tuple(_notes(pairs, (arms[0], arms[1]), second)), tuple(pairs),
    )  # fmt: skip


def judged_by(pairs: Sequence[Pair], name: str) -> Shift:
    """The shift of one figure by name, for who decides whether more pairs are needed."""
    counted = [(pair.first, pair.second) for pair in pairs if pair.first and pair.second and pair.counts]
    for known, _, _, figure in instants_of([load for pair in counted for load in pair]):
        if known == name:
            return shift_of(_values(counted, figure))
    return Shift(0, None)


# -- figures


def instants_of(loads: Sequence[PageLoad]) -> list[tuple[str, str, bool, Figure]]:
    """Name, title, whether it is estimated, and how it is read. What a browser measured comes under its own names."""
    recorded = dict.fromkeys(name for load in loads for name, _ in load.page_timings)
    known: list[tuple[str, str, bool, Figure]] = [
        ("first-interim-response", "first interim response", False, lambda load: load.first_interim_response_start),
        ("final-response-headers", "final response head", False, lambda load: load.final_response_headers_start),
    ]
    if recorded:
        named = (("fcp", "first contentful paint"), ("lcp", "largest contentful paint"),
                 ("onContentLoad", "DOMContentLoaded"), ("onLoad", "load"))  # fmt: skip
        words = {"onContentLoad": "dom-content-loaded", "onLoad": "load"}
        return known + [(words.get(key, key), title, False, _timing(key)) for key, title in named if key in recorded]
    return [
        *known,
        ("render-start", "rendering can start", True, _milestone("render_start")),
        ("dom-content-loaded", "DOMContentLoaded", True, _milestone("dom_content_loaded")),
        ("load", "load", True, _milestone("load")),
        ("hinted", "last hinted resource complete", False, _last_hinted),
    ]


def _timing(name: str) -> Figure:
    return lambda load: dict(load.page_timings).get(name)


def _milestone(name: str) -> Figure:
    def figure(load: PageLoad) -> float | None:
        told = milestones(load)
        at: float | None = getattr(told, name).at if told is not None else None
        return at

    return figure


def _complete(url: str) -> Figure:
    """When ``url`` was complete for the first time."""

    def figure(load: PageLoad) -> float | None:
        ends = [one.times.response_end for one in load.requests if one.url == url and one.outcome == "complete"]
        return min((end for end in ends if end is not None), default=None)

    return figure


def _transferred(load: PageLoad) -> float | None:
    """None where a browser's record has no sizes."""
    if all(one.sizes.head is None and one.sizes.transferred is None for one in load.requests):
        return None
    return float(sum((one.sizes.head or 0) + (one.sizes.transferred or 0) for one in load.requests))


def _last_hinted(load: PageLoad) -> float | None:
    """When the last was complete of what this page's 103s name, whoever asked for it."""
    urls = {hint.url for hint in load.hints if hint.url is not None and hint.rel != "preconnect"}
    ends = [end for url in urls if (end := _complete(url)(load)) is not None]
    return max(ends, default=None)


def _hinted(pairs: Iterable[tuple[PageLoad, PageLoad]]) -> list[str]:
    """What the 103s of either arm name, in their order."""
    urls = (
        hint.url
        for pair in pairs
        for load in pair
        for hint in load.hints
        if hint.url is not None and hint.rel != "preconnect"
    )
    return list(dict.fromkeys(urls))


def _values(pairs: Sequence[tuple[PageLoad, PageLoad]], figure: Figure) -> list[tuple[float, float]]:
    both = [(figure(first), figure(second)) for first, second in pairs]
    return [(one, other) for one, other in both if one is not None and other is not None]


def _measure(
    pairs: Sequence[tuple[PageLoad, PageLoad]],
    name: str,
    title: str,
    unit: str,
    figure: Figure,
    *,
    estimated: bool = False,
    url: str | None = None,
) -> Measure:
    values = _values(pairs, figure)
    first, second = spread(one for one, _ in values), spread(other for _, other in values)
    return Measure(name, title, unit, estimated, first, second, shift_of(values), url, tuple(values))


# -- what stands beside the figures


def _arm(name: str, options: str, loads: Sequence[PageLoad]) -> Arm:
    states = Counter(
        edge_state(load.document_request.response_fields).state for load in loads if load.document_request is not None
    )
    acted = sum(any(one.acted for one in load.interim) for load in loads)
    return Arm(name, options, tuple(states.most_common()), spread(load.rtt for load in loads), acted)


def _notes(pairs: Sequence[Pair], arms: tuple[Arm, Arm], second: Sequence[PageLoad]) -> Iterable[str]:
    dropped = [pair for pair in pairs if not pair.counts]
    if dropped:
        several = f"{len(dropped)} pairs do" if len(dropped) > 1 else "1 pair does"
        yield f"{several} not count; the first: {dropped[0].why}"
    if (arms[0].name, arms[1].name) == HINTS and second and not arms[1].acted:
        yield f"no 103 was acted on in any load with hints, so both arms did the same: {_why_not(second)}"
    yield from _error_pages(pairs, arms)
    if dict(arms[0].states) != dict(arms[1].states) and second:
        yield (
            f"the arms met different states of the edge's cache: {_states(arms[0])} and {_states(arms[1])}; "
            "part of a difference may be due to that"
        )
    rtt, other = arms[0].rtt, arms[1].rtt
    if rtt and other and abs(rtt.median - other.median) > max(5.0, 0.2 * rtt.median):
        yield (
            f"the round trip differs between the arms: {rtt.median:.1f} and {other.median:.1f} ms at the median; "
            "the network changed meanwhile"
        )


def _error_pages(pairs: Sequence[Pair], arms: tuple[Arm, Arm]) -> Iterable[str]:
    """An error page is a page, and may be what is to be compared; who did not mean it has to know."""
    counted = [(pair.first, pair.second) for pair in pairs if pair.counts]
    for arm, loads in zip(arms, zip(*counted, strict=True), strict=False):
        answered = [load.document_request.status for load in loads if load and load.document_request]
        wrong = [status for status in answered if status is not None and status >= 400]
        if wrong:
            often = "every load" if len(wrong) == len(loads) else f"{len(wrong)} of {len(loads)} loads"
            yield f"{arm.name}: the page answered with status {wrong[0]} in {often}"


def _why_not(loads: Sequence[PageLoad]) -> str:
    """Why nothing was acted on, by the first load that tells."""
    for load in loads:
        found = [one for one in load.interim if one.status == 103]
        if found:
            return found[0].reason or "nothing in them asks for anything"
    request = loads[0].document_request
    connection = loads[0].connections[request.connection] if request and request.connection is not None else None
    if connection is not None and connection.protocol is HttpVersion.HTTP_1_1:
        return "none came, or unseen over HTTP/1.1, where of the browsers only Firefox acts"
    return "none came"


def _states(arm: Arm) -> str:
    return ", ".join(f"{number} {state.value}" for state, number in arm.states) or "none"
