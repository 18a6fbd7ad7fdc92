"""What the rules of hints share: which links they look at, and how each browser's view, the
severity that follows from it and the cost are worked out (EH 9.2-9.4).

A page's profile decides how grave a finding is: what its browser acts on all the same weighs less, and nothing about a
preload weighs much in Safari, which acts on preconnect alone (EH 12.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape

from fetcher.analysis import reuse
from fetcher.analysis.hinted import read_again
from fetcher.analysis.links import JudgedLink, LinkSource
from fetcher.analysis.links.mending import written
from fetcher.analysis.reuse import Obstacle, unservable
from fetcher.analysis.wanted import Wanted
from fetcher.audits.each_run import in_each_run as in_each_run
from fetcher.audits.finding import Basis, Cost, Difference, Finding, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable
from fetcher.audits.telling import counted as counted
from fetcher.audits.telling import said as said
from fetcher.fields.link import Link
from fetcher.record.page_load import RequestRecord
from fetcher.terms import ProfileName

FAMILY = "hints"

_BROWSERS = (ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI)
_CHROMIUMS = (ProfileName.CHROMIUM, ProfileName.EAGER)
_NO_USES = ("preload", "modulepreload", "prefetch")


# -- the links


def links_of(page: Page) -> tuple[tuple[HintFacts, Link], ...]:
    """Every link of the first 103 that can be read; raises NotApplicable where there is none."""
    _ = page.interim
    read = [(each, read_again(page.load, each.link)) for each in page.hints]
    found = tuple((each, link) for each, link in read if link is not None and "<" not in link.target)
    if not found:
        raise NotApplicable("the 103 has no link that can be read")
    return found


def hinted_preloads_of(page: Page) -> tuple[tuple[HintFacts, Link], ...]:
    """Those that are preloads or modulepreloads."""
    found = tuple(pair for pair in links_of(page) if pair[0].is_preload)
    if not found:
        raise NotApplicable("the 103 has no preload")
    return found


def preloads_of(page: Page) -> tuple[tuple[HintFacts, Link], ...]:
    """Every preload: of the first 103, of the final response's Link field and of the markup, each once that says the
    same (in Safari, which takes none from a 103, the later one). Raises NotApplicable where there is none."""
    early = [each for each in page.hints if each.is_preload]
    in_order = [*page.later_hints, *early] if page.profile is ProfileName.SAFARI else [*early, *page.later_hints]
    found: dict[object, tuple[HintFacts, Link]] = {}
    for each in in_order:
        read = read_again(page.load, each.link)
        if read is not None and "<" not in read.target:
            named = {name: value for name, value in read.params if name in _KEY}
            found.setdefault(
                (each.url, (each.link.rel or "").lower(), tuple(sorted(named.items(), key=str))), (each, read)
            )
    if not found and page.load.recorded_by is not None and not page.load.discoveries:
        raise NotApplicable(f"no Link field preloads, and the file of {page.load.recorded_by} tells of no elements")
    if not found:
        raise NotApplicable("nothing is preloaded")
    return tuple(found.values())


_KEY = ("as", "crossorigin", "integrity", "type")
"""What makes another request of one URL, or none."""


def is_early(facts: HintFacts) -> bool:
    """Whether it stands in a 103."""
    return facts.link.source is LinkSource.EARLY_HINT


def is_idle(page: Page, facts: HintFacts) -> bool:
    """Whether the page's browser acts on none like it: Safari on no preload of a 103 (EH 12.2)."""
    return page.profile is ProfileName.SAFARI and facts.is_preload and is_early(facts)


def hinted(facts: HintFacts) -> str:
    return "hinted" if is_early(facts) else "preloaded"


def worded(facts: HintFacts, obstacle: Obstacle) -> Obstacle:
    """An obstacle in the words of where the preload stands."""
    return obstacle if is_early(facts) else replace(obstacle, reason=obstacle.reason.replace("hinted", "preloaded"))


def write(facts: HintFacts, link: Link) -> str:
    """The advice to write ``link``, as a field has it or as an element."""
    if facts.link.source is not LinkSource.MARKUP:
        return f"Write {written(link)}"
    pairs = [*link.params]
    at = next((number for number, pair in enumerate(pairs) if pair[0] == "rel"), -1) + 1
    pairs.insert(at, ("href", link.target))
    text = " ".join(name if value is None else f'{name}="{escape(value)}"' for name, value in pairs)
    return f"Write <link {text}>"


def uses_of(page: Page, facts: HintFacts) -> tuple[Wanted, ...]:
    """What uses the URL of a hint: everything that asks for it but other preloads, which only ask for it as well."""
    return tuple(one for one in facts.wanted if is_use(page, one))


def is_use(page: Page, one: Wanted) -> bool:
    return one.discovery is None or page.load.discoveries[one.discovery].candidate.kind.value not in _NO_USES


def must_know_markup(page: Page) -> None:
    """Raise where the record is another program's, which tells of requests and not of elements."""
    if page.load.recorded_by is not None and not page.load.discoveries:
        raise NotApplicable(f"the file of {page.load.recorded_by} says nothing of the page's elements")


