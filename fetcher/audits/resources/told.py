"""What the rules of resources share: the hints that made requests or opened connections, and how one is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fetcher.analysis.reuse import REDIRECTS
from fetcher.analysis.versions import Near, Nearness, NearURLs
from fetcher.analysis.wanted import Wanted
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Unknown
from fetcher.discovery.candidates import CandidateKind
from fetcher.record.page_load import Hint, RequestRecord
from fetcher.terms import ProfileName
from fetcher.urls import resolve, same_site

FAMILY = "resources"

CHROMIUMS = (ProfileName.CHROMIUM, ProfileName.EAGER)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A preload of the 103 that made a request; ``uses`` is what uses its URL, other preloads left out. ``is_used`` is
    None where the record does not tell: a HAR has no elements, and where ours stands in it, only the hint says so."""

    facts: HintFacts
    hint: Hint
    request: RequestRecord
    uses: tuple[Wanted, ...]
    is_used: bool | None

    @property
    def url(self) -> str:
        return self.facts.url or self.request.url

    @property
    def use(self) -> Wanted | None:
        """The first of them."""
        return self.uses[0] if self.uses else None


def fetched(page: Page) -> tuple[Fetched, ...]:
    """Every preload of the first 103 that made a request; raises NotApplicable where there is none."""
    _ = page.interim
    again = frozenset(link.url for link in page.final_links)
    found = tuple(
        _fetched(page, facts, facts.hint, facts.request, again)
        for facts in page.hints
        if facts.is_preload and facts.hint is not None and facts.request is not None
    )
    if not found and page.load.is_measured_in_browser:
        raise NotApplicable(f"the record of {page.load.recorded_by} does not tie requests to hints")
    if not found:
        raise NotApplicable("no preload of the 103 made a request")
    return found


def _fetched(page: Page, facts: HintFacts, hint: Hint, request: RequestRecord, again: frozenset[str | None]) -> Fetched:
    uses = page.used_by_url.get(facts.url or "", ())
    is_used = hint.used
    if uses or page.load.discoveries:
        is_used = bool(uses)
    elif hint.used and facts.url in again:
        is_used = None  # by the final response's preload perhaps
    return Fetched(facts, hint, request, uses, is_used)


def preconnects(page: Page) -> tuple[HintFacts, ...]:
    """Every preconnect of the first 103 that names a place; raises NotApplicable where there is none."""
    _ = page.interim
    found = tuple(facts for facts in page.hints if facts.is_preconnect and facts.url is not None)
    if not found:
        raise NotApplicable("the 103 has no preconnect")
    return found


def is_broken(one: RequestRecord) -> bool:
    """Answered 4xx or 5xx, or never well."""
    return (one.status or 0) >= 400 or one.outcome not in ("complete", "pending", "canceled")


def is_moved(one: RequestRecord) -> bool:
    return one.status in REDIRECTS


def must_see_uses(page: Page) -> None:
    """Raise where something could use what nothing that was seen does: scripts, or a frame of the page's own site,
    which has the page's cache and connections and was not looked into (a frame of another has its own: EH 10.3)."""
    page.must_see_uses()
    if page.sees_frames:
        return
    here = resolve(page.url)
    for found in page.load.discoveries:
        url = resolve(found.url) if found.candidate.kind is CandidateKind.FRAME and found.url is not None else None
        if found.request is not None and url is not None and here is not None and same_site(url, here):
            raise Unknown(f"the frame {url.href} was not looked into, and may use it")


def asked_at(page: Page, one: Wanted) -> float | None:
    """When the page came to ask for it."""
    if one.discovery is not None:
        return page.load.discoveries[one.discovery].at
    return page.load.requests[one.request].times.discovered if one.request is not None else None


def near(page: Page, others: Iterable[Fetched]) -> dict[str, Near]:
    """For each hinted URL that nothing on the page uses: the one that it does use and that is nearly it, in another
    spelling or version. Another query may be another thing: /image?of=a is no older /image?of=b."""
    known = NearURLs(page.used_by_url)
    found = ((one.url, known.of(one.url)) for one in others if not one.is_used)
    return {url: each for url, each in found if each is not None and each.nearness is not Nearness.QUERY}


def use_of(page: Page, url: str) -> Wanted | None:
    """The first thing on the page that uses ``url``."""
    return next(iter(page.used_by_url.get(url, ())), None)
