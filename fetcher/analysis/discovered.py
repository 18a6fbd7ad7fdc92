"""What a browser was seen to request that a load in which no script runs does not: pure, from what was observed."""

from __future__ import annotations

from dataclasses import dataclass, field

from fetcher.record.observed.values import Observed, ObservedRequest
from fetcher.record.redaction import is_redacted

ROUNDS = 32
"""Requests stand after what asked for them, so one is nearly always enough; a forged log ends, too."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """One load in a browser. ``observed`` is None where no request of the page was seen. ``whole`` is False where it
    ended before the network was quiet; ``blocked`` is why a wall answered for the page; ``notes`` say what ended it
    early and what differs from a load of ours. ``lines`` are the log's. ``early``: a 103 of the page came."""

    url: str
    browser: str
    final_url: str | None = None
    status: int | None = None
    whole: bool = False
    blocked: str | None = None
    observed: Observed | None = None
    notes: tuple[str, ...] = ()
    lines: tuple[str, ...] = field(default=(), repr=False)
    early: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the page was seen: no answer, not even a 103, and no request but its own."""
        return self.status is None and not self.early and (self.observed is None or not self.observed.requests)

    @property
    def by_scripts(self) -> tuple[ObservedRequest, ...]:
        """What code asked for, by a call or an import statement, in order."""
        return tuple(one for one in self.observed.requests if one.script) if self.observed is not None else ()

    @property
    def missed(self) -> tuple[ObservedRequest, ...]:
        """What no scan finds: asked for by a call and by nothing else, or named in a file that was."""
        return missed(self.observed) if self.observed is not None else ()

    @property
    def unsent(self) -> tuple[ObservedRequest, ...]:
        """Of ``by_scripts`` those that a load with these discoveries does not send: it sends GET alone, waits for no
        stream, and a URL without its secret is none."""
        return tuple(one for one in self.by_scripts if one.method != "GET" or one.stream or is_redacted(one.url))


def missed(observed: Observed) -> tuple[ObservedRequest, ...]:
    """As of ``Discovered.missed``, each URL once."""
    asked: dict[str, list[ObservedRequest]] = {}
    for one in observed.requests:
        asked.setdefault(one.url, []).append(one)
    lost: set[str] = set()
    for _ in range(ROUNDS):
        before = len(lost)
        for url, requests in asked.items():
            if url not in lost and all(_is_lost(one, lost) for one in requests):
                lost.add(url)
        if len(lost) == before:
            break
    return tuple(requests[0] for url, requests in asked.items() if url in lost)


def _is_lost(one: ObservedRequest, lost: set[str]) -> bool:
    return (one.script and not one.imported) or (one.initiator is not None and one.initiator in lost)
