"""Whether what a hint brought serves the page: redirects, cacheability, Vary, and what was downloaded twice.

Chromium puts a hint's response into its HTTP cache and nowhere else, so there everything hangs on whether that may
answer the page (EH 9.3); Firefox and the standards hand the response itself over, by HTML's key (EH 9.1).
"""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.fetched_twice import FIXES, DoubleFetch
from fetcher.analysis.reuse import Cause, leaves_fields_out
from fetcher.audits.each_run import in_each_run
from fetcher.audits.finding import Basis, Cost, Difference, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.resources.told import CHROMIUMS, FAMILY, Fetched, fetched, is_broken, is_moved
from fetcher.audits.rule import NotApplicable, Unknown, rule
from fetcher.audits.telling import about, by_browser, cost_of, sized
from fetcher.fields.cache_control import freshness
from fetcher.terms import field_value
from fetcher.urls import resolve

_HERE = (Cause.NOT_STORED, Cause.NOT_FRESH, Cause.VARY, Cause.REDIRECT_NOT_CACHEABLE, Cause.FAILED)
"""What the other rules of the family say."""
_ELSEWHERE = (Cause.QUERY_DIFFERS, Cause.NEAR_MISS)
"""Two URLs, so not one thing twice: hint-stale-version and hint-url-mismatch."""


@rule(
    "hint-redirected",
    title="Hints name the final URL",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Hint the URL that it redirects to.",
    source="WebKit/WebKit#70207 (a cross-origin redirect drops it); EH 7.3",
)
@in_each_run
def hint_redirected(page: Page) -> Iterator[Finding]:
    """A hinted URL redirects. Chromium does not follow for a hint: what the page needs is requested only when the
    document asks, after a further round trip."""
    for one in fetched(page):
        if not is_moved(one.request):
            continue
        location = field_value(one.request.response_fields, "location") or ""
        target = resolve(location, one.request.url)
        to = target.href if target is not None else location
        here = resolve(one.request.url)
        crosses = target is not None and here is not None and target.origin != here.origin
        kept = freshness(one.request.response_fields, status=one.request.status or 302)
        then = (
            "reads the redirect from its cache when the page asks, and requests the target then"
            if kept.reusable
            else f"requests the hinted URL once more when the page asks ({kept.why}), and then the target"
        )
        yield about(
            page,
            one.facts,
            f"the 103 hints {one.url}, which redirects ({one.request.status}) to {to}: the hint brings a redirect and "
            "not the resource" + (", and one of another origin" if crosses else ""),
            use=one.use,
            differs=(Difference("URL", one.url, to),),
            browsers=by_browser(
                one.facts,
                chromium=f"does not follow it for a hint; {then} (EH 7.3)",
                firefox="follows it, a round trip later than needed",
                safari="opens the connection",
            ),
            cost=cost_of(one.request),
            fix=f"Hint {to}." if to else "",
        )


@rule(
    "hint-uncacheable",
    title="Hinted resources may be cached",
    severity=Severity.WARNING,
    also={"error": "where it may not be stored at all"},
    family=FAMILY,
    fix="Give it a lifetime, such as Cache-Control: max-age=60, and no no-store.",
    source="EH 9.3, observed in Chromium 156; sitespeedio/chrome-har#115",
)
@in_each_run
def hint_uncacheable(page: Page) -> Iterator[Finding]:
    """A hinted response that may not be stored, or has no lifetime, cannot answer the page in Chromium: it is
    downloaded a second time."""
    hidden, found = False, False
    for one in _through_the_cache(page):
        if is_broken(one.request) or is_moved(one.request) or one.request.status is None:
            continue
        if leaves_fields_out(one.request):
            hidden = True
            continue
        fresh = freshness(one.request.response_fields, status=one.request.status)
        if fresh.reusable or _varies_on_all(one):
            continue
        again = _again(one, (Cause.NOT_STORED, Cause.NOT_FRESH))
        told = "may not be stored" if not fresh.storable else "has no lifetime"
        renewed = fresh.storable and fresh.validators
        message = f"the response of {one.url} {told} ({fresh.why})"
        if again is not None:
            second = page.load.requests[again.later]
            how = "asked for once more" if second.status == 304 or renewed else "downloaded a second time"
            message += f", so that it was {how} for the page"
        severity = Severity.WARNING if fresh.storable else Severity.ERROR
        found = True
        yield about(
            page,
            one.facts,
            message,
            severity=severity,
            use=one.use,
            browsers=by_browser(
                one.facts,
                chromium="asks the server whether its copy still holds, a round trip when the page asks (EH 9.3)"
                if renewed
                else "downloads it again when the page asks (EH 9.3)",
                firefox="hands the hint's response to the page all the same (EH 12.1)",
                safari="opens the connection",
            ),
            cost=_cost_again(page, one, again),
            fix="" if fresh.storable else "Take no-store away, and give it a lifetime: Cache-Control: max-age=60.",
        )
    if hidden and not found:
        raise Unknown("the file leaves out the fields of hinted responses, which would say whether they may be kept")


