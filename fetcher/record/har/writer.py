"""A PageLoad as HAR 1.2, for the tools that read it: DevTools, WebPageTest, PerfCascade, spreadsheets.

What the format cannot say goes into members that begin with "_", as it allows: the names DevTools and chrome-har use
where they have one (``_resourceType`` ``_priority`` ``_initiator`` ``_transferSize`` ``_error`` ``_fromCache``,
``response.fromEarlyHints``), ours where nobody writes it: ``_earlyHints`` (each interim response, on the request that
received it), ``_hints`` (each link of a 103 and what came of it, on the page),
``_refused`` (what a policy of the page kept from being asked for). ``_fetcher``, on pages and entries, is
the rest of the record as in its own saved form, so that ``reader`` gives back the same load. What the page named stands
with what came of it: on the entry of the request that it made, else of the request whose content named it.

A hinted request stands with its true times: from the 103 that asked for it, not from the document that used it.
"""

from __future__ import annotations

import ipaddress
import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any

from fetcher.errors import RecordError
from fetcher.record.codec import encode
from fetcher.record.har.words import HTTP_VERSIONS, INITIATOR_TYPES, PRIORITIES, RESOURCE_TYPES
from fetcher.record.page_load import ConnectionRecord, InterimResponse, PageLoad, RequestRecord
from fetcher.record.redaction import redacted
from fetcher.terms import Fields, InitiatorKind, field_value

ENTRY_MEMBERS = {"url", "method", "fields", "response_fields"}
"""Members of a request that HAR itself holds; ``_fetcher`` leaves them out."""
PAGE_MEMBERS = {"requests", "interim", "hints", "discoveries", "schema"}
DISCOVERIES = "discoveries"
"""The one member of an entry's ``_fetcher`` that is not of its request."""
PAGE, REPEAT = "page_1", "page_2"

Har = dict[str, Any]

_DISK = ("disk", "http-cache")
"""DevTools' word for its HTTP cache is ours for the same thing, wherever the bytes are."""


def to_har(
    load: PageLoad,
    *,
    redact: bool = True,
    instants: Mapping[str, float] | None = None,
    repeat: PageLoad | None = None,
) -> Har:
    """``load`` as HAR values, ready for ``json.dump``. ``instants`` are estimated moments of the page (name to
    milliseconds: {"renderStart": 512.3}), written as ``_renderStart`` and named in ``_estimated``. ``repeat``
    is the page's repeat view, a second page in the same file. Raises ``RecordError`` for a record without a
    readable start."""
    load = redacted(load) if redact else load
    try:
        start = datetime.fromisoformat(load.started_at)
    except ValueError as error:
        raise RecordError(f"This record cannot be written as HAR: {load.started_at!a} is not a date") from error
    early = {request.id: [one for one in load.interim if one.request == request.id] for request in load.requests}
    named = _discoveries(load)
    har: Har = {
        "log": {
            "version": "1.2",
            "creator": {"name": "fetcher", "version": sys.modules["fetcher"].__version__},
            "pages": [_page(load, start, instants or {})],
            "entries": [
                _entry(load, request, start, early[request.id], named.get(request.id, [])) for request in load.requests
            ],
        }
    }
    if repeat is not None:
        second = to_har(repeat, redact=redact)["log"]
        second["pages"][0]["id"] = REPEAT
        har["log"]["pages"] += second["pages"]
        har["log"]["entries"] += [{**entry, "pageref": REPEAT} for entry in second["entries"]]
    return har


def save_har(load: PageLoad, path: str | PathLike[str], *, redact: bool = True) -> None:
    """Write ``load`` to ``path`` as HAR (ASCII). Raises ``RecordError`` when it cannot be written."""
    text = har_text(load, redact=redact)
    try:
        Path(path).write_text(text, encoding="ascii", newline="\n")
    except OSError as error:
        raise RecordError(f"The HAR file cannot be written to {path}: {error.strerror or error}") from error


