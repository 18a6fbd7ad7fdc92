"""What a whole tag does: what it opens and closes, what it names (``naming``), and how the tokenizer goes on after it.

As the tree builder orders (WHATWG HTML 13.2.6), as far as tags alone tell: templates, the body's begin, framesets, SVG
and MathML, text that is no markup.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import elements
from fetcher.discovery.html.foreign import TELLING as foreign_names
from fetcher.discovery.html.inline_script import InlineScript
from fetcher.discovery.html.naming import EMBEDDING, Naming
from fetcher.discovery.html.raw_text import RawText, ScriptText
from fetcher.discovery.html.tokens import decoded, parse_attributes

TEXT_ONLY = ("iframe", "noembed", "noframes", "style", "textarea", "title", "xmp")
TELLING = frozenset(
    "audio base embed frame iframe img image input link meta object script style template video".split()  # noqa: SIM905
)
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
_LOOKED_INTO = TELLING | foreign_names | {"source", "track"}
_EVEN_BARE = frozenset(["image", "img", "script"])
_SWITCHING = frozenset([*TEXT_ONLY, "math", "noscript", "plaintext", "script", "svg", "template"])
_STYLE = re.compile(rb"""[\t\n\f\r /"'](?:[sS][tT][yY][lL][eE]|[bB][aA][cC][kK][gG][rR][oO][uU][nN][dD])[\t\n\f\r =]""")


class Tags(Naming, ABC):
    """``_read`` is the tokenizer's state: the method that reads next, (buffer, index) in, the index it got to out."""

    def __init__(self, encoding: str, offset: int, digest_styles: bool, *, scripting: bool, limit: int) -> None:
        super().__init__(encoding, offset, digest_styles)
        self._scripting = scripting
        self._limit = limit
        self._read: Callable[[bytes, int], int] = self._data
        self._text: RawText | ScriptText | None = None
        self._script: InlineScript | None = None
        self._shadow_roots = 0
        self._template_floor = 0
        self._no_frames = False  # something stands in the body that no <frameset> may replace

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
        if word in TELLING and word != "template":
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
                in_head, digested = not self.is_past_head, self._digest_styles
                self._script = InlineScript(kind, attributes, line, offset, in_head=in_head, digested=digested)
        elif name in TEXT_ONLY or (name == "noscript" and self._scripting):
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

    @abstractmethod
    def _data(self, buffer: bytes, index: int) -> int:
        """The state in which tags are looked for."""

    @abstractmethod
    def _raw_text(self, buffer: bytes, index: int) -> int:
        """The state in an element that holds text alone, up to what ``_text`` says."""

    @abstractmethod
    def _plaintext(self, buffer: bytes, index: int) -> int:
        """The state after which there is no markup any more."""
