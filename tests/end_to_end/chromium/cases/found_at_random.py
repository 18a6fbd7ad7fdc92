"""What random pages (``random_pages``) showed and nobody had thought of: the smallest page of each difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.end_to_end.chromium.case import Case, file

UNSTORED = file("", "text/css", cache="no-store")
UNSTORED_MODULE = file("", "text/javascript", cache="no-store")
RELATIONS = (
    "stylesheet preload", "preload stylesheet", "stylesheet prefetch", "prefetch stylesheet", "modulepreload stylesheet",
    "stylesheet modulepreload", "prefetch preload", "preload prefetch", "prefetch modulepreload",
)  # fmt: skip


def _links() -> Iterator[Case]:
    """Several relations: the preload scanner takes one, whatever their order, and the parser then others."""
    for relation in RELATIONS:
        for as_ in ("style", "script", "fetch", "font"):
            name = relation.replace(" ", "-")
            html = f"<link rel='{relation}' href=x.foo as={as_}>"
            yield Case(f"random-rel-{name}-as-{as_}", ("html link rel",), html, files={"x.foo": UNSTORED})
    for as_ in ("fetch", "script", "font"):
        for relation in ("preload modulepreload", "modulepreload preload"):
            name = relation.replace(" ", "-")
            html = f"<link rel='{relation}' href=x.foo as={as_}>"
            yield Case(f"random-rel-{name}-as-{as_}", ("html link rel",), html, files={"x.foo": UNSTORED})
    yield Case("random-rel-both-without-as", ("html link rel",), "<link rel='modulepreload preload' href=x.mjs>")
    for name, more in {
        "low": "fetchpriority=low",
        "low-renders": "fetchpriority=low blocking=render",
        "renders": "blocking=render",
    }.items():
        links = f"<link rel=preload href=s.js {more} as=script><link rel=modulepreload href=m.mjs {more}><link rel=preload href=s.css {more} as=style>"
        yield Case(f"random-blocking-{name}", ("html link blocking",), links)
        yield Case(f"random-blocking-late-{name}", ("html link blocking",), f"<img src=a.png>{links}")


def _modules() -> Iterator[Case]:
    """A module that the preload scanner took for a classic script is asked for again unless the cache has it."""
    for name, cache in {"unstored": "no-store", "stale": None, "stored": "max-age=600"}.items():
        module = file("import './a.mjs';", "text/javascript", cache=cache)
        yield Case(
            f"random-module-upper-{name}",
            ("html script type",),
            "<script type=MODULE src=m.mjs></script>",
            files={"m.mjs": module},
        )
        yield Case(
            f"random-module-svg-{name}",
            ("html script type",),
            "<svg><script type=module href=m.mjs /></svg>",
            files={"m.mjs": module},
        )
        yield Case(
            f"random-module-upper-elsewhere-{name}", ("html script type",), "<script type=MODULE src=https://other.test/m.mjs async fetchpriority=low></script>",
            files={"https://other.test/m.mjs": module},
        )  # fmt: skip


# Each as the content of a <meta name=viewport>; None for a page that has none.
VIEWPORTS = (
    None, "", "width=device-width", "width=500", "width=300", "initial-scale=1", "initial-scale=0.5", "initial-scale=2",
    "width=device-width, initial-scale=2", "user-scalable=no", "height=500", "width=300,initial-scale=1",
    "width=600,initial-scale=1", "WIDTH = Device-Width ; x=1", "width=100", "width=20000", "width=x", "width=-5",
    "width=600px", "minimum-scale=0.25", "minimum-scale=2", "maximum-scale=1", "maximum-scale=0.3", "width=500,maximum-scale=0.5",
    "width=300,minimum-scale=0.5,initial-scale=0.2", "width=device-height", "width=500 initial-scale=1", "width:500",
    "width==500", "width= ,initial-scale=1", "width=0", "initial-scale=0", "initial-scale=x", "width=300,width=500",
    "initial-scale=1,maximum-scale=0.5",
)  # fmt: skip
WIDTHS = (150, 206, 300, 412, 500, 824, 980, 1200)
PHONE: dict[str, Any] = {"mobile": True, "viewport": (412, 823), "dpr": 1.75}


def _viewports() -> Iterator[Case]:
    """How wide a phone lays a page out, for the scanner (links, images) and for the parser and style sheets."""
    rules = ("html meta viewport",)
    links = "".join(f"<link rel=preload as=image href=w{n}.png media='(min-width:{n}px)'>" for n in WIDTHS)
    css = "".join(f"@media (min-width:{n}px){{#p{n}{{background:url(c{n}.png)}}}}" for n in WIDTHS)
    bodies = "".join(f"<b id=p{n}>x</b>" for n in WIDTHS)
    srcset = ",".join(f"i{n}.png {int(n * 1.75)}w" for n in WIDTHS)
    rest = f"{links}<style>{css}</style>{bodies}<img sizes=100vw srcset='{srcset}'>"
    for number, content in enumerate(VIEWPORTS):
        meta = "" if content is None else f"<meta name=viewport content='{content}'>"
        yield Case(f"random-viewport-{number}", rules, meta + rest, **PHONE)
    for name, html in {
        "desktop": "<meta name=viewport content=width=500>" + rest,
        "late": links + "<meta name=viewport content=width=device-width>" + rest.removeprefix(links),
        "twice": "<meta name=viewport content=width=500><meta name=VIEWPORT content=width=600>" + rest,
        "emptied": "<meta name=viewport content=width=500><meta name=viewport content=''>" + rest,
        "in-body": "<body><meta name=viewport content=width=500>" + rest,
        "mobile-optimized": "<meta name=MobileOptimized content=300>" + rest,
        "handheld-friendly": "<meta name=viewport><meta name=handheldfriendly content=TRUE>" + rest,
        "handheld-after": "<meta name=viewport content=width=600><meta name=handheldfriendly content=true>" + rest,
        "none-elements": "<link rel=stylesheet media='(max-width:500px)' href=s.css><link rel=stylesheet media='(min-width:501px)' href=l.css>"
        "<picture><source media='(max-width:500px)' srcset=ps.png><img src=pl.png></picture><video><source media='(max-width:500px)' src=v.mp4>"
        "<source src=w.mp4></video><img loading=lazy sizes='(max-width:500px) 10px, 1000px' srcset='l1.png 30w, l2.png 3000w'>"
        "<link rel=preload as=image imagesizes='(max-width:500px) 10px, 1000px' imagesrcset='p1.png 30w, p2.png 3000w'><iframe src=f.html></iframe>",
        "height": "<style>@media(height:1957px){b{background:url(a.png)}}@media(height:823px){i{background:url(b.png)}}</style><b>x</b><i>x</i>",
    }.items():  # fmt: skip
        yield Case(f"random-viewport-{name}", rules, html, **({} if name == "desktop" else PHONE))


def _redirects() -> Iterator[Case]:
    """A redirect is in the cache as soon as its head is there: one that leads in a circle is asked for once."""
    for status in (301, 302, 307, 308):
        files = {
            name: file("", status=status, fields=(("location", to),))
            for name, to in {
                "m.mjs": "m.mjs",
                "i.png": "j.png",
                "j.png": "i.png",
                "f.html": "f.html",
                "s.css": "s.css",
            }.items()
        }
        html = "<link rel=stylesheet href=s.css><script type=module>import './m.mjs'</script><img src=i.png><iframe src=f.html></iframe>"
        yield Case(f"random-circle-{status}", ("http redirect",), html, files=files)


def _others() -> Iterator[Case]:
    blocked = file("import 'https://other.test/n.mjs';", "text/javascript")
    for name, first in {
        "mixed": "import j from 'http://a.test/j.json' with {type:'json'};",
        "well": "import 'https://other.test/k.mjs';",
    }.items():
        html = f"<script type=module>{first}import './m.mjs';</script>"
        yield Case(f"random-import-blocked-{name}", ("js import",), html, files={"m.mjs": blocked})
    for as_ in ("track", "audio", "document", "FETCH"):
        html = f"<link rel='prefetch preload' as={as_} href=x.foo><link rel='preload prefetch' as={as_} type=x/y href=y.foo>"
        yield Case(f"random-prefetch-instead-{as_.lower()}", ("html link rel",), html)
    svg = "<svg><script type=module href=m.mjs {} /></svg>"
    for more in ("async", "defer", "fetchpriority=low"):
        for name, html in {"svg": svg.format(more), "upper": f"<script type=MODULE src=m.mjs {more}></script>"}.items():
            yield Case(
                f"random-module-{name}-{more.partition('=')[0]}",
                ("html script type",),
                html,
                files={"m.mjs": UNSTORED_MODULE},
            )
        html = f"<img src=a.png><script type=MODULE src=m.mjs {more}></script>"
        yield Case(f"random-module-late-{more.partition('=')[0]}", ("html script type",), html)


CASES = (*_links(), *_modules(), *_viewports(), *_redirects(), *_others())
