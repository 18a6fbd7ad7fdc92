"""The incremental preload scanner: HTML bytes in, candidates out as soon as each tag's ">" has arrived.

It reads as the HTML tokenizer does (WHATWG HTML 13.2.5) and builds no tree. For every cutting of the same bytes the
same candidates come out, line and offset included; time is linear in the bytes whatever they are; between two pieces
it holds at most one unfinished tag, up to ``limit`` bytes (a longer one is dropped and counted in ``overflows``).
Silent where a browser requests nothing: comments, <template>, raw text, and <noscript> when scripts would run.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import elements
from fetcher.discovery.html.foreign import DRAWING
from fetcher.discovery.html.foreign import TELLING as foreign_names
from fetcher.discovery.html.inline_script import InlineScript
from fetcher.discovery.html.naming import EMBEDDING, Naming
from fetcher.discovery.html.passing import Skim, boring_run, search_for
from fetcher.discovery.html.raw_text import RawText, ScriptText
from fetcher.discovery.html.tokens import TAG, UnfinishedTag, decoded, parse_attributes

_TEXT_ONLY = ("iframe", "noembed", "noframes", "style", "textarea", "title", "xmp")
_TELLING = frozenset(
    "audio base embed frame iframe img image input link meta object script style template video".split()  # noqa: SIM905
)
_OF_INTEREST = [
    *sorted({*_TELLING, *_TEXT_ONLY}),
    *("math", "noscript", "picture", "plaintext", "svg", "/template", "/object"),
]
_RUN = boring_run(_OF_INTEREST)
_SEARCH = search_for(_OF_INTEREST)
# Start tags that leave the head open (13.2.6.4.4), and end tags that begin the body.
_HEAD = frozenset("base basefont bgsound head html link meta noframes noscript script style template title".split())  # noqa: SIM905
# Start tags after which a <frameset> is ignored (13.2.6.4.7, "frameset-ok"); text that is not blank does it too.
_NO_FRAMES = frozenset(
    "applet area body br button dd dt embed hr iframe image img input keygen li listing marquee object plaintext pre "  # noqa: SIM905
    "select table textarea wbr xmp".split()
)
_BODY_ENDS = frozenset(["body", "br", "html"])
# Start tags whose attributes decide something, those that are of use even without any, and those after which the
# tokenizer goes on in another way.
_LOOKED_INTO = _TELLING | foreign_names | {"source", "track"}
_EVEN_BARE = frozenset(["image", "img", "script"])
_SWITCHING = frozenset([*_TEXT_ONLY, "math", "noscript", "plaintext", "script", "svg", "template"])
_STYLE = re.compile(rb"""[\t\n\f\r /"'](?:[sS][tT][yY][lL][eE]|[bB][aA][cC][kK][gG][rR][oO][uU][nN][dD])[\t\n\f\r =]""")
_SPACE = b"\t\n\f\r "
_BOM = b"\xef\xbb\xbf"
_LIMIT = 1_048_576


