"""The waterfall of one load as a table: a row per request, its phases as a bar, both first-byte clocks as guides.

It reads without its script: bars, guides, head starts and the page's own discovery of each hinted URL are in the
markup. The script adds arrows from the 103 to what it started, details, keys and the filter. About 500 bytes a row.
Places are per cent of the axis (--a, --w), so that the script can zoom by one number.
"""

from __future__ import annotations

from collections.abc import Mapping

from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.report.bars import Phase, Span
from fetcher.report.escape import cells, shorten
from fetcher.report.html.markup import share, text
from fetcher.report.lines import Style, milliseconds
from fetcher.report.rows import Row, has_failed, is_observed, label_place, marked_interim, rows, short_found
from fetcher.terms import InitiatorKind

CLASSES = {
    Phase.QUEUED: "q",
    Phase.LOOKUP: "l",
    Phase.CONNECT: "k",
    Phase.TLS: "t",
    Phase.WAITING: "w",
    Phase.RECEIVING: "x",
    Phase.CACHE: "h",
}
"""By phase; the picture (``svg``) has the same."""
MOST_CHUNKS = 100
"""Marks for the pieces a document came in; more would be one black bar."""
_FIELDS = frozenset(
    ("age", "cache-control", "cf-cache-status", "content-encoding", "content-type", "location", "server-timing", "vary",
     "x-cache", "cache-status", "timing-allow-origin", "access-control-allow-origin")
)  # fmt: skip
_LONGEST = 160
MOST_SHOWN, FEWEST_SHOWN, WIDEST, WIDEST_BESIDE = 72, 12, 52, 36
"""Characters: of a resource's name; of the column of names at least and at most, less where another load may stand
beside it; the rest is the chart's."""


def axis_end(load: PageLoad) -> float:
    """Where the time axis of ``load`` ends, ms."""
    table = rows(load, all_rows=True)
    return max([row.end for row in table] + [0.001])


def waterfall(
    load: PageLoad,
    *,
    name: str,
    end: float,
    lines: Mapping[str, float] | None = None,
    critical: frozenset[int] = frozenset(),
    is_alone: bool = True,
) -> str:
    """``load`` (its texts safe already) as a ``<table>`` over 0 to ``end`` ms. ``name`` prefixes the ids of its rows;
    ``lines`` are further instants to mark, by label; ``critical`` the requests on the critical path. ``is_alone``:
    no other load stands on the page."""
    instants = dict(lines or {})
    marked = marked_interim(load)
    hop = load.requests[load.navigations[-1]] if load.navigations else None
    guides = []
    if marked is not None and marked.at is not None:
        guides.append(("i", "103", marked.at))
    if hop is not None and hop.times.final_response_headers_start is not None:
        guides.append(("f", "final head", hop.times.final_response_headers_start))
    guides += [("m", label, at) for label, at in instants.items()]
    every = rows(load, all_rows=True)
    body = "".join(_row(load, row, name, end, critical) for row in every)
    longest = max([cells(shorten(row.what, MOST_SHOWN)) for row in every] + [FEWEST_SHOWN])
    names = min(longest, WIDEST if is_alone else WIDEST_BESIDE) + 3
    marks = "".join(
        f'<b class="g {kind}" style="--a:{share(at, end)}" title="{text(label)} {text(milliseconds(at))}">'
        f"<span>{text(label)} {text(milliseconds(at))}</span></b>"
        for kind, label, at in guides
    )
    ticks = "".join(f'<b class="a" style="--a:{share(at, end)}">{text(_tick(at))}</b>' for at in _ticks(end))
    return (
        f'<table class="wf" id="{name}" data-end="{end:.3f}" style="--r:{names}ch">'
        f"<caption>Waterfall of {text(load.final_url or load.url)}"
        "</caption><thead><tr>"
        '<th scope="col">#</th><th scope="col">from</th><th scope="col">resource</th><th scope="col">code</th>'
        f'<th scope="col">size</th><th scope="col" class="bar"><span class="sr">time</span>{ticks}'
        f'<i class="guides">{marks}</i></th></tr></thead><tbody>{body}</tbody></table>'
    )


def _ticks(end: float) -> list[float]:
    step = 10.0 ** (len(str(int(end))) - 1)
    for part in (10, 5, 4, 2, 1):
        if end / (step / part) <= 6:
            step /= part
            break
    return [step * number for number in range(int(end / step) + 1)]


def _tick(at: float) -> str:
    return f"{at / 1000:g} s" if at >= 10_000 else f"{at:g}"


