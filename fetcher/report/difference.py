"""Two loads of one page side by side, hints off and on: pure, lines of (text, style) out.

One run each shows where time goes; it does not measure an effect, and the table says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.report.escape import pad, safe_load, shorten
from fetcher.report.lines import Line, Style, milliseconds, paragraph, place, signed, to_ascii, trimmed
from fetcher.report.rows import home_of
from fetcher.terms import Destination

CAVEAT = "One run each; not a measurement of effect size. − is sooner with hints."
MOST_HINTED = 20

Figures = tuple[str, float | None, float | None]


def difference(off: PageLoad, on: PageLoad, *, width: int, unicode: bool = True) -> list[Line]:
    """A table of instants in ``off`` and ``on`` (ms from navigation start) and what is sooner in ``on``."""
    off, on = safe_load(off, unicode=unicode), safe_load(on, unicode=unicode)
    number = 11
    name = max(min(width - 3 * (number + 2), 60), 24)
    lines = [
        _row(shorten(place(on.url, None), name), ("hints off", "hints on", "difference"), name, number, Style.STRONG)
    ]
    for title, before, after in _figures(off, on):
        change = signed(after - before) if before is not None and after is not None else "-"
        style = Style.PLAIN
        if before is not None and after is not None and abs(after - before) >= 0.05:
            style = Style.GOOD if after < before else Style.WARNING
        shown = tuple("-" if value is None else milliseconds(value) for value in (before, after))
        lines.append(_row(shorten(title, name), (*shown, change), name, number, style))
    lines += paragraph(CAVEAT, width, Style.DIM)
    return lines if unicode else [to_ascii(line) for line in lines]


def _row(title: str, figures: tuple[str, ...], name: int, number: int, style: Style) -> Line:
    first, second, change = (pad(figure, number + 2, right=True) for figure in figures)
    head = Style.STRONG if style is Style.STRONG else Style.PLAIN
    return trimmed([(pad(title, name), head), (first + second, head), (change, style)])


def _figures(off: PageLoad, on: PageLoad) -> Iterator[Figures]:
    yield "first interim response", off.first_interim_response_start, on.first_interim_response_start
    yield "final response headers", off.final_response_headers_start, on.final_response_headers_start
    yield "style sheets complete", _last_end(off, Destination.STYLE), _last_end(on, Destination.STYLE)
    yield "last response end", _last_end(off), _last_end(on)
    home = home_of(on)
    hinted = [on.requests[hint.request] for hint in on.hints if hint.acted and hint.request is not None]
    for request in hinted[:MOST_HINTED]:
        other = next((one for one in off.requests if one.url == request.url), None)
        what = place(request.url, home)
        yield f"{what} sent", _sent(other), _sent(request)
        yield f"{what} complete", _end(other), _end(request)


def _last_end(load: PageLoad, destination: Destination | None = None) -> float | None:
    ends = [
        request.times.response_end
        for request in load.requests
        if request.times.response_end is not None and destination in (None, request.destination)
    ]
    return max(ends, default=None)


def _sent(request: RequestRecord | None) -> float | None:
    return request.times.request_start if request is not None else None


def _end(request: RequestRecord | None) -> float | None:
    return request.times.response_end if request is not None else None
