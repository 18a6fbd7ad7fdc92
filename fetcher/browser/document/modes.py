"""How what a candidate names is requested: destination, mode and credentials (HTML, "potential-CORS request").

As Chromium 156 was seen to do: an <object> or <embed> of a picture is no-cors and of anything else a navigation, an SVG
<use> or a filter's file is same-origin, and what masks, clips, fills or shapes is CORS without credentials elsewhere.
"""

from __future__ import annotations

from fetcher.browser.document import embedded, frames, observed
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import Credentials, Destination, Mode

_DESTINATIONS = {
    CandidateKind.STYLESHEET: Destination.STYLE,
    CandidateKind.SCRIPT: Destination.SCRIPT,
    CandidateKind.MODULE_SCRIPT: Destination.SCRIPT,
    CandidateKind.IMAGE: Destination.IMAGE,
    CandidateKind.MODULEPRELOAD: Destination.SCRIPT,
    CandidateKind.CSS_IMPORT: Destination.STYLE,
    CandidateKind.CSS_IMAGE: Destination.IMAGE,
    CandidateKind.CSS_FONT: Destination.FONT,
    CandidateKind.SVG_USE: Destination.IMAGE,
    CandidateKind.TRACK: Destination.TRACK,
    CandidateKind.PREFETCH: Destination.EMPTY,
}
_PRELOADABLE = {
    "image": Destination.IMAGE,
    "script": Destination.SCRIPT,
    "style": Destination.STYLE,
    "track": Destination.TRACK,
    "font": Destination.FONT,
    "fetch": Destination.EMPTY,
}  # EH 8.4
_MODULES = {"style": Destination.STYLE, "json": Destination.JSON}
# Pictures that may change how other things look, so that their content must not leak (CSS Images 4, 2.5).
_SHARED = frozenset(
    "clip-path -webkit-clip-path fill marker marker-end marker-mid marker-start mask mask-image -webkit-mask "  # noqa: SIM905
    "-webkit-mask-image -webkit-mask-box-image -webkit-mask-box-image-source mask-border mask-border-source "
    "shape-outside stroke".split()
)
_FILTERS = frozenset({"backdrop-filter", "filter", "-webkit-filter"})


def destination_of(candidate: Candidate) -> Destination | None:
    """None for a preload of what cannot be preloaded."""
    match candidate.kind:
        case CandidateKind.FRAME:
            return frames.DESTINATIONS[candidate.element]
        case CandidateKind.PRELOAD:
            return _PRELOADABLE.get((candidate.attribute("as") or "").lower())
        case CandidateKind.MODULEPRELOAD if candidate.element == "Link":  # in markup Chromium takes any for a script
            return _MODULES.get((candidate.attribute("as") or "").lower(), Destination.SCRIPT)
        case CandidateKind.EMBEDDED:
            return Destination(candidate.element)
        case CandidateKind.MEDIA:
            return Destination(embedded.medium(candidate))
        case CandidateKind.OBSERVED:
            return Destination(candidate.attribute("destination") or "empty")
        case kind:
            return _DESTINATIONS[kind]


def is_svg_image(candidate: Candidate) -> bool:
    """An SVG <image>, whose fetchpriority Chromium 156 does not look at."""
    return candidate.element == "image" and candidate.kind is CandidateKind.IMAGE


def _is_without_cors(candidate: Candidate) -> bool:
    """An SVG <image> or <script>, an image button: Chromium 156 asks for them without looking at crossorigin."""
    svg_script = candidate.kind is CandidateKind.SCRIPT and candidate.attribute("src") is None
    return is_svg_image(candidate) or candidate.element == "input" or (svg_script and candidate.element == "script")


def _is_module_too(candidate: Candidate) -> bool:
    """A <link> that is preload and modulepreload: Chromium asks for what ``as`` says, and as for a module."""
    words = (candidate.attribute("rel") or "").lower().split()
    return candidate.kind is CandidateKind.PRELOAD and candidate.element == "link" and "modulepreload" in words


def is_dictionary(candidate: Candidate) -> bool:
    """A compression dictionary, which Chromium asks for without credentials, Referer and Sec-Purpose."""
    words = (candidate.attribute("rel") or "").lower().split()
    return candidate.kind is CandidateKind.PREFETCH and "compression-dictionary" in words and "prefetch" not in words


def mode_of(candidate: Candidate) -> tuple[Mode, Credentials]:
    """Fonts, modules and dictionaries are always CORS; a frame navigates."""
    kind = candidate.kind
    if kind is CandidateKind.FRAME or (kind is CandidateKind.EMBEDDED and not embedded.is_picture(candidate)):
        return Mode.NAVIGATE, Credentials.INCLUDE
    if kind is CandidateKind.CSS_IMAGE:
        property_ = candidate.attribute("property") or ""
        if property_ in _FILTERS:
            return Mode.SAME_ORIGIN, Credentials.SAME_ORIGIN
        return (Mode.CORS, Credentials.SAME_ORIGIN) if property_ in _SHARED else (Mode.NO_CORS, Credentials.INCLUDE)
    if kind is CandidateKind.OBSERVED:
        return observed.mode_of(candidate)
    if kind is CandidateKind.SVG_USE:
        return Mode.SAME_ORIGIN, Credentials.SAME_ORIGIN
    if is_dictionary(candidate):
        return Mode.CORS, Credentials.OMIT
    value = None if _is_without_cors(candidate) else candidate.attribute("crossorigin")
    font_face = kind is CandidateKind.CSS_FONT
    module = kind in (CandidateKind.MODULE_SCRIPT, CandidateKind.MODULEPRELOAD) or _is_module_too(candidate)
    if value is None and kind is CandidateKind.TRACK:
        return Mode.SAME_ORIGIN, Credentials.INCLUDE
    if value is None and not font_face and not module:
        return Mode.NO_CORS, Credentials.INCLUDE
    if value is not None and value.strip().lower() == "use-credentials" and not font_face:
        return Mode.CORS, Credentials.INCLUDE
    return Mode.CORS, Credentials.SAME_ORIGIN
