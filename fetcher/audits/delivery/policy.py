"""The policies of a 103 and those of its page: a hint that one of them forbids is fetched in vain, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.analysis.links import JudgedLink, early_hints_of, verdicts
from fetcher.audits.delivery.navigation import FAMILY
from fetcher.audits.finding import Cost, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import field_of
from fetcher.fields import content_security_policy as csp
from fetcher.record.page_load import PageLoad
from fetcher.terms import Destination, ProfileName, field_value, field_values
from fetcher.urls import URL, resolve

CSP = "content-security-policy"
REPORT_ONLY = "content-security-policy-report-only"
_OPEN = ("'nonce-", "'sha256-", "'sha384-", "'sha512-", "'strict-dynamic'")
"""Sources by which an element may be allowed although its URL is not listed."""


@rule(
    "interim-csp-differs",
    title="The 103 and its page are under the same Content-Security-Policy",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Send the same Content-Security-Policy with both, and no report-only one with the 103.",
    source="MDN, 103 Early Hints; Chromium docs/early-hints.md; EH 6.1 to 6.3",
)
def interim_csp_differs(page: Page) -> Iterator[Finding]:
    """Hints are under the 103's policy alone, the page under the final response's. Where only the first forbids, the
    hint does nothing; where only the second does, the resource is fetched and may not be used."""
    if not page.seen(lambda load: bool(early_hints_of(load))):
        raise NotApplicable(page.nothing_came)
    told = [load for load in page.judged if early_hints_of(load) and load.document_request is not None]
    if not any(_early(load) or _final(load) for load in told):
        raise NotApplicable("neither the 103 nor the final response has a Content-Security-Policy")
    ordered = [load for load in (page.load, *told) if load in told]
    if not ordered:
        raise NotApplicable("no document came")
    yield from next((found for load in ordered if (found := list(_of(page, load)))), ())


def _of(page: Page, load: PageLoad) -> Iterator[Finding]:
    early, document = early_hints_of(load)[0], load.document_request
    base = resolve(document.url) if document is not None else None
    if document is None or base is None:
        return
    policies = csp.parse(field_values(document.response_fields, CSP))
    runs = [{link.raw for link in run.links} for run in page.each_run]
    for link in verdicts(load):
        url = resolve(link.url) if link.url else None
        if link.interim != early.id or url is None or (link.rel or "").lower() == "preconnect":
            continue
        by_early = link.by(page.profile)
        by_final = _forbidden(policies, link.destination or Destination.SCRIPT, url, base)
        if by_early.acts and by_final is not None:
            made = load.requests[request] if (request := _request(load, link)) is not None else None
            size = made.sizes.transferred if made is not None else None
            yield Finding(
                f"{link.href} is hinted, and the page's own Content-Security-Policy ({by_final}) forbids it: it is "
                "fetched and may not be used",
                quote=field_of(document.response_fields, CSP, "final response"),
                url=link.url,
                subject=link.url or link.href,
                browsers=((page.profile, "requests it: the 103 has no policy against it (EH 6.2)"),),
                cost=Cost(bytes=size) if size is not None else None,
                seen=sum(link.raw in each for each in runs),
                runs=page.runs,
            )
        elif not by_early.acts and by_early.rule in ("EH 6.1", "EH 6.3") and by_final is None:
            name = REPORT_ONLY if by_early.rule == "EH 6.3" else CSP
            yield Finding(
                f"{link.href} is hinted under a policy of the 103 that keeps it from being requested, and the page's "
                f"own allows it: {by_early.reason}",
                quote=field_of(early.fields, name, "103"),
                url=link.url,
                subject=link.url or link.href,
                browsers=tuple(
                    (one.profile, "requests it" if one.acts else f"does not request it ({one.rule})")
                    for one in link.verdicts
                    if one.profile in (ProfileName.CHROMIUM, ProfileName.FIREFOX)
                ),
                seen=sum(link.raw in each for each in runs),
                runs=page.runs,
            )


def _forbidden(policies: Sequence[csp.Policy], destination: Destination, url: URL, base: URL) -> str | None:
    """The directive of the page that forbids ``url`` whatever element asks: one that lists a nonce, a digest or
    'strict-dynamic' may allow it for another reason than its URL."""
    for policy in policies:
        governing = policy.governing(csp.DIRECTIVES.get(destination, ()))
        if governing is None or any(source.lower().startswith(_OPEN) for source in governing[1]):
            continue
        name = csp.forbids((policy,), destination, url, base)
        if name is not None:
            return name
    return None


def _request(load: PageLoad, link: JudgedLink) -> int | None:
    return load.hints[link.hint].request if link.hint is not None else None


def _early(load: PageLoad) -> bool:
    fields = early_hints_of(load)[0].fields
    return field_value(fields, CSP) is not None or field_value(fields, REPORT_ONLY) is not None


def _final(load: PageLoad) -> bool:
    document = load.document_request
    return document is not None and field_value(document.response_fields, CSP) is not None
