"""Where a scanner stands in text that arrives in pieces: absolute byte offsets and line numbers.

Lines end at LF, CR or CRLF, as HTML and CSS both preprocess them, also when a CRLF is cut in two.
Counting is lazy (only when a place is asked for, then forward), so it costs one pass in all.
"""

from __future__ import annotations


class Position:
    """``base`` is the absolute offset of the first byte of the buffer at hand."""

    __slots__ = ("_after_cr", "_line", "_mark", "base")

    def __init__(self, *, line: int, offset: int) -> None:
        self.base = offset
        self._line = line
        self._mark = 0  # index in the buffer up to which lines are counted
        self._after_cr = False

    def line_at(self, buffer: bytes | bytearray, index: int) -> int:
        """The line (from 1) of ``buffer[index]``; indexes must not go back."""
        mark = self._mark
        if index > mark:
            breaks = buffer.count(b"\n", mark, index)
            returns = buffer.count(b"\r", mark, index)
            if returns:
                breaks += returns - buffer.count(b"\r\n", mark, index)
            if self._after_cr and buffer[mark] == 0x0A:
                breaks -= 1
            self._line += breaks
            self._after_cr = buffer[index - 1] == 0x0D
            self._mark = index
        return self._line

    def advance(self, buffer: bytes, consumed: int) -> None:
        """The first ``consumed`` bytes are done with: the next buffer begins after them."""
        self.line_at(buffer, consumed)
        self.base += consumed
        self._mark = 0
