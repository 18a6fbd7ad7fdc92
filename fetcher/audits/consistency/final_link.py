"""The 103's links beside those of the final response: its Link field, its markup's <link>s, what its head names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.analysis.links import JudgedLink, early_hints_of
from fetcher.analysis.links.values import LinkSource
from fetcher.audits.finding import Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import BROWSERS, link_of, listed, said
from fetcher.discovery.candidates import CandidateKind
from fetcher.fields.link import parse
from fetcher.record.page_load import PageLoad
from fetcher.terms import ProfileName

FAMILY = "consistency"

MOST_APART = 5
"""Links that are told of one by one; more of them make one finding."""

REPEAT = "Repeat the 103's Link field in the final response, unless the edge is configured with it on purpose."

_LATER = "a browser that ignores the 103 asks for {0} only when the page uses {0}"
_OF_THE_HEAD = (CandidateKind.STYLESHEET, CandidateKind.SCRIPT, CandidateKind.MODULE_SCRIPT)
"""What a browser asks for as soon as the head of the document is there: where the field would repeat it."""
_CARRIED = frozenset({"rel", "as", "crossorigin", "type", "fetchpriority", "integrity"})
"""Parameters of a link that Chromium takes from a 103 (EH 3.2); a link with another stays out of it for a reason."""


@rule(
    "hint-missing-in-final",
    title="The final response repeats the links of the 103",
    severity=Severity.NOTE,
    family=FAMILY,
    fix=REPEAT,
    source="developer.chrome.com, early hints (good practice); Cloudflare, early hints (learnt from there)",
)
def hint_missing_in_final(page: Page) -> Iterator[Finding]:
    """A link of the 103 that neither the final response's Link field nor a preload or preconnect of the markup has, and
    that is no style sheet or script of the document's head, which is asked for as soon anyhow: browsers that ignore the
    103 (Safari for preloads, all of them over HTTP/1.1) ask for it only when the page uses it, and an edge that learns
    from the final response forgets it. An edge may also be configured with links of its own; then this is as it should
    be."""
    page.must_be_there()
    if not page.document.response_fields:
        raise NotApplicable("the record does not say what fields the final response had")
    asked = [hint.link for hint in page.hints if hint.is_preload or hint.is_preconnect]
    if not asked:
        raise NotApplicable(page.nothing_came if not page.early_hints else "the 103 has no preload and no preconnect")
    hinted = [link for link in asked if any(_reads(link, name) for name in BROWSERS)]
    if not hinted:
        raise NotApplicable("the 103 has no link that any browser takes, and such a one is not to be repeated")
    runs = [(_early(run), _later(run)) for run in page.each_run]
    now = _later(page)
    missing = [link for link in hinted if _key(link) not in now]
    if not missing:
        return
    if len(missing) > MOST_APART or (len(missing) == len(hinted) and len(hinted) > 1):
        names = f"{_nor(page, missing)} ({listed([link.href for link in missing])})"
        share = f"the {len(hinted)}" if len(missing) == len(hinted) else f"{len(missing)} of the {len(hinted)}"
        them = {_key(link) for link in missing}
        yield Finding(
            f"{share} links of the 103 are not repeated in the final response's Link field{names}: "
            + _LATER.format("them"),
            quote=link_of(page.interim.fields),
            subject="Link",
            browsers=_in_the_103(missing),
            fix=_repeated(page, missing),
            seen=sum(bool(them & early - later) for early, later in runs),
            runs=page.runs,
        )
        return
    for link in missing:
        yield Finding(
            f"the {link.rel} of {link.href} in the 103 is not repeated in the final response's Link field"
            f"{_nor(page, [link])}: " + _LATER.format("it"),
            quote=page.quote(link),
            url=link.url,
            subject=link.url or link.href,
            browsers=_in_the_103([link]),
            fix=_repeated(page, [link]),
            seen=sum(_key(link) in early and _key(link) not in later for early, later in runs),
            runs=page.runs,
        )


@rule(
    "final-link-not-hinted",
    title="The 103 has every link of the final response",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Purge what the edge remembers of the page's Link field, and see whether something on the way takes links out.",
    source="community.cloudflare.com, thread 433276",
)
def final_link_not_hinted(page: Page) -> Iterator[Finding]:
    """A link of the final response that the 103 could have carried and does not: it acts a think time later than the
    others. Often the edge remembers an older field, or leaves out what is on another origin."""
    page.document  # noqa: B018 - raises without one
    page.interim  # noqa: B018 - raises without one
    page.must_be_there()
    could = [link for link in page.final_links if _could(link)]
    if not could:
        raise NotApplicable("the final response has no link that a 103 could carry")
    gap = page.median(_gap)
    later = f", {gap:.0f} ms later" if gap else ""
    now, runs = _early(page), [_early(run) for run in page.each_run]
    left = [link for link in could if _key(link) not in now]
    if len(left) > MOST_APART:
        them = {_key(link) for link in left}
        yield Finding(
            f"{len(left)} links of the final response are not in the 103 and act there{later}: "
            f"{listed([link.href for link in left])}",
            quote=link_of(page.document.response_fields, "final response"),
            subject="Link",
            seen=sum(bool(early) and bool(them - early) for early in runs),
            runs=page.runs,
        )
        return
    for link in left:
        yield Finding(
            f"{link.href} is a {link.rel} of the final response and not of the 103: it acts there{later}",
            quote=page.quote(link),
            url=link.url,
            subject=link.url or link.href,
            seen=sum(bool(early) and _key(link) not in early for early in runs),
            runs=page.runs,
        )


def _key(link: JudgedLink) -> tuple[str, str | None]:
    return (link.rel or "").lower(), link.url and link.url.partition("#")[0]  # a fragment is never sent


def _early(page: Page) -> set[tuple[str, str | None]]:
    """What the first 103 asks for."""
    first = page.early_hints[0].id if page.early_hints else None
    return {_key(link) for link in page.links if first is not None and link.interim == first}


def _later(page: Page) -> set[tuple[str, str | None]]:
    """What the final response asks for as soon as it comes: its links, and what the document's head begins with."""
    asked = {_key(link) for link in page.later_links}
    return asked | {(rel, url) for url in _in_the_head(page) for rel in ("preload", "modulepreload")}


