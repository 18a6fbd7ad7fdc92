"""A 103 from an aiohttp server today: aiohttp has no call for it (aio-libs/aiohttp#7878), its public transport has.

    python samples/aiohttp_app.py --port 8080
    curl -v -H "Sec-Fetch-Mode: navigate" http://127.0.0.1:8080/

Copy ``send_early_hints``, call it first thing in a handler, and do the slow work after it. Browsers act on hints over
HTTP/2 and 3 only, so put a proxy that passes interim responses on in front; over HTTP/1.1 they are read and skipped.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence

from aiohttp import HttpVersion11, web
from aiohttp.typedefs import Handler, Middleware


def send_early_hints(request: web.Request, links: Sequence[str]) -> bool:
    """Send a 103 with one Link field for each of ``links``, now; returns whether it was sent.

    Only to a client that speaks HTTP/1.1, since an older one would take it for the answer, and only for a navigation
    (Sec-Fetch-Mode), since nobody else acts on it. Call it before the response is prepared. Raises ValueError for a
    link that would break out of its line.
    """
    if any(character in link for link in links for character in "\r\n\0"):
        raise ValueError("A link must not contain a line break or NUL.")
    transport = request.transport
    if transport is None or transport.is_closing() or not links:
        return False
    if request.version < HttpVersion11 or request.headers.get("Sec-Fetch-Mode") != "navigate":
        return False
    lines = ["HTTP/1.1 103 Early Hints", *(f"Link: {link}" for link in links)]
    # aiohttp answers one request of a connection at a time and writes straight through, so this cannot land inside
    # another response; the client reads the final response from the next byte on.
    transport.write("\r\n".join(lines).encode() + b"\r\n\r\n")
    return True


def early_hints(links: Mapping[str, Sequence[str]]) -> Middleware:
    """A middleware that sends the links of a path before its handler runs."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "GET" and request.path in links:
            send_early_hints(request, links[request.path])
        return await handler(request)

    return middleware


# The same words in the 103 and in the page's markup, or the files are fetched twice. Only parameters that browsers
# know at 103 (rel, as, crossorigin, type, fetchpriority, integrity): any other drops the link.
LINKS = {"/": ("</style.css>; rel=preload; as=style", "</script.js>; rel=preload; as=script")}

PAGE = """<!doctype html>
<html lang="en">
<head><title>Early hints from aiohttp</title>
<link rel="stylesheet" href="/style.css">
<script src="/script.js" defer></script></head>
<body><h1>The page</h1><p>Its style and script were named before it was made.</p></body>
</html>
"""
ASSETS = {
    "/style.css": ("text/css", "body { font-family: sans-serif; margin: 3em }\n"),
    "/script.js": ("text/javascript", "document.title += ' (script ran)'\n"),
}


def make_app(think_ms: float = 200) -> web.Application:
    """The sample site: a page that takes ``think_ms`` to make, and its two files."""

    async def page(request: web.Request) -> web.Response:
        await asyncio.sleep(think_ms / 1000)  # the database
        return web.Response(text=PAGE, content_type="text/html")

    async def asset(request: web.Request) -> web.Response:
        kind, text = ASSETS[request.path]
        # Cacheable, or Chromium fetches it again when the page asks: a hinted file waits in the HTTP cache.
        return web.Response(text=text, content_type=kind, headers={"Cache-Control": "max-age=3600"})

    app = web.Application(middlewares=[early_hints(LINKS)])
    app.router.add_get("/", page)
    for path in ASSETS:
        app.router.add_get(path, asset)
    return app


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    options.add_argument("--think-ms", type=float, default=200, help="time the page takes to make")
    given = options.parse_args()
    web.run_app(make_app(given.think_ms), host="127.0.0.1", port=given.port)


if __name__ == "__main__":
    main()
