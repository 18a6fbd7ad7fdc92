"""The 103s that a HAR tells of (``_earlyHints`` on the document's entry) and their links, matched with the entries.

A browser's file shows that a hint was acted on only by its request (``response.fromEarlyHints``); a link without one
is not called acted on, with the rule that drops it in a 103 where there is such a rule.
"""

from __future__ import annotations

from collections.abc import Sequence

from fetcher.fields.early_hint import CrossOrigin, EarlyHint, filter_early_hint
from fetcher.fields.link import parse
from fetcher.record.har.entry import Entry, number
from fetcher.record.page_load import Hint, InterimResponse, RequestRecord
from fetcher.terms import Credentials, FetchPriority, Fields, InitiatorKind, Mode, field_values
from fetcher.urls import resolve

_SHOWN = "the browser fetched it: the file has a request that came from early hints"
_UNSHOWN = "the file does not show that the browser acted on it"


def hints_of(
    hops: Sequence[tuple[int, Entry]], requests: Sequence[RequestRecord]
) -> tuple[tuple[InterimResponse, ...], tuple[Hint, ...]]:
    """Interim responses of the navigation's ``hops`` (request id and entry), and every link of its 103s."""
    interim: list[InterimResponse] = []
    hints: list[Hint] = []
    fetched = {one.url: one for one in reversed(requests) if one.initiator.kind is InitiatorKind.EARLY_HINT}
    for hop, entry in hops:
        for told in entry.early:
            if not isinstance(told, dict):
                continue
            status = told.get("status", 103)
            fields = _fields(told.get("headers"))
            if not isinstance(status, int) or not 100 <= status <= 199:
                continue
            here = len(interim)
            links = parse(field_values(fields, "link")).links if status == 103 else ()
            found = [filter_early_hint(link) for link in links]
            for link, hint in zip(links, found, strict=True):
                hints.append(_hint(len(hints), here, link.raw, link.target, hint, entry.url.href, fetched))
            acted = any(hint.acted for hint in hints if hint.interim == here)
            interim.append(
                InterimResponse(
                    id=here,
                    request=hop,
                    at=_time(told.get("time"), requests[hop], interim),
                    status=status,
                    reason_phrase="",
                    fields=fields,
                    acted=acted,
                    rule="HAR",
                    reason="the file has requests that its links asked for" if acted else _UNSHOWN,
                )
            )
    return tuple(interim), tuple(hints)


def _hint(
    id: int,
    interim: int,
    raw: str,
    target: str,
    found: object,
    base: str,
    fetched: dict[str, RequestRecord],
) -> Hint:
    url = resolve(target, base)
    kept = found if isinstance(found, EarlyHint) else None
    request = fetched.get(url.href) if url is not None and kept is not None else None
    rule, reason = "HAR", _SHOWN if request is not None else _UNSHOWN
    if kept is None:
        rule, reason = found.rule, found.message  # type: ignore[attr-defined]
    return Hint(
        id=id,
        interim=interim,
        raw=raw,
        href=target,
        url=url.href if url is not None else None,
        rel=kept.rel if kept is not None else None,
        destination=kept.destination if kept is not None else None,
        mode=(Mode.CORS if kept.crossorigin else Mode.NO_CORS) if kept is not None else None,
        credentials=_credentials(kept),
        fetch_priority=kept.fetch_priority if kept is not None else FetchPriority.AUTO,
        acted=request is not None,
        rule=rule,
        reason=reason,
        request=request.id if request is not None else None,
        # what stands in the file is the page's own read of what the hint brought
        used=True if request is not None and request.timing_is_cache_read else None,
        used_at=request.times.discovered if request is not None and request.timing_is_cache_read else None,
    )


def _credentials(kept: EarlyHint | None) -> Credentials | None:
    if kept is None:
        return None
    return Credentials.SAME_ORIGIN if kept.crossorigin is CrossOrigin.ANONYMOUS else Credentials.INCLUDE


def _time(told: object, request: RequestRecord, before: Sequence[InterimResponse]) -> float | None:
    """The instant, where it fits between the request and its final head and after the 103 before."""
    at, times = number(told), request.times
    latest = max((one.at for one in before if one.at is not None), default=0.0)
    if at is None or at < max(times.request_start or 0.0, latest):
        return None
    head = times.final_response_headers_start
    return None if head is not None and at > head else at


def _fields(data: object) -> Fields:
    members = data if isinstance(data, list) else []
    pairs = ((one.get("name"), one.get("value")) for one in members if isinstance(one, dict))
    return tuple(
        (name.lower(), line.strip())
        for name, value in pairs
        if isinstance(name, str) and isinstance(value, str)
        for line in value.split("\n")  # Chrome joins lines so
    )
