"""A headless Chromium, driven over its debugging pipe: the reference for what a browser requests and how long it takes.

``running(...)`` is a context manager; it raises ``Missing`` where there is no Chromium. Calls block and time out (an
answer that does not come raises ``ChromiumFailed``); from asynchronous code use ``asyncio.to_thread``. Each ``Tab`` has
a browser context of its own: empty caches, no cookies, no open connections. Judge from the server's log where you can.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import queue
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.servers import Missing

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-domain-reliability",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--window-size=1350,940",
    "--force-device-scale-factor=1",
    "--remote-debugging-pipe",
)
CALL_SECONDS = 30.0
START_SECONDS = 60.0
STOP_SECONDS = 10.0


class ChromiumFailed(Exception):
    """It answered with an error, did not answer in time, or is gone; the message says to what."""


def executable() -> str:
    """Where Chromium is; raises ``Missing``."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise Missing(f"no Chromium is installed here ({', '.join(NAMES)} not found)")


def key_hash(certificate: Path) -> str:
    """What ``trust`` wants to know of a PEM certificate: base64 of SHA-256 of its public key. A certificate accepted
    in any other way would keep its responses out of Chromium's HTTP cache."""
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    key = loaded.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode("ascii")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as Chromium's Network domain reported it. ``failed`` is its error text, None when it went well."""

    url: str
    kind: str
    status: int | None
    failed: str | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """One load: ``load_event`` is Navigation Timing's loadEventStart (ms from navigation start); ``asked`` is empty
    when the tab does not watch the network."""

    load_event: float
    asked: tuple[Asked, ...] = ()


@contextlib.contextmanager
def running(
    *, trust: Sequence[str] = (), resolve: str = "", within: Sequence[str] = (), flags: Sequence[str] = ()
) -> Iterator[Chromium]:
    """Starts Chromium. ``trust``: key hashes of certificates; ``resolve``: ``--host-resolver-rules``; ``within``: a
    command that runs it, such as ``ip netns exec NAME``."""
    program = executable()
    with tempfile.TemporaryDirectory(prefix="fetcher-chromium-", ignore_cleanup_errors=True) as profile:
        command = [*within, program, *FLAGS, f"--user-data-dir={profile}", *flags]
        if trust:
            command.append(f"--ignore-certificate-errors-spki-list={','.join(trust)}")
        if resolve:
            command.append(f"--host-resolver-rules={resolve}")
        browser = Chromium(command, Path(profile, "messages"))
        try:
            browser.version = browser.call("Browser.getVersion", timeout=START_SECONDS)["product"]
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class _Answer:
    done: threading.Event = field(default_factory=threading.Event)
    message: dict[str, Any] = field(default_factory=dict)


