"""The whole page: what happened at a glance, then findings, waterfalls, and what each browser makes of each hint.

Self-contained: style and script stand inside, a policy in the page allows the one script by its hash and nothing from
the network. The same values give the same page, byte for byte.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib.resources import files

from fetcher.analysis.links import is_shown_by_requests, tells_of_interims
from fetcher.record.page_load import PageLoad
from fetcher.record.redaction import redact_text, redacted
from fetcher.report.escape import safe, safe_load
from fetcher.report.html.early_hints import early_hint_rules
from fetcher.report.html.hints import hint_tables
from fetcher.report.html.instants import MEASURED, marks, path_table, path_to_rendering
from fetcher.report.html.markup import data, text
from fetcher.report.html.waterfall import axis_end, details, waterfall
from fetcher.report.lines import milliseconds, moment, size
from fetcher.report.rows import has_failed
from fetcher.report.summary import unseen
from fetcher.terms import InitiatorKind, ProfileName

LEGEND = (
    ("q", "queued"), ("l", "look-up"), ("k", "connect"), ("t", "TLS"), ("w", "waiting"), ("x", "receiving"),
    ("h", "read from a cache"),
)  # fmt: skip


def html_report(
    loads: Sequence[PageLoad],
    *,
    names: Sequence[str] = (),
    sections: Sequence[str] = (),
    urls: Sequence[str] = (),
    links_above: Collection[int] = (),
    redact: bool = True,
) -> str:
    """One page for one load, or for several beside each other over one time axis. ``names`` title them ("hints off",
    "hints on"), ``sections`` are pieces of HTML made by this folder that stand above the waterfalls; ``urls`` are the
    pages it is about where it is of more than its loads. ``links_above`` are the numbers, from 0, of loads whose links
    a section has in a table already. Secrets are replaced unless ``redact`` is False."""
    given = [safe_load(redacted(load) if redact else load) for load in loads]
    named = list(zip(given, [*names, *("" for _ in given)], strict=False))
    shown = [load for load, _ in named if not load.is_navigation_alone]
    titles = [title for load, title in named if not load.is_navigation_alone]
    tabled = [number not in links_above for number, load in enumerate(given) if not load.is_navigation_alone]
    end = max([axis_end(load) for load in shown] + [0.001])
    keys = [f"w{number}" for number in range(len(shown))]
    paths = [path_to_rendering(load) for load in shown]
    critical = [frozenset(path.requests) if path is not None else frozenset[int]() for path in paths]
    blocks = "".join(
        _load(
            load,
            title,
            len(shown) > 1 or bool(sections),
            waterfall(load, name=key, end=end, lines=marks(load), critical=on_path, is_alone=len(shown) == 1),
        )
        for load, title, key, on_path in zip(shown, titles, keys, critical, strict=True)
    )
    tables = hint_tables([each for each, has in zip(zip(shown, titles, strict=True), tabled, strict=True) if has])
    tables += "".join(path_table(*each) for each in zip(shown, paths, titles, strict=True))
    subject = _subject([safe(redact_text(url) if redact else url) for url in urls], given)
    several = " two side" if len(shown) > 1 else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f'content="{_policy()}"><meta name="viewport" content="width=device-width"><title>{subject} · fetcher</title>'
        f'<link rel="icon" href="data:,"><style>{_asset("report.css")}</style></head><body>'
        f"<header><h1>{subject}</h1>{_first_words(shown) if not sections else ''}</header><main>{''.join(sections)}"
        f"{_undrawn(given)}{_drawn(blocks, several, _legend(shown))}"
        f"{tables}{_notes(shown, titles)}{early_hint_rules(''.join((*sections, tables)))}"
        f"</main><footer>{_footer(shown)}</footer>"
        f'<script type="application/json" id="data">{data(dict(zip(keys, map(details, shown), strict=True)))}</script>'
        f"<script>{_asset('report.js')}</script></body></html>\n"
    )


_TOOLS = (
    '<div class="tools" id="tools" hidden>'
    '<label>Filter <input id="filter" type="search" placeholder="type / to filter" spellcheck="false"></label>'
    '<label>Show <select id="kind"><option value="">all</option>'
    '<option value="hinted">hinted</option><option value="failed">failed</option></select></label>'
    '<label>Axis <select id="axis"></select></label>'
    '<span id="told" role="status" class="dim"></span>'
    '<button id="beside" type="button" hidden>one above the other</button>'
    '<button id="theme" type="button">light or dark</button></div>'
)


def _subject(urls: Sequence[str], loads: Sequence[PageLoad]) -> str:
    """The pages by address, as HTML: no more than two by name."""
    named = list(dict.fromkeys(urls or [load.final_url or load.url for load in loads]))
    if len(named) > 2:
        named = [named[0], f"{len(named) - 1} more pages"]
    return text(" and ".join(named)) or "no load"


def _drawn(blocks: str, several: str, legend: str) -> str:
    if not blocks:
        return ""
    return (
        f'<h2 id="waterfall">Waterfall</h2>{_TOOLS}{legend}<div class="loads{several}">{blocks}</div>'
        '<div id="detail" aria-live="off">Point at a row, or press Tab and the arrow keys, for its details.</div>'
    )


def _undrawn(loads: Sequence[PageLoad]) -> str:
    """Why there is no waterfall of loads that a browser measured."""
    by = dict.fromkeys(load.recorded_by or "" for load in loads if load.is_navigation_alone)
    if not by:
        return ""
    return (
        f"<p>{text(' and '.join(by))} made the requests: of each load the record holds the navigation alone, so there "
        "is no waterfall of it, and what became of each hint is not in it.</p>"
    )


def _first_words(loads: Sequence[PageLoad]) -> str:
    if len(loads) != 1:
        return ""
    return _facts(loads[0])


def _load(load: PageLoad, title: str, facts: bool, body: str) -> str:
    """``facts``: they stand here; those of a load that the page is of alone stand at its top."""
    head = (f"<h3>{text(title)}</h3>" if title else "") + (_facts(load) if facts else "")
    return f'<section class="load">{head}{body}</section>'


def _facts(load: PageLoad) -> str:
    """Outcome and profile in words; both clocks, the time between them, the load, requests and bytes as figures."""
    first, final = load.first_interim_response_start, load.final_response_headers_start
    by = f"as recorded by {load.recorded_by}" if load.recorded_by else f"as {_profile(load)} would"
    said = "loaded" if load.outcome == "loaded" else f"not loaded ({load.outcome}): {load.error or ''}"
    received = sum((one.sizes.head or 0) + (one.sizes.transferred or 0) for one in load.requests)
    figures: list[tuple[str, str, str]] = [
        ("i", "first interim response", _first_interim(load)),
        ("", "final response head", "none" if final is None else milliseconds(final)),
    ]
    if first is not None and final is not None:
        kind = "" if load.early_hints is False else "i"  # the colour of hints that nobody acted on tells of none
        figures.append((kind, "hints can fill", milliseconds(final - first)))
    figures += [
        ("", "load over", "unknown" if load.finished_at is None else milliseconds(load.finished_at)),
        *_of_hints(load),
        ("", "requests", str(len(load.requests))),
        ("", "received", size(received)),
    ]
    failed = sum(has_failed(one) or (one.status or 0) >= 400 for one in load.requests)
    if failed:
        figures.append(("", "failed", str(failed)))
    items = "".join(f'<li class="{kind}"><b>{text(figure)}</b>{text(label)}</li>' for kind, label, figure in figures)
    return (
        f'<p class="dim">{text(said)}, {text(by)} · {text(moment(load.started_at))}</p><ul class="facts">{items}</ul>'
    )


def _of_hints(load: PageLoad) -> list[tuple[str, str, str]]:
    """How many were acted on; of a load that a browser measured, its paints and what it did with the 103."""
    if not load.is_measured_in_browser:
        acted = sum(hint.acted for hint in load.hints)
        return [("", "hints acted on", f"{acted} of {len(load.hints)}")]
    paints = [("", MEASURED[name], milliseconds(at)) for name, at in load.page_timings if name in ("fcp", "lcp")]
    hinted = sum(one.initiator.kind is InitiatorKind.EARLY_HINT for one in load.requests)
    return [*paints, ("", "started by a 103", str(hinted))]


def _first_interim(load: PageLoad) -> str:
    first = load.first_interim_response_start
    if first is not None:
        return milliseconds(first)
    tells = tells_of_interims(load)
    if any(one.at is None for one in load.interim) or (not tells and is_shown_by_requests(load)):
        return "not in the file"
    could_tell = tells or (load.is_measured_in_browser and not load.is_navigation_alone)
    return "none" if could_tell else "unknown"  # a browser's HAR leaves them out


def _profile(load: PageLoad) -> str:
    name = load.profile.value if load.profile is not None else "a browser"
    name = "the profile eager" if load.profile is ProfileName.EAGER else name
    hints = "" if load.early_hints in (True, None) else " with hints switched off"
    return f"{name}{hints}"


def _legend(loads: Sequence[PageLoad]) -> str:
    phases = "".join(
        f'<li><span class="bar"><i class="{kind}" style="position:static"></i></span>{word}</li>'
        for kind, word in LEGEND
    )
    has_unknown = any(one.initiator.kind is InitiatorKind.UNKNOWN for load in loads for one in load.requests)
    unknown = "<li>? in “from”: what asked for it was not seen</li>" if has_unknown else ""
    return (
        f'<ul class="legend">{phases}<li>▼ an interim response came</li><li>◆ where the page itself asked for it</li>'
        "<li>orange: started by a 103</li><li>underlined: rendering waits for it (estimated)</li>"
        f"<li>dashed: an instant of the page, point at it</li>{unknown}</ul>"
    )


def _notes(loads: Sequence[PageLoad], titles: Sequence[str]) -> str:
    notes: dict[str, None] = {}
    for load, title in zip(loads, titles, strict=True):
        lead = f"{title}: " if title else ""
        if hidden := unseen(load):
            notes[f"{lead}{hidden}"] = None
        notes |= {f"{lead}{note}": None for note in load.notes}
    if not notes:
        return ""
    return "<h2>What to know</h2>" + "".join(f"<p>{text(note)}</p>" for note in notes)


def _footer(loads: Sequence[PageLoad]) -> str:
    profiles = {load.profile for load in loads if load.profile is not None}
    eager = "eager is chromium that also acts over HTTP/1.1. " if ProfileName.EAGER in profiles else ""
    return f"{eager}Milliseconds from navigation start on one monotonic line. Made by fetcher."


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    return files("fetcher.report.html").joinpath("assets").joinpath(name).read_text(encoding="utf-8").strip()


def _policy() -> str:
    script = base64.b64encode(hashlib.sha256(_asset("report.js").encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
