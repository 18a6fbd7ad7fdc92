"""What one load says about its hints, in sentences: pure, lines of (text, style) out.

``headline`` stands above the waterfall: the URL, the outcome, the profile, and both first-byte clocks, never
one "TTFB". ``details`` stands below: every 1xx, what came of each link, double fetches with their cause, totals, and
what was not seen. Lists a server can grow stop at ``MOST_LISTED`` lines unless all are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fetcher.analysis.fetched_twice import DoubleFetch, double_fetches
from fetcher.analysis.links import is_shown_by_requests, tells_of_interims
from fetcher.analysis.links.mending import mended_hint
from fetcher.analysis.reuse import Cause
from fetcher.record.notes import NOTHING_ELSE
from fetcher.record.page_load import Hint, InterimResponse, PageLoad
from fetcher.report.escape import safe_load, shorten
from fetcher.report.in_chromium import in_chromium_lines
from fetcher.report.instants import instants
from fetcher.report.instants import unused as unused_texts
from fetcher.report.lines import UNBROKEN, Line, Style, count, milliseconds, paragraph, place, size, to_ascii, trimmed
from fetcher.report.refusals import refused
from fetcher.report.rows import (
    OBSERVED,
    has_failed,
    has_scripts,
    home_of,
    hop_of,
    is_observed,
    marked_interim,
    numbered,
)
from fetcher.terms import Destination, HttpVersion, ProfileName

MOST_LISTED = 12

_OVER: dict[str, str] = {
    HttpVersion.HTTP_1_1: "HTTP/1.1",
    HttpVersion.HTTP_2: "HTTP/2",
    HttpVersion.HTTP_3: "HTTP/3",
}

# By the kind of a discovery: what a document or sheet uses a resource as. A preload in it uses nothing yet.
_USES: dict[str, Destination] = {
    "stylesheet": Destination.STYLE,
    "css-import": Destination.STYLE,
    "script": Destination.SCRIPT,
    "module-script": Destination.SCRIPT,
    "image": Destination.IMAGE,
    "css-image": Destination.IMAGE,
    "css-font": Destination.FONT,
}


def headline(load: PageLoad, *, width: int, unicode: bool = True) -> list[Line]:
    """URL, outcome under the profile's name, and the two clocks with the time between them."""
    load = safe_load(load, unicode=unicode)
    lines: list[Line] = [((shorten(load.url, width), Style.STRONG),)]
    if load.final_url is not None and _page(load.final_url) != _page(load.url):
        lines.append((("→ ", Style.DIM), (shorten(load.final_url, width - 2), Style.STRONG)))
    took = f" in {milliseconds(load.finished_at)}" if load.finished_at is not None else ""
    over = _over(load)
    if load.outcome == "pending":
        lines += paragraph(f"not finished{over}, {_as_profile(load)}", width, Style.WARNING)
    elif load.outcome == "loaded":
        lines += paragraph(f"loaded{took}{over}, {_as_profile(load)}", width)
    else:
        after = took.replace(" in ", " after ", 1)
        lines += paragraph(f"not loaded ({load.outcome}){after}{over}, {_as_profile(load)}", width, Style.BAD)
        if load.error:
            said = load.error.removeprefix(f"{load.url}: ")  # the line above has it
            lines += paragraph(said, width, Style.BAD)
    lines += paragraph(_clocks(load), width, Style.STRONG)
    return _finished(lines, unicode)


def details(load: PageLoad, *, width: int, unicode: bool = True, all_rows: bool = False) -> list[Line]:
    """Interim responses, hints, double fetches, totals, what was not seen, notes."""
    load = safe_load(load, unicode=unicode)
    most = None if all_rows else MOST_LISTED
    lines: list[Line] = []
    lines += _interim(load, width, most)
    lines += in_chromium_lines(load, width, home_of(load), all_rows=all_rows)
    lines += _again(load, width, most)
    lines += _refused_by_policy(load, width, most)
    lines += _unused(load, width, most)
    lines += paragraph(_totals(load), width, lead=(("Totals  ", Style.STRONG),), indent=8)
    told = instants(load)
    if told is not None:
        lines += paragraph(told, width, lead=(("Estimated  ", Style.STRONG),), indent=11)
    lines += _unseen(load, width)
    lines += _listed((paragraph(n, width, lead=(("Note  ", Style.STRONG),), indent=6) for n in load.notes), most)
    return _finished(lines, unicode)


