"""Loads of a page in a Chromium, measured by the page itself: contentful paints, DOMContentLoaded, load.

    async with measuring(ChromiumOptions(...), NetOptions(...)) as measured:
        load = await measured.load(url, {"early_hints": False})     # a PageLoad recorded by that Chromium

Every load has a browser context of its own: empty caches, fresh connections. Paints are asked of a PerformanceObserver
once none has come for ``STILL_MS`` after load, so that a paint later than that is not seen. The record holds the
document's exchange and what was measured, no subresources: Resource Timing shows a hinted one as a later cache read.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fetcher.errors import ChromiumFailed, RecordError
from fetcher.net.options import NetOptions
from fetcher.record.page_load import ConnectionRecord, InterimResponse, PageLoad, RequestRecord, Times
from fetcher.record.saved import check
from fetcher.runs.chromium.driving import Browser, chromium
from fetcher.runs.chromium.options import ChromiumOptions
from fetcher.runs.chromium.passage import Link, Passage
from fetcher.runs.chromium.relay import DOMAIN, Relay
from fetcher.runs.chromium.tabs import Tab
from fetcher.terms import Destination, FetchPriority, HttpVersion, Initiator, InitiatorKind
from fetcher.urls import resolve
from fetcher.wire.http2.passing import Exchange

LOAD_SECONDS = 60.0
STILL_MS = 500
MOST_MS = 5_000
MOST_TIME = 1e9
"""Beyond this a figure is no time since navigation start."""

RELAY = (
    "Chromium has no switch to ignore a 103, so both arms go through a relay on this machine, which withholds it in "
    "the arm without hints"
)

_ASK = f"""new Promise(resolve => {{
  let last = performance.now(), lcp = null;
  const began = last;
  new PerformanceObserver(list => {{
    for (const entry of list.getEntries()) lcp = entry.startTime;
    last = performance.now();
  }}).observe({{type: 'largest-contentful-paint', buffered: true}});
  const look = () => {{
    const now = performance.now();
    if (now - last < {STILL_MS} && now - began < {MOST_MS}) return setTimeout(look, 50);
    const page = performance.getEntriesByType('navigation')[0].toJSON();
    const fcp = performance.getEntriesByName('first-contentful-paint')[0];
    resolve({{page, lcp, fcp: fcp ? fcp.startTime : null}});
  }};
  look();
}})"""


@asynccontextmanager
async def measuring(options: ChromiumOptions, net: NetOptions) -> AsyncIterator[Measuring]:
    """A Chromium whose connections go through a relay that connects as ``net`` says. Raises as ``chromium`` does, and
    ``MissingExtra`` without what certificates are made with."""
    async with Relay(net) as relay:
        through = replace(
            options,
            net=NetOptions(),
            trust=(*options.trust, relay.key_hash),
            flags=(*options.flags, f"--host-resolver-rules=MAP *.{DOMAIN} 127.0.0.1"),
            through=relay.proxy,
        )
        async with chromium(through) as browser:
            yield Measuring(browser, relay)


class Measuring:
    """``version`` is Chromium's; ``notes`` say what it does otherwise than a load of ours."""

    def __init__(self, browser: Browser, relay: Relay) -> None:
        self.version = browser.version
        self.notes = (*browser.notes, RELAY)
        self._browser = browser
        self._relay = relay

    async def load(self, url: str, options: dict[str, Any]) -> PageLoad:
        """``options`` are "early_hints" (whether 103s are passed on), "timeout" (seconds), "find_text", and "dressing",
        what requests get besides. Raises ``ChromiumFailed``."""
        early_hints = bool(options.get("early_hints", True))
        passage = self._relay.begin(withheld=not early_hints, dressing=options.get("dressing"))
        started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        async with self._browser.tab() as tab:
            try:
                await tab.load(url, timeout=options.get("timeout") or LOAD_SECONDS)
            except ChromiumFailed as failed:
                raise _explained(failed, url, passage) from failed
            told = await tab.run(_asked, tab.blocking, _ASK)
            text = options.get("find_text")
            found = None
            if text is not None:
                looked_for = f"document.documentElement.outerHTML.includes({json.dumps(text)})"
                found = await tab.run(_asked, tab.blocking, looked_for) is True
        made = record_of(url, told, passage, has_text=found)
        return replace(
            made, started_at=started_at, recorded_by=self.version, early_hints=early_hints,
            device=self._browser.options.device,
        )  # fmt: skip


def _asked(tab: Tab, expression: str) -> Any:
    """What ``expression`` comes to in a world of its own in the page, whose scripts cannot have changed it."""
    frame = tab.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = tab.call("Page.createIsolatedWorld", frameId=frame)["executionContextId"]
    answer = tab.call(
        "Runtime.evaluate", expression=expression, contextId=world, returnByValue=True, awaitPromise=True
    )  # fmt: skip
    if "exceptionDetails" in answer:
        raise ChromiumFailed(f"the page could not be asked for its timing: {answer['exceptionDetails'].get('text')}")
    return answer["result"].get("value")


def _explained(failed: ChromiumFailed, url: str, passage: Passage) -> ChromiumFailed:
    """Why the relay could not connect says more than that Chromium had no tunnel."""
    parsed = resolve(url)
    why = passage.error_of(parsed.host) if parsed is not None else None
    return failed if why is None else ChromiumFailed(why)


