"""Rules from a user's file, and each way in which such a file can be wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import fetcher
from fetcher.audits import Outcome
from fetcher.audits.auditing import chosen
from fetcher.errors import UsageError
from fetcher.runs.rules_file import read_rules
from tests.support.loads import shop

RULES = '''\
import fetcher
from words import SAID

@fetcher.rule("few-hints", title="There are few hints", severity="error", fix="Hint less.")
def few_hints(page):
    """Finds more than three hints."""
    if len(page.hints) > 3:
        yield fetcher.Finding(f"{len(page.hints)} hints, {SAID}")

@fetcher.rule("broken")
def broken(page):
    return [page.nothing]

@fetcher.rule("odd")
def odd(page):
    yield "a text"

same = few_hints
'''


def test_a_file_of_rules(tmp_path: Path) -> None:
    """Its rules are asked like ours, what crashes says on which line, and a file beside it can be imported."""
    (tmp_path / "words.py").write_text('SAID = "too many"\n')
    (tmp_path / "my_rules.py").write_text(RULES)
    before = list(sys.path)
    mine = read_rules([str(tmp_path / "my_rules.py")])
    assert sys.path == before
    assert [rule.id for rule in mine] == ["few-hints", "broken", "odd"]
    audit = fetcher.audit(shop(), rules=mine, only=["few-hints", "broken", "odd"])
    assert [(one.rule, one.message, one.fix) for one in audit.findings] == [
        ("few-hints", "6 hints, too many", "Hint less.")
    ]
    assert [one.outcome for one in audit.results] == [Outcome.FINDINGS, Outcome.CRASHED, Outcome.CRASHED]
    assert audit.results[1].reason == "AttributeError: 'Page' object has no attribute 'nothing' (my_rules.py, line 12)"
    assert audit.results[2].reason.startswith("TypeError: the check yields str, not a Finding")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = (", "my_rules.py, line 1: '(' was never closed"),
        ("\n\n1 / 0", "my_rules.py, line 3: ZeroDivisionError: division by zero"),
        ("import nothing_like_it", "my_rules.py, line 1: ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("raise SystemExit", "my_rules.py, line 1: SystemExit"),
        ("x = 1", "there is no rule in it; put @fetcher.rule"),
        ("import fetcher\n@fetcher.rule('Hero')\ndef f(page): ...", "my_rules.py, line 2: UsageError: a rule's name"),
        ("import fetcher\n@fetcher.rule('hero', severity=3)\ndef f(page): ...", "line 2: UsageError: rule hero: sever"),
    ],
)
def test_files_that_are_wrong(tmp_path: Path, source: str, told: str) -> None:
    """One sentence with the file and the line."""
    (tmp_path / "my_rules.py").write_text(source)
    with pytest.raises(UsageError) as caught:
        read_rules([str(tmp_path / "my_rules.py")])
    assert told in str(caught.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_rules(["nothing.py"])


def test_two_rules_of_one_name() -> None:
    """Yours with ours, or with each other."""
    twice = [fetcher.rule("a-rule")(lambda page: None) for _ in range(2)]
    with pytest.raises(UsageError, match="two rules are called 'a-rule'"):
        chosen(twice)
