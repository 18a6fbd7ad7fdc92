"""Documents that stand in a page: srcdoc attributes, data: URLs and about:blank of frames, and what they inherit."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from fetcher.terms import Fields
from tests.end_to_end.chromium.case import Case

OTHER = "https://other.test"

WAITED = "a script whose connection opens slowly is raised meanwhile, once the parser waits for it"
INSIDE = {
    "img": "<img src=in.png>",
    "head": "<!doctype html><meta charset=utf-8><link rel=stylesheet href=in.css><script src=in.js></script><img src=in.png>",
    "module": "<script type=module src=in.js></script><link rel=modulepreload href=pre.js>",
    "inline-module": "<script type=module>import './in.js'</script>",
    "style": "<style>p{background:url(in.png)}@font-face{font-family:F;src:url(in.woff2)}p{font-family:F}</style><p>x",
    "import": "<style>@import 'in.css';</style>",
    "base": "<base href=https://other.test/b/><img src=in.png>",
    "frame": "<iframe src=f.html></iframe>",
    "preload": "<link rel=preload as=style href=in.css><link rel=preload as=font href=f.woff2 crossorigin>",
    "preconnect": "<link rel=preconnect href=https://third.test>",
    "cross": f"<img src={OTHER}/in.png><script src={OTHER}/in.js crossorigin></script>",
    "relative": "<img src=../in.png><img src=/abs.png>",
    "meta-csp": "<meta http-equiv=content-security-policy content=\"img-src 'none'\"><img src=in.png><script src=in.js></script>",
    "referrer": "<meta name=referrer content=no-referrer><img src=in.png>",
    "srcset": "<img srcset='s.png 100w, l.png 2000w' sizes=100vw>",
    "video": "<video src=v.mp4></video>",
    "use": "<svg><use href=u.svg#x /></svg>",
    "nested": escape('<iframe srcdoc="<img src=deep.png>"></iframe>', quote=False),
    "noscript": "<noscript><img src=no.png></noscript>",
}


def srcdoc(text: str, more: str = "") -> str:
    return f'<iframe srcdoc="{escape(text)}" {more}></iframe>'


def data(text: str, more: str = "", kind: str = "text/html") -> str:
    return f'<iframe src="data:{kind},{quote(text)}" {more}></iframe>'


_PLAIN = [
    Case(f"{name}-{what}", (f"html iframe {name}",), make(text.replace("&lt;", "<").replace("&gt;", ">")),
         url="https://a.test/dir/page.html", unscored=("priority",) if what == "cross" else (),
         unscored_why=WAITED if what == "cross" else "")
    for name, make in (("srcdoc", srcdoc), ("data-frame", data))
    for what, text in INSIDE.items()
]  # fmt: skip

EVERYTHING = (
    "<link rel=stylesheet href={0}in.css><script src={0}in.js></script><img src={0}in.png><style>p{{background:url({0}bg.png)}}"
    "</style><p>x<img src=https://other.test/o.png>"
)
POLICIES: dict[str, Fields] = {
    "img": (("content-security-policy", "img-src 'none'"),),
    "self": (("content-security-policy", "default-src 'self'"),),
    "style": (("content-security-policy", "style-src 'self'"),),
    "frame": (("content-security-policy", "frame-src 'none'"),),
    "frame-data": (("content-security-policy", "frame-src data:"),),
    "sandbox": (("content-security-policy", "sandbox allow-scripts"),),
    "upgrade": (("content-security-policy", "upgrade-insecure-requests"),),
    "report-only": (("content-security-policy-report-only", "img-src 'none'"),),
    "no-referrer": (("referrer-policy", "no-referrer"),),
    "origin": (("referrer-policy", "origin"),),
    "unsafe-url": (("referrer-policy", "unsafe-url"),),
    "coep": (("cross-origin-embedder-policy", "require-corp"),),
    "credentialless": (("cross-origin-embedder-policy", "credentialless"),),
    "cookie": (("set-cookie", "a=1; SameSite=None; Secure"),),
    "accept-ch": (("accept-ch", "sec-ch-viewport-width, sec-ch-dpr"),),
}
ATTRIBUTES = {
    "sandbox": "sandbox",
    "sandbox-same": "sandbox=allow-same-origin",
    "sandbox-scripts": "sandbox=allow-scripts",
    "lazy": "loading=lazy",
    "referrerpolicy": "referrerpolicy=no-referrer",
    "credentialless": "credentialless",
    "hidden": "hidden",
    "none": "style=display:none",
    "small": "width=100 height=50",
    "and-src": "src=other.html",
    "csp": "csp=\"img-src 'none'\"",
}
BOTH = EVERYTHING.format("https://a.test/")
_INHERITED = [
    Case(f"{name}-under-{what}", (f"html iframe {name}",), make(BOTH), fields=fields)
    for name, make in (("srcdoc", srcdoc), ("data-frame", data))
    for what, fields in POLICIES.items()
]
_ATTRIBUTES = [
    Case(
        f"{name}-with-{what}",
        (f"html iframe {name}",),
        make(BOTH, more),
        fields=(("set-cookie", "a=1; SameSite=None; Secure"),),
    )
    for name, make in (("srcdoc", srcdoc), ("data-frame", data))
    for what, more in ATTRIBUTES.items()
    if not (name == "data-frame" and what == "and-src")
]
_DATA = [
    Case(
        "data-frame-svg",
        ("html iframe data",),
        data(
            "<svg xmlns='http://www.w3.org/2000/svg'><image href='https://a.test/in.png'/></svg>", kind="image/svg+xml"
        ),
    ),
    Case(
        "data-frame-xhtml",
        ("html iframe data",),
        data(
            "<html xmlns='http://www.w3.org/1999/xhtml'><img src='https://a.test/in.png'/></html>",
            kind="application/xhtml+xml",
        ),
    ),
    Case("data-frame-plain", ("html iframe data",), data("<img src=https://a.test/in.png>", kind="text/plain")),
    Case("data-frame-no-type", ("html iframe data",), data("<img src=https://a.test/in.png>", kind="")),
    Case(
        "data-frame-charset",
        ("html iframe data",),
        data("<img src=https://a.test/in.png>", kind="text/html;charset=utf-8"),
    ),
    Case(
        "data-frame-bad",
        ("html iframe data",),
        "<iframe src='data:text/html;base64,%%%'></iframe><iframe src='data:text/html'></iframe>",
    ),
    Case(
        "data-frame-hash",
        ("html iframe data",),
        "<iframe src='data:text/html,<img src=https://a.test/in.png>#frag<img src=https://a.test/no.png>'></iframe>",
    ),
    Case("data-object", ("html object",), f'<object data="data:text/html,{quote(BOTH)}"></object>'),
    Case("data-embed", ("html embed",), f'<embed type=text/html src="data:text/html,{quote(BOTH)}">'),
    Case(
        "data-frameset",
        ("html frame",),
        f'<!doctype html><frameset cols=*><frame src="data:text/html,{quote(BOTH)}"></frameset>',
    ),
    Case(
        "srcdoc-in-frame",
        ("html iframe srcdoc",),
        "<iframe src=dir/f.html></iframe>",
        files={"dir/f.html": srcdoc("<img src=in.png>")},
    ),
    Case(
        "srcdoc-in-other",
        ("html iframe srcdoc",),
        f"<iframe src={OTHER}/dir/f.html></iframe>",
        files={f"{OTHER}/dir/f.html": srcdoc("<img src=in.png>")},
    ),
    Case("srcdoc-base-of-parent", ("html iframe srcdoc",), "<base href=/elsewhere/>" + srcdoc("<img src=in.png>")),
    Case("srcdoc-base-after", ("html iframe srcdoc",), srcdoc("<img src=in.png>") + "<base href=/elsewhere/>"),
    Case("srcdoc-deep", ("html iframe srcdoc",), srcdoc(srcdoc(srcdoc("<img src=in.png>")))),
    Case(
        "srcdoc-empty",
        ("html iframe srcdoc",),
        "<iframe srcdoc src=f.html></iframe><iframe srcdoc='' src=g.html></iframe>",
    ),
    Case("srcdoc-same-as-page", ("html iframe srcdoc",), "<img src=in.png>" + srcdoc("<img src=in.png>")),
    Case(
        "srcdoc-same-as-page-no-store",
        ("html iframe srcdoc",),
        "<link rel=stylesheet href=in.css>" + srcdoc("<link rel=stylesheet href=in.css>"),
    ),
    Case(
        "srcdoc-hinted",
        ("html iframe srcdoc",),
        srcdoc("<link rel=stylesheet href=in.css>"),
        hints=["</in.css>; rel=preload; as=style"],
    ),
    Case("srcdoc-quirky", ("html iframe srcdoc",), srcdoc("<table background=in.png><tr><td>x</table>")),
    Case("srcdoc-entities", ("html iframe srcdoc",), "<iframe srcdoc='&lt;img src=a&amp;amp;b.png&gt;'></iframe>"),
    Case("blank-frame", ("html iframe",), "<iframe></iframe><iframe src=about:blank></iframe>"),
]
_FRAMES = [
    Case(
        f"frame-{what}-{where}",
        ("html iframe",),
        f"<iframe src={url} {more}></iframe>",
        files={
            url: "<meta charset=utf-8><style>p{background:url(bg.png)}</style><p>x<img src=in.png><img loading=lazy src=lazy.png>"
        },
        fields=(("set-cookie", "a=1; SameSite=None; Secure"),),
    )
    for what, more in ATTRIBUTES.items()
    if what in ("hidden", "none", "sandbox", "sandbox-same", "lazy", "small")
    for where, url in (("here", "f.html"), ("elsewhere", "https://other.test/f.html"))
]
CASES = [*_PLAIN, *_INHERITED, *_ATTRIBUTES, *_DATA, *_FRAMES]
