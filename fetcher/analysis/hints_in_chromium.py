"""Each link of a 103 as Chromium would treat it by our verdict, beside what Chromium was seen to do with it (a NetLog).

Pure over the record, which holds both. A link and a fetch belong together by URL: links that ask for the same are
matched in order, so that a repeated one (EH 4.8) has no fetch left. Where the log cannot show it nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fetcher.analysis.links import JudgedLink, document_links, verdicts
from fetcher.record.in_chromium import ChromiumRequest, EarlyHintsRead, InChromium
from fetcher.record.page_load import PageLoad
from fetcher.record.redaction import redact_text
from fetcher.terms import ProfileName
from fetcher.urls import resolve

READ = "103 read"
CACHE_ALONE = "ERR_CACHE_MISS"
"""How a look into the cache alone ends that finds nothing: no use yet, and no fetch."""
SHARED = "another page of the site was loading meanwhile, whose requests the log does not tell apart"
SLACK_MS = 1.0
"""Instants of a NetLog are whole milliseconds."""


class Agreement(StrEnum):
    """Of our verdict with what Chromium did."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNSEEN = "cannot be seen"


class Fate(StrEnum):
    """What became of the hint in Chromium. FETCHED_AGAIN: the page's own request went to the server all the same."""

    USED = "used"
    FETCHED_AGAIN = "fetched again"
    NEVER_USED = "never used"
    FETCHED = "fetched"
    CONNECTED = "connected"
    NOT_FETCHED = "not fetched"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class HintInChromium:
    """``link`` is the text, ``url`` what it names and ``hint`` the record's entry (None: it has none). ``read_at``:
    Chromium read the 103 with it; ``fetched_at``: its request went out (was taken up, where the cache had it; of a
    preconnect: was begun); ``used_at``: the page asked for it. ``said`` is one clause of what was seen, ``why`` one of
    what that means beside our verdict, "" where they agree."""

    link: str
    url: str | None
    hint: int | None
    agreement: Agreement
    fate: Fate
    read_at: float | None = None
    fetched_at: float | None = None
    used_at: float | None = None
    said: str = ""
    why: str = ""

    @property
    def instants(self) -> tuple[tuple[str, float], ...]:
        """What is known of when, in order."""
        began = "connection begun" if self.fate is Fate.CONNECTED else "fetched"
        asked = "asked for again" if self.fate is Fate.FETCHED_AGAIN else "used"
        known = ((READ, self.read_at), (began, self.fetched_at), (asked, self.used_at))
        return tuple((name, at) for name, at in known if at is not None)


def hints_in_chromium(load: PageLoad) -> tuple[HintInChromium, ...]:
    """One answer for each of ``verdicts(load)``, in that order; none where the record holds no NetLog's facts."""
    if load.in_chromium is None:
        return ()
    links = verdicts(load)
    seen = _Seen(load.in_chromium, links)
    late = frozenset(link.url for link in document_links(load) if (link.rel or "") in ("preload", "modulepreload"))
    return tuple(_answer(seen, link, seen.fetches.get(at), link.url in late) for at, link in enumerate(links))


class _Seen:
    """A log's facts by what they are asked for. Secrets are left out on both sides: a log may be without."""

    def __init__(self, log: InChromium, links: Sequence[JudgedLink]) -> None:
        self.log = log
        self.read: dict[str, EarlyHintsRead] = {}
        for head in log.early_hints:
            for raw in head.links:
                self.read.setdefault(redact_text(raw), head)
        self.uses: dict[str, list[ChromiumRequest]] = {}
        self.to: dict[str, list[ChromiumRequest]] = {}
        hinted: dict[str, list[ChromiumRequest]] = {}
        for one in log.requests:
            if one.hinted:
                hinted.setdefault(redact_text(one.url), []).append(one)
            elif one.error != CACHE_ALONE:
                self.uses.setdefault(redact_text(one.url), []).append(one)
            url = resolve(one.url)
            if url is not None:
                self.to.setdefault(url.origin, []).append(one)
        self.fetches: dict[int, ChromiumRequest] = {}
        """By the place of the link. Those that act by our verdict have the first choice: another may name the URL."""
        for acts in (True, False):
            for at, link in enumerate(links):
                waiting = hinted.get(_plain(link.url))
                if waiting and link.by(ProfileName.CHROMIUM).acts is acts:
                    self.fetches[at] = waiting.pop(0)


def _answer(seen: _Seen, link: JudgedLink, fetch: ChromiumRequest | None, preloaded: bool) -> HintInChromium:
    empty = HintInChromium(link.raw, link.url, link.hint, Agreement.UNSEEN, Fate.UNKNOWN)
    read = seen.read.get(redact_text(link.raw))
    if read is None:
        what = "Chromium read a 103 without this link" if seen.log.early_hints else "Chromium read no 103 of this page"
        return replace(empty, said=what, why="nothing can be said of what it would have done")
    found = replace(empty, read_at=read.at)
    if (link.rel or "").lower() == "preconnect":
        return _connected(seen, link, found)
    if fetch is None:
        return _not_fetched(seen.log, link, found)
    verdict = link.by(ProfileName.CHROMIUM)
    agreement = Agreement.AGREES if verdict.acts else Agreement.DIFFERS
    why = "" if verdict.acts else f"our verdict is that it does not act on it ({verdict.rule})"
    at = fetch.sent_at if fetch.sent_at is not None else fetch.asked_at
    found = replace(found, agreement=agreement, why=why, fetched_at=at)
    return _used(seen, fetch, found, preloaded=preloaded)


