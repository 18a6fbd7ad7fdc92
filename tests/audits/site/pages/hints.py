"""Pages for the rules of the family hints: each has one fault in its 103, or none there and one in what uses it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from fetcher.origin import asset
from fetcher.terms import ProfileName
from tests.audits.site.parts import CACHED, FONT, HEAD, HINTS, SCRIPT, STYLE, document, sound
from tests.audits.site.proof import Proof

DIGEST = "sha256-" + b64encode(sha256(b"document.title += '.';\n").digest()).decode()
"""Of /a.js."""
MODULE = '<link rel="stylesheet" href="/a.css"><script type="module" src="/m.js"></script>'
CORS = '<link rel="stylesheet" href="/a.css"><script src="/a.js" crossorigin defer></script>'
SHEETS = '<link rel="stylesheet" href="/a.css"><link rel="stylesheet" href="/p.css" media="print">'
IMAGES = '<img src="/a.png" srcset="/a.png 400w, /b.png 800w" sizes="100vw" alt="">'


def _page(rule: str, *hints: str, head: str = HEAD, body: str = "<h1>A page</h1>", **more: object) -> Proof:
    """A page whose 103 and final head have ``hints``."""
    also = frozenset(more.pop("also", ()))  # type: ignore[arg-type]
    routes = more.pop("routes", {})
    return Proof(
        rule, sound() | {"/": document(hints, head=head, body=body)} | routes, also=also, **more  # type: ignore[arg-type,operator]
    )  # fmt: skip


PAGES = (
    _page("link-syntax-invalid", STYLE, "/a.js; rel=preload; as=script", FONT),
    _page(
        "link-header-too-large",
        *HINTS,
        *(f"</{name * 30}.png>; rel=preload; as=image" for name in "bcdefghijklmnopqrstuvw"),
        body="".join(f'<img src="/{name * 30}.png" alt="">' for name in "bcdefghijklmnopqrstuvw"),
        routes={f"/{name * 30}.png": asset(900, "image/png", cache=CACHED) for name in "bcdefghijklmnopqrstuvw"},
    ),
    _page("hint-rel-unsupported", STYLE, "</a.js>; rel=prefetch; as=script", FONT),
    _page("hint-as-missing", "</a.css>; rel=preload", SCRIPT, FONT),
    _page("hint-as-invalid", "</a.css>; rel=preload; as=stylesheet", SCRIPT, FONT),
    _page("hint-as-mismatch", STYLE, "</a.js>; rel=preload; as=image", FONT),
    _page(
        "hint-content-type-mismatch",
        *HINTS,
        "</b.css>; rel=preload; as=style",
        head=HEAD + '<link rel="stylesheet" href="/b.css">',
        routes={"/b.css": asset(b"<!doctype html><title>Not here</title>", "text/html", cache=CACHED)},
    ),
    _page("hint-type-unsupported", STYLE, "</a.js>; rel=preload; as=script; type=text/css", FONT),
    _page("font-hint-crossorigin", STYLE, SCRIPT, "</a.woff2>; rel=preload; as=font"),
    _page("hint-credentials-mismatch", *HINTS, head=CORS),
    _page(
        "module-hint-wrong-rel",
        STYLE,
        "</m.js>; rel=preload; as=script",
        FONT,
        head=MODULE,
        routes={"/m.js": asset(b"export {};\n", "text/javascript", cache=CACHED)},
    ),
    _page(
        "hint-url-mismatch",
        *HINTS,
        "</b.png?w=1&amp;h=2>; rel=preload; as=image",
        body='<img src="/b.png?w=1&amp;h=2" alt="">',
        routes={"/b.png": asset(20_000, "image/png", cache=CACHED)},
    ),
    _page("hint-relative-url", "<a.css>; rel=preload; as=style", SCRIPT, FONT),
    _page(
        "hint-mixed-content",
        *HINTS,
        "<http://plain.hint-mixed-content.test/b.png>; rel=preload; as=image",
        hosts={"plain.hint-mixed-content.test": {"/b.png": asset(900, "image/png", cache=CACHED)}},
    ),
    _page(
        "hint-responsive-image",
        *HINTS,
        "</a.png>; rel=preload; as=image",
        body=IMAGES,
        routes={"/b.png": asset(40_000, "image/png", cache=CACHED)},
    ),
    _page(
        "hint-media-ignored",
        *HINTS,
        "</p.css>; rel=preload; as=style",
        head=SHEETS + '<script src="/a.js" defer></script>',
        routes={"/p.css": asset(b"h1{color:black}", "text/css", cache=CACHED)},
    ),
    _page(
        "hint-integrity-mismatch",
        *HINTS,
        head=f'<link rel="stylesheet" href="/a.css"><script src="/a.js" integrity="{DIGEST}" defer></script>',
    ),
    _page("hint-duplicate", *HINTS, SCRIPT),
    _page("hint-self", *HINTS, "<>; rel=preload; as=fetch; crossorigin"),
    _page("hint-param-unsupported", STYLE, f"{SCRIPT}; nopush", FONT),
    # The same faults in a preload of the markup, and without any 103.
    _page("font-hint-crossorigin", head=f'{HEAD}<link rel="preload" href="/a.woff2" as="font">', name="font-in-markup"),
    _page("hint-as-mismatch", head=f'<link rel="preload" href="/a.js" as="image">{HEAD}', name="as-in-markup"),
    # As another browser has it.
    _page(
        "font-hint-crossorigin",
        STYLE,
        SCRIPT,
        "</a.woff2>; rel=preload; as=font",
        profile=ProfileName.FIREFOX,
        options={"browser": "firefox"},
        name="font-in-firefox",
    ),
)
