"""Declarations that can change which pictures and fonts are asked for: which properties they set, and to what.

``expand`` gives None for a value that Chromium 156 cannot parse, for such a declaration is dropped whole and what it
would have replaced stays. It judges what can name or replace a picture closely, and positions and sizes by their words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from fetcher.discovery.css import image_set
from fetcher.discovery.escapes import unescape
from fetcher.discovery.viewport.component_values import Kind, TooMuch, Value, parse, split, stripped

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
WIDE = frozenset(["inherit", "initial", "unset", "revert", "revert-layer"])
SUBSTITUTED = re.compile(r"(?<![-\w])(?:var|env|attr|if|--[-\w]+)\(", re.I)

Urls = tuple[str, ...]
Computed = str | Urls | float

_NUMBERS = (Kind.NUMBER, Kind.PERCENTAGE, Kind.DIMENSION)
_GRADIENTS = re.compile(r"(?:-webkit-)?(?:repeating-)?(?:linear|radial|conic)-gradient|-webkit-gradient|paint")
_MATHS = frozenset("calc min max clamp round mod rem abs sign".split())  # noqa: SIM905
_COLOURS = frozenset("rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark contrast-color".split())  # noqa: SIM905
_NAMES = frozenset(
    "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood "  # noqa: SIM905
    "cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod "
    "darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon "
    "darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray "
    "dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green "
    "greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon "
    "lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon "
    "lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta "
    "maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen "
    "mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive "
    "olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru "
    "pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell "
    "sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise "
    "violet wheat white whitesmoke yellow yellowgreen transparent currentcolor accentcolor accentcolortext activetext "
    "buttonborder buttonface buttontext canvas canvastext field fieldtext graytext highlight highlighttext linktext "
    "mark marktext selecteditem selecteditemtext visitedtext activeborder background window windowtext "
    "-webkit-text".split()
)
_LAYER_WORDS = frozenset(
    "left right top bottom center repeat no-repeat repeat-x repeat-y space round scroll fixed local border-box "  # noqa: SIM905
    "padding-box content-box text border border-area padding content cover contain auto none".split()
)
_MASK_WORDS = _LAYER_WORDS | frozenset(
    "alpha luminance match-source add subtract intersect exclude no-clip fill-box stroke-box view-box source-over "  # noqa: SIM905
    "source-in source-out source-atop destination-over destination-in destination-out destination-atop xor".split()
)
_CURSORS = frozenset(
    "auto default none context-menu help pointer progress wait cell crosshair text vertical-text alias copy move "  # noqa: SIM905
    "no-drop not-allowed grab grabbing all-scroll col-resize row-resize n-resize e-resize s-resize w-resize ne-resize "
    "nw-resize se-resize sw-resize ew-resize ns-resize nesw-resize nwse-resize zoom-in zoom-out hand -webkit-grab "
    "-webkit-grabbing -webkit-zoom-in -webkit-zoom-out".split()
)
_BORDERS = frozenset(
    "none hidden dotted dashed solid double groove ridge inset outset thin medium thick".split()  # noqa: SIM905
)
_SIZES = frozenset("xx-small x-small small medium large x-large xx-large xxx-large smaller larger math".split())  # noqa: SIM905
_STRETCHES = {
    "ultra-condensed": 50.0, "extra-condensed": 62.5, "condensed": 75.0, "semi-condensed": 87.5, "normal": 100.0,
    "semi-expanded": 112.5, "expanded": 125.0, "extra-expanded": 150.0, "ultra-expanded": 200.0,
}  # fmt: skip
GENERIC = frozenset(
    "serif sans-serif monospace cursive fantasy system-ui ui-serif ui-sans-serif ui-monospace ui-rounded math emoji "  # noqa: SIM905
    "fangsong -webkit-body -webkit-standard".split()
)
_REMEMBERED = 1_024
"""The longest value whose expansion is kept for the next document."""
_ALLOWED_UNQUOTED = re.compile(r"[^\"'()\\\s\x00-\x08\x0b\x0e-\x1f\x7f]*")


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
        urls = _pictures(name, values, dpr)
        return None if urls is None else tuple((each, urls) for each in longhands)
    if name == "font":
        return _font(values)
    found: Computed | None
    match longhands[0]:
        case "font-family":
            found = families(values)
        case "font-weight":
            found = _weight(values)
        case "font-style":
            found = _style(values)
        case "font-stretch":
            found = _stretch(values)
        case "animation-name" if len(longhands) == 2:
            return ("animation-name", _animations(values)), ("animation-duration", _lasts(values))
        case "animation-name":
            found = _animations(values)
        case "animation-duration":
            found = _lasts(values)
        case "container-type" if name == "container":
            parts = split(values, "/")
            kind = parts[1][0].text if len(parts) == 2 and parts[1] else "normal"
            return ("container-type", kind), ("container-name", tuple(each.text for each in _words(parts[0])))
        case "container-name":
            found = tuple(each.text for each in _words(values) if each.text != "none")
        case _:
            words = _words(values)
            found = " ".join(each.text for each in words) if all(e.kind is Kind.IDENT for e in words) else None
            if longhands[0] == "display" and found is not None and not _DISPLAY.fullmatch(found):
                found = None
    return None if found is None else ((longhands[0], found),)


_DISPLAY = re.compile(
    r"none|contents|-webkit-(?:inline-)?(?:box|flex)|ruby-text|table-[a-z-]+|(?:block|inline|inline-block|inline-table|"
    r"inline-flex|inline-grid|flow|flow-root|table|flex|grid|ruby|math|list-item|grid-lanes|inline-grid-lanes| )+"
)


def _words(values: Sequence[Value]) -> list[Value]:
    return [each for each in values if each.kind is not Kind.SPACE]


def _url(value: Value) -> str | None:
    """The url of an url token or function; None where it is none, or bad."""
    if value.kind is Kind.BAD and value.text[:4].lower() == "url(":
        text = value.text[4:].removesuffix(")").strip(" \t\n\r\f")
        return unescape(text) if _ALLOWED_UNQUOTED.fullmatch(re.sub(r"\\[\s\S]", "", text)) else None
    if value.kind is Kind.FUNCTION and value.text == "url":
        inside = _words(value.inside)
        if not inside or inside[0].kind is not Kind.STRING:
            return None
        modifiers = {"crossorigin", "cross-origin", "integrity", "referrerpolicy", "referrer-policy"}
        if any(each.kind is not Kind.FUNCTION or each.text not in modifiers for each in inside[1:]):
            return None
        return inside[0].text.strip(" \t\n\r\f")
    return None


def _image(value: Value, dpr: float) -> Urls | None:
    """The urls an image value asks for; None where it is none."""
    url = _url(value)
    if url is not None:
        return (url,)
    if value.kind is not Kind.FUNCTION:
        return None
    if _GRADIENTS.fullmatch(value.text):
        return () if value.inside else None
    if value.text in ("image-set", "-webkit-image-set"):
        return _of_set(value, dpr)
    parts = split(value.inside)
    if value.text == "light-dark" and len(parts) == 2:
        both = [() if _is_none(part) else _only(part, dpr) for part in parts]
        return both[0] if None not in both else None
    if value.text == "-webkit-cross-fade" and len(parts) == 3:
        two = [_only(part, dpr) for part in parts[:2]]
        return tuple(url for each in two for url in each or ()) if None not in two else None
    return None


def _of_set(value: Value, dpr: float) -> Urls | None:
    options: list[image_set.Option] = []
    for part in split(value.inside):
        option = image_set.option(part)
        if option is None:
            return None
        options.append(option)
    index = image_set.pick(options, dpr)
    url = options[index].url if index is not None else None
    return (url,) if url else ()


def _only(values: Sequence[Value], dpr: float) -> Urls | None:
    words = _words(values)
    return _image(words[0], dpr) if len(words) == 1 else None


def _is_none(values: Sequence[Value]) -> bool:
    words = _words(values)
    return len(words) == 1 and words[0].is_word("none")


def _is_colour(value: Value) -> bool:
    if value.kind is Kind.IDENT:
        return value.text in _NAMES
    if value.kind is Kind.FUNCTION:
        return value.text in _COLOURS
    # A hash is no kind of its own here.
    return (
        value.kind is Kind.BAD
        and re.fullmatch(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})", value.text) is not None
    )


def _pictures(name: str, values: Sequence[Value], dpr: float) -> Urls | None:
    match name:
        case "background-image" | "mask-image" | "-webkit-mask-image":
            found: list[str] = []
            for part in split(values):
                one = () if _is_none(part) else _only(part, dpr)
                if one is None:
                    return None
                found += one
            return tuple(found)
        case "background":
            return _layers(values, dpr, _LAYER_WORDS, colour=True)
        case "mask" | "-webkit-mask":
            return _layers(values, dpr, _MASK_WORDS, colour=False)
        case "border-image-source" | "list-style-image" | "-webkit-mask-box-image-source":
            return () if _is_none(values) else _only(values, dpr)
        case "border":
            rest = [e for e in _words(values) if e.kind not in _NUMBERS and not _is_colour(e) and e.text not in _MATHS]
            return () if all(each.kind is Kind.IDENT and each.text in _BORDERS for each in rest) else None
        case "cursor":
            return _cursor(values, dpr)
        case "content":
            return _content(values, dpr)
        case "fill" | "stroke":
            words = _words(values)
            url = _url(words[0])
            return (url,) if url is not None else ()
        case _:
            # Filters, paths, shapes and the rest: one or more functions, urls and words.
            urls: list[str] = []
            for value in _words(values):
                one = _image(value, dpr)
                if one is None and (_bad(value) or value.is_mark(",")):
                    return None
                urls += one or ()
            return tuple(urls)


def _bad(value: Value) -> bool:
    return value.kind is Kind.BAD and not _is_colour(value)


def _layers(values: Sequence[Value], dpr: float, allowed: frozenset[str], *, colour: bool) -> Urls | None:
    parts = split(values)
    urls: list[str] = []
    for number, part in enumerate(parts):
        images = colours = 0
        words = _words(part)
        if not words:
            return None
        for value in words:
            image = _image(value, dpr) if not (value.text == "light-dark" and _is_colour_pair(value)) else None
            if image is not None:
                images += 1
                urls += image
            elif value.kind is Kind.IDENT and value.text in allowed:
                images += value.text == "none"
            elif colour and _is_colour(value):
                colours += 1
            elif not (
                value.kind in _NUMBERS or value.is_mark("/") or (value.kind is Kind.FUNCTION and value.text in _MATHS)
            ):
                return None
        if images > 1 or colours > 1 or (colours and number + 1 < len(parts)):
            return None
    return tuple(urls)


def _is_colour_pair(value: Value) -> bool:
    return all(len(_words(part)) == 1 and _is_colour(_words(part)[0]) for part in split(value.inside))


def _cursor(values: Sequence[Value], dpr: float) -> Urls | None:
    parts = split(values)
    last = _words(parts[-1])
    if len(last) != 1 or last[0].kind is not Kind.IDENT or last[0].text not in _CURSORS:
        return None
    urls: list[str] = []
    for part in parts[:-1]:
        words = _words(part)
        image = _image(words[0], dpr) if words else None
        if image is None or [each.kind for each in words[1:]] not in ([], [Kind.NUMBER] * 2):
            return None
        urls += image
    return tuple(urls)


def _content(values: Sequence[Value], dpr: float) -> Urls | None:
    """The urls, with "\\0" first where there is content at all: what makes ::before be there."""
    words = _words(split(values, "/")[0])
    if len(words) == 1 and words[0].is_word("none"):
        return ()
    urls = ["\0"]
    for value in words:
        image = _image(value, dpr)
        if image is not None:
            urls += image
        elif value.kind is Kind.FUNCTION:
            if value.text not in ("counter", "counters", "attr", "leader", "target-counter"):
                return None
        elif value.kind is not Kind.STRING and not value.is_word(
            "open-quote", "close-quote", "no-open-quote", "no-close-quote"
        ):
            return None
    return tuple(urls)


def families(values: Sequence[Value]) -> tuple[str, ...] | None:
    """Family names in lower case, in order; a generic one with "\\0" before it."""
    found: list[str] = []
    for part in split(values):
        words = _words(part)
        if len(words) == 1 and words[0].kind is Kind.STRING:
            found.append(words[0].text.lower())
        elif words and all(each.kind is Kind.IDENT for each in words):
            name = " ".join(each.text for each in words)
            if name in WIDE or name == "default":
                return None
            found.append(f"\0{name}" if name in GENERIC else name)
        else:
            return None
    return tuple(found)


def _weight(values: Sequence[Value]) -> Computed | None:
    words = _words(values)
    if len(words) != 1:
        return None
    match words[0]:
        case Value(kind=Kind.NUMBER, number=number) if 1 <= number <= 1000:
            return number
        case Value(kind=Kind.IDENT, text="normal"):
            return 400.0
        case Value(kind=Kind.IDENT, text="bold"):
            return 700.0
        case Value(kind=Kind.IDENT, text="bolder" | "lighter" as text):
            return text
        case Value(kind=Kind.FUNCTION, text="calc"):
            return 400.0
    return None


def _style(values: Sequence[Value]) -> Computed | None:
    words = _words(values)
    ok = words and words[0].is_word("normal", "italic", "oblique")
    return words[0].text if ok and len(words) <= 2 else None


def _stretch(values: Sequence[Value]) -> Computed | None:
    words = _words(values)
    if len(words) != 1:
        return None
    if words[0].kind is Kind.PERCENTAGE:
        return words[0].number
    return _STRETCHES.get(words[0].text) if words[0].kind is Kind.IDENT else None


def _font(values: Sequence[Value]) -> tuple[tuple[str, Computed], ...] | None:
    words = list(values)
    if len(_words(words)) == 1 and words[0].is_word(
        "caption", "icon", "menu", "message-box", "small-caption", "status-bar"
    ):
        return (
            ("font-family", ("\0system-ui",)),
            ("font-weight", 400.0),
            ("font-style", "normal"),
            ("font-stretch", 100.0),
        )
    weight, style, stretch = 400.0, "normal", 100.0
    while words:
        value = words.pop(0)
        if value.kind is Kind.SPACE or value.is_word("normal", "small-caps"):
            continue
        if value.kind in (Kind.DIMENSION, Kind.PERCENTAGE) or value.is_word(*_SIZES) or value.text in _MATHS or (
            value.kind is Kind.NUMBER and value.number == 0
        ):  # fmt: skip
            break
        if value.is_word("italic", "oblique"):
            style = value.text
        elif value.is_word("bold", "bolder", "lighter") or value.kind is Kind.NUMBER:
            weight = value.number if value.kind is Kind.NUMBER else (300.0 if value.text == "lighter" else 700.0)
        elif value.kind is Kind.IDENT and value.text in _STRETCHES:
            stretch = _STRETCHES[value.text]
        else:
            return None
    rest = list(stripped(words))
    if rest and rest[0].is_mark("/"):
        rest = list(stripped(rest[1:]))[1:]
    names = families(stripped(rest)) if rest else None
    if names is None:
        return None
    return ("font-family", names), ("font-weight", weight), ("font-style", style), ("font-stretch", stretch)


def _animations(values: Sequence[Value]) -> tuple[str, ...]:
    """Every word that may name one: which it is takes the keyframes there are."""
    return tuple(each.text for each in values if each.kind in (Kind.IDENT, Kind.STRING))


def _lasts(values: Sequence[Value]) -> float:
    """The longest time among them, in whatever unit: whether anything is animated at all."""
    return max((each.number for each in values if each.kind is Kind.DIMENSION), default=0.0)
