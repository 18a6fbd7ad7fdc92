"""The 103's links from run to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fetcher.audits.consistency.final_link import FAMILY
from fetcher.audits.finding import Finding, Quote, Severity, stable
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import listed


@rule(
    "hint-unstable",
    title="Every run has the same hints in the same order",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Write the links from the build's asset manifest, in a fixed order; see that every server has the same build.",
    source="Vroom (22 % of a page's URLs change over back-to-back loads)",
)
def hint_unstable(page: Page) -> Iterator[Finding]:
    """The links of the 103 differ between runs that followed one another: URLs made anew for each load, servers with
    different builds, or a list without an order. Nothing of it can be cached or compared."""
    sets = [_links(run) for run in page.each_run if run.early_hints]
    if len(sets) < 2:
        raise NotApplicable("fewer than two runs brought a 103 (-n 5)" if sets else page.nothing_came)
    often = Counter(sets).most_common(1)[0][1]
    if often == len(sets):
        return
    everywhere = set.intersection(*(set(each) for each in sets))
    changing = list(dict.fromkeys(raw for each in sets for raw in each if raw not in everywhere))
    if not changing:
        told = "the same links in another order"
        quote = None
    else:
        urls = list(dict.fromkeys(_target(raw) for raw in changing))
        hashes = len({stable(url) for url in urls}) < len(urls)
        why = "their content hashes change from load to load" if hashes else "each is in some runs only"
        told = f"{listed(urls)}: {why}"
        quote = Quote(changing[0], "link")
    different = len(set(sets))
    yield Finding(
        f"{len(sets)} runs brought {different} different sets of links: {told}",
        quote=quote,
        subject="links",
        seen=len(sets) - often,
        runs=page.runs,
    )


def _links(run: Page) -> tuple[str, ...]:
    first = run.early_hints[0].id
    return tuple(link.raw for link in run.links if link.interim == first)


def _target(raw: str) -> str:
    return raw.partition("<")[2].partition(">")[0].strip() or raw
