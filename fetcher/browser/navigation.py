"""The page's own request: begun, redirected, sent again for a critical client hint, begun anew by a refresh.

A redirect within the origin keeps what a 103 began, one to another origin throws it away (EH 7.2). A final head that
leads nowhere else makes the document.
"""

from __future__ import annotations

from fetcher.browser.commands import CancelFetch, Command
from fetcher.browser.document import refreshes
from fetcher.browser.document.subresources import Subresources
from fetcher.browser.endings import Endings
from fetcher.browser.fetches import Document, Fetch, FetchState
from fetcher.browser.hints.acting import Hints
from fetcher.browser.hints.policy import referrer_policy_of
from fetcher.browser.requests.belonging import forget_copy
from fetcher.browser.requests.client_hints import HintsAsked, missing
from fetcher.browser.requests.making import new_fetch, redirected
from fetcher.browser.state import LoadState
from fetcher.browser.storage import kept
from fetcher.browser.storage.reuse import redirect_target
from fetcher.fields.cache_control import freshness
from fetcher.fields.client_hints import parse_permissions
from fetcher.fields.referrer_policy import ReferrerPolicy, parse
from fetcher.terms import (
    Credentials,
    Destination,
    FetchPriority,
    Initiator,
    InitiatorKind,
    Mode,
    NetPriority,
    field_value,
    field_values,
)
from fetcher.urls import URL, resolve


class Navigation:
    """Keeps nothing of its own: the request as last sent is ``state.navigation``."""

    def __init__(self, state: LoadState, hints: Hints, subresources: Subresources, endings: Endings) -> None:
        self.state = state
        self._hints, self._subresources, self._endings = hints, subresources, endings

    def begin(
        self,
        url: URL,
        initiator: Initiator,
        redirects: int = 0,
        client: URL | None = None,
        policy: ReferrerPolicy = ReferrerPolicy.NO_REFERRER,
    ) -> tuple[Fetch, list[Command]]:
        """Ask for ``url`` as the page; ``client`` is the document that leads there, None for the person."""
        fetch, commands = new_fetch(
            self.state,
            url,
            destination=Destination.DOCUMENT,
            mode=Mode.NAVIGATE,
            credentials=Credentials.INCLUDE,
            priority=NetPriority.HIGHEST,
            fetch_priority=FetchPriority.AUTO,
            initiator=initiator,
            client=client,
            referrer=client,
            referrer_policy=policy,
            redirects=redirects,
        )
        self.state.navigation = fetch
        return fetch, commands

    def refresh(self) -> list[Command]:
        """The document goes, another comes; the HTTP cache and the cookies stay."""
        refresh, old = self._subresources.refresh, self.state.document
        assert refresh is not None
        assert old is not None
        self._subresources.refresh, self.state.document = None, None
        self._hints.start_over()
        candidate = refresh.candidate
        initiator = Initiator(
            InitiatorKind.REDIRECT, old.fetch.id, None, candidate.element, candidate.line, candidate.offset
        )
        policy = old.referrer_policy
        fetch, commands = self.begin(refresh.url, initiator, old.fetch.redirects + 1, old.url, policy)
        return [*commands, refresh.resolved(old.fetch.id, fetch.id)]

    def answered(self, fetch: Fetch, at: float) -> list[Command]:
        """``fetch``, the page's own request, has its final head."""
        state = self.state
        kept.keep_client_hints(state, fetch, fetch.fields)
        location = redirect_target(fetch.status, fetch.fields)
        if location is not None:
            return self._redirect(fetch, location)
        if why := self._why_again(fetch):
            return self._again(fetch, why)
        state.document = Document(fetch, fetch.url, referrer_policy_of(fetch.fields))
        permissions = parse_permissions(field_values(fetch.fields, "permissions-policy"))
        state.document.hints_asked = HintsAsked(state.hints_of.get(fetch.url.origin, frozenset()), permissions)
        state.add(state.document)
        commands = self._hints.settled(fetch)
        if state.options.only_hints:
            return commands
        refresh = refreshes.candidate_of(fetch.fields)
        commands += self._subresources.found(fetch, refresh, at) if refresh is not None else []
        return commands + self._subresources.begin(fetch, at)

    def _redirect(self, fetch: Fetch, location: str) -> list[Command]:
        url = resolve(location, fetch.url.href)
        limit = self.state.options.limits.redirects
        if url is None or not url.is_http:
            told = location if len(location) <= 100 else f"{location[:100]}..."
            return self._endings.give_up("redirect", f"{fetch.url} redirects to {told!r}, which is not an http(s) URL")
        if fetch.redirects >= limit:
            return self._endings.give_up("limit", f"{fetch.url} is redirect number {limit + 1}: the limit is {limit}")
        commands = self._hints.settled(fetch) if url.origin == fetch.url.origin else self._hints.cancelled()
        if url.origin != fetch.url.origin:  # EH 7.2: what the hints asked for is thrown away
            for other in self.state.fetches:
                if other.is_hinted and self.state.profile.claims_hints:
                    forget_copy(self.state, other)
                if other.is_hinted and other.is_pending:
                    reason = f"the navigation was redirected to another origin, {url.origin} (EH 7.2)"
                    commands.append(CancelFetch(other.id, reason))
                    self.state.settle(other, FetchState.CANCELED)
            self._hints.start_over()
        policy = parse(field_values(fetch.fields, "referrer-policy")) or fetch.referrer_policy
        following, begun = self.begin(url, redirected(fetch), fetch.redirects + 1, fetch.client, policy)
        following.hops = (*fetch.hops, fetch.url)
        return commands + begun

    def _why_again(self, fetch: Fetch) -> str:
        """Why the navigation is sent again: a hint that is critical to the server was not there (Client Hints
        Reliability). Where the HTTP cache may answer that request, it does, and nothing is sent."""
        asked = self.state.hints_of.get(fetch.url.origin, frozenset())
        names = missing(fetch.fields, asked, fetch.sent)
        if not names or fetch.restarted:
            return ""
        varies = {each.strip().lower() for each in (field_value(fetch.fields, "vary") or "").split(",")}
        fresh = freshness(fetch.fields, status=fetch.status or 0)
        if fresh.storable and fresh.fresh_for and not (varies & (asked | {"*"})):
            return ""
        return f"sent again with {', '.join(sorted(names))}, which the server says is critical"

    def _again(self, fetch: Fetch, why: str) -> list[Command]:
        commands: list[Command] = [CancelFetch(fetch.id, why)] if fetch.is_pending else []
        self.state.settle(fetch, FetchState.CANCELED)
        commands += self._hints.settled(fetch)
        second, begun = self.begin(
            fetch.url, redirected(fetch), fetch.redirects + 1, fetch.client, fetch.referrer_policy
        )
        second.hops, second.restarted = fetch.hops, True
        return commands + begun
