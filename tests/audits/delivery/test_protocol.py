"""Over what the page comes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Page
from fetcher.record import PageLoad
from fetcher.terms import HttpVersion
from tests.audits.cases import STYLE, load, page, probe, told

OLD = HttpVersion.HTTP_1_1
NEW, HINTED_OLD, PLAIN_OLD = load(STYLE), load(STYLE, http=OLD), load(hints=False, http=OLD)
BROKEN = replace(HINTED_OLD, outcome="timeout", error="shop.test did not answer within 30 s")
NEWER = load(hints=False, http=OLD, fields=(("alt-svc", 'h3=":443"'),))


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(PLAIN_OLD), "passed"),
        (page(HINTED_OLD), "warning: a 103 was sent over HTTP/1.1, where most browsers ignore it"),
        (page(NEW, probes=probe("http1", PLAIN_OLD)), "passed"),
        (
            page(NEW, probes=probe("http1", HINTED_OLD)),
            "warning: a 103 was sent when the page is asked for over HTTP/1",
        ),
        (page(HINTED_OLD, BROKEN), "error: a 103 was sent over HTTP/1.1"),
        (page(NEW), "not-applicable: nothing was asked over HTTP/1.1 (--probe http1 does)"),
    ],
)
def test_over_http1(judged: Page, says: str) -> None:
    """Seen in the page's own loads or in a probe; an error where the load fails after it."""
    assert told("interim-over-http1", judged).startswith(says)


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(NEW), "passed"),
        (page(PLAIN_OLD), "note: the page came over HTTP/2"),
        (page(HINTED_OLD), "warning: the page came over HTTP/2, where of the browsers only Firefox heeds its 103"),
        (page(NEWER), 'note: the page came over HTTP/2; Alt-Svc (h3=":443") names something newer'),
    ],
)
def test_no_h2(judged: Page, says: str) -> None:
    """A note; a warning where a 103 goes to waste."""
    assert told("protocol-no-h2", judged).startswith(says.replace("HTTP/2", HINTED_OLD.requests[0].version or ""))


def test_nothing_is_said_of_a_load_that_nobody_told_of() -> None:
    load: PageLoad = replace(NEW, requests=(replace(NEW.requests[0], version=None, connection=None), *NEW.requests[1:]))
    assert told("protocol-no-h2", page(load)) == "not-applicable: the record does not say what the page came over"
