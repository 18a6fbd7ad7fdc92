"""The pages of a NetLog: each main document, with the requests that Chromium made for it.

A request belongs to the page of its top-level site (the network isolation key) that was navigated to last before it.
What belongs to none is left out and counted: other sites, the favicon, Chromium's own traffic. A NetLog does not say
which markup, sheet or script asked, so that no request here is said to be a script's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import BinaryIO

from fetcher.errors import RecordError
from fetcher.fields.link import parse
from fetcher.record.har import words
from fetcher.record.in_chromium import ChromiumRequest, EarlyHintsRead, InChromium, Preconnect
from fetcher.record.observed.netlog.events import KIND, NetLog
from fetcher.record.observed.netlog.sources import WANTED, Source, Sources
from fetcher.record.observed.netlog.words import Asker
from fetcher.record.observed.values import Observed, ObservedRequest
from fetcher.terms import Destination
from fetcher.urls import resolve

NOT_MODIFIED = 304


@dataclass(slots=True, eq=False)
class _Page:
    document: Source
    made: list[Source] = field(default_factory=list)
    preconnects: list[tuple[str, float]] = field(default_factory=list)
    shares_time: bool = False
    seen_before: frozenset[str] = frozenset()

    def is_hinted(self, one: Source) -> bool:
        """By its annotation; and what a page asks for before its own head has come, nothing but a 103 can name."""
        if one.asker is not Asker.UNKNOWN:
            return one.asker is Asker.HINT
        read = next((at for hop in self.document.hops for at, _ in hop.early), None)
        head = self.document.last.head_at
        return read is not None and head is not None and read <= one.at < head


def netlog_pages(source: BinaryIO) -> list[Observed]:
    """Each http(s) page that was navigated to, in order. Raises RecordError for a log without one."""
    log = NetLog(source, WANTED)
    folded: Sources | None = None
    for event in log:
        if folded is None:
            folded = Sources(log.errors)
        folded.take(event)
    pages = _sorted(folded) if folded is not None else []
    if not pages or folded is None:
        seen = "no page was navigated to" if folded is not None else "it has no event of a request"
        cut = "; it was cut off before one was" if log.cut_off else ""
        raise RecordError(f"this {KIND} tells of no page: {seen}{cut}; start the log before the page is loaded")
    left_out = len(folded.all) - sum(1 + len(page.made) for page in pages)
    came = [page for page in pages if page.document.last.head_at is not None or page.document.last.read_cache]
    pages = came or pages  # others came to nothing: nobody asks for them
    before: set[str] = set()
    for page in pages:
        asked = {one.hops[0].url for one in page.made}
        page.seen_before = frozenset(asked & before)
        before |= asked
    kinds = _kinds(folded.all)
    return [_observed(page, folded, kinds, cut_off=log.cut_off, left_out=left_out) for page in pages]


def _sorted(folded: Sources) -> list[_Page]:
    """Requests come in the order they were made, so that the last page of a site is the one that asks."""
    pages: list[_Page] = []
    current: dict[str | None, _Page] = {}
    for one in folded.all:
        match one.asker:
            case Asker.MAIN:
                page = _Page(one)
                before = current.get(one.site)
                if before is not None and (before.document.ended_at is None or before.document.ended_at > one.at):
                    before.shares_time = page.shares_time = True
                current[one.site] = page
                pages.append(page)
            case Asker.BROWSER:
                pass
            case _:
                owner = current.get(one.site)
                if owner is not None:
                    owner.made.append(one)
    # The last page that had begun by then: the earliest beginning of each and those after it only ever grows.
    earliest = list(accumulate((page.document.at for page in reversed(pages)), min))[::-1]
    for origin, at in folded.preconnects:
        begun = bisect_right(earliest, at)
        if begun:
            pages[begun - 1].preconnects.append((origin, at))
    return pages


def _observed(page: _Page, folded: Sources, kinds: dict[str, Destination], *, cut_off: bool, left_out: int) -> Observed:
    document, start = page.document, page.document.at
    url, final_url = document.hops[0].url, document.last.url
    urls, origins = _hinted_at(document)
    seen = InChromium(
        url=url,
        final_url=final_url,
        head_at=_since(document.last.head_at, start),
        early_hints=tuple(
            EarlyHintsRead(at - start, hop.url, links) for hop in document.hops for at, links in hop.early
        ),
        requests=tuple(_request(page, one, folded.begun(one), kinds) for one in _about_hints(page, urls, origins)),
        preconnects=tuple(Preconnect(origin, at - start) for origin, at in page.preconnects if origin in origins),
        cut_off=cut_off,
        left_out=left_out,
        shares_time=page.shares_time,
    )
    notes = ("it was cut off, so that what Chromium did later is not in it",) if cut_off else ()
    return Observed(url, final_url, KIND, tuple(_asked(page, kinds)), notes=notes, in_chromium=seen)


def _asked(page: _Page, kinds: dict[str, Destination]) -> Iterator[ObservedRequest]:
    """What the page itself asked for. Only a referrer tells of what made it: a frame's document has requests of its
    own, which are not the page's, and what a style sheet names it asks for itself."""
    start, ended = page.document.at, page.document.ended_at
    frames = {one.last.url for one in page.made if one.asker is Asker.FRAME}
    for one in page.made:
        if page.is_hinted(one) or not one.own or (one.referrer in frames and one.asker is not Asker.FRAME):
            continue
        url = one.hops[0].url
        by_sheet = one.referrer if kinds.get(one.referrer or "") is Destination.STYLE else None
        destination = Destination.FRAME if one.asker is Asker.FRAME else kinds.get(url) or Destination.EMPTY
        delay = max(one.at - ended, 0.0) if ended is not None and by_sheet is None else None
        script = None if by_sheet is None else False
        yield ObservedRequest(url, one.method, destination, one.mode, script, by_sheet, one.at - start, delay)