def settled(page: Page, found: list[Finding], unused: int) -> list[Finding]:
    """``found``, or the reason why nothing can be said: ``unused`` hints have no use that the record shows."""
    if not found and unused:
        page.must_see_uses()
    return found


# -- what is said of one


def naming(link: JudgedLink, message: str) -> str:
    """``message`` with what ``link`` names, for it may stand alone: a heading, an annotation, a line of a log."""
    name = shown(link.href)
    return message if not name or name in message else f"{name}: {message}"


def finding(
    page: Page,
    facts: HintFacts,
    message: str,
    *,
    severity: Severity,
    use: Wanted | None = None,
    differs: tuple[Difference, ...] = (),
    browsers: tuple[tuple[ProfileName, str], ...] | None = None,
    cost: Cost | None = None,
    fix: str = "",
) -> Finding:
    """One about ``facts``: quoted as it was sent, with its URL and the place of ``use``, else of its first use."""
    use = use or next(iter(uses_of(page, facts)), None)
    return Finding(
        naming(facts.link, message),
        severity=severity,
        subject=facts.url or facts.link.raw,
        quote=page.quote(facts.link),
        url=facts.url,
        used=page.place(use) if use is not None else None,
        differs=differs,
        browsers=each_browser(page, facts) if browsers is None else browsers,
        cost=cost,
        fix=fix,
    )


def each_browser(page: Page, facts: HintFacts) -> tuple[tuple[ProfileName, str], ...]:
    """What each browser does with the link itself."""
    return tuple((name, said(facts.link.by(name))) for name in _asked(page))


def _asked(page: Page) -> tuple[ProfileName, ...]:
    return _BROWSERS if page.profile in _BROWSERS else (*_BROWSERS, page.profile)


def heeds(facts: HintFacts, name: ProfileName) -> bool:
    """Whether a browser acts on the link as far as the link itself decides: that the 103 came over HTTP/1.1 (EH 4.4),
    or that an earlier link asked for the same (EH 4.8), is told by other rules."""
    verdict = facts.link.by(name)
    return verdict.acts or verdict.rule in ("EH 4.4", "EH 4.8")


IDLE = "where its browser acts on no preload, as Safari"
"""When what is wrong with a preload is a note."""
HEEDED: Mapping[str, str] = {"warning": "where its browser acts on the link all the same", "note": IDLE}
"""When a rule that uses ``graver`` on an error finds less than one."""
MISMATCH: Mapping[str, str] = {"warning": "where its browser's cache serves the page all the same", "note": IDLE}
"""When a rule that uses ``on_mismatch`` finds less than an error."""
MISMATCH_OF_WARNING: Mapping[str, str] = {
    "error": "where its browser ignores the hint, or the page downloads the file again or goes without", "note": IDLE
}  # fmt: skip


def graver(severity: Severity, page: Page, facts: HintFacts) -> Severity:
    """``severity`` for the page's browser: one less where it acts on the link all the same, a note where it acts on no
    preload whatever it says."""
    if is_idle(page, facts):
        return Severity.NOTE
    if heeds(facts, page.profile):
        return {Severity.ERROR: Severity.WARNING}.get(severity, Severity.NOTE)
    return severity


def mended(page: Page, facts: HintFacts, otherwise: str = "") -> str:
    """The link as the page's browser, else Chromium, would act on it."""
    for name in (page.profile, ProfileName.CHROMIUM):
        text = facts.link.by(name).fix
        if text is not None and text != facts.link.raw:
            return f"Write {text}"
    return otherwise


def head_start_lost(page: Page, facts: HintFacts) -> Cost | None:
    """What a link that does nothing costs: how much earlier its request could have gone, estimated as the time from the
    103 until the page itself asked, and the bytes that the link takes in the head. None where its browser acts."""
    if heeds(facts, page.profile):
        return None
    at = page.load.interim[facts.link.interim].at if facts.link.interim is not None else None
    asked = [moment for one in uses_of(page, facts) if (moment := _asked_at(page, one)) is not None]
    ms = round(max(0.0, min(asked) - at), 1) if asked and at is not None else None
    return Cost(ms, len(facts.link.raw), Basis.ESTIMATED)


def _asked_at(page: Page, one: Wanted) -> float | None:
    if one.discovery is not None:
        return page.load.discoveries[one.discovery].at
    request = page.load.requests[one.request] if one.request is not None else None
    return request.times.discovered if request is not None and not request.timing_is_cache_read else None


# -- whether it serves what uses it


def from_cache(page: Page, facts: HintFacts, use: Wanted) -> Obstacle | str | None:
    """Why the HTTP cache would not serve ``use`` after the hint; "" where no response tells; None where it
    would (EH 9.3)."""
    for one in facts.reuses:
        if one.wanted == use:
            return one.by_cache
    request = _response(page, facts, use)
    if request is None or request.status is None:
        return ""
    second = _second(page, facts)
    return unservable(request, second.fields if second is not None else None)


def _response(page: Page, facts: HintFacts, use: Wanted) -> RequestRecord | None:
    if facts.request is not None:
        return facts.request
    return page.load.requests[use.request] if use.request is not None else None


