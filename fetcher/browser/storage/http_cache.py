"""The HTTP cache as Chromium 156 keeps and consults it (RFC 9111 as a private cache, EH 4.9, 9.3).

Decisions only: what is kept of a response, whose request may have it, whether it is fresh, what else is asked of the
server. No clock: ``now`` is seconds since the epoch. Bytes are the driver's; an entry says whose fetch's they are.
Bounded in entries and in bytes; what was used longest ago goes first. Content that was cut short is never kept
(Chromium keeps it where it could ask for the rest as a range).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from fetcher.browser.storage.cookies import site_of
from fetcher.fields.cache_control import initial_age, lifetime, parse, validators
from fetcher.terms import Destination, Fields, field_value, field_values
from fetcher.urls import URL

ENTRIES = 10_000
HELD_BYTES = 67_108_864
"""Of content in all: what is only counted (a picture's) takes none."""
ENTRY_BYTES = 4_194_304
"""The longest content, as it came, that is kept."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FRAMES = (Destination.FRAME, Destination.FRAMESET_FRAME)
_NAVIGATIONS = (Destination.DOCUMENT, *_FRAMES)
_PLAYED = (Destination.AUDIO, Destination.VIDEO)
_UNREAD = (Destination.IMAGE, Destination.FONT, Destination.AUDIO, Destination.VIDEO)
_UNREAD_TYPES = ("image", "font", "audio", "video")
_TRANSIENT = frozenset(
    {
        "set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate", "connection", "proxy-connection",
        "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "strict-transport-security",
    }
)  # fmt: skip
"""Fields of an answer that are about the exchange or set a state of their own: they are not kept."""
_OF_THE_CONTENT = frozenset(
    {
        "content-location", "content-md5", "etag", "content-encoding", "content-range", "content-type",
        "content-length", "x-frame-options", "x-xss-protection",
    }
)  # fmt: skip
"""Fields that a 304 does not change."""


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The cache is split by the site of the page (``top``) and of the frame that asks (``frame``). ``kind`` keeps the
    documents of frames ("frame") and of navigations that another site's page began ("cross-site") apart from the rest.
    Credentials do not split it."""

    url: str
    top: str
    frame: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One entry. ``fields`` without what is not kept, ``varying`` the request's fields that Vary names; ``asked``,
    ``received`` and ``used`` are seconds since the epoch; ``transferred`` and ``decoded`` bytes of content. ``content``
    is as it came, None for what nobody reads (pictures, fonts, media): that is counted only."""

    key: CacheKey
    status: int
    reason: str
    version: str
    fields: Fields
    varying: Fields
    asked: float
    received: float
    used: float
    transferred: int
    decoded: int
    content: bytes | None = field(default=None, repr=False)

    @property
    def is_redirect(self) -> bool:
        """Nobody reads its content."""
        return self.status in REDIRECTS and field_value(self.fields, "location") is not None

    def age(self, now: float) -> float:
        """Seconds since the origin made it (RFC 9111 4.2.3); a clock that was set back does not make it younger."""
        return initial_age(self.fields, self.received, self.asked) + max(0.0, now - self.received)


@dataclass(frozen=True, slots=True)
class Entry:
    """``content_of`` is the fetch of this load whose content it is, None where that is in ``response``."""

    response: StoredResponse
    content_of: int | None = None

    @property
    def has_content(self) -> bool:
        return self.response.content is not None or self.content_of is not None


class Served(StrEnum):
    FRESH = "http-cache"
    STALE = "http-cache-stale"
    REVALIDATED = "revalidated"


class Cause(StrEnum):
    """Why an earlier response does not answer a request by itself (EH 9.5)."""

    INCOMPLETE = "incomplete"
    NOT_STORED = "not-stored"
    NO_LIFETIME = "no-lifetime"
    STALE = "stale"
    VARY = "vary"
    ASKED_FOR = "asked-for"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class NotServed:
    """``reason`` is worded for the person whose server sent it."""

    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """An entry for a request. ``why`` None: it answers (``served``); else the server is asked, with ``conditions``
    where it can be asked whether the entry still holds. ``age`` and ``fresh_for`` are seconds, the latter what was left
    (below 0: how long it was over), None without a lifetime."""

    entry: Entry
    age: float
    fresh_for: float | None
    why: NotServed | None = None
    served: Served = Served.FRESH
    conditions: Fields = ()


def key_of(url: URL, destination: Destination, top: URL, frame: URL, client: URL | None) -> CacheKey:
    """``top`` is the page's URL, ``frame`` the document's that asks, ``client`` what a navigation came from. A document
    is a part of its own site."""
    if destination is Destination.DOCUMENT:
        crosses = client is not None and site_of(client) != site_of(url)
        return CacheKey(url.href, site_of(url), site_of(url), "cross-site" if crosses else "")
    if destination in _FRAMES:
        return CacheKey(url.href, site_of(top), site_of(url), "frame")
    return CacheKey(url.href, site_of(top), site_of(frame))


def is_read(destination: Destination, fields: Fields) -> bool:
    """Whether somebody may look into the content again: then it has to be kept, else only counted."""
    kind = (field_value(fields, "content-type") or "").partition("/")[0].strip().lower()
    return kind not in _UNREAD_TYPES if kind else destination not in _UNREAD


def varying(fields: Fields, sent: Fields) -> Fields:
    """The fields of a request that decide whose the answer is, as they were sent (RFC 9111 4.1)."""
    names = sorted(set(_vary(fields)))
    return tuple((name, value) for name in names if (value := field_value(sent, name)) is not None)


def why_varies(fields: Fields, before: Fields, wanted: Fields) -> NotServed | None:
    for name in _vary(fields):
        if name == "*":
            return NotServed(Cause.VARY, "its response says Vary: *")
        if field_value(before, name) != field_value(wanted, name):
            return NotServed(Cause.VARY, f"its response varies on {name}, which differs between the two requests")
    return None


def _vary(fields: Fields) -> list[str]:
    names = (part.strip().lower() for value in field_values(fields, "vary") for part in value.split(","))
    return [name for name in names if name and name not in ("host", "connection", "priority")]


def kept_fields(fields: Fields) -> Fields:
    """What of an answer's fields is kept."""
    return tuple(one for one in fields if one[0] not in _TRANSIENT)


def freshened(stored: StoredResponse, fields: Fields, asked: float, received: float) -> StoredResponse:
    """``stored`` after a 304 with these ``fields`` (RFC 9111 3.2)."""
    new = [one for one in kept_fields(fields) if _is_updated(one[0])]
    names = {name for name, _ in new}
    kept = tuple(one for one in stored.fields if one[0] not in names)
    return replace(stored, fields=(*kept, *new), asked=asked, received=received, used=received)


def _is_updated(name: str) -> bool:
    return name not in _OF_THE_CONTENT and not name.startswith(("x-content-", "x-webkit-"))


class HttpCache:
    """The entries of one browser, the one used longest ago first."""

    def __init__(self, stored: Iterable[StoredResponse] = ()) -> None:
        self._entries: OrderedDict[CacheKey, Entry] = OrderedDict()
        self._held = 0
        for one in sorted(stored, key=lambda one: one.used):
            self.store(Entry(one))

    def __len__(self) -> int:
        return len(self._entries)

    def look_up(
        self, key: CacheKey, wanted: Callable[[], Fields], now: float, destination: Destination
    ) -> Found | None:
        """What is there for a request that would go out with the fields ``wanted`` gives; None for nothing of use."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        response = entry.response
        if not (entry.has_content or response.is_redirect) and is_read(destination, response.fields):
            return None
        fields = wanted()
        if destination in _PLAYED and response.status == 200:  # all of it, of which any part may be served
            fields = tuple(one for one in fields if one[0] != "range")
        forced = _forced(fields)
        if forced is Cause.ASKED_FOR:
            return None
        granted = lifetime(response.fields, response.status, response.received)
        age = response.age(now)
        left = None if granted.fresh is None else granted.fresh - age
        differs = why_varies(response.fields, response.varying, fields)
        if differs is not None:
            return Found(entry, age, left, differs, conditions=_conditions(response, differs))
        why = NotServed(Cause.ASKED_FOR, "Cache-Control: max-age=0 was sent") if forced else None
        if why is None and (left is None or left <= 0):
            if (granted.fresh or 0.0) + granted.stale > age and destination not in _NAVIGATIONS:
                return Found(entry, age, left, served=Served.STALE, conditions=_conditions(response, None))
            why = why_stale(granted.fresh, granted.why, age)
        if why is not None:
            return Found(entry, age, left, why, conditions=_conditions(response, why))
        self._entries.move_to_end(key)
        self._entries[key] = replace(entry, response=replace(response, used=now))
        return Found(entry, age, left)

    def store(self, entry: Entry) -> None:
        """Keep ``entry`` in place of any other for its key."""
        key = entry.response.key
        self.drop(key)
        self._entries[key] = entry
        self._held += _size(entry)
        while len(self._entries) > ENTRIES or self._held > HELD_BYTES:
            self.drop(next(iter(self._entries)))

    def drop(self, key: CacheKey) -> None:
        gone = self._entries.pop(key, None)
        if gone is not None:
            self._held -= _size(gone)

    def clear(self, origin: str, origin_of: Callable[[str], str]) -> None:
        """Clear-Site-Data: "cache": everything of ``origin`` goes, whoever asked for it."""
        for key in [key for key in self._entries if origin_of(key.url) == origin]:
            self.drop(key)

    def stored(self, contents: Mapping[int, bytes]) -> tuple[StoredResponse, ...]:
        """Every entry, used longest ago first, with its content out of ``contents`` (by fetch). An entry whose content
        is not there is left out."""
        kept = []
        for entry in self._entries.values():
            response = entry.response
            if entry.content_of is not None:
                content = contents.get(entry.content_of)
                if content is None:
                    continue
                response = replace(response, content=content)
            kept.append(response)
        return tuple(kept)


def why_stale(fresh: float | None, why: str, age: float) -> NotServed:
    if fresh is None:
        return NotServed(Cause.NO_LIFETIME, f"its response is not fresh ({why})")
    old = f"{why}, but it is already {age:.0f} s old" if fresh else why
    return NotServed(Cause.STALE, f"its response is not fresh ({old})")


def _conditions(response: StoredResponse, why: NotServed | None) -> Fields:
    """Only a 200 is asked about; a date says nothing of a variant (Chromium)."""
    if response.status != 200:
        return ()
    asks = validators(response.fields)
    if why is not None and why.cause is Cause.VARY:
        asks = tuple(one for one in asks if one[0] == "if-none-match")
    return asks


def _forced(wanted: Fields) -> Cause | None:
    """What the caller's own fields do, as they would in Chromium: a condition or no-cache passes the cache by
    (ASKED_FOR), max-age=0 has everything revalidated (STALE)."""
    if any(name.startswith("if-") or name == "range" for name, _ in wanted):
        return Cause.ASKED_FOR
    control = parse(field_values(wanted, "cache-control"))
    if control.no_cache or "no-cache" in (field_value(wanted, "pragma") or "").lower():
        return Cause.ASKED_FOR
    return Cause.STALE if control.max_age == 0 else None


def _size(entry: Entry) -> int:
    if entry.response.content is not None:
        return len(entry.response.content)
    return entry.response.transferred if entry.content_of is not None else 0
