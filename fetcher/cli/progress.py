"""The one line on standard error that moves while a page loads; where that is no terminal, a line now and then.

It watches the same log that the record is folded from, and is wiped before the result is printed. While a server is
silent there is no event to draw at: a timer of the loop's own then moves the clock, so that a person sees that it runs.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Self, TextIO

from fetcher import clock
from fetcher.browser import commands, events
from fetcher.record.redaction import redact_text
from fetcher.report.escape import safe, shorten
from fetcher.report.runner_commands import inert_text

if TYPE_CHECKING:
    from fetcher.runs.chromium.watching import Watched

REDRAW_MS = 100.0
"""Drawing costs a system call; ten times a second is as fast as anybody reads."""

TICK_S = 0.25
"""How often the clock moves while nothing happens."""

EVERY_S = 10.0
"""How often a log hears of what goes on."""


class MovingLine:
    """A line of ``stream`` that is drawn anew in place, never wider than the terminal, and wiped at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = max(shutil.get_terminal_size((80, 24)).columns - 1, 10)
        self._timer: asyncio.TimerHandle | None = None

    def draw(self, text: str) -> None:
        self._stream.write(f"\r\x1b[K{shorten(text, self._width, 1.0)}")
        self._stream.flush()

    def tick(self, text: Callable[[float], str]) -> None:
        """Draw ``text(now)`` at once and every ``TICK_S`` until ``wipe``. Needs a running loop."""
        self.draw(text(clock.now()))
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self.tick, text)

    def wipe(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._stream.write("\r\x1b[K")
        self._stream.flush()


class LoggedLine:
    """The same for a log (of CI, mostly): a line every ``EVERY_S``, none of what is over sooner. One serves a whole
    command, so that many short loads are heard of as one long one is."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._timer: asyncio.TimerHandle | None = None
        self._last = clock.now()

    def draw(self, text: str) -> None:
        now = clock.now()
        if now - self._last < EVERY_S * 1000:
            return
        self._last = now
        self._stream.write(inert_text(f"fetcher: {text}") + "\n")
        self._stream.flush()

    def tick(self, text: Callable[[float], str]) -> None:
        """Say ``text(now)`` when it is time, until ``wipe``. Needs a running loop."""
        self.draw(text(clock.now()))
        self._timer = asyncio.get_running_loop().call_later(1.0, self.tick, text)

    def wipe(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


Line = MovingLine | LoggedLine


def line_on(stream: TextIO, *, moving: bool) -> Line:
    """``moving`` for a terminal."""
    return MovingLine(stream) if moving else LoggedLine(stream)


class Progress:
    """Give it to ``load_page`` as ``watch``; ``tick`` it from a running loop, ``wipe`` it when the load is over."""

    def __init__(self, line: Line) -> None:
        self._line = line
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
            self._line.draw(self.line(event.at))

    def line(self, now: float) -> str:
        """ "2 of 5 requests done, 1 interim response, 34 kB, 0.4 s"."""
        seconds = max(now - (self._started if self._started is not None else now), 0.0) / 1000
        interim = f"{self._interim} interim response{'' if self._interim == 1 else 's'}"
        kilobytes = f"{sum(self._bytes.values()) / 1000:.0f} kB"
        return f"{self._over} of {self._asked} requests done, {interim}, {kilobytes}, {seconds:.1f} s"

    def tick(self) -> None:
        self._line.tick(self.line)

    def wipe(self) -> None:
        self._line.wipe()


class Runs:
    """ "https://a.test/: run 2 of 5, 1.3 s" for a check; ``over`` says that a run is."""

    def __init__(self, line: Line, url: str, runs: int) -> None:
        self._line = line
        self._url = shorten(safe(redact_text(url)), 50)
        self._runs = runs
        self._number = 1
        self._started = clock.now()

    def line(self, now: float) -> str:
        number = min(self._number, self._runs)
        return f"{self._url}: run {number} of {self._runs}, {(now - self._started) / 1000:.1f} s"

    def tick(self) -> None:
        self._line.tick(self.line)

    def over(self) -> None:
        self._number += 1
        self._line.draw(self.line(clock.now()))

    def wipe(self) -> None:
        self._line.wipe()


class Pairs:
    """ "https://a.test/: pair 3 of 11, 4.1 s, about 11 s left" for a comparison; ``over`` says that a load is."""

    def __init__(self, line: Line, url: str, pairs: int) -> None:
        self._line = line
        self._url = shorten(safe(redact_text(url)), 50)
        self._loads = 2 * pairs
        self._over = 0
        self._started = clock.now()

    def line(self, now: float) -> str:
        seconds = (now - self._started) / 1000
        pair = min(self._over // 2 + 1, self._loads // 2)
        left = ""
        if self._over:
            left = f", about {seconds / self._over * (self._loads - self._over):.0f} s left"
        return f"{self._url}: pair {pair} of {self._loads // 2}, {seconds:.1f} s{left}"

    def tick(self) -> None:
        self._line.tick(self.line)

    def over(self) -> None:
        self._over = min(self._over + 1, self._loads)
        self._line.draw(self.line(clock.now()))

    def wipe(self) -> None:
        self._line.wipe()


class Watch:
    """ "12 of 15 requests done in Chromium, 1.3 s" while a browser loads; ``seen`` takes its news, from any thread."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._started = clock.now()
        self._asked = 0
        self._ended = 0

    def seen(self, watched: Watched) -> None:
        self._asked, self._ended = watched.asked, watched.ended

    def line(self, now: float) -> str:
        seconds = (now - self._started) / 1000
        if not self._asked:
            return f"starting Chromium, {seconds:.1f} s"
        return f"{self._ended} of {self._asked} requests done in Chromium, {seconds:.1f} s"

    def tick(self) -> None:
        self._line.tick(self.line)

    def wipe(self) -> None:
        self._line.wipe()


class Busy:
    """ "reading page.har, 12.0 s" while the program itself works and no loop runs whose timer could tell: a thread of
    its own does, as long as the ``with`` lasts. ``doing`` is printed as it is, and may be told anew meanwhile; without
    a line it is silent."""

    def __init__(self, line: Line | None, doing: str) -> None:
        self._line = line
        self._started = clock.now()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.doing = doing

    def line(self, now: float) -> str:
        return f"{self.doing}, {(now - self._started) / 1000:.1f} s"

    def __enter__(self) -> Self:
        if self._line is not None:
            self._thread = threading.Thread(target=self._tell, args=(self._line,), name="busy", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _tell(self, line: Line) -> None:
        """The first word only after ``TICK_S``: what is over by then is not worth one."""
        drawn = False
        try:
            while not self._over.wait(TICK_S):
                line.draw(self.line(clock.now()))
                drawn = True
            if drawn:
                line.wipe()
        except OSError:
            return  # nobody reads standard error; the work goes on
