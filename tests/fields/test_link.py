"""The generic Link parse against the case table, against hostile input, and for what it promises of any text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetcher.fields import link

CASES = json.loads((Path(__file__).parent / "link-header-cases.json").read_text(encoding="utf-8"))["cases"]
ODD = st.text(alphabet="<>,;=\"\\ \t*'relpoadscf/.\xe9\n", max_size=60)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_generic_parse(case: dict[str, Any]) -> None:
    """Every case's links come out in order with their parameters, duplicates and bare names included (EH 2)."""
    found = link.parse([case["input"]])
    assert [{"target": one.target, "params": [list(pair) for pair in one.params]} for one in found.links] == case[
        "expected"
    ]


def test_the_table_is_whole() -> None:
    """All 101 cases are here, so a shortened copy cannot pass for the table."""
    assert len(CASES) == 101
    assert len({case["id"] for case in CASES}) == 101


@pytest.mark.parametrize(
    ("member", "rule", "code"),
    [
        ("/a.js; rel=preload", "EH 2.3", "no-target"),
        ("</a.js; rel=preload", "EH 2.3", "no-target-end"),
        ("</a.js> rel=preload", "EH 2.4", "no-semicolon"),
        ("</a.js>; rel=", "EH 2.5", "empty-value"),
        ("</a.js>; =x", "EH 2.5", "no-name"),
        ('</a.js>; "a"=x', "EH 2.5", "quote-in-name"),
        ("</a.js>; title*=UTF-8''A", "EH 2.6", "bad-name"),
        ("</a.js>; a b=c", "EH 2.6", "bad-name"),
        ('</a.js>; title="a"b', "EH 2.7", "bad-quotes"),
        ('</a.js>; title="a\\"', "EH 2.7", "bad-quotes"),
        ('</a.js>; title="', "EH 2.7", "bad-quotes"),
    ],
)
def test_each_dropped_member_says_which_rule_dropped_it(member: str, rule: str, code: str) -> None:
    """A bad member is one finding that quotes it; the good one before it stands (EH 2.9)."""
    found = link.parse(["</ok.css>; rel=preload; as=style", member])
    assert [one.target for one in found.links] == ["/ok.css"]
    (finding,) = found.findings
    assert (finding.rule, finding.code, finding.text) == (rule, code, member)
    assert finding.message.endswith(".")


def test_first_of_duplicates_and_bare_names() -> None:
    """``param`` gives the first value; ``has`` tells a bare name from an absent one (EH 2.8)."""
    (one,) = link.parse(['</a>; rel=a; rel=b; crossorigin; title=""']).links
    assert (one.param("rel"), one.param("crossorigin"), one.param("as"), one.param("title")) == ("a", None, None, "")
    assert one.has("crossorigin")
    assert not one.has("as")


@given(st.lists(ODD, max_size=4))
def test_any_text_is_parsed_and_placed(values: list[str]) -> None:
    """Nothing raises, ``raw`` stands at ``offset`` of the joined value, and each kept target comes from its raw."""
    joined = ", ".join(values)
    found = link.parse(values)
    for one in found.links:
        assert joined[one.offset : one.offset + len(one.raw)] == one.raw
        assert one.raw == one.raw.strip(" \t")
        assert one.raw.startswith("<")
        assert one.target in one.raw
    assert all(finding.text in joined for finding in found.findings)


@given(st.lists(ODD, max_size=4))
def test_lines_mean_the_same_as_their_join(values: list[str]) -> None:
    """Several field lines are one value joined with ", " (EH 2.1)."""
    assert link.parse(values) == link.parse([", ".join(values)])


@pytest.mark.parametrize(
    "unit", [",", "<", '"', '\\"', "<,", '",', ";", "<a>;", "<a>;a,", '<a>;a="\\', "<a>; =,", " ", "a=b;"]
)
def test_a_megabyte_of_anything_takes_linear_time(unit: str) -> None:
    """Twice the text takes about twice the steps: a megabyte of hostile repetition is read at once, and ends."""
    found = link.parse([unit * (1_000_000 // len(unit))])
    assert len(found.links) + len(found.findings) <= 1_000_000
