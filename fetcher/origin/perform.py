"""Carries an answer's steps out, one after the other, over one exchange of either protocol.

``Exchange`` is what a protocol offers: each call queues or writes at once and never waits; ``writable`` is where
a slow client is waited for. A cancelled performance is a client that went, or an origin that closes.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from itertools import count

from fetcher import clock
from fetcher.origin.log import Log, Sent, What
from fetcher.origin.script import (
    Answer,
    AwaitContent,
    Body,
    Close,
    GoAway,
    Head,
    Interim,
    Raw,
    Repeat,
    RequestSeen,
    Reset,
    Silence,
    Trailers,
    Wait,
    walk,
)
from fetcher.terms import Fields

STEPS_AT_A_STRETCH = 16
"""After so many steps, or pieces of content, each further one gives the loop a turn: others are served, and a client
that has gone is noticed, before the next write."""


class Exchange(ABC):
    """One request and the answer to it. ``ended`` is True once the content's end is written."""

    def __init__(self, request: RequestSeen, log: Log) -> None:
        self.request = request
        self.headed = False
        self.ended = False
        self.written_raw = False
        self._log = log

    @property
    def bodiless(self) -> bool:
        return self.request.method == "HEAD"

    def sent(self, at: float, what: What, status: int | None = None, detail: str | None = None) -> None:
        seen = self.request
        self._log.add(Sent(at, seen.connection, seen.stream, seen.target, what, status, detail))

    @abstractmethod
    def interim(self, status: int, fields: Fields) -> None: ...

    @abstractmethod
    def head(self, status: int, fields: Fields, *, end: bool, hold: bool) -> None:
        """``hold``: content follows at once, so keep the head for its write. ``end``: nothing follows."""

    @abstractmethod
    def body(self, data: bytes, *, end: bool) -> None: ...

    @abstractmethod
    def trailers(self, fields: Fields) -> None: ...

    @abstractmethod
    def raw(self, data: bytes) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def reset(self, code: int) -> None: ...

    @abstractmethod
    def go_away(self, code: int, processed: bool) -> None: ...

    @abstractmethod
    async def writable(self) -> None:
        """Until the client has taken enough of what was written for more to make sense."""

    @abstractmethod
    async def content(self) -> None:
        """Until the request's content is in."""

    @abstractmethod
    def finish(self) -> None:
        """The script is over: end what is open, log it."""


async def perform(exchange: Exchange, answer: Answer) -> None:
    """Every step of ``answer`` in order; returns when the script is over and its last byte is with the socket. A step
    that cannot be carried out, such as content after the end, is logged as a fault and resets the exchange."""
    try:
        await _perform(exchange, answer)
    except Exception as error:
        exchange.sent(clock.now(), "fault", detail=f"the script failed: {type(error).__name__}: {error}")
        exchange.reset(2)


async def _perform(exchange: Exchange, answer: Answer) -> None:
    for number, (step, following) in enumerate(walk(answer), 1):
        if number > STEPS_AT_A_STRETCH:
            await asyncio.sleep(0)
        match step:
            case Wait(ms):
                if ms > 0:
                    await asyncio.sleep(ms / 1000)
                continue
            case Interim(status, fields):
                exchange.interim(status, fields)
            case Head(status, fields):
                exchange.head(status, fields, end=following is None, hold=isinstance(following, Body))
            case Body():
                await _content(exchange, step, end=following is None)
            case Trailers(fields):
                exchange.trailers(fields)
            case Raw(data):
                exchange.raw(data)
            case Close():
                exchange.close()
                return
            case Reset(code):
                exchange.reset(code)
                return
            case GoAway(code, processed):
                exchange.go_away(code, processed)
            case Silence():
                await asyncio.get_running_loop().create_future()
            case AwaitContent():
                await exchange.content()
            case Repeat():
                raise AssertionError("walk() unrolls repeats")
        await exchange.writable()
    exchange.finish()


async def _content(exchange: Exchange, body: Body, *, end: bool) -> None:
    if exchange.bodiless:
        return
    pieces = body.pieces()
    piece = next(pieces)
    due = clock.now()
    for number in count(1):
        following = next(pieces, None)
        exchange.body(piece, end=end and following is None)
        if following is None:
            return
        await exchange.writable()
        if body.every_ms > 0:
            # Paced from the first piece, so that late wake-ups do not add up over many pieces.
            due = max(due + body.every_ms, clock.now())
            await asyncio.sleep((due - clock.now()) / 1000)
        elif number > STEPS_AT_A_STRETCH:
            await asyncio.sleep(0)
        piece = following
