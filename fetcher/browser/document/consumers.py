"""What a candidate asks for: the request it would make, or the reason why it makes none."""

from __future__ import annotations

from dataclasses import replace

from fetcher.browser.document import embedded, frames, modes, referrers, viewport
from fetcher.browser.document.observed import UNEXPLAINED
from fetcher.browser.fetches import Consumer, Document, Fetch
from fetcher.browser.requests import priorities
from fetcher.browser.requests.priorities import Place
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.encodings import with_encoded_query
from fetcher.discovery.viewport.lengths import Screen
from fetcher.terms import Destination, FetchPriority, Initiator, InitiatorKind, Mode, NetPriority
from fetcher.urls import URL, resolve

PRELOADED = "its element preloads it: nothing is left to ask for"
_LEFT_OUT = (CandidateKind.PREFETCH, CandidateKind.MODULEPRELOAD)
_CHOOSING = (CandidateKind.IMAGE, CandidateKind.PRELOAD)
_CSS_KINDS = (CandidateKind.CSS_IMPORT, CandidateKind.CSS_IMAGE, CandidateKind.CSS_FONT)


def document_of(source: Fetch) -> Document:
    """The document ``source`` is, or is a style sheet of."""
    document = source.document or (source.consumer.document if source.consumer is not None else None)
    assert document is not None
    return document


def url_of(source: Fetch, candidate: Candidate, chosen: str | None = None) -> URL | None:
    """Its URL, or the one ``chosen`` of several, against the base it stands under; None where that fails."""
    base = source.url
    in_markup = candidate.element not in ("Link", "Refresh")
    if source.document is not None and in_markup:
        base = source.document.base
    text = candidate.url if chosen is None else chosen
    if in_markup and candidate.kind not in _CSS_KINDS:  # CSS always writes queries in UTF-8
        text = with_encoded_query(text, source.encoding)
    return resolve(text, base.href)


def consumers_of(source: Fetch, candidate: Candidate, at: float, screen: Screen) -> list[Consumer | str]:
    """The candidate as a consumer, or the reason why it asks for nothing. ``screen`` is the page's. There are two where
    the preload scanner takes the page to be of another width than it is laid out for, and so chooses otherwise."""
    document = document_of(source)
    lazy = (candidate.attribute("loading") or "").lower() == "lazy"
    if not screen.mobile or candidate.kind not in _CHOOSING or lazy:
        return [consumer_of(source, candidate, at, screen)]
    ahead, laid_out = (viewport.screen_in(document, screen, ahead=each) for each in (True, False))
    first = _on(source, candidate, at, screen, ahead=True)
    if candidate.element == "Link" or ahead == laid_out:
        return [first]
    second = _on(source, candidate, at, screen, Place(scanned=False))
    if isinstance(first, str):
        return [second]
    same = not isinstance(second, str) and second.url.href == first.url.href
    return [first] if same or isinstance(second, str) else [first, second]


def consumer_of(source: Fetch, candidate: Candidate, at: float, screen: Screen) -> Consumer | str:
    """The same, as the document is laid out."""
    return _on(source, candidate, at, screen)


def _on(
    source: Fetch, candidate: Candidate, at: float, page: Screen, place: Place | None = None, *, ahead: bool = False
) -> Consumer | str:
    """The same, ``ahead`` as the preload scanner takes the document; ``place`` is its own where none is given."""
    kind = candidate.kind
    document = document_of(source)
    screen = viewport.screen_in(document, page, ahead=ahead)
    if kind in _LEFT_OUT and _is_preloaded(source, candidate, at, page):
        return PRELOADED
    framed = kind is CandidateKind.FRAME
    if framed:
        reason = frames.why_not_asked_for(candidate)
        if reason is not None:
            return reason
    if document.is_hidden and (candidate.attribute("loading") or "").lower() == "lazy":
        return frames.NEVER_NEAR
    use = viewport.use(source, candidate, screen)
    if isinstance(use, str):
        return use
    chosen, note = candidate.url, use.note
    if kind in (CandidateKind.IMAGE, CandidateKind.PRELOAD):
        choice = viewport.image(candidate, screen)
        if isinstance(choice, str):
            return choice
        if choice is not None:
            chosen, note = choice.url, choice.note
    if not chosen:
        return "an empty URL"
    url = url_of(source, candidate, chosen)
    if url is None:
        return "its URL does not resolve"
    if not url.is_http:
        return f"a {url.scheme}: URL"
    if framed and frames.frames_itself(document, url):
        return "the URL of what it would stand in: browsers end such a recursion"
    if kind is CandidateKind.SCRIPT and _is_nomodule(candidate):
        return "nomodule: browsers with modules skip it"
    reason = embedded.why_not_asked_for(candidate, url, document.url, screen)
    if reason is not None:
        return reason
    destination = modes.destination_of(candidate)
    if destination is None:
        return "a preload whose as is missing or not preloadable (EH 8.4)"
    mode, credentials = modes.mode_of(candidate)
    fetch_priority = FetchPriority.AUTO
    if not modes.is_svg_image(candidate):
        fetch_priority = _fetch_priority(candidate.attribute("fetchpriority"))
    css = kind in _CSS_KINDS or candidate.inline
    if candidate.element == "Link":
        origin = InitiatorKind.LINK_HEADER
    elif kind is CandidateKind.OBSERVED:
        origin = InitiatorKind.UNKNOWN if candidate.element == UNEXPLAINED else InitiatorKind.SCRIPT
    else:
        origin = InitiatorKind.CSS if css else InitiatorKind.PRELOAD_SCAN
    initiator = Initiator(origin, source.recorded, None, candidate.element, candidate.line, candidate.offset)
    urgent = use.applies or use.note == viewport.OTHER_SET  # which set applies is not known when it is asked for
    if use.note == viewport.OTHER_MEDIA and screen.mobile:
        scanned = viewport.use(source, candidate, viewport.screen_in(document, page, ahead=True))
        urgent = not isinstance(scanned, str) and scanned.applies  # the preload scanner asked for it
    priority = priorities.found(
        candidate, destination, fetch_priority, place or document.place, applies=urgent, screen=screen
    )
    if destination in (Destination.OBJECT, Destination.EMBED) and mode is not Mode.NAVIGATE:
        priority = NetPriority.LOWEST  # a picture, and not one that the preload scanner meets
    return Consumer(
        document, source.id, candidate, url, at, destination, mode, credentials, priority, fetch_priority,
        initiator, document.url, source.url, applies=use.applies, note=note,
        referrer_policy=referrers.policy_for(source, document, candidate),
    )  # fmt: skip


def _is_preloaded(source: Fetch, candidate: Candidate, at: float, screen: Screen) -> bool:
    """Whether the same <link> is a preload that is asked for."""
    if candidate.element != "link" or "preload" not in (candidate.attribute("rel") or "").lower().split():
        return False
    return not isinstance(_on(source, replace(candidate, kind=CandidateKind.PRELOAD), at, screen), str)


def _is_nomodule(candidate: Candidate) -> bool:
    """Whether a browser with modules skips it; an SVG script, which has no src, knows no such attribute."""
    in_svg = candidate.attribute("href") is not None or candidate.attribute("xlink:href") is not None
    return candidate.attribute("nomodule") is not None and not in_svg


def _fetch_priority(value: str | None) -> FetchPriority:
    try:
        return FetchPriority((value or "auto").strip().lower())
    except ValueError:
        return FetchPriority.AUTO
