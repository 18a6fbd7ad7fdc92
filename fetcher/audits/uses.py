"""What the page of one load asks for, to be used: by itself, and by what a browser was seen to request.

Scripts did not run, so what only they ask for is hidden unless a list of a browser's requests was supplied; what cannot
be seen is said to be unseen. Facts that rules share, each worked out once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property

from fetcher.analysis.links import JudgedLink, LinkSource, document_links
from fetcher.analysis.wanted import Wanted, wanted_of
from fetcher.audits.finding import Place, Quote
from fetcher.audits.rule import NotApplicable, Unknown
from fetcher.discovery.candidates import CandidateKind
from fetcher.record.observed.values import ObservedRequest
from fetcher.record.page_load import Discovery, PageLoad, RequestRecord
from fetcher.urls import resolve


class Uses(ABC):
    """The facts of ``load``; ``observed``: whether script requests were supplied, so that nothing is hidden, and
    ``seen_asking`` what a browser was seen to request."""

    observed: bool
    seen_asking: Sequence[ObservedRequest]

    @property
    @abstractmethod
    def load(self) -> PageLoad:
        """The run that is quoted."""

    # -- all that is asked for

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
    def wanted_by_url(self) -> dict[str, tuple[Wanted, ...]]:
        found: dict[str, list[Wanted]] = {}
        for one in self.wanted:
            found.setdefault(one.url, []).append(one)
        return {url: tuple(each) for url, each in found.items()}

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
    def kept_from_by_url(self) -> dict[str, Discovery]:
        """What the page named and could not have, since the one response of its URL may not be read by what named it
        (CORS): it was asked for without."""
        refused = (one for one in self.load.discoveries if one.outcome == "refused" and one.rule == "CORS")
        return {one.url: one for one in refused if one.url is not None}

    @cached_property
    def by_origin(self) -> dict[str, tuple[RequestRecord, ...]]:
        """Every request of ``load`` by the origin it went to."""
        found: dict[str, list[RequestRecord]] = {}
        for one in self.load.requests:
            url = resolve(one.url)
            if url is not None:
                found.setdefault(url.origin, []).append(one)
        return {origin: tuple(each) for origin, each in found.items()}

    # -- what is hidden

    @property
    def hides_uses(self) -> bool:
        """Whether scripts may use what nothing else on the page asks for: they did not run, and nobody told."""
        asked_for = any(one.candidate.kind is CandidateKind.OBSERVED for one in self.load.discoveries)
        return self.load.recorded_by is None and self.load.scripts > 0 and not self.observed and not asked_for

    def must_see_uses(self) -> None:
        """Raise where the record cannot say what the page uses."""
        if self.load.is_measured_in_browser:
            raise NotApplicable(f"the record of {self.load.recorded_by} does not tell what the page used")
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

    # -- what a browser was seen to ask for

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

    # -- its own links, and evidence

    @cached_property
    def later_links(self) -> tuple[JudgedLink, ...]:
        """The links of the final response and of the markup."""
        return document_links(self.load)

    @property
    def final_links(self) -> tuple[JudgedLink, ...]:
        return tuple(link for link in self.later_links if link.source is LinkSource.LINK_HEADER)

    @property
    def markup_links(self) -> tuple[JudgedLink, ...]:
        return tuple(link for link in self.later_links if link.source is LinkSource.MARKUP)

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
