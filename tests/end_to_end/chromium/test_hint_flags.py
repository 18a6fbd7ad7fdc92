"""What a corpus of plain pages cannot show of a 103 in Chromium: it takes a flag, the console, or the net log.

Each test starts a Chromium of its own and holds what it does against the rule and against our verdict.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fetcher.analysis.links import verdicts
from fetcher.origin import Answer, Body, Head, Interim, Origin, Site, Wait, asset, links
from fetcher.terms import ProfileName
from tests.analysis.test_verdicts import load_of
from tests.support.chromium import Chromium, Tab, executable, key_hash, running
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

NAMES = "MAP *.test 127.0.0.1, MAP * ~NOTFOUND"
SETTLED = 1.0
UNUSED_SECONDS = 3.0


def document(*hints: str, html: str = "") -> Answer:
    page = f"<!doctype html><title>x</title>{html}".encode()
    return (
        Wait(50), Interim(103, links(*hints)), Wait(300), Head(200, (("content-type", "text/html"),)), Body(page),
    )  # fmt: skip


@contextmanager
def served(*sites: Site, http: Sequence[str] = ("h2", "http/1.1")) -> Iterator[list[Origin]]:
    """Each site on a port of its own, over TLS, from a thread."""
    started, over = threading.Event(), threading.Event()
    origins = [Origin(site, tls=True, http=http) for site in sites]

    async def run() -> None:
        for origin in origins:
            await origin.start()
        started.set()
        await asyncio.to_thread(over.wait)
        for origin in origins:
            await origin.stop()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert started.wait(20)
    try:
        yield origins
    finally:
        over.set()
        thread.join(20)


@contextmanager
def chromium(origin: Origin, *flags: str) -> Iterator[Chromium]:
    try:
        executable()
    except Missing as missing:
        require_or_skip("chromium", missing)
    assert origin.certificate is not None
    with TemporaryDirectory() as folder:
        origin.certificate.write(folder)
        trusted = key_hash(Path(folder, "server.pem"))
    with running(trust=[trusted], resolve=NAMES, flags=flags) as browser:
        with browser.tab() as tab:  # its first load does more than a load
            tab.load(f"{origin.url_of('warm.a.test')}/warm")
        yield browser


def test_unused_hints_are_warned_of_three_seconds_after_load() -> None:
    """EH 9.6: once per URL, with a text of its own for a 103; a used hint is not named."""
    hints = ["</unused.css>; rel=preload; as=style", "</used.css>; rel=preload; as=style"]
    site = Site(
        {
            "/": document(*hints, html="<link rel=stylesheet href=used.css>"),
            "/warm": document(),
            "/unused.css": asset(b"", "text/css"),
            "/used.css": asset(b"", "text/css"),
        }
    )
    with served(site) as (origin,), chromium(origin) as browser, browser.tab() as tab:
        tab.call("Log.enable")
        tab.load(f"{origin.url_of('a.test')}/")
        loaded = time.monotonic()
        told: list[tuple[float, str]] = []
        while time.monotonic() < loaded + UNUSED_SECONDS + 2:
            time.sleep(0.05)
            told += [(time.monotonic() - loaded, text) for text in _said(tab) if "preloaded" in text]
    ((after, text),) = told
    assert "/unused.css (as=style) was preloaded using link preload in Early Hints but not used within" in text
    assert UNUSED_SECONDS - 1 < after < UNUSED_SECONDS + 1  # we hear of the load event a little late


def _said(tab: Tab) -> list[str]:
    """What the console has been told since the last call."""
    return [
        str(event["params"]["entry"]["text"]) for event in tab.events() if event["method"] == "Log.entryAdded"
    ]  # fmt: skip


@pytest.mark.parametrize(("space", "asks"), [("public", False), ("local", True), ("", True)])
def test_only_a_public_page_may_not_hint_at_loopback(space: str, asks: bool) -> None:
    """EH 10.2: a page whose address is taken for public reaches no loopback address by a hint (the connection is made,
    since the address is known only then); one that is itself local or on loopback may. Our verdict says the same."""
    private_site = Site({"/x.js": asset(b"", "text/javascript")})
    with served(Site({}), private_site) as (outer, private):
        hint = f"<{private.url_of('b.test')}/x.js>; rel=preload; as=script"
        outer.site = Site({"/": document(hint), "/warm": document()})
        flags = [f"--ip-address-space-overrides=127.0.0.1:{outer.port}={space}"] if space else []
        with chromium(outer, *flags) as browser, browser.tab() as tab:
            tab.load(f"{outer.url_of('a.test')}/")
            time.sleep(SETTLED)
        assert [entry.target for entry in private.log.requests()] == (["/x.js"] if asks else [])
        assert len(private.log.connections()) == 1
    load = load_of("<https://127.0.0.1/x.js>; rel=preload; as=script")
    address = {"public": "1.1.1.1", "local": "10.0.0.1", "": "127.0.0.1"}[space]
    ours = replace(load, connections=tuple(replace(one, address=address) for one in load.connections))
    assert verdicts(ours)[0].by(ProfileName.CHROMIUM).acts is asks


def test_dns_prefetch_looks_nothing_up_in_a_103() -> None:
    """EH 4.5: the net log knows the preconnect's name, and the other one from the 103's field alone."""
    hints = ("<https://looked-up.test>; rel=dns-prefetch", "<https://connected.test>; rel=preconnect")
    with TemporaryDirectory() as folder:
        log = Path(folder, "net.json")
        site = Site({"/": document(*hints), "/warm": document()})
        with served(site) as (origin,), chromium(origin, f"--log-net-log={log}") as browser, browser.tab() as tab:
            tab.load(f"{origin.url_of('a.test')}/")
            time.sleep(SETTLED)
        events = [line for line in log.read_text().splitlines() if "rel=" not in line]
    assert any("connected.test" in line for line in events)
    assert not any("looked-up.test" in line for line in events)
