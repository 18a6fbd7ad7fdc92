"""Whether a hinted response serves the page's own request, by both rules that browsers have (EH 9.4).

``by_key``: HTML's preload key (URL, destination, mode, credentials, then integrity: EH 9.1), by which Firefox and the
standards hand a preload over. ``by_cache``: the HTTP cache, where cacheability is what matters: Chromium has nothing
else for what a 103 brought (EH 9.3), the others ask it where the key differs. Pure functions of the record: what it
does not say (a HAR names neither mode nor integrity) counts as equal, and is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fetcher.analysis.wanted import Wanted, wanted_of
from fetcher.browser.fetches import is_credentialed
from fetcher.browser.profiles import DRIVING
from fetcher.fields.cache_control import freshness
from fetcher.record.page_load import Hint, PageLoad, RequestRecord
from fetcher.terms import Credentials, Fields, Mode, ProfileName, field_value
from fetcher.urls import resolve, same_site

REDIRECTS = (301, 302, 303, 307, 308)


class Cause(StrEnum):
    """Why a response does not serve another request for what was meant (EH 9.5)."""

    CROSSORIGIN_MISSING = "crossorigin-missing"
    CROSSORIGIN_DIFFERS = "crossorigin-differs"
    AS_DIFFERS = "as-differs"
    CREDENTIALS_DIFFER = "credentials-differ"
    INTEGRITY_DIFFERS = "integrity-differs"
    QUERY_DIFFERS = "query-differs"
    NEAR_MISS = "near-miss-url"
    NOT_STORED = "not-stored"
    NOT_FRESH = "not-fresh"
    VARY = "vary"
    REDIRECT_NOT_CACHEABLE = "redirect-not-cacheable"
    FRAME_PARTITION = "frame-partition"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """``reason`` is one sentence on what stands in the way; it names the values that differ."""

    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Reuse:
    """One hinted request and one thing on the page that wanted its URL (None: nothing did, and only what the response
    itself allows can be said). Each verdict is None where the rule lets it serve. ``again`` is the id of the second
    request where there was one. ``apart``: Firefox's cache keeps the two apart."""

    hint: int
    request: int
    wanted: Wanted | None
    by_key: Obstacle | None
    by_cache: Obstacle | None
    again: int | None = None
    apart: bool = False

    def by(self, profile: ProfileName) -> Obstacle | None:
        """What stands in the way in that browser: each has an HTTP cache, and one that keeps preloads hands them over
        as well, so that it asks again only where neither serves."""
        if not DRIVING[profile].keeps_preloads:
            return self.by_cache
        if self.apart and splits_cache(profile):
            return self.by_key
        return self.by_key if self.by_cache is not None else None


def reuses(load: PageLoad, more: Iterable[Wanted] = ()) -> tuple[Reuse, ...]:
    """Both verdicts for each hint that made a request, once for each thing that wanted its URL; the order is that of
    the hints, then of the wants. ``more`` is wanted besides what the record shows."""
    found: list[Reuse] = []
    partitions = Partitions(load)
    by_url: dict[str, list[Wanted]] = {}
    for one in (*wanted_of(load), *more):
        by_url.setdefault(one.url, []).append(one)
    for hint in load.hints:
        if not hint.acted or hint.request is None:
            continue
        request = load.requests[hint.request]
        wants = by_url.get(request.url, [])
        if not wants:
            found.append(Reuse(hint.id, request.id, None, None, unservable(request, None)))
        for one in wants:
            again = one.request if one.request not in (None, request.id) else None
            by_cache = unservable(request, load.requests[again].fields if again is not None else None)
            if by_cache is None and partitions.crosses(one):
                by_cache = PARTITION
            first = hinted(load, hint, request)
            apart = are_apart(load, first, one)
            found.append(Reuse(hint.id, request.id, one, differing(first, one), by_cache, again, apart))
    return tuple(found)


PARTITION = Obstacle(
    Cause.FRAME_PARTITION, "only a frame of another site asks for it, and its cache is apart from the page's"
)


def hinted(load: PageLoad, hint: Hint, request: RequestRecord) -> Wanted:
    """What the hint itself asks for."""
    integrity = next((part for part in _parts(hint.raw) if part[0] == "integrity"), ("", ""))[1]
    return Wanted(
        request.url, request.destination, hint.mode or request.mode, hint.credentials or request.credentials,
        integrity, request.id, None, request.initiator.request, "hint",
    )  # fmt: skip


def _parts(raw: str) -> tuple[tuple[str, str], ...]:
    from fetcher.fields.link import parse

    links = parse([raw]).links
    return tuple((name, value or "") for name, value in links[0].params) if links else ()


