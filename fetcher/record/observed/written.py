"""A DevTools protocol log as it is written: one message a line, without secrets unless they are asked for.

Only messages that tell of requests are kept, and of data: URLs none. The first is one of our own (``ABOUT``), which no
other reader looks at: which browser, which page, and what is missing. A request's own message comes before what else is
told of it, which Chromium does not promise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from fetcher.record.redaction import REDACTED, SECRET_FIELDS, redact_once, redact_text

ABOUT = "Fetcher.discovered"
KEPT = frozenset(
    f"Network.{name}"
    for name in (
        *("requestWillBeSent", "requestWillBeSentExtraInfo", "requestServedFromCache", "responseReceived"),
        *("responseReceivedExtraInfo", "responseReceivedEarlyHints", "resourceChangedPriority"),
        *("loadingFinished", "loadingFailed"),
    )
) | {"Page.loadEventFired", "Page.domContentEventFired"}
EARLY_MOST = 1_000
"""Requests of which something may be told before they themselves are."""

_DROPPED = frozenset(
    {
        *("associatedCookies", "blockedCookies", "exemptedCookies", "cookiePartitionKey"),
        *("postData", "postDataEntries", "headersText", "requestHeadersText"),
    }
)

_TEXT = re.compile(r'"((?:[^"\\]++|\\.)*+)("?)', re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)


class LogLines:
    """The lines of one log as its messages come. ``secret`` names fields to redact besides the usual ones, in lower
    case; None redacts nothing. ``take`` gives the lines a message makes, mostly none or one."""

    def __init__(self, secret: Iterable[str] | None = ()) -> None:
        self._names = None if secret is None else SECRET_FIELDS | frozenset(secret)
        self._known: set[str] = set()
        self._early: dict[str, list[str]] = {}

    def take(self, message: dict[str, Any]) -> list[str]:
        method, params = message["method"], message.get("params")
        if method not in KEPT or not isinstance(params, dict):
            return []
        if method.startswith("Page."):
            return [self._line(method, params)]
        key = params.get("requestId")
        if not isinstance(key, str):
            return []
        if method == "Network.requestWillBeSent":
            request = params.get("request")
            url = request.get("url") if isinstance(request, dict) else None
            if not isinstance(url, str) or url[:5].lower() in ("data:", "blob:"):
                self._early.pop(key, None)
                return []
            self._known.add(key)
            return [self._line(method, params), *self._early.pop(key, ())]
        if key in self._known:
            return [self._line(method, params)]
        if key in self._early or len(self._early) < EARLY_MOST:
            self._early.setdefault(key, []).append(self._line(method, params))
        return []

    def about(self, facts: dict[str, Any]) -> str:
        return self._line(ABOUT, facts)

    def _line(self, method: str, params: dict[str, Any]) -> str:
        told = params if self._names is None else _without_secrets(params, self._names)
        return json.dumps({"method": method, "params": told}, separators=(",", ":"))


def log_text(lines: Iterable[str]) -> str:
    """The whole file: a JSON array, one message a line."""
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _without_secrets(value: Any, names: frozenset[str]) -> Any:
    """``value`` with what a record of ours does not give away either; what a form or a script sent is left out. Deep
    nesting is Python's to refuse: the message was read by its JSON parser."""
    match value:
        case str():
            return redact_text(value) if len(value) < 10_000 else redact_once(value)
        case list():
            return [_without_secrets(each, names) for each in value]
        case dict():
            made: dict[str, Any] = {}
            for name, each in value.items():
                if name in _DROPPED:
                    continue
                if name.lower() in names and isinstance(each, str):
                    made[name] = REDACTED
                else:
                    made[name] = _without_secrets(each, names)
            return made
    return value


def netlog_without_secrets(lines: Iterable[str], secret: Iterable[str] = ()) -> Iterator[str]:
    """The lines of a NetLog (Chromium writes an event a line) without secrets. Cookies and credentials Chromium leaves
    out itself; query values, and fields that carry secrets, stand there in plain. A text with a secret is taken out of
    its JSON and put back, since a value may end before an escaped quote; a line without one stays as it is."""
    names = "|".join(map(re.escape, sorted(SECRET_FIELDS | frozenset(secret))))
    field = re.compile(rf"\A((?:{names}): ).*", re.IGNORECASE | re.DOTALL)
    suspect = re.compile(rf'"(?:{names}): ', re.IGNORECASE)

    def told(text: str) -> str:
        return field.sub(rf"\g<1>{REDACTED}", redact_once(text))

    def cleaned(found: re.Match[str]) -> str:
        if not found[2]:
            return f'"{told(found[1])}'  # cut off, so that it is no JSON either way
        try:
            text = _DECODER.decode(found[0])
        except ValueError:
            return f'"{REDACTED}"'
        return found[0] if (made := told(text)) == text else json.dumps(made)

    for line in lines:
        yield _TEXT.sub(cleaned, line) if suspect.search(line) or redact_once(line) != line else line
