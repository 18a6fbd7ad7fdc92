"""How wide a phone lays a page out, as <meta name=viewport> says it (CSS Device Adaptation 1, 10), and as Chromium 156
was seen to do: without a width or scale a page is laid out 980 pixels wide, whatever the phone's width.

The preload scanner reads the element too, but takes a page that says nothing to be as wide as the phone: so what it
chooses from a srcset may be chosen again, otherwise, once the parser comes to it. Only the page's own document has a
say, and on a desktop nobody looks at it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from fetcher.discovery.viewport.lengths import Screen

FALLBACK_WIDTH = 980.0
_PROPERTY = re.compile(r"([^\s,=]+)\s*(?:=[\s=]*([^\s,=]*))?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_WIDTHS = (1.0, 10_000.0)
_SCALES = (0.1, 10.0)


@dataclass(frozen=True, slots=True)
class Layout:
    """``width``: in pixels, or "device-width" or "device-height"; None, as for the scales, where nothing is said."""

    width: float | str | None = None
    scale: float | None = None
    least: float | None = None
    most: float | None = None

    def on(self, screen: Screen, *, ahead: bool = False) -> Screen:
        """The viewport that a page is laid out for on ``screen``; ``ahead``: as the preload scanner takes it."""
        scale = self.scale
        if scale is not None:
            scale = max(scale if self.most is None else min(scale, self.most), self.least or 0.0)
        known = [each for each in (scale, self.most) if each is not None]
        stretched = screen.width / min(known) if known else 0.0
        match self.width:
            case float(number):
                width = max(number, stretched)
            case str(word):
                width = max(screen.height if word == "device-height" else screen.width, stretched)
            case None if scale is not None:
                width = stretched
            case _:
                width = max(screen.width if ahead else FALLBACK_WIDTH, stretched)
        width = float(int(min(max(width, _WIDTHS[0]), _WIDTHS[1])))
        return replace(screen, width=width, height=float(int(width * screen.height / screen.width)))


UNSAID = Layout()
DEVICE_WIDTH = Layout("device-width")
"""What old pages for phones say in another way: MobileOptimized, HandheldFriendly."""


def parse(content: str) -> Layout:
    """``content``: properties with commas or spaces between them; the last of a name counts."""
    said = {match[1].lower(): match[2] or "" for match in _PROPERTY.finditer(content)}
    width: float | str | None = None
    word = said.get("width", "").lower()
    if word in ("device-width", "device-height"):
        width = word
    elif (number := _number(word)) is not None and number >= 0:
        width = min(max(number, _WIDTHS[0]), _WIDTHS[1])
    return Layout(width, *(_scale(said.get(f"{name}-scale")) for name in ("initial", "minimum", "maximum")))


def _scale(written: str | None) -> float | None:
    """None for none and for a negative one; words count as the smallest there is."""
    if written is None:
        return None
    number = {"yes": 1.0, "device-width": 10.0, "device-height": 10.0}.get(written.lower(), _number(written) or 0.0)
    return min(max(number, _SCALES[0]), _SCALES[1]) if number >= 0 else None


def _number(written: str) -> float | None:
    """The number ``written`` begins with."""
    match = _NUMBER.match(written)
    return float(match[0]) if match else None
