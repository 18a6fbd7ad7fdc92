"""EH 1, 4 to 7, 10, 11 and 13: interim responses, what a 103 causes, dressed how, by which policy, across redirects."""

from __future__ import annotations

from fetcher.origin import Answer, Body, Head, Interim, Reset, Site, Trailers, Wait, links
from tests.end_to_end.chromium.case import EARLY_MS, HTML, Case, anything, early, file, page, redirect

STYLE = "</a.css>; rel=preload; as=style"
SCRIPT = "</b.js>; rel=preload; as=script"
IMAGE = "</c.png>; rel=preload; as=image"
USES = "<link rel=stylesheet href=a.css><script src=b.js></script><img src=c.png>"
W = Wait(EARLY_MS)
T = Wait(150)
HEADS = (Head(200, HTML), Body(page(USES).encode()))


def steps(*answer: object, url: str = "/", **more: Answer) -> Site:
    """A site whose document is these steps; more files by name."""
    document: Answer = tuple(answer)  # type: ignore[arg-type]
    return Site({}, {"a.test": {url: document, **{f"/{name}": each for name, each in more.items()}}}, anything)


def hinted(status: int = 103, *values: str) -> Interim:
    return Interim(status, links(*values))


def of_host(**hosts: dict[str, Answer]) -> Site:
    return Site({}, {f"{name.replace('_', '.')}.test": dict(routes) for name, routes in hosts.items()}, anything)


INTERIM = [
    Case(
        "interim-100-first", ("EH 1.1", "EH 1.2", "EH 1.5"), site=steps(W, Interim(100), hinted(103, STYLE), T, *HEADS)
    ),
    Case("interim-102-first", ("EH 1.1", "EH 1.2"), site=steps(W, Interim(102), hinted(103, STYLE), T, *HEADS)),
    Case("interim-199-with-link", ("EH 1.1",), site=steps(W, hinted(199, STYLE), T, *HEADS)),
    Case("interim-102-with-link", ("EH 1.2",), site=steps(W, hinted(102, STYLE), T, *HEADS)),
    Case("interim-twenty", ("EH 1.2", "EH 1.6"), site=steps(W, *[Interim(102)] * 20, hinted(103, STYLE), T, *HEADS)),
    Case(
        "interim-content-length",
        ("EH 1.3",),
        site=steps(W, Interim(103, (*links(STYLE), ("content-length", "5"))), T, *HEADS),
    ),
    Case(
        "interim-101-over-http2",
        ("EH 1.4",),
        site=steps(W, Interim(101), T, *HEADS),
        unscored=("connections",),
        unscored_why="how often a malformed answer is tried again depends on the socket it came on",
    ),
    Case("interim-http1-keeps-the-connection", ("EH 1.6", "EH 4.4"), USES, [STYLE], url="https://old.test/"),
    Case(
        "interim-then-trailers",
        ("EH 1.7",),
        site=steps(W, hinted(103, STYLE), T, *HEADS, Trailers((("x-sum", "1"),))),
    ),
    Case(
        "interim-value-never-merges",
        ("EH 1.10",),
        site=steps(
            W,
            Interim(
                103,
                (
                    *links(STYLE),
                    ("content-type", "text/plain"),
                    ("content-security-policy", "img-src 'none'"),
                    ("refresh", "0;url=/elsewhere"),
                ),
            ),
            T,
            *HEADS,
        ),
    ),
    Case("interim-two-moments", ("EH 1.11", "EH 4.2"), site=steps(W, hinted(103, STYLE), Wait(300), *HEADS)),
    Case("interim-thirty-ms", ("EH 1.12",), site=steps(Wait(30), hinted(103, STYLE), T, *HEADS)),
    Case("interim-150-ms", ("EH 1.12",), site=steps(Wait(150), hinted(103, STYLE), T, *HEADS)),
]

