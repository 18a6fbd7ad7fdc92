"""What <video>, <audio>, <track>, <object> and <embed> ask for, as Chromium 156 was seen to do.

A media element without src takes the first <source> whose type may play and whose media hold, and the next one when
that fails (HTML 4.8.11.5). ``preload=none`` asks for nothing, unless a muted video plays by itself. Of tracks only
``default`` ones are asked for: one for subtitles and captions, one for descriptions, one for chapters, any metadata.
An <object> or <embed> asks only for what the browser can show, told by type or else by the URL's extension, and only
where it is shown; an <object> in an <object> is asked for when the outer one asks for nothing, or its request fails.
"""

from __future__ import annotations

import re

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.media import matches
from fetcher.fields import mime
from fetcher.terms import Destination
from fetcher.urls import URL

_MEDIA_TYPES = frozenset(
    {f"video/{name}" for name in ("3gpp", "mp4", "m4v", "x-m4v", "ogg", "webm", "x-matroska")}
    | {f"audio/{name}" for name in ("aac", "flac", "mp3", "mp4", "mpeg", "ogg", "wav", "webm", "x-m4a", "x-mp3")}
    | {f"audio/{name}" for name in ("x-wav", "vnd.wave", "x-flac", "x-matroska", "3gpp")}
    | {"application/ogg", "application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl", "audio/x-mpegurl"}
)
_CODEC = re.compile(
    r"\s*(?:1|2|avc[13]\..+|hev1\..+|hvc1\..+|av01\..+|vp0?9(?:\..+)?|vp0?8(?:\..+)?|theora|vorbis|opus|flac"
    r"|mp3|mp4a\.(?:40|67|69|6[bB]).*|mp4a)\s*"
)
# What the last path segment of a URL ends in, where no type is given.
_EXTENSIONS = {
    **dict.fromkeys(("apng", "avif", "bmp", "gif", "ico", "jfif", "jpeg", "jpg", "jxl", "png", "webp", "xbm"), "image"),
    **dict.fromkeys(("class", "exe", "jar", "swf", "spl", "tar", "tgz", "gz", "zip", "ps", "eps", "doc", "xls"), ""),
    **dict.fromkeys(("ppt", "docx", "xlsx", "pptx", "epub", "crx", "rtf", "tif", "tiff"), ""),
}
_FRAME_TYPES = frozenset(
    {"application/json", "application/pdf", "application/xhtml+xml", "application/xml", "image/svg+xml", "text/pdf"}
)
_HIDDEN = re.compile(r"(?:^|;)\s*display\s*:\s*none\b", re.I)
_DELIVERED = range(200, 300)
PLAYED = (Destination.AUDIO, Destination.VIDEO)
MEDIA_BYTES = 1_048_576
"""How much of a film or sound is read: a browser stops too once it knows its length and first picture; how far it has
read by then depends on the file, which is not looked into here."""
READ_ENOUGH = f"media, of which {MEDIA_BYTES} bytes were read, and a browser reads on when it is played"


def is_hidden(candidate: Candidate) -> bool:
    """Whether its own attributes say that it is not shown; what style sheets say of it is not known."""
    hidden = candidate.attribute("hidden") is not None and candidate.element != "embed"
    return hidden or _HIDDEN.search(candidate.attribute("style") or "") is not None


def medium(candidate: Candidate) -> str:
    """ "video" or "audio"."""
    return candidate.element if candidate.element != "source" else (candidate.attribute("within") or "video").split()[0]


def may_play(text: str) -> bool:
    """Whether Chromium would try a source of this type."""
    if not text.strip():
        return True
    found = mime.parse(text)
    if found is None or found.essence not in _MEDIA_TYPES:
        return False
    codecs = found.parameter("codecs")
    return codecs is None or all(_CODEC.fullmatch(each) for each in codecs.split(","))


def _shown_as(candidate: Candidate) -> str:
    """ "image", "frame", or "" for what no browser shows."""
    written = candidate.attribute("type")
    found = mime.parse(written) if written else None
    if not written:
        path = candidate.url.partition("?")[0].partition("#")[0]
        name = path.rpartition("/")[2]
        return _EXTENSIONS.get(name.rpartition(".")[2].lower(), "frame") if "." in name else "frame"
    if found is None:
        return ""
    if found.essence != "image/svg+xml" and mime.supports(Destination.IMAGE, found.essence):
        return "image"
    return "frame" if is_framed(found.essence) else ""


