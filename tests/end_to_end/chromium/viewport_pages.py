"""Pages whose requests depend on the viewport: srcset, sizes, <picture>, media, imports, image-set() and lazy images.

Each is one line of markup, perhaps with files it leads to; ``page`` makes it a document. Every page was loaded in
Chromium 156, whose requests the test compares with ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CSS = "p{background:url(bg.png)}"
WIDTHS = "a100 100w, a200 200w, a300 300w, a400 400w, a1000 1000w, a2000 2000w"


@dataclass(frozen=True, slots=True)
class Page:
    """``files`` are style sheets by name; other names are pictures. ``link``: the Link field of the final response."""

    html: str
    files: dict[str, str] = field(default_factory=dict)
    link: str = ""
    viewport: tuple[int, int] = (1350, 940)
    dpr: float = 1.0


def page(html: str) -> bytes:
    """Without the viewport a phone would lay it out 980 pixels wide."""
    head = "<!doctype html><meta charset=utf-8><meta name=viewport content=width=device-width><title>x</title>"
    return f"{head}{html}<p class=x>x".encode()


def _pictures() -> list[Page]:
    inside = [
        "<source srcset=a><img src=b>",
        "<source srcset=a type=image/webp><img src=b>",
        "<source srcset=a type='image/webp; codecs=x'><img src=b>",
        "<source srcset=a type=image/jp2><img src=b>",
        "<source srcset=a type=text/html><img src=b>",
        "<source srcset=a type=''><img src=b>",
        "<source srcset=a media=print><img src=b>",
        "<source srcset=a media='(min-width:1350px)'><img src=b>",
        "<source srcset=a media='(min-width:1351px)'><img src=b>",
        "<source srcset=a media='&!'><img src=b>",
        "<source srcset=a media=''><img src=b>",
        "<source src=a><source srcset=c><img src=b>",
        "<source srcset=''><source srcset=c><img src=b>",
        "<source srcset='a 1y'><source srcset=c><img src=b>",
        "<source srcset=a><source srcset=c><img src=b>",
        "<img src=b><source srcset=a>",
        "<source srcset=a><img src=b><img src=d>",
        "<div><source srcset=a></div><img src=b>",
        "<source srcset=a><div><img src=b></div>",
        "<video><source srcset=a></video><img src=b>",
        "<source srcset=a><img>",
        "<source srcset=a media=print><img>",
        f"<source srcset='{WIDTHS}' sizes=300px><img src=b sizes=800px>",
        f"<source srcset='{WIDTHS}'><img src=b sizes=300px>",
        f"<source srcset='{WIDTHS}' sizes=auto><img src=b loading=lazy width=150>",
        "<template><source srcset=a></template><img src=b>",
        "<source srcset=a><input type=image src=b>",
        "<source srcset=a><image src=b>",
    ]
    return [Page(f"<picture>{each}</picture>") for each in inside]


def _images() -> list[Page]:
    screens = [((1350, 940), 1.0), ((1350, 940), 2.0), ((412, 823), 1.75), ((800, 600), 1.2)]
    tags = [
        "<img srcset='a1 1x, a2 2x'>",
        "<img srcset='a1 1x, a2 2x, a3 3x' src=s>",
        "<img srcset='a2 2x' src=s>",
        f"<img srcset='{WIDTHS}'>",
        f"<img srcset='{WIDTHS}' sizes='(max-width: 600px) 480px, 50vw' src=s>",
        f"<img srcset='{WIDTHS}' sizes='calc(100vw - 40px)'>",
        f"<img srcset='{WIDTHS}' sizes='min(30em, 80vw)'>",
    ]
    pages = [Page(tag, viewport=viewport, dpr=dpr) for tag in tags for viewport, dpr in screens]
    lazy = [
        "<img src=a loading=lazy>",
        "<img src=a loading=LAZY><img src=b loading=eager><img src=c loading=foo>",
        "<img src=a loading=lazy hidden>",
        f"<img loading=lazy sizes=auto srcset='{WIDTHS}'>",
        f"<img loading=lazy sizes=auto width=150 srcset='{WIDTHS}'>",
        f"<img loading=lazy sizes='auto, 350px' width=50% srcset='{WIDTHS}'>",
        f"<img loading=lazy sizes='350px, auto' srcset='{WIDTHS}'>",
        f"<img loading=lazy width=150 srcset='{WIDTHS}'>",
        f"<img sizes=auto srcset='{WIDTHS}'>",
        f"<img sizes='auto, 350px' srcset='{WIDTHS}'>",
    ]
    return pages + [Page(tag) for tag in lazy]


def _links() -> list[Page]:
    files = {"s.css": f"@import 'i.css'; {CSS}", "i.css": "p{list-style-image:url(li.png)}"}
    attributes = [
        "", "media=print", "media=screen", "media='(max-width:600px)'", "media='foo&'", "media=''", "disabled",
        "title=t", "type=text/less", "type='text/css; charset=x'", "type=' TEXT/CSS'",
    ]  # fmt: skip
    pages = [Page(f"<link rel=stylesheet href=s.css {each}>", files) for each in attributes]
    alternate = ("", "title=t", "title=t disabled", "title=t media=print")
    pages += [Page(f"<link rel='alternate stylesheet' href=s.css {each}>", files) for each in alternate]
    pages.append(Page(f"<style media=print>@import 'i.css'; {CSS}</style>", {"i.css": CSS}))
    preloads = [
        "as=image href=h imagesrcset='a 1x, a2 2x'",
        f"as=image href=h imagesrcset='{WIDTHS}' imagesizes=300px",
        f"as=image imagesrcset='{WIDTHS}' imagesizes=300px",
        f"as=image imagesrcset='{WIDTHS}'",
        "as=image href=h imagesrcset=''",
        "as=image href=h imagesrcset='a 1y'",
        "as=style href=h.css imagesrcset='a.css 1x'",
        "as=image href=h type=image/jp2",
        "as=image href=h type=image/webp",
        "as=image href=h media=print",
        "as=image href=h media='(min-width:600px)'",
        "as=style href=h.css media='(max-width:10px)'",
    ]
    pages += [Page(f"<link rel=preload {each}>") for each in preloads]
    pages += [Page(f"<link rel=preload {each}>", viewport=(412, 823), dpr=2.0) for each in preloads[:4]]
    headers = [
        f'<h>; rel=preload; as=image; imagesrcset="{WIDTHS}"; imagesizes=300px',
        '<h>; rel=preload; as=image; imagesrcset="r1 1x, r2 2x"',
        "<p>; rel=preload; as=image; media=print",
        "<q>; rel=preload; as=image; media=screen",
        '<q>; rel=preload; as=image; media="(max-width: 600px)"',
    ]
    return pages + [Page("", link=each) for each in headers]


def _imports() -> list[Page]:
    preludes = [
        "", "print", "screen", "(max-width:600px)", "(min-width:600px)", "foo&", "layer", "layer(x)", "layer(x) print",
        "supports(display:grid)", "supports(foo:bar)", "supports((foo:bar))", "supports(not (foo:bar))",
        "supports(not (display:grid))", "supports((display:grid) and (foo:bar))", "supports()",
        "layer supports(foo:bar)", "layer(a) supports(display:grid) screen", "supports(display:grid) print",
        "supports(--x:1)", "supports(blah(x))", "supports(display:grid; color:red)", "screen supports(foo:bar)",
    ]  # fmt: skip
    pages = []
    for each in preludes:
        pages.append(
            Page("<link rel=stylesheet href=s.css>", {"s.css": f"@import 'i.css' {each};", "i.css": CSS}),
        )
        pages.append(Page(f"<style>@import 'i.css' {each};</style>", {"i.css": CSS}))
    return pages


def _image_sets() -> list[Page]:
    sets = [
        ("url(a) 1x, url(b) 2x, 'c' 3x", 1.0),
        ("url(a) 1x, url(b) 2x, 'c' 3x", 1.4),
        ("url(a) 1x, url(b) 2x, 'c' 3x", 4.0),
        ("url(c) 3x, url(a) 1x, url(b) 2x", 1.0),
        ("url(a), url(b) 2x", 2.0),
        ("url(a) type('image/jp2'), url(b) type('image/avif'), url(c) type('image/png')", 1.0),
        ("url(a) type('image/jp2')", 1.0),
        ("url(a) 96dpi, url(b) 192dpi", 2.0),
        ("url(a) calc(1x), url(b) calc(1x + 1x)", 2.0),
        ("url(a) 0x, url(b) 1x", 1.0),
        ("url(a) -1x, url(b) 1x", 1.0),
        ("linear-gradient(red,blue) 1x, url(b) 2x", 1.0),
        ("linear-gradient(red,blue) 1x, url(b) 2x", 2.0),
        ("url(data:image/gif;base64,R0lGODlhAQABAAAAACw=) 1x, url(b) 2x", 1.0),
        ("url(a) 1y, url(b) 2x", 1.0),
        ("url(a) type(image/png), url(b) 1x", 1.0),
        ("image-set(url(a) 1x) 1x, url(b) 2x", 1.0),
    ]
    pages = [Page(f"<style>p{{background:image-set({each})}}</style>", dpr=dpr) for each, dpr in sets]
    pages.append(Page("<style>p{background:-webkit-image-set('a' 1x, 'b' 2x)}</style>", dpr=2.0))
    pages.append(Page("<p style=\"background:image-set('a' 1x,'b' 2x)\">x"))
    pages.append(Page("<style>@media print{p{background:url(a)}} @media screen{p{background:url(c)}}</style>"))
    return pages


PAGES = [*_images(), *_pictures(), *_links(), *_imports(), *_image_sets()]
