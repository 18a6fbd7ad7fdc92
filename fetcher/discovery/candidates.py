"""What a document, style sheet or module asks for: raw candidates, no decisions.

A candidate says what stands in the text and where; whether it is fetched, with which URL and how dressed is
decided in ``browser``. Attribute values are as written after character references are decoded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CandidateKind(StrEnum):
    """What kind of thing was named. BASE carries no request; FONT_USE says a family is used outside @font-face; FRAME
    is an <iframe> or <frame>, REFRESH a declarative refresh (its url is "" for the document's own); MARKUP lists
    names that the markup uses (``markup``), and carries no request either. CONTENT_SECURITY_POLICY is the <meta>
    of that name, whose policy is its content attribute. IMPORT_MAP is an inline import map, its text the attribute
    "text"; DYNAMIC_IMPORT what only running code would ask for. EMBEDDED is an <object> or <embed>, MEDIA what a
    <video> or <audio>, or a <source> in one, names. META is another <meta> that governs the document (its referrers,
    client hints, preferred style sheets, viewport), or a <style> with a title. OBSERVED is
    what running code was seen to ask for in a browser, its attributes as what and how. SPECULATION is
    what speculation rules list, OVERSIZED a tag of more bytes than are looked into. INLINE_SCRIPT is a <script> whose
    text stands in it and runs (with type=module among its attributes, for a module): it asks for nothing by itself."""

    BASE = "base"
    STYLESHEET = "stylesheet"
    SCRIPT = "script"
    MODULE_SCRIPT = "module-script"
    IMAGE = "image"
    PRELOAD = "preload"
    MODULEPRELOAD = "modulepreload"
    PRECONNECT = "preconnect"
    DNS_PREFETCH = "dns-prefetch"
    ICON = "icon"
    CSS_IMPORT = "css-import"
    CSS_IMAGE = "css-image"
    CSS_FONT = "css-font"
    FONT_USE = "font-use"
    FRAME = "frame"
    REFRESH = "refresh"
    MARKUP = "markup"
    CONTENT_SECURITY_POLICY = "content-security-policy"
    MODULE_IMPORT = "module-import"
    DYNAMIC_IMPORT = "dynamic-import"
    IMPORT_MAP = "import-map"
    MEDIA = "media"
    TRACK = "track"
    EMBEDDED = "embedded"
    SVG_USE = "svg-use"
    PREFETCH = "prefetch"
    MANIFEST = "manifest"
    SPECULATION = "speculation"
    INLINE_SCRIPT = "inline-script"
    META = "meta"
    OBSERVED = "observed"
    OVERSIZED = "oversized"


SHOWN = 64
"""Characters of a data: URL that are kept."""
_LONGEST_WORDS = 4_096  # of an attribute that names no URL
_URLS = frozenset({"background", "content", "data", "href", "poster", "src", "xlink:href"})
_DATA_IN_SET = re.compile(r"data:[^\t\n\f\r ]{60,}", re.I)


def shown(url: str) -> str:
    """``url`` as it is kept: a long data: URL by its beginning and its length."""
    return _cut(url, SHOWN) if len(url) > SHOWN and url[:5].lower() == "data:" else url


def kept(attributes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The attributes of a candidate, none longer than what names something has to be."""
    return tuple((name, value if len(value) <= SHOWN else _kept(name, value)) for name, value in attributes.items())


def _kept(name: str, value: str) -> str:
    if name in ("srcset", "imagesrcset"):
        return _DATA_IN_SET.sub(lambda match: _cut(match[0], SHOWN).replace(" ", "-"), value)
    if name == "srcdoc":
        return _cut(value, SHOWN)
    if name in _URLS or len(value) <= _LONGEST_WORDS:
        return shown(value)
    return _cut(value, _LONGEST_WORDS)


def _cut(text: str, size: int) -> str:
    return f"{text[:size]}... ({len(text)} characters)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing named. ``url`` is raw, stripped of ASCII whitespace, not resolved. ``element`` is the tag name, or
    "@import", "url()", "@font-face" in CSS. ``attributes`` are (lower-case name, value) in order, first of
    duplicates only, "" for a bare name; for CSS_FONT they hold ("family", ...) and ("format", ...) where given, for
    FONT_USE one ("family", ...) each. ``line`` counts from 1; ``offset`` is the byte offset of the tag's "<" (in CSS,
    of the url or string) in the content-decoded bytes, or in the UTF-8 form of text that had to be transcoded.
    ``in_head`` is True until the body begins. ``inline`` is True for CSS found in a <style> element or style attribute
    (then ``element`` is "style" or the tag's name). What nobody can use is cut: data: URLs and srcdoc after 64
    characters, with their length said. ``sources`` are, for an <img>, the attributes of each <source> before it in its
    <picture>. What stands in a <video>, <audio> or <object> has ("within", "video 12"): that element and its offset."""

    kind: CandidateKind
    url: str
    element: str
    attributes: tuple[tuple[str, str], ...]
    line: int
    offset: int
    in_head: bool = False
    inline: bool = False
    sources: tuple[tuple[tuple[str, str], ...], ...] = ()

    def attribute(self, name: str) -> str | None:
        for key, value in self.attributes:
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Text(Candidate):
    """What was read, for the cascade, which needs it whole: a piece of a document, or a style sheet at its end. It is
    of kind MARKUP and names nothing by itself. ``codec``: what its bytes are decoded with; ``last``: there is no more;
    ``too_long``: there is more than is kept, so that nobody need keep what came before."""

    text: bytes = b""
    codec: str = "utf-8"
    last: bool = False
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class Holder(Candidate):
    """One that holds a document or a module instead of naming one: ``content`` is a srcdoc, or a data: URL, whole."""

    content: str = ""

    def plain(self) -> Candidate:
        """As it is told."""
        return Candidate(
            self.kind, self.url, self.element, self.attributes, self.line, self.offset, self.in_head, self.inline,
            self.sources,
        )  # fmt: skip


def holding(candidate: Candidate, content: str) -> Holder:
    return Holder(
        candidate.kind, candidate.url, candidate.element, candidate.attributes, candidate.line, candidate.offset,
        candidate.in_head, candidate.inline, candidate.sources, content,
    )  # fmt: skip


_HOLDING = frozenset({CandidateKind.FRAME, CandidateKind.EMBEDDED, CandidateKind.MODULE_SCRIPT})


def candidate_of(
    kind: CandidateKind,
    url: str,
    element: str,
    pairs: tuple[tuple[str, str], ...],
    line: int,
    offset: int,
    *,
    in_head: bool,
    sources: tuple[tuple[tuple[str, str], ...], ...] = (),
    srcdoc: str | None = None,
) -> Candidate:
    """What an element names, or holds. ``srcdoc``: its attribute of that name."""
    content = None
    if kind in _HOLDING:
        if srcdoc is not None and element == "iframe":
            content = srcdoc
        elif url[:5].lower() == "data:":
            content = url
    if content is None:
        return Candidate(kind, shown(url), element, pairs, line, offset, in_head, False, sources)
    return holding(Candidate(kind, shown(url), element, pairs, line, offset, in_head, False, sources), content)


def text_read(text: bytes, codec: str, *, last: bool = False, too_long: bool = False) -> Text:
    return Text(CandidateKind.MARKUP, "", "", (), 0, 0, text=text, codec=codec, last=last, too_long=too_long)
