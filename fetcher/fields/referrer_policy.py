"""Referrer-Policy: the field, and the Referer each of the eight policies sends (Referrer Policy 8.3; EH 5.6)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from fetcher.urls import URL

_LONGEST = 4096  # a longer referrer is cut to its origin (Referrer Policy 8.3 step 7)


class ReferrerPolicy(StrEnum):
    NO_REFERRER = "no-referrer"
    NO_REFERRER_WHEN_DOWNGRADE = "no-referrer-when-downgrade"
    SAME_ORIGIN = "same-origin"
    ORIGIN = "origin"
    STRICT_ORIGIN = "strict-origin"
    ORIGIN_WHEN_CROSS_ORIGIN = "origin-when-cross-origin"
    STRICT_ORIGIN_WHEN_CROSS_ORIGIN = "strict-origin-when-cross-origin"
    UNSAFE_URL = "unsafe-url"


DEFAULT = ReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN
_WORDS = {policy.value: policy for policy in ReferrerPolicy}


def parse(values: Iterable[str]) -> ReferrerPolicy | None:
    """The last policy of the list that is known, so that authors can list fallbacks first; None when none is."""
    found = None
    for word in ",".join(values).split(","):
        found = _WORDS.get(word.strip(" \t").lower(), found)
    return found


def of_attribute(word: str) -> ReferrerPolicy | None:
    """A ``referrerpolicy`` attribute; None for an empty or unknown one, which leaves the document's."""
    return _WORDS.get(word.lower())


_LEGACY = {
    "never": ReferrerPolicy.NO_REFERRER,
    "default": DEFAULT,
    "always": ReferrerPolicy.UNSAFE_URL,
    "origin-when-crossorigin": ReferrerPolicy.ORIGIN_WHEN_CROSS_ORIGIN,
}


def of_meta(content: str) -> ReferrerPolicy | None:
    """<meta name=referrer>: one word, four legacy ones among them (HTML 4.2.5.2). A list, or white space round it,
    makes it unknown in Chromium 156; None leaves what was said before."""
    word = content.lower()
    return _WORDS.get(word) or _LEGACY.get(word)


def referrer_for(policy: ReferrerPolicy, referrer: URL, target: URL) -> str | None:
    """The Referer a request from ``referrer`` to ``target`` carries, without credentials and fragment, or None."""
    if not referrer.is_http:
        return None
    origin = f"{referrer.origin}/"
    full = f"{referrer.origin}{referrer.target}"
    if len(full) > _LONGEST:
        full = origin
    same = referrer.origin == target.origin
    downgrade = referrer.is_trustworthy and not target.is_trustworthy
    match policy:
        case ReferrerPolicy.NO_REFERRER:
            return None
        case ReferrerPolicy.NO_REFERRER_WHEN_DOWNGRADE:
            return None if downgrade else full
        case ReferrerPolicy.SAME_ORIGIN:
            return full if same else None
        case ReferrerPolicy.ORIGIN:
            return origin
        case ReferrerPolicy.STRICT_ORIGIN:
            return None if downgrade else origin
        case ReferrerPolicy.ORIGIN_WHEN_CROSS_ORIGIN:
            return full if same else origin
        case ReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN:
            if same:
                return full
            return None if downgrade else origin
        case ReferrerPolicy.UNSAFE_URL:
            return full
