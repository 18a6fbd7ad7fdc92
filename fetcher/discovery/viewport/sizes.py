"""The sizes attribute: the source size, in CSS pixels, of images named by srcset (WHATWG HTML 4.8.4.3.6).

``auto``, which counts only where it stands first and alone, means the width of the laid-out image, and HTML takes it
for lazily loaded ones only. Nothing is laid out here, so that width is the caller's estimate. For an image that is not
lazy Chromium 156 takes 100vw, whatever else the list says.
"""

from __future__ import annotations

from collections.abc import Sequence

from fetcher.discovery.viewport.component_values import Kind, TooMuch, Value, parse, split, stripped
from fetcher.discovery.viewport.conditions import Malformed
from fetcher.discovery.viewport.lengths import Screen, length
from fetcher.discovery.viewport.media import condition


def source_size(sizes: str | None, screen: Screen, *, auto: float | None = None) -> float:
    """The first source size whose media condition holds; 100vw when there is none. ``auto``: the width of the image
    where ``sizes="auto"`` counts."""
    if sizes is None or not sizes.strip():
        return screen.width
    try:
        values = parse(sizes)
    except TooMuch:
        return screen.width
    parts = split(values)
    if len(parts[0]) == 1 and parts[0][0].is_word("auto"):
        return screen.width if auto is None else auto
    for part in parts:
        size = _entry(part, screen)
        if size is not None:
            return size
    return screen.width


def _entry(part: Sequence[Value], screen: Screen) -> float | None:
    if not part:
        return None
    size = length(part[-1], screen)
    if size is None:
        return None
    if size < 0:
        if part[-1].kind is not Kind.FUNCTION:
            return None
        size = 0.0  # a computed one is brought into range
    rest = stripped(part[:-1])
    if not rest:
        return size
    try:
        return size if condition(rest, screen) else None
    except Malformed:
        return None