def _hinted_at(document: Source) -> tuple[set[str], set[str]]:
    """The URLs that links of its 103s name, and their origins."""
    urls, origins = set(), set()
    for hop in document.hops:
        for _, links in hop.early:
            for link in parse(links).links:
                url = resolve(link.target, hop.url)
                if url is not None:
                    urls.add(url.href.partition("#")[0])
                    origins.add(url.origin)
    return urls, origins


def _about_hints(page: _Page, urls: set[str], origins: set[str]) -> Iterator[Source]:
    """What a 103 asked for, what its URLs were asked for besides, and the first request to each of its origins."""
    met: set[str] = set()
    for one in page.made:
        url = resolve(one.hops[0].url)
        is_first = url is not None and url.origin in origins and url.origin not in met
        if is_first and url is not None and not page.is_hinted(one):
            met.add(url.origin)
        if is_first or page.is_hinted(one) or one.hops[0].url in urls:
            yield one


def _kinds(made: Iterable[Source]) -> dict[str, Destination]:
    """What each URL was asked for as: what was sent says it; of one that a cache answered the same URL's other request,
    else the end of its path."""
    found: dict[str, Destination] = {}
    for one in made:
        if one.destination is not None:
            found.setdefault(one.hops[0].url, one.destination)
    for one in made:
        url = one.hops[0].url
        if url not in found and (guess := _by_path(url)) is not Destination.EMPTY:
            found[url] = guess
    return found


_BY_SUFFIX = {
    **dict.fromkeys(("js", "mjs"), Destination.SCRIPT),
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico"), Destination.IMAGE),
    "css": Destination.STYLE,
}


def _by_path(url: str) -> Destination:
    parsed = resolve(url)
    path = parsed.path if parsed is not None else ""
    known = _BY_SUFFIX.get(path.rpartition(".")[2].lower())
    return known if known is not None else words.destination(None, None, None, url)


def _request(page: _Page, one: Source, begun: float | None, kinds: dict[str, Destination]) -> ChromiumRequest:
    start, first, last = page.document.at, one.hops[0], one.last
    answered = last.sent_at is None or last.status == NOT_MODIFIED
    return ChromiumRequest(
        url=first.url,
        hinted=page.is_hinted(one),
        asked_at=one.at - start,
        sent_at=_since(first.sent_at, start),
        head_at=_since(last.head_at, start),
        end_at=_since(one.ended_at, start),
        status=first.status,
        from_cache=last.read_cache and answered,
        destination=one.destination or kinds.get(first.url),
        priority=one.priority,
        connection=one.connection,
        connection_begun_at=_since(begun, start),
        redirected_to=one.hops[1].url if len(one.hops) > 1 else None,
        error=one.error,
        asked_before=first.url in page.seen_before,
    )


def _since(at: float | None, start: float) -> float | None:
    return None if at is None else at - start
