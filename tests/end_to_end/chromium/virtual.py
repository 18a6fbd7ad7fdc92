"""The same cases in virtual time: the machine and the driver that users run, without a socket, judged alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from fetcher.browser.requests.device import device
from fetcher.browser.storage.state import BrowserState
from fetcher.origin import Answer, Log, RequestSeen, Sent, Site
from fetcher.record import PageLoad
from tests.end_to_end.chromium.browsers import LOAD_SECONDS
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.comparing import Heard, heard
from tests.end_to_end.chromium.network import HTTP_1_ONLY, WIDE, Visit
from tests.support.virtual_time import Path, virtual_load

AN_HOUR = 3_600_000.0


class _Http1Names(Collection[str]):
    """The hosts that speak HTTP/1.1 only: old.test and what is below it."""

    def __contains__(self, host: object) -> bool:
        return f".{host}".endswith(f".{HTTP_1_ONLY}.test")

    def __iter__(self) -> Iterator[str]:
        return iter((f"{HTTP_1_ONLY}.test",))

    def __len__(self) -> int:
        return 1


def _names(host: str) -> tuple[str, ...]:
    whole = f"{WIDE}.test"
    return (whole, f"*.{whole}") if host in (whole, f"{host.partition('.')[0]}.{whole}") else (host,)


def load_virtually(case: Case) -> Heard:
    """What the case's servers would hear of us."""
    return loaded_virtually(case)[0]


def loaded_virtually(case: Case, browser: str = "chromium") -> tuple[Heard, list[PageLoad]]:
    """What the case's servers would hear of us as ``browser``, and the record of each visit."""
    visit = Visit()
    site = case.as_site()
    state: BrowserState = BrowserState()
    failed = None
    number = 0
    loads: list[PageLoad] = []

    def answer(request: RequestSeen) -> Answer:
        # Every visit begins at the same virtual moment; here one comes after the other, on connections of its own.
        later = replace(request, at=request.at + number * AN_HOUR, connection=request.connection + number * 1000)
        visit.seen.append(later)
        return site.answer(request)

    def keep(now: BrowserState) -> None:
        nonlocal state
        state = now

    screen = device("mobile" if case.mobile else None, case.viewport, case.dpr)
    options: dict[str, Any] = {"device": screen, "frames": True, "timeout": LOAD_SECONDS}
    path = Path(http1=_Http1Names(), names=_names)
    for number, url in enumerate((case.url, *case.visits)):
        done = virtual_load(
            url, Site({}, default=answer), browser=browser, path=path, state=state, on_state=keep, **options
        )
        loads.append(done.load)
        failed = failed or (str(done.error) if done.error else None)
        for connection in done.load.connections:
            if connection.scheme == "https" and connection.connect_end is not None:
                visit.handshakes[connection.host] += 1
        if number == 0:
            visit.heads.update(_heads(done.log))
    return heard(case, visit, failed), loads


def _heads(log: Log) -> dict[tuple[int, int], float]:
    """When each exchange's final head left."""
    heads: dict[tuple[int, int], float] = {}
    for entry in log:
        if isinstance(entry, Sent) and entry.what == "head":
            heads.setdefault((entry.connection, entry.stream), entry.at)
    return heads
