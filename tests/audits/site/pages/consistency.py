"""Pages for the rules of the family consistency."""

from __future__ import annotations

from tests.audits.site.parts import FONT, HEAD, HINTS, SCRIPT, STYLE, document, final, html, interim, sound
from tests.audits.site.proof import Proof, in_turn

PNG = "</a.png>; rel=preload; as=image"
PICTURE = '<img src="/a.png" width="200" height="100" alt="">'

PAGES = (
    Proof("hint-missing-in-final", sound() | {"/": (*interim(*HINTS), *final())}),
    Proof(
        "hint-missing-in-final",
        sound() | {"/": (*interim(*HINTS), *final(STYLE, SCRIPT))},
        name="hint-missing-in-final-one",
    ),
    Proof("final-link-not-hinted", sound() | {"/": (*interim(STYLE, SCRIPT), *final(*HINTS))}),
    Proof(
        "hint-query-blind",
        sound()
        | {
            "/p?id=1": document((STYLE, PNG), head='<link rel="stylesheet" href="/a.css">', body=PICTURE),
            "/p?id=2": document((STYLE, PNG), head='<link rel="stylesheet" href="/a.css">'),
        },
        path="/p?id=1",
        siblings=("/p?id=2",),
    ),
    Proof("hint-unstable", sound() | {"/": in_turn(document(), document((FONT, SCRIPT, STYLE)))}, runs=2),
    Proof(
        "html-preload-redundant",
        sound() | {"/": document(body='<link rel="preload" href="/a.png" as="image">' + PICTURE)},
    ),
    Proof(
        "html-preload-redundant",
        sound() | {"/": document(head='<link rel="preload" href="/a.css" as="style">' + HEAD)},
        name="html-preload-hinted",
    ),
    Proof("ttfb-metric-skew", sound() | {"/": (*interim(*HINTS), *final(*HINTS, after=900, content=html()))}),
)