ACTING = [
    Case(
        "frame-with-103",
        ("EH 4.1",),
        site=Site(
            {}, {"a.test": {"/": early("<iframe src=/inner></iframe>"), "/inner": early("<p>x", [STYLE])}}, anything
        ),
    ),
    Case(
        "object-with-103",
        ("EH 4.1",),
        site=Site(
            {},
            {"a.test": {"/": early("<object data=/inner type=text/html></object>"), "/inner": early("<p>x", [STYLE])}},
            anything,
        ),
    ),
    Case(
        "subresource-with-103",
        ("EH 4.1",),
        site=Site(
            {},
            {
                "a.test": {
                    "/": early("<script src=/s.js></script>"),
                    "/s.js": (W, hinted(103, STYLE), Wait(50), *file("", "text/javascript")[1:]),
                }
            },
            anything,
        ),
    ),
    Case("second-103-ignored", ("EH 4.2",), site=steps(W, hinted(103, STYLE), W, hinted(103, SCRIPT), T, *HEADS)),
    Case(
        "second-103-after-one-without-link", ("EH 4.2",), site=steps(W, Interim(103), W, hinted(103, SCRIPT), T, *HEADS)
    ),
    Case("second-103-after-102", ("EH 4.2",), site=steps(W, Interim(102), W, hinted(103, SCRIPT), T, *HEADS)),
    Case("http1-over-tls", ("EH 4.4",), USES, [STYLE, SCRIPT], url="https://old.test/"),
    Case("http1-in-clear", ("EH 4.4",), USES, [STYLE, SCRIPT], url="http://a.test/"),
    *(
        Case(f"rel-{rel}", ("EH 4.5", "EH 3.1"), hints=[f"</x>; rel={rel}; as=script"])
        for rel in (
            "preload",
            "modulepreload",
            "preconnect",
            "dns-prefetch",
            "prefetch",
            "stylesheet",
            "icon",
            "manifest",
            "next",
            "prerender",
            "alternate",
            "canonical",
        )
    ),
    *(
        Case(f"scheme-{name}", ("EH 4.7",), hints=[f"<{target}>; rel=preload; as=script", STYLE])
        for name, target in {
            "data": "data:text/javascript,1",
            "blob": "blob:https://a.test/1",
            "ftp": "ftp://a.test/x.js",
            "file": "file:///x.js",
            "javascript": "javascript:1",
            "about": "about:blank",
            "ws": "ws://a.test/x",
        }.items()
    ),
    Case("same-url-twice", ("EH 4.8",), hints=[STYLE, STYLE]),
    Case("same-url-other-as", ("EH 4.8",), hints=[STYLE, "</a.css>; rel=preload; as=script"]),
    Case("same-url-other-crossorigin", ("EH 4.8",), hints=[STYLE, f"{STYLE}; crossorigin"]),
    Case(
        "same-url-other-fragment",
        ("EH 4.8",),
        hints=["</a.css#1>; rel=preload; as=style", "</a.css#2>; rel=preload; as=style"],
    ),
    Case(
        "same-url-other-query",
        ("EH 4.8",),
        hints=["</a.css?1>; rel=preload; as=style", "</a.css?2>; rel=preload; as=style"],
    ),
    Case(
        "same-url-module-and-script",
        ("EH 4.8",),
        hints=["</m.js>; rel=modulepreload", "</m.js>; rel=preload; as=script"],
    ),
    Case("hint-in-cache", ("EH 4.9",), USES, [STYLE, SCRIPT, IMAGE], visits=["https://a.test/"]),
    *(
        Case(f"status-{status}", ("EH 4.10",), USES, [STYLE, SCRIPT], status=status)
        for status in (200, 201, 203, 400, 401, 403, 404, 410, 418, 451, 500, 502, 503)
    ),
    Case("status-204", ("EH 4.10",), site=steps(W, hinted(103, STYLE), T, Head(204))),
    Case(
        "pdf",
        ("EH 4.10", "EH 13.4"),
        site=steps(W, hinted(103, STYLE), T, Head(200, (("content-type", "application/pdf"),)), Body(b"%PDF-1.4")),
    ),
    Case(
        "download",
        ("EH 4.10",),
        site=steps(
            W,
            hinted(103, STYLE),
            T,
            Head(200, (("content-type", "application/octet-stream"), ("content-disposition", "attachment"))),
            Body(b"x"),
        ),
    ),
    Case(
        "plain-text",
        ("EH 4.10",),
        site=steps(W, hinted(103, STYLE), T, Head(200, (("content-type", "text/plain"),)), Body(b"x")),
    ),
    Case("picture-document", ("EH 4.10",), site=steps(W, hinted(103, STYLE), T, *file(b"", "image/svg+xml")[1:])),
    Case(
        "early-end-after-103",
        ("EH 4.10",),
        site=steps(W, hinted(103, STYLE), T, Reset()),
        unscored=("connections",),
        unscored_why="how often a broken navigation is tried again is not what the case is about",
    ),
    Case("fifty-hints", ("EH 13.7", "EH 4.6"), hints=[f"</i{n}.png>; rel=preload; as=image" for n in range(50)]),
    Case(
        "mixed-kinds",
        ("EH 13.8", "EH 4.6"),
        USES,
        [IMAGE, SCRIPT, "</f.woff2>; rel=preload; as=font; crossorigin", STYLE],
    ),
    Case("unused-hints", ("EH 9.6",), hints=[STYLE, SCRIPT, IMAGE]),
]

