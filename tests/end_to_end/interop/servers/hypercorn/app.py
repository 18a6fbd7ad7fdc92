"""ASGI app using the http.response.early_hint extension."""

import asyncio
import os

THINK = float(os.environ.get("THINK", "0.4"))
CSS = b"</style.css>; rel=preload; as=style"
JS = b"</app.js>; rel=preload; as=script"
PAGE = (
    b'<!doctype html><title>slow page</title><link rel="stylesheet" href="/style.css">'
    b'<script defer src="/app.js"></script><h1>slow page</h1>\n'
)
FILES = {"/style.css": (b"text/css", b"h1{color:#036}\n"), "/app.js": (b"text/javascript", b"1;\n")}


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    path = scope["path"]
    if path == "/scope":
        body = repr((scope["http_version"], scope.get("extensions"))).encode()
        ctype = b"text/plain"
    elif path in FILES:
        ctype, body = FILES[path]
    else:
        ctype, body = b"text/html", PAGE
        if "http.response.early_hint" in scope.get("extensions", {}) and path != "/plain":
            if path == "/multi":
                await send({"type": "http.response.early_hint", "links": [CSS]})
                await asyncio.sleep(0.15)
                await send({"type": "http.response.early_hint", "links": [JS]})
            else:
                await send({"type": "http.response.early_hint", "links": [CSS, JS]})
        await asyncio.sleep(THINK)
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", ctype),
                (b"content-length", b"%d" % len(body)),
                (b"cache-control", b"max-age=60"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
