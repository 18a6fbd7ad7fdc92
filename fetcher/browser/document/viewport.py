"""What depends on the viewport: the image of a srcset or <picture>, and whether a sheet or preload is for it.

As Chromium 156 was seen to do: a sheet whose media do not hold, or an alternate one, is fetched all the same, last and
blocking nothing; what it imports is too, and the pictures and fonts it names are not. A preload with such media makes
no request (EH 8.5). A frame's viewport is what its width and height say, else 300x150: its style is not known.

``loading=lazy``: a browser waits until layout brings the image near the viewport (within 1,250 px on a fast network).
Nothing is laid out here, so such an image is asked for as if it were near, unless its own attributes hide it; a page
longer than that asks for fewer in a browser. The same holds for a lazy <iframe>. Where ``sizes=auto`` makes an image's
width count, that is the width attribute, else 300 px.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from fetcher.browser.document import embedded
from fetcher.browser.fetches import Document, Fetch
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.css import image_set
from fetcher.discovery.css.import_rule import Import, judge
from fetcher.discovery.css.pictures import takes_pictures
from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.media import matches
from fetcher.discovery.viewport.sizes import source_size
from fetcher.discovery.viewport.srcset import parse, pick
from fetcher.fields import mime
from fetcher.terms import Destination

LAZY = "loading=lazy: asked for as if it were near the viewport, and where it stands is not computed"
OTHER_MEDIA = "its media do not hold for this viewport: fetched last, and not applied"
ALTERNATE = "an alternate style sheet: fetched last, and not applied"
OTHER_SET = "its title is not that of the preferred style sheets: fetched, and not applied"
_UNUSED_IMPORT = "its conditions do not hold: fetched, and not applied"
_NOT_APPLIED = "the style sheet that names it does not apply"
_NUMBER = re.compile(r"[\t\n\f\r ]*\+?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(%?)")
_CHOOSING = frozenset({"loading", "srcset"})


@dataclass(frozen=True, slots=True)
class Choice:
    """``url`` is "" when nothing can be chosen."""

    url: str
    note: str = ""


def screen_in(document: Document, screen: Screen, *, ahead: bool = False) -> Screen:
    """The screen that ``document`` sees: a frame is as large as its element, and on a phone a page as wide as it says.
    ``ahead``: what the preload scanner takes it for."""
    if document.parent is None or document.fetch.consumer is None:
        return document.layout.on(screen, ahead=ahead) if screen.mobile else screen
    element = document.fetch.consumer.candidate
    outer = screen_in(document.parent, screen)
    width = _pixels(element.attribute("width"), outer.width)
    height = _pixels(element.attribute("height"), outer.height)
    return replace(screen, width=300.0 if width is None else width, height=150.0 if height is None else height)


def _pixels(value: str | None, whole: float) -> float | None:
    """A dimension attribute (HTML 2.3.4.4) in CSS pixels."""
    match = _NUMBER.match(value) if value is not None else None
    if match is None:
        return None
    number = min(float(match[1]), 1e6)
    return number * whole / 100 if match[2] else number


def image(candidate: Candidate, screen: Screen) -> Choice | str | None:
    """The image that an element or preload asks for, or why it asks for none; None when there is only its url."""
    if candidate.kind is CandidateKind.PRELOAD:
        return _preloaded(candidate, screen)
    if candidate.element != "img":
        return None
    if not candidate.sources:
        for name, _ in candidate.attributes:
            if name in _CHOOSING:
                break
        else:  # as nearly every image
            return None
    lazy = (candidate.attribute("loading") or "").lower() == "lazy"
    if lazy and embedded.is_hidden(candidate):
        return "loading=lazy and not shown: it is never near the viewport"
    notes = [LAZY] if lazy else []
    width = _pixels(candidate.attribute("width"), screen.width)
    auto = (300.0 if width is None else width) if lazy else None
    chosen = _from_sources(candidate, screen, auto)
    srcset = candidate.attribute("srcset")
    if chosen is None and srcset:
        size = source_size(candidate.attribute("sizes"), screen, auto=auto)
        found = pick(parse(srcset), candidate.url, size, screen.dpr)
        chosen = found.url if found is not None else None
    if chosen is not None:
        notes.append(_chosen(screen))
    elif not candidate.url:
        return "nothing in its srcset, or in the sources of its picture, can be chosen"
    return Choice(candidate.url if chosen is None else chosen, "; ".join(notes))


def _preloaded(candidate: Candidate, screen: Screen) -> Choice | None:
    """EH 8.6: imagesrcset wins over href, with or without imagesizes."""
    srcset = candidate.attribute("imagesrcset")
    if not srcset or (candidate.attribute("as") or "").strip().lower() != "image":
        return None
    size = source_size(candidate.attribute("imagesizes"), screen)
    found = pick(parse(srcset), candidate.url, size, screen.dpr)
    return Choice(found.url, _chosen(screen)) if found is not None else Choice("")


def _from_sources(candidate: Candidate, screen: Screen, auto: float | None) -> str | None:
    """The first <source> of a known type, whose media hold, with an image to offer (HTML 4.8.4.3.5)."""
    for each in candidate.sources:
        source = dict(each)
        if not mime.supports(Destination.IMAGE, source.get("type", "")) or not matches(source.get("media", ""), screen):
            continue
        size = source_size(source.get("sizes"), screen, auto=auto)
        found = pick(parse(source.get("srcset", "")), "", size, screen.dpr)
        if found is not None:
            return found.url
    return None


def _chosen(screen: Screen) -> str:
    return f"chosen for {screen.width:g}x{screen.height:g} at {screen.dpr:g}"


def _preferred(source: Fetch, title: str | None) -> str | None:
    """The title of the sheets that apply: the first one met (CSSOM 6.2), also where its media do not hold."""
    document = source.document
    if document is None:
        return None
    if title and document.preferred is None:
        document.preferred = title
    return document.preferred


@dataclass(frozen=True, slots=True)
class Use:
    """Whether what a candidate names ``applies`` once fetched, and what is to be said of it."""

    applies: bool = True
    note: str = ""


def use(source: Fetch, candidate: Candidate, screen: Screen) -> Use | str:
    """How ``candidate``, named by ``source``, is used on ``screen``; text: why it is not asked for."""
    applies = source.consumer is None or source.consumer.applies
    kind = candidate.kind
    if kind not in _JUDGED:
        lazy_frame = kind is CandidateKind.FRAME and (candidate.attribute("loading") or "").lower() == "lazy"
        return Use(note=LAZY) if lazy_frame and candidate.element == "iframe" else _APPLIED
    media = candidate.attribute("media")
    match kind:
        case CandidateKind.STYLESHEET:
            if not mime.supports(Destination.STYLE, candidate.attribute("type") or ""):
                return "its type is none that browsers read as a style sheet"
            alternate = "alternate" in (candidate.attribute("rel") or "").lower().split()
            title = candidate.attribute("title")
            preferred = _preferred(source, None if alternate else title)
            if media and not matches(media, screen):
                return Use(False, OTHER_MEDIA)
            if alternate and (not title or title != preferred):
                return Use(False, ALTERNATE)
            if title and title != preferred:
                return Use(False, OTHER_SET)
        case CandidateKind.PRELOAD | CandidateKind.MODULEPRELOAD:
            if media and not matches(media, screen):
                return "its media do not hold for this viewport (EH 8.5)"
            destination = _DESTINATIONS.get((candidate.attribute("as") or "").lower())
            link = candidate.element == "Link"  # whose type was judged when the field was read
            written = candidate.attribute("type") or ""
            checked = kind is CandidateKind.PRELOAD and not link  # nobody looks at a module's type
            if destination is not None and checked and not mime.preloads(destination, written, exactly=False):
                return "its type is none that browsers load for that destination (EH 8.5)"
        case CandidateKind.CSS_IMPORT:
            judged = judge(candidate.attribute("prelude") or "", screen)
            if judged is Import.DROPPED:
                return "its supports() names what browsers do not know"
            if judged is Import.UNUSED or (media and not matches(media, screen)):
                return Use(False, _UNUSED_IMPORT)
        case CandidateKind.CSS_IMAGE | CandidateKind.CSS_FONT | CandidateKind.FONT_USE:
            title = candidate.attribute("title") if candidate.inline else None
            if not applies or (media and not matches(media, screen)) or (title and title != _preferred(source, title)):
                return _NOT_APPLIED
            if kind is CandidateKind.CSS_IMAGE and not takes_pictures(candidate.attribute("property") or "background"):
                return "a property that takes no picture"
            options = candidate.attribute("image-set")
            if options == "":
                return "its image-set() is not valid, so the declaration is dropped"
            if options and not image_set.chosen(options, candidate.attribute("option") or "0", screen.dpr):
                return "another option of its image-set() is for this screen"
        case _:
            pass
    return _APPLIED if applies else Use(False)


_APPLIED = Use()
_JUDGED = frozenset(
    {
        CandidateKind.STYLESHEET,
        CandidateKind.PRELOAD,
        CandidateKind.MODULEPRELOAD,
        CandidateKind.CSS_IMPORT,
        CandidateKind.CSS_IMAGE,
        CandidateKind.CSS_FONT,
        CandidateKind.FONT_USE,
    }
)
_DESTINATIONS = {
    "image": Destination.IMAGE,
    "script": Destination.SCRIPT,
    "style": Destination.STYLE,
    "track": Destination.TRACK,
    "font": Destination.FONT,
}
