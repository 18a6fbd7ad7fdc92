"""Rules applied to a page: each outcome, what is filled in, and that a crash stays where it happened."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from fetcher.audits import Finding, NotApplicable, Outcome, Page, Severity, Unknown, audit_page, rule
from fetcher.audits.catalogue import built_in, named
from fetcher.errors import UsageError
from tests.support.loads import shop


@rule("two-things", title="There are no two things", severity="error", fix="Keep one.")
def two_things(page: Page) -> Iterator[Finding]:
    """Finds two things on every page."""
    yield Finding("the first", subject="/one")
    yield Finding("the second", subject="/two", severity=Severity.NOTE, fix="Move it.", seen=3)


@rule("nothing", severity="warning")
def nothing(page: Page) -> None:
    """Never finds a thing."""


@rule("beside-the-point")
def beside_the_point(page: Page) -> Iterator[Finding]:
    raise NotApplicable("there is no 103")
    yield


@rule("hidden")
def hidden(page: Page) -> Iterator[Finding]:
    yield Finding("seen before the end")
    raise Unknown("scripts did not run")


@rule("broken")
def broken(page: Page) -> Iterator[Finding]:
    yield Finding(str(1 // 0))


def test_every_outcome() -> None:
    """Each rule has one result, in order; what raised keeps no findings."""
    audit = audit_page(Page((shop(),)), [two_things, nothing, beside_the_point, hidden, broken])
    outcomes = [result.outcome for result in audit.results]
    assert outcomes == [
        Outcome.FINDINGS, Outcome.PASSED, Outcome.NOT_APPLICABLE, Outcome.UNKNOWN, Outcome.CRASHED
    ]  # fmt: skip
    reasons = [result.reason for result in audit.results[2:]]
    assert reasons[:2] == ["there is no 103", "scripts did not run"]
    line = broken.check.__code__.co_firstlineno + 2
    assert reasons[2] == f"ZeroDivisionError: integer division or modulo by zero (test_auditing.py, line {line})"
    assert [finding.message for finding in audit.findings] == ["the first", "the second"]


def test_what_the_check_leaves_out_is_filled_in() -> None:
    """Rule, page, severity and fix come from the rule and the page unless the finding has its own."""
    first, second = audit_page(Page((shop(),)), [two_things]).findings
    assert (first.rule, first.severity, first.fix) == ("two-things", Severity.ERROR, "Keep one.")
    assert first.page == "https://shop.test/product/42"
    assert (second.severity, second.fix, second.seen, second.runs) == (Severity.NOTE, "Move it.", 3, 3)


def test_a_wall_is_not_judged() -> None:
    """A page that answers 403 in every run gets no results, and says why; one good run is enough to judge."""
    load = shop()
    wall = replace(load, requests=(replace(load.requests[0], status=403), *load.requests[1:]))
    audit = audit_page(Page((wall, wall)), [two_things])
    assert (audit.results, audit.blocked) == ((), "it answered 403")
    assert audit_page(Page((wall, load)), [two_things]).blocked is None


def test_the_page_speaks_of_the_median_run() -> None:
    """Of three runs the one in the middle by its final head, of two the earlier."""
    loads = []
    for at in (500.0, 300.0, 400.0):
        load = shop()
        first = load.requests[0]
        times = replace(first.times, final_response_headers_start=at, response_end=900.0)
        loads.append(replace(load, requests=(replace(first, times=times), *load.requests[1:])))
    assert Page(tuple(loads)).load is loads[2]
    assert Page(tuple(loads[:2])).load is loads[1]
    with pytest.raises(UsageError, match="at least one load"):
        Page(())


@pytest.mark.parametrize(
    ("name", "severity", "told"),
    [("Hero", "error", "not 'Hero'"), ("hero--x", "error", "lower-case words"), ("hero", "fatal", "not 'fatal'")],
)
def test_rules_that_cannot_be(name: str, severity: str, told: str) -> None:
    """A bad name or severity is one sentence."""
    with pytest.raises(UsageError, match=told):
        rule(name, severity=severity)


def test_a_rule_is_found_by_its_name() -> None:
    """Ours and a user's; a near miss is suggested."""
    assert named("two-things", [two_things]) is two_things
    with pytest.raises(UsageError, match="did you mean two-things"):
        named("two-thing", [two_things])
    assert len({each.id for each in built_in()}) == len(built_in())


def test_what_a_rule_is_about_comes_from_its_docstring() -> None:
    """Unless it is given."""
    assert two_things.about == "Finds two things on every page."
    assert rule("x", about="Given.")(lambda page: None).about == "Given."


def test_a_finding_may_name_its_severity_as_a_word() -> None:
    """As ``rule`` takes it; a word that is no severity is the rule's crash."""

    @rule("by-word", severity="note")
    def by_word(page: Page) -> Iterator[Finding]:
        yield Finding("odd", severity="error")  # type: ignore[arg-type]

    @rule("by-no-word")
    def by_no_word(page: Page) -> Iterator[Finding]:
        yield Finding("odd", severity="fatal")  # type: ignore[arg-type]

    good, bad = audit_page(Page((shop(),)), [by_word, by_no_word]).results
    assert good.findings[0].severity is Severity.ERROR
    assert bad.outcome is Outcome.CRASHED


@pytest.mark.parametrize("odd", [{"quote": "</a.css>"}, {"url": 5}, {"used": "line 3"}, {"cost": 30}, {"seen": "all"}])
def test_a_finding_of_the_wrong_types_is_its_rules_crash(odd: dict[str, object]) -> None:
    """And not one of whatever would show it."""

    @rule("odd-types")
    def odd_types(page: Page) -> Iterator[Finding]:
        yield Finding("odd", **odd)  # type: ignore[arg-type]

    (found,) = audit_page(Page((shop(),)), [odd_types]).results
    assert found.outcome is Outcome.CRASHED


def test_a_rule_that_ends_the_program_is_its_own_crash() -> None:
    """``sys.exit()`` in a rule of a user's: the others still speak."""

    @rule("leaves")
    def leaves(page: Page) -> None:
        sys.exit("no")

    (result,) = audit_page(Page((shop(),)), [leaves]).results
    assert (result.outcome, result.reason.partition(" (")[0]) == (Outcome.CRASHED, "SystemExit: no")
