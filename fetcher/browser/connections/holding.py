"""Requests that are decided on and not yet handed to the connections, as Chromium holds them back.

Three rules, all seen in Chromium 156 from a server's log, over HTTP/2 and HTTP/1.1 (``test_holding`` and
``test_parser_stops`` beside it):

- parser: what the parser alone meets waits until nothing before it stops the parser (``document.parsing``).
- in the head (blink's resource_load_scheduler): until the body is there, a request below MEDIUM starts only while
  fewer than two requests of its document run, or, for one of LOW, fewer than two of LOW. On either protocol.
- delayable (services/network resource_scheduler): a request below MEDIUM to a host that is not known to speak HTTP/2
  starts only while fewer than ten such run, and fewer than six of any kind to its host. Looked at again when a request
  ends, not when a host turns out to speak HTTP/2. One that another host's connection serves stays unknown.

Navigations and what a 103 asked for are not a document's requests: neither held nor counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from fetcher.browser.commands import Command, HoldFetch, ReleaseFetch
from fetcher.browser.connections.pool import Pool
from fetcher.browser.document.parsing import is_left_to_parser
from fetcher.browser.fetches import Consumer, Document, Fetch
from fetcher.terms import HttpVersion, Mode, NetPriority

IN_HEAD = 2
IN_HEAD_LOW = 2
DELAYABLE = 10
PER_HOST = 6

PARSER = "only the parser meets it, and a script or style sheet before it stops the parser"
HEAD = "the head is still being parsed: two requests at a time below the priority of scripts"
TEN = "ten requests of low priority are under way to hosts without HTTP/2"
SIX = "six requests are under way to this host, not known to speak HTTP/2"

_Host = tuple[str, str, int]


@dataclass(slots=True)
class _Frame:
    """A document's requests: those that run, those of LOW among them, and the heap of those that wait."""

    document: Document
    running: set[int] = field(default_factory=set)
    low: set[int] = field(default_factory=set)
    held: list[tuple[int, int, Fetch]] = field(default_factory=list)

    def has_room(self, fetch: Fetch) -> bool:
        if fetch.priority >= NetPriority.MEDIUM:
            return True
        if len(self.running) < IN_HEAD or (fetch.priority is NetPriority.LOW and len(self.low) < IN_HEAD_LOW):
            return True
        return not self.document.parsing.is_in_head


@dataclass(slots=True)
class _Unmet:
    """Requests that the parser of a document has yet to come to: a heap by where they stand."""

    document: Document
    held: list[tuple[int, int, Fetch]] = field(default_factory=list)


