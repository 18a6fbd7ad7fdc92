"""The page that is loaded: a document and forty subresources on two origins, the second of them for fonts and pictures.

Fonts and two pictures are named by style sheets only, so without hints they wait for those. Scripts are comments and
run nothing. The 103 leaves 50 ms after the request, the final head 300 ms after it; files leave at once. A visit's
query is passed on to its files, so that nothing known of one load helps the next.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import cache

from fetcher.origin import Answer, RequestSeen, Route, asset, page

MAIN, OTHER = "www.a.test", "cdn.b.test"
INTERIM_MS, THINK_MS = 50.0, 300.0
DOCUMENT_BYTES = 24_576
MODES = ("none", "some", "all")
MIME = {"style": "text/css", "script": "text/javascript", "font": "font/woff2", "image": "image/png"}


@dataclass(frozen=True, slots=True)
class Resource:
    """``host`` serves ``size`` bytes at ``path``. ``sheet``: path of the sheet that names it, "" for the document."""

    path: str
    kind: str
    host: str
    size: int
    sheet: str = ""


def _several(kind: str, host: str, ending: str, *sizes: int, sheet: str = "") -> list[Resource]:
    mark = "m" if host == MAIN else "o"
    under = "s" if sheet else ""
    return [Resource(f"/{mark}{under}{n}.{ending}", kind, host, size, sheet) for n, size in enumerate(sizes)]


SHEETS = [*_several("style", MAIN, "css", 18_000, 12_000, 8_000), *_several("style", OTHER, "css", 4_000)]
SCRIPTS = [
    *_several("script", MAIN, "js", 20_000, 16_000, 12_000, 10_000, 8_000, 6_000),
    *_several("script", OTHER, "js", 25_000, 12_000, 8_000, 5_000),
]
IMAGES = [
    *_several("image", MAIN, "png", 20_000, *[8_000] * 6, *[4_000] * 5),
    *_several("image", OTHER, "png", *[12_000] * 4, *[6_000] * 6),
]
IN_SHEETS = [
    *_several("font", OTHER, "woff2", 18_000, 18_000, sheet="/o0.css"),
    *_several("image", MAIN, "png", 3_000, 3_000, sheet="/m0.css"),
]
RESOURCES = [*SHEETS, *SCRIPTS, *IMAGES, *IN_SHEETS]


def hinted(mode: str) -> list[Resource]:
    """What the 103 names: nothing; sheets, fonts and the scripts of the head; or everything."""
    if mode == "some":
        return [*SHEETS, *(each for each in IN_SHEETS if each.kind == "font"), *SCRIPTS[:2]]
    return [] if mode == "none" else list(RESOURCES)


def address(resource: Resource, ports: dict[str, int], query: str) -> str:
    return f"https://{resource.host}:{ports[resource.host]}{resource.path}?{query}"


def link(resource: Resource, ports: dict[str, int], query: str) -> str:
    cors = "; crossorigin" if resource.kind == "font" else ""
    return f"<{address(resource, ports, query)}>; rel=preload; as={resource.kind}{cors}"


def html(ports: dict[str, int], query: str) -> str:
    """The document. ``positions`` in ``bound`` reads from it where each file is named."""
    head = ['<!doctype html><html lang="en"><meta charset="utf-8"><title>Forty</title><link rel="icon" href="data:,">']
    head += [f'<link rel="stylesheet" href="{address(each, ports, query)}">' for each in SHEETS]
    head += [f'<script src="{address(each, ports, query)}"></script>' for each in SCRIPTS[:2]]
    head += [f'<script src="{address(each, ports, query)}" defer></script>' for each in SCRIPTS[2:]]
    body = ['<body><p class="one">One</p><p class="two">Two</p><div class="first"></div><div class="second"></div>']
    body += [f'<img src="{address(each, ports, query)}" alt="" width="64" height="64">' for each in IMAGES]
    text = "\n".join([*head, *body])
    filler = "<p>All work and no play makes a fine placeholder.</p>\n"
    return text + filler * max(0, (DOCUMENT_BYTES - len(text)) // len(filler))


def sheet(resource: Resource, query: str) -> bytes:
    named = [each for each in IN_SHEETS if each.sheet == resource.path]
    rules = []
    for number, each in enumerate(named):
        name = ("one", "two")[number] if each.kind == "font" else ("first", "second")[number]
        if each.kind == "font":
            rules.append(f'@font-face {{ font-family: {name}; src: url("{each.path}?{query}") format("woff2"); }}')
            rules.append(f".{name} {{ font-family: {name}, serif; }}")
        else:
            rules.append(f'.{name} {{ height: 64px; background: url("{each.path}?{query}"); }}')
    return comment(resource.size, "\n".join(rules) + "\n")


def comment(size: int, before: str = "") -> bytes:
    """``size`` bytes that say no more than ``before``, as a script or a sheet."""
    line = b"All work and no play makes a fine placeholder.\n"
    room = size - len(before) - 4
    return before.encode() + b"/*" + (line * (room // len(line) + 1))[:room] + b"*/"


@cache
def picture(size: int) -> bytes:
    """A PNG that decodes, of ``size`` bytes: grey noise, stored without compression, and a text chunk for the rest."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = 32
    rows = b"".join(b"\0" + bytes((row * 7 + column * 13) & 255 for column in range(side)) for row in range(side))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    pixels, end = chunk(b"IDAT", zlib.compress(rows, 0)), chunk(b"IEND", b"")
    room = size - len(start) - len(pixels) - len(end) - 12
    return start + chunk(b"tEXt", b"Comment\0" + b"x" * (room - 8)) + pixels + end


def routes(ports: dict[str, int]) -> dict[str, dict[str, Route]]:
    """By host. ``/none``, ``/some`` and ``/all`` are the document with so many hints."""

    def document(request: RequestSeen) -> Answer:
        query = request.target.partition("?")[2]
        hints = [link(each, ports, query) for each in hinted(request.path[1:])]
        return page(html(ports, query), hints=hints, interim_delay_ms=INTERIM_MS, think_ms=THINK_MS)

    def style(resource: Resource) -> Route:
        return lambda request: asset(sheet(resource, request.target.partition("?")[2]), MIME["style"])

    found: dict[str, dict[str, Route]] = {MAIN: {f"/{mode}": document for mode in MODES}, OTHER: {}}
    for each in RESOURCES:
        if each.kind == "style":
            found[each.host][each.path] = style(each)
        else:
            content = picture(each.size) if each.kind == "image" else comment(each.size)
            allowed = (("access-control-allow-origin", "*"),) if each.kind == "font" else ()
            found[each.host][each.path] = asset(content, MIME[each.kind], fields=allowed)
    return found
