"""Before what a 103 comes: a redirect or an error wastes what it made the browser fetch."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.links import early_hints_of
from fetcher.audits.delivery.navigation import FAMILY, hinted_by, of_the_navigation, transferred
from fetcher.audits.finding import Cost, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import counted, link_of
from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.terms import ProfileName
from fetcher.urls import resolve

_DROPS = "throws away what the hints fetched and cancels what is under way (EH 7.2)"
_KEEPS = "keeps what the hints fetched, and heeds no 103 of the page it leads to (EH 7.1)"


@rule(
    "interim-then-redirect",
    title="No 103 comes before a redirect",
    severity=Severity.ERROR,
    also={"warning": "where it leads to the same origin"},
    family=FAMILY,
    fix="Send the 103 with the page that the redirect leads to, and none with the redirect.",
    source="developer.chrome.com, early hints; MDN, 103 Early Hints; Chromium's navigation loader; EH 7.1, 7.2",
)
def interim_then_redirect(page: Page) -> Iterator[Finding]:
    """A 103 and then a redirect: to another origin everything its hints fetched is thrown away; within the origin it is
    kept, but counts as the first 103, so that the page's own has no effect."""
    if not any(of_the_navigation(load) for load in page.judged):
        raise NotApplicable(page.nothing_came)
    hops = {hop.url for load in page.judged for hop in _hinting_hops(load)}
    for url in sorted(hops):
        load = page.showing(lambda load, url=url: any(hop.url == url for hop in _hinting_hops(load)))  # type: ignore[misc]
        assert load is not None
        hop = next(hop for hop in _hinting_hops(load) if hop.url == url)
        leads_to = load.requests[hop.redirect_to].url if hop.redirect_to is not None else ""
        away = _origin(hop.url) != _origin(leads_to)
        interims = [one for one in of_the_navigation(load) if one.request == hop.id and one.status == 103]
        made = hinted_by(load, interims)
        size = transferred(made)
        effect = (
            f"{counted(len(made), 'request')} of its hints {'is' if len(made) == 1 else 'are'} thrown away"
            if away
            else "what its hints fetched is kept, but a 103 of the page itself no longer counts"
        )
        yield Finding(
            f"a 103 came before the {hop.status} to {leads_to}, {'another' if away else 'the same'} origin: {effect}",
            severity=Severity.ERROR if away else Severity.WARNING,
            quote=link_of(interims[0].fields),
            url=hop.url,
            subject=hop.url,
            browsers=((ProfileName.CHROMIUM, _DROPS if away else _KEEPS),),
            cost=Cost(bytes=size) if away and size is not None else None,
            seen=page.seen(lambda load, url=url: any(hop.url == url for hop in _hinting_hops(load))),  # type: ignore[misc]
            runs=page.runs,
        )


@rule(
    "interim-then-error",
    title="No 103 comes before an error",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Send no 103 for routes that do not exist, and none before it is known that the visitor may see the page.",
    source="Cloudflare, early hints: a 103 before a 403; EH 4.10",
)
def interim_then_error(page: Page) -> Iterator[Finding]:
    """Browsers fetch what a 103 names whatever the final status is: for an error page that is waste, and it tells
    visitors who are not signed in the names of what they may not see."""
    if not any(early_hints_of(load) for load in page.judged):
        if "no-cookies" not in page.probes:
            raise NotApplicable(page.nothing_came)
    elif page.load.document_request is None:
        raise NotApplicable("no document came")
    load = page.showing(_is_error)
    if load is not None:
        yield _finding(page, load, "")
    probe = page.probes.get("no-cookies")
    if load is None and probe is not None and _is_error(probe.load):
        yield _finding(page, probe.load, " to a visitor without cookies")


def _finding(page: Page, load: PageLoad, whom: str) -> Finding:
    interims = early_hints_of(load)
    made = hinted_by(load, interims)
    document = load.document_request
    assert document is not None
    told = f"a 103 came before a {document.status}{whom}"
    if made:
        told += (
            f": {counted(len(made), 'request')} of its hints {'was' if len(made) == 1 else 'were'} made for an error"
        )
    size = transferred(made)
    return Finding(
        told,
        quote=link_of(interims[0].fields),
        subject=f"{document.status}{whom}",
        browsers=((ProfileName.CHROMIUM, "requests what the 103 names before the status is known (EH 4.10)"),),
        cost=Cost(bytes=size) if size is not None else None,
        seen=1 if whom else page.seen(_is_error),
        runs=1 if whom else page.runs,
    )


def _is_error(load: PageLoad) -> bool:
    document = load.document_request
    return bool(early_hints_of(load)) and document is not None and (document.status or 0) >= 400


def _hinting_hops(load: PageLoad) -> list[RequestRecord]:
    """The redirects of the navigation that a 103 came before."""
    with_one = {one.request for one in load.interim if one.status == 103}
    return [load.requests[hop] for hop in load.navigations[:-1] if hop in with_one]


def _origin(url: str) -> str | None:
    parsed = resolve(url)
    return parsed.origin if parsed else None
