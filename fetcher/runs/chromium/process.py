"""One browser process and the pipe to it: DevTools protocol commands out, answers and events in.

Calls block, from any thread, and each has a time it may take; events wait, in order, in a queue for each session. A
browser that ends, hangs, or sends what is no message fails every call (``ChromiumFailed``) and every wait. The process
and its children are a session of their own: Ctrl-C at the terminal is ours to handle, and ``close`` and ``kill`` end
all of them. It ends by itself when the pipe closes, so it does not outlive us either way.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fetcher import clock
from fetcher.errors import ChromiumFailed
from fetcher.runs.chromium import pipe

CALL_SECONDS = 30.0
STOP_SECONDS = 10.0
KILL_SECONDS = 5.0
LARGEST = 64 * 1024 * 1024
"""Bytes of one message; a browser that sends more is ended."""
MOST_WAITING = 50_000
"""Events of a session that nobody has taken yet; the next one ends the session's log."""
GONE = "fetcher.gone"
OVERFLOWED = "fetcher.overflowed"
"""What a queue ends with, in place of a method's name."""

Message = dict[str, Any]
Events = queue.SimpleQueue[Message]


@dataclass(slots=True)
class _Answer:
    done: threading.Event = field(default_factory=threading.Event)
    message: Message = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pending:
    """A command that was sent."""

    browser: Chromium
    number: int
    method: str
    answer: _Answer
    timeout: float
    deadline: float

    @property
    def is_answered(self) -> bool:
        """Whether ``result`` would not wait, be it for an answer or since the browser is gone."""
        return self.answer.done.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether ``is_answered`` within ``seconds``, or its time is over."""
        left = max(0.0, (self.deadline - clock.now()) / 1000)
        return self.answer.done.wait(min(seconds, left)) or left <= seconds

    def result(self) -> dict[str, Any]:
        """What was answered. Raises ``ChromiumFailed``."""
        if not self.answer.done.wait(max(0.0, (self.deadline - clock.now()) / 1000)):
            self.browser.give_up(self.number)
            raise self.browser.failed(f"{self.method} was not answered within {self.timeout:g} s")
        if isinstance(self.answer.message.get("error"), dict):
            raise ChromiumFailed(f"Chromium refused {self.method}: {self.answer.message['error'].get('message')}")
        result = self.answer.message.get("result")
        if not isinstance(result, dict):
            raise self.browser.failed(f"{self.browser.why_gone} before it answered {self.method}")
        return result


class Chromium:
    """One browser process. ``version`` is its product name, such as "Chrome/156.0.8078.79", once it was asked.
    ``messages`` is the file that what it prints goes to."""

    def __init__(self, command: Sequence[str], messages: Path) -> None:
        self.version = ""
        self._messages = messages
        self.pid, self._out, self._in = pipe.started(command, messages)
        self._lock = threading.Lock()
        self._number = 0
        self._answers: dict[int, _Answer] = {}
        self._events: dict[str, Events] = {}
        self._full: set[str] = set()
        self._gone = False
        self._why = "it ended"
        self._reaped = False
        self._reader = threading.Thread(target=self._read, name="chromium-pipe", daemon=True)
        self._reader.start()

    def call(
        self, method: str, session: str | None = None, timeout: float = CALL_SECONDS, **parameters: Any
    ) -> dict[str, Any]:
        """One command of the DevTools protocol and its result. Raises ``ChromiumFailed``."""
        return self.begin(method, session, timeout, **parameters).result()

    def begin(
        self, method: str, session: str | None = None, timeout: float = CALL_SECONDS, **parameters: Any
    ) -> Pending:
        """The same, without waiting for the answer: for what goes on only if events are answered meanwhile."""
        answer = _Answer()
        deadline = clock.now() + timeout * 1000
        with self._lock:
            if self._gone:
                raise self.failed(f"{self._why} before {method}")
            self._number += 1
            number = self._number
            self._answers[number] = answer
            message: Message = {"id": number, "method": method, "params": parameters}
            if session is not None:
                message["sessionId"] = session
            self._send(json.dumps(message).encode() + b"\0", method, deadline)
        return Pending(self, number, method, answer, timeout, deadline)

    def give_up(self, number: int) -> None:
        """Nobody waits for the answer to command ``number`` any more."""
        self._answers.pop(number, None)

    @property
    def why_gone(self) -> str:
        return self._why

    def events(self, session: str) -> Events:
        """What the browser tells of its own accord in ``session``, in order; the last is ``GONE`` or ``OVERFLOWED``."""
        return self._events.setdefault(session, queue.SimpleQueue())

    def join(self, session: str, other: str) -> None:
        """From now on the events of ``session`` (a frame's, a worker's) come among those of ``other``."""
        self._events[session] = self.events(other)

    def forget(self, session: str) -> None:
        """The events of ``session``, and of those that were joined to it, are taken by nobody any more."""
        gone = self._events.pop(session, None)
        joined = [each for each, waiting in list(self._events.items()) if waiting is gone]
        for each in (session, *joined):
            self._events.pop(each, None)
            self._full.discard(each)

    @property
    def gone(self) -> bool:
        """Whether it has ended, or sent what ends it."""
        return self._gone

    def close(self) -> None:
        """Ask it to end, and end it and its children if it does not."""
        if not self._gone:
            with contextlib.suppress(ChromiumFailed):
                self.call("Browser.close", timeout=STOP_SECONDS)
        deadline = clock.now() + STOP_SECONDS * 1000
        while not self._is_over() and clock.now() < deadline:
            threading.Event().wait(0.01)
        self.kill()
        self._reader.join(STOP_SECONDS)
        os.close(self._out)
        os.close(self._in)

    def kill(self) -> None:
        """End it and its children at once; what waits for it fails. ``close`` is still due. Its children are not waited
        for: they are not ours to reap, and nothing that was killed writes any more."""
        pipe.end(self.pid)
        deadline = clock.now() + KILL_SECONDS * 1000
        while not self._is_over() and clock.now() < deadline:
            threading.Event().wait(0.005)

    def failed(self, what: str) -> ChromiumFailed:
        """The error that ``what`` is, with the last line it printed; the lines before are a note of the exception. That
        there is no D-Bus here it says in any container, to no effect."""
        said = self._printed()
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        if any("No usable sandbox" in line for line in lines):
            what += "; its sandbox cannot work here: name a script that adds --no-sandbox by --chromium"
        telling = [line for line in lines if "FATAL" in line] or [line for line in lines if "dbus/" not in line]
        error = ChromiumFailed(f"Chromium: {what}" + (f"; it said last: {telling[-1][:200]}" if telling else ""))
        if len(lines) > 1:
            error.add_note(said)
        return error

    def _printed(self) -> str:
        with contextlib.suppress(OSError), self._messages.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 2_000))
            return file.read().decode("utf-8", "replace")
        return ""

    def _is_over(self) -> bool:
        """Whether the process has ended, reaping it."""
        if not self._reaped:
            try:
                self._reaped = os.waitpid(self.pid, os.WNOHANG) != (0, 0)
            except ChildProcessError:
                self._reaped = True
        return self._reaped

    def _send(self, data: bytes, method: str, deadline: float) -> None:
        poll = select.poll()
        poll.register(self._out, select.POLLOUT)
        try:
            while data:
                if not poll.poll(max(0.0, deadline - clock.now())):
                    # Half a message may be out, after which nothing that follows would be understood.
                    self._why = "it stopped reading"
                    self.kill()
                    raise self.failed(f"{method} could not be sent in time")
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(self._out, data) :]
        except OSError as error:
            raise self.failed(f"{method} could not be sent: {error.strerror or error}") from error

    def _read(self) -> None:
        try:
            for data in pipe.messages_of(self._in, LARGEST):
                self._received(json.loads(data))
        except (ValueError, RecursionError) as error:
            self._why = f"it sent what is no message ({error})"
            pipe.end(self.pid)
        with self._lock:
            self._gone = True
        for answer in list(self._answers.values()):
            answer.done.set()
        for waiting in {id(each): each for each in list(self._events.values())}.values():
            waiting.put({"method": GONE, "params": {}})

    def _received(self, message: object) -> None:
        if not isinstance(message, dict):
            raise ValueError("not an object")
        if isinstance(message.get("id"), int):
            answer = self._answers.pop(message["id"], None)
            if answer is not None:
                self._begun(message.get("result"))
                answer.message = message
                answer.done.set()
            return
        session = message.get("sessionId")
        if not isinstance(session, str) or not isinstance(message.get("method"), str) or session in self._full:
            return
        if not isinstance(message.get("params"), dict):
            message["params"] = {}
        waiting = self._events.get(session)
        if waiting is None:
            return  # of a tab that was closed
        if message["method"] == "Target.attachedToTarget":
            self._begun(message["params"])
        if waiting.qsize() >= MOST_WAITING:
            self._full.add(session)
            message = {"method": OVERFLOWED, "params": {}}
        waiting.put(message)

    def _begun(self, told: object) -> None:
        """A session that begins has a queue before its first event comes. What comes in others is nobody's: a tab's
        last events after it was forgotten, those of its frames and workers."""
        session = told.get("sessionId") if isinstance(told, dict) else None
        if isinstance(session, str):
            self._events.setdefault(session, queue.SimpleQueue())
