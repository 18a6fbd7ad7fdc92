"""From what a scan met to what is requested: each candidate decided on, or told why nothing is asked for.

The classes below this one have a subject each: who gets which response (``wanting``), what an answer does
(``answers``), what is drawn (``drawing``), what serves instead of what failed (``instead``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fetcher.browser.commands import (
    Command,
    DiscoveryOutcome,
    DiscoveryResolved,
    Scan,
    ScanKind,
)
from fetcher.browser.document import frames, inner, modules, refreshes, settings, speculations
from fetcher.browser.document.consumers import document_of, url_of
from fetcher.browser.document.final_links import candidates_of
from fetcher.browser.document.instead import EMBEDDED, Instead
from fetcher.browser.document.wanting import refused
from fetcher.browser.fetches import Consumer, Fetch
from fetcher.browser.policies import container, embedding, gate
from fetcher.browser.requests.belonging import preconnect_key
from fetcher.browser.state import LoadState
from fetcher.browser.styles import drawn
from fetcher.browser.styles.css_images import APPLIES_TO_NOTHING
from fetcher.browser.styles.font_sources import EARLIER, passed_over
from fetcher.discovery.candidates import Candidate, CandidateKind, Holder, Text
from fetcher.discovery.sniffing import HTML
from fetcher.fields.content_security_policy import MOST_WORDS, is_cut
from fetcher.fields.mime import charset
from fetcher.terms import (
    Mode,
    field_value,
    field_values,
)
from fetcher.urls import resolve

_SILENT = {
    CandidateKind.ICON: "browsers fetch icons for the tab strip, once the page is loaded",
    CandidateKind.DNS_PREFETCH: "a look-up only: nothing is requested",
    CandidateKind.MANIFEST: "browsers fetch a manifest once somebody installs the page",
    CandidateKind.META: "it governs the document: nothing is requested",
    CandidateKind.OVERSIZED: "a tag of more than 1 MiB: what it names is not looked for",
}
RUNS = "an inline script: it runs where it stands, once the style sheets before it are there"
INSTEAD = "another of the same element is used"
UNREAD = (
    "more was loaded ahead than is kept until something uses it (32 MiB in all): what this one names is not looked for"
)


class Subresources(Instead):
    """Decides for candidates; keeps nothing of its own but how many it met, and the state it is given."""

    def __init__(self, state: LoadState) -> None:
        super().__init__(state)
        self.refresh: refreshes.PendingRefresh | None = None
        self._met = 0

    def found_all(self, source: Fetch, candidates: Sequence[Candidate], at: float) -> list[Command]:
        """What one stretch of ``source`` names. Past the limit nothing is looked at any more; the first to be left out
        says so."""
        commands: list[Command] = []
        limit = self.state.options.limits.discoveries
        unused_sources = passed_over(candidates)
        imports = {members[0]: members for members in modules.groups(candidates)}
        document = document_of(source)
        self._stirred[document.fetch.id] = document
        if any(each.kind is CandidateKind.CONTENT_SECURITY_POLICY for each in candidates):
            document.place.scanned = False  # Chromium's scanner leaves such a document to the parser
        for index, candidate in enumerate(candidates):
            if candidate.kind in modules.IMPORTS:
                if index in imports:  # the first of its module: all of them at once
                    commands += self._imports(source, [candidates[each] for each in imports[index]], at)
                continue
            if isinstance(candidate, Text):
                drawn.read(source, candidate)
                continue
            if candidate.kind is CandidateKind.MARKUP:
                commands += self._markup(source, candidate, at)
                continue
            self._met += 1
            if self._met <= limit and index in unused_sources:
                commands += self._passed_over(source, candidate, at, unused_sources[index])
            elif self._met <= limit:
                commands += self.found(source, candidate, at)
            elif self._met == limit + 1:
                commands.append(self._over_limit(source, candidate, at))
        return commands

    def found(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        """One candidate met while scanning ``source``."""
        kind = candidate.kind
        if source.document is not None and not candidate.in_head and candidate.element not in ("Link", "Refresh"):
            source.document.parsing.body = True
        if kind is CandidateKind.BASE:
            return self._base(source, candidate, at)
        if kind is CandidateKind.CONTENT_SECURITY_POLICY:
            return [self._policy(source, candidate, at)]
        if kind is CandidateKind.FONT_USE:
            return self._font_used(source, candidate, at)
        if kind is CandidateKind.CSS_FONT:
            return self._font(source, candidate, at)
        if kind is CandidateKind.CSS_IMAGE:
            return self._css_image(source, candidate, at)
        if kind is CandidateKind.IMPORT_MAP:
            blocked = gate.forbidden_script(document_of(source), candidate)
            if blocked is not None:
                return [refused(source, modules.without_text(candidate), at, None, blocked)]
            return [self._told(source, modules.take_map(document_of(source), candidate), at)]
        if kind is CandidateKind.REFRESH:
            return self._refresh(source, candidate, at)
        if kind is CandidateKind.META:
            self._meta(source, candidate)
            if (settled := settings.take(document_of(source), candidate)) is not None:
                return [self._none(source, candidate, at, settled)]
        if kind in EMBEDDED:
            return self._embedded(source, candidate, at)
        if kind is CandidateKind.MODULE_SCRIPT and isinstance(candidate, Holder):
            return self._held_module(inner.module_for(source, candidate, at), candidate)
        if kind is CandidateKind.FRAME and isinstance(candidate, Holder):
            return self._held(source, candidate, at)
        if kind is CandidateKind.OVERSIZED and (unread := candidate.attribute("unread")) is not None:
            return [self._none(source, candidate, at, unread)]
        if kind is CandidateKind.INLINE_SCRIPT:
            return [self._inline_script(source, candidate, at)]
        if kind is CandidateKind.SPECULATION:
            return [self._none(source, candidate, at, speculations.why_not_asked_for(candidate))]
        if kind in _SILENT:
            return [self._none(source, candidate, at, _SILENT[kind])]
        if kind is CandidateKind.PRECONNECT:
            return self._preconnect(source, candidate, at)
        return self._ask(source, candidate, at)

    def _imports(self, source: Fetch, candidates: list[Candidate], at: float) -> list[Command]:
        """What one module imports, as far as the limit of discoveries goes."""
        room = self.state.options.limits.discoveries - self._met
        self._met += len(candidates)
        blocked = gate.forbidden_script(document_of(source), candidates[0])
        candidates = [modules.without_text(each) for each in candidates]
        looked_at = candidates[: max(0, room)]
        if blocked is not None:
            return [refused(source, each, at, None, blocked) for each in looked_at]
        commands: list[Command] = []
        for each in modules.imports(source, looked_at, at) if looked_at else ():
            if isinstance(each, Consumer) and isinstance(each.candidate, Holder):
                commands += self._held_module(each, each.candidate)
            else:
                commands += self.want(each) if isinstance(each, Consumer) else [self._told(source, each, at)]
        if 0 <= room < len(candidates):
            commands.append(self._over_limit(source, candidates[room], at))
        return commands

    def _told(self, source: Fetch, what: modules.NotAsked, at: float) -> DiscoveryResolved:
        return DiscoveryResolved(source.id, what.candidate, at, what.url, DiscoveryOutcome.NO_REQUEST, what.reason)

    def _over_limit(self, source: Fetch, candidate: Candidate, at: float) -> DiscoveryResolved:
        limit = self.state.options.limits.discoveries
        reason = f"the limit of {limit} discoveries was reached: this and all that follows is left out"
        return DiscoveryResolved(source.id, candidate, at, candidate.url or None, DiscoveryOutcome.REFUSED, reason)

    def _meta(self, source: Fetch, candidate: Candidate) -> None:
        """The name of the preferred style sheets, as <meta http-equiv=default-style> or the first title says it."""
        document = document_of(source)
        if (candidate.attribute("http-equiv") or "").lower() == "default-style":
            document.preferred = candidate.attribute("content") or document.preferred
        elif candidate.element == "style" and document.preferred is None:
            document.preferred = candidate.attribute("title")

    def _inline_script(self, source: Fetch, candidate: Candidate, at: float) -> DiscoveryResolved:
        document = document_of(source)
        blocked = gate.forbidden_script(document, candidate)
        candidate = modules.without_text(candidate)
        if blocked is not None:
            return replace(self._none(source, candidate, at, blocked.reason), rule=blocked.rule)
        document.parsing.inline(candidate)
        return self._none(source, candidate, at, RUNS)

    def _refresh(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        document = document_of(source)
        url = url_of(source, candidate) if candidate.url else document.url
        judged = refreshes.judge(document, candidate, url, at, self.state.options.limits)
        document.refreshes += 1
        if isinstance(judged, DiscoveryResolved):
            return [judged]
        self.refresh = judged
        return []

    def _base(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        document = document_of(source)
        url = resolve(candidate.url, source.url.href)
        blocked = gate.forbidden_base(document, url) if url is not None else None
        if blocked is not None:
            return [refused(source, candidate, at, url, blocked)]
        if not document.base_is_set and url is not None:
            document.base_is_set = True
            if url.scheme not in ("data", "javascript"):  # HTML 4.2.3: the document's own URL then
                document.base = url
        return [
            DiscoveryResolved(
                source.id, candidate, at, url.href if url else None, DiscoveryOutcome.NO_REQUEST, "base URL"
            )
        ]

    def _policy(self, source: Fetch, candidate: Candidate, at: float) -> DiscoveryResolved:
        """HTML 4.2.5.3: a policy in the head governs what stands after it."""
        if not candidate.in_head:
            return self._none(source, candidate, at, "a Content-Security-Policy outside the head: ignored")
        if not document_of(source).policies.add_meta(candidate.attribute("content") or ""):
            return self._none(source, candidate, at, f"more than {MOST_WORDS} words of policies: left out")
        return self._none(source, candidate, at, "a Content-Security-Policy for what comes after it")

    def not_asked(self, source: Fetch, candidates: Sequence[Candidate], reason: str) -> list[Command]:
        """Each of ``candidates`` with why nothing is requested for it."""
        return [self._none(source, each, self.state.at, reason) for each in candidates]

    def unread(self, fetch: int) -> DiscoveryResolved:
        """The content of ``fetch`` had to wait for who claims it, and was too much to be kept so long."""
        whole = Candidate(CandidateKind.OVERSIZED, "", "", (), 0, 0)
        return DiscoveryResolved(fetch, whole, self.state.at, None, DiscoveryOutcome.NO_REQUEST, UNREAD)

    def unused(self, observed: Sequence[tuple[Candidate, str]] = ()) -> list[Command]:
        """At the end: pictures of rules that apply to nothing, and faces whose family no rule named."""
        commands: list[Command] = []
        if self.state.document is not None:
            for candidate, why_not in observed:
                commands += self.not_asked(self.state.document.fetch, [candidate], why_not)
        for document in self.state.documents:
            for source, image, at in document.css_images.unused():
                commands.append(self._none(self.state.source(source), image, at, APPLIES_TO_NOTHING))
            for (source, face, at), reason in document.fonts.unused():
                commands.append(self._none(self.state.source(source), face, at, reason))
            for source, each, at in document.styles.pictures:
                commands.append(self._none(self.state.source(source), each, at, drawn.NOT_DRAWN))
            for source, each, at in document.styles.fonts:
                commands.append(self._none(self.state.source(source), each, at, drawn.NOT_SET))
            for source, each, at in document.styles.spares:
                commands.append(self._none(self.state.source(source), each, at, EARLIER))
            for source, candidate, at in document.embedded.unused():
                commands.append(self._none(self.state.source(source), candidate, at, INSTEAD))
        return commands

    def _preconnect(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        url = url_of(source, candidate)
        if url is None or not url.is_http:
            return [self._none(source, candidate, at, "not an http(s) URL")]
        state = self.state
        anonymous = candidate.attribute("crossorigin") not in (None, "use-credentials")
        key = preconnect_key(state, url, source.url, source.document, anonymous=anonymous)
        if key.session:
            return [self._none(source, candidate, at, "a session has no way to open a connection ahead of its request")]
        resolved = DiscoveryResolved(source.id, candidate, at, url.href, DiscoveryOutcome.NO_REQUEST, "preconnect")
        if state.pool.has_line(key):
            return [resolved]
        if state.pool.is_full:
            full = f"the limit of {state.options.limits.connections} connections was reached"
            return [DiscoveryResolved(source.id, candidate, at, url.href, DiscoveryOutcome.REFUSED, full)]
        return [resolved, state.pool.open(key, "preconnect")]

    def _enter_frame(self, fetch: Fetch, at: float) -> list[Command]:
        """The document of a frame is looked into where that was asked for."""
        consumer = fetch.consumer
        if consumer is None or consumer.mode is not Mode.NAVIGATE:
            return []
        if frames.why_not_looked_into(consumer.document, frames=self.state.options.frames):
            return []
        document = frames.document_of(fetch, consumer.document)
        if document is None:
            return []
        self.state.add(document)
        inherited = consumer.document.fetch.encoding if fetch.url.origin == consumer.client.origin else None
        return self.begin(fetch, at, inherited)

    def begin(self, fetch: Fetch, at: float, inherited: str | None = None) -> list[Command]:
        """``fetch`` became a document: what its head links to, then its markup as it comes (EH 8.1)."""
        commands: list[Command] = []
        document = document_of(fetch)
        above = document.parent.policies if document.parent is not None else None
        sandbox = fetch.consumer.candidate.attribute("sandbox") if fetch.consumer is not None else None
        apart = frames.is_credentialless(fetch.consumer)
        document.policies = container.read(fetch.fields, fetch.url, above, sandbox, credentialless=apart)
        asks = document.required_csp if fetch.consumer is not None else None
        if asks is not None and fetch.consumer is not None and embedding.is_allowed(fetch.consumer, fetch.fields):
            document.policies.add(asks)
        if is_cut(field_values(fetch.fields, "content-security-policy")):
            field = Candidate(
                CandidateKind.CONTENT_SECURITY_POLICY, "", "Content-Security-Policy", (), 0, 0, in_head=True
            )
            commands.append(
                self._none(fetch, field, at, f"more than {MOST_WORDS} words of policies: the rest is left out")
            )
        for candidate in candidates_of(fetch.fields, fetch.url):
            commands += self.found(fetch, candidate, at)
        kind = frames.kind_of(fetch)
        if kind is not None:
            content_type = field_value(fetch.fields, "content-type")
            fetch.scanning = True
            self.state.scans.add(fetch.id)
            document.place.scanned = kind is ScanKind.HTML  # XML has no preload scanner in Chromium
            policies = document.policies
            digests = policies.asks_for_digests
            commands.append(Scan(fetch.id, kind, charset(content_type), inherited, policies.runs_scripts, digests))
        return commands

    def sniffed(self, fetch: Fetch, essence: str) -> None:
        """What the document of ``fetch`` is, which it did not say."""
        document_of(fetch).place.scanned = essence == HTML
