"""The rules of resources and value over files of other programs: what those show is found, and nothing else claimed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fetcher.audits import Outcome, Page, Severity, audit_page
from fetcher.audits.resources import RULES as RESOURCES
from fetcher.audits.value import RULES as VALUE
from fetcher.record import from_har

DATA = Path(__file__).parents[2] / "record" / "data"
FILES = sorted(DATA.glob("*.har"))
RULES = (*RESOURCES, *VALUE)
SHOP = DATA / "shop-product-early-hints.har"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_crash_and_no_finding_without_hints(file: Path) -> None:
    """A file does not tell of 103s, so that eight of them show no opportunity and no fault."""
    audit = audit_page(Page((from_har(file),)), RULES)
    assert [one.reason for one in audit.results if one.outcome is Outcome.CRASHED] == []
    found = [each.rule for each in audit.findings]
    assert found == (["over-hinting"] if file == SHOP else [])


def test_the_shop_hints_too_much() -> None:
    """Eleven preloads; the three style sheets are kept first, then the picture. Cache
    reads give no rate and no size: none is claimed."""
    (found,) = audit_page(Page((from_har(SHOP),)), RULES).findings
    assert found.severity is Severity.WARNING
    assert found.message == "the 103 has 11 preloads, more than 6"
    assert found.cost is not None
    assert (found.cost.ms, found.cost.bytes) == (None, None)
    kept = found.fix.splitlines()[1]
    assert kept.count("rel=preload") == 6
    assert [link.count("as=style") for link in kept.split(", ")][:3] == [1, 1, 1]
    assert "rumbullion-rum.jpg" in kept.split(", ")[3]


def test_what_a_file_does_not_tell_is_not_judged() -> None:
    """No elements, no places: nothing of priorities, and of the opportunity only that it cannot be known."""
    audit = audit_page(Page((from_har(DATA / "app-h2-no-hints.har"),)), RULES)
    outcomes = {one.rule.id: one for one in audit.results}
    assert outcomes["early-hints-opportunity"].outcome is Outcome.UNKNOWN
    shop = {one.rule.id: one for one in audit_page(Page((from_har(SHOP),)), RULES).results}
    assert shop["hint-priority-mismatch"].outcome is Outcome.NOT_APPLICABLE
    assert shop["hint-unused"].outcome is Outcome.PASSED
