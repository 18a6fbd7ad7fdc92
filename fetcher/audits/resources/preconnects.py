"""Preconnects of a 103: connections to places that the page uses, in the way it uses them, and not too many."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.each_run import in_each_run
from fetcher.audits.finding import Cost, Difference, Finding, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Page
from fetcher.audits.resources.told import FAMILY, must_see_uses, preconnects
from fetcher.audits.rule import NotApplicable, Unknown, rule
from fetcher.audits.telling import BROWSERS, about, listed
from fetcher.record.page_load import ConnectionRecord, RequestRecord
from fetcher.terms import Credentials, InitiatorKind
from fetcher.urls import URL, resolve

MOST_ORIGINS = 4
MOST_CONNECTIONS = 6


@rule(
    "preconnect-to-resource",
    title="Preconnects name origins",
    severity=Severity.ERROR,
    family=FAMILY,
    fix="Hint a file with rel=preload and its as; keep preconnect for origins.",
    source="Cloudflare community thread 345677 (a site that preconnected to its style sheets)",
)
@in_each_run
def preconnect_to_resource(page: Page) -> Iterator[Finding]:
    """rel=preconnect with the path of a file: only its origin counts, so that nothing is fetched; mostly preload was
    meant."""
    for facts in preconnects(page):
        url = resolve(facts.url or "")
        if url is None or not _names_a_file(page, url):
            continue
        use = next(iter(facts.wanted), None)
        yield about(
            page,
            facts,
            f"rel=preconnect names the file {url.href}: it opens a connection to {url.origin} and fetches nothing",
            use=use,
            browsers=tuple((name, f"opens a connection to {url.origin} and looks at no path") for name in BROWSERS),
            cost=_cost(page, facts),
        )


def _names_a_file(page: Page, url: URL) -> bool:
    """By its ending, or since the page asks for it."""
    if url.target == "/":
        return False
    ending = url.path.rpartition("/")[2].rpartition(".")
    return url.href in page.wanted_by_url or bool(ending[1] and ending[2].isalnum() and len(ending[2]) <= 5)


@rule(
    "preconnect-own-origin",
    title="No preconnect to the page's own origin",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Take it out.",
    source="a shop's 103 in catchpoint/WebPageTest#2347; EH 11.3",
)
@in_each_run
def preconnect_own_origin(page: Page) -> Iterator[Finding]:
    """The 103 itself came over a connection to that origin."""
    for facts in preconnects(page):
        url, here = resolve(facts.url or ""), resolve(page.load.requests[facts.link.request].url)
        if url is None or here is None or url.origin != here.origin or _names_a_file(page, url):
            continue
        opened = facts.connection is not None
        message = f"the 103 says to preconnect to {url.origin}, over a connection to which it came itself"
        if opened:
            message += "; with crossorigin that opens another one, which the page's own requests do not use"
        yield about(
            page,
            facts,
            message,
            browsers=tuple((name, "has the connection already") for name in BROWSERS),
            cost=_cost(page, facts) if opened else Cost(0.0, facts.link.place.length),
        )


@rule(
    "preconnect-unused",
    title="The page uses the origins it is told to connect to",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Take it out.",
    source="Web Almanac 2024; developer.chrome.com early-hints",
)
@in_each_run
def preconnect_unused(page: Page) -> Iterator[Finding]:
    """Nothing on the page was requested from a preconnected origin: look-up, TCP and TLS for nothing. Where scripts did
    not run it is unknown, since they may."""
    for facts, url in _elsewhere(page):
        if _requests_to(page, url.origin) or url.origin in page.seen_origins:
            continue
        must_see_uses(page)
        connection = facts.connection
        opened = connection.connect_end is not None if connection is not None else False
        yield about(
            page,
            facts,
            f"nothing on the page comes from {url.origin}, to which the 103 says to preconnect"
            + (" (the connection was opened and not used)" if opened else ""),
            browsers=tuple((name, "opens a connection and closes it unused") for name in BROWSERS),
            cost=_cost(page, facts),
        )


@rule(
    "preconnect-mode-mismatch",
    title="Preconnects open the connections that the page's requests can use",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Write crossorigin for an origin of fonts and other CORS requests, none for others, and both links for both.",
    source="Web Almanac 2024 (a shop system sends both); catchpoint/WebPageTest#2347; EH 11.1",
)
@in_each_run
def preconnect_mode_mismatch(page: Page) -> Iterator[Finding]:
    """Connections with and without credentials are kept apart: one opened for the other kind of request is not used."""
    hinted: dict[str, list[tuple[HintFacts, bool]]] = {}
    for facts, url in _elsewhere(page):
        hinted.setdefault(url.origin, []).append((facts, _is_credentialed(facts)))
    for origin, each in hinted.items():
        requests = _requests_to(page, origin)
        modes = {mode: one for one in reversed(requests) if (mode := _with_credentials(one, origin, page)) is not None}
        if requests and not modes:
            raise Unknown("the record does not say which requests go with credentials")
        opened = {mode for _, mode in each}
        if not modes or opened & set(modes):
            continue
        mode, first = next(iter(modes.items()))
        facts = each[0][0]
        use = next((one for one in page.wanted if one.request == first.id), None)
        yield about(
            page,
            facts,
            f"the 103 has a connection to {origin} opened {_how(not mode)}, and the page's requests there go "
            f"{_how(mode)}: they open another one",
            use=use,
            differs=(Difference("credentials", _how(not mode), _how(mode)),),
            browsers=tuple((name, f"opens a second connection for {first.url}") for name in BROWSERS[:2]),
            cost=_cost(page, facts, first),
            fix=f"Write <{origin}>; rel=preconnect{'' if mode else '; crossorigin'}",
        )


@rule(
    "preconnect-excess",
    title="Few preconnects",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Keep the origins that what blocks rendering, and the largest picture, come from.",
    source="Web Almanac 2024 (nine pages in ten have two at most); the limits are ours",
)
@in_each_run
def preconnect_excess(page: Page) -> Iterator[Finding]:
    """Each preconnect costs the device and the network a look-up and two handshakes while the page's own bytes come."""
    found: dict[tuple[str, bool], HintFacts] = {}
    for facts, url in _elsewhere(page):
        found.setdefault((url.origin, _is_credentialed(facts)), facts)
    origins = list(dict.fromkeys(origin for origin, _ in found))
    if len(origins) <= MOST_ORIGINS and len(found) <= MOST_CONNECTIONS:
        return
    message = f"the 103 says to preconnect to {len(origins)} origins ({len(found)} connections)"
    unused = [origin for origin in origins if not _requests_to(page, origin) and origin not in page.seen_origins]
    if unused and _sees_uses(page):
        message += f"; nothing on the page comes from {listed(unused)}"
    last = list(found.values())[-1]
    yield Finding(
        message,
        subject="preconnects",
        quote=page.quote(last.link),
        url=last.url,
        browsers=tuple((name, "opens every one of them at once") for name in BROWSERS),
        cost=Cost(None, sum(facts.link.place.length or 0 for facts in found.values())),
    )


