"""Declarations that can change which pictures and fonts are asked for: which properties they set, and to what.

``expand`` gives None for a value that Chromium 156 cannot parse, for such a declaration is dropped whole and what it
would have replaced stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from fetcher.discovery.css.declarations import font_values
from fetcher.discovery.css.declarations.picture_values import Urls, pictures
from fetcher.discovery.viewport.component_values import WIDE, Kind, TooMuch, Value, parse, spaceless, split, stripped

IMAGES: dict[str, tuple[str, ...]] = {
    "background": ("background-image",),
    "background-image": ("background-image",),
    "border": ("border-image-source",),
    "border-image": ("border-image-source",),
    "border-image-source": ("border-image-source",),
    "-webkit-border-image": ("border-image-source",),
    "clip-path": ("clip-path",),
    "-webkit-clip-path": ("clip-path",),
    "content": ("content",),
    "cursor": ("cursor",),
    "fill": ("fill",),
    "filter": ("filter",),
    "-webkit-filter": ("filter",),
    "backdrop-filter": ("backdrop-filter",),
    "list-style": ("list-style-image",),
    "list-style-image": ("list-style-image",),
    "marker": ("marker-start", "marker-mid", "marker-end"),
    "marker-start": ("marker-start",),
    "marker-mid": ("marker-mid",),
    "marker-end": ("marker-end",),
    "mask": ("mask-image",),
    "mask-image": ("mask-image",),
    "-webkit-mask": ("mask-image",),
    "-webkit-mask-image": ("mask-image",),
    "-webkit-mask-box-image": ("mask-box-image",),
    "-webkit-mask-box-image-source": ("mask-box-image",),
    "shape-outside": ("shape-outside",),
    "stroke": ("stroke",),
    "-webkit-box-reflect": ("box-reflect",),
}
FONTS: dict[str, tuple[str, ...]] = {
    "font": ("font-family", "font-weight", "font-style", "font-stretch"),
    "font-family": ("font-family",),
    "font-weight": ("font-weight",),
    "font-style": ("font-style",),
    "font-stretch": ("font-stretch",),
    "font-width": ("font-stretch",),
}
OTHER: dict[str, tuple[str, ...]] = {
    "display": ("display",),
    "content-visibility": ("content-visibility",),
    "animation": ("animation-name", "animation-duration"),
    "animation-name": ("animation-name",),
    "animation-duration": ("animation-duration",),
    "-webkit-animation": ("animation-name", "animation-duration"),
    "-webkit-animation-name": ("animation-name",),
    "-webkit-animation-duration": ("animation-duration",),
    "container": ("container-type", "container-name"),
    "container-type": ("container-type",),
    "container-name": ("container-name",),
}
PICTURED = frozenset(name for names in IMAGES.values() for name in names)
EVERY = (
    *sorted({name for table in (IMAGES, FONTS, OTHER) for names in table.values() for name in names}),
)  # fmt: skip
LONGHANDS = {**IMAGES, **FONTS, **OTHER, "all": EVERY}
INHERITED = frozenset(
    ["cursor", "list-style-image", "fill", "stroke", "marker-start", "marker-mid", "marker-end", *FONTS["font"]]
)
SUBSTITUTED = re.compile(r"(?<![-\w])(?:var|env|attr|if|--[-\w]+)\(", re.I)

Computed = str | Urls | float

_REMEMBERED = 1_024
"""The longest value whose expansion is kept for the next document."""


def expand(name: str, value: str, dpr: float) -> tuple[tuple[str, Computed], ...] | None:
    """What a declaration sets, for a screen of ``dpr``: (longhand, urls), a keyword, or a number; a CSS-wide keyword
    stands for itself. None where it is not valid. Nothing with var() is given to this."""
    return _expand(name, value, dpr) if len(value) <= _REMEMBERED else _expand.__wrapped__(name, value, dpr)


@lru_cache(maxsize=8192)
def _expand(name: str, value: str, dpr: float) -> tuple[tuple[str, Computed], ...] | None:
    try:
        values = stripped(parse(value))
    except TooMuch:
        return None
    longhands = LONGHANDS[name]
    if len(values) == 1 and values[0].kind is Kind.IDENT and values[0].text in WIDE:
        return tuple((each, values[0].text) for each in longhands)
    if not values or name == "all":
        return None
    if name == "content" and len(values) == 1 and values[0].is_word("normal"):
        return (("content", "initial"),)
    if name in IMAGES:
        urls = pictures(name, values, dpr)
        return None if urls is None else tuple((each, urls) for each in longhands)
    if name == "font":
        return font_values.font(values)
    found: Computed | None
    match longhands[0]:
        case "font-family":
            found = font_values.families(values)
        case "font-weight":
            found = font_values.weight(values)
        case "font-style":
            found = font_values.style(values)
        case "font-stretch":
            found = font_values.stretch(values)
        case "animation-name" if len(longhands) == 2:
            return ("animation-name", _animations(values)), ("animation-duration", _lasts(values))
        case "animation-name":
            found = _animations(values)
        case "animation-duration":
            found = _lasts(values)
        case "container-type" if name == "container":
            parts = split(values, "/")
            kind = parts[1][0].text if len(parts) == 2 and parts[1] else "normal"
            return ("container-type", kind), ("container-name", tuple(each.text for each in spaceless(parts[0])))
        case "container-name":
            found = tuple(each.text for each in spaceless(values) if each.text != "none")
        case _:
            words = spaceless(values)
            found = " ".join(each.text for each in words) if all(e.kind is Kind.IDENT for e in words) else None
            if longhands[0] == "display" and found is not None and not _DISPLAY.fullmatch(found):
                found = None
    return None if found is None else ((longhands[0], found),)


_DISPLAY = re.compile(
    r"none|contents|-webkit-(?:inline-)?(?:box|flex)|ruby-text|table-[a-z-]+|(?:block|inline|inline-block|inline-table|"
    r"inline-flex|inline-grid|flow|flow-root|table|flex|grid|ruby|math|list-item|grid-lanes|inline-grid-lanes| )+"
)


def _animations(values: Sequence[Value]) -> tuple[str, ...]:
    """Every word that may name one: which it is takes the keyframes there are."""
    return tuple(each.text for each in values if each.kind in (Kind.IDENT, Kind.STRING))


def _lasts(values: Sequence[Value]) -> float:
    """The longest time among them, in whatever unit: whether anything is animated at all."""
    return max((each.number for each in values if each.kind is Kind.DIMENSION), default=0.0)
