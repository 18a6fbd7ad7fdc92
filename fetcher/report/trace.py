"""One load as Chrome trace-event JSON, for Perfetto (ui.perfetto.dev) and DevTools' Performance panel.

A process per connection, in it a thread per request whose slices are its phases; interim responses are instants, and
an arrow leads from the 103 to each request it started. Instants of the page stand in a process of their own and are
called estimates where they are. Times are microseconds from navigation start ("Trace Event Format").
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fetcher.record.page_load import ConnectionRecord, PageLoad, RequestRecord
from fetcher.record.redaction import redacted
from fetcher.report.bars import setup, spans
from fetcher.report.escape import safe_load
from fetcher.report.html.instants import marks
from fetcher.report.lines import place
from fetcher.report.rows import home_of

PAGE, NO_CONNECTION, FIRST = 1, 2, 10
"""Process ids: the page's instants, requests that had no connection, and the first connection."""

Event = dict[str, Any]


def trace(load: PageLoad, *, redact: bool = True) -> str:
    """The trace as text, ending in a newline. Secrets are replaced unless ``redact`` is False."""
    load = safe_load(redacted(load) if redact else load)
    events = [*_page(load), *_connections(load), *_requests(load), *_hints(load)]
    about = {"url": load.final_url or load.url, "started": load.started_at, "profile": load.profile}
    each = ",\n".join(json.dumps(event) for event in events)
    return f'{{"traceEvents": [\n{each}\n],\n"displayTimeUnit": "ms", "otherData": {json.dumps(about)}}}\n'


def _us(at: float) -> int:
    return round(at * 1_000)


def _named(process: int, name: str, thread: int | None = None, order: int | None = None) -> Iterator[Event]:
    what = "process" if thread is None else "thread"
    event: Event = {"ph": "M", "pid": process, "tid": thread or 0}
    yield event | {"name": f"{what}_name", "args": {"name": name}}
    if order is not None:
        yield event | {"name": f"{what}_sort_index", "args": {"sort_index": order}}


def _page(load: PageLoad) -> Iterator[Event]:
    yield from _named(PAGE, f"page {load.final_url or load.url}", order=0)
    yield from _named(PAGE, "instants", 1)
    for name, at in marks(load).items():
        yield {"ph": "i", "s": "g", "pid": PAGE, "tid": 1, "ts": _us(at), "name": name, "cat": "page"}


def _connections(load: PageLoad) -> Iterator[Event]:
    for one in load.connections:
        process = FIRST + one.id
        yield from _named(process, _connection_name(one), order=process)
        if one.reason == "preconnect" or not one.requests:
            yield from _named(process, "opening", 1, 0)
            for span in setup(one):
                yield _slice(process, 1, span.phase.word, span.start, span.end, "connection", {})


def _connection_name(one: ConnectionRecord) -> str:
    protocol = one.protocol.value if one.protocol is not None else "not open"
    return f"c{one.id} {one.scheme}://{one.host}:{one.port} {protocol}"


def _slice(
    process: int, thread: int, name: str, start: float, end: float, category: str, args: dict[str, Any]
) -> Event:
    return {
        "ph": "X", "pid": process, "tid": thread, "name": name, "cat": category, "ts": _us(start),
        "dur": max(_us(end) - _us(start), 0), "args": args,
    }  # fmt: skip


def _where(request: RequestRecord) -> tuple[int, int]:
    process = FIRST + request.connection if request.connection is not None else NO_CONNECTION
    return process, request.id + 2


def _requests(load: PageLoad) -> Iterator[Event]:
    home = home_of(load)
    yield from _named(NO_CONNECTION, "without a connection", order=1)
    first: dict[int, int] = {}
    for one in load.requests:
        if one.connection is not None:
            first.setdefault(one.connection, one.id)
    for one in load.requests:
        process, thread = _where(one)
        name = f"#{one.id} {place(one.url, home)}"
        yield from _named(process, name, thread, thread)
        opened = None
        if one.connection is not None and first[one.connection] == one.id:
            opened = load.connections[one.connection]
        drawn = spans(one, opened if opened is not None and opened.reason != "preconnect" else None, load.finished_at)
        if not drawn:
            continue
        start, end = min(span.start for span in drawn), max(span.end for span in drawn)
        yield _slice(process, thread, name, start, end, one.destination.value, _facts(one))
        for span in drawn:
            if span.end > span.start:
                yield _slice(process, thread, span.phase.word, span.start, span.end, "phase", {})


def _facts(one: RequestRecord) -> dict[str, Any]:
    known = {
        "url": one.url, "status": one.status, "outcome": one.outcome, "error": one.error,
        "priority": one.priority.name.lower() if one.priority is not None else None,
        "initiator": one.initiator.kind.value, "transferred": one.sizes.transferred, "decoded": one.sizes.decoded,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value is not None}


def _hints(load: PageLoad) -> Iterator[Event]:
    """Each interim response as an instant, and a flow to each request that its hints started."""
    for one in load.interim:
        if one.at is None:
            continue
        process, thread = _where(load.requests[one.request])
        yield {
            "ph": "i", "s": "t", "pid": process, "tid": thread, "ts": _us(one.at), "cat": "interim",
            "name": f"{one.status} {one.reason_phrase}".strip(), "args": {"acted": one.acted, "why": one.reason},
        }  # fmt: skip
    for hint in load.hints:
        interim = load.interim[hint.interim]
        if hint.request is None or not hint.acted or interim.at is None:
            continue
        request = load.requests[hint.request]
        begun = request.times.request_start if request.times.request_start is not None else request.times.discovered
        for phase, (process, thread), at in (
            ("s", _where(load.requests[interim.request]), interim.at),
            ("f", _where(request), begun),
        ):
            event: Event = {
                "ph": phase, "id": hint.id, "pid": process, "tid": thread, "ts": _us(at), "name": "early hint",
                "cat": "hint",
            }  # fmt: skip
            yield event | ({"bp": "e"} if phase == "f" else {})
