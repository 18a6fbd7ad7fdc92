"""Documents that stand in a page: the srcdoc of an <iframe>, and data: URLs of frames, <object> and <embed> (HTML
4.8.5, 7.4.2.3; Fetch 6). Nothing is requested for them; what they ask for is, as Chromium 156 was seen to do.

They go by the policies of the document they stand in. A srcdoc document has its origin, base URL and referrer too; one
in a data: URL has an origin of its own, no base, and refers to nothing. They are no requests of the record: what they
name is told as named by the outermost element that holds them.
"""

from __future__ import annotations

from dataclasses import replace

from fetcher.browser.commands import DiscoveryResolved, Scan, ScanKind
from fetcher.browser.document import embedded, frames, modules
from fetcher.browser.document.consumers import document_of
from fetcher.browser.fetches import Consumer, Document, Fetch, FetchState
from fetcher.browser.policies import container
from fetcher.browser.requests.belonging import NOWHERE
from fetcher.browser.requests.client_hints import HintsAsked
from fetcher.browser.state import LoadState
from fetcher.discovery.candidates import Candidate, Holder
from fetcher.discovery.data_url import decoded
from fetcher.fields import mime
from fetcher.terms import Credentials, Destination, FetchPriority, Initiator, InitiatorKind, Mode, NetPriority

MOST = 2_000
"""How many of them one load looks into."""
SRCDOC = "the frame's document stands in its srcdoc attribute"
MODULE = "the module stands in its data: URL"
DATA = "the document stands in its data: URL"
_SCHEME = replace(NOWHERE, href="data:", scheme="data")


def consumer_for(source: Fetch, holder: Holder, at: float) -> Consumer:
    """The element that holds the document, as far as policies are asked about it."""
    document = document_of(source)
    element = holder.element
    destination = frames.DESTINATIONS.get(element) or Destination(element)
    initiator = Initiator(InitiatorKind.PRELOAD_SCAN, source.recorded, None, element, holder.line, holder.offset)
    return Consumer(
        document, source.id, holder, _SCHEME, at, destination, Mode.NAVIGATE, Credentials.INCLUDE, NetPriority.HIGHEST,
        FetchPriority.AUTO, initiator, document.url, source.url,
    )  # fmt: skip


def is_srcdoc(holder: Candidate) -> bool:
    return holder.element == "iframe" and holder.attribute("srcdoc") is not None


def enter(state: LoadState, consumer: Consumer, holder: Holder) -> list[Scan] | str:
    """The order to scan the document that ``holder`` holds, or why there is none."""
    above = consumer.document
    reason = frames.why_not_looked_into(above, frames=state.options.frames)
    if reason:
        return reason
    if len(state.inner) >= MOST:
        return f"more than {MOST} documents stand in the page, and this one is not looked into"
    srcdoc = is_srcdoc(holder)
    label: str | None
    if srcdoc:
        kind, text, label = ScanKind.HTML, holder.content.encode("utf-8", "replace"), "utf-8"
    else:
        read = decoded(holder.content)
        if read is None:
            return "a data: URL that holds nothing"
        said, text = read
        if not mime.is_html(said):
            return f"a data: URL of type {(said or 'text/plain')[:64]}, which asks for nothing"
        kind = ScanKind.XHTML if mime.is_xhtml(said) else ScanKind.HTML
        label = mime.charset(said)
    url = above.url if srcdoc else NOWHERE
    fetch = Fetch(
        -len(state.inner) - 1, url, consumer.destination, Mode.NAVIGATE, Credentials.INCLUDE, NetPriority.HIGHEST,
        FetchPriority.AUTO, consumer.initiator, above.fetch.key, above.url, consumer=consumer, state=FetchState.ENDED,
        status=200, scanning=True, told_by=above.fetch.recorded,
    )  # fmt: skip
    state.inner.append(fetch)
    document = Document(
        fetch, above.base if srcdoc else NOWHERE, above.referrer_policy, above, above.depth + 1,
        hints_asked=HintsAsked(allowed=above.hints_asked.allowed) if srcdoc else HintsAsked(),
    )  # fmt: skip
    document.policies = container.inherited(
        above.policies, holder.attribute("sandbox"), holder.attribute("csp"), opaque=not srcdoc,
        credentialless=frames.is_credentialless(consumer),
    )  # fmt: skip
    document.is_srcdoc = srcdoc
    document.is_hidden = above.is_hidden or (srcdoc and embedded.is_hidden(holder))
    document.styles.quirks = False if srcdoc else None
    document.place.scanned = kind is ScanKind.HTML
    state.add(document)
    state.scans.add(fetch.id)
    policies = document.policies
    return [Scan(fetch.id, kind, label, None, policies.runs_scripts, policies.asks_for_digests, text)]


def module_for(source: Fetch, holder: Holder, at: float) -> Consumer:
    """A <script type=module> whose text stands in its data: URL: it begins a graph."""
    consumer = consumer_for(source, holder, at)
    consumer.url = modules.in_short(holder.content)
    consumer.destination, consumer.mode = Destination.SCRIPT, Mode.CORS
    consumer.credentials, consumer.priority = modules.credentials_of(holder), NetPriority.MEDIUM
    consumer.document.graph.begin(consumer.url.href)
    return consumer


def enter_module(state: LoadState, consumer: Consumer, holder: Holder) -> list[Scan] | str:
    """The order to scan the module that ``holder`` holds, once for each document; or why there is none."""
    document = consumer.document
    if consumer.url.href in document.data_modules:
        return []
    if len(state.inner) >= MOST:
        return f"more than {MOST} of them stand in the page, and this one is not looked into"
    document.data_modules.add(consumer.url.href)
    read = decoded(holder.content)
    kind = mime.parse(read[0]) if read is not None else None
    if read is None or kind is None or not modules.fits(kind, consumer.destination):
        document.graph.fail(consumer.url.href)
        return "its type is not that of the module it is taken for"
    if consumer.destination is not Destination.SCRIPT:
        return "nothing in it is asked for"
    fetch = Fetch(
        -len(state.inner) - 1, _SCHEME, Destination.SCRIPT, Mode.CORS, consumer.credentials, NetPriority.MEDIUM,
        FetchPriority.AUTO, consumer.initiator, document.fetch.key, document.url, consumer=consumer,
        state=FetchState.ENDED, status=200, scanning=True, told_by=document.fetch.recorded,
    )  # fmt: skip
    state.inner.append(fetch)
    state.scans.add(fetch.id)
    return [Scan(fetch.id, ScanKind.MODULE, text=read[1])]


def as_told(state: LoadState, command: DiscoveryResolved) -> DiscoveryResolved:
    """``command`` as it is recorded: by a request, and without whole documents in it."""
    candidate = command.candidate
    if isinstance(candidate, Holder):
        candidate = candidate.plain()
    if command.source >= 0:
        return command if candidate is command.candidate else replace(command, candidate=candidate)
    source = state.source(command.source)
    holder = source.consumer
    assert holder is not None
    while holder.source < 0:
        holder = state.source(holder.source).consumer
        assert holder is not None
    where = holder.candidate
    srcdoc = source.document is not None and source.document.is_srcdoc
    within = ("document", "about:srcdoc" if srcdoc else "data:")
    candidate = replace(
        candidate, url=command.url or candidate.url, attributes=(*candidate.attributes, within), line=where.line,
        offset=where.offset, in_head=False,
    )  # fmt: skip
    return replace(command, source=source.recorded, candidate=candidate)
