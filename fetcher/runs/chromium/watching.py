"""One load in a tab, watched until the network is quiet: every message of it that tells of a request, within limits.

Frames of other sites and workers are watched too (targets of their own in the protocol). What would wait for a person
is answered as nobody would: dialogs are dismissed (by the tab), downloads refused. A page that never stops asking ends
at a limit, which is said; what was seen until then is kept, also where the browser dies.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from fetcher import clock
from fetcher.errors import ChromiumFailed, DeadlineExceeded
from fetcher.record.observed.written import LogLines
from fetcher.runs.chromium.process import Message
from fetcher.runs.chromium.sentences import CERTIFICATE, in_words, some_of
from fetcher.runs.chromium.tabs import Tab
from fetcher.urls import parse

QUIET_MS = 500.0
STALLED_MS = 5_000.0
"""After so long without anything the page is done, whatever it still waits for (a long poll, a stream)."""
MOST_REQUESTS = 10_000
MOST_BYTES = 64 * 1024 * 1024
"""Of the log's lines."""
ANSWER_SECONDS = 5.0
POLL_SECONDS = 0.1
ANSWER_POLL_SECONDS = 0.02

_NEVER_ENDING = ("EventSource", "WebSocket")


@dataclass(slots=True)
class Watched:
    """What one load showed so far. ``lines`` are the log's; ``notes`` sentences on what ended it early, ``remarks`` on
    what else is wrong. ``early``: a 103 of the page came. ``mitigated`` is the document's cf-mitigated field: a bot
    check answered for the page."""

    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    early: bool = False
    status: int | None = None
    mitigated: str | None = None
    final_url: str | None = None
    asked: int = 0
    ended: int = 0
    loaded: bool = False


