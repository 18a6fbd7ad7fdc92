"""One HAR entry, whoever wrote it, as facts: numbers that are numbers, words that are ours, what is unknown None.

Producers write 0, -1, null or nothing for a phase that did not happen or was not measured; each is told apart here as
far as the file allows. A cache read, a pushed response and a request that never reached the network are marked, since
their times say nothing of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fetcher.errors import RecordError
from fetcher.record.har import words
from fetcher.record.page_load import Sizes
from fetcher.terms import Destination, Fields, HttpVersion, Mode, NetPriority, field_value
from fetcher.urls import URL, resolve

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Phases:
    """Milliseconds; None where it did not happen or was not measured. ``queued`` lies before the entry's start."""

    queued: float | None
    blocked: float | None
    dns: float | None
    connect: float | None
    ssl: float | None
    send: float | None
    wait: float | None
    receive: float | None
    total: float | None

    @property
    def opening(self) -> float:
        """From the entry's start until the request could be sent."""
        return (self.blocked or 0.0) + (self.dns or 0.0) + (self.connect or 0.0)


@dataclass(frozen=True, slots=True)
class Entry:
    """``at`` is milliseconds since the epoch. ``odd`` are the contradictions met and what was done about each, as keys
    of ``page.ODD``; ``line`` the initiator's line from 1; ``early`` the raw ``_earlyHints``."""

    number: int
    pageref: str | None
    at: float
    url: URL
    method: str
    fields: Fields
    response_fields: Fields
    status: int | None
    reason: str | None
    version: str | None
    protocol: HttpVersion | None
    destination: Destination
    mode: Mode | None
    priority: NetPriority | None
    sizes: Sizes
    phases: Phases
    location: str | None
    error: str | None
    cache_source: str | None
    hinted: bool
    internal: bool
    initiator_type: str | None
    initiator_url: str | None
    line: int | None
    connection: str | None
    address: str | None
    webpagetest_lead: float | None
    early: tuple[Any, ...]
    odd: tuple[str, ...]


def entry_of(data: object, number: int, interned: dict[tuple[str, str], tuple[str, str]]) -> Entry | None:
    """The facts of the entry ``data``, None for one whose URL is no http(s) one. ``interned`` keeps one copy of fields
    that many entries share. Raises ``RecordError`` for an entry without URL or start."""
    here = f"log.entries[{number}]"
    if not isinstance(data, dict):
        raise RecordError(f"This HAR file cannot be used: {here} is not an object")
    request, response = _object(data, "request"), _object(data, "response")
    text = request.get("url")
    if not isinstance(text, str):
        raise RecordError(f"This HAR file cannot be used: {here} has no request.url")
    url = resolve(text)
    if url is None or not url.is_http:
        return None
    at = instant(data.get("startedDateTime"), here)
    fields = _fields(request.get("headers"), interned)
    answer = _fields(response.get("headers"), interned)
    status = response.get("status")
    status = status if isinstance(status, int) and not isinstance(status, bool) and 100 <= status <= 999 else None
    version, protocol = words.http_version(
        response.get("httpVersion"), request.get("httpVersion"), data.get("_protocol")
    )
    internal = field_value(answer, "non-authoritative-reason") is not None or (
        status == 307 and response.get("statusText") == "Internal Redirect"
    )
    hinted = response.get("fromEarlyHints") is True
    phases, odd = _phases(data)
    kind, initiator_url, line = _initiator(data)
    content = _object(response, "content")
    location = response.get("redirectURL") or field_value(answer, "location")
    mode = field_value(fields, "sec-fetch-mode")
    return Entry(
        number=number,
        pageref=_text(data.get("pageref")),
        at=at,
        url=url,
        method=_text(request.get("method")) or "GET",
        fields=fields,
        response_fields=answer,
        status=status,
        reason=_text(response.get("statusText"), empty=True) if status is not None else None,
        version=version,
        protocol=protocol,
        destination=words.destination(
            data.get("_resourceType"), field_value(fields, "sec-fetch-dest"), content.get("mimeType"), url.href
        ),
        mode=Mode(mode) if mode in set(Mode) else None,
        priority=words.priority(data.get("_initialPriority"), data.get("_priority"), request.get("_initialPriority")),
        sizes=_sizes(request, response, answer, content),
        phases=phases,
        location=_text(location),
        error=_error(response.get("_error")),
        cache_source=_cache_source(data, response, hinted),
        hinted=hinted or kind == "early-hints",
        internal=internal,
        initiator_type=kind,
        initiator_url=initiator_url,
        line=line,
        connection=_connection(data, url),
        address=_text(data.get("serverIPAddress")),
        webpagetest_lead=_lead(data),
        early=tuple(data["_earlyHints"]) if isinstance(data.get("_earlyHints"), list) else (),
        odd=odd,
    )


