"""What became of each hint: asked for before the document's final head or later, how often, or only connected to.

Firefox's side is what the server heard; ours is what it would hear of us as ``firefox``, in virtual time. Of a hinted
request the fields of ``FIELDS`` are compared too. Firefox marks the requests of hints itself (X-Moz: early hint).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from fetcher.analysis.links import LinkSource, document_links, verdicts
from fetcher.record import PageLoad
from fetcher.terms import ProfileName
from fetcher.urls import resolve
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.comparing import Asked, Heard
from tests.end_to_end.chromium.virtual import loaded_virtually
from tests.end_to_end.firefox.kept import is_unsteady

FIELDS = (
    "accept", "accept-encoding", "accept-language", "cookie", "origin", "priority", "referer", "sec-fetch-dest",
    "sec-fetch-mode", "sec-fetch-site", "sec-fetch-storage-access", "user-agent", "x-moz", "te",
)  # fmt: skip


ABORTED = "0x804b0002"
"""How a navigation to no content ends (NS_BINDING_ABORTED): the page before stays."""


@dataclass(frozen=True, slots=True)
class Told:
    """Our side of a case. ``hinted``: each URL that a hint names, with whether any hint for it acts, as the verdicts
    say and as the load did. ``origins``: those that only a preconnect names, likewise. ``final``: the URLs that nothing
    but the final head's Link field names, with whether the verdicts say that a link for it acts (EH 8)."""

    heard: Heard
    hinted: dict[str, tuple[bool, bool]]
    origins: dict[str, tuple[bool, bool]]
    final: dict[str, bool]


def told(case: Case) -> Told:
    """What we say of ``case`` as firefox."""
    heard, loads = loaded_virtually(case, "firefox")
    hinted: dict[str, tuple[bool, bool]] = {}
    origins: dict[str, tuple[bool, bool]] = {}
    own = "/".join(case.url.split("/")[:3])
    for load in loads[:1]:
        judged = {link.hint: link.by(ProfileName.FIREFOX).acts for link in verdicts(load) if link.hint is not None}
        for hint in load.hints:
            url = resolve(hint.url) if hint.url else None
            if url is None or not url.is_http:
                continue
            name, into = url.href.partition("#")[0], hinted
            if (hint.rel or "").lower() in ("preconnect", "dns-prefetch"):
                name, into = url.origin, origins
                if name == own:
                    continue
            acted = hint.acted
            verdict = judged.get(hint.id, acted)
            before = into.get(name, (False, False))
            into[name] = (before[0] or verdict, before[1] or acted)
    return Told(heard, hinted, origins, _final(loads[0], hinted) if not case.html else {})


def _final(load: PageLoad, hinted: Collection[str]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for link in document_links(load):
        fetches = (link.rel or "").lower() in ("preload", "modulepreload", "stylesheet")
        if (
            link.source is LinkSource.LINK_HEADER
            and link.url is not None
            and fetches
            and link.url not in hinted
            and "srcset" not in link.raw
        ):
            found[link.url] = found.get(link.url, False) or link.by(ProfileName.FIREFOX).acts
    return found


def fate(heard: Heard, url: str) -> tuple[int, int]:
    """How often ``url`` was asked for before the final head, and after."""
    asked = [each for each in heard.asked if each.url == url and each.field("sec-fetch-dest") != "document"]
    before = sum(each.before for each in asked)
    return before, len(asked) - before


def worded(fate: tuple[int, int]) -> str:
    before, later = fate
    times = {1: "once", 2: "twice"}
    early = f"{times.get(before, f'{before} times')} before the final head" if before else ""
    late = f"{times.get(later, f'{later} times')} later" if later else ""
    return " and ".join(each for each in (early, late) if each) or "not at all"


def differences(case: Case, theirs: Heard, ours: Told, *, dressed: bool = True, others: bool = True) -> list[str]:
    """One line each, Firefox's side first; empty where all is as we say. ``dressed``: requests' fields too; ``others``:
    what no hint names too."""
    connections = _roughly if "connections" in case.unscored else _connections
    lines = [*_fates(theirs, ours, others, is_unsteady(case.id)), *connections(theirs, ours)]
    return lines + list(_requests(theirs, ours)) if dressed else lines


def _fates(theirs: Heard, ours: Told, others: bool, unsteady: bool) -> Iterator[str]:
    document = {each.url for each in theirs.asked if each.field("sec-fetch-dest") == "document"}
    more = {each.url for each in (*theirs.asked, *ours.heard.asked)} if others else set()
    more -= {*ours.hinted, *ours.final, *document}
    for url in (*ours.hinted, *sorted(more)):
        one, other = fate(theirs, url), fate(ours.heard, url)
        if unsteady:
            one, other = (one[0], 0), (other[0], 0)
        kind = "hint" if url in ours.hinted else "other"
        if one != other:
            yield f"{kind} {url}: Firefox asks {worded(one)}, fetcher {worded(other)}"
    for url, (verdict, _) in ours.hinted.items():
        hinted = any(each.url == url and each.field("x-moz") is not None for each in theirs.asked)
        if url not in document and verdict != hinted:
            yield f"hint {url}: Firefox {_does('act', hinted)}, the verdict is that it {_does('act', verdict)}"
    for url, verdict in ours.final.items():
        asked = sum(fate(theirs, url)) > 0
        if asked != verdict:
            yield f"final link {url}: Firefox {_does('act', asked)}, the verdict is that it {_does('act', verdict)}"
    failed = bool(theirs.failed and ABORTED not in theirs.failed)
    if failed is not bool(ours.heard.failed):
        yield f"the load: Firefox {theirs.failed or 'succeeds'}, fetcher {ours.heard.failed or 'succeeds'}"


def _connections(theirs: Heard, ours: Told) -> Iterator[str]:
    for origin, (verdict, acted) in ours.origins.items():
        if origin.startswith("http:") or any(each.url.startswith(f"{origin}/") for each in theirs.asked):
            continue  # one in clear shows nowhere until something is asked over it
        connected = origin in dict(theirs.connections)
        for who, does in (("fetcher", acted), ("the verdict is that it", verdict)):
            if connected != does:
                yield f"preconnect {origin}: Firefox {_does('connect', connected)}, {who} {_does('connect', does)}"


def _roughly(theirs: Heard, ours: Told) -> Iterator[str]:
    """No fewer connections than we say, and not all that are hinted."""
    connected = sum(origin in dict(theirs.connections) for origin in ours.origins)
    acted = sum(acted for _, acted in ours.origins.values())
    if not acted <= connected < max(acted + 1, len(ours.origins)):
        yield f"preconnects: Firefox connects to {connected} of {len(ours.origins)} origins, fetcher to {acted}"


def _does(verb: str, does: bool) -> str:
    return f"{verb}s" if does else f"does not {verb}"


def _requests(theirs: Heard, ours: Told) -> Iterator[str]:
    """The fields of hinted requests, paired in order."""
    for url in ours.hinted:
        one = [each for each in theirs.asked if each.url == url and each.field("x-moz") is not None]
        other = [each for each in ours.heard.asked if each.url == url and each.before]
        for left, right in zip(_sorted(one), _sorted(other), strict=False):
            for name in FIELDS:
                if left.field(name) != right.field(name):
                    yield f"hint {url}: {name}: {_said(left.field(name))} / {_said(right.field(name))}"


def _sorted(asked: Sequence[Asked]) -> list[Asked]:
    return sorted(asked, key=lambda each: [each.field(name) or "" for name in ("sec-fetch-dest", "sec-fetch-mode")])


def _said(value: str | None) -> str:
    return "none" if value is None else repr(value)
