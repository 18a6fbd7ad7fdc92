"""Module graphs (HTML 8.1.4.2): what a document's modules import, each once, resolved through its import maps.

As Chromium 156 was seen to do: a module's imports are requested once all of it has come, all of them or, where one
specifier leads nowhere, one attribute is unknown or the text is no module, none. A modulepreload asks for the module
alone; what it imports is asked for once something uses it. Scripts do not run, so import() is told and not requested.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fetcher.browser.document.consumers import document_of
from fetcher.browser.fetches import Consumer, Document, Fetch
from fetcher.browser.requests.priorities import is_misread
from fetcher.discovery.candidates import Candidate, CandidateKind, Holder, holding, shown
from fetcher.discovery.modules.import_map import Unresolved
from fetcher.fields import referrer_policy
from fetcher.fields.mime import MimeType, extract, is_javascript, is_json
from fetcher.terms import (
    Credentials,
    Destination,
    FetchPriority,
    Initiator,
    InitiatorKind,
    Mode,
    NetPriority,
    field_values,
)
from fetcher.urls import URL

IMPORTS = frozenset({CandidateKind.MODULE_IMPORT, CandidateKind.DYNAMIC_IMPORT})
USES = frozenset({CandidateKind.MODULE_SCRIPT, CandidateKind.MODULE_IMPORT})
"""What makes a module part of a graph; a modulepreload does not."""
_TYPES = {"json": Destination.JSON, "css": Destination.STYLE, "text": Destination.TEXT}
UNSEEN = {
    "import()": "import() is for running code to ask for: scripts do not run",
    "import.meta.resolve()": "import.meta.resolve() requests nothing",
}
_MAP_SHOWN = 1_024


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A candidate that makes no request, and why."""

    candidate: Candidate
    url: str | None
    reason: str


def groups(candidates: Sequence[Candidate]) -> Iterator[tuple[int, ...]]:
    """The indexes of what one module imports, module by module: an inline one's script is told by its offset."""
    members: dict[str | None, list[int]] = {}
    for index, candidate in enumerate(candidates):
        if candidate.kind in IMPORTS:
            members.setdefault(candidate.attribute("script"), []).append(index)
    return (tuple(each) for each in members.values())


def take_map(document: Document, candidate: Candidate) -> NotAsked:
    """An inline import map came: what becomes of it."""
    text = candidate.attribute("text") or ""
    wrong = document.import_map.merge(text, document.base)
    reason = "import map" if wrong is None else f"an import map that is none: {wrong}"
    return NotAsked(without_text(candidate), None, reason)


def without_text(candidate: Candidate) -> Candidate:
    """``candidate`` as it is told: without the digests of its script, and no more of a map than one reads."""
    kept = []
    for name, value in candidate.attributes:
        if name == "text" and len(value) > _MAP_SHOWN:
            value = f"{value[:_MAP_SHOWN]}... ({len(value)} characters)"
        if name != "digests":
            kept.append((name, value))
    return replace(candidate, attributes=tuple(kept))


def imports(source: Fetch, candidates: Sequence[Candidate], at: float) -> list[Consumer | NotAsked]:
    """What one module (``source``, or an inline one in it) asks for by ``candidates``, all of its own."""
    failure = ""
    document, name = document_of(source), name_of(source, candidates)
    if not document.graph.is_wanted(name):
        failure = "its graph ended with a module that failed before"
    judged: list[tuple[Candidate, URL | None, str]] = []
    for candidate in candidates:
        url, reason = None, ""
        if candidate.kind is CandidateKind.DYNAMIC_IMPORT:
            reason = UNSEEN[candidate.element]
        else:
            base = document.base if candidate.inline else source.url
            url, reason, fatal = _resolved(document, candidate, base)
            failure = failure or fatal
        judged.append((candidate, url, reason))
    if failure:
        document.graph.fail(name)
    answers: list[Consumer | NotAsked] = []
    for candidate, url, reason in judged:
        if failure and not reason:
            reason = f"its module asks for nothing: {failure}"
        if reason or url is None:
            answers.append(NotAsked(candidate, shown(url.href) if url else None, reason))
        else:
            if url.scheme == "data":
                kind = candidate.attribute("with type") or ""
                candidate, url = holding(candidate, url.href), in_short(url.href, kind)
            document.graph.link(name, url.href)
            answers.append(_consumer(source, document, candidate, url, at))
    return answers


def in_short(data: str, kind: str = "") -> URL:
    """A data: URL by its beginning and a digest: what names a module (HTML: with its type, ``kind``) is kept many times
    over."""
    digest = hashlib.sha256(data.encode("utf-8", "replace")).hexdigest()
    return URL(f"{shown(data)} sha256-{digest}{kind and ' '}{kind}", "data", "", 0, "", "null", "")


def name_of(source: Fetch, candidates: Sequence[Candidate]) -> str:
    """What the graph calls the module that names ``candidates``; an inline one begins a graph of its own."""
    if candidates[0].inline:
        name = f"inline {candidates[0].attribute('script')}"
        document_of(source).graph.begin(name)
        return name
    return source.consumer.url.href if source.consumer is not None else source.url.href


def failed(fetch: Fetch) -> None:
    """``fetch`` ended, or was answered, in a way that gives its module nothing."""
    consumer = fetch.consumer
    if consumer is not None and consumer.candidate.kind in (*USES, CandidateKind.MODULEPRELOAD):
        consumer.document.graph.fail(consumer.url.href)


