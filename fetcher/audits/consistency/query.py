"""The same path with another query: an edge that remembers links by path alone hints at the other page's files."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.links import JudgedLink
from fetcher.audits.consistency.final_link import FAMILY
from fetcher.audits.finding import Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import counted, listed
from fetcher.urls import resolve

QUERY = "query"
"""The name of the probe that loads the page with another query."""


@rule(
    "hint-query-blind",
    title="Pages that differ by their query have hints of their own",
    severity=Severity.WARNING,
    family=FAMILY,
    fix="Give the pages paths of their own, or hint only at what both use.",
    source="Cloudflare, early hints: remembered by URI, the query ignored",
)
def hint_query_blind(page: Page) -> Iterator[Finding]:
    """Two pages whose URLs differ in the query alone get the same hints while they use different files: one of them
    fetches what is the other's."""
    others = [other for other in (*page.siblings, *_probed(page)) if _differ_by_query(page.url, other.url)]
    if not others:
        raise NotApplicable("no other page with the same path was loaded (--probe query loads one)")
    hinted = _preloads(page)
    if not hinted:
        raise NotApplicable("no 103 with a preload came")
    page.must_see_uses()
    for other in others:
        if other.blocked is not None or _urls(_preloads(other)) != _urls(hinted):
            continue
        other.must_see_uses()
        wrong = [
            link
            for link in hinted
            if (link.url or "") in page.used_by_url and (link.url or "") not in other.used_by_url
        ]
        wrong_here = [
            link
            for link in hinted
            if (link.url or "") in other.used_by_url and (link.url or "") not in page.used_by_url
        ]
        where, found = (other.url, wrong) if wrong else (page.url, wrong_here)
        if not found:
            continue
        yield Finding(
            f"{page.url} and {other.url} get the same {counted(len(hinted), 'preload')}, and {where} does not use "
            f"{listed([link.href for link in found])}: hints do not go by the query",
            quote=page.quote(found[0]),
            url=found[0].url,
            subject="query",
        )
        return


def _probed(page: Page) -> list[Page]:
    probe = page.probes.get(QUERY)
    return (
        [Page((probe.load,), profile=page.profile, observed=page.observed, seen_asking=page.seen_asking)]
        if probe is not None
        else []
    )


def _preloads(page: Page) -> list[JudgedLink]:
    return [hint.link for hint in page.hints if hint.is_preload and hint.link.by(page.profile).acts]


def _urls(links: list[JudgedLink]) -> set[str | None]:
    return {link.url for link in links}


def _differ_by_query(one: str, other: str) -> bool:
    first, second = resolve(one), resolve(other)
    if first is None or second is None or first.origin != second.origin:
        return False
    return first.path == second.path and first.target != second.target
