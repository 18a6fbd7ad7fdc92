"""What a candidate asks for: the request it would make, or the reason why it makes none."""

from __future__ import annotations

from fetcher.browser.document import frames, referrers, viewport
from fetcher.browser.fetches import Consumer, Document, Fetch
from fetcher.browser.requests import priorities
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.encodings import with_encoded_query
from fetcher.discovery.viewport.lengths import Screen
from fetcher.terms import Credentials, Destination, FetchPriority, Initiator, InitiatorKind, Mode
from fetcher.urls import URL, resolve

_DESTINATIONS = {
    CandidateKind.STYLESHEET: Destination.STYLE,
    CandidateKind.SCRIPT: Destination.SCRIPT,
    CandidateKind.MODULE_SCRIPT: Destination.SCRIPT,
    CandidateKind.IMAGE: Destination.IMAGE,
    CandidateKind.MODULEPRELOAD: Destination.SCRIPT,
    CandidateKind.CSS_IMPORT: Destination.STYLE,
    CandidateKind.CSS_IMAGE: Destination.IMAGE,
    CandidateKind.CSS_FONT: Destination.FONT,
}
_PRELOADABLE = {
    "image": Destination.IMAGE,
    "script": Destination.SCRIPT,
    "style": Destination.STYLE,
    "track": Destination.TRACK,
    "font": Destination.FONT,
    "fetch": Destination.EMPTY,
}  # EH 8.4
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


def consumer_of(source: Fetch, candidate: Candidate, at: float, screen: Screen) -> Consumer | str:
    """The candidate as a consumer, or the reason why it asks for nothing. ``screen`` is the page's."""
    kind = candidate.kind
    document = document_of(source)
    screen = viewport.screen_in(document, screen)
    framed = kind is CandidateKind.FRAME
    if framed:
        reason = frames.why_not_asked_for(candidate)
        if reason is not None:
            return reason
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
    if candidate.attribute("nomodule") is not None and kind is CandidateKind.SCRIPT:
        return "nomodule: browsers with modules skip it"
    if kind is CandidateKind.PRELOAD:
        destination = _PRELOADABLE.get((candidate.attribute("as") or "").strip().lower())
        if destination is None:
            return "a preload whose as is missing or not preloadable (EH 8.4)"
    else:
        destination = frames.DESTINATIONS[candidate.element] if framed else _DESTINATIONS[kind]
    mode, credentials = (Mode.NAVIGATE, Credentials.INCLUDE) if framed else _mode(candidate)
    fetch_priority = _fetch_priority(candidate.attribute("fetchpriority"))
    css = kind in _CSS_KINDS or candidate.inline
    if candidate.element == "Link":
        origin = InitiatorKind.LINK_HEADER
    else:
        origin = InitiatorKind.CSS if css else InitiatorKind.PRELOAD_SCAN
    initiator = Initiator(origin, source.id, None, candidate.element, candidate.line, candidate.offset)
    priority = priorities.found(candidate, destination, fetch_priority, document.place, applies=use.applies)
    return Consumer(
        document, source.id, candidate, url, at, destination, mode, credentials, priority, fetch_priority,
        initiator, document.url, source.url, applies=use.applies, note=note,
        referrer_policy=referrers.policy_for(source, document, candidate),
    )  # fmt: skip


def _fetch_priority(value: str | None) -> FetchPriority:
    try:
        return FetchPriority((value or "auto").strip().lower())
    except ValueError:
        return FetchPriority.AUTO


def _mode(candidate: Candidate) -> tuple[Mode, Credentials]:
    """HTML's "create a potential-CORS request", fonts and modules always CORS."""
    value = candidate.attribute("crossorigin")
    font_face = candidate.kind is CandidateKind.CSS_FONT
    module = candidate.kind in (CandidateKind.MODULE_SCRIPT, CandidateKind.MODULEPRELOAD)
    if value is None and not font_face and not module:
        return Mode.NO_CORS, Credentials.INCLUDE
    if value is not None and value.strip().lower() == "use-credentials" and not font_face:
        return Mode.CORS, Credentials.INCLUDE
    return Mode.CORS, Credentials.SAME_ORIGIN