def record_of(url: str, told: Any, passage: Passage, *, has_text: bool | None) -> PageLoad:
    """The load as a record. Raises ``ChromiumFailed`` where what the page told is no timing."""
    page = told.get("page") if isinstance(told, dict) else None
    if not isinstance(page, dict) or not isinstance(page.get("name"), str):
        raise ChromiumFailed(f"{url} told nothing of its timing")
    load = _recorded(url, told, page, passage, has_text=has_text)
    try:
        check(load)
    except RecordError as error:
        raise ChromiumFailed(f"{url} told an impossible timing: {error}") from error
    return load


def _recorded(
    url: str, told: dict[str, Any], page: dict[str, Any], passage: Passage, *, has_text: bool | None
) -> PageLoad:  # fmt: skip
    final_url = page["name"]
    # The last navigation to it, should it have been asked for more than once: a page's code may ask for it, too.
    passed = [(link, one) for link, one in passage.exchanges if one.url == final_url.partition("#")[0]]
    passed = [each for each in passed if each[1].destination == Destination.DOCUMENT] or passed
    link, exchange = passed[-1] if passed else (_to(passage, final_url), None)
    sent = _known(page.get("requestStart"))
    start = exchange.at - sent if exchange is not None and sent is not None else None
    timings = (
        ("fcp", _known(told.get("fcp"))), ("lcp", _known(told.get("lcp"))),
        ("onContentLoad", _known(page.get("domContentLoadedEventStart"))),
        ("onLoad", _known(page.get("loadEventStart"))),
    )  # fmt: skip
    return PageLoad(
        url=url,
        final_url=final_url,
        started_at="",
        profile=None,
        early_hints=None,
        outcome="loaded",
        error=None,
        document=0,
        finished_at=_known(page.get("loadEventStart")),
        interim=_interim(passage, exchange, start, sent),
        hints=(),
        requests=(_document(final_url, page, exchange, start, link, has_text=has_text),),
        connections=(_connection(link, start),) if link is not None else (),
        discoveries=(),
        navigations=(0,),
        only_hints=True,  # what the document asked for is not in the record, so no rule may miss it
        page_timings=tuple((name, at) for name, at in timings if at is not None),
    )


def _known(value: Any) -> float | None:
    """A time of the page's, None where there is none (0)."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return round(float(value), 3) if is_number and 0 < value < MOST_TIME else None


def _to(passage: Passage, url: str) -> Link | None:
    """The connection that most likely served the page, where what passed was not read (HTTP/1.1)."""
    return next((link for link in passage.links if f"//{link.host}" in url and link.facts is not None), None)


def _interim(
    passage: Passage, exchange: Exchange | None, start: float | None, sent: float | None
) -> tuple[InterimResponse, ...]:
    if exchange is None or start is None:
        return ()
    moved = passage.moved(exchange)
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
        at = round(max(head.at - start, sent or 0.0), 3)
        found.append(
            InterimResponse(number, 0, at, head.status, "", head.fields, acted, "observed", why)
        )  # fmt: skip
    return tuple(found)


def _document(
    url: str, page: dict[str, Any], exchange: Exchange | None, start: float | None, link: Link | None, *,
    has_text: bool | None,
) -> RequestRecord:  # fmt: skip
    sent, end = _known(page.get("requestStart")), _known(page.get("responseEnd"))
    final = _known(page.get("finalResponseHeadersStart")) or _known(page.get("responseStart"))
    first = None
    if exchange is not None and exchange.interim and start is not None:
        first = round(max(exchange.interim[0].at - start, sent or 0.0), 3)
        final = max(final, first) if final is not None else None
    head = exchange.final if exchange is not None else None
    return RequestRecord(
        id=0,
        url=url,
        method="GET",
        destination=Destination.DOCUMENT,
        mode=None,
        credentials=None,
        priority=None,
        fetch_priority=FetchPriority.AUTO,
        initiator=Initiator(InitiatorKind.NAVIGATION),
        fields=(),
        times=Times(0.0, sent, first, final, max(end, final) if end and final else end),
        connection=0 if link is not None else None,
        status=head.status if head is not None else round(_known(page.get("responseStatus")) or 0) or None,
        version=str(page.get("nextHopProtocol") or "") or None,
        response_fields=head.fields if head is not None else (),
        outcome="complete",
        has_text=has_text,
    )


def _connection(link: Link, start: float | None) -> ConnectionRecord:
    """Its phases are those of the relay's own connection to the server."""
    facts = link.facts

    def at(value: float | None) -> float | None:
        return None if value is None or start is None else round(max(value - start, 0.0), 3)

    times = facts.times if facts is not None else None
    return ConnectionRecord(
        id=0,
        scheme=link.scheme,
        host=link.host,
        port=link.port,
        credentialed=True,
        reason="navigation",
        opened_at=at(link.at) or 0.0,
        protocol=facts.protocol if facts is not None else HttpVersion.HTTP_1_1,
        address=facts.address if facts is not None else None,
        lookup_start=at(times.lookup_start) if times else None,
        lookup_end=at(times.lookup_end) if times else None,
        connect_start=at(times.connect_start) if times else None,
        tcp_end=at(times.tcp_end) if times else None,
        tls_start=at(times.tls_start) if times else None,
        connect_end=at(times.connect_end) if times else None,
        tls=facts.tls if facts is not None else None,
        attempts=facts.attempts if facts is not None else (),
        requests=(0,),
    )
