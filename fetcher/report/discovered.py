"""What a browser was seen to request of a page, for the terminal and as JSON: pure, values in, lines or values out.

How many requests and what made them; each that a script made, who asked and how long after that had come; which of
them a load without scripts misses; and the command that makes use of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fetcher.analysis.discovered import Discovered
from fetcher.record.observed.values import ObservedRequest
from fetcher.report.escape import pad, safe, shorten
from fetcher.report.lines import Line, Style, count, paragraph, place, split, to_ascii, trimmed

SCHEMA_VERSION = 1
MOST_LISTED = 20
MOST_OTHERS = 3
READABLE = 140
LABEL = "script (observed)"
"""As ``load`` labels each of them."""


def discovered_json(found: Discovered, *, file: str | None, command: str | None) -> dict[str, Any]:
    """``found`` as JSON values; ``file`` has the log, ``command`` is what takes it."""
    lost = {one.url for one in found.missed}
    return {
        "schema": SCHEMA_VERSION,
        "kind": "discoveries",
        "url": found.url,
        "final_url": found.final_url,
        "status": found.status,
        "blocked": found.blocked,
        "browser": found.browser,
        "whole": found.whole,
        "requests": dict(found.observed.counts) if found.observed is not None else {},
        "by_something_else": list(found.observed.others) if found.observed is not None else [],
        "by_scripts": [
            {
                "url": one.url, "method": one.method, "destination": one.destination.value,
                "mode": one.mode.value if one.mode is not None else None, "initiator": one.initiator,
                "at": one.at, "delay": one.delay, "imported": one.imported, "missed": one.url in lost,
            }
            for one in found.by_scripts
        ],
        "missed": [one.url for one in found.missed],
        "unsent": [one.url for one in found.unsent],
        "notes": list(found.notes),
        "file": file,
        "next": command,
    }  # fmt: skip


def discovered_lines(
    found: Discovered, *, width: int, unicode: bool = True, all_rows: bool = False, written: str = "", command: str = ""
) -> list[Line]:
    """The answer in ``width`` cells; ``written`` says where the log is, ``command`` what to run next."""
    width = min(width, READABLE)
    lines = list(_headline(found, width, all_rows=all_rows))
    if found.by_scripts:
        lines += [(), *_table(found, width, None if all_rows else MOST_LISTED)]
    lines += [(), *_missed(found, width)]
    for note in found.notes:
        lines += paragraph(safe(note), width, lead=(("note: ", Style.WARNING),), indent=6)
    if written:
        lines += [(), *paragraph(safe(written), width)]
    if command:
        lines += [((f"next: {safe(command)}", Style.STRONG),)]  # whole, so that it can be copied
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def _headline(found: Discovered, width: int, *, all_rows: bool) -> Iterator[Line]:
    yield ((shorten(safe(found.url), width), Style.STRONG),)
    if found.final_url is not None and found.final_url != found.url:
        yield from paragraph(f"→ {safe(found.final_url)}", width, most=2)
    unanswered = "a 103 and no final response was seen" if found.early else "no answer was seen"
    answered = f"answered with status {found.status}" if found.status is not None else unanswered
    style = Style.WARNING if found.status is None or found.status >= 400 else Style.PLAIN
    yield from paragraph(f"{safe(found.browser) or 'Chromium'}: {answered}", width, style)
    counts = found.observed.counts if found.observed is not None else ()
    total = sum(number for _, number in counts)
    kinds = sorted((one for one in counts if one[0] != "navigation"), key=lambda one: (-one[1], one[0]))
    words = ", ".join(f"{number} by {safe(word)}" for word, number in kinds)
    if total:
        yield from paragraph(f"{count(total, 'request')}: the page" + (f", {words}" if words else ""), width)
    others = found.observed.others if found.observed is not None else ()
    if others:
        home = split(found.final_url or found.url)[0] or None
        most = len(others) if all_rows or len(others) <= MOST_OTHERS else MOST_OTHERS
        names = ", ".join(shorten(place(safe(each), home), width) for each in others[:most])
        more = f" and {len(others) - most} more (-v shows each)" if most < len(others) else ""
        yield from paragraph(f"By something else: {names}{more}", width, Style.DIM)


def _table(found: Discovered, width: int, most: int | None) -> Iterator[Line]:
    home = split(found.final_url or found.url)[0] or None
    rows = found.by_scripts
    shown = rows if most is None or len(rows) <= most else rows[: most - 1]
    lost = {one.url for one in found.missed}
    asked_by = [_asker(one, found, home) for one in shown]
    widest = min(max(len(name) for name in asked_by), width // 3)
    yield ((f'Requests by scripts, each a "{LABEL}" to load:', Style.STRONG),)
    what = max(width - widest - 30, 20)
    head = f"  {'type':<8} {pad('asked by', widest)} {'after':>10}  {pad('what', what)}"
    yield ((head, Style.DIM),)
    for one, name in zip(shown, asked_by, strict=True):
        method = "" if one.method == "GET" else safe(one.method)[:8] + " "
        kind = "fetch" if one.destination.value == "empty" else one.destination.value
        yield (
            (f"  {kind:<8} {pad(shorten(name, widest), widest)} {_after(one):>10}  ", Style.DIM),
            (shorten(method + place(safe(one.url), home), what), Style.PLAIN if one.url in lost else Style.DIM),
        )
    if len(shown) < len(rows):
        yield ((f"  and {len(rows) - len(shown)} more (-v shows each)", Style.DIM),)


def _asker(one: ObservedRequest, found: Discovered, home: str | None) -> str:
    if one.initiator is None:
        return "?"
    if one.initiator in (found.final_url, found.url):
        return "the page"
    return place(safe(one.initiator), home)


def _after(one: ObservedRequest) -> str:
    """How long after the end of what asked for it; "?" where that is unknown."""
    return f"{one.delay:.0f} ms" if one.delay is not None else "?"


def _missed(found: Discovered, width: int) -> Iterator[Line]:
    if found.observed is None:
        yield from paragraph("No request of the page was seen.", width, Style.WARNING)
        return
    if found.status is not None and found.status >= 400:
        what = "a wall in front of the page" if found.blocked is not None else "an error page"
        yield from paragraph(f"With status {found.status} this is what {what} requests.", width, Style.WARNING)
    elif found.blocked is not None:
        yield from paragraph("This is what a bot check in front of the page requests.", width, Style.WARNING)
    lost = found.missed
    if not lost and (found.blocked is not None or (found.status or 0) >= 400):
        pass  # nothing was shown of the page
    elif not lost and not found.whole:
        yield from paragraph("Until then no script was seen to request what fetcher load alone misses.", width)
    elif not lost:
        yield from paragraph("fetcher load alone misses nothing that this load's scripts requested.", width, Style.GOOD)
    else:
        words = f"fetcher load alone misses {count(len(lost), 'request')}: no markup, style sheet or import names them."
        yield from paragraph(words, width, Style.STRONG)
    unsent = found.unsent
    if unsent:
        other = sum(one.method != "GET" for one in unsent)
        streams = sum(one.method == "GET" and one.stream for one in unsent)
        secret = len(unsent) - other - streams
        counted = (
            (other, "not GET"),
            (streams, "without an end (event streams)"),
            (secret, "with a secret left out of the URL (--no-redact keeps it)"),
        )
        reasons = [f"{number} {words}" for number, words in counted if number]
        words = f"With them it still does not send {count(len(unsent), 'request')}: {', '.join(reasons)}."
        yield from paragraph(words, width, Style.WARNING)
