"""What a Chromium told of a load and what passed its relay, as a record: two clocks on the page's own line.

Of the document and its milestones the page tells itself. Every other request is there as it passed the relay over
HTTP/2: when it was asked for, when its heads came and its content was complete. Resource Timing would show a hinted one
as a later read of the cache. What a cache answered never passed; over HTTP/1.1, which passes unread, the record holds
the navigation alone. Why a request was made is known of those alone that a 103 asked for: they began before the head.
"""

from __future__ import annotations

from typing import Any

from fetcher.errors import ChromiumFailed, RecordError
from fetcher.record.page_load import ConnectionRecord, InterimResponse, PageLoad, RequestRecord, Sizes, Times
from fetcher.record.saved import check
from fetcher.runs.chromium.relay.passage import Link, Passage
from fetcher.terms import Destination, FetchPriority, Initiator, InitiatorKind
from fetcher.wire.http2.passing import Exchange

NOTE = (
    "the requests are those that passed the relay over HTTP/2, when they did: what a cache answered is not among them, "
    "and why one was made is known of those alone that a 103 asked for"
)
MOST_TIME = 1e9
"""Beyond this a figure is no time since navigation start."""


def record_of(url: str, told: Any, passage: Passage, *, has_text: bool | None) -> PageLoad:
    """The load as a record. Raises ``ChromiumFailed`` where what the page told is no timing."""
    page = told.get("page") if isinstance(told, dict) else None
    if not isinstance(page, dict) or not isinstance(page.get("name"), str):
        raise ChromiumFailed(f"{url} told nothing of its timing")
    load = _Load(passage, page, told, has_text=has_text).record(url)
    try:
        check(load)
    except RecordError as error:
        raise ChromiumFailed(f"{url} told an impossible timing: {error}") from error
    return load


