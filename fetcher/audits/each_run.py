"""A check written for a page of one run, asked of every run: what was seen in how many of them.

Findings of two runs are one where they are about the same thing: the same subject and quoted text, else the same
subject but for content hashes. Two of one run are never joined. What is told is the run at the median's, or of a run
that shows it graver; what it costs is told with the least and the most of all runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import wraps

from fetcher.audits.finding import Finding, stable
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Unknown


@dataclass(slots=True, eq=False)
class _Seen:
    """One finding over the runs: what is told of it, in how many runs it is, and what it cost in each."""

    told: Finding
    runs: int = 0
    costs: list[float] = field(default_factory=list)

    def add(self, one: Finding) -> None:
        self.runs += 1
        if one.cost is not None and one.cost.ms is not None:
            self.costs.append(one.cost.ms)
        if _rank(one) > _rank(self.told):
            self.told = one

    def whole(self, runs: int) -> Finding:
        cost = self.told.cost
        if cost is not None and len(self.costs) > 1:
            cost = replace(cost, least=min(self.costs), most=max(self.costs))
        return replace(self.told, cost=cost, seen=self.runs, runs=runs)


class _Together:
    """The findings of all runs, joined as they come."""

    def __init__(self) -> None:
        self.all: list[_Seen] = []
        self._exact: dict[tuple[str, str], list[_Seen]] = {}
        self._near: dict[str, list[_Seen]] = {}

    def add(self, run: Iterable[Finding]) -> None:
        """Those of one run."""
        taken: set[int] = set()
        left = [one for one in run if not self._joins(one, self._exact.get(_exact(one), ()), taken)]
        for one in left:
            if not self._joins(one, self._near.get(_near(one), ()), taken):
                self._begin(one, taken)

    def _joins(self, one: Finding, known: Iterable[_Seen], taken: set[int]) -> bool:
        seen = next((each for each in known if id(each) not in taken), None)
        if seen is None:
            return False
        taken.add(id(seen))
        seen.add(one)
        return True

    def _begin(self, one: Finding, taken: set[int]) -> None:
        seen = _Seen(one)
        seen.add(one)
        taken.add(id(seen))
        self.all.append(seen)
        self._exact.setdefault(_exact(one), []).append(seen)
        self._near.setdefault(_near(one), []).append(seen)


def _exact(one: Finding) -> tuple[str, str]:
    return one.subject or one.url or "", one.quote.text if one.quote else ""


def _near(one: Finding) -> str:
    return stable(one.subject or one.url or "")


def _rank(one: Finding) -> int:
    return one.severity.rank if one.severity is not None else -1


def in_each_run(check: Callable[[Page], Iterable[Finding]]) -> Callable[[Page], list[Finding]]:
    """``check`` of each run, the run at the median first. It does not apply, or is unknown, only where no run has a
    finding."""

    @wraps(check)
    def whole(page: Page) -> list[Finding]:
        pages = page.each_run
        together = _Together()
        reasons: list[NotApplicable | Unknown] = []
        for one in pages:
            try:
                told = list(check(one))
            except (NotApplicable, Unknown) as reason:
                reasons.append(reason)
                continue
            together.add(told)
        unknown = next((reason for reason in reasons if isinstance(reason, Unknown)), None)
        if not together.all and unknown is not None:
            raise unknown
        if not together.all and len(reasons) == len(pages):
            raise reasons[0]
        return [each.whole(len(pages)) for each in together.all]

    return whole