def _resolved(document: Document, candidate: Candidate, base: URL) -> tuple[URL | None, str, str]:
    """Where it leads, why it asks for nothing, and why its whole module fails, "" each where it does not."""
    unreadable = candidate.attribute("unreadable")
    if unreadable is not None:
        return None, unreadable, unreadable
    for name, value in candidate.attributes:
        if name.startswith("with ") and (name != "with type" or value not in _TYPES):
            unknown = f"the import attribute {name.removeprefix('with ')}: {value[:64]!r} is unknown"
            return None, unknown, unknown
    try:
        specifier = candidate.content if isinstance(candidate, Holder) else candidate.url
        url = document.import_map.resolve(specifier, base)
    except Unresolved as error:
        return None, str(error), str(error)
    return url, "" if url.is_http or url.scheme == "data" else f"a {url.scheme}: URL", ""


def _consumer(source: Fetch, document: Document, candidate: Candidate, url: URL, at: float) -> Consumer:
    destination = _TYPES.get(candidate.attribute("with type") or "", Destination.SCRIPT)
    if candidate.inline:
        referrer, credentials = document.base, credentials_of(candidate)
        policy = policy_of(candidate)
    else:
        user = source.consumer
        referrer, credentials = source.url, Credentials.SAME_ORIGIN
        if user is not None:
            entry = user.candidate.kind is CandidateKind.MODULE_SCRIPT
            credentials = credentials_of(user.candidate) if entry else user.credentials
        policy = referrer_policy.parse(field_values(source.fields, "referrer-policy"))
        policy = policy or (user.referrer_policy if user is not None else None)
        nonce = user.candidate.attribute("nonce") if user is not None else None
        if nonce is not None:  # one of the script's fetch options, which all it imports has
            candidate = replace(candidate, attributes=(*candidate.attributes, ("nonce", nonce)))
    initiator = Initiator(
        InitiatorKind.MODULE_GRAPH, source.recorded, None, candidate.element, candidate.line, candidate.offset
    )
    return with_integrity(
        Consumer(
            document, source.id, candidate, url, at, destination, Mode.CORS, credentials, NetPriority.MEDIUM,
            FetchPriority.AUTO, initiator, document.url, referrer, referrer_policy=policy,
        )
    )  # fmt: skip


def begin(consumer: Consumer) -> None:
    """A module script begins a graph. Chromium's preload scanner, which asks for it, takes an element for a classic
    script whose type is not spelled "module", and that of SVG: its parser then reads the module from the cache."""
    candidate = consumer.candidate
    consumer.document.graph.begin(consumer.url.href)
    with_integrity(consumer)
    if is_misread(candidate):
        consumer.mode, consumer.credentials = Mode.NO_CORS, Credentials.INCLUDE


def as_the_parser_asks(consumer: Consumer) -> Consumer | None:
    """The request for what the preload scanner asked for as a classic script, should the cache not have it."""
    if consumer.candidate.kind is not CandidateKind.MODULE_SCRIPT or consumer.mode is not Mode.NO_CORS:
        return None
    low = consumer.fetch_priority is FetchPriority.LOW and consumer.candidate.attribute("src") is not None
    return replace(
        consumer, mode=Mode.CORS, credentials=credentials_of(consumer.candidate),
        priority=NetPriority.LOWEST if low else NetPriority.MEDIUM,
    )  # fmt: skip


def take_integrity(fetch: Fetch, consumer: Consumer) -> None:
    """A module that a modulepreload asked for stays under that one's metadata (HTML 8.1.4.2: the module map has it)."""
    if fetch.integrity and consumer.candidate.attribute("integrity") is None:
        attributes = (*consumer.candidate.attributes, ("integrity", fetch.integrity))
        consumer.candidate = replace(consumer.candidate, attributes=attributes)


def with_integrity(consumer: Consumer) -> Consumer:
    """With the import map's metadata, where the element has none of its own (HTML "resolve a module integrity
    metadata")."""
    metadata = consumer.document.import_map.integrity.get(consumer.url.href)
    candidate = consumer.candidate
    if metadata is not None and candidate.attribute("integrity") is None:
        consumer.candidate = replace(candidate, attributes=(*candidate.attributes, ("integrity", metadata)))
    return consumer


def credentials_of(candidate: Candidate) -> Credentials:
    value = (candidate.attribute("crossorigin") or "").strip().lower()
    return Credentials.INCLUDE if value == "use-credentials" else Credentials.SAME_ORIGIN


def policy_of(candidate: Candidate) -> referrer_policy.ReferrerPolicy | None:
    """What a referrerpolicy attribute says, if anything."""
    return referrer_policy.parse([candidate.attribute("referrerpolicy") or ""])


def is_module(fetch: Fetch) -> bool:
    """Whether the answered ``fetch`` may be a module of the type it was imported as (HTML 8.1.4.2, "fetch a single
    module script")."""
    if fetch.status is None or not 200 <= fetch.status < 300:
        return False
    kind = extract(field_values(fetch.fields, "content-type"))
    return fetch.destination is Destination.TEXT or (kind is not None and fits(kind, fetch.destination))


def fits(kind: MimeType, destination: Destination) -> bool:
    """Whether content of this type may be a module that is asked for so."""
    match destination:
        case Destination.JSON:
            return is_json(kind)
        case Destination.STYLE:
            return kind.essence == "text/css"
        case Destination.TEXT:
            return True
        case _:
            return is_javascript(kind)
