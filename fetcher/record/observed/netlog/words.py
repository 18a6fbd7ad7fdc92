"""Words of a NetLog that stand in no table of the file itself: what asked for a request, and lines of a head.

Chromium gives each request a traffic annotation, and the log has its number: a hash of its name
(docs/network_traffic_annotations.md in Chromium's source). Those of Chromium 156 are here by name.
"""

from __future__ import annotations

from enum import StrEnum


class Asker(StrEnum):
    """What asked, by the traffic annotation: MAIN and FRAME are documents, HINT a 103, BROWSER what no page sees."""

    MAIN = "main frame"
    FRAME = "subframe"
    HINT = "early hints"
    PAGE = "page"
    BROWSER = "browser"
    UNKNOWN = "unknown"


def annotation(name: str) -> int:
    """The number that a NetLog has for the traffic annotation ``name``."""
    found = 0
    for letter in name:
        found = (found * 31 + ord(letter)) % 138_003_713
    return found


ASKERS = {
    annotation("early_hints_preload"): Asker.HINT,
    annotation("blink_resource_loader"): Asker.PAGE,
    annotation("favicon_loader"): Asker.BROWSER,
}


def field_lines(headers: object, name: str) -> list[str]:
    """Of lines as a NetLog has them, "name: value"; of a name Chromium may have made one line of several."""
    found = []
    for line in headers if isinstance(headers, list) else ():
        if isinstance(line, str):
            key, _, value = line.partition(": ")
            if key.lower() == name:
                found += value.split("\0")
    return found


def status_of(headers: object) -> int | None:
    """Of "HTTP/1.1 200 OK", as Chromium writes it whatever the version is."""
    first = headers[0] if isinstance(headers, list) and headers else None
    code = first.split(" ")[1] if isinstance(first, str) and first.startswith("HTTP/") and " " in first else ""
    return int(code) if len(code) == 3 and code.isascii() and code.isdigit() else None
