"""What was fetched twice, why, and what to change (EH 9.5): a pure function of the record, also of imported HARs.

Three kinds: a URL asked for again although a response of it was there; a hint whose page asks for nearly the same URL;
and, in a load of our own, what the machine says it fetched again. A reason is named only where the record shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fetcher.analysis.links.mending import written
from fetcher.analysis.reuse import PARTITION, Cause, Obstacle, Partitions, differing, unservable
from fetcher.analysis.versions import Nearness, NearURLs
from fetcher.analysis.wanted import Wanted, wanted_of
from fetcher.browser.profiles import DRIVING
from fetcher.fields.link import Link, parse
from fetcher.record.page_load import Hint, PageLoad, RequestRecord
from fetcher.terms import Credentials, Destination, InitiatorKind, Mode
from fetcher.urls import URL, resolve


@dataclass(frozen=True, slots=True)
class DoubleFetch:
    """``earlier`` and ``later`` are request ids; ``hint`` is the hint behind the earlier one, None for none. ``fix`` is
    one sentence, ``link`` the hint's text as it should be where that can be worked out."""

    earlier: int
    later: int
    hint: int | None
    cause: Cause
    reason: str
    fix: str
    link: str | None = None


FIXES = {
    Cause.CROSSORIGIN_MISSING: "add crossorigin to the hint",
    Cause.CROSSORIGIN_DIFFERS: "give the hint and the element the same crossorigin",
    Cause.AS_DIFFERS: "correct the hint's as",
    Cause.CREDENTIALS_DIFFER: "give the hint the crossorigin value that the element has",
    Cause.INTEGRITY_DIFFERS: "give the hint the integrity that the element has",
    Cause.QUERY_DIFFERS: "hint at the URL the page uses, with its query",
    Cause.NEAR_MISS: "hint at the URL as the page writes it",
    Cause.NOT_STORED: "let it be stored: Cache-Control with a max-age, and no no-store",
    Cause.NOT_FRESH: "give the response a lifetime, such as Cache-Control: max-age=60",
    Cause.VARY: "take that field out of Vary, or make both requests send it alike",
    Cause.REDIRECT_NOT_CACHEABLE: "hint at the URL it redirects to, or make the redirect cacheable",
    Cause.FRAME_PARTITION: "take the hint out: a frame of another site cannot use it",
    Cause.FAILED: "find out why the first request failed",
    Cause.UNKNOWN: "the record does not show why",
}


def double_fetches(load: PageLoad) -> tuple[DoubleFetch, ...]:
    """Every double fetch, in the order of the later requests."""
    hints: dict[int, Hint] = {hint.request: hint for hint in load.hints if hint.acted and hint.request is not None}
    wants: dict[int, Wanted] = {}
    for one in wanted_of(load):
        if one.request is not None:
            wants.setdefault(one.request, one)
    found: dict[int, DoubleFetch] = {}
    partitions = Partitions(load)
    for earlier, later in _pairs(load):
        wanted = wants.get(later.id)
        if wanted is not None and partitions.crosses(wanted):
            obstacle = PARTITION
        else:
            obstacle = _obstacle(load, earlier, later, wants, hints.get(earlier.id))
        found[later.id] = _double(load, earlier, later, hints.get(earlier.id), obstacle, wanted)
    for hint, later, cause, reason in _near_misses(load, hints, wants):
        if later.id not in found and hint.request is not None:
            obstacle = Obstacle(cause, reason)
            found[later.id] = _double(load, load.requests[hint.request], later, hint, obstacle, wants.get(later.id))
    return tuple(found[number] for number in sorted(found))


def _pairs(load: PageLoad) -> list[tuple[RequestRecord, RequestRecord]]:
    """Each request with the one of the same URL that could not serve it."""
    last: dict[tuple[str, str], RequestRecord] = {}
    pairs = []
    for one in load.requests:
        if one.destination is Destination.DOCUMENT or one.timing_is_cache_read:
            continue
        before = last.get((one.url, one.method))
        if one.earlier is not None:
            pairs.append((load.requests[one.earlier], one))
        elif before is not None and load.recorded_by is not None and one.initiator.kind is not InitiatorKind.REDIRECT:
            pairs.append((before, one))
        last[one.url, one.method] = one
    return pairs


def _obstacle(
    load: PageLoad, earlier: RequestRecord, later: RequestRecord, wants: dict[int, Wanted], hint: Hint | None
) -> Obstacle:
    wanted = wants.get(later.id)
    first = wants.get(earlier.id) or _asked(earlier, hint)
    by_key = differing(first, wanted or _asked(later, None))
    profile = DRIVING[load.profile] if load.profile is not None else None
    if by_key is not None and profile is not None and profile.keeps_preloads:
        return by_key
    return unservable(earlier, later.fields) or by_key or Obstacle(Cause.UNKNOWN, "nothing in the record forbids it")


