"""The words of HAR 1.2 and of the programs that write it, and ours for the same things, in both directions.

DevTools, chrome-har, Firefox and WebPageTest agree on the format and differ in the words: ``httpVersion`` alone comes
as "h2", "HTTP/2.0", "http/2", "h3-29", "unknown", "" and cut-off rests of a status line. What is not known is None.
"""

from __future__ import annotations

import re

from fetcher.fields import mime
from fetcher.terms import Destination, HttpVersion, InitiatorKind, NetPriority

D, K = Destination, InitiatorKind

RESOURCE_TYPES: dict[Destination, str] = {
    D.DOCUMENT: "document",
    D.FRAME: "document",
    D.STYLE: "stylesheet",
    D.SCRIPT: "script",
    D.IMAGE: "image",
    D.FONT: "font",
    D.EMPTY: "fetch",
    D.TRACK: "texttrack",
    D.VIDEO: "media",
    D.AUDIO: "media",
    D.MANIFEST: "manifest",
    D.OBJECT: "other",
    D.EMBED: "other",
    D.WORKER: "script",
    D.JSON: "script",
    D.TEXT: "script",
}
"""What DevTools calls a request's type (``_resourceType``)."""

_DESTINATIONS = {
    "document": D.DOCUMENT,
    "stylesheet": D.STYLE,
    "script": D.SCRIPT,
    "image": D.IMAGE,
    "font": D.FONT,
    "media": D.VIDEO,
    "texttrack": D.TRACK,
    "manifest": D.MANIFEST,
    **dict.fromkeys(("xhr", "fetch", "ping", "preflight", "eventsource", "cspviolationreport"), D.EMPTY),
}

PRIORITIES: dict[NetPriority, str] = {
    NetPriority.HIGHEST: "VeryHigh",
    NetPriority.MEDIUM: "High",
    NetPriority.LOW: "Medium",
    NetPriority.LOWEST: "Low",
    NetPriority.IDLE: "VeryLow",
    NetPriority.THROTTLED: "VeryLow",
}
"""Chromium's resource priority (``_priority``) for each of its network priorities."""

_NET_PRIORITIES = {
    "veryhigh": NetPriority.HIGHEST,
    "high": NetPriority.MEDIUM,
    "medium": NetPriority.LOW,
    "low": NetPriority.LOWEST,
    "verylow": NetPriority.IDLE,
}

INITIATOR_TYPES: dict[InitiatorKind, str] = {
    K.NAVIGATION: "other",
    K.REDIRECT: "other",
    K.EARLY_HINT: "early-hints",
    K.LINK_HEADER: "preload",
    K.PRELOAD_SCAN: "parser",
    K.CSS: "parser",
    K.MODULE_GRAPH: "script",
    K.SCRIPT: "script",
    K.PRECONNECT: "other",
    K.UNKNOWN: "other",
}
"""The DevTools protocol's Initiator.type, and Resource Timing's "early-hints" for what a 103 asked for."""

HTTP_VERSIONS = {"HTTP/1.0": "http/1.0", "HTTP/1.1": "http/1.1", "HTTP/2": "h2", "HTTP/3": "h3"}
"""``httpVersion`` as Chromium's tools write it."""

_VERSION = re.compile(r"(?:http/|h)?([123])(?:\.([01]))?(?:[-+].*)?")


def destination(resource_type: object, sec_fetch_dest: str | None, mime_type: object, url: str) -> Destination:
    """What a request was for: what the browser sent says it exactly, its tools nearly, the content by its type."""
    if sec_fetch_dest is not None:
        try:
            return Destination(sec_fetch_dest.strip().lower())
        except ValueError:
            pass
    if isinstance(resource_type, str) and (known := _DESTINATIONS.get(resource_type.lower())) is not None:
        return known
    kind = mime.parse(mime_type) if isinstance(mime_type, str) else None
    if kind is None:
        return D.EMPTY
    match kind.type, kind.subtype:
        case "text", "css":
            return D.STYLE
        case _, "html" | "xhtml+xml":
            return D.DOCUMENT
        case "image", _:
            return D.IMAGE
        case "font", _:
            return D.FONT
        case "video", _:
            return D.VIDEO
        case "audio", _:
            return D.AUDIO
        case _, subtype if "javascript" in subtype or "ecmascript" in subtype:
            return D.SCRIPT
        case _, subtype if "font" in subtype:
            return D.FONT
        case _, "manifest+json":
            return D.MANIFEST
    return D.FONT if url.partition("?")[0].endswith((".woff2", ".woff", ".ttf")) else D.EMPTY


def priority(*candidates: object) -> NetPriority | None:
    """The first that is one of DevTools' five words."""
    for word in candidates:
        if isinstance(word, str) and word.lower() in _NET_PRIORITIES:
            return _NET_PRIORITIES[word.lower()]
    return None


def http_version(*spellings: object) -> tuple[str | None, HttpVersion | None]:
    """Our spelling ("HTTP/2") and the ALPN name of the first spelling that says something."""
    for spelling in spellings:
        found = _VERSION.fullmatch(spelling.strip().lower()) if isinstance(spelling, str) else None
        match found and found.groups():
            case "1", "0":
                return "HTTP/1.0", HttpVersion.HTTP_1_1
            case "1", "1":
                return "HTTP/1.1", HttpVersion.HTTP_1_1
            case "2", (None | "0"):
                return "HTTP/2", HttpVersion.HTTP_2
            case "3", (None | "0"):
                return "HTTP/3", HttpVersion.HTTP_3
    return None, None
