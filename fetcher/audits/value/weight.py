"""Hints that take the network from what matters: for things that can wait, with another priority than the page gives
them, too many or too much, or of other sites."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fetcher.analysis.timing.rendering import lcp_candidate, render_blocking
from fetcher.analysis.timing.window import link_rate, window_of
from fetcher.analysis.wanted import Wanted
from fetcher.audits.each_run import in_each_run
from fetcher.audits.finding import Basis, Cost, Difference, Finding, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import BROWSERS, about, by_browser, cost_of, listed, ms, sized
from fetcher.audits.value.told import FAMILY, acted_preloads
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import Destination
from fetcher.urls import resolve, same_site

MOST_PRELOADS = 6
SMALL = 10_000
"""Bytes of a script that may come early without taking anything from anybody."""

_MEASURING = re.compile(
    r"(?:^|\.)(?:google-analytics\.com|googletagmanager\.com|hotjar\.com|segment\.(?:com|io)|mixpanel\.com|"
    r"connect\.facebook\.net|clarity\.ms|newrelic\.com|nr-data\.net|doubleclick\.net|matomo\.cloud|"
    r"amplitude\.com|fullstory\.com|sentry-cdn\.com)$"
)
_MEASURING_PATH = re.compile(r"/(?:gtag/js|gtm\.js|analytics\.js|ga\.js|fbevents\.js|matomo\.js|piwik\.js|hotjar-)")


@rule(
    "hint-low-value",
    title="Hints are for what cannot wait",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Take it out of the 103, or hint it with fetchpriority=low.",
    source="Web Almanac 2024 (preloaded async scripts get a high priority); rails/rails#39939; the size is ours",
)
@in_each_run
def hint_low_value(page: Page) -> Iterator[Finding]:
    """A hinted script that the page defers or runs whenever it comes, a picture that is loaded lazily, or a script that
    measures visitors: none of it changes what is seen first, and as a hint it comes before what does. Scripts below
    10 kB pass."""
    for facts in acted_preloads(page):
        if (facts.param("fetchpriority") or "").lower() == "low":
            continue
        uses = page.used_by_url.get(facts.url or "", ())
        why = _can_wait(page, facts, uses)
        if why is None:
            continue
        size = facts.request.sizes.transferred if facts.request is not None else None
        yield about(
            page,
            facts,
            f"the 103 hints {facts.url} ({sized(size)}), which is {why}: it comes before what rendering waits for",
            use=uses[0] if uses else None,
            browsers=by_browser(
                facts,
                chromium="requests it with the priority that its as has, as if it were urgent (EH 5.5)",
                firefox="requests it at once",
                safari="opens the connection",
            ),
            cost=cost_of(facts.request) if facts.request is not None else None,
        )


def _can_wait(page: Page, facts: HintFacts, uses: tuple[Wanted, ...]) -> str | None:
    """In words; None where one of its uses cannot."""
    url = resolve(facts.url or "")
    if url is not None and (_MEASURING.search(url.host) or _MEASURING_PATH.search(url.path)):
        return "a script that measures visitors"
    candidates = [page.load.discoveries[one.discovery].candidate for one in uses if one.discovery is not None]
    if not candidates or len(candidates) < len(uses):
        return None
    told = [_waits(one) for one in candidates]
    if any(each is None for each in told):
        return None
    size = facts.request.sizes.transferred if facts.request is not None else None
    if candidates[0].kind is CandidateKind.SCRIPT and (size is None or size < SMALL):
        return None
    return told[0]


def _waits(candidate: Candidate) -> str | None:
    renders = "render" in (candidate.attribute("blocking") or "").lower().split()
    if candidate.kind is CandidateKind.SCRIPT and not renders:
        if candidate.attribute("async") is not None:
            return "a script that the page runs whenever it comes (async)"
        if candidate.attribute("defer") is not None:
            return "a script that the page runs after it has been parsed (defer)"
    lazy = (candidate.attribute("loading") or "").lower() == "lazy"
    if candidate.kind is CandidateKind.IMAGE and lazy:
        return "a picture that the page loads only when it comes near the screen (loading=lazy)"
    return None


@rule(
    "hint-priority-mismatch",
    title="Hints have the priority that the page gives",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Repeat the element's fetchpriority in the link.",
    source="rails/rails#55561; GoogleChrome/lighthouse#16650",
)
@in_each_run
def hint_priority_mismatch(page: Page) -> Iterator[Finding]:
    """The element says fetchpriority, and the hint says nothing or another: the hint's request goes first, with the
    hint's."""
    hinted = acted_preloads(page)
    if not page.load.discoveries:
        raise NotApplicable("the record says nothing of the page's elements")
    for facts in hinted:
        mine = _priority(facts.param("fetchpriority"))
        for use in page.used_by_url.get(facts.url or "", ()):
            if use.discovery is None:
                continue
            theirs = _priority(page.load.discoveries[use.discovery].candidate.attribute("fetchpriority"))
            if theirs in ("auto", mine):
                continue
            yield about(
                page,
                facts,
                f"the page's {use.what} asks for {facts.url} with fetchpriority={theirs}, and the hint "
                + ("has none" if mine == "auto" else f"says {mine}")
                + ": it goes as the hint says",
                use=use,
                differs=(Difference("fetchpriority", mine, theirs),),
                browsers=by_browser(
                    facts,
                    chromium="requests it with the hint's priority (EH 5), and does not ask again for the element",
                    firefox="requests it with the hint's priority",
                    safari="opens the connection",
                ),
                fix=f"Write fetchpriority={theirs} in the link.",
            )
            break


