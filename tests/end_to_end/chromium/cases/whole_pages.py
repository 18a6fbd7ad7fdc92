"""Whole documents in the shapes of the real web, each as it is and with hints: well made, badly made, or in several 103s."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fetcher.origin import Body, Head, Interim, Route, Site, Wait, links
from tests.end_to_end.chromium.case import EARLY_MS, HTML, Case, anything, file

PAGES = Path(__file__).parent.parent / "pages"

FONTS_CSS = (
    "/* latin */@font-face{font-family:'Inter';src:url(https://fonts.test/s/inter.woff2) format('woff2');"
    "unicode-range:U+0000-00FF}@font-face{font-family:'Lora';src:url(https://fonts.test/s/lora.woff2) format('woff2')}"
)

URLS = {
    "shop-product": "https://a.test/p/walnut-side-table",
    "shop-list": "https://a.test/shop/?page=1",
    "docs-page": "https://a.test/3/library/asyncio.html",
    "wiki": "https://a.test/wiki/Early_hint",
    "frameset": "https://a.test/manual/",
    "tables": "http://a.test/~home/index.htm",
    "legacy-charset": "https://a.test/alt/seite.htm",
}

FILES: dict[str, Mapping[str, str | Route]] = {
    "shop-product": {
        "/css/main.css?v=31": "body{font-family:Inter,sans-serif}.price{background:url(../img/price.png)}.no{background:url(no.png)}",
        "https://fonts.test/css2?family=Inter": FONTS_CSS,
    },
    "shop-list": {
        "/shop/css/a.css": "@import 'c.css';li{list-style:url(../i/dot.png)}",
        "/shop/css/c.css": "ul{background:url(c.png)}",
    },
    "news-front": {
        "/front.css": "article{background:url(/img/line.png)}",
        "https://ads.test/slot.html": "<!doctype html><img src=/ad.png>",
    },
    "news-article": {
        "/article.css": "h1{background:url(h1.png)}",
        "/js/reader.mjs": "import './dep.mjs'; export const later = () => import('./lazy.mjs');",
    },
    "docs-page": {"/3/_static/theme.css?v=5f3a": "@import url('basic.css');body{background:url(bg.png)}"},
    "blog-fonts": {"https://fonts.test/css2?family=Lora:wght@400;700": FONTS_CSS},
    "landing": {"/critical.css": "section{color:red}"},
    "app-shell": {
        "/assets/index.js": "import {x} from 'react'; import 'app/main.js'; export * from './shared.js';",
        "/assets/react.js": "export const x = 1;",
        "/assets/app/main.js": "import '../shared.js';",
        "/assets/index.css": "#root{background:url(root.png)}",
    },
    "frameset": {
        "/manual/toc.html": "<html><body><img src=toc.gif></body></html>",
        "/main.html": "<html><body><img src=main.gif></body></html>",
    },
    "gallery": {},
    "third-parties": {
        "https://fonts.test/icon?family=Material": "@font-face{font-family:M;src:url(m.woff2)}body{font-family:M}",
        "https://widget.test/chat.html": "<!doctype html><link rel=stylesheet href=/w.css><img src=w.png>",
    },
    "recipe": {"/r.css": "h1{background:url(r.png)}", "/alt.css": "h1{background:url(alt.png)}"},
    "policy-strict": {"/bank.css": "body{background:url(/in-css.png)}"},
    "shadow": {"/card.css": "slot{background:url(slot.png)}"},
    "media-page": {"/player.html": "<!doctype html><script src=/player.js></script>"},
    "refresh": {"/moved-here": file("<!doctype html><title>here</title><img src=/here.png>", "text/html")},
    "import-chain": {
        "/chain/0.css": "@import '1.css'; @import url(missing-media.css) (min-width:5000px);",
        "/chain/1.css": "@import '2.css' screen;",
        "/chain/2.css": "@import '0.css'; .x{background:url(end.png)}",
        "/mod/a.js": "import './b.js'",
        "/mod/b.js": "import './c.js'; import './a.js'",
        "/mod/c.js": "export default 1",
    },
}

# Well made: what the page will ask for first, as it will ask for it.
GOOD: dict[str, list[str]] = {
    "shop-product": [
        "</css/main.css?v=31>; rel=preload; as=style",
        "<https://img.shop.test>; rel=preconnect",
        "<https://fonts.test/css2?family=Inter>; rel=preload; as=style",
    ],
    "shop-list": ["</shop/css/a.css>; rel=preload; as=style", "<css/filters.js>; rel=preload; as=script"],
    "news-front": [
        "</front.css>; rel=preload; as=style",
        "</fonts/serif.woff2>; rel=preload; as=font; crossorigin",
        "<https://ads.test>; rel=preconnect",
    ],
    "news-article": [
        "</article.css>; rel=preload; as=style",
        "</js/reader.mjs>; rel=modulepreload",
        "</b/800.jpg>; rel=preload; as=image; fetchpriority=high",
    ],
    "docs-page": [
        "</3/_static/pygments.css?v=b86133f3>; rel=preload; as=style",
        "<../_static/doctools.js?v=9a2dae69>; rel=preload; as=script",
    ],
    "blog-fonts": [
        "</wp-content/themes/x/style.css?ver=6.4>; rel=preload; as=style, </icons.woff2>; rel=preload; as=font; crossorigin"
    ],
    "landing": [
        "</hero.avif>; rel=preload; as=image; fetchpriority=high",
        "</brand.woff2>; rel=preload; as=font; crossorigin",
        "</critical.css>; rel=preload; as=style",
    ],
    "app-shell": [
        "</assets/index.js>; rel=modulepreload; crossorigin",
        "</assets/react.js>; rel=modulepreload; crossorigin",
        "</assets/index.css>; rel=preload; as=style; crossorigin",
    ],
    "tables": ["<tile.gif>; rel=preload; as=image"],
    "gallery": ["</1.avif>; rel=preload; as=image", "</g.css>; rel=preload; as=style"],
    "third-parties": [
        "<https://cdn.test/jquery.js>; rel=preload; as=script; crossorigin",
        "<https://cdn.test>; rel=preconnect; crossorigin",
        "<https://fonts.test>; rel=preconnect",
    ],
    "recipe": ["</r.css>; rel=preload; as=style", "</a.js>; rel=preload; as=script"],
    "policy-strict": ["</bank.css>; rel=preload; as=style", "<https://cdn.test/x.js>; rel=preload; as=script"],
    "wiki": ["</w/load.php?lang=en&modules=site.styles&only=styles&skin=v>; rel=preload; as=style"],
    "shadow": ["</card.css>; rel=preload; as=style", "</page.css>; rel=preload; as=style"],
    "broken": ["<one.css>; rel=preload; as=style"],
    "media-page": ["</v.jpg>; rel=preload; as=image", "</radio.css>; rel=preload; as=style"],
    "import-chain": [
        "</chain/0.css>; rel=preload; as=style",
        "</chain/2.css>; rel=preload; as=style",
        "</mod/c.js>; rel=modulepreload",
    ],
}

# Badly made, as one sees them: no crossorigin on the font, an old version, parameters that only markup knows, no use.
BAD: dict[str, list[str]] = {
    "shop-product": [
        "</css/main.css?v=30>; rel=preload; as=style",
        "</js/vendor.js>; rel=preload; as=script; nopush",
        "<https://fonts.test>; rel=preconnect",
    ],
    "news-front": [
        "</fonts/serif.woff2>; rel=preload; as=font",
        "</front.css>; rel=preload; as=script",
        "</gone.js>; rel=preload; as=script",
    ],
    "news-article": [
        "</js/reader.mjs>; rel=preload; as=script",
        '</b/800.jpg>; rel=preload; as=image; imagesrcset="/b/400.jpg 400w"',
        "</article.css>; rel=prefetch",
    ],
    "blog-fonts": [
        "</icons.woff2>; rel=preload; as=font",
        "</wp-includes/js/jquery.min.js>; rel=preload",
        "</wp-content/themes/x/style.css>; rel=stylesheet",
    ],
    "landing": [
        "<http://a.other.test/>; rel=dns-prefetch",
        "</critical.css>; rel=preload; as=style; media=all",
        "</hero.avif>; rel=preload; as=picture",
    ],
    "third-parties": [
        "<https://cdn.test/jquery.js>; rel=preload; as=script",
        "<https://fonts.test/icon?family=Material>; rel=preload; as=style; crossorigin",
    ],
    "gallery": ["</1.jpg>; rel=preload; as=image", "</4.jpg>; rel=preload; as=image, </8.jpg>; rel=preload; as=image"],
    "recipe": ["</r.css>; rel=preload; as=style; title=x", "</never.js>; rel=preload; as=script"],
}


def _case(name: str, how: str, hints: list[str], **more: object) -> Case:
    return Case(
        f"page-{name}-{how}",
        ("whole pages", f"hints {how}"),
        (PAGES / f"{name}.html").read_text(),
        hints,
        files=FILES.get(name, {}),
        url=URLS.get(name, "https://a.test/"),
        **more,  # type: ignore[arg-type]
    )


def _in_many(name: str) -> Case:
    """An interim response that is none of ours, a 103, a second 103 that comes too late, then the page in pieces."""
    plain = _case(name, "in-many-103s", [])
    whole = plain.as_site()
    document = plain.html.encode()
    middle = len(document) // 2
    steps = (
        Wait(EARLY_MS),
        Interim(102),
        Interim(103, links(*GOOD[name][:1])),
        Wait(100),
        Interim(103, links(*GOOD[name][1:])),
        Wait(100),
        Head(200, HTML),
        Body(document[:middle]),
        Wait(60),
        Body(document[middle:]),
    )
    host, _, path = plain.url.partition("://")[2].partition("/")
    hosts = {each: dict(table) for each, table in whole.hosts.items()}
    hosts[host][f"/{path}"] = steps
    why = "what comes in a later piece is met by the preload scanner or the parser, whichever is there first"
    site = Site({}, hosts, anything)
    return Case(plain.id, plain.rules, url=plain.url, site=site, unscored=("priority",), unscored_why=why)


PHONE: dict[str, object] = {
    "mobile": True,
    "viewport": (412, 823),
    "dpr": 1.75,
    "unscored": ("user-agent", "sec-ch-ua-mobile", "sec-ch-ua-platform"),
    "unscored_why": "Chromium's emulation of a screen leaves these a desktop's; told a phone's, its preload scanner "
    "chooses pictures for a desktop now and then, and the parser for the phone; dress-mobile compares them",
}

NAMES = sorted(path.stem for path in PAGES.glob("*.html"))

CASES = [
    *(_case(name, "none", []) for name in NAMES),
    *(_case(name, "good", hints) for name, hints in GOOD.items()),
    *(_case(name, "bad", hints) for name, hints in BAD.items()),
    *(_in_many(name) for name in ("shop-product", "news-front", "app-shell", "import-chain", "third-parties")),
    *(
        _case(name, "on-a-phone", GOOD[name], **PHONE)
        for name in (
            "shop-product",
            "gallery",
            "landing",
            "news-front",
        )
    ),
]