KINDS = ("script", "style", "image", "font", "fetch")
MODES = {"plain": "", "anonymous": "; crossorigin", "credentials": "; crossorigin=use-credentials"}
PRIORITIES = ("auto", "high", "low")
PLACES = {"same": "", "sibling": "https://b.a.test", "cross": "https://other.test"}

REQUESTS = [
    *(
        Case(
            f"as-{kind}-{mode}-{place}",
            ("EH 5.1", "EH 5.2", "EH 5.3", "EH 5.5", "EH 5.6"),
            hints=[f"<{where}/x>; rel=preload; as={kind}{crossorigin}"],
        )
        for kind in KINDS
        for mode, crossorigin in MODES.items()
        for place, where in PLACES.items()
    ),
    *(
        Case(
            f"as-{kind}-priority-{value}",
            ("EH 3.7", "EH 5.5"),
            hints=[f"</x>; rel=preload; as={kind}; fetchpriority={value}"],
        )
        for kind in KINDS
        for value in PRIORITIES
    ),
    *(
        Case(
            f"modulepreload-{mode}-{place}",
            ("EH 5.1", "EH 5.3"),
            hints=[f"<{where}/x.js>; rel=modulepreload{crossorigin}"],
        )
        for mode, crossorigin in MODES.items()
        for place, where in PLACES.items()
    ),
    *(
        Case(
            f"referrer-policy-at-103-{policy}",
            ("EH 5.6",),
            hints=["</x.js>; rel=preload; as=script", "<https://other.test/y.js>; rel=preload; as=script"],
            interim=(("referrer-policy", policy),),
            url="https://a.test/some/page?query",
        )
        for policy in (
            "no-referrer",
            "no-referrer-when-downgrade",
            "origin",
            "origin-when-cross-origin",
            "same-origin",
            "strict-origin",
            "strict-origin-when-cross-origin",
            "unsafe-url",
            "nonsense",
            "nonsense, origin",
        )
    ),
    Case(
        "referrer-policy-of-the-final-head-is-late",
        ("EH 5.6",),
        USES,
        [STYLE],
        fields=(("referrer-policy", "no-referrer"),),
    ),
    Case("accept-image", ("EH 5.4",), USES, [IMAGE]),
    Case(
        "cookies-on-hints",
        ("EH 5.2",),
        site=Site(
            {},
            {
                "a.test": {
                    "/": redirect("/page", fields=(("set-cookie", "n=1"), ("set-cookie", "s=1; SameSite=Strict"))),
                    "/page": early(
                        USES, [STYLE, f"{SCRIPT}; crossorigin", "<https://b.a.test/x.png>; rel=preload; as=image"]
                    ),
                },
            },
            anything,
        ),
    ),
]

