"""Chromium's request priority by destination, attributes and place, and the ``priority`` field that says it (EH 5.5,
RFC 9218). ``tests/end_to_end/chromium/test_priorities.py`` holds every rule here against Chromium 156.

What a document names is judged as Chromium's preload scanner judges it: the first five images that are not known to be
small are boosted, and classic scripts and style sheets after the first image are "late". This is the priority a request
leaves with. Chromium lays the page out afterwards and raises images that it finds in the viewport, on HTTP/2 with a
PRIORITY_UPDATE frame; nothing is laid out here, so nothing is raised later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.sizes import source_size
from fetcher.terms import Destination, FetchPriority, NetPriority

_HIGH, _LOW, _AUTO = FetchPriority.HIGH, FetchPriority.LOW, FetchPriority.AUTO

# EH 5, the table: (auto, high, low) for a hinted request.
_HINTED: dict[Destination, tuple[NetPriority, NetPriority, NetPriority]] = {
    Destination.SCRIPT: (NetPriority.MEDIUM, NetPriority.MEDIUM, NetPriority.LOWEST),
    Destination.STYLE: (NetPriority.HIGHEST, NetPriority.HIGHEST, NetPriority.LOWEST),
    Destination.IMAGE: (NetPriority.LOWEST, NetPriority.MEDIUM, NetPriority.LOWEST),
    Destination.FONT: (NetPriority.MEDIUM, NetPriority.MEDIUM, NetPriority.LOWEST),
    Destination.EMPTY: (NetPriority.LOWEST, NetPriority.MEDIUM, NetPriority.LOWEST),
}
_COLUMN = {_AUTO: 0, _HIGH: 1, _LOW: 2}

_NAVIGATIONS = (
    Destination.DOCUMENT,
    Destination.FRAME,
    Destination.FRAMESET_FRAME,
    Destination.OBJECT,
    Destination.EMBED,
)
_WHOLE = (Destination.SCRIPT, Destination.STYLE, Destination.FONT, Destination.JSON, Destination.TEXT)
"""Of use only once they are complete, so not said to be incremental."""

_SCANNED_IMAGES = ("img", "input", "source", "image", "video")
"""What the preload scanner, or the parser for SVG, meets as an image; backgrounds and feImage come with style."""

DESKTOP = Screen()
BOOSTED_IMAGES = 5
SMALL_IMAGE = 10_000
"""CSS pixels in all up to which an image is small, where its width and height attributes say so."""
_SCANNED_IMPORT = re.compile(r"(?:layer(?:\([^()]*\))?)?", re.I)
"""What may follow the URL of an @import in a <style> for the preload scanner to ask for it."""
_DIMENSION = re.compile(r"[\t\n\f\r ]*\+?(\d+(?:\.\d*)?|\.\d+)([%*]?)")


@dataclass(slots=True)
class Place:
    """How far into a document its requests have come: ``late`` once an image was named, ``boosted`` how many of the
    boosts were given or were not needed, ``scanned`` False once a <meta> policy stopped the preload scanner."""

    late: bool = False
    boosted: int = 0
    scanned: bool = True


def hinted(destination: Destination, fetch_priority: FetchPriority, *, bare_module: bool) -> NetPriority:
    """``bare_module``: a modulepreload without ``as``, left at IDLE (EH 5, last row) unless fetchpriority says."""
    if bare_module:
        return {_AUTO: NetPriority.IDLE, _HIGH: NetPriority.MEDIUM, _LOW: NetPriority.LOWEST}[fetch_priority]
    row = _HINTED.get(destination)
    return row[_COLUMN[fetch_priority]] if row else NetPriority.LOWEST


def found(
    candidate: Candidate,
    destination: Destination,
    fetch_priority: FetchPriority,
    place: Place,
    *,
    applies: bool,
    screen: Screen = DESKTOP,
) -> NetPriority:
    """A request the document asks for with ``candidate``. ``applies``: whether a style sheet does, here. Images move
    ``place`` on; how wide one is may depend on the ``screen``."""
    if destination in _NAVIGATIONS:
        return NetPriority.HIGHEST
    if candidate.kind is CandidateKind.OBSERVED:
        return _BY_CODE.get(destination, NetPriority.LOWEST)
    if candidate.kind is CandidateKind.MODULEPRELOAD:  # of a style sheet or JSON too
        return _script(candidate, fetch_priority, place)
    if destination is Destination.STYLE:
        return _style(candidate, fetch_priority, place, applies=applies)
    if destination is Destination.SCRIPT:
        return _script(candidate, fetch_priority, place)
    if candidate.kind is CandidateKind.PREFETCH:
        return _asked(NetPriority.IDLE, fetch_priority)
    if candidate.kind is CandidateKind.IMAGE:
        return _image(candidate, fetch_priority, place, screen)
    preload = candidate.kind is CandidateKind.PRELOAD
    normal = NetPriority.LOWEST
    if destination is Destination.FONT:
        normal = NetPriority.MEDIUM if preload else NetPriority.HIGHEST
    elif destination is Destination.EMPTY and preload:
        normal = NetPriority.MEDIUM
    return _asked(normal, fetch_priority)


_BY_CODE = {
    Destination.STYLE: NetPriority.HIGHEST,
    Destination.FONT: NetPriority.HIGHEST,
    Destination.EMPTY: NetPriority.MEDIUM,
}
"""What code asks for: an inserted script is async, so it is as low as a picture."""


def _asked(normal: NetPriority, fetch_priority: FetchPriority) -> NetPriority:
    if fetch_priority is _HIGH:
        return max(normal, NetPriority.MEDIUM)
    return min(normal, NetPriority.LOWEST) if fetch_priority is _LOW else normal


def _style(candidate: Candidate, fetch_priority: FetchPriority, place: Place, *, applies: bool) -> NetPriority:
    if candidate.kind is CandidateKind.CSS_IMPORT:  # also from a sheet that does not apply
        seen = candidate.inline and _SCANNED_IMPORT.fullmatch(candidate.attribute("prelude") or "") is not None
        return NetPriority.LOW if seen and place.late and place.scanned else NetPriority.HIGHEST
    if not applies:
        return _asked(NetPriority.IDLE, fetch_priority)
    if place.late:
        return _asked(NetPriority.LOW, fetch_priority)
    return NetPriority.MEDIUM if fetch_priority is _LOW else NetPriority.HIGHEST


def _script(candidate: Candidate, fetch_priority: FetchPriority, place: Place) -> NetPriority:
    if candidate.kind is CandidateKind.MODULE_SCRIPT and candidate.attribute("src") is None:
        return NetPriority.MEDIUM  # of SVG, whose other attributes nobody looks at
    renders = "render" in (candidate.attribute("blocking") or "").lower().split()
    if candidate.kind is CandidateKind.SCRIPT or is_misread(candidate):
        if any(candidate.attribute(name) is not None for name in ("async", "defer")):
            normal = NetPriority.LOWEST
        else:
            normal = NetPriority.LOW if place.late else NetPriority.MEDIUM
            renders = renders or not place.late  # the parser waits for it
    else:
        normal = NetPriority.MEDIUM
        if candidate.kind in (CandidateKind.PRELOAD, CandidateKind.MODULEPRELOAD):
            renders = False
            if candidate.kind is CandidateKind.PRELOAD and place.late:
                normal = NetPriority.LOW
    asked = _asked(normal, fetch_priority)
    return max(asked, NetPriority.MEDIUM) if renders else asked


def is_misread(candidate: Candidate) -> bool:
    """A module that Chromium's preload scanner takes for a classic script: its type is not spelled "module"."""
    if candidate.kind is not CandidateKind.MODULE_SCRIPT or candidate.attribute("crossorigin") is not None:
        return False
    return candidate.attribute("type") != "module" or candidate.attribute("src") is None


