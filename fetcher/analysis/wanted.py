"""What a page wanted, thing by thing: each discovery that led to a request or an earlier one, with HTML's preload key.

Destination, mode and credentials are worked out by the machine's own ``consumer_of`` from the candidate as recorded;
where a load was recorded by another program there are no candidates, and its requests stand for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.analysis.links.document import rebuilt, screen_of
from fetcher.browser.document.consumers import consumer_of
from fetcher.browser.fetches import Fetch
from fetcher.discovery.candidates import CandidateKind
from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.terms import Credentials, Destination, InitiatorKind, Mode

_LED = frozenset({"fetched", "joined", "claimed-preload", "fetched-again"})
_BY_MODULES = (CandidateKind.MODULE_IMPORT, CandidateKind.DYNAMIC_IMPORT)
"""How one is asked for lies with the module that names it, so that its request tells."""
_PAGES = (Destination.DOCUMENT, Destination.FRAME, Destination.FRAMESET_FRAME)


@dataclass(frozen=True, slots=True)
class Wanted:
    """``request`` is what it got its answer from, ``discovery`` the record's index; ``source`` the request of the
    document or sheet that names it; ``what`` is "img", "script", "url()" and the like. Mode and credentials are None
    where nobody told."""

    url: str
    destination: Destination
    mode: Mode | None
    credentials: Credentials | None
    integrity: str
    request: int | None
    discovery: int | None
    source: int | None
    what: str


def wanted_of(load: PageLoad) -> tuple[Wanted, ...]:
    """Everything the page wanted, in the order it was found."""
    if not load.discoveries:
        return tuple(_of_a_request(one) for one in load.requests if _is_the_pages(one))
    screen = screen_of(load)
    sources: dict[int, Fetch | None] = {}
    found: list[Wanted] = []
    for number, one in enumerate(load.discoveries):
        if one.outcome not in _LED or one.url is None or one.candidate.kind is CandidateKind.REFRESH:
            continue  # another page is nothing that this one wanted
        if one.source not in sources:
            sources[one.source] = rebuilt(load, load.requests[one.source])
        source = None if one.candidate.kind in _BY_MODULES else sources[one.source]
        consumer = consumer_of(source, one.candidate, one.at, screen) if source is not None else ""
        made = load.requests[one.request] if one.request is not None else None
        if isinstance(consumer, str):
            if made is None:
                continue
            destination, mode, credentials = made.destination, made.mode, made.credentials
        else:
            destination, mode, credentials = consumer.destination, consumer.mode, consumer.credentials
        found.append(
            Wanted(
                one.url, destination, mode, credentials, one.candidate.attribute("integrity") or "", one.request,
                number, one.source, one.candidate.element,
            )
        )  # fmt: skip
    return tuple(found)


def _is_the_pages(request: RequestRecord) -> bool:
    """Made by the page itself, or its read of what a hint had brought (EH 9.7)."""
    hinted = request.initiator.kind is InitiatorKind.EARLY_HINT
    return request.destination not in _PAGES and (not hinted or request.timing_is_cache_read)


def _of_a_request(request: RequestRecord) -> Wanted:
    return Wanted(
        request.url, request.destination, request.mode, request.credentials, "", request.id, None,
        request.initiator.request, request.initiator.element or request.destination.value,
    )  # fmt: skip
