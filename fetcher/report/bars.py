"""From a request's times to the cells of its bar.

A bar is made of phases, each with a glyph of its own so that they are told apart without colour: queued (discovered,
not sent), look-up, connect and TLS of the connection it opened, waiting for the final head, receiving; or read from a
cache, where none of these was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from fetcher.record.page_load import ConnectionRecord, RequestRecord
from fetcher.report.lines import Segment, Style


class Phase(Enum):
    """Glyph, style and the word for the legend, in order of time."""

    QUEUED = ("·", Style.QUEUED, "queued")
    LOOKUP = ("┄", Style.LOOKUP, "look-up")
    CONNECT = ("╌", Style.CONNECT, "connect")
    TLS = ("═", Style.TLS, "TLS")
    WAITING = ("░", Style.WAITING, "waiting")
    RECEIVING = ("█", Style.RECEIVING, "receiving")
    CACHE = ("▒", Style.CACHE, "read from a cache")

    @property
    def segment(self) -> Segment:
        return self.value[0], self.value[1]

    @property
    def word(self) -> str:
        return self.value[2]


@dataclass(frozen=True, slots=True)
class Span:
    start: float
    end: float
    phase: Phase


@dataclass(frozen=True, slots=True)
class Scale:
    """``width`` cells for the time from 0 to ``end`` ms."""

    end: float
    width: int

    def column(self, at: float) -> int:
        return max(0, min(self.width - 1, int(at / self.end * self.width)))

    def last_column(self, end: float) -> int:
        """The column of the last instant before ``end``."""
        return max(0, min(self.width - 1, math.ceil(end / self.end * self.width) - 1))

    def ticks(self) -> list[float]:
        """Round instants (1, 2 or 5 times a power of ten apart) with room for their labels, from 0."""
        room = max(2, self.width // 9)
        step = 10.0 ** math.floor(math.log10(self.end / room))
        step *= next((factor for factor in (1, 2, 5) if step * factor * room >= self.end), 10)
        return [step * n for n in range(int(self.end / step) + 1)]


def setup(connection: ConnectionRecord) -> list[Span]:
    """What opening ``connection`` took, by phase; an unfinished phase lasts until the connection was given up."""
    c = connection
    points = (
        (c.lookup_start, c.lookup_end, Phase.LOOKUP),
        (c.connect_start, c.tcp_end, Phase.CONNECT),
        (c.tls_start, c.connect_end, Phase.TLS),
    )
    spans: list[Span] = []
    for start, end, phase in points:
        if start is None:
            continue
        stop = end if end is not None else c.closed_at
        if stop is not None:
            spans.append(Span(start, stop, phase))
        if end is None:
            break
    return spans


def spans(request: RequestRecord, opened: ConnectionRecord | None, unfinished: float | None) -> list[Span]:
    """The phases of ``request``. ``opened`` is the connection opened for it; ``unfinished`` is when the load was over,
    for a request nothing ended."""
    t = request.times
    stop = t.response_end if t.response_end is not None else t.failed_at if t.failed_at is not None else unfinished
    known = [at for at, _ in request.chunks[-1:]]
    known += [at for at in (t.final_response_headers_start, t.first_interim_response_start, t.request_start) if at]
    if stop is None:
        stop = max(known, default=t.discovered)
    if request.timing_is_cache_read and t.request_start is None:
        return [Span(t.discovered, stop, Phase.CACHE)]
    sent = t.request_start if t.request_start is not None else stop
    made = [Span(t.discovered, sent, Phase.QUEUED)]
    if opened is not None:
        made += [span for span in setup(opened) if span.start <= sent]
    if t.request_start is not None:
        head = t.final_response_headers_start if t.final_response_headers_start is not None else stop
        made.append(Span(t.request_start, head, Phase.WAITING))
        if t.final_response_headers_start is not None:
            made.append(Span(head, stop, Phase.RECEIVING))
    return made


def end_of(painted: Iterable[Span]) -> float:
    return max((span.end for span in painted), default=0.0)


def paint(parts: Sequence[Span], scale: Scale, *, group: bool = False) -> list[Segment | None]:
    """One segment per cell, None where nothing happened. A cell shows the phase that fills most of it; in a ``group``
    (the union of many bars) the latest phase any of them is in. What was received always shows."""
    row: list[Segment | None] = [None] * scale.width
    filled = [0.0] * scale.width
    cell = scale.end / scale.width
    # Setup lies over queueing, which goes on beneath it: equal shares go to the later span.
    for span in sorted(parts, key=lambda span: _ORDER[span.phase]) if group else parts:
        for column in range(scale.column(span.start), scale.last_column(span.end) + 1):
            share = min(span.end, (column + 1) * cell) - max(span.start, column * cell)
            beneath = row[column] == Phase.QUEUED.segment
            if share > 0 and (group or beneath or share >= filled[column]):
                row[column] = span.phase.segment
                filled[column] = share
    for span in parts:
        if span.phase is Phase.RECEIVING:
            row[scale.last_column(max(span.end, span.start))] = span.phase.segment
    if parts and not any(row):  # everything at one instant
        row[scale.column(parts[-1].start)] = parts[-1].phase.segment
    return row


_ORDER = {phase: order for order, phase in enumerate(Phase)}
