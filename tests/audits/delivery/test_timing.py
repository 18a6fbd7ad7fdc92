"""When the 103 comes, in milliseconds of hand-made loads: 1 ms after the request and ``late``, ``think`` before the
final head."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Page
from tests.audits.cases import STYLE, far, load, page, told

NOW, SOON, LATE = load(STYLE), load(STYLE, late=30), load(STYLE, late=150)
NONE = load(hints=False)


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(far(NOW, 1)), "note: the 103 came 1.0 ms after the request over a round trip of 1.0 ms"),
        (page(far(NOW, 1), far(SOON, 1), far(SOON, 1)), "passed"),
        (page(far(SOON, 1)), "passed"),
        (page(far(NOW, 20)), "not-applicable: a round trip of 20 ms gives the browser the time"),
        (page(NONE), "not-applicable: no 103 came"),
        (page(far(NOW, None)), "not-applicable: the round trip is not known"),
    ],
)
def test_immediate(judged: Page, says: str) -> None:
    """Only over a path so short that nothing hides it (EH 1.12), and in most runs."""
    assert told("interim-immediate", judged).startswith(says)


CACHED = (("cf-cache-status", "HIT"),)


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(far(load(STYLE, late=30, think=280), 20)), "passed"),
        (page(far(load(STYLE, late=30, think=5), 30)), "warning: the final response came 18.0 ms after the 103, less"),
        (page(far(load(STYLE, think=5), 30), far(load(STYLE), 30), far(load(STYLE), 30)), "passed"),
        (page(far(load(STYLE, think=5, fields=CACHED), 30), far(load(STYLE, think=280), 30)), "passed"),
        (page(far(load(STYLE, think=280, fields=CACHED), 30), far(load(STYLE, think=5), 30)), "warning: the final"),
        (page(load(STYLE, think=5, fields=CACHED)), "not-applicable: the page came from an edge's cache (cf-cache-st"),
        (page(NONE), "not-applicable: no 103 came"),
    ],
)
def test_too_late(judged: Page, says: str) -> None:
    """Less than a round trip or 10 ms before the final head, unless a cache had the page ready."""
    assert told("interim-too-late", judged).startswith(says)


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(far(SOON, 20)), "passed"),
        (page(far(LATE, 20)), "warning: the 103 came 151 ms after the request; the round trip is 20 ms, and the other"),
        (page(far(LATE, 80)), "passed"),
        (page(far(LATE, 20), far(SOON, 20), far(SOON, 20)), "passed"),
        (page(NONE), "not-applicable: no 103 came"),
        (page(far(LATE, None)), "not-applicable: the round trip is not known"),
        (page(replace(LATE, interim=(replace(LATE.interim[0], at=None),))), "not-applicable: the record does not say"),
    ],
)
def test_slow(judged: Page, says: str) -> None:
    """More than 100 ms beyond the round trip in most runs."""
    assert told("interim-slow", judged).startswith(says)
