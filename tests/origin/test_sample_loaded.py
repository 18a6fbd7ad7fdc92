"""Every page of the sample site, loaded by fetcher itself over HTTP/1.1 and HTTP/2, as the origin's log tells it."""

from __future__ import annotations

import asyncio

import pytest

import fetcher
from fetcher.errors import ConnectionLost, DeadlineExceeded, FetcherError, LimitExceeded, RemoteProtocolError
from fetcher.net.options import NetOptions
from fetcher.origin import Origin
from fetcher.origin.sample import CASES, sample_site
from fetcher.terms import Limits

SHEET, HERO = "/styles/site.css", "/images/hero.png"
SHOP = {SHEET, "/styles/shop.css", "/scripts/consent.js", "/fonts/lowtide.woff2", HERO}

# path: what must have been asked for before the final head, and the error a client ends with (None: it loads)
# A flood may reach the limit before the first hint's request is on its way.
EXPECTED: dict[str, tuple[set[str] | None, type[FetcherError] | None]] = {
    "/": (SHOP, None),
    "/no-hints": (set(), None),
    "/unused": ({SHEET, HERO, "/images/stool.svg"}, None),
    "/double": ({"/no-store.css", HERO}, None),
    "/wrong-as": ({SHEET}, None),
    "/nopush": ({HERO}, None),
    "/two-103s": ({SHEET}, None),
    "/redirect": ({SHEET, HERO}, None),
    "/error": ({SHEET, HERO}, None),
    "/slow-body": ({SHEET}, None),
    "/silent": ({SHEET}, DeadlineExceeded),
    "/cut": ({SHEET}, ConnectionLost),
    "/garbage": ({SHEET}, RemoteProtocolError),
    "/flood": (None, LimitExceeded),
    "/huge-field": (set(), LimitExceeded),
    "/empty": ({SHEET}, None),
    "/not-html": ({SHEET}, None),
}


def test_every_case_is_expected_here() -> None:
    """A page added to the site must be added to the table."""
    assert set(EXPECTED) == {case.path for case in CASES}


async def outcome(path: str, tls: bool) -> tuple[set[str] | None, type[FetcherError] | None]:
    """What one load asked for before the final head, and what it ended with, as the table has it."""
    limits = Limits(response_ms=900) if path == "/silent" else None
    ended: type[FetcherError] | None = None
    async with Origin(sample_site(think_ms=800, interim_delay_ms=5), tls=tls) as origin:
        options = NetOptions(ca_file=str(origin.ca_file)) if tls else None
        try:
            await fetcher.load_page(origin.url + path, options=options, limits=limits)
        except FetcherError as error:
            ended = type(error)
        asked = set(origin.log.before_head(path))
    return (None if path == "/flood" and asked <= {SHEET} else asked), ended


@pytest.mark.parametrize("tls", [False, True], ids=["http/1.1", "h2"])
async def test_every_case_loads_as_named(tls: bool) -> None:
    """The eager profile acts on both protocols. All pages at once, each from an origin of its own, so that they can
    think long enough for hinted requests to arrive before the head on the busiest machine."""
    found = await asyncio.gather(*(outcome(path, tls) for path in EXPECTED))
    assert dict(zip(EXPECTED, found, strict=True)) == EXPECTED