def _finished(lines: list[Line], unicode: bool) -> list[Line]:
    return [trimmed(line) for line in (lines if unicode else map(to_ascii, lines))]


def _page(url: str) -> str:
    """``url`` without its fragment, which is never sent: differing there is no redirect."""
    return url.partition("#")[0]


def _over(load: PageLoad) -> str:
    """ " over HTTP/2": what the last hop came over, the document where there is one; "" where that is not known."""
    if not load.navigations:
        return ""
    protocol = load.protocol_of(load.requests[load.navigations[-1]])
    said = _OVER.get(protocol, protocol) if protocol is not None else None
    return f" over {shorten(said, 16)}" if said else ""


def _as_profile(load: PageLoad) -> str:
    if load.recorded_by is not None:
        return f"as {load.recorded_by} recorded it"
    if not load.early_hints:
        return f"as {load.profile} would with hints switched off"
    if load.profile is ProfileName.EAGER:
        is_http1 = bool(load.navigations) and _spoken(load, load.navigations[-1]) is HttpVersion.HTTP_1_1
        return "as the profile eager does: it acts on hints there too" if is_http1 else "as the profile eager does"
    return f"as {load.profile} would"


def _clocks(load: PageLoad) -> str:
    first, final = load.first_interim_response_start, load.final_response_headers_start
    ended = f"final response {milliseconds(final)}" if final is not None else "no final response"
    marked = marked_interim(load)
    if marked is not None and marked.at is not None and marked.request in load.navigations[:-1]:
        parts = [f"{marked.status} at {milliseconds(marked.at)} {hop_of(load, marked.request)}"]
        if first is not None:
            parts.append(f"first interim response {milliseconds(first)} on the last")
        else:
            first, ended = marked.at, f"{ended} on the last" if final is not None else ended
    else:
        parts = [f"first interim response {milliseconds(first)}" if first is not None else _untimed(load)]
    if first is not None and final is not None:
        ended += f", {milliseconds(final - first)} later"
    return _joined([*parts, ended])


def _untimed(load: PageLoad) -> str:
    """What is known of interim responses where the last hop has no time of one; a browser's file leaves them out."""
    if not tells_of_interims(load):
        came = is_shown_by_requests(load)
        return "a 103 came, which is not in the file" if came else "whether a 103 came is unknown"
    timeless = next((one for one in load.interim if one.at is None), None)
    return "no interim response" if timeless is None else f"{timeless.status} at an unknown time"


def _joined(parts: list[str]) -> str:
    """The parts in one line that breaks between them only, and between the requests that one of them numbers: eight
    may be longer than a line, which would then break inside a number."""
    return " · ".join(part.replace(" ", UNBROKEN).replace(f",{UNBROKEN}#", ", #") for part in parts)


def _interim(load: PageLoad, width: int, most: int | None) -> list[Line]:
    """Each 1xx with what came of its links, or why it was not acted on; and the sentence eager owes its reader."""
    heeded = {hint.interim for hint in load.hints if hint.acted}
    alike: dict[tuple[object, ...], list[InterimResponse]] = {}
    for one in load.interim:
        key: tuple[object, ...] = (one.id,)
        if most is not None and not one.acted and one.id not in heeded:
            key = (one.request, one.status, one.reason_phrase, one.rule, one.reason)
        alike.setdefault(key, []).append(one)
    entries = [
        [*_one_interim(load, same, width), *(_hints(load, same[0], width, most) if len(same) == 1 else ())]
        for same in alike.values()
    ]
    lines = _listed(entries, most)
    acted = [one for one in load.interim if one.acted]
    if load.profile is ProfileName.EAGER and any(_spoken(load, one.request) is HttpVersion.HTTP_1_1 for one in acted):
        lines += paragraph("Of the browsers only Firefox acts on hints over HTTP/1.1; eager did.", width, Style.WARNING)
    return lines


