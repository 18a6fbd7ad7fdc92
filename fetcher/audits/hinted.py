"""What came of the links of a page's first 103: verdicts, requests, connections, uses and second requests, per link.

The preloads of the final response and of the markup are followed in the same way, for rules that judge both.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

from fetcher.analysis.fetched_twice import DoubleFetch, double_fetches
from fetcher.analysis.links import JudgedLink, early_hints_of, tells_of_interims, untold, verdicts
from fetcher.analysis.reuse import Reuse, reuses
from fetcher.analysis.wanted import Wanted
from fetcher.audits.rule import NotApplicable
from fetcher.audits.uses import Uses
from fetcher.fields.link import parse
from fetcher.record.page_load import ConnectionRecord, Hint, InterimResponse, PageLoad, RequestRecord


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
        links = parse([self.link.raw]).links
        return (links[0].param(name) or "") if links and links[0].has(name) else None


class Hinted(Uses):
    """The facts of the links of ``load``, each worked out once; ``judged`` are all runs that count."""

    @property
    @abstractmethod
    def judged(self) -> tuple[PageLoad, ...]:
        """The runs that count."""

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
        return untold(self.load)

    @property
    def tells_of_interims(self) -> bool:
        """Whether the records would show a 103 if one had come."""
        return tells_of_interims(self.load) or any(load.interim for load in self.judged)

    @cached_property
    def links(self) -> tuple[JudgedLink, ...]:
        """Every link of every 103, in order."""
        return verdicts(self.load)

    @cached_property
    def hints(self) -> tuple[HintFacts, ...]:
        """Every link of the first 103, with what came of it."""
        if not self.early_hints:
            return ()
        first = self.early_hints[0].id
        return tuple(self.facts_of(link) for link in self.links if link.interim == first)

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

    # -- beside it

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
