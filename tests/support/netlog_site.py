"""The site whose loads in Chromium 156 are the NetLogs of ``tests/record/data``: hints of two 103s, of every fate."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fetcher.analysis.hints_in_chromium import Fate
from fetcher.origin import Answer, Body, Head, Interim, Site, Wait, asset, links
from fetcher.record import PageLoad
from fetcher.record.observed import read_observed
from tests.support.virtual_time import virtual_load

DATA = Path(__file__).parent.parent / "record/data"
PAGE = "https://a.test/"

HTML = (("content-type", "text/html"),)
SCRIPT = b"setTimeout(() => { fetch('/data.json'); new Image().src = '/late.png' }, 300)"

HINTS: dict[str, Fate] = {
    "</a.css>; rel=preload; as=style": Fate.USED,
    "</app.js>; rel=preload; as=script": Fate.USED,
    "</unused.png>; rel=preload; as=image": Fate.NEVER_USED,
    "</bad.css>; rel=preload; as=stylesheet": Fate.NOT_FETCHED,
    "</font.woff2>; rel=preload; as=font; crossorigin": Fate.USED,
    "</data.json>; rel=preload; as=fetch; crossorigin": Fate.USED,
    "</nostore.css>; rel=preload; as=style": Fate.FETCHED_AGAIN,
    "<OTHER>; rel=preconnect": Fate.CONNECTED,
    "<https://d.test>; rel=dns-prefetch": Fate.NOT_FETCHED,
    "</mod.js>; rel=modulepreload": Fate.USED,
    "</gone.png>; rel=preload; as=image": Fate.NEVER_USED,
    "</moved.png>; rel=preload; as=image": Fate.NEVER_USED,
    "</slow.css>; rel=preload; as=style": Fate.USED,
}
"""What becomes of each in a first load; OTHER stands for the origin of c.test."""
SECOND = {"</second.css>; rel=preload; as=style": Fate.NOT_FETCHED}
"""A second 103, 100 ms later."""

DOCUMENT = """<!doctype html><title>x</title>
<link rel=stylesheet href=/a.css><link rel=stylesheet href=/slow.css><link rel=stylesheet href=/nostore.css>
<link rel=stylesheet href=/second.css><script src=/app.js></script><script type=module src=/mod.js></script>
<p>hi<img src=/plain.png><img src=OTHER/c.png><iframe src=/frame.html></iframe>
<style>@font-face{font-family:F;src:url(/font.woff2)} p{font-family:F}</style>"""


def netlog_site(other: str = "https://c.test") -> Site:
    """``other`` is the origin of c.test. Every host answers alike."""
    first, second = ([one.replace("OTHER", other) for one in each] for each in (HINTS, SECOND))
    document: Answer = (
        Wait(50), Interim(103, links(*first)), Wait(100), Interim(103, links(*second)), Wait(100),
        Head(200, HTML), Body(DOCUMENT.replace("OTHER", other).encode()),
    )  # fmt: skip
    png, css, js = "image/png", "text/css", "text/javascript"
    kinds = {"a.css": css, "second.css": css, "bad.css": css, "in.css": css, "mod.js": js, "font.woff2": "font/woff2"}
    kinds |= dict.fromkeys(("unused.png", "plain.png", "late.png", "c.png"), png)
    routes = {f"/{name}": asset(b"", kind) for name, kind in kinds.items()}
    routes |= {
        "/": document,
        "/warm": (Wait(20), Head(200, HTML), Body(b"<title>w</title>")),
        "/app.js": asset(SCRIPT, js),
        "/data.json": asset(b"{}", "application/json"),
        "/slow.css": (Wait(400), *asset(b"", css)),
        "/nostore.css": (Head(200, (("content-type", css), ("cache-control", "no-store"))), Body(b"")),
        "/frame.html": asset(b"<title>f</title><link rel=stylesheet href=/in.css>", "text/html"),
        "/gone.png": (Head(404, HTML), Body(b"no")),
        "/moved.png": (Head(302, (("location", "/plain.png"),)), Body(b"")),
    }
    return Site(routes, {"a.test": routes, "c.test": routes})


@cache
def with_netlog(name: str = "netlog-hints.json", which: int = 0) -> PageLoad:
    """The page loaded here in virtual time, with what the NetLog ``name`` shows of its ``which``th load there."""
    pages = [one for one in read_observed(str(DATA / name)) if one.final_url == PAGE]
    http = "1.1" if name == "netlog-http1.json" else "auto"
    return virtual_load(PAGE, netlog_site(), observed=pages[which], http=http).load