class Holding:
    """``active`` False hands everything on at once, for profiles whose rules these are not."""

    def __init__(self, pool: Pool, *, active: bool) -> None:
        self._pool = pool
        self._active = active
        self._frames: dict[int, _Frame] = {}
        self._unmet: dict[int, _Unmet] = {}
        self._parked: set[int] = set()  # the requests there that nobody has come to
        self._order = count()
        self._hosts: dict[_Host, int] = {}  # requests under way
        self._in_flight: dict[int, bool] = {}  # whether it counts as delayable
        self._delayable = 0
        self._delayed: dict[_Host, list[tuple[int, int, Fetch]]] = {}  # heaps
        self._heads: list[tuple[int, int, _Host]] = []  # the first of each of those, and what was one before
        self._full: set[_Host] = set()  # hosts whose first is not among the heads, for want of room there
        self._ended = False

    def admit(self, fetch: Fetch) -> list[Command]:
        """A request was decided on: it goes to the connections, or is held."""
        consumer = fetch.consumer
        if not self._active or consumer is None or fetch.key.session:
            self._pool.enqueue(fetch)
            return []
        if fetch.redirects == 0 and self._is_ahead(consumer):
            self._park(fetch, consumer)
            return [HoldFetch(fetch.id, PARSER)]
        reason = self._admit(fetch, consumer)
        return [] if reason is None else [HoldFetch(fetch.id, reason)]

    def wanted_too(self, fetch: Fetch, consumer: Consumer) -> list[Command]:
        """``consumer`` is to be served by ``fetch``, which may be held until a parser comes to what it was made for.
        It waits no longer than this one would: what stops the parser may itself wait for it."""
        if fetch.id not in self._parked or not fetch.is_pending or fetch.consumer is None:
            return []
        if self._is_ahead(consumer):
            self._park(fetch, consumer)
            return []
        fetch.priority = max(fetch.priority, consumer.priority)
        return [self._unpark(fetch, fetch.consumer)]

    def _is_ahead(self, consumer: Consumer) -> bool:
        """Whether the parser alone meets it, and has yet to come to it."""
        if not is_left_to_parser(consumer):
            return False
        stands_at = consumer.document.parsing.stands_at
        return stands_at is not None and stands_at < consumer.candidate.offset

    def _park(self, fetch: Fetch, consumer: Consumer) -> None:
        unmet = self._unmet.setdefault(consumer.document.fetch.id, _Unmet(consumer.document))
        heappush(unmet.held, (consumer.candidate.offset, next(self._order), fetch))
        self._parked.add(fetch.id)

    def _unpark(self, fetch: Fetch, consumer: Consumer) -> Command:
        self._parked.discard(fetch.id)
        reason = self._admit(fetch, consumer)
        return ReleaseFetch(fetch.id) if reason is None else HoldFetch(fetch.id, reason)

    def _admit(self, fetch: Fetch, consumer: Consumer) -> str | None:
        """Once it is met: why it is held, None where it is not."""
        if consumer.mode is Mode.NAVIGATE:
            self._pool.enqueue(fetch)
            return None
        frame = self._frames.setdefault(consumer.document.fetch.id, _Frame(consumer.document))
        if (frame.held and frame.held[0][2].priority >= fetch.priority) or not frame.has_room(fetch):
            heappush(frame.held, (-fetch.priority, fetch.id, fetch))
            return HEAD
        return self._start(fetch, frame)

    def settled(self, fetch: Fetch) -> None:
        """``fetch`` is over, whatever it was waiting for."""
        consumer = fetch.consumer
        frame = self._frames.get(consumer.document.fetch.id) if consumer is not None else None
        if frame is not None:
            frame.running.discard(fetch.id)
            frame.low.discard(fetch.id)
        delayable = self._in_flight.pop(fetch.id, None)
        if delayable is not None:
            self._delayable -= delayable
            self._hosts[_host(fetch)] -= 1
            self._ended = True

    def released(self) -> list[Command]:
        """What may go to the connections now."""
        commands = self._met()
        for frame in self._frames.values():
            while frame.held and frame.has_room(frame.held[0][2]):
                fetch = heappop(frame.held)[2]
                if fetch.is_pending:
                    reason = self._start(fetch, frame)
                    commands.append(ReleaseFetch(fetch.id) if reason is None else HoldFetch(fetch.id, reason))
        if self._ended and self._delayed:
            commands += self._again()
        self._ended = False
        return commands

    def _met(self) -> list[Command]:
        """What parsers have come to."""
        commands: list[Command] = []
        for number, unmet in list(self._unmet.items()):
            stands_at = unmet.document.parsing.stands_at
            while unmet.held and (stands_at is None or unmet.held[0][0] <= stands_at):
                fetch = heappop(unmet.held)[2]
                if fetch.id in self._parked and fetch.is_pending and fetch.consumer is not None:
                    commands.append(self._unpark(fetch, fetch.consumer))
            if not unmet.held:
                del self._unmet[number]
        return commands

    def _start(self, fetch: Fetch, frame: _Frame) -> str | None:
        """Through the first rule; the reason if the second one holds it."""
        frame.running.add(fetch.id)
        if fetch.priority is NetPriority.LOW:
            frame.low.add(fetch.id)
        reason = self._delay(fetch)
        if reason is None:
            self._hand_on(fetch)
        else:
            heap = self._delayed.setdefault(_host(fetch), [])
            heappush(heap, (-fetch.priority, fetch.id, fetch))
            if heap[0][2] is fetch:
                self._put_forward(_host(fetch))
        return reason

    def _put_forward(self, host: _Host) -> None:
        heappush(self._heads, (*self._delayed[host][0][:2], host))

    def _again(self) -> list[Command]:
        """The most urgent ones first, of the hosts that may have more."""
        commands: list[Command] = []
        for host in self._full:
            self._put_forward(host)
        self._full.clear()
        while self._heads:
            _, first, host = self._heads[0]
            heap = self._delayed.get(host)
            if heap is None or heap[0][1] != first:
                heappop(self._heads)
                continue
            fetch = heap[0][2]
            reason = self._delay(fetch) if fetch.is_pending else None
            if reason == TEN:
                break
            heappop(self._heads)
            if reason is not None:
                self._full.add(host)
                continue
            heappop(heap)
            if heap:
                self._put_forward(host)
            else:
                del self._delayed[host]
            if fetch.is_pending:
                self._hand_on(fetch)
                commands.append(ReleaseFetch(fetch.id))
        return commands

    def _hand_on(self, fetch: Fetch) -> None:
        host = _host(fetch)
        self._in_flight[fetch.id] = delayable = self._is_delayable(fetch)
        self._delayable += delayable
        self._hosts[host] = self._hosts.get(host, 0) + 1
        self._pool.enqueue(fetch)

    def _delay(self, fetch: Fetch) -> str | None:
        if not self._is_delayable(fetch):
            return None
        if self._delayable >= DELAYABLE:
            return TEN
        return SIX if self._hosts.get(_host(fetch), 0) >= PER_HOST else None

    def _is_delayable(self, fetch: Fetch) -> bool:
        return fetch.priority < NetPriority.MEDIUM and self._pool.protocol_of(fetch.key) in (None, HttpVersion.HTTP_1_1)


def _host(fetch: Fetch) -> _Host:
    return fetch.key.scheme, fetch.key.host, fetch.key.port
