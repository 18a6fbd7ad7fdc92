"""Module graphs (HTML 8.1.4.2): what a document's modules import, each once, resolved through its import maps.

As Chromium 156 was seen to do: a module's imports are requested once all of it has come, all of them or, where one
specifier leads nowhere, one attribute is unknown or the text is no module, none. A modulepreload asks for the module
alone; what it imports is asked for once something uses it. Scripts do not run, so import() is told and not requested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fetcher.browser.document.consumers import document_of
from fetcher.browser.fetches import Consumer, Document, Fetch
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.modules.import_map import Unresolved
from fetcher.fields import referrer_policy
from fetcher.fields.mime import extract, is_javascript
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
    cut = text if len(text) <= _MAP_SHOWN else f"{text[:_MAP_SHOWN]}... ({len(text)} characters)"
    kept = tuple((name, cut if name == "text" else value) for name, value in candidate.attributes)
    reason = "import map" if wrong is None else f"an import map that is none: {wrong}"
    return NotAsked(replace(candidate, attributes=kept), None, reason)


def imports(source: Fetch, candidates: Sequence[Candidate], at: float) -> list[Consumer | NotAsked]:
    """What one module (``source``, or an inline one in it) asks for by ``candidates``, all of its own."""
    document = document_of(source)
    judged: list[tuple[Candidate, URL | None, str]] = []
    failure = ""
    for candidate in candidates:
        url, reason = None, ""
        if candidate.kind is CandidateKind.DYNAMIC_IMPORT:
            reason = UNSEEN[candidate.element]
        else:
            base = document.base if candidate.inline else source.url
            url, reason, fatal = _resolved(document, candidate, base)
            failure = failure or fatal
        judged.append((candidate, url, reason))
    answers: list[Consumer | NotAsked] = []
    for candidate, url, reason in judged:
        if failure and not reason:
            reason = f"its module fails, and asks for nothing: {failure}"
        if reason or url is None:
            answers.append(NotAsked(candidate, url.href if url else None, reason))
        else:
            answers.append(_consumer(source, document, candidate, url, at))
    return answers


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
        url = document.import_map.resolve(candidate.url, base)
    except Unresolved as error:
        return None, str(error), str(error)
    return url, "" if url.is_http else f"a {url.scheme}: URL", ""


def _consumer(source: Fetch, document: Document, candidate: Candidate, url: URL, at: float) -> Consumer:
    destination = _TYPES.get(candidate.attribute("with type") or "", Destination.SCRIPT)
    if candidate.inline:
        referrer, credentials = document.base, credentials_of(candidate)
        policy = policy_of(candidate)
    else:
        user = source.consumer
        referrer, credentials = source.url, user.credentials if user is not None else Credentials.SAME_ORIGIN
        policy = referrer_policy.parse(field_values(source.fields, "referrer-policy"))
        policy = policy or (user.referrer_policy if user is not None else None)
    initiator = Initiator(
        InitiatorKind.MODULE_GRAPH, source.id, None, candidate.element, candidate.line, candidate.offset
    )
    return with_integrity(
        Consumer(
            document, source.id, candidate, url, at, destination, Mode.CORS, credentials, NetPriority.MEDIUM,
            FetchPriority.AUTO, initiator, document.url, referrer, referrer_policy=policy,
        )
    )  # fmt: skip


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


def why_not_a_module(fetch: Fetch) -> str | None:
    """Why the answered ``fetch`` is no JavaScript module, None when it may be one (HTML 8.1.4.2, "fetch a single
    module script")."""
    if fetch.destination is not Destination.SCRIPT:
        return "not asked for as JavaScript"
    if fetch.status is None or not 200 <= fetch.status < 300:
        return "not a success"
    kind = extract(field_values(fetch.fields, "content-type"))
    if kind is None or not is_javascript(kind):
        return "not of a JavaScript type"
    return None
