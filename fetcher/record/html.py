"""A PageLoad as one self-contained piece of HTML, which a notebook shows for ``load`` on a line of its own.

A heading, the two clocks and a table with a bar per request; no script, no style sheet, nothing fetched. Every text is
escaped, what could hide or turn text around is made visible, and secrets are redacted first: notebooks are shared.
"""

from __future__ import annotations

import html
import unicodedata

from fetcher.record.page_load import Hint, PageLoad, RequestRecord
from fetcher.record.redaction import redacted

MOST = 200
"""Rows shown; a table of thousands would make the notebook unusable, and ``to_rows`` has them all."""

_LONGEST = 90  # characters of one text
_SHADES = (("queued", "#ddd"), ("waiting", "#9ab8d8"), ("receiving", "#3b78b8"))
_HINTED = "#d9822b"


def html_of(load: PageLoad) -> str:
    """``load`` as a ``<div>``; byte for byte the same for the same record."""
    load = redacted(load)
    shown = load.requests[:MOST]
    end = max([_end(request) for request in shown] + [load.finished_at or 0.0, 0.001])
    parts = [
        f"<div><strong>{_text(load.final_url or load.url)}</strong> {_text(load.outcome)}",
        f" after {_ms(load.finished_at)}<br>103 at {_ms(load.first_interim_response_start)}",
        f", final response at {_ms(load.final_response_headers_start)}",
        f", {len(load.requests)} requests, {len(load.hints)} hints",
        *([f"<br>{_text(load.error)}"] if load.error else []),
        '<table style="font-size:smaller"><thead><tr>',
        *(f'<th style="text-align:left">{title}</th>' for title in ("#", "from", "resource", "status", "bytes", "")),
        "</tr></thead><tbody>",
        *(_row(load, request, end) for request in shown),
        "</tbody></table>",
    ]
    if len(load.requests) > len(shown):
        parts.append(f"{len(load.requests) - len(shown)} more requests: see load.to_rows().")
    return "".join(parts) + "</div>"


def _row(load: PageLoad, request: RequestRecord, end: float) -> str:
    hint = load.hints[request.hint] if request.hint is not None else None
    cells = (
        str(request.id),
        _text(request.initiator.kind.value),
        _text(request.url),
        str(request.status) if request.status is not None else _text(request.outcome),
        "" if request.sizes.transferred is None else f"{request.sizes.transferred:,}",
        _bar(request, hint, end),
    )
    return "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>"


def _bar(request: RequestRecord, hint: Hint | None, end: float) -> str:
    """The row's phases as spans placed in per cent of the whole; the bar's title says them in words."""
    times = request.times
    last = _end(request)
    points = (times.discovered, times.request_start, times.final_response_headers_start, last)
    known = [last if point is None else point for point in points]
    spans = []
    for (phase, shade), start, stop in zip(_SHADES, known, known[1:], strict=False):
        if stop > start:
            colour = _HINTED if hint is not None and phase == "receiving" else shade
            place = f"left:{start / end:.2%};width:{(stop - start) / end:.2%}"
            spans.append(f'<span style="position:absolute;height:100%;background:{colour};{place}"></span>')
    words = f"sent {_ms(times.request_start)}, head {_ms(times.final_response_headers_start)}, end {_ms(last)}"
    if hint is not None and hint.head_start is not None:
        words += f", {hint.head_start:.0f} ms sooner than without its hint"
    box = "position:relative;display:inline-block;width:30em;height:1em"
    return f'<span title="{_text(words)}" style="{box}">{"".join(spans)}</span>'


def _end(request: RequestRecord) -> float:
    times = request.times
    known = (times.response_end, times.failed_at, times.final_response_headers_start, times.request_start)
    return max((at for at in known if at is not None), default=times.discovered)


def _ms(at: float | None) -> str:
    return "unknown" if at is None else f"{at:,.1f} ms"


def _text(text: str) -> str:
    """``text`` cut to a cell's length and escaped; controls, direction marks and other unseen characters by number."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    plain = "".join(
        one if unicodedata.category(one)[0] not in "CZ" or one == " " else f"\\u{{{ord(one):x}}}" for one in text
    )
    return html.escape(plain)
