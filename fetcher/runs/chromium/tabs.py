"""A tab and its loads, blocking: ``opened`` makes one in a browser context of its own, which has nothing from before
(empty caches, no cookies, no open connections) and leaves nothing behind. A dialog that a page waits in (alert) is
dismissed at once, as nobody is there."""

from __future__ import annotations

import contextlib
import queue
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fetcher import clock
from fetcher.errors import ChromiumFailed
from fetcher.runs.chromium.process import (
    CALL_SECONDS,
    GONE,
    MOST_WAITING,
    OVERFLOWED,
    Chromium,
    Events,
    Message,
    Pending,
)

HELD_SECONDS = 0.1
"""After so long without an answer it is looked whether a dialog holds the page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as Chromium's Network domain reported it. ``failed`` is its error text, None when it went well."""

    url: str
    kind: str
    status: int | None
    failed: str | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """One load: ``load_event`` is Navigation Timing's loadEventStart (ms from navigation start); ``asked`` and
    ``messages`` (the Network domain's, as the protocol has them) are empty when the tab does not watch the network."""

    load_event: float
    asked: tuple[Asked, ...] = ()
    messages: tuple[Message, ...] = field(default=(), repr=False)


@contextlib.contextmanager
def opened(
    browser: Chromium, *, watch_network: bool = False, on_record: bool = False, through: str | None = None
) -> Iterator[Tab]:
    """An empty page in a context of its own, both gone afterwards. ``on_record``: in the browser's own profile, for
    what Chromium does not do off the record (preconnects of markup), where the page stays. ``through`` is the proxy of
    that context. A page downloads nothing: the file, and a folder for it, would be in the home of whoever runs us."""
    own: dict[str, Any] = {} if on_record else {"browserContextId": _context(browser, through)}
    try:
        browser.call("Browser.setDownloadBehavior", behavior="deny", **own)
        target = browser.call("Target.createTarget", url="about:blank", **own)["targetId"]
        session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        events = browser.events(session)
        browser.call("Page.enable", session)
        browser.call("Inspector.enable", session)
        if watch_network:
            browser.call("Network.enable", session)
        yield Tab(browser, session, events, own.get("browserContextId"))
        browser.forget(session)
    finally:
        if own:
            with contextlib.suppress(ChromiumFailed):  # it is gone, and the context with it; what failed is told
                browser.call("Target.disposeBrowserContext", **own)


def _context(browser: Chromium, through: str | None) -> str:
    proxy: dict[str, Any] = {} if through is None else {"proxyServer": through, "proxyBypassList": "<-loopback>"}
    return str(browser.call("Target.createBrowserContext", **proxy)["browserContextId"])


class Tab:
    """A page to load things in, once or several times. ``session`` and ``context`` are the protocol's ids."""

    def __init__(self, browser: Chromium, session: str, events: Events, context: str | None) -> None:
        self.browser = browser
        self.session = session
        self.context = context
        self._events = events
        self._taken: deque[Message] = deque()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._answered(self.browser.begin(method, self.session, **parameters))

    def _answered(self, started: Pending) -> dict[str, Any]:
        """What was answered. Events that come meanwhile are looked at, and kept for those who take them."""
        while not started.wait(HELD_SECONDS):
            with contextlib.suppress(queue.Empty):
                while len(self._taken) < MOST_WAITING:
                    self._taken.append(self._next(None))
        return started.result()

    def _next(self, timeout: float | None) -> Message:
        """The next event, None: which has come. Raises ``queue.Empty``."""
        event = self._events.get(block=timeout is not None, timeout=timeout)
        if event["method"] == "Page.javascriptDialogOpening":
            with contextlib.suppress(ChromiumFailed):  # it may be gone; the browser's end shows elsewhere
                self.browser.begin("Page.handleJavaScriptDialog", event.get("sessionId"), accept=False)
        return event

    def evaluate(self, expression: str, *, wait: bool = False) -> Any:
        """The value of a JavaScript expression in the page; with ``wait`` what its promise comes to."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=wait)
        if "exceptionDetails" in answer:
            raise ChromiumFailed(f"{expression}: {answer['exceptionDetails'].get('text')}")
        return answer["result"].get("value")

    def events(self) -> list[Message]:
        """The events that came since the last call or load."""
        found = list(self._taken)
        self._taken.clear()
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._next(None))
        return found

    def next_event(self, timeout: float) -> Message | None:
        """The next event, None where none comes within ``timeout`` seconds. Raises ``ChromiumFailed`` for a page that
        crashed, a browser that is gone, and events that came faster than they were taken."""
        try:
            event = self._taken.popleft() if self._taken else self._next(max(0.0, timeout))
        except queue.Empty:
            return None
        match event["method"]:
            case "Inspector.targetCrashed":
                raise self.browser.failed("the page crashed")
            case method if method == GONE:
                raise self.browser.failed("it ended while a page was open")
            case method if method == OVERFLOWED:
                raise ChromiumFailed("the page did more than could be followed")
        return event

    def load(self, url: str, timeout: float = CALL_SECONDS) -> Loaded:
        """Navigate and wait for the load event, and (where the network is watched) for every request to end."""
        deadline = clock.now() + timeout * 1000
        self.navigate(url, timeout)
        asked: dict[str, Asked] = {}
        messages: list[Message] = []
        under_way: set[str] = set()
        loaded = False
        while not loaded or under_way:
            event = self.next_event((deadline - clock.now()) / 1000)
            if event is None:
                waiting = ", ".join(asked[each].url for each in list(under_way)[:5])
                raise ChromiumFailed(
                    f"{url} was not loaded within {timeout:g} s" + (f" ({waiting})" if waiting else "")
                )
            loaded = loaded or event["method"] == "Page.loadEventFired"
            if event["method"].startswith("Network."):
                messages.append(event)
                _follow(event["method"], event["params"], asked, under_way)
        at = self.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
        return Loaded(at, tuple(asked.values()), tuple(messages))

    def navigate(self, url: str, timeout: float = CALL_SECONDS) -> None:
        """Begin to load ``url``; returns with the document's head. Raises ``ChromiumFailed`` where none came."""
        answer = self._answered(self.browser.begin("Page.navigate", self.session, timeout, url=url))
        if "errorText" in answer:
            raise ChromiumFailed(f"Chromium could not load {url}: {answer['errorText']}")


def _follow(method: str, of: dict[str, Any], asked: dict[str, Asked], under_way: set[str]) -> None:
    """One event of the Network domain; a redirect shows as the same request id asked for again."""
    number = of.get("requestId")
    if number is None:
        return
    match method:
        case "Network.requestWillBeSent" if not of["request"]["url"].startswith(("data:", "blob:")):
            if number in asked:
                asked[f"{number} redirected {len(asked)}"] = asked.pop(number)
            asked[number] = Asked(of["request"]["url"], of.get("type", ""), None, None)
            under_way.add(number)
        case "Network.responseReceived" if number in asked:
            before = asked[number]
            asked[number] = Asked(before.url, of.get("type", before.kind), of["response"]["status"], None)
        case "Network.loadingFinished":
            under_way.discard(number)
        case "Network.loadingFailed" if number in asked:
            before = asked[number]
            asked[number] = Asked(before.url, before.kind, before.status, of.get("errorText", "failed"))
            under_way.discard(number)
