"""One response's content on its way through decoding and scanning: bytes in, candidates out, nothing kept but what
a later claim may need.

A hinted style sheet is kept (decoded, up to a limit for all of them) until the document claims it, since it is scanned
only then. Content that cannot be decoded to its end is scanned as far as it could be: ``fault`` says what was wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from fetcher.browser.commands import Scan, ScanKind
from fetcher.browser.policies.first_bytes import SHOWN
from fetcher.discovery.candidates import Candidate, text_read
from fetcher.discovery.charset import Charset, TextStream, css_charset, html_charset, module_charset, xhtml_charset
from fetcher.discovery.sniffing import BYTES, HTML, OTHER, sniffed
from fetcher.errors import FetcherError
from fetcher.fields import integrity
from fetcher.load.needle import Needle
from fetcher.terms import Fields, Limits
from fetcher.wire.coding import decoder_for

if TYPE_CHECKING:
    from fetcher.load.scanners import MarkupNames, ModuleScanner, Scanner

KEPT_BYTES = 33_554_432
DOCUMENT_BYTES = 1_048_576
"""The longest document whose elements rules are matched to; of a longer one, too, names decide."""
SHEET_BYTES = 2_097_152
"""The longest style sheet whose rules are matched to elements; of a longer one names decide."""
_SNIFFS = {
    ScanKind.HTML: html_charset,
    ScanKind.XHTML: xhtml_charset,
    ScanKind.CSS: css_charset,
    ScanKind.MODULE: module_charset,
}


class Keeping:
    """What one load may hold of sheets that wait to be claimed: ``left`` bytes."""

    __slots__ = ("left",)

    def __init__(self, left: int = KEPT_BYTES) -> None:
        self.left = left


class Content:
    """``transferred`` and ``decoded`` are cumulative bytes, ``first`` the first of the decoded ones. With ``keeping``
    decoded bytes are held until ``scan``, as far as that allows: past it they are dropped, and ``is_cut`` says that
    nothing is left to scan. What may be a ``module`` is read as it is kept, so that no claim takes long.
    ``find_text``: look for it on the way, ``has_text`` says whether it has been seen. ``fault`` is the ContentError
    or LimitExceeded at which decoding ended; what is fed after it is only counted. Scanning ends once more than
    ``limits.discoveries`` things were named: nobody looks at the rest."""

    __slots__ = (
        "_ahead", "_decoder", "_digest", "_digest_styles", "_keeping", "_kept", "_kind", "_left", "_metadata", "_names",
        "_needle", "_order", "_scanner", "_scripting", "_sheet", "_start", "_text", "_told",
        "decoded", "ended", "fault", "first", "is_cut", "keeps", "sniffed", "transferred",
    )  # fmt: skip

    def __init__(
        self,
        fields: Fields,
        limits: Limits,
        *,
        keeping: Keeping | None = None,
        find_text: str | None = None,
        module: bool = False,
    ) -> None:
        self.transferred = 0
        self.decoded = 0
        self.first = b""
        self.keeps = keeping is not None
        self.is_cut = False
        self.ended = False
        self.fault: FetcherError | None = None
        self._keeping = keeping
        self._kept: list[bytes] = []
        self._ahead = _module_scanner(limits.discoveries) if module and keeping is not None else None
        self._metadata = ""
        self._digest: hashlib._Hash | None = None
        self._decoder = decoder_for(fields, limits.decoded_bytes)
        self._left = limits.discoveries
        self._needle = None if find_text is None else Needle(find_text, fields)
        self._kind = ScanKind.HTML
        self._scripting = True
        self._digest_styles = False
        self._order = Scan(0, ScanKind.HTML)
        self._start: bytes | None = None  # of a document that does not say what it is, until that is told
        self.sniffed: str | None = None
        self._text: TextStream | None = None
        self._scanner: Scanner | None = None
        self._names: MarkupNames | None = None
        self._told = 0  # bytes of a document or a style sheet
        self._sheet: list[bytes] | None = []  # of a style sheet, until it is too long

    def scan(self, order: Scan) -> list[Candidate]:
        """Begin scanning; gives what is found in the content kept so far (and the rest, if it has ended)."""
        self._kind = order.kind
        self._order = order
        self._scripting = order.scripting
        self._digest_styles = order.digest_styles
        found: list[Candidate] = []
        if order.kind is ScanKind.UNKNOWN:
            self._start = b""
            return found
        self._text = TextStream(_SNIFFS[order.kind], label=order.charset, inherited=order.inherited)
        ahead, self._ahead = self._ahead, None
        if order.kind is ScanKind.MODULE and ahead is not None:
            self._scanner = ahead
            self._text.feed(b"")  # a module is UTF-8: nothing of it waits here
        else:
            found = [candidate for piece in self._kept for candidate in self._scanned(self._text.feed(piece))]
        self._forget()
        if self.ended:
            found += self._close()
        return found

    def check(self, metadata: str) -> bool:
        """Begin to compare with integrity ``metadata``; False where content has gone that was not kept."""
        algorithm = integrity.strongest(metadata)
        if algorithm is None or self.is_cut or (self.decoded and not self.keeps):
            return False
        self._metadata = metadata
        self._digest = hashlib.new(algorithm)
        for piece in self._kept:
            self._digest.update(piece)
        return True

    def checked(self) -> tuple[bool, str]:
        """Whether the content, now that it is over, has a digest of the metadata, and that digest."""
        digest, self._digest = self._digest, None
        assert digest is not None
        raw = digest.digest()
        return integrity.matches(self._metadata, digest.name, raw), integrity.written(digest.name, raw)

    @property
    def is_checking(self) -> bool:
        return self._digest is not None

    @property
    def is_scanning(self) -> bool:
        return self._text is not None or self._start is not None or self.sniffed is not None

    @property
    def charset(self) -> Charset | None:
        """What the text is in, once that is settled."""
        return self._text.charset if self._text is not None else None

    @property
    def is_transcoded(self) -> bool:
        return self._text is not None and self._text.is_transcoded

    @property
    def unknown_coding(self) -> str | None:
        """The content coding nobody knows, because of which the content is read as it came."""
        return self._decoder.unknown if self._decoder is not None else None

    @property
    def has_text(self) -> bool | None:
        return None if self._needle is None else self._needle.found

    @property
    def inline_scripts(self) -> int:
        return getattr(self._scanner, "inline_scripts", 0)

    def feed(self, data: bytes) -> list[Candidate]:
        """What ``data`` names, as far as it can be decoded."""
        self.transferred += len(data)
        if self.fault is not None:
            return []
        return self._take([data] if self._decoder is None else self._decoder.feed(data))

    def end(self) -> list[Candidate]:
        """The last candidates; a coding that was cut short becomes ``fault`` now."""
        found: list[Candidate] = []
        if self._decoder is not None and self.fault is None:
            try:
                self._decoder.finish()
            except FetcherError as error:
                self.fault = error
        if not self.ended:
            self.ended = True
            found += self._close()
        return found

    def _take(self, pieces: Iterable[bytes]) -> list[Candidate]:
        found: list[Candidate] = []
        try:
            for piece in pieces:
                self.decoded += len(piece)
                if len(self.first) < SHOWN:
                    self.first += piece[: SHOWN - len(self.first)]
                if self._digest is not None:
                    self._digest.update(piece)
                if self._needle is not None:
                    self._needle.feed(piece)
                if self._start is not None:
                    piece = self._sniff(piece)
                if self._text is not None:
                    found += self._scanned(self._text.feed(piece))
                elif self._keeping is not None and self.keeps:
                    self._keep(piece, self._keeping)
                elif piece and self._start is None:
                    self.is_cut = True
        except FetcherError as error:  # from the decoder, after the last good piece
            self.fault = error
            self.ended = True
            found += self._close()
        return found

    def _sniff(self, piece: bytes, *, ended: bool = False) -> bytes:
        """Wait for enough of a document to tell what it is; gives what is to be scanned now."""
        assert self._start is not None
        start = self._start = self._start + piece
        if len(start) < BYTES and not ended:
            return b""
        self._start, self.sniffed = None, sniffed(start)
        if self.sniffed == OTHER:
            return b""
        self._kind = ScanKind.HTML if self.sniffed == HTML else ScanKind.XHTML
        self._text = TextStream(_SNIFFS[self._kind], label=self._order.charset, inherited=self._order.inherited)
        return start

    def _keep(self, piece: bytes, keeping: Keeping) -> None:
        if len(piece) > keeping.left:
            self.is_cut = True
            self._forget()
        else:
            keeping.left -= len(piece)
            self._kept.append(piece)
            if self._ahead is not None:
                self._ahead.feed(piece)

    def _forget(self) -> None:
        if self._keeping is not None:
            self._keeping.left += sum(map(len, self._kept))
        self._kept.clear()
        self.keeps = False

    def _scanned(self, text: bytes) -> list[Candidate]:
        if not text or self._left < 0:
            return []
        if self._scanner is None:
            self._scanner = self._new_scanner()
        found = self._scanner.feed(text)
        self._left -= len(found)
        if self._names is not None:
            found += self._names.feed(text)
            if self._kind is ScanKind.HTML and self._told <= DOCUMENT_BYTES:
                self._told += len(text)
                too_long = self._told > DOCUMENT_BYTES
                found.insert(0, text_read(b"" if too_long else text, self._codec, too_long=too_long))
        elif self._kind is ScanKind.CSS and self._sheet is not None:
            self._sheet.append(text)
            self._told += len(text)
            if self._told > SHEET_BYTES:
                self._sheet = None
        return found

    @property
    def _codec(self) -> str:
        charset = self.charset
        return charset.encoding.codec if charset is not None else "utf-8"

    def _new_scanner(self) -> Scanner:
        from fetcher.load.scanners import MarkupNames, scanner_of  # as they say, before the clock ran

        text = self._text
        assert text is not None
        assert text.charset is not None
        codec = text.charset.encoding.codec
        if self._kind in (ScanKind.HTML, ScanKind.XHTML):
            self._names = MarkupNames(codec)
        return scanner_of(
            self._kind, codec, text.offset,
            limit=max(0, self._left), scripting=self._scripting, digest_styles=self._digest_styles,
        )  # fmt: skip

    def _close(self) -> list[Candidate]:
        rest = self._sniff(b"", ended=True) if self._start is not None else b""
        if self._text is None:
            return []
        found = self._scanned(self._text.feed(rest)) if rest else []
        found += self._scanned(self._text.close())
        if self._scanner is not None and self._left >= 0:
            found += self._scanner.close()
        if self._names is not None:
            found += self._names.feed(b"", last=True)
            if self._kind is ScanKind.HTML:
                found.append(text_read(b"", self._codec, last=True))
        elif self._kind is ScanKind.CSS:
            whole, self._sheet = self._sheet, None
            found.append(text_read(b"".join(whole or ()), self._codec, last=True, too_long=whole is None))
        return found


def _module_scanner(limit: int) -> ModuleScanner:
    from fetcher.load.scanners import ModuleScanner  # as they say, before the clock ran

    return ModuleScanner(limit=limit)
