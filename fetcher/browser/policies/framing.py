"""Whether a document may stand in a frame (HTML 7.4.2.5 X-Frame-Options, CSP frame-ancestors, HTML 7.1.4 COEP)."""

from __future__ import annotations

from fetcher.browser.policies.blocked import Blocked
from fetcher.browser.policies.container import EmbedderPolicy, embedder_policy
from fetcher.fields import content_security_policy as csp
from fetcher.terms import Fields, field_values
from fetcher.urls import URL


def judge(fields: Fields, url: URL, above: list[URL], embedder: EmbedderPolicy) -> Blocked | None:
    """Why the response at ``url`` may not be a document in ``above`` (its ancestors, the nearest first); ``embedder``
    is the nearest one's policy."""
    if embedder is not EmbedderPolicy.UNSAFE_NONE and embedder_policy(fields) is EmbedderPolicy.UNSAFE_NONE:
        return Blocked(
            "COEP", f"the page's Cross-Origin-Embedder-Policy is {embedder}, and the frame's document has none"
        )
    enforced = csp.parse(field_values(fields, "content-security-policy"))
    if any("frame-ancestors" in each.directives for each in enforced):
        if csp.forbids_ancestor(enforced, above, url) is not None:
            return Blocked("CSP frame-ancestors", "its Content-Security-Policy does not let this page frame it")
        return None  # and X-Frame-Options does not count (CSP 6.4.2.2)
    options = {
        word.strip(" \t").lower() for value in field_values(fields, "x-frame-options") for word in value.split(",")
    }
    known = options & {"deny", "sameorigin", "allowall"}
    if len(options) > 1 and known:
        return Blocked("X-Frame-Options", "its X-Frame-Options contradict each other, which counts as deny")
    if "deny" in options:
        return Blocked("X-Frame-Options", "its X-Frame-Options is DENY")
    if "sameorigin" in options and any(each.origin != url.origin for each in above):
        return Blocked("X-Frame-Options", "its X-Frame-Options is SAMEORIGIN, and the page is of another origin")
    return None
