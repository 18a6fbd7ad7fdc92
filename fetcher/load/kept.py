"""The contents that the HTTP cache of a running load holds: bytes as they came, by the fetch that brought them.

Which are kept is the machine's decision (KeepContent), as is which go; here they are only held, ``MOST`` bytes of those
still coming in all. What does not fit is dropped, and FetchEnded says that it was not kept.
"""

from __future__ import annotations

from fetcher.browser.storage.http_cache import HELD_BYTES, Entry

MOST = 2 * HELD_BYTES


class KeptContents:
    """``keep`` before the first byte; ``end`` or ``forget`` after the last."""

    def __init__(self) -> None:
        self._coming: dict[int, list[bytes]] = {}
        self._room: dict[int, int] = {}
        self._whole: dict[int, bytes] = {}
        self._held = 0

    def keep(self, fetch: int, most: int) -> None:
        self._coming[fetch], self._room[fetch] = [], most

    def add(self, fetch: int, data: bytes) -> None:
        pieces = self._coming.get(fetch)
        if pieces is None:
            return
        self._room[fetch] -= len(data)
        if self._room[fetch] < 0 or self._held + len(data) > MOST:
            self.forget(fetch)
            return
        self._held += len(data)
        pieces.append(data)

    def end(self, fetch: int) -> bool:
        """The content is complete; whether it is held."""
        pieces = self._coming.pop(fetch, None)
        if pieces is None:
            return False
        self._room.pop(fetch)
        self._whole[fetch] = b"".join(pieces)
        return True

    def forget(self, fetch: int) -> None:
        """The content will not be complete, or was too long."""
        self._held -= sum(map(len, self._coming.pop(fetch, ())))
        self._room.pop(fetch, None)

    def content_of(self, entry: Entry) -> bytes:
        """What ``entry`` holds, b"" for what is only counted."""
        if entry.content_of is not None:
            return self._whole.get(entry.content_of, b"")
        return entry.response.content or b""

    def contents(self) -> dict[int, bytes]:
        return self._whole