class Chromium:
    """One browser process. ``version`` is its product name, such as "Chrome/156.0.8078.79"."""

    def __init__(self, command: Sequence[str], messages: Path) -> None:
        self.version = ""
        self._messages = messages
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        # Out of the way of 0 to 4, so that the child's dup2 calls cannot overwrite what they read from.
        low = (theirs_in, theirs_out)
        theirs_in, theirs_out = (fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in low)
        for each in low:
            os.close(each)
        quiet = os.O_WRONLY | os.O_CREAT
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(messages), quiet, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
            (os.POSIX_SPAWN_DUP2, theirs_in, 3),
            (os.POSIX_SPAWN_DUP2, theirs_out, 4),
        ]
        self.pid = os.posix_spawnp(command[0], list(command), dict(os.environ), file_actions=actions, setsid=True)
        os.close(theirs_in)
        os.close(theirs_out)
        self._out, self._in = ours_out, ours_in
        self._lock = threading.Lock()
        self._number = 0
        self._answers: dict[int, _Answer] = {}
        self._events: dict[str, queue.SimpleQueue[dict[str, Any]]] = {}
        self._gone = False
        self._reader = threading.Thread(target=self._read, name="chromium-pipe", daemon=True)
        self._reader.start()

    def call(
        self, method: str, session: str | None = None, timeout: float = CALL_SECONDS, **parameters: Any
    ) -> dict[str, Any]:
        """One command of the DevTools protocol and its result."""
        answer = _Answer()
        with self._lock:
            self._number += 1
            number = self._number
            self._answers[number] = answer
            message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
            if session is not None:
                message["sessionId"] = session
            data = json.dumps(message).encode() + b"\0"
            try:
                while data:
                    data = data[os.write(self._out, data) :]
            except OSError as error:
                raise self._failed(f"{method} could not be sent: {error}") from error
        if not answer.done.wait(timeout):
            raise self._failed(f"{method} was not answered within {timeout:g} s")
        if "error" in answer.message:
            raise ChromiumFailed(f"{method}: {answer.message['error'].get('message')}")
        if "result" not in answer.message:
            raise self._failed(f"it ended before it answered {method}")
        result: dict[str, Any] = answer.message["result"]
        return result

    @contextlib.contextmanager
    def tab(self, *, watch_network: bool = False, on_record: bool = False) -> Iterator[Tab]:
        """An empty page in a context of its own, both gone afterwards. ``on_record``: in the browser's own profile,
        for what Chromium does not do off the record (preconnects of markup), where the page stays."""
        own = {} if on_record else {"browserContextId": self.call("Target.createBrowserContext")["browserContextId"]}
        try:
            target = self.call("Target.createTarget", url="about:blank", **own)["targetId"]
            session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            events = self._events.setdefault(session, queue.SimpleQueue())
            self.call("Page.enable", session)
            if watch_network:
                self.call("Network.enable", session)
            yield Tab(self, session, events)
            self._events.pop(session, None)
        finally:
            if own:
                self.call("Target.disposeBrowserContext", **own)

    def events(self, session: str) -> queue.SimpleQueue[dict[str, Any]]:
        """What the browser tells of its own accord in ``session``, from now on, in order."""
        return self._events.setdefault(session, queue.SimpleQueue())

    def forget(self, session: str) -> None:
        self._events.pop(session, None)

    def processes(self) -> list[int]:
        """The ids of all its processes that are in its session."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[3]) == self.pid:
                        found.append(int(entry.name))
        return found

    def close(self) -> None:
        """Ask it to end, and end it and its children by their process group if it does not."""
        if not self._gone:
            with contextlib.suppress(ChromiumFailed):
                self.call("Browser.close", timeout=STOP_SECONDS)
        deadline = time.monotonic() + STOP_SECONDS
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.killpg(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                break
            time.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._reader.join(STOP_SECONDS)
        os.close(self._out)
        os.close(self._in)

    def _read(self) -> None:
        buffer = b""
        while True:
            data = os.read(self._in, 1_048_576)
            if not data:
                break
            *messages, buffer = (buffer + data).split(b"\0")
            for each in messages:
                self._received(json.loads(each))
        self._gone = True
        for answer in self._answers.values():
            answer.done.set()

    def _received(self, message: dict[str, Any]) -> None:
        if "id" in message:
            answer = self._answers.pop(message["id"], None)
            if answer is not None:
                answer.message = message
                answer.done.set()
            return
        session = message.get("sessionId")
        if session is not None:
            self._events.setdefault(session, queue.SimpleQueue()).put(message)

    def _failed(self, what: str) -> ChromiumFailed:
        said = self._messages.read_text(errors="replace")[-1_000:] if self._messages.exists() else ""
        return ChromiumFailed(f"Chromium: {what}; it said last:\n{said}")


class Tab:
    """A page to load things in, once or several times."""

    def __init__(self, browser: Chromium, session: str, events: queue.SimpleQueue[dict[str, Any]]) -> None:
        self._browser = browser
        self._session = session
        self._events = events

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise ChromiumFailed(f"{expression}: {answer['exceptionDetails'].get('text')}")
        return answer["result"].get("value")

    def events(self) -> list[dict[str, Any]]:
        """The events that came since the last call or load."""
        found = []
        while not self._events.empty():
            found.append(self._events.get())
        return found

    def load(self, url: str, timeout: float = CALL_SECONDS) -> Loaded:
        """Navigate and wait for the load event, and (where the network is watched) for every request to end."""
        answer = self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise ChromiumFailed(f"{url}: {answer['errorText']}")
        asked: dict[str, Asked] = {}
        under_way: set[str] = set()
        loaded = False
        deadline = time.monotonic() + timeout
        while not loaded or under_way:
            try:
                event = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                waiting = ", ".join(asked[each].url for each in under_way)
                raise ChromiumFailed(f"{url} was not loaded within {timeout:g} s ({waiting})") from None
            loaded = loaded or event["method"] == "Page.loadEventFired"
            _follow(event["method"], event["params"], asked, under_way)
        at = self.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
        return Loaded(at, tuple(asked.values()))


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
