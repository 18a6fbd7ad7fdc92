"""What other programs recorded: no rule of delivery or consistency crashes on it, or says what it cannot show."""

from __future__ import annotations

from pathlib import Path

import pytest

from fetcher.audits import Outcome, Page, audit_page
from fetcher.audits.catalogue import built_in
from fetcher.record import from_har

DATA = Path(__file__).resolve().parents[2] / "record" / "data"
RULES = [rule for rule in built_in() if rule.family in ("delivery", "consistency")]


@pytest.mark.parametrize("path", sorted(DATA.glob("*.har")), ids=lambda path: path.name)
def test_what_a_har_supports(path: Path) -> None:
    """None of them has a 103's time, and all but one have no 103; that one's links are in its final response too."""
    audit = audit_page(Page((from_har(path),)), RULES)
    assert [result.reason for result in audit.results if result.outcome is Outcome.CRASHED] == []
    assert [f"{finding.rule}: {finding.message}" for finding in audit.findings] == []
    if path.name == "producer-capturehar-redirects.har":
        assert audit.blocked == "no document came"
