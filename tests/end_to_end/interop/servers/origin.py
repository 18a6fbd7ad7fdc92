"""Slow cleartext HTTP/1.1 origin that the proxies stand in front of.

    origin.py PORT

  /            103 at once, 200 after THINK seconds (default 0.4)
  /multi       103, a second 103 0.15 s later, then the 200
  /same        one 103 with three Link fields, then the 200
  /noreason    "HTTP/1.1 103 " with an empty reason phrase, then the 200
  /processing  102, then 103, then the 200
  /plain       no interim response, 200 after THINK
  /style.css, /app.js, /hero.svg   at once

Standard library only, loopback only, keep-alive. To standard error go one line per request and one per final
head, each "origin SECONDS request|final PATH" on the monotonic clock.
"""

import asyncio
import contextlib
import os
import sys
import time

THINK = float(os.environ.get("THINK", "0.4"))
LINKS = [
    "</style.css>; rel=preload; as=style",
    "</app.js>; rel=preload; as=script",
]
PAGE = b"""<!doctype html><html><head><title>slow page</title>
<link rel="stylesheet" href="/style.css"><script defer src="/app.js"></script>
</head><body><h1>slow page</h1><img src="/hero.svg" alt=""></body></html>
"""
FILES = {
    "/style.css": ("text/css", b"h1{color:#036}\n"),
    "/app.js": ("text/javascript", b"document.title+=' (js)';\n"),
    "/hero.svg": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
}


def interim(links, start="HTTP/1.1 103 Early Hints"):
    lines = [start, *(f"Link: {link}" for link in links), "", ""]
    return "\r\n".join(lines).encode()


def final(ctype, body, close):
    head = [
        "HTTP/1.1 200 OK",
        f"Content-Type: {ctype}",
        f"Content-Length: {len(body)}",
        "Cache-Control: max-age=60",
        "Connection: close" if close else "Connection: keep-alive",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def log(what, path):
    print(f"origin {time.monotonic():.6f} {what} {path}", file=sys.stderr, flush=True)


async def serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *fields = head.split("\r\n")
            path = line.split(" ")[1].split("?")[0]
            low = [field.lower() for field in fields]
            close = "connection: close" in low or line.endswith("HTTP/1.0")
            log("request", path)
            if path in FILES:
                writer.write(final(*FILES[path], close))
            else:
                if path == "/multi":
                    writer.write(interim(LINKS[:1]))
                    await asyncio.sleep(0.15)
                    writer.write(interim(LINKS[1:]))
                elif path == "/same":
                    writer.write(interim([*LINKS, "<https://b.test>; rel=preconnect"]))
                elif path == "/noreason":
                    writer.write(interim(LINKS, "HTTP/1.1 103 "))
                elif path == "/processing":
                    writer.write(b"HTTP/1.1 102 Processing\r\n\r\n" + interim(LINKS))
                elif path != "/plain":
                    writer.write(interim(LINKS))
                await writer.drain()
                await asyncio.sleep(THINK)
                writer.write(final("text/html", PAGE, close))
            log("final", path)
            await writer.drain()
            if close:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def run(port):
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(int(sys.argv[1])))
