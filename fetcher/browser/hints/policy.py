"""The early-hint policy of the driving profile: which 103 acts (EH 4.1-4.4) and which of its links (EH 4.3-4.8, 6, 10).

Refusals stand in Chromium's order (navigation_early_hints_manager.cc, MaybePreloadHintedResource): scheme, destination,
Content-Security-Policy of the 103, already requested. Each names its rule; nothing here knows of time or connections.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.browser.options import BrowserOptions
from fetcher.browser.profiles import Profile
from fetcher.fields import content_security_policy as csp
from fetcher.fields import referrer_policy as referrer
from fetcher.fields.early_hint import CrossOrigin, EarlyHint, does_act, filter_early_hint
from fetcher.fields.link import Finding, Link, parse
from fetcher.terms import Credentials, Destination, Fields, HttpVersion, Mode, field_values
from fetcher.urls import URL, resolve


@dataclass(frozen=True, slots=True)
class Refusal:
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One link that may act: where, as what, and how it would be requested (EH 5.1)."""

    link: Link
    rel: str
    url: URL
    destination: Destination
    mode: Mode
    credentials: Credentials
    hint: EarlyHint


@dataclass(frozen=True, slots=True)
class Dropped:
    """One link that will not act. ``asked`` holds what could be read of it."""

    link: Link | None
    raw: str
    refusal: Refusal
    hint: EarlyHint | None = None
    url: URL | None = None


def judge_interim(
    status: int, seen: int, protocol: HttpVersion, options: BrowserOptions, profile: Profile
) -> Refusal | None:
    """Why the driving profile does not act on this interim response of a navigation, or None when it does. ``seen``
    counts the 103s before it."""
    if status != 103:
        return Refusal("EH 1.2", f"{status} carries no hints; read and skipped")
    if not options.early_hints:
        return Refusal("option", "early hints are switched off for this load: received and ignored")
    if seen:
        return Refusal("EH 4.2", "only the first 103 of a navigation is acted on; this one came later")
    if protocol is HttpVersion.HTTP_1_1 and not profile.acts_over_http1:
        return Refusal("EH 4.4", "it came over HTTP/1.1, where no browser acts on hints")
    return None


def read_links(fields: Fields, base: URL) -> list[Asked | Dropped]:
    """Every link of a 103, in order, judged by what the field alone says (EH 2, 3, 4.3, 4.5, 4.7, 6, 10.1)."""
    parsed = parse([value for name, value in fields if name == "link"])
    policies = None
    judged: list[Asked | Dropped] = [
        Dropped(None, finding.text, Refusal(finding.rule, finding.message)) for finding in parsed.findings
    ]
    for link in parsed.links:
        hint = filter_early_hint(link)
        if isinstance(hint, Finding):
            judged.append(Dropped(link, link.raw, Refusal(hint.rule, hint.message)))
            continue
        url = resolve(hint.href, base.href)
        refusal = _refuse(hint, url, base)
        if refusal is None and url is not None and hint.rel != "preconnect":
            if policies is None:
                policies = _policies(fields)
            if policies:
                refusal = _refuse_by_policy(policies, hint, url, base)
        if refusal is not None or url is None:
            judged.append(Dropped(link, link.raw, refusal or Refusal("EH 2.10", "unresolvable"), hint, url))
            continue
        mode, credentials = mode_and_credentials(hint.rel, hint.crossorigin)
        destination = hint.destination or Destination.SCRIPT
        judged.append(Asked(link, hint.rel, url, destination, mode, credentials, hint))
    return judged


def _refuse(hint: EarlyHint, url: URL | None, base: URL) -> Refusal | None:
    if url is None:
        return Refusal("EH 2.10", f"its target {hint.href!r} does not resolve to a URL")
    if not url.is_http:
        return Refusal("EH 4.7", f"its target is a {url.scheme}: URL; only http and https are fetched")
    if base.scheme == "https" and url.scheme == "http" and not url.is_trustworthy:
        return Refusal(
            "EH 10.1", "mixed content: an http: target hinted by an https page (Chromium would have sent it)"
        )
    inert = does_act(hint)
    if inert is not None:
        return Refusal(inert.rule, inert.message)
    return None


def _policies(fields: Fields) -> tuple[csp.Policy, ...]:
    """Both dispositions: a report-only policy of a 103 blocks in Chromium 156 (EH 6.3)."""
    enforced = csp.parse(field_values(fields, "content-security-policy"))
    reported = csp.parse(field_values(fields, "content-security-policy-report-only"), report_only=True)
    return enforced + reported


def _refuse_by_policy(policies: tuple[csp.Policy, ...], hint: EarlyHint, url: URL, base: URL) -> Refusal | None:
    if hint.destination is None:
        return None  # EH 6.1: a modulepreload without as is not checked in Chromium
    for policy in policies:
        directive = csp.forbids((policy,), hint.destination, url, base)
        if directive is not None and policy.report_only:
            return Refusal(
                "EH 6.3", f"a report-only Content-Security-Policy of the 103 names it ({directive}): Chromium blocks"
            )
        if directive is not None:
            return Refusal("EH 6.1", f"the Content-Security-Policy of the 103 forbids it ({directive})")
    return None


def mode_and_credentials(rel: str, crossorigin: CrossOrigin | None) -> tuple[Mode, Credentials]:
    """EH 5.1."""
    if crossorigin is CrossOrigin.USE_CREDENTIALS:
        return Mode.CORS, Credentials.INCLUDE
    if crossorigin is CrossOrigin.ANONYMOUS or rel == "modulepreload":
        return Mode.CORS, Credentials.SAME_ORIGIN
    return Mode.NO_CORS, Credentials.INCLUDE


def referrer_policy_of(fields: Fields) -> referrer.ReferrerPolicy:
    """The policy a response's Referrer-Policy field sets, or the default (EH 5.6)."""
    return referrer.parse(field_values(fields, "referrer-policy")) or referrer.DEFAULT
