"""The policy that an <iframe csp> asks of what stands in it (CSP Embedded Enforcement), as Chromium 156 was seen to do.

The request says it in Sec-Required-CSP. A response that does not say Allow-CSP-From, not even one of the page's own
origin, has to have such a policy itself, or it is not shown. A frame in the frame is asked the same.
"""

from __future__ import annotations

import re

from fetcher.browser.fetches import Consumer
from fetcher.browser.policies.blocked import Blocked
from fetcher.fields import content_security_policy as csp
from fetcher.terms import Fields, field_value, field_values

_WRITTEN = re.compile(r"[\t\x20-\x2b\x2d-\x7e]*[\x21-\x2b\x2d-\x7e][\t\x20-\x2b\x2d-\x7e]*")
"""One policy: text without a comma or a line break."""
_REPORTING = frozenset({"report-uri", "report-to"})


def required_of(consumer: Consumer | None) -> str | None:
    """What the frame ``consumer``, or one around it, asks for; None for nothing, or nothing valid."""
    if consumer is None:
        return None
    written = consumer.candidate.attribute("csp") if consumer.candidate.element == "iframe" else None
    if consumer.document.required_csp is not None:
        return consumer.document.required_csp
    if written is None or _WRITTEN.fullmatch(written) is None:
        return None
    return None if any(_REPORTING & each.directives.keys() for each in csp.parse([written])) else written


def judge(consumer: Consumer, fields: Fields) -> Blocked | None:
    """Why a response with ``fields`` may not stand in the frame."""
    required = required_of(consumer)
    if required is None or is_allowed(consumer, fields):
        return None
    wanted = csp.parse([required])
    said = csp.parse(field_values(fields, "content-security-policy"))
    if all(any(_is_within(one, each) for one in said) for each in wanted):
        return None
    return Blocked(
        "CSP embedded",
        f"the frame's csp attribute asks for {required[:100]!r}, and the response neither says it nor Allow-CSP-From",
    )


def is_allowed(consumer: Consumer, fields: Fields) -> bool:
    """Whether the response lets the page that frames it set its policy."""
    return (field_value(fields, "allow-csp-from") or "").strip(" \t") in ("*", consumer.client.origin)


def _is_within(said: csp.Policy, wanted: csp.Policy) -> bool:
    """Whether ``said`` allows nothing more, as far as its words tell."""
    return all(
        name in said.directives and set(said.directives[name]) <= {*words, "'none'"}
        for name, words in wanted.directives.items()
    )
