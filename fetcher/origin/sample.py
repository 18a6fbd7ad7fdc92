"""The sample site: a small shop whose server thinks for a while and sends a 103 meanwhile, and a page for everything
that can go right or wrong with one. ``/cases`` lists them.

The files are in ``pages/``; the font is filler with a font's name, for nothing here draws text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from fetcher.origin.script import (
    HTML,
    Answer,
    Body,
    Close,
    Head,
    Interim,
    Raw,
    Repeat,
    RequestSeen,
    Route,
    Silence,
    Site,
    Wait,
    asset,
    filler,
    links,
    page,
)
from fetcher.origin.static import files
from fetcher.terms import Fields

PAGES = Path(__file__).parent / "pages"
FONT = b"wOF2" + filler(20_476)

SHEET = "</styles/site.css>; rel=preload; as=style"
SHOP_SHEET = "</styles/shop.css>; rel=preload; as=style"
SCRIPT = "</scripts/consent.js>; rel=preload; as=script"
FONT_LINK = "</fonts/lowtide.woff2>; rel=preload; as=font; crossorigin"
HERO = "</images/hero.png>; rel=preload; as=image; fetchpriority=high"

_STYLED = '  <link rel="stylesheet" href="/styles/site.css">'
_PICTURE = '    <p><img src="/images/hero.png" width="480" height="200" alt="Evening over the sea"></p>'


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds after a request: its 103, its final head, a subresource's answer."""

    think: float = 300
    interim: float = 20
    asset: float = 0

    def after_interim(self, *hints: str) -> Answer:
        """The 103 with ``hints``, and the wait up to when the final head is due."""
        return (Wait(self.interim), Interim(103, links(*hints)), Wait(max(0.0, self.think - self.interim)))


@dataclass(frozen=True, slots=True)
class Case:
    """One page of the site: what it does, and what to look for, in words for ``/cases``."""

    path: str
    title: str
    says: str
    answer: Callable[[Case, Timing], Route]
    head: str = _STYLED
    body: str = _PICTURE

    @property
    def html(self) -> bytes:
        values = {"title": escape(self.title), "says": escape(self.says), "head": self.head, "body": self.body}
        return _fill("case.html", **values)


@cache
def _template(name: str) -> str:
    return PAGES.joinpath(name).read_text(encoding="utf-8")


def _fill(name: str, **values: str) -> bytes:
    text = _template(name)
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    return text.encode()


def other_origin(request: RequestSeen) -> str:
    """This same server as another origin: 127.0.0.1 for everyone who came by a name, localhost for the rest."""
    _, colon, port = request.authority.rpartition(":")
    name = "localhost" if request.host == "127.0.0.1" else "127.0.0.1"
    return f"{request.scheme}://{name}{colon}{port}" if colon and port.isdecimal() else f"{request.scheme}://{name}"


def _shop(timing: Timing, *, hinted: bool) -> Callable[[RequestSeen], Answer]:
    def answer(request: RequestSeen) -> Answer:
        other = other_origin(request)
        hints = (
            (SHEET, SHOP_SHEET, SCRIPT, FONT_LINK, HERO, f"<{other}>; rel=preconnect; crossorigin") if hinted else ()
        )
        html = _fill("index.html", other=other)
        return page(html, hints=hints, think_ms=timing.think, interim_delay_ms=timing.interim)

    return answer


def hinting(*hints: str, status: int = 200, fields: Fields = HTML) -> Callable[[Case, Timing], Answer]:
    """A 103 with ``hints``, then the case's own page."""
    return lambda case, timing: (*timing.after_interim(*hints), Head(status, fields), Body(case.html))


def _two(case: Case, timing: Timing) -> Answer:
    half = max(0.0, timing.think - timing.interim) / 2
    first, second = Interim(103, links(SHEET)), Interim(103, links(HERO))
    return (Wait(timing.interim), first, Wait(half), second, Wait(half), Head(200, HTML), Body(case.html))


