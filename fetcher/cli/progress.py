"""The one line on standard error that moves while a page loads, drawn only on a terminal.

It watches the same log that the record is folded from, and is wiped before the result is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from fetcher.browser import commands, events

REDRAW_MS = 100.0
"""Drawing costs a system call; ten times a second is as fast as anybody reads."""


class Progress:
    """Give it to ``load_page`` as ``watch``; ``wipe`` it when the load is over."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._started: float | None = None
        self._drawn = float("-inf")
        self._asked = 0
        self._over = 0
        self._interim = 0
        self._bytes: dict[int, int] = {}

    def __call__(self, event: events.Event, decided: Sequence[commands.Command]) -> None:
        self._asked += sum(isinstance(command, commands.QueueFetch) for command in decided)
        match event:
            case events.NavigationStarted():
                self._started = event.at
            case events.Interim():
                self._interim += 1
            case events.BodyProgress():
                self._bytes[event.fetch] = event.transferred
            case events.FetchEnded() | events.FetchFailed():
                self._over += 1
        if event.at - self._drawn >= REDRAW_MS:
            self._drawn = event.at
            self._stream.write(f"\r\x1b[K{self.line(event.at)}")
            self._stream.flush()

    def line(self, now: float) -> str:
        """ "2 of 5 requests done, 1 interim response, 34 kB, 0.4 s"."""
        seconds = (now - (self._started if self._started is not None else now)) / 1000
        interim = f"{self._interim} interim response{'' if self._interim == 1 else 's'}"
        kilobytes = f"{sum(self._bytes.values()) / 1000:.0f} kB"
        return f"{self._over} of {self._asked} requests done, {interim}, {kilobytes}, {seconds:.1f} s"

    def wipe(self) -> None:
        self._stream.write("\r\x1b[K")
        self._stream.flush()
