"""The contents of one load: read as the machine orders it, played out of the cache, checked, and told of.

Everything found is queued as events, in the order in which it happened; nothing is decided here.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from fetcher import clock
from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.browser.storage.http_cache import Entry
from fetcher.load.content import Content, Keeping
from fetcher.load.kept import KeptContents
from fetcher.net import Connection
from fetcher.terms import Destination, Limits, Request

if TYPE_CHECKING:
    from fetcher.load.session import SessionTransport


class Exchange:
    """One fetch on the wire."""

    __slots__ = ("connection", "content", "fetch", "is_document", "is_watched", "request", "stored", "stream_id")

    def __init__(self, fetch: int, request: Request, connection: Connection | SessionTransport) -> None:
        self.fetch = fetch
        self.request = request
        self.connection = connection
        self.stream_id = 0
        self.content: Content | None = None
        self.stored: tuple[int, bool | None] | None = None  # of what a 304 confirmed: its size, whether it has the text
        self.is_document = request.destination is Destination.DOCUMENT
        # whether the machine is told how it comes in: of what is played it has enough at some point
        self.is_watched = self.is_document or request.destination in (Destination.AUDIO, Destination.VIDEO)


class Reading:
    """``_queue`` are the events to be told next."""

    def __init__(self, limits: Limits, find_text: str | None) -> None:
        self._limits = limits
        self._find_text = find_text
        self._exchanges: dict[int, Exchange] = {}
        self._contents: dict[int, Content] = {}
        self._read_as: set[int] = set()  # fetches whose charset was told
        self._sniffed: set[int] = set()  # fetches whose type was told
        self._documents: set[int] = set()
        self._queue: deque[e.Event] = deque()
        self._keeping = Keeping()
        self._stored = KeptContents()
        self._served: dict[int, Entry] = {}

    def _serve(self, command: c.ServeStored) -> None:
        """Play a stored answer; after a 304 its content alone, which takes the place of the 304's own."""
        fetch, response = command.fetch, command.entry.response
        is_document = fetch in self._documents
        self._served[fetch] = command.entry
        has_text = self._has_text(command.entry) if is_document else None
        decoded, at = response.decoded, clock.now()
        if command.is_confirmed:
            self._exchanges[fetch].stored = decoded, has_text
            return
        self._queue.append(e.Head(at, fetch, response.status, response.reason, response.version, response.fields, None))
        if is_document:
            self._queue.append(e.BodyProgress(at, fetch, 0, decoded))
        self._queue.append(e.FetchEnded(at, fetch, 0, decoded, has_text=has_text))

    def _has_text(self, entry: Entry) -> bool | None:
        if self._find_text is None:
            return None
        content = Content(entry.response.fields, self._limits, find_text=self._find_text)
        content.feed(self._stored.content_of(entry))
        return content.has_text

    def contents(self) -> dict[int, bytes]:
        """The content of answers that were kept, as it came, by fetch."""
        return self._stored.contents()

    def _scan(self, command: c.Scan) -> None:
        content, entry, at = self._contents.get(command.fetch), self._served.get(command.fetch), clock.now()
        whole = command.text
        if whole is not None:
            content = Content((), self._limits)
        elif entry is not None:  # read out of the cache where it is wanted, and so not kept twice
            content, whole = Content(entry.response.fields, self._limits), self._stored.content_of(entry)
        elif content is None or content.is_cut:
            self._contents.pop(command.fetch, None)
            self._queue.append(e.ScanDrained(at, command.fetch, is_cut=True))
            return
        found = content.scan(command)
        if whole is not None:
            found += content.feed(whole)
            found += content.end()
        self._tell_charset(command.fetch, content, at)
        if found:
            self._queue.append(e.Discovered(at, command.fetch, tuple(found)))
        if content.ended:
            self._drained(command.fetch, content, at)

    def _check(self, command: c.CheckIntegrity) -> None:
        content, entry = self._contents.get(command.fetch), self._served.get(command.fetch)
        if entry is not None:
            content = Content(entry.response.fields, self._limits)
            if content.check(command.metadata):
                content.feed(self._stored.content_of(entry))
                content.end()
                self._checked(command.fetch, content, clock.now())
                return
        if content is None or not content.check(command.metadata):
            self._queue.append(e.IntegrityChecked(clock.now(), command.fetch, None, ""))
        elif content.ended:
            self._checked(command.fetch, content, clock.now())

    def _checked(self, fetch: int, content: Content, at: float) -> None:
        """The digest of content that is all there."""
        matches, found = content.checked()
        self._queue.append(e.IntegrityChecked(at, fetch, matches, found))

    def _tell_charset(self, fetch: int, content: Content, at: float) -> None:
        """Before the first thing that is found, and once; and what the document is, if it did not say."""
        if content.sniffed is not None and fetch not in self._sniffed:
            self._sniffed.add(fetch)
            self._queue.append(e.TypeSniffed(at, fetch, content.sniffed))
        charset = content.charset
        if charset is not None and fetch not in self._read_as:
            self._read_as.add(fetch)
            name, source = charset.encoding.name, charset.source
            self._queue.append(e.CharsetSettled(at, fetch, name, source, content.is_transcoded))

    def _drained(self, fetch: int, content: Content, at: float) -> None:
        self._contents.pop(fetch, None)
        self._queue.append(e.ScanDrained(at, fetch, content.inline_scripts))
