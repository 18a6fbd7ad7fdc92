"""The incremental preload scanner: HTML bytes in, candidates out as soon as each tag's ">" has arrived.

It reads as the HTML tokenizer does (WHATWG HTML 13.2.5) and builds no tree: the tokenizer's states are here, what a tag
does is in ``tags``. For every cutting of the same bytes the same candidates come out, line and offset included; time is
linear in the bytes whatever they are; between two pieces it holds at most one unfinished tag, up to ``limit`` bytes (a
longer one is dropped and counted in ``overflows``).
Silent where a browser requests nothing: comments, <template>, raw text, and <noscript> when scripts would run.
"""

from __future__ import annotations

import re

from fetcher.discovery.candidates import Candidate
from fetcher.discovery.html.foreign import DRAWING
from fetcher.discovery.html.passing import Skim, boring_run, search_for
from fetcher.discovery.html.tags import TELLING, TEXT_ONLY, Tags
from fetcher.discovery.html.tokens import TAG, UnfinishedTag

_OF_INTEREST = [
    *sorted({*TELLING, *TEXT_ONLY}),
    *("math", "noscript", "picture", "plaintext", "svg", "/template", "/object"),
]
_RUN = boring_run(_OF_INTEREST)
_SEARCH = search_for(_OF_INTEREST)
_SPACE = b"\t\n\f\r "
_BOM = b"\xef\xbb\xbf"
_LIMIT = 1_048_576


