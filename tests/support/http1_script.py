"""Plays bytes to an HTTP/1.1 engine, cut as a test likes, and tells what it said in one short line an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fetcher.errors import FetcherError, LimitExceeded
from fetcher.terms import Fields, Limits
from fetcher.wire.events import (
    BodyData,
    ConnectionEnded,
    InterimResponse,
    RequestHead,
    ResponseEnd,
    ResponseFailed,
    ResponseHead,
    WireEvent,
)
from fetcher.wire.http1 import Http1Engine


def request(method: str = "GET", fields: Fields = (), target: str = "/") -> RequestHead:
    return RequestHead(method, "http", "a.test", target, fields)


def play(
    pieces: Iterable[bytes],
    *,
    head: RequestHead | None = None,
    eof: bool = False,
    limits: Limits | None = None,
) -> list[WireEvent]:
    """One request, then each piece as one read, then the end when ``eof``; content of adjoining reads joined."""
    engine = Http1Engine(limits or Limits())
    engine.send_request(head or request(), end=True)
    engine.data_to_send()
    events: list[WireEvent] = []
    for piece in pieces:
        events += engine.receive(piece, 1.0)
    if eof:
        events += engine.receive_eof(1.0)
    return joined(events)


def joined(events: Iterable[WireEvent]) -> list[WireEvent]:
    """The same events with each run of BodyData made one: how content was cut is not what was said."""
    result: list[WireEvent] = []
    for event in events:
        last = result[-1] if result else None
        if isinstance(event, BodyData) and isinstance(last, BodyData):
            result[-1] = replace(last, data=last.data + event.data, flow=last.flow + event.flow)
        else:
            result.append(event)
    return result


def told(events: Iterable[WireEvent]) -> list[str]:
    """One line an event: ``103 Early Hints link=</a>``, ``200 OK [bare-lf]``, ``body hi``, ``end``, ``ended``."""
    return [_line(event) for event in events]


def outcomes(events: Iterable[WireEvent]) -> list[tuple[object, ...]]:
    """Events as values that compare: errors by class, text and limit."""
    return [
        (type(event).__name__, *(_value(getattr(event, name)) for name in event.__dataclass_fields__))
        for event in events
    ]


def _value(value: object) -> object:
    return (type(value), str(value), getattr(value, "limit", None)) if isinstance(value, FetcherError) else value


def _line(event: WireEvent) -> str:
    match event:
        case InterimResponse():
            words = [f"{event.status}", event.reason, *_fields(event.fields), *_notes(event.deviations)]
        case ResponseHead():
            version = "1.0" if event.version == "HTTP/1.0" else ""
            words = ["final", version, f"{event.status}", event.reason]
            words += [*_fields(event.fields), *_notes(event.deviations)]
        case BodyData():
            words = ["body", event.data.decode("latin-1")]
        case ResponseEnd():
            words = ["end", *_fields(event.trailers), *_notes(event.deviations)]
        case ResponseFailed():
            words = ["failed", _kind(event.error)]
        case ConnectionEnded():
            words = ["ended", _kind(event.error)]
        case _:
            words = [type(event).__name__]
    return " ".join(word for word in words if word)


def _fields(fields: Fields) -> list[str]:
    return [f"{name}={value}" for name, value in fields if name != "content-length"]


def _notes(deviations: tuple[str, ...]) -> list[str]:
    return [f"[{', '.join(deviations)}]"] if deviations else []


def _kind(error: FetcherError | None) -> str:
    if isinstance(error, LimitExceeded):
        return error.limit
    return error.kind if error else ""
