"""The event iterator: an exchange exactly as the wire told it, one event at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType

from fetcher.client.exchange import Exchange
from fetcher.wire.events import BodyData, InterimResponse, ResponseEnd, StreamEvent


class Events:
    """``async for event in connection.events("GET", "/")``. Asking for the next event says that the content of the one
    before is consumed. Failures raise. Leave early with ``aclose`` or ``async with``; dropping it does the same later.
    ``exchange`` (None before the first step) has the times."""

    def __init__(self, begin: Callable[[], Awaitable[Exchange]]) -> None:
        self._begin = begin
        self._due: BodyData | None = None
        self._ended = False
        self.exchange: Exchange | None = None

    def __aiter__(self) -> Events:
        return self

    async def __anext__(self) -> StreamEvent:
        if self._ended:
            raise StopAsyncIteration
        exchange = self.exchange
        if exchange is None:
            exchange = self.exchange = await self._begin()
        if self._due is not None:
            exchange.consumed(self._due)
            self._due = None
        event = await exchange.next_event()
        if isinstance(event, BodyData):
            self._due = event
        elif isinstance(event, InterimResponse):
            exchange.interim.append(event)
        elif isinstance(event, ResponseEnd):
            self._ended = True
        return event

    async def aclose(self) -> None:
        """Give up what has not come."""
        self._ended = True
        if self.exchange is not None:
            await self.exchange.aclose()

    async def __aenter__(self) -> Events:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        exchange = getattr(self, "exchange", None)
        if exchange is not None:
            exchange.discard_later()
