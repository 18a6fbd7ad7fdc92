"""Where a hint points: at the very URL the page uses, absolute, over https, and not at the page itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fetcher.analysis.near_urls import spelled, spelling_differs
from fetcher.analysis.wanted import Wanted
from fetcher.audits.finding import Basis, Cost, Difference, Finding, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.hints.told import (
    FAMILY,
    IDLE,
    each_browser,
    finding,
    head_start_lost,
    heeds,
    hinted,
    in_each_run,
    is_idle,
    is_use,
    links_of,
    preloads_of,
    settled,
    uses_of,
    write,
)
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.fields.link import Link
from fetcher.terms import ProfileName
from fetcher.urls import URL, resolve

_ABSOLUTE = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|/)")


@rule(
    "hint-url-mismatch",
    title="A hint names the URL exactly as the page uses it",
    severity=Severity.ERROR,
    also={"note": IDLE},
    family=FAMILY,
    fix="Write the URL in the 103 as the page has it, character by character.",
    source="EH 9.1, 9.5; bigcommerce/cornerstone#2261 (another encoding made CSS load twice)",
)
@in_each_run
def hint_url_mismatch(page: Page) -> list[Finding]:
    """Nothing uses the hinted URL, and the page uses one that is the same but for its spelling: character references
    of HTML, percent-encoding, upper or lower case, a slash, the order of the query, www. To every cache that is another
    resource, so that both are downloaded."""
    by_spelling: dict[str, Wanted] = {}
    for one in page.wanted:
        key = spelled(one.url) if is_use(page, one) else None
        if key is not None:
            by_spelling.setdefault(key, one)
    found = []
    unused = 0
    for facts, link in preloads_of(page):
        if facts.url is None or uses_of(page, facts) or _is_mixed(page, facts):
            continue
        use = by_spelling.get(spelled(facts.url) or "")
        differs = spelling_differs(facts.url, use.url) if use is not None else ()
        if use is None or not differs:
            unused += 1
            continue
        found.append(_misspelt(page, facts, link, use, differs))
    return settled(page, found, unused)


def _misspelt(page: Page, facts: HintFacts, link: Link, use: Wanted, differs: tuple[str, ...]) -> Finding:
    used = resolve(use.url)
    here = resolve(page.url)
    target = use.url
    if used is not None and here is not None and used.origin == here.origin:
        target = used.target
    does = f"downloads {facts.url} and {use.url}: two resources to it"
    return finding(
        page,
        facts,
        f"the page uses {use.url}, and it is {hinted(facts)} otherwise: {', '.join(differs)}",
        severity=Severity.NOTE if is_idle(page, facts) else Severity.ERROR,
        use=use,
        differs=(Difference("URL", facts.url or facts.link.href, use.url),),
        browsers=tuple((name, does if facts.link.by(name).acts else told) for name, told in each_browser(page, facts)),
        cost=_wasted(facts),
        fix=write(facts, replace(link, target=target)),
    )


def _wasted(facts: HintFacts) -> Cost | None:
    """What was transferred for nothing."""
    if facts.request is None:
        return None
    times = facts.request.times
    known = times.request_start is not None and times.response_end is not None
    ms = round((times.response_end or 0.0) - (times.request_start or 0.0), 1) if known else None
    return Cost(ms, facts.request.sizes.transferred, Basis.MEASURED)


@rule(
    "hint-relative-url",
    title="Targets of hints are absolute",
    severity=Severity.NOTE,
    also={"error": "where nothing is there, on this page or another one audited"},
    family=FAMILY,
    fix="Begin the target with a slash.",
    source="EH 2.10; Orange-OpenSource/hurl#900 (a field with ./ targets)",
)
@in_each_run
def hint_relative_url(page: Page) -> Iterator[Finding]:
    """A target without a leading slash is resolved against the URL of the response, and not against <base>: the same
    field names another file one directory deeper, and a rule that adds it to many paths is right on few of them."""
    for facts, link in links_of(page):
        if _ABSOLUTE.match(link.target) or not link.target or link.target.startswith("#"):
            continue
        where, status = _missing(page, facts)
        missing = status is not None
        base = resolve(page.load.requests[facts.link.request].url)
        deeper = _from_deeper(link.target, base) if base is not None else None
        told = f"the target is relative, and here it is {facts.url}"
        if missing:
            told += f", which answered {status}" if where == facts.url else f"; on another page {where}, and {status}"
        elif deeper is not None:
            told += f", and {deeper} for a page one directory deeper"
        yield finding(
            page,
            facts,
            told,
            severity=Severity.ERROR if missing else Severity.NOTE,
            use=next(iter(uses_of(page, facts)), None),
            cost=_wasted(facts) if missing else None,
            fix=_rooted(link, facts) if not missing else "Write where the file is, from the root: <check the path>.",
        )


def _missing(page: Page, facts: HintFacts) -> tuple[str | None, int | None]:
    """The URL that the same text makes on this page or on another one audited, where that answered 4xx or 5xx."""
    same = (each for other in page.siblings for each in other.hints if each.link.raw == facts.link.raw)
    for each in (facts, *same):
        if each.request is not None and (each.request.status or 0) >= 400:
            return each.url, each.request.status
    return None, None


def _from_deeper(target: str, base: URL) -> str | None:
    """What the target is where a page lies one directory below this one."""
    here = base.href.removesuffix(base.target) + base.path.rpartition("/")[0]
    url = resolve(target, f"{here}/deeper/")
    return url.href if url is not None and url.href != base.href else None


def _rooted(link: Link, facts: HintFacts) -> str:
    url = resolve(facts.url) if facts.url is not None else None
    return write(facts, replace(link, target=url.target)) if url is not None else ""


@rule(
    "hint-mixed-content",
    title="An https page hints at https only",
    severity=Severity.ERROR,
    also={"note": IDLE},
    family=FAMILY,
    fix="Write https: in the target, or leave the scheme out.",
    source="EH 10.1; Fetch, should fetching be blocked as mixed content",
)
@in_each_run
def hint_mixed_content(page: Page) -> Iterator[Finding]:
    """An http: target hinted by an https page is mixed content: Firefox asks for nothing, and Chromium asks in
    cleartext for what the page may then not use, for everybody on the way to read."""
    links = links_of(page)
    base = resolve(page.load.requests[page.interim.request].url)
    if base is None or base.scheme != "https":
        raise NotApplicable("the page is not served over https")
    for facts, link in links:
        if not _is_mixed(page, facts) or (url := resolve(facts.url or "")) is None:
            continue
        chromium = "asks for it in cleartext (seen with Chromium 156), and the page itself may not use it (EH 10.1)"
        yield finding(
            page,
            facts,
            f"the target is {url.href}, and the page is https: mixed content",
            severity=Severity.NOTE if is_idle(page, facts) else Severity.ERROR,
            use=next(iter(uses_of(page, facts)), None),
            browsers=tuple(
                (name, chromium if name in (ProfileName.CHROMIUM, ProfileName.EAGER) else told)
                for name, told in each_browser(page, facts)
            ),
            cost=head_start_lost(page, facts),
            fix=write(facts, replace(link, target=f"https{url.href[4:]}")),
        )


def _is_mixed(page: Page, facts: HintFacts) -> bool:
    """Whether an https page hints at what is not potentially trustworthy (EH 10.1)."""
    base, url = resolve(page.load.requests[facts.link.request].url), resolve(facts.url or "")
    if base is None or url is None:
        return False
    return base.scheme == "https" and url.scheme == "http" and not url.is_trustworthy


@rule(
    "hint-self",
    title="No hint names the page itself",
    severity=Severity.ERROR,
    also={"warning": "where the browser asks for nothing", "note": IDLE},
    family=FAMILY,
    fix="Take the hint out; look for an empty value where its URL is put together.",
    source="EH 13.2; a sample of a WordPress site",
)
@in_each_run
def hint_self(page: Page) -> Iterator[Finding]:
    """A preload of the document's own URL, most often from an empty target, asks for a page that is on its way
    already: at best it waits for nothing, at worst the server builds the page twice."""
    own = {page.load.requests[one.link.request].url for one in page.hints} | {page.url}
    own = {url.href for text in own if (url := resolve(text)) is not None}
    for facts, link in preloads_of(page):
        if facts.url not in own:
            continue
        how = "its target is empty, which means the page's own URL" if not link.target else "it names the page itself"
        yield finding(
            page,
            facts,
            f"{how}: {facts.url}",
            severity=_of_self(page, facts),
            cost=_wasted(facts),
        )


def _of_self(page: Page, facts: HintFacts) -> Severity:
    """A warning where the browser sees through it and asks for nothing."""
    if is_idle(page, facts):
        return Severity.NOTE
    return Severity.ERROR if heeds(facts, page.profile) else Severity.WARNING