class HtmlScanner(Tags):
    """``encoding`` is the Python codec of attribute values (ASCII-compatible; an unknown one is read as UTF-8).
    ``scripting`` says whether scripts would run, so that <noscript> holds only text. ``offset``: of the first byte.
    ``digest_styles``: what stands in <style> and style attributes carries their digests, so that a policy can allow it
    by them (CSP); it is then told when the element ends. A <meta> policy with hashes asks for them from there on.
    What it counts is said in ``scanned``."""

    def __init__(
        self,
        *,
        encoding: str = "utf-8",
        scripting: bool = True,
        limit: int = _LIMIT,
        offset: int = 0,
        digest_styles: bool = False,
    ) -> None:
        super().__init__(encoding, offset, digest_styles, scripting=scripting, limit=limit)
        self._kept = b""
        self._tag: UnfinishedTag | None = None
        self._skim = Skim(_SEARCH)

    def feed(self, data: bytes) -> list[Candidate]:
        """The candidates whose tags ended in ``data``, in document order."""
        buffer = self._kept + data if self._kept else data
        self._kept = b""
        found: list[Candidate] = []
        self._found = found
        index = 0
        if self._place.base == 0:
            if len(buffer) < 3 and _BOM.startswith(buffer):
                self._kept = buffer
                return found
            if buffer.startswith(_BOM):
                index = 3
        end = len(buffer)
        while index < end:
            index = self._read(buffer, index)
        self._skim.begin()
        self._place.advance(buffer, end - len(self._kept))
        return found

    def close(self) -> list[Candidate]:
        """The end of the document: an unfinished tag is no tag, an unclosed <style> ends here."""
        found: list[Candidate] = []
        self._found = found
        if self._css is not None:
            self._css_text(self._kept)
            self._end_css()
        self._kept = b""
        self._read = self._plaintext
        return found

    def _keep(self, buffer: bytes, index: int) -> int:
        """What begins at ``index`` cannot be told yet; it is read again in front of the next piece."""
        self._kept = buffer[index:]
        return len(buffer)

    def _data(self, buffer: bytes, index: int) -> int:
        """13.2.5.1: text, up to and including the next tag."""
        foreign = self._foreign
        start = index
        if self._no_frames and not foreign and not self._picture.is_open and not self._embedding.is_open:
            index = self._skim.past(buffer, index)
            if index == start:
                index = _RUN.match(buffer, index).end()  # type: ignore[union-attr]  # may be empty, so it matches
        elif foreign.is_svg and self._css is None and self._svg_script is None:
            index = DRAWING.match(buffer, index).end()  # type: ignore[union-attr]
        less = buffer.find(b"<", index)
        text_end = len(buffer) if less < 0 else less
        if not self._no_frames and not self._templates and buffer[start:text_end].strip(_SPACE):
            self.is_past_head = True
            self._no_frames = self._no_frames or not self._framed
        if self._css is not None:
            self._css_text(buffer[start:text_end])
        if self._svg_script is not None:
            self._svg_script.feed(buffer[start:text_end])
        if less < 0:
            return text_end
        match = TAG.match(buffer, less)
        if match:
            if self._css is not None:
                self._end_css()
            self._on_tag(buffer, match, 0, self._place.base + less)
            return match.end()
        return self._markup(buffer, less)

    def _markup(self, buffer: bytes, less: int) -> int:
        """13.2.5.6, 7 and 42: what a "<" begins when it is not a whole tag."""
        rest = buffer[less + 1 : less + 9]
        if len(rest) < 2 and rest in b"/!":
            return self._keep(buffer, less)
        letter = rest[1:2] if rest.startswith(b"/") else rest[:1]
        if letter.isalpha():
            self._end_css()
            self._tag = UnfinishedTag(
                offset=self._place.base + less, line=self._place.line_at(buffer, less), limit=self._limit
            )
            self._read = self._in_tag
            return less
        if rest.startswith(b"/"):
            if letter == b">":
                return less + 3
            self._read = self._bogus_comment
            return less + 2
        if rest.startswith(b"!"):
            return self._declaration(buffer, less, rest)
        if rest.startswith(b"?"):
            self._read = self._bogus_comment
            return less + 1
        if not self._templates:
            self.is_past_head = True
            self._no_frames = self._no_frames or not self._framed
        if self._css is not None:
            self._css_text(b"<")
        if self._svg_script is not None:
            self._svg_script.feed(b"<")
        return less + 1

    def _declaration(self, buffer: bytes, less: int, rest: bytes) -> int:
        """13.2.5.42: a comment, a CDATA section in foreign content, or something up to ">" (a doctype too)."""
        if rest.startswith(b"!--"):
            begun = buffer[less + 4 : less + 6]
            if begun.startswith(b">"):
                return self._resume(buffer, less + 5)
            if begun == b"->":
                return self._resume(buffer, less + 6)
            if begun in b"-":  # nothing yet, or a dash that may close it at once
                return self._keep(buffer, less)
            self._read = self._comment
            return less + 4
        if b"!--".startswith(rest):
            return self._keep(buffer, less)
        if self._foreign.inside and b"![CDATA[".startswith(rest):
            if len(rest) < 8:
                return self._keep(buffer, less)
            if self._css is not None:
                self._begin_css(buffer, less + 9)
            self._read = self._cdata
            return less + 9
        self._read = self._bogus_comment
        return less + 2

    def _in_tag(self, buffer: bytes, index: int) -> int:
        tag = self._tag
        assert tag is not None
        after = tag.feed(buffer, index)
        if after < 0:
            return len(buffer)
        self._tag = None
        self._read = self._data
        if tag.overflowed:
            self._on_overflow(buffer, after, tag.name, tag.line, tag.offset)
        else:
            text = bytes(tag.text)
            match = TAG.match(text)
            assert match is not None
            self._on_tag(text, match, tag.line, tag.offset, buffer, after)
        return after

    def _comment(self, buffer: bytes, index: int) -> int:
        """13.2.5.45: up to "-->" or "--!>"."""
        match = _COMMENT_END(buffer, index)
        if match:
            return self._resume(buffer, match.end())
        for size in (3, 2, 1):
            if len(buffer) - index >= size and b"--!".startswith(buffer[-size:]):
                return self._keep(buffer, len(buffer) - size)
        return len(buffer)

    def _bogus_comment(self, buffer: bytes, index: int) -> int:
        end = buffer.find(b">", index)
        if end < 0:
            return len(buffer)
        return self._resume(buffer, end + 1)

    def _cdata(self, buffer: bytes, index: int) -> int:
        end = buffer.find(b"]]>", index)
        if end < 0:
            held = 2 if buffer.endswith(b"]]") else buffer.endswith(b"]")
            stop = max(index, len(buffer) - held)
            self._cdata_text(buffer[index:stop])
            return self._keep(buffer, stop)
        self._cdata_text(buffer[index:end])
        return self._resume(buffer, end + 3)

    def _resume(self, buffer: bytes, index: int) -> int:
        """Markup that is no tag is over: text goes on at ``index``."""
        self._read = self._data
        if self._css is not None:
            self._begin_css(buffer, index)
        return index

    def _raw_text(self, buffer: bytes, index: int) -> int:
        assert self._text is not None
        end, closed = self._text.end(buffer, index)
        if self._css is not None:
            self._css_text(buffer[index:end])
        if self._script is not None:
            self._script.feed(buffer[index:end])
        if not closed:
            return self._keep(buffer, end)
        if self._script is not None:
            self._found += self._script.close()
            self.overflows += self._script.overflowed
            self._script = None
        self._end_css()
        self._text = None
        self._read = self._data
        return end

    def _plaintext(self, buffer: bytes, index: int) -> int:
        return len(buffer)


_COMMENT_END = re.compile(rb"--!?>").search
