"""The time that hints can fill, between the 103 and the final head, and how many bytes it can carry.

The link's rate is an estimate by what came: the fastest stretch without a pause in which enough came to tell. Short or
small loads do not tell, and then it is None.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.analysis.links import early_hints_of
from fetcher.record.page_load import PageLoad, RequestRecord

ENOUGH_BYTES = 65_536
ENOUGH_MS = 20.0


@dataclass(frozen=True, slots=True)
class Window:
    """``opens`` with the 103, ``closes`` with the final head (ms from navigation start)."""

    opens: float
    closes: float

    @property
    def duration(self) -> float:
        return round(self.closes - self.opens, 3)

    def carries(self, rate: float, rtt: float = 0.0) -> int:
        """Bytes, at ``rate`` bytes per ms: the first can come a round trip after the window opened."""
        return int(rate * max(0.0, self.duration - rtt))


def window_of(load: PageLoad) -> Window | None:
    """None where no 103 came, or nobody told when, or no final head."""
    heads = early_hints_of(load)
    closes = load.final_response_headers_start
    opens = heads[0].at if heads else None
    return Window(opens, closes) if opens is not None and closes is not None and closes >= opens else None


def think_time(load: PageLoad, rtt: float) -> float | None:
    """How long the server took for the final head: from the request, without a round trip; ms."""
    document = load.document_request
    if document is None:
        return None
    start, head = document.times.request_start, document.times.final_response_headers_start
    return None if start is None or head is None else max(0.0, round(head - start - rtt, 3))


def link_rate(load: PageLoad) -> float | None:
    """Bytes per ms that the network was seen to carry, all connections together; None where too little came."""
    spans = sorted(span for one in load.requests if (span := _span(one)) is not None)
    best: float | None = None
    begin = end = 0.0
    size = 0
    for start, stop, count in [*spans, (float("inf"), float("inf"), 0)]:
        if size and start > end:
            if size >= ENOUGH_BYTES and end - begin >= ENOUGH_MS:
                best = max(best or 0.0, size / (end - begin))
            size = 0
        if not size:
            begin, end = start, stop
        end, size = max(end, stop), size + count
    return None if best is None else round(best, 3)


def _span(one: RequestRecord) -> tuple[float, float, int] | None:
    """When its content came, and how much."""
    start, stop, size = one.times.final_response_headers_start, one.times.response_end, one.sizes.transferred
    if one.timing_is_cache_read or start is None or stop is None or not size or stop < start:
        return None
    return start, stop, size
