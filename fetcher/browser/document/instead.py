"""Elements of which only one source or fallback is used: what is asked for in the place of what is refused or fails.

Sources of media, fallbacks of <object>, and what of them stands in the page itself (``inner``). The next one is asked
for when the one before is refused by a policy, fails, or begins with bytes that its element cannot use.
"""

from __future__ import annotations

from dataclasses import replace

from fetcher.browser.commands import (
    Command,
    DiscoveryOutcome,
    DiscoveryResolved,
)
from fetcher.browser.document import (
    embedded,
    frames,
    inner,
)
from fetcher.browser.document.consumers import consumer_of, document_of
from fetcher.browser.document.drawing import Drawing
from fetcher.browser.document.wanting import kept_out, refused
from fetcher.browser.fetches import Consumer, Fetch
from fetcher.browser.policies import gate
from fetcher.browser.policies.first_bytes import may_be
from fetcher.discovery.candidates import Candidate, CandidateKind, Holder
from fetcher.fields.mime import extract
from fetcher.terms import (
    Credentials,
    Destination,
    Mode,
    NetPriority,
    field_values,
)

EMBEDDED = (CandidateKind.MEDIA, CandidateKind.TRACK, CandidateKind.EMBEDDED)


class Instead(Drawing):
    """Told, besides, of the first bytes of what has ended."""

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
            return [refused(source, holder, at, None, blocked)]
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
            return [kept_out(consumer, blocked)]
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
        if consumer.candidate.kind in EMBEDDED:
            for source, candidate, at in consumer.document.embedded.failed(consumer.candidate):
                commands += self._embedded(self.state.source(source), candidate, at)
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
