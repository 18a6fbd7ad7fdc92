"""What the tags of a document name, and the CSS that stands in it: candidates, as the tokenizer comes to them."""

from __future__ import annotations

from fetcher.discovery.candidates import CandidateKind, kept
from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.html import elements
from fetcher.discovery.html.digests import Digests
from fetcher.discovery.html.foreign import ForeignContent
from fetcher.discovery.html.scanned import Scanned
from fetcher.discovery.html.svg_script import SvgScript
from fetcher.discovery.position import Position

EMBEDDING = frozenset(["audio", "embed", "object", "video"])


class Naming(Scanned):
    """Knows what is open around a tag."""

    def __init__(self, encoding: str, offset: int, digest_styles: bool) -> None:
        super().__init__(digest_styles=digest_styles)
        self._encoding = encoding
        self._place = Position(line=1, offset=offset)
        self._css: CssScanner | None = None
        self._svg_script: SvgScript | None = None
        self._foreign = ForeignContent()
        self._framed = 0
        self._digests: Digests | None = None

    def _emit(self, name: str, attributes: dict[str, str], line: int, offset: int, *, foreign: bool) -> None:
        element = "img" if name == "image" and not foreign else name
        known = not foreign or self._foreign.is_svg  # MathML names nothing
        named = elements.named_by(name, attributes, foreign=foreign) if known else []
        sources = self._picture.sources() if element == "img" else ()
        if sources and not named:
            named = [(CandidateKind.IMAGE, "")]
        if not foreign and (self._embedding.is_open or name in EMBEDDING):
            named = [*named, *self._embedding.named(name, attributes)]
        if named and not (name == "frame" and not self._framed):
            pairs = kept(attributes)
            if not foreign:
                pairs = (*pairs, *self._embedding.within(name))
            elif name == "link" and "stylesheet" in elements.ascii_lower(attributes.get("rel", "")):
                pairs = (*pairs, ("as", "style"))
            self._name(named, element, attributes, pairs, sources, line, offset)
        if name == "script" and known and elements.inline_script(attributes, foreign=foreign):
            self.inline_scripts += 1
        if known and foreign and attributes:
            self._declarations(elements.presented(attributes), element, line, offset)
        self._declarations(attributes.get("style"), element, line, offset)

    def _begin_svg_script(self, name: str, attributes: dict[str, str], buffer: bytes, after: int) -> None:
        if name != "script" or not self._foreign.is_svg or self._templates or self._svg_script is not None:
            return
        named = any(key in attributes for key in ("href", "xlink:href"))
        kind = None if named else elements.inline_text(attributes)
        if kind is not None:
            line, offset = self._place.line_at(buffer, after), self._place.base + after
            self._svg_script = SvgScript(
                kind, attributes, line, offset, in_head=not self.is_past_head, digested=self._digest_styles
            )

    def _begin_css(self, buffer: bytes, index: int, attributes: dict[str, str] | None = None) -> None:
        """A <style> element's text begins at ``index`` (or goes on there, after markup in an SVG one)."""
        if attributes is None:
            assert self._css is not None
            media = self._css.attributes
            self._end_css()
        else:
            media = tuple((key, value) for key, value in attributes.items() if key in ("media", "nonce", "title"))
        if self._digest_styles:
            self._digests = Digests(self._encoding)
        self._css = CssScanner(
            line=self._place.line_at(buffer, index),
            offset=self._place.base + index,
            element="style",
            inline=True,
            in_head=not self.is_past_head,
            encoding=self._encoding,
            attributes=media,
            families=self._families,
        )

    def _css_text(self, text: bytes) -> None:
        assert self._css is not None
        found = self._css.feed(text)
        if self._digests is None:
            self._found += found
        else:
            self._digests.add(text, found)

    def _cdata_text(self, text: bytes) -> None:
        if self._css is not None:
            self._css_text(text)
        if self._svg_script is not None:
            self._svg_script.raw(text)

    def _end_css(self) -> None:
        css = self._css
        if css is not None:
            self._css = None
            found = css.close()
            if self._digests is not None:
                self._digests.add(b"", found)
                found, self._digests = self._digests.end(), None
            self._found += found
            self.overflows += css.overflows
            self.data_urls += css.data_urls
