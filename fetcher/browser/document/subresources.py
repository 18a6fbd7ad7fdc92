"""From what a scan met to what is requested: the consumers of URLs, and the copies that may serve them.

A consumer whose URL a hint already asked for waits for that response's head, then takes the copy or fetches again
(EH 9.3). A hinted style sheet is scanned only once the document claims it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fetcher.browser.commands import (
    BlockFetch,
    CancelFetch,
    CheckIntegrity,
    Command,
    DiscoveryOutcome,
    DiscoveryResolved,
    DropFetch,
    Scan,
    ScanKind,
)
from fetcher.browser.document import (
    drawn,
    embedded,
    frames,
    inner,
    modules,
    refreshes,
    settings,
    speculations,
    viewport,
)
from fetcher.browser.document.consumers import consumer_of, document_of, url_of
from fetcher.browser.document.css_images import APPLIES_TO_NOTHING, why_conditions_fail
from fetcher.browser.document.final_links import candidates_of
from fetcher.browser.document.font_sources import EARLIER, passed_over
from fetcher.browser.events import IntegrityChecked
from fetcher.browser.fetches import Consumer, Document, Fetch, FetchState, ResourceKey
from fetcher.browser.hints.redirects import follow_ahead
from fetcher.browser.policies import container, gate
from fetcher.browser.policies.blocked import Blocked
from fetcher.browser.policies.first_bytes import may_be
from fetcher.browser.state import LoadState, redirected
from fetcher.browser.storage import memory
from fetcher.browser.storage.reuse import redirect_target, why_not_served
from fetcher.discovery.candidates import Candidate, CandidateKind, Holder, Text
from fetcher.discovery.sniffing import HTML
from fetcher.fields.content_security_policy import MOST_WORDS, is_cut
from fetcher.fields.mime import charset, extract
from fetcher.fields.referrer_policy import parse as parse_referrer_policy
from fetcher.terms import (
    Credentials,
    Destination,
    Mode,
    NetPriority,
    field_value,
    field_values,
)
from fetcher.urls import URL, resolve

_SILENT = {
    CandidateKind.ICON: "browsers fetch icons for the tab strip, once the page is loaded",
    CandidateKind.DNS_PREFETCH: "a look-up only: nothing is requested",
    CandidateKind.MANIFEST: "browsers fetch a manifest once somebody installs the page",
    CandidateKind.META: "it governs the document: nothing is requested",
    CandidateKind.OVERSIZED: "a tag of more than 1 MiB: what it names is not looked for",
}
_EMBEDDED = (CandidateKind.MEDIA, CandidateKind.TRACK, CandidateKind.EMBEDDED)
INSTEAD = "another of the same element is used"
UNREAD = (
    "more was loaded ahead than is kept until something uses it (32 MiB in all): what this one names is not looked for"
)
LOOKED_AT = 16
"""How many of those who wait for one URL may share a request that one of them makes; further ones see its head
first."""


class Subresources:
    """Decides for candidates; keeps nothing of its own but how many it met, and the state it is given."""

    def __init__(self, state: LoadState) -> None:
        self.state = state
        self.refresh: refreshes.PendingRefresh | None = None
        self._met = 0
        self._stirred: dict[int, Document] = {}  # whose styles may have something to ask for
        self._claimed: list[Fetch] = []
        self._screen = state.screen

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

    def _passed_over(self, source: Fetch, candidate: Candidate, at: float, reason: str) -> list[Command]:
        styles = document_of(source).styles
        if reason is EARLIER and styles.reads:
            styles.spare(source.id, candidate, at)
            return []
        return [self._none(source, candidate, at, reason)]

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
                return [_refused(source, modules.without_text(candidate), at, None, blocked)]
            return [self._told(source, modules.take_map(document_of(source), candidate), at)]
        if kind is CandidateKind.REFRESH:
            return self._refresh(source, candidate, at)
        if kind is CandidateKind.META:
            self._meta(source, candidate)
            if (settled := settings.take(document_of(source), candidate)) is not None:
                return [self._none(source, candidate, at, settled)]
        if kind in _EMBEDDED:
            return self._embedded(source, candidate, at)
        if kind is CandidateKind.MODULE_SCRIPT and isinstance(candidate, Holder):
            return self._held_module(inner.module_for(source, candidate, at), candidate)
        if kind is CandidateKind.FRAME and isinstance(candidate, Holder):
            return self._held(source, candidate, at)
        if kind is CandidateKind.OVERSIZED and (unread := candidate.attribute("unread")) is not None:
            return [self._none(source, candidate, at, unread)]
        if kind is CandidateKind.SPECULATION:
            return [self._none(source, candidate, at, speculations.why_not_asked_for(candidate))]
        if kind in _SILENT:
            return [self._none(source, candidate, at, _SILENT[kind])]
        if kind is CandidateKind.PRECONNECT:
            return self._preconnect(source, candidate, at)
        return self._ask(source, candidate, at)

    def _ask(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        consumer = consumer_of(source, candidate, at, self._screen)
        if isinstance(consumer, str):
            return [self._none(source, candidate, at, consumer), *self._next_font(document_of(source), candidate)]
        if candidate.kind is CandidateKind.MODULE_SCRIPT:
            modules.begin(consumer)
        return self.want(consumer)

    def _imports(self, source: Fetch, candidates: list[Candidate], at: float) -> list[Command]:
        """What one module imports, as far as the limit of discoveries goes."""
        room = self.state.options.limits.discoveries - self._met
        self._met += len(candidates)
        blocked = gate.forbidden_script(document_of(source), candidates[0])
        candidates = [modules.without_text(each) for each in candidates]
        looked_at = candidates[: max(0, room)]
        if blocked is not None:
            return [_refused(source, each, at, None, blocked) for each in looked_at]
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

    def _embedded(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        """One of several that may serve, or a fallback: asked for when those before it came to nothing."""
        embeds = document_of(source).embedded
        if isinstance(candidate, Holder):
            if not embeds.take(source.id, candidate, at):
                return []
            embeds.asks(candidate)
            return self._held(source, candidate, at)
        consumer = consumer_of(source, candidate, at, self._screen)
        if isinstance(consumer, str):
            return [self._none(source, candidate, at, consumer)]
        if not embeds.take(source.id, candidate, at):
            return []
        embeds.asks(candidate)
        return self.want(consumer)

    def _held(self, source: Fetch, holder: Holder, at: float) -> list[Command]:
        """A frame, or what is shown like one, whose document stands in the page."""
        reason = frames.why_not_asked_for(holder)
        if reason is not None:
            return [self._none(source, holder, at, reason)]
        consumer = inner.consumer_for(source, holder, at)
        srcdoc = inner.is_srcdoc(holder)
        blocked = None if srcdoc else gate.before(consumer)
        if blocked is not None:
            return [_refused(source, holder, at, None, blocked)]
        entered = inner.enter(self.state, consumer, holder)
        told = inner.SRCDOC if srcdoc else inner.DATA
        if isinstance(entered, str):
            return [self._none(source, holder, at, f"{told}: {entered}")]
        return [self._none(source, holder, at, told), *entered]

    def _held_module(self, consumer: Consumer, holder: Holder) -> list[Command]:
        """A module that stands in a data: URL."""
        consumer.is_judged = True
        blocked = gate.before(consumer)
        if blocked is not None:
            consumer.document.graph.fail(consumer.url.href)
            return [_kept_out(consumer, blocked)]
        entered = inner.enter_module(self.state, consumer, holder)
        reason = f"{inner.MODULE}: {entered}" if isinstance(entered, str) else inner.MODULE
        told = DiscoveryResolved(
            consumer.source, holder, consumer.found_at, holder.url, DiscoveryOutcome.NO_REQUEST, reason
        )
        return [told, *(() if isinstance(entered, str) else entered)]

    def _fell_back(self, consumer: Consumer, answered: Fetch | None = None) -> list[Command]:
        """The request of a source or an <object> came to nothing: what may serve in its place. ``answered`` is what
        came and is of no use."""
        again = self._as_frame(consumer, answered) if answered is not None else None
        if again is not None:
            return again
        commands = self._next_font(consumer.document, consumer.candidate)
        if consumer.candidate.kind in _EMBEDDED:
            for source, candidate, at in consumer.document.embedded.failed(consumer.candidate):
                commands += self._embedded(self.state.source(source), candidate, at)
        return commands

    def _next_font(self, document: Document, candidate: Candidate) -> list[Command]:
        """The next source of a face, after one that asks for nothing, is refused or fails."""
        commands: list[Command] = []
        self._stirred[document.fetch.id] = document
        while candidate.kind is CandidateKind.CSS_FONT and (spare := document.styles.failed(candidate)) is not None:
            number, candidate, at = spare
            source = self.state.source(number)
            consumer = consumer_of(source, candidate, at, self._screen)
            blocked = None
            if not isinstance(consumer, str):
                consumer.is_judged = True
                blocked = gate.before(consumer)
                if blocked is None:
                    return commands + self.want(consumer)
                commands.append(_kept_out(consumer, blocked))
            else:
                commands.append(self._none(source, candidate, at, consumer))
        return commands

    def _as_frame(self, consumer: Consumer, fetch: Fetch) -> list[Command] | None:
        """An <object> took itself for a picture, and what came says it is something that a frame can show: Chromium
        asks once more, as for a frame. None where its fallback is next."""
        candidate = consumer.candidate
        kind = extract(field_values(fetch.fields, "content-type"))
        if candidate.element != "object" or consumer.mode is Mode.NAVIGATE or fetch.status is None:
            return None
        if kind is not None and not embedded.is_framed(kind.essence):
            return None
        if frames.frames_itself(consumer.document, consumer.url):
            return None
        told = kind.essence if kind is not None else "of no stated type"
        again = replace(
            consumer, mode=Mode.NAVIGATE, credentials=Credentials.INCLUDE, priority=NetPriority.HIGHEST,
            note=f"its answer is no picture but {told}: asked for once more, as the document of a frame",
            is_judged=False,
        )  # fmt: skip
        return self.want(again)

    def looked_at(self, fetch: Fetch, first: bytes | None) -> list[Command]:
        """``fetch`` is complete and begins with ``first``: where its element cannot use that, it takes the next one."""
        consumer = fetch.consumer
        if consumer is None or not fetch.is_ok or consumer.mode is Mode.NAVIGATE or may_be(fetch.destination, first):
            return []
        if consumer.destination is Destination.OBJECT:
            kind = extract(field_values(fetch.fields, "content-type"))
            if kind is not None and kind.essence == "image/svg+xml":
                return []
        return self._fell_back(consumer, fetch)

    def _meta(self, source: Fetch, candidate: Candidate) -> None:
        """The name of the preferred style sheets, as <meta http-equiv=default-style> or the first title says it."""
        document = document_of(source)
        if (candidate.attribute("http-equiv") or "").lower() == "default-style":
            document.preferred = candidate.attribute("content") or document.preferred
        elif candidate.element == "style" and document.preferred is None:
            document.preferred = candidate.attribute("title")

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
            return [_refused(source, candidate, at, url, blocked)]
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

    def _font(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        """A face waits for a rule that uses its family, and for its characters."""
        document = document_of(source)
        if candidate.attribute("selector") is not None:
            return [self._none(source, candidate, at, "an @font-face in another rule is not valid")]
        conditions = why_conditions_fail(candidate, viewport.screen_in(document, self._screen))
        if conditions is not None:
            return [self._none(source, candidate, at, conditions)]
        if document.styles.reads:
            document.styles.face(source.id, candidate, at)
            return []
        return [command for face in document.fonts.face(source.id, candidate, at) for command in self._face(*face)]

    def _face(self, source: int, face: Candidate, at: float) -> list[Command]:
        return self._ask(self.state.source(source), face, at)

    def _font_used(self, user: Fetch, candidate: Candidate, at: float) -> list[Command]:
        document = document_of(user)
        screen = viewport.screen_in(document, self._screen)
        family = candidate.attribute("family") or ""
        if family in document.fonts.families or isinstance(viewport.use(user, candidate, screen), str):
            return []
        if document.css_images.judge(user.id, candidate, screen, at) is not True:
            return []
        return [command for face in document.fonts.used(family) for command in self._face(*face)]

    def _css_image(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        document = document_of(source)
        judged = document.css_images.judge(source.id, candidate, viewport.screen_in(document, self._screen), at)
        if isinstance(judged, str):
            return [self._none(source, candidate, at, judged)]
        return self._draw(source, candidate, at) if judged else []

    def _draw(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        """A picture whose rule may apply: asked for once something is drawn with it, where that can be told."""
        document = document_of(source)
        if not document.styles.reads or gate.forbidden_inline(document, candidate) is not None:
            return self._ask(source, candidate, at)
        if candidate.attribute("property") is None and candidate.attribute("background") is None:
            return self._ask(source, candidate, at)  # an <feImage>, which is no matter of styles
        use = viewport.use(source, candidate, viewport.screen_in(document, self._screen))
        if isinstance(use, str):
            return [self._none(source, candidate, at, use)]
        document.styles.picture(source.id, candidate, at)
        return []

    def due(self, at: float) -> list[Command]:
        """The pictures and faces that the elements there are by now are drawn with; to be asked after every event."""
        commands: list[Command] = []
        state = self.state
        for number, document in list(self._stirred.items()):
            if not document.styles.is_due:
                del self._stirred[number]  # until something more is found for it
                continue
            if not drawn.may_be_drawn(document, state):
                continue
            screen = viewport.screen_in(document, self._screen)
            pictures, fonts, unread = drawn.settle(document, screen, url_of, self.state)
            for source, each, met in (*pictures, *fonts):
                commands += self._ask(self.state.source(source), each, met)
            for source, each, met in unread:
                for face in document.fonts.face(source, each, met):
                    commands += self._face(*face)
        return commands

    def _markup(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        """More of the document has come: rules that name pictures may apply now."""
        commands: list[Command] = []
        document = document_of(source)
        characters = "".join(value for key, value in candidate.attributes if key == "characters")
        if characters:
            commands += [command for face in document.fonts.seen(characters) for command in self._face(*face)]
        names = [value for key, value in candidate.attributes if key == "name"]
        for sheet, each in document.css_images.seen(names):
            if each.kind is CandidateKind.FONT_USE:
                faces = document.fonts.used(each.attribute("family") or "")
                commands += [command for face in faces for command in self._face(*face)]
            else:
                commands += self._draw(self.state.source(sheet), each, at)
        return commands

    def take_claimed(self) -> list[Fetch]:
        """What hints had asked for and somebody has begun to use since the last call."""
        claimed, self._claimed = self._claimed, []
        return claimed

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
        key = state.preconnect_key(url, source.url, source.document, anonymous=anonymous)
        if key.session:
            return [self._none(source, candidate, at, "a session has no way to open a connection ahead of its request")]
        resolved = DiscoveryResolved(source.id, candidate, at, url.href, DiscoveryOutcome.NO_REQUEST, "preconnect")
        if state.pool.has_line(key):
            return [resolved]
        if state.pool.is_full:
            full = f"the limit of {state.options.limits.connections} connections was reached"
            return [DiscoveryResolved(source.id, candidate, at, url.href, DiscoveryOutcome.REFUSED, full)]
        return [resolved, state.pool.open(key, "preconnect")]

    def want(self, consumer: Consumer) -> list[Command]:
        """The document asks for ``consumer.url``: from what it has, from an earlier copy, or from the network."""
        if not consumer.is_judged:
            consumer.is_judged = True
            blocked = gate.before(consumer)
            if blocked is not None:
                return [_kept_out(consumer, blocked), *self._fell_back(consumer)]
        commands = self._want(consumer)
        serving = consumer.document.resources.get(_key(consumer)) or self.state.copies.get(
            self.state.cache_key(consumer)
        )
        if serving is not None:
            consumer.document.parsing.met(consumer.candidate, serving, applies=consumer.applies)
        return commands

    def _want(self, consumer: Consumer) -> list[Command]:
        state = self.state
        integrity = gate.integrity_of(consumer)
        navigates = consumer.mode is Mode.NAVIGATE  # each frame loads for itself, if from the HTTP cache
        have = None if navigates else consumer.document.resources.get(_key(consumer))
        if have is not None and memory.waits(have, consumer):
            have.waiting.append(consumer)
            return []
        usable = have is not None and integrity in ("", have.integrity)  # else it is another resource (EH 9.2)
        if have is not None and usable and memory.may_use(have, consumer):
            return [_resolved(consumer, DiscoveryOutcome.JOINED, fetch=have.id), *self._put_to_use(have, consumer)]
        kept = state.preloads.get(_key(consumer)) if consumer.document is state.document else None
        if kept is not None and kept.fits(consumer):
            return self._consume(kept.fetch, consumer)
        copy = state.copies.get(state.cache_key(consumer))
        if copy is None:
            reason = ""
            if navigates:
                reason = frames.why_not_looked_into(consumer.document, frames=state.options.frames)
            return self._fetch(consumer, DiscoveryOutcome.FETCHED, reason)
        if copy.status is None and copy.is_pending:
            if copy.is_cached and _reads_for_itself(copy, consumer):
                return self._fetch(consumer, DiscoveryOutcome.FETCHED)  # out of the cache like that one
            copy.waiting.append(consumer)
            return []
        return self._take(copy, consumer)

    def head_arrived(self, fetch: Fetch, at: float) -> list[Command]:
        """``fetch`` has its final head: redirects go on, waiting consumers are answered, sheets and frames scanned."""
        commands: list[Command] = []
        waiting, fetch.waiting = fetch.waiting, []
        if fetch.consumer is not None:
            commands += self._answered(fetch, fetch.consumer, at)
        elif fetch.is_hinted:
            blocked = gate.hinted_response(fetch, self.state.hint_embedder)
            commands += self._block(fetch, blocked) if blocked is not None else follow_ahead(self.state, fetch)
        return commands + self._want_again(waiting)

    def _want_again(self, waiting: list[Consumer]) -> list[Command]:
        """Those who waited in vain want their URL for themselves, in order. Once one of them asks for it, a few more
        are looked at, which may share that request, and the rest wait for it: else ten thousand scripts of a dead URL,
        each under another digest, were looked at as often as it is asked for."""
        commands: list[Command] = []
        looked_at = 0
        for index, consumer in enumerate(waiting):
            commands += self.want(consumer)
            copy = self.state.copies.get(self.state.cache_key(consumer))
            if copy is not None and copy.status is None and copy.is_pending and not copy.is_cached:
                looked_at += 1
                if looked_at > LOOKED_AT:
                    copy.waiting += waiting[index + 1 :]
                    break
        return commands

    def _answered(self, fetch: Fetch, consumer: Consumer, at: float) -> list[Command]:
        if fetch.status is None:
            return []
        target = redirect_target(fetch.status, fetch.fields)
        blocked = gate.response(consumer, fetch, is_redirect=target is not None)
        if blocked is not None:
            return self._block(fetch, blocked) + self._fell_back(consumer)
        if target is not None:
            return self._follow(fetch, consumer, target)
        commands = self._use(fetch, consumer) or self._enter_frame(fetch, at)
        return commands if embedded.delivers(fetch.status) else commands + self._fell_back(consumer, fetch)

    def _block(self, fetch: Fetch, blocked: Blocked) -> list[Command]:
        """A response that is kept from what asked for it, and read no further unless the refusal says so."""
        modules.failed(fetch)
        commands: list[Command] = [BlockFetch(fetch.id, blocked.rule, blocked.reason)]
        if not blocked.is_read and fetch.is_pending:
            commands.insert(0, CancelFetch(fetch.id, blocked.reason))
            self.state.settle(fetch, FetchState.FAILED)
            commands += self.ended(fetch)
        return commands

    def _use(self, fetch: Fetch, consumer: Consumer) -> list[Command]:
        """The response is ``consumer``'s: a sheet is scanned, what has integrity metadata is checked before."""
        metadata = gate.integrity_of(consumer)
        if not metadata or not fetch.is_ok:
            return self._scan_sheet(fetch)
        if gate.is_opaque_response(consumer, fetch):
            reason = "of another origin without crossorigin: its integrity cannot be checked"
            return [BlockFetch(fetch.id, "SRI", reason)]
        fetch.is_checked = False
        self.state.scans.add(fetch.id)  # the load is not over before the answer
        return [CheckIntegrity(fetch.id, metadata)]

    def integrity_checked(self, event: IntegrityChecked) -> list[Command]:
        """What a mismatch refuses is not scanned."""
        fetch = self.state.fetches[event.fetch]
        self.state.scans.discard(fetch.id)
        fetch.is_checked = True
        if event.matches is False:
            modules.failed(fetch)
            return [BlockFetch(fetch.id, "SRI", f"its content has the digest {event.found}, not the one asked for")]
        return self._scan_sheet(fetch)

    def progressed(self, fetch: Fetch, decoded: int) -> list[Command]:
        """Of a film a browser reads only so much before somebody plays it."""
        if fetch.destination not in embedded.PLAYED or decoded < embedded.MEDIA_BYTES or not fetch.is_pending:
            return []
        self.state.settle(fetch, FetchState.CANCELED)
        return [CancelFetch(fetch.id, f"{fetch.url} is {embedded.READ_ENOUGH}"), *self.ended(fetch)]

    def failed(self, fetch: Fetch) -> list[Command]:
        """``fetch`` will never have a head, or not all of its content: those who waited for it fetch for themselves."""
        modules.failed(fetch)
        waiting, fetch.waiting = [*fetch.waiting, *fetch.until_end], []
        fetch.until_end = []
        commands = self._want_again(waiting)
        return commands + (self._fell_back(fetch.consumer) if fetch.consumer is not None else [])

    def ended(self, fetch: Fetch) -> list[Command]:
        """``fetch`` is complete, or ends here: whoever reads it for itself can, or has to ask."""
        waiting, fetch.until_end = fetch.until_end, []
        return self._want_again(waiting)

    def _take(self, copy: Fetch, consumer: Consumer) -> list[Command]:
        """Let an earlier copy serve if it may, else fetch again and say why."""
        why = why_not_served(copy, self._would_send(copy, consumer), self.state.wall)
        if why is not None:
            return self._fetch(consumer, DiscoveryOutcome.FETCHED_AGAIN, why.reason, copy.id)
        if _reads_for_itself(copy, consumer):
            if copy.is_pending:
                copy.until_end.append(consumer)
                return []
            return self._fetch(consumer, DiscoveryOutcome.FETCHED)
        return self._serve(copy, consumer)

    def _consume(self, kept: Fetch, consumer: Consumer) -> list[Command]:
        """HTML's "consume a preloaded resource" (EH 9.1): once, whatever may be stored, failed or not."""
        if kept.status is None and kept.is_pending:
            kept.waiting.append(consumer)
            return []
        del self.state.preloads[_key(consumer)]
        return self._serve(kept, consumer)

    def _serve(self, copy: Fetch, consumer: Consumer) -> list[Command]:
        if copy.consumer is not None and copy.status is not None:  # what was let through for one is judged for another
            is_redirect = redirect_target(copy.status, copy.fields) is not None
            blocked = gate.response(consumer, copy, is_redirect=is_redirect)
            if blocked is not None:
                if consumer.candidate.kind in modules.USES:
                    consumer.document.graph.fail(consumer.url.href)
                return [_kept_out(consumer, blocked, copy), *self._fell_back(consumer)]
        consumer.document.resources[_key(consumer)] = copy
        hinted = copy.is_hinted or copy.consumer is None
        outcome = DiscoveryOutcome.CLAIMED_PRELOAD if hinted else DiscoveryOutcome.JOINED
        commands: list[Command] = [_resolved(consumer, outcome, fetch=copy.id)]
        if copy.consumer is None:
            copy.consumer = consumer
            while copy.hop is not None:
                copy = copy.hop
                copy.consumer = consumer
            self._claimed.append(copy)
            commands += self._answered(copy, consumer, consumer.found_at)
            return commands
        return [*commands, *self._put_to_use(copy, consumer)]

    def _fetch(
        self, consumer: Consumer, outcome: DiscoveryOutcome, reason: str = "", earlier: int | None = None
    ) -> list[Command]:
        state = self.state
        if state.is_over_budget():
            limit = f"the limit of {state.options.limits.requests} requests was reached"
            return [_resolved(consumer, DiscoveryOutcome.REFUSED, limit)]
        fetch, commands = state.new_fetch(
            consumer.url,
            destination=consumer.destination,
            mode=consumer.mode,
            credentials=consumer.credentials,
            priority=consumer.priority,
            fetch_priority=consumer.fetch_priority,
            initiator=consumer.initiator,
            client=consumer.client,
            referrer=consumer.referrer,
            referrer_policy=consumer.policy,
            consumer=consumer,
        )
        fetch.integrity = gate.integrity_of(consumer)
        consumer.document.resources[_key(consumer)] = fetch
        if fetch.state is FetchState.STARTED:
            outcome = DiscoveryOutcome.FROM_CACHE
        return [*commands, _resolved(consumer, outcome, reason, fetch.id, earlier)]

    def _follow(self, fetch: Fetch, consumer: Consumer, location: str) -> list[Command]:
        """The next hop of a subresource's redirect."""
        url = resolve(location, fetch.url.href)
        state = self.state
        limits = state.options.limits
        if url is None or not url.is_http:
            told = location if len(location) <= 100 else f"{location[:100]}..."
            return self._dead_end(fetch, "redirect", f"redirects to {told!r}, which is not an http(s) URL")
        if fetch.redirects >= limits.redirects:
            reason = f"is redirect number {limits.redirects + 1}: the limit is {limits.redirects}"
            return self._dead_end(fetch, "limit", reason)
        if state.is_over_budget():
            reason = f"redirects when the limit of {limits.requests} requests was reached"
            return self._dead_end(fetch, "limit", reason)
        judged = gate.redirected(consumer, fetch, url)
        if isinstance(judged, Blocked):
            return self._block(fetch, judged) + self._fell_back(consumer)
        url, _ = judged
        crossed = fetch.crossed or fetch.url.origin != consumer.client.origin
        hop, commands = state.new_fetch(
            url,
            destination=fetch.destination,
            mode=consumer.mode,
            credentials=gate.credentials_for(consumer, url, crossed=crossed),
            priority=consumer.priority,
            fetch_priority=consumer.fetch_priority,
            initiator=redirected(fetch),
            client=consumer.client,
            referrer=consumer.referrer,
            referrer_policy=parse_referrer_policy(field_values(fetch.fields, "referrer-policy"))
            or fetch.referrer_policy,
            consumer=consumer,
            redirects=fetch.redirects + 1,
        )
        hop.crossed, hop.integrity = crossed, fetch.integrity
        hop.tainted = fetch.tainted or (crossed and url.origin != fetch.url.origin)
        hop.hops = (*fetch.hops, fetch.url)
        consumer.document.parsing.met(consumer.candidate, hop, applies=consumer.applies)
        return commands

    def _dead_end(self, fetch: Fetch, kind: str, reason: str) -> list[Command]:
        error = f"{fetch.url} {reason}"
        commands: list[Command] = [CancelFetch(fetch.id, error)] if fetch.is_pending else []
        self.state.settle(fetch, FetchState.FAILED)
        commands.append(DropFetch(fetch.id, kind, error))
        return commands + (self._fell_back(fetch.consumer) if fetch.consumer is not None else [])

    def _put_to_use(self, fetch: Fetch, consumer: Consumer) -> list[Command]:
        """A sheet that was only preloaded is scanned once an element applies it, a module once a graph has it."""
        before = fetch.consumer.candidate.kind if fetch.consumer is not None else None
        if consumer.candidate.kind in modules.USES:
            if before in modules.USES:
                return []
            modules.take_integrity(fetch, consumer)
        elif before is not CandidateKind.PRELOAD or consumer.candidate.kind is CandidateKind.PRELOAD:
            return []
        fetch.consumer = consumer
        if fetch.status is None or not fetch.is_checked:
            return []
        blocked = gate.response(consumer, fetch)
        return self._block(fetch, blocked) if blocked is not None else self._scan_sheet(fetch)

    def _scan_sheet(self, fetch: Fetch) -> list[Command]:
        consumer = fetch.consumer
        if consumer is not None and consumer.candidate.kind in modules.USES:
            return self._scan_module(fetch)
        # Whatever it was hinted as: what claims it says what it is.
        if consumer is None or consumer.destination is not Destination.STYLE or fetch.scanning or not fetch.is_ok:
            return []
        if consumer.candidate.kind is CandidateKind.PRELOAD:
            return []
        kind = extract(field_values(fetch.fields, "content-type"))
        fetch.scanning = True
        self.state.scans.add(fetch.id)
        user = self.state.source(consumer.source)
        label = kind.parameter("charset") if kind is not None else None
        return [Scan(fetch.id, ScanKind.CSS, label, user.encoding)]

    def _scan_module(self, fetch: Fetch) -> list[Command]:
        """A module of a graph: its imports are asked for once it is there."""
        if not modules.is_module(fetch):
            modules.failed(fetch)
        elif not fetch.scanning and fetch.destination is Destination.SCRIPT:
            return self._begin_module(fetch)
        return []

    def _begin_module(self, fetch: Fetch) -> list[Command]:
        fetch.scanning = True
        self.state.scans.add(fetch.id)
        return [Scan(fetch.id, ScanKind.MODULE)]

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

    def _would_send(self, copy: Fetch, consumer: Consumer) -> tuple[tuple[str, str], ...]:
        """The fields a second request would carry, for Vary; only built when the copy varies."""
        if field_value(copy.fields, "vary") is None:
            return ()
        return self.state.dressed(consumer, consumer.found_at)

    def _none(self, source: Fetch, candidate: Candidate, at: float, reason: str) -> DiscoveryResolved:
        url = url_of(source, candidate) if candidate.url else None
        return DiscoveryResolved(
            source.id, candidate, at, url.href if url else None, DiscoveryOutcome.NO_REQUEST, reason
        )


