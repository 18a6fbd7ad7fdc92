"""Pages for the rules of the family resources."""

from __future__ import annotations

from collections.abc import Mapping

from fetcher.origin import Head, Route, asset, text
from fetcher.terms import ProfileName
from tests.audits.site.parts import BODY, CACHED, HEAD, HINTS, STYLE, document, sound
from tests.audits.site.proof import Proof

OTHER = '<img src="https://{}/p.png" alt="">'


def other(name: str) -> Mapping[str, Mapping[str, Route]]:
    """A further host with one picture."""
    return {name: {"/p.png": asset(900, "image/png", cache=CACHED)}}


def with_picture(hint: str, **routes: Route) -> dict[str, Route]:
    """The sound site with one more hint and a picture in the page."""
    body = f'{BODY}<img src="/a.png" alt="">'
    return {**sound(), "/": document(hints=(*HINTS, hint), body=body), **routes}


PICTURE = "</a.png>; rel=preload; as=image"
PRECONNECT = "<https://{}>; rel=preconnect"

PAGES = (
    Proof("hint-not-found", with_picture("</old.png>; rel=preload; as=image", **{"/old.png": text(404, "gone")})),
    Proof(
        "hint-stale-version",
        {
            **sound(),
            "/": document(
                hints=(*HINTS, "</b.3f2a91bc.css>; rel=preload; as=style"),
                head=f'{HEAD}<link rel="stylesheet" href="/b.77aa01ff.css">',
            ),
            "/b.3f2a91bc.css": asset(b"p{color:#123}", "text/css", cache=CACHED),
            "/b.77aa01ff.css": asset(b"p{color:#234}", "text/css", cache=CACHED),
        },
    ),
    Proof(
        "hint-redirected",
        {
            **with_picture("</moved.png>; rel=preload; as=image"),
            "/": document(hints=(*HINTS, "</moved.png>; rel=preload; as=image"), body='<img src="/moved.png" alt="">'),
            "/moved.png": (
                Head(302, (("location", "/a.png"), ("cache-control", "max-age=600"), ("content-length", "0"))),
            ),
        },
    ),
    Proof("hint-uncacheable", with_picture(PICTURE, **{"/a.png": asset(2_000, "image/png", cache="no-store")})),
    Proof(
        "hint-vary-mismatch",
        with_picture(
            PICTURE,
            **{"/a.png": asset(2_000, "image/png", cache=CACHED, fields=(("vary", "sec-ch-ua"),))},
        ),
    ),
    Proof(
        "hint-unused",
        {
            **sound(),
            "/": document(hints=(STYLE, PICTURE), head='<link rel="stylesheet" href="/a.css">', body=BODY),
        },
    ),
    Proof(
        "hint-fetched-twice",
        {
            **sound(),
            "/": document(hints=(*HINTS, PICTURE), body='<img src="/a.png" crossorigin alt="">'),
            "/a.png": asset(2_000, "image/png", cache="no-store", fields=(("access-control-allow-origin", "*"),)),
        },
        profile=ProfileName.FIREFOX,
        options={"browser": "firefox"},
    ),
    Proof("hint-already-cached", sound(), probes=("repeat",)),
    Proof("hint-slow", with_picture(PICTURE, **{"/a.png": asset(2_000, "image/png", delay_ms=600, cache=CACHED)})),
    Proof(
        "preconnect-unused",
        {
            **sound(),
            "/": document(
                hints=(STYLE, PRECONNECT.format("idle.preconnect-unused.test")),
                head='<link rel="stylesheet" href="/a.css">',
            ),
        },
        hosts=other("idle.preconnect-unused.test"),
    ),
    Proof(
        "preconnect-mode-mismatch",
        {
            **sound(),
            "/": document(
                hints=(*HINTS, PRECONNECT.format("cdn.preconnect-mode-mismatch.test") + "; crossorigin"),
                body=OTHER.format("cdn.preconnect-mode-mismatch.test"),
            ),
        },
        hosts=other("cdn.preconnect-mode-mismatch.test"),
    ),
    Proof(
        "preconnect-to-resource",
        {**sound(), "/": document(hints=(STYLE, "</a.js>; rel=preconnect"))},
    ),
    Proof(
        "preconnect-excess",
        {
            **sound(),
            "/": document(
                hints=(*HINTS, *(PRECONNECT.format(f"c{n}.preconnect-excess.test") for n in range(5))),
                body="".join(OTHER.format(f"c{n}.preconnect-excess.test") for n in range(5)),
            ),
        },
        hosts={name: routes for n in range(5) for name, routes in other(f"c{n}.preconnect-excess.test").items()},
    ),
    Proof(
        "preconnect-own-origin",
        {**sound(), "/": document(hints=(*HINTS, PRECONNECT.format("preconnect-own-origin.test")))},
    ),
)
