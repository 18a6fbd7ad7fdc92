"""Baselines: known, new and fixed, and that nothing is forgotten that an audit did not decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import baseline
from fetcher.audits.baseline import Baseline, Entry, compared, renewed
from fetcher.audits.result import AuditedPage, AuditResult, Standing
from fetcher.errors import RecordError
from tests.support.audits import blocked, page, result


def without(found: AuditResult, rule: str) -> AuditResult:
    """``found`` after ``rule`` was asked and found nothing."""
    one = found.pages[0]
    results = tuple(
        replace(each, outcome="passed", findings=()) if each.rule == rule else each for each in one.results
    )  # fmt: skip
    return replace(found, pages=(replace(one, results=results),))


def known_by(found: AuditResult, old: Baseline | None = None) -> Baseline:
    made = renewed(found, old)
    assert made is not None
    return made


def test_what_is_written_is_known() -> None:
    """Then nothing fails, nothing is new, nothing is fixed; and the file says the same each time."""
    known = known_by(result(fail_on="note"))
    again = compared(result(fail_on="note"), known)
    assert {one.standing for _, one in again.reported} == {Standing.KNOWN}
    assert (again.failing, again.fixed, again.baseline) == ((), (), True)
    assert baseline.loads(baseline.dumps(known)) == known
    assert baseline.dumps(known_by(again, known)) == baseline.dumps(known)


def test_what_is_new_fails_and_what_is_gone_is_fixed() -> None:
    """A finding the file lacks is new; one of the file's that a rule does not make any more is fixed."""
    known = known_by(without(result(), "hero-hinted"))
    assert [one.finding.rule for one in compared(result(), known).failing] == ["hero-hinted"]
    mended = compared(without(result(), "no-more-than-six"), known_by(result()))
    assert [one.rule for one in mended.fixed] == ["no-more-than-six"]
    assert mended.failing == ()


def test_a_second_of_the_same_is_new() -> None:
    """Fingerprints are counted."""
    one = page()
    twice = tuple(replace(each, findings=each.findings * 2) for each in one.results)
    standings = [
        each.standing for _, each in compared(result(replace(one, results=twice)), known_by(result())).reported
    ]
    assert (standings.count(Standing.KNOWN), standings.count(Standing.NEW)) == (3, 3)


@pytest.mark.parametrize("rule", ["hidden", "broken", "not-asked"])
def test_what_a_rule_did_not_decide_stays(rule: str) -> None:
    """Unknown, crashed or left out: neither fixed nor lost."""
    old = Baseline((Entry("0" * 16, rule, "/product/42", "said before"),))
    assert compared(result(), old).fixed == ()
    assert "said before" in baseline.dumps(known_by(result(), old))


def test_what_is_not_judged_stays() -> None:
    """Pages that were blocked or not asked for keep their entries; where no page was judged nothing is written."""
    old = Baseline((Entry("0" * 16, "hero-hinted", "/wall", "said before"),))
    found = result(page(), blocked())
    assert compared(found, old).fixed == ()
    assert "said before" in baseline.dumps(known_by(found, old))
    assert renewed(result(blocked()), old) is None


def test_another_deployment_is_the_same() -> None:
    """Hosts and content hashes do not count."""

    def moved(one: AuditedPage) -> AuditedPage:
        results = []
        for each in one.results:
            findings = []
            for told in each.findings:
                finding = replace(
                    told.finding,
                    page="https://stage.test/product/42",
                    subject=told.finding.subject.replace("3f2a91bc", "77aa01ff"),
                )
                findings.append(replace(told, finding=finding, fingerprint=finding.fingerprint))
            results.append(replace(each, findings=tuple(findings)))
        return replace(one, url="https://stage.test/product/42", results=tuple(results))

    again = compared(result(moved(page())), known_by(result()))
    assert {one.standing for _, one in again.reported} == {Standing.KNOWN}


@pytest.mark.parametrize(
    ("text", "told"),
    [("{", "it is not JSON"), ("{}", "write one with --write-baseline"),
     ('{"kind": "audit-baseline", "schema": 2}', "has schema 2"),
     ('{"kind": "audit-baseline", "schema": 1, "findings": [{}]}', "fingerprint")],
)  # fmt: skip
def test_what_is_no_baseline(text: str, told: str) -> None:
    """One sentence."""
    with pytest.raises(RecordError, match=told):
        baseline.loads(text)