class Watching:
    """``run`` blocks. ``wait`` is seconds to go on after the load event, None until the network is quiet; ``most`` the
    seconds it may take in all, since ``began`` (clock time; by default its own beginning); ``user`` name and password
    for the page's origin. ``seen`` has what came until now, whatever ends it."""

    def __init__(
        self,
        tab: Tab,
        lines: LogLines,
        *,
        wait: float | None,
        most: float,
        began: float | None = None,
        user: tuple[str, str] | None = None,
        on_change: Callable[[Watched], None] | None = None,
    ) -> None:
        self.seen = Watched()
        self._user = user
        self._origin = ""
        self._tab = tab
        self._lines = lines
        self._wait = wait
        self._most = most
        self._began = began
        self._on_change = on_change
        self._size = 0
        self._under_way: dict[str, str] = {}
        self._streams: set[str] = set()
        self._untrusted: dict[str, None] = {}
        self._main: str | None = None
        self._loaded_at: float | None = None
        self._changed_at = clock.now()
        self._deadline = 0.0

    def run(self, url: str) -> None:
        """Raises ``ChromiumFailed`` where the page could not be loaded or the browser ended, ``DeadlineExceeded`` where
        no answer came in time."""
        self._tab.call("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True)
        if self._user is not None:
            # Documents alone are held, and that only until we say go on: nothing else of the load is touched.
            self._origin = parse(url).origin
            held = {"urlPattern": f"{self._origin}/*", "resourceType": "Document"}
            self._tab.call("Fetch.enable", patterns=[held], handleAuthRequests=True)
        self._deadline = (self._began if self._began is not None else clock.now()) + self._most * 1000
        self._navigate(url)
        while (end := self._end(clock.now())) is None:
            left = (self._deadline - clock.now()) / 1000
            event = self._tab.next_event(max(0.0, min(POLL_SECONDS, left)))
            if event is not None:
                self._take(event)
        if end:
            self.seen.notes.append(end)
        if self._untrusted:
            self.seen.remarks.append(
                f"Chromium trusts no certificate of {some_of(list(self._untrusted))}, so requests failed there; with "
                "--cacert it trusts the page's server, those of --resolve and those that send the authority itself"
            )

    def _navigate(self, url: str) -> None:
        """Until the document's head has come."""
        left = max(0.0, (self._deadline - clock.now()) / 1000)
        started = self._tab.browser.begin("Page.navigate", self._tab.session, left, url=url)
        try:
            while not started.is_answered and clock.now() < self._deadline:
                event = self._tab.next_event(max(0.0, min(ANSWER_POLL_SECONDS, (self._deadline - clock.now()) / 1000)))
                if event is not None:
                    self._take(event)
            answer = started.result()
        except ChromiumFailed as error:
            if not self._tab.browser.gone and clock.now() >= self._deadline:
                sentence = f"no answer came within {self._most:g} s; give it longer (--max-time)"
                raise DeadlineExceeded(sentence, "total") from error
            raise
        self._main = answer.get("loaderId") if isinstance(answer.get("loaderId"), str) else None
        error_text = answer.get("errorText")
        if isinstance(error_text, str) and error_text:
            with contextlib.suppress(ChromiumFailed):  # what came before it failed
                while (event := self._tab.next_event(0.0)) is not None:
                    self._take(event)
            raise ChromiumFailed(f"Chromium could not load it: {in_words(error_text)}")

    def _end(self, now: float) -> str | None:
        """Why it is over: "" as it should be, a sentence otherwise, None while it goes on."""
        seen = self.seen
        if seen.asked > MOST_REQUESTS:
            return f"the page went on asking: stopped at {MOST_REQUESTS:,} requests, what follows is missing"
        if self._size > MOST_BYTES:
            return f"the log reached {MOST_BYTES >> 20} MB: stopped there, what follows is missing"
        waiting = len(self._under_way) > len(self._streams)
        if self._loaded_at is not None:
            since = now - self._changed_at
            if self._wait is not None:
                if now - self._loaded_at >= self._wait * 1000:
                    return ""
            elif since >= QUIET_MS and not waiting:
                return ""
            elif since >= STALLED_MS:
                return f"nothing came for {STALLED_MS / 1000:g} s, {some_of(self._waited_for())} still under way"
        if now >= self._deadline:
            what = "the page still asked for more" if self._loaded_at is not None else "its load event had not come"
            return f"stopped after {self._most:g} s (--max-time): {what}" + (
                f", {some_of(self._waited_for())} under way" if waiting else ""
            )
        return None

    def _waited_for(self) -> list[str]:
        return [url for key, url in self._under_way.items() if key not in self._streams]

    def _take(self, event: Message) -> None:
        method, params = event["method"], event["params"]
        match method:
            case "Target.attachedToTarget":
                self._join(params)
            case "Fetch.requestPaused":
                self._answer(event, "Fetch.continueRequest", requestId=params.get("requestId"))
                return
            case "Fetch.authRequired":
                self._answer_challenge(event)
                return
            case "Page.loadEventFired" if event.get("sessionId") == self._tab.session and self._loaded_at is None:
                self._loaded_at = self._changed_at = clock.now()
                self.seen.loaded = True
        self._follow(method, params)
        for line in self._lines.take(event):
            self._size += len(line)
            self.seen.lines.append(line)
        if self._on_change is not None:
            self._on_change(self.seen)

    def _follow(self, method: str, params: Message) -> None:
        key = params.get("requestId")
        if not isinstance(key, str):
            return
        match method:
            case "Network.requestWillBeSent":
                request = params.get("request")
                url = request.get("url") if isinstance(request, dict) else None
                if not isinstance(url, str) or url[:5].lower() in ("data:", "blob:"):
                    return
                self.seen.asked += key not in self._under_way
                self._under_way[key] = url
                if params.get("type") in _NEVER_ENDING:
                    self._streams.add(key)
                if key == params.get("loaderId") and self._is_page(key):
                    self.seen.final_url = url
                self._changed_at = clock.now()
            case "Network.responseReceivedEarlyHints" if key in self._under_way and self._is_page(key):
                self.seen.early = True
            case "Network.responseReceived" if key in self._under_way:
                response = params.get("response")
                response = response if isinstance(response, dict) else {}
                if response.get("mimeType") == "text/event-stream":
                    self._streams.add(key)
                if self._is_page(key) and isinstance(response.get("status"), int):
                    self.seen.status = response["status"]
                    self.seen.mitigated = _field(response.get("headers"), "cf-mitigated")
            case "Network.dataReceived" if key not in self._streams and key in self._under_way:
                self._changed_at = clock.now()
            case "Network.loadingFinished" | "Network.loadingFailed" if key in self._under_way:
                url = self._under_way.pop(key)
                if str(params.get("errorText")).startswith(CERTIFICATE):
                    self._untrusted[url.partition("://")[2].partition("/")[0]] = None
                self._streams.discard(key)
                self.seen.ended += 1
                self._changed_at = clock.now()

    def _is_page(self, key: str) -> bool:
        """Whether ``key`` is the request of the document asked for; until that is known, the first document's."""
        if self._main is None:
            self._main = key
        return key == self._main

    def _answer_challenge(self, event: Message) -> None:
        """-u is for the page's own origin, and given once: a second challenge says that it was wrong."""
        params = event["params"]
        challenge = params.get("authChallenge")
        origin = challenge.get("origin") if isinstance(challenge, dict) else None
        answer: Message = {"response": "CancelAuth"}
        if self._user is not None and origin == self._origin and isinstance(challenge, dict):
            if challenge.get("source") != "Proxy":
                answer = {"response": "ProvideCredentials", "username": self._user[0], "password": self._user[1]}
            self._user = None
        self._answer(event, "Fetch.continueWithAuth", requestId=params.get("requestId"), authChallengeResponse=answer)

    def _join(self, params: Message) -> None:
        """A frame of another site or a worker waits for us: watch it, then let it go on."""
        child = params.get("sessionId")
        if not isinstance(child, str):
            return
        self._tab.browser.join(child, self._tab.session)
        for method, given in (
            ("Network.enable", {}),
            ("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}),
            ("Runtime.runIfWaitingForDebugger", {}),
        ):
            self._answer({"sessionId": child}, method, **given)

    def _answer(self, event: Message, method: str, **given: object) -> None:
        """A command whose answer is no matter: what it is for may be gone, or hang."""
        with contextlib.suppress(ChromiumFailed):
            self._tab.browser.begin(method, event.get("sessionId"), ANSWER_SECONDS, **given)


def _field(headers: object, name: str) -> str | None:
    fields = headers.items() if isinstance(headers, dict) else ()
    return next((value for key, value in fields if str(key).lower() == name and isinstance(value, str)), None)
