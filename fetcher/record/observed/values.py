"""One page as a browser was seen to load it: what it requested, at whose instance and how long after that.

Only requests that the page itself made are here, by its scripts, markup and style sheets. What a 103 or a preload asked
for is not: being fetched does not make it used. (A NetLog does not tell the markup's preloads from uses.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fetcher.record.in_chromium import InChromium
from fetcher.terms import Destination, Mode
from fetcher.urls import resolve


@dataclass(frozen=True, slots=True)
class ObservedRequest:
    """``script``: code asked for it, in the file ``initiator`` (a URL, None where nobody told); False: markup or a
    style sheet did; None: the file says of no request what made it. ``at`` is ms from navigation start; ``delay`` ms
    from the end of what made it, or of the document where that is not known: 0 where it came before, None where that
    is unknown. ``mode`` is None where the file does not say. ``imported``: a module's import statement asked, not a
    call. ``stream``: an event stream, whose answer has no end. ``awaited`` False: the load event came before it
    was over, so that it did not wait for it; None where the file does not tell."""

    url: str
    method: str
    destination: Destination
    mode: Mode | None
    script: bool | None
    initiator: str | None
    at: float | None = None
    delay: float | None = None
    imported: bool = False
    stream: bool = False
    awaited: bool | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """``url`` is the page's as it was asked for, ``final_url`` where it ended; ``recorded_by`` the kind of file or the
    program that wrote it. ``counts``: how many requests there were in all, by what made them ("markup", "a script",
    "navigation" ...), where the file tells. ``notes`` are sentences on what is missing in it. ``in_chromium`` is what
    became of hints, where the file tells (a NetLog). ``others`` are the URLs of what was
    counted as asked for by nothing that is known, as the favicon."""

    url: str
    final_url: str
    recorded_by: str
    requests: tuple[ObservedRequest, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    in_chromium: InChromium | None = None
    others: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether what is not among ``requests`` was not made: a NetLog that was cut off may lack what came later."""
        explained = any(one.script is not None for one in self.requests)
        return explained or self.in_chromium is None or not self.in_chromium.cut_off


def for_page(pages: Iterable[Observed], *urls: str | None) -> Observed | None:
    """What ``pages`` tell of the page at one of ``urls``: the first of those that are of it, one that says what made a
    request before one that does not; and of its hints what the first does that tells of hints."""
    found = all_for_page(pages, *urls)
    if not found:
        return None
    explained = (one for one in found if any(each.script is not None for each in one.requests))
    hints = next((one.in_chromium for one in found if one.in_chromium is not None), None)
    chosen = next(explained, found[0])
    return chosen if chosen.in_chromium is hints else replace(chosen, in_chromium=hints)


def all_for_page(pages: Iterable[Observed], *urls: str | None) -> list[Observed]:
    """Those of ``pages`` that are of one of ``urls``; a fragment does not count. Ones with another query are taken
    where none has the same."""
    listed = list(pages)
    for shape in (_whole, _without_query):
        wanted = {shape(url) for url in urls if url is not None}
        found = [page for page in listed if shape(page.final_url) in wanted or shape(page.url) in wanted]
        if found:
            return found
    return []


def named(pages: Sequence[Observed]) -> str:
    """Where the first few of ``pages`` ended, for a sentence."""
    return ", ".join(page.final_url for page in pages[:3]) + (" and more" if len(pages) > 3 else "")


def _whole(url: str) -> str:
    parsed = resolve(url)
    return parsed.href.partition("#")[0] if parsed is not None else url


def _without_query(url: str) -> str:
    return _whole(url).partition("?")[0]
