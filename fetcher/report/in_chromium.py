"""What Chromium's NetLog shows of each hint, in a line of its own: when it was read, fetched and used, and whether that
agrees with our verdict. Pure; texts of the record are safe already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.analysis.hints_in_chromium import READ, Agreement, HintInChromium, hints_in_chromium
from fetcher.record.in_chromium import InChromium
from fetcher.record.page_load import PageLoad
from fetcher.report.escape import shorten
from fetcher.report.lines import Line, Style, count, paragraph, place

TITLE = "In Chromium"
BY = "by its NetLog"
MOST_LISTED = 12
_MARKS = {
    Agreement.AGREES: ("✓", Style.GOOD),
    Agreement.DIFFERS: ("✗", Style.BAD),
    Agreement.UNSEEN: ("?", Style.WARNING),
}


def in_chromium_lines(load: PageLoad, width: int, home: str | None, *, all_rows: bool = False) -> Iterator[Line]:
    """A block in ``width`` cells; nothing where the record holds no NetLog's facts."""
    if load.in_chromium is not None:
        yield from hint_lines(hints_in_chromium(load), _heads(load.in_chromium), width, home, all_rows=all_rows)
        if all_rows and load.in_chromium.left_out:
            others = count(load.in_chromium.left_out, "request")
            text = f"{others} of that log left out: other pages', favicons, Chromium's own"
            yield from paragraph(text, width, Style.DIM, lead=(("  ", Style.PLAIN),), indent=2)


def hint_lines(
    hints: Sequence[HintInChromium], heads: str, width: int, home: str | None, *, all_rows: bool = False
) -> Iterator[Line]:
    """``heads`` says when 103s were read, "" leaves it to the lines. Where verdict and Chromium differ comes first."""
    tally = _tally(hints)
    text = "; ".join(part for part in (f"{BY}, {heads}" if heads else BY, tally) if part)
    yield from paragraph(text, width, lead=((f"{TITLE}  ", Style.STRONG),), indent=2)
    ordered = sorted(hints, key=lambda one: one.agreement is not Agreement.DIFFERS)
    shown = ordered if all_rows or len(ordered) <= MOST_LISTED + 1 else ordered[:MOST_LISTED]
    for one in shown:
        mark, style = _MARKS[one.agreement]
        what = shorten(place(one.url, home) if one.url is not None else one.link, max(width // 3, 24))
        yield from paragraph(f"{what}  {told(one, read=not heads)}", width, lead=((f"  {mark} ", style),), indent=4)
    if len(shown) < len(ordered):
        yield ((f"  … and {len(ordered) - len(shown)} more; -v shows all", Style.DIM),)


def told(one: HintInChromium, *, read: bool = False) -> str:
    """ "fetched at 65 ms, used at 431 ms: answered 200; ..." and what differs."""
    when = instants(one, read=read)
    said = f"{when}: {one.said}" if when else one.said
    return f"{said}; {one.why}" if one.why else said


def instants(one: HintInChromium, *, read: bool = True) -> str:
    """ "103 read at 53 ms, fetched at 65 ms, used at 431 ms"."""
    return ", ".join(f"{name} at {at:.0f} ms" for name, at in one.instants if read or name != READ)


def _heads(seen: InChromium) -> str:
    if not seen.early_hints:
        said = "no 103 was read"
    else:
        times = [f"{one.at:.0f}" for one in seen.early_hints[:3]]
        more = f" and {len(seen.early_hints) - 3} more" if len(seen.early_hints) > 3 else ""
        said = f"103 read at {', '.join(times)} ms{more}"
    said += f", final head at {seen.head_at:.0f} ms" if seen.head_at is not None else ", no final head"
    if seen.cut_off:
        said += "; the log was cut off"
    if seen.shares_time:
        said += "; another page of the site was loading meanwhile, and their requests cannot be told apart"
    return said


def _tally(hints: Sequence[HintInChromium]) -> str:
    """ "all 14 links went as our verdict has it", or how many did."""
    if not hints:
        return ""
    links = count(len(hints), "link")
    by = {kind: sum(one.agreement is kind for one in hints) for kind in Agreement}
    if by[Agreement.AGREES] == len(hints) > 1:
        return f"all {links} went as our verdict has it"
    words = (
        (by[Agreement.AGREES], "as our verdict has it"),
        (by[Agreement.DIFFERS], "otherwise"),
        (by[Agreement.UNSEEN], "cannot be seen"),
    )
    return f"of {links} " + ", ".join(f"{number} {word}" for number, word in words if number)
