"""What a page asks for when it is loaded again: the whole table, asked of a real Chromium and of ``load_page``.

One page names every row's resource. Chromium visits another site between the two loads, so that a new renderer has no
memory of the first and only its HTTP cache can answer.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from pathlib import Path

import pytest

import fetcher
from fetcher.browser.storage.state import BrowserState
from fetcher.net import NetOptions
from fetcher.origin import Answer, Body, Head, Origin, Site
from fetcher.origin.script import RequestSeen, page
from fetcher.terms import Fields
from tests.support.chromium import executable, key_hash, running
from tests.support.http_cache_cases import AGAIN, CASES, NOTHING, REDIRECTS, STALE_WHILE_REVALIDATE, Case
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

NO_STORE: Fields = (("cache-control", "no-store"),)
RENEWS = "u=4"
SETTLED_S = 2.5
"""After the load: stale answers are renewed once everything else is there."""
ROWS = {f"/{case.name}.js": case for case in (*CASES, *REDIRECTS, *STALE_WHILE_REVALIDATE)}
Seen = dict[str, list[tuple[str, ...] | None]]


class Rows:
    """The page, its resources, and what each visit asked for."""

    def __init__(self) -> None:
        self.visits: list[Seen] = []
        self.renewed: set[str] = set()

    def begin(self) -> None:
        self.visits.append(defaultdict(list))

    def answer(self, request: RequestSeen) -> Answer:
        if request.path == "/":
            return page("".join(f"<script src={path}></script>" for path in ROWS), fields=NO_STORE)
        case = ROWS.get(request.path)
        if case is None:
            return (Head(200, (*NO_STORE, ("content-type", "text/javascript"))), Body(b""))
        asks = tuple(name for name, _ in request.fields if name in ("if-none-match", "if-modified-since"))
        if (request.field("priority") or "").startswith(RENEWS):
            self.renewed.add(request.path)
            if len(self.visits) == 1:  # the parser used again what the scanner had fetched: blink renews that, too
                return (Head(304, ()),) if asks else self._first(case)
        self.visits[-1][request.path].append(asks or AGAIN)
        return (Head(304, ()),) if asks else self._first(case)

    def _first(self, case: Case) -> Answer:
        fields = (("content-type", "text/javascript"), *case.dated(time.time()))
        head = Head(case.status, (*fields, ("location", "/elsewhere.js")) if case in REDIRECTS else fields)
        return (head,) if case.status == 204 else (head, Body(b"//0123456789"))

    def wrong(self) -> list[str]:
        first, second = self.visits
        found = [f"{path} was asked for {len(first[path])} times at first" for path in ROWS if len(first[path]) != 1]
        for path, case in ROWS.items():
            wanted: list[tuple[str, ...] | None] = [] if case.then == NOTHING else [case.then]
            if second[path] != wanted:
                found.append(f"{case.name}: {second[path]} instead of {wanted}")
        return found


def _chromium_or_skip() -> None:
    try:
        executable()
    except Missing as missing:
        require_or_skip("chromium", missing)


async def test_the_table_in_chromium(tmp_path: Path) -> None:
    """Every row is what this Chromium asks for."""
    _chromium_or_skip()
    rows = Rows()
    async with Origin(Site({}, default=rows.answer), tls=True) as origin:
        assert origin.certificate is not None
        chain = tmp_path / "chain.pem"
        chain.write_bytes(origin.certificate.chain)

        def visit() -> None:
            with running(trust=[key_hash(chain)], resolve="MAP *.test 127.0.0.1") as browser, browser.tab() as tab:
                for _ in range(2):
                    rows.begin()
                    tab.load(origin.url_of("a.test") + "/", timeout=60)
                    time.sleep(SETTLED_S)
                    tab.load(origin.url_of("b.test") + "/elsewhere")

        await asyncio.to_thread(visit)
    assert rows.wrong() == []
    assert {path for path, case in ROWS.items() if case in STALE_WHILE_REVALIDATE} <= rows.renewed


async def test_the_table_in_load_page() -> None:
    """And what ``load_page`` asks for, from the same server."""
    rows = Rows()
    state = BrowserState()

    def keep(left: BrowserState) -> None:
        nonlocal state
        state = left

    async with Origin(Site({}, default=rows.answer), tls=True) as origin:
        net = NetOptions(resolve=(("a.test", origin.port, "127.0.0.1"),), ca_file=str(origin.ca_file))
        for _ in range(2):
            rows.begin()
            url = origin.url_of("a.test") + "/"
            await fetcher.load_page(url, browser="chromium", options=net, state=state, on_state=keep)
            await asyncio.sleep(0.2)  # so that what is fresh for a tenth of a second is stale
    assert rows.wrong() == []
    assert {path for path, case in ROWS.items() if case in STALE_WHILE_REVALIDATE} == rows.renewed