POLICIES = [
    *(
        Case(
            f"csp-at-103-{name}",
            ("EH 6.1",),
            hints=[
                STYLE,
                SCRIPT,
                IMAGE,
                "</f.woff2>; rel=preload; as=font; crossorigin",
                "</d.json>; rel=preload; as=fetch; crossorigin",
                "</m.js>; rel=modulepreload",
                "<https://other.test/o.js>; rel=preload; as=script",
            ],
            interim=(("content-security-policy", policy),),
        )
        for name, policy in {
            "none": "default-src 'none'",
            "self": "default-src 'self'",
            "img": "img-src 'none'",
            "script": "script-src 'none'",
            "script-elem": "script-src-elem 'none'; script-src *",
            "style": "style-src 'none'",
            "connect": "connect-src 'none'",
            "font": "font-src 'none'",
            "other": "default-src https://other.test",
            "https": "default-src https:",
            "nonce": "script-src 'nonce-x'",
            "strict-dynamic": "script-src 'strict-dynamic' 'self'",
            "star": "default-src *",
            "fallback": "default-src 'none'; script-src 'self'",
            "path": "script-src https://a.test/b.js",
            "prefetch": "prefetch-src 'none'",
            "frame": "frame-src 'none'",
            "empty": "",
            "sandbox": "sandbox",
        }.items()
    ),
    Case(
        "csp-of-the-final-head",
        ("EH 6.2",),
        USES,
        [STYLE, SCRIPT, IMAGE],
        fields=(("content-security-policy", "default-src 'none'"),),
    ),
    Case(
        "csp-report-only-at-103",
        ("EH 6.3",),
        hints=[STYLE, SCRIPT],
        interim=(("content-security-policy-report-only", "script-src 'none'"),),
    ),
    Case(
        "csp-two-at-103",
        ("EH 6.1",),
        hints=[STYLE, SCRIPT, IMAGE],
        interim=(("content-security-policy", "style-src 'none'"), ("content-security-policy", "img-src 'none'")),
    ),
    Case(
        "csp-preconnect",
        ("EH 6.2",),
        hints=["<https://other.test>; rel=preconnect"],
        interim=(("content-security-policy", "default-src 'none'"),),
    ),
    Case(
        "csp-final-allows-less-than-103",
        ("EH 6.2",),
        USES,
        [STYLE, SCRIPT, IMAGE],
        interim=(("content-security-policy", "script-src 'self'"),),
        fields=(("content-security-policy", "script-src 'none'"),),
    ),
    Case(
        "coep-at-103",
        ("EH 6.4", "EH 9.3"),
        "<img src=https://other.test/c.png>",
        ["<https://other.test/c.png>; rel=preload; as=image"],
        interim=(("cross-origin-embedder-policy", "require-corp"),),
    ),
    Case(
        "corp-on-the-hinted",
        ("EH 6.4", "EH 9.3"),
        "<img src=https://other.test/c.png>",
        ["<https://other.test/c.png>; rel=preload; as=image"],
        files={
            "https://other.test/c.png": file(
                b"x", "image/png", fields=(("cross-origin-resource-policy", "same-origin"),)
            )
        },
    ),
    Case("x-frame-options-at-103", ("EH 6.5",), USES, [STYLE], interim=(("x-frame-options", "DENY"),)),
    Case(
        "unknown-fields-at-103", ("EH 6.5",), USES, [STYLE], interim=(("x-custom", "1"), ("server-timing", "a;dur=1"))
    ),
]

