"""Hosts that one certificate covers, at one address and at two: whose connection serves whom, in Chromium and here.

Two loopback addresses stand for two machines. A host at the page's own address is served by the page's connection
(RFC 9113 9.1.1); one at another address gets a connection of its own, although the certificate covers it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import fetcher
from fetcher.net import NetOptions
from fetcher.origin import Origin, Site, asset, page
from fetcher.origin.certificates import throw_away
from tests.support.chromium import key_hash, running
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

NAMES = ("wide.test", "*.wide.test")
AWAY = "127.0.0.2"
PICTURES = "".join(f"<img src=https://{host}.wide.test:PORT/{host}.png>" for host in ("near", "away", "off"))


def served(origins: list[Origin]) -> dict[str, tuple[int, bool]]:
    """By target: at which address, and whether over the connection of the first request there."""
    found = {}
    for number, origin in enumerate(origins):
        seen = [each for each in origin.log.requests() if each.target != "/favicon.ico"]
        for each in seen:
            found[each.target] = number, each.connection == seen[0].connection
    return found


@pytest.mark.parametrize("who", ["chromium", "fetcher"])
async def test_another_address_is_another_connection(who: str, tmp_path: Path) -> None:
    """The same answer from both: what is away shares nothing with the page."""
    site = Site({}, default=lambda _: asset(b"", "image/png"))
    certificate = throw_away(NAMES)
    async with (
        Origin(site, tls=True, certificate=certificate) as here,
        Origin(site, tls=True, certificate=certificate, host=AWAY, port=here.port) as there,
    ):
        here.site = Site({"/": page(PICTURES.replace("PORT", str(here.port)))}, default=site.default)
        url = here.url_of("www.wide.test")
        if who == "fetcher":
            away = tuple((f"{host}.wide.test", here.port, AWAY) for host in ("away", "off"))
            options = NetOptions(resolve=(*away, ("*", here.port, "127.0.0.1")), ca_file=str(here.ca_file))
            await fetcher.load_page(url, browser="chromium", options=options)
        else:
            rules = f"MAP away.wide.test {AWAY}, MAP off.wide.test {AWAY}, MAP *.test 127.0.0.1, MAP * ~NOTFOUND"

            certificate.write(tmp_path)
            trust = [key_hash(tmp_path / "server.pem")]

            def load() -> None:
                with running(trust=trust, resolve=rules) as browser, browser.tab() as tab:
                    tab.load(url)

            try:
                await asyncio.to_thread(load)
            except Missing as missing:
                require_or_skip("chromium", missing)
        found = served([here, there])
    assert len(found) == 4, found
    assert found["/"] == found["/near.png"] == (0, True)
    assert found["/away.png"][0] == found["/off.png"][0] == 1
