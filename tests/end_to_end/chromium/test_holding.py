"""Which requests Chromium holds back, from the origin's log, beside ours: slow scripts and sheets in the head, over
HTTP/2 and over HTTP/1.1.

Bursts cannot be compared on a busy machine, so this is: how many requests came while the slow one was unanswered, and
the most that were unanswered at any moment; each within one of ours.
"""

from __future__ import annotations

import asyncio
import time

import pytest

import fetcher
from fetcher.net import NetOptions
from fetcher.origin import Answer, Log, Origin, RequestSeen, Route, Site, asset, page
from tests.browser.connections.test_holding import HEAD, PAGES, images
from tests.end_to_end.chromium.test_priorities import TYPES, trusting

pytestmark = pytest.mark.chromium

SLOW_MS, FAST_MS = 2_000, 100
MORE = (
    "".join(f"<script src=/slow{number}.js></script>" for number in range(3)) + "<body>" + images(6),
    "<script async src=/slow.js></script><body>" + images(9),
    "<body>" + images(14, "width=1 height=1"),
)


def answer(seen: RequestSeen) -> Answer:
    kind = TYPES.get(seen.path.rpartition(".")[2], "application/octet-stream")
    return asset(b"", kind, delay_ms=SLOW_MS if "slow" in seen.path else FAST_MS)


def early(log: Log, host: str) -> tuple[int, int]:
    """How many requests came before the (first) slow one was answered, and the most that were unanswered."""
    mine = [each for each in log.requests() if each.authority.startswith(f"{host}:")]
    asked = [each for each in mine if each.target not in ("/", "/favicon.ico")]
    ends = {(each.connection, each.stream): each.at for each in log.sent(what="end")}
    spans = [(each.at, ends[each.connection, each.stream]) for each in asked]
    most = max(sum(start <= at < end for start, end in spans) for at, _ in spans)
    slow = [end for (_, end), each in zip(spans, asked, strict=True) if "slow" in each.target]
    return sum(at < min(slow) - 10 for at, _ in spans) if slow else 0, most


@pytest.mark.parametrize("http", ["h2", "http/1.1"])
async def test_as_many_at_a_time(http: str) -> None:
    markup = [*PAGES, *MORE]
    hosts: dict[str, dict[str, Route]] = {}
    for who in "cf":
        hosts |= {f"{who}{number}.a.test": {"/": page(HEAD + each)} for number, each in enumerate(markup)}
    async with Origin(Site({}, hosts, default=answer), tls=True, http=(http,)) as origin:

        def chromium() -> None:
            with trusting(origin) as browser, browser.tab() as tab:
                tab.load(origin.url_of("warm.a.test") + "/slow.html")
                for number in range(len(markup)):
                    tab.load(origin.url_of(f"c{number}.a.test") + "/")
                    time.sleep(0.3)

        await asyncio.to_thread(chromium)
        net = NetOptions(ca_file=str(origin.ca_file), resolve=(("*", origin.port, "127.0.0.1"),))
        for number in range(len(markup)):
            await fetcher.load_page(origin.url_of(f"f{number}.a.test") + "/", browser="chromium", options=net)
        differing = []
        for number, each in enumerate(markup):
            theirs, ours = early(origin.log, f"c{number}.a.test"), early(origin.log, f"f{number}.a.test")
            if any(abs(a - b) > 1 for a, b in zip(theirs, ours, strict=True)):
                differing.append(f"{each}: Chromium {theirs}, we {ours}")
    print(f"{len(markup)} pages over {http}, {len(differing)} differing")
    assert not differing, "\n".join(differing)