def _slow(case: Case, timing: Timing) -> Answer:
    html = case.html
    return (*timing.after_interim(SHEET), Head(200, HTML), Body(html, chunk=-(-len(html) // 8), every_ms=100))


def _huge(case: Case, timing: Timing) -> Answer:
    field = ("x-huge", filler(1_048_576).decode())
    return (Wait(timing.interim), Interim(103, (*links(SHEET), field)), *page(case.html, think_ms=timing.think))


CASES = (
    Case("/", "Lowtide, the shop", "A 103 with six good hints, then the page.", lambda _, t: _shop(t, hinted=True)),
    Case("/no-hints", "The shop without hints", "The same page with no 103.", lambda _, t: _shop(t, hinted=False)),
    Case(
        "/unused",
        "A hint nobody uses",
        "The 103 names a picture of a stool that this page never shows.",
        hinting(SHEET, HERO, "</images/stool.svg>; rel=preload; as=image"),
    ),
    Case(
        "/double",
        "A hint that is fetched twice",
        "The hinted sheet is no-store, so the page must ask for it again.",
        hinting("</no-store.css>; rel=preload; as=style", HERO),
        head='  <link rel="stylesheet" href="/no-store.css">',
    ),
    Case(
        "/wrong-as",
        "A hint with the wrong destination",
        "The sheet is hinted as a script, and the picture as nothing a browser knows.",
        hinting("</styles/site.css>; rel=preload; as=script", "</images/hero.png>; rel=preload; as=picture"),
    ),
    Case(
        "/nopush",
        "A hint that is dropped",
        "nopush on the sheet's hint makes Chromium drop the whole link; the picture's stands.",
        hinting(f"{SHEET}; nopush", HERO),
    ),
    Case("/two-103s", "Two 103s", "The first names the sheet, the second the picture: only the first counts.", _two),
    Case(
        "/redirect",
        "A 103 and then a redirect",
        "302 to the shop, on the same origin: the hints are kept.",
        lambda _, t: (*t.after_interim(SHEET, HERO), Head(302, (*HTML, ("location", "/"))), Body(b"")),
    ),
    Case(
        "/error", "A 103 and then 404", "The hints act whatever the final status is.", hinting(SHEET, HERO, status=404)
    ),
    Case("/slow-body", "A slow document", "The page comes in eight pieces, 100 ms apart.", _slow),
    Case(
        "/silent",
        "A 103 and then silence",
        "No final response, ever.",
        lambda _, t: (Wait(t.interim), Interim(103, links(SHEET)), Silence()),
    ),
    Case(
        "/cut",
        "A 103 and then the end",
        "The connection is closed where the final response was due.",
        lambda _, t: (*t.after_interim(SHEET), Close()),
    ),
    Case(
        "/garbage",
        "A 103 and then garbage",
        "Bytes that are no HTTP where the final response was due.",
        lambda _, t: (*t.after_interim(SHEET), Raw(b"\xff\xfe\xfdthis is no HTTP at all\r\n\r\n"), Close()),
    ),
    Case(
        "/flood",
        "103s without end",
        "One after the other, until the client has had enough.",
        lambda _, t: (Wait(t.interim), Repeat((Interim(103, links(SHEET)),))),
    ),
    Case("/huge-field", "A field of a mebibyte", "In the 103, after a good hint.", _huge),
    Case(
        "/empty",
        "An empty document",
        "A 103, then 200 with no content at all.",
        lambda _, t: (*t.after_interim(SHEET), Head(200, HTML), Body(b"")),
    ),
    Case(
        "/not-html",
        "Not a page",
        "A 103, then JSON.",
        lambda _, t: (*t.after_interim(SHEET), *asset(b'{"ferry": "late"}\n', "application/json")),
    ),
)


def _index() -> bytes:
    rows = "\n".join(
        f'      <dt><a href="{case.path}">{escape(case.path)}</a> {escape(case.title)}</dt>\n'
        f"      <dd>{escape(case.says)}</dd>"
        for case in CASES
    )
    says = "Each one answers as it says, over HTTP/1.1 and HTTP/2."
    return _fill(
        "case.html", title="Pages of this server", says=says, head=_STYLED, body=f"    <dl>\n{rows}\n    </dl>"
    )


def sample_site(think_ms: float = 300, interim_delay_ms: float = 20, asset_delay_ms: float = 0) -> Site:
    """The shop and its cases. Documents' final heads leave ``think_ms`` after the request and their 103s
    ``interim_delay_ms`` after it; subresources are answered after ``asset_delay_ms``, cacheable for ten minutes."""
    timing = Timing(think_ms, interim_delay_ms, asset_delay_ms)
    routes: dict[str, Route] = {
        path: answer
        for path, answer in files(PAGES, delay_ms=asset_delay_ms).items()
        if not path.endswith((".html", "/"))
    }
    shared: Fields = (("access-control-allow-origin", "*"),)
    routes["/fonts/lowtide.woff2"] = asset(FONT, "font/woff2", delay_ms=asset_delay_ms, fields=shared)
    routes["/images/maker.svg"] = asset(
        PAGES.joinpath("images/maker.svg").read_bytes(), "image/svg+xml", delay_ms=asset_delay_ms, fields=shared
    )
    routes["/no-store.css"] = asset(
        PAGES.joinpath("styles/shop.css").read_bytes(), "text/css", delay_ms=asset_delay_ms, cache="no-store"
    )
    routes["/favicon.ico"] = routes["/images/favicon.svg"]
    routes["/cases"] = page(_index())
    for case in CASES:
        routes[case.path] = case.answer(case, timing)
    return Site(routes)
