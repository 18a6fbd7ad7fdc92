"""Set-Cookie: one field value in, one cookie as the server worded it out (RFC 6265bis 5.6), or why it is no cookie.

Only the text is judged here. Whether a browser keeps it (domain, prefixes, public suffixes, limits on how many) depends
on the response and on what is kept already: ``browser.cookies`` decides that. Never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from fetcher.fields.link import Finding

NAME_AND_VALUE_BYTES = 4096
ATTRIBUTE_BYTES = 1024

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_DELIMITER = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])")
_DAY = re.compile(r"([0-9]{1,2})(?![0-9])")
_YEAR = re.compile(r"([0-9]{2,4})(?![0-9])")
_MAX_AGE = re.compile(r"-?[0-9]+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_AGO = datetime(1601, 1, 1, tzinfo=UTC).timestamp()
_MOST_SECONDS = 10**12  # more digits than any lifetime needs: kept out of float arithmetic


class SameSite(StrEnum):
    STRICT = "Strict"
    LAX = "Lax"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class SetCookie:
    """``domain`` is without its leading dot, None where absent or empty; ``path`` None unless it begins with a slash.
    ``expires`` is seconds since the epoch, ``max_age`` seconds from now. ``same_site`` None: unsaid, or an unknown
    word, which browsers treat as Lax."""

    name: str
    value: str = field(repr=False)
    domain: str | None = None
    path: str | None = None
    expires: float | None = None
    max_age: int | None = None
    secure: bool = False
    http_only: bool = False
    same_site: SameSite | None = None
    partitioned: bool = False


def parse(text: str) -> SetCookie | Finding:
    """``text`` is the field's value, isomorphic-decoded. A cookie without "=" has no name, only a value."""
    if _CONTROL.search(text):
        return Finding("RFC 6265bis 5.6", "control", "", "a control character in it: the whole cookie is dropped")
    pair, *attributes = text.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    name, value = _trim(name), _trim(value)
    if not name and not value:
        return Finding("RFC 6265bis 5.7", "empty", "", "neither a name nor a value")
    if "\t" in name + value:
        return Finding("RFC 6265bis 5.6", "control", name[:40], "a tab inside its name or value: Chromium drops it")
    if len(name) + len(value) > NAME_AND_VALUE_BYTES:
        message = f"name and value are more than {NAME_AND_VALUE_BYTES} bytes together"
        return Finding("RFC 6265bis 5.6", "too-large", name[:40], message)
    domain = path = None
    expires: float | None = None
    max_age: int | None = None
    secure = http_only = partitioned = False
    same_site: SameSite | None = None
    for attribute in attributes:
        key, _, raw = attribute.partition("=")
        key, raw = _trim(key).lower(), _trim(raw)
        if len(raw) > ATTRIBUTE_BYTES:
            continue
        match key:
            case "expires":
                moment = parse_date(raw)
                expires = expires if moment is None else moment
            case "max-age" if _MAX_AGE.fullmatch(raw):
                max_age = _MOST_SECONDS if len(raw) > 12 and raw[0] != "-" else int(raw[:13])
            case "domain":
                domain = raw.removeprefix(".").lower() or None
            case "path":
                path = raw if raw.startswith("/") else None
            case "secure":
                secure = True
            case "httponly":
                http_only = True
            case "samesite":
                same_site = _SAME_SITE.get(raw.lower())
            case "partitioned":
                partitioned = True
    return SetCookie(name, value, domain, path, expires, max_age, secure, http_only, same_site, partitioned)


_SAME_SITE = {word.value.lower(): word for word in SameSite}


def _trim(text: str) -> str:
    return text.strip(" \t")


def parse_date(text: str) -> float | None:
    """Seconds since the epoch, by the cookie-date algorithm (RFC 6265bis 5.1.1), which reads nearly anything."""
    time = day = month = year = None
    for token in _DELIMITER.split(text):
        if time is None and (found := _TIME.match(token)):
            time = (int(found[1]), int(found[2]), int(found[3]))
        elif day is None and (found := _DAY.match(token)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (found := _YEAR.match(token)):
            year = int(found[1])
    if time is None or day is None or month is None or year is None:
        return None
    if 70 <= year <= 99:
        year += 1900
    elif year <= 69:
        year += 2000
    if year < 1601:
        return _LONG_AGO  # the RFC would let the attribute say nothing; Chromium takes it for the past
    try:
        return datetime(year, month, day, *time, tzinfo=UTC).timestamp()
    except ValueError:
        return None
