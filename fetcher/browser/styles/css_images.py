"""Pictures that style sheets name: requested once a rule that names them can apply to something in the document.

What is necessary, and quick to tell: every name the rule's selectors ask for has occurred in the markup, and its @media
holds for the viewport. ``drawn`` then has the cascade decide; where a document is too much for it, this does alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.browser.document.embedded import is_hidden
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.css.import_rule import supports
from fetcher.discovery.css.selectors.needs import needs
from fetcher.discovery.html.markup import EVERYTHING
from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.media import matches

NOT_FOR_THIS_SCREEN = "its @media does not hold for this viewport"
NOT_SUPPORTED = "its @supports asks for what browsers do not know"
APPLIES_TO_NOTHING = "its rule applies to nothing in the document"


def why_conditions_fail(candidate: Candidate, screen: Screen) -> str | None:
    """Why the conditional rules (@media, @supports) around something keep it from applying; None when they do not."""
    for key, value in candidate.attributes:
        if key == "media" and not matches(value, screen):
            return NOT_FOR_THIS_SCREEN
        if key == "supports" and not supports(value):
            return NOT_SUPPORTED
    return None


@dataclass(slots=True, eq=False)
class _Waiting:
    """A picture whose rule does not apply so far. ``levels``: each must have one alternative whose names all occur."""

    source: int
    candidate: Candidate
    at: float
    levels: list[tuple[frozenset[str], ...]]
    over: bool = False


class CssImages:
    """The pictures of one load that wait, by a name each of their rules still lacks."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._lacking: dict[str, list[_Waiting]] = {}
        self._all: list[_Waiting] = []

    def judge(self, source: int, candidate: Candidate, screen: Screen, at: float) -> bool | str:
        """Of a picture met at ``at``: True, request it now. False: it waits for names. Text: why it never will be."""
        rules = [value for key, value in candidate.attributes if key == "selector"]
        reason = why_conditions_fail(candidate, screen)
        if reason is not None:
            return reason
        if candidate.attribute("background") is not None and is_hidden(candidate):
            return "not shown, so its background is not loaded"
        levels = [needs(rule) for rule in rules]
        if not all(levels):
            return "only what somebody does to the page, or another browser, makes its rule apply"
        waiting = _Waiting(source, candidate, at, levels)
        if self._applies(waiting):
            return True
        self._all.append(waiting)
        return False

    def seen(self, names: list[str]) -> list[tuple[int, Candidate]]:
        """The pictures, with the sheets that name them, that can be requested now that ``names`` have occurred."""
        self._names.update(names)
        due: list[tuple[int, Candidate]] = []
        for name in list(self._lacking) if EVERYTHING in self._names else names:
            for waiting in self._lacking.pop(name, ()):
                if not waiting.over and self._applies(waiting):
                    waiting.over = True
                    due.append((waiting.source, waiting.candidate))
        return due

    def unused(self) -> list[tuple[int, Candidate, float]]:
        """The pictures that never could."""
        return [
            (waiting.source, waiting.candidate, waiting.at)
            for waiting in self._all
            if not waiting.over and waiting.candidate.kind is CandidateKind.CSS_IMAGE
        ]

    def _applies(self, waiting: _Waiting) -> bool:
        """Whether it can apply; if not, it waits for one name of each alternative of a level that cannot."""
        if EVERYTHING in self._names:
            return True
        for alternatives in waiting.levels:
            lacks = [next((name for name in sorted(each) if not self._has(name)), None) for each in alternatives]
            if None not in lacks:
                for name in lacks:
                    assert name is not None
                    for spelling in {name, _of_any(name)}:
                        self._lacking.setdefault(spelling, []).append(waiting)
                return False
        return True

    def _has(self, name: str) -> bool:
        return name in self._names or _of_any(name) in self._names


def _of_any(name: str) -> str:
    """ "ul.search" as it is reported where the element could not be told: "*.search"."""
    element, dot, word = name.partition(".")
    return f"*.{word}" if element and dot else name
