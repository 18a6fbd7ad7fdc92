"""Over what the page comes: Chromium and Safari heed a 103 over HTTP/2 and HTTP/3 only (EH 4.4)."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.links import early_hints_of
from fetcher.analysis.links.early import protocol_of
from fetcher.audits.delivery.navigation import FAMILY, of_the_navigation
from fetcher.audits.finding import Finding, Quote, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import BROWSERS, link_of
from fetcher.record.page_load import InterimResponse, PageLoad
from fetcher.terms import HttpVersion, ProfileName, field_value

IGNORES = "reads past a 103 over HTTP/1.1"
OVER_HTTP1 = tuple(
    (name, "acts on it where the page is secure" if name is ProfileName.FIREFOX else IGNORES) for name in BROWSERS
)
WHAT_HTTP1_ASKS = "http1"


@rule(
    "interim-over-http1",
    title="No 103 is sent over HTTP/1.1",
    severity=Severity.WARNING,
    also={"error": "where the load failed after it"},
    family=FAMILY,
    fix="Send the 103 only where the request came over HTTP/2 or HTTP/3.",
    source="Chromium docs/early-hints.md; whatwg/fetch#1698; nuxt/framework#8306 (nginx 1.18 hangs); "
    "apache/trafficserver#12012; RFC 8297 3; EH 4.4, 10.4",
)
def interim_over_http1(page: Page) -> Iterator[Finding]:
    """But for Firefox browsers do not act on a 103 over HTTP/1.1, and software between may take it for the final
    response: the page hangs, or one visitor gets another's answer."""
    probe = page.probes.get(WHAT_HTTP1_ASKS)
    asked = [*page.judged, *([probe.load] if probe is not None else ())]
    spoke = [load for load in asked if _is_http1(load)]
    if not spoke:
        raise NotApplicable("nothing was asked over HTTP/1.1 (--probe http1 does)")
    found = [load for load in spoke if _over_http1(load) is not None]
    if not found:
        return
    load = found[0]
    interim = _over_http1(load)
    assert interim is not None
    broken = next((one for one in found if one.outcome != "loaded"), None)
    where = "when the page is asked for over HTTP/1.1" if probe is not None and load is probe.load else "over HTTP/1.1"
    told = (
        f"a {interim.status} was sent {where}, where most browsers ignore it and old proxies may take it for the answer"
    )
    if broken is not None:
        told += f"; after it the load failed: {broken.error or broken.outcome}"
    yield Finding(
        told,
        severity=Severity.ERROR if broken is not None else Severity.WARNING,
        quote=link_of(interim.fields, str(interim.status)),
        subject="103 over HTTP/1.1",
        browsers=OVER_HTTP1,
        seen=len(found),
        runs=len(spoke),
    )


@rule(
    "protocol-no-h2",
    title="The page comes over HTTP/2 or HTTP/3",
    severity=Severity.NOTE,
    also={"warning": "where a 103 was sent"},
    family=FAMILY,
    fix="Offer HTTP/2 (ALPN h2) or HTTP/3 on the page's origin.",
    source="Chromium docs/early-hints.md; Cloudflare, early hints; EH 4.4",
)
def protocol_no_h2(page: Page) -> Iterator[Finding]:
    """Over HTTP/1.1 only Firefox heeds a 103, and every request of the page waits for one of six connections."""
    document = page.document
    protocol = protocol_of(page.load, document.id)
    if protocol is None and not document.version:
        raise NotApplicable("the record does not say what the page came over")
    if protocol is not HttpVersion.HTTP_1_1:
        return
    hinted = page.seen(lambda load: bool(early_hints_of(load)))
    other = field_value(document.response_fields, "alt-svc") or ""
    told = f"the page came over {document.version or 'HTTP/1.1'}"
    if hinted:
        told += ", where of the browsers only Firefox heeds its 103"
    if document.url.startswith("http:"):
        told += "; browsers speak HTTP/2 over TLS only, and the page is plain http"
    if "h3" in other or "h2" in other:
        told += f"; Alt-Svc ({other}) names something newer for later visits, and the first goes without"
    yield Finding(
        told,
        severity=Severity.WARNING if hinted else Severity.NOTE,
        quote=Quote(other, "alt-svc", 0, "final response") if other else None,
        subject="protocol",
        browsers=OVER_HTTP1 if hinted else (),
        seen=page.seen(_is_http1),
        runs=page.runs,
    )


def _is_http1(load: PageLoad) -> bool:
    """Whether the last hop of the navigation was asked for over HTTP/1.1."""
    return bool(load.navigations) and protocol_of(load, load.navigations[-1]) is HttpVersion.HTTP_1_1


def _over_http1(load: PageLoad) -> InterimResponse | None:
    return next(
        (
            one
            for one in of_the_navigation(load)
            if one.status == 103 and protocol_of(load, one.request) is HttpVersion.HTTP_1_1
        ),
        None,
    )
