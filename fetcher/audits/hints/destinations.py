"""What a preload says it is (``as``): a browser needs it to ask, and to know its own request again."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.hinted import asked_for
from fetcher.analysis.reuse import Cause, Obstacle
from fetcher.analysis.wanted import Wanted
from fetcher.audits.finding import Difference, Finding, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.hints.told import (
    FAMILY,
    HEEDED,
    MISMATCH,
    finding,
    graver,
    head_start_lost,
    hinted,
    in_each_run,
    is_early,
    mended,
    on_mismatch,
    on_reuse,
    preloads_of,
    second_download,
    settled,
    shown,
    uses_of,
    write,
)
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.fields.early_hint import DESTINATIONS
from fetcher.fields.link import Link
from fetcher.terms import Destination, Mode

WORDS = {destination: word for word, destination in DESTINATIONS.items()} | {Destination.TRACK: "track"}
"""``as`` for a destination that can be preloaded."""
LATER = (*DESTINATIONS, "track")
"""Those that a final response or the markup may say (EH 8.4)."""


@rule(
    "hint-as-missing",
    title="Every preload says what it is",
    severity=Severity.ERROR,
    also=HEEDED,
    family=FAMILY,
    fix="Add as=style, script, font, image or fetch.",
    source="EH 3.3, 4.3, 8.4; Web Almanac 2024",
)
@in_each_run
def hint_as_missing(page: Page) -> Iterator[Finding]:
    """A preload without as fetches nothing: without a destination a browser knows neither how to ask nor for whom."""
    for facts, link in _with_rel(page, "preload"):
        if (link.param("as") or "").strip():
            continue
        use = next(iter(uses_of(page, facts)), None)
        told = "as has no value" if link.has("as") else "the preload has no as"
        yield finding(
            page,
            facts,
            f"{told}, so that no browser fetches it{_is_used(use)}",
            severity=graver(Severity.ERROR, page, facts),
            use=use,
            differs=(Difference("destination", "", use.destination.value),) if use is not None else (),
            cost=head_start_lost(page, facts),
            fix=_with_as(facts, link, use) or mended(page, facts),
        )


@rule(
    "hint-as-invalid",
    title="Every as names something that is preloaded",
    severity=Severity.ERROR,
    also=HEEDED,
    family=FAMILY,
    fix="Use as=style, script, font, image or fetch.",
    source="EH 3.3, 8.4; Web Almanac 2024",
)
@in_each_run
def hint_as_invalid(page: Page) -> Iterator[Finding]:
    """as=stylesheet, document, video or any other word that is no destination of a preload makes a browser ignore the
    link. In a 103 Chromium knows style, script, font, image and fetch; as=track acts only later."""
    for facts, link in preloads_of(page):
        word = (link.param("as") or "").strip().lower()
        if not word or word in (DESTINATIONS if is_early(facts) else LATER):
            continue
        use = next(iter(uses_of(page, facts)), None)
        effect = "Chromium drops the link" if is_early(facts) else "nothing is fetched"
        late = " in a 103 (it acts on the final response and in the markup)" if word == "track" else ""
        yield finding(
            page,
            facts,
            f"as={shown(word)} is not preloaded{late}, so that {effect}{_is_used(use)}",
            severity=graver(Severity.ERROR, page, facts),
            use=use,
            differs=(Difference("destination", word, use.destination.value),) if use is not None else (),
            cost=head_start_lost(page, facts),
            fix=_with_as(facts, link, use) or mended(page, facts),
        )


@rule(
    "hint-as-mismatch",
    title="What is hinted is used as what the hint says",
    severity=Severity.ERROR,
    also=MISMATCH,
    family=FAMILY,
    fix="Give the hint the as of what uses it.",
    source="EH 9.1-9.5; Web Almanac 2024; WebKit/WebKit#70207 (the key that is matched)",
)
@in_each_run
def hint_as_mismatch(page: Page) -> list[Finding]:
    """The page uses the hinted URL as something else. By HTML the preload is then not used, and where the HTTP cache
    cannot serve it the URL is downloaded again; Chromium takes what a 103 brought from there in any case. It was asked
    for with the wrong priority and Accept."""
    found = []
    unused = 0
    for facts, link in preloads_of(page):
        asked, uses = asked_for(facts.link, link), uses_of(page, facts)
        if asked is None:
            continue
        unused += not uses
        use = next(iter(uses), None)
        if use is None or any(one.destination is asked.destination for one in uses):
            continue
        word, used = _word(asked.destination), _word(use.destination)
        obstacle = Obstacle(Cause.AS_DIFFERS, f"it was asked for as {word} and is used as {used}")
        found.append(
            finding(
                page,
                facts,
                f"it is {hinted(facts)} as={word}, and {_by(use)} uses it as {used}",
                severity=on_mismatch(page, facts, use),
                use=use,
                differs=(Difference("destination", word, used),),
                browsers=on_reuse(page, facts, use, obstacle),
                cost=second_download(page, facts, use),
                fix=_with_as(facts, link, use) or f"Take it out: what is used as {used} is not preloaded.",
            )
        )
    return settled(page, found, unused)


def _with_rel(page: Page, rel: str) -> list[tuple[HintFacts, Link]]:
    found = [pair for pair in preloads_of(page) if (pair[1].param("rel") or "").lower() == rel]
    if not found:
        raise NotApplicable(f"nothing has rel={rel}")
    return found


def _is_used(use: Wanted | None) -> str:
    return f"; {_by(use)} uses it as {_word(use.destination)}" if use is not None else ""


def _by(use: Wanted) -> str:
    if use.discovery is None or use.what == "Link":
        return "the page"
    return f"<{use.what}>" if use.what.isalpha() else use.what


def _word(destination: Destination) -> str:
    return WORDS.get(destination, destination.value)


def _with_as(facts: HintFacts, link: Link, use: Wanted | None) -> str:
    """The link with the destination and CORS setting of what uses it."""
    word = WORDS.get(use.destination) if use is not None else None
    if use is None or word is None or word == "track":
        return ""
    params = [pair for pair in link.params if pair[0] not in ("as", "type")]
    at = next((number for number, pair in enumerate(params) if pair[0] == "rel"), -1) + 1
    params.insert(at, ("as", word))
    if use.mode is Mode.CORS and not link.has("crossorigin"):
        params.append(("crossorigin", None))
    return write(facts, Link(link.target, tuple(params), "", 0))
