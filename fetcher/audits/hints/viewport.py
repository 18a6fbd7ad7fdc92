"""What depends on the viewport: a 103 comes before it is known, and a hint names one URL for every device."""

from __future__ import annotations

from fetcher.analysis.responsive import ImageChoice, applies, image_choices
from fetcher.audits.finding import Basis, Cost, Difference, Finding, Place, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.hints.told import (
    FAMILY,
    IDLE,
    finding,
    graver,
    hinted_preloads_of,
    in_each_run,
    is_early,
    is_idle,
    mended,
    must_know_markup,
    naming,
    preloads_of,
    said,
    settled,
    shown,
    uses_of,
)
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.fields.link import Link
from fetcher.terms import Destination, ProfileName


@rule(
    "hint-responsive-image",
    title="No hint names one of several images that the viewport chooses among",
    severity=Severity.WARNING,
    also={"note": f"where the browser asks for the target alone, or {IDLE}"},
    family=FAMILY,
    fix="Hint fixed images only; give a responsive one fetchpriority=high or a preload in the markup.",
    source="EH 3.2, 3.8, 8.6; Web Almanac 2024; bigcommerce/paper-handlebars#187",
)
@in_each_run
def hint_responsive_image(page: Page) -> list[Finding]:
    """An image with srcset, sizes or <source media> is another file on another device; the hint names one of them for
    all, so that some devices download two. imagesrcset, which would mend it, does not act in a 103."""
    images = [pair for pair in preloads_of(page) if (pair[1].param("as") or "").lower() == "image"]
    if not images:
        raise NotApplicable("no image is preloaded")
    found = [_with_set(page, facts) for facts, link in images if link.has("imagesrcset") and is_early(facts)]
    rest = [(facts, link) for facts, link in images if not link.has("imagesrcset")]
    if not found:
        must_know_markup(page)
    choices: dict[str, ImageChoice] = {}
    for choice in image_choices(page.load):
        for url in choice.among:
            if url == choice.chosen or url not in choices:
                choices[url] = choice
    for facts, _ in rest:
        own = choices.get(facts.url or "")
        if own is not None:
            found.append(_chosen(page, facts, own))
    return found


def _with_set(page: Page, facts: HintFacts) -> Finding:
    return finding(
        page,
        facts,
        "imagesrcset does not act in a 103: a browser that keeps the link asks for its target alone",
        severity=graver(Severity.WARNING, page, facts),
        fix=mended(page, facts),
    )


def _chosen(page: Page, facts: HintFacts, choice: ImageChoice) -> Finding:
    candidate = page.load.discoveries[choice.discovery].candidate
    source = page.load.requests[page.load.discoveries[choice.discovery].source].url
    taken = choice.chosen == facts.url
    size = facts.request.sizes.transferred if facts.request is not None else None
    others = len(choice.among) - 1
    if taken:
        told = f"by {choice.by} the page chooses this image among {others + 1}; on another viewport it is another"
        cost = Cost(bytes=size, basis=Basis.ESTIMATED) if size is not None else None
    else:
        told = f"by {choice.by} the page chooses {choice.chosen or 'another image'} here, and this one is not used"
        cost = Cost(bytes=size) if size is not None and not uses_of(page, facts) else None
    does = "downloads this one on every device, and the chosen one where that is another"
    return Finding(
        naming(facts.link, told),
        severity=Severity.NOTE if is_idle(page, facts) else Severity.WARNING,
        subject=facts.url or facts.link.raw,
        quote=page.quote(facts.link),
        url=facts.url,
        used=Place(source, candidate.element, candidate.line, candidate.offset),
        differs=() if taken else (Difference("URL", facts.url or "", choice.chosen or ""),),
        browsers=tuple(
            (name, does if facts.link.by(name).acts else said(facts.link.by(name)))
            for name in (ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI)
        ),
        cost=cost,
    )


@rule(
    "hint-media-ignored",
    title="No hint depends on media",
    severity=Severity.WARNING,
    also={"note": f"where the browser asks for it all the same, or {IDLE}"},
    family=FAMILY,
    fix="Hint what every device uses; leave a sheet for other media to the markup.",
    source="EH 3.2, 3.8",
)
@in_each_run
def hint_media_ignored(page: Page) -> list[Finding]:
    """media on a link of a 103 makes Chromium drop it and holds nobody else back, since no viewport is known yet. And a
    hint for what the page uses with media that do not hold, as a sheet for print, brings first what is needed last."""
    found = []
    unused = 0
    pairs = hinted_preloads_of(page)
    for facts, link in pairs:
        if link.has("media"):
            found.append(_with_media(page, facts, link))
            continue
        if facts.link.destination not in (Destination.STYLE, Destination.IMAGE):
            continue
        uses = uses_of(page, facts)
        unused += not uses
        if uses and not any(applies(page.load, use) for use in uses):
            found.append(_for_others(page, facts))
    if not found and not any(link.has("media") for _, link in pairs):
        must_know_markup(page)
    return settled(page, found, unused)


def _with_media(page: Page, facts: HintFacts, link: Link) -> Finding:
    value = shown(link.param("media") or "")
    uses = uses_of(page, facts)
    holds = f"; on this device {'they hold' if any(applies(page.load, use) for use in uses) else 'they do not hold'}"
    return finding(
        page,
        facts,
        f'media="{value}" holds no hint back: Chromium drops the link, others ask for it on every device'
        f"{holds if uses else ''}",
        severity=graver(Severity.WARNING, page, facts),
        use=next(iter(uses), None),
        fix=mended(page, facts),
    )


def _for_others(page: Page, facts: HintFacts) -> Finding:
    use = uses_of(page, facts)[0]
    assert use.discovery is not None
    media = page.load.discoveries[use.discovery].candidate.attribute("media") or ""
    size = facts.request.sizes.transferred if facts.request is not None else None
    return finding(
        page,
        facts,
        f'the page uses it for media="{shown(media)}", which do not hold here: it comes first and is not needed',
        severity=Severity.NOTE if is_idle(page, facts) else Severity.WARNING,
        use=use,
        differs=(Difference("media", "every device", media),),
        cost=Cost(bytes=size) if size is not None else None,
        fix="Take the hint out: such a sheet is fetched last, and holds nothing up.",
    )