def _not_fetched(seen: InChromium, link: JudgedLink, found: HintInChromium) -> HintInChromium:
    verdict = link.by(ProfileName.CHROMIUM)
    said = "no request for it came of the 103"
    if seen.cut_off and seen.head_at is None:
        return replace(found, said=f"{said} until the log was cut off", why="it may have come later")
    if seen.shares_time:
        return replace(found, said=said, why=SHARED)
    if not verdict.acts:
        said += f", as {verdict.rule} has it" if verdict.rule else ""
        return replace(found, agreement=Agreement.AGREES, fate=Fate.NOT_FETCHED, said=said)
    why = "our verdict is that it is fetched"
    return replace(found, agreement=Agreement.DIFFERS, fate=Fate.NOT_FETCHED, said=said, why=why)


def _used(seen: _Seen, fetch: ChromiumRequest, found: HintInChromium, *, preloaded: bool) -> HintInChromium:
    """The page's first own request for it after the hint's, or why there is none."""
    how = _came(fetch)
    use = next((one for one in seen.uses.get(redact_text(fetch.url), ()) if one.asked_at >= fetch.asked_at), None)
    if use is not None and not _went(use):
        ended = f"failed ({use.error})" if use.error is not None else "had no answer when the log ended"
        return replace(found, fate=Fate.FETCHED, said=f"{how}; the page's own at {use.asked_at:.0f} ms {ended}")
    if use is not None:
        by = "the HTTP cache served the page's own request" if use.from_cache else "the page's own request went out too"
        if use.from_cache and use.sent_at is not None:
            by += " after a 304"
        if preloaded:
            by += " (or that of its own preload of it)"
        fate = Fate.USED if use.from_cache else Fate.FETCHED_AGAIN
        return replace(found, fate=fate, used_at=use.asked_at, said=f"{how}; {by}")
    if fetch.from_cache or fetch.asked_before:
        said = "the page asked the network for it no more, but memory may have served it from an earlier load"
        return replace(found, fate=Fate.FETCHED, said=f"{how}; {said}")
    if seen.log.cut_off:
        return replace(found, fate=Fate.FETCHED, said=f"{how}; the page had not asked for it when the log was cut off")
    if seen.log.shares_time:
        return replace(found, fate=Fate.FETCHED, said=f"{how}; the page was not seen to ask for it, but {SHARED}")
    return replace(found, fate=Fate.NEVER_USED, said=f"{how}; the page never asked for it")


def _went(one: ChromiumRequest) -> bool:
    """Whether the network or the cache was asked to any end."""
    return one.from_cache or one.sent_at is not None


def _came(fetch: ChromiumRequest) -> str:
    if fetch.redirected_to is not None:
        return f"answered {fetch.status or 'with a redirect'} to {fetch.redirected_to}"
    if fetch.error is not None and fetch.status is None:
        return f"it failed ({fetch.error})"
    if fetch.from_cache:
        return "the HTTP cache had it already"
    return f"answered {fetch.status}" if fetch.status is not None else "no answer was seen"


def _connected(seen: _Seen, link: JudgedLink, found: HintInChromium) -> HintInChromium:
    """Nothing says what opened a connection: one begun between the 103 and the final head is taken for the hint's."""
    acts, log = link.by(ProfileName.CHROMIUM).acts, seen.log
    url = resolve(link.url) if link.url is not None else None
    origin = url.origin if url is not None else ""
    since = (found.read_at or 0.0) - SLACK_MS
    until = log.head_at if log.head_at is not None else float("inf")
    begun = next((one for one in log.preconnects if one.origin == origin and since <= one.at <= until), None)
    if begun is None:
        said = "no connection to it was begun before the final head"
        agreement = Agreement.UNSEEN if acts else Agreement.AGREES
        why = "one may have stood already, which a log does not tell" if acts else ""
        return replace(found, agreement=agreement, fate=Fate.NOT_FETCHED, said=said, why=why)
    found = replace(found, fetched_at=begun.at, fate=Fate.CONNECTED)
    if not acts:
        said = "a connection to it was begun before the final head, by whom is not told"
        return replace(found, said=said, why="it may be another link's")
    later = [one for one in seen.to.get(origin, ()) if one.asked_at >= begun.at]
    use = next((one for one in later if one.sent_at is not None), None)
    if use is None:
        said = "the page never asked that origin" + (" until the log was cut off" if log.cut_off else "")
        if log.shares_time:
            said = f"the page was not seen to ask that origin, but {SHARED}"
        if later:
            said = f"the page asked that origin at {later[0].asked_at:.0f} ms"
            said += f", which failed ({later[0].error})" if later[0].error is not None else " and needed no connection"
        return replace(found, agreement=Agreement.AGREES, said=said)
    line = use.connection_begun_at if use.asked_at > begun.at + SLACK_MS else None
    if line is not None and line >= use.asked_at:
        said = f"the page asked that origin at {use.asked_at:.0f} ms, over another connection"
        return replace(found, agreement=Agreement.AGREES, said=said)
    over = " over it" if line is not None else ", over which connection is not told"
    said = f"the page asked that origin{over}"
    return replace(found, agreement=Agreement.AGREES, used_at=use.asked_at, said=said)


def _plain(url: str | None) -> str:
    return redact_text((url or "").partition("#")[0])
