"""A DevTools protocol log as what a browser was seen to request, one value for each page in it.

The Network domain's events: https://chromedevtools.github.io/devtools-protocol/tot/Network/. A page begins with the
first request of a main document; requests that a redirect goes on with are the same request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fetcher.errors import RecordError
from fetcher.record.har import words
from fetcher.record.observed.values import Observed, ObservedRequest
from fetcher.record.observed.written import ABOUT
from fetcher.terms import Destination, Mode
from fetcher.urls import resolve

MOST = 100_000
"""Requests of one log; no load comes near."""
LATEST = 1e12
"""A later time (s) is none."""
PROGRAM = "DevTools protocol log"
ELSE = "something else"
_BY_CODE = ("XHR", "Fetch", "EventSource")
_WORKERS = ("worker", "sharedworker")
"""What no markup can ask for, though Chromium names the page or nothing as its initiator."""


@dataclass(slots=True, eq=False)
class _Made:
    url: str
    method: str
    kind: str | None
    fields: dict[str, str]
    initiator_type: str
    initiator: str | None
    imported: bool
    frame: str | None
    at: float
    key: str


@dataclass(slots=True, eq=False)
class _Page:
    frame: str | None
    url: str
    final_url: str
    start: float
    made: list[_Made] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    told: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """Sec-Fetch-Mode and Sec-Fetch-Dest as they were sent."""
    streams: set[str] = field(default_factory=set)
    over: dict[str, float] = field(default_factory=dict)
    loaded_at: float | None = None


def observed_pages(messages: Iterable[dict[str, Any]]) -> list[Observed]:
    """Raises RecordError for a log without a page."""
    pages: list[_Page] = []
    owner: dict[str, _Page] = {}
    seen = 0
    program: str = PROGRAM
    notes: tuple[str, ...] = ()
    for message in messages:
        params = message.get("params")
        method = message["method"]
        if method == ABOUT and isinstance(params, dict):
            program, notes = _about(params)
        if method == "Page.loadEventFired" and isinstance(params, dict) and pages and pages[-1].loaded_at is None:
            pages[-1].loaded_at = _number(params.get("timestamp"))
        if not isinstance(params, dict) or not isinstance(params.get("requestId"), str):
            continue
        seen += 1
        key = params["requestId"]
        if method == "Network.requestWillBeSent":
            _sent(params, key, pages, owner)
            if len(owner) > MOST:
                raise RecordError(f"this log has more than {MOST:,} requests; give one of one page")
        elif (page := owner.get(key)) is None:
            continue
        elif method in ("Network.loadingFinished", "Network.loadingFailed"):
            at = _number(params.get("timestamp"))
            if at is not None:
                page.over[key] = at
            if at is not None and key in page.urls and method == "Network.loadingFinished":
                page.ended.setdefault(page.urls[key], at)
        elif method == "Network.responseReceived":
            response = params.get("response")
            if isinstance(response, dict) and response.get("mimeType") == "text/event-stream":
                page.streams.add(key)
        elif method == "Network.requestWillBeSentExtraInfo":
            sent = _lower(params.get("headers"))
            page.told[key] = sent.get("sec-fetch-mode"), sent.get("sec-fetch-dest")
    if not pages:
        what = "no page" if seen else "no message of the Network domain"
        raise RecordError(f"this is no DevTools protocol log of a page: it has {what} in it")
    return [_observed(page, program, notes) for page in pages]


def _about(facts: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Which browser a log of our own is of, and what is missing in it."""
    browser, notes = facts.get("browser"), facts.get("notes") if facts.get("whole") is not True else None
    program = f"{browser[:80]}, {PROGRAM}" if isinstance(browser, str) and browser else PROGRAM
    return program, tuple(each[:500] for each in notes[:20] if isinstance(each, str)) if isinstance(notes, list) else ()


