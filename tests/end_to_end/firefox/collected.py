"""The cases that Firefox is asked: those of Chromium's corpus in which a 103 comes or that are about links of the final
head, and ``cases``."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from fetcher.origin import Interim
from tests.end_to_end.chromium import collected
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.firefox.cases import CASES

OWN = "own"


@cache
def by_subject() -> dict[str, tuple[Case, ...]]:
    """File name without its ending -> its cases with a 103; ``OWN`` are Firefox's."""
    found = {
        subject: tuple(
            case
            for case in cases
            if (has_103(case) or is_final(case)) and not case.emulates  # its screen is its own
        )
        for subject, cases in collected.by_subject().items()
    }
    return {subject: cases for subject, cases in (*found.items(), (OWN, CASES)) if cases}


def chosen(pattern: str | None = None) -> Iterator[tuple[str, Case]]:
    """Subject and case; ``pattern`` as in a shell, several with commas, held against ids, subjects and rules."""
    patterns = [each.strip() for each in (pattern or "*").split(",")]
    for subject, cases in by_subject().items():
        for case in cases:
            if any(fnmatchcase(name, each) for name in (case.id, subject, *case.rules) for each in patterns):
                yield subject, case


def is_final(case: Case) -> bool:
    """Nothing but a Link field of the final head asks for something."""
    return case.site is None and not case.html and any(name == "link" for name, _ in case.fields)


def has_103(case: Case) -> bool:
    if case.site is None:
        return bool(case.hints or case.interim)
    routes = [route for table in (case.site.routes, *case.site.hosts.values()) for route in table.values()]
    return any(isinstance(step, Interim) for route in routes if isinstance(route, tuple) for step in route)
