"""Pages of one style sheet and a little markup, with what Chromium 156 asked for: ``recorded/css_rows.json``.

Properties, selectors, at-rules and descriptors, each with its states. Fonts are answered with 404, so that a face's
next source is tried too; everything else is there. ``KEPT`` says why a row that differs does.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from fetcher.browser.requests.device import device
from fetcher.origin import Answer, Body, Head, RequestSeen, Site
from tests.end_to_end.chromium.case import type_of
from tests.support.virtual_time import virtual_load

DOCUMENT = "<!doctype html><meta charset=utf-8><title>x</title>"
ROWS: list[tuple[str, list[str]]] = [
    (html, asked)
    for html, asked in json.loads((Path(__file__).parent / "recorded" / "css_rows.json").read_text("utf-8"))
]
FONTS = (".woff2", ".woff", ".ttf", ".foo")

_PRELOAD = "Chromium's preload scanner reads @import in <style> loosely, and asks for what its parser then does not use"
_INSTALLED = "which fonts are installed is not known"
_SOURCE = "what else stands beside a url in src is not judged"
KEPT = {
    "p{background:u\\72l(a.png)}": "the name of url() is not looked for in escapes",
    "@import url('i.css')print;": _PRELOAD,
    "@import i.css;": _PRELOAD,
    "@import 'i.css'{}": _PRELOAD,
    "@import src('i.css');": _PRELOAD,
    "@import 'data:text/css,p{background:url(a.png)}';": "style sheets in data: URLs are not read",
    "@import 'i.css';@layer x;@import 'j.css';": _PRELOAD,
    "@function --f(){result:url(a.png)}p{background:--f()}": "functions of authors are not evaluated",
    "{font-family:sans-serif,F}": _INSTALLED,
    "{font-family:DejaVu Sans,F}": _INSTALLED,
    "src:local('DejaVu Sans'),url(f.woff2)": _INSTALLED,
    "src:url(f.woff2) foo, url(g.woff2)": _SOURCE,
    "format('woff2') format('woff2'), url(g.woff2)": _SOURCE,
    "src:url(f.woff2);src:local(Nope)": "a src without a url does not replace one that has",
}


def why_kept(html: str) -> str | None:
    return next(
        (reason for part, reason in KEPT.items() if f">{part}<" in html or (part[0] != "@" and part in html)), None
    )


def type_for(name: str) -> str:
    return type_of(name.partition("?")[0])


def ask_us(html: str) -> list[str]:
    """What we ask for besides the page, in order of names."""
    asked: Counter[str] = Counter()

    def answer(request: RequestSeen) -> Answer:
        name = request.target.removeprefix("/1/")
        if not name:
            return Answer([Head(200, (("content-type", "text/html"),)), Body((DOCUMENT + html).encode())])
        asked[name] += 1
        status = 404 if name.partition("?")[0].endswith(FONTS) else 200
        return Answer([Head(status, (("content-type", type_for(name)),)), Body(b"")])

    virtual_load("https://a.test/1/", Site({}, default=answer), device=device(None, (1350, 940), 1.0))
    return sorted(asked.elements())
