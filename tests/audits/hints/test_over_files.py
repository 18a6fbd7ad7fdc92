"""The rules of hints over files of other programs: they find what those show, and claim nothing that they do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fetcher.audits import Outcome, Page, Severity, audit_page
from fetcher.audits.auditing import apply
from fetcher.audits.hints import RULES
from fetcher.record import PageLoad, from_har
from fetcher.terms import ProfileName
from tests.support import loads

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


RECORDS = (loads.shop, loads.shop_without_hints, loads.eager_http1, loads.failed, loads.hostile)


@pytest.mark.parametrize("profile", [ProfileName.CHROMIUM, ProfileName.SAFARI])
@pytest.mark.parametrize("made", RECORDS, ids=lambda made: made.__name__)
def test_no_record_makes_a_rule_fail(made: Callable[[], PageLoad], profile: ProfileName) -> None:
    """Failed loads, hints that were switched off, HTTP/1.1 and hostile text, as each browser."""
    results = [apply(rule, Page((made(),), profile=profile)) for rule in RULES]
    assert [f"{one.rule.id}: {one.reason}" for one in results if one.outcome is Outcome.CRASHED] == []


def test_what_the_shop_of_the_tests_has_wrong() -> None:
    """A font without crossorigin that was fetched twice, measured, and a hint with an as that does not exist."""
    audit = audit_page(Page((loads.shop(),)), RULES)
    found = {each.rule: each for each in audit.findings}
    assert set(found) == {"font-hint-crossorigin", "hint-as-invalid"}
    font = found["font-hint-crossorigin"]
    assert font.severity is Severity.ERROR
    assert font.cost is not None
    assert (font.cost.ms, font.cost.bytes, font.cost.basis.value) == (65.8, 64_020, "measured")
