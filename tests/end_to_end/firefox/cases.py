"""Cases that only Firefox's rules make: what the corpus of Chromium has no case for (EH 3.8, 4.4, 5.6, 9, 12.1).

They are written as those are (``tests/end_to_end/chromium/case.py``), and asked of Firefox only.
"""

from __future__ import annotations

from fetcher.origin import Body, Head, Interim, Site, Wait, links
from fetcher.terms import Fields
from tests.end_to_end.chromium.case import EARLY_MS, HTML, Case, anything, page

STYLE = "</a.css>; rel=preload; as=style"
SCRIPT = "</b.js>; rel=preload; as=script"
USES = "<link rel=stylesheet href=a.css><script src=b.js></script><img src=c.png>"
ELSEWHERE = "https://other.test"

_KINDS: dict[str, tuple[str, str]] = {
    "script": ("x.js", "<script src={url} {mode}></script>"),
    "style": ("x.css", "<link rel=stylesheet href={url} {mode}>"),
    "image": ("x.png", "<img src={url} {mode}>"),
}
_MODES = {"plain": "", "anonymous": "crossorigin", "credentials": "crossorigin=use-credentials"}


def _two(first: Interim, second: Interim) -> Site:
    """A page with two 103s."""
    steps = (Wait(EARLY_MS), first, Wait(EARLY_MS), second, Wait(150), Head(200, HTML), Body(page(USES).encode()))
    return Site({}, {"a.test": {"/": steps}}, anything)


def _policy(policy: str) -> Fields:
    return (("content-security-policy", policy),)