REDIRECTS = [
    Case(
        "redirect-same-origin",
        ("EH 7.1",),
        site=of_host(
            a={"/": early("", [STYLE], status=302, fields=(("location", "/next"),)), "/next": early(USES, [SCRIPT])}
        ),
    ),
    Case(
        "redirect-cross-origin",
        ("EH 7.2", "EH 10.5"),
        site=of_host(
            a={"/": early("", [STYLE], status=302, fields=(("location", "https://other.test/"),))},
            other={"/": early(USES, [SCRIPT])},
        ),
    ),
    Case(
        "redirect-same-site",
        ("EH 7.2", "EH 10.5"),
        site=of_host(
            a={"/": early("", [STYLE], status=302, fields=(("location", "https://b.a.test/"),))},
            b_a={"/": early(USES, [SCRIPT])},
        ),
    ),
    Case(
        "redirect-away-and-back",
        ("EH 7.2",),
        site=of_host(
            a={
                "/": early("", [STYLE], status=302, fields=(("location", "https://other.test/"),)),
                "/back": early(USES, [SCRIPT]),
            },
            other={"/": redirect("https://a.test/back")},
        ),
    ),
    Case("redirect-hints-after", ("EH 7.1",), site=of_host(a={"/": redirect("/next"), "/next": early(USES, [SCRIPT])})),
    Case(
        "redirect-hints-after-cross-origin",
        ("EH 7.2",),
        site=of_host(a={"/": redirect("https://other.test/")}, other={"/": early(USES, [SCRIPT])}),
    ),
    *(
        Case(
            f"redirect-{status}",
            ("EH 7.1",),
            site=of_host(
                a={"/": early("", [STYLE], status=status, fields=(("location", "/next"),)), "/next": early(USES)}
            ),
        )
        for status in (301, 303, 307, 308, 300, 304)
    ),
    Case(
        "hinted-redirects-uncacheable", ("EH 7.3",), USES, [SCRIPT], files={"b.js": redirect("/real.js"), "real.js": ""}
    ),
    Case(
        "hinted-redirects-cacheable",
        ("EH 7.3",),
        USES,
        [SCRIPT],
        files={"b.js": redirect("/real.js", status=301, fields=(("cache-control", "max-age=600"),)), "real.js": ""},
    ),
    Case("hinted-redirects-unused", ("EH 7.3",), hints=[SCRIPT], files={"b.js": redirect("/real.js")}),
    Case(
        "hinted-redirects-elsewhere",
        ("EH 7.3",),
        USES,
        [SCRIPT],
        files={"b.js": redirect("https://other.test/real.js", status=301, fields=(("cache-control", "max-age=600"),))},
    ),
]

SECURITY = [
    Case(
        "mixed-content-hint",
        ("EH 10.1",),
        hints=["<http://other.test/x.js>; rel=preload; as=script", STYLE],
        kept="a cleartext hint of an https page is refused in every profile, for safety; Chromium sends it (EH 10.1)",
    ),
    Case(
        "frame-of-another-site-uses-a-hint",
        ("EH 10.3", "EH 9.5"),
        "<iframe src=https://other.test/f.html></iframe>",
        ["<https://b.a.test/x.png>; rel=preload; as=image"],
        files={"https://other.test/f.html": "<!doctype html><img src=https://b.a.test/x.png>"},
    ),
    Case("http1-interim-not-taken-for-the-answer", ("EH 10.4",), USES, [STYLE], url="http://a.test/"),
    Case("set-cookie-at-103", ("EH 10.6",), USES, [STYLE], interim=(("set-cookie", "early=1"),)),
    Case(
        "set-cookie-at-103-and-200",
        ("EH 10.6",),
        USES,
        [STYLE],
        interim=(("set-cookie", "early=1"),),
        fields=(("set-cookie", "late=1"),),
    ),
]

