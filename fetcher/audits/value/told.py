"""What the rules of value share: the preloads of the 103 that the page's browser acts on, and what is not hinted."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import quantiles

from fetcher.analysis.timing.milestones import milestones
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable

FAMILY = "value"

NOISE_MS = 20.0
"""Rendering that starts so much sooner, or less, is seen by nobody: little more than a frame of 60 Hz."""


def acted_preloads(page: Page) -> tuple[HintFacts, ...]:
    """Each of the first 103 once by its URL; raises NotApplicable where there is none."""
    _ = page.interim
    found: dict[str, HintFacts] = {}
    for facts in page.hints:
        if facts.is_preload and facts.url is not None and _acts(page, facts):
            found.setdefault(facts.url, facts)
    if not found:
        raise NotApplicable(f"the 103 has no preload that {page.profile} acts on")
    return tuple(found.values())


def _acts(page: Page, facts: HintFacts) -> bool:
    """By the browser's own reading, or as the record shows that a browser did."""
    return facts.link.by(page.profile).acts or (facts.hint is not None and facts.hint.acted)


def noise_of(page: Page) -> float:
    """What rendering must win (ms) to be more than noise: ``NOISE_MS``, or what the start of rendering differs by from
    run to run (the middle half of four runs and more, else all of them)."""
    told = [made.render_start.at for load in page.judged if (made := milestones(load)) is not None]
    starts = sorted(at for at in told if at is not None)
    return max(NOISE_MS, _width(starts))


def _width(starts: Sequence[float]) -> float:
    if len(starts) < 2:
        return 0.0
    if len(starts) < 4:
        return starts[-1] - starts[0]
    first, _, third = quantiles(starts, n=4, method="inclusive")
    return third - first


def hinted_urls(page: Page) -> frozenset[str]:
    """Every URL that the 103 names, whatever comes of it: what a link does not do well is another rule's."""
    return frozenset(facts.url for facts in page.hints if facts.url is not None)


def interim_at(page: Page) -> float:
    """When the first 103 came; raises NotApplicable where nobody told."""
    at = page.interim.at
    if at is None:
        raise NotApplicable("the record does not say when the 103 came")
    return at
