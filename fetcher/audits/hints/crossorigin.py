"""With which CORS mode and credentials a hint asks: a request made otherwise is another request (EH 5.1, 9.1).

Each case has its own rule, since each is mended elsewhere: fonts are always asked for with CORS, modules too, and for
the rest the element and the hint must say the same.
"""

from __future__ import annotations

from fetcher.analysis.hinted import asked_for
from fetcher.analysis.reuse import Cause, Obstacle, differing
from fetcher.analysis.wanted import Wanted
from fetcher.audits.finding import Difference, Finding, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.hints.told import (
    FAMILY,
    MISMATCH,
    MISMATCH_OF_WARNING,
    each_browser,
    finding,
    hinted,
    in_each_run,
    on_mismatch,
    on_reuse,
    preloads_of,
    second_download,
    settled,
    uses_of,
    worded,
    write,
)
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.fields.link import Link
from fetcher.terms import Credentials, Destination, Mode, ProfileName

_MODES = (Cause.CROSSORIGIN_MISSING, Cause.CROSSORIGIN_DIFFERS, Cause.CREDENTIALS_DIFFER)


@rule(
    "font-hint-crossorigin",
    title="Hinted fonts have crossorigin",
    severity=Severity.ERROR,
    also=MISMATCH,
    family=FAMILY,
    fix="Add crossorigin to the hint, also for a font of the page's own origin.",
    source="EH 9.5, 12.1; whatwg/html#10907, w3c/preload#32, lodash/lodash.com#305",
)
@in_each_run
def font_hint_crossorigin(page: Page) -> list[Finding]:
    """A style sheet asks for its fonts with CORS and without credentials for other origins, always. A font hinted
    without crossorigin is ignored by Firefox and is no preload of it by HTML's rule: what may not be cached is
    downloaded twice."""
    fonts = [pair for pair in preloads_of(page) if (pair[1].param("as") or "").lower() == "font"]
    if not fonts:
        raise NotApplicable("no font is preloaded")
    return [_font(page, facts, link) for facts, link in fonts if not link.has("crossorigin")]


def _font(page: Page, facts: HintFacts, link: Link) -> Finding:
    use = next((one for one in uses_of(page, facts) if one.destination is Destination.FONT), None)
    asked = use or Wanted(
        facts.url or "", Destination.FONT, Mode.CORS, Credentials.SAME_ORIGIN, "", None, None, None, "font"
    )
    obstacle = Obstacle(
        Cause.CROSSORIGIN_MISSING, f"fonts are asked for with CORS, and it was {hinted(facts)} without crossorigin"
    )
    return finding(
        page,
        facts,
        f"the font is {hinted(facts)} without crossorigin, and fonts are always asked for with CORS",
        severity=on_mismatch(page, facts, asked),
        use=use,
        differs=(Difference("mode", Mode.NO_CORS.value, Mode.CORS.value),),
        browsers=on_reuse(page, facts, asked, obstacle),
        cost=second_download(page, facts, asked),
        fix=_rewritten(facts, link, "crossorigin", None),
    )


@rule(
    "hint-credentials-mismatch",
    title="A hint asks with the CORS mode and credentials of what uses it",
    severity=Severity.ERROR,
    also=MISMATCH,
    family=FAMILY,
    fix="Give the hint and the element the same crossorigin.",
    source="EH 5.1, 9.1-9.5, 12.1; lodash/lodash.com#304, w3c/preload#100, GoogleChrome/lighthouse#6849",
)
@in_each_run
def hint_credentials_mismatch(page: Page) -> list[Finding]:
    """crossorigin on the hint and none on the element, or the reverse, or use-credentials on one alone, make two
    requests of one URL. By HTML's rule the preload is not used; the HTTP cache serves the second request where the
    response may be stored. as=fetch is meant for fetch() and XMLHttpRequest, which ask with CORS."""
    found = []
    unused = 0
    for facts, link in preloads_of(page):
        asked, uses = asked_for(facts.link, link), uses_of(page, facts)
        if asked is None or _is_bare_font(asked, link):
            continue
        if asked.destination is Destination.EMPTY and not link.has("crossorigin") and not uses:
            found.append(_fetch(page, facts, link))
            continue
        unused += not uses
        same = [one for one in uses if one.destination is asked.destination]
        obstacles = [(one, differing(_without_integrity(asked), one)) for one in same]
        if not same or any(obstacle is None or obstacle.cause not in _MODES for _, obstacle in obstacles):
            continue
        use, obstacle = obstacles[0]
        if obstacle is None:
            continue
        obstacle = worded(facts, obstacle)
        if not _is_of_modules(page, facts, link, use):
            found.append(_other(page, facts, link, asked, use, obstacle))
    return settled(page, found, unused)


