"""What Chromium's parser alone meets, and what stops that parser: from the origin's log, the pages whose answers
``browser.document.test_parser_stops`` holds ours against.

A page that differs is loaded again, under a host that Chromium has not seen: a busy machine may be late with anything,
and a script that came sooner than a frame's process stops nothing.
"""

from __future__ import annotations

import asyncio

import pytest

from fetcher.origin import Log, Origin, Route, Site, page
from tests.browser.document.test_parser_stops import PAGES, SLOW_MS, answer
from tests.end_to_end.chromium.test_priorities import trusting
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

CHANCES = 3


def waited(log: Log, host: str) -> bool | None:
    """Whether /x was asked for once /slow had been answered; None where it was not asked for."""
    mine = [each for each in log.requests() if each.authority.startswith(f"{host}:")]
    ends = {(each.connection, each.stream): each.at for each in log.sent(what="end")}
    slow = next(ends[each.connection, each.stream] for each in mine if each.target.startswith("/slow"))
    found = [each.at for each in mine if each.target.startswith("/x.")]
    return min(found) >= slow if found else None


async def test_the_same_waits_for_the_parser() -> None:
    markup = list(PAGES)
    hosts: dict[str, dict[str, Route]] = {
        f"p{number}-{chance}.a.test": {"/": page(each)}
        for number, each in enumerate(markup)
        for chance in range(CHANCES)
    }
    told: dict[int, bool | None] = {}
    async with Origin(Site({}, hosts, default=answer), tls=True, http=("h2",)) as origin:

        def load(numbers: list[int], chance: int) -> None:
            with trusting(origin) as browser, browser.tab() as tab:
                tab.load(origin.url_of("warm.a.test") + "/x.html")
                for number in numbers:
                    tab.load(origin.url_of(f"p{number}-{chance}.a.test") + "/")

        wanted = list(range(len(markup)))
        for chance in range(CHANCES):
            try:
                await asyncio.to_thread(load, wanted, chance)
            except Missing as missing:
                require_or_skip("chromium", missing)
                raise
            await asyncio.sleep(2 * SLOW_MS / 1000)  # for what is asked for once a page has loaded
            for number in wanted:
                told[number] = waited(origin.log, f"p{number}-{chance}.a.test")
            wanted = [number for number in wanted if told[number] is not PAGES[markup[number]]]
            if not wanted:
                break
    print(f"{len(markup)} pages, {len(wanted)} differing")
    assert not wanted, "\n".join(f"{markup[number]}: Chromium {told[number]}" for number in wanted)