# -- what they share


def _elsewhere(page: Page) -> list[tuple[HintFacts, URL]]:
    """Preconnects to other origins than the page's; raises NotApplicable without any."""
    found = []
    for facts in preconnects(page):
        url, here = resolve(facts.url or ""), resolve(page.load.requests[facts.link.request].url)
        if url is not None and here is not None and url.origin != here.origin and not _names_a_file(page, url):
            found.append((facts, url))
    if not found:
        raise NotApplicable("the 103 has no preconnect to another origin")
    return found


def _sees_uses(page: Page) -> bool:
    """Whether the record can say what the page does not use."""
    try:
        must_see_uses(page)
    except (NotApplicable, Unknown):
        return False
    return True


def _requests_to(page: Page, origin: str) -> list[RequestRecord]:
    """What was requested from that origin, by the page or another hint."""
    return [one for one in page.by_origin.get(origin, ()) if one.initiator.kind is not InitiatorKind.PRECONNECT]


def _is_credentialed(facts: HintFacts) -> bool:
    """Whether the socket it opens goes with credentials: with any crossorigin but use-credentials it does not."""
    word = facts.param("crossorigin")
    return word is None or word.lower() == "use-credentials"


def _with_credentials(one: RequestRecord, origin: str, page: Page) -> bool | None:
    if one.credentials is None:
        return None
    here = resolve(page.url)
    same = here is not None and here.origin == origin
    return one.credentials is Credentials.INCLUDE or (one.credentials is Credentials.SAME_ORIGIN and same)


def _how(credentialed: bool) -> str:
    return "with credentials" if credentialed else "without credentials (crossorigin)"


def _cost(page: Page, facts: HintFacts, first: RequestRecord | None = None) -> Cost | None:
    """How long opening took, of the connection that ``first`` had to open where there is one."""
    connection: ConnectionRecord | None = facts.connection
    if first is not None and first.connection is not None:
        connection = page.load.connections[first.connection]
    if connection is None or connection.connect_end is None:
        return None
    return Cost(round(connection.connect_end - connection.opened_at, 1))