def _other(page: Page, facts: HintFacts, link: Link, asked: Wanted, use: Wanted, obstacle: Obstacle) -> Finding:
    differs = tuple(
        Difference(part, hinted.value, used.value)
        for part, hinted, used in (("mode", asked.mode, use.mode), ("credentials", asked.credentials, use.credentials))
        if hinted is not None and used is not None and hinted is not used
    )
    if use.mode is Mode.CORS:
        value = "use-credentials" if use.credentials is Credentials.INCLUDE else None
        fix = _rewritten(facts, link, "crossorigin", value)
    else:
        fix = _rewritten(facts, link)
    return finding(
        page,
        facts,
        obstacle.reason,
        severity=on_mismatch(page, facts, use),
        use=use,
        differs=differs,
        browsers=on_reuse(page, facts, use, obstacle),
        cost=second_download(page, facts, use),
        fix=fix,
    )


def _fetch(page: Page, facts: HintFacts, link: Link) -> Finding:
    grave = page.profile is ProfileName.FIREFOX
    return finding(
        page,
        facts,
        "as=fetch without crossorigin: fetch() and XMLHttpRequest ask with CORS unless told otherwise",
        severity=Severity.ERROR if grave else Severity.NOTE,
        differs=(Difference("mode", Mode.NO_CORS.value, Mode.CORS.value),),
        browsers=each_browser(page, facts),
        fix=_rewritten(facts, link, "crossorigin", None),
    )


@rule(
    "module-hint-wrong-rel",
    title="Module scripts are hinted as modules, classic scripts as scripts",
    severity=Severity.WARNING,
    also=MISMATCH_OF_WARNING,
    family=FAMILY,
    fix="Hint a module with rel=modulepreload, or with crossorigin on its preload; bare as=script is for classic ones.",
    source="EH 5.1, 9.1-9.5; Web Almanac 2024 (modulepreload)",
)
@in_each_run
def module_hint_wrong_rel(page: Page) -> list[Finding]:
    """A module is asked for with CORS, a classic script without: rel=preload; as=script does not match the one, and
    rel=modulepreload not the other. Only modulepreload also has it compiled early, with what it imports where the
    browser goes that far."""
    found = []
    unused = 0
    scripts = [pair for pair in preloads_of(page) if pair[0].link.destination is Destination.SCRIPT]
    if not scripts:
        raise NotApplicable("no script is preloaded")
    for facts, link in scripts:
        asked, uses = asked_for(facts.link, link), uses_of(page, facts)
        unused += not uses
        same = [one for one in uses if one.destination is Destination.SCRIPT]
        if asked is None or not same:
            continue
        obstacles = [(one, differing(_without_integrity(asked), one)) for one in same]
        if any(obstacle is None or obstacle.cause not in _MODES for _, obstacle in obstacles):
            continue
        use, obstacle = obstacles[0]
        if obstacle is not None and _is_of_modules(page, facts, link, use):
            found.append(_module(page, facts, link, use, worded(facts, obstacle)))
    return settled(page, found, unused)


def _module(page: Page, facts: HintFacts, link: Link, use: Wanted, obstacle: Obstacle) -> Finding:
    is_module = _is_module(page, use)
    if is_module:
        told = "the script is a module, and rel=preload; as=script without crossorigin asks for a classic one"
        fix = write(facts, Link(link.target, (("rel", "modulepreload"), *_kept(link)), "", 0))
    else:
        told = "the script is a classic one, and rel=modulepreload asks for a module"
        params = (("rel", "preload"), ("as", "script"), *_kept(link))
        fix = write(facts, Link(link.target, params, "", 0))
    modes = (Mode.NO_CORS, Mode.CORS) if is_module else (Mode.CORS, Mode.NO_CORS)
    return finding(
        page,
        facts,
        told,
        severity=on_mismatch(page, facts, use),
        use=use,
        differs=(Difference("mode", modes[0].value, modes[1].value),),
        browsers=on_reuse(page, facts, use, obstacle),
        cost=second_download(page, facts, use),
        fix=fix,
    )


def _is_of_modules(page: Page, facts: HintFacts, link: Link, use: Wanted) -> bool:
    """Whether the difference is that between modules and classic scripts."""
    if facts.link.destination is not Destination.SCRIPT:
        return False
    if (facts.link.rel or "").lower() == "modulepreload":
        return not _is_module(page, use)
    return _is_module(page, use) and not link.has("crossorigin")


def _is_module(page: Page, use: Wanted) -> bool:
    if use.discovery is None:
        return False
    return page.load.discoveries[use.discovery].candidate.kind.value in (
        "module-script",
        "module-import",
        "dynamic-import",
    )


def _is_bare_font(asked: Wanted, link: Link) -> bool:
    return asked.destination is Destination.FONT and not link.has("crossorigin")


def _without_integrity(asked: Wanted) -> Wanted:
    """Integrity has a rule of its own."""
    return Wanted(asked.url, asked.destination, asked.mode, asked.credentials, "", None, None, None, asked.what)


def _kept(link: Link) -> tuple[tuple[str, str | None], ...]:
    return tuple(pair for pair in link.params if pair[0] in ("fetchpriority", "integrity"))


def _rewritten(facts: HintFacts, link: Link, name: str = "", value: str | None = None) -> str:
    """The link with another crossorigin, or without one."""
    params = tuple(pair for pair in link.params if pair[0] != "crossorigin")
    if name:
        params = (*params, (name, value))
    return write(facts, Link(link.target, params, "", 0))
