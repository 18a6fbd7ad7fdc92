"""How requests are worded: destination x mode x initiator x distance x crossorigin x referrerpolicy, over redirects,
with cookies and client hints. ``test_dressing.py`` asks of the same cases whether the order of fields is the same too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise, product

from fetcher.origin import Head
from fetcher.terms import Fields
from tests.end_to_end.chromium.case import Case, file, redirect

SAME, SITE, CROSS, OLD, PLAIN = "", "https://s.a.test/", "https://other.test/", "https://old.test/", "http://b.test/"
HOMES = {"same": SAME, "site": SITE, "cross": CROSS}
CORS = {"no": "", "anonymous": " crossorigin", "credentials": " crossorigin=use-credentials"}
POLICIES = (
    "no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin", "origin-when-cross-origin",
    "strict-origin-when-cross-origin", "unsafe-url",
)  # fmt: skip
ELEMENTS = {
    "img": "<img src='{}.png'{}>",
    "style": "<link rel=stylesheet href='{}.css'{}>",
    "script": "<script src='{}.js'{}></script>",
    "async": "<script async src='{}.js'{}></script>",
    "defer": "<script defer src='{}.js'{}></script>",
    "module": "<script type=module src='{}.js'{}></script>",
    "preload-image": "<link rel=preload as=image href='{}.png'{}>",
    "preload-style": "<link rel=preload as=style href='{}.css'{}>",
    "preload-script": "<link rel=preload as=script href='{}.js'{}>",
    "preload-font": "<link rel=preload as=font href='{}.woff2'{}>",
    "preload-fetch": "<link rel=preload as=fetch href='{}.json'{}>",
    "preload-track": "<link rel=preload as=track href='{}.vtt'{}>",
    "modulepreload": "<link rel=modulepreload href='{}.js'{}>",
}
HINTS = {
    "style": "<{}h.css>; rel=preload; as=style{}",
    "script": "<{}h.js>; rel=preload; as=script{}",
    "image": "<{}h.png>; rel=preload; as=image{}",
    "font": "<{}h.woff2>; rel=preload; as=font{}",
    "fetch": "<{}h.json>; rel=preload; as=fetch{}",
    "module": "<{}h.js>; rel=modulepreload{}",
}


def _elements() -> list[Case]:
    """Every element from everywhere, with every crossorigin."""
    cases = []
    for cors, attribute in CORS.items():
        html = "".join(
            element.format(f"{home}{name}-{where}", attribute)
            for name, element in ELEMENTS.items()
            for where, home in HOMES.items()
        )
        cases.append(Case(f"dress-elements-{cors}", ("dressing elements",), html))
    return cases


EMBEDDED = {
    "video": "<video src='{}.mp4'{}></video>",
    "audio": "<audio src='{}.mp3'{}></audio>",
    "poster": "<video poster='{}.png'{}></video>",
    "source": "<video{1}><source src='{0}.webm'></video>",
    "track": "<video src='{0}.mp4'{1}><track default src='{0}.vtt'></video>",
    "object": "<object data='{}.html'{}></object>",
    "object-image": "<object type=image/png data='{}.png'{}></object>",
    "embed": "<embed src='{}.html'{}>",
    "embed-image": "<embed type=image/png src='{}.png'{}>",
    "input": "<input type=image src='{}.png'{}>",
    "svg-image": "<svg width=9 height=9><image width=9 height=9 href='{}.png'{} /></svg>",
    "svg-use": "<svg width=9 height=9><use href='{}.svg#i'{} /></svg>",
    "iframe": "<iframe src='{}.html'{}></iframe>",
    "manifest": "<link rel=manifest href='{}.webmanifest'{}>",
    "prefetch": "<link rel=prefetch href='{}.txt'{}>",
}


def _embedded() -> list[Case]:
    """Media, tracks, objects and what else stands in a page, from everywhere, with every crossorigin."""
    return [
        Case(
            f"dress-embedded-{name}-{cors}", ("dressing embedded",),
            "".join(markup.format(f"{home}{name}-{where}", attribute) for where, home in HOMES.items()),
        )
        for name, markup in EMBEDDED.items() for cors, attribute in CORS.items()
    ]  # fmt: skip


def _hints() -> list[Case]:
    return [
        Case(
            f"dress-hints-{cors}", ("EH 5.1", "EH 5.3"),
            hints=[
                link.format(f"{home}{name}-", attribute.replace(" ", "; "))
                for name, link in HINTS.items() for home in HOMES.values()
            ],
            think_ms=800,
        )
        for cors, attribute in CORS.items()
    ]  # fmt: skip


def _referrers() -> list[Case]:
    """Every policy said by the field, by <meta>, by the element, by a style sheet, by a redirect and by the 103."""
    rules = ("dressing referrer",)
    images = "".join(f"<img src='{home}{where}.png'>" for where, home in HOMES.items())
    cases = []
    for policy in POLICIES:
        said: Fields = (("referrer-policy", policy),)
        module = "<script type=module src=d/m.js></script>"
        cases += [
            Case(
                f"dress-referrer-field-{policy}", rules, f"{images}<iframe src='{CROSS}f.html'></iframe>{module}",
                fields=said, files={"d/m.js": f"import './n.js'; import '{CROSS}o.js'"},
            ),
            Case(f"dress-referrer-meta-{policy}", rules, f"<meta name=referrer content={policy}>{images}"),
            Case(
                f"dress-referrer-103-{policy}", ("EH 5.6",), interim=said,
                hints=[f"<{home}h.js>; rel=preload; as=script" for home in HOMES.values()], think_ms=800,
            ),
        ]  # fmt: skip
    own = "".join(
        f"<img src='{home}{policy}.png' referrerpolicy={policy}><script src='{home}{policy}.js' referrerpolicy={policy}>"
        f"</script><iframe src='{home}{policy}.html' referrerpolicy={policy}></iframe>"
        for policy in POLICIES for home in HOMES.values()
    )  # fmt: skip
    sheets = {
        f"{policy}/s.css": file(
            f"@import '{CROSS}{policy}.css'; #{policy} {{ background: url({SITE}{policy}.png) }}", "text/css",
            fields=(("referrer-policy", policy),),
        )
        for policy in POLICIES
    }  # fmt: skip
    applied = "".join(f"<link rel=stylesheet href={name}>" for name in sheets) + "".join(
        f"<p id={policy}>x" for policy in POLICIES
    )
    hops = {
        f"{policy}.png": redirect(f"{CROSS}{policy}-t.png", fields=(("referrer-policy", policy),))
        for policy in POLICIES
    }  # fmt: skip
    words = ("never", "always", "default", "origin-when-crossorigin", "bogus", "", "no-referrer,unsafe-url", " ORIGIN ")
    metas = "".join(
        f"<meta name=referrer content=same-origin><meta name=Referrer content='{word}'>"
        f"<img src={CROSS}m{number}.png><img src={CROSS}a{number}.png referrerpolicy='{word}'>"
        f"<script src={CROSS}s{number}.js referrerpolicy='{word}'></script>"
        for number, word in enumerate(words)
    )
    late = f"<img src={CROSS}a.png><meta name=referrer content=no-referrer><img src={CROSS}b.png>"
    link = f"<{CROSS}a.js>; rel=preload; as=script; referrerpolicy=no-referrer"
    return [
        *cases,
        Case("dress-referrer-attribute", rules, own),
        Case("dress-referrer-sheet", rules, applied, files=sheets),
        Case("dress-referrer-redirect", rules, "".join(f"<img src={name}>" for name in hops), files=hops),
        Case("dress-referrer-words", rules, metas),
        Case("dress-referrer-meta-late", rules, late),
        Case("dress-referrer-link-field", ("EH 8.2",), fields=(("link", link), ("referrer-policy", "origin"))),
    ]


WAYS = {
    "stays": ("r1", "r2"),
    "leaves": ("r1", f"{CROSS}r2"),
    "comes-back": ("r1", f"{CROSS}r2", "https://a.test/r3"),
    "from-elsewhere": (f"{CROSS}r1", "https://a.test/r2"),
    "elsewhere-stays": (f"{CROSS}r1", f"{CROSS}r2"),
    "through-two": (f"{CROSS}r1", "https://third.test/r2", "https://a.test/r3"),
    "same-site": (f"{SITE}r1", "https://a.test/r2"),
    "same-site-out": (f"{SITE}r1", f"{CROSS}r2"),
}
REDIRECTED = ("img", "style", "script", "module", "preload-font")


def _redirects() -> list[Case]:
    """Each hop of a chain, in both modes: Sec-Fetch-Site falls, Origin becomes null, Referer stays."""
    cases = []
    for way, stops in WAYS.items():
        opens: Fields = (
            ("access-control-allow-origin", "null" if way in ("comes-back", "through-two") else "*"),
            ("access-control-allow-credentials", "true"),
        )
        html, hops = f"<iframe src='{stops[0]}'></iframe>", {here: redirect(to) for here, to in pairwise(stops)}
        for name, cors in product(REDIRECTED, CORS):
            if name == "preload-font" and cors == "no":
                continue
            ending = f"-{name}-{cors}" + ELEMENTS[name].partition("{}")[2].partition("'")[0]
            hops |= {f"{here}{ending}": redirect(f"{to}{ending}", fields=opens) for here, to in pairwise(stops)}
            html += ELEMENTS[name].format(f"{stops[0]}-{name}-{cors}", CORS[cors])
        cases.append(Case(f"dress-redirect-{way}", ("dressing redirects",), html, files=hops))
    for number, stops in enumerate(
        (("https://a.test/", "https://a.test/2"), ("https://a.test/", "https://other.test/2"),
         ("https://a.test/", "https://other.test/2", "https://a.test/3"))
    ):  # fmt: skip
        hops = {here: redirect(to) for here, to in pairwise(stops)}
        hops[stops[-1]] = file("<img src=a.png><script type=module src=a.js></script>", "text/html")
        cases.append(Case(f"dress-redirect-document-{number}", ("dressing redirects", "EH 7"), files=hops))
    return cases


def _initiators() -> list[Case]:
    """What style sheets, modules, frames and fields of the response ask for."""
    sheet = (
        f"@import 'i.css'; @import '{CROSS}x.css'; @font-face {{ font-family: f; src: url(f.woff2) }}"
        f"@font-face {{ font-family: g; src: url({CROSS}g.woff2) }}"
        f"p {{ font-family: f; background: url(p.png) }} b {{ font-family: g; background: url({CROSS}b.png) }}"
    )
    used = "<p>x <b>y</b>"
    module = f"import './m2.js'; import '{CROSS}m3.js';"
    frame = "<link rel=stylesheet href=f.css><img src=f.png><img src=https://a.test/own.png><script src=f.js></script>"
    return [
        Case("dress-from-sheet", ("dressing css",), f"<link rel=stylesheet href=d/s.css>{used}",
             files={"d/s.css": sheet}),
        Case("dress-from-foreign-sheet", ("dressing css",), f"<link rel=stylesheet href={CROSS}d/s.css>{used}",
             files={f"{CROSS}d/s.css": sheet}),
        Case("dress-from-style-element", ("dressing css",), f"<style>{sheet}</style>{used}"),
        Case("dress-from-style-attribute", ("dressing css",), f"<p style='background: url({CROSS}a.png)'>x"),
        Case("dress-from-redirected-sheet", ("dressing css",), f"<link rel=stylesheet href=r.css>{used}",
             files={"r.css": redirect("d/s.css"), "d/s.css": sheet}),
        Case("dress-from-module", ("dressing modules",), "<script type=module src=d/m.js></script>",
             files={"d/m.js": module}),
        Case("dress-from-foreign-module", ("dressing modules",),
             f"<script type=module src={CROSS}d/m.js></script>", files={f"{CROSS}d/m.js": module}),
        Case("dress-from-module-with-policy", ("dressing modules",),
             "<script type=module referrerpolicy=origin src=m.js></script>", files={"m.js": module}),
        Case("dress-from-frame", ("dressing frames",), "<iframe src=f/></iframe>", files={"f/": frame}),
        Case("dress-from-foreign-frame", ("dressing frames",), f"<iframe src={CROSS}f/></iframe>",
             files={f"{CROSS}f/": frame}),
        Case("dress-from-link-field", ("EH 8.1",), fields=(
            ("link", "</l.css>; rel=preload; as=style"), ("link", f"<{CROSS}l.js>; rel=preload; as=script"),
            ("link", "</l.woff2>; rel=preload; as=font; crossorigin"), ("link", "</l.js>; rel=modulepreload"))),
        Case("dress-over-http1", ("dressing http/1.1",),
             f"<link rel=stylesheet href={OLD}a.css><img src={OLD}a.png><script crossorigin src={OLD}a.js></script>"),
        Case("dress-http1-page", ("dressing http/1.1",), "<link rel=stylesheet href=a.css><img src=a.png>"
             f"<script type=module src=a.js></script><iframe src=f></iframe><img src={CROSS}x.png>", url=OLD),
        Case("dress-plain-page", ("dressing http",), "<link rel=stylesheet href=a.css><img src=a.png>"
             f"<script type=module src=a.js></script><iframe src=f></iframe><img src={CROSS}x.png>"
             f"<script crossorigin src=http://other.test/x.js></script><img src={CROSS}r.png><img src=r.png>",
             url=PLAIN,
             files={f"{CROSS}r.png": redirect("http://other.test/t.png"), "r.png": redirect(f"{CROSS}t.png")}),
        Case("dress-refresh", ("dressing refresh",), f"<meta http-equiv=refresh content='0; url={CROSS}next'>",
             files={f"{CROSS}next": "<img src=a.png>"}),
        Case("dress-long-url", ("dressing referrer",), "<img src=/a.png>", url="https://a.test/?" + "x" * 4200),
        Case("dress-mobile", ("dressing device",), "<img src=a.png><script type=module src=a.js></script>", mobile=True,
             viewport=(412, 823), dpr=1.75),
    ]  # fmt: skip


COOKIES = (
    "unsaid=1; Path=/", "lax=1; Path=/; SameSite=Lax", "strict=1; Path=/; SameSite=Strict",
    "none=1; Path=/; SameSite=None; Secure", "insecure=1; Path=/; SameSite=None", "word=1; Path=/; SameSite=Some",
    "apart=1; Path=/; SameSite=None; Secure; Partitioned", "apart-lax=1; Path=/; Secure; Partitioned",
    "apart-bare=1; Path=/; SameSite=None; Partitioned", "domain=1; Path=/; Domain=a.test", "__Host-a=1; Path=/; Secure",
    "__Host-b=1; Path=/; Secure; Domain=a.test", "__Host-c=1; Secure; Path=/d", "__Secure-a=1; Path=/; Secure",
    "__Secure-b=1; Path=/", "__Http-a=1; Path=/; Secure; HttpOnly", "__Http-b=1; Path=/; Secure",
    "__Host-Http-a=1; Path=/; Secure; HttpOnly", "__Host-Http-b=1; Path=/; Secure", "__host-d=1; Path=/",
    "other=1; Path=/; Domain=other.test", "below=1; Path=/; Domain=s.a.test", "top=1; Path=/; Domain=test",
    "deep=1; Path=/d", "deeper=1; Path=/d/e", "secure=1; Path=/; Secure", "http=1; Path=/; HttpOnly",
)  # fmt: skip
ODD_COOKIES = (
    "=nameless", "bare", "=", "a=", "empty-path=1; Path=", "relative=1; Path=d", "quoted=\"a b\"", "spaces =  1  ",
    "equals=a=b=c", "comma=a,b", "twice=1; Path=/x; Path=/", "twice-domain=1; Domain=b.test; Domain=a.test",
    "dot=1; Domain=.a.test", "empty-domain=1; Domain=", "upper=1; DOMAIN=A.TEST; PATH=/", "tab=a\tb", "utf=\xc3\xa9",
    "expired=1; Max-Age=0", "negative=1; Max-Age=-1", "junk-age=1; Max-Age=1x", "plus-age=1; Max-Age=+5",
    "old=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "both=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "dashes=1; Expires=Thu, 01-Jan-70 00:00:00 GMT", "asctime=1; Expires=Thu Jan  1 00:00:00 1970",
    "far=1; Expires=Fri, 01 Jan 9999 00:00:00 GMT", "bad-date=1; Expires=soon", "two-digit=1; Expires=01 Jan 69 0:0:0",
    "no-second=1; Expires=Thu, 01 Jan 1970 00:00 GMT", "before-1601=1; Expires=Thu, 01 Jan 1600 00:00:00 GMT",
    "large=" + "x" * 4091, "too-large=" + "x" * 4090, "long-path=1; Path=/" + "p" * 1024, "long-key=1; " + "k" * 1030,
    "secure-value=1; Secure=no", "http-value=1; HttpOnly=false", "same=1; SameSite", "semicolons=1;;;; ; Path=/",
    "__Secure-", "=__Host-x", "=__Secure-x=1; Secure", "a=2; Path=/; Path=/z",
)  # fmt: skip


def _set(*values: str) -> Fields:
    return tuple(("set-cookie", value) for value in values)


def _cookies() -> list[Case]:
    asks = "".join(
        f"<img src='{home}d/e/i.png'><script src='{home}d/a.js'{CORS['anonymous']}></script>"
        f"<script src='{home}c.js'{CORS['credentials']}></script><iframe src='{home}f/'></iframe>"
        for home in ("https://a.test/", SITE, CROSS)
    )
    everywhere = {
        f"{home}set.png": file(b"", "image/png", cache="no-store", fields=_set(*COOKIES))
        for home in ("https://a.test/", SITE, CROSS)
    }
    sets = "".join(f"<img src={url}>" for url in everywhere)
    cases = [
        Case(f"dress-cookies-odd-{at}", ("dressing cookies",), "<img src=d/e/a.png><img src=/b.png>",
             fields=_set(*ODD_COOKIES[at : at + 10]))
        for at in range(0, len(ODD_COOKIES), 10)
    ]  # fmt: skip
    cases += [
        Case("dress-cookies-all", ("dressing cookies",), sets, fields=_set(*COOKIES), visits=("https://a.test/d/e/",),
             files={**everywhere, "https://a.test/d/e/": asks}),
        Case("dress-cookies-order", ("dressing cookies",), "<img src=/d/e/f/i.png>", fields=_set(
            "one=1; Path=/", "two=1; Path=/d", "three=1; Path=/d/e", "four=1; Path=/d", "one=2; Path=/")),
        Case("dress-cookies-plain", ("dressing cookies",), "<img src=a.png><img src=https://b.test/s.png>",
             url=PLAIN, fields=_set(*COOKIES)),
        Case("dress-cookies-secure-stays", ("dressing cookies",), "<img src=a.png>", fields=_set("a=1; Secure"),
             visits=("http://a.test/2",), files={"http://a.test/2": (Head(200, (("content-type", "text/html"),
             *_set("a=2", "b=2"))),)}),
        Case("dress-cookies-of-redirects", ("dressing cookies",), "<img src=r.png>", files={
            "r.png": redirect(f"{SITE}r.png", fields=_set("hop=1; Domain=a.test; Path=/", "own=1; Path=/")),
            f"{SITE}r.png": redirect("https://a.test/last.png", fields=_set("site=1; Domain=a.test; Path=/"))}),
        Case("dress-cookies-of-a-103", ("EH 10.6",), "<img src=a.png>", interim=_set("early=1"),
             hints=["</h.css>; rel=preload; as=style"], fields=_set("final=1")),
        Case("dress-cookies-of-a-hint", ("EH 10.6",), "<link rel=stylesheet href=h.css><img src=a.png>",
             hints=["</h.css>; rel=preload; as=style"], files={"h.css": file("", "text/css", fields=_set("hinted=1"))}),
        Case("dress-cookies-change-after-a-hint", ("EH 9.5",), "<link rel=stylesheet href=h.css><img src=a.png>",
             hints=["</h.css>; rel=preload; as=style"], fields=_set("later=1"),
             files={"h.css": file("", "text/css", fields=(("vary", "cookie"),))}),
        Case("dress-cookies-led-across", ("dressing cookies",), "x", url="https://a.test/", fields=_set(*COOKIES),
             visits=(f"{CROSS}go",), files={
                 f"{CROSS}go": "<meta http-equiv=refresh content='0; url=https://a.test/landed'>"}),
    ]  # fmt: skip
    return cases


UA_HINTS = (
    "arch",
    "bitness",
    "full-version",
    "full-version-list",
    "model",
    "platform-version",
    "wow64",
    "form-factors",
)
OWN_HINTS = (
    *(f"sec-ch-ua-{name}" for name in UA_HINTS), "sec-ch-dpr", "dpr", "sec-ch-viewport-width", "viewport-width",
    "sec-ch-viewport-height", "sec-ch-prefers-color-scheme", "sec-ch-prefers-reduced-motion",
    "sec-ch-prefers-reduced-transparency", "sec-ch-device-memory", "device-memory", "save-data",
)  # fmt: skip
HINTED_PAGE = (
    f"<script src=a.js></script><script crossorigin src=b.js></script><script src={SITE}c.js></script>"
    f"<script src={CROSS}d.js></script><iframe src=f></iframe><iframe src={CROSS}f></iframe>"
)
UNMEASURED = "sec-ch-viewport-height"


def _client_hints() -> list[Case]:
    rules = ("dressing client hints",)
    cases = [
        Case(f"dress-accept-ch-{name}", rules, HINTED_PAGE, fields=(("accept-ch", name),),
             unscored=("sec-ch-device-memory", "device-memory"), unscored_why="the memory of the machine")
        for name in ("device-memory", "sec-ch-device-memory", "save-data")
    ]  # fmt: skip
    for number in range(len(OWN_HINTS) - 3):
        some = [OWN_HINTS[(number * step + step) % (len(OWN_HINTS) - 3)] for step in (1, 3, 5, 7, 11)]
        cases.append(
            Case(f"dress-accept-ch-some-{number}", rules, HINTED_PAGE, fields=(("accept-ch", ", ".join(some)),))
        )
    delegated = (("accept-ch", "sec-ch-ua-arch, sec-ch-dpr, sec-ch-ua-model"),)
    for number, policy in enumerate((
        "ch-ua-arch=*", "ch-ua-arch=(self \"https://other.test\")", "ch-ua-arch=()", "ch-ua-arch=(\"https://other.test\")",
        "ch-ua-arch=self, ch-dpr=*", "ch-ua=()", "ch-ua-mobile=(), ch-ua-platform=self", "ch-ua-arch=(self",
    )):  # fmt: skip
        cases.append(
            Case(f"dress-ch-policy-{number}", rules, HINTED_PAGE, fields=(*delegated, ("permissions-policy", policy)))
        )
    cases += [
        Case("dress-ch-persists", rules, "x", fields=delegated, visits=("https://a.test/2.html", "https://a.test/3"),
             files={"2.html": HINTED_PAGE, "3": file("<img src=a.png>", "text/html", fields=(("accept-ch", ""),))}),
        Case("dress-ch-meta", rules, "<meta http-equiv=accept-ch content='sec-ch-ua-arch, sec-ch-dpr'>" + HINTED_PAGE),
        Case("dress-ch-delegate", rules,
             f"<meta http-equiv=delegate-ch content='sec-ch-ua-arch {CROSS}; sec-ch-dpr'>" + HINTED_PAGE),
        Case("dress-ch-critical", rules, HINTED_PAGE, fields=(
            *delegated, ("critical-ch", "sec-ch-ua-model"), ("vary", "sec-ch-ua-model"))),
        Case("dress-ch-critical-unlisted", rules, HINTED_PAGE, fields=(*delegated, ("critical-ch", "sec-ch-ua-wow64"))),
        Case("dress-ch-of-a-redirect", rules, files={
            "https://a.test/": redirect("2.html", fields=delegated), "2.html": HINTED_PAGE}),
        Case("dress-ch-of-a-subresource", rules, "<script src=a.js></script><script src=b.js></script>",
             files={"a.js": file("", "text/javascript", fields=delegated)}),
        Case("dress-ch-of-a-frame", rules, "<iframe src=f></iframe>", visits=("https://a.test/2",),
             files={"f": file("<img src=a.png>", "text/html", fields=delegated)}),
        Case("dress-ch-of-a-103", ("dressing client hints", "EH 5.3"), "<img src=a.png>",
             interim=delegated, hints=["</h.js>; rel=preload; as=script"]),
        Case("dress-ch-and-hints", ("dressing client hints", "EH 5.3"), "x", fields=delegated, visits=("https://a.test/2.html",),
             files={"2.html": HINT_FIRST}),
        Case("dress-ch-redirected-away", rules, "<img src=r.png>", files={"r.png": redirect(f"{CROSS}t.png")},
             fields=(*delegated, ("permissions-policy", "ch-ua-arch=*"))),
        Case("dress-ch-plain", rules, "<img src=a.png>", url="http://a.test/", fields=delegated),
        Case("dress-ch-dense", rules, "<img src=a.png>", dpr=1.5, viewport=(800, 600), fields=(
            ("accept-ch", "dpr, sec-ch-dpr, viewport-width, sec-ch-viewport-width"),)),
    ]  # fmt: skip
    return cases


HINT_FIRST = "<link rel=stylesheet href=a.css>"
RAISED = "Chromium raises what it finds in the viewport, or finds late, while a connection opens or a redirect comes"


def _unraised(cases: Iterable[Case]) -> list[Case]:
    """Priorities are asked for in test_priorities.py."""
    return [
        replace(each, unscored=(*each.unscored, "priority", "before", "sec-ch-viewport-height"), unscored_why=RAISED)
        for each in cases
    ]


CASES = (
    *_hints(),
    *_unraised(
        (*_elements(), *_embedded(), *_referrers(), *_redirects(), *_initiators(), *_cookies(), *_client_hints())
    ),
)
