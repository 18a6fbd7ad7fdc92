"""Which faces of its families a text is set in (CSS Fonts 4, 5): by stretch, style and weight, then by characters.

What is installed is not known: a generic family is taken to be there, any other name only where a face has it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fetcher.browser.styles import initial
from fetcher.browser.styles.cascade import Shown, Style
from fetcher.browser.styles.fonts import Ranges, ranges
from fetcher.discovery.candidates import Candidate
from fetcher.discovery.css.declarations.longhands import Computed, expand
from fetcher.discovery.css.selectors.matching import Budget
from fetcher.discovery.tree import Element

Wanted = tuple[tuple[str, ...], float, str, float]
"""Families, weight, style, stretch."""
_ROOM = " "  # what a line of nothing but pictures asks the font for
_LONGEST_RANGE = (0, 0x10FFFF)


@dataclass(slots=True, eq=False)
class Face:
    """One @font-face by its candidate. ``failed``: its request came to nothing, and it has no other source."""

    candidate: Candidate
    weight: tuple[float, float] = (400.0, 400.0)
    style: str = "normal"
    stretch: tuple[float, float] = (100.0, 100.0)
    ranges: Ranges = field(default_factory=list)
    failed: bool = False

    @property
    def group(self) -> tuple[object, ...]:
        return self.weight, self.style, self.stretch

    def covered(self, characters: list[int]) -> set[int]:
        """Those of ``characters``, which are in order, that it has."""
        found: set[int] = set()
        for low, high in self.ranges:
            at = bisect_left(characters, low)
            found.update(characters[at : bisect_right(characters, high, at)])
        return found


def face_of(candidate: Candidate) -> Face:
    """The face whose source ``candidate`` is."""
    style = (candidate.attribute("font-style") or "normal").split()
    return Face(
        candidate,
        _range(candidate.attribute("font-weight"), "font-weight", 400.0),
        style[0].lower() if style and style[0].lower() in ("italic", "oblique") else "normal",
        _range(candidate.attribute("font-stretch"), "font-stretch", 100.0),
        ranges(candidate.attribute("unicode-range") or "") or [_LONGEST_RANGE],
    )


def _range(text: str | None, name: str, usual: float) -> tuple[float, float]:
    found: list[float] = []
    for word in (text or "").split():
        for _, value in expand(name, word, 1.0) or ():
            if isinstance(value, float):
                found.append(value)
    return (min(found), max(found)) if found else (usual, usual)


def texts(shown: Iterable[Shown], budget: Budget) -> dict[Wanted, set[str]]:
    """The characters that are set, by the font that is wanted for them. Raises Spent."""
    found: dict[Wanted, set[str]] = {}
    styles: dict[Element, Style] = {}
    for one in shown:
        element = one.element
        styles[element] = one.style
        text = element.text.strip(" \t\n\r\f")
        if element.in_html and element.tag in initial.CONTROLS:
            text = _ROOM + text + element.attributes.get("value", "") + element.attributes.get("placeholder", "")
        in_line = any(child.tag in initial.INLINE and child.in_html for child in element.children)
        if in_line or any(child.tag == "svg" for child in element.children) or one.style.needs_font:
            text = text or _ROOM
        if text:
            budget.take(len(text) // 64)
            found.setdefault(_wanted(one.style), set()).update(text)
            at, style = element, one.style
            while at.parent is not None and style.word("display") in ("", "inline", "contents"):
                budget.take()
                at = at.parent
                style = styles[at]
                found.setdefault(_wanted(style), set()).add(_ROOM)  # the line it is set in is as high as that font
        for name, style in one.pseudo.items():
            own = {"first-line": text, "first-letter": text}.get(name, _ROOM)
            content = style.values.get("content") if name in ("before", "after") else None
            if own or content is not None:
                found.setdefault(_wanted(style), set()).update(own or _ROOM)
    return found


def _wanted(style: Style) -> Wanted:
    def value(name: str) -> Computed:
        return style.values.get(name, (initial.VALUES[name], ""))[0]

    family, weight, stretch = value("font-family"), value("font-weight"), value("font-stretch")
    return (
        family if isinstance(family, tuple) else (),
        weight if isinstance(weight, float) else 400.0,
        str(value("font-style")),
        stretch if isinstance(stretch, float) else 100.0,
    )


def used(wanted: Wanted, characters: set[str], faces: dict[str, list[Face]], budget: Budget) -> Iterator[Face]:
    """The faces that these characters are looked for in. Raises Spent."""
    families, weight, style, stretch = wanted
    left = {ord(each) for each in characters} | {0x20}
    budget.take(len(left) // 16)
    ordered = sorted(left)
    for family in families:
        if family.startswith("\0"):
            return
        members = faces.get(family)
        if not members:
            continue
        budget.take(len(members))
        group = best(members, weight, style, stretch)
        for face in reversed(group):
            budget.take(1 + len(face.ranges) // 8)
            here = set() if face.failed else face.covered(ordered)
            if here:
                yield face
                left -= here
                budget.take(len(ordered) // 16)
                ordered = sorted(left)
        if not left - {0x20}:
            return


def best(members: list[Face], weight: float, style: str, stretch: float) -> list[Face]:
    """Those that fit best; several where they share their descriptors."""
    chosen = min(
        members,
        key=lambda face: (
            _stretch_distance(face.stretch, stretch),
            _style_distance(face.style, style),
            _weight_distance(face.weight, weight),
        ),
    )
    return [face for face in members if face.group == chosen.group]


def _stretch_distance(has: tuple[float, float], wanted: float) -> tuple[int, float]:
    low, high = has
    if low <= wanted <= high:
        return 0, 0.0
    narrower = wanted <= 100
    below = high < wanted
    away = wanted - high if below else low - wanted
    return (1 if below == narrower else 2), away


def _style_distance(has: str, wanted: str) -> int:
    order = {
        "normal": ("normal", "oblique", "italic"),
        "italic": ("italic", "oblique", "normal"),
        "oblique": ("oblique", "italic", "normal"),
    }[wanted if wanted in ("italic", "oblique") else "normal"]
    return order.index(has)


def _weight_distance(has: tuple[float, float], wanted: float) -> tuple[int, float]:
    low, high = has
    if low <= wanted <= high:
        return 0, 0.0
    if 400 <= wanted <= 500:
        if wanted < low <= 500:
            return 1, low - wanted
        return (2, wanted - high) if high < wanted else (3, low - wanted)
    below = high < wanted
    return (1 if below == (wanted < 400) else 2), (wanted - high if below else low - wanted)
