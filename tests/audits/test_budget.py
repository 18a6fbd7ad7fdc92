"""Budgets: each figure a rule, over it an error; what cannot be known is neither."""

from __future__ import annotations

from dataclasses import replace

import pytest

import fetcher
from fetcher.audits import Outcome, Severity
from fetcher.audits.budget import MEASURES, read, rules_of
from fetcher.errors import UsageError
from tests.support.loads import shop


def found(budget: dict[str, float], **given: object) -> list[str]:
    rules = rules_of(budget, "here")
    load = replace(shop(), **given)  # type: ignore[arg-type]
    return [one.message for one in fetcher.audit(load, rules=rules, only=[rule.id for rule in rules]).findings]


@pytest.mark.parametrize(
    ("name", "limit", "message"),
    [
        ("first-interim", 20, "the 103 came after 21.3 ms; the budget is at most 20 ms"),
        ("hints", 5, "the 103 has 6 links; the budget is at most 5 links"),
        (
            "link-bytes",
            100,
            "the Link field of the 103, its lines joined, has 237 bytes; the budget is at most 100 bytes",
        ),
        ("requests", 1, "the page made "),
        ("bytes", 1000, "the page took "),
        ("hinted-bytes", 1000, "the hints fetched "),
        ("final-headers", 1, "the final head came after "),
        ("head-start", 10_000, "the 103 came before the final head by "),
    ],
)
def test_over_it(name: str, limit: float, message: str) -> None:
    """A finding with both figures."""
    (said,) = found({name: limit})
    assert said.startswith(message)


def test_within_it() -> None:
    """Nothing, whatever is measured; and every measure has a rule."""
    within = {one.name: 0 if one.least else 1e9 for one in MEASURES}
    assert found(within) == []
    assert len(rules_of(within, "here")) == len(MEASURES)


def test_over_several_runs() -> None:
    """The median counts, and how many runs were over it is said; the excess is the cost."""
    loads = []
    for at in (10.0, 30.0, 50.0):
        one = shop()
        loads.append(replace(one, interim=(replace(one.interim[0], at=at), *one.interim[1:])))
    rules = rules_of({"first-interim": 25}, "here")
    (finding,) = fetcher.audit(loads, rules=rules, only=["budget-first-interim"]).findings
    assert finding.message == "the 103 came after 30 ms (median of 3 runs); the budget is at most 25 ms"
    assert (finding.seen, finding.runs, finding.severity) == (2, 3, Severity.ERROR)
    assert finding.cost is not None
    assert finding.cost.ms == 5.0


def test_what_cannot_be_known() -> None:
    """Without a 103 its figures do not apply; without sizes they are unknown."""
    rules = rules_of({"hints": 1, "bytes": 1}, "here")
    bare = replace(shop(), interim=(), hints=())
    bare = replace(
        bare, requests=tuple(replace(one, sizes=replace(one.sizes, transferred=None)) for one in bare.requests)
    )
    results = fetcher.audit(bare, rules=rules, only=[rule.id for rule in rules]).results
    assert [one.outcome for one in results] == [Outcome.NOT_APPLICABLE, Outcome.UNKNOWN]


@pytest.mark.parametrize(("limit", "message"), [(1_000, "the page took at least "), (10**9, None)])
def test_a_sum_with_unknown_sizes_is_the_least_it_can_be(limit: float, message: str | None) -> None:
    """Over the budget that is enough; within it nothing is known: what has no size is not taken for nothing."""
    load = shop()
    last = next(one for one in reversed(load.requests) if one.status == 200)
    unsized = replace(last, sizes=replace(last.sizes, transferred=None))
    load = replace(load, requests=tuple(unsized if one is last else one for one in load.requests))
    rules = rules_of({"bytes": limit}, "here")
    (result,) = fetcher.audit(load, rules=rules, only=["budget-bytes"]).results
    if message is None:
        assert (result.outcome, result.reason) == (Outcome.UNKNOWN, "the loads do not say bytes of all responses")
    else:
        assert result.findings[0].message.startswith(message)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hints = ", "budget.toml: "),
        ("hints = " + "1" * 5_000, "budget.toml: a number in it is too long"),
        ("hints = " + "[" * 5_000, "budget.toml: its arrays are nested too deeply"),
        ("", "there is no budget in it"),
        ("links = 3", "a budget has no 'links'; it has first-interim"),
        ("hints = '3'", "hints is a number, 0 or more, not '3'"),
        ("[budget]\nhints = -1", "hints is a number, 0 or more, not -1"),
        ("hints = nan", "hints is a number"),
    ],
)
def test_what_is_no_budget(text: str, told: str) -> None:
    """One sentence."""
    with pytest.raises(UsageError) as caught:
        read(text, "budget.toml")
    assert told in str(caught.value)


def test_a_run_without_a_103_does_not_excuse_the_others() -> None:
    """Whichever of them is the one at the median."""
    bare = replace(shop(), interim=(), hints=())
    rules = rules_of({"hints": 1}, "here")
    for loads in ((bare, shop()), (shop(), bare)):
        assert fetcher.audit(loads, rules=rules, only=["budget-hints"]).findings
