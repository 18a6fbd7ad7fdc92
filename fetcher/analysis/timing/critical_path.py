"""The chain of waits that ended last before an instant of the page, and how much later everything else could have come.

The record is read as a graph (each request with what made it known: the navigation, the 103, a byte of the document,
the end of a sheet, a redirect) and walked backwards from the instant. Slack is what a request could have come later,
with all it led to, without moving the instant. As ``milestones`` it is an estimate: parsing, running and painting take
no time in it. Milliseconds from navigation start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fetcher.analysis.timing.milestones import Milestone, end_of, milestones
from fetcher.analysis.timing.rendering import lcp_ready
from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.terms import InitiatorKind


class Goal(StrEnum):
    """The instant a path leads to."""

    RENDER_START = "render-start"
    LARGEST = "largest"
    """The largest thing on the screen, as far as that can be guessed (``rendering.lcp_ready``)."""
    DOM_CONTENT_LOADED = "dom-content-loaded"
    LOAD = "load"


class StepKind(StrEnum):
    FOUND = "found"
    """What it comes from was there, and it was not yet asked for: the parser had not come so far, or waited."""
    CONNECT = "connect"
    QUEUE = "queue"
    WAIT = "wait"
    """From the request to the head that counts: the server's time and a round trip."""
    CONTENT = "content"
    REST = "rest"
    """From the end of the last request to the instant itself: the document's own bytes, or what is not recorded."""


@dataclass(frozen=True, slots=True)
class Step:
    """``request`` is whose time passed, ``start`` to ``end``; ``what`` says it in a few words."""

    kind: StepKind
    request: int
    start: float
    end: float
    what: str

    @property
    def duration(self) -> float:
        return round(self.end - self.start, 3)


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """``steps`` follow one another from the navigation to ``at`` without a gap. ``slack`` is by request id, None where
    the goal does not depend on a request; on the path it is 0. ``estimated`` as the milestone's."""

    goal: Goal
    at: float
    steps: tuple[Step, ...]
    slack: tuple[float | None, ...]
    estimated: bool = True

    @property
    def requests(self) -> tuple[int, ...]:
        """Those on the path, in its order."""
        return tuple(dict.fromkeys(step.request for step in self.steps))


@dataclass(frozen=True, slots=True)
class Cause:
    """``request`` made another known at ``at``: by what it was then, ``what``."""

    request: int
    at: float
    what: str


def critical_path(load: PageLoad, goal: Goal = Goal.RENDER_START) -> CriticalPath | None:
    """The path to ``goal``; None where no document came or what the goal waits for never ended."""
    told = milestones(load)
    if told is None or load.document is None:
        return None
    match goal:
        case Goal.RENDER_START:
            milestone: Milestone | None = told.render_start
        case Goal.LARGEST:
            milestone = lcp_ready(load)
        case Goal.DOM_CONTENT_LOADED:
            milestone = told.dom_content_loaded
        case Goal.LOAD:
            milestone = told.load
    if milestone is None or milestone.at is None:
        return None
    causes = causes_of(load)
    last = milestone.request if milestone.request is not None else _last_before(load, milestone)
    steps = tuple(_walked(load, causes, last, milestone.at))
    return CriticalPath(goal, milestone.at, steps, slack_of(load, causes, milestone), milestone.estimated)


def _last_before(load: PageLoad, milestone: Milestone) -> int:
    """What ended last of all it waited for: the document itself where its own bytes came later than the rest."""
    assert load.document is not None
    at, last = milestone.at or 0.0, load.document
    if milestone.estimated:
        return last
    ends = [(end, number) for number in milestone.waited_for if (end := end_of(load.requests[number])) is not None]
    return max(((end, number) for end, number in ends if end <= at), default=(0.0, last))[1]


# -- what made each request known


def causes_of(load: PageLoad) -> tuple[tuple[Cause, ...], ...]:
    """For each request what had to be there before it was asked for, the latest last; () for the navigation's first.
    A hinted sheet counts as a cause only with the document that claims it (a sheet nobody uses is not read)."""
    claims: dict[int, list[Cause]] = defaultdict(list)
    for found in load.discoveries:
        if found.request is not None and found.outcome not in ("fetched", "fetched-again"):
            claims[found.request].append(Cause(found.source, found.at, "the tag that uses it had come"))
    before = {one.redirect_to: one for one in load.requests if one.redirect_to is not None}
    found_by = []
    for one in load.requests:
        causes = [cause for cause in _causes(load, one, before, claims) if cause.at <= one.times.discovered + 0.001]
        found_by.append(tuple(sorted(causes, key=lambda cause: cause.at)))
    return tuple(found_by)


