"""Whatever this package cites as "EH n.n" has its sentence, so that nobody is sent to a document they do not have."""

from __future__ import annotations

import re
from pathlib import Path

from fetcher.analysis.early_hint_rules import RULES, SECTIONS, cited, is_asked

PACKAGE = Path(__file__).resolve().parents[2] / "fetcher"


def test_every_rule_that_is_cited_has_a_sentence() -> None:
    """In any file: what a report quotes, and what a reader of the code meets."""
    found = {
        number
        for file in PACKAGE.rglob("*.py")
        for number in re.findall(r"\bEH (\d+\.\d+)", file.read_text(encoding="utf-8"))
    }
    assert found - set(RULES) == set()
    assert len(found) > 60


def test_they_stand_in_order() -> None:
    """By section and number, each section from 1 on without a gap; a sentence each."""
    numbers = [tuple(map(int, number.split("."))) for number in RULES]
    assert numbers == [(section, at) for section in range(1, 14) for at in range(1, 99) if (section, at) in numbers]
    for section in map(int, SECTIONS):
        own = [at for one, at in numbers if one == section]
        assert own == list(range(1, len(own) + 1))
    assert all(text.endswith(".") and "EH 0" not in text for text in RULES.values())


def test_what_a_text_cites() -> None:
    """Numbers in a list, over a line's end and in a range; each once, in their order."""
    assert cited("(EH 9.1, EH 3.2)", "EH 3.2 and 4.4; EH 9.1-9.3") == ("3.2", "4.4", "9.1", "9.3")
    assert cited("EHLO 3.2, WEH 4.1, EH 99.1, RFC 3.2") == ()


def test_what_is_asked_for() -> None:
    assert [is_asked(text) for text in ("3.2", "EH 3.2", "eh3", "hint-self", "")] == [True, True, True, False, False]
