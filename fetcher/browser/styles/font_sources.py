"""Which url of an @font-face a browser asks for (CSS Fonts 4, 4.3): the last src descriptor counts, and of its urls the
first whose format is supported. The scanner gives every url of a face, in order, each with its descriptor's number and
the formats of the data: URLs before it, which are taken to hold the font.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from fetcher.discovery.candidates import Candidate, CandidateKind

SUPPORTED = frozenset({"", "woff2", "woff", "truetype", "opentype", "woff2-variations", "woff-variations",
                       "truetype-variations", "opentype-variations", "collection"})  # fmt: skip
TECHS = frozenset({"", "variations", "palettes", "features-opentype", "features-aat", "color-colrv0", "color-colrv1",
                   "color-sbix", "color-cbdt"})  # fmt: skip
EARLIER = "an earlier source of the same @font-face is used"
_FACE = ("family", "unicode-range", "font-weight", "font-style", "font-stretch")


def passed_over(candidates: Sequence[Candidate]) -> dict[int, str]:
    """For the candidates of one scan step: index of each font url that is not the one its face uses, and why."""
    reasons: dict[int, str] = {}
    fonts = [(index, each) for index, each in enumerate(candidates) if each.kind is CandidateKind.CSS_FONT]
    for _, face in groupby(fonts, key=lambda pair: [pair[1].attribute(name) for name in _FACE]):
        members = list(face)
        last = max(_descriptor(candidate) for _, candidate in members)
        chosen = False
        for index, candidate in members:
            if _descriptor(candidate) != last:
                reasons[index] = "a later src of the same @font-face replaces it"
            elif not _is_supported(candidate) or _is_eot(candidate):
                reasons[index] = "a font format the browser does not support"
            elif chosen or _is_after_inlined(candidate):
                reasons[index] = EARLIER
            else:
                chosen = True
    return reasons


def source_of(candidate: Candidate) -> tuple[str | None, ...]:
    """What all sources in the same src of one face have in common, and others of its sheet hardly."""
    return tuple(candidate.attribute(name) for name in (*_FACE, "src", "media", "supports"))


def _is_after_inlined(candidate: Candidate) -> bool:
    """Whether a font that stands in a data: URL, in a format that is supported, is a source before it."""
    formats = candidate.attribute("inlined")
    return formats is not None and any(each in SUPPORTED for each in formats.split(" "))


def _is_eot(candidate: Candidate) -> bool:
    """Without a format, a url that ends so is passed over all the same (observed in Chromium 156)."""
    return not candidate.attribute("format") and candidate.url.partition("?")[0].lower().endswith(".eot")


def _is_supported(candidate: Candidate) -> bool:
    techs = (candidate.attribute("tech") or "").split(", ")
    return (candidate.attribute("format") or "").lower() in SUPPORTED and TECHS.issuperset(techs)


def _descriptor(candidate: Candidate) -> int:
    number = candidate.attribute("src") or "0"
    return int(number) if number.isdecimal() else 0
