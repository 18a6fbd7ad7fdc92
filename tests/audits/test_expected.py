"""What is expected of hints, as a rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.analysis import Expectations
from fetcher.audits import Finding, Outcome, Page, Severity
from fetcher.audits.auditing import RuleResult, apply
from fetcher.audits.expected import expected_hints
from tests.support.loads import shop


def asked(**expected: object) -> RuleResult:
    return apply(expected_hints, Page((shop(),), expected=Expectations(**expected)))  # type: ignore[arg-type]


def messages(found: tuple[Finding, ...]) -> list[str]:
    return [one.message for one in found]


def test_met() -> None:
    """Enough hints, and one with each URL."""
    assert asked(hints=3, globs=("/css/*",)).outcome is Outcome.PASSED


def test_not_met() -> None:
    """Each expectation is a finding of its own, an error."""
    result = asked(hints=99, globs=("/css/*", "*.cobol"))
    assert [one.partition(" is not met: ")[0] for one in messages(result.findings)] == [
        "--expect-hints 99", "--expect-hint *.cobol"
    ]  # fmt: skip
    assert {one.severity for one in result.findings} == {Severity.ERROR}
    assert len({one.fingerprint for one in result.findings}) == 2


@pytest.mark.parametrize("expected", [{}, {"delivery": 0.8}, {"text": "words"}])
def test_nothing_is_expected(expected: dict[str, object]) -> None:
    """Then it does not apply; nor where no 103 came, which other rules tell."""
    assert asked(**expected).outcome is Outcome.NOT_APPLICABLE
    bare = Page((replace(shop(), interim=(), hints=()),), expected=Expectations(hints=1))
    assert apply(expected_hints, bare).outcome is Outcome.NOT_APPLICABLE


def test_a_run_without_a_103_does_not_excuse_the_others() -> None:
    """Whichever of them is the one at the median."""
    bare = replace(shop(), interim=(), hints=())
    for loads in ((bare, shop()), (shop(), bare)):
        page = Page(loads, expected=Expectations(hints=99))
        assert apply(expected_hints, page).outcome is Outcome.FINDINGS
