"""What was seen of a load as its record has it: times in milliseconds from the navigation's start, unknown is None."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.record.page_load import (
    CacheUse,
    ConnectionRecord,
    Hint,
    InterimResponse,
    NameLookup,
    RequestRecord,
    Sizes,
    Times,
)
from fetcher.record.seen import SeenConnection, SeenFetch, SeenLookup
from fetcher.terms import Fields, ProxyFacts


@dataclass(frozen=True, slots=True)
class Written:
    """``start`` is the navigation's, in clock time."""

    start: float

    def since(self, at: float) -> float:
        """Milliseconds from navigation start; microseconds are as fine as the clock is true."""
        return round(at - self.start, 3)

    def maybe(self, at: float | None) -> float | None:
        return None if at is None else self.since(at)

    def request(self, number: int, fetch: SeenFetch) -> RequestRecord:
        request, head, blocked, inside = fetch.request, fetch.head, fetch.blocked, fetch.inside
        outcome = fetch.outcome if fetch.outcome != "pending" or fetch.connection is not None else "not-sent"
        if inside is not None:
            outcome = "complete"
            fields: Fields = (("location", inside.location), ("non-authoritative-reason", inside.cause))
        return RequestRecord(
            id=number,
            url=request.url,
            method=request.method,
            destination=request.destination,
            mode=request.mode,
            credentials=request.credentials,
            priority=request.priority,
            fetch_priority=request.fetch_priority,
            initiator=request.initiator,
            fields=request.fields,
            times=Times(
                self.since(fetch.discovered),
                self.maybe(fetch.sent),
                self.maybe(fetch.interim),
                self.maybe(head.at) if head else None,
                self.maybe(fetch.discovered if inside else fetch.end),
                self.maybe(fetch.failed),
            ),
            connection=fetch.connection,
            reused_connection=fetch.reused,
            status=head.status if head else 307 if inside else None,
            reason_phrase=head.reason if head else "Internal Redirect" if inside else None,
            version=head.version if head else None,
            response_fields=head.fields if head else fields if inside else (),
            deviations=head.deviations if head else (),
            trailers=fetch.trailers,
            sizes=Sizes(head.size if head else None, fetch.transferred, fetch.decoded),
            outcome="blocked" if blocked else outcome,
            error=f"{request.url} was blocked by {blocked.rule}: {blocked.reason}" if blocked else fetch.error,
            cache_source="http-cache" if fetch.from_cache else None,
            cache=self._cache_use(fetch.served, fetch.served_at) if fetch.served is not None else None,
            hint=fetch.hint,
            redirect_to=fetch.redirect_to,
            earlier=fetch.earlier,
            earlier_reason=fetch.earlier_reason,
            chunks=tuple((self.since(at), size) for at, size in fetch.chunks.points),
            has_text=fetch.has_text,
            retries=fetch.retries,
            retry_reason=fetch.retry_reason,
            held=fetch.held,
            coalesced=fetch.coalesced,
            released_at=self.maybe(fetch.released),
            encoding=fetch.charset.encoding if fetch.charset else None,
            encoding_source=fetch.charset.source.value if fetch.charset else None,
            transcoded=fetch.charset.transcoded if fetch.charset else False,
            sniffed=fetch.sniffed,
            rule=blocked.rule if blocked else inside.cause if inside else None,
        )

    def _cache_use(self, served: c.ServeStored, at: float) -> CacheUse:
        response = served.entry.response
        left = served.fresh_for
        return CacheUse(
            source=served.served.value,
            status=response.status,
            age=round(served.age, 3),
            fresh_for=None if left is None else round(left, 3),
            stored_at=datetime.fromtimestamp(response.received, UTC).isoformat(timespec="milliseconds"),
            saved=response.transferred,
        )

    def interim(self, event: e.Interim, verdict: c.InterimJudged) -> InterimResponse:
        return InterimResponse(
            id=verdict.interim,
            request=event.fetch,
            at=self.since(event.at),
            status=event.status,
            reason_phrase=event.reason,
            fields=event.fields,
            acted=verdict.acted,
            rule=verdict.rule,
            reason=verdict.reason,
            raw=event.raw.decode("latin-1") if event.raw else None,
            offset=event.offset,
        )

    def hints(
        self,
        judged: Sequence[c.HintJudged],
        discoveries: Sequence[c.DiscoveryResolved],
        connections: Sequence[SeenConnection],
        requests: Sequence[RequestRecord],
        *,
        is_over: bool,
    ) -> tuple[Hint, ...]:
        """Each hint with what came of it: claimed by whom and how much earlier than the document would have asked."""
        served = (c.DiscoveryOutcome.CLAIMED_PRELOAD, c.DiscoveryOutcome.JOINED)
        first: dict[int, c.DiscoveryResolved] = {}
        for found in discoveries:
            if found.fetch is not None and found.outcome in served:
                first.setdefault(found.fetch, found)
        preconnects = {
            line.command.hint: number for number, line in enumerate(connections) if line.command.hint is not None
        }
        records = []
        for hint in judged:
            acted = hint.outcome is c.HintOutcome.ACTED
            connection = preconnects.get(hint.hint)
            claim = first.get(hint.fetch) if acted and hint.fetch is not None else None
            used: bool | None = None
            used_at = head_start = None
            if claim is not None and hint.fetch is not None:
                used, used_at = True, self.since(claim.found_at)
                sent = requests[hint.fetch].times.request_start
                head_start = None if sent is None else round(used_at - sent, 3)
            elif connection is not None:
                used = bool(connections[connection].requests) or (False if is_over else None)
            elif acted and hint.fetch is not None and is_over:
                used = False
            records.append(
                Hint(
                    id=hint.hint,
                    interim=hint.interim,
                    raw=hint.raw,
                    href=hint.href,
                    url=hint.url,
                    rel=hint.rel,
                    destination=hint.destination,
                    mode=hint.mode,
                    credentials=hint.credentials,
                    fetch_priority=hint.fetch_priority,
                    acted=acted,
                    rule=hint.rule,
                    reason=hint.reason,
                    request=hint.fetch,
                    connection=connection,
                    used=used,
                    used_at=used_at,
                    head_start=head_start,
                )
            )
        return tuple(records)

    def connection(self, number: int, line: SeenConnection) -> ConnectionRecord:
        key, facts = line.command.key, line.facts
        times = facts.times if facts else None
        return ConnectionRecord(
            id=number,
            scheme=key.scheme,
            host=key.host,
            port=key.port,
            credentialed=key.credentialed,
            reason=line.command.reason,
            opened_at=self.since(line.opened_at),
            hint=line.command.hint,
            protocol=facts.protocol if facts else None,
            address=facts.address if facts else None,
            lookup_start=self.maybe(times.lookup_start) if times else None,
            lookup_end=self.maybe(times.lookup_end) if times else None,
            connect_start=self.maybe(times.connect_start) if times else None,
            tcp_end=self.maybe(times.tcp_end) if times else None,
            tls_start=self.maybe(times.tls_start) if times else None,
            connect_end=self.maybe(times.connect_end) if times else None,
            closed_at=self.maybe(line.closed_at),
            tls=facts.tls if facts else None,
            attempts=facts.attempts if facts else (),
            error=line.error,
            requests=tuple(line.requests),
            session=key.session,
            third_party=key.third_party,
            partition=key.partition or None,
            proxy=self._proxy(facts.proxy) if facts else None,
        )

    def lookup(self, host: str, port: int, lookup: SeenLookup) -> NameLookup:
        answer = lookup.answer
        if answer is None:
            return NameLookup(host, port, self.since(lookup.asked))
        return NameLookup(
            host,
            port,
            self.since(lookup.asked),
            self.since(answer.at),
            tuple(f"{address} {number}" for address, number in answer.endpoints),
            self.maybe(answer.start),
            self.maybe(answer.end),
            answer.error,
            lookup.connection,
        )

    def _proxy(self, proxy: ProxyFacts | None) -> ProxyFacts | None:
        if proxy is None:
            return None
        return replace(
            proxy,
            tls_start=self.maybe(proxy.tls_start),
            tls_end=self.maybe(proxy.tls_end),
            request_start=self.maybe(proxy.request_start),
            response_start=self.maybe(proxy.response_start),
            interim=tuple(replace(one, at=self.since(one.at)) for one in proxy.interim),
        )
