"""The policies of a 103 and of its page."""

from __future__ import annotations

import pytest

from fetcher.audits import Page
from fetcher.record import PageLoad
from tests.audits.cases import STYLE, load, page, told
from tests.audits.site.parts import final, sound
from tests.support.virtual_time import virtual_load

CSP = "content-security-policy"


def under(value: str) -> PageLoad:
    """A page whose final response alone has the policy."""
    return load(STYLE, fields=((CSP, value),))


def early(name: str, value: str, final_value: str = "") -> PageLoad:
    """A page whose 103 has the field, and whose final response has another policy."""
    from fetcher.origin import Interim, Wait

    fields = ((CSP, final_value),) if final_value else ()
    answer = (Wait(20), Interim(103, (("link", STYLE), (name, value))), *final(STYLE, fields=fields))
    return virtual_load("https://a.test/", sound() | {"/": answer}).load


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(under("default-src 'self'")), "passed"),
        (page(under("style-src 'none'")), "warning: /a.css is hinted, and the page's own Content-Security-Policy (st"),
        (page(under("script-src 'none'")), "passed"),
        (page(under("style-src 'nonce-abc'")), "passed"),
        (page(load(STYLE)), "not-applicable: neither the 103 nor the final response has a Content-Security-Policy"),
        (page(load(hints=False, fields=((CSP, "default-src 'none'"),))), "not-applicable: no 103 came"),
        (page(under("default-src 'self'"), under("style-src 'none'")), "warning: /a.css is hinted"),
    ],
)  # fmt: skip
def test_the_page_forbids(judged: Page, says: str) -> None:
    """What the page's own policy forbids was fetched for nothing; a nonce may allow what a URL does not."""
    assert told("interim-csp-differs", judged).startswith(says)


@pytest.mark.parametrize(
    ("load", "says"),
    [
        (
            early(CSP, "style-src 'none'"),
            "warning: /a.css is hinted under a policy of the 103 that keeps it from being",
        ),
        (early(CSP, "style-src 'none'", "style-src 'none'"), "passed"),
        (early(CSP + "-report-only", "style-src 'none'"), "warning: /a.css is hinted under a policy of the 103"),
        (early(CSP, "style-src 'self'", "style-src 'self'"), "passed"),
    ],
)
def test_the_103_forbids(load: PageLoad, says: str) -> None:
    """A policy of the 103 that the page does not have keeps its hints back, a report-only one in Chromium too."""
    assert told("interim-csp-differs", page(load)).startswith(says)
