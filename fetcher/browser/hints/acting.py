"""Carries out the early-hint policy: the interim responses of a load, and the requests and connections its hints start.

What may act is judged in the profile's reading from the fields alone; here it meets the state of the load: which 103
came first, which URLs are asked for already (EH 4.2, 4.8), which connections stand (EH 11).
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.browser.commands import Command, HintJudged, HintOutcome, InterimJudged
from fetcher.browser.events import Interim
from fetcher.browser.fetches import Fetch, Preload
from fetcher.browser.hints.policy import counts, judge_interim, referrer_policy_of
from fetcher.browser.hints.reading import Asked, Dropped, Early, Refusal
from fetcher.browser.policies.container import embedder_policy
from fetcher.browser.requests import priorities
from fetcher.browser.requests.belonging import entry_of, forget_copy, preconnect_key
from fetcher.browser.requests.making import new_fetch
from fetcher.browser.state import LoadState
from fetcher.browser.storage.http_cache import CacheKey
from fetcher.browser.storage.reuse import why_not_served
from fetcher.discovery.viewport.media import matches
from fetcher.fields.referrer_policy import ReferrerPolicy
from fetcher.terms import Credentials, HttpVersion, Initiator, InitiatorKind, Mode, ProfileName
from fetcher.urls import URL


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A hint that acts, and what its request takes; ``number`` is its 103's."""

    hint: int
    number: int
    asked: Asked
    navigation: Fetch
    policy: ReferrerPolicy


