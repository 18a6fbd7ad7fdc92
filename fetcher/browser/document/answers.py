"""What an answer does: it is refused, leads elsewhere, is checked, and looked into where it is a sheet or a module.

Redirects pass the policies hop by hop. A sheet that was only preloaded is scanned once an element applies it, a module
once a graph has it.
"""

from __future__ import annotations

from abc import abstractmethod

from fetcher.browser.commands import (
    BlockFetch,
    CancelFetch,
    CheckIntegrity,
    Command,
    DiscoveryOutcome,
    DropFetch,
    Scan,
    ScanKind,
)
from fetcher.browser.document import (
    embedded,
    modules,
)
from fetcher.browser.document.wanting import Wanting
from fetcher.browser.events import IntegrityChecked
from fetcher.browser.fetches import Consumer, Fetch, FetchState
from fetcher.browser.hints.redirects import follow_ahead
from fetcher.browser.policies import gate
from fetcher.browser.policies.blocked import Blocked
from fetcher.browser.requests.making import new_fetch, redirected
from fetcher.browser.storage.reuse import redirect_target, why_not_served
from fetcher.discovery.candidates import CandidateKind
from fetcher.fields.mime import extract
from fetcher.fields.referrer_policy import parse as parse_referrer_policy
from fetcher.terms import (
    Destination,
    field_values,
)
from fetcher.urls import resolve


class Answers(Wanting):
    """Told of heads, ends and failures of what a document asked for."""

    @abstractmethod
    def _enter_frame(self, fetch: Fetch, at: float) -> list[Command]:
        """Look into ``fetch`` where it is the document of a frame."""

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

    def _answered(self, fetch: Fetch, consumer: Consumer, at: float) -> list[Command]:
        if fetch.status is None:
            return []
        target = redirect_target(fetch.status, fetch.fields)
        blocked = gate.response(consumer, fetch, is_redirect=target is not None)
        if blocked is not None:
            return self._block(fetch, blocked) + self._fell_back(consumer)
        if target is not None:
            return self._follow(fetch, consumer, target)
        if (module := modules.as_the_parser_asks(consumer)) is not None:
            why = why_not_served(fetch, self._would_send(fetch, module), self.state.wall)
            if why is not None:
                return self._fetch(module, DiscoveryOutcome.FETCHED_AGAIN, why.reason, fetch.id)
            blocked = gate.response(module, fetch)
            if blocked is not None:
                return self._block(fetch, blocked)
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
        hop, commands = new_fetch(
            state,
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
