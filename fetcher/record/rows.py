"""A PageLoad as plain rows, one per request, for pandas and other tables: ``DataFrame(load.to_rows())``.

Every value is text, a number, True, False or None (unknown), every row has the same keys in the same order. Keys that
end in ``_ms`` are durations, ``_at`` are milliseconds from navigation start, ``_bytes`` are sizes; Resource Timing's
own names (request_start, response_end ...) are milliseconds from navigation start too.
"""

from __future__ import annotations

from typing import Any

from fetcher.fields import mime
from fetcher.record.page_load import ConnectionRecord, PageLoad, RequestRecord
from fetcher.terms import field_values

Row = dict[str, Any]


def rows_of(load: PageLoad) -> list[Row]:
    """One row per request, in the order of their ids."""
    return [_row(load, request) for request in load.requests]


def _row(load: PageLoad, request: RequestRecord) -> Row:
    times, sizes, initiator = request.times, request.sizes, request.initiator
    line = load.connections[request.connection] if request.connection is not None else None
    opened = line if line is not None and request.reused_connection is False else None
    hint = load.hints[request.hint] if request.hint is not None else None
    caches = request.cache_status
    content_type = mime.extract(field_values(request.response_fields, "content-type"))
    return {
        "id": request.id,
        "url": request.url,
        "method": request.method,
        "destination": request.destination.value,
        "mode": _word(request.mode),
        "credentials": _word(request.credentials),
        "priority": None if request.priority is None else request.priority.name.lower(),
        "fetch_priority": request.fetch_priority.value,
        "initiator": initiator.kind.value,
        "initiator_request": initiator.request,
        "element": initiator.element,
        "line": initiator.line,
        "offset_bytes": initiator.offset,
        "status": request.status,
        "outcome": request.outcome,
        "error": request.error,
        "redirect_to": request.redirect_to,
        "earlier": request.earlier,
        "content_type": content_type.essence if content_type is not None else None,
        # times, one line for all
        "discovered": times.discovered,
        "request_start": times.request_start,
        "first_interim_response_start": times.first_interim_response_start,
        "final_response_headers_start": times.final_response_headers_start,
        "response_end": times.response_end,
        "failed_at": times.failed_at,
        "held": request.held,
        "released_at": request.released_at,
        "queued_ms": _between(times.discovered, times.request_start),
        "wait_ms": _between(times.request_start, times.final_response_headers_start),
        "receive_ms": _between(times.final_response_headers_start, times.response_end),
        "timing_is_cache_read": request.timing_is_cache_read,
        # sizes
        "head_bytes": sizes.head,
        "transferred_bytes": sizes.transferred,
        "decoded_bytes": sizes.decoded,
        # the connection, and what opening it for this request took
        "protocol": _word(line.protocol) if line is not None else None,
        "version": request.version,
        "connection": request.connection,
        "reused_connection": request.reused_connection,
        "coalesced": request.coalesced,
        "address": line.address if line is not None else None,
        "rtt_ms": line.rtt if line is not None else None,
        **_opening(opened),
        # caches
        "cache_source": request.cache_source,
        "cache_hit": caches.hit if caches is not None else None,
        "cache_said": caches.said if caches is not None else None,
        "age_s": caches.age if caches is not None else None,
        # the hint that asked for it
        "hint": request.hint,
        "hint_used": hint.used if hint is not None else None,
        "hint_used_at": hint.used_at if hint is not None else None,
        "head_start_ms": hint.head_start if hint is not None else None,
    }


def _opening(line: ConnectionRecord | None) -> Row:
    """Only the request a connection was opened for carries its phases, so that sums over rows count them once."""
    if line is None:
        return {"lookup_ms": None, "tcp_ms": None, "tls_ms": None}
    return {"lookup_ms": _between(line.lookup_start, line.lookup_end), "tcp_ms": line.tcp_time, "tls_ms": line.tls_time}


def _word(value: Any) -> str | None:
    return None if value is None else str(value.value)


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round(end - start, 3)
