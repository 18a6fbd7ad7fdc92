"""The Link value that a page's 103 should have, worked out from loads of it, ready to paste.

Candidates are what rendering waits for, the picture that is probably the largest, the fonts that style sheets ask for,
and connections to other sites that these come from; in the order of what each would win. A file is named only where
every load used it, its URL is stable so far as the loads show, and the browser could reuse it; each link is read by the
profile itself, and left out where that would not act on it. The value stays within 1 KiB and six preloads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fetcher.analysis.links.mending import written
from fetcher.analysis.reuse import Partitions
from fetcher.analysis.timing.rendering import lcp_candidate, render_blocking
from fetcher.analysis.timing.savings import Saving, lcp_gain, render_gain, saving
from fetcher.analysis.wanted import Wanted, wanted_of
from fetcher.browser.hints.reading import Asked, Early
from fetcher.browser.profiles import DRIVING
from fetcher.discovery.candidates import CandidateKind
from fetcher.fields.cache_control import freshness
from fetcher.fields.link import Link
from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.terms import Credentials, Destination, Mode, ProfileName
from fetcher.urls import URL, resolve, same_site

MOST_BYTES = 1_024
MOST_PRELOADS = 6
MOST_PRECONNECTS = 2

_AS = {
    Destination.STYLE: "style",
    Destination.SCRIPT: "script",
    Destination.IMAGE: "image",
    Destination.FONT: "font",
}


@dataclass(frozen=True, slots=True)
class Recommended:
    """One link: its ``text``, the URL, ``why`` as a noun phrase, its size and how much earlier it would start (None for
    a connection)."""

    text: str
    url: str
    why: str
    bytes: int | None = None
    saving: Saving | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """``value`` is the whole field. ``gain`` is how much earlier rendering could start at most (ms, estimated) and
    ``lcp_gain`` the largest picture be there, as far as that is guessed; None where not known. ``left_out`` are URLs
    that would count, with the reason why no link names them."""

    links: tuple[Recommended, ...]
    left_out: tuple[tuple[str, str], ...]
    gain: float | None
    lcp_gain: float | None = None

    @property
    def value(self) -> str:
        return ", ".join(each.text for each in self.links)


@dataclass(frozen=True, slots=True)
class _Candidate:
    request: RequestRecord
    wanted: Wanted | None
    why: str
    module: bool = False
    high: bool = False


def recommendation(
    load: PageLoad, *, profile: ProfileName, at: float, others: Sequence[PageLoad] = ()
) -> Recommendation:
    """For ``load`` and ``others`` of the same page, with a 103 that comes ``at`` (ms from navigation start)."""
    here = resolve(load.final_url or load.url)
    document = load.document_request
    if here is None or document is None:
        return Recommendation((), (), None)
    everywhere = _in_all((load, *others))
    partitions = Partitions(load)
    links: list[Recommended] = []
    left_out: list[tuple[str, str]] = []
    origins: dict[str, Recommended] = {}
    hinted: list[int] = []
    for one in _candidates(load):
        url = resolve(one.request.url)
        if url is None:
            continue
        reason = _why_not(partitions, one, url, here, everywhere, profile)
        if reason is None:
            made = Recommended(
                written(_preload(one, url, here)), url.href, one.why, one.request.sizes.transferred,
                saving(load, one.request.id, at),
            )  # fmt: skip
            reason = _unread(made.text, here, profile)
            if reason is None and len(hinted) >= MOST_PRELOADS:
                reason = f"{MOST_PRELOADS} are enough"
            if reason is None and not _fits(links, made.text):
                reason = f"the field would be longer than {MOST_BYTES} bytes"
            if reason is None:
                links.append(made)
                hinted.append(one.request.id)
                continue
        if url.origin != here.origin and url.origin not in origins and url.scheme == here.scheme:
            connection = _preconnect(one, url)
            origins[url.origin] = Recommended(connection, f"{url.origin}/", f"the origin of {one.why}")
        left_out.append((url.href, reason))
    for connect in list(origins.values())[:MOST_PRECONNECTS]:
        if _fits(links, connect.text) and _unread(connect.text, here, profile) is None:
            links.append(connect)
    return Recommendation(tuple(links), tuple(left_out), render_gain(load, hinted, at), lcp_gain(load, hinted, at))


class Hintable:
    """Whether preloads could name what the requests of one load fetched, and which; asked request by request."""

    def __init__(self, load: PageLoad, profile: ProfileName) -> None:
        self._load, self._profile = load, profile
        self._here = resolve(load.final_url or load.url)
        self._wants = _uses(load)
        self._partitions = Partitions(load)

    def why_not(self, request: int) -> str | None:
        """Why no preload should name what ``request`` fetched, None where one could."""
        one, url, here = self._candidate(request), resolve(self._load.requests[request].url), self._here
        if url is None or here is None:
            return "its URL cannot be read"
        reason = _why_not(self._partitions, one, url, here, None, self._profile)
        return reason or _unread(written(_preload(one, url, here)), here, self._profile)

    def link(self, request: int) -> str | None:
        """The preload for what ``request`` fetched; None where its URL cannot be read."""
        one, url, here = self._candidate(request), resolve(self._load.requests[request].url), self._here
        return written(_preload(one, url, here)) if url is not None and here is not None else None

    def _candidate(self, request: int) -> _Candidate:
        wanted = self._wants.get(request)
        if wanted is None or wanted.discovery is None:
            return _Candidate(self._load.requests[request], wanted, "")
        candidate = self._load.discoveries[wanted.discovery].candidate
        high = (candidate.attribute("fetchpriority") or "").lower() == "high"
        return _Candidate(self._load.requests[request], wanted, "", candidate.kind in _MODULES, high)


_MODULES = (CandidateKind.MODULE_SCRIPT, CandidateKind.MODULE_IMPORT)


def _uses(load: PageLoad) -> dict[int, Wanted]:
    """What first uses the answer of each request."""
    return {one.request: one for one in reversed(wanted_of(load)) if one.request is not None and one.what != "Link"}


def _candidates(load: PageLoad) -> Iterator[_Candidate]:
    """The worthiest first: what rendering waits for from the longest, the picture, the fonts."""
    wants = _uses(load)
    blocking = render_blocking(load)
    given: set[int] = set()
    latest = sorted(blocking, key=lambda one: (-(load.requests[one.request].times.response_end or 0.0), one.request))
    for each in latest:
        kind = load.discoveries[each.discovery].candidate.kind if each.discovery is not None else None
        module = kind in _MODULES
        given.add(each.request)
        yield _Candidate(load.requests[each.request], wants.get(each.request), each.why, module)
    picture = lcp_candidate(load)
    if picture is not None and picture.request not in given:
        given.add(picture.request)
        high = False
        if picture.discovery is not None:
            word = load.discoveries[picture.discovery].candidate.attribute("fetchpriority")
            high = (word or "").lower() == "high"
        if not picture.responsive:
            why = f"probably the largest picture ({picture.why})"
            yield _Candidate(load.requests[picture.request], wants.get(picture.request), why, high=high)
    for found in load.discoveries:
        fonts = found.candidate.kind is CandidateKind.CSS_FONT and found.request is not None
        if fonts and found.request is not None and found.request not in given:
            given.add(found.request)
            yield _Candidate(load.requests[found.request], wants.get(found.request), "a font of the style sheets")


def _why_not(
    partitions: Partitions,
    one: _Candidate,
    url: URL,
    here: URL,
    everywhere: frozenset[str] | None,
    profile: ProfileName,
) -> str | None:
    request = one.request
    if request.destination not in _AS:
        return "no preload can ask for such a thing"
    if request.redirect_to is not None or request.initiator.kind.value == "redirect":
        return "it is reached through a redirect"
    if request.status != 200 or request.outcome not in ("complete", "pending"):
        return f"it answered {request.status}" if request.status is not None else "it did not come"
    if not same_site(url, here):
        return "it is of another site, whose URLs change without your doing"
    if url.scheme != here.scheme:
        return "it is not of the page's scheme"
    if everywhere is not None and url.href not in everywhere:
        return "not every load asked for that URL: it may change from load to load"
    fresh = freshness(request.response_fields, status=200)
    if not fresh.reusable and profile in (ProfileName.CHROMIUM, ProfileName.EAGER):
        return f"its response cannot be reused ({fresh.why}): give it a lifetime first"
    if one.wanted is not None and partitions.crosses(one.wanted):
        return "only a frame of another site asks for it"
    return None


def _in_all(loads: Sequence[PageLoad]) -> frozenset[str] | None:
    """The URLs that every load asked for, None for one load alone."""
    if len(loads) < 2:
        return None
    sets = [frozenset(one.url for one in load.requests) for load in loads]
    return frozenset.intersection(*sets)


def _preload(one: _Candidate, url: URL, here: URL) -> Link:
    params: list[tuple[str, str | None]] = [("rel", "modulepreload" if one.module else "preload")]
    if not one.module:
        params.append(("as", _AS[one.request.destination]))
    wanted = one.wanted
    mode = wanted.mode if wanted is not None else one.request.mode
    credentials = wanted.credentials if wanted is not None else one.request.credentials
    if one.request.destination is Destination.FONT:
        params.append(("crossorigin", None))
    elif mode is Mode.CORS and not one.module:
        params.append(("crossorigin", "use-credentials" if credentials is Credentials.INCLUDE else None))
    if wanted is not None and wanted.integrity:
        params.append(("integrity", wanted.integrity))
    if one.high:
        params.append(("fetchpriority", "high"))
    return Link(_target(url, here), tuple(params), "", 0)


def _preconnect(one: _Candidate, url: URL) -> str:
    wanted = one.wanted
    mode = wanted.mode if wanted is not None else one.request.mode
    credentials = wanted.credentials if wanted is not None else one.request.credentials
    anonymous = mode is Mode.CORS and credentials is not Credentials.INCLUDE
    params: tuple[tuple[str, str | None], ...] = (("rel", "preconnect"),)
    if anonymous:
        params += (("crossorigin", None),)
    return written(Link(url.origin, params, "", 0))


def _target(url: URL, here: URL) -> str:
    return url.target if url.origin == here.origin and not url.target.startswith("//") else url.href


def _fits(links: Sequence[Recommended], text: str) -> bool:
    size = sum(len(each.text) + 2 for each in links) + len(text)
    return size <= MOST_BYTES


def _unread(text: str, here: URL, profile: ProfileName) -> str | None:
    """Why ``profile`` would not act on the link, None where it would."""
    if not text.isascii():
        return "its URL does not fit into a field"
    read = DRIVING[profile].read(Early(here, (("link", text),)))
    if len(read) == 1 and isinstance(read[0], Asked):
        return None
    return read[0].refusal.reason if len(read) == 1 and not isinstance(read[0], Asked) else "it cannot be read"
