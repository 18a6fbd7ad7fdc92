"""From consumers to requests and copies: who makes a request, who gets an answer that somebody else asked for.

A consumer whose URL is asked for already waits for that response's head, then takes the copy or fetches again (EH 9.3).
An answer that was let through for one is judged again for another. What an answer then does is in ``answers``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from fetcher.browser.commands import (
    Command,
    DiscoveryOutcome,
    DiscoveryResolved,
)
from fetcher.browser.document import (
    frames,
    modules,
)
from fetcher.browser.fetches import Consumer, Fetch, FetchState, ResourceKey
from fetcher.browser.policies import gate
from fetcher.browser.policies.blocked import Blocked
from fetcher.browser.requests.belonging import cache_key
from fetcher.browser.requests.given import dressed
from fetcher.browser.requests.making import new_fetch
from fetcher.browser.state import LoadState
from fetcher.browser.storage import memory
from fetcher.browser.storage.reuse import redirect_target, why_not_served
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import (
    Credentials,
    Destination,
    Mode,
    field_value,
)
from fetcher.urls import URL

LOOKED_AT = 16
"""How many of those who wait for one URL may share a request that one of them makes; further ones see its head
first."""


class Wanting(ABC):
    """Keeps nothing of its own but the ``state`` it is given, and the copies claimed since somebody took them."""

    def __init__(self, state: LoadState) -> None:
        self.state = state
        self._claimed: list[Fetch] = []

    def undecided(self) -> list[Command]:
        """Of those who still wait for somebody else's request when the load is stopped: that they got nothing."""
        why = "the load was stopped before the request it waited for was answered"
        return [
            resolved(consumer, DiscoveryOutcome.NO_REQUEST, why)
            for fetch in self.state.fetches
            for consumer in (*fetch.waiting, *fetch.until_end)
        ]

    def take_claimed(self) -> list[Fetch]:
        """What hints had asked for and somebody has begun to use since the last call."""
        claimed, self._claimed = self._claimed, []
        return claimed

    @abstractmethod
    def _answered(self, fetch: Fetch, consumer: Consumer, at: float) -> list[Command]:
        """``fetch`` has a head, and it is ``consumer``'s."""

    @abstractmethod
    def _block(self, fetch: Fetch, blocked: Blocked) -> list[Command]:
        """``fetch`` is kept from what asked for it."""

    @abstractmethod
    def _scan_sheet(self, fetch: Fetch) -> list[Command]:
        """Look into ``fetch``, a sheet or module, if that is due."""

    @abstractmethod
    def _fell_back(self, consumer: Consumer, answered: Fetch | None = None) -> list[Command]:
        """What may serve in the place of what ``consumer`` asked for in vain."""

    def want(self, consumer: Consumer) -> list[Command]:
        """The document asks for ``consumer.url``: from what it has, from an earlier copy, or from the network."""
        if not consumer.is_judged:
            consumer.is_judged = True
            blocked = gate.before(consumer)
            if blocked is not None:
                if consumer.candidate.kind in modules.USES:
                    consumer.document.graph.fail(consumer.url.href)
                return [kept_out(consumer, blocked), *self._fell_back(consumer)]
        commands = self._want(consumer)
        serving = consumer.document.resources.get(_key(consumer)) or self.state.copies.get(
            cache_key(self.state, consumer)
        )
        if serving is not None:
            commands += self.state.holding.wanted_too(serving, consumer)
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
            return [resolved(consumer, DiscoveryOutcome.JOINED, fetch=have.id), *self._put_to_use(have, consumer)]
        kept = state.preloads.get(_key(consumer)) if consumer.document is state.document else None
        if kept is not None and kept.fits(consumer):
            return self._consume(kept.fetch, consumer)
        copy = state.copies.get(cache_key(state, consumer))
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

    def _want_again(self, waiting: list[Consumer]) -> list[Command]:
        """Those who waited in vain want their URL for themselves, in order. Once one of them asks for it, a few more
        are looked at, which may share that request, and the rest wait for it: else ten thousand scripts of a dead URL,
        each under another digest, were looked at as often as it is asked for."""
        commands: list[Command] = []
        looked_at = 0
        for index, consumer in enumerate(waiting):
            commands += self.want(consumer)
            copy = self.state.copies.get(cache_key(self.state, consumer))
            if copy is not None and copy.status is None and copy.is_pending and not copy.is_cached:
                looked_at += 1
                if looked_at > LOOKED_AT:
                    copy.waiting += waiting[index + 1 :]
                    break
        return commands

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
                return [kept_out(consumer, blocked, copy), *self._fell_back(consumer)]
        consumer.document.resources[_key(consumer)] = copy
        hinted = copy.is_hinted or copy.consumer is None
        outcome = DiscoveryOutcome.CLAIMED_PRELOAD if hinted else DiscoveryOutcome.JOINED
        commands: list[Command] = [resolved(consumer, outcome, fetch=copy.id)]
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
            return [resolved(consumer, DiscoveryOutcome.REFUSED, limit)]
        fetch, commands = new_fetch(
            state,
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
        return [*commands, resolved(consumer, outcome, reason, fetch.id, earlier)]

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

    def _would_send(self, copy: Fetch, consumer: Consumer) -> tuple[tuple[str, str], ...]:
        """The fields a second request would carry, for Vary; only built when the copy varies."""
        if field_value(copy.fields, "vary") is None:
            return ()
        return dressed(self.state, consumer, consumer.found_at)


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


def resolved(
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


def kept_out(consumer: Consumer, blocked: Blocked, copy: Fetch | None = None) -> DiscoveryResolved:
    """``consumer`` may not be asked for, or may not have ``copy``, which somebody else asked for."""
    if copy is not None:
        blocked = Blocked(blocked.rule, f"{blocked.reason} (request {copy.id} of the same URL brought it)")
    return DiscoveryResolved(
        consumer.source, consumer.candidate, consumer.found_at, consumer.url.href, DiscoveryOutcome.REFUSED,
        blocked.reason, rule=blocked.rule,
    )  # fmt: skip


def refused(source: Fetch, candidate: Candidate, at: float, url: URL | None, blocked: Blocked) -> DiscoveryResolved:
    href = url.href if url is not None else None
    return DiscoveryResolved(
        source.id, candidate, at, href, DiscoveryOutcome.REFUSED, blocked.reason, rule=blocked.rule
    )