class Hints:
    """The hints of one load. ``start_over`` on a cross-origin redirect."""

    def __init__(self, state: LoadState) -> None:
        self.state = state
        self._interims = 0
        self._judged_so_far = 0
        self._by_key: dict[object, int] = {}
        self._seen = 0  # 103s of this navigation
        self._waiting: dict[int, list[_Waiting]] = {}  # by the request whose response they wait for
        self._latest: dict[CacheKey, Fetch] = {}  # what hints asked for, by entry of the cache

    def start_over(self) -> None:
        """The navigation went to another origin: its next 103 is a first one (EH 7.2)."""
        self._by_key.clear()
        self.state.preloads.clear()
        self._waiting.clear()
        self._latest.clear()
        self._seen = 0

    def interim(self, event: Interim, navigation: Fetch | None) -> list[Command]:
        """What an interim response causes; only one of ``navigation`` may act (EH 4.1)."""
        fetch = self.state.fetches[event.fetch]
        number = self._interims
        self._interims += 1
        fetch.interims += 1
        if fetch is not navigation:
            rule, reason = "EH 4.1", "only the navigation of the main document may act on interim responses"
            return [InterimJudged(number, False, rule, reason)]
        line = self.state.pool.lines.get(fetch.connection) if fetch.connection is not None else None
        protocol = line.protocol if line and line.protocol else HttpVersion.HTTP_1_1
        state = self.state
        refusal = judge_interim(event.status, self._seen, protocol, state.options, state.profile)
        if event.status != 103:
            assert refusal is not None
            return [InterimJudged(number, False, refusal.rule, refusal.reason)]
        if not counts(event.fields, state.profile):
            return [InterimJudged(number, False, "EH 4.2", "it has no Link field, and the first 103 with one counts")]
        self._seen += 1
        facts = state.facts.get(fetch.connection) if fetch.connection is not None else None
        address = facts.address if facts is not None and facts.proxy is None else None
        links = state.profile.read(Early(fetch.url, event.fields, address))
        if refusal is not None:
            judged: list[Command] = [InterimJudged(number, False, refusal.rule, refusal.reason)]
            return judged + [
                self._refused(number, link, link.refusal if isinstance(link, Dropped) else refusal) for link in links
            ]
        reason = f"the first 103, over {protocol.value}"
        if protocol is HttpVersion.HTTP_1_1 and state.profile.name is not ProfileName.FIREFOX:
            reason += " (of the browsers only Firefox would act: EH 4.4)"
        commands: list[Command] = [InterimJudged(number, True, "EH 4.2", reason)]
        policy = referrer_policy_of(event.fields)
        state.hint_embedder = embedder_policy(event.fields)
        for link in links:
            if isinstance(link, Dropped):
                commands.append(self._refused(number, link, link.refusal))
            elif link.rel == "preconnect":
                commands += self._preconnect(number, link, fetch.url)
            else:
                commands += self._preload(number, link, fetch, policy)
        return commands

    def _preload(self, number: int, asked: Asked, navigation: Fetch, policy: ReferrerPolicy) -> list[Command]:
        state = self.state
        earlier = self._by_key.get(asked.key)
        if earlier is not None:
            refusal = Refusal("EH 4.8", "an earlier link of this 103 asks for the same; leave one out")
            return [self._refused(number, asked, refusal, fetch=earlier)]
        if state.is_over_budget():
            limit = Refusal("limit", f"the limit of {state.options.limits.requests} requests was reached")
            return [self._refused(number, asked, limit)]
        entry = self._entry_under_way(asked, navigation)
        if entry is not None:
            waiting = _Waiting(self._judged_so_far, number, asked, navigation, policy)
            self._waiting.setdefault(entry.id, []).append(waiting)
            reason = "the same URL is on its way already: it waits for that response, to read it from the cache"
            return [self._acted(number, asked, "EH 13.2", reason)]
        return self._ask(_Waiting(self._judged_so_far, number, asked, navigation, policy), "requested at once")

    def _entry_under_way(self, asked: Asked, navigation: Fetch) -> Fetch | None:
        """The request that is filling the cache's entry for ``asked``: browsers let no second one write there. It is
        that of another fragment of the same URL (EH 4.8), or the page itself (EH 13.2); in Firefox also one as another
        kind of thing (EH 12.1)."""
        if not self.state.profile.one_writer:
            return None
        href = asked.url.href
        other = navigation if href == navigation.url.href else self._latest.get(self._entry(asked, navigation))
        return other if other is not None and other.is_pending and other.status is None else None

    def _entry(self, asked: Asked, navigation: Fetch) -> CacheKey:
        page = navigation.url
        return entry_of(self.state, asked.url, asked.destination, page, page, page, asked.credentials)

    def settled(self, entry: Fetch) -> list[Command]:
        """``entry`` has its head, or failed: hints that wait for it read it from the cache or ask for themselves."""
        commands: list[Command] = []
        for waiting in self._waiting.pop(entry.id, ()):
            why = why_not_served(entry, entry.sent if entry.is_hinted else ())
            if why is not None and not self.state.is_over_budget():
                commands += self._ask(waiting, f"requested once the same URL had come: {why.reason}")
            else:
                told = "read from the cache" if why is None else "the limit of requests was reached"
                commands.append(self._judged_again(waiting, Refusal("EH 4.9", told)))
        return commands

    def cancelled(self) -> list[Command]:
        """The navigation went to another origin: those that wait are not asked for any more (EH 7.2)."""
        gone = Refusal("EH 7.2", "the navigation was redirected to another origin before it was asked for")
        return [
            self._told(each.hint, each.number, each.asked, HintOutcome.REFUSED, gone, None)
            for waiting in self._waiting.values()
            for each in waiting
        ]

    def _judged_again(self, waiting: _Waiting, why: Refusal, fetch: int | None = None) -> HintJudged:
        """What came of a hint that was told to wait, in place of what was said of it then."""
        return self._told(waiting.hint, waiting.number, waiting.asked, HintOutcome.ACTED, why, fetch)

    def _ask(self, waiting: _Waiting, reason: str) -> list[Command]:
        """Make the request of a hint."""
        state = self.state
        asked, navigation = waiting.asked, waiting.navigation
        fetch, queued = new_fetch(
            state,
            asked.url,
            destination=asked.destination,
            mode=asked.mode,
            credentials=asked.credentials,
            priority=priorities.hinted(asked.destination, asked.fetch_priority, bare_module=asked.bare_module),
            fetch_priority=asked.fetch_priority,
            initiator=Initiator(InitiatorKind.EARLY_HINT, request=navigation.id, hint=waiting.hint),
            client=navigation.url,
            referrer=navigation.url,
            referrer_policy=asked.referrer_policy or waiting.policy,
            hint=waiting.hint,
        )
        self._by_key[asked.key] = fetch.id
        self._latest[self._entry(asked, navigation)] = fetch
        if state.profile.claims_hints and not (
            asked.fits and (asked.media is None or matches(asked.media, state.screen))
        ):
            forget_copy(state, fetch)
        elif state.profile.keeps_preloads:
            key = (asked.url.href, asked.destination, asked.mode, asked.credentials)
            state.preloads[key] = Preload(fetch, asked.integrity or "")
        self._judged_so_far = max(self._judged_so_far, waiting.hint + 1)
        return [self._judged_again(waiting, Refusal("EH 4.6", reason), fetch.id), *queued]

    def _preconnect(self, number: int, asked: Asked, page: URL) -> list[Command]:
        state = self.state
        anonymous = asked.mode is Mode.CORS and asked.credentials is not Credentials.INCLUDE
        key = preconnect_key(state, asked.url, page, None, anonymous=anonymous)
        if key.session:
            unable = Refusal("transport", "a session has no way to open a connection ahead of its request")
            return [self._refused(number, asked, unable)]
        if state.pool.has_line(key):
            return [self._acted(number, asked, "EH 11.3", "a connection to that origin stands already")]
        if state.pool.is_full:
            full = Refusal("limit", f"the limit of {state.options.limits.connections} connections was reached")
            return [self._refused(number, asked, full)]
        hint = self._judged_so_far
        return [self._acted(number, asked, "EH 11.1", "connection opened"), state.pool.open(key, "preconnect", hint)]

    def _acted(self, number: int, asked: Asked, rule: str, reason: str, fetch: int | None = None) -> HintJudged:
        return self._judged(number, asked, HintOutcome.ACTED, Refusal(rule, reason), fetch)

    def _refused(self, number: int, link: Asked | Dropped, refusal: Refusal, fetch: int | None = None) -> HintJudged:
        return self._judged(number, link, HintOutcome.REFUSED, refusal, fetch)

    def _judged(
        self, number: int, link: Asked | Dropped, outcome: HintOutcome, why: Refusal, fetch: int | None
    ) -> HintJudged:
        self._judged_so_far += 1
        return self._told(self._judged_so_far - 1, number, link, outcome, why, fetch)

    def _told(
        self, hint: int, number: int, link: Asked | Dropped, outcome: HintOutcome, why: Refusal, fetch: int | None
    ) -> HintJudged:
        asked = link if isinstance(link, Asked) else None
        raw = link.raw if isinstance(link, Dropped) else link.link.raw
        href = link.link.target if link.link else ""
        return HintJudged(
            hint,
            number,
            raw,
            href,
            link.url.href if link.url else None,
            link.rel,
            None if link.rel == "preconnect" else link.destination,
            asked.mode if asked else None,
            asked.credentials if asked else None,
            link.fetch_priority,
            self.state.profile.name,
            outcome,
            why.rule,
            why.reason,
            fetch,
        )