def _in_the_head(page: Page) -> Iterator[str]:
    """The style sheets and scripts that the document's head names."""
    for one in page.load.discoveries:
        candidate = one.candidate
        here = one.source == page.load.document and candidate.in_head and candidate.kind in _OF_THE_HEAD
        if here and one.url is not None:
            yield one.url.partition("#")[0]


def _nor(page: Page, missing: Sequence[JudgedLink]) -> str:
    """Where else it was looked for; "" where the record does not tell what the markup names."""
    if not page.load.discoveries:
        return ""
    if len(missing) > 1:
        return ", nor are they style sheets or scripts of the document's head, or preloads or preconnects of its markup"
    if (missing[0].rel or "").lower() == "preconnect":
        return ", nor by a preconnect of the markup"
    return ", nor is it a style sheet or script of the document's head or a preload of its markup"


def _could(link: JudgedLink) -> bool:
    if link.source is not LinkSource.LINK_HEADER or link.url is None:
        return False
    if (link.rel or "").lower() not in ("preload", "modulepreload", "preconnect"):
        return False
    links = parse([link.raw]).links
    return bool(links) and all(name.lower() in _CARRIED for name, _ in links[0].params)


def _gap(load: PageLoad) -> float | None:
    heads, final = early_hints_of(load), load.final_response_headers_start
    return final - heads[0].at if heads and heads[0].at is not None and final is not None else None


def _reads(link: JudgedLink, name: ProfileName) -> bool:
    """Whether a browser acts on the link as far as the link itself decides, and not the 103 or what came before."""
    verdict = link.by(name)
    return verdict.acts or verdict.rule in ("EH 4.4", "EH 4.8")


def _repeated(page: Page, missing: Sequence[JudgedLink]) -> str:
    """The advice: what a browser drops is mended first, and not repeated as it is."""
    name = page.profile if page.profile is not ProfileName.SAFARI else ProfileName.CHROMIUM
    dropped = [link for link in missing if not _reads(link, name)]
    mended = [fix for link in dropped if (fix := link.by(name).fix) is not None and fix != link.raw]
    if not mended:
        return ""
    return f"{REPEAT} Mend in both what {name.value.title()} drops: write {', '.join(mended)}"


def _in_the_103(links: Sequence[JudgedLink]) -> tuple[tuple[ProfileName, str], ...]:
    """On how many of ``links`` each browser acts where they are."""
    told = []
    for name in BROWSERS:
        acting = sum(link.by(name).acts for link in links)
        if len(links) == 1:
            verdict = links[0].by(name)
            told.append((name, "acts on it in the 103" if acting else said(verdict)))
        else:
            told.append((name, f"acts on {acting or 'none'} of them in the 103"))
    return tuple(told)
