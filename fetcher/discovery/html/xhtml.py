"""XHTML as XML parsers read it (XML 1.0, Namespaces in XML): candidates up to the first error, and none after it.

A document that is served as application/xhtml+xml gets no preload scanner in Chromium, only its parser: elements count
by their namespace, names in lower case only, <noscript> and <title> hold markup, <style/> is empty, and what comes
after the first well-formedness error is never asked for. Expat (in Python's library) does the parsing; it bounds what
entities may grow to, and a tag of more than ``limit`` bytes ends the scan here as an overflow.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from xml.parsers import expat

from fetcher.discovery.candidates import Candidate, CandidateKind, kept
from fetcher.discovery.html import elements
from fetcher.discovery.html.inline_script import InlineScript
from fetcher.discovery.html.scanned import Scanned

_LIMIT = 1_048_576
_LONG, _TRIES = 16_384, 64
STYLE = 4_194_304
"""The longest style element, in characters: it is read when it is over."""
_HTML = "http://www.w3.org/1999/xhtml"
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink "
_STYLE_WORDS = ("media", "nonce", "title")


class XhtmlScanner(Scanned):
    """As ``HtmlScanner``: ``feed`` gives the candidates whose tags ended, ``error`` says where and why the rest of the
    document is not read. Offsets are those of the UTF-8 form where the text is in something else."""

    def __init__(
        self, *, encoding: str = "utf-8", limit: int = _LIMIT, offset: int = 0, digest_styles: bool = False
    ) -> None:
        super().__init__(digest_styles=digest_styles)
        self.error = ""
        try:
            decoder = codecs.getincrementaldecoder(encoding)
        except LookupError:
            decoder = codecs.getincrementaldecoder("utf-8")
        self._decode = None if encoding == "utf-8" else decoder("replace").decode
        self._limit = limit
        self._base = offset
        self._fed = 0
        self._depth = 0
        self._style: tuple[int, Mapping[str, str], int, int, list[bytes]] | None = None  # its depth, and so on
        self._style_bytes = 0
        self._script: tuple[int, InlineScript] | None = None
        self._held, self._tries = bytearray(), _TRIES
        self._parser = parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = False
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        # Newer Expats put off what a piece completes until more has come, lest a long tag is read again for each of its
        # bytes; a browser does not, so that is done here, and for long ones alone.
        if hasattr(parser, "SetReparseDeferralEnabled"):
            parser.SetReparseDeferralEnabled(False)

    def feed(self, data: bytes) -> list[Candidate]:
        return self._parse(data, last=False)

    def close(self) -> list[Candidate]:
        return self._parse(b"", last=True)

    def _parse(self, data: bytes, *, last: bool) -> list[Candidate]:
        self._found = []
        if self.error:
            return []
        if self._decode is not None:
            data = self._decode(data, last).encode("utf-8", "replace")
        if self._waits(data, last=last):
            return []
        data = bytes(self._held)
        self._held.clear()
        self._fed += len(data)
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            self.error = str(error)
            if not last:  # else the document is over, and nothing comes after it
                self._unread(f"it is not well-formed XML ({error}), so what follows is not looked for", error.lineno)
        else:
            if not last and self._fed - max(0, self._parser.CurrentByteIndex) > self._limit:
                self.error = f"a tag of more than {self._limit} bytes"
                self.overflows += 1
                self._unread(f"{self.error}: nothing from here on is looked for", self._parser.CurrentLineNumber)
        return self._found

    def _waits(self, data: bytes, *, last: bool) -> bool:
        """Keeps ``data``. Whether to wait for more of a long tag: it would be read again from its start. What may end
        it is tried at once, but not for ever."""
        self._held += data
        unfinished = self._fed - max(0, self._parser.CurrentByteIndex)
        if last or not _LONG < unfinished <= self._limit:
            self._tries = _TRIES
            return False
        if b">" in data and self._tries:
            self._tries -= 1
            return False
        return 2 * len(self._held) < unfinished

    def _unread(self, why: str, line: int, element: str = "") -> None:
        offset = self._base + max(0, self._parser.CurrentByteIndex)
        pairs = (("unread", why),)
        self._found.append(Candidate(CandidateKind.OVERSIZED, "", element, pairs, line, offset, not self.is_past_head))

    # --- what the parser tells --------------------------------------------------------------------------------------

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        namespace, _, local = name.rpartition(" ")
        if namespace not in (_HTML, _SVG) or self._templates:
            self._templates += bool(self._templates) and name == f"{_HTML} template"
            return
        foreign = namespace == _SVG
        named = {_plain(key): value for key, value in attributes.items()}
        if not foreign and local == "template":
            self._templates += not elements.is_shadow_root(named)
            return
        if not foreign and local == "body":
            self.is_past_head = True
        line, offset = self._parser.CurrentLineNumber, self._base + self._parser.CurrentByteIndex
        element = local.lower() if foreign else local
        if not foreign and (self._picture.is_open or element == "picture"):
            self._picture.start(element, named, self_closing=False)
        self._emit(element, named, line, offset, foreign=foreign)
        if not foreign:
            self._embedding.start(element, named, offset, self_closing=False)
        if element == "style" and elements.is_css(named):
            self._style = (self._depth, named, line, offset, [])
            self._style_bytes = 0
        elif element == "script":
            self.inline_scripts += elements.inline_script(named, foreign=foreign)
            kind = elements.inline_text(named) if not foreign else None
            if kind is not None:
                in_head, digested = not self.is_past_head, self._digest_styles
                script = InlineScript(kind, named, line, offset, in_head=in_head, digested=digested)
                self._script = (self._depth, script)

    def _end(self, name: str) -> None:
        namespace, _, local = name.rpartition(" ")
        if self._style is not None and self._style[0] == self._depth:
            self._end_style()
        if self._script is not None and self._script[0] == self._depth:
            _, script = self._script
            self._script = None
            self._found += script.close()
            self.overflows += script.overflowed
        self._depth -= 1
        if namespace != _HTML:
            return
        if self._templates:
            self._templates -= local == "template"
            return
        if self._picture.is_open:
            self._picture.end(local)
        if self._embedding.is_open or local == "object":
            self._embedding.end(local)

    def _text(self, text: str) -> None:
        if self._style is not None and self._style[0] == self._depth:
            self._style_bytes += len(text)
            if self._style_bytes <= STYLE:
                self._style[4].append(text.encode("utf-8", "replace"))
        elif self._script is not None:
            self._script[1].feed(text.encode("utf-8", "replace"))

    # --- what an element names --------------------------------------------------------------------------------------

    def _emit(self, element: str, attributes: Mapping[str, str], line: int, offset: int, *, foreign: bool) -> None:
        named = elements.named_by(element, attributes, foreign=foreign) if element != "image" or foreign else []
        sources = self._picture.sources() if element == "img" and not foreign else ()
        if sources and not named:
            named = [(CandidateKind.IMAGE, "")]
        pairs = kept(attributes)
        if not foreign:
            named = [*named, *self._embedding.named(element, attributes)]
            pairs = (*pairs, *self._embedding.within(element))
        self._name(named, element, attributes, pairs, sources, line, offset)
        if foreign:
            self._declarations(elements.presented(attributes), element, line, offset)
        self._declarations(attributes.get("style"), element, line, offset)

    def _end_style(self) -> None:
        assert self._style is not None
        _, attributes, line, offset, texts = self._style
        self._style = None
        if self._style_bytes > STYLE:
            self.overflows += 1
            self._unread(
                f"a style sheet of more than {STYLE} characters: what it names is not looked for", line, "style"
            )
            return
        words = tuple((key, value) for key, value in attributes.items() if key in _STYLE_WORDS)
        self._whole_css(b"".join(texts), "style", line, offset, words)


def _plain(name: str) -> str:
    """An attribute's name as HTML writes it: expat puts its namespace in front."""
    return f"xlink:{name.removeprefix(_XLINK)}" if name.startswith(_XLINK) else name
