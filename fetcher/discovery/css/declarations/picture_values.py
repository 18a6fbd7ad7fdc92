"""Which pictures a declaration's value asks for, as Chromium 156 takes it; None for one that it cannot parse.

What can name or replace a picture is judged closely, positions and sizes by their words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fetcher.discovery.css import image_set
from fetcher.discovery.escapes import unescape
from fetcher.discovery.viewport.component_values import MATHS, Kind, Value, spaceless, split

Urls = tuple[str, ...]

_NUMBERS = (Kind.NUMBER, Kind.PERCENTAGE, Kind.DIMENSION)
_GRADIENTS = re.compile(r"(?:-webkit-)?(?:repeating-)?(?:linear|radial|conic)-gradient|-webkit-gradient|paint")
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
_ALLOWED_UNQUOTED = re.compile(r"[^\"'()\\\s\x00-\x08\x0b\x0e-\x1f\x7f]*")


def pictures(name: str, values: Sequence[Value], dpr: float) -> Urls | None:
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
            rest = [
                e for e in spaceless(values) if e.kind not in _NUMBERS and not _is_colour(e) and e.text not in MATHS
            ]
            return () if all(each.kind is Kind.IDENT and each.text in _BORDERS for each in rest) else None
        case "cursor":
            return _cursor(values, dpr)
        case "content":
            return _content(values, dpr)
        case "fill" | "stroke":
            words = spaceless(values)
            url = _url(words[0])
            return (url,) if url is not None else ()
        case _:
            # Filters, paths, shapes and the rest: one or more functions, urls and words.
            urls: list[str] = []
            for value in spaceless(values):
                one = _image(value, dpr)
                if one is None and (_bad(value) or value.is_mark(",")):
                    return None
                urls += one or ()
            return tuple(urls)


def _url(value: Value) -> str | None:
    """The url of an url token or function; None where it is none, or bad."""
    if value.kind is Kind.BAD and value.text[:4].lower() == "url(":
        text = value.text[4:].removesuffix(")").strip(" \t\n\r\f")
        return unescape(text) if _ALLOWED_UNQUOTED.fullmatch(re.sub(r"\\[\s\S]", "", text)) else None
    if value.kind is Kind.FUNCTION and value.text == "url":
        inside = spaceless(value.inside)
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
    words = spaceless(values)
    return _image(words[0], dpr) if len(words) == 1 else None


def _is_none(values: Sequence[Value]) -> bool:
    words = spaceless(values)
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


def _bad(value: Value) -> bool:
    return value.kind is Kind.BAD and not _is_colour(value)


def _layers(values: Sequence[Value], dpr: float, allowed: frozenset[str], *, colour: bool) -> Urls | None:
    parts = split(values)
    urls: list[str] = []
    for number, part in enumerate(parts):
        images = colours = 0
        words = spaceless(part)
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
                value.kind in _NUMBERS or value.is_mark("/") or (value.kind is Kind.FUNCTION and value.text in MATHS)
            ):
                return None
        if images > 1 or colours > 1 or (colours and number + 1 < len(parts)):
            return None
    return tuple(urls)


def _is_colour_pair(value: Value) -> bool:
    return all(len(spaceless(part)) == 1 and _is_colour(spaceless(part)[0]) for part in split(value.inside))


def _cursor(values: Sequence[Value], dpr: float) -> Urls | None:
    parts = split(values)
    last = spaceless(parts[-1])
    if len(last) != 1 or last[0].kind is not Kind.IDENT or last[0].text not in _CURSORS:
        return None
    urls: list[str] = []
    for part in parts[:-1]:
        words = spaceless(part)
        image = _image(words[0], dpr) if words else None
        if image is None or [each.kind for each in words[1:]] not in ([], [Kind.NUMBER] * 2):
            return None
        urls += image
    return tuple(urls)


def _content(values: Sequence[Value], dpr: float) -> Urls | None:
    """The urls, with "\\0" first where there is content at all: what makes ::before be there."""
    words = spaceless(split(values, "/")[0])
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
