"""What a rule looks at: one page, the loads it is judged by, and the facts that rules share, each worked out once.

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

from fetcher.analysis.double_fetches import DoubleFetch, double_fetches
from fetcher.analysis.expectations import Expectations
from fetcher.analysis.measured import Measured
from fetcher.analysis.reuse import Reuse, reuses
from fetcher.analysis.survey import Run, RunOutcome, run_of
from fetcher.analysis.verdicts import JudgedLink, LinkSource, document_links, early_hints_of, verdicts
from fetcher.analysis.wanted import Wanted, wanted_of
from fetcher.audits.finding import Place, Quote
from fetcher.audits.rule import NotApplicable, Unknown
from fetcher.discovery.candidates import CandidateKind
from fetcher.errors import UsageError
from fetcher.record.observed.values import ObservedRequest
from fetcher.record.page_load import ConnectionRecord, Discovery, Hint, InterimResponse, PageLoad, RequestRecord
from fetcher.terms import ProfileName
from fetcher.urls import resolve


@dataclass(frozen=True, slots=True)
class HintFacts:
    """One link of the 103 that counts. ``link`` is its text with the verdict of every profile; ``hint`` what the
    driving profile did with it, ``request`` what that made, ``connection`` what a preconnect opened; ``wanted`` is
    everything on the page that asked for its URL, ``reuses`` whether the response serves each of those, ``doubles`` the
    second requests it could not prevent."""

    link: JudgedLink
    hint: Hint | None
    request: RequestRecord | None
    connection: ConnectionRecord | None
    wanted: tuple[Wanted, ...]
    reuses: tuple[Reuse, ...]
    doubles: tuple[DoubleFetch, ...]

    @property
    def url(self) -> str | None:
        return self.link.url

    @property
    def is_preload(self) -> bool:
        return (self.link.rel or "").lower() in ("preload", "modulepreload")

    @property
    def is_preconnect(self) -> bool:
        return (self.link.rel or "").lower() == "preconnect"

    def param(self, name: str) -> str | None:
        """The link's own value of a parameter, "" for one without a value, None where it has none."""
        from fetcher.fields.link import parse

        links = parse([self.link.raw]).links
        return (links[0].param(name) or "") if links and links[0].has(name) else None


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
class Page:
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

    # -- the page

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

    @property
    def hides_uses(self) -> bool:
        """Whether scripts may use what nothing else on the page asks for: they did not run, and nobody told."""
        asked_for = any(one.candidate.kind is CandidateKind.OBSERVED for one in self.load.discoveries)
        return self.load.recorded_by is None and self.load.scripts > 0 and not self.observed and not asked_for

    def must_see_uses(self) -> None:
        """Raise where the record cannot say what the page uses."""
        if self.load.only_hints:
            raise NotApplicable("only the document and its hints were loaded")
        if self.load.outcome != "loaded":
            raise Unknown(
                f"the load did not come to its end ({self.load.outcome}), and what it did not reach is hidden"
            )
        if self.hides_uses:
            raise Unknown("scripts did not run, and what they would request is hidden (give --discoveries)")

    def why_hidden(self, url: str | None) -> str | None:
        """Why it may be used although nothing was seen to ask for it, None where that would have been seen: no request
        is made for what a script takes from a preload of the final response or of the markup, nor for what an earlier
        page left in memory."""
        if self.seen_asking and self.load.scripts and url in self._preloaded_late:
            return "the page preloads it too, and a browser's file does not show what a script takes from that"
        if self.seen_asking and self.load.scripts and url in self._left_in_memory:
            return "an earlier page of the NetLog had it, and a NetLog does not show what memory serves"
        return None

    @cached_property
    def _left_in_memory(self) -> frozenset[str | None]:
        seen = self.load.in_chromium
        made = seen.requests if seen is not None else ()
        return frozenset(one.url for one in made if one.hinted and (one.asked_before or one.from_cache))

    @cached_property
    def _preloaded_late(self) -> frozenset[str | None]:
        return frozenset(
            link.url for link in self.later_links if (link.rel or "").lower() in ("preload", "modulepreload")
        )

    # -- its 103

    @cached_property
    def early_hints(self) -> tuple[InterimResponse, ...]:
        """The 103s of the navigation that count, the first of them the one browsers heed."""
        return early_hints_of(self.load)

    @property
    def interim(self) -> InterimResponse:
        """The first 103; raises NotApplicable where none came."""
        if not self.early_hints:
            raise NotApplicable(self.nothing_came)
        return self.early_hints[0]

    @property
    def nothing_came(self) -> str:
        """Why there is no 103 to judge: browsers' own HAR files leave out those that came."""
        if self.tells_of_interims:
            return "no 103 came"
        return f"what {self.load.recorded_by} recorded has no 103 in it, whether one came or not"

    @property
    def tells_of_interims(self) -> bool:
        """Whether the records would show a 103 if one had come."""
        by = self.load.recorded_by
        return by is None or by.lower().startswith("fetcher") or any(load.interim for load in self.judged)

    @cached_property
    def links(self) -> tuple[JudgedLink, ...]:
        """Every link of every 103, in order."""
        return verdicts(self.load)

    @cached_property
    def later_links(self) -> tuple[JudgedLink, ...]:
        """The links of the final response and of the markup."""
        return document_links(self.load)

    @cached_property
    def hints(self) -> tuple[HintFacts, ...]:
        """Every link of the first 103, with what came of it."""
        if not self.early_hints:
            return ()
        first = self.early_hints[0].id
        return tuple(self.facts_of(link) for link in self.links if link.interim == first)

    @property
    def final_links(self) -> tuple[JudgedLink, ...]:
        return tuple(link for link in self.later_links if link.source is LinkSource.LINK_HEADER)

    @property
    def markup_links(self) -> tuple[JudgedLink, ...]:
        return tuple(link for link in self.later_links if link.source is LinkSource.MARKUP)

    @cached_property
    def later_hints(self) -> tuple[HintFacts, ...]:
        """The preloads of the final response and of the markup that asked first for what they name, or that ask for
        nothing: what came of each as for a hint."""
        later: dict[int, list[DoubleFetch]] = {}
        for one in self.doubles:
            later.setdefault(one.earlier, []).append(one)
        found = []
        for link in self.later_links:
            if (link.rel or "").lower() not in ("preload", "modulepreload"):
                continue
            discovery = self.load.discoveries[link.discovery] if link.discovery is not None else None
            if discovery is not None and discovery.outcome in ("joined", "claimed-preload", "fetched-again"):
                continue
            made = discovery.request if discovery is not None else None
            request = self.load.requests[made] if made is not None else None
            doubles = tuple(later.get(made, ())) if made is not None else ()
            wanted = self.wanted_by_url.get(link.url or "", ())
            found.append(HintFacts(link, None, request, None, wanted, (), doubles))
        return tuple(found)

    def facts_of(self, link: JudgedLink) -> HintFacts:
        """What came of one link of a 103."""
        load = self.load
        hint = load.hints[link.hint] if link.hint is not None else None
        request = load.requests[hint.request] if hint is not None and hint.request is not None else None
        connection = load.connections[hint.connection] if hint is not None and hint.connection is not None else None
        identity = hint.id if hint is not None else None
        return HintFacts(
            link,
            hint,
            request,
            connection,
            self.wanted_by_url.get(link.url or "", ()),
            tuple(one for one in self._reuses.get(identity, ()) if identity is not None),
            tuple(one for one in self._doubles.get(identity, ()) if identity is not None),
        )

    @cached_property
    def _reuses(self) -> dict[int | None, list[Reuse]]:
        found: dict[int | None, list[Reuse]] = {}
        for one in reuses(self.load, self._asked_by_scripts):
            found.setdefault(one.hint, []).append(one)
        return found

    @cached_property
    def doubles(self) -> tuple[DoubleFetch, ...]:
        seen = {one.url for one in self._asked_by_scripts}
        found = double_fetches(self.load)
        return tuple(one for one in found if not (seen and self._is_near_miss(one, seen)))

    def _is_near_miss(self, double: DoubleFetch, seen: set[str]) -> bool:
        """Whether it takes a hint for a slip, whose URL a browser was seen to ask for."""
        earlier, later = self.load.requests[double.earlier], self.load.requests[double.later]
        return earlier.url != later.url and earlier.url in seen

    @cached_property
    def _doubles(self) -> dict[int | None, list[DoubleFetch]]:
        found: dict[int | None, list[DoubleFetch]] = {}
        for one in self.doubles:
            found.setdefault(one.hint, []).append(one)
        return found

    # -- what the page uses

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """Everything the page asked for, in the order it was found; then what only a browser was seen to ask for."""
        return (*wanted_of(self.load), *self._asked_by_scripts)

    @cached_property
    def _asked_by_scripts(self) -> tuple[Wanted, ...]:
        """Of what a browser was seen to request: what nothing in the load asks for."""
        known = {one.url for one in wanted_of(self.load) if not self._is_preload(one)}
        sources = {one.url: one.id for one in reversed(self.load.requests)}
        found: dict[str, Wanted] = {}
        for one in self.seen_asking:
            if one.method != "GET" or one.url in known or one.url in found:
                continue
            if one.script is None and one.url in self._preloaded_late:
                continue  # that may have been the preload, which uses nothing
            source = sources.get(one.initiator or "", self.load.document)
            who = {True: "script", False: one.destination.value, None: "initiator unknown"}[one.script]
            what = f"{who} (observed)"
            found[one.url] = Wanted(one.url, one.destination, one.mode, None, "", None, None, source, what)
        return tuple(found.values())

    @cached_property
    def seen_origins(self) -> frozenset[str]:
        """The origins that a browser was seen to ask."""
        urls = {one.url for one in self.seen_asking} | self.asked_in_chromium
        return frozenset(url.origin for one in urls if (url := resolve(one)) is not None)

    @cached_property
    def asked_in_chromium(self) -> frozenset[str]:
        """Hinted URLs, and others of their origins, that the page or a frame in it asked for by a NetLog."""
        seen = self.load.in_chromium
        return frozenset(one.url for one in (seen.requests if seen is not None else ()) if not one.hinted)

    @property
    def sees_frames(self) -> bool:
        """Whether a NetLog shows what frames asked for of what is hinted, to its end."""
        seen = self.load.in_chromium
        return self.observed and seen is not None and not seen.cut_off

    @cached_property
    def wanted_by_url(self) -> dict[str, tuple[Wanted, ...]]:
        found: dict[str, list[Wanted]] = {}
        for one in self.wanted:
            found.setdefault(one.url, []).append(one)
        return {url: tuple(each) for url, each in found.items()}

    @cached_property
    def kept_from_by_url(self) -> dict[str, Discovery]:
        """What the page named and could not have, since the one response of its URL may not be read by what named it
        (CORS): it was asked for without."""
        refused = (one for one in self.load.discoveries if one.outcome == "refused" and one.rule == "CORS")
        return {one.url: one for one in refused if one.url is not None}

    @cached_property
    def used_by_url(self) -> dict[str, tuple[Wanted, ...]]:
        """What is asked for in order to be used: ``wanted_by_url`` without what only a preload of the final response or
        of the markup asks for."""
        found: dict[str, tuple[Wanted, ...]] = {}
        for url, each in self.wanted_by_url.items():
            uses = tuple(one for one in each if not self._is_preload(one))
            if uses:
                found[url] = uses
        return found

    def _is_preload(self, wanted: Wanted) -> bool:
        if wanted.discovery is None:
            return False
        kind = self.load.discoveries[wanted.discovery].candidate.kind
        return kind in (CandidateKind.PRELOAD, CandidateKind.MODULEPRELOAD)

    @cached_property
    def by_origin(self) -> dict[str, tuple[RequestRecord, ...]]:
        """Every request of ``load`` by the origin it went to."""
        found: dict[str, list[RequestRecord]] = {}
        for one in self.load.requests:
            url = resolve(one.url)
            if url is not None:
                found.setdefault(url.origin, []).append(one)
        return {origin: tuple(each) for origin, each in found.items()}

    # -- evidence

    def quote(self, link: JudgedLink) -> Quote:
        """``link`` as it was sent."""
        where = {LinkSource.EARLY_HINT: "103", LinkSource.LINK_HEADER: "final response"}.get(link.source, "document")
        return Quote(link.raw, "link" if link.source is not LinkSource.MARKUP else None, link.offset, where)

    def place(self, wanted: Wanted) -> Place | None:
        """Where the page asks for it; None where nobody told."""
        if wanted.source is None:
            return None
        url = self.load.requests[wanted.source].url
        if wanted.discovery is None:
            return Place(url, wanted.what)
        candidate = self.load.discoveries[wanted.discovery].candidate
        return Place(url, candidate.element, candidate.line, candidate.offset)
