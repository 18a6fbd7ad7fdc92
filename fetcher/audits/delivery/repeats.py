"""Several interim responses before one final one: only the first 103 of a navigation acts (EH 4.2), and many are more
than some software on the way takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fetcher.analysis.links import early_hints_of, verdicts
from fetcher.audits.delivery.navigation import FAMILY, of_the_navigation
from fetcher.audits.finding import Cost, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import all_browsers, counted, link_of, listed, size_of
from fetcher.record.page_load import PageLoad

WARN_FROM = 3
FAIL_FROM = 6
"""Go's net/http takes five and fails the request with "too many 1xx informational responses" at the sixth."""


@rule(
    "interim-repeated",
    title="One 103 says everything",
    severity=Severity.WARNING,
    also={"note": "where the later ones name nothing that the first does not"},
    family=FAMILY,
    fix="Put every link into the first 103 and send no other.",
    source="Chromium docs/early-hints.md: only the first is handled; EH 4.2, 7.1",
)
def interim_repeated(page: Page) -> Iterator[Finding]:
    """Browsers act on the first 103 of a navigation alone, even where it has no Link: what a later one names is
    requested only once the document asks for it."""
    if not page.seen(lambda load: bool(early_hints_of(load))):
        raise NotApplicable(page.nothing_came)
    load = page.showing(_repeats)
    if load is None:
        return
    first, *later = early_hints_of(load)
    links = verdicts(load)
    known = {link.url or link.raw for link in links if link.interim == first.id}
    lost = [link for link in links if link.interim != first.id and (link.url or link.raw) not in known]
    told = f"a 103 came {len(later) + 1} times for one navigation, and browsers act on the first alone"
    if lost:
        names = listed(list(dict.fromkeys(link.href or link.raw for link in lost)))
        told += f": {counted(len(lost), 'link')} only in a later one had no effect ({names})"
    else:
        told += "; the later ones name nothing that the first does not"
    yield Finding(
        told,
        severity=Severity.WARNING if lost else Severity.NOTE,
        quote=page.quote(lost[0]) if lost else link_of(later[0].fields, "a later 103"),
        url=lost[0].url if lost else None,
        subject="a later 103",
        browsers=all_browsers("acts on the first 103 of a navigation and on no other"),
        cost=Cost(bytes=sum(size_of(one.fields) for one in later)),
        seen=page.seen(_repeats),
        runs=page.runs,
    )


def _repeats(load: PageLoad) -> bool:
    return len(early_hints_of(load)) > 1


@rule(
    "interim-flood",
    title="Few interim responses come before the final one",
    severity=Severity.WARNING,
    also={"error": "from six on"},
    family=FAMILY,
    fix="Send one 103 with all links, and no other interim response.",
    source="ElMassimo/vite_ruby#402, caddyserver/caddy#5616 (Go's net/http); the warning from three on is ours",
)
def interim_flood(page: Page) -> Iterator[Finding]:
    """Every interim response is one more for each proxy and client on the way; some stop counting: Go's HTTP client
    fails the whole request at the sixth."""
    if not page.seen(lambda load: bool(of_the_navigation(load))):
        raise NotApplicable("no interim response came")
    load = page.showing(_is_flood)
    if load is None:
        return
    most = _most(load)
    statuses = Counter(one.status for one in of_the_navigation(load))
    kinds = ", ".join(f"{number} x {status}" for status, number in sorted(statuses.items()))
    fails = most >= FAIL_FROM
    effect = (
        "software built on Go's net/http (Caddy among it) fails the page with 'too many 1xx informational responses'"
        if fails
        else f"some proxies fail the page from {FAIL_FROM} on"
    )
    yield Finding(
        f"{most} interim responses came before one final response ({kinds}): {effect}",
        severity=Severity.ERROR if fails else Severity.WARNING,
        quote=link_of(of_the_navigation(load)[-1].fields, f"interim response {most}"),
        subject="interim responses",
        browsers=all_browsers("reads all of them and acts on the first 103"),
        cost=Cost(bytes=sum(size_of(one.fields) for one in of_the_navigation(load))),
        seen=page.seen(_is_flood),
        runs=page.runs,
    )


def _most(load: PageLoad) -> int:
    """Before one final response: each hop of the navigation has its own."""
    return max(Counter(one.request for one in of_the_navigation(load)).values(), default=0)


def _is_flood(load: PageLoad) -> bool:
    return _most(load) >= WARN_FROM