def is_framed(essence: str) -> bool:
    """Whether content of this type is shown in a frame."""
    frame = essence.startswith("text/") or essence in _FRAME_TYPES | _MEDIA_TYPES or essence.endswith("+xml")
    return frame or mime.supports(Destination.SCRIPT, essence)


def is_picture(candidate: Candidate) -> bool:
    """Whether an <object> or <embed> loads it as a picture rather than as a document of its own."""
    return _shown_as(candidate) == "image"


def why_not_asked_for(candidate: Candidate, url: URL, document: URL, screen: Screen) -> str | None:
    """Why this element asks for nothing, whatever else there is."""
    match candidate.kind:
        case CandidateKind.MEDIA:
            return _why_not_played(candidate, screen)
        case CandidateKind.TRACK:
            if candidate.attribute("default") is None:
                return "a track that is not the default: asked for when somebody chooses it"
            if candidate.attribute("crossorigin") is None and url.origin != document.origin:
                return "a track of another origin, and its element has no crossorigin"
        case CandidateKind.SVG_USE:
            if url.origin != document.origin:
                return "what <use> takes from another origin is refused"
            if url.href.partition("#")[0] == document.href.partition("#")[0]:
                return "a part of the document itself"
        case CandidateKind.EMBEDDED:
            if is_hidden(candidate):
                return "not shown, so not loaded"
            if not _shown_as(candidate):
                return "its type is none that browsers show"
            if candidate.element == "object" and candidate.attribute("classid") and not is_picture(candidate):
                return "a classid names a plug-in, and there are none: its fallback is shown"
        case _:
            pass
    return None


def _why_not_played(candidate: Candidate, screen: Screen) -> str | None:
    preload = (candidate.attribute("preload") or "").lower()
    video = medium(candidate) == "video"
    by_itself = video and candidate.attribute("autoplay") is not None and candidate.attribute("muted") is not None
    if preload == "none" and not by_itself:
        return "preload=none: asked for when somebody plays it"
    lazy = (candidate.attribute("loading") or "").lower() == "lazy"
    if lazy and not video and candidate.attribute("controls") is None:
        return "loading=lazy without controls: it is never near the viewport"
    if candidate.element == "source":
        if not may_play(candidate.attribute("type") or ""):
            return "its type is none that browsers play"
        media = candidate.attribute("media")
        if media and not matches(media, screen):
            return "its media do not hold for this viewport"
    return None


def _group(candidate: Candidate) -> str | None:
    """What a candidate is one of several for."""
    within = candidate.attribute("within")
    if candidate.kind is CandidateKind.TRACK and within is not None:
        kind = (candidate.attribute("kind") or "subtitles").lower()
        kind = "subtitles" if kind == "captions" else kind
        return f"{kind} {within}" if kind in ("subtitles", "descriptions", "chapters") else None
    return within


Waiting = tuple[int, Candidate, float]


class Embedded:
    """The elements of one document of which only one asks: sources and tracks of a media element, nested objects."""

    def __init__(self) -> None:
        self._taken: dict[str, list[Waiting]] = {}  # by group: those that wait for the one that asked to fail

    def take(self, source: int, candidate: Candidate, at: float) -> bool:
        """Whether it asks now; if not, it waits. ``asks`` is then told of those that made a request."""
        group = _group(candidate)
        waiting = self._taken.get(group) if group is not None else None
        if waiting is None:
            return True
        waiting.append((source, candidate, at))
        own = _own(candidate)
        if own is not None:
            self._taken[own] = []
        return False

    def asks(self, candidate: Candidate) -> None:
        """It made a request: the others of its group wait, or what is its fallback does."""
        group = _own(candidate) if candidate.kind is CandidateKind.EMBEDDED else _group(candidate)
        if group is not None:
            self._taken.setdefault(group, [])

    def failed(self, candidate: Candidate) -> list[Waiting]:
        """Its request came to nothing: what may be tried in its place, in order."""
        group = _own(candidate) if candidate.kind is CandidateKind.EMBEDDED else _group(candidate)
        return self._taken.pop(group, []) if group is not None else []

    def unused(self) -> list[Waiting]:
        return [each for waiting in self._taken.values() for each in waiting]


def _own(candidate: Candidate) -> str | None:
    return f"object {candidate.offset}" if candidate.element == "object" else None


def delivers(status: int | None) -> bool:
    """Whether a response with this status is what was wanted."""
    return status in _DELIVERED