def _key(consumer: Consumer) -> ResourceKey:
    credentials = consumer.credentials
    if consumer.candidate.kind in (*modules.USES, CandidateKind.MODULEPRELOAD):
        credentials = Credentials.SAME_ORIGIN  # the module map knows URL and type only (HTML 8.1.4.2)
    return (consumer.url.href, consumer.destination, consumer.mode, credentials)


def _reads_for_itself(copy: Fetch, consumer: Consumer) -> bool:
    """Another document's sheet or module, or a frame's document: what it names is looked for once more, out of the
    cache."""
    if copy.consumer is None:
        return False
    scanned = consumer.destination is Destination.STYLE or consumer.candidate.kind in modules.USES
    if consumer.candidate.kind in modules.USES and copy.consumer.candidate.kind is CandidateKind.SCRIPT:
        return True  # as a classic script it was not looked into
    return (scanned and copy.consumer.document is not consumer.document) or consumer.mode is Mode.NAVIGATE


def _resolved(
    consumer: Consumer,
    outcome: DiscoveryOutcome,
    reason: str = "",
    fetch: int | None = None,
    earlier: int | None = None,
) -> DiscoveryResolved:
    if consumer.note:
        reason = f"{reason}; {consumer.note}" if reason else consumer.note
    return DiscoveryResolved(
        consumer.source, consumer.candidate, consumer.found_at, consumer.url.href, outcome, reason, fetch, earlier
    )


def _kept_out(consumer: Consumer, blocked: Blocked, copy: Fetch | None = None) -> DiscoveryResolved:
    """``consumer`` may not be asked for, or may not have ``copy``, which somebody else asked for."""
    if copy is not None:
        blocked = Blocked(blocked.rule, f"{blocked.reason} (request {copy.id} of the same URL brought it)")
    return DiscoveryResolved(
        consumer.source, consumer.candidate, consumer.found_at, consumer.url.href, DiscoveryOutcome.REFUSED,
        blocked.reason, rule=blocked.rule,
    )  # fmt: skip


def _refused(source: Fetch, candidate: Candidate, at: float, url: URL | None, blocked: Blocked) -> DiscoveryResolved:
    href = url.href if url is not None else None
    return DiscoveryResolved(
        source.id, candidate, at, href, DiscoveryOutcome.REFUSED, blocked.reason, rule=blocked.rule
    )
