"""The sample site with a quick server, and pages that try to harm whoever prints them; for the command line's tests."""

from __future__ import annotations

from itertools import count

from fetcher.origin import Answer, Body, Head, Interim, RequestSeen, Site, Wait, page, text
from fetcher.origin.sample import sample_site

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m"
HOSTILE = "text/html; note=" + "\x9b2J" + "\t" + "\xff"


def echo(request: RequestSeen) -> Answer:
    """What the origin was asked, as plain text."""
    lines = [f"{request.method} {request.target}", *(f"{name}: {value}" for name, value in request.fields)]
    return text(200, "\n".join([*lines, "", request.content.decode("latin-1"), ""]))


def hostile(request: RequestSeen) -> Answer:
    html = f"<!doctype html><title>{ESCAPES}</title><p>{ESCAPES}\ttab\n<p>line"
    return (
        Interim(103, (("link", f"</{chr(0x9B)}2J.css>; rel=preload; as=style"),)),
        Head(200, (("content-type", HOSTILE),)),
        Body(html.encode()),
    )


def sitemap(request: RequestSeen) -> Answer:
    """The page without hints and the shop, by the name under which the site was asked for."""
    origin = f"{request.scheme}://{request.authority}"
    places = "".join(f"<url><loc>{origin}{path}</loc></url>" for path in ("/no-hints", "/"))
    return text(200, f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>')


class Sometimes:
    """A 103 in every other answer, the first included."""

    def __init__(self) -> None:
        self._asked = count()

    def __call__(self, request: RequestSeen) -> Answer:
        hints = ("</styles/site.css>; rel=preload; as=style",) if next(self._asked) % 2 == 0 else ()
        return page("<!doctype html><title>Sometimes</title>", hints=hints, think_ms=10)


def site() -> Site:
    """Documents after 60 ms, their 103 after 5 ms."""
    sample = sample_site(60, 5)
    extra = {
        "/echo": echo,
        "/hostile": hostile,
        "/sitemap.xml": sitemap,
        "/binary": (Head(200, (("content-type", "application/octet-stream"),)), Body(bytes(range(256)) * 40)),
        "/plain-page": page("<!doctype html><p>hello"),
        "/late": (Wait(5), Interim(103, (("link", "</styles/site.css>; rel=preload; as=style"),)), Wait(60_000)),
        "/sometimes": Sometimes(),
        "/wall": page("<!doctype html><p>Are you human?", status=403),
        "/stale": page("<!doctype html><p>hello", hints=("</gone.js>; rel=preload; as=script",), think_ms=10),
        "/large": page("<!doctype html>" + "<p>words and words</p>\n" * 60_000),
    }
    return Site({**sample.routes, **extra})