@rule(
    "hint-vary-mismatch",
    title="The hint's request and the page's are alike in what Vary names",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Take the field out of Vary where the content does not hang on it.",
    source="WebKit/WebKit#70207 (matches by Vary); RFC 9111 4.1; EH 9.5",
)
@in_each_run
def hint_vary_mismatch(page: Page) -> Iterator[Finding]:
    """A hinted response varies on a field that the page's own request sends differently, so that it cannot answer it;
    hints go without the client-hint fields that the page's requests have (EH 5.3)."""
    for one in _through_the_cache(page):
        vary = field_value(one.request.response_fields, "vary")
        if not vary or is_broken(one.request) or is_moved(one.request):
            continue
        again = _again(one, (Cause.VARY,))
        obstacle = next(
            (each.by_cache for each in one.facts.reuses if each.by_cache and each.by_cache.cause is Cause.VARY), None
        )
        if again is None and obstacle is None:
            continue
        reason = again.reason if again is not None else obstacle.reason if obstacle is not None else ""
        yield about(
            page,
            one.facts,
            f"{one.url} was hinted, but {reason} (Vary: {vary})",
            use=one.use,
            differs=_fields_that_differ(page, one, again, vary),
            browsers=by_browser(
                one.facts,
                chromium="downloads it again when the page asks",
                firefox="hands the hint's response to the page by HTML's key, which Vary is no part of",
                safari="opens the connection",
            ),
            cost=_cost_again(page, one, again),
        )


@rule(
    "hint-fetched-twice",
    title="What is hinted is downloaded once",
    severity=Severity.ERROR,
    family=FAMILY,
    fix="Make the hint ask for what the page asks for.",
    source="GoogleChrome/lighthouse#6849; EH 9.5",
)
@in_each_run
def hint_fetched_twice(page: Page) -> Iterator[Finding]:
    """One URL was downloaded by the hint and again for the page. Where caching, Vary, a redirect or an error is the
    cause, the rules about those say so; here it is what the two requests differ in."""
    for one in fetched(page):
        double = _twice(page, one)
        if double is None:
            continue
        later = page.load.requests[double.later]
        use = next((each for each in one.facts.wanted if each.request == later.id), None)
        yield about(
            page,
            one.facts,
            f"{one.url} was downloaded twice ({sized(later.sizes.transferred)} again): {double.reason}",
            use=use or one.use,
            differs=_what_differs(one, double, page),
            browsers=by_browser(
                one.facts,
                chromium="serves from its HTTP cache what may be stored, whatever destination and mode (EH 9.3)"
                if double.cause is not Cause.FRAME_PARTITION
                else "downloads it again: a frame of another site has a cache of its own (EH 10.3)",
                firefox="hands it over where URL, destination, mode and credentials are the same (EH 9.1), else serves "
                "from its HTTP cache what may be stored",
                safari="opens the connection",
            ),
            cost=_cost_again(page, one, double),
            fix=f"Write {double.link}" if double.link else f"{double.fix[:1].upper()}{double.fix[1:]}.",
        )


def _through_the_cache(page: Page) -> tuple[Fetched, ...]:
    """What was fetched for a browser that has only its HTTP cache to hand it on by."""
    if page.profile not in CHROMIUMS:
        raise NotApplicable(f"{page.profile} goes by HTML's key and not by its cache for what a hint brought (EH 9.1)")
    return fetched(page)


# -- the second request


def _twice(page: Page, one: Fetched) -> DoubleFetch | None:
    """The second download that no other rule of the family speaks of. What only a frame of another site asks for comes
    from another cache (EH 10.3): no machine calls that the same request, and it is twice all the same."""
    for double in one.facts.doubles:
        if double.cause not in (*_HERE, *_ELSEWHERE):
            return double
    reuses = [each for each in one.facts.reuses if each.wanted is not None]
    crossing = [each for each in reuses if each.by_cache is not None and each.by_cache.cause is Cause.FRAME_PARTITION]
    if len(crossing) < len(reuses) or not crossing or crossing[0].again is None or crossing[0].by_cache is None:
        return None
    obstacle = crossing[0].by_cache
    return DoubleFetch(
        one.request.id, crossing[0].again, one.hint.id, obstacle.cause, obstacle.reason, FIXES[obstacle.cause]
    )


def _again(one: Fetched, causes: tuple[Cause, ...]) -> DoubleFetch | None:
    return next((each for each in one.facts.doubles if each.cause in causes), None)


def _cost_again(page: Page, one: Fetched, again: DoubleFetch | None) -> Cost | None:
    """What the second request took; where none was made here, what the first one did, as an estimate."""
    if again is not None:
        return cost_of(page.load.requests[again.later])
    return cost_of(one.request, Basis.ESTIMATED)


def _varies_on_all(one: Fetched) -> bool:
    return "*" in (field_value(one.request.response_fields, "vary") or "")


def _fields_that_differ(page: Page, one: Fetched, again: DoubleFetch | None, vary: str) -> tuple[Difference, ...]:
    if again is None:
        return ()
    later = page.load.requests[again.later]
    names = [part.strip().lower() for part in vary.split(",")]
    pairs = [(name, field_value(one.request.fields, name), field_value(later.fields, name)) for name in names if name]
    return tuple(
        Difference(name, hinted or "not sent", used or "not sent") for name, hinted, used in pairs if hinted != used
    )


def _what_differs(one: Fetched, double: DoubleFetch, page: Page) -> tuple[Difference, ...]:
    later = page.load.requests[double.later]
    pairs = (
        ("destination", one.request.destination, later.destination),
        ("mode", one.request.mode, later.mode),
        ("credentials", one.request.credentials, later.credentials),
    )
    return tuple(
        Difference(part, str(hinted), str(used))
        for part, hinted, used in pairs
        if hinted is not None and used is not None and hinted != used
    )
