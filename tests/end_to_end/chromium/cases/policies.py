"""What a browser refuses, upgrades or leaves unread: the document's policies, redirects and responses."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from fetcher.terms import Fields
from tests.end_to_end.chromium.case import Case, file, redirect

OWN = "https://a.test"
OTHER = "https://other.test"
PLAIN = "http://other.test"
USED = "<p class=x>x"
SHEET = "p{background:url(bg.png)}"


def csp(policy: str) -> Fields:
    return (("content-security-policy", policy),)


def digest(text: str, algorithm: str = "sha384") -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, text.encode()).digest()).decode()}"


# Chromium lifts the priority of an image once layout finds it in view; one that waits for a connection of its own, or is
# found by layout, may then leave with the higher one.
LIFTED = ("priority",)
WHY_LIFTED = "an image in view is lifted to u=1 when layout comes before its request leaves, which is a race"

# Chromium's element may ask once more for what its scanner was refused by a redirect that is not fresh.
KEPT_FRESH: Fields = (("cache-control", "max-age=600"),)

# One element of every destination; each of its requests is there or not as the policy says.
EVERYTHING = (
    "<link rel=stylesheet href=s.css><script src=s.js></script><img src=i.png><iframe src=f.html></iframe>"
    "<link rel=preload as=fetch href=p.json crossorigin><link rel=preload as=font href=p.woff2 crossorigin>"
    "<link rel=preload as=script href=p.js><link rel=preload as=style href=p.css>"
    "<link rel=preload as=image href=p.png><link rel=modulepreload href=m.js><script type=module src=mod.js></script>"
    "<style>@import 'im.css'; p{background:url(bg.png)} @font-face{font-family:F;src:url(f.woff2)} p{font-family:F}"
    f"</style><p style='list-style-image:url(li.png);display:list-item'>x<img src={OTHER}/o.png>"
    f"<script src={OTHER}/o.js></script><link rel=stylesheet href={OTHER}/o.css>"
)
DIRECTIVES = (
    *("img-src", "style-src", "style-src-elem", "style-src-attr", "script-src", "script-src-elem", "font-src"),
    *("connect-src", "frame-src", "child-src", "media-src", "object-src", "manifest-src", "worker-src", "default-src"),
)
_WORDS = {"none": "'none'", "self": "'self'", "other": OTHER, "https": "https:", "star": "*"}

BY_DIRECTIVE = [
    Case(f"policy-{name}-{word}", (f"CSP {name}",), EVERYTHING, fields=csp(f"{name} {source}"))
    for name in DIRECTIVES
    for word, source in _WORDS.items()
    if word == "none" or name in ("default-src", "script-src", "style-src", "img-src")
]

POLICIES = [
    Case("policy-inline-allowed", ("CSP style-src",), EVERYTHING, fields=csp("style-src 'self' 'unsafe-inline'")),
    Case(
        "policy-elem-over-src",
        ("CSP style-src-elem",),
        EVERYTHING,
        fields=csp("default-src *; style-src 'none'; style-src-elem 'self'"),
    ),
    Case(
        "policy-sandbox", ("CSP sandbox",), EVERYTHING + "<noscript><img src=n.png></noscript>", fields=csp("sandbox")
    ),
    Case(
        "policy-sandbox-scripts",
        ("CSP sandbox",),
        EVERYTHING + "<noscript><img src=n.png></noscript>",
        fields=csp("sandbox allow-scripts"),
    ),
    Case(
        "policy-sandbox-same-origin",
        ("CSP sandbox",),
        EVERYTHING + "<noscript><img src=n.png></noscript>",
        fields=csp("sandbox allow-same-origin"),
    ),
    Case(
        "policy-report-only",
        ("CSP report-only",),
        EVERYTHING,
        fields=(("content-security-policy-report-only", "default-src 'none'"),),
    ),
    Case(
        "policy-two-fields",
        ("CSP several",),
        f"<script src={OTHER}/b.js></script><script src=https://c.test/c.js></script>",
        fields=(*csp(f"script-src {OTHER} https://c.test"), *csp("script-src https://c.test")),
    ),
    Case(
        "policy-two-in-one-field",
        ("CSP several",),
        "<img src=i.png><script src=s.js></script>",
        fields=csp("img-src 'none', script-src 'none'"),
    ),
    Case(
        "policy-nonce",
        ("CSP nonce",),
        "<script nonce=abc src=a.js></script><script nonce=bad src=b.js></script><script src=c.js></script>"
        "<link rel=preload as=script href=p.js nonce=abc><link rel=preload as=script href=q.js>"
        "<link rel=modulepreload href=m.js nonce=abc><link rel=modulepreload href=n.js>"
        "<link rel=stylesheet nonce=abc href=s.css><link rel=stylesheet href=t.css>"
        "<link rel=preload as=style href=u.css nonce=abc>",
        fields=csp("script-src 'nonce-abc'; style-src 'nonce-abc'"),
    ),
    Case(
        "policy-strict-dynamic",
        ("CSP strict-dynamic",),
        "<script nonce=abc src=a.js></script><script src=b.js></script><link rel=preload as=script href=p.js nonce=abc>"
        "<link rel=preload as=script href=q.js><link rel=modulepreload href=m.js><script type=module src=n.js></script>"
        "<script async src=c.js></script>",
        fields=csp("script-src 'nonce-abc' 'strict-dynamic' 'self' https:"),
    ),
    Case(
        "policy-strict-dynamic-link-field",
        ("CSP strict-dynamic",),
        "<script nonce=abc src=a.js></script>",
        fields=(
            *csp("script-src 'nonce-abc' 'strict-dynamic' 'self'"),
            ("link", "</p.js>; rel=preload; as=script"),
            ("link", "</m.js>; rel=modulepreload"),
        ),
    ),
    Case(
        "policy-link-field",
        ("CSP",),
        USED,
        fields=(
            *csp("script-src 'none'; img-src 'none'; style-src 'none'"),
            ("link", "</p.js>; rel=preload; as=script"),
            ("link", "</i.png>; rel=preload; as=image"),
            ("link", "</s.css>; rel=preload; as=style"),
        ),
    ),
    Case(
        "policy-hash-external-script",
        ("CSP hash",),
        f"<script src=a.js integrity={digest('1', 'sha256')}></script>"
        f"<script src=b.js integrity={digest('2', 'sha256')}></script>"
        f"<script src=c.js integrity='{digest('1', 'sha256')} {digest('2')}'></script>"
        f"<script src=d.js integrity='{digest('1', 'sha256')} {digest('1')}'></script>"
        f"<link rel=preload as=script href=p.js integrity={digest('1', 'sha256')}>",
        files={f"{name}.js": "1" for name in "abcdp"},
        fields=csp(f"script-src '{digest('1', 'sha256')}' '{digest('1')}'"),
    ),
    Case(
        "policy-hash-external-sheet",
        ("CSP hash",),
        f"<link rel=stylesheet href=a.css integrity={digest(SHEET, 'sha256')}>{USED}",
        files={"a.css": SHEET},
        fields=csp(f"style-src '{digest(SHEET, 'sha256')}'"),
    ),
    Case(
        "policy-hash-inline-style",
        ("CSP hash",),
        "<style>p{background:url(yes.png)}</style><style>p{background:url(no.png)}</style>"
        "<style nonce=abc>p{list-style-image:url(nonce.png);display:list-item}</style>" + USED,
        fields=csp(f"style-src '{digest('p{background:url(yes.png)}', 'sha256')}' 'nonce-abc'"),
    ),
    Case(
        "policy-hash-style-attribute",
        ("CSP hash",),
        "<p style='background:url(yes.png)'>x<p style='background:url(no.png)'>x",
        fields=csp(f"style-src 'unsafe-hashes' '{digest('background:url(yes.png)', 'sha256')}'"),
    ),
    Case(
        "policy-hash-inline-style-meta",
        ("CSP hash", "CSP meta"),
        f"<meta http-equiv=content-security-policy content=\"style-src '{digest('p{background:url(yes.png)}')}'\">"
        "<style>p{background:url(yes.png)}</style><style>p{background:url(no.png)}</style>" + USED,
    ),
    Case(
        "policy-inline-import-elsewhere",
        ("CSP style-src",),
        f"<style>@import '{OTHER}/im.css';</style>{USED}",
        fields=csp("style-src 'self'"),
    ),
    Case(
        "policy-inline-import-not-applied",
        ("CSP style-src",),
        f"<style>@import 'im.css';</style>{USED}",
        files={"im.css": SHEET},
        fields=csp("style-src 'self'"),
    ),
    Case("policy-base", ("CSP base-uri",), f"<base href={OTHER}/x/><img src=i.png>", fields=csp("base-uri 'self'")),
    Case(
        "policy-base-allowed",
        ("CSP base-uri",),
        f"<base href={OTHER}/x/><img src=i.png>",
        fields=csp(f"base-uri {OTHER}"),
    ),
    Case(
        "policy-meta",
        ("CSP meta",),
        "<link rel=stylesheet href=a.css><meta http-equiv=content-security-policy content=\"style-src 'none'\">"
        f"<link rel=stylesheet href=b.css><link rel=stylesheet href={OTHER}/c.css>",
    ),
    Case(
        "policy-meta-body",
        ("CSP meta",),
        "<body><link rel=stylesheet href=a.css><meta http-equiv=content-security-policy content=\"style-src 'none'\">"
        "<link rel=stylesheet href=b.css>",
    ),
    Case(
        "policy-meta-report-only",
        ("CSP meta",),
        "<meta http-equiv=content-security-policy-report-only content=\"style-src 'none'\">"
        "<link rel=stylesheet href=b.css>",
    ),
    Case(
        "policy-meta-sandbox",
        ("CSP meta",),
        "<meta http-equiv=content-security-policy content=\"sandbox; script-src 'self'\"><script src=b.js></script>"
        f"<script src={OTHER}/c.js></script>",
    ),
    Case(
        "policy-meta-and-field",
        ("CSP meta", "CSP several"),
        f"<meta http-equiv=Content-Security-Policy content=\"img-src 'self'\"><img src=a.png><img src={OTHER}/b.png>",
        fields=csp(f"img-src {OTHER}"),
    ),
    Case(
        "policy-paths",
        ("CSP paths",),
        f"<script src={OTHER}/ok/a.js></script><script src={OTHER}/no/a.js></script>"
        f"<script src={OTHER}/ok/r.js></script>"
        f"<script src={OTHER}/ok/q.js></script>",
        files={
            f"{OTHER}/ok/r.js": redirect("https://c.test/elsewhere/x.js", fields=KEPT_FRESH),
            f"{OTHER}/ok/q.js": redirect("https://d.test/ok/x.js", fields=KEPT_FRESH),
        },
        fields=csp(f"script-src {OTHER}/ok/ https://c.test/ok/"),
    ),
    Case(
        "policy-wildcards",
        ("CSP hosts",),
        "<img src=https://c.b.test/1.png><img src=https://b.test/2.png><img src=https://xb.test/3.png>",
        fields=csp("img-src https://*.b.test"),
    ),
    Case(
        "policy-self-redirect",
        ("CSP redirects",),
        "<img src=r.png><iframe src=r.html></iframe>",
        files={
            # Fresh, since Chromium's element may ask once more for what its scanner was refused.
            "r.png": redirect(f"{OTHER}/x.png", fields=(("cache-control", "max-age=600"),)),
            "r.html": redirect(f"{OTHER}/x.html"),
        },
        fields=csp("img-src 'self'; frame-src 'self'"),
    ),
    Case(
        "policy-in-sheets",
        ("CSP img-src",),
        f"<link rel=stylesheet href=s.css>{USED}",
        files={
            "s.css": f"@import '{OTHER}/i.css'; @import 'own.css'; p{{background:url({OTHER}/b.png), url(own.png)}}"
        },
        fields=csp("img-src 'self'; style-src 'self'"),
    ),
]

MIXED = [
    Case(
        "mixed-content-kinds",
        ("mixed content",),
        f"<img src={PLAIN}/i.png><link rel=stylesheet href={PLAIN}/s.css><script src={PLAIN}/s.js></script>"
        f"<iframe src={PLAIN}/f.html></iframe><link rel=preload as=image href={PLAIN}/p.png>"
        f"<link rel=preload as=style href={PLAIN}/p.css><link rel=preload as=font crossorigin href={PLAIN}/p.woff2>"
        f"<style>body{{background:url({PLAIN}/bg.png)}}</style><input type=image src={PLAIN}/in.png>"
        f"<svg><image href={PLAIN}/svg.png /></svg><video poster={PLAIN}/poster.png></video>",
    ),
    Case(
        "mixed-content-sets",
        ("mixed content",),
        f"<picture><source srcset={PLAIN}/pic.png><img></picture><img srcset='{PLAIN}/set.png 1x'>"
        f"<img src={PLAIN}/src.png srcset=''><link rel=preload as=image imagesrcset='{PLAIN}/pre.png 1x'>",
    ),
    Case(
        "mixed-content-css",
        ("mixed content",),
        f"<link rel=stylesheet href=s.css>{USED}",
        files={
            "s.css": f"@import '{PLAIN}/im.css'; @font-face{{font-family:F;src:url({PLAIN}/f.woff2)}}"
            f"p{{background:url({PLAIN}/bg.png);font-family:F}}"
        },
    ),
    Case("mixed-content-cors", ("mixed content",), f"<img crossorigin src={PLAIN}/i.png>"),
    Case(
        "mixed-content-redirects",
        ("mixed content",),
        "<img src=r.png><link rel=stylesheet href=r.css><script src=r.js></script>",
        files={name: redirect(f"{PLAIN}/x{name}", fields=KEPT_FRESH) for name in ("r.png", "r.css", "r.js")},
    ),
    Case(
        "mixed-content-policy-http-source",
        ("mixed content", "CSP img-src"),
        f"<img src={PLAIN}/i.png>",
        fields=csp(f"img-src {OTHER}"),
    ),
    Case(
        "mixed-content-block-all", ("mixed content",), f"<img src={PLAIN}/i.png>", fields=csp("block-all-mixed-content")
    ),
    Case(
        "upgrade",
        ("upgrade-insecure-requests",),
        f"<img src={PLAIN}/i.png><link rel=stylesheet href={PLAIN}/s.css><script src={PLAIN}/s.js></script>"
        f"<iframe src={PLAIN}/f.html></iframe><link rel=preload as=style href={PLAIN}/p.css>"
        f"<img srcset='{PLAIN}/set.png 1x'>",
        fields=csp("upgrade-insecure-requests"),
        kept="Chromium upgrades a frame on its way, as a redirect: without Referer and client hints, on another connection",
    ),
    Case(
        "upgrade-meta",
        ("upgrade-insecure-requests", "CSP meta"),
        f"<link rel=stylesheet href={PLAIN}/a.css>"
        f"<meta http-equiv=content-security-policy content=upgrade-insecure-requests>"
        f"<link rel=stylesheet href={PLAIN}/b.css>",
    ),
    Case(
        "upgrade-redirects",
        ("upgrade-insecure-requests",),
        "<img src=r.png><link rel=stylesheet href=r.css>",
        files={name: redirect(f"{PLAIN}/x{name}") for name in ("r.png", "r.css")},
        fields=csp("upgrade-insecure-requests"),
    ),
]


def _allowing(*fields: tuple[str, str]) -> Fields:
    return tuple((f"access-control-allow-{name}", value) for name, value in fields)


_CORS = {
    "none": (),
    "star": _allowing(("origin", "*")),
    "null": _allowing(("origin", "null")),
    "slash": _allowing(("origin", "https://elsewhere.example/")),
    "two": _allowing(("origin", "*, *")),
}

CORS = [
    Case(
        f"cors-{name}{'-credentials' if value else ''}",
        ("CORS",),
        f"<link rel=stylesheet crossorigin{value} href={OTHER}/s.css>{USED}",
        files={f"{OTHER}/s.css": file(SHEET, "text/css", cors=cors)},
    )
    for name, cors in _CORS.items()
    for value in ("", "=use-credentials")
] + [
    Case(
        "cors-origin",
        ("CORS",),
        f"<link rel=stylesheet crossorigin href={OTHER}/s.css>{USED}",
        files={f"{OTHER}/s.css": file(SHEET, "text/css", cors=_allowing(("origin", OWN)))},
    ),
    Case(
        "cors-origin-credentials",
        ("CORS",),
        f"<link rel=stylesheet crossorigin=use-credentials href={OTHER}/s.css>{USED}",
        files={f"{OTHER}/s.css": file(SHEET, "text/css", cors=_allowing(("origin", OWN), ("credentials", "true")))},
    ),
    Case(
        "cors-origin-credentials-upper",
        ("CORS",),
        f"<link rel=stylesheet crossorigin=use-credentials href={OTHER}/s.css>{USED}",
        files={f"{OTHER}/s.css": file(SHEET, "text/css", cors=_allowing(("origin", OWN), ("credentials", "TRUE")))},
    ),
    Case(
        "cors-redirect-chains",
        ("CORS redirects",),
        "".join(
            f"<img crossorigin src={each}>"
            for each in ("r1.png", f"{OTHER}/r2.png", f"{OTHER}/r3.png", f"{OTHER}/r4.png", "r5.png")
        ),
        files={
            "r1.png": redirect(f"{OTHER}/t1.png"),
            f"{OTHER}/r2.png": redirect(f"{OTHER}/t2.png", fields=_CORS["star"]),
            f"{OTHER}/r3.png": redirect("https://c.test/t3.png", fields=_CORS["star"]),
            f"{OTHER}/r4.png": redirect("https://c.test/t4.png"),
            "r5.png": redirect(f"{OTHER}/r6.png"),
            f"{OTHER}/r6.png": redirect(f"{OWN}/t5.png", fields=_CORS["star"]),
        },
    ),
    Case(
        "cors-preload-then-use",
        ("CORS", "EH 9.2"),
        f"<link rel=preload as=style crossorigin href={OTHER}/s.css>"
        f"<link rel=stylesheet crossorigin href={OTHER}/s.css>",
        files={f"{OTHER}/s.css": file(SHEET, "text/css", cors=())},
    ),
    Case(
        "cors-preload-other-mode",
        ("CORS", "EH 9.2"),
        f"<link rel=preload as=script crossorigin href={OTHER}/s.js><script src={OTHER}/s.js></script>",
        files={f"{OTHER}/s.js": file("", "text/javascript", cors=())},
    ),
    Case(
        "cors-font",
        ("CORS",),
        "<style>@font-face{font-family:F;src:url(" + OTHER + "/f.woff2),url(g.woff2)}p{font-family:F}</style>" + USED,
        files={f"{OTHER}/f.woff2": file(b"", "font/woff2", cors=())},
    ),
    Case(
        "cors-module",
        ("CORS",),
        f"<script type=module src={OTHER}/m.js></script>",
        files={f"{OTHER}/m.js": file("import './d.js'", "text/javascript", cors=())},
    ),
]


def _corp(value: str) -> Fields:
    return (("cross-origin-resource-policy", value),)


CROSS_ORIGIN = [
    Case(
        f"corp-{value}-{name}",
        ("CORP",),
        f"<link rel=stylesheet href={origin}/s.css>{USED}",
        files={f"{origin}/s.css": file(SHEET, "text/css", fields=_corp(value))},
    )
    for value in ("same-origin", "same-site", "cross-origin", "nonsense")
    for name, origin in (("other", OTHER), ("sibling", "https://b.a.test"), ("own", OWN))
] + [
    Case(
        "corp-redirect",
        ("CORP",),
        f"<img src={OTHER}/r.png>",
        files={f"{OTHER}/r.png": redirect(f"{OWN}/x.png", fields=_corp("same-origin"))},
    ),
    Case(
        "coep-require-corp",
        ("COEP",),
        f"<link rel=stylesheet href={OTHER}/none.css><link rel=stylesheet href={OTHER}/yes.css>"
        f"<link rel=stylesheet crossorigin href={OTHER}/cors.css><p class=a>x<p class=b>x<p class=c>x"
        f"<img src={OTHER}/i.png><img src=own.png>",
        files={
            f"{OTHER}/none.css": file("p.a{background:url(a.png)}", "text/css"),
            f"{OTHER}/yes.css": file("p.b{background:url(b.png)}", "text/css", fields=_corp("cross-origin")),
            f"{OTHER}/cors.css": file("p.c{background:url(c.png)}", "text/css"),
        },
        fields=(("cross-origin-embedder-policy", "require-corp"),),
    ),
    Case(
        "coep-credentialless",
        ("COEP",),
        f"<link rel=stylesheet href={OTHER}/none.css>{USED}<img src=own.png><img src=r.png><img src={OTHER}/b.png>",
        files={
            f"{OTHER}/none.css": file(SHEET, "text/css"),
            "r.png": redirect(f"{OTHER}/r2.png"),
            f"{OTHER}/b.png": redirect(f"{OWN}/back.png"),
        },
        fields=(("cross-origin-embedder-policy", "credentialless"), ("set-cookie", "x=1; Path=/")),
    ),
    Case(
        "coep-report-only",
        ("COEP",),
        f"<link rel=stylesheet href={OTHER}/none.css>{USED}",
        files={f"{OTHER}/none.css": file(SHEET, "text/css")},
        fields=(("cross-origin-embedder-policy-report-only", "require-corp"),),
    ),
    Case(
        "coep-nonsense",
        ("COEP",),
        f"<link rel=stylesheet href={OTHER}/none.css>{USED}",
        files={f"{OTHER}/none.css": file(SHEET, "text/css")},
        fields=(("cross-origin-embedder-policy", "REQUIRE-CORP"),),
    ),
]

_TYPES: dict[str, tuple[str | None, bool]] = {
    "css": ("text/css", False),
    "css-nosniff": ("text/css", True),
    "none": (None, False),
    "none-nosniff": (None, True),
    "html": ("text/html", False),
    "plain": ("text/plain", False),
    "plain-nosniff": ("text/plain", True),
    "charset": ("text/css; charset=x", False),
    "broken": ("text", False),
}

TYPES = [
    Case(
        f"mime-sheet-{name}",
        ("MIME type",),
        f"<link rel=stylesheet href=s.css>{USED}",
        files={"s.css": file(SHEET, kind, fields=(("x-content-type-options", "nosniff"),) if nosniff else ())},
    )
    for name, (kind, nosniff) in _TYPES.items()
] + [
    Case(
        f"mime-module-{name}",
        ("MIME type",),
        "<script type=module src=m.js></script>",
        files={"m.js": file("import './dep.js'", kind)},
    )
    for name, kind in (("js", "text/javascript"), ("html", "text/html"), ("plain", "text/plain"), ("none", None))
]

_INTEGRITY = {
    "good": digest(SHEET),
    "bad": digest("x"),
    "unknown": "md5-AAAA",
    "malformed": "sha384-@@@",
    "empty": "",
    "weaker": digest(SHEET, "sha256") + " " + digest("x"),
    "stronger": digest("x", "sha256") + " " + digest(SHEET, "sha512"),
    "either": digest("x") + " " + digest(SHEET),
    "options": digest(SHEET) + "?x",
}


def _sheet_of(name: str) -> str:
    return f"p.{name}{{background:url({name}.png)}}"


INTEGRITY = [
    Case(f"sri-{name}", ("SRI",), f"<link rel=stylesheet href=s.css integrity='{value}'>{USED}", files={"s.css": SHEET})
    for name, value in _INTEGRITY.items()
] + [
    Case(
        "sri-opaque",
        ("SRI",),
        f"<link rel=stylesheet href={OTHER}/s.css integrity={digest(SHEET)}>{USED}",
        files={f"{OTHER}/s.css": SHEET},
    ),
    Case(
        "sri-cors",
        ("SRI",),
        f"<link rel=stylesheet crossorigin href={OTHER}/s.css integrity={digest(SHEET)}>{USED}",
        files={f"{OTHER}/s.css": file(SHEET, "text/css")},
    ),
    Case(
        "sri-hinted",
        ("SRI", "EH 3.4"),
        f"<link rel=stylesheet href=s.css integrity={digest(SHEET)}>{USED}",
        hints=["</s.css>; rel=preload; as=style"],
        files={"s.css": SHEET},
    ),
    Case(
        "sri-hinted-bad",
        ("SRI", "EH 3.4"),
        f"<link rel=stylesheet href=s.css integrity={digest('x')}>{USED}",
        hints=[f"</s.css>; rel=preload; as=style; integrity={digest(SHEET)}"],
        files={"s.css": SHEET},
    ),
    Case(
        "sri-preload",
        ("SRI", "EH 8.7"),
        "".join(
            f"<link rel=preload as=style href={name}.css{value}>"
            for name, value in (
                ("a", f" integrity={digest(_sheet_of('a'))}"),
                ("b", ""),
                ("c", f" integrity={digest(_sheet_of('c'))}"),
                ("d", f" integrity={digest('x')}"),
            )
        )
        + f"<link rel=stylesheet href=a.css integrity={digest(_sheet_of('a'))}>"
        f"<link rel=stylesheet href=b.css integrity={digest(_sheet_of('b'))}>"
        f"<link rel=stylesheet href=c.css><link rel=stylesheet href=d.css integrity={digest('x')}>"
        "<p class=a>x<p class=b>x<p class=c>x<p class=d>x",
        files={f"{name}.css": _sheet_of(name) for name in "abcd"},
    ),
    Case(
        "sri-preload-not-stored",
        ("SRI", "EH 9.2"),
        f"<link rel=preload as=style href=b.css><link rel=stylesheet href=b.css integrity={digest(SHEET)}>{USED}",
        files={"b.css": file(SHEET, "text/css", cache="no-store")},
    ),
]

FRAMES = [
    Case(
        f"frame-{name}",
        ("X-Frame-Options",),
        f"<iframe src={origin}/f.html></iframe>",
        files={f"{origin}/f.html": file("x", "text/html", fields=fields)},
    )
    for name, origin, fields in (
        ("deny", OWN, (("x-frame-options", "DENY"),)),
        ("same", OWN, (("x-frame-options", "SAMEORIGIN"),)),
        ("same-other", OTHER, (("x-frame-options", "SAMEORIGIN"),)),
        ("ancestors-none", OWN, csp("frame-ancestors 'none'")),
        ("ancestors-self-other", OTHER, csp("frame-ancestors 'self'")),
    )
]

_ALL = [*BY_DIRECTIVE, *POLICIES, *MIXED, *CORS, *CROSS_ORIGIN, *TYPES, *INTEGRITY, *FRAMES]
CASES = [
    replace(each, unscored=(*LIFTED, "connections"), unscored_why=WHY_LIFTED + "; a sandboxed page has sockets apart")
    if each.id.startswith("policy-sandbox")
    else replace(each, unscored=LIFTED, unscored_why=WHY_LIFTED)
    for each in _ALL
]
