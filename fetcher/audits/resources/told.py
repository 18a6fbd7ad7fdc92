"""What the rules of resources share: the hints that made requests or opened connections, and how one is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fetcher.analysis.reuse import REDIRECTS
from fetcher.analysis.versions import Near, NearURLs
from fetcher.analysis.wanted import Wanted
from fetcher.audits.finding import Basis, Cost, Difference, Finding, Severity
from fetcher.audits.page import HintFacts, Page
from fetcher.audits.rule import NotApplicable
from fetcher.record.page_load import Hint, RequestRecord
from fetcher.terms import ProfileName

FAMILY = "resources"

BROWSERS = (ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI)
CHROMIUMS = (ProfileName.CHROMIUM, ProfileName.EAGER)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A preload of the 103 that made a request; ``uses`` is what uses its URL, other preloads left out."""

    facts: HintFacts
    hint: Hint
    request: RequestRecord
    uses: tuple[Wanted, ...]

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
    found = tuple(
        Fetched(facts, facts.hint, facts.request, page.used_by_url.get(facts.url or "", ()))
        for facts in page.hints
        if facts.is_preload and facts.hint is not None and facts.request is not None
    )
    if not found:
        raise NotApplicable("no preload of the 103 made a request")
    return found


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


def asked_at(page: Page, one: Wanted) -> float | None:
    """When the page came to ask for it."""
    if one.discovery is not None:
        return page.load.discoveries[one.discovery].at
    return page.load.requests[one.request].times.discovered if one.request is not None else None


def near(page: Page, others: Iterable[Fetched]) -> dict[str, Near]:
    """For each hinted URL that nothing on the page uses: the one that it does use and that is nearly it."""
    known = NearURLs(page.used_by_url)
    found = ((one.url, known.of(one.url)) for one in others)
    return {url: each for url, each in found if each is not None}


def use_of(page: Page, url: str) -> Wanted | None:
    """The first thing on the page that uses ``url``."""
    return next(iter(page.used_by_url.get(url, ())), None)


# -- what is said of one


def finding(
    page: Page,
    facts: HintFacts,
    message: str,
    *,
    severity: Severity | None = None,
    use: Wanted | None = None,
    differs: tuple[Difference, ...] = (),
    browsers: tuple[tuple[ProfileName, str], ...] = (),
    cost: Cost | None = None,
    fix: str = "",
) -> Finding:
    """One about ``facts``: quoted as it was sent, with its URL and the place of ``use``."""
    return Finding(
        message,
        severity=severity,
        subject=facts.url or facts.link.raw,
        quote=page.quote(facts.link),
        url=facts.url,
        used=page.place(use) if use is not None else None,
        differs=differs,
        browsers=browsers,
        cost=cost,
        fix=fix,
    )


def each_browser(facts: HintFacts, **does: str) -> tuple[tuple[ProfileName, str], ...]:
    """What ``chromium``, ``firefox`` and ``safari`` do, where they act on the link; else why one does not."""
    told = []
    for name in BROWSERS:
        verdict = facts.link.by(name)
        told.append((name, does[name.value] if verdict.acts else f"{verdict.reason} ({verdict.rule})"))
    return tuple(told)


def cost_of(one: RequestRecord, basis: Basis = Basis.MEASURED) -> Cost | None:
    """The time from its request to its end and the bytes of its content; None where neither is known."""
    start, end, size = one.times.request_start, one.times.response_end, one.sizes.transferred
    if one.timing_is_cache_read:
        return None
    ms = round(end - start, 1) if start is not None and end is not None else None
    return Cost(ms, size, basis) if ms is not None or size is not None else None


def sized(size: int | None) -> str:
    """ "812 bytes", "48.2 kB", "1.3 MB"; "an unknown number of bytes"."""
    if size is None:
        return "an unknown number of bytes"
    if size < 1_000:
        return f"{size} byte{'' if size == 1 else 's'}"
    return f"{size / 1_000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def ms(value: float) -> str:
    """ "12 ms", "3.4 ms"."""
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
