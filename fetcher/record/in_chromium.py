"""What Chromium's own network stack was seen to do for a page, by its NetLog: when it read each 103, when it fetched
what a 103 hints at, and when the page asked for that.

Another load than the one whose record holds this: facts of a browser beside ours, so that each verdict can be held
against them (``analysis.hints_in_chromium``). Times are milliseconds from the instant at which Chromium's network
service was asked for the document, in whole milliseconds as a NetLog has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.terms import Destination


@dataclass(frozen=True, slots=True)
class EarlyHintsRead:
    """A 103 of the navigation as Chromium read it ``at``; ``url`` is what had been asked for, ``links`` the text of
    each link in it."""

    at: float
    url: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChromiumRequest:
    """``hinted``: a 103 asked for it, else the page did. ``asked_at`` is when Chromium took it up, ``sent_at`` when its
    fields were sent (None: no server was asked), ``head_at`` and ``end_at`` when the final head and the end were read.
    ``from_cache``: the HTTP cache answered it without the network, or after a 304. ``priority`` is Chromium's word,
    ``error`` its name for what stopped it (ERR_...), ``redirected_to`` where a redirect led it first. ``connection``
    numbers the HTTP/2 session or socket that carried it, begun at ``connection_begun_at`` (below 0: before this page).
    ``destination`` is None where no field told.
    ``asked_before``: an earlier page of the log asked for it, too, so that Chromium may have had it in memory, whose
    uses no NetLog shows."""

    url: str
    hinted: bool
    asked_at: float
    sent_at: float | None = None
    head_at: float | None = None
    end_at: float | None = None
    status: int | None = None
    from_cache: bool = False
    destination: Destination | None = None
    priority: str | None = None
    connection: int | None = None
    connection_begun_at: float | None = None
    redirected_to: str | None = None
    error: str | None = None
    asked_before: bool = False


@dataclass(frozen=True, slots=True)
class Preconnect:
    """A connection to ``origin`` that Chromium opened ahead of any request; nothing says what asked for it."""

    origin: str
    at: float


@dataclass(frozen=True, slots=True)
class InChromium:
    """``url`` as it was asked for, ``final_url`` after redirects. ``requests`` are those that a 103 asked for, those of
    the same URLs, and the first to each origin that a 103 names. ``head_at`` is when the document's final head came.
    ``cut_off``: the log ends before the browser did, so that what came later is not in it. ``left_out`` counts the
    requests of that log that are not this page's: other pages', and the browser's own. ``shares_time``: another page
    of the site was loading meanwhile, and the log does not tell their requests apart."""

    url: str
    final_url: str
    head_at: float | None = None
    early_hints: tuple[EarlyHintsRead, ...] = ()
    requests: tuple[ChromiumRequest, ...] = ()
    preconnects: tuple[Preconnect, ...] = ()
    cut_off: bool = False
    left_out: int = 0
    shares_time: bool = False