def _asked(request: RequestRecord, hint: Hint | None) -> Wanted:
    links = parse([hint.raw]).links if hint is not None else ()
    integrity = (links[0].param("integrity") or "") if links else ""
    return Wanted(
        request.url, request.destination, request.mode, request.credentials, integrity, request.id, None,
        request.initiator.request, "",
    )  # fmt: skip


def _double(
    load: PageLoad,
    earlier: RequestRecord,
    later: RequestRecord,
    hint: Hint | None,
    obstacle: Obstacle,
    wanted: Wanted | None,
) -> DoubleFetch:
    link = _corrected(hint, obstacle.cause, later, wanted, earlier) if hint is not None else None
    fix = FIXES[obstacle.cause]
    return DoubleFetch(
        earlier.id, later.id, hint.id if hint is not None else None, obstacle.cause, obstacle.reason, fix, link
    )  # fmt: skip


# -- nearly the same URL


def _near_misses(
    load: PageLoad, hints: dict[int, Hint], wants: dict[int, Wanted]
) -> list[tuple[Hint, RequestRecord, Cause, str]]:
    """Hints that nothing used, each with the first request of the page that nearly has its URL."""
    asked: dict[str, RequestRecord] = {}
    for one in load.requests:
        if one.id in wants and one.initiator.kind is not InitiatorKind.EARLY_HINT:
            asked.setdefault(one.url, one)
    known = NearURLs(asked)
    found = []
    for hint in hints.values():
        url = resolve(hint.url) if hint.url is not None else None
        near = known.of(url.href) if url is not None and hint.used is False else None
        other = resolve(near.url) if near is not None else None
        if url is None or near is None or other is None or near.url not in asked:
            continue
        if near.nearness is Nearness.SPELLING or (near.nearness is Nearness.VERSION and _path(url) == _path(other)):
            found.append((hint, asked[near.url], *_compared(url, other)))
    return found


def _path(url: URL) -> str:
    return url.path.partition("?")[0]


def _compared(hinted: URL, used: URL) -> tuple[Cause, str]:
    if (hinted.origin, _path(hinted)) == (used.origin, _path(used)):
        return (
            Cause.QUERY_DIFFERS,
            f"the page asks for {used.href}, whose query differs, and nothing uses what was hinted",
        )
    return Cause.NEAR_MISS, f"the page asks for {used.href}, and nothing uses what was hinted"


# -- the hint as it should be

_AS = {
    Destination.STYLE: "style", Destination.SCRIPT: "script", Destination.IMAGE: "image", Destination.FONT: "font",
    Destination.EMPTY: "fetch",
}  # fmt: skip
_BY_KEY = frozenset(
    {
        Cause.CROSSORIGIN_MISSING, Cause.CROSSORIGIN_DIFFERS, Cause.AS_DIFFERS, Cause.CREDENTIALS_DIFFER,
        Cause.INTEGRITY_DIFFERS,
    }
)  # fmt: skip


def _corrected(
    hint: Hint, cause: Cause, later: RequestRecord, wanted: Wanted | None, earlier: RequestRecord
) -> str | None:
    """The hint's link such that it asks for what the page does."""
    links = parse([hint.raw]).links
    if not links:
        return None
    link = links[0]
    if cause in (Cause.QUERY_DIFFERS, Cause.NEAR_MISS):
        return written(replace(link, target=_target(later.url, link)))
    if cause is Cause.REDIRECT_NOT_CACHEABLE:
        to = next((value for name, value in earlier.response_fields if name == "location"), None)
        url = resolve(to, earlier.url) if to is not None else None
        return written(replace(link, target=_target(url.href, link))) if url is not None else None
    if cause not in _BY_KEY or (link.param("rel") or "").lower() != "preload":
        return None
    word = _AS.get(wanted.destination if wanted is not None else later.destination)
    mode, credentials = (wanted.mode, wanted.credentials) if wanted is not None else (later.mode, later.credentials)
    if word is None or mode is None:
        return None
    params = [pair for pair in link.params if pair[0] not in ("as", "crossorigin", "integrity", "type")]
    params.append(("as", word))
    if mode is Mode.CORS:
        params.append(("crossorigin", "use-credentials" if credentials is Credentials.INCLUDE else None))
    if wanted is not None and wanted.integrity:
        params.append(("integrity", wanted.integrity))
    return written(Link(link.target, tuple(params), "", 0))


def _target(url: str, link: Link) -> str:
    """``url`` written as the hint's target was: without its origin where that had none."""
    parsed = resolve(url)
    if parsed is None or not link.target.startswith("/") or link.target.startswith("//"):
        return url
    return url.removeprefix(parsed.origin)