def differing(first: Wanted, second: Wanted) -> Obstacle | None:
    """What makes ``second`` another request than ``first`` by HTML's preload key, None for nothing."""
    if first.destination is not second.destination:
        reason = f"it was asked for as {_word(first.destination)} and is used as {_word(second.destination)}"
        return Obstacle(Cause.AS_DIFFERS, reason)
    if first.mode is not None and second.mode is not None and first.mode is not second.mode:
        if second.mode is Mode.CORS:
            reason = "the page asks for it with CORS, and it was hinted without crossorigin"
            return Obstacle(Cause.CROSSORIGIN_MISSING, reason)
        reason = f"it was hinted with crossorigin, and the page asks for it without ({second.mode})"
        return Obstacle(Cause.CROSSORIGIN_DIFFERS, reason)
    one, other = first.credentials, second.credentials
    if one is not None and other is not None and one is not other:
        reason = f"it was hinted with credentials {_sent(one)}, and the page asks with credentials {_sent(other)}"
        return Obstacle(Cause.CREDENTIALS_DIFFER, reason)
    if second.integrity and second.integrity.split() != first.integrity.split():
        named = "another integrity" if first.integrity else "no integrity"
        return Obstacle(Cause.INTEGRITY_DIFFERS, f"the page names an integrity, and the hint {named}")
    return None


def splits_cache(profile: ProfileName) -> bool:
    """Whether that browser's HTTP cache keeps apart what was asked for with credentials and without."""
    return DRIVING[profile].splits_cache


def are_apart(load: PageLoad, first: Wanted, second: Wanted) -> bool:
    """Whether one of two requests for a URL goes with credentials and the other without, which Firefox's HTTP cache
    keeps apart (EH 12.1); False where a file of another program does not say."""
    url, page = resolve(first.url), load.document_request
    client = resolve(page.url) if page is not None else None
    if url is None or client is None or first.credentials is None or second.credentials is None:
        return False
    return is_credentialed(first.credentials, url, client) is not is_credentialed(second.credentials, url, client)


def unservable(first: RequestRecord, wanted: Fields | None) -> Obstacle | None:
    """Why the HTTP cache cannot answer a later request with the fields ``wanted`` (None: unknown) from ``first``."""
    if first.status is None or first.outcome not in ("complete", "pending"):
        return Obstacle(Cause.FAILED, f"the earlier request did not complete ({first.error or first.outcome})")
    if leaves_fields_out(first):
        return None
    fresh = freshness(first.response_fields, status=first.status)
    if not fresh.reusable and first.status in REDIRECTS:
        return Obstacle(Cause.REDIRECT_NOT_CACHEABLE, f"it answered with a redirect that is not kept ({fresh.why})")
    if not fresh.storable:
        return Obstacle(Cause.NOT_STORED, f"its response may not be stored ({fresh.why})")
    vary = field_value(first.response_fields, "vary")
    for name in (part.strip().lower() for part in (vary or "").split(",")):
        if name == "*":
            return Obstacle(Cause.VARY, "its response says Vary: *")
        if name and wanted and first.fields and field_value(first.fields, name) != field_value(wanted, name):
            return Obstacle(Cause.VARY, f"its response varies on {name}, which differs between the two requests")
    if not fresh.reusable:
        return Obstacle(Cause.NOT_FRESH, f"its response is not fresh ({fresh.why})")
    return None


def leaves_fields_out(request: RequestRecord) -> bool:
    """Whether the file of another program has none of its response's fields, so that nothing is known of its lifetime
    (only there a request has no mode)."""
    return not request.response_fields and request.mode is None


class Partitions:
    """Which of a page's requests frames of other sites made (EH 10.3). The way up from each is gone once, so that all
    of a long record are asked in time that grows with it; a record whose initiators go in a circle has no frame."""

    def __init__(self, load: PageLoad) -> None:
        self._load = load
        page = load.document_request
        self._page = page.id if page is not None else None
        self._site = resolve(page.url) if page is not None else None
        self._elsewhere: dict[int, bool] = {}

    def crosses(self, wanted: Wanted) -> bool:
        """Whether it is wanted in a frame of another site than the page's."""
        if self._page is None or wanted.source is None or wanted.source == self._page:
            return False
        return self._is_elsewhere(self._load.requests[wanted.source])

    def _is_elsewhere(self, source: RequestRecord) -> bool:
        """Of the document or sheet that names it."""
        way: list[int] = []
        at: RequestRecord | None = source
        found = False
        while at is not None:
            if at.id in self._elsewhere:
                found = self._elsewhere[at.id]
                break
            way.append(at.id)
            self._elsewhere[at.id] = False  # until it is known; it ends a circle
            if at.destination.value in ("iframe", "frame", "document"):
                there = resolve(at.url)
                found = self._site is not None and there is not None and not same_site(there, self._site)
                break
            up = at.initiator.request
            at = self._load.requests[up] if up is not None and up != at.id else None
        for number in way:
            self._elsewhere[number] = found
        return found


def _word(destination: object) -> str:
    return "fetch" if str(destination) == "empty" else str(destination)


def _sent(credentials: Credentials) -> str:
    return {"include": "always", "same-origin": "to its own origin only", "omit": "never"}[credentials.value]
