"""Loads of one case: in a real Chromium, and by us over real connections; each under a label of its own.

Chromium is driven through the Page domain alone: nothing that watches, intercepts or caches for the network. ``Watch``
makes the control runs: with the Network domain enabled, and with no debugging session at all.
"""

from __future__ import annotations

import asyncio
import queue
import time
from enum import Enum
from typing import Any

import fetcher
from fetcher.browser.requests.device import device
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


class Watch(Enum):
    """What of Chromium's debugging is on while it loads."""

    PAGE = "page"
    NETWORK = "network"
    NOTHING = "nothing"


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


async def load_in_chromium(
    browser: Chromium, seats: Seats, case: Case, watch: Watch = Watch.PAGE, stretch: float = 1.0
) -> Heard:
    label = seats.take(case, "c", stretch)
    failed = await asyncio.to_thread(_navigate, browser, seats.network, case, label, watch)
    return heard(case, seats.network.visits[label], failed)


def _navigate(browser: Chromium, network: Network, case: Case, label: str, watch: Watch) -> str | None:
    """Load all of the case's URLs in one context; what went wrong, if anything."""
    context = browser.call("Target.createBrowserContext")["browserContextId"]
    failed = None
    try:
        urls = [network.url(label, each) for each in (case.url, *case.visits)]
        if watch is Watch.NOTHING:
            target = browser.call("Target.createTarget", url=urls[0], browserContextId=context)["targetId"]
            time.sleep(0.5)
            _settle(network, label, PATIENCE_MS)
            return None
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        events = browser.events(session)
        browser.call("Page.enable", session)
        if watch is Watch.NETWORK:
            browser.call("Network.enable", session)
        if (case.viewport, case.dpr, case.mobile) != ((1350, 940), 1.0, False):
            width, height = case.viewport
            browser.call(
                "Emulation.setDeviceMetricsOverride", session,
                width=width, height=height, deviceScaleFactor=case.dpr, mobile=case.mobile,
            )  # fmt: skip
        for url in urls:
            while not events.empty():
                events.get_nowait()
            answer = browser.call("Page.navigate", session, timeout=LOAD_SECONDS * 2, url=url)
            if "errorText" in answer:
                failed = failed or str(answer["errorText"])
            elif "loaderId" in answer and not _loaded(events):
                failed = failed or f"no load event within {LOAD_SECONDS:g} s"
            _settle(network, label, QUIET_MS)
        browser.forget(session)
    except ChromiumFailed as error:
        failed = str(error).splitlines()[0]
    finally:
        browser.call("Target.disposeBrowserContext", browserContextId=context)
    return failed


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
