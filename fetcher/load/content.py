"""One response's content on its way through decoding and scanning: bytes in, candidates out, nothing kept but what
a later claim may need.

A hinted style sheet is kept (decoded, up to a limit) until the document claims it, since it is scanned only then.
"""

from __future__ import annotations

from collections.abc import Iterable

from fetcher.browser.commands import ScanKind
from fetcher.discovery.candidates import Candidate
from fetcher.discovery.css import CssScanner
from fetcher.discovery.html import HtmlScanner
from fetcher.load.needle import Needle
from fetcher.terms import Fields
from fetcher.wire.coding import decoder_for

KEPT_BYTES = 16_777_216


class Content:
    """``transferred`` and ``decoded`` are cumulative bytes. ``keeps`` True: hold decoded bytes until ``scan``.
    ``find_text``: look for it on the way, ``has_text`` says whether it has been seen."""

    __slots__ = ("_decoder", "_kept", "_needle", "_scanner", "decoded", "ended", "keeps", "transferred")

    def __init__(self, fields: Fields, limit: int | None, *, keeps: bool, find_text: str | None = None) -> None:
        self.transferred = 0
        self.decoded = 0
        self.keeps = keeps
        self.ended = False
        self._kept: list[bytes] = []
        self._decoder = decoder_for(fields, limit)
        self._needle = None if find_text is None else Needle(find_text, fields)
        self._scanner: HtmlScanner | CssScanner | None = None

    def scan(self, kind: ScanKind, charset: str | None) -> list[Candidate]:
        """Begin scanning; gives what is found in the content kept so far (and the rest, if it has ended)."""
        self._scanner = HtmlScanner(encoding=charset or "utf-8") if kind is ScanKind.HTML else CssScanner()
        found = [candidate for piece in self._kept for candidate in self._scanner.feed(piece)]
        self._kept.clear()
        self.keeps = False
        if self.ended:
            found += self._scanner.close()
        return found

    @property
    def is_scanning(self) -> bool:
        return self._scanner is not None

    @property
    def has_text(self) -> bool | None:
        return None if self._needle is None else self._needle.found

    @property
    def inline_scripts(self) -> int:
        return getattr(self._scanner, "inline_scripts", 0)

    def feed(self, data: bytes) -> list[Candidate]:
        """Raises ContentError or LimitExceeded from the decoder."""
        self.transferred += len(data)
        return self._take([data] if self._decoder is None else self._decoder.feed(data))

    def end(self) -> list[Candidate]:
        """The last candidates; raises ContentError when a coding was cut short."""
        found = self._take(self._decoder.finish()) if self._decoder is not None else []
        self.ended = True
        if self._scanner is not None:
            found += self._scanner.close()
        return found

    def _take(self, pieces: Iterable[bytes]) -> list[Candidate]:
        found: list[Candidate] = []
        for piece in pieces:
            self.decoded += len(piece)
            if self._needle is not None:
                self._needle.feed(piece)
            if self._scanner is not None:
                found += self._scanner.feed(piece)
            elif self.keeps:
                if self.decoded > KEPT_BYTES:
                    self.keeps = False
                    self._kept.clear()
                else:
                    self._kept.append(piece)
        return found
