"""Images that a page lets the browser choose (srcset, sizes, <picture>), and what is asked for although its media do
not hold: for a link in a 103 names one URL, whatever the viewport is.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.analysis.links.document import rebuilt
from fetcher.analysis.wanted import Wanted
from fetcher.browser.document.consumers import url_of
from fetcher.browser.document.viewport import OTHER_MEDIA
from fetcher.browser.fetches import Fetch
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.viewport.srcset import parse
from fetcher.record.page_load import Discovery, PageLoad


@dataclass(frozen=True, slots=True)
class ImageChoice:
    """``chosen`` is what the loaded device took, None where it took nothing; ``among`` every URL it could have been,
    the chosen one too; ``by`` the words that decide ("srcset and sizes", "media")."""

    discovery: int
    chosen: str | None
    among: tuple[str, ...]
    by: str


def image_choices(load: PageLoad) -> tuple[ImageChoice, ...]:
    """Every <img> of the load that has more than one URL to choose from by density, width or media, in order."""
    sources: dict[int, Fetch | None] = {}
    found = []
    for number, one in enumerate(load.discoveries):
        candidate = one.candidate
        if candidate.kind is not CandidateKind.IMAGE or not (candidate.sources or candidate.attribute("srcset")):
            continue
        by = _by(candidate)
        if by is None:
            continue
        if one.source not in sources:
            sources[one.source] = rebuilt(load, load.requests[one.source])
        among = _among(one, sources[one.source])
        if len(among) > 1:
            found.append(ImageChoice(number, one.url, among, by))
    return tuple(found)


def applies(load: PageLoad, wanted: Wanted) -> bool:
    """Whether the media of what asks for it hold on the loaded device."""
    return wanted.discovery is None or OTHER_MEDIA not in load.discoveries[wanted.discovery].reason


def _by(candidate: Candidate) -> str | None:
    """What the viewport decides by; None where only the format is chosen (type), which all browsers choose alike."""
    sets = [dict(source) for source in candidate.sources]
    own = {name: value for name, value in candidate.attributes if name in ("srcset", "sizes")}
    words = []
    if any("media" in each for each in sets):
        words.append("media")
    many = [each for each in (*sets, own) if len(parse(each.get("srcset", ""))) > 1 or "sizes" in each]
    if any(len(parse(each.get("srcset", ""))) > 1 for each in many):
        words.append("srcset")
        words += ["sizes"] if any("sizes" in each for each in many) else []
    elif own.get("srcset") and candidate.url:
        words.append("srcset")
    return " and ".join(words) or None


def _among(found: Discovery, source: Fetch | None) -> tuple[str, ...]:
    candidate = found.candidate
    texts = [candidate.url] if candidate.url else []
    for srcset in (candidate.attribute("srcset"), *(dict(each).get("srcset") for each in candidate.sources)):
        texts += [one.url for one in parse(srcset or "")]
    urls = [url_of(source, candidate, text) for text in texts] if source is not None else []
    return tuple(dict.fromkeys([*(url.href for url in urls if url is not None), *([found.url] if found.url else [])]))