def _sent(params: dict[str, Any], key: str, pages: list[_Page], owner: dict[str, _Page]) -> None:
    request = params.get("request")
    url = request.get("url") if isinstance(request, dict) else None
    at = _number(params.get("timestamp"))
    parsed = resolve(url) if isinstance(url, str) else None
    if parsed is None or not parsed.is_http or at is None or not isinstance(request, dict):
        return
    known = owner.get(key)
    frame = params.get("frameId") if isinstance(params.get("frameId"), str) else None
    is_page = params.get("type") == "Document" and params.get("loaderId") in (key, None, "")
    if known is not None:
        known.urls[key] = parsed.href
        if is_page and not known.made:
            known.final_url = parsed.href  # its redirect
        return
    if is_page and (not pages or frame == pages[-1].frame):
        pages.append(_Page(frame, parsed.href, parsed.href, at))
        owner[key] = pages[-1]
        pages[-1].urls[key] = parsed.href
        return
    if not pages:
        return
    page = pages[-1]
    owner[key] = page
    page.urls[key] = parsed.href
    told = params.get("initiator")
    told = told if isinstance(told, dict) else {}
    kind = told.get("type")
    page.made.append(
        _Made(
            parsed.href,
            str(request.get("method") or "GET"),
            params["type"] if isinstance(params.get("type"), str) else None,
            _lower(request.get("headers")),
            kind if isinstance(kind, str) else "other",
            _initiator(told),
            kind == "script" and not isinstance(told.get("stack"), dict),
            frame,
            at,
            key,
        )
    )


_DEPTH = 32


def _initiator(told: dict[str, Any]) -> str | None:
    """The file whose code, markup or rules asked: of a script the innermost frame that has a URL."""
    stack = told.get("stack")
    for _ in range(_DEPTH):
        if not isinstance(stack, dict):
            break
        frames = stack.get("callFrames")
        for frame in frames if isinstance(frames, list) else ():
            url = resolve(frame["url"]) if isinstance(frame, dict) and isinstance(frame.get("url"), str) else None
            if url is not None and url.is_http:
                return url.href
        stack = stack.get("parent")
    url = resolve(told["url"]) if isinstance(told.get("url"), str) else None
    return url.href if url is not None and url.is_http else None


def _observed(page: _Page, program: str, notes: tuple[str, ...]) -> Observed:
    found = []
    counts = Counter({"navigation": 1})
    sheets = {one.url for one in page.made if one.kind == "Stylesheet"}
    others: dict[str, None] = {}
    for one in page.made:
        told_mode, told_destination = page.told.get(one.key, (None, None))
        fetch = told_destination or one.fields.get("sec-fetch-dest")
        script = one.initiator_type == "script" or one.kind in _BY_CODE or fetch in _WORKERS
        counts[maker := _maker(one, script, sheets)] += 1
        if maker == ELSE:
            others[one.url] = None
        # A picture that code made after the document was parsed has nobody to name; a lazy one neither.
        loose = one.initiator_type == "other" and one.kind == "Image" and one.frame == page.frame
        if not script and not loose and one.initiator_type != "parser":
            continue
        destination = words.destination(one.kind, fetch, None, one.url)
        if destination is Destination.DOCUMENT:
            destination = Destination.FRAME
        mode = told_mode or one.fields.get("sec-fetch-mode")
        initiator = page.final_url if loose else one.initiator
        end = page.ended.get(initiator) if initiator is not None else None
        found.append(
            ObservedRequest(
                one.url,
                one.method,
                destination,
                Mode(mode) if mode in set(Mode) else None,
                script,
                initiator,
                round((one.at - page.start) * 1000, 3),
                round(max(one.at - end, 0.0) * 1000, 3) if end is not None else None,
                script and one.imported,
                one.kind == "EventSource" or one.key in page.streams,
                None if page.loaded_at is None else max(one.at, page.over.get(one.key, one.at)) <= page.loaded_at,
            )
        )
    return Observed(page.url, page.final_url, program, tuple(found), tuple(counts.items()), notes, others=tuple(others))


def _maker(one: _Made, script: bool, sheets: set[str]) -> str:
    """In a word, what asked for it."""
    if script:
        return "an import" if one.imported else "a script"
    match one.initiator_type:
        case "parser" if one.initiator in sheets:
            return "a style sheet"
        case "parser" | "other" if one.kind == "Image":
            return "markup or a script"  # which, Chromium says by the moment alone
        case "parser":
            return "markup"
        case "preload" | "preflight":
            return f"a {one.initiator_type}"
    return ELSE


def _lower(headers: object) -> dict[str, str]:
    if not isinstance(headers, dict):
        return {}
    return {str(name).lower(): value for name, value in headers.items() if isinstance(value, str)}


def _number(value: object) -> float | None:
    """None for what is no time: a later one has no difference to another that means anything."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < LATEST else None
