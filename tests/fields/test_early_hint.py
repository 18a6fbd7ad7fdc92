"""What Chromium's strict filter keeps of a 103's links (EH 3), and which kept ones act (EH 4.3, 4.5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetcher.fields import link
from fetcher.fields.early_hint import CrossOrigin, EarlyHint, does_act, filter_early_hint
from fetcher.fields.link import Finding
from fetcher.terms import Destination, FetchPriority

CASES = json.loads((Path(__file__).parent / "link-header-cases.json").read_text(encoding="utf-8"))["cases"]
WORDS = {Destination.EMPTY: "fetch"}


def only(text: str) -> EarlyHint | Finding:
    (one,) = link.parse([text]).links
    return filter_early_hint(one)


def as_case(hint: EarlyHint) -> dict[str, Any]:
    """A hint in the table's words."""
    row: dict[str, Any] = {"href": hint.href, "rel": hint.rel, "acts": does_act(hint) is None}
    if hint.destination is not None:
        row["as"] = WORDS.get(hint.destination, hint.destination.value)
    if hint.crossorigin is not None:
        row["crossorigin"] = hint.crossorigin.value
    if hint.type is not None:
        row["type"] = hint.type
    if hint.integrity is not None:
        row["integrity"] = hint.integrity
    if hint.link.has("fetchpriority"):
        row["fetchpriority"] = hint.fetch_priority.value
    return row


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_what_chromium_keeps(case: dict[str, Any]) -> None:
    """Every case keeps the links Chromium keeps, and those that act are those that act there."""
    kept = [filter_early_hint(one) for one in link.parse([case["input"]]).links]
    assert [as_case(hint) for hint in kept if isinstance(hint, EarlyHint)] == case["chromium_103"]


@pytest.mark.parametrize(
    ("text", "rule", "code", "fix"),
    [
        ("</a>", "EH 3.1", "no-rel", "add rel=preload"),
        ('</a>; rel="preload prefetch"; as=script', "EH 3.1", "rel-not-alone", "one relation alone"),
        ("</a>; rel='preload'; as=script", "EH 3.1", "rel-not-alone", "double quotes"),
        ("</a>; rel=stylesheet", "EH 3.1", "unsupported-rel", "only preload"),
        ("</a>; rel=preload; as=style; nopush", "EH 3.2", "unknown-parameter", "'nopush'; remove it"),
        ("</a>; rel=preload; as=style; media=print", "EH 3.2", "unknown-parameter", "Link of the final response"),
        ("</a>; rel=preload; as=stylesheet", "EH 3.3", "unusable-as", "write as=style"),
        ("</a>; rel=preload; as=track", "EH 3.3", "unusable-as", "use font, image"),
        ("</a>; rel=preload; as", "EH 3.3", "unusable-as", "use font, image"),
        ('</a>; rel=preload; as=font; crossorigin=""', "EH 3.5", "unknown-crossorigin", "bare, anonymous"),
        ("</a>; rel=preload; as=font; type=woff2", "EH 3.6", "invalid-type", "type/subtype"),
        ('</a>; rel=preload; as=style; type="text/css; charset=utf-8"', "EH 3.6", "invalid-type", "without parameters"),
    ],
)
def test_a_dropped_link_says_which_rule_and_what_would_fix_it(text: str, rule: str, code: str, fix: str) -> None:
    """The finding names the rule, a stable code, the member and the remedy."""
    finding = only(text)
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.code, finding.text) == (rule, code, text)
    assert fix in finding.message


def test_a_hint_carries_everything_its_request_needs() -> None:
    """All six accepted parameters in one link, words in any case."""
    text = (
        '</f>; REL=Preload; as=FETCH; crossorigin=Use-Credentials; type="application/json"; fetchpriority=HIGH; '
        'integrity="sha256-AA"'
    )
    hint = only(text)
    assert isinstance(hint, EarlyHint)
    assert (hint.rel, hint.destination, hint.crossorigin) == ("preload", Destination.EMPTY, CrossOrigin.USE_CREDENTIALS)
    assert (hint.type, hint.fetch_priority, hint.integrity) == ("application/json", FetchPriority.HIGH, "sha256-AA")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("</a>; rel=preload", "preload-without-as"),
        ("<//cdn.test>; rel=dns-prefetch", "dns-prefetch-ignored"),
        ("</a>; rel=modulepreload", None),
        ("<//cdn.test>; rel=preconnect", None),
        ("</a>; rel=preload; as=fetch", None),
    ],
)
def test_which_kept_hints_act(text: str, code: str | None) -> None:
    """A preload without as and a dns-prefetch are kept but request nothing (EH 4.3, 4.5)."""
    hint = only(text)
    assert isinstance(hint, EarlyHint)
    finding = does_act(hint)
    assert (finding.code if finding else None) == code


@given(st.text(alphabet="relastypnopushcoig=;\"'*/ \t<>", max_size=60))
def test_any_link_is_kept_or_explained(text: str) -> None:
    """The filter never raises, and refuses with a sentence."""
    for one in link.parse([f"</a>; {text}"]).links:
        outcome = filter_early_hint(one)
        assert outcome.message.endswith(".") if isinstance(outcome, Finding) else outcome.link is one