def _spoken(load: PageLoad, request: int) -> HttpVersion | None:
    connection = load.requests[request].connection
    return load.connections[connection].protocol if connection is not None else None


def _one_interim(load: PageLoad, same: list[InterimResponse], width: int) -> list[Line]:
    """One interim response, or several that nothing came of for one reason, said once."""
    one, ids = same[0], {each.id for each in same}
    hints = [hint for hint in load.hints if hint.interim in ids]
    links = f": {count(len(hints), 'link')}" if hints or one.status == 103 else ""
    hop = hop_of(load, one.request)
    text = _when(same) + (f" {hop}" if hop else "") + links
    refused = sum(not hint.acted for hint in hints)
    if one.acted:
        text += f", {len(hints) - refused} acted on" + (f", {refused} refused" if refused else "")
        style = Style.PLAIN
    else:
        text += f"; not acted on ({one.rule}): {one.reason}" + ("; -v shows each" if len(same) > 1 else "")
        style = Style.WARNING
    phrase = "Early Hints" if one.status == 103 else one.reason_phrase  # HTTP/2 sends none
    lead = f"{one.status} {phrase}".strip() + "  "
    return paragraph(text, width, style, lead=((shorten(lead, 40), Style.HINT),), indent=2)


def _when(same: list[InterimResponse]) -> str:
    """ "at 21.3 ms", or "99 times, 24.1 ms to 28.0 ms"."""
    known = [one.at for one in same if one.at is not None]
    if len(same) == 1:
        return f"at {milliseconds(known[0])}" if known else "at an unknown time"
    return f"{len(same)} times" + (f", {milliseconds(min(known))} to {milliseconds(max(known))}" if known else "")


def _hints(load: PageLoad, interim: InterimResponse, width: int, most: int | None) -> list[Line]:
    """What came of each link: acted on first, then refused; of an interim response not acted on, nothing more."""
    considered = [hint for hint in load.hints if hint.interim == interim.id and (interim.acted or hint.acted)]
    doubles = {one.earlier: one for one in double_fetches(load)} if considered else {}
    acted = [_acted(load, hint, doubles, width) for hint in considered if hint.acted]
    refused = [hint for hint in considered if not hint.acted]
    shown = refused if most is None or len(refused) <= most + 1 else refused[:most]
    lines = _listed(acted, most) + [line for hint in shown for line in _refused(load, hint, width)]
    if len(shown) < len(refused):
        lines.append(((f"  … and {len(refused) - len(shown)} more; -v shows all", Style.DIM),))
    return lines


