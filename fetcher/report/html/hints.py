"""The hints of one load as a table: the link as it was sent, what became of it here, and what five browsers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fetcher.analysis.fetched_twice import double_fetches
from fetcher.analysis.hints_in_chromium import Agreement, HintInChromium, hints_in_chromium
from fetcher.analysis.links import JudgedLink, verdicts
from fetcher.record.page_load import Hint, PageLoad
from fetcher.report.html.markup import table, text
from fetcher.report.html.verdicts import mended, verdict_cells
from fetcher.report.in_chromium import instants
from fetcher.report.lines import count, milliseconds
from fetcher.terms import InitiatorKind, ProfileName

MOST = 200
"""Rows; a 103 of thousands of links is a finding, and the record has them all."""

_Judged = tuple[PageLoad, str, tuple[JudgedLink, ...]]
"""A load, its title and its links."""


def hint_tables(loads: Sequence[tuple[PageLoad, str]]) -> str:
    """A table for each of ``loads`` with its title, or one for those with the same links, which browsers read alike,
    beside each other: hints off and on, a first and a repeat view. "" where no 103 came. Texts are safe already."""
    shared: dict[tuple[object, ...], list[_Judged]] = {}
    for number, (load, title) in enumerate(loads):
        if links := verdicts(load):
            alone = number if hints_in_chromium(load) else None  # what a NetLog shows is of one load
            key = (alone, *((link.raw, link.url, link.verdicts) for link in links))
            shared.setdefault(key, []).append((load, title, links))
    return "".join(map(_table, shared.values()))


def _table(same: Sequence[_Judged]) -> str:
    loads, titles, of_each = zip(*same, strict=True)
    links = of_each[0]
    seen = hints_in_chromium(loads[0])
    doubles = [{one.earlier: one.link for one in double_fetches(load)} for load in loads]
    observed = ["Chromium, by its NetLog"] if seen else []
    here = ["here"] if len(loads) == 1 else [text(title) or "here" for title in titles]
    rows = [
        [
            _link(link),
            *(_became(load, own[at], twice) for load, own, twice in zip(loads, of_each, doubles, strict=True)),
            *(_seen(one) for one in seen[at : at + 1]),
            *verdict_cells(map(link.by, ProfileName)),
        ]
        for at, link in enumerate(links[:MOST])
    ]
    more = f"<p>{len(links) - MOST} further links are in the record.</p>" if len(links) > MOST else ""
    of = f" · {text(titles[0])}" if len(loads) == 1 and titles[0] else ""
    head = ["link", *here, *observed, *(profile.value for profile in ProfileName)]
    told = "Each link of the 103, and what browsers do with it"
    return f"<h2>Hints{of}</h2>" + table(head, rows, caption=told, label=f"{told}{of}") + more


def _link(link: JudgedLink) -> str:
    url = f"<br>→ {text(link.url)}" if link.url is not None and link.url != link.href else ""
    return f'<code class="raw">{text(link.raw)}</code>{len(link.raw)} bytes{url}'


def _became(load: PageLoad, link: JudgedLink, doubles: Mapping[int, str | None]) -> str:
    """``doubles`` are the links as they should be of hints fetched twice, by request."""
    if load.is_measured_in_browser:
        return text(_seen_to_pass(load, link))
    hint = load.hints[link.hint] if link.hint is not None else None
    if hint is None:
        return "not in the record"
    if not hint.acted:
        fix = link.by(load.profile or ProfileName.CHROMIUM).fix
        return f"refused ({text(hint.rule)}): {text(hint.reason)}{mended(fix)}"
    return text(_came_of(load, hint)) + mended(doubles.get(hint.request) if hint.request is not None else None)


def _seen_to_pass(load: PageLoad, link: JudgedLink) -> str:
    """What a browser made of it, by the requests that passed."""
    first = next((one for one in load.interim if one.status == 103), None)
    if first is None or not first.acted:
        return first.reason if first is not None else "not in the record"
    hinted = (one for one in load.requests if one.initiator.kind is InitiatorKind.EARLY_HINT)
    asked = next((one for one in hinted if link.url is not None and one.url == link.url.partition("#")[0]), None)
    if asked is None:
        return "no request for it before the final head"
    return f"#{asked.id}, asked for at {milliseconds(asked.times.discovered)}"


def _came_of(load: PageLoad, hint: Hint) -> str:
    if hint.request is None:
        if hint.connection is None:
            return "a connection stood already"
        connection = load.connections[hint.connection]
        return f"connection to {connection.host}, used by {count(len(connection.requests), 'request')}"
    again = next((one for one in load.requests if one.earlier == hint.request), None)
    if again is not None:
        return f"fetched again as #{again.id}: {again.earlier_reason or 'the copy could not serve'}"
    if hint.head_start is not None:
        return f"#{hint.request}, {milliseconds(hint.head_start)} before the page asked for it"
    if hint.used:
        return f"#{hint.request}, used"
    return f"#{hint.request}, " + ("unknown whether it was used" if hint.used is None else "not seen used")


def _seen(one: HintInChromium) -> str:
    """What Chromium did, marked by whether that is our verdict."""
    kind, mark = {
        Agreement.AGREES: ("yes", "✓ as our verdict"),
        Agreement.DIFFERS: ("no", "✗ not as our verdict"),
        Agreement.UNSEEN: ("no", "? cannot be seen"),
    }[one.agreement]
    when = instants(one)
    said = f"{one.said}; {one.why}" if one.why else one.said
    return f'<span class="{kind}">{mark}</span> {text(when)}{"<br>" if when else ""}{text(said)}'
