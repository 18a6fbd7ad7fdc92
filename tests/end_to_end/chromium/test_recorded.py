"""Without a browser: cases in virtual time against what Chromium was recorded to ask; and the corpus is whole.

Every third case here, to be quick (FETCHER_CORPUS=all: every one; ``test_corpus`` loads them all in virtual time too).

After a change to a case: ``python -m tests.end_to_end.chromium.corpus --only ID --renew``.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.end_to_end.chromium.collected import by_subject, chosen
from tests.end_to_end.chromium.corpus import report, run_virtually
from tests.end_to_end.chromium.rules import ELSEWHERE, RULES

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("subject", list(by_subject()))
def test_virtual_loads_ask_what_chromium_asked(subject: str) -> None:
    """No difference but those that are kept with a reason."""
    step = 1 if os.environ.get("FETCHER_CORPUS") == "all" else 3
    result = run_virtually([(subject, case) for case in by_subject()[subject][::step]])
    assert not result.unexplained, report(result)
    assert not result.stale, report(result)


def test_every_rule_has_a_case() -> None:
    """Each rule of early-hints.md is shown by a case, or says why no load can show it and which test holds it."""
    shown = {rule for _, case in chosen() for rule in case.rules}
    assert [rule for rule in RULES if rule not in shown and rule not in {each.rule for each in ELSEWHERE}] == []
    assert [each.rule for each in ELSEWHERE if each.rule in shown] == []


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=lambda each: each.rule.replace(" ", "-"))
def test_what_holds_a_rule_elsewhere_exists(elsewhere: object) -> None:
    """The test it names is there."""
    file, _, function = elsewhere.test.partition("::")  # type: ignore[attr-defined]
    assert re.search(rf"^(async )?def {function}\(", (ROOT / file).read_text(), re.MULTILINE)


def test_there_are_enough() -> None:
    """At least 300 cases, and 40 whole documents."""
    assert len(chosen()) >= 300
    assert len(by_subject()["whole_pages"]) >= 40


def test_few_are_kept() -> None:
    """One of a hundred at most differs, with a reason."""
    assert sum(bool(case.kept) for _, case in chosen()) <= 0.01 * len(chosen())


def test_the_readme_lists_what_is_kept() -> None:
    """Every kept difference stands in the README with its reason, and no other does."""
    text = (ROOT / "README.md").read_text()
    start, end = "<!-- kept differences -->", "<!-- end of kept differences -->"
    listed = set(re.findall(r"^- (.+)$", text[text.index(start) : text.index(end)], re.MULTILINE))
    assert listed == {case.kept for _, case in chosen() if case.kept}
