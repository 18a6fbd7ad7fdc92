"""What random pages (``random_pages``) showed and nobody had thought of: the smallest page of each difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fetcher.terms import Fields
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


# What stands before an @import that is asked for, or is not.
BEFORE = (
    ":bad(x){}", ";p{}", "p{}", "p:nosuch{}", "@nonsense{}", "@nonsense;", "@media print{}", "@layer a;", "@layer a{}",
    "@layer a,b{}", "@charset 'x';", "@namespace x url(y);", "@font-face{}", "{}", "@import;", "<!-- p{} -->", "@layer;",
    "@keyframes{}", "@page{}", "}", "p{}}", "@media{}", "@supports (x:y){}", "@container{}", "@counter-style x{}", "@scope{}",
    "@starting-style{}", "@namespace;", "@import 'x.css' {}", "h1,:bad({}",
)  # fmt: skip
SIZED = (
    "sizes=100px height=10", "sizes=100px", "sizes=100px height=100", "sizes=100px height=101", "sizes=100vw height=10",
    "width=10 sizes=2000px height=10", "width=2000 sizes=10px height=10", "height=10", "width=0 sizes=10em", "sizes=auto height=10",
    "sizes='' height=10", "sizes=x height=10", "sizes=0", "sizes=',100px' height=10", "sizes=100px height=10 srcset='c.png 10w'",
)  # fmt: skip


def _styles() -> Iterator[Case]:
    for number, before in enumerate(BEFORE):
        yield Case(f"random-before-import-{number}", ("css import",), f"<style>{before} @import url(a.css);</style>")
        yield Case(
            f"random-before-import-file-{number}",
            ("css import",),
            "<link rel=stylesheet href=s.css>",
            files={"s.css": f"{before} @import url(a.css);"},
        )
    for number, layer in enumerate(("a", "a,b", "a b", "1", "a.b", "--a", "-a", "-1")):
        yield Case(
            f"random-layer-name-{number}",
            ("css layer",),
            f"<style>@layer {layer}{{b{{background:url(b.png)}}}}</style><b>x</b>",
        )
    for number, bare in enumerate(
        (
            "@supports (display:grid){background:url(b.png)}",
            "@media all{color:red;background:url(b.png)}",
            "background:url(b.png)",
        )
    ):
        yield Case(f"random-bare-declaration-{number}", ("css picture",), f"<style>{bare}</style><b>x</b>")
    for name, imports in {
        "plain": "@import 'a.css';@import url(b.css);@import 'd.css' layer(x);@import 'e.css' layer;", "media": "@import url(c.css) screen;@import 'f.css' print;",
        "supports": "@import 'e.css' supports(display:grid);@import url(g.css) supports(display:grid) screen;", "after-layer": "@layer x; @import 'a.css';",
    }.items():  # fmt: skip
        yield Case(f"random-late-import-{name}", ("priority late",), f"<img src=a.png><style>{imports}</style>")
    yield Case(
        "random-late-import-others",
        ("priority late",),
        "<img src=a.png><svg><style>@import 'a.css';</style></svg><style media=print>@import 'b.css';</style><link rel=stylesheet href=s.css>",
        files={"s.css": "@import 'i.css';"},
    )
    for number, sized in enumerate(SIZED):
        yield Case(f"random-small-{number}", ("priority image",), f"<img src=a.png {sized}>")


def _fields() -> Iterator[Case]:
    """Bytes beyond ASCII where a field names a URL: as text of Latin-1 (é) and of UTF-8."""
    for name, written in {"latin": "\xe9", "utf-8": "\xc3\xa9"}.items():
        hints = [f"</a.css?{written}>; rel=preload; as=style", f"</{written}.css>; rel=preload; as=style"]
        yield Case(f"random-bytes-hint-{name}", ("EH 2.10",), hints=hints)
        yield Case(
            f"random-bytes-link-{name}", ("EH 8.1",), fields=(("link", f"</b.css?{written}>; rel=preload; as=style"),)
        )
        for place in ("b.png?", ""):
            files = {"a.png": file("", status=302, fields=(("location", f"/{place}{written}.png"),))}
            yield Case(
                f"random-bytes-location-{name}-{'query' if place else 'path'}",
                ("http redirect",),
                "<img src=a.png>",
                files=files,
            )
    for word in ("never", "always", "default", "origin-when-crossorigin", "NEVER", " never ", "origin, never"):
        html = f"<img src=x.png referrerpolicy='{word}'><iframe src=f.html referrerpolicy='{word}'></iframe><script src=a.js referrerpolicy='{word}'></script><link rel=stylesheet href=a.css referrerpolicy='{word}'>"
        case = f"random-referrerpolicy-{word.strip().replace(', ', '-').lower()}-{len(word)}{word.isupper()}".lower()
        yield Case(
            case, ("html referrerpolicy",), html, url="https://a.test/d/p.html", fields=(("referrer-policy", "origin"),)
        )
    media = "<video src=v.mp4></video><audio src=a.mp3></audio>"
    yield Case("random-media-again", ("http cache",), media, visits=("https://a.test/",))
    yield Case(
        "random-media-again-unstored",
        ("http cache",),
        media,
        visits=("https://a.test/",),
        files={"v.mp4": file("x", "video/mp4", cache="no-store")},
    )


REQUIRED = (
    "img-src 'none'", "img-src 'none'\n", "x", "x y", "img-src a,b", "img-src b; report-uri /r", "img-src é", "default-src 'self' 'nonce-x'",
    "IMG-SRC 'none'", "sandbox", "", " ", "img-src\tb ;; script-src 'self'",
)  # fmt: skip


def _required() -> Iterator[Case]:
    """<iframe csp>: what the request says, and what the answer has to."""
    rules = ("policy embedded",)
    for number, required in enumerate(REQUIRED):
        yield Case(f"random-required-{number}", rules, f'<iframe src=f.html csp="{required}"></iframe>')
    inner = "<link rel=stylesheet href=a.css><img src=a.png>"
    answers: dict[str, Fields] = {
        "nothing": (), "all": (("allow-csp-from", "*"),), "us": (("allow-csp-from", "https://a.test"),), "other": (("allow-csp-from", "https://x.test"),),
        "same": (("content-security-policy", "img-src 'none'"),), "looser": (("content-security-policy", "img-src *"),), "stricter": (("content-security-policy", "img-src 'none'; style-src 'none'"),),
    }  # fmt: skip
    for place in ("https://a.test/", "https://b.a.test/"):
        for name, fields in answers.items():
            files = {f"{place}f.html": file(inner, "text/html", fields=fields)}
            where = "same" if place == "https://a.test/" else "other"
            yield Case(
                f"random-required-{where}-{name}",
                rules,
                f"<iframe src={place}f.html csp=\"img-src 'none'\"></iframe>",
                files=files,
            )
    nested = file("<img src=a.png><iframe src=g.html></iframe>", "text/html", fields=(("allow-csp-from", "*"),))
    yield Case(
        "random-required-nested", rules, "<iframe src=f.html csp=\"img-src 'none'\"></iframe>", files={"f.html": nested}
    )


SHEETS = {"s.css": "@import 'i.css';b{background:url(p.png)}", "i.css": "@import 'k.css';i{background:url(q.png)}"}


def _referrers() -> Iterator[Case]:
    """An import goes by the document's policy, a picture of the same sheet does not."""
    rules, rest = ("header referer",), "<b>x</b><i>x</i>"
    for word in ("no-referrer", "origin", "unsafe-url"):
        meta = f"<meta name=referrer content={word}>"
        yield Case(
            f"random-import-referrer-{word}", rules, f"{meta}<link rel=stylesheet href=s.css>{rest}", files=SHEETS
        )
        yield Case(
            f"random-import-referrer-inline-{word}", rules, f"{meta}<style>@import 's.css';</style>{rest}", files=SHEETS
        )
        elsewhere = {f"https://other.test/{name}": text for name, text in SHEETS.items()}
        html = f"{meta}<link rel=stylesheet href=https://other.test/s.css>{rest}"
        yield Case(f"random-import-referrer-elsewhere-{word}", rules, html, files=elsewhere)
        said = {"s.css": file(SHEETS["s.css"], "text/css", fields=(("referrer-policy", word),))}
        yield Case(
            f"random-import-referrer-said-{word}",
            rules,
            f"<link rel=stylesheet href=s.css>{rest}",
            files={**SHEETS, **said},
        )
        html = f"<meta name=referrer content=origin><link rel=stylesheet href=s.css>{rest}"
        yield Case(f"random-import-referrer-both-{word}", rules, html, files={**SHEETS, **said})
    html = f"<link rel=stylesheet referrerpolicy=no-referrer href=s.css>{rest}"
    yield Case("random-import-referrer-of-the-link", rules, html, files=SHEETS)
    for name, cache in {"stored": "max-age=600", "unstored": "no-store"}.items():
        module = file("import './n.mjs';", "text/javascript", cors=(), cache=cache)
        html = "<script type=MODULE src=https://other.test/m.mjs></script>"
        yield Case(
            f"random-module-unreadable-{name}", ("html script type",), html, files={"https://other.test/m.mjs": module}
        )


