"""What a document, style sheet or module asks for: raw candidates, no decisions.

A candidate says what stands in the text and where; whether it is fetched, with which URL and how dressed is
decided in ``browser``. Attribute values are as written after character references are decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CandidateKind(StrEnum):
    """What kind of thing was named. BASE carries no request; FONT_USE says a family is used outside @font-face."""

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


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing named. ``url`` is raw, stripped of ASCII whitespace, not resolved. ``element`` is the tag name, or
    "@import", "url()", "@font-face" in CSS. ``attributes`` are (lower-case name, value) in order, first of
    duplicates only, "" for a bare name; for CSS_FONT they hold ("family", ...) and ("format", ...) where given, for
    FONT_USE one ("family", ...) each. ``line`` counts from 1; ``offset`` is the byte offset of the tag's "<" (in CSS,
    of the url or string) in the content-decoded bytes. ``in_head`` is True until the body begins. ``inline`` is True
    for CSS found in a <style> element or style attribute (then ``element`` is "style" or the tag's name)."""

    kind: CandidateKind
    url: str
    element: str
    attributes: tuple[tuple[str, str], ...]
    line: int
    offset: int
    in_head: bool = False
    inline: bool = False

    def attribute(self, name: str) -> str | None:
        for key, value in self.attributes:
            if key == name:
                return value
        return None