def _row(load: PageLoad, row: Row, name: str, end: float, critical: frozenset[int]) -> str:
    request = load.requests[int(row.number)] if row.number else None
    classes = " ".join(word for word in _classes(load, row, request, critical) if word)
    bars = "".join(
        _bar(span, end) for span in row.spans if span.end > span.start or span.phase in (Phase.RECEIVING, Phase.CACHE)
    )
    chunks = _chunks(request, end) if request is not None and request.id in load.navigations else ""
    marks = "".join(
        f'<u class="{"d" if glyph == "◆" else "e"}" style="--a:{share(at, end)}"></u>' for at, (glyph, _) in row.marks
    )
    labels = " ".join(f"<em{_tone(style)}>{text(label)}</em>" for label, style in row.labels)
    if row.source:
        labels = f"{labels} <em>{text(row.source)}</em>".strip()
    at, left_of = label_place(row, end)
    label = f'<s{" class=z" if left_of else ""} style="--a:{share(at, end)}">{labels}</s>'
    below = "".join(f'<div class="why">{text(words)}</div>' for words, _ in row.below)
    identity = f"{name}-r{row.number}" if row.number else ""
    return (
        f'<tr{f" id={identity}" if identity else ""} class="{classes}" tabindex="-1" data-t="{text(row.type)}">'
        f"<td>{text(row.number)}</td><td>{text(short_found(row))}</td>"
        f'<th scope="row" title="{text(request.url if request else row.what)}">'
        f"{text(shorten(row.what, MOST_SHOWN))}{below}</th>"
        f"<td>{text(row.code)}</td><td>{text(row.size)}</td>"
        f'<td class="bar">{bars}{chunks}{marks}{label if labels else ""}</td></tr>'
    )


def _classes(load: PageLoad, row: Row, request: RequestRecord | None, critical: frozenset[int]) -> list[str]:
    if request is None:
        return ["h" if row.style is Style.HINT else "", "bad" if row.failed else "", "conn"]
    hinted = request.initiator.kind is InitiatorKind.EARLY_HINT or request.hint is not None
    bad = has_failed(request) or (request.status or 0) >= 400
    return [
        "h" if hinted else "",
        "nav" if request.id in load.navigations else "",
        "bad" if bad else "",
        "again" if request.earlier is not None else "",
        "crit" if request.id in critical else "",
    ]


def _bar(span: Span, end: float) -> str:
    return (
        f'<i class="{CLASSES[span.phase]}" style="--a:{share(span.start, end)};--w:'
        f'{share(span.end - span.start, end)}"></i>'
    )


def _chunks(request: RequestRecord, end: float) -> str:
    """Where pieces of the document arrived."""
    pieces = request.chunks
    step = max(1, len(pieces) // MOST_CHUNKS)
    return "".join(f'<u class="p" style="--a:{share(at, end)}"></u>' for at, _ in pieces[::step])


def _tone(style: Style) -> str:
    if style is Style.BAD:
        return ' class="no"'
    return ' class="hm"' if style is Style.WARNING else ' class="hi"' if style is Style.HINT else ""


def details(load: PageLoad) -> list[list[object]]:
    """What the script shows of each request, by id: [url, words, times, sizes, fields]. ``times`` are the instants
    discovered, sent, first interim, final head, end; ``fields`` those of the response that say how it was cached."""
    return [_detail(load, request) for request in load.requests]


def _detail(load: PageLoad, request: RequestRecord) -> list[object]:
    times = request.times
    priority = request.priority.name.lower() if request.priority is not None else "?"
    words = [request.destination.value, priority, _from(load, request)]
    hint = load.hints[request.hint] if request.hint is not None else None
    if hint is not None:
        words.append(f"hinted by {shorten(hint.raw, _LONGEST)}")
        if hint.head_start is not None:
            words.append(f"sent {milliseconds(hint.head_start)} before the page asked for it")
    words += [each for each in (request.error, request.earlier_reason, request.retry_reason) if each]
    instants = (
        times.discovered, times.request_start, times.first_interim_response_start, times.final_response_headers_start,
        times.response_end if times.response_end is not None else times.failed_at,
    )  # fmt: skip
    return [
        request.url[:2_000],
        words,
        [None if at is None else round(at, 1) for at in instants],
        [request.sizes.transferred, request.sizes.decoded],
        [f"{key}: {value[:_LONGEST]}" for key, value in request.response_fields if key in _FIELDS],
    ]


def _from(load: PageLoad, request: RequestRecord) -> str:
    """Who asked for it: "link, line 12 of /", "the 103", "redirect from #3"."""
    initiator = request.initiator
    source = load.requests[initiator.request] if initiator.request is not None else None
    match initiator.kind:
        case InitiatorKind.NAVIGATION:
            return "the navigation"
        case InitiatorKind.EARLY_HINT:
            return "the 103"
        case InitiatorKind.REDIRECT if source is not None:
            return f"redirect from #{source.id}"
        case _:
            element = initiator.element or initiator.kind.value
            # What was seen in a browser has no place in the text of what asked.
            told = initiator.line is not None and not is_observed(request)
            line = f", line {initiator.line}" if told else ""
            where = f" of #{source.id}" if source is not None else ""
            return f"{element}{line}{where}"
