"""Loads of a page in a Chromium, measured by the page itself: contentful paints, DOMContentLoaded, load.

    async with measuring(ChromiumOptions(...), NetOptions(...)) as measured:
        load = await measured.load(url, {"early_hints": False})     # a PageLoad recorded by that Chromium

Every load has a browser context of its own: empty caches, fresh connections. Paints are asked of a PerformanceObserver
once none has come for ``STILL_MS`` after load, so that a paint later than that is not seen.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fetcher.errors import ChromiumFailed
from fetcher.net.options import NetOptions
from fetcher.record.page_load import PageLoad
from fetcher.runs.chromium.driving import Browser, chromium
from fetcher.runs.chromium.measured import record_of
from fetcher.runs.chromium.options import ChromiumOptions
from fetcher.runs.chromium.relay.passage import Passage
from fetcher.runs.chromium.relay.relay import DOMAIN, Relay
from fetcher.runs.chromium.tabs import Tab
from fetcher.urls import resolve

LOAD_SECONDS = 60.0
STILL_MS = 500
MOST_MS = 5_000

RELAY = (
    "Chromium has no switch to ignore a 103, so both arms go through a relay on this machine, which withholds it in "
    "the arm without hints"
)
RELAYED = "Chromium's connections go through a relay on this machine, in both arms"

_ASK = f"""new Promise(resolve => {{
  let last = performance.now(), lcp = null;
  const began = last;
  new PerformanceObserver(list => {{
    for (const entry of list.getEntries()) lcp = entry.startTime;
    last = performance.now();
  }}).observe({{type: 'largest-contentful-paint', buffered: true}});
  const look = () => {{
    const now = performance.now();
    if (now - last < {STILL_MS} && now - began < {MOST_MS}) return setTimeout(look, 50);
    const page = performance.getEntriesByType('navigation')[0].toJSON();
    const fcp = performance.getEntriesByName('first-contentful-paint')[0];
    resolve({{page, lcp, fcp: fcp ? fcp.startTime : null}});
  }};
  look();
}})"""


@asynccontextmanager
async def measuring(options: ChromiumOptions, net: NetOptions) -> AsyncIterator[Measuring]:
    """A Chromium whose connections go through a relay that connects as ``net`` says. Raises as ``chromium`` does, and
    ``MissingExtra`` without what certificates are made with."""
    async with Relay(net) as relay:
        through = replace(
            options,
            net=NetOptions(),
            trust=(*options.trust, relay.key_hash),
            flags=(*options.flags, f"--host-resolver-rules=MAP *.{DOMAIN} 127.0.0.1"),
            through=relay.proxy,
        )
        async with chromium(through) as browser:
            yield Measuring(browser, relay)


class Measuring:
    """``version`` is Chromium's; ``notes`` say what it does otherwise than a load of ours."""

    def __init__(self, browser: Browser, relay: Relay) -> None:
        self.version = browser.version
        self.notes = browser.notes
        self._browser = browser
        self._relay = relay

    async def load(self, url: str, options: dict[str, Any]) -> PageLoad:
        """``options`` are "early_hints" (whether 103s are passed on), "timeout" (seconds), "find_text", and "dressing",
        what requests get besides. Raises ``ChromiumFailed``."""
        early_hints = bool(options.get("early_hints", True))
        passage = self._relay.begin(withheld=not early_hints, dressing=options.get("dressing"))
        started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        async with self._browser.tab() as tab:
            try:
                await tab.load(url, timeout=options.get("timeout") or LOAD_SECONDS)
            except ChromiumFailed as failed:
                raise _explained(failed, url, passage) from failed
            told = await tab.run(_asked, tab.blocking, _ASK)
            text = options.get("find_text")
            found = None
            if text is not None:
                looked_for = f"document.documentElement.outerHTML.includes({json.dumps(text)})"
                found = await tab.run(_asked, tab.blocking, looked_for) is True
        made = record_of(url, told, passage, has_text=found)
        return replace(
            made, started_at=started_at, recorded_by=self.version, early_hints=early_hints,
            device=self._browser.options.device,
        )  # fmt: skip


def _asked(tab: Tab, expression: str) -> Any:
    """What ``expression`` comes to in a world of its own in the page, whose scripts cannot have changed it."""
    frame = tab.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = tab.call("Page.createIsolatedWorld", frameId=frame)["executionContextId"]
    answer = tab.call(
        "Runtime.evaluate", expression=expression, contextId=world, returnByValue=True, awaitPromise=True
    )  # fmt: skip
    if "exceptionDetails" in answer:
        raise ChromiumFailed(f"the page could not be asked for its timing: {answer['exceptionDetails'].get('text')}")
    return answer["result"].get("value")


def _explained(failed: ChromiumFailed, url: str, passage: Passage) -> ChromiumFailed:
    """Why the relay could not connect says more than that Chromium had no tunnel."""
    parsed = resolve(url)
    why = passage.error_of(parsed.host) if parsed is not None else None
    return failed if why is None else ChromiumFailed(why)
