"""The Chromium that is installed here, driven over its debugging pipe (no library, no port): the reference for what a
browser requests, and the eyes for what only scripts ask for.

    async with chromium(ChromiumOptions(net=net, device=device), url) as browser:    # browser.version
        async with browser.tab(watch_network=True) as tab:     # empty caches, no cookies, no connections from before
            loaded = await tab.load(url, timeout=30)           # loaded.load_event, .asked, .messages (the protocol's)
            entries = await tab.evaluate("JSON.stringify(performance.getEntries())")

``chromium`` gives a browser with a fresh profile and ends it, its children and its profile whatever happens inside;
cancelling a call ends the browser. What cannot be carried over from our options is refused (``UsageError``) before
anything starts; ``browser.notes`` says what differs all the same. Errors: ``MissingChromium``, ``ChromiumFailed``.
The blocking parts are ``process`` (one browser process: ``call``, ``events``) and ``tabs``; the names above run them in
threads. May import what the room may.
"""

from fetcher.runs.chromium.driving import Browser, Tab, chromium
from fetcher.runs.chromium.options import ChromiumOptions
from fetcher.runs.chromium.tabs import Asked, Loaded

__all__ = ["Asked", "Browser", "ChromiumOptions", "Loaded", "Tab", "chromium"]