def _causes(
    load: PageLoad, one: RequestRecord, before: dict[int, RequestRecord], claims: dict[int, list[Cause]]
) -> Iterator[Cause]:
    kind, discovered = one.initiator.kind, one.times.discovered
    if one.id in before:
        hop = before[one.id]
        head = hop.times.final_response_headers_start
        yield Cause(hop.id, discovered if head is None else head, "its redirect had come")
        return
    if kind is InitiatorKind.EARLY_HINT and one.hint is not None:
        interim = load.interim[load.hints[one.hint].interim]
        yield Cause(interim.request, discovered if interim.at is None else interim.at, "the 103 had come")
        return
    number = one.initiator.request
    if number is None or number == one.id or kind is InitiatorKind.NAVIGATION:
        if one.id not in load.navigations and load.navigations:
            number = load.navigations[-1]  # nobody told: what is not the navigation comes of it
        else:
            return
    source = load.requests[number]
    head, end = source.times.final_response_headers_start, end_of(source)
    if kind in (InitiatorKind.CSS, InitiatorKind.MODULE_GRAPH, InitiatorKind.SCRIPT) and number != load.document:
        yield Cause(number, discovered if end is None else end, "it had come whole")
        yield from (claim for claim in claims.get(number, ()) if end is None or claim.at > end)
    elif kind is InitiatorKind.LINK_HEADER:
        yield Cause(number, discovered if head is None else head, "its head had come")
    else:
        yield Cause(number, discovered if end is None else min(discovered, end), "the tag that names it had come")


# -- the walk backwards


def _walked(load: PageLoad, causes: tuple[tuple[Cause, ...], ...], last: int, at: float) -> list[Step]:
    """The steps to ``at``, of which the end of ``last`` is the latest part, in order."""
    backwards: list[Step] = []
    end = end_of(load.requests[last])
    until = at if end is None else min(end, at)
    if at > until:
        what = "the document's own bytes" if last == load.document else "what the record does not show"
        backwards.append(Step(StepKind.REST, last, until, at, what))
    number: int | None = last
    seen: set[int] = set()
    while number is not None and number not in seen:
        seen.add(number)
        one = load.requests[number]
        backwards += reversed(_phases(load, one, until))
        discovered, number = min(one.times.discovered, until), None
        for cause in reversed(causes[one.id]):
            if discovered > cause.at:
                backwards.append(Step(StepKind.FOUND, one.id, cause.at, discovered, "not yet asked for"))
            number, until = cause.request, cause.at
            break
    first = backwards[-1] if backwards else None
    if first is not None and first.start > 0:
        backwards.append(Step(StepKind.FOUND, first.request, 0.0, first.start, "before the first request"))
    return backwards[::-1]


def _phases(load: PageLoad, one: RequestRecord, until: float) -> list[Step]:
    """How ``one`` spent the time from its discovery to ``until``."""
    times = one.times
    begin = times.discovered
    if until <= begin:
        return []
    marks: list[tuple[StepKind, float | None, str]] = []
    connection = load.connections[one.connection] if one.connection is not None else None
    if connection is not None and one.reused_connection is False:
        marks.append((StepKind.QUEUE, max(connection.opened_at, begin), "waits to be sent"))
        marks.append((StepKind.CONNECT, connection.connect_end, f"connection to {connection.host}"))
    marks.append((StepKind.QUEUE, times.request_start, "waits to be sent"))
    head = times.final_response_headers_start
    marks.append((StepKind.WAIT, until if head is None else head, "waits for the answer"))
    marks.append((StepKind.CONTENT, until, "content comes"))
    steps: list[Step] = []
    for kind, mark, what in marks:
        end = begin if mark is None else min(max(mark, begin), until)
        if end > begin:
            told = "waits for the 103" if kind is StepKind.WAIT and head is not None and until < head else what
            steps.append(Step(kind, one.id, begin, end, told))
            begin = end
    return steps


# -- slack


def slack_of(load: PageLoad, causes: tuple[tuple[Cause, ...], ...], milestone: Milestone) -> tuple[float | None, ...]:
    """By request id, from the last discovered to the first: what comes of a request was discovered after it."""
    at = milestone.at
    slack: list[float | None] = [None] * len(load.requests)
    if at is None:
        return tuple(slack)

    def less(number: int, value: float) -> None:
        known = slack[number]
        slack[number] = max(0.0, round(value if known is None else min(known, value), 3))

    for number in milestone.waited_for:
        end = end_of(load.requests[number])
        if end is not None:
            less(number, at - end)
    if load.document is not None and milestone.markup_at is not None:
        less(load.document, at - milestone.markup_at)
    for one in sorted(load.requests, key=lambda one: (-one.times.discovered, -one.id)):
        mine = slack[one.id]
        if mine is not None:
            for cause in causes[one.id]:  # what lies between the latest cause and the discovery is a delay like any
                less(cause.request, mine + causes[one.id][-1].at - cause.at)
    return tuple(slack)
