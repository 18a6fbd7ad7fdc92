"""The rules of hints over files of other programs: they find what those show, and claim nothing that they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fetcher.audits import Outcome, Page, Severity, audit_page
from fetcher.audits.hints import RULES
from fetcher.record import from_har

DATA = Path(__file__).parents[2] / "record" / "data"
FILES = sorted(DATA.glob("*.har"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_crash_and_no_finding_without_hints(file: Path) -> None:
    """Eight files have no 103 and no Link field that is wrong."""
    audit = audit_page(Page((from_har(file),)), RULES)
    assert [one.reason for one in audit.results if one.outcome is Outcome.CRASHED] == []
    found = [each.rule for each in audit.findings]
    assert found == (["link-header-too-large"] if file.stem == "shop-product-early-hints" else [])


def test_the_shop_sends_too_large_a_field() -> None:
    """1,142 bytes in eleven links, which would be fewer than 1,024 without the page's own origin."""
    (found,) = audit_page(Page((from_har(DATA / "shop-product-early-hints.har"),)), RULES).findings
    assert found.severity is Severity.WARNING
    assert "the 103 has 1,142 bytes in 11 links" in found.message
    assert "Leave https://www.masterofmalt.com out of 11 targets (308 bytes, then 834)" in found.fix


def test_what_a_file_does_not_tell_is_not_judged() -> None:
    """It has no elements: nothing of integrity, srcset or media; and no CORS mode that could differ."""
    audit = audit_page(Page((from_har(DATA / "shop-product-early-hints.har"),)), RULES)
    outcomes = {one.rule.id: one for one in audit.results}
    for name in ("hint-integrity-mismatch", "hint-responsive-image", "hint-media-ignored"):
        assert outcomes[name].outcome is Outcome.NOT_APPLICABLE
        assert "says nothing of the page's elements" in outcomes[name].reason
    assert outcomes["hint-credentials-mismatch"].outcome is Outcome.PASSED
