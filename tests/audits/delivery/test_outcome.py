"""Before what a 103 comes: loads in virtual time, since a redirect makes two of a navigation's requests."""

from __future__ import annotations

import pytest

from fetcher.audits import audit_page
from fetcher.audits.catalogue import named
from fetcher.origin import Head, Route, Wait
from fetcher.record import PageLoad
from tests.audits.cases import STYLE, load, page, probe, told
from tests.audits.site.parts import HINTS, document, interim, sound
from tests.support.virtual_time import virtual_load


def leads(to: str, *, hints: bool) -> PageLoad:
    """A redirect with or without a 103, to a page without one."""
    early = interim(*HINTS) if hints else ()
    routes: dict[str, Route] = sound() | {
        "/": (*early, Wait(100), Head(302, (("location", to),))),
        "/page": document(()),
    }
    from fetcher.origin import Site

    return virtual_load("https://a.test/", Site(routes, {"www.a.test": routes})).load


def test_redirects() -> None:
    """Away from the origin it is an error, with the bytes that were thrown away; within it a warning; without a 103
    nothing."""
    away, within = leads("https://www.a.test/page", hints=True), leads("/page", hints=True)
    said = told("interim-then-redirect", page(away))
    assert said == (
        "error: a 103 came before the 302 to https://www.a.test/page, another origin: 3 requests of its hints are "
        "thrown away"
    )
    (found,) = audit_page(page(away), [named("interim-then-redirect")]).findings
    assert found.cost is not None
    assert found.cost.bytes is not None
    assert found.cost.bytes > 0
    assert told("interim-then-redirect", page(within)).startswith(
        "warning: a 103 came before the 302 to https://a.test/page, the same origin: what its hints fetched is kept"
    )
    plain = leads("/page", hints=False)
    assert told("interim-then-redirect", page(plain)) == "not-applicable: no 103 came"
    assert told("interim-then-redirect", page(load(STYLE))) == "passed"


@pytest.mark.parametrize(
    ("load", "says"),
    [
        (load(STYLE), "passed"),
        (load(STYLE, status=404), "warning: a 103 came before a 404: 1 request of its hints was made for an error"),
        (load("</a.css>; rel=prefetch", status=500), "warning: a 103 came before a 500"),
        (load(hints=False, status=404), "not-applicable: no 103 came"),
    ],
)
def test_errors(load: PageLoad, says: str) -> None:
    """Whatever the hints were."""
    assert told("interim-then-error", page(load)).startswith(says)


def test_a_visitor_without_cookies() -> None:
    """Who may not see the page gets its links all the same."""
    judged = page(load(STYLE), probes=probe("no-cookies", load(STYLE, status=401)))
    assert told("interim-then-error", judged).startswith(
        "warning: a 103 came before a 401 to a visitor without cookies"
    )
    assert told("interim-then-error", page(load(STYLE), probes=probe("no-cookies", load(STYLE)))) == "passed"
