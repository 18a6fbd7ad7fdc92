"""What a rule looks at: one page and the loads it is judged by. What its links came to is in ``hinted``, what it asks
for in ``uses``: facts that rules share, each worked out once.

Pure: everything comes from records. ``judged`` are the runs that reached the page, for a wall in one of them says
nothing of it; ``load`` is the one of those whose final head came at the median, so that a rule about times speaks of a
run that happened. What needs more than loads (probes, a repeat view, a comparison, what a browser observed) is None or
empty unless it was given, and a rule that needs it says so by ``NotApplicable``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import median

from fetcher.analysis.check.expectations import Expectations
from fetcher.analysis.check.survey import Run, RunOutcome, run_of
from fetcher.analysis.compare.measured import Measured
from fetcher.audits.hinted import Hinted
from fetcher.audits.rule import NotApplicable
from fetcher.errors import UsageError
from fetcher.record.observed.values import ObservedRequest
from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.terms import ProfileName


@dataclass(frozen=True, slots=True)
class Probe:
    """A request or load made to learn one thing: by ``name``, with what it brought."""

    name: str
    load: PageLoad


@dataclass(frozen=True, slots=True)
class Answers:
    """What all probes of a page brought: those that rules look up by name, and the repeat view, which is apart; and a
    comparison of the page with its hints against without, where one was saved."""

    probes: Mapping[str, Probe] = field(default_factory=dict)
    repeat: PageLoad | None = None
    comparison: Measured | None = None


@dataclass(eq=False)
class Page(Hinted):
    """``profile`` is the browser whose view decides severities. ``probes`` by name; ``repeat`` a second view with what
    the first left; ``siblings`` are other audited pages; ``comparison`` a measured one; ``observed`` whether script
    requests were supplied, so that nothing is hidden, and ``seen_asking`` what a browser was seen to request."""

    loads: tuple[PageLoad, ...]
    profile: ProfileName = ProfileName.CHROMIUM
    expected: Expectations = field(default_factory=Expectations)
    probes: Mapping[str, Probe] = field(default_factory=dict)
    repeat: PageLoad | None = None
    siblings: Sequence[Page] = ()
    comparison: Measured | None = None
    observed: bool = False
    seen_asking: Sequence[ObservedRequest] = ()

    def __post_init__(self) -> None:
        if not self.loads:
            raise UsageError("an audit needs at least one load of the page")

    @cached_property
    def load(self) -> PageLoad:
        """The run whose final head came at the median (the earlier of two); the first where none has one."""
        timed = [one for one in self.judged if one.final_response_headers_start is not None]
        timed.sort(key=lambda one: one.final_response_headers_start or 0.0)
        return timed[(len(timed) - 1) // 2] if timed else self.judged[0]

    @property
    def url(self) -> str:
        return self.load.final_url or self.load.url

    @cached_property
    def blocked(self) -> str | None:
        """Why it is not judged: a wall in front of it (403, 429, 503, a bot check, the expected text missing)."""
        if any(run.outcome is RunOutcome.COUNTED for run in self._runs):
            return None
        return self._runs[0].why

    @cached_property
    def judged(self) -> tuple[PageLoad, ...]:
        """The runs that count; all of them where the page is blocked, so that what speaks of it has one."""
        counted = [run.load for run in self._runs if run.outcome is RunOutcome.COUNTED and run.load is not None]
        return tuple(counted) or self.loads

    @property
    def runs(self) -> int:
        """How many runs it is judged by."""
        return len(self.judged)

    @cached_property
    def _runs(self) -> tuple[Run, ...]:
        wants_text = self.expected.text is not None
        return tuple(run_of(number, one, wants_text=wants_text) for number, one in enumerate(self.loads, 1))

    @property
    def document(self) -> RequestRecord:
        """The document's request; raises NotApplicable where no document came."""
        found = self.load.document_request
        if found is None:
            raise NotApplicable("no document came")
        return found

    def must_be_there(self) -> None:
        """Raise where the document is an error, for which nothing is to be hinted."""
        document = self.load.document_request
        if document is not None and document.status is not None and document.status >= 400:
            raise NotApplicable(f"the document answered {document.status}, and an error is worth no hint")

    @cached_property
    def rtt(self) -> float | None:
        """The path's round trip to the document's server, ms: the median over runs of what opening connections took."""
        return self.median(lambda load: load.rtt)

    def median(self, figure: Callable[[PageLoad], float | None]) -> float | None:
        """The median over the runs that have the figure."""
        known = [value for value in map(figure, self.judged) if value is not None]
        return median(known) if known else None

    def seen(self, test: Callable[[PageLoad], bool]) -> int:
        """In how many runs ``test`` holds."""
        return sum(map(test, self.judged))

    @cached_property
    def each_run(self) -> tuple[Page, ...]:
        """A page of every run alone, that of ``load`` first, for rules that judge what each run shows."""
        if self.runs == 1 and len(self.loads) == 1:
            return (self,)
        ordered = sorted(self.judged, key=lambda one: one is not self.load)
        return tuple(replace(self, loads=(one,)) for one in ordered)

    def showing(self, test: Callable[[PageLoad], bool]) -> PageLoad | None:
        """The run to quote of those where ``test`` holds: ``load`` if it is one, else the first; None without any."""
        return next((one for one in (self.load, *self.judged) if test(one)), None)