def _image(candidate: Candidate, fetch_priority: FetchPriority, place: Place, screen: Screen) -> NetPriority:
    if (candidate.attribute("loading") or "").lower() == "lazy":
        return _asked(NetPriority.LOWEST, fetch_priority)  # after layout, so it makes nothing late
    normal = NetPriority.LOWEST
    if candidate.element not in _SCANNED_IMAGES or not place.scanned or _is_fragment(candidate):
        return _asked(normal, fetch_priority)
    place.late = True
    if place.boosted < BOOSTED_IMAGES and not _is_small(candidate, screen):
        place.boosted += 1
        normal = NetPriority.LOW
    return _asked(normal, fetch_priority)


def _is_fragment(candidate: Candidate) -> bool:
    """A place in the document itself, which the preload scanner leaves to the parser."""
    return candidate.url.startswith("#") and candidate.attribute("srcset") is None


def _is_small(candidate: Candidate, screen: Screen) -> bool:
    if candidate.element != "img":
        return False
    width, height = (_dimension(candidate.attribute(name)) for name in ("width", "height"))
    if (sizes := candidate.attribute("sizes")) is not None:  # which says how wide it is, whatever width does
        width = source_size(sizes, screen)
    if width is not None and height is not None:
        return width * height <= SMALL_IMAGE
    return width == 0 or height == 0


def _dimension(value: str | None) -> float | None:
    """HTML's "parse a dimension value", percentages aside, which say nothing before layout."""
    match = _DIMENSION.match(value or "")
    return float(match[1]) if match and not match[2] else None


def is_incremental(destination: Destination, *, hinted: bool, background: bool = False) -> bool:
    """Whether a part of it is of use already (RFC 9218 4.2), as Chromium says it: for scripts, sheets and fonts of the
    page not, but for all that a 103 asked for (EH 5.5), and for what renews a stale entry in the ``background``."""
    return hinted or background or destination not in _WHOLE


@cache
def priority_field(priority: NetPriority, incremental: bool = True) -> str | None:
    """The ``priority`` value: u=3 is the default and left out; None where all is default, and no field is sent."""
    said = [*([] if priority.urgency == 3 else [f"u={priority.urgency}"]), *(["i"] if incremental else [])]
    return ", ".join(said) or None
