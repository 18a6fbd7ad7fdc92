"""Every page of the sample site, loaded by fetcher itself over HTTP/1.1 and HTTP/2, as the origin's log tells it."""

from __future__ import annotations

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


@pytest.mark.parametrize("tls", [False, True], ids=["http/1.1", "h2"])
@pytest.mark.parametrize("path", EXPECTED)
async def test_a_case_loads_as_named(path: str, tls: bool) -> None:
    """The eager profile acts on both protocols; requests before the head and the way it ends are as in the table."""
    early, error = EXPECTED[path]
    # Long enough that hinted requests arrive before the head on a busy machine; silence is cut short.
    limits = Limits(response_ms=300) if path == "/silent" else None
    async with Origin(sample_site(think_ms=100, interim_delay_ms=5), tls=tls) as origin:
        options = NetOptions(ca_file=str(origin.ca_file)) if tls else None
        if error is None:
            await fetcher.load_page(origin.url + path, options=options, limits=limits)
        else:
            with pytest.raises(error):
                await fetcher.load_page(origin.url + path, options=options, limits=limits)
        asked = set(origin.log.before_head(path))
        assert asked == early if early is not None else asked <= {SHEET}
