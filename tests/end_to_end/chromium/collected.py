"""All cases there are, by subject: every file below ``cases/`` that has ``CASES``."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from pathlib import Path

from tests.end_to_end.chromium.case import Case

FOLDER = Path(__file__).parent / "cases"


@cache
def by_subject() -> dict[str, tuple[Case, ...]]:
    """File name without its ending -> its cases. Raises ValueError where two cases have one id."""
    found: dict[str, tuple[Case, ...]] = {}
    taken: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.py")):
        subject = path.stem
        cases: Iterable[Case] = getattr(import_module(f"tests.end_to_end.chromium.cases.{subject}"), "CASES", ())
        found[subject] = tuple(cases)
        for case in found[subject]:
            if case.id in taken:
                raise ValueError(f"two cases are called {case.id}, in {taken[case.id]} and {subject}")
            taken[case.id] = subject
    return {subject: cases for subject, cases in found.items() if cases}


def chosen(pattern: str | None = None) -> list[tuple[str, Case]]:
    """Subject and case; ``pattern`` (as in a shell; several with commas) is held against ids, subjects and rules."""
    patterns = ["*"] if pattern is None else [each.strip() for each in pattern.split(",")]
    return [
        (subject, case)
        for subject, cases in by_subject().items()
        for case in cases
        if any(fnmatchcase(name, each) for name in (case.id, subject, *case.rules) for each in patterns)
    ]
