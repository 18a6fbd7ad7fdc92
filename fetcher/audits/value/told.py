"""What the rules of value share: the preloads of the 103 that the page's browser acts on, and what is not hinted."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from statistics import median, quantiles

from fetcher.analysis.timing.milestones import milestones
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable
from fetcher.audits.telling import ms

FAMILY = "value"

NOISE_MS = 20.0
"""Rendering that starts so much sooner, or less, is seen by nobody: little more than a frame of 60 Hz."""
FEW_RUNS_MS = 50.0
"""What a run or a few must show. Of a page that did not change, one run told 6 ms and the next 31 ms: more than twice
the difference of single runs is asked for."""
ENOUGH = 5
"""The fewest runs whose least is the lower end of an interval: in one case of 32 all five lie above the median."""

NOTE_WHERE = (
    f"where rendering would not start {NOISE_MS:.0f} ms sooner for certain by {ENOUGH} runs and more (each of fewer "
    f"must say {FEW_RUNS_MS:.0f} ms), or no more than it differs by between runs"
)


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


def why_small(page: Page, gains: Sequence[float]) -> str:
    """Why what rendering would win, ``gains`` (ms) of the runs that tell, is no more than a note; "" where it is more.
    A severity must not change from audit to audit of one page: the gain must be more than noise by the lower end of
    its 95 % interval, which fewer than five runs do not give; those must show ``FEW_RUNS_MS`` each."""
    middle, spread = median(gains), _spread_of(page)
    if middle < NOISE_MS:
        runs = "" if len(gains) == 1 else "by the median of the runs "
        return f"{runs}rendering would win less than {ms(NOISE_MS)}, which is noise"
    if middle < spread:
        return f"rendering would win less than the {ms(spread)} by which its start differs between the runs"
    low = _low(gains)
    if low is not None and low < NOISE_MS:
        return f"that may be less than {ms(NOISE_MS)}, which is noise: of {len(gains)} runs some show so little"
    if low is None and min(gains) < FEW_RUNS_MS:
        runs = "one run does" if len(gains) == 1 else f"{len(gains)} runs do"
        return f"{runs} not tell less than {ms(FEW_RUNS_MS)} from noise, {ENOUGH} would"
    return ""


def _low(gains: Sequence[float]) -> float | None:
    """The lower end of the interval of their median, at 95 % to one side by the sign test: an order statistic, which
    asks nothing of how they scatter. None where so few tell none."""
    count, share, rank = len(gains), 0.0, 0
    while rank < count:
        share += comb(count, rank) / 2**count
        if share > 0.05:
            break
        rank += 1
    return sorted(gains)[rank - 1] if rank else None


def _spread_of(page: Page) -> float:
    """What the start of rendering differs by from run to run (the middle half of four runs and more, else all)."""
    told = [made.render_start.at for load in page.judged if (made := milestones(load)) is not None]
    return _width(sorted(at for at in told if at is not None))


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
