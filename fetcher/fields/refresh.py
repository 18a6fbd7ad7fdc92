"""Refresh, the field and the ``content`` of <meta http-equiv=refresh> alike: HTML 4.2.5.3, "shared declarative refresh
steps"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WHEN = re.compile(r"[\t\n\f\r ]*+(?:([0-9]++)|(?=\.))[0-9.]*+(?:(?=[;,\t\n\f\r ])[\t\n\f\r ]*+[;,]?+[\t\n\f\r ]*+|\Z)")
_URL = re.compile(r"[uU][rR][lL][\t\n\f\r ]*+=[\t\n\f\r ]*+")
_LONGEST = 10**9


@dataclass(frozen=True, slots=True)
class Refresh:
    """``delay`` in whole seconds (no fractions, 10**9 at most); ``url`` as written, "" for the document's own."""

    delay: int
    url: str = ""


def parse(text: str) -> Refresh | None:
    """None when it says nothing a browser would follow. Linear time, never raises."""
    when = _WHEN.match(text)
    if when is None:
        return None
    digits = (when[1] or "0").lstrip("0") or "0"
    delay = min(int(digits), _LONGEST) if len(digits) < 11 else _LONGEST
    url = text[when.end() :]
    named = _URL.match(url)
    if named:
        url = url[named.end() :]
    if url[:1] in ("'", '"') and url:
        url = url[1:].partition(url[0])[0]
    return Refresh(delay, url.strip("\t\n\f\r "))