class HtmlScanner(Naming):
    """``encoding`` is the Python codec of attribute values (ASCII-compatible; an unknown one is read as UTF-8).
    ``scripting`` says whether scripts would run, so that <noscript> holds only text. ``offset``: of the first byte.
    ``digest_styles``: what stands in <style> and style attributes carries their digests, so that a policy can allow it
    by them (CSP); it is then told when the element ends. A <meta> policy with hashes asks for them from there on.

    ``inline_scripts`` counts inline <script> elements of JavaScript types, ``is_past_head`` tells whether the body has
    begun, ``overflows`` counts tags, urls and values dropped for their size, ``data_urls`` those seen in CSS."""

    def __init__(
        self,
        *,
        encoding: str = "utf-8",
        scripting: bool = True,
        limit: int = _LIMIT,
        offset: int = 0,
        digest_styles: bool = False,
    ) -> None:
        super().__init__(encoding, offset, digest_styles)
        self._scripting = scripting
        self._limit = limit
        self._kept = b""
        # The state is the method that reads next: it takes (buffer, index) and gives the index it got to.
        self._read: Callable[[bytes, int], int] = self._data
        self._tag: UnfinishedTag | None = None
        self._text: RawText | ScriptText | None = None
        self._script: InlineScript | None = None
        self._shadow_roots = 0
        self._template_floor = 0
        self._no_frames = False  # something stands in the body that no <frameset> may replace
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

    # --- tokenizer states -------------------------------------------------------------------------------------------

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

    # --- what a tag does --------------------------------------------------------------------------------------------

    def _on_tag(
        self, text: bytes, match: re.Match[bytes], line: int, offset: int, buffer: bytes | None = None, after: int = 0
    ) -> None:
        """A whole tag, matched in ``text``; its content begins at ``after`` in ``buffer`` when that is not ``text``.
        ``line``: 0 where it is counted only if something asks for it."""
        if buffer is None:
            buffer, after = text, match.end()
        name = match[2].lower()
        if match.end() - match.start() > self._limit:
            line = line or self._place.line_at(text, match.start())
            self._on_overflow(buffer, after, match[1] + name, line, offset)
            return
        word = name.decode("ascii") if name.isascii() else decoded(name, self._encoding)
        if match[1]:
            self._on_end(word)
            return
        attributes: dict[str, str] = {}
        self_closing = False
        foreign_content = self._foreign
        if word not in _LOOKED_INTO and not foreign_content.is_svg:
            read = _STYLE.search(text, match.end(2), match.end()) is not None
        else:
            read = bool(foreign_content) or elements.worth_reading(word, text, match.end(2), match.end())
        if read:
            attributes, self_closing = parse_attributes(text, match.end(2), match.end(), self._encoding)
        if word == "frameset" and not self._templates and not self._no_frames:
            self._framed += 1  # the only place where <frame> is not ignored (13.2.6.4.7, 13.2.6.4.20)
        elif (
            word in _NO_FRAMES
            and not self._templates
            and not (word == "input" and attributes.get("type", "").lower() == "hidden")
        ):
            self._no_frames = self._no_frames or not self._framed
        if not self.is_past_head:
            self._enter_body(word)
        foreign = foreign_content.inside and not foreign_content.breaks_out(word, attributes)
        if not self._templates:
            if not foreign and (self._picture.is_open or word == "picture"):
                self._picture.start(word, attributes, self_closing=self_closing)
            if attributes or word in _EVEN_BARE:
                if not line:
                    line = self._place.line_at(text, match.start())
                self._emit(word, attributes, line, offset, foreign=foreign)
            if not foreign and (self._embedding.is_open or word in EMBEDDING):
                self._embedding.start(word, attributes, offset, self_closing=self_closing)
        if foreign or word in _SWITCHING:
            self._switch(word, attributes, buffer, after, foreign=foreign, self_closing=self_closing)

    def _on_overflow(self, buffer: bytes, after: int, name: bytes, line: int, offset: int) -> None:
        """A tag too long to look into still opens and closes what it opens and closes, and is told of."""
        word = name.decode("latin-1")
        if word.startswith("/"):
            self._on_end(word[1:])
            return
        self._enter_body(word)
        if word in _TELLING and word != "template":
            self.overflows += 1
            if not self._templates:
                in_head = not self.is_past_head
                self._found.append(Candidate(CandidateKind.OVERSIZED, "", word, (), line, offset, in_head))
        foreign = self._foreign.inside and not self._foreign.breaks_out(word, {})
        self._switch(word, {"type": "unseen"}, buffer, after, foreign=foreign, self_closing=False)

    def _on_end(self, name: str) -> None:
        script = self._svg_script
        if script is not None and (script.tag(name, ends=True, self_closing=False) or name == "svg"):
            self._found += script.close(self._encoding)
            self.overflows += script.overflowed
            self._svg_script = None
        if name == "frameset" and self._framed and not self._templates:
            self._framed -= 1
        if name == "template" and self._templates:
            self._templates -= 1
            self._foreign.cut(self._template_floor)
        elif name == "template" and self._shadow_roots:
            self._shadow_roots -= 1
        elif self._foreign:
            self._foreign.end(name)
        if self._templates:
            return
        if name in _BODY_ENDS:
            self.is_past_head = True
        if self._foreign.inside:
            return
        if self._picture.is_open:
            self._picture.end(name)
        if self._embedding.is_open or name == "object":
            self._embedding.end(name)

    def _enter_body(self, name: str) -> None:
        if not self.is_past_head and not self._templates and name not in _HEAD:
            self.is_past_head = True

    def _switch(
        self, name: str, attributes: dict[str, str], buffer: bytes, after: int, *, foreign: bool, self_closing: bool
    ) -> None:
        """How the tokenizer goes on after a start tag (13.2.6.2 and the tree builder's orders to it)."""
        if foreign:
            if self._svg_script is not None:
                self._svg_script.tag(name, ends=False, self_closing=self_closing)
            if not self_closing:
                self._begin_svg_script(name, attributes, buffer, after)
                self._foreign.start(name, attributes)
                if name == "style" and self._foreign.is_svg and elements.is_css(attributes) and not self._templates:
                    self._begin_css(buffer, after, attributes)
        elif name == "script":
            self._text = ScriptText()
            self._read = self._raw_text
            kind = elements.inline_text(attributes) if not self._templates else None
            if kind is not None:
                line, offset = self._place.line_at(buffer, after), self._place.base + after
                self._script = InlineScript(kind, attributes, line, offset, in_head=not self.is_past_head)
        elif name in _TEXT_ONLY or (name == "noscript" and self._scripting):
            self._text = RawText(name)
            self._read = self._raw_text
            if name == "style" and elements.is_css(attributes) and not self._templates:
                self._begin_css(buffer, after, attributes)
        elif name == "template":
            if not self._templates and elements.is_shadow_root(attributes):
                self._shadow_roots += 1
            else:
                self._template_floor = self._template_floor if self._templates else len(self._foreign)
                self._templates += 1
        elif name == "plaintext":
            self._read = self._plaintext
        elif name in ("svg", "math") and not self_closing:
            self._foreign.start(name, attributes)


_COMMENT_END = re.compile(rb"--!?>").search
