"""Chromium's reading of a 103's links (EH 3, 4.3-4.8, 6, 10), for ``chromium`` and ``eager``.

First the strict filter of its network service, then the refusals of navigation_early_hints_manager.cc in their order:
scheme, destination, Content-Security-Policy of the 103 in both dispositions. Settled against Chromium 156 (EH 13).
"""

from __future__ import annotations

from fetcher.browser.hints.reading import (
    Asked,
    Dropped,
    Early,
    Read,
    Refusal,
    each_link,
    mode_and_credentials,
    reaches_in,
    wrong_target,
)
from fetcher.fields import content_security_policy as csp
from fetcher.fields.early_hint import EarlyHint, does_act, filter_early_hint
from fetcher.fields.link import Finding, Link
from fetcher.terms import Destination, field_values
from fetcher.urls import URL, in_field, resolve


def read(early: Early) -> list[Read]:
    """Every link of a 103 as Chromium reads it."""
    policies: tuple[csp.Policy, ...] | None = None

    def one(link: Link) -> Read:
        nonlocal policies
        hint = filter_early_hint(link)
        if isinstance(hint, Finding):
            refusal = Refusal(hint.rule, hint.message, hint.code)
            return Dropped(link, link.raw, link.offset, refusal, link.param("rel"))
        url = resolve(in_field(hint.href, in_link=True), early.base.href)
        refused = _refuse(hint, url, early)
        if refused is None and url is not None and hint.rel != "preconnect":
            if policies is None:
                policies = _policies(early)
            if policies:
                refused = _refuse_by_policy(policies, hint, url, early.base)
        if refused is not None or url is None:
            why = refused or Refusal("EH 2.10", "unresolvable")
            return Dropped(
                link, link.raw, link.offset, why, hint.rel, hint.destination, url, hint.fetch_priority
            )  # fmt: skip
        mode, credentials = mode_and_credentials(hint.rel, hint.crossorigin)
        return Asked(
            link,
            hint.rel,
            url,
            hint.destination or Destination.SCRIPT,
            mode,
            credentials,
            hint.fetch_priority,
            hint.integrity,
            None if hint.rel == "preconnect" else (url.href, url.fragment),
            hint.rel == "modulepreload" and hint.destination is None,
        )

    return each_link(early, one)


def _refuse(hint: EarlyHint, url: URL | None, early: Early) -> Refusal | None:
    wrong = wrong_target(hint.href, url, early.base)
    if wrong is not None:
        return wrong
    inert = does_act(hint)
    if inert is not None:
        return Refusal(inert.rule, inert.message, inert.code)
    if url is not None and reaches_in(early, url):
        text = "a public page may not reach into a private network; hint at a public address"
        return Refusal("EH 10.2", text, "private-network")
    return None


def _policies(early: Early) -> tuple[csp.Policy, ...]:
    """Both dispositions: a report-only policy of a 103 blocks in Chromium 156 (EH 6.3)."""
    enforced = csp.parse(field_values(early.fields, "content-security-policy"))
    reported = csp.parse(field_values(early.fields, "content-security-policy-report-only"), report_only=True)
    return enforced + reported


def _refuse_by_policy(policies: tuple[csp.Policy, ...], hint: EarlyHint, url: URL, base: URL) -> Refusal | None:
    destination = hint.destination or Destination.SCRIPT  # a modulepreload without as is checked as a script
    for policy in policies:
        directive = _forbidding(policy, destination, url, base)
        if directive is not None and policy.report_only:
            text = (
                f"a report-only Content-Security-Policy of the 103 names it ({directive}), and Chromium blocks for "
                "that too; allow it there, or leave that field to the final response"
            )
            return Refusal("EH 6.3", text, "report-only-policy")
        if directive is not None:
            text = f"the Content-Security-Policy of the 103 forbids it ({directive}); allow it there"
            return Refusal("EH 6.1", text, "policy")
    return None


def _forbidding(policy: csp.Policy, destination: Destination, url: URL, base: URL) -> str | None:
    """The directive that forbids a hint. Chromium 156 asks every one that could govern it, not the most specific alone:
    "default-src 'none'; style-src 'self'" lets no hinted style sheet through, and the page's own passes later."""
    for name in csp.DIRECTIVES.get(destination, ()):
        if name in policy.directives:
            alone = csp.Policy({name: policy.directives[name]}, policy.report_only)
            if csp.forbids((alone,), destination, url, base) is not None:
                return name
    return None