def _priority(word: str | None) -> str:
    text = (word or "auto").strip().lower()
    return text if text in ("high", "low") else "auto"


@rule(
    "over-hinting",
    title="No more is hinted than the time before the page can carry",
    severity=Severity.WARNING,
    also={"error": "where the page was measured to be slower with its hints"},
    family=FAMILY,
    fix="Keep what blocks rendering and the largest picture.",
    source="Cloudflare on smart hints; bigcommerce/cornerstone#2261; Web Almanac 2024; six preloads are ours",
)
@in_each_run
def over_hinting(page: Page) -> Iterator[Finding]:
    """More than six preloads, or more bytes than the link carries between the 103 and the final response: what is
    hinted then competes with the document itself, and each hint takes from the others. An error where a comparison
    showed the page slower with its hints."""
    hinted = acted_preloads(page)
    known = [facts.request.sizes.transferred for facts in hinted if facts.request is not None]
    total = sum(size for size in known if size is not None)
    window, rate = window_of(page.load), link_rate(page.load)
    carried = window.carries(rate, page.rtt or 0.0) if window is not None and rate is not None else None
    many = len(hinted) > MOST_PRELOADS
    much = carried is not None and total > carried
    if not many and not much:
        return
    told = [f"the 103 has {len(hinted)} preloads" + (f" of {sized(total)} together" if total else "")]
    if many:
        told.append(f"more than {MOST_PRELOADS}")
    late = 0.0
    if much and window is not None and rate is not None and carried is not None:
        late = (total - carried) / rate
        told.append(
            f"more than the {ms(window.duration)} until the final response can carry: about {sized(carried)} at "
            f"{rate * 8 / 1_000:.1f} Mbit/s (estimated by the fastest stretch of this load)"
        )
    slower = page.comparison is not None and bool(page.comparison.slower)
    if slower:
        told.append("and with its hints the page was measured to be slower")
    best = _best(page, hinted)
    if much and carried is not None:
        best = _carried(best, carried)
    kept = [facts for facts in hinted if facts in best]
    dropped = [facts.href for facts in (each.link for each in hinted if each not in best)]
    yield Finding(
        ", ".join(told),
        severity=Severity.ERROR if slower else Severity.WARNING,
        subject="preloads",
        quote=page.quote(hinted[-1].link),
        browsers=tuple((name, facts_do(hinted, name.value)) for name in BROWSERS),
        cost=Cost(round(late, 1) if late else None, total or None, Basis.ESTIMATED),
        fix=f"Keep these, the worthiest first, and leave out {listed(dropped)}:\n"
        f"Link: {', '.join(facts.link.raw for facts in sorted(kept, key=best.index))}"
        if dropped
        else "Make it smaller, or leave it to the page to ask for it.",
    )


def _carried(best: list[HintFacts], most: int) -> list[HintFacts]:
    """The first of ``best`` that fit into ``most`` bytes together; one at the least."""
    total = 0
    for number, facts in enumerate(best):
        total += (facts.request.sizes.transferred or 0) if facts.request is not None else 0
        if total > most:
            return best[: max(number, 1)]
    return best


def facts_do(hinted: tuple[HintFacts, ...], browser: str) -> str:
    """How many of them a browser would ask for."""
    acting = sum(any(one.profile.value == browser and one.acts for one in facts.link.verdicts) for facts in hinted)
    return f"requests {acting} of them at once" if acting else "acts on none of them"


_ORDER = (Destination.STYLE, Destination.FONT, Destination.SCRIPT, Destination.IMAGE)


def _best(page: Page, hinted: tuple[HintFacts, ...]) -> list[HintFacts]:
    """The six worthiest: what rendering waits for, the largest picture, then by what it is, in the order hinted."""
    blocking = {page.load.requests[one.request].url for one in render_blocking(page.load)}
    guess = lcp_candidate(page.load)
    picture = page.load.requests[guess.request].url if guess is not None else None

    def worth(facts: HintFacts) -> tuple[int, int]:
        if facts.url in blocking:
            return 0, 0
        if facts.url == picture:
            return 1, 0
        kind = facts.link.destination
        used = 0 if facts.url in page.used_by_url else 1
        return 2 + used, _ORDER.index(kind) if kind in _ORDER else len(_ORDER)

    return sorted(hinted, key=worth)[:MOST_PRELOADS]


@rule(
    "third-party-hint",
    title="Preloads are for the site's own files",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Hint a connection to that origin with rel=preconnect, or serve the file yourself.",
    source="an old rule of Lighthouse, which preloaded first-party files alone; ours",
)
@in_each_run
def third_party_hint(page: Page) -> Iterator[Finding]:
    """A preload of another site: its URL may change without your doing, and the hint then fetches what nobody uses."""
    here = resolve(page.url)
    for facts in acted_preloads(page):
        url = resolve(facts.url or "")
        if url is None or here is None or same_site(url, here):
            continue
        yield about(
            page,
            facts,
            f"the 103 preloads {url.href} of another site, whose URLs can change without your doing",
            use=next(iter(page.used_by_url.get(url.href, ())), None),
            browsers=by_browser(
                facts,
                chromium="requests it, over a connection that has to be opened first",
                firefox="requests it, over a connection that has to be opened first",
                safari="opens the connection",
            ),
            cost=cost_of(facts.request) if facts.request is not None else None,
            fix=f"Write <{url.origin}>; rel=preconnect"
            + ("; crossorigin" if facts.param("crossorigin") is not None else ""),
        )
