"""Which interim response of a navigation the driving profile acts on (EH 1.2, 4.1-4.4), and what it then asks for.

How a profile reads the links of a 103 is its own file beside this one (``chromium``, ``standard``, ``firefox``,
``safari``); a profile of ``profiles`` says which it is.
"""

from __future__ import annotations

from fetcher.browser.hints.reading import Refusal
from fetcher.browser.options import BrowserOptions
from fetcher.browser.profiles import Profile
from fetcher.fields import referrer_policy as referrer
from fetcher.terms import Fields, HttpVersion, field_values


def judge_interim(
    status: int, seen: int, protocol: HttpVersion, options: BrowserOptions, profile: Profile
) -> Refusal | None:
    """Why the driving profile does not act on this interim response of a navigation, or None when it does. ``seen``
    counts the 103s before it."""
    if status != 103:
        return Refusal("EH 1.2", f"{status} carries no hints; read and skipped")
    if not options.early_hints:
        return Refusal("option", "early hints are switched off for this load: received and ignored")
    return judge_early_hints(seen, protocol, profile)


def judge_early_hints(seen: int, protocol: HttpVersion | None, profile: Profile) -> Refusal | None:
    """Why ``profile`` heeds no link of a 103, whatever they say: ``seen`` came before it, or it came over HTTP/1.1."""
    if seen:
        return Refusal("EH 4.2", "only the first 103 of a navigation acts; send its links in the first one")
    if protocol is HttpVersion.HTTP_1_1 and not profile.acts_over_http1:
        text = "it came over HTTP/1.1, where of the browsers only Firefox acts; serve the page over HTTP/2 or HTTP/3"
        return Refusal("EH 4.4", text)
    return None


def counts(fields: Fields, profile: Profile) -> bool:
    """Whether a 103 is the first one for ``profile``, so that none after it acts (EH 4.2)."""
    return not profile.waits_for_links or any(value.strip() for value in field_values(fields, "link"))


def referrer_policy_of(fields: Fields) -> referrer.ReferrerPolicy:
    """The policy a response's Referrer-Policy field sets, or the default (EH 5.6)."""
    return referrer.parse(field_values(fields, "referrer-policy")) or referrer.DEFAULT