PRECONNECT = [
    *(
        Case(f"preconnect-{name}", ("EH 11.1", "EH 11.2"), hints=[f"<https://other.test>; rel=preconnect{more}"])
        for name, more in {
            "plain": "",
            "anonymous": "; crossorigin",
            "credentials": "; crossorigin=use-credentials",
        }.items()
    ),
    Case(
        "preconnect-font",
        ("EH 11.1", "EH 9.5"),
        "<style>@font-face{font-family:f;src:url(https://other.test/f.woff2)}p{font-family:f}</style><p>x",
        ["<https://other.test>; rel=preconnect"],
    ),
    Case(
        "preconnect-font-anonymous",
        ("EH 11.1",),
        "<style>@font-face{font-family:f;src:url(https://other.test/f.woff2)}p{font-family:f}</style><p>x",
        ["<https://other.test>; rel=preconnect; crossorigin"],
    ),
    Case(
        "preconnect-script",
        ("EH 13.6", "EH 11.1"),
        "<script src=https://other.test/s.js></script>",
        ["<https://other.test>; rel=preconnect"],
    ),
    Case(
        "preconnect-both",
        ("EH 11.1",),
        hints=["<https://other.test>; rel=preconnect", "<https://other.test>; rel=preconnect; crossorigin"],
    ),
    Case("preconnect-same-origin", ("EH 11.3",), USES, ["</>; rel=preconnect"]),
    Case("preconnect-same-origin-anonymous", ("EH 11.4",), USES, ["</>; rel=preconnect; crossorigin"]),
    Case("preconnect-http1", ("EH 11.1",), hints=["<https://old.test>; rel=preconnect"]),
    Case("preconnect-path", ("EH 11.1",), hints=["<https://other.test/some/path?x>; rel=preconnect"]),
    Case("preconnect-many", ("EH 11.1",), hints=[f"<https://s{n}.other.test>; rel=preconnect" for n in range(8)]),
]

SEEN = [
    Case("empty-target", ("EH 13.2",), hints=["<>; rel=preload; as=script"]),
    Case("unclosed-target", ("EH 13.3",), hints=["<x.css; rel=preload; as=style, </b.js>; rel=preload; as=script"]),
    Case(
        "nul-at-103",
        ("EH 13.5", "EH 1.9"),
        site=steps(W, Interim(103, (("link", f"{STYLE}\0"),)), T, *HEADS),
        unscored=("connections",),
        unscored_why="how often a malformed answer is tried again depends on the socket it came on",
        kept="Chromium asks once or twice again for a page whose answer was malformed; here the load fails at once",
    ),
    Case(
        "newline-at-103",
        ("EH 1.9",),
        site=steps(W, Interim(103, (("link", f"{STYLE}\nx"),)), T, *HEADS),
        unscored=("connections", "repeats"),
        unscored_why="how often a malformed answer is tried again depends on the socket it came on",
    ),
    *(
        Case(f"both-ways-{name}", ("EH 13.1", rule), USES, [f"{STYLE}{at_103}"], fields=links(f"{STYLE}{at_103}"))
        for name, rule, at_103 in (
            ("unknown-parameter", "EH 3.2", "; nopush"),
            ("type", "EH 3.6", "; type=text/less"),
            ("media", "EH 3.8", "; media=print"),
            ("imagesrcset", "EH 3.8", '; imagesrcset="x.png 1x"'),
        )
    ),
    *(
        Case(f"final-link-{name}", ("EH 13.9", "EH 8.2"), fields=links(value))
        for name, value in {
            "nopush": f"{STYLE}; nopush",
            "media": f"{STYLE}; media=print",
            "srcset": '</c.png>; rel=preload; as=image; imagesrcset="/d.png 1x"',
            "type": "</c.png>; rel=preload; as=image; type=image/jp2",
            "track": "</t.vtt>; rel=preload; as=track",
            "video": "</v.mp4>; rel=preload; as=video",
        }.items()
    ),
]

CASES = [*INTERIM, *ACTING, *REQUESTS, *POLICIES, *REDIRECTS, *SECURITY, *PRECONNECT, *SEEN]
