"""Preconnects of markup and of the final head, in Chromium's own profile and in fetcher: the same handshakes.

Off the record, where the corpus runs, Chromium carries none of them out. On it, it also opens a connection of its own
accord to most pages it navigates to, which nothing uses: the page's own origin is left out. Settled (EH 11.1, 13.6):
one without ``crossorigin`` serves no request to another site, one with it serves those without credentials, and
``use-credentials`` is as good as none.
"""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.end_to_end.chromium.browsers import Seats
from tests.end_to_end.chromium.case import Case, file
from tests.end_to_end.chromium.cases.connections import OTHER, SAME, late, site
from tests.end_to_end.chromium.comparing import Heard, heard
from tests.end_to_end.chromium.network import Network
from tests.end_to_end.chromium.virtual import load_virtually
from tests.support import chromium
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

FONT = f"<style>@font-face{{font-family:f;src:url({OTHER}/f.woff2)}}body{{font-family:f}}</style><p>text"
SCRIPT, CORS_SCRIPT = f"<script src={OTHER}/s.js></script>", f"<script crossorigin src={OTHER}/s.js></script>"
PAGES = {
    "unused": (f"<link rel=preconnect href={OTHER}>", ""),
    "unused-both": (f"<link rel=preconnect href={OTHER}><link rel=preconnect crossorigin href={OTHER}>", ""),
    "script": (f"<link rel=preconnect href={OTHER}>", SCRIPT),
    "cors-script": (f"<link rel=preconnect href={OTHER}>", CORS_SCRIPT),
    "anonymous-script": (f"<link rel=preconnect crossorigin href={OTHER}>", SCRIPT),
    "anonymous-cors-script": (f"<link rel=preconnect crossorigin href={OTHER}>", CORS_SCRIPT),
    "anonymous-font": (f"<link rel=preconnect crossorigin href={OTHER}>", FONT),
    "font": (f"<link rel=preconnect href={OTHER}>", FONT),
    "use-credentials": (f"<link rel=preconnect crossorigin=use-credentials href={OTHER}>", SCRIPT),
    "same-site": (f"<link rel=preconnect href={SAME}>", f"<script src={SAME}/s.js></script>"),
    "same-site-anonymous": (f"<link rel=preconnect crossorigin href={SAME}>", f"<script src={SAME}/s.js></script>"),
}


def case(name: str, markup: str, uses: str) -> Case:
    return Case(f"markup-{name}", (), site=site({"a.test": {"/": late(markup, uses)}}), counted=True)


def counts(of: Heard) -> dict[str, int]:
    return {origin: dict(of.connections).get(origin, 0) for origin in (OTHER, SAME)}


RULES = "MAP *.test 127.0.0.1, MAP * ~NOTFOUND"


async def test_preconnects_of_markup() -> None:
    cases = [case(name, *parts) for name, parts in PAGES.items()]
    theirs: dict[str, dict[str, int]] = {}
    async with Network() as network:
        seats = Seats(network)
        labels = [(each, seats.take(each, "c")) for each in cases]

        def load() -> None:
            with (
                chromium.running(trust=[network.key_hash()], resolve=RULES) as browser,
                browser.tab(on_record=True) as tab,
            ):
                for each, label in labels:
                    tab.load(network.url(label, each.url))
                    while not network.is_quiet(label, 300, 1500):
                        time.sleep(0.02)

        try:
            await asyncio.to_thread(load)
        except Missing as missing:
            require_or_skip("chromium", missing)
        for each, label in labels:
            theirs[each.id] = counts(heard(each, network.visits[label]))
    assert {each.id: counts(load_virtually(each)) for each in cases} == theirs


async def test_a_host_served_by_another_s_connection_is_not_known_for_http2() -> None:
    """Its low priorities go six at a time, as over HTTP/1.1; those of a host with its own connection all at once."""
    slow = {f"/{number}.png": file(b"", "image/png", delay_ms=1000) for number in range(14)}

    def case(own: str, host: str) -> Case:
        pictures = "".join(f"<img src=https://{host}{path} width=1 height=1>" for path in slow)
        page = late(f"<img src=https://{host}/first.png><div style=height:9000px></div>", pictures)
        return Case(host, (), url=f"https://{own}/", site=site({own: {"/": page}, host: slow}))

    cases = [case("www.wide.test", "img.wide.test"), case("a.test", "b.a.test")]
    async with Network() as network:
        seats = Seats(network)
        labels = [seats.take(each, "c") for each in cases]

        def load() -> None:
            with chromium.running(trust=[network.key_hash()], resolve=RULES) as browser, browser.tab() as tab:
                for each, label in zip(cases, labels, strict=True):
                    tab.load(network.url(label, each.url))

        try:
            await asyncio.to_thread(load)
        except Missing as missing:
            require_or_skip("chromium", missing)
        early = []
        for label in labels:
            begun = [each.at for each in network.visits[label].seen if each.target[1:-4].isdigit()]
            assert len(begun) == 14
            early.append(sum(at < begun[0] + 800 for at in begun))
    assert early == [6, 14]