def instant(value: object, where: str) -> float:
    """Milliseconds since the epoch of an ISO 8601 date; one without a zone is taken for UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise RecordError(f"This HAR file cannot be used: {where} has no readable startedDateTime ({value!a:.40})")
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000


def number(value: object) -> float | None:
    """A finite number from 0 on; -1, null and everything else are None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        return None
    return float(value)


def _phases(data: Json) -> tuple[Phases, tuple[str, ...]]:
    timings, odd = _object(data, "timings"), []
    known = {
        name: number(timings.get(name)) for name in ("blocked", "dns", "connect", "ssl", "send", "wait", "receive")
    }
    for name in ("send", "wait", "receive"):
        given = timings.get(name)
        if isinstance(given, int | float) and given < 0 and given != -1:
            odd.append("negative")
    # Firefox writes 0 for a phase that did not happen, Chromium for a name it already knew: a connection that was
    # opened took time, and only beside one is a look-up of 0 ms a look-up.
    if not known["connect"]:
        known["connect"] = known["ssl"] = None
        known["dns"] = known["dns"] or None
    elif known["ssl"] is not None and known["ssl"] > known["connect"] + 0.001:
        odd.append("ssl")
        known["ssl"] = None
    total = number(data.get("time"))
    if total is not None and known["wait"] is not None:
        spent = sum(value or 0.0 for name, value in known.items() if name != "ssl")
        if abs(total - spent) > max(5.0, 0.05 * total):
            odd.append("total")
    return Phases(queued=number(timings.get("_queued")), total=total, **known), tuple(odd)


def _sizes(request: Json, response: Json, fields: Fields, content: Json) -> Sizes:
    """The content's own size where it is told; else what was received, less the head where that is told."""
    head, decoded = _whole(response.get("headersSize")), _whole(content.get("size"))
    received, body = _whole(response.get("_transferSize")), _whole(response.get("bodySize"))
    stated = field_value(fields, "content-length") or ""
    length = int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 16 else None
    if body is None and request.get("method") != "HEAD":
        fits = length is not None and (received is None or length <= received)
        body = length if fits else max(received - (head or 0), 0) if received else None
    return Sizes(head, body, decoded)


def _cache_source(data: Json, response: Json, hinted: bool) -> str | None:
    """What answered in place of the network. Chromium shows a hinted resource by the renderer's read of its cache."""
    told = data.get("_fromCache")
    if told in ("memory", "disk"):
        return str(told)
    if data.get("_fetchedViaServiceWorker") is True or response.get("fromServiceWorker") is True:
        return "service-worker"
    if response.get("fromPrefetchCache") is True:
        return "prefetch"
    if response.get("fromDiskCache") is True or (hinted and not number(response.get("_transferSize"))):
        return "disk"
    return "push" if data.get("_was_pushed") in (1, True, "1") else None


def _initiator(data: Json) -> tuple[str | None, str | None, int | None]:
    """Type, URL and line (from 1) in DevTools' form or in chrome-har's and WebPageTest's."""
    told = data.get("_initiator")
    if isinstance(told, dict):
        kind, url, line = told.get("type"), told.get("url"), _whole(told.get("lineNumber"))
        frames = _object(told, "stack").get("callFrames")
        if not isinstance(url, str) and isinstance(frames, list) and frames and isinstance(frames[0], dict):
            url, line = frames[0].get("url"), _whole(frames[0].get("lineNumber"))
        return _text(kind), _text(url), None if line is None else line + 1
    line = _whole(data.get("_initiator_line"))
    return _text(data.get("_initiator_type")), _text(told), line or None


def _connection(data: Json, url: URL) -> str | None:
    """Which connection, by the name the file gives it. Firefox writes the server's port, chrome-har "0" for none."""
    given = data.get("connection", data.get("_socket"))
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    return None if text in ("", "0", "-1", str(url.port)) else text


def _lead(data: Json) -> float | None:
    """WebPageTest: how long before the request itself its look-up or connect began (see ``page``)."""
    start, first = number(data.get("_load_start")), number(data.get("_all_start"))
    return start - first if start is not None and first is not None and first < start else None


def _fields(data: object, interned: dict[tuple[str, str], tuple[str, str]]) -> Fields:
    """Header objects as fields; HTTP/2's pseudo-fields, which are no fields, are left out. Chrome writes the lines of
    one name as one value with a line end between them, which no value has: they are lines again."""
    if not isinstance(data, list):
        return ()
    pairs = []
    for one in data:
        name, value = (one.get("name"), one.get("value")) if isinstance(one, dict) else (None, None)
        if isinstance(name, str) and isinstance(value, str) and name and not name.startswith(":"):
            for line in value.split("\n") if "\n" in value else (value,):
                pair = (name.lower(), line.strip())
                pairs.append(interned.setdefault(pair, pair))
    return tuple(pairs)


def _error(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("message") or value.get("code")
    return _text(value)


def _object(data: Json, name: str) -> Json:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _text(value: object, *, empty: bool = False) -> str | None:
    return value if isinstance(value, str) and (value or empty) else None


def _whole(value: object) -> int | None:
    found = number(value)
    return None if found is None else math.floor(found)
