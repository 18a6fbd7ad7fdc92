"""To whom 103s are sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Page
from tests.audits.cases import STYLE, load, page, probe, told

WITH, WITHOUT = load(STYLE), load(hints=False)
FAILED = replace(WITHOUT, document=None, outcome="timeout", error="it did not answer", interim=())


@pytest.mark.parametrize(
    ("rule", "name", "says"),
    [
        ("interim-not-gated", "cors", "warning: a script's request (Sec-Fetch-Mode: cors) was answered with a 103"),
        ("interim-to-bots", "crawler", "note: a crawler (by its User-Agent, without Sec-Fetch fields) was answered"),
    ],
)
def test_what_a_probe_was_answered(rule: str, name: str, says: str) -> None:
    """With a 103, without one, with nothing at all, and never asked."""
    assert told(rule, page(WITH, probes=probe(name, WITH))).startswith(says)
    assert told(rule, page(WITH, probes=probe(name, WITHOUT))) == "passed"
    assert told(rule, page(WITH, probes=probe(name, FAILED))).startswith(
        "not-applicable: the probe got no answer: it d"
    )
    assert told(rule, page(WITH)) == f"not-applicable: nobody asked (--probe {name} does)"


HINTED = replace(WITH, interim=(*WITH.interim, replace(WITH.interim[0], id=1, request=1, rule="EH 4.1")))


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(WITH), "passed"),
        (page(HINTED), "warning: 1 request beside the document was answered with a 103 (1 x style), where no browser"),
        (page(WITH, HINTED), "warning: 1 request"),
        (page(WITHOUT), "not-applicable: the page requested nothing but its document"),
    ],
)
def test_on_a_subresource(judged: Page, says: str) -> None:
    """Counted by what was asked for."""
    assert told("interim-on-subresource", judged).startswith(says)
