"""A first view and a repeat view side by side: what the second asked the network for, and what the cache saved it.

Pure, lines of (text, style) out. One load each shows what was asked for; times of one load each measure no effect.
"""

from __future__ import annotations

from collections.abc import Callable

from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.report.lines import Line, Style, milliseconds, paragraph, size, to_ascii

CAVEAT = "One load each: the counts and sizes are what they are, the times are no measurement."

_Cell = tuple[str, float | None]


def repeat_view(first: PageLoad, second: PageLoad, *, width: int, unicode: bool = True) -> list[Line]:
    """A table of both loads and the difference."""
    rows: list[tuple[str, Callable[[PageLoad], float | None], Callable[[float], str]]] = [
        ("requests sent", lambda load: len(sent(load)), _whole),
        ("of them answered 304", lambda load: sum(_is_confirmed(one) for one in load.requests), _whole),
        ("answered by the HTTP cache", lambda load: sum(_is_hit(one) for one in load.requests), _whole),
        ("connections opened", lambda load: len(load.connections), _whole),
        ("content received", lambda load: sum(one.sizes.transferred or 0 for one in load.requests), _size),
        ("content the cache saved", lambda load: sum(saved(one) for one in load.requests), _size),
        ("final response", lambda load: load.final_response_headers_start, milliseconds),
        ("everything loaded", lambda load: load.finished_at, milliseconds),
    ]
    name = max(min(width - 39, 40), 27)
    lines: list[Line] = [((f"{'':{name}}{'first view':>13}{'repeat view':>13}{'difference':>13}", Style.STRONG),)]
    for title, of, tell in rows:
        before, after = of(first), of(second)
        shown = ["-" if value is None else tell(value) for value in (before, after)]
        change = "-" if before is None or after is None else _signed(after - before, tell)
        lines.append(((f"{title:{name}}{shown[0]:>13}{shown[1]:>13}{change:>13}", Style.PLAIN),))
    lines += paragraph(CAVEAT, width, Style.DIM)
    return lines if unicode else [to_ascii(line) for line in lines]


def sent(load: PageLoad) -> list[RequestRecord]:
    """The requests that reached the network."""
    return [one for one in load.requests if one.times.request_start is not None]


def saved(request: RequestRecord) -> int:
    """Bytes of content that did not have to come again."""
    return request.cache.saved if request.cache is not None else 0


def _is_hit(request: RequestRecord) -> bool:
    return request.cache is not None and request.cache.source != "revalidated"


def _is_confirmed(request: RequestRecord) -> bool:
    return request.cache is not None and request.cache.source == "revalidated"


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _size(value: float) -> str:
    return size(round(value))


def _signed(change: float, tell: Callable[[float], str]) -> str:
    if not change:
        return tell(0)
    return ("−" if change < 0 else "+") + tell(abs(change))
