"""A HAR of Chrome, WebPageTest or Browsertime as what a browser was seen to request."""

from __future__ import annotations

from fetcher.errors import RecordError
from fetcher.record.observed.values import Observed, ObservedRequest
from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.terms import Destination, InitiatorKind, field_value

_BY_MARKUP = (InitiatorKind.PRELOAD_SCAN, InitiatorKind.CSS)
_PAGES = (Destination.DOCUMENT,)
STREAM = "text/event-stream"


def observed_in(load: PageLoad) -> Observed:
    """What ``load``, read from another program's HAR, shows. Raises RecordError where it says of no request what made
    it (Firefox's HAR does not), or where it is a load of ours, in which no script ran."""
    by = load.recorded_by or "fetcher"
    if load.recorded_by is None:
        raise RecordError("this is a load of fetcher's own, in which no script ran; give what a browser recorded")
    if not any(one.initiator.kind in (InitiatorKind.SCRIPT, *_BY_MARKUP) for one in load.requests):
        raise RecordError(
            f"this file of {by} says of no request what made it; save one in Chrome's DevTools, or with Browsertime"
        )
    loaded_at = dict(load.page_timings).get("onLoad")
    made = [
        ObservedRequest(
            one.url,
            one.method,
            one.destination,
            one.mode,
            one.initiator.kind is InitiatorKind.SCRIPT,
            source.url if source is not None else None,
            at := _asked_at(one),
            _between(source, at),
            stream=(field_value(one.response_fields, "content-type") or "").strip().lower().startswith(STREAM),
            awaited=_awaited(one, at, loaded_at),
        )
        for one in load.requests
        if one.destination not in _PAGES and one.initiator.kind in (InitiatorKind.SCRIPT, *_BY_MARKUP)
        for source in [load.requests[one.initiator.request] if one.initiator.request is not None else None]
    ]
    return Observed(load.url, load.final_url or load.url, by, tuple(made))


def _awaited(one: RequestRecord, at: float | None, loaded_at: float | None) -> bool | None:
    """Whether the load event may have waited for it: it was made, and over, by then."""
    over = one.times.response_end if one.times.response_end is not None else at
    return None if over is None or loaded_at is None else over <= loaded_at


def _asked_at(one: RequestRecord) -> float | None:
    return one.times.discovered if one.times.request_start is None else one.times.request_start


def _between(source: RequestRecord | None, at: float | None) -> float | None:
    end = source.times.response_end if source is not None else None
    return round(max(at - end, 0.0), 3) if end is not None and at is not None else None