class _Load:
    """One load while it is put down. ``_start`` is navigation start on the relay's clock, None where nobody can say."""

    def __init__(self, passage: Passage, page: dict[str, Any], told: dict[str, Any], *, has_text: bool | None) -> None:
        self._passage, self._page, self._told = passage, page, told
        self._has_text = has_text
        self._url: str = page["name"]
        # The last navigation to it, should it have been asked for more than once: a page's code may ask for it, too.
        passed = [(link, one) for link, one in passage.exchanges if one.url == self._url.partition("#")[0]]
        passed = [each for each in passed if each[1].destination == Destination.DOCUMENT] or passed
        self._link: Link | None
        self._exchange: Exchange | None
        self._link, self._exchange = passed[-1] if passed else (_to(passage, self._url), None)
        self._sent = _known(page.get("requestStart"))
        exchange, sent = self._exchange, self._sent
        self._start = exchange.at - sent if exchange is not None and sent is not None else None
        links = passage.links if self._start is not None else filter(None, (self._link,))
        self._lines = {id(link): number for number, link in enumerate(links)}
        self._ahead = {id(link) for link in passage.connected(exchange)} if exchange is not None else set()

    def record(self, url: str) -> PageLoad:
        interim = self._interim()
        requests = (self._document(), *self._others(any(one.acted for one in interim)))
        measured = (
            ("fcp", self._told.get("fcp")), ("lcp", self._told.get("lcp")),
            ("onContentLoad", self._page.get("domContentLoadedEventStart")),
            ("onLoad", self._page.get("loadEventStart")),
        )  # fmt: skip
        timings = [(name, _known(at)) for name, at in measured]
        return PageLoad(
            url=url,
            final_url=self._url,
            started_at="",
            profile=None,
            early_hints=None,
            outcome="loaded",
            error=None,
            document=0,
            finished_at=_known(self._page.get("loadEventStart")),
            interim=interim,
            hints=(),
            requests=requests,
            connections=tuple(
                self._connection(link, self._lines[id(link)], requests)
                for link in self._passage.links
                if id(link) in self._lines
            ),
            discoveries=(),
            notes=(NOTE,) if len(requests) > 1 else (),
            navigations=(0,),
            only_hints=True,  # what the document named is not in the record, so no rule may miss it
            page_timings=tuple((name, at) for name, at in timings if at is not None),
        )

    def _at(self, value: float | None) -> float | None:
        """A time of the relay's on the page's line."""
        return None if value is None or self._start is None else round(max(value - self._start, 0.0), 3)

    def _after_sent(self, value: float) -> float | None:
        at = self._at(value)
        return None if at is None else max(at, self._sent or 0.0)

    def _interim(self) -> tuple[InterimResponse, ...]:
        exchange = self._exchange
        if exchange is None or self._start is None:
            return ()
        moved = self._passage.moved(exchange)
        found = []
        for number, head in enumerate(exchange.interim):
            first = head.status == 103 and not any(one.status == 103 for one in exchange.interim[:number])
            acted = first and moved > 0 and not head.withheld
            if head.withheld:
                why = "withheld by the relay"
            elif acted:
                why = f"{moved} request{'' if moved == 1 else 's'} or connections began before the final head"
            else:
                why = "nothing began before the final head" if first else "not the first 103"
            at = self._after_sent(head.at)
            found.append(InterimResponse(number, 0, at, head.status, "", head.fields, acted, "observed", why))
        return tuple(found)

    def _document(self) -> RequestRecord:
        page, exchange = self._page, self._exchange
        end = _known(page.get("responseEnd"))
        final = _known(page.get("finalResponseHeadersStart")) or _known(page.get("responseStart"))
        first = None
        if exchange is not None and exchange.interim:
            first = self._after_sent(exchange.interim[0].at)
            final = max(final, first) if final is not None and first is not None else None
        head = exchange.final if exchange is not None else None
        return RequestRecord(
            id=0,
            url=self._url,
            method="GET",
            destination=Destination.DOCUMENT,
            mode=None,
            credentials=None,
            priority=None,
            fetch_priority=FetchPriority.AUTO,
            initiator=Initiator(InitiatorKind.NAVIGATION),
            fields=(),
            times=Times(0.0, self._sent, first, final, max(end, final) if end and final else end),
            connection=self._lines[id(self._link)] if self._link is not None else None,
            status=head.status if head is not None else round(_known(page.get("responseStatus")) or 0) or None,
            version=str(page.get("nextHopProtocol") or "") or None,
            response_fields=head.fields if head is not None else (),
            sizes=_sizes(exchange),
            outcome="complete",
            has_text=self._has_text,
        )

    def _others(self, acted: bool) -> list[RequestRecord]:
        """In the order in which they were asked for."""
        if self._start is None:
            return []
        made = [(link, one) for link, one in self._passage.exchanges if one is not self._exchange and one.url]
        made.sort(key=lambda each: each[1].at)
        return [self._request(number, link, one, acted) for number, (link, one) in enumerate(made, 1)]

    def _request(self, number: int, link: Link, one: Exchange, acted: bool) -> RequestRecord:
        document, asked = self._exchange, self._at(one.at)
        assert document is not None
        assert asked is not None
        is_hinted = acted and self._passage.is_before_head(one.at, document)
        over = one.ended_at is not None or one.reset_at is not None
        return RequestRecord(
            id=number,
            url=one.url,
            method=one.method,
            destination=Destination(one.destination) if one.destination in _DESTINATIONS else Destination.EMPTY,
            mode=None,
            credentials=None,
            priority=None,
            fetch_priority=FetchPriority.AUTO,
            initiator=Initiator(InitiatorKind.EARLY_HINT if is_hinted else InitiatorKind.UNKNOWN),
            fields=(),
            times=Times(
                asked,
                asked,
                self._at(one.interim[0].at) if one.interim else None,
                self._at(one.final.at) if one.final is not None else None,
                self._at(one.ended_at),
                self._at(one.reset_at),
            ),
            connection=self._lines[id(link)],
            status=one.final.status if one.final is not None else None,
            version="h2",
            response_fields=one.final.fields if one.final is not None else (),
            sizes=_sizes(one),
            outcome="pending" if not over else "complete" if one.ended_at is not None else "canceled",
            error="it was given up before it was complete" if over and one.ended_at is None else None,
        )

    def _connection(self, link: Link, number: int, requests: tuple[RequestRecord, ...]) -> ConnectionRecord:
        """Its phases are those of the relay's own connection to the server."""
        facts = link.facts
        times = facts.times if facts is not None else None
        start = self._start
        if (
            start is None
        ):  # over HTTP/1.1, where only how long each phase took is known: it stands where Chromium's does
            start = link.at - (_known(self._page.get("connectStart")) or 0.0)

        def at(value: float | None) -> float | None:
            return None if value is None else round(max(value - start, 0.0), 3)

        return ConnectionRecord(
            id=number,
            scheme=link.scheme,
            host=link.host,
            port=link.port,
            credentialed=True,
            reason="navigation" if link is self._link else "preconnect" if id(link) in self._ahead else "fetch",
            opened_at=at(link.at) or 0.0,
            protocol=facts.protocol if facts is not None else None,
            address=facts.address if facts is not None else None,
            lookup_start=at(times.lookup_start) if times else None,
            lookup_end=at(times.lookup_end) if times else None,
            connect_start=at(times.connect_start) if times else None,
            tcp_end=at(times.tcp_end) if times else None,
            tls_start=at(times.tls_start) if times else None,
            connect_end=at(times.connect_end) if times else None,
            tls=facts.tls if facts is not None else None,
            attempts=facts.attempts if facts is not None else (),
            error=link.error,
            requests=tuple(one.id for one in requests if one.connection == number),
        )


_DESTINATIONS = frozenset(Destination)


def _sizes(exchange: Exchange | None) -> Sizes:
    if exchange is None:
        return Sizes()
    head = exchange.final.size or None if exchange.final is not None else None
    return Sizes(head, exchange.content if exchange.ended_at is not None else None)


def _known(value: Any) -> float | None:
    """A time of the page's, None where there is none (0)."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return round(float(value), 3) if is_number and 0 < value < MOST_TIME else None


def _to(passage: Passage, url: str) -> Link | None:
    """The connection that most likely served the page, where what passed was not read (HTTP/1.1)."""
    return next((link for link in passage.links if f"//{link.host}" in url and link.facts is not None), None)