CASES = (
    # EH 4.4: over HTTP/1.1 Firefox acts, in clear too where the target is trustworthy
    Case("ff-http1-preconnect", ("EH 4.4",), hints=[f"<{ELSEWHERE}>; rel=preconnect"], url="https://old.test/"),
    Case(
        "ff-http1-in-clear-to-https",
        ("EH 4.4", "EH 4.7"),
        hints=[f"<{ELSEWHERE}/x.js>; rel=preload; as=script", SCRIPT],
        url="http://a.test/",
    ),
    Case(
        "ff-http1-in-clear-preconnect",
        ("EH 4.4", "EH 4.7"),
        hints=[f"<{ELSEWHERE}>; rel=preconnect"],
        url="http://a.test/",
    ),
    # EH 4.2: the first 103 that has a Link field is the first one, whatever its links are worth
    Case(
        "ff-second-103-after-a-worthless-link",
        ("EH 4.2",),
        site=_two(Interim(103, links("</n>; rel=next")), Interim(103, links(SCRIPT))),
    ),
    Case(
        "ff-second-103-after-a-link-that-is-none",
        ("EH 4.2",),
        site=_two(Interim(103, (("link", "nonsense"),)), Interim(103, links(SCRIPT))),
    ),
    Case(
        "ff-second-103-after-other-fields",
        ("EH 4.2",),
        site=_two(Interim(103, (("server-timing", "a;dur=1"),)), Interim(103, links(SCRIPT))),
    ),
    # EH 3.8, 12.1: parameters that a 103 may have
    *(
        Case(
            f"ff-image-{name}", ("EH 3.8", "EH 12.1"), "<img src=/c.png>", [f"</c.png>; rel=preload; as=image; {more}"]
        )
        for name, more in {
            "imagesrcset": 'imagesrcset="/d.png 1x"',
            "imagesizes": "imagesizes=100vw",
            "media": "media=print",
            "media-fits": "media=screen",
            "type": "type=image/png",
            "type-unknown": "type=image/nonsense",
            "integrity": "integrity=sha256-AAAA",
            "fetchpriority": "fetchpriority=high",
        }.items()
    ),
    *(
        Case(f"ff-{kind}-{name}", ("EH 3.8", "EH 12.1"), USES, [f"{link}; {more}"])
        for kind, link in {"style": STYLE, "script": SCRIPT}.items()
        for name, more in {
            "media": "media=print",
            "media-fits": "media=screen",
            "type-unknown": "type=text/nonsense",
            "integrity": "integrity=sha256-AAAA",
            "nonce": "nonce=x",
            "low": "fetchpriority=low",
        }.items()
    ),
    *(
        Case(
            f"ff-modulepreload-as-{name or 'empty'}",
            ("EH 4.3", "EH 12.1"),
            hints=[f'</m.js>; rel=modulepreload; as="{name}"'],
        )
        for name in (
            "",
            "script",
            "worker",
            "sharedworker",
            "serviceworker",
            "audioworklet",
            "paintworklet",
            "json",
            "text",
            "nonsense",
            "style",
            "image",
            "fetch",
            "font",
            "SCRIPT",
            " script",
        )
    ),
    *(
        Case(f"ff-as-{number}", ("EH 4.3", "EH 12.1"), hints=[f'</x>; rel=preload; as="{value}"; crossorigin'])
        for number, value in enumerate(("fetch ", "FETCH", "track", "video", "document", "json", "st yle", "\tfont"))
    ),
    *(
        Case(f"ff-rel-{number}", ("EH 4.5", "EH 12.1"), hints=[f'</x>; rel="{value}"; as=script'])
        for number, value in enumerate(
            (" preload", "preload ", "PRELOAD", "preload preload", "preload  nofollow", "modulepreload ")
        )
    ),
    # EH 5.6: the link's own policy, and a field that is a list
    *(
        Case(
            f"ff-referrer-{number}",
            ("EH 5.6",),
            hints=[f"</x.js>; rel=preload; as=script{more}", f"<{ELSEWHERE}/y.js>; rel=preload; as=script{more}"],
            interim=(("referrer-policy", policy),) if policy else (),
            url="https://a.test/some/page?query",
        )
        for number, (policy, more) in enumerate(
            (
                ("", "; referrerpolicy=no-referrer"),
                ("no-referrer", "; referrerpolicy=origin"),
                ("origin", "; referrerpolicy=nonsense"),
                ("origin", '; referrerpolicy="ORIGIN"'),
                ("", "; referrerpolicy=unsafe-url"),
                ("no-referrer, origin", ""),
                ("ORIGIN", ""),
                ("origin-when-cross-origin", ""),
            )
        )
    ),
    # EH 6.1: what a policy of the 103 does to a link with a nonce, and 'strict-dynamic'
    *(
        Case(
            f"ff-csp-{name}",
            ("EH 6.1", "EH 12.1"),
            hints=[
                f"{SCRIPT}; nonce=x",
                "</d.js>; rel=preload; as=script",
                f"<{ELSEWHERE}/o.js>; rel=preload; as=script",
                f"<{ELSEWHERE}/m.js>; rel=modulepreload",
                "</n.js>; rel=modulepreload; nonce=x",
                STYLE,
            ],
            interim=_policy(policy),
        )
        for name, policy in {
            "nonce": "script-src 'nonce-x'",
            "nonce-and-self": "script-src 'nonce-x' 'self'",
            "strict-dynamic": "script-src 'strict-dynamic'",
            "strict-dynamic-nonce": "script-src 'strict-dynamic' 'nonce-x'",
            "strict-dynamic-default": "default-src 'strict-dynamic'",
            "style-nonce": "style-src 'nonce-x'",
        }.items()
    ),
    # EH 9.1, 12.1: to another origin, what is asked for with credentials and without are two entries of Firefox's cache
    *(
        Case(
            f"ff-cross-{kind}-{hinted}-for-{used}",
            ("EH 9.5", "EH 12.1"),
            html.format(url=f"{ELSEWHERE}/{name}", mode=_MODES[used]),
            [f"<{ELSEWHERE}/{name}>; rel=preload; as={kind}" + (f"; {_MODES[hinted]}" if _MODES[hinted] else "")],
        )
        for kind, (name, html) in _KINDS.items()
        for hinted in _MODES
        for used in _MODES
        if not (hinted == used == "credentials")
    ),
    *(
        Case(
            f"ff-cross-font-{name}",
            ("EH 9.5", "EH 12.1"),
            f"<style>@font-face{{font-family:f;src:url({ELSEWHERE}/f.woff2)}}p{{font-family:f}}</style><p>x",
            [f"<{ELSEWHERE}/f.woff2>; rel=preload; as={more}"],
        )
        for name, more in {
            "anonymous": "font; crossorigin",
            "credentials": "font; crossorigin=use-credentials",
            "as-fetch": "fetch; crossorigin",
            "as-image": "image",
            "as-image-anonymous": "image; crossorigin",
        }.items()
    ),
    Case(
        "ff-cross-both",
        ("EH 4.8", "EH 12.1"),
        hints=[
            f"<{ELSEWHERE}/x.css>; rel=preload; as=style",
            f"<{ELSEWHERE}/x.css>; rel=preload; as=style; crossorigin",
        ],
    ),
    # EH 11: at most ten preconnects of a 103
    Case(
        "ff-preconnect-20",
        ("EH 11.1", "EH 12.1"),
        hints=[f"<https://s{n}.other.test>; rel=preconnect" for n in range(20)],
        unscored=("connections",),
        unscored_why="ten may be under way at a time, so an eleventh opens where one of them is soon done",
    ),
    Case("ff-preconnect-in-clear", ("EH 4.7", "EH 11.1"), hints=["<http://other.test>; rel=preconnect"]),
    Case("ff-preconnect-anchor", ("EH 2.11",), hints=[f'<{ELSEWHERE}>; rel=preconnect; anchor="https://b.a.test/"']),
    Case("ff-anchor-here", ("EH 2.11",), hints=[f'{STYLE}; anchor="/"', f'{SCRIPT}; anchor="/b.js"']),
    # EH 8: links of the final head
    Case("ff-final-stylesheet", ("EH 8.8",), fields=links("</a.css>; rel=stylesheet")),
    # EH 9.1: what may not be stored is handed over once; a second use asks again
    Case(
        "ff-no-store-used-twice",
        ("EH 9.1", "EH 12.1"),
        "<img src=c.png><iframe src=f.html></iframe>",
        ["</c.png>; rel=preload; as=image"],
        files={
            "f.html": "<!doctype html><img src=c.png>",
            "c.png": (Head(200, (("content-type", "image/png"), ("cache-control", "no-store"))), Body(b"")),
        },
    ),
)
