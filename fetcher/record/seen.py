"""What a load's log has told of each request, connection and look-up so far: taken down by ``recorder`` as the events
come, in clock times; made into record values by ``written``."""

from __future__ import annotations

from dataclasses import dataclass, field

from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.record.chunks import Chunks
from fetcher.terms import ConnectionFacts, Fields, Request


@dataclass(slots=True, eq=False)
class SeenFetch:
    """What is known of one request so far; clock times."""

    request: Request
    discovered: float
    hint: int | None
    connection: int | None = None
    reused: bool | None = None
    sent: float | None = None
    interim: float | None = None
    head: e.Head | None = None
    end: float | None = None
    failed: float | None = None
    transferred: int | None = None
    decoded: int | None = None
    trailers: Fields = ()
    outcome: str = "pending"
    error: str | None = None
    redirect_to: int | None = None
    earlier: int | None = None
    earlier_reason: str | None = None
    chunks: Chunks = field(default_factory=Chunks)
    has_text: bool | None = None
    retries: int = 0
    retry_reason: str | None = None
    held: str | None = None
    coalesced: bool = False
    released: float | None = None
    charset: e.CharsetSettled | None = None
    sniffed: str | None = None
    blocked: c.BlockFetch | None = None
    inside: c.RedirectInside | None = None
    served: c.ServeStored | None = None
    served_at: float = 0.0

    @property
    def from_cache(self) -> bool:
        """Answered without the network."""
        return self.served is not None and not self.served.is_confirmed


@dataclass(slots=True, eq=False)
class SeenConnection:
    command: c.OpenConnection
    opened_at: float
    facts: ConnectionFacts | None = None
    closed_at: float | None = None
    error: str | None = None
    requests: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class SeenLookup:
    asked: float
    answer: e.NameResolved | None = None
    connection: int | None = None
