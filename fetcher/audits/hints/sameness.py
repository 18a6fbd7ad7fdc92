"""Hints that ask for what another asks for, and integrity that the hint does not share with the element."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.hinted import asked_for, read_alone
from fetcher.analysis.links import JudgedLink
from fetcher.analysis.reuse import Cause, Obstacle
from fetcher.audits.finding import Cost, Difference, Finding, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.hints.told import (
    FAMILY,
    MISMATCH_OF_WARNING,
    finding,
    in_each_run,
    is_early,
    links_of,
    must_know_markup,
    naming,
    on_mismatch,
    on_reuse,
    preloads_of,
    said,
    second_download,
    settled,
    shown,
    uses_of,
    write,
)
from fetcher.audits.page import Page
from fetcher.audits.rule import rule
from fetcher.fields.link import Link
from fetcher.terms import ProfileName
from fetcher.urls import resolve


@rule(
    "hint-integrity-mismatch",
    title="A hint has the integrity of the element that uses it",
    severity=Severity.WARNING,
    also=MISMATCH_OF_WARNING,
    family=FAMILY,
    fix="Give the hint the element's integrity.",
    source="EH 3.4, 9.1; web-platform-tests/interop#1400",
)
@in_each_run
def hint_integrity_mismatch(page: Page) -> list[Finding]:
    """An element with integrity is served by a preload of the same integrity only, so that by HTML's rule a hint with
    none or another is downloaded twice. Chromium does not compare it for a 103 and takes its HTTP cache."""
    pairs = preloads_of(page)
    must_know_markup(page)
    found = []
    unused = 0
    for facts, link in pairs:
        asked, uses = asked_for(facts.link, link), uses_of(page, facts)
        unused += not uses
        strict = [one for one in uses if one.integrity]
        if asked is None or not strict or len(strict) < len(uses):
            continue
        if any(one.integrity.split() == asked.integrity.split() for one in strict):
            continue
        use = strict[0]
        named = "another integrity" if asked.integrity else "none"
        told = f"the element has an integrity, and the {'hint' if is_early(facts) else 'preload'} has {named}"
        found.append(
            finding(
                page,
                facts,
                told,
                severity=on_mismatch(page, facts, use),
                use=use,
                differs=(Difference("integrity", shown(asked.integrity), shown(use.integrity)),),
                browsers=on_reuse(page, facts, use, Obstacle(Cause.INTEGRITY_DIFFERS, told)),
                cost=second_download(page, facts, use),
                fix=_with_integrity(facts, link, use.integrity),
            )
        )
    return settled(page, found, unused)


def _with_integrity(facts: HintFacts, link: Link, integrity: str) -> str:
    params = tuple(pair for pair in link.params if pair[0] != "integrity")
    return write(facts, Link(link.target, (*params, ("integrity", integrity)), "", 0))


@rule(
    "hint-duplicate",
    title="Every hint is sent once",
    severity=Severity.NOTE,
    family=FAMILY,
    fix="Send it once, in the first 103.",
    source="EH 4.2, 4.8; Web Almanac 2024 (3,215 preloads of one image)",
)
@in_each_run
def hint_duplicate(page: Page) -> Iterator[Finding]:
    """The same hint again brings nothing and takes its bytes, in one 103 or in a second one. A second hint of one URL
    with another as or crossorigin is not another chance: Chromium asks for a URL once, as the first hint says."""
    _ = links_of(page)
    groups: dict[str, list[JudgedLink]] = {}
    for link in page.links:
        name = _name(link)
        if name is not None:
            groups.setdefault(name, []).append(link)
    for first, *again in groups.values():
        if again:
            yield _duplicate(page, first, again)


def _duplicate(page: Page, before: JudgedLink, again: list[JudgedLink]) -> Finding:
    link = again[0]
    if link.interim != before.interim:
        told = f"a later 103 sends this hint {'again' if len(again) == 1 else f'{len(again)} more times'}"
    elif _key(link) != _key(before):
        told = "an earlier hint names the same URL with another as or crossorigin, and Chromium asks for a URL once"
    else:
        told = f"this hint is sent {len(again) + 1} times in one 103"
    return Finding(
        naming(link, told),
        severity=Severity.NOTE,
        subject=link.url or link.raw,
        quote=page.quote(link),
        url=link.url,
        differs=(Difference("hint", link.raw, before.raw),) if link.raw != before.raw else (),
        browsers=tuple((name, said(link.by(name))) for name in _SHOWN),
        cost=Cost(bytes=sum(len(each.raw) + 2 for each in again)),
    )


_SHOWN = (ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI)


def _name(link: JudgedLink) -> str | None:
    """What two hints of one thing share: a preload's URL, a preconnect's origin and credentials."""
    rel = (link.rel or "").lower()
    if link.url is None:
        return None
    if rel in ("preload", "modulepreload"):
        return link.url
    url = resolve(link.url)
    if rel == "preconnect" and url is not None:
        return f"{url.origin} {_anonymous(link)}"
    return None


def _key(link: JudgedLink) -> object:
    asked = asked_for(link, read_alone(link.raw))
    return (link.rel or "").lower(), asked and (asked.destination, asked.mode, asked.credentials)


def _anonymous(link: JudgedLink) -> bool:
    """A socket is without credentials where crossorigin is anonymous (EH 11.1)."""
    read = read_alone(link.raw)
    return (
        read is not None and read.has("crossorigin") and (read.param("crossorigin") or "").lower() != "use-credentials"
    )