HIDDEN = "whether something around an <object> or <embed> hides it is not looked at: it is asked for all the same"
DRAGGED = "pictures in an SVG file, which a <use> drags into the page, are not looked for"
TWICE = "of an attribute that is there twice Chromium's preload scanner takes the last, its parser the first: here nobody scans"


def _kept() -> Iterator[Case]:
    """Differences that stay, and why."""
    for name, html in {
        "hidden": "<div hidden><object data=o.png></object><embed src=e.svg></div>",
        "not-displayed": "<p style=display:none><object data=o.html></object></p>",
        "details": "<details><embed src=f.png></details>",
    }.items():
        yield Case(f"random-embedded-{name}", ("html embed",), html, kept=HIDDEN)
    svg = "<svg xmlns='http://www.w3.org/2000/svg'><g id='i'><image href='i.png'/></g></svg>"
    yield Case(
        "random-use-with-a-picture", ("svg",), "<svg><use href=u.svg#i /></svg>", files={"u.svg": svg}, kept=DRAGGED
    )
    for name, html in {
        "type": "<script type=text/plain type=module src=m.mjs></script>", "input": "<input type=text type=image src=a.png>",
        "as": "<link rel=preload as=image as=style href=a.css>",
    }.items():  # fmt: skip
        yield Case(f"random-twice-{name}", ("html parsing",), html, kept=TWICE)


CASES = (
    *_links(),
    *_modules(),
    *_viewports(),
    *_redirects(),
    *_others(),
    *_styles(),
    *_fields(),
    *_required(),
    *_referrers(),
    *_kept(),
)
