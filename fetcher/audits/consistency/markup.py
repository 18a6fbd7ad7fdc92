"""Preloads in the markup that win nothing: beside the element that uses them, or after a 103 that asked already."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.links import JudgedLink
from fetcher.audits.consistency.final_link import FAMILY
from fetcher.audits.each_run import in_each_run
from fetcher.audits.finding import Finding, Place, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import ProfileName

REMOVE = "Take the <link rel=preload> out"

NEAR = 1024
"""Bytes of document between a preload and its use that arrive together, as a rule."""


@rule(
    "html-preload-redundant",
    title="Each preload in the markup is ahead of something",
    severity=Severity.NOTE,
    family=FAMILY,
    fix=f"{REMOVE}.",
    source="Web Almanac 2024, HTTP; what is near is ours",
)
@in_each_run
def html_preload_redundant(page: Page) -> Iterator[Finding]:
    """A preload right before the element that asks for the same, or of what a 103 has asked for, makes nothing
    earlier. Safari takes no preload from a 103 and needs the one in the markup."""
    if page.profile is ProfileName.SAFARI:
        raise NotApplicable("Safari takes no preload from a 103 and needs those in the markup")
    document = page.document
    links = [link for link in page.markup_links if (link.rel or "").lower() == "preload" and link.url is not None]
    if not links:
        raise NotApplicable("the markup has no preload")
    hinted = {hint.url for hint in page.hints if hint.is_preload and hint.link.by(page.profile).acts}
    uses = _uses(page, document.id)
    for link in links:
        line = f" (line {link.place.line})" if link.place.line else ""
        near = next((one for one in uses.get(link.url or "", ()) if one.offset - link.offset < NEAR), None)
        if link.url in hinted:
            yield _finding(
                page,
                link,
                f"the 103 asked for {link.href} before the document came, and its preload in the markup{line} asks for "
                "nothing more",
                None,
                fix=f"{REMOVE} where Safari's visitors do not need it: it takes no preload from a 103.",
                browsers=((ProfileName.SAFARI, "ignores preloads of a 103, and needs this one"),),
            )
        elif near is not None and _is_prompt(near):
            apart = near.offset - link.offset
            where = f"{apart} bytes before" if apart >= 0 else "after"
            yield _finding(
                page,
                link,
                f"{link.href} is preloaded{line} {where} the <{near.element}> on line {near.line} that requests it "
                "anyway: nothing is won",
                Place(document.url, near.element, near.line, near.offset),
            )


def _finding(
    page: Page,
    link: JudgedLink,
    told: str,
    used: Place | None,
    fix: str = "",
    browsers: tuple[tuple[ProfileName, str], ...] = (),
) -> Finding:
    subject = link.url or link.href
    return Finding(
        told, quote=page.quote(link), url=link.url, subject=subject, used=used, browsers=browsers, fix=fix
    )  # fmt: skip


def _uses(page: Page, document: int) -> dict[str, list[Candidate]]:
    """What the document's own elements ask for, preloads aside, by URL."""
    found: dict[str, list[Candidate]] = {}
    for one in page.load.discoveries:
        if one.source == document and one.url is not None and one.candidate.kind not in _HINTS:
            found.setdefault(one.url, []).append(one.candidate)
    return found


_HINTS = (CandidateKind.PRELOAD, CandidateKind.MODULEPRELOAD, CandidateKind.PRECONNECT, CandidateKind.DNS_PREFETCH)


def _is_prompt(use: Candidate) -> bool:
    """Whether a browser requests it as soon, and as urgently, as the preload: not what is lazy, deferred or async."""
    if use.kind is CandidateKind.SCRIPT:
        late = (use.attribute("async"), use.attribute("defer"))
        return late == (None, None) and (use.attribute("type") or "").lower() != "module"
    if use.kind is CandidateKind.IMAGE:
        return (use.attribute("loading") or "").lower() != "lazy"
    return use.kind is CandidateKind.STYLESHEET and not use.attribute("media")
