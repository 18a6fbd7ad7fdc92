"""The srcset attribute: its image candidate strings (WHATWG HTML 4.8.4.3.4) and the choice among them.

``parse`` gives what a browser would choose from; ``pick`` is Chromium's choice. HTML leaves the choice to the browser.
Chromium 156 takes the least dense image that is dense enough for the screen, else the densest: observed from 0.4 to 4
device pixels, and no geometric mean is involved (1x and 2x at a ratio of 1.2 is 2x).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

MOST = 1_000
"""Image candidates of one attribute that are looked at."""

_SKIPPED = re.compile(r"[\t\n\f\r ,]*+")
_URL = re.compile(r"[^\t\n\f\r ]++")
_SPACES = re.compile(r"[\t\n\f\r ]++")
# Descriptors up to the comma outside parentheses: 4.8.4.3.4 step 9. An open parenthesis runs to the end.
_DESCRIPTORS = re.compile(r"(?:[^(,]++|\([^)]*+(?:\)|$))*+")
_INTEGER = re.compile(r"[0-9]+")
_FLOAT = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LARGEST = 2_147_483_647


@dataclass(frozen=True, slots=True)
class ImageCandidate:
    """One image candidate string: ``width`` in physical pixels, or a pixel ``density``, or neither (then 1x)."""

    url: str
    density: float | None = None
    width: int | None = None


def parse(srcset: str) -> list[ImageCandidate]:
    """The valid image candidates in order; those with descriptors that HTML calls an error are left out."""
    found: list[ImageCandidate] = []
    for url, descriptors in _strings(srcset):
        candidate = _described(url, descriptors) if descriptors else ImageCandidate(url)
        if candidate is not None:
            found.append(candidate)
            if len(found) == MOST:
                break
    return found


def _strings(srcset: str) -> Iterator[tuple[str, str]]:
    """Each url with the text of its descriptors."""
    index = 0
    while True:
        index = _end(_SKIPPED, srcset, index)
        match = _URL.match(srcset, index)
        if match is None:
            return
        index = match.end()
        url = match[0].rstrip(",")
        if len(url) < len(match[0]):
            yield url, ""
            continue
        end = _end(_DESCRIPTORS, srcset, index)
        yield url, srcset[index:end].strip("\t\n\f\r ")
        index = end


def _end(pattern: re.Pattern[str], text: str, index: int) -> int:
    match = pattern.match(text, index)
    return match.end() if match else index


def _split(descriptors: str) -> list[str]:
    """At spaces outside parentheses."""
    if "(" not in descriptors:
        return _SPACES.split(descriptors)
    words = [""]
    for part in re.findall(r"\([^)]*+\)?|[\t\n\f\r ]++|[^(\t\n\f\r ]++", descriptors):
        if _SPACES.fullmatch(part):
            words.append("")
        else:
            words[-1] += part
    return [word for word in words if word]


def _described(url: str, descriptors: str) -> ImageCandidate | None:
    """4.8.4.3.4, the descriptor parser's step 13 on."""
    width: int | None = None
    height: int | None = None
    density: float | None = None
    for word in _split(descriptors):
        number, unit = word[:-1], word[-1]
        if unit == "w" and _INTEGER.fullmatch(number) and width is None and density is None:
            width = int(number) if len(number) < 20 else _LARGEST + 1
            if not 0 < width <= _LARGEST:
                return None
        elif unit == "x" and _FLOAT.fullmatch(number) and width is None and height is None and density is None:
            density = float(number)
            if not 0 <= density < float("inf"):
                return None
        elif unit == "h" and _INTEGER.fullmatch(number) and height is None and density is None:
            height = int(number[:20])
            if not height:
                return None
        else:
            return None
    if height is not None and width is None:
        return None
    return ImageCandidate(url, density, width)


def pick(candidates: Iterable[ImageCandidate], src: str, size: float, dpr: float) -> ImageCandidate | None:
    """The image Chromium asks for; None when there is none. ``src`` is the attribute of that name, "" for none, which
    counts as 1x unless a width is given anywhere. ``size`` is the source size in CSS pixels, ``dpr`` the screen's
    device pixels each. The result's ``density`` is what it counted as."""
    options: list[ImageCandidate] = []
    widths = False
    for each in candidates:
        density = 1.0 if each.density is None else each.density
        if each.width is not None:
            widths = True
            density = each.width / size if size > 0 else float("inf")
        options.append(replace(each, density=density))
    if src and not widths:
        options.append(ImageCandidate(src, 1.0))
    # The first of those that are equally dense: min and max keep the earlier one.
    enough = [each for each in options if (each.density or 0.0) >= dpr]
    if enough:
        return min(enough, key=_density)
    return max(options, key=_density, default=None)


def _density(candidate: ImageCandidate) -> float:
    return candidate.density or 0.0
