"""What reached an origin and what left it, stamped with ``clock.now()`` at the socket's read and write.

A departure is stamped just before its write and an arrival just after its read, so on one machine no client can see
an answer earlier than its stamp here. Entries can also be written as JSON lines while the origin runs, and read back
with ``Log.read`` by the process that started it.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, TextIO

from fetcher.terms import Fields

What = Literal["interim", "head", "end", "fault"]


@dataclass(frozen=True, slots=True)
class ConnectionOpened:
    """A client may send requests: TCP accepted and, with TLS, the handshake done."""

    at: float
    connection: int
    protocol: str


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """The connection is gone. ``reason`` says why where it was no plain close; a failed handshake has protocol ""."""

    at: float
    connection: int
    protocol: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RequestArrived:
    """A request's head is complete. ``stream`` is the HTTP/2 stream id, on HTTP/1.1 the request's number from 1."""

    at: float
    connection: int
    stream: int
    protocol: str
    method: str
    authority: str
    target: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Sent:
    """Something left for ``target``'s request: an interim response, the final head, the end of the content, or a
    scripted fault (raw bytes, close, reset, GOAWAY, named in ``detail``)."""

    at: float
    connection: int
    stream: int
    target: str
    what: What
    status: int | None = None
    detail: str | None = None


Entry = ConnectionOpened | ConnectionClosed | RequestArrived | Sent
_KINDS: dict[str, type[Entry]] = {
    "connection-opened": ConnectionOpened,
    "connection-closed": ConnectionClosed,
    "request": RequestArrived,
    "sent": Sent,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


class Log:
    """The entries in order, and questions to them. ``lines`` takes each entry as a line of JSON when it happens."""

    def __init__(self, lines: TextIO | None = None) -> None:
        self.entries: list[Entry] = []
        self._lines = lines
        self._connections = 0
        self._awaited: list[tuple[Callable[[Entry], bool], asyncio.Future[Entry]]] = []

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def number_connection(self) -> int:
        """The next connection's number, from 1; origins that share a log share the count."""
        self._connections += 1
        return self._connections

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        for wanted, future in self._awaited:
            if not future.done() and wanted(entry):
                future.set_result(entry)
        if self._lines is not None:
            try:
                self._lines.write(as_line(entry))
                self._lines.flush()
            except (OSError, ValueError):  # Whoever read the lines is gone or the file is closed; serving goes on.
                self._lines = None

    async def until(self, wanted: Callable[[Entry], bool]) -> Entry:
        """The first entry, there already or to come, that is ``wanted``."""
        for entry in self.entries:
            if wanted(entry):
                return entry
        found: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()
        self._awaited.append((wanted, found))
        try:
            return await found
        finally:
            self._awaited.remove((wanted, found))

    def clear(self) -> None:
        self.entries.clear()

    @classmethod
    def read(cls, lines: Iterable[str]) -> Log:
        """The log another process wrote; lines that are not entries are passed over."""
        log = cls()
        log.entries.extend(entry for entry in map(from_line, lines) if entry is not None)
        return log

    def requests(self, path: str | None = None) -> list[RequestArrived]:
        """Requests for ``path`` (a whole target, or a path whatever its query), or all, in order of arrival."""
        return [
            entry
            for entry in self.entries
            if isinstance(entry, RequestArrived)
            and (path is None or path in (entry.target, entry.target.partition("?")[0]))
        ]

    def sent(self, path: str | None = None, what: What | None = None) -> list[Sent]:
        return [
            entry
            for entry in self.entries
            if isinstance(entry, Sent)
            and (path is None or path in (entry.target, entry.target.partition("?")[0]))
            and (what is None or entry.what == what)
        ]

    def connections(self, protocol: str | None = None) -> list[ConnectionOpened]:
        return [
            entry
            for entry in self.entries
            if isinstance(entry, ConnectionOpened) and protocol in (None, entry.protocol)
        ]

    def before_head(self, document: str, visit: int = 0) -> list[str]:
        """Targets that arrived after the ``visit``-th request (from 0, negative from the end) for ``document`` and
        before its final head left; up to the log's end if none did. Raises IndexError when it was never requested."""
        opening = self.requests(document)[visit]
        exchange = (opening.connection, opening.stream)
        heads = [e.at for e in self.sent(what="head") if (e.connection, e.stream) == exchange]
        until = heads[0] if heads else float("inf")
        return [e.target for e in self.requests() if e is not opening and opening.at <= e.at < until]

    def multiset(self) -> Counter[str]:
        """How often each target was requested."""
        return Counter(entry.target for entry in self.requests())


def as_line(entry: Entry) -> str:
    return json.dumps({"event": _NAMES[type(entry)], **asdict(entry)}, separators=(",", ":")) + "\n"


def from_line(line: str) -> Entry | None:
    try:
        members: dict[str, Any] = json.loads(line)
        kind = _KINDS[members.pop("event")]
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    if "fields" in members:
        members["fields"] = tuple((name, value) for name, value in members["fields"])
    return kind(**members)