def on_reuse(
    page: Page, facts: HintFacts, use: Wanted, by_key: Obstacle
) -> tuple[tuple[ProfileName, str], ...]:  # fmt: skip
    """What each browser does with a hint whose request is not the one that ``use`` makes."""
    told = []
    for name in _asked(page):
        verdict = facts.link.by(name)
        if not verdict.acts:
            told.append((name, said(verdict)))
            continue
        refused, cached = _refused(page, facts, use), from_cache(page, facts, use)
        if refused is not None:
            told.append((name, refused))
        elif name in _CHROMIUMS:
            told.append((name, _in_chromium(cached, "hint" if is_early(facts) else "preload")))
        else:
            told.append((name, _by_key(by_key if _is_apart(page, facts, use, name) else cached, by_key)))
    return tuple(told)


def _by_key(cached: Obstacle | str | None, by_key: Obstacle) -> str:
    """In a browser that hands preloads over by HTML's key, and then has an HTTP cache like every other."""
    if isinstance(cached, Obstacle):
        return f"downloads it again, for {by_key.reason} (EH 9.1)"
    served = "its HTTP cache serves the page's request: one download"
    if cached is not None:
        served = "its HTTP cache serves the page's request if the response may be stored and is fresh"
    return f"does not match it with the preload, for {by_key.reason} (EH 9.1); {served}"


def _is_apart(page: Page, facts: HintFacts, use: Wanted, name: ProfileName) -> bool:
    """Whether that browser's cache keeps what the hint brings apart from what ``use`` asks for."""
    hint, request = facts.hint, facts.request
    if hint is None or request is None:
        return False
    return reuse.splits_cache(name) and reuse.are_apart(page.load, reuse.hinted(page.load, hint, request), use)


def _in_chromium(obstacle: Obstacle | str | None, word: str) -> str:
    if obstacle is None:
        return f"serves the page's request from its HTTP cache, where the {word} has put it: one download (EH 9.3)"
    if isinstance(obstacle, str):
        return "serves the page's request from its HTTP cache if the response may be stored and is fresh (EH 9.3)"
    return f"downloads it again: {obstacle.reason} (EH 9.3)"


def _refused(page: Page, facts: HintFacts, use: Wanted) -> str | None:
    """Where the hint's response is all there is for ``use``, and a policy keeps it from that: as a response without
    Access-Control-Allow-Origin, which many servers add only to requests with CORS."""
    request = facts.request
    if request is None:
        return None
    kept_from = page.kept_from_by_url.get(request.url)
    why = kept_from.reason if kept_from is not None else None
    if request.outcome == "blocked" and use.request == request.id:
        why = request.error
    return (
        None
        if why is None
        else f"takes it from its HTTP cache and may not use it, so that the page goes without: {why}"
    )


def downloads_again(page: Page, facts: HintFacts, use: Wanted) -> bool:
    """Whether the page's browser makes a second download for ``use``, as measured or as its rule says."""
    if is_idle(page, facts) or not heeds(facts, page.profile):
        return False
    return bool(_measured(page, facts)) or isinstance(from_cache(page, facts, use), Obstacle)


def on_mismatch(page: Page, facts: HintFacts, use: Wanted) -> Severity:
    """An error where the page's browser downloads it again or ignores it, a warning where its cache serves, a note
    where it does nothing with preloads anyway."""
    if is_idle(page, facts):
        return Severity.NOTE
    lost = not heeds(facts, page.profile) or _refused(page, facts, use) is not None
    return Severity.ERROR if lost or downloads_again(page, facts, use) else Severity.WARNING


def second_download(page: Page, facts: HintFacts, use: Wanted) -> Cost | None:
    """What the second download took where the record has one, else what it would take in a browser that makes it
    (estimated by the first); None where there is none."""
    measured = _measured(page, facts)
    if measured is not None:
        return _taken(measured, Basis.MEASURED)
    if _refused(page, facts, use) is not None and facts.request is not None:
        return _taken(facts.request, Basis.MEASURED)  # for nothing
    if not downloads_again(page, facts, use):
        return head_start_lost(page, facts)
    request = _response(page, facts, use)
    return _taken(request, Basis.ESTIMATED) if request is not None else None


def _measured(page: Page, facts: HintFacts) -> RequestRecord | None:
    """The second request, where the browser that loaded the page is the one that is asked about."""
    drove = page.load.profile
    alike = drove is page.profile or (drove in _CHROMIUMS and page.profile in _CHROMIUMS)
    return _second(page, facts) if alike else None


def _second(page: Page, facts: HintFacts) -> RequestRecord | None:
    """The record's further request of the same URL."""
    second = (page.load.requests[one.later] for one in facts.doubles)
    return next((one for one in second if one.url == facts.url), None)


def _taken(request: RequestRecord, basis: Basis) -> Cost:
    start, end = request.times.request_start, request.times.response_end
    ms = round(end - start, 1) if start is not None and end is not None else None
    return Cost(ms, request.sizes.transferred, basis)


def shown(text: str, most: int = 120) -> str:
    """Text of a server within a sentence."""
    return text if len(text) <= most else f"{text[:most]}..."
