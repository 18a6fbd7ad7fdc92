"""A load's times are of the network: all code that it needs is there before its clock runs.

An import takes up to 20 ms, in which no byte is read: the first load of a process, which is the only one of
``fetcher load``, would show it as the server's or the network's time.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import brotli
import pytest

from fetcher.origin.script import Route, asset, page
from fetcher.origin.server import Origin

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ROOT = Path(__file__).resolve().parents[2]
CLIENT = """
import asyncio, json, sys
import fetcher

loaded, late = set(), {}

def watch(event, commands):
    late.update({name: type(event).__name__ for name in set(sys.modules) - loaded if loaded})
    loaded.update(sys.modules)

async def main(url, ca_file, only_hints):
    await fetcher.load_page(url, options=fetcher.NetOptions(ca_file=ca_file), watch=watch, only_hints=only_hints == "1")
    watch(None, [])

asyncio.run(main(*sys.argv[1:]))
print(json.dumps(late))
"""


def late(url: str, ca_file: str, *, only_hints: bool) -> dict[str, str]:
    """What was loaded while the clock ran, and which event it was loaded before."""
    command = [sys.executable, "-W", "error", "-c", CLIENT, url, ca_file, "1" if only_hints else "0"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


PAGE = """<!doctype html><meta charset=utf-8><meta name=viewport content=width=device-width>
<link rel=stylesheet href=/s.css integrity=sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=>
<link rel=stylesheet href=/t.css media="(min-width: 10px)"><style>@import "/u.css"; .a > p { font-family: F }</style>
<script type=importmap>{"imports": {"x": "/x.js"}}</script><script type=module>import "x"</script>
<script type=speculationrules>{"prefetch": []}</script><div class=a><p style="background: url(/b.png)">
<picture><source srcset="/c.png 1x" type=image/avif><img srcset="/d.png 100w" sizes="100vw"></picture></p></div>
<iframe src=/f.html></iframe><svg><image href=/g.svg /></svg>"""
HINTS = ["</t.css>; rel=preload; as=style", "</x.js>; rel=modulepreload", "<//localhost:9>; rel=preconnect"]
FIELDS = (
    ("content-security-policy", "img-src 'self'"),
    ("link", "</z.png>; rel=preload; as=image"),
    ("set-cookie", "a=b"),
    ("accept-ch", "viewport-width"),
)
SHEET = b"@font-face { font-family: F; src: url(/f.woff2) } p { margin: calc(1px + 1em) }"
ROUTES: dict[str, Route] = {
    "/": page(PAGE, hints=HINTS, fields=FIELDS),
    "/s.css": asset(b"", "text/css"),
    "/t.css": asset(zstd.compress(SHEET), "text/css", fields=(("content-encoding", "zstd"),)),
    "/x.js": asset(brotli.compress(b"import './y.js'"), "text/javascript", fields=(("content-encoding", "br"),)),
    "/y.js": asset(b"export default 1", "text/javascript"),
}


@pytest.mark.parametrize("only_hints", [False, True], ids=["the page", "its hints"])
async def test_nothing_is_loaded_while_the_clock_runs(only_hints: bool) -> None:
    async with Origin(ROUTES, tls=True) as origin:
        assert (
            await asyncio.to_thread(late, origin.url_of("localhost"), str(origin.ca_file), only_hints=only_hints) == {}
        )
