"""Loads of cases in Firefox: a few windows side by side, each with one tab; the server's log says when one is over.

A window and not a tab each, since Firefox holds back what tabs in the background ask for. Navigations are a person's
(the address bar's), so Sec-Fetch-Site is "none" and cookies of SameSite=Strict go along.
"""

from __future__ import annotations

import asyncio
import time

from tests.end_to_end.chromium.browsers import LOAD_SECONDS, PATIENCE_MS, QUIET_MS, SETTLE_SECONDS, Seats
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.comparing import Heard, heard
from tests.end_to_end.firefox.marionette import FirefoxFailed
from tests.end_to_end.firefox.process import Firefox

_OPEN = """
const [count] = arguments;
return (async () => {
const all = () => [...Services.wm.getEnumerator("navigator:browser")];
while (all().length < count) {
  const opened = window.OpenBrowserWindow();
  await new Promise(done => opened.addEventListener("load", done, {once: true}));
  await opened.delayedStartupPromise;
}
window.seats = all().map(each => {
  const seat = {browser: each.gBrowser.selectedBrowser, state: "new"};
  seat.listener = {
    QueryInterface: ChromeUtils.generateQI(["nsIWebProgressListener", "nsISupportsWeakReference"]),
    onStateChange(progress, request, flags, status) {
      const stop = Ci.nsIWebProgressListener.STATE_STOP | Ci.nsIWebProgressListener.STATE_IS_NETWORK;
      if (progress.isTopLevel && (flags & stop) === stop && seat.state === "loading") {
        seat.state = status ? "failed with 0x" + (status >>> 0).toString(16) : "done";
      }
    },
  };
  each.gBrowser.addProgressListener(seat.listener);
  return seat;
});
return window.seats.length;
})();
"""

_GO = """
const [number, url] = arguments;
window.seats[number].state = "loading";
window.seats[number].browser.fixupAndLoadURIString(url, {
  triggeringPrincipal: Services.scriptSecurityManager.getSystemPrincipal(),
});
"""

_STATE = "return window.seats[arguments[0]].state;"


class Windows:
    """Firefox's side of a run."""

    def __init__(self, browser: Firefox, seats: Seats, count: int) -> None:
        self.browser = browser
        self.seats = seats
        opened = browser.marionette.script(_OPEN, count)
        self._idle = list(range(int(opened)))

    async def load(self, case: Case, stretch: float = 1.0) -> Heard:
        label = self.seats.take(case, "x", stretch)
        failed = await asyncio.to_thread(self._load, case, label, stretch)
        return heard(case, self.seats.network.visits[label], failed)

    def _load(self, case: Case, label: str, stretch: float) -> str | None:
        network, number, failed = self.seats.network, self._idle.pop(), None
        try:
            for url in (case.url, *case.visits):
                failed = self._visit(number, network.url(label, url)) or failed
                deadline = time.monotonic() + SETTLE_SECONDS
                while not network.is_quiet(label, QUIET_MS * stretch, PATIENCE_MS) and time.monotonic() < deadline:
                    time.sleep(0.02)
        except FirefoxFailed as error:
            failed = str(error).splitlines()[0]
        self._idle.append(number)
        return failed

    def _visit(self, number: int, url: str) -> str | None:
        script = self.browser.marionette.script
        script(_GO, number, url)
        deadline = time.monotonic() + LOAD_SECONDS
        state = "loading"
        while state == "loading" and time.monotonic() < deadline:
            time.sleep(0.05)
            state = script(_STATE, number)
        return None if state == "done" else state if state != "loading" else f"no end within {LOAD_SECONDS:g} s"
