"""What the pages of the proof site are made of: a document that has nothing wrong, its assets, and hints for them.

``sound()`` is the whole clean site; a page with a fault starts from it and replaces what is to be wrong:

    {**sound(), "/": document(hints=(STYLE, SCRIPT), think=0)}
"""

from __future__ import annotations

from fetcher.origin import Answer, Body, Head, Interim, RequestSeen, Route, Step, Wait, asset, links
from fetcher.terms import Fields

HTML: Fields = (("content-type", "text/html; charset=utf-8"),)
CACHED = "public, max-age=31536000, immutable"

STYLE = "</a.css>; rel=preload; as=style"
SCRIPT = "</a.js>; rel=preload; as=script"
FONT = "</a.woff2>; rel=preload; as=font; crossorigin"
HINTS = (STYLE, SCRIPT, FONT)

HEAD = '<link rel="stylesheet" href="/a.css"><script src="/a.js" defer></script>'
BODY = "<h1>A page</h1><p>Its text is what one looks at first.</p>"

FIRST_MS = 30.0
"""When the 103 leaves after the request: not at once (EH 1.12), and well below what would be slow."""
THINK_MS = 250.0
"""When the final head leaves after the request."""


def html(head: str = HEAD, body: str = BODY) -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>{head}</head>'
        f"<body>{body}</body></html>"
    ).encode()


def interim(*hints: str, fields: Fields = (), after: float = FIRST_MS) -> tuple[Step, ...]:
    """A 103 ``after`` ms."""
    return (Wait(after), Interim(103, links(*hints) + fields))


def final(
    *hints: str,
    fields: Fields = (),
    after: float = THINK_MS - FIRST_MS,
    status: int = 200,
    content: bytes | None = None,
) -> tuple[Step, ...]:
    """The final head with its Link fields, ``after`` ms, and the document."""
    return (Wait(after), Head(status, HTML + links(*hints) + fields), Body(html() if content is None else content))


def document(hints: tuple[str, ...] = HINTS, *, head: str = HEAD, body: str = BODY) -> Answer:
    """A document with a 103 whose links its final head has again."""
    early = interim(*hints) if hints else (Wait(FIRST_MS),)
    return (*early, *final(*hints, content=html(head, body)))


def gated(answer: Answer) -> Route:
    """Its 103s for navigations over HTTP/2 only."""

    def route(request: RequestSeen) -> Answer:
        if request.field("sec-fetch-mode") == "navigate" and request.protocol == "h2":
            return answer
        return tuple(step for step in answer if not isinstance(step, Interim))

    return route


def sound() -> dict[str, Route]:
    """Every route of a site that has nothing wrong; the font is the style sheet's, the rest the document's."""
    return {
        "/": gated(document()),
        "/a.css": asset(
            b'@font-face{font-family:A;src:url(/a.woff2) format("woff2")}body{font-family:A}', "text/css", cache=CACHED
        ),
        "/a.js": asset(b"document.title += '.';\n", "text/javascript", cache=CACHED),
        "/a.woff2": asset(9_000, "font/woff2", cache=CACHED, fields=(("access-control-allow-origin", "*"),)),
        "/a.png": asset(20_000, "image/png", cache=CACHED),
    }
