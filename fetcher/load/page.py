"""``load_page``: one page load over our own connections, from URL to PageLoad."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

from fetcher import clock, urls
from fetcher.browser.document.observed import NOT_LOADED, SECRET, STREAM, AskedByCode, not_get
from fetcher.browser.machine import Browser
from fetcher.browser.options import BrowserOptions, HeaderScope
from fetcher.browser.profiles import profile
from fetcher.browser.requests.device import device as device_named
from fetcher.browser.storage.state import BrowserState
from fetcher.discovery.candidates import CandidateKind
from fetcher.errors import FetcherError, UsageError
from fetcher.load.driver import Driver, Watcher
from fetcher.net import NetOptions, prepare
from fetcher.net.options import HttpChoice
from fetcher.net.proxy import basic
from fetcher.record.notes import NOTHING_ELSE
from fetcher.record.page_load import PageLoad
from fetcher.record.recorder import Recorder
from fetcher.record.redaction import is_redacted
from fetcher.terms import Destination, Device, Limits
from fetcher.urls import parse
from fetcher.wire import coding

if TYPE_CHECKING:
    from fetcher.load.session import ClientSession
    from fetcher.record.observed import Observed


_FRAMES = (Destination.DOCUMENT, Destination.FRAME, Destination.FRAMESET_FRAME, Destination.OBJECT, Destination.EMBED)


def _beside(made: PageLoad, observed: Observed) -> PageLoad:
    """``made`` with what ``observed`` says of hints, and where all that it has was found here, with a note of that."""
    only_found = all(one.candidate.kind is not CandidateKind.OBSERVED for one in made.discoveries)
    told = made.outcome == "loaded" and made.scripts > 0 and not made.only_hints and observed.whole and only_found
    notes = (*made.notes, NOTHING_ELSE) if told else made.notes
    return replace(made, in_chromium=observed.in_chromium, notes=notes)


def asked_by_code(observed: Observed | None) -> tuple[AskedByCode, ...]:
    """What of ``observed`` no scan can find: what scripts asked for, and the page's own pictures, which code may have
    made; and, should nothing here ask for it, what style sheets drew on what code made, and all of which nobody told
    what asked. Once for each URL. What code asked for by other methods than GET and the frames it made are not asked
    for, with the reason."""
    found: dict[str, AskedByCode] = {}
    refused: dict[tuple[str, str], AskedByCode] = {}
    pages = () if observed is None else (observed.url, observed.final_url)
    for one in observed.requests if observed is not None else ():
        by_code = one.script is not False or (one.initiator in pages and one.destination is Destination.IMAGE)
        sheet = not by_code and one.destination in (Destination.IMAGE, Destination.FONT)
        by_code = by_code or sheet
        other = None
        if one.script and (one.method != "GET" or one.destination in _FRAMES):
            other = not_get(one.method) if one.method != "GET" else NOT_LOADED
        elif one.method != "GET" or not by_code or one.destination in _FRAMES or one.url in pages:
            continue
        initiator = None if one.initiator in pages else one.initiator
        why_not = other or (SECRET if is_redacted(one.url) else STREAM if one.stream else None)
        script = None if sheet else one.script
        asked = AskedByCode(
            one.url, one.destination, one.mode, initiator, one.delay or 0.0, why_not, script, sheet,
            awaited=one.awaited is not False, loads=other is None,
        )  # fmt: skip
        if other is not None:
            refused.setdefault((one.method, one.url), asked)
        else:
            found.setdefault(one.url, asked)
    return (*found.values(), *refused.values())


async def load_page(
    url: str,
    *,
    browser: str = "eager",
    early_hints: bool = True,
    http: HttpChoice = "auto",
    headers: Iterable[tuple[str, str]] = (),
    user_agent: str | None = None,
    options: NetOptions | None = None,
    limits: Limits | None = None,
    timeout: float | None = None,
    watch: Watcher | None = None,
    only_hints: bool = False,
    find_text: str | None = None,
    session: ClientSession | None = None,
    transport: str = "connections",
    header_scope: HeaderScope = "site",
    auth: tuple[str, str] | None = None,
    device: Device | str | None = None,
    state: BrowserState | None = None,
    on_state: Callable[[BrowserState], None] | None = None,
    frames: bool = False,
    without: Iterable[str] = (),
    observed: Observed | None = None,
) -> PageLoad:
    """Load ``url`` as ``browser`` ("chromium", or "eager", which also acts over HTTP/1.1) does on the network.

    ``early_hints`` False receives and ignores every 103. ``http`` is "auto", "1.1" or "2". ``headers`` go to the
    page's own site only, with ``header_scope`` "all" to every one; ``auth`` (user name, password) to its origin
    only. ``timeout`` is seconds for the whole load. ``watch`` is called with every event and the commands it
    caused, as they happen. ``only_hints`` loads the document and what its 103 hints at, nothing else. ``find_text``
    is looked for in the decoded document; its request record's ``has_text`` answers. ``session`` is an
    ``aiohttp.ClientSession`` of yours that fetches everything but the document, with its proxy, auth and mocks;
    ``transport`` "aiohttp" does the same with a session of our own. ``device`` is "mobile", "desktop" or one of
    ``browser.device``. ``state`` is what the browser remembers (cookies, HTTP cache, HSTS hosts:
    ``load.storage`` reads cookie files, ``load.state_file`` keeps all of it), ``on_state`` gets what it remembers
    afterwards, for the next load: a repeat view is ``load_page(url, state=left)``. ``frames`` requests
    what the documents in frames ask for, too. ``without`` names fields that a browser sends and this load does not, as
    the Sec-Fetch ones of a crawler's request. ``observed`` (``record.observed``) is what a browser requested of the
    page: what its scripts asked for is requested here too, as long after what asked for it, and what a NetLog shows of
    its hints is kept as the record's ``in_chromium``. Returns when everything asked for has ended.

    Raises FetcherError when the navigation fails, with what was seen until then as its ``record``; a failed
    subresource is data in the record. Cancelling leaves no task, socket or descriptor behind.
    """
    bounds = limits or (options.limits if options else Limits())
    if timeout is not None:
        if not isfinite(timeout) or timeout <= 0:
            raise UsageError(f"a load cannot take {timeout:g} s; say how many seconds it may (--max-time)")
        bounds = replace(bounds, total_ms=timeout * 1000)
    net = replace(options or NetOptions(), limits=bounds)
    if http != "auto":
        net = replace(net, http=http)
    start = parse(url)
    if net.http == "2" and start.scheme == "http":
        raise UsageError(f"{start} is plain http, and HTTP/2 needs TLS here; use https or --http 1.1")
    if transport not in ("connections", "aiohttp"):
        raise UsageError(f"there is no transport {transport!r}; choose connections or aiohttp")
    uses_session = session is not None or transport == "aiohttp"
    if uses_session and session is None and net.proxies.is_any:
        raise UsageError("the aiohttp transport takes no proxy from here; pass a session of your own that has one")
    if user_agent is not None and any(letter in "\r\n\0" for letter in user_agent):
        raise UsageError("the User-Agent has a line break or NUL in it (-A)")
    driving = profile(browser)
    fields = tuple((name.lower(), value) for name, value in headers)
    chosen = device_named(device) if isinstance(device, str) else device
    choices = BrowserOptions(
        driving.name, early_hints, fields, user_agent, net.http, bounds, only_hints, uses_session,
        header_scope, None if auth is None else basic(*auth), chosen, state or BrowserState(), frames,
        frozenset(map(str.lower, without)), asked_by_code(observed),
    )  # fmt: skip
    urls.warm_up()
    coding.warm_up()
    if not only_hints:  # whatever is loaded later is loaded while the clock runs
        from fetcher.load import scanners

        scanners.warm_up()
    if start.scheme == "https":
        prepare(net)
    recorder = Recorder(driving.name, early_hints=early_hints, only_hints=only_hints, device=chosen)
    carrier = None

    def recorded() -> PageLoad:
        made = recorder.load()
        return made if observed is None else _beside(made, observed)

    if uses_session:
        from fetcher.load.session import SessionTransport  # aiohttp: 0.3 s that other loads need not spend

        carrier = SessionTransport(session, net, bounds)
    machine = Browser(choices)
    driver = Driver(machine, recorder, net, bounds, watch, find_text, carrier, scans=not only_hints)
    try:
        await driver.run(start.href + (f"#{start.fragment}" if start.fragment else ""))
    except FetcherError as error:
        error.record = recorded()
        raise
    except asyncio.CancelledError as error:
        error.record = recorded()  # type: ignore[attr-defined]
        raise
    finally:
        if on_state is not None:
            on_state(machine.remembered(clock.now(), driver.contents()))
    return recorded()