def har_text(load: PageLoad, *, redact: bool = True, repeat: PageLoad | None = None) -> str:
    """``to_har`` as text. Raises ``RecordError`` for a time that is not a finite number."""
    try:
        return json.dumps(to_har(load, redact=redact, repeat=repeat), indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        raise RecordError(f"This record cannot be written as HAR: {error}") from error


def _page(load: PageLoad, start: datetime, instants: Mapping[str, float]) -> Har:
    known = dict(load.page_timings)
    return {
        "startedDateTime": _instant(start, 0.0),
        "id": PAGE,
        "title": load.final_url or load.url,
        "pageTimings": {
            # No script ran and nothing was painted: there was no such event, unless a browser recorded the load.
            "onContentLoad": known.pop("onContentLoad", -1),
            "onLoad": known.pop("onLoad", -1),
            **known,
            **{f"_{name}": at for name, at in instants.items()},
            **({"_estimated": [f"_{name}" for name in instants]} if instants else {}),
        },
        "_hints": [encode(hint) for hint in load.hints],
        "_refused": [
            {"url": one.url, "rule": one.rule, "reason": one.reason, "time": one.at}
            for one in load.discoveries
            if one.rule is not None and one.outcome != "no-request"
        ],
        "_fetcher": {name: value for name, value in encode(load).items() if name not in PAGE_MEMBERS},
    }


def _discoveries(load: PageLoad) -> dict[int, list[Har]]:
    """What was named, by the request on whose entry it stands; ``number`` is its place among all."""
    found: dict[int, list[Har]] = {}
    for number, one in enumerate(load.discoveries):
        home = one.request if one.request is not None else one.source
        found.setdefault(home, []).append({"number": number, **encode(one)})
    return found


def _entry(
    load: PageLoad, request: RequestRecord, start: datetime, early: list[InterimResponse], named: list[Har]
) -> Har:
    line = load.connections[request.connection] if request.connection is not None else None
    timings = _timings(request, line, load.finished_at)
    hinted = request.initiator.kind is InitiatorKind.EARLY_HINT or request.hint is not None
    entry: Har = {
        "pageref": PAGE,
        "startedDateTime": _instant(start, request.times.discovered),
        # ssl lies inside connect; -1 is "did not apply"
        "time": round(sum(max(value, 0.0) for name, value in timings.items() if name != "ssl"), 3),
        "request": _request(request, line),
        "response": {**_response(load, request), "fromEarlyHints": hinted},
        "cache": {},
        "timings": timings,
        "_resourceType": RESOURCE_TYPES[request.destination],
        "_initiator": _initiator(load, request),
        "_requestId": str(request.id),
        "_fetcher": {
            **{name: value for name, value in encode(request).items() if name not in ENTRY_MEMBERS},
            **({DISCOVERIES: named} if named else {}),
        },
    }
    if request.priority is not None:
        entry["_priority"] = entry["_initialPriority"] = PRIORITIES[request.priority]
    if request.connection is not None:
        entry["connection"] = str(request.connection)
    if line is not None and line.address is not None and (address := _address(line.address)) is not None:
        entry["serverIPAddress"] = address
    if request.cache_source in (*_DISK, "memory"):
        entry["_fromCache"] = "disk" if request.cache_source in _DISK else "memory"
    if early:
        entry["_earlyHints"] = [_interim(one) for one in early]
    return entry


def _request(request: RequestRecord, line: ConnectionRecord | None) -> Har:
    query = request.url.partition("#")[0].partition("?")[2]
    return {
        "method": request.method,
        "url": request.url,
        "httpVersion": line.protocol.value if line is not None and line.protocol is not None else "unknown",
        "cookies": _cookies(field_value(request.fields, "cookie")),
        "headers": _headers(request.fields),
        "queryString": [
            {"name": name, "value": value}
            for name, _, value in (part.partition("=") for part in query.split("&"))
            if name
        ],
        "headersSize": -1,
        "bodySize": 0,
    }


def _response(load: PageLoad, request: RequestRecord) -> Har:
    sizes, version = request.sizes, request.version or "unknown"
    location = field_value(request.response_fields, "location")
    content: Har = {
        "size": sizes.decoded or 0,
        "mimeType": field_value(request.response_fields, "content-type") or "x-unknown",
    }
    if sizes.decoded is not None and sizes.transferred is not None:
        content["compression"] = sizes.decoded - sizes.transferred
    response: Har = {
        "status": request.status or 0,
        "statusText": request.reason_phrase or "",
        "httpVersion": HTTP_VERSIONS.get(version, version),
        "cookies": [
            cookie
            for name, value in request.response_fields
            if name == "set-cookie"
            for cookie in _cookies(value.partition(";")[0])
        ],
        "headers": _headers(request.response_fields),
        "content": content,
        "redirectURL": load.requests[request.redirect_to].url if request.redirect_to is not None else location or "",
        "headersSize": -1 if sizes.head is None else sizes.head,
        "bodySize": -1 if sizes.transferred is None else sizes.transferred,
        "fromDiskCache": request.cache_source in _DISK,
        "fromServiceWorker": request.cache_source == "service-worker",
    }
    if request.cache_source is not None:
        response["_transferSize"] = 0
    elif sizes.transferred is not None:
        response["_transferSize"] = sizes.transferred + (sizes.head or 0)
    if request.error is not None:
        response["_error"] = request.error
    return response


def _timings(request: RequestRecord, line: ConnectionRecord | None, finished: float | None) -> dict[str, float]:
    """HAR's phases of one request, which lie end to end from when it was decided on. Only the request that waited for
    its connection carries the phases of opening it, cut where they began before it (a preconnect's), as in Chromium."""
    times = request.times
    begin, sent, head = times.discovered, times.request_start, times.final_response_headers_start
    ends = (times.response_end, times.failed_at, head, sent)
    stop = next((at for at in ends if at is not None), None)
    if stop is None:
        stop = finished if finished is not None and request.outcome == "pending" else begin
    sent_or_stop = sent if sent is not None else stop
    dns = connect = ssl = -1.0
    if line is not None and request.reused_connection is False:
        dns = _within(begin, sent_or_stop, line.lookup_start, line.lookup_end)
        connect = _within(begin, sent_or_stop, line.connect_start, line.connect_end)
        ssl = _within(begin, sent_or_stop, line.tls_start, line.connect_end)
    blocked = sent_or_stop - begin - max(dns, 0.0) - max(connect, 0.0)
    until_head = head if head is not None else stop
    timings = {
        "blocked": max(blocked, 0.0),
        "dns": dns,
        "connect": connect,
        "ssl": ssl,
        "send": 0.0,
        "wait": max(until_head - sent, 0.0) if sent is not None else 0.0,
        "receive": max(stop - head, 0.0) if head is not None else 0.0,
    }
    return {name: round(value, 3) for name, value in timings.items()}


def _within(begin: float, end: float, start: float | None, stop: float | None) -> float:
    """How long a phase of opening a connection took of a request's own time; -1 when none of it."""
    if start is None or stop is None or stop > end or (stop <= begin and start < begin):
        return -1.0
    return stop - max(start, begin)


def _initiator(load: PageLoad, request: RequestRecord) -> Har:
    """As DevTools writes it (lines count from 0), with our own word beside its few."""
    initiator = request.initiator
    told: Har = {"type": INITIATOR_TYPES[initiator.kind], "_kind": initiator.kind.value}
    if initiator.request is not None:
        told["url"] = load.requests[initiator.request].url
    if initiator.line is not None:
        told["lineNumber"] = initiator.line - 1
    return told


def _interim(one: InterimResponse) -> Har:
    """``time`` is milliseconds from the page's start; ``processed`` whether the profile that loaded it acted on it."""
    return {
        "status": one.status,
        "statusText": one.reason_phrase,
        "time": one.at,
        "headers": _headers(one.fields),
        "processed": one.acted,
        "_fetcher": {"id": one.id, "rule": one.rule, "reason": one.reason, "raw": one.raw, "offset": one.offset},
    }


def _headers(fields: Fields) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields]


def _cookies(value: str | None) -> list[dict[str, str]]:
    """Name and value of each pair; none of a redacted field."""
    pairs = (part.partition("=") for part in (value or "").split(";"))
    return [{"name": name.strip(), "value": text.strip()} for name, equals, text in pairs if equals]


def _address(text: str) -> str | None:
    """The address without its zone, if HAR's readers will take it for one."""
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _instant(start: datetime, at: float) -> str:
    """``at`` milliseconds after ``start``, to the microsecond; a forged time beyond the calendar stays at its start."""
    try:
        moment = start + timedelta(milliseconds=at)
    except OverflowError:
        moment = start
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