def _acted(load: PageLoad, hint: Hint, doubles: Mapping[int, DoubleFetch], width: int) -> list[Line]:
    home = home_of(load)
    double = doubles.get(hint.request) if hint.request is not None else None
    what = place(hint.url or hint.href, home)
    again = next((r for r in load.requests if hint.request is not None and r.earlier == hint.request), None)
    mark, style = "✓", Style.GOOD
    if hint.request is None:
        what, text = _preconnected(load, hint)
        if hint.connection is None or not load.connections[hint.connection].requests:
            mark, style = "?", Style.WARNING
    else:
        request = load.requests[hint.request]
        what = f"#{hint.request} {what}"
        if again is not None:
            mark, style = "✗", Style.WARNING
            text = f"fetched again as #{again.id}: {again.earlier_reason or 'the copy could not serve'}"
            if double is not None and double.cause is not Cause.UNKNOWN:
                text += f"; {double.fix}"
        elif has_failed(request):
            mark, style, text = "✗", Style.BAD, f"failed ({request.outcome})"
        elif hint.head_start is not None:
            text = f"sent {milliseconds(hint.head_start)} before the page asked for it"
        elif hint.used:
            text = "used by the page"
        elif double is not None and not hint.used:
            mark, style, text = "✗", Style.WARNING, f"not used: see #{double.later}: {double.reason}; {double.fix}"
        elif hint.used is None:
            mark, style, text = "?", Style.PLAIN, "unknown whether the page would have used it"
        elif has_scripts(load):
            mark, style, text = "?", Style.WARNING, "not seen used; a script may ask for it, and scripts did not run"
        else:
            mark, style, text = "!", Style.WARNING, "not used by the page"
        used_as = _used_as(load, hint)
        if again is None and used_as is not None and used_as is not hint.destination:
            mark, style = "!", Style.WARNING
            hinted = "fetch" if hint.destination is Destination.EMPTY else hint.destination
            text += f", but hinted as {hinted} and used as {used_as}; correct its as"
    what = shorten(what, max(width // 2 - 6, 24))
    lines = paragraph(f"{what}  {text}", width, lead=((f"  {mark} ", style),), indent=4)
    return lines + _written(double.link if double is not None else None, width)


def _written(link: str | None, width: int) -> list[Line]:
    """A link as it should be, on a line of its own so that it can be copied."""
    return paragraph(link, width, Style.GOOD, lead=(("    → ", Style.DIM),), indent=6) if link is not None else []


def _used_as(load: PageLoad, hint: Hint) -> Destination | None:
    """What the page uses the hinted resource as, where that is known and the hint named something too."""
    if hint.destination is None:
        return None
    found = (one for one in load.discoveries if one.request == hint.request)
    return next((_USES[one.candidate.kind] for one in found if one.candidate.kind in _USES), None)


def _preconnected(load: PageLoad, hint: Hint) -> tuple[str, str]:
    if hint.connection is None:
        return hint.href, "nothing was left to do for it"
    connection = load.connections[hint.connection]
    what = f"c{connection.id} {hint.rel or 'preconnect'} {connection.host}"
    if connection.error is not None:
        return what, f"not opened: {connection.error}"
    ready = f"open at {milliseconds(connection.connect_end)}" if connection.connect_end is not None else "never open"
    used = f"used by {count(len(connection.requests), 'request')}" if connection.requests else "no request used it"
    return what, f"{ready}, {used}"


def _refused(load: PageLoad, hint: Hint, width: int) -> list[Line]:
    raw = shorten(hint.raw, max(width // 2 - 6, 24), 0.7)
    text = f"{raw}  refused ({hint.rule}): {hint.reason}"
    return paragraph(text, width, lead=(("  ✗ ", Style.BAD),), indent=4) + _written(mended_hint(load, hint), width)


def _again(load: PageLoad, width: int, most: int | None) -> list[Line]:
    """Double fetches that no hint began (those stand with their hint)."""
    hinted = {hint.request for hint in load.hints if hint.acted}
    entries = [
        paragraph(
            f"#{request.id} {shorten(place(request.url, home_of(load)), max(width // 2 - 6, 24))}  fetched again after "
            f"#{request.earlier}: {request.earlier_reason or 'the copy could not serve'}",
            width,
            lead=(("  ✗ ", Style.WARNING),),
            indent=4,
        )
        for request in load.requests
        if request.earlier is not None and request.earlier not in hinted
    ]
    return [(("Fetched twice", Style.STRONG),), *_listed(entries, most)] if entries else []


def _refused_by_policy(load: PageLoad, width: int, most: int | None) -> list[Line]:
    """Requests the page's policies kept from being made, a line for each reason."""
    entries = refused(load, width)
    return [(("Never asked for", Style.STRONG),), *_listed(entries, most)] if entries else []


def _unused(load: PageLoad, width: int, most: int | None) -> list[Line]:
    """Preloads of the page that nothing used."""
    entries = [paragraph(text, width, lead=(("  ✗ ", Style.WARNING),), indent=4) for text in unused_texts(load, width)]
    return [(("Preloaded for nothing", Style.STRONG),), *_listed(entries, most)] if entries else []


def _totals(load: PageLoad) -> str:
    received = sum((r.sizes.head or 0) + (r.sizes.transferred or 0) for r in load.requests)
    opened = count(sum(one.connect_end is not None and not one.session for one in load.connections), "connection")
    if any(one.session for one in load.connections):
        opened += " of ours; the session's are not known"
    parts = [count(len(load.requests), "request"), f"{size(received)} received", opened]
    cached = sum(r.cache_source is not None and r.cache is not None for r in load.requests)
    confirmed = sum(r.cache is not None for r in load.requests) - cached
    if cached or confirmed:
        saved = size(sum(r.cache.saved for r in load.requests if r.cache is not None))
        parts.append(f"{cached} answered by the HTTP cache, {confirmed} confirmed by a 304: {saved} saved")
    failed = [r.id for r in load.requests if has_failed(r) and r.id not in load.navigations]
    blocked = [number for number in failed if load.requests[number].outcome == "blocked"]
    failed = [number for number in failed if number not in blocked]
    errors = [r.id for r in load.requests if (r.status or 0) >= 400 and r.id not in load.navigations]
    if blocked:
        parts.append(f"{len(blocked)} blocked ({numbered(blocked)})")
    if failed:
        parts.append(f"{len(failed)} failed ({numbered(failed)})")
    if errors:
        parts.append(f"{count(len(errors), 'error status', 'error statuses')} ({numbered(errors)})")
    return _joined(parts)


def _unseen(load: PageLoad, width: int) -> list[Line]:
    text = unseen(load)
    return paragraph(text, width, lead=(("Not seen  ", Style.STRONG),), indent=10) if text else []


def unseen(load: PageLoad) -> str:
    """What no load of ours shows of a page with scripts, and what stands in for it; "" where nothing is hidden."""
    if load.recorded_by is not None or not has_scripts(load):
        return ""
    number = f" ({load.scripts} on the page)" if load.scripts else ""
    seen = [request.id for request in load.requests if is_observed(request)]
    left = _left_out(load)
    if not seen and NOTHING_ELSE in load.notes:
        return f"Scripts did not run{number}; render instants are estimates.{left}"
    if not seen:
        missing = (
            f"Scripts did not run{number}; what only they would request is missing; render instants are estimates."
        )
        return missing + left
    return (
        f"Scripts did not run{number}: {count(len(seen), 'request')} that a browser was seen to make "
        f"({numbered(seen)}), and no others, stand in for theirs; render instants are estimates.{left}"
    )


def _left_out(load: PageLoad) -> str:
    """Which requests that a browser was seen to make were not made here, by why: a sentence, "" for none. What a policy
    refused stands by itself."""
    alike: dict[str, list[str]] = {}
    for one in load.discoveries:
        if one.candidate.element.endswith(f"({OBSERVED})") and one.request is None and one.rule is None:
            alike.setdefault(one.reason, []).append(one.url or one.candidate.url)
    total = sum(map(len, alike.values()))
    if not total:
        return ""
    kinds = []
    for reason, urls in alike.items():
        name = shorten(place(urls[0], home_of(load)), 60)
        others = f" and {count(len(urls) - 1, 'other')}" if len(urls) > 1 else ""
        kinds.append(f"{name}{others} ({reason})")
    made = "request that is" if total == 1 else "requests that are"
    return f" A browser was seen to make {total} {made} not made here: {'; '.join(kinds)}."


def _listed(entries: Iterable[list[Line]], most: int | None) -> list[Line]:
    """The entries one after the other, no more than ``most`` of them."""
    items = list(entries)
    shown = items if most is None or len(items) <= most + 1 else items[:most]
    lines = [line for item in shown for line in item]
    if len(shown) < len(items):
        lines.append(((f"  … and {len(items) - len(shown)} more; -v shows all", Style.DIM),))
    return lines
