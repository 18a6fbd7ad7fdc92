"""To whom 103s are sent: navigations of a browser use them, everything else pays for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fetcher.audits.delivery.navigation import FAMILY, of_the_navigation
from fetcher.audits.finding import Cost, Finding, Severity
from fetcher.audits.page import Page, Probe
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import all_browsers, counted, link_of, size_of
from fetcher.record.page_load import InterimResponse, PageLoad


@rule(
    "interim-not-gated",
    title="Only navigations are answered with a 103",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Send the 103 only where the request has Sec-Fetch-Mode: navigate (in nginx a map on $http_sec_fetch_mode).",
    source="developer.chrome.com, early hints; Akamai, earlyHints; nginx/nginx#326; EH 4.1",
)
def interim_not_gated(page: Page) -> Iterator[Finding]:
    """A request that a script makes for the page's URL (Sec-Fetch-Mode: cors) gets a 103 too, which nothing heeds, and
    some HTTP clients of applications fail on."""
    interim = _of_probe(page, "cors")
    if interim is not None:
        yield Finding(
            f"a script's request (Sec-Fetch-Mode: cors) was answered with a 103{_fields(interim)}, which only "
            "navigations use",
            quote=link_of(interim.fields),
            subject="Sec-Fetch-Mode: cors",
            browsers=all_browsers("acts on a 103 of a navigation only"),
            cost=Cost(bytes=size_of(interim.fields)),
        )


@rule(
    "interim-to-bots",
    title="Crawlers are answered without a 103",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Send the 103 only where the request has Sec-Fetch-Mode: navigate, which crawlers leave out.",
    source="Cloudflare, early hints: off for some crawlers; developer.chrome.com, early hints",
)
def interim_to_bots(page: Page) -> Iterator[Finding]:
    """A client that names itself a crawler and sends no Sec-Fetch field gets a 103. Few of them read it, and old HTTP
    clients among them take it for the answer."""
    interim = _of_probe(page, "crawler")
    if interim is not None:
        yield Finding(
            f"a crawler (by its User-Agent, without Sec-Fetch fields) was answered with a 103{_fields(interim)}",
            quote=link_of(interim.fields),
            subject="crawler",
            cost=Cost(bytes=size_of(interim.fields)),
        )


@rule(
    "interim-on-subresource",
    title="Only the document is answered with a 103",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Send the 103 for documents only: by path, by Sec-Fetch-Dest: document, or by the type of what is served.",
    source="Chromium docs/early-hints.md; EH 4.1",
)
def interim_on_subresource(page: Page) -> Iterator[Finding]:
    """A 103 in front of a style sheet, a script, a picture or a frame: browsers heed none of them."""
    if all(len(load.requests) <= len(load.navigations) for load in page.judged):
        raise NotApplicable("the page requested nothing but its document")
    load = page.showing(lambda load: bool(_others(load)))
    if load is None:
        return
    found = _others(load)
    kinds = Counter(load.requests[one.request].destination.value for one in found)
    listed = ", ".join(f"{number} x {kind}" for kind, number in kinds.most_common())
    first = load.requests[found[0].request]
    yield Finding(
        f"{counted(len(found), 'request')} beside the document {'was' if len(found) == 1 else 'were'} answered with a "
        f"103 ({listed}), where no browser heeds it",
        quote=link_of(found[0].fields, first.url),
        url=first.url,
        subject="subresources",
        browsers=all_browsers("acts on a 103 of the document's navigation only"),
        cost=Cost(bytes=sum(size_of(one.fields) for one in found)),
        seen=page.seen(lambda load: bool(_others(load))),
        runs=page.runs,
    )


def _others(load: PageLoad) -> list[InterimResponse]:
    """The first 103 of each request that is none of the navigation's."""
    found: dict[int, InterimResponse] = {}
    for one in load.interim:
        if one.status == 103 and one.request not in load.navigations:
            found.setdefault(one.request, one)
    return list(found.values())


def _fields(interim: InterimResponse) -> str:
    """What is counted, which is not what the quoted field has: " (its fields have 322 bytes with their names)"."""
    size = size_of(interim.fields)
    return f" (its fields have {size:,} bytes with their names)" if size else ""


def _of_probe(page: Page, name: str) -> InterimResponse | None:
    """The 103 that a probe was answered with. Raises NotApplicable where it was not made, or met a wall."""
    probe: Probe | None = page.probes.get(name)
    if probe is None:
        raise NotApplicable(f"nobody asked (--probe {name} does)")
    found = next((one for one in of_the_navigation(probe.load) if one.status == 103), None)
    if found is None and probe.load.document_request is None:
        raise NotApplicable(f"the probe got no answer: {probe.load.error or probe.load.outcome}")
    return found
