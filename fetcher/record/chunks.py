"""How a document came in, as (time, decoded bytes so far), in bounded memory whatever its size.

Every point is kept until there are ``MOST``; then every second one goes, and from there on only every second, fourth
... progress becomes a point. The last point is always the last progress, and what a point says stays true.
"""

from __future__ import annotations

MOST = 2_000


class Chunks:
    """``add`` each progress in order; ``points`` are the ones to show."""

    __slots__ = ("_last", "_points", "_skipped", "_stride")

    def __init__(self) -> None:
        self._points: list[tuple[float, int]] = []
        self._last: tuple[float, int] | None = None
        self._stride = 1
        self._skipped = 0

    def add(self, at: float, size: int) -> None:
        """Cumulative ``size`` bytes at ``at``."""
        self._last = (at, size)
        self._skipped += 1
        if self._skipped < self._stride:
            return
        self._points.append(self._last)
        self._last, self._skipped = None, 0
        if len(self._points) >= MOST:
            del self._points[::2]
            self._stride *= 2

    @property
    def points(self) -> list[tuple[float, int]]:
        return self._points if self._last is None else [*self._points, self._last]
