"""Without a browser: what fetcher says as firefox, in virtual time, against what Firefox was recorded to do.

Every fourth case that Firefox was asked here, to be quick (FETCHER_CORPUS=all: every one; ``make firefox`` compares all
with a real Firefox).
After a change to a case: ``python -m tests.end_to_end.firefox.corpus --only ID --renew``.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from fetcher.analysis.early_hint_rules import RULES
from tests.end_to_end.chromium import recorded
from tests.end_to_end.firefox.collected import OWN, by_subject, chosen
from tests.end_to_end.firefox.corpus import FOLDER, report, run_recorded
from tests.end_to_end.firefox.kept import KEPT, why_kept

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("subject", list(by_subject()))
def test_firefox_was_seen_to_do_what_is_said_of_it(subject: str) -> None:
    """No difference but those that are kept with a reason."""
    step = 1 if os.environ.get("FETCHER_CORPUS") == "all" else 4
    result = run_recorded([(subject, case) for case in by_subject()[subject][::step]])
    assert not result.unexplained, report(result)
    assert not result.stale, report(result)
    assert subject != OWN or not result.unasked, report(result)


def test_firefox_was_asked_of_most() -> None:
    """Cases that were added or changed since are few."""
    known = {subject: recorded.read(subject, folder=FOLDER, browser="firefox") for subject in by_subject()}
    asked = [
        each.id
        for subject, cases in by_subject().items()
        for each in cases
        if each.id in known[subject] and known[subject][each.id].digest == recorded.digest(each)
    ]
    assert len(asked) >= 0.9 * sum(map(len, by_subject().values()))


def test_every_rule_that_says_something_of_firefox_has_a_case() -> None:
    shown = {rule for _, case in chosen() for rule in case.rules}
    said = {f"EH {number}" for number, text in RULES.items() if "Firefox" in text}
    assert said - shown == set()


def test_the_readme_lists_what_is_kept() -> None:
    """Every kept difference shows in a case, and stands in the README with its reason; no other does."""
    assert {why_kept(case.id) for _, case in chosen()} - {""} == set(KEPT.values())
    text = (ROOT / "README.md").read_text()
    start, end = "<!-- kept differences from Firefox -->", "<!-- end of kept differences from Firefox -->"
    assert set(re.findall(r"^- (.+)$", text[text.index(start) : text.index(end)], re.MULTILINE)) == set(KEPT.values())
