"""Loads of one case: in a real Chromium, and by us over real connections; each under a label of its own.

Chromium is driven through the Page domain alone: nothing that watches, intercepts or caches for the network. ``Watch``
makes the control runs: a browser context for each case, the Network domain enabled, and no debugging session at all.
"""

from __future__ import annotations

import asyncio
import queue
import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

import fetcher
from fetcher.browser.profiles import BRANDS, CHROMIUM
from fetcher.browser.requests.device import device, user_agent
from fetcher.browser.storage.state import BrowserState
from fetcher.errors import FetcherError
from fetcher.net import NetOptions
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.comparing import Heard, heard
from tests.end_to_end.chromium.network import Network
from tests.support.chromium import Chromium, ChromiumFailed

LOAD_SECONDS = 8.0
QUIET_MS = 300.0
PATIENCE_MS = 1500.0
SETTLE_SECONDS = 12.0
LOADS_PER_TAB = 40
UNWATCHED_SECONDS = 0.5


_PHONE = {
    "userAgent": user_agent(CHROMIUM, True),
    "userAgentMetadata": {
        "brands": [{"brand": name, "version": version.partition(".")[0]} for name, version in BRANDS],
        "fullVersionList": [{"brand": name, "version": version} for name, version in BRANDS],
        "platform": "Android", "platformVersion": "", "architecture": "", "model": "", "mobile": True,
    },
}  # fmt: skip
"""Device emulation alone leaves a desktop's identity, so Chromium is told a phone's, as its developer tools do it for a
device. What that is comes from us; which requests then say which of it, and where, is Chromium's answer."""


class Watch(Enum):
    """What of Chromium's debugging is on while it loads."""

    PAGE = "page"
    APART = "a context for each case"
    NETWORK = "the Network domain on"
    NOTHING = "nothing attached"


class Seats:
    """How the loads of a run are told apart: every load has a label of its own, such as "c17"."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._number = 0

    def take(self, case: Case, who: str, stretch: float = 1.0) -> str:
        self._number += 1
        label = f"{who}{self._number}"
        self.network.add(label, case.as_site(), stretch)
        return label


@dataclass(slots=True)
class _Tab:
    """A page with a browser context to itself; ``session`` is None where nothing is attached."""

    context: str
    target: str
    session: str
    loads: int = 0


class Tabs:
    """Chromium's side of a run. A tab and its context serve ``LOADS_PER_TAB`` cases, since a case has sites of its own
    and so shares no connection, cache or cookie with another; ``Watch.APART`` gives each a context of its own."""

    def __init__(self, browser: Chromium, seats: Seats) -> None:
        self.browser = browser
        self.seats = seats
        self._idle: list[_Tab] = []

    async def load(self, case: Case, watch: Watch = Watch.PAGE, stretch: float = 1.0) -> Heard:
        label = self.seats.take(case, "c", stretch)
        failed = await asyncio.to_thread(self._load, case, label, watch, stretch)
        return heard(case, self.seats.network.visits[label], failed)

    def _load(self, case: Case, label: str, watch: Watch, stretch: float) -> str | None:
        network = self.seats.network
        urls = [network.url(label, each) for each in (case.url, *case.visits)]
        if watch is Watch.NOTHING:
            return self._unwatched(urls, label)
        tab = self._idle.pop() if watch is Watch.PAGE and self._idle else self._open(watch)
        healthy = False
        try:
            failed = self._visit(tab, case, urls, label, QUIET_MS * stretch)
            healthy = failed is None
        except ChromiumFailed as error:
            failed = str(error).splitlines()[0]
        tab.loads += 1
        if watch is Watch.PAGE and healthy and tab.loads < LOADS_PER_TAB:
            self._idle.append(tab)
        else:
            self._close(tab)
        return failed

    def _open(self, watch: Watch) -> _Tab:
        call = self.browser.call
        context = call("Target.createBrowserContext")["browserContextId"]
        target = call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.browser.events(session)
        call("Page.enable", session)
        if watch is Watch.NETWORK:
            call("Network.enable", session)
        return _Tab(context, target, session)

    def _close(self, tab: _Tab) -> None:
        self.browser.forget(tab.session)
        self.browser.call("Target.disposeBrowserContext", browserContextId=tab.context)

    def _visit(self, tab: _Tab, case: Case, urls: list[str], label: str, quiet_ms: float) -> str | None:
        """Load all of the case's URLs one after the other; what went wrong, if anything."""
        call, session, failed = self.browser.call, tab.session, None
        events = self.browser.events(session)
        phone = case.mobile and "user-agent" not in case.unscored
        if case.emulates:
            width, height = case.viewport
            call(
                "Emulation.setDeviceMetricsOverride", session,
                width=width, height=height, deviceScaleFactor=case.dpr, mobile=case.mobile,
            )  # fmt: skip
        if phone:
            call("Emulation.setUserAgentOverride", session, **_PHONE)
        for url in urls:
            while not events.empty():
                events.get_nowait()
            answer = call("Page.navigate", session, timeout=LOAD_SECONDS * 2, url=url)
            if "errorText" in answer:
                failed = failed or str(answer["errorText"])
            elif "loaderId" in answer and not _loaded(events):
                failed = failed or f"no load event within {LOAD_SECONDS:g} s"
            _settle(self.seats.network, label, quiet_ms)
        if case.emulates:  # on another screen the page would ask for more
            call("Page.navigate", session, timeout=LOAD_SECONDS, url="about:blank")
            call("Emulation.clearDeviceMetricsOverride", session)
        if phone:
            call("Emulation.setUserAgentOverride", session, userAgent="")
        return failed

    def _unwatched(self, urls: list[str], label: str) -> None:
        """A new tab at the first URL that nobody attaches to: it is over when the server hears nothing for long."""
        context = self.browser.call("Target.createBrowserContext")["browserContextId"]
        try:
            for url in urls:
                self.browser.call("Target.createTarget", url=url, browserContextId=context)
                time.sleep(UNWATCHED_SECONDS)
                _settle(self.seats.network, label, PATIENCE_MS)
        finally:
            self.browser.call("Target.disposeBrowserContext", browserContextId=context)


def _loaded(events: queue.SimpleQueue[dict[str, Any]]) -> bool:
    deadline = time.monotonic() + LOAD_SECONDS
    while True:
        try:
            event = events.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return False
        if event["method"] == "Page.loadEventFired":
            return True


def _settle(network: Network, label: str, quiet_ms: float) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while not network.is_quiet(label, quiet_ms, PATIENCE_MS) and time.monotonic() < deadline:
        time.sleep(0.02)


async def load_ourselves(seats: Seats, case: Case, stretch: float = 1.0) -> Heard:
    network = seats.network
    label = seats.take(case, "f", stretch)
    options = NetOptions(resolve=(("*", network.port, "127.0.0.1"),), ca_file=str(network.ca_file))
    screen = device("mobile" if case.mobile else None, case.viewport, case.dpr)
    state, failed = BrowserState(), None

    def keep(now: BrowserState) -> None:
        nonlocal state
        state = now

    for each in (case.url, *case.visits):
        try:
            await fetcher.load_page(
                network.url(label, each), browser="chromium", options=options, device=screen, frames=True,
                state=state, on_state=keep, timeout=LOAD_SECONDS,
            )  # fmt: skip
        except FetcherError as error:
            failed = failed or str(error)
    return heard(case, network.visits[label], failed)
